/// Something an agent might be after: a reward over the events of a world, with a name.
///
/// A world lists the goals between which behaviour may have to decide, such as the coin and the right-hand side.
/// ``FiniteMDP/init(enumerating:)`` keeps each as a reward of its own over the same dynamics.
public struct GoalHypothesis: Sendable {
  /// The name of the reward that would have been paid had nobody touched the channel it comes through: in a world
  /// where the reward can be tampered with, it tells that from a reward that asks for the wrong thing.
  public static let untampered = "untampered reward"

  /// What it is called, in the words of the command line: `coin`, `right`. Not `reward` or `performance`, which
  /// are taken.
  public let name: String
  /// What the goal is worth in an event: a state, an action taken there, and how it turned out.
  public let reward: @Sendable (_ state: Int, _ action: Int, _ outcome: Outcome) -> Double

  public init(
    _ name: String, reward: @escaping @Sendable (_ state: Int, _ action: Int, _ outcome: Outcome) -> Double
  ) {
    precondition(
      name != "reward" && name != "performance", "a goal cannot be called \(name): the name is taken")
    self.name = name
    self.reward = reward
  }
}
