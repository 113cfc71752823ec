/// One way to label transitions with rewards.
///
/// Labels live beside the transitions, so relabelling never overwrites what the world said.
public struct RewardLabels: Sendable {
  /// How a label follows from the reward the world gave.
  public enum Rule: Sendable {
    /// What the world said.
    case original
    /// Nothing, always.
    case zero
    /// The opposite.
    case negated
    /// A multiple.
    case scaled(Double)
    /// A number in [0, 1) that has nothing to do with the transition, fixed by seed and position.
    case random(seed: UInt64)
    /// What the world said plus noise of mean zero: uniform in ±`amplitude`, fixed by seed and position.
    case noisy(seed: UInt64, amplitude: Double)
  }

  /// What the labels are called.
  public let name: String
  /// How they follow from the original.
  public let rule: Rule
  /// How many times the labels changed for transitions that already had one.
  public internal(set) var version = 0

  public init(name: String, rule: Rule) {
    self.name = name
    self.rule = rule
  }

  /// The label of the `position`-th transition, given what the world said.
  package func label(_ original: Reward, at position: Int) -> Reward {
    switch rule {
    case .original: original
    case .zero: 0
    case .negated: Reward(-original.value)
    case .scaled(let factor): Reward(factor * original.value)
    case .random(let seed):
      {
        var stream = RandomStream(seed: seed).substream(UInt64(position))
        return Reward(stream.unit())
      }()
    case .noisy(let seed, let amplitude):
      {
        var stream = RandomStream(seed: seed).substream(UInt64(position))
        return Reward(original.value + amplitude * (2 * stream.unit() - 1))
      }()
    }
  }
}
