/// Reads the statements of a file in Cassandra's format.
///
/// Probabilities are kept row by row as the statements give them, the last one for an entry counting. Rewards
/// are kept as the patterns they are given for, as those would fill a table of four dimensions.
struct CassandraReader {
  /// States, actions or observations: how many, and how they are called.
  struct Labels {
    let kind: String
    var count = 0
    var names: [String] = []
    var numbers: [String: Int] = [:]

    /// A label for a message.
    func describe(_ index: Int) -> String { names.isEmpty ? "\(index)" : String(names[index].prefix(40)) }
  }

  private var tokens: CassandraTokens
  /// Whether the file is about a process whose state is hidden.
  private let isHidden: Bool
  /// How many more entries wildcards and words may stand for.
  private var allowance: Int
  private let limit: Int
  /// Where the statement begins that is being read.
  private var statementLine = 1
  private(set) var discount: Double?
  private var sign: Double?
  private(set) var states = Labels(kind: "state")
  private(set) var actions = Labels(kind: "action")
  private(set) var observations = Labels(kind: "observation")
  private var start = Start.uniform
  private var hasStart = false
  private var transitions = SparseRows()
  private var sensors = SparseRows()
  private var rewards = RewardPatterns()

  /// How a file says where episodes start.
  private enum Start {
    case uniform
    case state(Int)
    case vector([Double])
    case including(Set<Int>)
    case excluding(Set<Int>)
  }

  init(_ bytes: [UInt8], isHidden: Bool, limit: Int) throws(DataError) {
    tokens = try CassandraTokens(bytes)
    self.isHidden = isHidden
    allowance = limit
    self.limit = limit
    try readPreamble()
    while tokens.kind != .end { try readStatement() }
  }

  // MARK: Preamble

  private var statements: String { isHidden ? "T, O or R" : "T or R" }

  private mutating func readPreamble() throws(DataError) {
    while tokens.kind != .end {
      guard tokens.kind == .word else {
        throw tokens.error(
          allowed:
            "discount, values, states, actions, \(isHidden ? "observations, " : "")start, \(statements)")
      }
      let word = tokens.text
      switch word {
      case "T", "O", "R":
        try checkPreamble()
        return
      case "discount":
        try open(isNew: discount == nil)
        let field = "line \(tokens.line): the discount"
        let number = try signedNumber()
        guard number >= 0, number <= 1 else {
          throw DataError(field: field, value: "\(number)", allowed: "a number from 0 to 1")
        }
        discount = number
      case "values":
        try open(isNew: sign == nil)
        guard tokens.kind == .word, ["reward", "cost"].contains(tokens.text) else {
          throw tokens.error(allowed: "reward or cost")
        }
        sign = tokens.text == "reward" ? 1 : -1
        try tokens.advance()
      case "states":
        try open(isNew: states.count == 0)
        states = try labels(of: "state")
      case "actions":
        try open(isNew: actions.count == 0)
        actions = try labels(of: "action")
      case "observations" where isHidden:
        try open(isNew: observations.count == 0)
        observations = try labels(of: "observation")
      case "observations":
        throw tokens.error(allowed: "none of it, in a file about states that are not hidden")
      case "start": try readStart()
      default:
        throw tokens.error(
          allowed:
            "discount, values, states, actions, \(isHidden ? "observations, " : "")start, \(statements)")
      }
    }
    try checkPreamble()
  }

  /// Passes over a keyword and its colon.
  private mutating func open(isNew: Bool) throws(DataError) {
    guard isNew else { throw tokens.error(allowed: "only one of it") }
    try tokens.advance()
    try readColon()
  }

  private mutating func readColon() throws(DataError) {
    guard tokens.kind == .colon else { throw tokens.error(allowed: "a colon") }
    try tokens.advance()
  }

