import AssayDiagnostics

/// The parameter arena from its first byte to its last: each block as wide as it is large.
///
/// Built of boxes rather than drawn, so that a block too small to see keeps a width that can be seen.
struct ArenaMap {
  var anatomy: AnatomyFindings

  /// With more blocks than this there is no room for their numbers.
  static let numberedLimit = 24

  /// The blocks by where they lie.
  var blocks: [AnatomyFindings.BlockFindings] { anatomy.blocks.sorted { $0.offset < $1.offset } }

  /// The parts that own blocks, in the order of the arena.
  var owners: [String] {
    var seen: [String] = []
    for block in blocks where !seen.contains(block.owner) { seen.append(block.owner) }
    return seen
  }

  /// The style that colours the blocks of an owner. After six owners, colours come again.
  func style(of owner: String) -> String { "owner\((owners.firstIndex(of: owner) ?? 0) % 6)" }

  var markup: Markup {
    let isNumbered = blocks.count <= Self.numberedLimit
    var end = 0
    var pieces: [Markup] = []
    for (index, block) in blocks.enumerated() {
      if block.offset > end {
        let name = "\(NumberText.bytes(block.offset - end)) of no block"
        pieces.append(
          "<li class=\"unused\" style=\"flex-grow:\(block.offset - end)\" title=\"\(name)\"></li>\n")
      }
      let name = "\(block.name): \(NumberText.bytes(block.bytes)) of the \(block.owner)"
      let note = block.isFrozen ? name + ", frozen" : name
      let style = style(of: block.owner) + (block.isFrozen ? " frozen" : "")
      pieces.append(
        """
        <li class="\(style)" style="flex-grow:\(max(1, block.bytes))" title="\(note)">\
        <span>\(isNumbered ? "\(index + 1)" : "")</span></li>

        """)
      end = max(end, block.offset &+ block.bytes)
    }
    if anatomy.bytes > end {
      let name = "\(NumberText.bytes(anatomy.bytes - end)) of no block"
      pieces.append(
        "<li class=\"unused\" style=\"flex-grow:\(anatomy.bytes - end)\" title=\"\(name)\"></li>\n")
    }
    let key = owners.map { owner in
      "<li><span class=\"swatch \(style(of: owner))\"></span>\(owner)</li>\n" as Markup
    }
    return """
      <ol class="arena\(isNumbered ? "" : " narrow")" aria-label="Blocks in the order in which they lie">
      \(pieces)</ol>
      <div class="ends"><span>byte 0</span><span>\(NumberText.bytes(anatomy.bytes))</span></div>
      <ul class="key" aria-label="Owners">
      \(key)<li><span class="swatch frozen"></span>hatched: frozen</li>
      </ul>

      """
  }
}
