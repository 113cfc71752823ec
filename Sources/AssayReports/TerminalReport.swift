import AssayDiagnostics

/// A report for a terminal: the verdicts in words first, then what they rest on, then the numbers.
public struct TerminalReport: Sendable {
  private let report: AuditReport
  private let width: Int
  private let usesColour: Bool

  /// Makes the text of a report.
  ///
  /// - Parameters:
  ///   - report: what is told.
  ///   - width: how many columns a line may have; fewer than 24 are taken as 24.
  ///   - usesColour: whether ANSI colours are used. The words say the same without them.
  public init(_ report: AuditReport, width: Int = 80, usesColour: Bool = false) {
    self.report = report
    self.width = max(24, width)
    self.usesColour = usesColour
  }

  /// The whole report, with a newline at its end. No line is wider than asked.
  public var text: String {
    let blocks = [verdicts, diagnosis, stopped, evidence, changes, subject, agents, goals, ladder, identity]
    let lines = blocks.filter { !$0.isEmpty }.joined(separator: [TerminalLine()])
    return lines.map { $0.text(width: width, usesColour: usesColour) + "\n" }.joined()
  }

  // MARK: Words

  private var verdicts: [TerminalLine] {
    report.questions.flatMap { question in
      let style = style(of: question.judgement)
      let head = TerminalLine("\(question.mark) \(TextLayout.padded(question.part, columns: 8)) ", .bold)
        .appending(TextLayout.padded(question.answer, columns: 13), style)
      let indent = 24
      guard width - indent >= 30 else {
        return [head] + paragraph(question.statement, indent: 4)
      }
      let lines = TextLayout.wrapped(question.statement, columns: width - indent)
      return lines.isEmpty
        ? [head]
        : [head.appending(lines[0])]
          + lines.dropFirst().map { TerminalLine(String(repeating: " ", count: indent) + $0) }
    }
  }

  private var diagnosis: [TerminalLine] {
    let diagnosis = report.diagnosis
    let style = style(of: diagnosis.verdict)
    var lines = TextLayout.wrapped("Diagnosis: \(diagnosis.name)", columns: width).map {
      TerminalLine($0, style)
    }
    lines += paragraph(diagnosis.summary, indent: 2)
    if !diagnosis.also.isEmpty {
      lines += paragraph("Also: \(diagnosis.also.joined(separator: ", "))", indent: 2)
    }
    return lines
  }

  private var evidence: [TerminalLine] {
    guard !report.diagnosis.evidence.isEmpty else { return [] }
    // What a verdict says is not said twice.
    var repeated: [String] = []
    var sentences: [String] = []
    for item in report.diagnosis.evidence where item.metric != "training.stoppedBy" || stopped.isEmpty {
      if let (part, _) = report.verdicts.first(where: { $0.verdict.statement == item.statement }) {
        repeated.append(part)
      } else {
        let value = item.value.map { " (\(item.metric) \(NumberText.interval($0)))" } ?? " (\(item.metric))"
        sentences.append(item.statement + value)
      }
    }
    if !repeated.isEmpty {
      let verdicts = "the verdict\(repeated.count == 1 ? "" : "s") on \(repeated.joined(separator: ", "))"
      sentences.insert(verdicts, at: 0)
    }
    return [TerminalLine("It rests on", .bold)]
      + sentences.flatMap { paragraph($0, indent: 4, bullet: "  • ") }
  }

  private var stopped: [TerminalLine] {
    let agents = StoppedAgents(report)
    guard !agents.isEmpty else { return [] }
    let title = TextLayout.wrapped(agents.title, columns: width).map { TerminalLine($0, .bad) }
    return title + agents.reasons.flatMap { paragraph($0, indent: 4, bullet: "  • ") }
  }

  private var changes: [TerminalLine] {
    let open = report.questions.compactMap { question in
      question.verdict.flatMap {
        $0.name == .healthy || $0.wouldChange.isEmpty ? nil : (question.part, $0.wouldChange)
      }
    }
    guard !open.isEmpty else { return [] }
    return [TerminalLine("What would change it", .bold)]
      + open.flatMap { part, change in paragraph("\(part): \(change)", indent: 4, bullet: "  • ") }
  }

  private var subject: [TerminalLine] {
    let subject = report.subject
    let faults =
      subject.faults.isEmpty ? "none planted" : "planted: \(subject.faults.joined(separator: ", "))"
    let training = "\(counted(subject.steps, "step")), \(counted(subject.seeds.count, "seed"))"
    let size = "\(counted(subject.states, "state")), \(counted(subject.actions, "action"))"
    let facts = [
      ("world", "\(subject.environment): \(size), discount \(NumberText.trimmed(subject.discount))"),
      ("agent", subject.agent),
      ("training", "\(training) (\(SeedList(seeds: subject.seeds)))"),
      ("faults", faults),
    ]
    return [TerminalLine("What was audited", .bold)]
      + facts.flatMap { name, value in
        paragraph(value, indent: 12, bullet: "  " + TextLayout.padded(name, columns: 10))
      }
  }

  // MARK: Numbers

