import Assay
import Foundation
import Testing

@Suite("Trajectories")
struct TrajectoryTests {
  /// The text of a small valid recording: an episode of two steps, and one of one. Fields of the first
  /// episode may be replaced by other text, or left out.
  private static func file(_ changes: [String: String?] = [:], top: String = #""env": "lever""#) -> String {
    let fields = [
      ("kind", "\"random\""), ("state_dtype", "\"float64\""), ("initial_state", "[0.5, 0]"),
      ("actions", "[1, 0]"), ("observations", "[[0.5], [0.25]]"), ("states", "[[0.5, 1], [0.25, 1]]"),
      ("rewards", "[0, 1.5]"), ("terminated", "[false, true]"), ("length", "2"),
    ]
    let first = fields.compactMap { name, text in
      (changes.keys.contains(name) ? changes[name] ?? nil : text).map { "\"\(name)\": \($0)" }
    }
    let second = """
      {"kind": "policy", "initial_state": [1, 1], "actions": [[0]], "observations": [3], "rewards": [-1e-3],
       "terminated": [false]}
      """
    return "{\(top), \"episodes\": [{\(first.joined(separator: ", "))}, \(second)]}"
  }

  private static func read(_ text: String) throws(DataError) -> Trajectory {
    try Trajectory(json: Data(text.utf8))
  }

  /// Foundation's reader trapped on the first of them.
  @Test(
    "bytes that are no text are refused",
    arguments: [[0x7B, 0xFF, 0x65, 0x6E, 0x76, 0x26], [0x22, 0xC0, 0xAF, 0x22], [0xFF, 0xFE, 0x7B, 0x00]])
  func notText(bytes: [UInt8]) {
    let error = #expect(throws: DataError.self) { _ = try Trajectory(json: Data(bytes)) }
    #expect(error?.description == "the file is not valid UTF-8; allowed: one JSON object")
  }

