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
    func report(_ more: String = "") async throws -> [String: Any] {
      let run = try await Command.run(line: Self.short + " --seeds 0..1 --json" + more)
      #expect(run.status == 0)
      var object = try #require(
        try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
      object["secondsPerStep"] = nil
      return object
    }
    let one = try await report()
    let two = try await report(" --jobs 2")
    #expect(one["schema"] as? String == "assay.aixi/1" && one["optimum"] as? Double == 0.5)
    #expect(NSDictionary(dictionary: one) == NSDictionary(dictionary: two))
    let runs = try #require(one["runs"] as? [[String: Any]])
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
