import Assay
import AssayDiagnostics
import AssayReports
import Foundation
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

@Suite struct ComparisonReportTests {
  /// Scores that rise by a third at each of three evaluations.
  private func compare(_ groups: [(name: String, score: Double)], seeds: Int) throws -> Comparison {
    let tasks = [ScoredTask("a <task>", from: 0, to: 10), ScoredTask("b", from: -1, to: 1)]
    return Comparison(
      try ScoreTable(
        tasks: tasks, steps: [100, 200, 300],
        groups: groups.map { name, score in
          ScoredGroup(
            name,
            runs: tasks.map { task in
              (0..<seeds).map { seed in
                let end = score + 0.01 * Double(seed)
                return ScoredRun(
                  seed: UInt64(seed),
                  scores: [1, 2, 3].map { task.low + (task.high - task.low) * end * $0 / 3 })
              }
            })
        }), bootstrap: StratifiedBootstrap(resamples: 100))
  }

  private func count(_ element: String, in html: String) -> Int {
    html.components(separatedBy: "<\(element)").count - 1
  }

  @Test func `every page is well-formed XML, with few seeds and many, and names that look like tags`() throws
  {
    for seeds in [1, 2, 4, 10] {
      for groups in [[("one", 0.5)], [("one & only", 0.5), ("<b>", 0.2), ("two", 0.51)]] {
        let html = ComparisonPage(try compare(groups, seeds: seeds)).html
        let parser = XMLParser(data: Data(html.utf8))
        #expect(
          parser.parse(),
          "\(seeds) seeds: line \(parser.lineNumber), \(String(describing: parser.parserError))")
        #expect(!html.contains("<b>") && !html.contains("<task>"))
        #expect(!html.contains("http://") && !html.contains("https://") && !html.contains("<script"))
      }
    }
  }

  @Test func `a page has a chart for everything, and a verdict for each pair`() throws {
    let html = ComparisonPage(try compare([("one", 0.8), ("two", 0.3), ("three", 0.8)], seeds: 10)).html
    // Two for pairs, four for scores, two curves and a profile.
    #expect(count("svg viewBox=\"0 0 ", in: html) - 2 * 3 == 9)
    #expect(count("p class=\"answer\">better<", in: html) == 1)
    #expect(count("p class=\"answer\">worse<", in: html) == 1)
    #expect(count("p class=\"answer\">inconclusive<", in: html) == 1)
    #expect(html.contains("one does better than two") && html.contains("two does worse than three"))
    // One algorithm has nobody to be compared with.
    #expect(!ComparisonPage(try compare([("one", 0.8)], seeds: 10)).html.contains("Which does better?"))
  }

  @Test func `a text says the verdicts first, and no line is wider than asked`() throws {
    let names = ["one", "an algorithm whose name is longer than anybody would wish for"]
    for seeds in [1, 4, 10] {
      let comparison = try compare([(names[0], 0.8), (names[1], 0.3)], seeds: seeds)
      for width in [40, 60, 80, 120] {
        let text = ComparisonText(comparison, width: width).text
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= width })
      }
      let first = ComparisonText(comparison).text.split(separator: " ")[0]
      #expect(first == (seeds == 1 ? "inconclusive" : "better"))
    }
    let plain = ComparisonText(try compare([("one", 0.5), ("two", 0.5)], seeds: 10)).text
    #expect(plain.contains("neither better nor worse nor equal") && !plain.contains("\u{1B}"))
    let few = ComparisonText(try compare([("one", 0.5), ("two", 0.9)], seeds: 2)).text
    #expect(few.contains("too few seeds to tell"))
  }

  @Test func `JSON has the schema, and the same scores give the same bytes`() throws {
    let groups = [("one", 0.8), ("two", 0.3)]
    let data = try compare(groups, seeds: 10).json()
    #expect(try compare(groups, seeds: 10).json() == data)
    let comparison = try JSONDecoder().decode(Comparison.self, from: data)
    #expect(try comparison == compare(groups, seeds: 10))
    #expect(String(decoding: data, as: UTF8.self).contains("\"schema\" : \"assay.compare/1\""))
  }
}
