/// A table that scrolls by itself where it is wider than the page.
package struct Table {
  /// How a column is set.
  package enum Kind {
    /// To the left, as words are read.
    case words
    /// To the right, so that digits stand below each other.
    case number
    /// To the left; names what the row is about.
    case name
    /// A bar of a share of the column; its cells are made by ``bar(_:)``.
    case bar
  }

  package var label: String
  package var columns: [(title: String, kind: Kind)]
  package var rows: [[Markup]]
  /// A further class of style.
  package var style: String

  package init(
    label: String, columns: [(title: String, kind: Kind)], rows: [[Markup]], style: String = ""
  ) {
    self.label = label
    self.columns = columns
    self.rows = rows
    self.style = style
  }

  package var markup: Markup {
    let heads = columns.map { column -> Markup in
      column.kind == .number
        ? "<th scope=\"col\">\(column.title)</th>" : "<th scope=\"col\" class=\"words\">\(column.title)</th>"
    }
    let lines = rows.map { row -> Markup in
      let cells = zip(columns, row).map { column, cell -> Markup in
        switch column.kind {
        case .name: "<th scope=\"row\">\(cell)</th>"
        case .number: "<td>\(cell)</td>"
        case .words: "<td class=\"words\">\(cell)</td>"
        case .bar: "<td class=\"bar\">\(cell)</td>"
        }
      }
      return "<tr>\(cells)</tr>\n"
    }
    return """
      <div class="scroll" role="region" aria-label="\(label)" tabindex="0"><table class="\(style)">
      <thead><tr>\(heads)</tr></thead>
      <tbody>
      \(lines)</tbody></table></div>

      """
  }

  /// A bar as long as a share of the column, 0…1.
  package static func bar(_ share: Double) -> Markup {
    "<span style=\"width:\(share.isFinite ? 100 * min(1, max(0, share)) : 0)%\"></span>"
  }
}
