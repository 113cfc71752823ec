import AssayDiagnostics

/// A comparison for a terminal: the verdicts in words first, then the numbers.
public struct ComparisonText: Sendable {
  private let comparison: Comparison
  private let width: Int
  private let usesColour: Bool

  /// Makes the text of a comparison.
  ///
  /// - Parameters:
  ///   - comparison: what is told.
  ///   - width: how many columns a line may have; fewer than 40 are taken as 40.
  ///   - usesColour: whether ANSI colours are used. The words say the same without them.
  public init(_ comparison: Comparison, width: Int = 80, usesColour: Bool = false) {
    self.comparison = comparison
    self.width = max(40, width)
    self.usesColour = usesColour
  }

  /// The whole text, with a newline at its end. No line is wider than asked.
  public var text: String {
    let blocks = [verdicts, scores, improvement, tasks, notes]
    let lines = blocks.filter { !$0.isEmpty }.joined(separator: [TerminalLine()])
    return lines.map { $0.text(width: width, usesColour: usesColour) + "\n" }.joined()
  }

  private var verdicts: [TerminalLine] {
    comparison.pairs.flatMap { pair -> [TerminalLine] in
      let style: TerminalLine.Style =
        switch pair.verdict {
        case .better: .good
        case .worse: .bad
        case .inconclusive: .unsure
        }
      let lines = TextLayout.wrapped(pair.statement, columns: width - 14)
      return lines.enumerated().map { index, line in
        index == 0
          ? TerminalLine(TextLayout.padded(pair.verdict.rawValue, columns: 14), style).appending(line)
          : TerminalLine(String(repeating: " ", count: 14) + line)
      }
    }
  }

  private var scores: [TerminalLine] {
    let largest = comparison.groups.map { max(0, $0.interquartileMean.estimate) }.max() ?? 0
    let name = nameColumns(comparison.groups.map(\.name), leaving: 46)
    let heads =
      "  " + TextLayout.padded("", columns: name)
      + TextLayout.padded("interquartile mean", columns: 26, onLeft: true)
    return [
      TerminalLine(
        "Normalised scores at the end\(comparison.isOfEnds ? " of each run; runs differ in length" : "")",
        .bold), TerminalLine(heads, .dim),
    ]
      + comparison.groups.flatMap { group -> [TerminalLine] in
        let line = TerminalLine(
          "  " + TextLayout.padded(group.name, columns: name)
            + TextLayout.padded(plain(group.interquartileMean), columns: 26, onLeft: true))
        let share = largest > 0 ? group.interquartileMean.estimate / largest : 0
        let bar = TextLayout.bar(share: max(0, share), columns: max(0, width - 2 - name - 26 - 1))
        let rest =
          "mean \(plain(group.mean)), median \(plain(group.median)), optimality gap \(plain(group.optimalityGap))"
        return [line.appending(" " + bar, .dim)]
          + TextLayout.wrapped(rest, columns: width - 6).map { TerminalLine("      " + $0, .dim) }
      }
  }

  private var improvement: [TerminalLine] {
    guard !comparison.pairs.isEmpty else { return [] }
    let names = comparison.pairs.map { "\($0.one) over \($0.other)" }
    let name = nameColumns(names, leaving: 30)
    return [TerminalLine("Probability that a run of the one does better than one of the other", .bold)]
      + zip(comparison.pairs, names).map { pair, text in
        TerminalLine(
          "  " + TextLayout.padded(text, columns: name)
            + TextLayout.padded(plain(pair.probabilityOfImprovement), columns: 26, onLeft: true))
      }
  }

  private var tasks: [TerminalLine] {
    [TerminalLine("Task by task, in its own units", .bold)]
      + comparison.tasks.enumerated().flatMap { index, task -> [TerminalLine] in
        let name = nameColumns(comparison.groups.map(\.name), leaving: 36)
        let head =
          "\(task.name) (0 is \(NumberText.trimmed(task.low)), 1 is \(NumberText.trimmed(task.high)))"
        return [TerminalLine("  " + head)]
          + comparison.groups.map { group in
            TerminalLine(
              "    " + TextLayout.padded(group.name, columns: name)
                + TextLayout.padded(plain(group.tasks[index]), columns: 30, onLeft: true))
          }
      }
  }

  private var notes: [TerminalLine] {
    (TextLayout.wrapped(comparison.method, columns: width)
      + TextLayout.wrapped(Comparison.caution, columns: width)).map { TerminalLine($0, .dim) }
  }

  /// How wide the longest of the names is, where so much is left for the rest.
  private func nameColumns(_ names: [String], leaving rest: Int) -> Int {
    min(max(8, names.map { TextLayout.columns(of: $0) }.max() ?? 0), max(8, width - rest))
  }

  private func plain(_ score: Comparison.ScoreEstimate) -> String {
    NumberText.score(score).replacing("\u{A0}", with: " ")
  }
}
