import Foundation
import Testing

@Suite("assay audit RUN")
struct AuditRunTests {
  /// A short run whose critic looks a few steps ahead, so that restarts are short.
  private func trained() async throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    let line =
      "train cart-pole --agent ppo --steps 1k --discount 0.5 --hidden 8 --evaluation-episodes 0 --out x"
    let answer = try await Command.run(line: line, in: folder.url)
    #expect(answer.status == 0, "\(answer.error)")
    return folder
  }

  @Test("a run is audited in words, on a page and as JSON, the same each time")
  func reports() async throws {
    let folder = try await trained()
    let words = try await Command.run(line: "audit x --report x.html", in: folder.url, within: 120)
    #expect(words.status == 0 && words.error == "")
    #expect(words.lines.allSatisfy { $0.count <= 80 })
    for word in ["critic", "actor", "The agent has no model.", "Diagnosis: ", "192 states", "Over training"] {
      #expect(words.output.contains(word), "\(word)")
    }
    #expect(!words.output.contains(#/(?i)\b(nan|inf|infinity)\b/#))
    let page = try folder.text(of: "x.html")
    #expect(page.hasPrefix("<!DOCTYPE html>") || page.hasPrefix("<!doctype html>"))
    #expect(page.contains("<svg") && page.contains("Learned value against the mean return"))
    let json = try await Command.run(line: "audit x --json -", in: folder.url, within: 120)
    let report = try json.json()
    #expect(report["schema"] as? String == "assay.run-audit/1")
    let critic = try #require(report["critic"] as? [String: Any])
    #expect((critic["claim"] as? String)?.contains("discount 0.5") == true)
    #expect((report["subject"] as? [String: Any])?["states"] as? Int == 192)
    #expect(
      try await Command.run(line: "audit x --json -", in: folder.url, within: 120).output == json.output)
  }

  @Test("what is not expected, is not there, or does not go together ends in one line")
  func mistakes() async throws {
    let folder = try await trained()
    let unexpected = try await Command.run(line: "audit x --expect actor-frozen", in: folder.url, within: 120)
    #expect(unexpected.status == 1 && unexpected.error.contains("expected the diagnosis actor-frozen"))
    for (line, status, message) in [
      ("audit runs/y", Int32(66), "runs/y: there is no such folder"),
      ("audit x --agent dyna", 64, "allowed: neither"),
      ("audit x --expect helthy", 64, "did you mean 'healthy'"),
    ] {
      let answer = try await Command.run(line: line, in: folder.url)
      #expect(answer.status == status && answer.error.contains(message), "\(line): \(answer.error)")
    }
  }
}
