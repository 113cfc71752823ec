import AssayPlanning

/// A searched tree from left to right: the nodes that were visited most, as large as their visits, coloured by worth.
///
/// The most visited child stands on its parent's line, so that the line looked at most runs straight at the top. Where an
/// action has several outcomes, a diamond stands between it and them.
struct SearchTreeChart {
  let trace: SearchTrace
  let actionNames: [String]
  let values: PlanValues
  private let worths: [Double]
  private let shown: Set<Int>
  private let principal: Set<Int>

  private static let nodeLimit = 60
  private static let depthLimit = 7
  private static let rowHeight = 21.0

  init(trace: SearchTrace, actionNames: [String]) {
    self.trace = trace
    self.actionNames = actionNames
    let worths = trace.worths
    let path = trace.principalVariation.filter { trace.nodes[$0].depth <= Self.depthLimit }
    var shown = Set(path)
    let order = trace.nodes.indices.sorted {
      (trace.nodes[$0].visits, $1) > (trace.nodes[$1].visits, $0)
    }
    for node in order where shown.count < Self.nodeLimit && trace.nodes[node].depth <= Self.depthLimit {
      // Its parent has more visits, or as many and a smaller number.
      if trace.nodes[node].parent.map(shown.contains) ?? true { shown.insert(node) }
    }
    self.worths = worths
    self.shown = shown
    principal = Set(path)
    // What a few walks found is mostly chance, and would make all else look alike.
    let least = max(2, trace.nodes[0].visits / 1000)
    let known = shown.filter { trace.nodes[$0].visits >= least }
    values = PlanValues(
      of: (known.count > 1 ? known : shown).map { worths[$0] }, root: trace.nodes[0].meanReturn)
  }

  /// How many nodes are not drawn.
  var leftOut: Int { trace.nodes.count - shown.count }

  /// Whether some action has more than one outcome.
  var hasChance: Bool { trace.nodes.contains { $0.edges.contains { $0.children.count > 1 } } }

  private struct Place {
    var x: Double
    var y: Double
  }

  // MARK: Layout

  /// Places of nodes, and of diamonds by the edge's node and action.
  private struct Layout {
    var nodes: [Int: Place] = [:]
    var diamonds: [[Int]: Place] = [:]
    var rows = 0
  }

  private var step: Double { hasChance ? 176 : 104 }

  private func layout() -> Layout {
    var layout = Layout()
    func y() -> Double { 18 + Self.rowHeight * Double(layout.rows) }
    func place(_ node: Int) {
      layout.nodes[node] = Place(x: 22 + step * Double(trace.nodes[node].depth), y: y())
      let edges = shownEdges(of: node)
      if edges.isEmpty { layout.rows += 1 }
      for edge in edges {
        if edge.edge.children.count > 1 {
          layout.diamonds[[node, edge.edge.action]] = Place(
            x: 22 + step * (Double(trace.nodes[node].depth) + 0.5), y: y())
        }
        for child in edge.children { place(child) }
      }
    }
    place(0)
    return layout
  }

  private func shownEdges(of node: Int) -> [(edge: SearchTrace.Edge, children: [Int])] {
    trace.nodes[node].edges.map { edge in
      (
        edge,
        edge.children.filter(shown.contains).sorted {
          (trace.nodes[$0].visits, $1) > (trace.nodes[$1].visits, $0)
        }
      )
    }.filter { !$0.children.isEmpty }.sorted {
      ($0.edge.visits, $1.edge.action) > ($1.edge.visits, $0.edge.action)
    }
  }

  // MARK: Drawing

  /// How wide the drawing is where nothing is made smaller.
  private var width: Double {
    max(420, 150 + step * Double(shown.map { trace.nodes[$0].depth }.max() ?? 0))
  }

  private func share(_ visits: Int) -> Double { Double(visits) / Double(max(1, trace.nodes[0].visits)) }

  private func radius(_ node: Int) -> Double { 3 + 7 * share(trace.nodes[node].visits).squareRoot() }

  private func name(_ action: Int) -> String {
    actionNames.indices.contains(action) ? actionNames[action] : "\(action)"
  }

  private func branch(from: Place, to: Place, visits: Int, isPrincipal: Bool) -> Markup {
    let turn = min(26.0, (to.x - from.x) / 2)
    let style = isPrincipal ? "branch principal" : "branch"
    let width = 1 + 4 * share(visits)
    return """
      <path d="M\(from.x) \(from.y)C\(from.x + turn) \(from.y) \(from.x + 2) \(to.y) \(from.x + turn + 4) \(to.y)\
      L\(to.x) \(to.y)" class="\(style)" stroke-width="\(width)"/>
      """
  }

  private func tooltip(_ place: Int) -> String {
    let node = trace.nodes[place]
    var parts: [String] = []
    if let action = node.action {
      parts.append("\(name(action))\(node.label.isEmpty ? "" : " → \(node.label)")")
    }
    if node.action == nil { parts.append(node.label.isEmpty ? "the root" : "the root, \(node.label)") }
    parts.append(counted(node.visits, "visit"))
    parts.append("worth \(NumberText.rounded(worths[place]))" + (trace.isGame ? " to who moves now" : ""))
    if node.discount == 0 {
      parts.append("an end")
    } else {
      parts.append("mean return from here \(NumberText.rounded(node.meanReturn))")
      parts.append("V̂ \(NumberText.number(node.value))")
    }
    if let parent = node.parent {
      let edge = trace.nodes[parent].edges.first { $0.action == node.action }
      if let prior = edge?.prior { parts.append("prior \(NumberText.share(prior))") }
      parts.append("reward \(NumberText.number(node.reward))")
      parts.append("discount \(NumberText.trimmed(node.discount))")
    }
    return parts.joined(separator: " · ")
  }

