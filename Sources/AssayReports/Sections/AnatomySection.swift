import AssayDiagnostics

/// Where the numbers of the agent lie, who wrote them, and which part refers to which.
struct AnatomySection: ReportSection {
  var anatomy: AnatomyFindings

  let id = "anatomy"
  let title = "Anatomy"

  var body: Markup {
    let map = ArenaMap(anatomy: anatomy)
    let table = table(map)
    let arena: Markup =
      map.blocks.isEmpty ? "<p>The agent has no parameters.</p>\n" : "\(map.markup)\(table.markup)"
    return """
      <p class="lead">All numbers the agent can change lie in one arena of \(NumberText.bytes(anatomy.bytes)).</p>
      \(arena)\(references)
      """
  }

  private func table(_ map: ArenaMap) -> Table {
    Table(
      label: "Blocks",
      columns: [
        ("", .number), ("block, digest", .name), ("role", .words), ("owner", .words), ("shape", .number),
        ("bytes", .number), ("offset", .number), ("update rule", .words), ("writes", .number),
        ("refused", .number), ("change", .number), ("last writer", .words), ("last step", .number),
        ("used reward", .words), ("frozen", .words),
      ],
      rows: map.blocks.enumerated().map { index, block in row(block, number: index + 1, map: map) },
      style: "blocks")
  }

  private func row(_ block: AnatomyFindings.BlockFindings, number: Int, map: ArenaMap) -> [Markup] {
    let swatch = map.style(of: block.owner) + (block.isFrozen ? " frozen" : "")
    let writer = block.lastWriter.map { $0 + (block.lastCause.map { " (\($0))" } ?? "") }
    return [
      "<span class=\"swatch \(swatch)\"></span>\(number)",
      "\(block.name)<br/><code>\(block.digest)</code>", "\(block.role)", "\(block.owner)",
      "\(block.shape.map(String.init).joined(separator: "×"))", "\(NumberText.count(block.bytes))",
      "\(NumberText.count(block.offset))", "\(block.updateRule)", "\(NumberText.count(block.writes))",
      "\(NumberText.count(block.refused))", "\(NumberText.number(block.changeNorm))",
      "\(writer ?? NumberText.missing)", "\(block.lastStep.map(NumberText.count) ?? NumberText.missing)",
      "\(block.usedReward ? "yes" : "no")", "\(block.isFrozen ? "yes" : "no")",
    ]
  }

  private var references: Markup {
    guard !anatomy.references.isEmpty else { return "" }
    return """
      <h3>Which part refers to which</h3>
      <figure class="graph">\(ReferenceGraph(references: anatomy.references).markup)</figure>

      """
  }
}
