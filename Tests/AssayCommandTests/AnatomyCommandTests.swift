import Foundation
import Testing

@Suite("assay anatomy")
struct AnatomyCommandTests {
  @Test("every block is told with its writers, and a trunk with the share of each loss")
  func blocks() async throws {
    let folder = try TemporaryFolder()
    _ = try await Command.run(line: TrainCommandTests.small + " --shares-trunk --out x", in: folder.url)
    let json = try await Command.run(line: "anatomy x --json", in: folder.url).json()
    #expect(json["schema"] as? String == "assay.anatomy/1" && json["step"] as? Int == 2000)
    let blocks = try #require(json["blocks"] as? [[String: Any]])
    #expect(Set(blocks.compactMap { $0["name"] as? String }) == ["trunk", "actor", "critic"])
    for block in blocks {
      // Seven rollouts of 8 × 32 steps, each gone through twenty times as one batch.
      #expect(block["updates"] as? Int == 140)
      #expect(block["usedReward"] as? Bool == true && block["isFrozen"] as? Bool == false)
      #expect((block["change"] as? Double ?? 0) > 0 && block["lastStep"] as? Int == 1792)
      let shares = try #require(block["shares"] as? [[String: Any]])
      guard block["name"] as? String == "trunk" else {
        #expect(shares.isEmpty)
        continue
      }
      #expect(shares.compactMap { $0["loss"] as? String } == ["policy", "value"])
      let parts = shares.compactMap { $0["part"] as? Double }
      #expect(abs(parts.reduce(0, +) - 1) < 1e-12)
    }
    let text = try await Command.run(line: "anatomy x", in: folder.url)
    #expect(text.status == 0 && text.lines.filter { $0.count > 80 } == [])
    for word in [
      "maximises the critic", "written by policy + value", "of the squared gradient", "no world model",
    ] {
      #expect(text.output.contains(word), "\(word)")
    }
  }

  @Test("after resuming it shows all writes, as of a run that was never stopped")
  func resumed() async throws {
    let folder = try TemporaryFolder()
    _ = try await Command.run(line: TrainCommandTests.small + " --steps 1k --out x", in: folder.url)
    _ = try await Command.run(line: "resume x --steps 2k", in: folder.url)
    let json = try await Command.run(line: "anatomy x --json", in: folder.url).json()
    let blocks = try #require(json["blocks"] as? [[String: Any]])
    for block in blocks {
      #expect(block["updates"] as? Int == 140)
      let writes = try #require(block["writes"] as? [[String: Any]])
      #expect(writes.count == 1 && writes[0]["firstStep"] as? Int == 256, "\(writes)")
    }
  }
}
