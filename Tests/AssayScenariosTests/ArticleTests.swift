import AssayScenarios
import Foundation
import Testing

@Suite("The article on writing scenarios")
struct ArticleTests {
  /// The article's YAML.
  private func examples() throws -> [String] {
    let article = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../Sources/Assay/Assay.docc/WritingScenarios.md").standardized
    let text = try String(contentsOf: article, encoding: .utf8)
    return text.matches(of: #/(?s)```yaml\n(.*?)```/#).map { String($0.1) }
  }

  @Test("every example is sound")
  func sound() throws {
    let examples = try examples()
    #expect(examples.count == 4)
    for example in examples { #expect(MistakesTests.problems(example) == []) }
  }

  @Test("the reference has every metric, step, intervention and key")
  func complete() throws {
    let article = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../Sources/Assay/Assay.docc/WritingScenarios.md").standardized
    let text = try String(contentsOf: article, encoding: .utf8)
    for metric in Metric.allCases { #expect(text.contains("`\(metric.rawValue)`"), "\(metric)") }
    // What the reader says is allowed, the article explains.
    let unknown = MistakesTests.problems(
      MistakesTests.sound.replacing(
        "  - train: 2k", with: "  - none: 1\n  - intervene: {none: 1}\n  - train: 2k"))
    for problem in unknown {
      let words = problem.split(separator: "allowed: ")[1].split(separator: ";")[0].split(separator: ", ")
      for word in words { #expect(text.contains(String(word)) == true, "\(word)") }
    }
    #expect(unknown.count == 2)
  }
}
