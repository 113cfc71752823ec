/// Float32 numbers at an address that is a multiple of 64, owned by one value.
///
/// Sendable although it holds a pointer: it cannot be copied, so nobody else has that pointer.
struct AlignedNumbers: ~Copyable, @unchecked Sendable {
  /// The first number.
  let base: UnsafeMutablePointer<Float>
  /// How many there are.
  let count: Int

  /// Makes `count` zeros.
  init(count: Int) {
    self.count = count
    let memory = UnsafeMutableRawPointer.allocate(
      byteCount: max(count, 1) * MemoryLayout<Float>.stride, alignment: 64)
    base = memory.bindMemory(to: Float.self, capacity: count)
    base.initialize(repeating: 0, count: count)
  }

  deinit { UnsafeMutableRawPointer(base).deallocate() }

  /// The numbers of a range, copied.
  func values(in range: Range<Int>) -> [Float] {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "\(range) is outside 0..<\(count)")
    return Array(UnsafeBufferPointer(start: base + range.lowerBound, count: range.count))
  }

  /// Overwrites neighbouring numbers.
  func set(_ values: [Float], at start: Int) {
    precondition(
      start >= 0 && start + values.count <= count,
      "\(values.count) numbers do not fit at \(start) of \(count)")
    values.withUnsafeBufferPointer { base.advanced(by: start).update(fromContentsOf: $0) }
  }
}

extension UnsafeMutablePointer<Float> {
  fileprivate func update(fromContentsOf source: UnsafeBufferPointer<Float>) {
    if let first = source.baseAddress { update(from: first, count: source.count) }
  }
}
