import Assay

/// An arrow for each state: where the actor most likely goes, how surely, and how much of the critic's value
/// it forgoes.
struct PolicyMap {
  var layout: MapLayout
  var directions: [GridMap.Direction?]
  /// A gap this large, in reward units, has the full colour, or the largest one where that is larger.
  var tolerated: Double
  var actionName: (Int) -> String

  var markup: Markup {
    let largest = layout.states.joined().filter(\.isLive).compactMap(\.actorGap).max() ?? 0
    let size = max(largest, tolerated.isFinite ? tolerated : 0, 1e-12)
    let side = MapPanel.side(of: layout)
    return MapPanel(
      id: "map-policy", title: "Policy of the actor on the map",
      description: "An arrow for the likeliest action of each state, long where it is sure; "
        + "gaps up to \(NumberText.number(largest)).",
      layout: layout,
      legend: ColourLegend(
        ramp: ColourRamp.loss,
        labels: ["0 forgone", NumberText.number(size / 2), "\(NumberText.number(size)) forgone"])
    ) { cell in
      guard let state = layout.mostVisited(cell), let (action, probability) = state.likeliest else {
        return MapPanel.Cell()
      }
      let direction = directions.indices.contains(action) ? directions[action] : nil
      let chance = 1 / Double(max(2, state.policy.count))
      // 0 for a policy that does not care, 1 for one that is sure.
      let certainty = min(1, max(0, (probability - chance) / (1 - chance)))
      let colour = ColourRamp.loss((state.actorGap ?? 0) / size)
      let tip = """
        \(state.name): \(actionName(action)) with \(NumberText.share(probability)), \
        gap \(NumberText.number(state.actorGap))
        """
      let drawing =
        direction.map { arrow($0, certainty: certainty, side: side, colour: colour) }
        ?? stay(certainty: certainty, side: side, colour: colour)
      return MapPanel.Cell(
        glyph: "<g opacity=\"\(0.35 + 0.65 * certainty)\">\(drawing)<title>\(tip)</title></g>")
    }.markup
  }

  private func arrow(
    _ direction: GridMap.Direction, certainty: Double, side: Double, colour: ThemedColour
  ) -> Markup {
    let half = side * (0.16 + 0.22 * certainty)
    let head = min(half, side * 0.17)
    let turn =
      switch direction {
      case .right: 0
      case .down: 90
      case .left: 180
      case .up: 270
      }
    return """
      <path transform="rotate(\(turn))" d="M\(-half) 0H\(half)M\(half - head) \(-head)L\(half) 0\
      L\(half - head) \(head)" class="arrow" stroke-width="\(max(1, side * 0.07))" style="\(colour.style)"/>
      """
  }

  /// An action that is no move: a ring.
  private func stay(certainty: Double, side: Double, colour: ThemedColour) -> Markup {
    """
    <circle r="\(side * (0.1 + 0.15 * certainty))" class="arrow" stroke-width="\(max(1, side * 0.07))" \
    style="\(colour.style)"/>
    """
  }
}
