import Assay
import Foundation
import Testing

@testable import AssayDiagnostics
@testable import AssayReports

@Suite struct ChartTests {
  @Test func `a scale maps its domain onto its stretch and keeps the rest at the ends`() {
    let scale = Scale(for: [0, 10], from: 100, to: 200)
    #expect(scale(0) == 100 && scale(5) == 150 && scale(10) == 200)
    #expect(scale(-1) == 100 && scale(11) == 200 && scale(.nan) == 100 && scale(.infinity) == 200)
    let falling = Scale(for: [0, 10], from: 200, to: 100)
    #expect(falling(2.5) == 175)
  }

  @Test func `a scale of equal, missing or enormous values is still a scale`() {
    for values in [[], [3], [3, 3], [.nan], [.infinity, 1], [-1e308, 1e308], [.leastNonzeroMagnitude, 0]] {
      let scale = Scale(for: values, from: 0, to: 1)
      #expect(scale.domain.low < scale.domain.high, "\(values)")
      #expect((scale.domain.high - scale.domain.low).isFinite, "\(values)")
      #expect(scale.ticks(5).values.allSatisfy { $0.isFinite }, "\(values)")
    }
  }

  @Test func `ticks are round and inside`() {
    let ticks = Scale(for: [0, 1], from: 0, to: 1).ticks(5)
    #expect(ticks.step == 0.2)
    #expect(zip(ticks.values, [0, 0.2, 0.4, 0.6, 0.8, 1]).allSatisfy { abs($0 - $1) < 1e-12 })
    #expect(
      Scale(for: [0, 200_000], from: 0, to: 1).ticks(5).values == [0, 50_000, 100_000, 150_000, 200_000])
  }

  @Test func `the sequential ramp grows brighter all the way`() {
    let brightness = (0...20).map { ColourRamp.sequential(Double($0) / 20).light.luminance }
    #expect(zip(brightness, brightness.dropFirst()).allSatisfy { $0 < $1 })
  }

  @Test func `the diverging ramp is blue below, orange above and paper in the middle`() {
    for side in [\ThemedColour.light, \ThemedColour.dark] {
      let low = ColourRamp.diverging(-1)[keyPath: side]
      let high = ColourRamp.diverging(1)[keyPath: side]
      let middle = ColourRamp.diverging(0)[keyPath: side]
      #expect(low.blue > low.red + 0.3 && high.red > high.blue + 0.3)
      #expect(max(middle.red, middle.blue) - min(middle.red, middle.blue) < 0.05)
    }
  }

  @Test func `text on every colour of a ramp has a contrast of at least 4 to 1`() {
    for step in -20...20 {
      let share = Double(step) / 20
      for colour in [ColourRamp.sequential(abs(share)), ColourRamp.diverging(share)] {
        for (paper, ink) in [(colour.light, colour.ink.light), (colour.dark, colour.ink.dark)] {
          let (a, b) = (paper.luminance, ink.luminance)
          // WCAG 2.2, contrast ratio.
          #expect((max(a, b) + 0.05) / (min(a, b) + 0.05) >= 4, "\(share) \(paper.hexadecimal)")
        }
      }
    }
  }

  @Test func `interpolated text is escaped, interpolated markup is not`() {
    let name = "<b>\"&'"
    let inner: Markup = "<i>\(name)</i>"
    #expect(inner.source == "<i>&lt;b&gt;&quot;&amp;&#39;</i>")
    #expect(("<p>\(inner)</p>" as Markup).source == "<p><i>&lt;b&gt;&quot;&amp;&#39;</i></p>")
    #expect(("\("a\u{0}b\u{FFFE}\u{1B}")" as Markup).source == "a\u{FFFD}b\u{FFFD}\u{FFFD}")
    #expect(("\(1.0) \(0.125) \(-2.5) \(Double.nan) \(1e300)" as Markup).source == "1 0.13 -2.5 0 0")
  }

  @Test(arguments: [
    (0.824, 0.82, ".82"), (-0.1, 0.82, "−.10"), (0.001, 0.82, "0"), (0.0512, 0.06, ".051"),
    (-13.2, 13.2, "−13"),
    (1.26, 5, "1.3"), (0, 0, "0"), (3e-9, 3e-9, "3×10⁻⁹"),
    (444.74, 0.6, "445"), (84_870, 0.6, "85k"), (-1.2e6, 0.6, "−1.2M"),
  ]) func `values in cells have the decimals of the largest`(value: Double, largest: Double, text: String) {
    #expect(ValueMaps.short(value, largest: largest) == text)
  }

  @Test func `a measurement above its tolerance is drawn to the right of it`() {
    for (value, isRight) in [(0.2, true), (0.01, false), (-3, false), (1e9, true)] {
      let verdict = Verdict(
        name: .faulty, measured: Estimate(estimate: value, low: value, high: value, count: 1),
        tolerance: 0.05,
        statement: "", wouldChange: "")
      let source = IntervalGraphic(id: "a", verdict: verdict).markup.source
      let dot = source.firstMatch(of: #/cx="([0-9.]+)"/#).flatMap { Double($0.output.1) } ?? .nan
      let limit = source.firstMatch(of: #/x1="([0-9.]+)" y1="18"/#).flatMap { Double($0.output.1) } ?? .nan
      #expect(isRight ? dot > limit : dot < limit, "\(value)")
    }
  }

  @Test func `a line over training is broken where a number is missing`() throws {
    func estimate(_ value: Double) -> Estimate {
      Estimate(estimate: value, low: value, high: value, count: 1)
    }
    func lines(_ values: [Double]) -> Int {
      TrainingPlot(
        id: "a", title: "", steps: Array(values.indices), values: values.map(estimate)
      ).markup.source.components(separatedBy: "class=\"line\"").count - 1
    }
    #expect(lines([1, 2, 3, 4]) == 1)
    #expect(lines([1, 2, .nan, 3, 4]) == 2)
    #expect(lines([.nan]) == 0)
  }

  @Test func `cells that several states share show their mean by visits`() throws {
    func row(_ index: Int, value: Double, visits: Double, isLive: Bool = true) -> StateRow {
      StateRow(
        index: index, name: "\(index)", trueValue: value, learnedValue: nil, visits: visits, actorGap: nil,
        policy: [], isLive: isLive)
    }
    let map = GridMap(rows: 1, columns: 2, marks: ["", ""], cells: [0, 0, 1, nil], directions: [])
    let rows = [
      row(0, value: 1, visits: 0.75), row(1, value: 5, visits: 0.25), row(2, value: 7, visits: 0),
      row(3, value: 9, visits: 0),
    ]
    let layout = try #require(MapLayout(map, rows: rows))
    #expect(abs((layout.value(0, of: \.trueValue) ?? .nan) - 2) < 1e-9)
    #expect(abs((layout.value(1, of: \.trueValue) ?? .nan) - 7) < 1e-9)
    #expect(layout.value(0, of: \.learnedValue) == nil)
    #expect(layout.isShared && layout.missing == 1)
    #expect(
      layout.caution == "Cells with several states show the mean, weighted by visits. 1 state not on the map."
    )
  }

  @Test func `an error far below the tolerance is pale, one above it has the full colour`() throws {
    let full = ColourRamp.diverging(1).light.hexadecimal
    for (error, isFull) in [(0.001, false), (0.1, true), (0.3, true)] {
      let row = StateRow(
        index: 0, name: "s", trueValue: 0, learnedValue: error, visits: 1, actorGap: 0, policy: [],
        isLive: true)
      let map = GridMap(rows: 1, columns: 1, marks: [""], directions: [])
      let layout = try #require(MapLayout(map, rows: [row]))
      let panel = try #require(ValueMaps(layout: layout, tolerated: 0.1).panels.last).markup.source
      // The legend has the full colour too, so the cell is what comes before it.
      let cell = try #require(panel.split(separator: "<title>s:").first)
      #expect(cell.contains("--l:\(full)") == isFull, "\(error)")
    }
  }

  @Test func `a map that does not fit its own marks is no map`() throws {
    var map = GridMap(rows: 1, columns: 2, marks: ["", ""], directions: [])
    let rows = try Fixture.report().states.rows
    #expect(MapLayout(map, rows: rows) != nil)
    map.rows = 2
    #expect(MapLayout(map, rows: rows) == nil)
    map.rows = 0
    #expect(MapLayout(map, rows: rows) == nil)
  }

  @Test func `an arrow points where its action goes`() throws {
    let turns: [(GridMap.Direction, String)] = [(.right, "0"), (.down, "90"), (.left, "180"), (.up, "270")]
    for (direction, turn) in turns {
      let map = GridMap(rows: 1, columns: 1, marks: [""], directions: [nil, direction])
      let row = StateRow(
        index: 0, name: "s", trueValue: 0, learnedValue: 0, visits: 1, actorGap: 0, policy: [0.2, 0.8],
        isLive: true)
      let layout = try #require(MapLayout(map, rows: [row]))
      let source = PolicyMap(layout: layout, directions: map.directions, tolerated: 0) { "action \($0)" }
        .markup.source
      #expect(source.contains("rotate(\(turn))"))
      #expect(source.contains("s: action 1 with 80.0%"))
    }
  }

  @Test func `blocks of the arena grow with their bytes, in the order in which they lie`() throws {
    let source = ArenaMap(anatomy: try Fixture.report { $0.anatomy.blocks.reverse() }.anatomy).markup.source
    let sizes = source.matches(of: #/flex-grow:([0-9]+)/#).map { Int($0.output.1) }
    #expect(sizes == [4096, 256, 256, 256])
    #expect(source.components(separatedBy: " frozen\" style").count == 2)
  }
}
