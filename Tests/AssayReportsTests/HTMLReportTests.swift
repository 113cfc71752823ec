import AssayDiagnostics
import AssayReports
import Foundation
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// What a page is made of, as an XML parser sees it.
private final class Page: NSObject, XMLParserDelegate {
  private(set) var elements: [(name: String, attributes: [String: String])] = []
  private(set) var error: String?

  init(_ html: String) {
    super.init()
    let parser = XMLParser(data: Data(html.utf8))
    parser.delegate = self
    if !parser.parse() { error = "line \(parser.lineNumber): \(String(describing: parser.parserError))" }
  }

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
    attributes: [String: String]
  ) {
    elements.append((name, attributes))
  }

  func all(_ name: String) -> [[String: String]] { elements.filter { $0.name == name }.map(\.attributes) }
}

@Suite struct HTMLReportTests {
  private let sections = [
    "verdicts", "values", "policy", "scatter-section", "training", "gap", "anatomy", "metrics", "agents",
  ]

  @Test func `every page is well-formed XML`() throws {
    for (name, report) in try Fixture.all() { #expect(Page(HTMLReport(report).html).error == nil, "\(name)") }
  }

  @Test func `every page has all sections in order, the verdicts first`() throws {
    for (name, report) in try Fixture.all() {
      let page = Page(HTMLReport(report).html)
      // Learned against true asks for a critic.
      let expected = sections.filter { $0 != "scatter-section" || report.critic != nil }
      #expect(page.all("section").map { $0["id"] } == expected, "\(name)")
    }
    let html = HTMLReport(try Fixture.report()).html
    let header = try #require(html.firstRange(of: "<h1>"))
    let verdict = try #require(html.firstRange(of: "<p class=\"name\">"))
    let firstDrawing = try #require(html.firstRange(of: "<svg"))
    #expect(header.lowerBound < verdict.lowerBound && verdict.lowerBound < firstDrawing.lowerBound)
  }

  @Test func `nothing is run and nothing is loaded`() throws {
    for (name, report) in try Fixture.all() {
      let html = HTMLReport(report).html
      let page = Page(html)
      let forbidden: Set = [
        "script", "link", "img", "image", "iframe", "object", "embed", "base", "use", "foreignObject", "form",
        "audio", "video", "source",
      ]
      #expect(!page.elements.contains { forbidden.contains($0.name) }, "\(name)")
      for element in page.elements {
        for (key, value) in element.attributes {
          #expect(!key.lowercased().hasPrefix("on") && key != "src" && key != "xlink:href", "\(name): \(key)")
          if key == "href" { #expect(value.hasPrefix("#"), "\(name): \(value)") }
        }
      }
      #expect(!html.contains("<script") && !html.contains("http://") && !html.contains("https://"), "\(name)")
      #expect(!html.contains("@import") && !html.contains("url("), "\(name)")
    }
  }

  @Test func `links lead to sections that exist, and no two elements have one name`() throws {
    let page = Page(HTMLReport(try Fixture.report()).html)
    let names = page.elements.compactMap { $0.attributes["id"] }
    #expect(Set(names).count == names.count)
    #expect(page.all("a").count == sections.count)
    for link in page.all("a") { #expect(names.contains(String(link["href"]?.dropFirst() ?? ""))) }
    for drawing in page.all("svg") {
      #expect(drawing["role"] == "img")
      for name in (drawing["aria-labelledby"] ?? "").split(separator: " ") {
        #expect(names.contains(String(name)))
      }
      #expect(drawing["aria-labelledby"]?.isEmpty == false)
    }
  }

  @Test func `a name cannot become part of the page`() throws {
    let html = HTMLReport(try Fixture.hostile()).html
    let page = Page(html)
    #expect(page.error == nil)
    #expect(!html.contains("<img") && !html.contains("onerror='"))
    #expect(html.contains("&lt;img src=x onerror=&#39;alert(1)&#39;&gt;&quot;&amp;"))
    // The same elements as with harmless names, wherever names stand.
    let harmless = Page(HTMLReport(try Fixture.report { Fixture.rename(&$0) { _ in "name" } }).html)
    #expect(page.elements.map(\.name) == harmless.elements.map(\.name))
  }

  @Test func `what is no number is never printed as one`() throws {
    for (name, report) in try Fixture.all() {
      let match = HTMLReport(report).html.firstMatch(of: #/(?i)\b(nan|inf|infinity)\b/#)
      #expect(match == nil, "\(name)")
    }
  }

  @Test func `all numbers of drawings are finite and sizes are not negative`() throws {
    for (name, report) in try Fixture.all() {
      for element in Page(HTMLReport(report).html).elements
      where ["rect", "line", "circle"].contains(element.name) {
        for key in ["x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "width", "height", "r"] {
          guard let text = element.attributes[key] else { continue }
          let number = try #require(Double(text), "\(name): \(element)")
          #expect(number.isFinite, "\(name): \(element)")
          if ["width", "height", "r"].contains(key) { #expect(number >= 0, "\(name): \(element)") }
        }
      }
    }
  }

  @Test func `a grid world is shown as four maps, another one as a strip and a table`() throws {
    let grid = Page(HTMLReport(try Fixture.report()).html)
    let ids = Set(grid.elements.compactMap { $0.attributes["id"] })
    #expect(
      ids.isSuperset(of: ["map-learned-title", "map-true-title", "map-error-title", "map-policy-title"]))
    #expect(!ids.contains("strip-title"))
    let strip = HTMLReport(try Fixture.report { $0.states.map = nil }).html
    #expect(strip.contains("id=\"strip-title\"") && strip.contains("Likeliest action of each state"))
    #expect(!strip.contains("id=\"map-"))
  }

  @Test func `a hole is grey and not valued`() throws {
    let page = Page(HTMLReport(try Fixture.report()).html)
    // Four maps, each with four holes and the goal.
    #expect(page.elements.filter { $0.attributes["class"] == "dead" }.count == 4 * 5)
  }

  @Test func `each word of the diagnosis and each statement is on the page`() throws {
    let report = try Fixture.report()
    let html = HTMLReport(report).html
    #expect(html.contains("critic-wrong-discount") && html.contains("actor-undertrained"))
    #expect(html.contains("planner-actor-critic") && html.contains("frozen-lake-4x4"))
    #expect(html.contains("Planted faults</dt><dd>critic-wrong-discount"))
    #expect(html.contains("10 (0–9)"))
    for block in report.anatomy.blocks { #expect(html.contains(block.name) && html.contains(block.digest)) }
    for reference in report.anatomy.references { #expect(html.contains(reference.relation)) }
    for match in try #require(report.critic).alternatives { #expect(html.contains(match.diagnosis)) }
    #expect(html.contains("attributing a loss to one part is a convention"))
    #expect(html.contains("prefers-color-scheme:dark") && html.contains("@media print"))
  }

  @Test func `every table row has as many cells as its table has columns`() throws {
    for (name, report) in try Fixture.all() {
      var columns = 0
      var cells = 0
      var isHead = true
      for element in Page(HTMLReport(report).html).elements {
        switch element.name {
        case "table": (columns, isHead) = (0, true)
        case "tbody": (isHead, cells) = (false, columns)
        case "tr" where !isHead:
          #expect(cells == columns, "\(name)")
          cells = 0
        case "th" where isHead: columns += 1
        case "th", "td": cells += 1
        default: break
        }
      }
    }
  }

  @Test func `the same report gives the same page`() throws {
    #expect(HTMLReport(try Fixture.report()).html == HTMLReport(try Fixture.report()).html)
  }
}
