import Assay
import CKernels

// Where everything lies: what is kept, and what lives from the call that writes it to the last that reads it.

extension Planner {
  mutating func layOut(_ outputs: [Graph.Output], _ copies: [Int: Int]) {
    var offsets = fixed
    func aligned(_ count: Int) -> Int { (count + 15) / 16 * 16 }
    func keep(_ root: Int) {
      guard offsets[root] == nil else { return }
      offsets[root] = plan.workspaceCount
      plan.workspaceCount += aligned(count(root))
    }
    for index in nodes.indices {
      switch nodes[index].operation {
      case .input(let name), .indexInput(let name):
        // Also where nothing depends on it: it can be set all the same.
        keep(index)
        let isIndex = if case .indexInput = nodes[index].operation { true } else { false }
        plan.inputs.append(
          .init(
            name: name, offset: offsets[index]!, shape: nodes[index].shape, isIndex: isIndex,
            isRead: isLive[index]))
      case .constant(let bits) where isLive[index]:
        keep(index)
        plan.constants.append((offsets[index]!, bits))
      case .noise(let noise, _) where isLive[index]:
        keep(index)
        plan.draws.append(
          .init(node: index, noise: noise, offset: offsets[index]!, count: nodes[index].count))
      default: break
      }
    }
    for output in outputs { keep(copies[output.node] ?? root(output.node).root) }
    if !options.reusesMemory { for draft in drafts { keep(draft.write) } }

    // The rest lives from the call that writes it to the last that reads it.
    var lastRead: [Int: Int] = [:]
    for (position, draft) in drafts.enumerated() {
      for read in draft.reads { lastRead[read.root] = position }
      lastRead[draft.write] = max(lastRead[draft.write] ?? position, position)
    }
    var memory = FreeMemory()
    var reused: [Int: Int] = [:]
    let base = plan.workspaceCount
    for (position, draft) in drafts.enumerated() {
      var dying = Set(
        draft.reads.map(\.root).filter { reused[$0] != nil && lastRead[$0] == position && $0 != draft.write })
      if offsets[draft.write] == nil, reused[draft.write] == nil {
        if draft.mayOverwriteOperand,
          let heir = draft.reads.indices.first(where: { isDense($0, of: draft, dying) })
        {
          reused[draft.write] = reused[draft.reads[heir].root]
          dying.remove(draft.reads[heir].root)
        } else {
          reused[draft.write] = memory.take(aligned(count(draft.write)))
        }
      }
      for root in dying.sorted() { memory.give(reused[root]!, aligned(count(root))) }
      if lastRead[draft.write] == position, let offset = reused[draft.write] {
        memory.give(offset, aligned(count(draft.write)))
      }
    }
    plan.scratchOffset = base + memory.end
    plan.workspaceCount = plan.scratchOffset + aligned(drafts.map(\.scratch).max() ?? 0)

    func location(_ place: (root: Int, offset: Int)) -> Location {
      if place.root < nodes.count, case .parameter(let tensor) = nodes[place.root].operation {
        return .parameter(tensor.block.offset + tensor.offset + place.offset)
      }
      return .workspace((offsets[place.root] ?? base + reused[place.root]!) + place.offset)
    }
    for draft in drafts {
      let layer = nodes[draft.node].place.layer
      plan.calls.append(
        Call(
          kind: draft.kind, reads: draft.reads.map(location), write: location((draft.write, 0)),
          scratch: draft.scratch, node: draft.node, layer: layer.isEmpty ? nil : layer))
    }
    for output in outputs {
      let isIndex =
        switch nodes[root(output.node).root].operation {
        case .indexInput, .indexOfMaximum: true
        default: false
        }
      plan.outputs.append(
        .init(
          name: output.name, location: location(copies[output.node].map { ($0, 0) } ?? root(output.node)),
          shape: nodes[output.node].shape, isIndex: isIndex))
    }
    for node in nodes {
      if case .parameter(let tensor) = node.operation {
        plan.arenaCount = max(plan.arenaCount, tensor.block.offset + tensor.block.count)
      }
    }
  }

  /// Whether an operand can give its memory to the result: its numbers lie as the result's will, and this is the
  /// last time they are read, at no other place.
  func isDense(_ position: Int, of draft: Draft, _ dying: Set<Int>) -> Bool {
    let read = draft.reads[position]
    guard dying.contains(read.root), read.offset == 0, count(read.root) == count(draft.write),
      draft.reads.filter({ $0.root == read.root }).count == 1
    else { return false }
    guard case .elementwise(let loop) = draft.kind else { return true }
    let strides = loop.strides[position]
    return (loop.columns == 1 || strides.column == 1) && (loop.rows == 1 || strides.row == loop.columns)
      && (loop.outer == 1 || strides.outer == loop.rows * loop.columns)
  }
}

/// Memory whose parts are taken and given back while a plan is made.
private struct FreeMemory {
  /// How much was ever in use at once.
  private(set) var end = 0
  private var holes: [(offset: Int, count: Int)] = []

  /// The smallest hole that is large enough, or new memory at the end.
  mutating func take(_ count: Int) -> Int {
    let fitting = holes.indices.filter { holes[$0].count >= count }
    if let hole = fitting.min(by: { holes[$0].count < holes[$1].count }) {
      let offset = holes[hole].offset
      holes[hole].offset += count
      holes[hole].count -= count
      if holes[hole].count == 0 { holes.remove(at: hole) }
      return offset
    }
    // A hole at the end grows.
    if let last = holes.last, last.offset + last.count == end {
      holes.removeLast()
      end = last.offset + count
      return last.offset
    }
    end += count
    return end - count
  }

  mutating func give(_ offset: Int, _ count: Int) {
    let position = holes.firstIndex { $0.offset > offset } ?? holes.endIndex
    holes.insert((offset, count), at: position)
    // Neighbours become one.
    if position + 1 < holes.count,
      holes[position].offset + holes[position].count == holes[position + 1].offset
    {
      holes[position].count += holes[position + 1].count
      holes.remove(at: position + 1)
    }
    if position > 0, holes[position - 1].offset + holes[position - 1].count == holes[position].offset {
      holes[position - 1].count += holes[position].count
      holes.remove(at: position)
    }
  }
}
