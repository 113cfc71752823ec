import Foundation
import Testing

@Suite("assay check-environment")
struct CheckEnvironmentCommandTests {
  /// A recording of a dry lake: two steps right, with one number that may be changed.
  static func recording(observation: String = "2", reward: String = "0", terminated: String = "false")
    -> String
  {
    """
    {"env": "frozen-lake-4x4", "episodes": [{"kind": "by hand", "initial_state": [0], "actions": [2, 2],
      "observations": [[1], [\(observation)]], "states": [[1], [2]], "rewards": [0, \(reward)],
      "terminated": [false, \(terminated)], "length": 2}]}
    """
  }

  private func check(_ recording: String, _ arguments: String...) async throws -> Command.Outcome {
    let folder = try TemporaryFolder()
    try Data(recording.utf8).write(to: folder.url.appending(path: "recording.json"))
    return try await Command(
      ["check-environment", "frozen-lake-4x4", "--set", "slippery=no", "--trajectory", "recording.json"]
        + arguments, in: folder.url
    ).outcome()
  }

  @Test("a sound world passes every check")
  func sound() async throws {
    let text = try await Command.run(line: "check-environment frozen-lake-4x4")
    #expect(text.status == 0 && text.error == "")
    #expect(text.lines.first == "frozen-lake-4x4: sound")
    #expect(text.lines.filter { $0.count > 80 } == [])
    let json = try await Command.run(line: "check-environment frozen-lake-4x4 --json")
    let report = try json.json()
    #expect(report["schema"] as? String == "assay.check-environment/1")
    #expect(report["isSound"] as? Bool == true)
    #expect((report["checks"] as? [String])?.count == text.lines.filter { $0.hasSuffix("  ok") }.count)
    #expect((report["findings"] as? [Any])?.isEmpty == true)
  }

  @Test("a world is put to what it can be put to: what it lists, and its copies in lockstep")
  func forms() async throws {
    func checks(_ world: String) async throws -> [String] {
      let answer = try await Command.run(line: "check-environment \(world) --steps 50 --json")
      #expect(answer.status == 0)
      return try #require(try answer.json()["checks"] as? [String])
    }
    let hidden = try await checks("tiger")
    #expect(hidden.contains("outcomes are as frequent as listed") && !hidden.contains("names and map fit"))
    let moving = try await checks("cart-pole")
    #expect(
      moving.contains("numbers of a state lead back to it") && moving.contains("each copy is the world"))
    #expect(!moving.contains("outcomes are as frequent as listed"))
  }

  @Test("a recording that agrees passes")
  func agrees() async throws {
    let answer = try await check(Self.recording())
    #expect(answer.status == 0 && answer.error == "")
    #expect(answer.output.contains("recording: 1 episode, 2 steps, agrees"))
  }

  @Test("the first number that differs is named, and the status is 1")
  func differs() async throws {
    let seen = try await check(Self.recording(observation: "3"))
    #expect(seen.status == 1)
    #expect(seen.output.contains("episode 0, step 1, observation[0]"))
    #expect(seen.output.contains("recorded 3.0, found 2.0"))
    let paid = try await check(Self.recording(reward: "0.25"), "--json")
    #expect(paid.status == 1)
    let trajectory = try #require(try paid.json()["trajectory"] as? [String: Any])
    #expect((trajectory["mismatch"] as? [String: Any])?["column"] as? String == "reward")
    // Within a tolerance that is wide enough it passes.
    #expect(try await check(Self.recording(reward: "0.25"), "--tolerance", "0.3").status == 0)
    // An ending differs whatever the tolerance.
    #expect(try await check(Self.recording(terminated: "true"), "--tolerance", "9").status == 1)
  }

  @Test("a recording that fits no such world, or is none, is one clear error")
  func badRecordings() async throws {
    for (recording, reason) in [
      ("{", "recording.json"), (Self.recording(observation: "[1, 2]"), "observations"),
      (
        Self.recording().replacing("\"initial_state\": [0]", with: "\"initial_state\": [77]"), "initial_state"
      ),
      (Self.recording().replacing("\"actions\": [2, 2]", with: "\"actions\": [2, 9]"), "actions[1]"),
      (Self.recording().replacing("\"rewards\": [0, 0]", with: "\"rewards\": [0]"), "rewards"),
    ] {
      let answer = try await check(recording)
      #expect(answer.status == 65, "\(recording)")
      #expect(answer.errorLines.count == 1, "\(answer.error)")
      #expect(answer.error.contains(reason), "\(answer.error)")
      #expect(answer.output == "")
    }
    let missing = try await Command.run(line: "check-environment cliff-walking --trajectory none.json")
    #expect(missing.status == 66)
    let tolerance = try await Command.run(line: "check-environment cliff-walking --tolerance -1")
    #expect(tolerance.status == 64)
  }

  @Test(
    "what needs exact truth says which world has none",
    arguments: ["solve cart-pole", "audit cart-pole --agent dyna"])
  func unlisted(line: String) async throws {
    let answer = try await Command.run(line: line)
    #expect(answer.status == 65)
    #expect(
      answer.error
        == "Error: environment is cart-pole; allowed: a world that lists its states, on which truth is exact\n"
    )
  }
}
