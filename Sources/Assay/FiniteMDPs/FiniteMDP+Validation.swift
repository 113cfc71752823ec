extension FiniteMDP {
  /// How far the probabilities of a (state, action) may be from summing to 1.
  public static let probabilityTolerance = 1e-9

  func validate() throws(DataError) {
    try validateSizes()
    try validateInitial()
    try validateOutcomes()
    try validateRewards()
  }

  private func validateSizes() throws(DataError) {
    guard stateCount > 0, stateCount <= Int(Int32.max) else {
      throw DataError(field: "states", value: "\(stateCount)", allowed: "an integer from 1 to \(Int32.max)")
    }
    guard actionCount > 0, actionCount <= Int(Int32.max) else {
      throw DataError(field: "actions", value: "\(actionCount)", allowed: "an integer from 1 to \(Int32.max)")
    }
    guard discount >= 0, discount <= 1 else {
      throw DataError(field: "discount", value: DataError.text(discount), allowed: "a number from 0 to 1")
    }
    precondition(
      rowStarts.count == stateCount * actionCount + 1,
      "rowStarts needs \(stateCount * actionCount + 1) entries, but has \(rowStarts.count)")
    precondition(
      rowStarts.first == 0 && rowStarts.last == successors.count,
      "rowStarts must run from 0 to \(successors.count)")
    precondition(
      probabilities.count == successors.count, "probabilities needs \(successors.count) entries")
    precondition(
      terminals.isEmpty || terminals.count == successors.count, "terminals needs \(successors.count) entries")
  }

  private func validateInitial() throws(DataError) {
    guard initial.count == stateCount else {
      throw DataError(
        field: "initial", value: "\(initial.count) entries long",
        allowed: "\(stateCount) entries, one for each state")
    }
    var sum = 0.0
    for (state, probability) in initial.enumerated() {
      guard probability >= 0, probability <= 1 else {
        throw DataError(
          field: "initial[\(state)]", value: DataError.text(probability),
          allowed: "a finite number from 0 to 1")
      }
      sum += probability
    }
    guard abs(sum - 1) <= Self.probabilityTolerance else {
      throw DataError(
        field: "initial", value: "\(sum) in sum", allowed: "probabilities that sum to 1 within 1e-9")
    }
  }

  private func validateOutcomes() throws(DataError) {
    // A pair that enters each state without ending the episode, or −1.
    var entries = [Int](repeating: -1, count: stateCount)
    for pair in 0..<stateCount * actionCount {
      let range = rowStarts[pair]..<rowStarts[pair + 1]
      if range.isEmpty { continue }
      var sum = 0.0
      for entry in range {
        let probability = probabilities[entry]
        guard probability >= 0, probability <= 1 else {
          throw DataError(
            field: "the probability of \(describe(pair: pair, entry: entry))",
            value: DataError.text(probability),
            allowed: "a finite number from 0 to 1")
        }
        let next = Int(successors[entry])
        guard next >= 0, next < stateCount else {
          throw DataError(
            field: "the next state of \(describe(pair: pair, entry: entry))", value: "\(next)",
            allowed: "an integer from 0 to \(stateCount - 1)")
        }
        if probability > 0, terminals.isEmpty || !terminals[entry] { entries[next] = pair }
        sum += probability
      }
      guard abs(sum - 1) <= Self.probabilityTolerance else {
        throw DataError(
          field: "transitions.probability of state \(pair / actionCount), action \(pair % actionCount)",
          value: "\(sum) in sum", allowed: "probabilities that sum to 1 within 1e-9")
      }
    }
    for state in 0..<stateCount where isFinal(state: state) {
      let pair = entries[state]
      if pair >= 0 {
        throw DataError(
          field: "transitions.next of state \(pair / actionCount), action \(pair % actionCount)",
          value: "\(state), which has no available action",
          allowed: "a state with one, unless the row is terminal")
      }
      if initial[state] > 0 {
        throw DataError(
          field: "initial[\(state)]", value: "\(initial[state]) for a state without any available action",
          allowed: "0 there")
      }
    }
  }

  func validateRewards() throws(DataError) {
    precondition(!rewards.isEmpty, "a process needs at least one reward")
    for reward in rewards {
      precondition(
        reward.expected.count == stateCount * actionCount,
        "reward \(reward.name) needs \(stateCount * actionCount) entries, but has \(reward.expected.count)")
      if let index = reward.expected.firstIndex(where: { !$0.isFinite }) {
        throw DataError(
          field: "\(reward.name) of state \(index / actionCount), action \(index % actionCount)",
          value: DataError.text(reward.expected[index]), allowed: "a finite number")
      }
      precondition(
        reward.outcomes.map { $0.count == successors.count } ?? true,
        "reward \(reward.name) needs \(successors.count) outcomes")
    }
  }

  private func describe(pair: Int, entry: Int) -> String {
    "outcome \(entry - rowStarts[pair]) of state \(pair / actionCount), action \(pair % actionCount)"
  }
}
