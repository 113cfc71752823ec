import AssayDiagnostics

/// Where the numbers of the agent lie, who wrote them, and which part refers to which.
struct AnatomySection: ReportSection {
  var anatomy: AnatomyFindings

  let id = "anatomy"
  let title = "Anatomy"

  var body: Markup {
    let map = ArenaMap(anatomy: anatomy)
    let rows = map.blocks.enumerated().map { index, block in row(block, number: index + 1, map: map) }
    let arena: Markup =
      map.blocks.isEmpty ? "<p>The agent has no parameters.</p>\n" : "\(map.markup)\(table(rows))"
    return """
      <p class="lead">All numbers the agent can change lie in one arena of \(NumberText.bytes(anatomy.bytes)).</p>
      \(arena)\(references)
      """
  }

  private func table(_ rows: [Markup]) -> Markup {
    let names = [
      "", "block", "role", "owner", "shape", "bytes", "offset", "update rule", "writes", "refused", "change",
      "last writer", "last step", "used reward", "frozen", "digest",
    ]
    let heads = names.map { "<th scope=\"col\">\($0)</th>" as Markup }
    return """
      <div class="scroll"><table class="blocks">
      <thead><tr>\(heads)</tr></thead>
      <tbody>
      \(rows)</tbody></table></div>

      """
  }

  private func row(_ block: AnatomyFindings.BlockFindings, number: Int, map: ArenaMap) -> Markup {
    let writer = block.lastWriter.map { $0 + (block.lastCause.map { " (\($0))" } ?? "") }
    return """
      <tr><td><span class="swatch \(map.style(of: block.owner))\(block.isFrozen ? " frozen" : "")"></span>\
      \(number)</td><th scope="row">\(block.name)</th><td class="words">\(block.role)</td>\
      <td class="words">\(block.owner)</td><td>\(block.shape.map(String.init).joined(separator: "×"))</td>\
      <td>\(NumberText.count(block.bytes))</td><td>\(NumberText.count(block.offset))</td>\
      <td class="words">\(block.updateRule)</td><td>\(NumberText.count(block.writes))</td>\
      <td>\(NumberText.count(block.refused))</td><td>\(NumberText.number(block.changeNorm))</td>\
      <td class="words">\(writer ?? NumberText.missing)</td>\
      <td>\(block.lastStep.map(NumberText.count) ?? NumberText.missing)</td>\
      <td class="words">\(block.usedReward ? "yes" : "no")</td>\
      <td class="words">\(block.isFrozen ? "yes" : "no")</td><td><code>\(block.digest)</code></td></tr>

      """
  }

  private var references: Markup {
    guard !anatomy.references.isEmpty else { return "" }
    return """
      <h3>Which part refers to which</h3>
      <figure class="graph">\(ReferenceGraph(references: anatomy.references).markup)</figure>

      """
  }
}
