import Foundation
import Testing

@Suite("Files in Cassandra's formats")
struct CassandraFilesTests {
  /// Two rooms, a door between them, and a bell that rings in the second.
  static let hidden = """
    discount: 0.9
    values: reward
    states: here there
    actions: stay walk
    observations: silence bell
    start: here
    T: stay identity
    T: walk 0 1  1 0
    O: * : here 1 0
    O: * : there 0 1
    R: walk : here : there : * 2
    """

  /// The same for eyes that see the room.
  static let seen = hidden.split(separator: "\n").filter {
    !$0.hasPrefix("O:") && !$0.hasPrefix("observations")
  }
  .map { $0.replacing(" : * 2", with: " 2") }.joined(separator: "\n")

  private func run(_ text: String, as file: String, _ arguments: String...) async throws -> Command.Outcome {
    let folder = try TemporaryFolder()
    try Data(text.utf8).write(to: folder.url.appending(path: file))
    return try await Command(arguments, in: folder.url).outcome()
  }

  @Test("a process whose states are seen is solved")
  func solved() async throws {
    let answer = try await run(Self.seen, as: "rooms.MDP", "solve", "rooms.MDP", "--json")
    #expect(answer.status == 0, "\(answer.error)")
    // Back and forth it is 2 in every second step: V(here) = 2 / (1 − 0.81), V(there) = 0.9 of that.
    let values = try #require(try answer.json()["values"] as? [Double])
    #expect(abs(values[0] - 2 / 0.19) < 1e-8 && abs(values[1] - 1.8 / 0.19) < 1e-8)
  }

  @Test("a process whose state is hidden is a world to check and to draw")
  func hiddenWorld() async throws {
    let checked = try await run(Self.hidden, as: "rooms.POMDP", "check-environment", "rooms.POMDP")
    #expect(checked.status == 0, "\(checked.output)\(checked.error)")
    #expect(checked.lines.first == "rooms: sound")
    let drawn = try await run(
      Self.hidden, as: "rooms.POMDP", "render", "rooms.POMDP", "--policy", "walk", "--steps", "4", "--out",
      "x",
      "--json")
    #expect(drawn.status == 0, "\(drawn.error)")
    #expect(try drawn.json()["totalReward"] as? Double == 4)
  }

  @Test("what needs the states of a hidden process says so")
  func hiddenSolved() async throws {
    let answer = try await run(Self.hidden, as: "rooms.POMDP", "solve", "rooms.POMDP")
    #expect(answer.status == 65)
    #expect(answer.errorLines.count == 1 && answer.error.contains("rooms"), "\(answer.error)")
  }

  @Test(
    "what cannot be read is one line with the file, the place and what is allowed",
    arguments: [
      (hidden.replacing("0.9", with: "1.9"), "1.9"),
      (hidden.replacing("T: walk 0 1  1 0", with: "T: walk 0 1"), "line 9"),
      (hidden.replacing("O: * : there 0 1", with: "O: * : there 0 1.5"), "1.5"),
      (hidden.replacing("start: here", with: "start: her"), "her"),
      (hidden.replacing("states", with: "stats"), "stats"),
      ("", "discount"),
    ])
  func unreadable(text: String, reason: String) async throws {
    let answer = try await run(text, as: "rooms.POMDP", "check-environment", "rooms.POMDP")
    #expect(answer.status == 65)
    #expect(answer.output == "")
    #expect(answer.errorLines.count == 1, "\(answer.error)")
    #expect(answer.error.contains("rooms.POMDP") && answer.error.contains(reason), "\(answer.error)")
  }
}
