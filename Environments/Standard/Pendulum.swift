import Assay

/// A pendulum that has to be swung up and held upright with a motor too weak to lift it.
///
/// ![A pendulum to swing up and hold](pendulum)
///
/// A rod of m = 1 kg and l = 1 m turns about one end, at angle θ from upright, under g = 10. A torque u of at most
/// 2 N·m acts on it. A step of 0.05 s first changes the velocity, which stays within ±8 rad/s, and then the angle by
/// the new velocity:
///
///     θ̈ = 3·g / (2·l)·sin θ + 3 / (m·l²)·u
///
/// Episodes start with θ drawn evenly from −π to π and θ̇ from −1 to 1. The angle is never brought back into one turn.
///
/// - **Observation**: cos θ, sin θ, θ̇ in rad/s.
/// - **Action**: one number, u; beyond ±2 it counts as ±2. NaN traps.
/// - **Reward**: −(θ² + 0.1·θ̇² + 0.001·u²) of the moment before the step, with θ brought between −π and π: from
///   −16.27 to 0.
/// - **Ending**: none; Gymnasium cuts episodes off after 200 steps.
/// - **For**: control with continuous actions and dense rewards; truncation is the only ending, so an agent that
///   takes it for termination learns values that are all too good.
///
/// - SeeAlso: `Pendulum-v1` of Gymnasium 1.4, whose every step this is.
public struct Pendulum: MovingWorld {
  public typealias Single = PendulumMotion<OneLane>
  public typealias Several = PendulumMotion<FourLanes>

  public let name = "pendulum"
  public let observationSpace = BoxSpace(low: [-1, -1, -8], high: [1, 1, 8])
  public let actionSpace = BoxSpace(count: 1, in: -2...2)
  public let rewardRange = -(Double.pi * Double.pi + 0.1 * 64 + 0.001 * 4)...0
  public var body: MovingBody<Single>

  /// Makes the world.
  public init() { body = MovingBody(Single(angle: OneLane(0), spin: OneLane(0)), observationCount: 3) }

  @inlinable
  public static func start(using random: inout RandomStream) -> Single {
    let angle = -Double.pi + 2 * .pi * random.unit()
    return Single(angle: OneLane(angle), spin: OneLane(-1 + 2 * random.unit()))
  }

  public var stateNumbers: [Double] { [body.motion.angle.number, body.motion.spin.number] }

  public mutating func place(at numbers: [Double]) throws(DataError) {
    let numbers = try checkedNumbers(numbers, count: 2)
    body.motion = Single(angle: OneLane(numbers[0]), spin: OneLane(numbers[1]))
    body.isOver = false
    body.observe()
  }

  public var picture: Picture {
    let tip = Drawing.Point(-body.motion.sine.number, body.motion.cosine.number)
    let shapes: [Drawing.Shape] = [
      .disc(center: .init(0, 1), radius: 0.14, tint: .goal),
      .line([.init(0, 0), tip], width: 0.16, tint: .agent),
      .disc(center: tip, radius: 0.08, tint: .agent),
      .disc(center: .init(0, 0), radius: 0.08, tint: .agent),
      .disc(center: .init(0, 0), radius: 0.04, tint: .muted),
    ]
    let degrees = body.motion.angle.angleWithinHalfTurn.number * 180 / .pi
    return Picture(
      drawing: Drawing(horizontal: -1.3...1.3, vertical: -1.3...1.3, shapes: shapes),
      caption: "\(degrees.inTenths)° from upright, \(body.motion.spin.number.inTenths) rad/s")
  }
}

/// How a pendulum moves.
public struct PendulumMotion<Number: Lanes>: Motion {
  public var angle: Number
  /// The angular velocity.
  public var spin: Number
  /// Of the angle; seen, and needed for the next step.
  public var cosine: Number
  /// Of the angle; seen, and needed for the next step.
  public var sine: Number

  @inlinable public static var numberCount: Int { 4 }

  @inlinable
  public init(angle: Number, spin: Number) {
    self.angle = angle
    self.spin = spin
    (sine, cosine) = angle.sineAndCosine
  }

  @inlinable
  public init(numbers: (Int) -> Number) {
    angle = numbers(0)
    spin = numbers(1)
    cosine = numbers(2)
    sine = numbers(3)
  }

  @inlinable
  public func giveNumbers(_ take: (Int, Number) -> Void) {
    take(0, angle)
    take(1, spin)
    take(2, cosine)
    take(3, sine)
  }

  @inlinable
  public func giveObservation(_ take: (Int, Number) -> Void) {
    take(0, cosine)
    take(1, sine)
    take(2, spin)
  }

  @inlinable
  public mutating func advance(_ action: Number) -> (reward: Number, isTerminal: Number.Bits) {
    let torque = action.limited(from: -2, to: 2)
    let error = angle.angleWithinHalfTurn
    let cost = error * error + Number(0.1) * (spin * spin) + Number(0.001) * (torque * torque)
    spin = (spin + (Number(15) * sine + Number(3) * torque) * Number(0.05)).limited(from: -8, to: 8)
    angle = angle + spin * Number(0.05)
    (sine, cosine) = angle.sineAndCosine
    return (-cost, Number.bits(0))
  }
}
