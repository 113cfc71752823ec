import Assay
import AssayEnvironments
import Foundation
import Testing

@Suite("Files of finite processes")
struct FiniteMDPFileTests {
  /// The text of a small valid file: 0 leads to 0 or 1 with probability ½ each, 1 ends. Fields may be
  /// replaced by other text, or left out.
  private static func file(_ changes: [String: String?] = [:]) -> String {
    func fields(_ fields: [(String, String?)]) -> String {
      fields.compactMap { name, text in
        (changes.keys.contains(name) ? changes[name] ?? nil : text).map { "\"\(name)\": \($0)" }
      }
      .joined(separator: ", ")
    }
    let transitions = fields([
      ("state", "[0, 0, 1]"), ("action", "[0, 0, 0]"), ("next", "[0, 1, 1]"),
      ("probability", "[0.5, 0.5, 1]"),
      ("reward", "[0, 1, 0]"), ("terminal", "[false, false, true]"),
    ])
    let top = fields([
      ("schema", "\"assay.mdp/1\""), ("name", "\"two-state\""), ("states", "2"), ("actions", "1"),
      ("discount", "0.9"), ("initial", "[1, 0]"), ("transitions", "{\(transitions)}"), ("rewards", nil),
      ("stateNames", nil), ("actionNames", nil), ("comment", nil),
    ])
    return "{\(top)}"
  }

  private static func read(_ text: String) throws(DataError) -> FiniteMDP {
    try FiniteMDP(json: Data(text.utf8))
  }

  @Test("bytes that are no text are refused, wherever they stand")
  func notText() {
    let text = Array(#"{"schema": "assay.mdp/1", "a": NaN}"#.utf8)
    for place in text.indices {
      var bytes = text
      bytes[place] = 0xFF
      #expect {
        _ = try FiniteMDP(json: Data(bytes))
      } throws: {
        "\($0)" == "the file is not valid UTF-8; allowed: one JSON object"
      }
    }
  }

  @Test("a valid file is read as it stands")
  func valid() throws {
    let process = try Self.read(
      Self.file([
        "rewards": "{\"performance\": [0, 2, 0]}", "stateNames": "[\"start\", \"goal\"]",
        "actionNames": "[\"go\"]", "comment": "\"unknown fields are left alone\"",
      ]))
    #expect(process.name == "two-state")
    #expect(process.stateCount == 2 && process.actionCount == 1 && process.discount == 0.9)
    #expect(process.initial == [1, 0])
    #expect(process.rowStarts == [0, 2, 3])
    #expect(process.successors == [0, 1, 1])
    #expect(process.probabilities == [0.5, 0.5, 1])
    #expect(process.terminals == [false, false, true])
    #expect(process.reward == .init(name: "reward", expected: [0.5, 0], outcomes: [0, 1, 0]))
    #expect(process.performance == .init(name: "performance", expected: [1, 0], outcomes: [0, 2, 0]))
    #expect(process.stateNames == ["start", "goal"] && process.actionNames == ["go"])
  }

