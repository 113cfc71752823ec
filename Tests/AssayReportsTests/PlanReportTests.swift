import AssayPlanning
import AssayReports
import AssayScenarios
import Foundation
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// The elements of a page, as an XML parser sees them.
private final class Elements: NSObject, XMLParserDelegate {
  private(set) var all: [(name: String, attributes: [String: String])] = []
  private(set) var error: String?

  init(of html: String) {
    super.init()
    let parser = XMLParser(data: Data(html.utf8))
    parser.delegate = self
    if !parser.parse() { error = "line \(parser.lineNumber): \(String(describing: parser.parserError))" }
  }

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
    attributes: [String: String]
  ) {
    all.append((name, attributes))
  }
}

@Suite("The page and the text of a plan")
struct PlanReportTests {
  @Test("every page is well-formed, runs and loads nothing, and gives no two elements one name")
  func wellFormed() throws {
    for (name, report) in try PlanFixture.all() {
      let html = PlanPage(report).html
      let page = Elements(of: html)
      #expect(page.error == nil, "\(name)")
      let names = page.all.compactMap { $0.attributes["id"] }
      #expect(Set(names).count == names.count, "\(name)")
      let forbidden: Set = [
        "script", "link", "img", "image", "iframe", "object", "embed", "base", "foreignObject",
      ]
      #expect(!page.all.contains { forbidden.contains($0.name) }, "\(name)")
      #expect(!html.contains("http://") && !html.contains("https://") && !html.contains("url("), "\(name)")
      for element in page.all {
        for (key, value) in element.attributes {
          #expect(!key.lowercased().hasPrefix("on") && key != "src", "\(name): \(key)")
          if key == "href" { #expect(names.contains(String(value.dropFirst())), "\(name): \(value)") }
        }
      }
    }
  }

  @Test("a name cannot become part of the page, nor command a terminal")
  func hostile() throws {
    for (name, report) in try PlanFixture.all() where name.hasPrefix("hostile") {
      let html = PlanPage(report).html
      #expect(!html.contains("<img"), "\(name)")
      #expect(html.contains("&lt;img src=x onerror=&#39;alert(1)&#39;&gt;&quot;&amp;"), "\(name)")
      // As long, since long labels are left out of drawings.
      let word = String(repeating: "n", count: Fixture.attack.count)
      let harmless = Elements(of: PlanPage(PlanFixture.renamed(report) { _ in word }).html)
      #expect(Elements(of: html).all.map(\.name) == harmless.all.map(\.name), "\(name)")
      #expect(!PlanText(report).text.contains("\u{1B}"), "\(name)")
    }
  }

  @Test("what is no number is never printed as one, and drawings have finite sizes")
  func numbers() throws {
    for (name, report) in try PlanFixture.all() {
      let (html, text) = (PlanPage(report).html, PlanText(report).text)
      #expect(html.firstMatch(of: #/(?i)\b(nan|inf|infinity)\b/#) == nil, "\(name)")
      #expect(text.firstMatch(of: #/(?i)\b(nan|inf|infinity)\b/#) == nil, "\(name)")
      for element in Elements(of: html).all where ["rect", "line", "circle", "svg"].contains(element.name) {
        for key in ["width", "height", "r"] {
          guard let size = element.attributes[key] else { continue }
          #expect(try #require(Double(size)) >= 0, "\(name): \(element)")
        }
      }
    }
  }

  @Test("the text keeps to 80 columns, and ends with a newline")
  func columns() throws {
    for (name, report) in try PlanFixture.all() {
      let text = PlanText(report).text
      #expect(text.hasSuffix("\n"), "\(name)")
      for line in text.split(separator: "\n") {
        #expect(TextLayout.columns(of: line) <= 80, "\(name): \(line)")
      }
    }
  }

  @Test("JSON says everything: what is read back is what was written")
  func json() throws {
    for (name, report) in try PlanFixture.all() where name != "no numbers" {
      let data = try report.json()
      #expect(try JSONDecoder().decode(PlanReport.self, from: data) == report, "\(name)")
      #expect(String(decoding: data, as: UTF8.self).contains("\"schema\" : \"assay.plan/1\""), "\(name)")
    }
  }

  @Test("JSON refuses what is no number")
  func noNumbers() throws {
    let torn = try #require(try PlanFixture.all().last { $0.name == "no numbers" }).report
    #expect(throws: EncodingError.self) { try torn.json() }
  }

  @Test("the page has the sections that the plan calls for, in order")
  func sections() throws {
    let expected = [
      "a game": ["decision", "choices", "search", "promise"],
      "a lake by exact planning": ["decision", "choices"],
      "sequences": ["decision", "choices", "tried", "promise"],
      "a hidden state": ["decision", "belief", "choices"],
      "empty": ["decision"],
    ]
    for (name, report) in try PlanFixture.all() {
      guard let expected = expected[name] else { continue }
      let page = Elements(of: PlanPage(report).html)
      #expect(page.all.filter { $0.name == "section" }.map { $0.attributes["id"] } == expected, "\(name)")
    }
  }

  @Test("of a run it is said whose each part is, at which discount, and that an entropy bonus is no reward")
  func parts() throws {
    let report = try #require(try PlanFixture.all().first { $0.name == "sequences with parts of a run" })
      .report
    let text = PlanText(report).text.replacing(#/\n +/#, with: " ")
    for words in [
      "With parts of runs/p (mbpo, seed 4, 5,000 steps):",
      "model the run's ensemble; rewards are its own predictions",
      "critic the run's twin networks, Q(s, a) of the actor's policy. The bonus is no reward, and is counted in all "
        + "that the critic says", "actor nobody", "discount 0.99, that of the critic's claim",
    ] {
      let found = text.replacing(#/ +/#, with: " ").contains(words)
      #expect(found, "\(words)")
    }
    let html = PlanPage(report).html
    #expect(html.contains("id=\"parts\"") && html.contains("runs/p (mbpo, seed 4, 5,000 steps)"))
    #expect(html.contains("rewards are its own predictions"))
    var silent = report
    silent.parts?.countsEntropy = false
    #expect(!PlanText(silent).text.contains("bonus"))
    silent.parts = nil
    #expect(!PlanPage(silent).html.contains("id=\"parts\""))
  }

  @Test("each node that is drawn tells what is known of it")
  func tree() {
    let html = PlanPage(PlanFixture.report(of: PlanFixture.chain)).html
    #expect(html.contains("All 4 nodes are drawn."))
    #expect(
      html.contains(
        "<title>left → s1 · 3 visits · worth 5.00 · mean return from here 8.00 · V̂ 4.00 · prior 50.0% · "
          + "reward 1.00 · discount 0.5</title>"))
    #expect(
      html.contains(
        "<title>right → s2 · 2 visits · worth 10.0 · an end · prior 50.0% · reward 10.0 · discount 0</title>")
    )
    // The root, nodes 1 and 3 are circles, the end is a square.
    let shapes = Elements(of: html).all.filter { $0.attributes["class"]?.contains("node") == true }.map(
      \.name)
    #expect(shapes.filter { $0 == "circle" }.count == 3 && shapes.filter { $0 == "rect" }.count == 1)
  }

  @Test("of a large tree the most visited nodes are drawn, and the others counted")
  func largeTree() throws {
    let report = try PlanFixture.plan("connect-four") { $0.simulations = 400 }
    let html = PlanPage(report).html
    let nodes = Elements(of: html).all.filter { $0.attributes["class"]?.contains("themed node") == true }
      .count
    let all = try #require(report.search).nodes.count
    #expect(nodes >= 40 && nodes <= 80)
    #expect(html.contains("\(all - nodes) of \(all) nodes"))
    #expect(html.contains("1 is a win, −1 a loss"))
  }

  @Test("of what is believed the likeliest states are named, and the others summed")
  func belief() throws {
    // Fifteen cells, of which ten are named.
    let many = try PlanFixture.plan("four-by-four-grid")
    #expect(many.belief?.count == 10)
    for text in [PlanText(many).text, PlanPage(many).html] {
      #expect(text.contains("6.67%") && text.contains("33.3%"))
    }
    #expect(!PlanText(try PlanFixture.plan("tiger")).text.contains("all other states"))
  }

  @Test("what is hardly ever done needs no digits, and stays in its column")
  func smallShares() throws {
    var report = try PlanFixture.plan("connect-four") { $0.simulations = 40 }
    report.choices[0].probability = 1.76e-7
    let line = PlanText(report).text.split(separator: "\n").first { $0.contains("<0.01%") }
    #expect(try #require(line).contains("  <0.01%"))
    let page = PlanPage(report).html
    #expect(page.contains("&lt;0.01%") && !page.contains("×10⁻"))
    #expect(Elements(of: page).error == nil)
    report.choices[0].probability = 2e-4
    #expect(PlanText(report).text.contains("0.0200%"))
  }

  @Test("sequences are drawn for the first and the last iteration")
  func sequences() throws {
    let page = Elements(of: PlanPage(try PlanFixture.plan("pendulum") { $0.depth = 6 }).html)
    let ids = Set(page.all.compactMap { $0.attributes["id"] })
    #expect(ids.isSuperset(of: ["returns-title", "actions-1-1-title", "actions-3-1-title", "rewards-title"]))
    #expect(!ids.contains("actions-2-1-title"))
    // Where the mean is the answer, that is not the best that was tried, and said so.
    let mean = PlanText(try PlanFixture.plan("pendulum") { ($0.planner, $0.depth) = (.mppi, 6) }).text
    #expect(mean.split(separator: "\n").joined(separator: " ").contains("the mean of what was tried last"))
    #expect(!PlanText(try PlanFixture.plan("pendulum") { $0.depth = 6 }).text.contains("the mean of what"))
    // Six steps, and nothing is expected beyond them.
    let bars = page.all.filter { $0.name == "rect" && $0.attributes["class"] == "truth" }
    #expect(bars.count == 6)
  }
}

@Suite("Where the return of a tree comes from")
struct ReturnSourcesTests {
  @Test("rewards and values of a tree by hand add up to its mean return, and each is right")
  func byHand() {
    let sources = ReturnSources(of: PlanFixture.chain)
    // (3·1 − 1·2)/5 one step from the root, and 2·½·10/5 two steps from it.
    expectEqual(sources.rewards, [0, 0.2, 2])
    // The root's own 2/5, and (½·4 + ½·6)/5.
    expectEqual(sources.values, [0.4, 1, 0])
    expectEqual([sources.reward + sources.value, sources.leftOut], [3.6, 0])
    // Sizes: rewards 3/5 + 2/5 + 2, values 2/5 + 2/5 + 3/5.
    expectEqual([sources.rewardShare ?? 0, sources.endedShare], [3 / 4.4, 0.4])
  }

