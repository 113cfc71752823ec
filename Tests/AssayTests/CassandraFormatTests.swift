import Assay
import Foundation
import Testing

@Suite("Cassandra's format")
struct CassandraFormatTests {
  static let tiger = """
    # Behind one of two doors waits a tiger.
    discount: 0.95
    values: reward
    states: tiger-left tiger-right
    actions: listen open-left open-right
    observations: hear-left hear-right

    T: listen identity
    T: open-left uniform
    T: open-right
    uniform
    O: listen
    0.85 0.15
    0.15 0.85
    O: open-left uniform
    O: open-right uniform
    R: listen : * : * : * -1
    R: open-left : tiger-left : * : * -100
    R: open-left : tiger-right : * : * +10.0
    R: open-right : tiger-left : * : * 10
    R: open-right : tiger-right : * : * - 1.0e2  # a sign may stand by itself
    """

  static func read(_ text: String, limit: Int = FiniteMDP.cassandraEntryLimit) throws(DataError)
    -> FinitePOMDP
  {
    try FinitePOMDP(cassandra: Array(text.utf8), entryLimit: limit)
  }

  static func readVisible(_ text: String) throws(DataError) -> FiniteMDP {
    try FiniteMDP(cassandra: Array(text.utf8))
  }

  @Test("a file is what it says")
  func reading() throws {
    let tiger = try FinitePOMDP(cassandra: Array(Self.tiger.utf8), name: "tiger")
    let process = tiger.process
    #expect(process.name == "tiger")
    #expect(process.discount == 0.95)
    #expect(process.stateNames == ["tiger-left", "tiger-right"])
    #expect(process.actionNames == ["listen", "open-left", "open-right"])
    #expect(tiger.observationNames == ["hear-left", "hear-right"])
    #expect(process.initial == [0.5, 0.5])
    #expect(tiger.firstObservations == nil)
    // State by state, action by action.
    #expect(process.rowStarts == [0, 1, 3, 5, 6, 8, 10])
    #expect(process.successors == [0, 0, 1, 0, 1, 1, 0, 1, 0, 1])
    #expect(process.probabilities == [1, 0.5, 0.5, 0.5, 0.5, 1, 0.5, 0.5, 0.5, 0.5])
    #expect(process.reward.expected == [-1, -100, 10, -1, 10, -100])
    #expect(process.reward.outcomes == nil)
    #expect(!process.hasTerminals)
    // Action by action, end state by end state.
    #expect(tiger.observations.observations == [0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1])
    #expect(
      tiger.observations.probabilities == [0.85, 0.15, 0.15, 0.85, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5])
  }

  @Test("rows, matrices, single entries, names, numbers and wildcards say the same")
  func forms() throws {
    let start = """
      values: reward discount: 1 observations: 2
      actions: stay go
      states: a b c
      start: 0.25 0.25 0.5

      """
    let entries = try Self.read(
      start + """
        T: stay : a : a 1.0
        T: stay : b : b 1.0
        T: stay : c : c 1.0
        T: go : a : a 0.25
        T: go : a : b 0.25
        T: go : a : c 0.5
        T: go : b : c 1
        T: go : c : c 1
        O: stay : a : 0 0.5 O: stay : a : 1 0.5
        O: stay : b : 0 0.5 O: stay : b : 1 0.5
        O: stay : c : 0 0.5 O: stay : c : 1 0.5
        O: go : a : 0 1
        O: go : b : 0 1
        O: go : c : 1 1
        R: go : a : c : 0 2
        R: go : a : c : 1 4
        R: go : b : c : 0 6
        R: go : b : c : 1 6
        R: go : c : c : 0 6
        R: go : c : c : 1 6
        """)
    let others = [
      // Matrices.
      """
      T: stay
      1 0 0
      0 1 0
      0 0 1
      T: go
      0.25 0.25 0.5
      0 0 1
      0 0 1
      O: stay
      0.5 0.5
      0.5 0.5
      0.5 0.5
      O: go
      1 0
      1 0
      0 1
      R: go : a
      0 0
      0 0
      2 4
      R: go : b
      0 0
      0 0
      6 6
      R: go : c
      0 0
      0 0
      6 6
      """,
      // Rows and words.
      """
      T: stay identity
      T: go : a reset
      T: go : b 0 0 1
      T: go : 2
      0 0 1
      O: 0 uniform
      O: go : a 1 0
      O: go : b
      1 0
      O: 1 : c 0 1
      R: go : a : c 2 4
      R: go : b : c 6 6
      R: go : c : c 6 6
      """,
      // Wildcards, of which the last counts.
      """
      T: * identity
      T: go : * : * 0
      T: go : * : c 1
      T: go : a : * 0.25
      T: go : a : c 0.5
      O: * uniform
      O: go : * 1 0
      O: go : c 0 1
      R: * : * : * : * 7
      R: stay : * : * : * 0
      R: go : * : * : * 0
      R: go : * : c : * 6
      R: go : a : c : 1 4
      R: go : a : c : 0 2
      """,
    ]
    for other in others {
      let same = try Self.read(start + other)
      #expect(same == entries)
    }
    // From a, c follows half of the time, always with observation 1; nothing else is rewarded.
    #expect(entries.process.reward.expected == [0, 2, 0, 6, 0, 6])
    #expect(entries.process.initial == [0.25, 0.25, 0.5])
  }

  @Test("a reward that depends on the observation becomes its expectation")
  func observedRewards() throws {
    let process = try Self.read(
      Self.tiger + "\nR: listen : tiger-left : * : hear-left 20\nR: listen : * : tiger-right : hear-right 40"
    ).process
    // 0.85·20 − 0.15, and 0.85·40 − 0.15.
    #expect(abs(process.reward.expected[0] - 16.85) < 1e-12)
    #expect(abs(process.reward.expected[3] - 33.85) < 1e-12)
  }

  @Test("what was given for several cases is overridden by what comes later, not by what is more special")
  func overriding() throws {
    let file = Self.tiger + "\nR: open-left : * : * : * 3\n"
    #expect(try Self.read(file).process.reward.expected == [-1, 3, 10, -1, 3, -100])
  }

  @Test(
    "each way to say where episodes start",
    arguments: [
      ("", [0.25, 0.25, 0.25, 0.25]), ("start: uniform", [0.25, 0.25, 0.25, 0.25]),
      ("start: c", [0, 0, 1, 0]),
      ("start: 2", [0, 0, 1, 0]), ("start: 1", [0, 1, 0, 0]), ("start: 1 0 0.0 0", [1, 0, 0, 0]),
      ("start:\n0.1 0.2 0.3 0.4", [0.1, 0.2, 0.3, 0.4]), ("start include: b 3", [0, 0.5, 0, 0.5]),
      ("start exclude: b 3 b", [0.5, 0, 0.5, 0]),
    ])
  func starts(line: String, initial: [Double]) throws {
    let process = try Self.readVisible(
      "discount: 0.5\nvalues: cost\nstates: a b c d\nactions: 1\n\(line)\nT: * identity\nR: 0 : * : * 2")
    #expect(process.initial == initial)
    #expect(process.reward.expected == [-2, -2, -2, -2])
    #expect(process.discount == 0.5)
  }

  @Test("a visible process has rewards by the state that an action leads to, with exact expectations")
  func visible() throws {
    let start = "discount: 0.9 values: reward states: 2 actions: a T: a 0.25 0.75 1 0\n"
    for rewards in [
      "R: a 4 8 1 1", "R: a : 0 4 8 R: 0 : 1 1 1", "R: * : * : * 1 R: a : 0 : 0 4 R: a : 0 : 1 : * 8",
    ] {
      let process = try Self.readVisible(start + rewards)
      #expect(process.reward.expected == [7, 1])
      #expect(process.reward.outcomes == [4, 8, 1])
    }
  }

  @Test(
    "what is wrong is said with its line, what was found, and what is allowed",
    arguments: [
      ("discount: 0.95", "discount: 1.5", "line 2: the discount is 1.5; allowed: a number from 0 to 1"),
      ("discount: 0.95", "discount: nan", #"line 2 is "nan"; allowed: a finite number"#),
      ("discount: 0.95", "discount: 1e999", #"line 2 is "1e999"; allowed: a finite number"#),
      ("discount: 0.95", "discount 0.95", #"line 2 is "0.95"; allowed: a colon"#),
      ("discount: 0.95\n", "", "line 7: discount is missing"),
      ("values: reward\n", "values: rewards\n", #"line 3 is "rewards"; allowed: reward or cost"#),
      ("values: reward\n", "values: reward values: cost\n", #"line 3 is "values"; allowed: only one of it"#),
      ("states: tiger-left tiger-right", "states: 0", #"line 4 is "0"; allowed: a number of states from 1"#),
      ("states: tiger-left tiger-right", "states: 99999999999999999999", "a number of states from 1"),
      (
        "states: tiger-left tiger-right", "states: a a", #"line 4 is "a"; allowed: each name of a state once"#
      ),
      ("states: tiger-left tiger-right", "states:", #"line 5 is "actions"; allowed: the number of states"#),
      ("observations: hear-left hear-right", "", "line 8: observations is missing"),
      ("T: listen identity", "T: lisen identity", #"line 8 is "lisen"; allowed: an action that is listed"#),
      ("T: listen identity", "T: 3 identity", #"line 8 is "3"; allowed: an action that is listed, or its"#),
      ("T: listen identity", "T: listen 1 0 0", "2 numbers from 0 to 1 in a row, of which this is number 2"),
      ("T: listen identity", "T: listen 1 0 0 1 1", #"line 8 is "1"; allowed: T, O or R"#),
      ("T: listen identity", "T: listen 1 0 0 -1", #"line 8 is "-"; allowed: 2 numbers from 0 to 1"#),
      ("T: listen identity", "T: listen 1 0 0 1.5", #"line 8 is "1.5"; allowed: 2 numbers from 0 to 1"#),
      ("T: listen identity", "T: listen 1 0 0 inf", #"line 8 is "inf"; allowed: 2 numbers from 0 to 1"#),
      ("T: listen identity", "T: listen 1 0 0 0.9", "T of action listen, state tiger-right is 0.9 in sum"),
      ("T: listen identity\n", "", "T of action listen, state tiger-left is missing"),
      ("T: listen identity", "T: listen : 0 identity", #"line 8 is "identity"; allowed: numbers, uniform"#),
      ("T: listen identity", "S: listen identity", #"line 8 is ":"; allowed: discount, values"#),
      (
        "O: open-left uniform", "O: open-left identity",
        #"line 15 is "identity"; allowed: numbers or uniform"#
      ),
      ("O: open-left uniform\n", "", "O of action open-left, next state tiger-left is missing"),
      ("0.85 0.15", "0.85 0.25", "O of action listen, next state tiger-left is 1.1 in sum"),
      ("R: listen : * : * : * -1", "R: listen : * : * : * x", #"line 17 is "x"; allowed: a finite number"#),
      ("R: listen : * : * : * -1", "R: listen -1", #"line 17 is "-"; allowed: a colon"#),
      (
        "R: listen : * : * : * -1", "R: listen : * : * : 2 -1", "an observation that is listed, or its number"
      ),
      ("R: listen : * : * : * -1", "R: listen : * : * : * 1 1", #"line 17 is "1"; allowed: T, O or R"#),
      ("# Behind", "Behind", #"line 1 is "Behind"; allowed: discount, values"#),
      ("# Behind", "\u{E9}", "line 1 is a byte of value 195; allowed: letters, digits and the signs"),
      ("# Behind", "$", #"line 1 is "$"; allowed: letters"#),
      ("\nT: listen", "start: 0.5 0.4\nT: listen", "line 7: start is 0.9 in sum"),
      ("\nT: listen", "start: hear-left\nT: listen", "a state that is listed, or its number"),
      ("\nT: listen", "start exclude: 0 1\nT: listen", "start exclude is every state"),
      ("T: open-left uniform", "start: uniform", #"line 9 is "start"; allowed: T, O or R"#),
    ])
  func errors(old: String, new: String, message: String) throws {
    let file = Self.tiger.replacing(old, with: new, maxReplacements: 1)
    #expect(file != Self.tiger)
    let error = try #require(throws: DataError.self) { _ = try Self.read(file) }
    #expect("\(error)".contains(message), "\(error)")
  }

  @Test("a file about visible states has no observations")
  func noObservations() throws {
    let error = try #require(throws: DataError.self) { _ = try Self.readVisible(Self.tiger) }
    #expect("\(error)".contains(#"line 6 is "observations"; allowed: none of it"#), "\(error)")
    let visible = "discount: 0 values: reward states: 1 actions: 1 T: 0 identity O: 0 uniform"
    #expect(throws: DataError.self) { _ = try Self.readVisible(visible) }
  }

  @Test("a short file cannot ask for much")
  func hostile() throws {
    let start = "discount: 0 values: reward states: 2000000000 actions: 2000000000 observations: 2000000000 "
    for rest in [
      "", "T: * uniform", "T: * identity", "T: * : * : * 1", "T: * : * : 0 1", "T: 0 : 0 uniform",
      "T: 0 : 0 reset", "start: uniform T: 0 : 0 reset", "T: 0 1 0 1", "O: * uniform", "O: 0 : 0 : * 0.1",
      "R: 0 : 0 1 2 3", "R: * : * : * : * 1", "start: 1 0 0", "start: 0 T: 0 : 0 : 0 1",
      "start exclude: 1 T: 0 : 0 : 0 1",
    ] {
      #expect(throws: DataError.self, "\(rest)") { _ = try Self.read(start + rest) }
    }
    // Many observations of which few occur are no trouble.
    let rare = try Self.read(
      "discount: 0 values: cost states: 1 actions: 1 observations: 2000000000 T: 0 1 O: 0 : 0 : 1999999999 1"
    )
    let again = try Self.read(rare.cassandraText())
    #expect(again == rare)
    // Many wildcards are as good as a large one.
    let many = String(repeating: "T: * : * : * 0.01\n", count: 100)
    let error = try #require(throws: DataError.self) {
      _ = try Self.read(
        "discount: 0 values: reward states: 10 actions: 10 observations: 1 " + many, limit: 50_000)
    }
    #expect("\(error)".contains("line 51 is more entries than are allowed for"), "\(error)")
    #expect("\(error)".contains("at most 50000"), "\(error)")
  }

  @Test("cut or damaged files are read or refused, and what is read can be written and read again")
  func damage() throws {
    let bytes = Array(Self.tiger.utf8)
    for end in bytes.indices { check(Array(bytes[..<end])) }
    var random = RandomStream(seed: 5)
    for _ in 0..<500 {
      var damaged = bytes
      for _ in 0...random.integer(below: 3) {
        let place = random.integer(below: damaged.count)
        switch random.integer(below: 3) {
        case 0: damaged[place] = UInt8(truncatingIfNeeded: random.next())
        case 1: damaged.remove(at: place)
        default: damaged.insert(Array("0123456789:*.-# \nTORe".utf8)[random.integer(below: 21)], at: place)
        }
      }
      check(damaged)
    }
  }

  private func check(_ bytes: [UInt8]) {
    guard let read = try? FinitePOMDP(cassandra: bytes, entryLimit: 10_000) else { return }
    #expect(throws: Never.self) {
      let again = try FinitePOMDP(cassandra: Array(read.cassandraText().utf8))
      #expect(again == read)
    }
  }

  @Test("comments may hold any bytes, and nothing else may")
  func encoding() throws {
    let tiger = Array(Self.tiger.utf8)
    let odd: [UInt8] = [0xFF, 0xC0, 0x00, 0xED, 0xA0, 0x80]
    #expect(throws: Never.self) {
      _ = try FinitePOMDP(cassandra: Array("#".utf8) + odd + Array("\r\n".utf8) + tiger)
    }
    #expect(throws: DataError.self) { _ = try FinitePOMDP(cassandra: odd + tiger) }
    #expect(throws: DataError.self) { _ = try FinitePOMDP(cassandra: tiger + [0x0A] + odd) }
  }

  @Test("what is written reads back the same, bit for bit", arguments: 0..<100)
  func roundTrip(seed: Int) throws {
    let process = try RandomProcess.hidden(seed: UInt64(seed))
    let text = try process.cassandraText()
    let read = try FinitePOMDP(cassandra: Array(text.utf8), name: process.process.name)
    #expect(read == process)
    let visible = try process.process.cassandraText()
    let readVisible = try FiniteMDP(cassandra: Array(visible.utf8), name: process.process.name)
    #expect(readVisible == process.process)
  }

  @Test("a start may be off by rounding, and is then made to sum to 1")
  func startSum() throws {
    func read(_ start: String) throws -> FiniteMDP {
      try Self.readVisible(
        "discount: 0.9 values: reward states: 3 actions: 1 start: \(start) T: 0 identity R: 0 : 0 : 1 1")
    }
    let thirds = try read("0.333333 0.333333 0.333333").initial
    #expect(thirds.allSatisfy { abs($0 - 1.0 / 3) < 1e-12 })
    // Off by 2·10⁻⁵, where 10⁻⁵ is allowed.
    #expect(throws: DataError.self) { _ = try read("0.33333 0.33333 0.33332") }
  }

  @Test("ways to the same state are written as one, with the mean of their rewards")
  func sameSuccessor() throws {
    let process = try FiniteMDP(
      name: "coin", stateCount: 2, actionCount: 1, discount: 0.5, initial: [1, 0], rowStarts: [0, 3, 4],
      successors: [1, 1, 0, 0], probabilities: [0.25, 0.5, 0.25, 1], terminals: [],
      rewards: [.init(name: "reward", expected: [4.25, 0], outcomes: [1, 7, 2, 0])])
    let read = try FiniteMDP(cassandra: Array(try process.cassandraText().utf8))
    #expect(read.successors == [0, 1, 0] && read.probabilities == [0.25, 0.75, 1])
    // (¼ · 1 + ½ · 7) / ¾ = 5 where two ways lead.
    #expect(read.reward.outcomes == [2, 5, 0] && read.reward.expected == [4.25, 0])
  }

  @Test("where no action leads, anything may be seen, and the file is complete")
  func neverSeen() throws {
    let dynamics = try FiniteMDP(
      name: "home", stateCount: 2, actionCount: 1, discount: 0.5, initial: [1, 0], rowStarts: [0, 1, 2],
      successors: [0, 0], probabilities: [1, 1], terminals: [],
      rewards: [.init(name: "reward", expected: [1, 0])])
    let process = try FinitePOMDP(
      process: dynamics, observationCount: 4,
      observations: .init(rowCount: 2) { row in row == 0 ? [(3, 1)] : [] })
    let read = try FinitePOMDP(cassandra: Array(try process.cassandraText().utf8))
    #expect(read.process.successors == [0, 0])
    #expect(read.probability(of: 3, after: 0, leadingTo: 0) == 1)
    #expect((0..<4).allSatisfy { read.probability(of: $0, after: 0, leadingTo: 1) == 0.25 })
  }

  @Test("a file on the disk is called by its name, and so are its errors")
  func files() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let good = folder.appendingPathComponent("two-doors.POMDP")
    try Data(Self.tiger.utf8).write(to: good)
    #expect(try FinitePOMDP(contentsOfCassandraFile: good.path).process.name == "two-doors")
    let bad = folder.appendingPathComponent("bad.MDP")
    try Data("discount: 2".utf8).write(to: bad)
    for path in [bad.path, folder.path, "/nowhere/at-all.MDP"] {
      let error = try #require(throws: DataError.self) { _ = try FiniteMDP(contentsOfCassandraFile: path) }
      #expect(error.source == path)
    }
  }

  @Test("endings and unavailable actions cannot be written, and names with blanks are left out")
  func unwritable() throws {
    func process(terminal: Bool, available: Bool) throws -> FiniteMDP {
      try FiniteMDP(
        name: "a\nb", stateCount: 2, actionCount: 2, discount: 0.5, initial: [1, 0],
        rowStarts: [0, 1, available ? 2 : 1, available ? 3 : 2, available ? 4 : 3],
        successors: available ? [0, 1, 0, 1] : [0, 1, 0],
        probabilities: available ? [1, 1, 1, 1] : [1, 1, 1],
        terminals: available ? [terminal, false, false, false] : [],
        rewards: [.init(name: "reward", expected: [1, 2, 3, 4])])
    }
    #expect(throws: DataError.self) { _ = try process(terminal: true, available: true).cassandraText() }
    #expect(throws: DataError.self) { _ = try process(terminal: false, available: false).cassandraText() }
    var named = try process(terminal: false, available: true)
    named.stateNames = ["at home", "T"]
    let read = try FiniteMDP(cassandra: Array(named.cassandraText().utf8), name: "a\nb")
    named.stateNames = []
    #expect(read == named)
  }
}

/// Small random processes.
enum RandomProcess {
  static func hidden(seed: UInt64) throws -> FinitePOMDP {
    var random = RandomStream(seed: seed)
    let states = 1 + random.integer(below: 4)
    let actions = 1 + random.integer(below: 3)
    let observations = 1 + random.integer(below: 3)
    func distribution(_ count: Int) -> [(index: Int, probability: Double)] {
      var weights = (0..<count).map { _ in random.integer(below: 2) == 0 ? 0 : random.unit() }
      if weights.allSatisfy({ $0 == 0 }) { weights[random.integer(below: count)] = 1 }
      let sum = weights.reduce(0, +)
      return weights.enumerated().filter { $0.element > 0 }.map { ($0.offset, $0.element / sum) }
    }
    var rowStarts = [0]
    var successors: [Int32] = []
    var probabilities: [Double] = []
    for _ in 0..<states * actions {
      for (next, probability) in distribution(states) {
        successors.append(Int32(next))
        probabilities.append(probability)
      }
      rowStarts.append(successors.count)
    }
    var initial = [Double](repeating: 0, count: states)
    for (state, probability) in distribution(states) { initial[state] = probability }
    let byOutcome = states > 1 && random.integer(below: 2) == 0 && successors.count > states * actions
    let rewards = (0..<successors.count).map { _ in random.normal() * 1e3 }
    let expected: [Double] =
      byOutcome
      ? (0..<states * actions).map { pair in
        let range = rowStarts[pair]..<rowStarts[pair + 1]
        return range.count == 1
          ? rewards[range.lowerBound] : range.reduce(0) { $0 + probabilities[$1] * rewards[$1] }
      } : (0..<states * actions).map { rewards[$0] }
    var process = try FiniteMDP(
      name: "random \(seed)", stateCount: states, actionCount: actions, discount: random.unit(),
      initial: initial, rowStarts: rowStarts, successors: successors, probabilities: probabilities,
      terminals: [], rewards: [.init(name: "reward", expected: expected, outcomes: byOutcome ? rewards : nil)]
    )
    if seed % 2 == 0 {
      process.stateNames = (0..<states).map { "s-\($0)" }
      process.actionNames = (0..<actions).map { "go_\($0)" }
    }
    let rows = (0..<states * actions).map { _ in distribution(observations) }
    var hidden = try FinitePOMDP(
      process: process, observationCount: observations,
      observations: .init(rowCount: states * actions) { rows[$0].map { ($0.index, $0.probability) } })
    if seed % 3 == 0 { hidden.observationNames = (0..<observations).map { "o.\($0)" } }
    return hidden
  }
}
