import Assay

/// Everything an audit found: a value that renderers draw and programs read.
///
/// Encoded as JSON it has the schema `assay.audit/1`. It holds no times, so the same command with the same
/// seed gives the same bytes.
public struct AuditReport: Sendable, Hashable, Codable {
  /// The schema of the JSON form.
  public static let schema = "assay.audit/1"

  public var schema = Self.schema
  /// What was audited.
  public var subject: Subject
  /// The answer, in a word, and what it rests on.
  public var diagnosis: Diagnosis
  /// Does the critic approximate the value it claims to? `nil` for an agent without one.
  @ExplicitNull public var critic: CriticFindings?
  /// Does the actor maximise the critic?
  public var actor: ActorFindings
  /// Is the model right where it is used? `nil` for a model-free agent.
  @ExplicitNull public var model: ModelFindings?
  /// Is the training reward what the designer wanted?
  public var reward: RewardFindings
  /// Is the agent trained at a discount that asks for what it is judged by?
  public var discount: DiscountFindings
  /// Does the agent do as well as its reward allows? `nil` for an agent that claims to maximise nothing, and where
  /// there is nothing to lose.
  @ExplicitNull public var outcome: OutcomeFindings?
  /// Which goal do the agents pursue? `nil` where the world names none.
  @ExplicitNull public var goal: GoalGroupFindings?
  /// Where did the lost return go?
  public var gap: GapFindings
  /// How the errors went over training.
  public var training: Training
  /// What each agent was found to have, one entry a seed.
  public var agents: [AgentFindings]
  /// The states of the first agent, for maps and plots.
  public var states: StateFindings
  /// Where the first agent's numbers lie and who wrote them last.
  public var anatomy: AnatomyFindings

  /// What was audited.
  public struct Subject: Sendable, Hashable, Codable {
    public var environment: String
    public var agent: String
    /// Environment steps of training, for each seed.
    public var steps: Int
    public var seeds: [UInt64]
    /// Names of the faults that were planted on purpose.
    public var faults: [String]
    /// γ at which returns are judged.
    public var discount: Double
    public var states: Int
    public var actions: Int
    /// Range of the optimal training values, the yardstick of errors, in reward units.
    public var range: Double
  }

  /// One agent's findings, in short.
  public struct AgentFindings: Sendable, Hashable, Codable {
    public var seed: UInt64
    /// The name of its own diagnosis.
    public var diagnosis: String
    /// Further things that are wrong with it.
    public var also: [String]
    /// J(π): the true discounted performance of its actor's policy.
    public var performance: Double
    /// RMSE of its critic as a share of the range, of states or of actions, whichever is larger; `nil` for an agent without one.
    @ExplicitNull public var criticError: Double?
    /// The larger of its actor's normalised gaps, over visits and over all states alike.
    public var actorGap: Double
    /// Its model's value error as a share of the range; `nil` for a model-free agent.
    @ExplicitNull public var modelError: Double?
    /// What its policy loses of the training reward, as a share of what choosing at random loses; `nil` where there
    /// is nothing to lose.
    @ExplicitNull public var regret: Double?
    /// Why its training stopped before its time; `nil` when it did not.
    @ExplicitNull public var stoppedBy: String?
  }
}

/// Whether something is as it should be.
public struct Verdict: Sendable, Hashable, Codable {
  public enum Name: String, Sendable, Hashable, Codable {
    case healthy, faulty, inconclusive
  }

  public var name: Name
  /// The measurement it rests on, against its tolerance.
  public var measured: Estimate
  /// What the measurement must stay below.
  public var tolerance: Double
  /// The same in a sentence for people.
  public var statement: String
  /// What would change it.
  public var wouldChange: String
}

/// What the audit concludes from all parts together.
public struct Diagnosis: Sendable, Hashable, Codable {
  /// `healthy`, `inconclusive`, or the name of what is wrong.
  public var name: String
  /// Further things that are wrong, each on evidence of its own.
  public var also: [String]
  /// One sentence for people.
  public var summary: String
  /// What it rests on, strongest first.
  public var evidence: [Evidence]
}

/// One reason for a diagnosis.
public struct Evidence: Sendable, Hashable, Codable {
  /// The metric, as a path into the report or the name of a test.
  public var metric: String
  /// What it says, in a sentence for people.
  public var statement: String
  /// Its value, where it has one.
  public var value: Estimate?
}