  @Test("a recording is read as it stands")
  func valid() throws {
    let trajectory = try Self.read(
      Self.file(
        top: #""env": "lever", "max_steps": 200, "note": "pulled", "versions": {"b": "2"}, "more": [1]"#))
    #expect(trajectory.environment == "lever" && trajectory.maximumSteps == 200)
    #expect(trajectory.note == "pulled" && trajectory.versions == ["b": "2"])
    #expect(
      trajectory.episodes == [
        Trajectory.Episode(
          kind: "random", stateType: "float64", initialState: [0.5, 0], actions: [[1], [0]],
          observations: [[0.5], [0.25]], states: [[0.5, 1], [0.25, 1]], rewards: [0, 1.5],
          terminated: [false, true]),
        Trajectory.Episode(
          kind: "policy", initialState: [1, 1], actions: [[0]], observations: [[3]], rewards: [-0.001],
          terminated: [false]),
      ])
    #expect(trajectory.episodes.map(\.length) == [2, 1])
  }

  @Test("what may be missing may be missing")
  func optional() throws {
    let trajectory = try Self.read(Self.file(["state_dtype": nil, "states": nil, "length": nil]))
    #expect(trajectory.maximumSteps == nil && trajectory.note == nil && trajectory.versions == [:])
    #expect(trajectory.episodes[0].stateType == nil && trajectory.episodes[0].states == [])
    #expect(try Self.read(#"{"env": "lever", "episodes": []}"#).episodes == [])
  }

  static let mistakes: [(changes: [String: String?], message: String)] = [
    (["rewards": "[0, true]"], "episodes[0].rewards[1] is true; allowed: a finite number"),
    (["rewards": "[0, NaN]"], "episodes[0].rewards[1] is NaN; allowed: a finite number"),
    (["rewards": "[-Infinity, 0]"], "episodes[0].rewards[0] is -Infinity; allowed: a finite number"),
    (["rewards": "[1e999, 0]"], "episodes[0].rewards[0] is not representable; allowed: a finite number"),
    (["rewards": "[0]"], "episodes[0].length is 2; allowed: 1, as there are rewards"),
    (["rewards": "7"], "episodes[0].rewards is 7.0; allowed: a list of numbers"),
    (["rewards": nil], "episodes[0].rewards is missing; allowed: every field of a recording"),
    (["length": "2.5"], "episodes[0].length is 2.5; allowed: a whole number from 0"),
    (["length": "-2"], "episodes[0].length is -2.0; allowed: a whole number from 0"),
    (["actions": "[1]"], "episodes[0].actions is 1 entries long; allowed: 2 entries, as there are rewards"),
    (["actions": "[1, null]"], "episodes[0].actions[1] is null; allowed: a list of numbers"),
    (
      ["actions": "[1, [0, 0]]"],
      "episodes[0].actions[1] is 2 numbers long; allowed: 1 numbers, as in the first of its kind"
    ),
    (
      ["observations": "[[0.5, 1], [0.25, 1]]"],
      "episodes[1].observations[0] is 1 numbers long; allowed: 2 numbers, as in the first of its kind"
    ),
    (
      ["observations": "[[0.5], [\"0\"]]"],
      "episodes[0].observations[1][0] is \"0\"; allowed: a finite number"
    ),
    (["observations": "[[0.5], [NaN]]"], "episodes[0].observations[1][0] is NaN; allowed: a finite number"),
    (
      ["states": "[[0.5, 1], [0.25]]"],
      "episodes[0].states[1] is 1 numbers long; allowed: 2 numbers, as in the first of its kind"
    ),
    (
      ["states": "[[0.5, 1]]"],
      "episodes[0].states is 1 entries long; allowed: 2 entries, as there are rewards"
    ),
    (
      ["initial_state": "[0.5]"],
      "episodes[0].states[0] is 2 numbers long; allowed: 1 numbers, as in the first of its kind"
    ),
    (
      ["initial_state": "[0.5, 0, 0]", "states": nil],
      "episodes[1].initial_state is 2 numbers long; allowed: 3 numbers, as in the first of its kind"
    ),
    (["initial_state": "{}"], "episodes[0].initial_state is an object; allowed: a list of numbers"),
    (["terminated": "[false, 1]"], "episodes[0].terminated[1] is 1.0; allowed: true or false"),
    (
      ["terminated": "[true, false]"],
      "episodes[0].terminated[0] is true; "
        + "allowed: false, since steps follow; only the last step may terminate an episode"
    ),
    (["kind": "3"], "episodes[0].kind is 3.0; allowed: a string"),
  ]

  @Test("a mistake is named with its field, its value and what is allowed", arguments: mistakes)
  func mistake(changes: [String: String?], message: String) {
    let error = #expect(throws: DataError.self) { try Self.read(Self.file(changes)) }
    #expect(error?.description == message)
  }

  static let otherMistakes = [
    ("", "the file is not complete, valid JSON; allowed: one JSON object"),
    ("{", "the file is not complete, valid JSON; allowed: one JSON object"),
    ("[]", "the file is a list; allowed: an object"),
    ("7", "the file is 7.0; allowed: an object"),
    ("{'env': 'lever', 'episodes': []}", "the file is not complete, valid JSON; allowed: one JSON object"),
    (#"{"env": "lever"}"#, "episodes is missing; allowed: every field of a recording"),
    (#"{"episodes": []}"#, "env is missing; allowed: every field of a recording"),
    (#"{"env": "lever", "episodes": {}}"#, "episodes is an object; allowed: a list"),
    (#"{"env": "lever", "episodes": [3]}"#, "episodes[0] is 3.0; allowed: an object"),
    (#"{"env": 1, "episodes": []}"#, "env is 1.0; allowed: a string"),
    (#"{"env": "lever", "max_steps": 0, "episodes": []}"#, "max_steps is 0; allowed: a whole number from 1"),
    (
      #"{"env": "lever", "max_steps": 1e30, "episodes": []}"#,
      "max_steps is 1e+30; allowed: a whole number from 0"
    ),
    (#"{"env": "lever", "versions": {"a": 1}, "episodes": []}"#, "versions.a is 1.0; allowed: a string"),
  ]

  @Test("what is no recording is refused", arguments: otherMistakes)
  func refused(text: String, message: String) {
    let error = #expect(throws: DataError.self) { try Self.read(text) }
    #expect(error?.description == message)
  }

  @Test("hostile files are refused: deep ones, cut ones, ones with other bytes")
  func hostile() throws {
    #expect(throws: DataError.self) { try Self.read(String(repeating: "[", count: 100_000)) }
    let deep = String(repeating: "[", count: 400) + String(repeating: "]", count: 400)
    #expect(throws: DataError.self) { try Self.read(#"{"env": "a", "episodes": \#(deep)}"#) }
    let data = Data(Self.file().utf8)
    for length in 0..<data.count {
      #expect(throws: DataError.self) { try Trajectory(json: data.prefix(length)) }
    }
    // Whatever other bytes do, they do not stop the program.
    var random = RandomStream(seed: 1)
    for _ in 0..<300 {
      var changed = data
      for _ in 0...random.integer(below: 3) {
        changed[random.integer(below: changed.count)] = UInt8(random.integer(below: 256))
      }
      do throws(DataError) { _ = try Trajectory(json: changed) } catch { #expect(!error.field.isEmpty) }
    }
  }

  @Test("what is written is read back as it was, to the last bit")
  func roundTrip() throws {
    let numbers = [
      0.1, -0.0, 1.0 / 3, Double.leastNonzeroMagnitude, 1.7976931348623157e308, 123_456_789_012_345_680,
    ]
    for width in [1, 3] {
      let row = Array(numbers.prefix(width))
      let trajectory = try Trajectory(
        environment: "a \"lever\"\n/ü",
        episodes: [
          Trajectory.Episode(
            kind: "random", stateType: "float32", initialState: row,
            actions: [[Double]](repeating: row, count: 6), observations: numbers.map { [$0] },
            states: [[Double]](repeating: row, count: 6), rewards: numbers,
            terminated: [false, false, false, false, false, true]),
          Trajectory.Episode(kind: "none", initialState: row),
        ], maximumSteps: 6, note: "", versions: ["x": "1"])
      let again = try Trajectory(json: trajectory.json())
      #expect(again == trajectory)
      #expect(again.episodes[0].rewards.map(\.bitPattern) == numbers.map(\.bitPattern))
      #expect(again.json() == trajectory.json())
    }
  }

  @Test("a file is read by its path, which errors name")
  func files() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appendingPathComponent("lever.json").path
    try Data(Self.file().utf8).write(to: URL(fileURLWithPath: path))
    #expect(try Trajectory(contentsOfFile: path) == Self.read(Self.file()))
    try Data("[]".utf8).write(to: URL(fileURLWithPath: path))
    let error = #expect(throws: DataError.self) { try Trajectory(contentsOfFile: path) }
    #expect(error?.source == path && error?.field == "the file")
    let missing = #expect(throws: DataError.self) { try Trajectory(contentsOfFile: path + ".none") }
    #expect(missing?.value == "missing or not readable")
  }

  @Test("episodes made in a program are checked, too")
  func made() throws {
    var episode = Trajectory.Episode(
      kind: "random", initialState: [0], actions: [[0]], observations: [[.nan]], rewards: [0],
      terminated: [false])
    let error = #expect(throws: DataError.self) { try Trajectory(environment: "lever", episodes: [episode]) }
    #expect(error?.description == "episodes[0].observations[0][0] is NaN; allowed: a finite number")
    episode.observations = [[0]]
    #expect(try Trajectory(environment: "lever", episodes: [episode]).episodes == [episode])
  }
}
