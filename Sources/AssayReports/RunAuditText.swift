import AssayDiagnostics

/// An audit of agents with networks for a terminal: the verdicts in words first, then what they rest on, then numbers.
public struct RunAuditText: Sendable {
  private let audit: RunAudit
  private let width: Int
  private let usesColour: Bool

  /// Makes the text of an audit.
  ///
  /// - Parameters:
  ///   - audit: what is told.
  ///   - width: how many columns a line may have; fewer than 40 are taken as 40.
  ///   - usesColour: whether ANSI colours are used. The words say the same without them.
  public init(_ audit: RunAudit, width: Int = 80, usesColour: Bool = false) {
    self.audit = audit
    self.width = max(40, width)
    self.usesColour = usesColour
  }

  /// The whole of it, with a newline at its end. No line is wider than asked.
  public var text: String {
    let blocks = [verdicts, diagnosis, evidence, changes, subject, claims, course, agents, numbers]
    let lines = blocks.filter { !$0.isEmpty }.joined(separator: [TerminalLine()])
    return lines.map { $0.text(width: width, usesColour: usesColour) + "\n" }.joined()
  }

  private var verdicts: [TerminalLine] {
    audit.questions.flatMap { question in
      let head = TerminalLine("\(question.mark) \(TextLayout.padded(question.part, columns: 8)) ", .bold)
        .appending(TextLayout.padded(question.answer, columns: 13), style(of: question.judgement))
      let lines = TextLayout.wrapped(question.statement, columns: max(16, width - 24))
      return lines.isEmpty
        ? [head]
        : [head.appending(lines[0])]
          + lines.dropFirst().map { TerminalLine(String(repeating: " ", count: 24) + $0) }
    }
  }

  private var diagnosis: [TerminalLine] {
    let diagnosis = audit.diagnosis
    let also =
      diagnosis.also.isEmpty ? [] : paragraph("Also: \(diagnosis.also.joined(separator: ", "))", indent: 2)
    return [TerminalLine("Diagnosis: \(diagnosis.name)", style(of: diagnosis.verdict))]
      + paragraph(diagnosis.summary, indent: 2) + also
  }

  private var evidence: [TerminalLine] {
    // What a verdict says is not said twice.
    let said = audit.questions.map(\.statement)
    let items = audit.diagnosis.evidence.filter { !said.contains($0.statement) }
    guard !items.isEmpty else { return [] }
    return [TerminalLine("It rests on", .bold)]
      + items.flatMap { paragraph("\($0.statement) (\($0.metric))", indent: 4, bullet: "  • ") }
  }

  private var changes: [TerminalLine] {
    let open = audit.questions.compactMap { question in
      question.verdict.flatMap { $0.name == .healthy ? nil : "\(question.part): \($0.wouldChange)" }
    }
    guard !open.isEmpty else { return [] }
    return [TerminalLine("What would change it", .bold)]
      + open.flatMap { paragraph($0, indent: 4, bullet: "  • ") }
  }

  private var subject: [TerminalLine] {
    let subject = audit.subject
    let facts = [
      ("world", subject.environment), ("agent", subject.agent),
      (
        "training",
        "\(counted(subject.steps, "step")), \(counted(subject.seeds.count, "seed")) (\(SeedList(seeds: subject.seeds)))"
      ),
      (
        "faults",
        subject.faults.isEmpty ? "none planted" : "planted: \(subject.faults.joined(separator: ", "))"
      ),
      ("truth", audit.method),
    ]
    return [TerminalLine("What was audited", .bold)]
      + facts.flatMap { paragraph($1, indent: 12, bullet: "  " + TextLayout.padded($0, columns: 10)) }
  }

  private var claims: [TerminalLine] {
    guard let critic = audit.critic, critic.verdict.name != .healthy, !critic.alternatives.isEmpty else {
      return []
    }
    return [TerminalLine("What the critic may have learned instead", .bold)]
      + critic.alternatives.flatMap {
        paragraph(
          $0.claim, indent: 12,
          bullet: "  " + TextLayout.padded(NumberText.share($0.error.estimate), columns: 10))
      }
      + (audit.recursionWords.map { paragraph($0, indent: 2) } ?? [])
  }

  private var course: [TerminalLine] {
    let training = audit.training
    guard training.steps.count > 1, training.criticError.count == training.steps.count else { return [] }
    let trend = audit.critic.map { ", \($0.trend.rawValue)" } ?? ""
    func row(_ cells: [String]) -> String {
      "  " + cells.map { TextLayout.padded($0, columns: 15, onLeft: true) }.joined()
    }
    let rows = training.steps.indices.map { index in
      row([
        NumberText.count(training.steps[index]), NumberText.share(training.criticError[index].estimate),
        training.actorGap.indices.contains(index) ? NumberText.share(training.actorGap[index].estimate) : "",
        NumberText.number(training.value[index].estimate),
      ])
    }
    return [
      TerminalLine("Over training\(trend)", .bold),
      TerminalLine(row(["step", "critic error", "actor gap", "worth"]), .dim),
    ] + rows.map { TerminalLine($0) }
  }

  private var agents: [TerminalLine] {
    guard audit.agents.count > 1 else { return [] }
    return [TerminalLine("Agent by agent", .bold)]
      + audit.agents.flatMap { agent in
        paragraph(
          "seed \(agent.seed): \(([agent.diagnosis] + agent.also).joined(separator: ", "))", indent: 2)
      }
  }

  private var numbers: [TerminalLine] {
    let shown = audit.metrics.filter { $0.value != nil }
    let columns = (shown.map(\.path.count).max() ?? 0) + 1
    return [TerminalLine("Numbers, with 95% intervals", .bold)]
      + shown.map { path, meaning, value in
        TerminalLine(
          "  " + TextLayout.padded(path, columns: columns)
            + NumberText.interval(value).replacing("\u{A0}", with: " ") + "  "
        ).appending(meaning, .dim)
      }
  }

  private func paragraph(_ text: String, indent: Int, bullet: String = "") -> [TerminalLine] {
    let space = String(repeating: " ", count: indent)
    return TextLayout.wrapped(text, columns: width - indent).enumerated().map { index, line in
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
