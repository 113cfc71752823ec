/// Which goal one agent was found to pursue, and what that rests on.
public struct GoalFindings: Sendable, Hashable, Codable {
  /// The answer when nothing that was asked about explains the behaviour.
  public static let none = "none"
  /// The answer when the behaviour does not decide.
  public static let undecided = "undecided"

  /// The name of a goal, ``none`` or ``undecided``.
  public var name: String
  /// What the answer leaves open, most probable first: names of goals and ``none``. One entry when it is decided.
  public var candidates: [String]
  /// The answer in a sentence for people.
  public var statement: String
  /// Posterior probability that none of the goals explains the behaviour, 0…1.
  public var nonePosterior: Double
  /// Every goal that was asked about, in the order it was asked.
  public var hypotheses: [GoalHypothesisFindings]
  /// The largest success share over the goals, whichever it is of; `nil` where no goal has one.
  @ExplicitNull public var capability: Double?
  /// Pairs of goals that this behaviour cannot tell apart, and where it could.
  public var indistinguishable: [GoalConfusion]
  /// How much of the world the behaviour shows.
  public var coverage: GoalCoverage
  /// Whether the agent may go on for ever: event rates are then the limit at discount 0.999.
  public var isEndless: Bool
  /// What to keep in mind, a sentence each.
  public var warnings: [String]
}

/// What one goal has to do with an agent's behaviour.
public struct GoalHypothesisFindings: Sendable, Hashable, Codable {
  /// The name of the goal.
  public var name: String
  /// Whether pursuing it makes any difference in this world; a goal for which it does not explains nothing.
  public var canExplain: Bool
  /// Posterior probability, 0…1; 0 where it cannot explain anything.
  public var posterior: Double
  /// ln p(decisions | goal), in nats; `nil` where it cannot explain anything.
  @ExplicitNull public var logEvidence: Double?
  /// How much better the goal's best soft-optimal policy predicts a decision than chance does, in bits; negative
  /// when worse, `nil` without decisions or where it cannot explain anything.
  @ExplicitNull public var directedness: Double?
  /// Share of the decisions that are best for the goal, among those in states where it has a preference; `nil`
  /// where there are none.
  @ExplicitNull public var agreement: Double?
  /// (J(π) − J(uniform)) / (J(π\*) − J(uniform)) of the goal's reward: 0 for the uniform policy, 1 for the best,
  /// below 0 for worse than chance; `nil` where the two are equal.
  @ExplicitNull public var success: Double?
  /// Expected amount of the goal's reward in an episode, not discounted.
  public var eventRate: Double
}

/// Two goals that the behaviour at hand cannot tell apart, and the state that would tell most.
public struct GoalConfusion: Sendable, Hashable, Codable {
  /// The names of the two goals.
  public var goals: [String]
  /// Total-variation distance between what is best for either, over the observed decisions, 0…1.
  public var difference: Double
  /// The state in which to watch the agent: no other tells more. `nil` where the goals agree in every state.
  @ExplicitNull public var tellingState: Int?
  /// What it is called.
  @ExplicitNull public var tellingStateName: String?
  /// Total-variation distance in that state, 0…1.
  public var tellingDifference: Double
  /// Whether an episode can come to that state by itself; else it has to begin there.
  public var isTellingStateLive: Bool
}

/// How much of the world a behaviour shows.
public struct GoalCoverage: Sendable, Hashable, Codable {
  /// How many decisions were observed.
  public var decisions: Int
  /// How many different states they were made in.
  public var states: Int
  /// In how many of those states there was more than one action to choose from.
  public var choices: Int
  /// How many states with a choice can be met while an episode goes on.
  public var liveChoices: Int
  /// Share of the live states with a choice that were seen, 0…1; 1 where there are none.
  public var share: Double
}

/// Which goals several agents were found to pursue, one agent a seed.
public struct GoalGroupFindings: Sendable, Hashable, Codable {
  /// The answer that most agents have, where the Wilson interval of that share is above one half or all agree;
  /// ``GoalFindings/undecided`` otherwise.
  public var name: String
  /// The same in a sentence for people.
  public var statement: String
  /// How many agents had each answer: the goals in the order they were asked about, `none`, `undecided`.
  public var answers: [GoalShare]
  /// Means over the agents, one entry a goal.
  public var goals: [GoalMeans]
  /// The mean of the largest success share of each agent; `nil` where no goal has one.
  @ExplicitNull public var capability: Estimate?
  /// Each agent by itself.
  public var agents: [GoalAgentFindings]
}

/// How many agents had an answer.
public struct GoalShare: Sendable, Hashable, Codable {
  /// The name of a goal, `none` or `undecided`.
  public var name: String
  /// The share of agents with that answer, with its Wilson interval.
  public var share: Estimate
}

/// How well several agents did by a goal.
public struct GoalMeans: Sendable, Hashable, Codable {
  /// The name of the goal.
  public var name: String
  /// Mean success share; `nil` where the goal has none.
  @ExplicitNull public var success: Estimate?
  /// Mean amount of the goal's reward in an episode, not discounted.
  public var eventRate: Estimate
}

/// One agent of several.
public struct GoalAgentFindings: Sendable, Hashable, Codable {
  public var seed: UInt64
  public var findings: GoalFindings
}

/// How far two rewards are from asking for the same.
public struct RewardDistance: Sendable, Hashable, Codable {
  /// The names of the two rewards.
  public var rewards: [String]
  /// In [0, 1]: 0 when they order all policies alike, 1 when they order them the other way round.
  public var distance: Double
}
