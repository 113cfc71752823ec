import Assay

/// A pole that stands on a cart and has to be kept from falling by pushing the cart.
///
/// ![A pole to balance on a cart](cart-pole)
///
/// The cart, of 1 kg, runs along a track without friction and is pushed by a force F of 10 N to the left or to the
/// right. The pole, of m = 0.1 kg and half-length l = 0.5 m, is hinged on it. With position x, angle θ from upright,
/// mass M = 1.1 kg of both, and g = 9.8,
///
///     u = (F + m·l·θ̇²·sin θ) / M
///     θ̈ = (g·sin θ − u·cos θ) / (l·(4/3 − m·cos² θ / M))
///     ẍ = u − m·l·θ̈·cos θ / M
///
/// A step is one of Euler's method, of 0.02 s, in which positions move with the velocities before it. Episodes start
/// with each of the four numbers drawn evenly from −0.05 to 0.05.
///
/// - **Observation**: x in m, ẋ in m/s, θ in rad, θ̇ in rad/s.
/// - **Action**: 0 pushes to the left, 1 to the right.
/// - **Reward**: 1 for each step, the last included.
/// - **Ending**: terminated where |x| exceeds 2.4 or |θ| exceeds 12°; Gymnasium cuts episodes off after 500 steps.
/// - **For**: the first thing an agent with a network should learn; an agent that takes the cut-off for an end
///   undervalues the states it balances in.
/// - **Published**: a mean return of 475 counts as solved in Gymnasium.
///
/// - SeeAlso: Barto, Sutton & Anderson (1983), *Neuronlike adaptive elements that can solve difficult learning
///   control problems*; `CartPole-v1` of Gymnasium 1.4, whose every step this is.
public struct CartPole: MovingWorld {
  public typealias Single = CartPoleMotion<OneLane>
  public typealias Several = CartPoleMotion<FourLanes>

  public let name = "cart-pole"
  public let observationSpace = BoxSpace(
    low: [-4.8, -.infinity, -0.418879, -.infinity], high: [4.8, .infinity, 0.418879, .infinity])
  public let actionSpace = DiscreteSpace(count: 2)
  public let actionNames = ["left", "right"]
  public let rewardRange = 1.0...1.0
  public var body: MovingBody<Single>

  /// Makes the world.
  public init() { body = MovingBody(Single { _ in OneLane(0) }, observationCount: 4) }

  @inlinable
  public static func start(using random: inout RandomStream) -> Single {
    Single { _ in OneLane(-0.05 + 0.1 * random.unit()) }
  }

  public var stateNumbers: [Double] {
    let moment = body.motion
    return [moment.position.number, moment.velocity.number, moment.angle.number, moment.spin.number]
  }

  public mutating func place(at numbers: [Double]) throws(DataError) {
    let numbers = try checkedNumbers(numbers, count: 4)
    body.motion = Single { OneLane(numbers[$0]) }
    body.isOver = false
    body.observe()
  }

  public var picture: Picture {
    let x = body.motion.position.number
    let (sine, cosine) = body.motion.angle.sineAndCosine
    let axle = Drawing.Point(x, 0.3)
    let shapes: [Drawing.Shape] = [
      .line([.init(-2.4, 0.1), .init(2.4, 0.1)], width: 0.03, tint: .muted),
      .line([.init(-2.4, 0), .init(-2.4, 0.2)], width: 0.04, tint: .danger),
      .line([.init(2.4, 0), .init(2.4, 0.2)], width: 0.04, tint: .danger),
      .polygon(
        [.init(x - 0.3, 0.1), .init(x + 0.3, 0.1), .init(x + 0.3, 0.3), .init(x - 0.3, 0.3)], tint: .object),
      .line([axle, .init(axle.x + sine.number, axle.y + cosine.number)], width: 0.08, tint: .agent),
      .disc(center: axle, radius: 0.06, tint: .muted),
    ]
    let degrees = body.motion.angle.number * 180 / .pi
    return Picture(
      drawing: Drawing(horizontal: -2.7...2.7, vertical: -0.1...1.5, shapes: shapes),
      caption: "cart at \(x.inHundredths) m, pole at \(degrees.inTenths)°")
  }
}

/// How cart and pole move.
public struct CartPoleMotion<Number: Lanes>: Motion {
  public var position: Number
  public var velocity: Number
  public var angle: Number
  /// The pole's angular velocity.
  public var spin: Number

  @inlinable public static var numberCount: Int { 4 }

  @inlinable
  public init(numbers: (Int) -> Number) {
    position = numbers(0)
    velocity = numbers(1)
    angle = numbers(2)
    spin = numbers(3)
  }

  @inlinable
  public func giveNumbers(_ take: (Int, Number) -> Void) {
    take(0, position)
    take(1, velocity)
    take(2, angle)
    take(3, spin)
  }

  @inlinable
  public func giveObservation(_ take: (Int, Number) -> Void) { giveNumbers(take) }

  @inlinable
  public mutating func advance(_ action: Number) -> (reward: Number, isTerminal: Number.Bits) {
    let force = action * Number(20) - Number(10)
    let mass = Number(1.1)
    let leverage = Number(0.1 * 0.5)
    let (sine, cosine) = angle.sineAndCosine
    let push = (force + leverage * (spin * spin) * sine) / mass
    let inertia = Number(0.5) * (Number(4.0 / 3.0) - Number(0.1) * (cosine * cosine) / mass)
    let angularAcceleration = (Number(9.8) * sine - cosine * push) / inertia
    let acceleration = push - leverage * angularAcceleration * cosine / mass
    let step = Number(0.02)
    position = position + step * velocity
    velocity = velocity + step * acceleration
    angle = angle + step * spin
    spin = spin + step * angularAcceleration
    let track = Number(2.4)
    let tilt = Number(12 * 2 * Double.pi / 360)
    let isOffTrack = (position .< -track) | (track .< position)
    let isFallen = (angle .< -tilt) | (tilt .< angle)
    return (Number(1), isOffTrack | isFallen)
  }
}

extension Double {
  /// For captions.
  var inTenths: String { (self * 10).rounded().text(over: 10) }
  /// For captions.
  var inHundredths: String { (self * 100).rounded().text(over: 100) }
  /// For captions.
  var inThousandths: String { (self * 1000).rounded().text(over: 1000) }

  private func text(over parts: Double) -> String { (self < 0 ? "−" : "") + "\(abs(self) / parts)" }
}
