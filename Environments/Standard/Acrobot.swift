import Assay

/// Two links that hang from a bar and have to be swung up by a motor in the joint between them.
///
/// ![Two links to swing up by the joint between them](acrobot)
///
/// Each link has mass 1 kg, length 1 m, its centre of mass in the middle, and moment of inertia 1 kg·m². θ₁ is the
/// angle of the first link from hanging down, θ₂ that of the second from the first, and the motor turns the second
/// link by a torque τ. Under g = 9.8,
///
///     d₁ = 3.5 + cos θ₂          d₂ = 1.25 + 0.5·cos θ₂
///     φ₂ = 4.9·sin (θ₁ + θ₂)
///     φ₁ = −0.5·θ̇₂²·sin θ₂ − θ̇₂·θ̇₁·sin θ₂ + 14.7·sin θ₁ + φ₂
///     θ̈₂ = (τ + d₂/d₁·φ₁ − 0.5·θ̇₁²·sin θ₂ − φ₂) / (1.25 − d₂²/d₁)
///     θ̈₁ = −(d₂·θ̈₂ + φ₁) / d₁
///
/// A step is one of the fourth-order method of Runge and Kutta, of 0.2 s. After it angles are brought between −π and π
/// by whole turns, and the velocities kept within ±4π and ±9π. Episodes start with each number drawn evenly from −0.1
/// to 0.1, in single precision.
///
/// - **Observation**: cos θ₁, sin θ₁, cos θ₂, sin θ₂, θ̇₁ and θ̇₂ in rad/s.
/// - **Action**: 0, 1 and 2 for τ = −1, 0 and 1 N·m.
/// - **Reward**: −1 for each step, but 0 for the last.
/// - **Ending**: terminated where the tip is more than a link's length above the bar, −cos θ₁ − cos (θ₁ + θ₂) > 1;
///   Gymnasium cuts episodes off after 500 steps.
/// - **For**: sparse rewards that chance does reach, and motion that is hard to model.
/// - **Published**: a mean return of −100 counts as solved in Gymnasium.
///
/// - SeeAlso: Sutton (1996), *Generalization in reinforcement learning: successful examples using sparse coarse
///   coding*; `Acrobot-v1` of Gymnasium 1.4, whose every step this is.
public struct Acrobot: MovingWorld {
  public typealias Single = AcrobotMotion<OneLane>
  public typealias Several = AcrobotMotion<FourLanes>

  public let name = "acrobot"
  public let observationSpace = BoxSpace(
    low: [-1, -1, -1, -1, Float(-4 * Double.pi), Float(-9 * Double.pi)],
    high: [1, 1, 1, 1, Float(4 * Double.pi), Float(9 * Double.pi)])
  public let actionSpace = DiscreteSpace(count: 3)
  public let actionNames = ["clockwise", "noop", "anticlockwise"]
  public let rewardRange = -1.0...0
  public var body: MovingBody<Single>

  /// Makes the world.
  public init() {
    let rest = OneLane(0)
    body = MovingBody(Single(angles: (rest, rest), spins: (rest, rest)), observationCount: 6)
  }

  @inlinable
  public static func start(using random: inout RandomStream) -> Single {
    func draw() -> OneLane { OneLane(-0.1 + 0.2 * random.unit()).single }
    let angles = (draw(), draw())
    return Single(angles: angles, spins: (draw(), draw()))
  }

  public var stateNumbers: [Double] {
    let moment = body.motion
    return [
      moment.angles.0.number, moment.angles.1.number, moment.spins.0.number, moment.spins.1.number,
    ]
  }

  public mutating func place(at numbers: [Double]) throws(DataError) {
    // No state of an episode is beyond 9π.
    let numbers = try checkedNumbers(numbers, count: 4, within: 30).map { OneLane($0) }
    body.motion = Single(angles: (numbers[0], numbers[1]), spins: (numbers[2], numbers[3]))
    body.isOver = false
    body.observe()
  }

  public var picture: Picture {
    let (sine, cosine) = (body.motion.angles.0 + body.motion.angles.1).sineAndCosine
    let joint = Drawing.Point(body.motion.first.sine.number, -body.motion.first.cosine.number)
    let tip = Drawing.Point(joint.x + sine.number, joint.y - cosine.number)
    let bar = Drawing.Point(0, 0)
    let shapes: [Drawing.Shape] = [
      .line([.init(-2.2, 1), .init(2.2, 1)], width: 0.03, tint: .goal),
      .line([bar, joint], width: 0.2, tint: .object),
      .line([joint, tip], width: 0.2, tint: .agent),
      .disc(center: bar, radius: 0.1, tint: .muted),
      .disc(center: joint, radius: 0.1, tint: .muted),
      .disc(center: tip, radius: 0.1, tint: .agent),
    ]
    return Picture(
      drawing: Drawing(horizontal: -2.3...2.3, vertical: -2.3...2.3, shapes: shapes),
      caption: "tip \(abs(tip.y).inHundredths) m \(tip.y < 0 ? "below" : "above") the bar, wanted 1 m above")
  }
}

/// How the two links move.
public struct AcrobotMotion<Number: Lanes>: Motion {
  public var angles: (Number, Number)
  /// The angular velocities.
  public var spins: (Number, Number)
  /// Of the first angle; seen, and needed for the next step.
  public var first: (sine: Number, cosine: Number)
  /// Of the second angle; seen, and needed for the next step.
  public var second: (sine: Number, cosine: Number)

