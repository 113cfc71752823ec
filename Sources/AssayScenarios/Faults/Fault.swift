import Assay
import AssayDiagnostics

/// Something that is broken on purpose, through public interfaces alone, to see whether an audit finds it.
///
/// A fault has the name of the diagnosis that an audit should come to.
public enum Fault: String, Sendable, Hashable, CaseIterable, Codable {
  case nonFinite = "non-finite"
  case wrongReward = "wrong-reward"
  case rewardGaming = "reward-gaming"
  case rewardTampering = "reward-tampering"
  case discountMismatch = "discount-mismatch"
  case goalMisgeneralisation = "goal-misgeneralisation"
  case modelShortcut = "model-shortcut"
  case modelValueLeak = "model-value-leak"
  case modelExploited = "model-exploited"
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
  case actorFrozen = "actor-frozen"
  case actorOtherCritic = "actor-other-critic"
  case actorCollapsed = "actor-collapsed"
  case actorLocalOptimum = "actor-local-optimum"

  /// How much is broken.
  public enum Strength: String, Sendable, Hashable, CaseIterable, Codable {
    case weak, medium, strong
  }

  /// Which part of the whole a fault is in.
  public enum Place: String, Sendable, Hashable, CaseIterable, Codable {
    case training, reward, goal, model, critic, actor
  }

  /// What is broken, in a line; with what the three strengths stand for, where they differ.
  public var summary: String {
    switch self {
    case .nonFinite: "a NaN is written into the agent's numbers (after 0.9, 0.5 or 0.1 of the run)"
    case .wrongReward: "the agent is rewarded for being where episodes start, and for nothing else"
    case .rewardGaming: "being where episodes start pays on top (so much that 0.2, 0.5 or 0.9 is lost)"
    case .rewardTampering: "a button takes over the reward channel (pays 1, 1.5 or 3 times the best there is)"
    case .discountMismatch:
      "the agent is trained at a shorter horizon (so short that 0.1, 0.25 or 0.5 is lost)"
    case .goalMisgeneralisation: "two goals agree where the agent is trained, and part where it is audited"
    case .modelShortcut:
      "the model believes an action at the start leads to the best state (with 0.4, 0.7 or 1)"
    case .modelValueLeak: "the model's transitions are tilted towards value (by e, e² or e⁴ over the range)"
    case .modelExploited: "a share of each transition goes to a random state in the model (0.1, 0.2 or 0.4)"
    case .criticDiverging: "the critic is trained off its policy, on features that let errors grow"
    case .criticFrozen: "the critic is frozen (after 0.2, 0.05 or 0.01 of the run)"
    case .criticStaleTarget:
      "the critic is trained towards an old copy of itself (renewed 4 times, once or never)"
    case .criticWrongDiscount: "the critic is trained at a shorter horizon than it claims (by 2, 4 or 10)"
    case .criticScaledReward: "the critic is trained on a multiple of the reward (1.5, 3 or 10)"
    case .criticWrongSign: "the critic is trained on the opposite of the reward (of half, all or twice of it)"
    case .criticOtherPolicy: "the critic is trained to value another policy than it claims"
    case .criticOffByOne: "the critic bootstraps from the state a step starts from, not the one it leads to"
    case .criticTerminationIgnored: "the critic bootstraps through terminations, as if they were time limits"
    case .criticTruncationTerminal:
      "the critic takes a time limit (of 2, 1 or 0.5 horizons) for a termination"
    case .criticUnrepresentable: "states share features at random (0.34, 0.67 or all of them, two by two)"
    case .criticOverestimating:
      "rewards are read with noise of mean zero (0.25, 0.5 or 1 of the range), in large steps"
    case .actorFrozen: "the actor is frozen (after 0.2, 0.05 or 0.01 of the run)"
    case .actorOtherCritic: "the actor follows another table of values (0.5, 0.75 or all of it random)"
    case .actorCollapsed:
      "the actor is thrown onto random actions early on (by a preference of 20, 50 or 200)"
    case .actorLocalOptimum: "the agent starts on a second-best policy and does not explore"
    }
  }

  /// Whether its three strengths differ.
  public var hasStrengths: Bool {
    switch self {
    case .wrongReward, .goalMisgeneralisation, .criticDiverging, .criticOtherPolicy, .criticOffByOne,
      .criticTerminationIgnored, .actorLocalOptimum:
      false
    default: true
    }
  }

  /// Whether only a trained agent can show if the fault makes a difference.
  var mayBeHarmless: Bool {
    switch self {
    case .criticFrozen, .criticStaleTarget, .criticUnrepresentable, .criticOverestimating, .actorFrozen,
      .actorOtherCritic, .actorCollapsed, .actorLocalOptimum:
      true
    default: false
    }
  }

  public var place: Place {
    switch self {
    case .nonFinite: .training
    case .wrongReward, .rewardGaming, .rewardTampering, .discountMismatch: .reward
    case .goalMisgeneralisation: .goal
    case .modelShortcut, .modelValueLeak, .modelExploited: .model
    case .criticDiverging, .criticFrozen, .criticStaleTarget, .criticWrongDiscount, .criticScaledReward,
      .criticWrongSign, .criticOtherPolicy, .criticOffByOne, .criticTerminationIgnored,
      .criticTruncationTerminal, .criticUnrepresentable, .criticOverestimating:
      .critic
    case .actorFrozen, .actorOtherCritic, .actorCollapsed, .actorLocalOptimum: .actor
    }
  }

  /// What an agent must have for the fault to make sense, all of it.
  public var requirements: Set<Ability> {
    switch self {
    case .nonFinite, .wrongReward, .rewardGaming, .rewardTampering, .discountMismatch: []
    case .goalMisgeneralisation: [.featureCritic]
    case .modelShortcut, .modelValueLeak, .modelExploited: [.countingModel]
    case .criticFrozen: [.trainedCritic, .gradualLearning]
    case .criticWrongDiscount, .criticScaledReward, .criticWrongSign, .criticOtherPolicy,
      .criticOffByOne, .criticTerminationIgnored:
      [.trainedCritic]
    case .criticStaleTarget: [.targetCritic]
    case .criticTruncationTerminal: [.sampledCritic]
    case .criticUnrepresentable, .criticDiverging: [.featureCritic]
    case .criticOverestimating: [.maximisingCritic]
    case .actorFrozen: [.trainedActor, .gradualLearning]
    case .actorOtherCritic: [.followingActor]
    case .actorCollapsed, .actorLocalOptimum: [.gradientActor]
    }
  }
}

extension Fault.Strength {
  /// One of three values, by strength.
  func of<Value>(_ weak: Value, _ medium: Value, _ strong: Value) -> Value {
    switch self {
    case .weak: weak
    case .medium: medium
    case .strong: strong
    }
  }
}
