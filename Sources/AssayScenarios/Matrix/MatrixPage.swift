import AssayDiagnostics
import AssayReports
import Foundation

/// A diagnosis matrix as one HTML file that needs nothing else: how often audits are right, in which cells they are
/// not, and what they say instead.
///
/// It has no scripts, reads in light and dark, and says everything in words or numbers too.
public struct MatrixPage: Sendable {
  private let matrix: DiagnosisMatrix

  public init(_ matrix: DiagnosisMatrix) { self.matrix = matrix }

  /// How many weak cells are shown at once; the others are folded away.
  private static let weakLimit = 16

  /// The whole file.
  public var html: String {
    var sections = [HTMLPage.Section(id: "summary", title: "How often audits are right", body: summary)]
    for panel in panels {
      sections.append(
        .init(id: panel.id, title: panel.title, body: "\(panel.isFirst ? key : "")\(heatMap(panel))"))
    }
    if let confusion { sections.append(.init(id: "confusion", title: "Planted and said", body: confusion)) }
    sections += [
      .init(id: "weak", title: "Cells with fewer than 9 in 10 named right", body: weakCells),
      .init(id: "omissions", title: "What makes no sense", body: omissions),
    ]
    return HTMLPage(title: "Diagnosis matrix", header: header, sections: sections).html
  }

  private var header: Markup {
    let agents = Self.unique(matrix.cells.map(\.agent))
    let worlds = Self.unique(matrix.cells.map(\.environment))
    let facts = [
      ("Agents", agents.joined(separator: ", ")),
      ("Worlds", worlds.joined(separator: ", ")),
      ("Training", matrix.training),
      ("Seeds", "\(NumberText.count(matrix.seeds.count)) (\(SeedList(seeds: matrix.seeds)))"),
      ("Cells", NumberText.count(matrix.cells.count)),
      ("Cells that make no sense", NumberText.count(matrix.omissions.count)),
    ]
    let items = facts.map { "<div><dt>\($0.0)</dt><dd>\($0.1)</dd></div>\n" as Markup }
    return """
      <header>
      <p class="kicker">Diagnosis matrix</p>
      <h1>What audits say of faults planted on purpose</h1>
      <dl class="facts wide">
      \(items)</dl>
      </header>

      """
  }

  // MARK: Figures

  private var summary: Markup {
    let groups = matrix.groups
    guard !groups.isEmpty else { return "<p>The matrix has no cells.</p>\n" }
    let tiles = groups.compactMap { group -> Markup? in
      guard let score = DiagnosisMatrix.Score(ofCells: group.cells) else { return nil }
      let isHealthy = group.cells[0].faults.isEmpty
      let figure = isHealthy ? score.detected : score.named
      let title = isHealthy ? "False alarms" : "Named right: \(group.name)"
      return """
        <div><dt>\(title)</dt><dd class="figure">\(wholePercent(figure.estimate))%</dd>\
        <dd class="measured">\(wholePercent(figure.low)) to \(wholePercent(figure.high))% \
        of \(counted(figure.count, "agent"))</dd></div>

        """
    }
    let table = Table(
      label: "How the answers count",
      columns: [
        ("planted", .name), ("cells", .number), ("agents", .number), ("detected", .number),
        ("named right", .number), ("wrong name", .number), ("inconclusive", .number),
        ("called healthy", .number),
      ],
      rows: groups.compactMap { group in
        guard let score = DiagnosisMatrix.Score(ofCells: group.cells) else { return nil }
        let answers = group.cells.flatMap(\.answers)
        let isHealthy = group.cells[0].faults.isEmpty
        let missed = Estimate(
          share: answers.count { $0.diagnosis == DiagnosisName.healthy.rawValue }, of: answers.count)
        return [
          "\(group.name)", "\(NumberText.count(group.cells.count))", "\(NumberText.count(answers.count))",
          share(score.detected), share(score.named),
          isHealthy ? "\(NumberText.missing)" : share(score.misattributed),
          share(score.inconclusive), share(missed),
        ]
      })
    return """
      <dl class="tiles">
      \(tiles)</dl>
      \(table.markup)<p class="lead">Detected: something was said to be wrong; of healthy agents, a false alarm. Named \
      right: by the name of what was planted; of two faults, both were named. Wrong name: what was planted was not \
      mentioned. In brackets, 95% Wilson intervals, which take the agents of one world for independent.</p>

      """
  }

  private func share(_ estimate: Estimate) -> Markup {
    "\(wholePercent(estimate.estimate))%\u{A0}[\(wholePercent(estimate.low)),\u{A0}\(wholePercent(estimate.high))]"
  }

  // MARK: Heat maps

  /// The cells of one strength.
  private struct Panel {
    var id: String
    var title: String
    var isFirst: Bool
    var cells: [DiagnosisMatrix.Cell]
    var omissions: [DiagnosisMatrix.Omission]
  }

