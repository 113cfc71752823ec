/// The names a diagnosis can have.
public enum DiagnosisName: String, Sendable, Hashable, CaseIterable {
  case healthy
  case inconclusive
  case criticFrozen = "critic-frozen"
  case criticWrongDiscount = "critic-wrong-discount"
  case criticScaledReward = "critic-scaled-reward"
  case criticOtherPolicy = "critic-other-policy"
  case criticError = "critic-error"
  case actorFrozen = "actor-frozen"
  case actorOtherCritic = "actor-other-critic"
  case actorOtherObjective = "actor-other-objective"
  case actorNotMaximising = "actor-not-maximising"
  case modelShortcut = "model-shortcut"
  case modelError = "model-error"
  case wrongReward = "wrong-reward"

  /// What it means, in a line.
  public var summary: String {
    switch self {
    case .healthy: "every part is what it claims to be, within tolerance"
    case .inconclusive: "the measurements do not settle it"
    case .criticFrozen: "the critic stopped being trained and values a policy the actor no longer has"
    case .criticWrongDiscount: "the critic estimates values at another discount than it claims"
    case .criticScaledReward: "the critic estimates values of a multiple of the reward"
    case .criticOtherPolicy: "the critic estimates the values of another policy than it claims"
    case .criticError: "the critic is far from the values it claims, and matches no other known claim"
    case .actorFrozen: "the actor stopped being trained before it maximised the critic"
    case .actorOtherCritic: "the actor maximises another table of values than the critic it claims to"
    case .actorOtherObjective: "the actor firmly chooses what the critic thinks is worse"
    case .actorNotMaximising: "the actor is still undecided where the critic sees a difference"
    case .modelShortcut:
      "the world model believes in a shortcut that the world does not offer, and the agent relies on it"
    case .modelError: "the world model is wrong where the agent relies on it"
    case .wrongReward: "the training reward asks for something else than the designer wanted"
    }
  }
}