  static let mistakes: [(changes: [String: String?], message: String)] = [
    (
      ["probability": "[0.5, 0.4, 1]"],
      "transitions.probability of state 0, action 0 is 0.9 in sum; "
        + "allowed: probabilities that sum to 1 within 1e-9"
    ),
    (
      ["probability": "[0.5, 0.50000095367431640625, 1]"],
      "transitions.probability of state 0, action 0 is 1.0000009536743164 in sum; "
        + "allowed: probabilities that sum to 1 within 1e-9"
    ),
    (
      ["probability": "[1.5, -0.5, 1]"],
      "transitions.probability[0] is 1.5; allowed: a finite number from 0 to 1"
    ),
    (
      ["probability": "[NaN, 0.5, 1]"],
      "transitions.probability[0] is NaN; allowed: a finite number from 0 to 1"
    ),
    (["probability": "[null, 0.5, 1]"], "transitions.probability[0] is null; allowed: a finite number"),
    (["reward": "[0, NaN, 0]"], "transitions.reward[1] is NaN; allowed: a finite number"),
    (["reward": "[0, 1, -Infinity]"], "transitions.reward[2] is -Infinity; allowed: a finite number"),
    (["reward": "[0, \"one\", 0]"], "transitions.reward[1] is \"one\"; allowed: a finite number"),
    (["reward": "[0, [1], 0]"], "transitions.reward[1] is a list; allowed: a finite number"),
    (["state": "[0, 0, 2]"], "transitions.state[2] is 2; allowed: an integer from 0 to 1"),
    (["action": "[0, 1, 0]"], "transitions.action[1] is 1; allowed: an integer from 0 to 0"),
    (["next": "[0, -1, 1]"], "transitions.next[1] is -1; allowed: an integer from 0 to 1"),
    (["next": "[0, 1.5, 1]"], "transitions.next[1] is 1.5; allowed: an integer"),
    (["next": "[0, 1, 99999999999999999999]"], "transitions.next[2] is 1e+20; allowed: an integer"),
    (["next": "[0, 1]"], "transitions.next is 2 entries long; allowed: 3 entries"),
    (
      ["terminal": "[false, false, true, true]"], "transitions.terminal is 4 entries long; allowed: 3 entries"
    ),
    (["terminal": "[false, 0, true]"], "transitions.terminal[1] is 0; allowed: true or false"),
    (["terminal": nil], "transitions.terminal is missing; allowed: the columns of assay.mdp/1"),
    (["transitions": nil], "transitions is missing; allowed: the columns of assay.mdp/1"),
    (["transitions": "[]"], "transitions is a list; allowed: an object"),
    (["state": "0"], "transitions.state is 0; allowed: a list"),
    (["schema": "\"assay.mdp/2\""], "schema is \"assay.mdp/2\"; allowed: \"assay.mdp/1\""),
    (["schema": nil], "schema is missing; allowed: the columns of assay.mdp/1"),
    (["discount": "1.5"], "discount is 1.5; allowed: a number from 0 to 1"),
    (["discount": "-0.1"], "discount is -0.1; allowed: a number from 0 to 1"),
    (["discount": "NaN"], "discount is NaN; allowed: a number from 0 to 1"),
    (["discount": "null"], "discount is null; allowed: a finite number"),
    (["states": "0"], "states is 0; allowed: an integer from 1 to 2147483647"),
    (["states": "\"two\""], "states is \"two\"; allowed: an integer"),
    (["actions": "0"], "actions is 0; allowed: an integer from 1 to 2147483647"),
    (["actions": "2000000000"], "states × actions is 2 × 2000000000; allowed: at most 134217728"),
    (["initial": "[1]"], "initial is 1 entries long; allowed: 2 entries"),
    (["initial": "[0.5, 0.4]"], "initial is 0.9 in sum; allowed: probabilities that sum to 1 within 1e-9"),
    (["initial": "[NaN, 1]"], "initial[0] is NaN; allowed: a finite number from 0 to 1"),
    (["initial": "[2, -1]"], "initial[0] is 2.0; allowed: a finite number from 0 to 1"),
    (["rewards": "{\"coin\": [1, 2]}"], "rewards.coin is 2 entries long; allowed: 3 entries"),
    (["rewards": "{\"coin\": [1, 2, NaN]}"], "rewards.coin[2] is NaN; allowed: a finite number"),
    (
      ["rewards": "{\"reward\": [1, 2, 3]}"],
      "rewards.reward is a second training reward; allowed: any other name; it is transitions.reward"
    ),
    (["stateNames": "[\"start\"]"], "stateNames is 1 entries long; allowed: 2 entries"),
    (["actionNames": "[]"], "actionNames is 0 entries long; allowed: 1 entries"),
    (
      [
        "state": "[0, 0]", "action": "[0, 0]", "next": "[0, 1]", "probability": "[0.5, 0.5]",
        "reward": "[0, 1]",
        "terminal": "[false, false]",
      ],
      "transitions.next of state 0, action 0 is 1, which has no available action; "
        + "allowed: a state with one, unless the row is terminal"
    ),
    (
      [
        "state": "[1]", "action": "[0]", "next": "[1]", "probability": "[1]", "reward": "[1]",
        "terminal": "[false]",
      ],
      "initial[0] is 1.0 for a state without any available action; allowed: 0 there"
    ),
  ]

  @Test("a mistake is told in one line that names field, row and value", arguments: mistakes.indices)
  func mistake(index: Int) {
    let (changes, message) = Self.mistakes[index]
    let error = #expect(throws: DataError.self) { try Self.read(Self.file(changes)) }
    #expect(error?.description == message)
    #expect(error?.description.contains("\n") == false)
  }

  @Test(
    "what is not JSON is refused",
    arguments: [
      "", "{", String(file().dropLast()), String(file().dropLast(30)), file() + " x", "// comment\n" + file(),
      file(["discount": ".5"]), file(["discount": "+1"]),
    ])
  func malformed(text: String) {
    let error = #expect(throws: DataError.self) { try Self.read(text) }
    #expect(error?.description.hasPrefix("the file is not complete, valid JSON") == true)
    #expect(error?.description.hasSuffix("; allowed: one JSON object") == true)
    #expect(error?.description.contains("\n") == false)
  }