  private func checkPreamble() throws(DataError) {
    for (word, isThere) in [
      ("discount", discount != nil), ("values", sign != nil), ("states", states.count > 0),
      ("actions", actions.count > 0), ("observations", observations.count > 0 || !isHidden),
    ] where !isThere {
      throw DataError(
        field: "line \(tokens.line): \(word)", value: "missing",
        allowed:
          "discount, values, states, actions\(isHidden ? " and observations" : "") before \(statements)")
    }
  }

  private mutating func labels(of kind: String) throws(DataError) -> Labels {
    var labels = Labels(kind: kind)
    if tokens.kind == .integer {
      guard let count = Int(tokens.text), count > 0, count <= Int(Int32.max) else {
        throw tokens.error(allowed: "a number of \(kind)s from 1 to \(Int32.max)")
      }
      labels.count = count
      try tokens.advance()
      return labels
    }
    while tokens.kind == .word {
      let name = tokens.text
      if CassandraTokens.reserved.contains(name) { break }
      guard labels.numbers.updateValue(labels.count, forKey: name) == nil else {
        throw tokens.error(allowed: "each name of a \(kind) once")
      }
      labels.names.append(name)
      labels.count += 1
      try tokens.advance()
    }
    guard labels.count > 0 else {
      throw tokens.error(allowed: "the number of \(kind)s, or their names, which begin with letters")
    }
    return labels
  }

  private mutating func readStart() throws(DataError) {
    guard !hasStart else { throw tokens.error(allowed: "only one of it") }
    guard states.count > 0 else { throw tokens.error(allowed: "the states first") }
    hasStart = true
    try tokens.advance()
    if tokens.kind == .word, ["include", "exclude"].contains(tokens.text) {
      let isIncluding = tokens.text == "include"
      try tokens.advance()
      try readColon()
      var listed: Set<Int> = []
      repeat { listed.insert(try index(of: states)) } while isAtIndex
      guard isIncluding || listed.count < states.count else {
        throw DataError(
          field: "line \(tokens.line): start exclude", value: "every state", allowed: "not every state")
      }
      start = isIncluding ? .including(listed) : .excluding(listed)
      return
    }
    try readColon()
    if tokens.kind == .word {
      if tokens.text == "uniform" {
        try tokens.advance()
      } else {
        start = .state(try index(of: states))
      }
      return
    }
    // A whole number by itself is a state, where a distribution would need more of them.
    let line = tokens.line
    let first = tokens
    let number = try probabilityOrIndex()
    guard states.count > 1 else {
      start = .state(0)
      return
    }
    if tokens.kind != .integer, tokens.kind != .real {
      tokens = first
      start = .state(try index(of: states))
      return
    }
    guard number <= 1 else { throw first.error(allowed: "a number from 0 to 1") }
    var vector = [number]
    while vector.count < states.count { vector.append(try probability()) }
    let sum = vector.reduce(0, +)
    guard abs(sum - 1) <= Self.tolerance else {
      throw DataError(
        field: "line \(line): start", value: "\(sum) in sum",
        allowed: "probabilities that sum to 1 within 1e-5")
    }
    start = .vector(abs(sum - 1) <= FiniteMDP.probabilityTolerance ? vector : vector.map { $0 / sum })
  }

  private var isAtIndex: Bool {
    tokens.kind == .integer || tokens.kind == .word && !CassandraTokens.reserved.contains(tokens.text)
  }

  /// How far the probabilities of a row may be from summing to 1 in a file, as files have few digits.
  private static var tolerance: Double { 1e-5 }

  // MARK: Numbers and names

  private mutating func signedNumber() throws(DataError) -> Double {
    let isNegative = tokens.kind == .minus
    if isNegative || tokens.kind == .plus { try tokens.advance() }
    guard let number = tokens.number else { throw tokens.error(allowed: "a finite number") }
    try tokens.advance()
    return isNegative ? -number : number
  }

