import Assay

/// Choices that are open in each state, in the order in which a sweep reads them.
///
/// Terminal outcomes are left out, since no value follows them; so a row may sum to less than 1. A choice is
/// one (state, action) pair.
struct SweepTable {
  /// Where the choices of each state start, `[S + 1]`.
  private(set) var choiceStarts: [Int32]
  /// The action of each choice.
  private(set) var actions: [Int32]
  /// Expected reward of each choice.
  private var rewards: [Double]
  /// Where the outcomes of each choice start, `[choices + 1]`.
  private var rowStarts: [Int]
  private var successors: [Int32]
  private var probabilities: [Double]
  /// Whether outcomes may be moved in place, since the process does not share them.
  private(set) var ownsOutcomes = false

  var stateCount: Int { choiceStarts.count - 1 }
  var choiceCount: Int { actions.count }

  /// All choices of a process. Shares the process's columns where nothing has to be left out.
  init(_ process: FiniteMDP, reward: FiniteMDP.RewardFunction) {
    let stateCount = process.stateCount
    let actionCount = process.actionCount
    choiceStarts = [0]
    actions = []
    choiceStarts.reserveCapacity(stateCount + 1)
    actions.reserveCapacity(stateCount * actionCount)
    for state in 0..<stateCount {
      for action in 0..<actionCount where process.isAvailable(action: action, in: state) {
        actions.append(Int32(action))
      }
      choiceStarts.append(Int32(actions.count))
    }
    let hasAllChoices = actions.count == stateCount * actionCount
    rewards = reward.expected
    rowStarts = process.rowStarts
    successors = process.successors
    probabilities = process.probabilities
    if !hasAllChoices || process.hasTerminals { leaveOutWhatNoValueFollows(in: process) }
  }

  /// Drops the rows of unavailable actions and the terminal outcomes.
  private mutating func leaveOutWhatNoValueFollows(in process: FiniteMDP) {
    let expected = rewards
    (rewards, rowStarts, successors, probabilities) = ([], [0], [], [])
    for pair in expected.indices where process.rowStarts[pair] < process.rowStarts[pair + 1] {
      for entry in process.rowStarts[pair]..<process.rowStarts[pair + 1]
      where !(process.hasTerminals && process.terminals[entry]) {
        successors.append(process.successors[entry])
        probabilities.append(process.probabilities[entry])
      }
      rewards.append(expected[pair])
      rowStarts.append(successors.count)
    }
  }

  // MARK: Sweeping

  /// What a sweep changed: the smallest and largest of TV − V over the states that have a choice. Every process
  /// has one, to start in.
  struct Change {
    private(set) var low = Double.infinity
    private(set) var high = -Double.infinity

    var largest: Double { max(abs(low), abs(high)) }

    mutating func include(_ difference: Double) {
      low = difference < low ? difference : low
      high = difference > high ? difference : high
    }
  }

  /// The backup of values that are all zero: the best reward of each state.
  func firstSweep(into next: inout [Double], choiceValues: inout [Double]) -> Change {
    choiceValues = rewards
    var change = Change()
    for state in 0..<stateCount where choiceStarts[state] < choiceStarts[state + 1] {
      var highest = -Double.infinity
      for choice in Int(choiceStarts[state])..<Int(choiceStarts[state + 1]) {
        highest = max(highest, rewards[choice])
      }
      change.include(highest)
      next[state] = highest
    }
    return change
  }

  /// One backup of every state: `next[s] = max over choices of r + γ Σ p·values`.
  ///
  /// - Parameters:
  ///   - choiceValues: receives the value of each choice in its first entries.
  ///   - keepsChoiceValues: whether it does. Where nobody will look at them, memory is better left to the rest.
  func sweep(
    discount: Double, values: [Double], into next: inout [Double], choiceValues: inout [Double],
    keepsChoiceValues: Bool
  ) -> Change {
    precondition(
      values.count == stateCount && next.count == stateCount && choiceValues.count >= choiceCount,
      "a sweep needs room for \(stateCount) states and \(choiceCount) choices")
    let choiceStarts = choiceStarts.span
    let rewards = rewards.span
    let rowStarts = rowStarts.span
    let successors = successors.span
    let probabilities = probabilities.span
    let values = values.span
    var next = next.mutableSpan
    var choiceValues = choiceValues.mutableSpan
    var change = Change()
    var choice = 0
    var entry = 0
    // Unchecked: whoever made the table saw to it that starts rise to the columns' ends and successors are
    // states.
    for state in 0..<stateCount {
      let end = Int(choiceStarts[unchecked: state &+ 1])
      if choice == end { continue }
      var highest = -Double.infinity
      while choice < end {
        let rowEnd = rowStarts[unchecked: choice &+ 1]
        var sum = 0.0
        while entry < rowEnd {
          sum += probabilities[unchecked: entry] * values[unchecked: Int(successors[unchecked: entry])]
          entry &+= 1
        }
        let value = rewards[unchecked: choice] + discount * sum
        if keepsChoiceValues { choiceValues[unchecked: choice] = value }
        highest = value > highest ? value : highest
        choice &+= 1
      }
      change.include(highest - values[unchecked: state])
      next[unchecked: state] = highest
    }
    return change
  }