  @Test("JSON of another shape is refused")
  func otherShape() {
    let error = #expect(throws: DataError.self) { try Self.read("[1, 2]") }
    #expect(error?.description == "the file is a list; allowed: an object")
  }

  @Test("a state without actions may be entered by terminal rows")
  func finalState() throws {
    let process = try Self.read(
      Self.file([
        "state": "[0, 0]", "action": "[0, 0]", "next": "[0, 1]", "probability": "[0.5, 0.5]",
        "reward": "[0, 1]",
        "terminal": "[false, true]",
      ]))
    #expect(process.isFinal(state: 1))
    #expect(!process.isFinal(state: 0))
  }

  @Test("what is written is read back equal")
  func roundTrip() throws {
    let relabelled = RelabelledEnvironment(CliffWalking(), name: "lazy-cliff") {
      $0.action == 2 ? 0.1 : -1 / 3
    }
    for process in [
      try FiniteMDP(enumerating: FrozenLake.eightByEight), try FiniteMDP(enumerating: relabelled),
      try FiniteMDP(enumerating: RandomWalk.five), try FiniteMDP(enumerating: MaximisationBias()),
    ] {
      var expected = process
      expected.map = nil
      let read = try FiniteMDP(json: process.json())
      #expect(read == expected, "\(process.name)")
    }
  }

  @Test("a reward of state and action alone is written for each outcome")
  func expectedRewards() throws {
    let process = RandomMDP.process(states: 5, actions: 2, successors: 3)
    let read = try FiniteMDP(json: process.json())
    #expect(read.probabilities == process.probabilities)
    for (pair, reward) in process.reward.expected.enumerated() {
      #expect(abs(read.reward.expected[pair] - reward) < 1e-15)
      #expect(read.reward.outcomes?[3 * pair..<3 * pair + 3].allSatisfy { $0 == reward } == true)
    }
  }

  @Test("rows may come in any order, as long as those of one state and action keep theirs")
  func shuffledRows() throws {
    let process = try FiniteMDP(enumerating: FrozenLake.fourByFour)
    var random = RandomStream(seed: 5)
    // Shuffled owners, each of which then hands out its rows in order.
    var next = Array(process.rowStarts.dropLast())
    let owners = next.indices.flatMap { pair in
      repeatElement(pair, count: process.rowStarts[pair + 1] - process.rowStarts[pair])
    }
    let rows = owners.shuffled(using: &random).map { pair in
      defer { next[pair] += 1 }
      return (pair: pair, entry: next[pair])
    }
    #expect(rows.map(\.entry) != Array(rows.indices))
    func column(_ value: (_ pair: Int, _ entry: Int) -> String) -> String {
      "[\(rows.map { value($0.pair, $0.entry) }.joined(separator: ", "))]"
    }
    let rewards = try #require(process.reward.outcomes)
    let shuffled = try Self.read(
      Self.file([
        "name": "\"\(process.name)\"", "states": "16", "actions": "4", "discount": "0.99",
        "initial": "\(process.initial)", "state": column { pair, _ in "\(pair / 4)" },
        "action": column { pair, _ in "\(pair % 4)" }, "next": column { "\(process.successors[$1])" },
        "probability": column { "\(process.probabilities[$1])" }, "reward": column { "\(rewards[$1])" },
        "terminal": column { "\(process.terminals[$1])" },
        "actionNames": "[\"left\", \"down\", \"right\", \"up\"]",
      ]))
    var expected = process
    expected.map = nil
    #expect(shuffled == expected)
  }

  @Test("errors of a file name the file")
  func fileNames() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "assay-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appending(path: "process.json").path
    let missing = #expect(throws: DataError.self) { try FiniteMDP(contentsOfFile: path) }
    #expect(
      missing?.description == "\(path) is missing or not readable; allowed: a file in the format assay.mdp/1")
    try Data(Self.file(["discount": "7"]).utf8).write(to: URL(filePath: path))
    let wrong = #expect(throws: DataError.self) { try FiniteMDP(contentsOfFile: path) }
    #expect(wrong?.description == "\(path): discount is 7.0; allowed: a number from 0 to 1")
    try Data(Self.file().utf8).write(to: URL(filePath: path))
    #expect(try FiniteMDP(contentsOfFile: path).name == "two-state")
  }
}
