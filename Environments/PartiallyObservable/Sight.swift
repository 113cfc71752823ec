/// What a world shows that has nothing to show but its reward.
///
/// An agent here never sees a reward, only observations. Where the literature lets it, the reward has to be
/// part of what is observed.
public enum Sight: String, Sendable, Hashable, CaseIterable {
  /// Nothing: every observation is the same.
  case nothing
  /// Whether the step was rewarded.
  case reward
}
