import Foundation
import Testing

@Suite("assay aixi")
struct AIXITests {
  private static let short =
    "aixi one-dimensional-maze --experience 150 --evaluation 60 --simulations 20"

  @Test("an agent's rewards are told in words and as JSON, the same with two side by side")
  func told() async throws {
    let text = try await Command.run(line: Self.short)
    #expect(text.status == 0 && text.lines.allSatisfy { $0.count <= 80 })
    #expect(text.output.contains("The most there is: 0.500"))
    let one = try await Command.run(line: Self.short + " --seeds 0..1 --json")
    let two = try await Command.run(line: Self.short + " --seeds 0..1 --json --jobs 2")
    #expect(one.status == 0 && one.output == two.output)
    let report = try #require(
      try JSONSerialization.jsonObject(with: Data(one.output.utf8)) as? [String: Any])
    #expect(report["schema"] as? String == "assay.aixi/1" && report["optimum"] as? Double == 0.5)
    let runs = try #require(report["runs"] as? [[String: Any]])
    #expect(runs.map { $0["seed"] as? Int } == [0, 1])
    for run in runs {
      let reward = try #require(run["greedyReward"] as? Double)
      #expect(reward >= 0 && reward <= 0.5)
    }
  }

  @Test("what is not known, not allowed or not to be told in bits ends in one line")
  func mistakes() async throws {
    let unknown = try await Command.run("aixi", "tigr")
    #expect(unknown.status == 64 && unknown.error.contains("did you mean 'tiger'?"))
    let none = try await Command.run("aixi", "tiger", "--simulations", "0")
    #expect(none.status == 64 && none.error.contains("--simulations is 0"))
    let shown = try await Command.run("aixi", "one-dimensional-maze", "--set", "shown=reward")
    #expect(shown.status == 65 && shown.errorLines.count == 1 && shown.error.contains("1 observations"))
    let negative = try await Command.run("aixi", "tiger", "--confidence", "-1")
    #expect(negative.status == 64)
  }
}