/// Does the critic approximate the value it claims to? On the states that the actor's policy visits.
public struct CriticFindings: Sendable, Hashable, Codable {
  /// What the critic says it estimates.
  public var claim: String
  /// Mean of V̂ − V, in reward units, weighted by visits.
  public var bias: Estimate
  /// √ mean (V̂ − V)², in reward units, weighted by visits.
  public var rmse: Estimate
  /// √ mean (Q̂ − Q)², weighted by visits and over all available actions alike. `nil` for a critic of states.
  @ExplicitNull public var actionRMSE: Estimate?
  /// √ mean (V̂ − V)² over all states alike.
  public var uniformRMSE: Estimate
  /// max |V̂ − V| over all states.
  public var largestError: Estimate
  /// Share of the variance of V that V̂ explains, weighted by visits; at most 1.
  /// `nil` where all values are equal.
  @ExplicitNull public var explainedVariance: Estimate?
  /// Slope of V on V̂, weighted by visits; 1 when calibrated.
  /// `nil` where all learned values are equal.
  @ExplicitNull public var calibrationSlope: Estimate?
  /// Rank agreement of Q̂ with Q within states, pairs weighted by their gap, −1…1.
  /// `nil` for a critic of states, and where no two actions differ.
  @ExplicitNull public var kendallTau: Estimate?
  /// √ mean squared exact Bellman residual of Q̂ under its own policy, in reward units, weighted by visits.
  public var bellmanResidual: Estimate
  /// How well the critic matches other claims, best first: what it may in fact have learned.
  public var alternatives: [ClaimMatch]
  public var verdict: Verdict
}

/// How well a critic matches the truth of a claim.
public struct ClaimMatch: Sendable, Hashable, Codable {
  /// The claim in words.
  public var claim: String
  /// The diagnosis it would stand for.
  public var diagnosis: String
  /// √ mean squared difference, as a share of the range.
  public var error: Estimate
}

/// Does the actor maximise the critic?
public struct ActorFindings: Sendable, Hashable, Codable {
  /// What the actor says it does.
  public var objective: String
  /// E[maxₐ Q̂ − E_π Q̂] over visits, in reward units.
  public var gap: Estimate
  /// The gap divided by E[maxₐ Q̂ − meanₐ Q̂]: 0 for a maximiser, 1 for the uniform policy.
  public var normalisedGap: Estimate
  /// The normalised gap over all states alike.
  public var uniformNormalisedGap: Estimate
  /// Share of states, weighted by visits and by how much the choice matters, where the likeliest action is
  /// the critic's best.
  public var agreement: Estimate
  /// Mean probability of the likeliest action, weighted by visits.
  public var confidence: Estimate
  public var verdict: Verdict
}

/// Is the world model right where it is used?
public struct ModelFindings: Sendable, Hashable, Codable {
  /// √ mean (V^π in the model − V^π)², in reward units, weighted by visits.
  public var valueError: Estimate
  /// Mean of V^π in the model − V^π: positive when the model is an optimist.
  public var bias: Estimate
  /// Mean total-variation distance of the next-state distribution, weighted by visits, 0…1.
  public var transitionError: Estimate
  /// √ mean (r̂ − r)², in reward units, weighted by visits.
  public var rewardError: Estimate
  /// E|(r − r̂) + γ(P − P̂)V̂| over visits, in reward units.
  public var valueEquivalenceError: Estimate
  /// [Ĵ − J] of the best policy in the model, minus the same of the uniform policy, in reward units: positive
  /// when planning selects the model's errors.
  public var exploitation: Estimate
  /// The most that the model promises for nothing: its worst state and action, in words.
  public var worst: String
  public var verdict: Verdict
}

/// Is the training reward what the designer wanted?
public struct RewardFindings: Sendable, Hashable, Codable {
  /// J(π*) − J of the policy that is optimal for the training reward, as a share of J(π*) − J(uniform).
  public var regret: Double
  /// How much of the reward that can be had the designer's own best policy earns, as a share.
  public var credit: Double
  /// Correlation of reward and performance over what can happen, all live states and their actions alike.
  public var agreement: Double
  /// The regret of the reward that the channel would have paid untouched; `nil` where the world knows no such reward.
  @ExplicitNull public var untamperedRegret: Double?
  public var verdict: Verdict
}

