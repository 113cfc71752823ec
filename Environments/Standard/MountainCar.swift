import Assay

/// A car in a valley, too weak to drive up the hill it has to reach the top of.
///
/// ![A car too weak for the hill before it](mountain-car)
///
/// At position x the ground is at height sin 3x. In each step the velocity changes by 0.001 times the direction of the
/// action, less 0.0025·cos 3x, and is kept within ±0.07; then the position changes by the velocity and is kept from
/// −1.2 to 0.6. At the left end a velocity to the left becomes 0. Episodes start at rest, at a position drawn evenly
/// from −0.6 to −0.4.
///
/// - **Observation**: position and velocity, in units of the world.
/// - **Action**: 0 pushes to the left, 1 not at all, 2 to the right.
/// - **Reward**: −1 for each step, the last included.
/// - **Ending**: terminated at 0.5 or beyond while not moving back; Gymnasium cuts episodes off after 200 steps.
/// - **For**: exploration, since an agent that explores by chance sees no end before it is cut off; and taking that
///   for an end, which makes all states look alike.
/// - **Published**: a mean return of −110 counts as solved in Gymnasium.
///
/// - SeeAlso: Moore (1990), *Efficient memory-based learning for robot control*; Sutton & Barto (2018),
///   Example 10.1; `MountainCar-v0` of Gymnasium 1.4, whose every step this is.
public struct MountainCar: MovingWorld {
  public typealias Single = MountainCarMotion<OneLane>
  public typealias Several = MountainCarMotion<FourLanes>

  public let name = "mountain-car"
  public let observationSpace = BoxSpace(low: [-1.2, -0.07], high: [0.6, 0.07])
  public let actionSpace = DiscreteSpace(count: 3)
  public let actionNames = ["left", "noop", "right"]
  public let rewardRange = -1.0...(-1.0)
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
      goal: MountainCarMotion<OneLane>.goal)
  }
}

/// How the car moves, which is pushed by a third of its weight or not at all.
public struct MountainCarMotion<Number: Lanes>: Motion {
  public var position: Number
  public var velocity: Number

  @inlinable public static var goal: Double { 0.5 }
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
    velocity = velocity + ((action - Number(1)) * Number(0.001) - slope * Number(0.0025))
    Valley.move(&position, &velocity)
    let isTerminal = (Number(Self.goal) .<= position) & (Number(0) .<= velocity)
    return (Number(-1), isTerminal)
  }
}

/// The valley of both mountain cars.
@usableFromInline
enum Valley {
  /// Moves a car by its velocity, within the limits of both.
  @inlinable
  static func move<Number: Lanes>(_ position: inout Number, _ velocity: inout Number) {
    velocity = velocity.limited(from: -0.07, to: 0.07)
    position = (position + velocity).limited(from: -1.2, to: 0.6)
    let isStopped = (position .<= Number(-1.2)) & (velocity .< Number(0))
    velocity = Number.choose(isStopped, Number(0), else: velocity)
  }

  private static func ground(at x: Double) -> Drawing.Point {
    Drawing.Point(x, 0.45 * OneLane(3 * x).sineAndCosine.sine.number)
  }

  static func picture(position: Double, velocity: Double, goal: Double) -> Picture {
    let hill = (0...60).map { ground(at: -1.2 + 1.8 * Double($0) / 60) }
    let foot = ground(at: position)
    let top = ground(at: goal)
    // The car stands on the ground, turned as the ground is.
    let slope = 1.35 * OneLane(3 * position).sineAndCosine.cosine.number
    let length = (1 + slope * slope).squareRoot()
    func point(_ along: Double, _ above: Double) -> Drawing.Point {
      Drawing.Point(foot.x + (along - above * slope) / length, foot.y + (along * slope + above) / length)
    }
    let shapes: [Drawing.Shape] = [
      .polygon(hill + [.init(0.6, -0.6), .init(-1.2, -0.6)], tint: .muted),
      .line([top, .init(top.x, top.y + 0.25)], width: 0.012, tint: .wall),
      .polygon(
        [.init(top.x, top.y + 0.25), .init(top.x + 0.1, top.y + 0.21), .init(top.x, top.y + 0.17)],
        tint: .goal),
      .polygon([point(-0.07, 0.03), point(0.07, 0.03), point(0.05, 0.1), point(-0.05, 0.1)], tint: .agent),
      .disc(center: point(-0.04, 0.025), radius: 0.025, tint: .wall),
      .disc(center: point(0.04, 0.025), radius: 0.025, tint: .wall),
    ]
    return Picture(
      drawing: Drawing(horizontal: -1.2...0.6, vertical: -0.6...0.8, shapes: shapes),
      caption: "at \(position.inHundredths), velocity \(velocity.inThousandths)")
  }
}