  @inlinable public static var numberCount: Int { 8 }

  @inlinable
  public init(angles: (Number, Number), spins: (Number, Number)) {
    self.angles = angles
    self.spins = spins
    first = angles.0.sineAndCosine
    second = angles.1.sineAndCosine
  }

  @inlinable
  public init(numbers: (Int) -> Number) {
    angles = (numbers(0), numbers(1))
    spins = (numbers(2), numbers(3))
    first = (numbers(4), numbers(5))
    second = (numbers(6), numbers(7))
  }

  @inlinable
  public func giveNumbers(_ take: (Int, Number) -> Void) {
    take(0, angles.0)
    take(1, angles.1)
    take(2, spins.0)
    take(3, spins.1)
    take(4, first.sine)
    take(5, first.cosine)
    take(6, second.sine)
    take(7, second.cosine)
  }

  @inlinable
  public func giveObservation(_ take: (Int, Number) -> Void) {
    take(0, first.cosine)
    take(1, first.sine)
    take(2, second.cosine)
    take(3, second.sine)
    take(4, spins.0)
    take(5, spins.1)
  }

  @inlinable
  public mutating func advance(_ action: Number) -> (reward: Number, isTerminal: Number.Bits) {
    let torque = action - Number(1)
    let (half, whole) = (Number(0.1), Number(0.2))
    let pull1 = Self.accelerations(first, second, spins, torque)
    let spins2 = (spins.0 + half * pull1.0, spins.1 + half * pull1.1)
    let pull2 = Self.accelerations(
      (angles.0 + half * spins.0).sineAndCosine, (angles.1 + half * spins.1).sineAndCosine, spins2, torque)
    let spins3 = (spins.0 + half * pull2.0, spins.1 + half * pull2.1)
    let pull3 = Self.accelerations(
      (angles.0 + half * spins2.0).sineAndCosine, (angles.1 + half * spins2.1).sineAndCosine, spins3, torque)
    let spins4 = (spins.0 + whole * pull3.0, spins.1 + whole * pull3.1)
    let pull4 = Self.accelerations(
      (angles.0 + whole * spins3.0).sineAndCosine, (angles.1 + whole * spins3.1).sineAndCosine, spins4, torque
    )
    angles.0 = Self.withinHalfTurn(angles.0 + Self.mean(spins.0, spins2.0, spins3.0, spins4.0))
    angles.1 = Self.withinHalfTurn(angles.1 + Self.mean(spins.1, spins2.1, spins3.1, spins4.1))
    let gain = (Self.mean(pull1.0, pull2.0, pull3.0, pull4.0), Self.mean(pull1.1, pull2.1, pull3.1, pull4.1))
    spins.0 = (spins.0 + gain.0).limited(from: -4 * Double.pi, to: 4 * Double.pi)
    spins.1 = (spins.1 + gain.1).limited(from: -9 * Double.pi, to: 9 * Double.pi)
    first = angles.0.sineAndCosine
    second = angles.1.sineAndCosine
    let cosineOfSum = first.cosine * second.cosine - first.sine * second.sine
    let isTerminal = Number(1) .< (-first.cosine - cosineOfSum)
    return (Number.choose(isTerminal, Number(0), else: Number(-1)), isTerminal)
  }

  /// The method's mean of four slopes, times the step of 0.2 s.
  @inlinable
  static func mean(_ one: Number, _ two: Number, _ three: Number, _ four: Number) -> Number {
    Number(0.2 / 6) * (one + Number(2) * two + Number(2) * three + four)
  }

  @inlinable
  static func accelerations(
    _ first: (sine: Number, cosine: Number), _ second: (sine: Number, cosine: Number),
    _ spins: (Number, Number), _ torque: Number
  ) -> (Number, Number) {
    let d1 = Number(3.5) + second.cosine
    let d2 = Number(1.25) + Number(0.5) * second.cosine
    let ratio = d2 / d1
    let sineOfSum = first.sine * second.cosine + first.cosine * second.sine
    let phi2 = Number(4.9) * sineOfSum
    let turning = (Number(0.5) * spins.1 + spins.0) * spins.1 * second.sine
    let phi1 = Number(14.7) * first.sine + phi2 - turning
    let centrifugal = Number(0.5) * (spins.0 * spins.0) * second.sine
    let outer = (torque + ratio * phi1 - centrifugal - phi2) / (Number(1.25) - d2 * ratio)
    return (-(d2 * outer + phi1) / d1, outer)
  }

  /// Whole turns are taken off one by one, so that what is within half a turn stays as it is.
  @inlinable
  static func withinHalfTurn(_ angle: Number) -> Number {
    let (half, turn) = (Number(Double.pi), Number(2 * Double.pi))
    var angle = angle
    var isAbove = half .< angle
    while Number.isAny(isAbove) {
      angle = Number.choose(isAbove, angle - turn, else: angle)
      isAbove = (half .< angle)
    }
    var isBelow = angle .< -half
    while Number.isAny(isBelow) {
      angle = Number.choose(isBelow, angle + turn, else: angle)
      isBelow = (angle .< -half)
    }
    return angle
  }
}
