/// The names a diagnosis can have.
public enum DiagnosisName: String, Sendable, Hashable, CaseIterable {
  case healthy
  case inconclusive
  case nonFinite = "non-finite"
  case wrongReward = "wrong-reward"
  case rewardGaming = "reward-gaming"
  case rewardTampering = "reward-tampering"
  case discountMismatch = "discount-mismatch"
  case goalMisgeneralisation = "goal-misgeneralisation"
  case modelShortcut = "model-shortcut"
  case modelValueLeak = "model-value-leak"
  case modelExploited = "model-exploited"
  case modelError = "model-error"
  case criticDiverging = "critic-diverging"
  case criticFrozen = "critic-frozen"
  case criticStaleTarget = "critic-stale-target"
  case criticWrongDiscount = "critic-wrong-discount"
  case criticScaledReward = "critic-scaled-reward"
  case criticWrongSign = "critic-wrong-sign"
  case criticOtherPolicy = "critic-other-policy"
  case criticOffByOne = "critic-off-by-one"
  case criticTerminationIgnored = "critic-termination-ignored"
  case criticTruncationTerminal = "critic-truncation-terminal"
  case criticUnrepresentable = "critic-unrepresentable"
  case criticOverestimating = "critic-overestimating"
  case criticError = "critic-error"
  case actorFrozen = "actor-frozen"
  case actorOtherCritic = "actor-other-critic"
  case actorCollapsed = "actor-collapsed"
  case actorOtherObjective = "actor-other-objective"
  case actorNotMaximising = "actor-not-maximising"
  case actorLocalOptimum = "actor-local-optimum"

  /// What it means, in a line.
  public var summary: String {
    switch self {
    case .healthy: "every part is what it claims to be, within tolerance"
    case .inconclusive: "the measurements do not settle it"
    case .nonFinite: "training ran into a number that is not finite, and stopped there"
    case .wrongReward: "the training reward asks for something else than the designer wanted"
    case .rewardGaming:
      "the training reward pays for what the designer wanted, and pays more for something else"
    case .rewardTampering: "the training reward is best had by taking over the channel it comes through"
    case .discountMismatch: "the agent is trained at a discount at which another policy is best"
    case .goalMisgeneralisation:
      "the agent pursues, as ably as ever, a goal that was right where it was trained and is wrong here"
    case .modelShortcut:
      "the world model believes in a shortcut that the world does not offer, and the agent relies on it"
    case .modelValueLeak: "the world model expects what is wished for: its errors lean towards value"
    case .modelExploited: "the planner picks out the world model's errors, which lean no way by themselves"
    case .modelError: "the world model is wrong where the agent relies on it"
    case .criticDiverging: "the critic's values exceed what any policy can earn, and go on growing"
    case .criticFrozen: "the critic stopped being trained and values a policy the actor no longer has"
    case .criticStaleTarget: "the critic is trained towards a target table that is out of date"
    case .criticWrongDiscount: "the critic estimates values at another discount than it claims"
    case .criticScaledReward: "the critic estimates values of a multiple of the reward"
    case .criticWrongSign: "the critic estimates values of the opposite of the reward"
    case .criticOtherPolicy: "the critic estimates the values of another policy than it claims"
    case .criticOffByOne: "the critic bootstraps from the state a step starts from, not the one it leads to"
    case .criticTerminationIgnored: "the critic values what follows a termination, where nothing does"
    case .criticTruncationTerminal: "the critic takes the time limit for the end of the world"
    case .criticUnrepresentable: "no critic that sees the same features could do better"
    case .criticOverestimating:
      "the critic takes the greatest of noisy estimates for the truth, and is too high where it chooses"
    case .criticError: "the critic is far from the values it claims, and matches no other known claim"
    case .actorFrozen: "the actor stopped being trained before it maximised the critic"
    case .actorOtherCritic: "the actor maximises another table of values than the critic it claims to"
    case .actorCollapsed:
      "the actor settled on its actions before the critic had ordered them, and no longer moves"
    case .actorOtherObjective: "the actor firmly chooses what the critic thinks is worse"
    case .actorNotMaximising: "the actor is still undecided where the critic sees a difference"
    case .actorLocalOptimum:
      "every part is right where the agent goes, and the agent never goes where the return is"
    }
  }
}
