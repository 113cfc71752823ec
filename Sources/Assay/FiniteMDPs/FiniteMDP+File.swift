import Foundation

extension FiniteMDP {
  /// The schema of the file format this type reads and writes.
  public static let schema = "assay.mdp/1"

  /// Reads a process from a file in the format `assay.mdp/1`.
  ///
  /// - Parameter path: a JSON file.
  /// - Throws: ``DataError`` that names the file, the field, the row and the value.
  public init(contentsOfFile path: String) throws(DataError) {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw DataError(
        field: path, value: "missing or not readable", allowed: "a file in the format \(Self.schema)")
    }
    do { try self.init(json: data) } catch { throw error.from(path) }
  }

  /// Reads a process from JSON in the format `assay.mdp/1`.
  ///
  /// Rows may come in any order; those of one (state, action) keep theirs. Rows of the same (state, action,
  /// next) add up. Fields the format does not know are left alone.
  public init(json: Data) throws(DataError) {
    let file = try MDPFile<Int>.decode(json)
    try self.init(file: file)
  }

  /// Writes the process as JSON in the format `assay.mdp/1`; reading it back gives an equal process, but for
  /// its ``map``, of which the format knows nothing.
  public func json() throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(MDPFile(self))
  }
}

/// The columns of a file, as they stand there.
private struct MDPFile<Index: Codable>: Codable {
  struct Transitions: Codable {
    var state: [Index]
    var action: [Index]
    var next: [Index]
    var probability: [Double]
    var reward: [Double]
    var terminal: [Bool]
  }

  var schema: String
  var name: String?
  var states: Index
  var actions: Index
  var discount: Double
  var initial: [Double]
  var transitions: Transitions
  var rewards: [String: [Double]]?
  var stateNames: [String]?
  var actionNames: [String]?
}

extension MDPFile where Index == Int {
  static func decode(_ data: Data) throws(DataError) -> MDPFile {
    try DataError.checkText(data)
    do {
      return try JSONDecoder().decode(MDPFile.self, from: data)
    } catch let strict as DecodingError {
      // Python writes NaN and Infinity, which JSON does not know, and a decoder that meets 1.5 for an integer
      // only says that the data are corrupted. Reading the numbers as JSON5 has them lets the checks below
      // say which entry it is; whatever else only JSON5 allows is refused all the same.
      if case .dataCorrupted = strict {
        let lenient = JSONDecoder()
        lenient.allowsJSON5 = true
        if let file = try? lenient.decode(MDPFile.self, from: data) { _ = try FiniteMDP(file: file) }
        if let file = try? lenient.decode(MDPFile<Double>.self, from: data) { try file.checkIntegers() }
      }
      throw Self.describe(strict, in: data)
    } catch {
      throw DataError(field: "the file", value: "not readable (\(error))", allowed: "JSON")
    }
  }

  private static func describe(_ error: DecodingError, in data: Data) -> DataError {
    func path(_ keys: [any CodingKey]) -> String {
      keys.reduce("") { text, key in
        if let index = key.intValue { return text + "[\(index)]" }
        return text.isEmpty ? key.stringValue : text + "." + key.stringValue
      }
    }
    switch error {
    case .keyNotFound(let key, let context):
      return DataError(
        field: path(context.codingPath + [key]), value: "missing",
        allowed: "the columns of \(FiniteMDP.schema)")
    case .typeMismatch(let type, let context):
      return DataError(
        field: context.codingPath.isEmpty ? "the file" : path(context.codingPath),
        value: JSONValue.text(at: context.codingPath, in: data), allowed: Self.name(of: type))
    case .valueNotFound(let type, let context):
      return DataError(field: path(context.codingPath), value: "null", allowed: Self.name(of: type))
    case .dataCorrupted(let context):
      if !context.codingPath.isEmpty {
        return DataError(
          field: path(context.codingPath), value: "not representable", allowed: "a number of the field's type"
        )
      }
      let reason = (context.underlyingError as NSError?)?.userInfo["NSDebugDescription"] as? String
      return DataError(
        field: "the file", value: "not complete, valid JSON" + (reason.map { " (\($0))" } ?? ""),
        allowed: "one JSON object")
    @unknown default:
      return DataError(field: "the file", value: "not readable (\(error))", allowed: "JSON")
    }
  }