  @Test("in a game every number is seen by who moves at the root")
  func game() {
    let sources = ReturnSources(of: PlanFixture.game)
    expectEqual(sources.rewards, [0, 0, -1.0 / 3])
    expectEqual(sources.values, [0.5 / 3, -0.2 / 3, 0])
    expectEqual([sources.leftOut], [0])
    expectEqual(PlanFixture.game.worths, [-0.7 / 3, -0.6, -1])
    #expect(PlanFixture.game.isGame && !PlanFixture.chain.isGame)
  }

  @Test("the line that was looked at most, and what it promises")
  func line() {
    let path = PlanFixture.chain.principalVariation
    #expect(path == [0, 1, 2])
    let promise = PlanFixture.chain.promise(along: path)
    #expect(promise.rewards == [1, 5] && promise.end == 0)
    let start = PlanFixture.chain.promise(along: [0, 3])
    #expect(start.rewards == [-2] && start.end == 3)
  }

  @Test(
    "what real searches found adds up, whatever the planner", arguments: [PlannerChoice.uct, .puct, .gumbel])
  func sum(planner: PlannerChoice) throws {
    for world in ["frozen-lake-4x4", "cliff-walking", "tic-tac-toe"] {
      let report = try PlanFixture.plan(world) { ($0.planner, $0.simulations) = (planner, 200) }
      let sources = ReturnSources(of: try #require(report.search))
      let value = try #require(report.value)
      // Sums of at most a few thousand doubles.
      #expect(abs(sources.reward + sources.value - value) < 1e-9 * max(1, abs(value)), "\(world)")
    }
  }

  @Test("what a trace leaves out is missing from the sum")
  func leftOut() {
    var trace = PlanFixture.chain
    trace.nodes[1].edges[0].children = []
    trace.nodes.remove(at: 2)
    trace.nodes[0].edges[1].children = [2]
    // Two visits of reward 10, one step of discount ½ away.
    expectEqual([ReturnSources(of: trace).leftOut], [2])
  }

  /// Within what rounding does to a handful of additions.
  private func expectEqual(_ values: [Double], _ expected: [Double]) {
    #expect(
      values.count == expected.count && zip(values, expected).allSatisfy { abs($0 - $1) < 1e-12 }, "\(values)"
    )
  }
}
