import Foundation
import Testing

@Suite("assay probe")
struct ProbeCommandTests {
  @Test("an agent that never learns fails, and the simplest probe it fails is named")
  func broken() async throws {
    // Without a step size nothing is learned: the value of a constant reward of 1 stays near 0.
    let answer = try await Command.run(line: "probe a2c --rate 0 --hidden 4 --steps 100 --json")
    #expect(answer.status == 1)
    let json = try answer.json()
    #expect(json["schema"] as? String == "assay.probe/1" && json["agent"] as? String == "a2c")
    let probes = try #require(json["probes"] as? [[String: Any]])
    #expect(probes.count == 5)
    #expect(probes[0]["verdict"] as? String == "failed")
    #expect(answer.error.contains("suspect the value loss or its optimiser"), "\(answer.error)")
  }

  @Test(
    "bad input is told with what is allowed",
    arguments: [
      ("probe", 64, "the agent is missing; allowed: ppo"), ("probe pop", 64, "did you mean 'ppo'?"),
      ("probe ppo --rte 1", 64, "did you mean '--rate'?"), ("probe ppo --rate 7", 64, "a number from 0 to 1"),
      ("probe ppo --steps 0", 64, "1 or more"), ("probe dyna", 64, "'assay audit' trains it"),
    ])
  func badInput(line: String, status: Int32, reason: String) async throws {
    let answer = try await Command.run(line: line)
    #expect(answer.status == status && answer.output == "", "\(answer.error)")
    #expect(answer.error.contains(reason), "\(answer.error)")
  }
}