  /// One panel a strength, after one of what has none; all in one where there are fewer than two.
  private var panels: [Panel] {
    guard !matrix.cells.isEmpty else { return [] }
    let strengths = matrix.strengths
    guard strengths.count > 1 else {
      let title = strengths.first.map { "Named right, strength \($0)" } ?? "Named right"
      return [
        Panel(id: "map", title: title, isFirst: true, cells: matrix.cells, omissions: matrix.omissions)
      ]
    }
    let panels = ([nil] + strengths.map(Optional.some)).enumerated().map { index, strength in
      Panel(
        id: "map-\(index)",
        title: strength.map { "Named right, \($0)" } ?? "Named right: nothing planted, or nothing to choose",
        isFirst: false, cells: matrix.cells.filter { $0.strength == strength },
        omissions: matrix.omissions.filter { $0.strength == strength })
    }.filter { !$0.cells.isEmpty }
    return panels.enumerated().map { index, panel in
      var panel = panel
      panel.isFirst = index == 0
      return panel
    }
  }

  private var key: Markup {
    let samples = [1, 0.75, 0.5, 0.25, 0].map { share in
      """
      <li><span class="sample heat" style="\(Self.colour(share).cellStyle)">\(wholePercent(share))</span></li>

      """ as Markup
    }
    return """
      <p class="lead">In each cell the share of agents that were named right, in per cent. Rest the pointer on a cell to \
      see what was said of its agents.</p>
      <ul class="key" aria-label="Colours">
      \(samples)<li><span class="sample senseless">\u{A0}</span>makes no sense there</li>
      </ul>

      """
  }

  /// Blue where all are named right, orange where none is.
  private static func colour(_ named: Double) -> ThemedColour { ColourRamp.diverging(1 - 2 * named) }

  private struct Place: Hashable {
    var agent: String
    var environment: String
  }

  /// The agents that have cells, each with its worlds, in the order of the matrix.
  private var columns: [(agent: String, environments: [String])] {
    let environments = Self.unique(matrix.cells.map(\.environment))
    let places = Set(matrix.cells.map { Place(agent: $0.agent, environment: $0.environment) })
    return Self.unique(matrix.cells.map(\.agent)).map { agent in
      (agent, environments.filter { places.contains(Place(agent: agent, environment: $0)) })
    }
  }

  private func heatMap(_ panel: Panel) -> Markup {
    let columns = columns
    let groups = columns.map { column in
      "<th scope=\"colgroup\" class=\"group first\" colspan=\"\(column.environments.count)\">\(column.agent)</th>"
        as Markup
    }
    let worlds = columns.flatMap { column in
      column.environments.enumerated().map { index, world in
        "<th scope=\"col\" class=\"down\(index == 0 ? " first" : "")\"><span>\(world)</span></th>" as Markup
      }
    }
    let cells = Dictionary(grouping: panel.cells, by: \.faults)
    let omissions = Dictionary(grouping: panel.omissions, by: \.faults)
    let rows = Self.unique(panel.cells.map(\.faults)).map { faults in
      row(faults, cells: cells[faults] ?? [], omissions: omissions[faults] ?? [], columns: columns)
    }
    return """
      <div class="scroll" role="region" aria-label="\(panel.title)" tabindex="0"><table class="heat-map">
      <thead><tr><td></td>\(groups)<td></td></tr>
      <tr><td></td>\(worlds)<th scope="col">all</th></tr></thead>
      <tbody>
      \(rows)</tbody></table></div>

      """
  }

  private func row(
    _ faults: [String], cells: [DiagnosisMatrix.Cell], omissions: [DiagnosisMatrix.Omission],
    columns: [(agent: String, environments: [String])]
  ) -> Markup {
    let filled = Dictionary(
      cells.map { (Place(agent: $0.agent, environment: $0.environment), $0) },
      uniquingKeysWith: { first, _ in first })
    let reasons = Dictionary(
      omissions.map { (Place(agent: $0.agent, environment: $0.environment), $0.reason) },
      uniquingKeysWith: { first, _ in first })
    let label = DiagnosisMatrix.label(faults)
    let boxes = columns.flatMap { column in
      column.environments.enumerated().map { index, environment -> Markup in
        let place = Place(agent: column.agent, environment: environment)
        let style = index == 0 ? " first" : ""
        let head = "\(label) in \(place.agent), \(environment)"
        if let cell = filled[place] {
          let named = cell.score.named
          let right = Int((named.estimate * Double(named.count)).rounded())
          return """
            <td class="heat\(style)" style="\(Self.colour(named.estimate).cellStyle)" \
            title="\(head): \(right) of \(named.count) named right. Said: \(cell.said)">\
            \(wholePercent(named.estimate))</td>
            """
        }
        guard let reason = reasons[place] else { return "<td class=\"\(style)\"></td>" }
        return """
          <td class="senseless\(style)" title="\(head): \(reason)"><span class="hidden">makes no sense</span></td>
          """
      }
    }
    let all = DiagnosisMatrix.Score(ofCells: cells)?.named
    return """
      <tr><th scope="row">\(label)</th>\(boxes)<td class="all">\
      \(all.map { wholePercent($0.estimate) } ?? NumberText.missing)</td></tr>

      """
  }

