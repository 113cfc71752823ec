import Assay

extension Optimizer: Archivable {
  /// Puts the steps and moments in.
  public func archive(into archive: inout StateArchive) {
    let state = state
    archive.put([state.steps] + state.blocks.map(\.steps), as: "steps")
    for block in state.blocks {
      archive.put(block.firstMoment, as: "\(block.block).firstMoment")
      archive.put(block.secondMoment, as: "\(block.block).secondMoment")
    }
  }

  public mutating func restore(from archive: StateArchive) throws(DataError) {
    var state = state
    let steps = try archive.integers("steps", count: 1 + state.blocks.count)
    state.steps = steps[0]
    for index in state.blocks.indices {
      let name = state.blocks[index].block
      state.blocks[index].steps = steps[1 + index]
      state.blocks[index].firstMoment = try archive.floats(
        "\(name).firstMoment", count: state.blocks[index].firstMoment.count)
      state.blocks[index].secondMoment = try archive.floats(
        "\(name).secondMoment", count: state.blocks[index].secondMoment.count)
    }
    try restore(state)
  }
}

extension TargetAverage: Archivable {
  /// Puts the number of steps in; the target itself is a block of the store.
  public func archive(into archive: inout StateArchive) { archive.put([steps], as: "steps") }

  public mutating func restore(from archive: StateArchive) throws(DataError) {
    let kept = try archive.integers("steps", count: 1)[0]
    guard kept >= 0 else { throw DataError(field: "steps", value: "\(kept)", allowed: "at least 0") }
    steps = kept
  }
}
