import Assay
import Foundation

/// One number to choose, and two bumps of reward: a wide one that is easy to climb, and a narrow one twice as
/// high.
///
/// ![One number to choose; a wide bump of reward and a higher, narrow one](two-bump-bandit)
///
/// The action a is a number from −1 to 1, an episode is one choice, and its expected reward is
///
///     ½ · exp(−½ · ((a + 0.4) / 0.3)²) + exp(−½ · ((a − 0.7) / 0.08)²)
///
/// to which normal noise may be added. The wide bump has its top of 0.5 at −0.4, the narrow one its top of 1
/// at 0.7. Whoever follows the slope from anywhere to the left of 0.42 ends at the wide one, where the slope
/// is zero and all estimates may be right.
///
/// An actor that draws a from a normal distribution climbs the bumps as that distribution blurs them. With a
/// deviation of 0.17 or more the wide bump is then the higher one, so that it prefers it for good reason;
/// only with less is it stuck.
///
/// - **Observation**: one number, always 1.
/// - **Action**: one number from −1 to 1.
/// - **Reward**: as above, above 0 and below 1.001; any number where there is noise.
/// - **Ending**: terminates with every choice. An action outside the limits is not allowed: it is for the
///   agent to keep to them.
/// - **For**: an actor at a local optimum, with nothing wrong with its critic; other starts cure it.
public struct TwoBumpBandit: PlaceableEnvironment {
  public let name = "two-bump-bandit"
  public let observationSpace = BoxSpace(count: 1, in: 1...1)
  public let actionSpace = BoxSpace(count: 1, in: -1...1)
  /// The standard deviation of the noise of rewards.
  public let noise: Double

  @inlinable public var isOver: Bool { hasEnded }

  @usableFromInline var hasEnded = false
  /// What was chosen last; only pictures show it.
  @usableFromInline var choice: Float?

  /// Makes the bandit.
  ///
  /// - Parameter noise: the standard deviation of the noise of rewards, not negative.
  public init(noise: Double = 0) {
    precondition(noise >= 0 && noise < .infinity, "noise must not be negative, but is \(noise)")
    self.noise = noise
  }

  /// What an action is worth on average.
  public static func expectedReward(of action: Double) -> Double {
    let wide = (action + 0.4) / 0.3
    let narrow = (action - 0.7) / 0.08
    return 0.5 * exp(-wide * wide / 2) + exp(-narrow * narrow / 2)
  }

  public var rewardRange: ClosedRange<Double> { noise > 0 ? -.infinity ... .infinity : 0...1.001 }

  /// None: nothing that follows depends on anything.
  public var stateNumbers: [Double] { [] }

  public mutating func place(at numbers: [Double]) throws(DataError) {
    guard numbers.isEmpty else {
      throw DataError(field: "state", value: "\(numbers)", allowed: "no number, for there is one state")
    }
    hasEnded = false
    choice = nil
  }

  public mutating func reset(using random: inout RandomStream) -> [Float] {
    hasEnded = false
    choice = nil
    return Self.observation
  }

  public mutating func step(_ action: [Float], using random: inout RandomStream) -> Step<[Float]> {
    checkStep(action)
    hasEnded = true
    choice = action[0]
    let expected = Self.expectedReward(of: Double(action[0]))
    let reward = noise > 0 ? random.normal(mean: expected, deviation: noise) : expected
    return Step(observation: Self.observation, reward: Reward(reward), ending: .terminated)
  }

  private static let observation: [Float] = [1]

  /// The expected rewards, and what was chosen last.
  public var picture: Picture {
    var drawing = Drawing(horizontal: -1.1...1.1, vertical: -0.15...1.15)
    drawing.shapes.append(
      .line([Drawing.Point(-1, 0), Drawing.Point(1, 0)], width: 0.01, tint: .muted))
    let points = (0...200).map { index in
      let action = Double(index) / 100 - 1
      return Drawing.Point(action, Self.expectedReward(of: action))
    }
    drawing.shapes.append(.line(points, width: 0.015, tint: .floor))
    guard let choice else { return Picture(drawing: drawing, caption: "nothing chosen yet") }
    let action = Double(choice)
    let expected = Self.expectedReward(of: action)
    drawing.shapes.append(.disc(center: Drawing.Point(action, expected), radius: 0.04, tint: .agent))
    return Picture(
      drawing: drawing,
      caption: "chose \(Self.short(action)), worth \(Self.short(expected)) on average")
  }

  private static func short(_ number: Double) -> Double { (number * 1000).rounded() / 1000 }
}
