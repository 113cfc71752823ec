import Assay
import AssayDiagnostics

extension TrainingRun where Teacher: ~Copyable {
  public func audit(
    snapshots: [(step: Int, tensors: [StoredTensor])], settings: RunAuditSettings, seed: UInt64
  ) async throws(DataError) -> RunRecord {
    var earlier: [ParameterStore] = []
    for (step, tensors) in snapshots where step < run.step {
      var parameters = run.agent.parameters
      try parameters.load(tensors, by: "audit")
      parameters.step = step
      earlier.append(parameters)
    }
    let copies = worlds(1, RandomStream(seed: seed).substream(7))
    return await RunRecord(of: run.agent, earlier: earlier, in: copies, settings: settings, seed: seed)
  }
}

extension RunFolder {
  /// Audits the agent of a run as it is after its last checkpoint, and as it was at its snapshots.
  ///
  /// - Parameters:
  ///   - run: made after the folder's description, at its last checkpoint.
  ///   - settings: how thoroughly.
  /// - Returns: what was measured.
  /// - Throws: `DataError` where a snapshot cannot be read, or does not fit.
  public func audit(_ run: any LiveRun, settings: RunAuditSettings) async throws(DataError) -> RunRecord {
    var snapshots: [(step: Int, tensors: [StoredTensor])] = []
    for step in snapshotSteps where step > 0 && step < run.step {
      snapshots.append((step, try snapshot(step)))
    }
    return try await run.audit(snapshots: snapshots, settings: settings, seed: description.seed)
  }
}
