import Assay

/// Plain value iteration, which shares no code with what it judges.
enum Judge {
  static let accuracy = 1e-11

  /// The best values of a process in which nothing terminates, to within ``accuracy``.
  static func values(of process: FiniteMDP) -> [Double] {
    let discount = process.discount
    let horizon = discount / (1 - discount)
    var values = [Double](repeating: 0, count: process.stateCount)
    while true {
      var next = values
      var (low, high) = (Double.infinity, -Double.infinity)
      for state in 0..<process.stateCount {
        var best = -Double.infinity
        for pair in state * process.actionCount..<(state + 1) * process.actionCount {
          var sum = 0.0
          for entry in process.rowStarts[pair]..<process.rowStarts[pair + 1] {
            sum += process.probabilities[entry] * values[Int(process.successors[entry])]
          }
          best = max(best, process.reward.expected[pair] + discount * sum)
        }
        low = min(low, best - values[state])
        high = max(high, best - values[state])
        next[state] = best
      }
      values = next
      if horizon * (high - low) / 2 <= accuracy { return values.map { $0 + horizon * (low + high) / 2 } }
    }
  }
}
