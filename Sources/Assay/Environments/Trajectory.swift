import Foundation

/// Recorded episodes of a world, as numbers: what one implementation of a world did, for another to be held
/// against.
///
/// Actions, observations and states are rows of numbers; a discrete one is a row of one number. A trajectory
/// always keeps the rules of its format, so that writing it cannot fail and reading it back gives the same:
///
/// ```json
/// {"env": "lever", "max_steps": 200, "note": "no time limit", "versions": {"python": "3.11"}, "episodes": [{
///   "kind": "random", "state_dtype": "float64", "initial_state": [0.5, 0],
///   "actions": [1, 0], "observations": [[0.5], [0.25]], "states": [[0.5, 1], [0.25, 1]],
///   "rewards": [0, 1], "terminated": [false, true], "length": 2}]}
/// ```
///
/// `max_steps`, `note`, `versions`, `state_dtype`, `states` and `length` may be missing. Every list of an
/// episode but `initial_state` has an entry for each step, of after the step. Rows of one kind are all
/// equally wide, through all episodes, and as wide as `initial_state` where they are states; a row of one
/// number may stand without its brackets. All numbers are finite, and only the last step of an episode may
/// terminate it. Names that the format does not know are left alone.
public struct Trajectory: Sendable, Hashable {
  /// One recorded episode of T steps.
  public struct Episode: Sendable, Hashable {
    /// How the actions were chosen: `random`, `policy`.
    public var kind: String
    /// In what the world kept its state: `float64`; `nil` where nobody said.
    public var stateType: String?
    /// The state in which the episode started; empty where the world has no numbers for it.
    public var initialState: [Double]
    /// The action of each step, `[T]` rows.
    public var actions: [[Double]]
    /// What each step showed, `[T]` rows.
    public var observations: [[Double]]
    /// The state that each step led to, `[T]` rows; empty where it was not recorded.
    public var states: [[Double]]
    /// The training reward of each step, `[T]`.
    public var rewards: [Double]
    /// Whether each step terminated the episode, `[T]`.
    public var terminated: [Bool]

    /// Makes an episode; ``Trajectory`` checks it.
    ///
    /// - Parameters:
    ///   - kind: how the actions were chosen.
    ///   - stateType: in what the world kept its state.
    ///   - initialState: the state in which the episode started.
    ///   - actions: the action of each step.
    ///   - observations: what each step showed.
    ///   - states: the state that each step led to, or nothing.
    ///   - rewards: the training reward of each step.
    ///   - terminated: whether each step terminated the episode.
    public init(
      kind: String, stateType: String? = nil, initialState: [Double], actions: [[Double]] = [],
      observations: [[Double]] = [], states: [[Double]] = [], rewards: [Double] = [], terminated: [Bool] = []
    ) {
      self.kind = kind
      self.stateType = stateType
      self.initialState = initialState
      self.actions = actions
      self.observations = observations
      self.states = states
      self.rewards = rewards
      self.terminated = terminated
    }

    /// T, how many steps the episode took.
    public var length: Int { rewards.count }
  }

  /// The name of the world.
  public let environment: String
  /// What was recorded, in order.
  public let episodes: [Episode]
  /// After how many steps the recorder stopped; `nil` where nobody said.
  public let maximumSteps: Int?
  /// What else there is to know.
  public let note: String?
  /// The versions of what made the recording, by name.
  public let versions: [String: String]

  /// Makes a trajectory of recorded episodes.
  ///
  /// - Parameters:
  ///   - environment: the name of the world.
  ///   - episodes: what was recorded.
  ///   - maximumSteps: after how many steps the recorder stopped.
  ///   - note: what else there is to know.
  ///   - versions: the versions of what made the recording.
  /// - Throws: ``DataError`` where the episodes break the rules of the format.
  public init(
    environment: String, episodes: [Episode], maximumSteps: Int? = nil, note: String? = nil,
    versions: [String: String] = [:]
  ) throws(DataError) {
    self.environment = environment
    self.episodes = episodes
    self.maximumSteps = maximumSteps
    self.note = note
    self.versions = versions
    try check()
  }

