import Assay

/// Choices that are open in each state, in the order in which a sweep reads them.
///
/// Terminal outcomes are left out, since no value follows them; so a row may sum to less than 1. A choice is
/// one (state, action) pair.
struct SweepTable {
  /// Where the choices of each state start, `[S + 1]`.
  private(set) var choiceStarts: [Int32]
  /// Expected reward of each choice.
  private var rewards: [Double]
  /// Where the outcomes of each choice start, `[choices + 1]`.
  private var rowStarts: [Int]
  private var successors: [Int32]
  private var probabilities: [Double]
  /// The (state, action) pair of each choice, as state · A + action; empty where choices are the pairs.
  private var pairs: [Int32] = []
  private let actionCount: Int
  /// Whether outcomes may be moved in place, since the process does not share them.
  private(set) var ownsOutcomes = false

  var stateCount: Int { choiceStarts.count - 1 }
  var choiceCount: Int { rewards.count }

  /// All choices of a process. Shares the process's columns where nothing has to be left out.
  init(_ process: FiniteMDP, reward: FiniteMDP.RewardFunction) {
    actionCount = process.actionCount
    choiceStarts = (0...process.stateCount).map { Int32($0 * process.actionCount) }
    rewards = reward.expected
    rowStarts = process.rowStarts
    successors = process.successors
    probabilities = process.probabilities
    let hasAllChoices = rewards.indices.allSatisfy { process.rowStarts[$0] < process.rowStarts[$0 + 1] }
    if !hasAllChoices || process.hasTerminals { leaveOutWhatNoValueFollows(in: process) }
  }

  /// The action of a choice.
  func action(of choice: Int) -> Int { (pairs.isEmpty ? choice : Int(pairs[choice])) % actionCount }

  /// Drops unavailable actions and terminal outcomes.
  private mutating func leaveOutWhatNoValueFollows(in process: FiniteMDP) {
    let expected = rewards
    (rewards, rowStarts, successors, probabilities) = ([], [0], [], [])
    for pair in expected.indices {
      let outcomes = process.rowStarts[pair]..<process.rowStarts[pair + 1]
      if !outcomes.isEmpty {
        for entry in outcomes where !(process.hasTerminals && process.terminals[entry]) {
          successors.append(process.successors[entry])
          probabilities.append(process.probabilities[entry])
        }
        rewards.append(expected[pair])
        pairs.append(Int32(pair))
        rowStarts.append(successors.count)
      }
      if (pair + 1) % actionCount == 0 { choiceStarts[(pair + 1) / actionCount] = Int32(pairs.count) }
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

  /// What bounds the rounding error of a backup.
  struct RowExtremes {
    /// How many outcomes the longest row has.
    var length = 0
    /// The smallest sum of a row.
    var leastSum = Double.infinity
    /// The largest sum of a row.
    var largestSum = -Double.infinity
  }

  /// One backup of every state: `next[s] = max over choices of r + γ Σ p·values`. The value of each choice goes
  /// into the first entries of `choiceValues`.
  func sweep(
    discount: Double, values: [Double], into next: inout [Double], choiceValues: inout [Double]
  ) -> Change {
    var extremes = RowExtremes()
    return sweep(
      discount: discount, values: values, into: &next, choiceValues: &choiceValues, extremes: &extremes,
      measuresRows: false)
  }

  /// A sweep that looks at the rows as well, while they pass.
  func measuringSweep(
    discount: Double, values: [Double], into next: inout [Double], choiceValues: inout [Double],
    extremes: inout RowExtremes
  ) -> Change {
    sweep(
      discount: discount, values: values, into: &next, choiceValues: &choiceValues, extremes: &extremes,
      measuresRows: true)
  }

  /// Inlined into the two above, so that only one of them pays for measuring.
  @inline(__always)
  private func sweep(
    discount: Double, values: [Double], into next: inout [Double], choiceValues: inout [Double],
    extremes: inout RowExtremes, measuresRows: Bool
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
    var rows = RowExtremes()
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
        let rowStart = entry
        let rowEnd = rowStarts[unchecked: choice &+ 1]
        var sum = 0.0
        var mass = 0.0
        while entry < rowEnd {
          let probability = probabilities[unchecked: entry]
          sum += probability * values[unchecked: Int(successors[unchecked: entry])]
          if measuresRows { mass += probability }
          entry &+= 1
        }
        if measuresRows {
          rows.length = max(rows.length, rowEnd &- rowStart)
          rows.leastSum = mass < rows.leastSum ? mass : rows.leastSum
          rows.largestSum = mass > rows.largestSum ? mass : rows.largestSum
        }
        let value = rewards[unchecked: choice] + discount * sum
        choiceValues[unchecked: choice] = value
        highest = value > highest ? value : highest
        choice &+= 1
      }
      change.include(highest - values[unchecked: state])
      next[unchecked: state] = highest
    }
    extremes = rows
    return change
  }