  private mutating func probabilityOrIndex() throws(DataError) -> Double {
    guard let number = tokens.number else { throw tokens.error(allowed: "a number, a state or uniform") }
    try tokens.advance()
    return number
  }

  private mutating func probability() throws(DataError) -> Double {
    guard let number = tokens.number, number <= 1 else { throw tokens.error(allowed: "a number from 0 to 1") }
    try tokens.advance()
    return number
  }

  private mutating func index(of labels: Labels) throws(DataError) -> Int {
    let index: Int?
    switch tokens.kind {
    case .integer:
      index = Int(tokens.text).flatMap { $0 < labels.count ? $0 : nil }
    case .word: index = labels.numbers[tokens.text]
    default: index = nil
    }
    guard let index else {
      throw tokens.error(
        allowed: "\(labels.kind == "state" ? "a" : "an") \(labels.kind)"
          + (labels.names.isEmpty ? " from 0 to \(labels.count - 1)" : " that is listed, or its number"))
    }
    try tokens.advance()
    return index
  }

  /// One of the labels, or all of them.
  private mutating func indices(of labels: Labels) throws(DataError) -> Range<Int> {
    if tokens.kind == .star {
      try tokens.advance()
      return 0..<labels.count
    }
    let index = try index(of: labels)
    return index..<index + 1
  }

  /// Takes entries from the allowance that the file does not list one by one.
  private mutating func charge(_ counts: Int...) throws(DataError) {
    var product = 1
    for count in counts {
      let (result, isTooLarge) = product.multipliedReportingOverflow(by: count)
      product = isTooLarge ? Int.max : result
    }
    // What is listed one by one pays for itself.
    guard product > 1 else { return }
    guard product <= allowance else {
      throw DataError(
        field: "line \(statementLine)", value: "more entries than are allowed for, in sum",
        allowed: "at most \(limit) that stand in wildcards, uniform, identity and reset")
    }
    allowance -= product
  }

  // MARK: Statements

  private mutating func readStatement() throws(DataError) {
    guard tokens.kind == .word, ["T", "O", "R"].contains(tokens.text), isHidden || tokens.text != "O" else {
      throw tokens.error(allowed: statements)
    }
    let word = tokens.text
    statementLine = tokens.line
    try tokens.advance()
    try readColon()
    let actions = try indices(of: actions)
    switch word {
    case "T": try readProbabilities(of: actions, columns: states, isTransition: true)
    case "O": try readProbabilities(of: actions, columns: observations, isTransition: false)
    default: try readRewards(of: actions)
    }
  }

  private mutating func readProbabilities(
    of actions: Range<Int>, columns: Labels, isTransition: Bool
  ) throws(DataError) {
    // Rows are those of a start state or of an end state.
    guard tokens.kind == .colon else {
      if isTransition, tokens.kind == .word, tokens.text == "identity" {
        try tokens.advance()
        try charge(actions.count, states.count)
        for row in 0..<states.count {
          set([SparseRows.Entry(column: Int32(row), value: 1)], actions, row..<row + 1, isTransition)
        }
      } else if tokens.kind == .word {
        try readWord(of: actions, rows: nil, columns: columns, isTransition: isTransition)
      } else {
        for row in 0..<states.count {
          let entries = try probabilityRow(columns)
          try charge(actions.count)
          set(entries, actions, row..<row + 1, isTransition)
        }
      }
      return
    }
    try tokens.advance()
    let rows = try indices(of: states)
    guard tokens.kind == .colon else {
      if tokens.kind == .word {
        try readWord(of: actions, rows: rows, columns: columns, isTransition: isTransition)
      } else {
        let entries = try probabilityRow(columns)
        try charge(actions.count, rows.count, max(1, entries.count))
        set(entries, actions, rows, isTransition)
      }
      return
    }
    try tokens.advance()
    let chosen = try indices(of: columns)
    let probability = try probability()
    if chosen.count == columns.count {
      try charge(actions.count, rows.count, probability == 0 ? 1 : chosen.count)
      let entries =
        probability == 0 ? [] : chosen.map { SparseRows.Entry(column: Int32($0), value: probability) }
      set(entries, actions, rows, isTransition)
      return
    }
    try charge(actions.count, rows.count)
    let entry = SparseRows.Entry(column: Int32(chosen.lowerBound), value: probability)
    for action in actions {
      for row in rows {
        let key = action * states.count + row
        if isTransition { transitions.append(entry, to: key) } else { sensors.append(entry, to: key) }
      }
    }
  }

