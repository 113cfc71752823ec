import Assay

/// A car in a valley that may push as hard as it likes, but pays for pushing.
///
/// ![A car in a valley, with a flag on the hill](mountain-car-continuous)
///
/// As in ``MountainCar``, but for the push, which is 0.0015 times the action, and the flag, which stands at 0.45.
/// After each step Gymnasium rounds position and velocity to single precision, and so does this world.
///
/// - **Observation**: position and velocity, in units of the world.
/// - **Action**: one number; the push of one beyond ±1 counts as ±1. NaN traps.
/// - **Reward**: −0.1·u² for the action u as it was given, plus 100 on reaching the flag: from −0.1 to 100 for actions
///   within ±1.
/// - **Ending**: terminated at 0.45 or beyond while not moving back; Gymnasium cuts episodes off after 999 steps.
/// - **For**: settling for nothing: until the flag is found, doing nothing is best, and an agent that explores too
///   little learns just that.
/// - **Published**: a mean return of 90 counts as solved in Gymnasium.
///
/// - SeeAlso: Moore (1990), *Efficient memory-based learning for robot control*; `MountainCarContinuous-v0` of
///   Gymnasium 1.4, whose every step this is.
public struct MountainCarContinuous: MovingWorld {
  public typealias Single = MountainCarContinuousMotion<OneLane>
  public typealias Several = MountainCarContinuousMotion<FourLanes>

  public let name = "mountain-car-continuous"
  public let observationSpace = BoxSpace(low: [-1.2, -0.07], high: [0.6, 0.07])
  public let actionSpace = BoxSpace(count: 1, in: -1...1)
  public let rewardRange = -0.1...100
  public var body: MovingBody<Single>

  /// Makes the world.
  public init() { body = MovingBody(Single { OneLane($0 == 0 ? -0.5 : 0) }, observationCount: 2) }

  @inlinable
  public static func start(using random: inout RandomStream) -> Single {
    let position = -0.6 + 0.2 * random.unit()
    return Single { OneLane($0 == 0 ? position : 0) }
  }

  public var stateNumbers: [Double] { [body.motion.position.number, body.motion.velocity.number] }

  public mutating func place(at numbers: [Double]) throws(DataError) {
    let numbers = try checkedNumbers(numbers, count: 2, within: 10)
    body.motion = Single { OneLane(numbers[$0]) }
    body.isOver = false
    body.observe()
  }

  public var picture: Picture {
    Valley.picture(
      position: body.motion.position.number, velocity: body.motion.velocity.number,
      goal: MountainCarContinuousMotion<OneLane>.goal)
  }
}

/// How the car moves, which is pushed as hard as the action says.
public struct MountainCarContinuousMotion<Number: Lanes>: Motion {
  public var position: Number
  public var velocity: Number

  @inlinable public static var goal: Double { 0.45 }
  @inlinable public static var numberCount: Int { 2 }

  @inlinable
  public init(numbers: (Int) -> Number) {
    position = numbers(0)
    velocity = numbers(1)
  }

  @inlinable
  public func giveNumbers(_ take: (Int, Number) -> Void) {
    take(0, position)
    take(1, velocity)
  }

  @inlinable
  public func giveObservation(_ take: (Int, Number) -> Void) { giveNumbers(take) }

  @inlinable
  public mutating func advance(_ action: Number) -> (reward: Number, isTerminal: Number.Bits) {
    let slope = (Number(3) * position).sineAndCosine.cosine
    velocity = velocity + (action.limited(from: -1, to: 1) * Number(0.0015) - Number(0.0025) * slope)
    Valley.move(&position, &velocity)
    let isTerminal = (Number(Self.goal) .<= position) & (Number(0) .<= velocity)
    position = position.single
    velocity = velocity.single
    let prize = Number.choose(isTerminal, Number(100), else: Number(0))
    return (prize - action * action * Number(0.1), isTerminal)
  }
}
