extension ParameterStore {
  /// Takes up a run where it was left, as if it had never stopped: the ledger then shows the writes of that run, and
  /// not the loading.
  ///
  /// - Parameters:
  ///   - tensors: every number, as ``storedTensors()`` gave them.
  ///   - ledger: what the run had written until then, and which blocks were frozen.
  ///   - step: how many environment steps it had taken.
  /// - Throws: ``DataError`` where something is not of a store that was made the same way; nothing is changed then.
  public mutating func resume(_ tensors: [StoredTensor], ledger: Ledger, at step: Int) throws(DataError) {
    guard step >= 0 else { throw DataError(field: "step", value: "\(step)", allowed: "0 or more") }
    try ledger.checkContinuation(of: record)
    try load(tensors, by: "resuming")
    record = ledger
    self.step = step
  }
}
