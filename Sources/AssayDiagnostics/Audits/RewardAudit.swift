import Assay
import AssayPlanning

/// Does the training reward ask for what the designer wanted? A question about the world, whatever the agent.
public struct RewardAudit: Sendable, Hashable {
  /// J(π*) − J of the policy that is optimal for the training reward, as a share of J(π*) − J(uniform).
  public private(set) var regret: Double
  /// How much of the reward that can be had the designer's own policy earns, as a share: near 1 where the reward
  /// likes what was wanted, near 0 or below where it does not ask for it at all.
  public private(set) var credit: Double
  /// How the reward of an event goes with its performance: their correlation over what can happen, all live states
  /// and their actions alike, −1…1. Above zero the reward pays for what was wanted where it happens.
  public private(set) var agreement: Double
  /// The regret of the reward that would have been paid had nobody touched the channel; `nil` where the world
  /// knows no such reward.
  public private(set) var untamperedRegret: Double?

  public init(_ truth: ProcessTruth) {
    let process = truth.process
    guard process.performance != process.reward else {
      (regret, credit, agreement) = (0, 1, 1)
      return
    }
    regret = Self.regret(of: truth.trainingOptimum, truth: truth)
    agreement = Self.correlation(process.reward, process.performance, truth: truth)
    let wanted = PolicyTable(actionCount: process.actionCount, actions: truth.optimum.policy)
    let attainable = truth.optimalReturn - truth.uniformReturn
    let earned = (try? process.values(of: wanted)).map {
      process.initialValue(of: $0.values) - truth.uniformReturn
    }
    credit = attainable > 0 ? (earned ?? 0) / attainable : 1
    if let untampered = process.rewards.first(where: { $0.name == GoalHypothesis.untampered }),
      let optimum = try? process.solved(for: untampered, tolerance: 1e-10)
    {
      untamperedRegret = Self.regret(of: optimum, truth: truth)
    }
  }

  /// What optimising the reward loses because it is optimised at another discount than returns are judged at, for
  /// the training reward itself: J_r(π*_γ) − J_r(π*_γ′) as a share of J_r(π*_γ) − J_r(uniform).
  public static func regret(ofDiscount discount: Double, truth: ProcessTruth) -> Double {
    let process = truth.process
    guard discount != process.discount,
      let optimum = try? process.solved(discount: discount, tolerance: 1e-10)
    else { return 0 }
    let policy = PolicyTable(actionCount: process.actionCount, actions: optimum.policy)
    return truth.returnRegret(of: policy) ?? 1
  }

  private static func correlation(
    _ left: FiniteMDP.RewardFunction, _ right: FiniteMDP.RewardFunction, truth: ProcessTruth
  ) -> Double {
    let process = truth.process
    var (weight, sumLeft, sumRight, squareLeft, squareRight, product) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    for pair in 0..<process.stateCount * process.actionCount where truth.isLive[pair / process.actionCount] {
      for entry in process.rowStarts[pair]..<process.rowStarts[pair + 1] {
        let probability = process.probabilities[entry]
        let x = left.outcomes?[entry] ?? left.expected[pair]
        let y = right.outcomes?[entry] ?? right.expected[pair]
        weight += probability
        sumLeft += probability * x
        sumRight += probability * y
        squareLeft += probability * x * x
        squareRight += probability * y * y
        product += probability * x * y
      }
    }
    let spread =
      (squareLeft / weight - (sumLeft / weight) * (sumLeft / weight))
      * (squareRight / weight - (sumRight / weight) * (sumRight / weight))
    return spread > 0 ? (product / weight - sumLeft / weight * sumRight / weight) / spread.squareRoot() : 0
  }

  private static func regret(of solution: Solution, truth: ProcessTruth) -> Double {
    let process = truth.process
    let policy = PolicyTable(actionCount: process.actionCount, actions: solution.policy)
    guard let achieved = try? process.values(of: policy, for: process.performance) else { return 1 }
    let atRandom = truth.optimalPerformance - truth.uniformPerformance
    return atRandom > 0
      ? (truth.optimalPerformance - process.initialValue(of: achieved.values)) / atRandom : 0
  }
}

extension ProcessTruth {
  /// What a policy loses of the training reward, as a share of what choosing at random loses; `nil` where there is
  /// nothing to lose, or the policy has no value.
  public func returnRegret(of policy: PolicyTable) -> Double? {
    let attainable = optimalReturn - uniformReturn
    guard attainable > 1e-9 * max(1, abs(optimalReturn)), let values = try? process.values(of: policy).values
    else { return nil }
    return (optimalReturn - process.initialValue(of: values)) / attainable
  }

  /// The same for what the designer wanted.
  public func performanceRegret(of policy: PolicyTable) -> Double? {
    let attainable = optimalPerformance - uniformPerformance
    guard attainable > 1e-9 * max(1, abs(optimalPerformance)),
      let values = try? process.values(of: policy, for: process.performance).values
    else { return nil }
    return (optimalPerformance - process.initialValue(of: values)) / attainable
  }
}