  /// Reads `uniform` for rows or, where `rows` is `nil`, for a matrix, or `reset` for rows.
  private mutating func readWord(
    of actions: Range<Int>, rows chosen: Range<Int>?, columns: Labels, isTransition: Bool
  ) throws(DataError) {
    let entries: [SparseRows.Entry]
    let rows = chosen ?? 0..<states.count
    switch tokens.text {
    case "uniform":
      try charge(actions.count, rows.count, columns.count)
      entries = (0..<columns.count).map { .init(column: Int32($0), value: 1 / Double(columns.count)) }
    case "reset" where isTransition && chosen != nil:
      try charge(actions.count, rows.count, states.count)
      entries = initial().enumerated().filter { $0.element > 0 }
        .map { .init(column: Int32($0.offset), value: $0.element) }
    default:
      throw tokens.error(
        allowed: isTransition
          ? "numbers, uniform, identity for a matrix, or reset for rows" : "numbers or uniform")
    }
    try tokens.advance()
    set(entries, actions, rows, isTransition)
  }

  private mutating func set(
    _ entries: [SparseRows.Entry], _ actions: Range<Int>, _ rows: Range<Int>, _ isTransition: Bool
  ) {
    for action in actions {
      for row in rows {
        let key = action * states.count + row
        if isTransition { transitions.rows[key] = entries } else { sensors.rows[key] = entries }
      }
    }
  }

  private mutating func probabilityRow(_ columns: Labels) throws(DataError) -> [SparseRows.Entry] {
    var entries: [SparseRows.Entry] = []
    for column in 0..<columns.count {
      guard let number = tokens.number, number <= 1 else {
        throw tokens.error(
          allowed: "\(columns.count) numbers from 0 to 1 in a row, of which this is number \(column + 1)")
      }
      try tokens.advance()
      if number != 0 { entries.append(.init(column: Int32(column), value: number)) }
    }
    return entries
  }

  private mutating func readRewards(of actions: Range<Int>) throws(DataError) {
    let action = actions.count == self.actions.count ? RewardPatterns.any : Int32(actions.lowerBound)
    func pattern(_ range: Range<Int>, of labels: Labels) -> Int32 {
      range.count == labels.count ? RewardPatterns.any : Int32(range.lowerBound)
    }
    guard tokens.kind == .colon else {
      guard !isHidden else { throw tokens.error(allowed: "a colon") }
      for state in 0..<states.count {
        for next in 0..<states.count {
          rewards.set(try signedNumber(), .init(action: action, state: Int32(state), next: Int32(next)))
        }
      }
      return
    }
    try tokens.advance()
    let state = pattern(try indices(of: states), of: states)
    guard tokens.kind == .colon else {
      for next in 0..<states.count {
        for observation in 0..<max(1, observations.count) {
          let key = RewardPatterns.Key(
            action: action, state: state, next: Int32(next),
            observation: isHidden ? Int32(observation) : RewardPatterns.any)
          rewards.set(try signedNumber(), key)
        }
      }
      return
    }
    try tokens.advance()
    let next = pattern(try indices(of: states), of: states)
    var key = RewardPatterns.Key(action: action, state: state, next: next)
    if tokens.kind == .colon {
      try tokens.advance()
      if isHidden {
        key.observation = pattern(try indices(of: observations), of: observations)
      } else {
        guard tokens.kind == .star else { throw tokens.error(allowed: "*, where nothing is hidden") }
        try tokens.advance()
      }
      rewards.set(try signedNumber(), key)
    } else if isHidden {
      for observation in 0..<observations.count {
        key.observation = Int32(observation)
        rewards.set(try signedNumber(), key)
      }
    } else {
      rewards.set(try signedNumber(), key)
    }
  }

