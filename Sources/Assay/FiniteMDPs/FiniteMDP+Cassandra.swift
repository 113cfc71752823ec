import Foundation

extension FiniteMDP {
  /// How many table entries wildcards and words of a file in Cassandra's format stand for at most, unless
  /// somebody asks for more.
  public static let cassandraEntryLimit = 1 << 22

  /// Reads a process from a text in Cassandra's format for processes whose states are seen, `.MDP`.
  ///
  /// The format is that of ``FinitePOMDP/init(cassandra:name:entryLimit:)`` without observations. A reward
  /// may depend on the state an action leads to.
  ///
  /// - Parameters:
  ///   - text: the bytes of a file.
  ///   - name: what to call the process; the format has no place for a name.
  ///   - entryLimit: how many table entries wildcards, `uniform`, `identity` and `reset` may stand for in
  ///     sum,
  ///     so that a short file cannot ask for much memory.
  /// - Throws: ``DataError`` that names the line or the row, what was found and what is allowed.
  public init(
    cassandra text: [UInt8], name: String = "unnamed", entryLimit: Int = FiniteMDP.cassandraEntryLimit
  ) throws(DataError) {
    var reader = try CassandraReader(text, isHidden: false, limit: entryLimit)
    self = try reader.process(name: name)
  }

  /// Reads a process from a file in Cassandra's format `.MDP`, and calls it by the file's name.
  public init(contentsOfCassandraFile path: String) throws(DataError) {
    let url = URL(fileURLWithPath: path)
    do {
      try self.init(
        cassandra: try WholeFile.read(url), name: url.deletingPathExtension().lastPathComponent)
    } catch {
      throw error.from(path)
    }
  }

  /// Writes the process in Cassandra's format `.MDP`, with the training reward alone.
  ///
  /// Reading it back gives an equal process where outcomes are sorted by the state they lead to, each once
  /// and none of them impossible. Names that the format does not allow, such as those with blanks, are left
  /// out.
  ///
  /// - Returns: the text.
  /// - Throws: ``DataError`` where the process has endings or unavailable actions, of which the format knows
  ///   nothing.
  public func cassandraText() throws(DataError) -> String {
    var writer = CassandraWriter(self, observations: nil)
    try writer.writeProcess(self, wildcard: "")
    return writer.text
  }
}

extension FinitePOMDP {
  /// Reads a process from a text in Cassandra's format for processes whose states are hidden, `.POMDP`.
  ///
  /// First come, in any order, `discount:` with γ, `values:` with `reward` or `cost`, and `states:`,
  /// `actions:` and `observations:` with either their number or their names; and, once the states are known,
  /// perhaps where episodes start: `start:` with `uniform`, a state or as many probabilities as there are
  /// states, `start include:` or `start exclude:` with some states, each of those left being equally likely.
  /// They start anywhere otherwise.
  ///
  ///     T: action : state : next state   probability
  ///     O: action : next state : observation   probability
  ///     R: action : state : next state : observation   number
  ///
  /// follow in any order. In place of each name there may be its number, from 0, or `*` for all. With the
  /// last name of `T` or `O` left out there follows a row of probabilities or `uniform`, or for `T` `reset`,
  /// which is what episodes start with. With the last two left out there follow as many rows as there are
  /// states, or `uniform`, or for `T` `identity`. `R` is followed by a number for each observation, or by
  /// such a row for each next state. What is given twice is as given last, and what is not given is 0. Text
  /// from `#` to the end of a line is a comment.
  ///
  /// Each row of `T` and `O` has to sum to 1 within 1e-5; one that is off by more than 1e-9 is scaled. Costs
  /// become negative rewards. A reward that depends on the observation becomes its expectation, given state,
  /// action and next state. The format knows no first observation, so the process has none.
  ///
  /// - Parameters:
  ///   - text: the bytes of a file.
  ///   - name: what to call the process; the format has no place for a name.
  ///   - entryLimit: how many table entries wildcards, `uniform`, `identity` and `reset` may stand for in
  ///     sum,
  ///     so that a short file cannot ask for much memory.
  /// - Throws: ``DataError`` that names the line or the row, what was found and what is allowed.
  /// - SeeAlso: Cassandra, *The POMDP page*, which describes the format.
  public init(
    cassandra text: [UInt8], name: String = "unnamed", entryLimit: Int = FiniteMDP.cassandraEntryLimit
  ) throws(DataError) {
    var reader = try CassandraReader(text, isHidden: true, limit: entryLimit)
    let process = try reader.process(name: name)
    try self.init(
      process: process, observationCount: reader.observations.count,
      observations: reader.observationTable())
    observationNames = reader.observations.names
  }

  /// Reads a process from a file in Cassandra's format `.POMDP`, and calls it by the file's name.
  public init(contentsOfCassandraFile path: String) throws(DataError) {
    let url = URL(fileURLWithPath: path)
    do {
      try self.init(
        cassandra: try WholeFile.read(url), name: url.deletingPathExtension().lastPathComponent)
    } catch {
      throw error.from(path)
    }
  }

