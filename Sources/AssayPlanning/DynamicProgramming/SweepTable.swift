import Assay

/// The choices that are still open in each state, in the order in which a sweep reads them.
///
/// Terminal outcomes are left out, since no value follows them; so a row may sum to less than 1. A choice is one
/// (state, action) pair.
struct SweepTable {
  /// Where the choices of each state start, `[S + 1]`.
  var choiceStarts: [Int32]
  /// The action of each choice.
  var actions: [Int32]
  /// Expected reward of each choice.
  var rewards: [Double]
  /// Where the outcomes of each choice start, `[choices + 1]`.
  var rowStarts: [Int]
  var successors: [Int32]
  var probabilities: [Double]

  var stateCount: Int { choiceStarts.count - 1 }
  var choiceCount: Int { actions.count }

  /// All choices of a process. Shares the process's columns where nothing has to be left out.
  init(_ process: FiniteMDP, reward: FiniteMDP.RewardFunction) {
    let stateCount = process.stateCount
    let actionCount = process.actionCount
    choiceStarts = [Int32](repeating: 0, count: stateCount + 1)
    let isComplete =
      !process.hasTerminals
      && (0..<stateCount * actionCount).allSatisfy { process.rowStarts[$0] < process.rowStarts[$0 + 1] }
    if isComplete {
      for state in 0...stateCount { choiceStarts[state] = Int32(state * actionCount) }
      actions = [Int32](repeating: 0, count: stateCount * actionCount)
      for choice in actions.indices { actions[choice] = Int32(choice % actionCount) }
      rewards = reward.expected
      rowStarts = process.rowStarts
      successors = process.successors
      probabilities = process.probabilities
      return
    }
    (actions, rewards, rowStarts, successors, probabilities) = ([], [], [0], [], [])
    for state in 0..<stateCount {
      for action in 0..<actionCount {
        let outcomes = process.outcomeRange(state: state, action: action)
        if outcomes.isEmpty { continue }
        for entry in outcomes where !(process.hasTerminals && process.terminals[entry]) {
          successors.append(process.successors[entry])
          probabilities.append(process.probabilities[entry])
        }
        actions.append(Int32(action))
        rewards.append(reward.expected[state * actionCount + action])
        rowStarts.append(successors.count)
      }
      choiceStarts[state + 1] = Int32(actions.count)
    }
  }

  /// The choices of another table for which `isKept` holds.
  init(_ table: SweepTable, keepingCount count: Int, where isKept: (_ choice: Int) -> Bool) {
    choiceStarts = [0]
    (actions, rewards, rowStarts, successors, probabilities) = ([], [], [0], [], [])
    choiceStarts.reserveCapacity(table.stateCount + 1)
    actions.reserveCapacity(count)
    rewards.reserveCapacity(count)
    rowStarts.reserveCapacity(count + 1)
    let outcomes = table.successors.count / max(table.choiceCount, 1) * count
    successors.reserveCapacity(outcomes)
    probabilities.reserveCapacity(outcomes)
    for state in 0..<table.stateCount {
      for choice in Int(table.choiceStarts[state])..<Int(table.choiceStarts[state + 1]) where isKept(choice) {
        actions.append(table.actions[choice])
        rewards.append(table.rewards[choice])
        let row = table.rowStarts[choice]..<table.rowStarts[choice + 1]
        successors.append(contentsOf: table.successors[row])
        probabilities.append(contentsOf: table.probabilities[row])
        rowStarts.append(successors.count)
      }
      choiceStarts.append(Int32(actions.count))
    }
  }

  /// What a sweep changed: the smallest and largest of TV − V over the states that have a choice.
  struct Change {
    var low = Double.infinity
    var high = -Double.infinity

    var span: Double { high - low }
    var largest: Double { max(abs(low), abs(high)) }
  }

  /// One backup of every state: `next[s] = max over choices of r + γ Σ p·values`.
  ///
  /// - Parameters:
  ///   - best: receives the first best choice of each state.
  ///   - choiceValues: receives the value of each choice, unless it is empty.
  func sweep(
    discount: Double, values: [Double], into next: inout [Double], best: inout [Int32], choiceValues: inout [Double]
  ) -> Change {
    let choiceStarts = choiceStarts.span
    let rewards = rewards.span
    let rowStarts = rowStarts.span
    let successors = successors.span
    let probabilities = probabilities.span
    let values = values.span
    let keepsAll = !choiceValues.isEmpty
    var change = Change()
    for state in 0..<stateCount {
      let first = Int(choiceStarts[unchecked: state])
      let end = Int(choiceStarts[unchecked: state &+ 1])
      if first == end { continue }
      var highest = -Double.infinity
      var choiceOfHighest = first
      var row = rowStarts[unchecked: first]
      for choice in first..<end {
        let rowEnd = rowStarts[unchecked: choice &+ 1]
        var sum = 0.0
        while row < rowEnd {
          sum += probabilities[unchecked: row] * values[unchecked: Int(successors[unchecked: row])]
          row &+= 1
        }
        let value = rewards[unchecked: choice] + discount * sum
        if keepsAll { choiceValues[choice] = value }
        if value > highest {
          highest = value
          choiceOfHighest = choice
        }
      }
      let difference = highest - values[unchecked: state]
      change.low = min(change.low, difference)
      change.high = max(change.high, difference)
      next[state] = highest
      best[state] = Int32(truncatingIfNeeded: choiceOfHighest)
    }
    return change
  }

  /// One backup of every state of a table with at most one choice in each: `next = r + γPv`.
  func evaluationSweep(discount: Double, values: [Double], into next: inout [Double]) -> Change {
    let choiceStarts = choiceStarts.span
    let rewards = rewards.span
    let rowStarts = rowStarts.span
    let successors = successors.span
    let probabilities = probabilities.span
    let values = values.span
    var change = Change()
    var row = 0
    for state in 0..<stateCount {
      let choice = Int(choiceStarts[unchecked: state])
      if choice == Int(choiceStarts[unchecked: state &+ 1]) { continue }
      let rowEnd = rowStarts[unchecked: choice &+ 1]
      var sum = 0.0
      while row < rowEnd {
        sum += probabilities[unchecked: row] * values[unchecked: Int(successors[unchecked: row])]
        row &+= 1
      }
      let value = rewards[unchecked: choice] + discount * sum
      let difference = value - values[unchecked: state]
      change.low = min(change.low, difference)
      change.high = max(change.high, difference)
      next[state] = value
    }
    return change
  }

  /// Length of the longest row, which bounds the rounding error of a backup.
  var longestRow: Int { (0..<choiceCount).reduce(0) { max($0, rowStarts[$1 + 1] - rowStarts[$1]) } }
}