  private func mark(_ node: Int, at place: Place) -> Markup {
    let style = principal.contains(node) ? "themed node principal" : "themed node"
    let colour = values.colour(worths[node])
    let isEnd = trace.nodes[node].parent != nil && trace.nodes[node].discount == 0
    let size = radius(node)
    let shape: Markup =
      isEnd
      ? """
      <rect x="\(place.x - size)" y="\(place.y - size)" width="\(2 * size)" height="\(2 * size)" class="\(style)" \
      style="\(colour.style)">
      """
      : """
      <circle cx="\(place.x)" cy="\(place.y)" r="\(size)" class="\(style)" style="\(colour.style)">
      """
    return "\(shape)<title>\(tooltip(node))</title>\(isEnd ? "</rect>" : "</circle>" as Markup)"
  }

  private func texts(_ node: Int, at place: Place, isLeaf: Bool) -> [Markup] {
    let record = trace.nodes[node]
    var texts: [Markup] = []
    let label = record.label.count <= 20 ? record.label : ""
    if let parent = record.parent, let action = record.action {
      let edge = trace.nodes[parent].edges.first { $0.action == action }
      let hasOutcomes = (edge?.children.count ?? 1) > 1
      let text = hasOutcomes ? (label.isEmpty ? "outcome \(record.outcome)" : label) : name(action)
      texts.append(
        Shape.text(
          TextLayout.clipped(text, columns: hasOutcomes || !hasChance ? 11 : 24),
          x: place.x - radius(node) - 4,
          y: place.y - 3, anchor: .end, style: principal.contains(node) ? "name strong halo" : "name halo"))
    }
    if isLeaf {
      var words = "\(NumberText.rounded(worths[node])) · \(NumberText.count(record.visits))×"
      if record.discount == 0, record.parent != nil { words += ", end" }
      texts.append(Shape.text(words, x: place.x + radius(node) + 5, y: place.y + 4, style: "tick halo"))
    }
    return texts
  }

  var markup: Markup {
    let layout = layout()
    var branches: [(isPrincipal: Bool, markup: Markup)] = []
    var marks: [Markup] = []
    var texts: [Markup] = []
    for node in shown.sorted() {
      guard let from = layout.nodes[node] else { continue }
      let edges = shownEdges(of: node)
      for (edge, children) in edges {
        let isPrincipal = children.contains(where: principal.contains)
        var start = from
        if let diamond = layout.diamonds[[node, edge.action]] {
          branches.append(
            (isPrincipal, branch(from: from, to: diamond, visits: edge.visits, isPrincipal: isPrincipal)))
          start = diamond
          let value = edge.value.map { ", mean of r + γG \(NumberText.rounded($0))" } ?? ""
          let prior = edge.prior.map { ", prior \(NumberText.share($0))" } ?? ""
          marks.append(
            """
            <path d="M\(start.x - 5) \(start.y)L\(start.x) \(start.y - 5)L\(start.x + 5) \(start.y)L\(start.x) \
            \(start.y + 5)Z" class="chance"><title>\(name(edge.action)): chance decides; \
            \(counted(edge.visits, "visit")), \(counted(edge.children.count, "outcome"))\(value)\(prior)</title></path>
            """)
          texts.append(
            Shape.text(
              TextLayout.clipped(name(edge.action), columns: 11), x: start.x - 8, y: start.y - 3,
              anchor: .end,
              style: isPrincipal ? "name strong halo" : "name halo"))
        }
        for child in children {
          guard let to = layout.nodes[child] else { continue }
          let isPrincipal = principal.contains(child)
          branches.append(
            (
              isPrincipal,
              branch(from: start, to: to, visits: trace.nodes[child].visits, isPrincipal: isPrincipal)
            ))
        }
      }
      marks.append(mark(node, at: from))
      texts += self.texts(node, at: from, isLeaf: edges.isEmpty)
    }
    let height = 18 + Self.rowHeight * Double(layout.rows)
    let legend = values.legend.markup(x: 12, y: height + 12, width: 220)
    let view = trace.isGame ? "worth to who moves now" : "worth: reward of the step and what follows"
    let description =
      "\(counted(shown.count, "node")) of \(NumberText.count(trace.nodes.count)), the most visited; "
      + "the root returns \(NumberText.rounded(trace.nodes[0].meanReturn)) on average."
    let figure = SVGFigure(
      id: "tree", title: "The tree", description: description, width: width, height: height + 44,
      body: [
        "\(branches.filter { !$0.isPrincipal }.map(\.markup))\(branches.filter(\.isPrincipal).map(\.markup))",
        "\(marks)\(texts)\(legend)", Shape.text(view, x: 244, y: height + 21, style: "tick"),
      ]
    ).markup
    return """
      <div class="scroll" role="region" aria-label="The tree" tabindex="0"><div style="min-width:\(width * 0.8)px;\
      max-width:\(width * 1.2)px">
      \(figure)</div></div>

      """
  }
}