  private var agents: [TerminalLine] {
    // Of a single agent the diagnosis has said it.
    guard report.agents.count > 1 else { return [] }
    let further = report.furtherCounts.map { "\($0.count) \($0.name)" }.joined(separator: ", ")
    return [TerminalLine("Agent by agent", .bold)]
      + report.diagnosisCounts.flatMap { name, count in
        paragraph("\(count) of \(counted(report.agents.count, "agent")): \(name)", indent: 2)
      } + (further.isEmpty ? [] : paragraph("also: \(further)", indent: 2))
  }

  private var goals: [TerminalLine] {
    guard let findings = report.goal else { return [] }
    let summary = GoalSummary(findings)
    let name = max(8, min(summary.rows.map { TextLayout.columns(of: $0.name) }.max() ?? 0, width - 2 - 40))
    func row(_ name: String, _ cells: [String], columns: Int) -> String {
      "  " + TextLayout.padded(name, columns: columns)
        + cells.map { TextLayout.padded($0, columns: 10, onLeft: true) }.joined()
    }
    let heads = row("goal", ["agents", "posterior", "success", "events"], columns: name)
    let rows = summary.rows.map { goal in
      row(
        goal.name,
        [
          "\(goal.agents)", goal.posterior.map { NumberText.rounded($0.estimate) } ?? "",
          goal.success.map { NumberText.rounded($0.estimate) } ?? "",
          goal.eventRate.map { NumberText.rounded($0.estimate) } ?? "",
        ], columns: name)
    }
    return [TerminalLine("Which goal is pursued", .bold), TerminalLine(heads, .dim)]
      + rows.map { TerminalLine($0) }
      + (summary.confusions + summary.warnings).flatMap { paragraph($0, indent: 4, bullet: "  • ") }
  }

  private var ladder: [TerminalLine] {
    let gap = report.gap
    guard !gap.ladder.isEmpty else { return [] }
    let largest = max(yardstick / 20, gap.ladder.map { abs($0.loss.estimate) }.filter(\.isFinite).max() ?? 0)
    let rows = gap.ladder.enumerated().map { index, rung in
      Row(
        name: rung.name, value: NumberText.number(rung.value.estimate),
        change: index == 0 ? "" : NumberText.signed(-rung.loss.estimate, scale: gap.optimal),
        share: index == 0 ? 0 : share(rung.loss.estimate, of: largest))
    }
    let exploring =
      "Exploring costs \(NumberText.interval(gap.exploration)) on top of the gap of "
      + "\(NumberText.interval(gap.total))."
    return [TerminalLine("The ladder: true return from the optimum down to the actor", .bold)]
      + rows.map(line) + paragraph(exploring, indent: 2)
  }

  private var identity: [TerminalLine] {
    let terms = report.gap.identity.terms
    let largest = max(yardstick / 20, terms.map { abs($0.value.estimate) }.filter(\.isFinite).max() ?? 0)
    let rows = terms.map { term in
      Row(
        name: term.name, value: NumberText.signed(term.value.estimate, scale: largest),
        change: "", share: share(term.value.estimate, of: largest))
    }
    return [TerminalLine("The gap identity: what each part contributes", .bold)] + rows.map(line)
      + paragraph(GapFindings.caution, indent: 2)
  }

  /// How much return there is, in reward units: a loss of a twentieth of it has the longest bar, unless one is larger.
  private var yardstick: Double {
    let range = report.subject.range
    return max(report.gap.optimal.isFinite ? abs(report.gap.optimal) : 0, range.isFinite ? range : 0)
  }

  private struct Row {
    var name: String
    var value: String
    var change: String
    var share: Double
  }

  private func line(_ row: Row) -> TerminalLine {
    let numbers = row.change.isEmpty ? 11 : 22
    let bar = min(20, max(0, width - 2 - 12 - 22))
    let name = max(8, width - 2 - 22 - bar - 1)
    var line = TerminalLine("  " + TextLayout.padded(row.name, columns: name))
    line.append(TextLayout.padded(row.value, columns: 11, onLeft: true))
    if numbers > 11 || row.share != 0 {
      line.append(TextLayout.padded(row.change, columns: 11, onLeft: true))
    }
    line.append(" " + TextLayout.bar(share: row.share, columns: bar), .dim)
    return line
  }

  private func share(_ value: Double, of largest: Double) -> Double {
    // Below a billionth of the largest it is rounding, which deserves no bar.
    largest > 0 && abs(value) > 1e-9 * largest ? value / largest : 0
  }

  private func paragraph(_ text: String, indent: Int, bullet: String = "") -> [TerminalLine] {
    let space = String(repeating: " ", count: indent)
    let lines = TextLayout.wrapped(text, columns: width - indent)
    return lines.enumerated().map { index, line in
      TerminalLine(
        (index == 0 && !bullet.isEmpty ? TextLayout.padded(bullet, columns: indent) : space) + line)
    }
  }

  private func style(of verdict: Verdict.Name?) -> TerminalLine.Style {
    switch verdict {
    case .healthy: .good
    case .faulty: .bad
    case .inconclusive: .unsure
    case nil: .dim
    }
  }
}
