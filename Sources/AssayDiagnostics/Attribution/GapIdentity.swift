import Assay
import AssayPlanning

/// The exact decomposition of the lost return into what reward, model, critic and actor contribute.
///
/// With ε_R = r* − r, ε_M = (r − r̂) + γ(P − P̂)V̂, ε_C = r̂ + γP̂V̂ − Q̂, V̂ = maxₐ Q̂, g = V̂ − E_π Q̂ and
/// g* = V̂ − E_{π*} Q̂, and with ρ the expected discounted visits,
///
///     J(π*) − J(π) = Σ_X (E_{ρ*} − E_{ρπ})[ε_X] + E_{ρπ}[g] − E_{ρ*}[g*]
///
/// holds for any Q̂ and any model. Terms may be negative: attribution is a convention.
public struct GapIdentity: Sendable, Hashable {
  public var reward: Double
  public var model: Double
  public var critic: Double
  public var actor: Double
  /// −E_{ρ*}[g*]
  public var slack: Double

  /// The five terms together: J(π*) − J(π).
  public var sum: Double { reward + model + critic + actor + slack }

  /// - Parameters:
  ///   - process: with the training reward first, and the performance.
  ///   - model: the learned model; `nil` for a model-free agent, whose model term is zero.
  ///   - actionValues: Q̂, `[S·A]`.
  ///   - policy: π of the actor.
  ///   - optimum: the best policy for the performance.
  /// - Throws: ``PlanningError`` at discount 1, when one of the policies may never end.
  public init(
    process: FiniteMDP, model: FiniteMDP?, actionValues: [Double], policy: PolicyTable, optimum: PolicyTable
  ) throws(PlanningError) {
    let actions = process.actionCount
    let discount = process.discount
    let visits = try process.occupancy(of: policy)
    let optimalVisits = try process.occupancy(of: optimum)
    let best = (0..<process.stateCount).map { state in
      let highest = actionValues[state * actions..<(state + 1) * actions].max() ?? 0
      return highest == -.infinity ? 0 : highest
    }
    let trueBackups = process.actionValues(from: best, discount: discount)
    let modelBackups = model?.actionValues(from: best, discount: discount) ?? trueBackups
    var (reward, modelTerm, critic) = (0.0, 0.0, 0.0)
    for pair in 0..<process.stateCount * actions where trueBackups[pair] > -.infinity {
      let state = pair / actions
      let weight =
        optimalVisits[state] * optimum.probabilities[pair] - visits[state] * policy.probabilities[pair]
      if weight == 0 { continue }
      reward += weight * (process.performance.expected[pair] - process.reward.expected[pair])
      modelTerm += weight * (trueBackups[pair] - modelBackups[pair])
      critic += weight * (modelBackups[pair] - actionValues[pair])
    }
    self.reward = reward
    self.model = modelTerm
    self.critic = critic
    let achieved = PartsReading.expectation(of: actionValues, under: policy)
    let ideal = PartsReading.expectation(of: actionValues, under: optimum)
    actor = visits.indices.reduce(0) { $0 + visits[$1] * (best[$1] - achieved[$1]) }
    slack = -optimalVisits.indices.reduce(0) { $0 + optimalVisits[$1] * (best[$1] - ideal[$1]) }
  }
}