  /// Room for a thousand million bytes of row starts, far more than a JSON file can fill.
  private static var pairLimit: Int { 1 << 27 }

  private static func name(of type: any Any.Type) -> String {
    switch type {
    case is Int.Type: "an integer"
    case is Double.Type: "a finite number"
    case is Bool.Type: "true or false"
    case is String.Type: "a string"
    case is [String: Any].Type: "an object"
    default: "a list"
    }
  }

  /// Checks what can be said in terms of the file's own rows; the process checks the rest.
  func check() throws(DataError) {
    guard schema == FiniteMDP.schema else {
      throw DataError(field: "schema", value: schema.debugDescription, allowed: "\"\(FiniteMDP.schema)\"")
    }
    guard states > 0, states <= Int(Int32.max) else {
      throw DataError(field: "states", value: "\(states)", allowed: "an integer from 1 to \(Int32.max)")
    }
    guard actions > 0, actions <= Int(Int32.max) else {
      throw DataError(field: "actions", value: "\(actions)", allowed: "an integer from 1 to \(Int32.max)")
    }
    // A file that only claims to be large must not take memory for it.
    guard states <= MDPFile.pairLimit / actions else {
      throw DataError(
        field: "states × actions", value: "\(states) × \(actions)", allowed: "at most \(MDPFile.pairLimit)")
    }
    try checkLengths()
    try check(transitions.state, named: "transitions.state", below: states)
    try check(transitions.action, named: "transitions.action", below: actions)
    try check(transitions.next, named: "transitions.next", below: states)
    for (row, probability) in transitions.probability.enumerated()
    where !(probability >= 0 && probability <= 1) {
      throw DataError(
        field: "transitions.probability[\(row)]", value: DataError.text(probability),
        allowed: "a finite number from 0 to 1")
    }
    try checkFinite(transitions.reward, named: "transitions.reward")
    for (name, column) in rewards ?? [:] { try checkFinite(column, named: "rewards.\(name)") }
  }

  private func checkLengths() throws(DataError) {
    let count = transitions.state.count
    var lengths = [("initial", initial.count, states)]
    lengths += [
      ("action", transitions.action.count), ("next", transitions.next.count),
      ("probability", transitions.probability.count), ("reward", transitions.reward.count),
      ("terminal", transitions.terminal.count),
    ].map { ("transitions." + $0.0, $0.1, count) }
    lengths += (rewards ?? [:]).sorted { $0.key < $1.key }.map {
      ("rewards." + $0.key, $0.value.count, count)
    }
    if let stateNames { lengths.append(("stateNames", stateNames.count, states)) }
    if let actionNames { lengths.append(("actionNames", actionNames.count, actions)) }
    for (field, found, wanted) in lengths where found != wanted {
      throw DataError(field: field, value: "\(found) entries long", allowed: "\(wanted) entries")
    }
    if let rewards, rewards.keys.contains("reward") {
      throw DataError(
        field: "rewards.reward", value: "a second training reward",
        allowed: "any other name; it is transitions.reward")
    }
  }

  private func check(_ column: [Int], named field: String, below bound: Int) throws(DataError) {
    for (row, value) in column.enumerated() where value < 0 || value >= bound {
      throw DataError(
        field: "\(field)[\(row)]", value: "\(value)", allowed: "an integer from 0 to \(bound - 1)")
    }
  }

  private func checkFinite(_ column: [Double], named field: String) throws(DataError) {
    for (row, value) in column.enumerated() where !value.isFinite {
      throw DataError(field: "\(field)[\(row)]", value: DataError.text(value), allowed: "a finite number")
    }
  }
}

extension MDPFile where Index == Double {
  /// Throws what keeps a number from being an integer, where one should be.
  func checkIntegers() throws(DataError) {
    for (field, value) in [("states", states), ("actions", actions)] where Int(exactly: value) == nil {
      throw DataError(field: field, value: DataError.text(value), allowed: "an integer")
    }
    for (name, column) in [
      ("state", transitions.state), ("action", transitions.action), ("next", transitions.next),
    ] {
      for (row, value) in column.enumerated() where Int(exactly: value) == nil {
        throw DataError(
          field: "transitions.\(name)[\(row)]", value: DataError.text(value), allowed: "an integer")
      }
    }
  }
}

