import Foundation
import Testing

@Suite("assay matrix")
struct MatrixCommandTests {
  private static let line =
    "matrix --environments frozen-lake-4x4 random-20 --faults critic-frozen wrong-reward --seeds 3..5 --steps 500"
    + " --agent q-learning"

  @Test("each world has a cell for each fault and one for none, with every agent in it")
  func json() async throws {
    let answer = try await Command.run(line: Self.line + " --json")
    #expect(answer.status == 0 && answer.error == "")
    let json = try answer.json()
    #expect(json["schema"] as? String == "assay.matrix/1")
    #expect(json["seeds"] as? [Int] == [3, 4, 5])
    #expect(json["steps"] as? Int == 500)
    let cells = try #require(json["cells"] as? [[String: Any]])
    let places = cells.map { "\($0["environment"] ?? "") \($0["fault"] ?? "")" }
    #expect(
      places == [
        "frozen-lake-4x4 healthy", "frozen-lake-4x4 critic-frozen", "frozen-lake-4x4 wrong-reward",
        "random-20 healthy", "random-20 critic-frozen", "random-20 wrong-reward",
      ])
    for cell in cells {
      let diagnoses = try #require(cell["diagnoses"] as? [String: Int])
      #expect(diagnoses.values.reduce(0, +) == 3)
      let named = try #require(cell["named"] as? [String: Double])
      #expect(Set(named.keys) == ["estimate", "low", "high", "count"])
      #expect(named["count"] == 3)
      let share = Double(diagnoses[try #require(cell["fault"] as? String)] ?? 0) / 3
      #expect(abs(try #require(named["estimate"]) - share) < 1e-12)
    }
    #expect(try await Command.run(line: Self.line + " --json").output == answer.output)
  }

  @Test("the table keeps to 80 columns")
  func table() async throws {
    let answer = try await Command.run(line: Self.line)
    #expect(answer.status == 0 && answer.error == "")
    #expect(
      answer.lines.first == "q-learning, 3 seeds, 500 steps: named right [95% Wilson interval], and else")
    #expect(answer.lines.filter { $0.count > 80 || $0.hasSuffix(" ") } == [])
    #expect(answer.lines.contains("random-20"))
    #expect(answer.lines.filter { $0.contains(#/^  critic-frozen +\d of 3  \[ *\d+%, +\d+%\]/#) }.count == 2)
  }

  @Test("without --faults, every fault that the agent can have is planted")
  func allFaults() async throws {
    let line = "matrix --environments frozen-lake-4x4 --agent q-learning --seeds 0..0 --steps 50 --json"
    let cells = try #require(try await Command.run(line: line).json()["cells"] as? [[String: Any]])
    #expect(
      cells.map { $0["fault"] as? String } == [
        "healthy", "critic-frozen", "critic-wrong-discount", "critic-scaled-reward", "critic-other-policy",
        "wrong-reward",
      ])
  }

  @Test(
    "what cannot be asked for is refused with status 64",
    arguments: [
      (
        "matrix --agent q-learning --faults model-shortcut",
        "--faults model-shortcut cannot be planted in q-learning; allowed: --agent dyna"
      ),
      ("matrix --steps 0", "--steps is 0; allowed: 1 or more"),
      ("matrix --seeds 5..3", "The value '5..3' is invalid for '--seeds <first..last>'"),
      ("matrix --seeds 5", "The value '5' is invalid for '--seeds <first..last>'"),
    ])
  func refused(line: String, message: String) async throws {
    let answer = try await Command.run(line: line, within: 30)
    #expect(answer.status == 64)
    #expect(answer.output == "")
    #expect(answer.errorLines.first == "Error: \(message)")
  }
}
