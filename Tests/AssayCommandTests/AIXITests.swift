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
    #expect(text.lines.contains("m = 10, C = 1.41, ε = 0.9 · 0.99ᵗ, rewards in a range"))
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
    let far = try await Command.run("aixi", "tiger", "--horizon", "0")
    #expect(far.status == 64 && far.error.contains("--horizon is 0"))
    let likely = try await Command.run("aixi", "tiger", "--exploration", "1.5")
    #expect(likely.status == 64 && likely.error.contains("--exploration is 1.5"))
    let never = try await Command.run("aixi", "tiger", "--exploration-decay", "nan")
    #expect(never.status == 64 && never.error.contains("--exploration-decay is nan"))
    let code = try await Command.run("aixi", "tiger", "--reward-code", "list")
    #expect(code.status == 64 && code.error.contains("listed"))
    let changed = try await Command.run(
      "aixi", "extended-tiger", "--reward-code", "listed", "--set", "wasted=2")
    #expect(changed.status == 65 && changed.errorLines.count == 1 && changed.error.contains("wasted=2"))
  }

  @Test("settings other than the published are taken, and told")
  func otherSettings() async throws {
    func report(_ flags: String) async throws -> [String: Any] {
      let told = try await Command.run(
        line: "aixi tiger --experience 200 --evaluation 50 --simulations 20 --json " + flags)
      #expect(told.status == 0)
      return try #require(try JSONSerialization.jsonObject(with: Data(told.output.utf8)) as? [String: Any])
    }
    func nodes(_ report: [String: Any]) throws -> Int {
      let runs = try #require(report["runs"] as? [[String: Any]])
      return try #require(runs[0]["nodeCount"] as? Int)
    }
    let published = try await report("")
    #expect(published["horizon"] as? Int == 5 && published["rewardCode"] as? String == "range")
    #expect(published["exploration"] as? Double == 0.99 && published["explorationDecay"] as? Double == 0.9999)
    let other = try await report(
      "--horizon 2 --exploration 0.5 --exploration-decay 0.99 --reward-code listed")
    #expect(other["horizon"] as? Int == 2 && other["rewardCode"] as? String == "listed")
    #expect(other["exploration"] as? Double == 0.5 && other["explorationDecay"] as? Double == 0.99)
    // Four trees instead of nine.
    #expect(try 2 * nodes(other) < nodes(published) * 4 / 3)
  }
}
