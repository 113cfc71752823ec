import Assay

/// Worlds as a learner takes them that mistakes one kind of ending for the other, or one state for the next.
extension FiniteMDP {
  /// The same process with every termination leading to the start of another episode.
  func ignoringTermination() -> FiniteMDP {
    guard hasTerminals else { return self }
    let starts = initial.indices.filter { initial[$0] > 0 }
    return splittingOutcomes { _, entry in
      let probability = probabilities[entry]
      return terminals[entry]
        ? starts.map { (Int32($0), probability * initial[$0], false) }
        : [(successors[entry], probability, false)]
    }
  }

  /// The same process as it looks to temporal differences that take the limit for an end: in each state the
  /// episode ends with the probability that a visit there is the last before the limit.
  ///
  ///     q(s) = d_{T−1}(s) / Σ_{t<T} d_t(s)
  ///
  /// with d_t the distribution of the state after t steps.
  func terminating(after limit: Int, under behaviour: PolicyTable) -> FiniteMDP {
    var now = initial
    var visits = initial
    for _ in 1..<max(limit, 1) {
      var next = [Double](repeating: 0, count: stateCount)
      for state in 0..<stateCount where now[state] > 0 {
        for action in 0..<actionCount where behaviour[state, action] > 0 {
          let weight = now[state] * behaviour[state, action]
          for entry in outcomeRange(state: state, action: action) where !(hasTerminals && terminals[entry]) {
            next[Int(successors[entry])] += weight * probabilities[entry]
          }
        }
      }
      now = next
      for state in visits.indices { visits[state] += next[state] }
    }
    let ends = now.indices.map { visits[$0] > 0 ? now[$0] / visits[$0] : 0 }
    return splittingOutcomes { state, entry in
      let probability = probabilities[entry]
      if hasTerminals && terminals[entry] { return [(successors[entry], probability, true)] }
      return [
        (successors[entry], probability * (1 - ends[state]), false),
        (successors[entry], probability * ends[state], true),
      ]
    }
  }

  /// The same process with every step that does not terminate leading back to where it started: the world as it looks
  /// to a learner that reads what follows from the state before.
  func standingStill() -> FiniteMDP {
    splittingOutcomes { state, entry in
      let isTerminal = hasTerminals && terminals[entry]
      return [(isTerminal ? successors[entry] : Int32(state), probabilities[entry], isTerminal)]
    }
  }

  /// The same process with the opposite of its training reward.
  func withNegatedReward() -> FiniteMDP {
    var opposite = reward
    opposite.expected = opposite.expected.map { -$0 }
    opposite.outcomes = opposite.outcomes?.map { -$0 }
    do { return try withRewards([opposite]) } catch {
      preconditionFailure("the opposite of a reward is a reward: \(error)")
    }
  }

  /// The same process with each outcome divided into several. The training reward of a state and action stays.
  private func splittingOutcomes(
    _ parts: (_ state: Int, _ entry: Int) -> [(next: Int32, probability: Double, isTerminal: Bool)]
  ) -> FiniteMDP {
    var starts = [0]
    var next: [Int32] = []
    var probabilities: [Double] = []
    var terminals: [Bool] = []
    for pair in 0..<stateCount * actionCount {
      for entry in rowStarts[pair]..<rowStarts[pair + 1] {
        for part in parts(pair / actionCount, entry) where part.probability > 0 {
          next.append(part.next)
          probabilities.append(part.probability)
          terminals.append(part.isTerminal)
        }
      }
      starts.append(next.count)
    }
    do {
      return try FiniteMDP(
        name: name, stateCount: stateCount, actionCount: actionCount, discount: discount, initial: initial,
        rowStarts: starts, successors: next, probabilities: probabilities, terminals: terminals,
        rewards: [.init(name: reward.name, expected: reward.expected)])
    } catch { preconditionFailure("dividing outcomes keeps a process whole: \(error)") }
  }
}
