import Foundation
import Testing

@Suite("assay evaluate")
struct EvaluateCommandTests {
  @Test("the same seed gives the same episodes, another others, and the run stays as it was")
  func seeds() async throws {
    let folder = try TemporaryFolder()
    _ = try await Command.run(line: TrainCommandTests.small + " --out x", in: folder.url)
    let before = try Run(folder.url.appending(path: "x")).bits
    func rewards(_ flags: String) async throws -> [Double] {
      let answer = try await Command.run(line: "evaluate x --episodes 12 --json " + flags, in: folder.url)
        .json()
      #expect(answer["schema"] as? String == "assay.evaluate/1")
      let run = try #require((answer["runs"] as? [[String: Any]])?.first)
      return try #require((run["evaluation"] as? [String: Any])?["rewards"] as? [Double])
    }
    let one = try await rewards("")
    #expect(one.count == 12 && one.allSatisfy { $0 >= 1 && $0 <= 500 })
    #expect(try await rewards("") == one)
    #expect(try await rewards("--seed 1") != one)
    #expect(try await rewards("--conduct policy") != one)
    #expect(try await rewards("--checkpoint 0") != one)
    #expect(try Run(folder.url.appending(path: "x")).bits == before)
    let text = try await Command.run(line: "evaluate x --episodes 5", in: folder.url)
    #expect(text.output.replacing("\n", with: " ").contains("over 5 episodes"))
    #expect(text.lines.filter { $0.count > 80 } == [])
  }

  @Test(
    "bad input is a line that says what is allowed",
    arguments: [
      ("evaluate x --episodes 0", 64, "1 to 100000"),
      ("evaluate x --conduct greed", 64, "did you mean 'greedy'?"),
      ("evaluate x --checkpoint 7", 65, "--checkpoint is 7; allowed: 0, "),
      ("evaluate y", 66, "no such folder"),
      ("anatomy x --checkpoint 7", 64, "--checkpoint is 7; allowed: "), ("anatomy y", 66, "no such folder"),
    ])
  func badInput(line: String, status: Int32, reason: String) async throws {
    let folder = try TemporaryFolder()
    _ = try await Command.run(line: TrainCommandTests.small + " --steps 300 --out x", in: folder.url)
    let answer = try await Command.run(line: line, in: folder.url)
    #expect(answer.status == status && answer.output == "", "\(answer.error)")
    #expect(answer.error.contains(reason), "\(answer.error)")
  }
}