/// Any JSON, to show what stands where something else should.
private enum JSONValue: Decodable {
  case scalar(String)
  case list([JSONValue])
  case object([String: JSONValue])

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .scalar("null")
    } else if let value = try? container.decode(Bool.self) {
      self = .scalar("\(value)")
    } else if let value = try? container.decode(Int.self) {
      self = .scalar("\(value)")
    } else if let value = try? container.decode(Double.self) {
      self = .scalar("\(value)")
    } else if let value = try? container.decode(String.self) {
      self = .scalar(value.debugDescription)
    } else if let value = try? container.decode([JSONValue].self) {
      self = .list(value)
    } else {
      self = .object(try container.decode([String: JSONValue].self))
    }
  }

  /// What stands at a place in a file, in short.
  static func text(at path: [any CodingKey], in data: Data) -> String {
    guard var value = try? JSONDecoder().decode(JSONValue.self, from: data) else { return "of another type" }
    for key in path {
      switch value {
      case .list(let entries):
        if let index = key.intValue, entries.indices.contains(index) { value = entries[index] }
      case .object(let fields): if let field = fields[key.stringValue] { value = field }
      case .scalar: break
      }
    }
    return switch value {
    case .scalar(let text): text
    case .list: "a list"
    case .object: "an object"
    }
  }
}

extension FiniteMDP {
  fileprivate init(file: MDPFile<Int>) throws(DataError) {
    try file.check()
    let rows = file.transitions
    let pairs = rows.state.indices.map { rows.state[$0] * file.actions + rows.action[$0] }
    // A stable counting sort by (state, action).
    var starts = [Int](repeating: 0, count: file.states * file.actions + 1)
    for pair in pairs { starts[pair + 1] += 1 }
    for index in starts.indices.dropFirst() { starts[index] += starts[index - 1] }
    var cursor = starts
    var order = [Int](repeating: 0, count: pairs.count)
    for (row, pair) in pairs.enumerated() {
      order[cursor[pair]] = row
      cursor[pair] += 1
    }
    let probabilities = order.map { rows.probability[$0] }
    var rewards = [
      RewardFunction(
        name: "reward", outcomes: order.map { rows.reward[$0] }, rowStarts: starts,
        probabilities: probabilities)
    ]
    for (name, column) in (file.rewards ?? [:]).sorted(by: { $0.key < $1.key }) {
      rewards.append(
        RewardFunction(
          name: name, outcomes: order.map { column[$0] }, rowStarts: starts, probabilities: probabilities))
    }
    try self.init(
      name: file.name ?? "unnamed", stateCount: file.states, actionCount: file.actions,
      discount: file.discount,
      initial: file.initial, rowStarts: starts, successors: order.map { Int32(rows.next[$0]) },
      probabilities: probabilities, terminals: order.map { rows.terminal[$0] }, rewards: rewards)
    stateNames = file.stateNames ?? []
    actionNames = file.actionNames ?? []
  }
}

extension MDPFile where Index == Int {
  fileprivate init(_ process: FiniteMDP) {
    let pairCount = process.stateCount * process.actionCount
    let pairs = (0..<pairCount).flatMap { pair in
      repeatElement(pair, count: process.rowStarts[pair + 1] - process.rowStarts[pair])
    }
    func column(_ reward: FiniteMDP.RewardFunction) -> [Double] {
      reward.outcomes ?? pairs.map { reward.expected[$0] }
    }
    self.init(
      schema: FiniteMDP.schema, name: process.name, states: process.stateCount, actions: process.actionCount,
      discount: process.discount, initial: process.initial,
      transitions: .init(
        state: pairs.map { $0 / process.actionCount }, action: pairs.map { $0 % process.actionCount },
        next: process.successors.map(Int.init), probability: process.probabilities,
        reward: column(process.reward),
        terminal: process.hasTerminals ? process.terminals : pairs.map { _ in false }),
      rewards: process.rewards.count > 1
        ? Dictionary(uniqueKeysWithValues: process.rewards.dropFirst().map { ($0.name, column($0)) }) : nil,
      stateNames: process.stateNames.isEmpty ? nil : process.stateNames,
      actionNames: process.actionNames.isEmpty ? nil : process.actionNames)
  }
}
