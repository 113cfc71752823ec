import Foundation
import Testing

@Suite("assay compare")
struct CompareCommandTests {
  /// A finished run whose evaluations are known.
  private static func write(
    _ name: String, agent: String, seeds: ClosedRange<Int>, scores: (Int) -> [Double],
    in folder: TemporaryFolder
  ) throws {
    for seed in seeds {
      let place = folder.url.appending(path: "\(name)/seed-\(seed)")
      try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
      let description: [String: Any] = [
        "schema": "assay.run/1", "version": "0.1.0", "agent": agent, "environment": "cart-pole",
        "settings": [:],
        "hyperparameters": [:], "copies": 1, "seed": seed, "steps": 200, "runLength": 200, "logEvery": 100,
        "checkpointEvery": 100, "checkpointSeconds": 5, "snapshotEvery": 100, "evaluateEvery": 100,
        "evaluationEpisodes": 2,
      ]
      try JSONSerialization.data(withJSONObject: description).write(to: place.appending(path: "run.json"))
      let lines = scores(seed).enumerated().map { index, score in
        // The second copy makes the first evaluation come a step late.
        "{\"step\":\(index == 0 ? 101 : 200),\"evaluation/return\":\(score)}\n"
      }
      try Data(lines.joined().utf8).write(to: place.appending(path: "metrics.jsonl"))
    }
  }

  @Test("what is clearly better is said to be, with a curve of both evaluations")
  func better() async throws {
    let folder = try TemporaryFolder()
    try Self.write("one", agent: "ppo", seeds: 0...9, scores: { [50, 100 + Double($0)] }, in: folder)
    try Self.write("two", agent: "dqn", seeds: 0...9, scores: { [20, 40 + Double($0)] }, in: folder)
    let answer = try await Command.run(line: "compare one two --json", in: folder.url)
    #expect(answer.status == 0, "\(answer.error)")
    let json = try answer.json()
    #expect(json["schema"] as? String == "assay.compare/1")
    #expect(json["steps"] as? [Int] == [100, 200])
    let groups = try #require(json["groups"] as? [[String: Any]])
    #expect(groups.compactMap { $0["name"] as? String } == ["ppo", "dqn"])
    // 100 … 109 and 40 … 49: the means are 104.5 and 44.5.
    #expect(groups.compactMap { ($0["mean"] as? [String: Any])?["estimate"] as? Double } == [104.5, 44.5])
    #expect((json["pairs"] as? [[String: Any]])?.first?["verdict"] as? String == "better")
    let text = try await Command.run(line: "compare one two --report c.html", in: folder.url)
    #expect(text.status == 0 && text.lines.filter { $0.count > 80 } == [], "\(text.error)")
    #expect(try folder.text(of: "c.html").contains("<svg"))
  }

  @Test("two folders with the same agent in the same world go by their own names")
  func twins() async throws {
    let folder = try TemporaryFolder()
    try Self.write("slow", agent: "ppo", seeds: 0...2, scores: { [1, 2 + Double($0)] }, in: folder)
    try Self.write("fast", agent: "ppo", seeds: 0...2, scores: { [1, 2 + Double($0)] }, in: folder)
    let json = try await Command.run(line: "compare slow fast --json", in: folder.url).json()
    let groups = try #require(json["groups"] as? [[String: Any]])
    #expect(groups.compactMap { $0["name"] as? String } == ["slow", "fast"])
    #expect((json["pairs"] as? [[String: Any]])?.first?["verdict"] as? String == "inconclusive")
  }

  @Test("bad input is a line that says what is allowed")
  func badInput() async throws {
    let folder = try TemporaryFolder()
    try Self.write("one", agent: "ppo", seeds: 0...0, scores: { _ in [1] }, in: folder)
    for (line, status, reason) in [
      ("compare", 64, "nothing to compare"), ("compare none", 66, "no such folder"),
      ("compare one", 65, "missing at step 200"), ("compare one --scale cart-pole", 64, "world=low..high"),
      ("compare one --scale cart-pol=0..1", 64, "did you mean 'cart-pole'?"),
    ] as [(String, Int32, String)] {
      let answer = try await Command.run(line: line, in: folder.url)
      #expect(answer.status == status && answer.output == "", "\(line): \(answer.error)")
      #expect(answer.error.contains(reason), "\(line): \(answer.error)")
    }
  }
}
