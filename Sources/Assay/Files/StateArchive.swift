/// Everything a run needs to go on as if it had never stopped, as named tensors.
///
/// Names are put together of those of the things that were archived: `learner.optimizer.steps`.
public struct StateArchive: Sendable {
  /// The tensors, in the order in which they were put in.
  public private(set) var tensors: [StoredTensor] = []
  private var indices: [String: Int] = [:]
  private var path = ""

  public init() {}

  /// Takes an archive out of a file's tensors.
  ///
  /// - Parameter tensors: as ``tensors`` gave them.
  public init(_ tensors: [StoredTensor]) {
    self.tensors = tensors
    for (index, tensor) in tensors.enumerated() { indices[tensor.name] = index }
  }

  // MARK: Putting in

  /// Keeps numbers under a name, which must be new.
  public mutating func put(_ numbers: [Float], as name: String) {
    add(name, .float32, shape: [numbers.count], numbers.map(\.bitPattern.littleEndian))
  }

  public mutating func put(_ numbers: [Double], as name: String) {
    add(name, .float64, shape: [numbers.count], numbers.map(\.bitPattern.littleEndian))
  }

  public mutating func put(_ numbers: [Int], as name: String) {
    add(name, .int64, shape: [numbers.count], numbers.map(\.littleEndian))
  }

  public mutating func put(_ numbers: [UInt64], as name: String) {
    add(name, .uint64, shape: [numbers.count], numbers.map(\.littleEndian))
  }

  public mutating func put(_ bytes: [UInt8], as name: String) {
    add(name, .uint8, shape: [bytes.count], bytes)
  }

  /// Archives a thing under a name: all of its numbers' names begin with it.
  public mutating func put(_ thing: borrowing some Archivable & ~Copyable, as name: String) {
    let outer = path
    path += name + "."
    thing.archive(into: &self)
    path = outer
  }

  private mutating func add<Word>(
    _ name: String, _ type: StoredTensor.ElementType, shape: [Int], _ words: [Word]
  ) {
    let name = path + name
    precondition(indices[name] == nil, "\(name) is already in the archive")
    indices[name] = tensors.count
    tensors.append(
      StoredTensor(
        name: name, elementType: type, shape: shape, bytes: words.withUnsafeBytes { Array($0) }))
  }

  // MARK: Taking out

  /// Takes numbers out.
  ///
  /// - Parameters:
  ///   - name: what they were kept under.
  ///   - count: how many there must be; `nil` for any number.
  /// - Returns: the numbers.
  /// - Throws: ``DataError`` where they are missing, of another type, or more or fewer.
  public func floats(_ name: String, count: Int? = nil) throws(DataError) -> [Float] {
    try words(name, .float32, count, UInt32.self).map { Float(bitPattern: UInt32(littleEndian: $0)) }
  }

  public func doubles(_ name: String, count: Int? = nil) throws(DataError) -> [Double] {
    try words(name, .float64, count, UInt64.self).map { Double(bitPattern: UInt64(littleEndian: $0)) }
  }

  public func integers(_ name: String, count: Int? = nil) throws(DataError) -> [Int] {
    try words(name, .int64, count, Int.self).map { Int(littleEndian: $0) }
  }

  public func words(_ name: String, count: Int? = nil) throws(DataError) -> [UInt64] {
    try words(name, .uint64, count, UInt64.self).map { UInt64(littleEndian: $0) }
  }

  public func bytes(_ name: String, count: Int? = nil) throws(DataError) -> [UInt8] {
    try words(name, .uint8, count, UInt8.self)
  }

  /// Restores a thing from what was archived under a name.
  ///
  /// - Parameters:
  ///   - thing: one made the same way as the one that was archived.
  ///   - name: what it was archived under.
  /// - Throws: ``DataError`` that names the tensor that is missing or does not fit; the thing is then in no state to
  ///   be used.
  public func restore(_ thing: inout some Archivable & ~Copyable, from name: String) throws(DataError) {
    var inner = self
    inner.path += name + "."
    try thing.restore(from: inner)
  }

  private func words<Word>(
    _ name: String, _ type: StoredTensor.ElementType, _ count: Int?, _: Word.Type
  ) throws(DataError) -> [Word] {
    let name = path + name
    guard let index = indices[name] else {
      throw DataError(field: name, value: "missing", allowed: "a tensor of type \(type.rawValue)")
    }
    let tensor = tensors[index]
    guard tensor.elementType == type else {
      throw DataError(field: "\(name).dtype", value: tensor.elementType.rawValue, allowed: type.rawValue)
    }
    if let count, tensor.count != count {
      throw DataError(field: "\(name).shape", value: "\(tensor.shape)", allowed: "\([count])")
    }
    return tensor.bytes.withUnsafeBytes { bytes in
      [Word](unsafeUninitializedCapacity: tensor.count) { words, filled in
        UnsafeMutableRawBufferPointer(words).copyMemory(from: UnsafeRawBufferPointer(bytes))
        filled = tensor.count
      }
    }
  }
}

/// Something whose state can be put into an archive, and taken out again, bit for bit.
public protocol Archivable: ~Copyable {
  /// Puts everything in that what comes after depends on.
  func archive(into archive: inout StateArchive)

  /// Takes everything out again.
  ///
  /// - Parameter archive: filled by a thing that was made the same way.
  /// - Throws: ``DataError`` that names the tensor that is missing or does not fit; nobody may use the thing then.
  mutating func restore(from archive: StateArchive) throws(DataError)
}

extension RandomStream: Archivable {
  public func archive(into archive: inout StateArchive) { archive.put([key, position], as: "position") }

  public mutating func restore(from archive: StateArchive) throws(DataError) {
    let numbers = try archive.words("position", count: 2)
    self = RandomStream(key: numbers[0], position: numbers[1])
  }
}
