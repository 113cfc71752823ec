import Assay
import AssayPlanning

/// The true returns of policies from the optimum down to the actor, each one part nearer to the agent than
/// the last.
///
/// Their differences sum to J(π*) − J(π) by construction.
public struct Ladder: Sendable, Hashable {
  public struct Rung: Sendable, Hashable {
    /// Whose true return this is.
    public var name: String
    /// J, for the performance at the discount of evaluation.
    public var value: Double
  }

  public var rungs: [Rung]

  /// J(π*) − J(π).
  public var total: Double { (rungs.first?.value ?? 0) - (rungs.last?.value ?? 0) }

  public init(_ reading: PartsReading, truth: ProcessTruth) throws(PlanningError) {
    let process = truth.process
    func performance(_ policy: PolicyTable) throws(PlanningError) -> Double {
      process.initialValue(of: try process.values(of: policy, for: process.performance).values)
    }
    func table(_ solution: Solution) -> PolicyTable {
      PolicyTable(actionCount: process.actionCount, actions: solution.policy)
    }
    rungs = [Rung(name: "optimal policy", value: truth.optimalPerformance)]
    rungs.append(
      Rung(name: "optimal for the training reward", value: try performance(table(truth.trainingOptimum))))
    let claim = reading.claim
    let atDiscount =
      claim.discount == process.discount
      ? truth.trainingOptimum : try process.solved(discount: claim.discount, tolerance: 1e-10)
    rungs.append(Rung(name: "optimal at the training discount", value: try performance(table(atDiscount))))
    if let model = reading.model {
      let planned = try model.solved(discount: claim.discount, tolerance: 1e-10)
      rungs.append(Rung(name: "optimal in the learned model", value: try performance(table(planned))))
      let lookahead = model.actionValues(from: reading.bestValues, discount: claim.discount)
      rungs.append(
        Rung(
          name: "one step of lookahead in the model",
          value: try performance(PartsReading.greedy(lookahead, actionCount: process.actionCount))))
    }
    rungs.append(Rung(name: "greedy on the critic", value: try performance(reading.greedyPolicy)))
    rungs.append(Rung(name: "the actor", value: try performance(reading.policy)))
  }
}