  /// Reads a trajectory from a file.
  ///
  /// - Parameter path: a JSON file.
  /// - Throws: ``DataError`` that names the file, the field and its value.
  public init(contentsOfFile path: String) throws(DataError) {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw DataError(field: path, value: "missing or not readable", allowed: "a recording, as JSON")
    }
    do { try self.init(json: data) } catch { throw error.from(path) }
  }

  /// Reads a trajectory.
  ///
  /// - Parameter data: JSON, as described above.
  /// - Throws: ``DataError`` that names the field, such as `episodes[2].rewards[17]`, and its value.
  public init(json data: Data) throws(DataError) {
    try DataError.checkText(data)
    let value: JSON
    do {
      value = try JSONDecoder().decode(JSON.self, from: data)
    } catch {
      // Python writes NaN and Infinity, which JSON does not know. Reading them as JSON5 has them lets the
      // checks say which entry it is; whatever else only JSON5 allows is refused all the same.
      let lenient = JSONDecoder()
      lenient.allowsJSON5 = true
      if let value = try? lenient.decode(JSON.self, from: data) { _ = try Trajectory(Field(value)) }
      throw DataError(field: "the file", value: "not complete, valid JSON", allowed: "one JSON object")
    }
    try self.init(Field(value))
  }

  private init(_ file: Field) throws(DataError) {
    let fields = try file.object()
    let maximumSteps = try fields["max_steps"]?.count()
    let note = try fields["note"]?.text()
    var versions: [String: String] = [:]
    for (name, field) in try fields["versions"]?.object() ?? [:] { versions[name] = try field.text() }
    var episodes: [Episode] = []
    for field in try file.needed("episodes").list() { episodes.append(try Episode(field)) }
    try self.init(
      environment: try file.needed("env").text(), episodes: episodes, maximumSteps: maximumSteps, note: note,
      versions: versions)
  }

  /// Writes the trajectory as JSON; reading it back gives an equal one.
  public func json() -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do {
      return try encoder.encode(TrajectoryFile(self))
    } catch {
      preconditionFailure("a trajectory of finite numbers can be written, but: \(error)")
    }
  }
}

// MARK: Rules

extension Trajectory {
  private func check() throws(DataError) {
    if let maximumSteps, maximumSteps < 1 {
      throw DataError(field: "max_steps", value: "\(maximumSteps)", allowed: "a whole number from 1")
    }
    let first = episodes.first { $0.length > 0 }
    for (index, episode) in episodes.enumerated() {
      try episode.check(
        "episodes[\(index)]", actionWidth: first?.actions.first?.count,
        observationWidth: first?.observations.first?.count, stateWidth: episodes[0].initialState.count)
    }
  }
}

extension Trajectory.Episode {
  fileprivate func check(
    _ field: String, actionWidth: Int?, observationWidth: Int?, stateWidth: Int
  ) throws(DataError) {
    let counts = [
      ("actions", actions.count), ("observations", observations.count), ("terminated", terminated.count),
      ("states", states.isEmpty ? length : states.count),
    ]
    for (name, count) in counts where count != length {
      throw DataError(
        field: "\(field).\(name)", value: "\(count) entries long",
        allowed: "\(length) entries, as there are rewards")
    }
    try check(row: initialState, "\(field).initial_state", width: stateWidth)
    try check(rows: actions, "\(field).actions", width: actionWidth)
    try check(rows: observations, "\(field).observations", width: observationWidth)
    try check(rows: states, "\(field).states", width: stateWidth)
    try check(row: rewards, "\(field).rewards", width: nil)
    if let step = terminated.dropLast().firstIndex(of: true) {
      throw DataError(
        field: "\(field).terminated[\(step)]", value: "true",
        allowed: "false, since steps follow; only the last step may terminate an episode")
    }
  }

  private func check(rows: [[Double]], _ field: String, width: Int?) throws(DataError) {
    for (step, row) in rows.enumerated() { try check(row: row, "\(field)[\(step)]", width: width) }
  }

  private func check(row: [Double], _ field: String, width: Int?) throws(DataError) {
    if let width, row.count != width {
      throw DataError(
        field: field, value: "\(row.count) numbers long",
        allowed: "\(width) numbers, as in the first of its kind"
      )
    }
    // Found first and named afterwards: names are long to make, and recordings have many numbers.
    if let index = row.firstIndex(where: { !$0.isFinite }) {
      throw DataError(
        field: "\(field)[\(index)]", value: DataError.text(row[index]), allowed: "a finite number")
    }
  }
}

// MARK: Reading

extension Trajectory.Episode {
  fileprivate init(_ field: Field) throws(DataError) {
    let fields = try field.object()
    self.init(
      kind: try field.needed("kind").text(), stateType: try fields["state_dtype"]?.text(),
      initialState: try field.needed("initial_state").row(), actions: try field.needed("actions").rows(),
      observations: try field.needed("observations").rows(), states: try fields["states"]?.rows() ?? [],
      rewards: try field.needed("rewards").numbers(), terminated: try field.needed("terminated").flags())
    if let count = try fields["length"]?.count(), count != length {
      throw DataError(
        field: "\(field.name).length", value: "\(count)", allowed: "\(length), as there are rewards")
    }
  }
}

