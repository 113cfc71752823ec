import Assay

extension AnatomyFindings {
  /// Where the numbers of a store lie, and who wrote them.
  init(of store: ParameterStore, references: [Reference]) {
    let entries = store.ledger.entries
    let blocks = store.blocks.map { block in
      let own = entries.filter { $0.block == block.handle.index }
      let last = own.last { $0.count > 0 }
      let digest = String(store.digest(of: block.handle), radix: 16)
      return BlockFindings(
        name: block.name, owner: block.owner.description, role: block.role.description, shape: block.shape,
        offset: block.byteOffset, bytes: block.byteCount, updateRule: block.updateRule,
        isFrozen: block.isFrozen, writes: block.version, refused: own.reduce(0) { $0 + $1.refused },
        lastWriter: last?.writer, lastCause: last?.cause.rawValue, lastStep: last?.lastStep,
        usedReward: own.contains(where: \.usesReward),
        changeNorm: own.reduce(0) { $0 + $1.squaredNorm }.squareRoot(),
        digest: String(repeating: "0", count: 16 - digest.count) + digest)
    }
    self.init(bytes: store.byteCount, blocks: blocks, references: references)
  }
}