  // MARK: Narrowing

  /// How many choices have a value that is at most `slack` below the value of their state.
  func choiceCount(within slack: Double, of values: [Double], choiceValues: [Double]) -> Int {
    let choiceStarts = choiceStarts.span
    let values = values.span
    let choiceValues = choiceValues.span
    var count = 0
    var choice = 0
    for state in 0..<stateCount {
      let end = Int(choiceStarts[state &+ 1])
      let least = values[state] - slack
      while choice < end {
        count &+= choiceValues[choice] >= least ? 1 : 0
        choice &+= 1
      }
    }
    return count
  }

  /// Raises the ceiling of each state to the highest value of its other choices, less `rise`.
  func raise(
    _ ceilings: inout [Double], beyond slack: Double, of values: [Double], choiceValues: [Double],
    less rise: Double
  ) {
    var ceilings = ceilings.mutableSpan
    let choiceStarts = choiceStarts.span
    let values = values.span
    let choiceValues = choiceValues.span
    var choice = 0
    for state in 0..<stateCount {
      let end = Int(choiceStarts[state &+ 1])
      let least = values[state] - slack
      var highest = -Double.infinity
      while choice < end {
        let value = choiceValues[choice] >= least ? -Double.infinity : choiceValues[choice]
        highest = value > highest ? value : highest
        choice &+= 1
      }
      ceilings[state] = max(ceilings[state], highest - rise)
    }
  }

  /// Drops all other choices. The ones that stay are counted already.
  mutating func keep(_ count: Int, within slack: Double, of values: [Double], choiceValues: [Double]) {
    // Each choice is written where the next to keep belongs, which takes no branch; hence the place too many.
    var kept = [Int32](repeating: 0, count: count + 1)
    var keptCount = 0
    var choice = 0
    for state in 0..<stateCount {
      let end = Int(choiceStarts[state + 1])
      let least = values[state] - slack
      while choice < end {
        kept[keptCount] = Int32(truncatingIfNeeded: choice)
        keptCount &+= choiceValues[choice] >= least ? 1 : 0
        choice &+= 1
      }
      choiceStarts[state + 1] = Int32(truncatingIfNeeded: keptCount)
    }
    kept.removeLast()
    keepRows(kept)
    rewards = kept.map { rewards[Int($0)] }
    pairs = pairs.isEmpty ? kept : kept.map { pairs[Int($0)] }
  }

  private mutating func keepRows(_ kept: [Int32]) {
    let oldStarts = rowStarts
    rowStarts = [0]
    rowStarts.reserveCapacity(kept.count + 1)
    var end = 0
    for row in kept {
      end += oldStarts[Int(row) + 1] - oldStarts[Int(row)]
      rowStarts.append(end)
    }
    if ownsOutcomes {
      Self.keep(kept, startingAt: oldStarts, of: &successors)
      Self.keep(kept, startingAt: oldStarts, of: &probabilities)
    } else {
      successors = Self.copied(kept, startingAt: oldStarts, of: successors, count: end)
      probabilities = Self.copied(kept, startingAt: oldStarts, of: probabilities, count: end)
      ownsOutcomes = true
    }
  }

  private static func copied<Element: BitwiseCopyable>(
    _ rows: [Int32], startingAt starts: [Int], of column: [Element], count: Int
  ) -> [Element] {
    // Large, and written once: not worth filling with zeros first.
    [Element](unsafeUninitializedCapacity: count) { new, initializedCount in
      let old = column.span
      for row in rows {
        let outcomes = starts[Int(row)]..<starts[Int(row) + 1]
        precondition(outcomes.upperBound <= old.count && initializedCount + outcomes.count <= count)
        for entry in outcomes {
          new[initializedCount] = old[unchecked: entry]
          initializedCount &+= 1
        }
      }
    }
  }

  private static func keep<Element: BitwiseCopyable>(
    _ rows: [Int32], startingAt starts: [Int], of column: inout [Element]
  ) {
    var entries = column.mutableSpan
    var end = 0
    for row in rows {
      for entry in starts[Int(row)]..<starts[Int(row) + 1] {
        entries[end] = entries[entry]
        end &+= 1
      }
    }
    column.removeLast(column.count - end)
  }
}