  // MARK: What was said

  /// Planted against said, for healthy agents and single faults over all strengths; `nil` where there are none.
  private var confusion: Markup? {
    let cells = matrix.cells.filter { $0.faults.count < 2 }
    guard !cells.isEmpty else { return nil }
    let found = Set(cells.flatMap(\.answers).map(\.diagnosis))
    let known = DiagnosisName.allCases.map(\.rawValue)
    let said = known.filter(found.contains) + found.subtracting(known).sorted()
    let heads = said.map { "<th scope=\"col\" class=\"down\"><span>\($0)</span></th>" as Markup }
    let rows = Self.unique(cells.map(\.faults)).map { faults -> Markup in
      let answers = cells.filter { $0.faults == faults }.flatMap(\.answers)
      let label = DiagnosisMatrix.label(faults)
      let boxes = said.map { name -> Markup in
        let count = answers.count { $0.diagnosis == name }
        guard count > 0 else { return "<td></td>" }
        let share = Double(count) / Double(answers.count)
        let colour = ColourRamp.diverging(name == label ? -share : share)
        return """
          <td class="heat" style="\(colour.cellStyle)" title="\(label): \(count) of \(answers.count) said to be \(name)">\
          \(wholePercent(share))</td>
          """
      }
      return """
        <tr><th scope="row">\(label)</th>\(boxes)<td class="all">\(NumberText.count(answers.count))</td></tr>

        """
    }
    return """
      <p class="lead">One row for what was planted, one column for what was said first, over all worlds, agents and \
      strengths: shares of the row's agents in per cent. Blue is the right name, orange another one.</p>
      <div class="scroll" role="region" aria-label="Planted and said" tabindex="0"><table class="heat-map">
      <thead><tr><td></td>\(heads)<th scope="col">agents</th></tr></thead>
      <tbody>
      \(rows)</tbody></table></div>

      """
  }

  private var weakCells: Markup {
    let weak = matrix.weakCells
    guard !weak.isEmpty else { return "<p>There are none.</p>\n" }
    let first = weakTable(weak.prefix(Self.weakLimit), label: "Weak cells, the worst first")
    let others = weak.dropFirst(Self.weakLimit)
    guard !others.isEmpty else { return first.markup }
    return """
      <p class="lead">\(weak.count) of \(counted(matrix.cells.count, "cell")), the worst first.</p>
      \(first.markup)<details>
      <summary>\(counted(others.count, "more cell"))</summary>
      \(weakTable(others, label: "More weak cells").markup)</details>

      """
  }

  private func weakTable(_ cells: ArraySlice<DiagnosisMatrix.Cell>, label: String) -> Table {
    Table(
      label: label,
      columns: [
        ("planted", .name), ("strength", .words), ("agent", .words), ("world", .words),
        ("named right", .number),
        ("said", .words),
      ],
      rows: cells.map { cell in
        let named = cell.score.named
        let right = Int((named.estimate * Double(named.count)).rounded())
        return [
          "\(DiagnosisMatrix.label(cell.faults))", "\(cell.strength ?? NumberText.missing)", "\(cell.agent)",
          "\(cell.environment)", "\(right) of \(named.count)", "\(cell.said)",
        ]
      }, style: "wrapped")
  }

  /// The combinations left out, by fault and reason.
  private var omissions: Markup {
    guard !matrix.omissions.isEmpty else {
      return "<p>Every fault can be planted in every agent and world.</p>\n"
    }
    let groups = Dictionary(grouping: matrix.omissions) { [DiagnosisMatrix.label($0.faults), $0.reason] }
    let order = Self.unique(matrix.omissions.map { [DiagnosisMatrix.label($0.faults), $0.reason] })
    let table = Table(
      label: "Combinations that make no sense",
      columns: [("planted", .name), ("why not", .words), ("where", .words)],
      rows: order.map { key in
        let omitted = groups[key] ?? []
        let places = Self.unique(omitted.map(\.agent)).map { agent in
          let worlds = Self.unique(omitted.filter { $0.agent == agent }.map(\.environment))
          return "\(agent): \(worlds.joined(separator: ", "))"
        }
        return ["\(key[0])", "\(key[1])", "\(places.joined(separator: "; "))"]
      }, style: "wrapped")
    return """
      <details>
      <summary>\(counted(matrix.omissions.count, "combination")) of fault, strength, agent and world</summary>
      \(table.markup)</details>

      """
  }

  /// The elements without repetitions, in order.
  private static func unique<Element: Hashable>(_ elements: [Element]) -> [Element] {
    var seen: Set<Element> = []
    return elements.filter { seen.insert($0).inserted }
  }
}