/// Is the agent trained at a discount that asks for what it is judged by?
public struct DiscountFindings: Sendable, Hashable, Codable {
  /// γ that the agent says it is trained at.
  public var trained: Double
  /// What is best for the training reward at that discount loses of it at the discount of evaluation, as a share of
  /// what choosing at random loses.
  public var regret: Double
  public var verdict: Verdict
}

/// Does the agent do as well as its reward allows?
public struct OutcomeFindings: Sendable, Hashable, Codable {
  /// J_r(π*) − J_r(π) as a share of J_r(π*) − J_r(uniform), for the training reward.
  public var regret: Estimate
  public var verdict: Verdict
}

/// Where did the lost return go?
public struct GapFindings: Sendable, Hashable, Codable {
  /// J(π*) − J(π), at the discount of evaluation, in reward units.
  public var total: Estimate
  /// J(π*).
  public var optimal: Double
  /// J(π) of the actor's policy.
  public var achieved: Estimate
  public var identity: Identity
  /// From the optimum down to the actor; the losses sum to `total`.
  public var ladder: [Rung]
  /// What exploring costs on top: J(π) − J of the behaviour policy.
  public var exploration: Estimate

  /// An exact decomposition of the gap into what each part contributes; terms may be negative.
  public struct Identity: Sendable, Hashable, Codable {
    public var reward: Estimate
    public var model: Estimate
    public var critic: Estimate
    public var actor: Estimate
    /// −E_{d*}[g*]: how far the optimal policy is from maximising the learned critic.
    public var slack: Estimate
    /// The five together: equal to the gap.
    public var sum: Estimate
  }

  /// One step down from the optimum.
  public struct Rung: Sendable, Hashable, Codable {
    /// Whose true return this is.
    public var name: String
    /// J of that policy.
    public var value: Estimate
    /// How much less than the rung above; 0 for the first.
    public var loss: Estimate
  }
}

/// How the errors went over training.
public struct Training: Sendable, Hashable, Codable {
  /// Environment steps at which the agents were audited.
  public var steps: [Int]
  /// RMSE of the critic as a share of the range, of states or of actions, whichever is larger; over the seeds.
  public var criticError: [Estimate]
  /// The larger of the actor's normalised gaps, over visits and over all states alike.
  public var actorGap: [Estimate]
  /// The model's value error as a share of the range; empty for a model-free agent.
  public var modelError: [Estimate]
  /// J(π), over the seeds.
  public var performance: [Estimate]
}

/// The states of one agent.
public struct StateFindings: Sendable, Hashable, Codable {
  /// The seed of that agent.
  public var seed: UInt64
  public var stateNames: [String]
  public var actionNames: [String]
  /// The map the states form, where they do.
  public var map: GridMap?
  /// V of the critic's claim, `[S]`.
  public var trueValues: [Double]
  /// V̂, `[S]`.
  public var learnedValues: [Double]
  /// V*, `[S]`, of the performance.
  public var optimalValues: [Double]
  /// Share of discounted visits under the actor's policy, `[S]`; sums to 1.
  public var visits: [Double]
  /// maxₐ Q̂ − E_π Q̂, `[S]`.
  public var actorGaps: [Double]
  /// π, `[S][A]`; empty for a state without actions.
  public var policy: [[Double]]
  /// Whether the state has actions and can be more than an end.
  public var isLive: [Bool]
}

/// Where the numbers of one agent lie.
public struct AnatomyFindings: Sendable, Hashable, Codable {
  /// Size of the arena.
  public var bytes: Int
  public var blocks: [BlockFindings]
  /// Which part refers to which: the graph of claims.
  public var references: [Reference]

  /// One block of parameters.
  public struct BlockFindings: Sendable, Hashable, Codable {
    public var name: String
    public var owner: String
    public var role: String
    public var shape: [Int]
    /// In bytes from the start of the arena.
    public var offset: Int
    public var bytes: Int
    public var updateRule: String
    public var isFrozen: Bool
    public var writes: Int
    /// Writes turned away because the block was frozen.
    public var refused: Int
    public var lastWriter: String?
    public var lastCause: String?
    public var lastStep: Int?
    /// Whether any write depended on a reward.
    public var usedReward: Bool
    /// √ of the accumulated squared change.
    public var changeNorm: Double
    /// As 16 hexadecimal digits.
    public var digest: String
  }

  /// One part refers to another.
  public struct Reference: Sendable, Hashable, Codable {
    public var from: String
    public var to: String
    /// What it says of it: `estimates the value of`.
    public var relation: String
  }
}
