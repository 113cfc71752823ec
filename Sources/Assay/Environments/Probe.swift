/// What a probe world finds out about an agent that learns in it.
public struct Probe: Sendable, Hashable {
  /// Which part of a learner is to blame where the agent fails, given that it passes the simpler probes.
  public enum Suspect: String, Sendable, Hashable, Codable, CaseIterable {
    /// The loss of the values, or the optimiser.
    case valueLoss = "the value loss or its optimiser"
    /// What leads from observations to values, and the gradient on its way back.
    case observationPath = "the path from observations to values"
    /// How later rewards are discounted, and what stands for what follows.
    case bootstrapping = "discounting or bootstrapping"
    /// How actions get likelier that turned out well.
    case policyGradient = "the advantages or the policy loss"
    /// Something that mixes up which observation, action and reward belong together.
    case conditioning = "what keeps observations, actions and rewards together"
  }

  /// A short name, as on the command line.
  public var name: String
  /// What an agent shows that passes.
  public var question: String
  /// Which part is to blame where it fails.
  public var suspect: Suspect
  /// Whether all actions are alike, so that only a critic can pass or fail.
  public var isOfValuesOnly: Bool

  public init(name: String, question: String, suspect: Suspect, isOfValuesOnly: Bool) {
    self.name = name
    self.question = question
    self.suspect = suspect
    self.isOfValuesOnly = isOfValuesOnly
  }
}

/// A world so small that everything that can be learned in it is known, made to find out which part of a learner is
/// broken.
///
/// The action decides on the reward in the very step in which it is taken, and on nothing else, so that what an action is
/// worth is the same under every policy.
///
/// - SeeAlso: Jones (2021), *Debugging RL, without the agonizing pain*, whose idea this is.
public protocol ProbeWorld: Environment where Observation == [Float], ObservationSpace == BoxSpace {
  /// What it finds out.
  var probe: Probe { get }

  /// Every observation it ever shows.
  var shownObservations: [[Float]] { get }

  /// What is paid for an action where an observation is shown.
  func reward(for action: Action, at observation: [Float]) -> Double

  /// The exact value of what is shown after an observation; 0 where it is the last, and where a world does not say.
  func valueAfter(_ observation: [Float], discount: Double) -> Double

  /// The best action where an observation is shown; `nil` where all are alike.
  func bestAction(at observation: [Float]) -> Action?
}

extension ProbeWorld {
  public var name: String { probe.name }

  public func valueAfter(_ observation: [Float], discount: Double) -> Double { 0 }

  /// Q(o, a), exactly.
  public func value(of action: Action, at observation: [Float], discount: Double) -> Double {
    reward(for: action, at: observation) + discount * valueAfter(observation, discount: discount)
  }

  public func bestAction(at observation: [Float]) -> Action? { nil }

  /// How much less an action is paid than the best one, not negative.
  public func shortfall(of action: Action, at observation: [Float]) -> Double {
    guard let best = bestAction(at: observation) else { return 0 }
    return reward(for: best, at: observation) - reward(for: action, at: observation)
  }
}
