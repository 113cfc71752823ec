import Assay

/// What was measured on one agent at one step of its training, from restarts of copied worlds.
public struct RunMeasurement: Sendable, Hashable, Codable {
  /// The environment step.
  public var step: Int
  /// What is at stake, in reward units: how far the policy's values are spread over states (from the 5th to the 95th of
  /// a hundred) or, where they hardly differ, how much more it is worth than acting at random, but no more than its
  /// values are large. The yardstick of errors.
  public var range: Double
  /// What the policy is worth in the states it visits, in reward units, at the claim.
  public var value: Estimate
  /// What acting at random is worth in them.
  public var evenValue: Estimate
  /// `nil` for an agent without a critic.
  @ExplicitNull public var critic: CriticMeasurement?
  /// `nil` where the agent has no critic to hold its actor to.
  @ExplicitNull public var actor: ActorMeasurement?
  /// `nil` for a model-free agent.
  @ExplicitNull public var model: ModelMeasurement?
  /// How many environment steps the restarts took.
  public var worldSteps: Int
}

/// How a critic compares with what restarts earn, in states that the policy visits.
public struct CriticMeasurement: Sendable, Hashable, Codable {
  /// Mean V̂ − Ḡ, in reward units.
  public var bias: Estimate
  /// √ mean [(V̂ − Ḡ)² − s²/m], in reward units: without what restarts add by chance.
  public var rmse: Estimate
  /// The same as a share of the range.
  public var relativeError: Estimate
  /// 1 − mean [(V̂ − Ḡ)² − s²/m] / Var V: how much of the values' variance over states V̂ explains. `nil` where values
  /// do not differ beyond chance.
  @ExplicitNull public var explainedVariance: Double?
  /// 1 − E Var(G | s) / Var(G): how much of the variance of single returns any critic could explain.
  @ExplicitNull public var ceiling: Double?
  /// Slope of Ḡ on V̂; 1 for a calibrated critic. `nil` where V̂ does not differ.
  @ExplicitNull public var slope: Double?
  /// Intercept of Ḡ on V̂, in reward units.
  @ExplicitNull public var intercept: Double?
  /// How many restarts each state had.
  public var restarts: Int
  /// After how many steps they were cut off.
  public var horizon: Int
  /// The share of them that were.
  public var cutShare: Double
  /// How far the mean value can be off for that, in reward units.
  @ExplicitNull public var truncationBias: Double?
  /// V̂ of each state, or Q̂ of each state with an action in it, `[N]`.
  public var learned: [Double]
  /// Ḡ of each, `[N]`.
  public var returns: [Double]
  /// s/√m of each, `[N]`.
  public var uncertainties: [Double]
  /// The value at other discounts, for the same restarts.
  public var others: [OtherDiscount]
  /// The step its values are explained by; `nil` where none was taken.
  @ExplicitNull public var recursion: Recursion?

  /// What a step from each state earned, and what the critic says of what came after: V̂ ≈ b r + g V̂′ + c tells which
  /// rewards it was trained on, and at which discount.
  public struct Recursion: Sendable, Hashable, Codable {
    /// Mean reward of the step, in reward units, `[N]`.
    public var rewards: [Double]
    /// Mean V̂′ with the bonus that the claim counts, 0 after a termination, in reward units, `[N]`.
    public var following: [Double]
  }

  /// What restarts earned at another discount than the claim's.
  public struct OtherDiscount: Sendable, Hashable, Codable {
    public var discount: Double
    /// Ḡ, `[N]`.
    public var returns: [Double]
    /// s²/m, `[N]`.
    public var variances: [Double]
  }
}

/// How an actor compares with the best that its critic sees.
public struct ActorMeasurement: Sendable, Hashable, Codable {
  /// Σ g / Σ (max Q̂ − mean Q̂) over the states the agent visits and those beside its way, with g = max Q̂ − E_π Q̂: 0 for
  /// an actor that maximises, 1 for one that acts at random. For a soft critic all three are soft.
  public var gap: Estimate
  /// Mean g, in reward units.
  public var loss: Estimate
  /// The share of the stakes, Σ (max Q̂ − mean Q̂) over the range, that an action decides on average: where it is tiny
  /// the critic sees no difference worth choosing for.
  public var stakes: Double
  /// Whether all actions were looked at. Where they were not, a better one may have been missed, and the gap is a lower
  /// bound.
  public var isExact: Bool
  /// E[Q(s, a*) − V(s)] by restarts, in reward units, a* the best that the critic sees: what following the critic for
  /// one step would truly gain. `nil` where it was not measured.
  @ExplicitNull public var improvement: Estimate?
  /// The same, as a share of what a* truly gains over an action at random.
  @ExplicitNull public var relativeImprovement: Double?
  /// The gap with another block's numbers in the critic's place, for each block that is laid out like the critic's and
  /// is none of the agent's own: which critic the actor may follow instead.
  public var byBlock: [String: Estimate]
}

/// How a world model compares with the world.
public struct ModelMeasurement: Sendable, Hashable, Codable {
  /// k, in steps.
  public var steps: [Int]
  /// Σ ‖ŝ − s‖² / Σ ‖s₀ − s‖² k steps ahead, the policy acting: 0 for a perfect model, 1 for one that expects nothing
  /// to change. Coordinates in deviations of what is visited.
  public var policyError: [Double]
  /// The same with actions at random.
  public var randomError: [Double]
  /// √ of the first of `policyError`, with its interval.
  public var oneStepError: Estimate
  /// √ mean (r̂ − r)², as a share of the deviation of r; `nil` where rewards do not differ.
  @ExplicitNull public var rewardError: Double?
  /// Mean expected probability of termination − the share of steps that terminated.
  public var terminationBias: Double
  /// Mean predicted − true discounted return over the steps looked ahead, of the policy, in reward units.
  public var policyOptimism: Estimate
  /// The same of actions at random.
  public var randomOptimism: Estimate
  /// √ mean squared difference of predicted and true return of the policy, as a share of the range.
  public var returnError: Estimate
}
