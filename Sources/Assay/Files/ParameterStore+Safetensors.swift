extension ParameterStore {
  /// Every number of the store as tensors to be kept in a file, named `block` or, in a block of several tensors,
  /// `block.tensor`. Padding is left out.
  ///
  /// - Returns: the tensors, in the order of the blocks.
  public func storedTensors() -> [StoredTensor] {
    var names: Set<String> = []
    return blocks.flatMap { block in
      let values = values(of: block.handle)
      return block.tensors.map { tensor in
        let name = Self.storedName(of: tensor, in: block)
        precondition(names.insert(name).inserted, "there are two tensors named \(name)")
        let start = values.startIndex + tensor.offset
        return StoredTensor(name: name, shape: tensor.shape, floats: values[start..<start + tensor.count])
      }
    }
  }

  /// Sets every number of the store from tensors that were kept in a file.
  ///
  /// Each block that differs is written once, frozen or not, and the ledger shows it as a restoration. If anything is
  /// wrong, nothing is changed.
  ///
  /// - Parameters:
  ///   - tensors: those of ``storedTensors()``, in any order and any type of element whose numbers Float32 has.
  ///   - writer: who restores, for the ledger.
  /// - Throws: ``DataError`` that names the tensor that is missing, unknown, there twice, of another shape, or with
  ///   a number that Float32 does not have.
  public mutating func load(_ tensors: [StoredTensor], by writer: String) throws(DataError) {
    var stored: [String: StoredTensor] = [:]
    for tensor in tensors where stored.updateValue(tensor, forKey: tensor.name) != nil {
      throw DataError(field: DataError.quoted(tensor.name), value: "there twice", allowed: "each name once")
    }
    var restored: [(block: Block, values: [Float])] = []
    for block in blocks {
      var values = Array(values(of: block.handle))
      for tensor in block.tensors {
        let name = Self.storedName(of: tensor, in: block)
        guard let found = stored.removeValue(forKey: name) else {
          throw DataError(field: name, value: "missing", allowed: "a tensor of shape \(tensor.shape)")
        }
        guard found.shape == tensor.shape else {
          throw DataError(field: "\(name).shape", value: "\(found.shape)", allowed: "\(tensor.shape)")
        }
        values.replaceSubrange(tensor.offset..<tensor.offset + tensor.count, with: try found.floats())
      }
      restored.append((block, values))
    }
    if let unknown = stored.keys.min() {
      throw DataError(
        field: DataError.quoted(unknown), value: "not known", allowed: "the tensors of the store's blocks")
    }
    for (block, values) in restored { restore(block, to: values, by: writer) }
  }

  /// Writes a block as one change, unless it would stay as it is.
  private mutating func restore(_ block: Block, to values: [Float], by writer: String) {
    let isSame = zip(self.values(of: block.handle), values).allSatisfy { $0.bitPattern == $1.bitPattern }
    if isSame { return }
    let permit = WritePermit(
      block: block.handle, writer: record.writerIndex(writer), cause: .restoration, usesReward: false)
    update(with: permit) { numbers in
      var squaredNorm = 0.0
      for index in values.indices {
        let change = Double(values[index]) - Double(numbers[index])
        squaredNorm += change * change
        numbers[index] = values[index]
      }
      return squaredNorm
    }
  }

  private static func storedName(of tensor: BlockTensor, in block: Block) -> String {
    tensor.name.isEmpty ? block.name : "\(block.name).\(tensor.name)"
  }
}