/// Any JSON.
private enum JSON: Decodable {
  case nothing
  case flag(Bool)
  case number(Double)
  case text(String)
  case list([JSON])
  case object([String: JSON])
  /// What only looks like a number, or is too large for one.
  case unreadable

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    // Numbers and lists first, since they are nearly all there is.
    if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode([JSON].self) {
      self = .list(value)
    } else if let value = try? container.decode(Bool.self) {
      self = .flag(value)
    } else if let value = try? container.decode(String.self) {
      self = .text(value)
    } else if let value = try? container.decode([String: JSON].self) {
      self = .object(value)
    } else {
      self = container.decodeNil() ? .nothing : .unreadable
    }
  }

  /// In short, to show what stands where something else should.
  var description: String {
    switch self {
    case .nothing: "null"
    case .flag(let value): "\(value)"
    case .number(let value): DataError.text(value)
    case .text(let value): value.count > 40 ? "a long text" : value.debugDescription
    case .list: "a list"
    case .object: "an object"
    case .unreadable: "not representable"
    }
  }
}

/// What stands at a place of a file, with the name of the place.
private struct Field {
  let value: JSON
  let name: String

  init(_ value: JSON, _ name: String = "") {
    self.value = value
    self.name = name
  }

  func object() throws(DataError) -> [String: Field] {
    guard case .object(let values) = value else { throw error("an object") }
    return Dictionary(
      uniqueKeysWithValues: values.map {
        ($0.key, Field($0.value, name.isEmpty ? $0.key : "\(name).\($0.key)"))
      })
  }

  func needed(_ key: String) throws(DataError) -> Field {
    guard let field = try object()[key] else {
      throw DataError(
        field: name.isEmpty ? key : "\(name).\(key)", value: "missing", allowed: "every field of a recording")
    }
    return field
  }

  func list() throws(DataError) -> [Field] {
    guard case .list(let values) = value else { throw error("a list") }
    return values.enumerated().map { Field($0.element, "\(name)[\($0.offset)]") }
  }

  func text() throws(DataError) -> String {
    guard case .text(let text) = value else { throw error("a string") }
    return text
  }

  func count() throws(DataError) -> Int {
    guard case .number(let number) = value, let count = Int(exactly: number), count >= 0 else {
      throw error("a whole number from 0")
    }
    return count
  }

  func numbers() throws(DataError) -> [Double] {
    guard case .list(let values) = value else { throw error("a list of numbers") }
    var numbers: [Double] = []
    numbers.reserveCapacity(values.count)
    for (index, value) in values.enumerated() {
      guard case .number(let number) = value else {
        throw Field(value, "\(name)[\(index)]").error("a finite number")
      }
      numbers.append(number)
    }
    return numbers
  }

  func row() throws(DataError) -> [Double] {
    if case .number(let number) = value { return [number] }
    return try numbers()
  }

  func rows() throws(DataError) -> [[Double]] {
    var rows: [[Double]] = []
    for field in try list() {
      if case .unreadable = field.value { throw field.error("a finite number") }
      rows.append(try field.row())
    }
    return rows
  }

  func flags() throws(DataError) -> [Bool] {
    var flags: [Bool] = []
    for field in try list() {
      guard case .flag(let flag) = field.value else { throw field.error("true or false") }
      flags.append(flag)
    }
    return flags
  }

  private func error(_ allowed: String) -> DataError {
    DataError(field: name.isEmpty ? "the file" : name, value: value.description, allowed: allowed)
  }
}

// MARK: Writing

/// A trajectory under the names of its format.
private struct TrajectoryFile: Encodable {
  struct Episode: Encodable {
    enum CodingKeys: String, CodingKey {
      case stateType = "state_dtype"
      case initialState = "initial_state"
      case kind, actions, observations, states, rewards, terminated, length
    }

    var kind: String
    var stateType: String?
    var initialState: [Double]
    var actions: [Row]
    var observations: [[Double]]
    var states: [[Double]]?
    var rewards: [Double]
    var terminated: [Bool]
    var length: Int
  }

  /// A row of numbers; without its brackets where it is one number.
  struct Row: Encodable {
    var numbers: [Double]

    func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      if numbers.count == 1 { try container.encode(numbers[0]) } else { try container.encode(numbers) }
    }
  }

  enum CodingKeys: String, CodingKey {
    case environment = "env"
    case maximumSteps = "max_steps"
    case note, versions, episodes
  }

  var environment: String
  var maximumSteps: Int?
  var note: String?
  var versions: [String: String]?
  var episodes: [Episode]

  init(_ trajectory: Trajectory) {
    environment = trajectory.environment
    maximumSteps = trajectory.maximumSteps
    note = trajectory.note
    versions = trajectory.versions.isEmpty ? nil : trajectory.versions
    episodes = trajectory.episodes.map {
      Episode(
        kind: $0.kind, stateType: $0.stateType, initialState: $0.initialState,
        actions: $0.actions.map(Row.init), observations: $0.observations,
        states: $0.states.isEmpty ? nil : $0.states, rewards: $0.rewards, terminated: $0.terminated,
        length: $0.length)
    }
  }
}
