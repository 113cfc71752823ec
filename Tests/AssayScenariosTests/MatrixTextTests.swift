import AssayScenarios
import Testing

@Suite("The text of a diagnosis matrix")
struct MatrixTextTests {
  /// How wide a line is, counted apart from the code under test: East Asian and picture characters take two columns.
  private func columns(_ line: some StringProtocol) -> Int {
    line.reduce(0) { sum, character in
      let code = character.unicodeScalars.first?.value ?? 0
      return sum + ((0x2E80...0xFF60).contains(code) || code >= 0x1F300 ? 2 : 1)
    }
  }

  @Test func `no line is wider than 80 columns, whatever the names`() throws {
    for (name, matrix) in try MatrixSample.all() {
      for line in MatrixText(matrix).text.split(separator: "\n") {
        #expect(columns(line) <= 80, "\(name): \(line)")
      }
    }
  }

  @Test func `a name cannot command the terminal`() throws {
    let text = MatrixText(try MatrixSample.renamed { _ in MatrixSample.attack }).text
    #expect(text.contains("<img"))
    #expect(!text.unicodeScalars.contains { $0.properties.generalCategory == .control && $0 != "\n" })
    #expect(!text.unicodeScalars.contains("\u{202E}"))
  }

  @Test func `figures stand below their heads, a long name on a line of its own`() throws {
    let lines = MatrixText(try MatrixSample.small()).text.split(separator: "\n").map(String.init)
    #expect(
      lines.contains("planted, strength                 cells detected       named          open other"))
    #expect(
      lines.contains("healthy                               2   5 [  1,  24]  95 [ 76,  99]    0     –"))
    #expect(
      lines.contains("critic-frozen, weak                   1  70 [ 40,  89]  20 [  6,  51]   10    50"))
    let pair = try #require(lines.firstIndex { $0.hasPrefix("critic-frozen + actor-frozen,") })
    #expect(lines[pair].hasPrefix("critic-frozen + actor-frozen, weak    1 100 [ 72, 100]  70 ["))
    #expect(lines.contains { $0.hasPrefix("all single faults, weak               2  85 [") })
  }

  @Test func `cells that are often wrong are listed, the worst first, with what was said`() throws {
    let text = MatrixText(try MatrixSample.small()).text
    #expect(
      text.contains(
        """
          critic-frozen, weak in dyna, lake: 5 actor-frozen, 2 critic-frozen, 2
            healthy, 1 inconclusive
        """))
    let large = MatrixText(try MatrixSample.large()).text
    let weak = try MatrixSample.large().cells.count { $0.score.named.estimate < 0.9 }
    #expect(large.contains("  and \(weak - 20) more, which --out writes down\n"))
  }
}
