import Foundation
import Testing

@Suite("assay matrix")
struct MatrixCommandTests {
  private static let line =
    "matrix --environments frozen-lake-4x4 random-20 --faults critic-frozen wrong-reward model-shortcut"
    + " --seeds 3..5 --steps 500 --agents q-learning"

  /// Where a cell is, in a word.
  private func place(_ cell: [String: Any]) -> String {
    let faults = (cell["faults"] as? [String] ?? []).joined(separator: "+")
    let strength = (cell["strength"] as? String).map { " " + $0 } ?? ""
    return "\(cell["environment"] ?? "") \(cell["agent"] ?? "") \(faults)\(strength)"
  }

  @Test("each fault has a cell in each world, and so has none, with every agent in it")
  func json() async throws {
    let answer = try await Command.run(line: Self.line + " --json")
    #expect(answer.status == 0 && answer.error == "")
    let json = try answer.json()
    #expect(json["schema"] as? String == "assay.matrix/1")
    #expect(json["seeds"] as? [Int] == [3, 4, 5])
    #expect(json["steps"] as? Int == 500)
    let cells = try #require(json["cells"] as? [[String: Any]])
    #expect(
      cells.map(place) == [
        "frozen-lake-4x4 q-learning ", "random-20 q-learning ",
        "frozen-lake-4x4 q-learning critic-frozen medium",
        "random-20 q-learning critic-frozen medium", "frozen-lake-4x4 q-learning wrong-reward",
        "random-20 q-learning wrong-reward",
      ])
    for cell in cells {
      let answers = try #require(cell["answers"] as? [[String: Any]])
      #expect(answers.map { $0["seed"] as? Int } == [3, 4, 5])
      let planted = try #require(cell["faults"] as? [String])
      let right = answers.count { $0["diagnosis"] as? String == planted.first ?? "healthy" }
      let score = try #require(cell["score"] as? [String: [String: Double]])
      #expect(Set(score.keys) == ["detected", "named", "misattributed", "inconclusive"])
      for estimate in score.values {
        #expect(Set(estimate.keys) == ["estimate", "low", "high", "count"] && estimate["count"] == 3)
      }
      #expect(abs(try #require(score["named"]?["estimate"]) - Double(right) / 3) < 1e-12)
    }
    // What makes no sense is there too, with the reason.
    let omissions = try #require(json["omissions"] as? [[String: Any]])
    #expect(
      omissions.map(place) == [
        "frozen-lake-4x4 q-learning model-shortcut medium", "random-20 q-learning model-shortcut medium",
      ])
    #expect(omissions.allSatisfy { $0["reason"] as? String == "q-learning does not have a model of counts" })
    let rows = try #require(json["rows"] as? [[String: Any]])
    #expect(rows.map { ($0["faults"] as? [String])?.first } == [nil, "critic-frozen", "wrong-reward"])
    #expect(rows.allSatisfy { $0["cells"] as? Int == 2 && $0["agents"] as? Int == 6 })
    // The same bytes again, and with another number of agents at a time.
    #expect(try await Command.run(line: Self.line + " --json --jobs 1").output == answer.output)
  }

  @Test("the table keeps to 80 columns")
  func table() async throws {
    let answer = try await Command.run(line: Self.line)
    #expect(answer.status == 0 && answer.error == "")
    #expect(
      answer.lines.first?.hasPrefix("6 cells of 3 agents (q-learning), 500 steps an agent; 2 more make")
        == true)
    #expect(answer.lines.filter { $0.count > 80 || $0.hasSuffix(" ") } == [])
    #expect(
      answer.lines.count {
        $0.contains(#/^critic-frozen, medium +2 +\d+ \[ *\d+, *\d+\] +\d+ \[ *\d+, *\d+\] +\d+ +\d+$/#)
      }
        == 1)
  }

  @Test("--out keeps the cells, and writes the matrix as JSON and as a page")
  func out() async throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("matrix-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let line =
      "matrix --environments frozen-lake-4x4 --agents q-learning --faults wrong-reward --seeds 0..1 --steps 50"
      + " --out \(folder.path)"
    let answer = try await Command.run(line: line)
    #expect(answer.status == 0 && answer.error == "")
    let files = ["matrix.json", "matrix.html"].map { folder.path + "/" + $0 }
    #expect(answer.lines.last { !$0.isEmpty } == "Written: \(files.joined(separator: ", "))")
    let html = try String(contentsOfFile: files[1], encoding: .utf8)
    #expect(
      html.hasPrefix("<!DOCTYPE html>") && html.contains("wrong-reward in q-learning, frozen-lake-4x4: "))
    let json = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: files[0])))
    #expect((json as? [String: Any])?["schema"] as? String == "assay.matrix/1")
  }

  @Test("without --faults, every fault that the agent can have is planted, and every other one is explained")
  func allFaults() async throws {
    let line = "matrix --environments frozen-lake-4x4 --agents q-learning --seeds 0..0 --steps 50 --json"
    let json = try await Command.run(line: line).json()
    let cells = try #require(json["cells"] as? [[String: Any]])
    let planted = cells.compactMap { ($0["faults"] as? [String])?.first }
    #expect(
      Set(planted).isSuperset(of: [
        "non-finite", "wrong-reward", "reward-tampering", "critic-frozen", "critic-wrong-discount",
        "critic-scaled-reward", "critic-wrong-sign", "critic-other-policy",
      ]))
    let omissions = try #require(json["omissions"] as? [[String: Any]])
    let omitted = omissions.compactMap { ($0["faults"] as? [String])?.first }
    #expect(Set(omitted).isSuperset(of: ["model-shortcut", "critic-unrepresentable", "actor-frozen"]))
    #expect(Set(omitted).isDisjoint(with: planted))
    // Beside a healthy agent's cell, every fault is in one list or the other.
    let faults = try await Command.run(line: "list faults --json").json()["items"] as? [[String: String]]
    #expect(Set(planted + omitted) == Set(try #require(faults).compactMap { $0["name"] }))
    #expect(cells.count == planted.count + 1)
  }

  @Test("pairs are of faults in different parts")
  func pairs() async throws {
    let line =
      "matrix --environments frozen-lake-4x4 --agents q-learning --seeds 0..0 --steps 50 --json --pairs"
      + " --faults wrong-reward critic-frozen critic-wrong-sign"
    let cells = try #require(try await Command.run(line: line).json()["cells"] as? [[String: Any]])
    #expect(
      cells.map(place) == [
        "frozen-lake-4x4 q-learning ", "frozen-lake-4x4 q-learning wrong-reward+critic-frozen medium",
        "frozen-lake-4x4 q-learning wrong-reward+critic-wrong-sign medium",
      ])
  }

  @Test(
    "what cannot be asked for is refused with status 64",
    arguments: [
      ("matrix --steps 0", "--steps is 0; allowed: 1 or more"),
      ("matrix --jobs 0", "--jobs is 0; allowed: 1 or more"),
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

extension MatrixCommandTests {
  @Test("a matrix that was killed goes on where it was, and comes out as if it had not been")
  func killed() async throws {
    let folder = try TemporaryFolder()
    let line =
      "matrix --environments two-armed-bandit random-walk-5 frozen-lake-4x4 --agents q-learning --seeds 0..1 --steps 4000"
      + " --faults critic-wrong-sign critic-scaled-reward --jobs 1 --json"
    let whole = try await Command.run(line: line)
    #expect(whole.status == 0, "\(whole.error)")
    let cells = folder.url.appending(path: "out/cells")
    @Sendable func finished() -> [String: Date] {
      let files = try? FileManager.default.contentsOfDirectory(
        at: cells, includingPropertiesForKeys: [.contentModificationDateKey])
      return Dictionary(
        uniqueKeysWithValues: (files ?? []).filter { $0.pathExtension == "json" }.compactMap { file in
          (try? file.resourceValues(forKeys: [.contentModificationDateKey]).contentModificationDate).map {
            (file.lastPathComponent, $0)
          }
        })
    }
    // Nothing is told beforehand: the process is gone between one instruction and the next.
    let command = try Command((line + " --out out").split(separator: " ").map(String.init), in: folder.url)
    command.kill { finished().count >= 2 }
    await #expect(throws: Command.TookTooLong.self) { try await command.outcome() }
    let before = finished()
    let count = try #require(try whole.json()["cells"] as? [Any]).count
    #expect(before.count >= 2 && before.count < count)
    #expect(!FileManager.default.fileExists(atPath: folder.file("out/matrix.json").path))

    let resumed = try await Command.run(line: line + " --out out", in: folder.url)
    #expect(resumed.status == 0 && resumed.output == whole.output, "\(resumed.error)")
    #expect(try folder.text(of: "out/matrix.json") == whole.output)
    let after = finished()
    #expect(after.count == count)
    for (name, date) in before { #expect(after[name] == date, "\(name)") }
    // Another plan has no business there.
    let other = try await Command.run(
      line: line.replacing("4000", with: "300") + " --out out", in: folder.url)
    #expect(other.status == 65 && other.error.contains("4000 steps, 2 seeds from 0"), "\(other.error)")
  }
}