  /// Writes the process in Cassandra's format `.POMDP`, with the training reward alone and without first
  /// observations.
  ///
  /// Reading it back gives an equal process where there were no first observations, and outcomes and
  /// observations are sorted, each once and none of them impossible. Names that the format does not allow,
  /// such as those with blanks, are left out. What is observed where an action never leads is written as
  /// uniform, as the format has no way to say nothing.
  ///
  /// - Returns: the text.
  /// - Throws: ``DataError`` where the process has endings or unavailable actions, of which the format knows
  ///   nothing.
  public func cassandraText() throws(DataError) -> String {
    var writer = CassandraWriter(process, observations: (observationCount, observationNames))
    try writer.writeProcess(process, wildcard: " : *")
    writer.write(self)
    return writer.text
  }
}

/// Writes a process in Cassandra's format.
private struct CassandraWriter {
  var text = ""
  private let states: Labels
  private let actions: Labels

  /// What to call each of some things: their names if the format allows for all of them, else numbers.
  private struct Labels {
    let count: Int
    let names: [String]

    init(_ names: [String], count: Int) {
      self.count = count
      self.names =
        names.count == count && names.allSatisfy(CassandraTokens.isName) && Set(names).count == count
        ? names : []
    }

    subscript(_ index: Int) -> String { names.isEmpty ? "\(index)" : names[index] }

    /// All of them, as a preamble has them: numbers are given by how many there are.
    var list: String { names.isEmpty ? "\(count)" : names.joined(separator: " ") }
  }

  init(_ process: FiniteMDP, observations: (count: Int, names: [String])?) {
    states = Labels(process.stateNames, count: process.stateCount)
    actions = Labels(process.actionNames, count: process.actionCount)
    // A name is a comment, which has to stay on its line.
    text = "# \(process.name.split(whereSeparator: \.isNewline).joined(separator: " "))\n"
    text += "discount: \(process.discount)\nvalues: reward\n"
    text += "states: \(states.list)\nactions: \(actions.list)\n"
    if let observations {
      text += "observations: \(Labels(observations.names, count: observations.count).list)\n"
    }
    // A lone number would be a state.
    text += process.stateCount == 1 ? "" : "start: \(Self.row(process.initial))\n"
  }

  private static func row(_ numbers: [Double]) -> String {
    numbers.map { "\($0)" }.joined(separator: " ")
  }

  mutating func writeProcess(_ process: FiniteMDP, wildcard: String) throws(DataError) {
    guard !process.hasTerminals else {
      throw DataError(
        field: "terminals", value: "outcomes that end the episode", allowed: "none, in Cassandra's format")
    }
    for action in 0..<process.actionCount {
      for state in 0..<process.stateCount {
        let range = process.outcomeRange(state: state, action: action)
        let place = "\(actions[action]) : \(states[state])"
        guard !range.isEmpty else {
          throw DataError(
            field: "the outcomes of state \(states[state]), action \(actions[action])", value: "missing",
            allowed: "some, in Cassandra's format")
        }
        // Entries for the same state add up, which they would not in a file.
        var probabilities: [Int32: Double] = [:]
        var rewards: [Int32: Double] = [:]
        for entry in range where process.probabilities[entry] > 0 {
          let next = process.successors[entry]
          let reward =
            process.reward.outcomes?[entry] ?? process.reward.expected[state * process.actionCount + action]
          if let before = probabilities[next], let old = rewards[next] {
            let sum = before + process.probabilities[entry]
            if old != reward {
              rewards[next] = (old * before + reward * process.probabilities[entry]) / sum
            }
            probabilities[next] = sum
          } else {
            probabilities[next] = process.probabilities[entry]
            rewards[next] = reward
          }
        }
        for (next, probability) in probabilities.sorted(by: { $0.key < $1.key }) {
          text += "T: \(place) : \(states[Int(next)]) \(probability)\n"
        }
        if process.reward.outcomes == nil {
          let reward = process.reward.expected[state * process.actionCount + action]
          if reward != 0 { text += "R: \(place) : *\(wildcard) \(reward)\n" }
        } else {
          for (next, reward) in rewards.sorted(by: { $0.key < $1.key }) where reward != 0 {
            text += "R: \(place) : \(states[Int(next)])\(wildcard) \(reward)\n"
          }
        }
      }
    }
  }

  mutating func write(_ process: FinitePOMDP) {
    let observations = Labels(process.observationNames, count: process.observationCount)
    for action in 0..<process.actionCount {
      for next in 0..<process.stateCount {
        let range = process.observationRange(action: action, next: next)
        let place = "\(actions[action]) : \(states[next])"
        if range.isEmpty { text += "O: \(place) uniform\n" }
        var probabilities: [Int32: Double] = [:]
        for entry in range {
          probabilities[process.observations.observations[entry], default: 0] +=
            process.observations.probabilities[entry]
        }
        for (observation, probability) in probabilities.sorted(by: { $0.key < $1.key })
        where probability > 0 {
          text += "O: \(place) : \(observations[Int(observation)]) \(probability)\n"
        }
      }
    }
  }
}
