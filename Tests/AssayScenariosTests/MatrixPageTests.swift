import AssayScenarios
import Foundation
import Testing

@Suite("The page of a diagnosis matrix")
struct MatrixPageTests {
  @Test func `every page is well-formed, runs nothing and loads nothing`() throws {
    for (name, matrix) in try MatrixSample.all() {
      let html = MatrixPage(matrix).html
      let page = ParsedPage(html)
      #expect(page.error == nil, "\(name)")
      let allowed: Set = [
        "html", "head", "meta", "title", "style", "body", "header", "main", "nav", "section", "h1", "h2",
        "h3", "p",
        "dl", "div", "dt", "dd", "a", "table", "thead", "tbody", "tr", "th", "td", "ul", "li", "span",
        "details",
        "summary",
      ]
      #expect(Set(page.elements.map(\.name)).subtracting(allowed) == [], "\(name)")
      for element in page.elements {
        #expect(!element.attributes.keys.contains { $0.hasPrefix("on") || $0 == "src" }, "\(name)")
        if let target = element.attributes["href"] { #expect(target.hasPrefix("#")) }
      }
      #expect(!html.contains("http://") && !html.contains("https://") && !html.contains("url("), "\(name)")
    }
  }

  @Test func `links lead to sections that exist, and no two elements have one name`() throws {
    for (name, matrix) in try MatrixSample.all() {
      let page = ParsedPage(MatrixPage(matrix).html)
      let ids = page.elements.compactMap { $0.attributes["id"] }
      #expect(Set(ids).count == ids.count, "\(name)")
      #expect(
        page.all("a").map { $0.attributes["href"] }
          == page.all("section").map { "#\($0.attributes["id"] ?? "")" })
    }
  }

  @Test func `a name cannot become part of the page`() throws {
    let html = MatrixPage(try MatrixSample.renamed { _ in MatrixSample.attack }).html
    #expect(!html.contains("<img"))
    #expect(html.contains("&lt;img src=x onerror=&#39;alert(1)&#39;&gt;&quot;&amp;"))
    #expect(!html.unicodeScalars.contains("\u{1B}") && !html.unicodeScalars.contains("\u{202E}"))
    // The same elements as with a harmless name in the same places.
    let harmless = MatrixPage(try MatrixSample.renamed { _ in "name" }).html
    #expect(ParsedPage(html).elements.map(\.name) == ParsedPage(harmless).elements.map(\.name))
  }

  @Test func `the figures are the shares of the agents`() throws {
    let page = ParsedPage(MatrixPage(try MatrixSample.small()).html)
    // 1 of 20 healthy agents; weak: 10 + 2 of 20; medium: 10 + 10 of 20; pairs, weak: 7 of 10.
    #expect(page.all("dd", class: "figure").map(\.text) == ["5%", "60%", "100%", "70%"])
    let rows = page.all("tr").map(\.text)
    // 2 of the 20 were called healthy, 5 given another name, 1 left open.
    #expect(
      rows.contains { $0.hasPrefix("single faults, weak2") && $0.contains("25%") && $0.contains("10%") })
  }

  @Test func `a cell shows its share and says what was said, also when there is nothing to point with`()
    throws
  {
    let page = ParsedPage(MatrixPage(try MatrixSample.small()).html)
    let weak = page.all("td", class: "heat").filter {
      $0.attributes["title"]?.hasPrefix("critic-frozen in dyna, lake: 2 of 10") == true
    }
    #expect(weak.map(\.text) == ["20"])
    #expect(
      weak.first?.attributes["title"]
        == "critic-frozen in dyna, lake: 2 of 10 named right. Said: 5 actor-frozen, "
        + "2 critic-frozen, 2 healthy, 1 inconclusive")
    let senseless = page.all("td", class: "senseless")
    #expect(senseless.map(\.text) == ["makes no sense", "makes no sense"])
    #expect(senseless.first?.attributes["title"] == "critic-frozen in dyna, maze: the maze does not mind")
  }

  @Test func `there is a panel for each strength and one for what has none`() throws {
    let titles = ParsedPage(MatrixPage(try MatrixSample.small()).html).all("h2").map(\.text)
    #expect(
      titles == [
        "How often audits are right", "Named right: nothing planted, or nothing to choose",
        "Named right, weak",
        "Named right, medium", "Planted and said", "Cells with fewer than 9 in 10 named right",
        "What makes no sense",
      ])
  }

  @Test func `what was said stands by what was planted, over all strengths`() throws {
    let page = ParsedPage(MatrixPage(try MatrixSample.small()).html)
    let said = page.all("td", class: "heat").filter {
      $0.attributes["title"]?.contains(" said to be ") == true
    }
    #expect(
      said.map { "\($0.attributes["title"] ?? "") = \($0.text)" } == [
        "healthy: 19 of 20 said to be healthy = 95", "healthy: 1 of 20 said to be actor-frozen = 5",
        "wrong-reward: 10 of 10 said to be wrong-reward = 100",
        "critic-frozen: 2 of 20 said to be healthy = 10",
        "critic-frozen: 1 of 20 said to be inconclusive = 5",
        "critic-frozen: 12 of 20 said to be critic-frozen = 60",
        "critic-frozen: 5 of 20 said to be actor-frozen = 25",
      ])
  }

  @Test func `weak cells come worst first, and what makes no sense is folded away with its reason`() throws {
    let page = ParsedPage(MatrixPage(try MatrixSample.small()).html)
    let rows = page.all("tr").map(\.text)
    let weak = rows.filter { $0.contains(" of 10") }
    #expect(weak.count == 2)
    #expect(weak.first?.hasPrefix("critic-frozenweakdynalake2 of 10") == true)
    #expect(weak.last?.hasPrefix("critic-frozen + actor-frozenweakdynalake7 of 10") == true)
    #expect(page.all("details").last?.text.contains("the maze does not minddyna: maze") == true)
  }

  @Test func `every row of a table has as many cells as its head`() throws {
    for (name, matrix) in try MatrixSample.all() {
      let page = ParsedPage(MatrixPage(matrix).html)
      var width = 0
      var cells = 0
      var isBody = false
      for element in page.elements {
        switch element.name {
        case "thead": (isBody, width, cells) = (false, 0, 0)
        case "tbody":
          (isBody, width) = (true, cells)
          cells = width
        case "tr":
          if isBody { #expect(cells == width, "\(name)") }
          cells = 0
        case "th", "td": cells += Int(element.attributes["colspan"] ?? "1") ?? 1
        default: break
        }
      }
    }
  }

  @Test func `the same matrix gives the same page`() throws {
    #expect(MatrixPage(try MatrixSample.large()).html == MatrixPage(try MatrixSample.large()).html)
  }
}
