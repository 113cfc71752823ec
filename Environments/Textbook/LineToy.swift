import Assay

/// A point on a line, and a reward for leaving it to the left: the least continuous world in which a
/// deterministic actor may stop learning with the reward in sight.
///
/// ![A reward beyond the left end of a line; actors that follow slopes miss it](line-toy)
///
/// The point is at x, from −1 to 1, and starts at 0. An action a moves it to x + a, or to the end of the line
/// that lies before that. Where x + a < 0 the reward is 1 and the episode ends. So the very first step can
/// end it, and from x ≥ 0 it takes ⌊10x⌋ + 1 steps, up to rounding.
///
/// What an action is worth to an actor that always moves right is 1 below −x and 0 above: it has no slope to
/// follow anywhere. An actor that follows slopes and learned to move right before it met the reward stays as
/// it is, however often exploration meets it later.
///
/// - **Observation**: x, from −1 to 1.
/// - **Action**: a, from −0.1 to 0.1.
/// - **Reward**: 1 where x + a < 0, else 0.
/// - **Ending**: terminates with the reward.
/// - **For**: an actor that is stuck where the critic is right and flat.
/// - SeeAlso: Matheron, Perrin & Sigaud (2019), *The problem with DDPG: understanding failures in
///   deterministic environments with sparse rewards*, whose toy problem this is.
public struct LineToy: PlaceableEnvironment {
  public let name = "line-toy"
  public let observationSpace = BoxSpace(count: 1, in: -1...1)
  public let actionSpace = BoxSpace(count: 1, in: -0.1...0.1)

  /// Where the point is.
  public private(set) var position: Float = 0
  public private(set) var isOver = false

  /// Makes the line.
  public init() {}

  public var rewardRange: ClosedRange<Double> { 0...1 }

  /// Where the point is.
  public var stateNumbers: [Double] { [Double(position)] }

  public mutating func place(at numbers: [Double]) throws(DataError) {
    guard numbers.count == 1, abs(numbers[0]) <= 1 else {
      throw DataError(field: "state", value: "\(numbers)", allowed: "one number from -1 to 1")
    }
    position = Float(numbers[0])
    isOver = false
  }

  public mutating func reset(using random: inout RandomStream) -> [Float] {
    position = 0
    isOver = false
    return [position]
  }

  public mutating func step(_ action: [Float], using random: inout RandomStream) -> Step<[Float]> {
    checkStep(action)
    let next = position + action[0]
    position = min(max(next, -1), 1)
    isOver = next < 0
    return Step(
      observation: [position], reward: isOver ? 1 : 0, ending: isOver ? .terminated : nil)
  }

  public var picture: Picture {
    let shapes: [Drawing.Shape] = [
      .line([Drawing.Point(-1, 0), Drawing.Point(0, 0)], width: 0.02, tint: .goal),
      .line([Drawing.Point(0, 0), Drawing.Point(1, 0)], width: 0.02, tint: .wall),
      .line([Drawing.Point(0, -0.06), Drawing.Point(0, 0.06)], width: 0.02, tint: .start),
      .label("0", at: Drawing.Point(0, -0.13), height: 0.06, tint: .floor),
      .disc(center: Drawing.Point(Double(position), 0), radius: 0.05, tint: .agent),
    ]
    let rounded = (Double(position) * 1000).rounded() / 1000
    return Picture(
      drawing: Drawing(horizontal: -1.1...1.1, vertical: -0.25...0.25, shapes: shapes),
      caption: "x = \(rounded < 0 ? "−" : "")\(abs(rounded))\(isOver ? ", rewarded" : "")")
  }
}
