/// What happens in a world without endings once its goal was reached.
public enum Restart: String, Sendable, Hashable, CaseIterable {
  /// One is moved away with the very step that reaches the goal.
  case atOnce = "at-once"
  /// One stands at the goal, and the step after it, whatever it is, does nothing but move one away.
  case nextStep = "next-step"
}