  // MARK: Results

  private func initial() -> [Double] {
    var initial = [Double](repeating: 0, count: states.count)
    switch start {
    case .uniform: return [Double](repeating: 1 / Double(states.count), count: states.count)
    case .state(let state): initial[state] = 1
    case .vector(let vector): return vector
    case .including(let listed):
      for state in listed { initial[state] = 1 / Double(listed.count) }
    case .excluding(let listed):
      for state in initial.indices where !listed.contains(state) {
        initial[state] = 1 / Double(states.count - listed.count)
      }
    }
    return initial
  }

  /// The dynamics and rewards of the file.
  mutating func process(name: String) throws(DataError) -> FiniteMDP {
    try checkRows(transitions, named: "T", row: "state")
    if isHidden { try checkRows(sensors, named: "O", row: "next state") }
    var rowStarts = [0]
    var successors: [Int32] = []
    var probabilities: [Double] = []
    var outcomes: [Double] = []
    var expected: [Double] = []
    var dependsOnOutcome = false
    for state in 0..<states.count {
      for action in 0..<actions.count {
        let row = try row(transitions, action, state, columns: states.count, named: "T", row: "state")
        let first = outcomes.count
        var sum = 0.0
        for entry in row {
          let reward = reward(action: action, state: state, next: Int(entry.column))
          successors.append(entry.column)
          probabilities.append(entry.value)
          outcomes.append(reward)
          sum += entry.value * reward
        }
        let isSame = outcomes[first...].allSatisfy { $0 == outcomes[first] }
        dependsOnOutcome = dependsOnOutcome || !isSame
        // Where nothing depends on the outcome, no rounding should either.
        expected.append(isSame ? outcomes[first] : sum)
        rowStarts.append(successors.count)
      }
    }
    var process = try FiniteMDP(
      name: name, stateCount: states.count, actionCount: actions.count, discount: discount ?? 1,
      initial: initial(), rowStarts: rowStarts, successors: successors, probabilities: probabilities,
      terminals: [],
      rewards: [.init(name: "reward", expected: expected, outcomes: dependsOnOutcome ? outcomes : nil)])
    process.stateNames = states.names
    process.actionNames = actions.names
    return process
  }

  /// O(o | a, s′) of the file.
  func observationTable() throws(DataError) -> FinitePOMDP.ObservationTable {
    var rowStarts = [0]
    var listed: [Int32] = []
    var probabilities: [Double] = []
    for action in 0..<actions.count {
      for next in 0..<states.count {
        let row = try row(
          sensors, action, next, columns: observations.count, named: "O", row: "next state")
        listed += row.map(\.column)
        probabilities += row.map(\.value)
        rowStarts.append(listed.count)
      }
    }
    return .init(rowStarts: rowStarts, observations: listed, probabilities: probabilities)
  }

  /// Sees that no row is missing before anything is made that is as large as a file only claims to be.
  private func checkRows(_ table: SparseRows, named name: String, row kind: String) throws(DataError) {
    let (count, isTooLarge) = actions.count.multipliedReportingOverflow(by: states.count)
    if !isTooLarge, table.rows.count == count { return }
    var missing = 0
    while table.rows[missing] != nil { missing += 1 }
    throw DataError(
      field: "\(name) of action \(actions.describe(missing / states.count)), "
        + "\(kind) \(states.describe(missing % states.count))",
      value: "missing", allowed: "probabilities that sum to 1")
  }

