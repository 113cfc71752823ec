import AssayReports
import Testing

@testable import AssayDiagnostics

@Suite struct TerminalReportTests {
  /// How wide a line is, counted apart from the code under test: East Asian and picture characters take two columns.
  private func columns(_ line: some StringProtocol) -> Int {
    line.reduce(0) { sum, character in
      let code = character.unicodeScalars.first?.value ?? 0
      return sum + ((0x2E80...0xFF60).contains(code) || code >= 0x1F300 ? 2 : 1)
    }
  }

  @Test(arguments: [24, 33, 60, 80, 132]) func `no line is wider than asked`(width: Int) throws {
    for (name, report) in try Fixture.all() {
      for line in TerminalReport(report, width: width).text.split(separator: "\n") {
        #expect(columns(line) <= width, "\(name): \(line)")
      }
    }
  }

  @Test func `no line is wider than asked with four hundred seeds`() throws {
    let report = try Fixture.report { report in
      report.subject.seeds = (0..<400).map { $0 * 7_919_000_017 }
      report.agents = (0..<400).map { index in
        var agent = report.agents[index % report.agents.count]
        agent.diagnosis =
          "a diagnosis of its own, number \(index), which nobody else in the whole world ever had"
        return agent
      }
    }
    for line in TerminalReport(report).text.split(separator: "\n") { #expect(columns(line) <= 80, "\(line)") }
  }

  @Test func `the verdicts come first, one question after the other, then the diagnosis`() throws {
    let lines = TerminalReport(try Fixture.report(), width: 200).text.split(separator: "\n").map(String.init)
    #expect(lines[0].hasPrefix("✗ critic   faulty       The critic misses the value it claims by"))
    #expect(lines[1].hasPrefix("? actor    inconclusive The actor gives up between"))
    #expect(lines[2].hasPrefix("✓ model    healthy      The model values"))
    #expect(lines[3].hasPrefix("✓ reward   healthy      A policy that is optimal"))
    // It is trained at the discount it is judged at, of which there is nothing to say.
    #expect(lines[4].hasPrefix("✗ outcome"))
    #expect(lines[5] == "Diagnosis: critic-wrong-discount")
  }

  @Test func `the parts follow in the order verdict, diagnosis, evidence, subject, numbers`() throws {
    let text = TerminalReport(try Fixture.report()).text
    let headings = [
      "✗ critic", "Diagnosis: ", "It rests on", "What would change it", "What was audited", "Agent by agent",
      "The ladder", "The gap identity",
    ]
    let places = headings.map { text.firstRange(of: $0)?.lowerBound }
    #expect(!places.contains(nil))
    #expect(places.compactMap(\.self) == places.compactMap(\.self).sorted())
  }

  @Test func `the model of a model-free agent is none`() throws {
    #expect(
      TerminalReport(try Fixture.report(Fixture.modelFree)).text.contains(
        "– model    none         The agent has no model."))
  }

  @Test func `agents are counted by diagnosis, the most frequent first`() throws {
    let text = TerminalReport(try Fixture.report()).text
    #expect(text.contains("  9 of 10 agents: critic-wrong-discount\n  1 of 10 agents: inconclusive\n"))
    let same = try Fixture.report { report in
      for index in report.agents.indices { report.agents[index].diagnosis = "healthy" }
    }
    #expect(TerminalReport(same).text.contains("  10 of 10 agents: healthy\n"))
  }

  @Test func `the ladder shows each value, what it loses, and a bar as long as the loss`() throws {
    func estimate(_ value: Double) -> Estimate {
      Estimate(estimate: value, low: value, high: value, count: 1)
    }
    let report = try Fixture.report { report in
      report.gap.optimal = 1
      report.gap.ladder = [
        GapFindings.Rung(name: "best", value: estimate(1), loss: estimate(0)),
        GapFindings.Rung(name: "greedy", value: estimate(0.75), loss: estimate(0.25)),
        GapFindings.Rung(name: "actor", value: estimate(0.25), loss: estimate(0.5)),
        GapFindings.Rung(name: "lucky", value: estimate(0.5), loss: estimate(-0.25)),
      ]
    }
    let lines = TerminalReport(report).text.split(separator: "\n").map(String.init)
    func row(_ name: String) -> [Substring] {
      (lines.first { $0.hasPrefix("  \(name)  ") } ?? "").split(separator: " ")
    }
    #expect(row("best") == ["best", "1.00"])
    #expect(row("greedy") == ["greedy", "0.750", "−0.250", "██████████"])
    #expect(row("actor") == ["actor", "0.250", "−0.500", "████████████████████"])
    #expect(row("lucky") == ["lucky", "0.500", "+0.250", "▒▒▒▒▒▒▒▒▒▒"])
  }

  @Test func `colour is an addition: without its codes the text is the same`() throws {
    for (name, report) in try Fixture.all() {
      let plain = TerminalReport(report).text
      let coloured = TerminalReport(report, usesColour: true).text
      #expect(!plain.contains("\u{1B}"), "\(name)")
      #expect(coloured.contains("\u{1B}[0m"), "\(name)")
      let stripped = coloured.replacing(#/\u{1B}\[[0-9]+m/#, with: "")
      #expect(stripped == plain, "\(name)")
    }
  }

  @Test func `a name cannot command the terminal`() throws {
    let text = TerminalReport(try Fixture.hostile()).text
    #expect(text.contains("<img"))
    #expect(!text.unicodeScalars.contains { $0.properties.generalCategory == .control && $0 != "\n" })
    #expect(!text.unicodeScalars.contains("\u{202E}"))
  }

  @Test func `what is no number is never printed as one`() throws {
    for (name, report) in try Fixture.all() {
      #expect(TerminalReport(report).text.firstMatch(of: #/(?i)\b(nan|inf|infinity)\b/#) == nil, "\(name)")
    }
  }
}
