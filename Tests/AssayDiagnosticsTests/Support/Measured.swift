import Assay

@testable import AssayDiagnostics

/// What is measured on agents whose parts say what they are told to.
extension Script {
  /// Everything measured on the agent.
  func audited(on process: FiniteMDP, believing model: FiniteMDP? = nil, timeLimit: Int? = nil) throws
    -> AgentAudit
  {
    let truth = try ProcessTruth(process, timeLimit: timeLimit)
    if let model { return try AgentAudit(of: agent(believing: model), truth: truth) }
    return try AgentAudit(of: agent(), truth: truth)
  }
}

extension CriticSignatures {
  /// Of a critic in which nothing is remarkable: exact values of the corridor.
  static func unremarkable() throws -> CriticSignatures {
    let corridor = try SmallWorlds.corridor()
    let policy = PolicyTable.always(1, states: 3, actions: 2)
    let script = Script(
      claim: Claim(.actionValue, of: .part("actor"), discount: 0.9),
      values: DenseTruth(corridor).actionValues(of: policy), policy: policy)
    return try script.audited(on: corridor).criticSignatures
  }
}