  // MARK: Narrowing

  /// The choices whose value is at most `slack` below the value of their state.
  func choices(within slack: Double, of values: [Double], choiceValues: [Double]) -> [Int32] {
    // Each choice is written where the next one to keep belongs, which takes no branch; hence the place too many.
    var kept = [Int32](repeating: 0, count: choiceCount + 1)
    var places = kept.mutableSpan
    let choiceStarts = choiceStarts.span
    let values = values.span
    let choiceValues = choiceValues.span
    var count = 0
    var choice = 0
    for state in 0..<stateCount {
      let end = Int(choiceStarts[state &+ 1])
      let least = values[state] - slack
      while choice < end {
        places[count] = Int32(truncatingIfNeeded: choice)
        count &+= choiceValues[choice] >= least ? 1 : 0
        choice &+= 1
      }
    }
    kept.removeLast(kept.count - count)
    return kept
  }

  /// Drops all choices but these, which are in order.
  mutating func keep(_ kept: [Int32]) {
    var count = 0
    for state in 0..<stateCount {
      let end = choiceStarts[state + 1]
      while count < kept.count, kept[count] < end { count += 1 }
      choiceStarts[state + 1] = Int32(count)
    }
    var keptStarts = [0]
    keptStarts.reserveCapacity(kept.count + 1)
    var end = 0
    for choice in kept {
      end += rowStarts[Int(choice) + 1] - rowStarts[Int(choice)]
      keptStarts.append(end)
    }
    actions = kept.map { actions[Int($0)] }
    rewards = kept.map { rewards[Int($0)] }
    if ownsOutcomes {
      Self.keep(kept, of: &successors, starts: rowStarts, keptStarts: keptStarts)
      Self.keep(kept, of: &probabilities, starts: rowStarts, keptStarts: keptStarts)
    } else {
      successors = Self.kept(kept, of: successors, starts: rowStarts, keptStarts: keptStarts)
      probabilities = Self.kept(kept, of: probabilities, starts: rowStarts, keptStarts: keptStarts)
      ownsOutcomes = true
    }
    rowStarts = keptStarts
  }

  private static func kept<Element: BitwiseCopyable>(
    _ rows: [Int32], of column: [Element], starts: [Int], keptStarts: [Int]
  ) -> [Element] {
    let outcomeCount = keptStarts[rows.count]
    // Large, and written once: not worth filling with zeros first.
    return [Element](unsafeUninitializedCapacity: outcomeCount) { new, count in
      let old = column.span
      var end = 0
      for (index, row) in rows.enumerated() {
        let shift = starts[Int(row)] &- end
        while end < keptStarts[index &+ 1] {
          new[end] = old[end &+ shift]
          end &+= 1
        }
      }
      count = end
    }
  }

  private static func keep<Element: BitwiseCopyable>(
    _ rows: [Int32], of column: inout [Element], starts: [Int], keptStarts: [Int]
  ) {
    var entries = column.mutableSpan
    var end = 0
    for (index, row) in rows.enumerated() {
      let shift = starts[Int(row)] &- end
      while end < keptStarts[index &+ 1] {
        entries[end] = entries[end &+ shift]
        end &+= 1
      }
    }
    column.removeLast(column.count - end)
  }

  // MARK: Rounding

  /// How many outcomes the longest row has, which bounds the rounding error of a backup, and how far the sum
  /// of a row is from 1 at the most.
  func rowExtremes() -> (length: Int, sumError: Double) {
    let rowStarts = rowStarts.span
    let probabilities = probabilities.span
    var extremes = (length: 0, sumError: 0.0)
    var start = 0
    for choice in 0..<choiceCount {
      let end = rowStarts[choice &+ 1]
      var sum = 0.0
      for entry in start..<end { sum += probabilities[entry] }
      extremes = (max(extremes.length, end &- start), max(extremes.sumError, abs(1 - sum)))
      start = end
    }
    return extremes
  }
}