  private func row(
    _ table: SparseRows, _ action: Int, _ state: Int, columns: Int, named name: String, row kind: String
  ) throws(DataError) -> [SparseRows.Entry] {
    var row = table.row(action * states.count + state)
    let sum = row.reduce(0) { $0 + $1.value }
    guard abs(sum - 1) <= Self.tolerance else {
      throw DataError(
        field: "\(name) of action \(actions.describe(action)), \(kind) \(states.describe(state))",
        value: "\(sum) in sum", allowed: "probabilities that sum to 1 within 1e-5")
    }
    if abs(sum - 1) > FiniteMDP.probabilityTolerance {
      for index in row.indices { row[index].value /= sum }
    }
    return row
  }

  /// The expected reward of an outcome.
  private func reward(action: Int, state: Int, next: Int) -> Double {
    var key = RewardPatterns.Key(action: Int32(action), state: Int32(state), next: Int32(next))
    guard rewards.dependOnObservations else { return (sign ?? 1) * rewards.value(of: key) + 0 }
    var sum = 0.0
    var weight = 0.0
    for entry in sensors.row(action * states.count + next) {
      key.observation = entry.column
      sum += entry.value * rewards.value(of: key)
      weight += entry.value
    }
    return (sign ?? 1) * (weight > 0 ? sum / weight : 0) + 0
  }
}

/// Rows of numbers, most of them 0.
private struct SparseRows {
  struct Entry {
    var column: Int32
    var value: Double
  }

  /// What was set of each row, in order.
  var rows: [Int: [Entry]] = [:]

  mutating func append(_ entry: Entry, to row: Int) { rows[row, default: []].append(entry) }

  /// The entries of a row by their columns, without zeros; of several for a column, the last.
  func row(_ row: Int) -> [Entry] {
    let entries = rows[row] ?? []
    let isSorted = zip(entries, entries.dropFirst()).allSatisfy { $0.column < $1.column }
    if isSorted { return entries.filter { $0.value != 0 } }
    var last: [Int32: Double] = [:]
    for entry in entries { last[entry.column] = entry.value }
    return last.filter { $0.value != 0 }.map { Entry(column: $0.key, value: $0.value) }
      .sorted { $0.column < $1.column }
  }
}

/// Rewards by what they are given for, where each of action, state, next state and observation may be any.
private struct RewardPatterns {
  /// Stands for all there are.
  static let any: Int32 = -1

  struct Key: Hashable {
    var action: Int32
    var state: Int32
    var next: Int32
    var observation: Int32 = RewardPatterns.any

    /// The key with some of its parts, one for each bit of `mask`, standing for all there are.
    func generalised(_ mask: Int) -> Key {
      Key(
        action: mask & 1 == 0 ? action : RewardPatterns.any,
        state: mask & 2 == 0 ? state : RewardPatterns.any,
        next: mask & 4 == 0 ? next : RewardPatterns.any,
        observation: mask & 8 == 0 ? observation : RewardPatterns.any)
    }

    var mask: Int {
      (action == RewardPatterns.any ? 1 : 0) | (state == RewardPatterns.any ? 2 : 0)
        | (next == RewardPatterns.any ? 4 : 0) | (observation == RewardPatterns.any ? 8 : 0)
    }
  }

  private var values: [Key: (order: Int, value: Double)] = [:]
  private var masks: [Int] = []
  private var count = 0

  var dependOnObservations: Bool { masks.contains { $0 & 8 == 0 } }

  mutating func set(_ value: Double, _ key: Key) {
    if !masks.contains(key.mask) { masks.append(key.mask) }
    values[key] = (count, value)
    count += 1
  }

  /// The value that was set last of all that cover a key; 0 where none does.
  func value(of key: Key) -> Double {
    var best = (order: -1, value: 0.0)
    for mask in masks {
      if let found = values[key.generalised(mask)], found.order > best.order { best = found }
    }
    return best.value
  }
}
