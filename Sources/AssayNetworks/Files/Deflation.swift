import CZlib

/// What an archive needs of zlib: the one place where its pointers are.
enum Deflation {
  /// Inflates raw deflated bytes.
  ///
  /// - Parameters:
  ///   - input: all of them.
  ///   - count: how many bytes they must make; no more memory is taken, whatever they hold.
  /// - Returns: the bytes, or `nil` where the input is no deflated data, makes another number of bytes, or has something
  ///   behind its end.
  static func inflated(_ input: ArraySlice<UInt8>, count: Int) -> [UInt8]? {
    var isAsSaid = false
    // One byte more than said, in order to see that nothing comes after.
    var output = [UInt8](unsafeUninitializedCapacity: count + 1) { target, produced in
      input.withUnsafeBufferPointer { source in
        isAsSaid = inflate(source, into: target, produced: &produced)
      }
    }
    guard isAsSaid, output.count == count else { return nil }
    // The array keeps its room for one byte more.
    output.reserveCapacity(count)
    return output
  }

  /// The checksum of a zip entry.
  static func checksum(_ bytes: [UInt8]) -> UInt32 {
    bytes.withUnsafeBufferPointer {
      UInt32(truncatingIfNeeded: crc32_z(0, $0.baseAddress, z_size_t($0.count)))
    }
  }

  /// Whether the source is one whole deflated stream and fits the target.
  private static func inflate(
    _ source: UnsafeBufferPointer<UInt8>, into target: UnsafeMutableBufferPointer<UInt8>, produced: inout Int
  ) -> Bool {
    var stream = z_stream()
    // zlib remembers where its stream lies: every call must have the same address.
    return withUnsafeMutablePointer(to: &stream) { stream in
      let size = Int32(MemoryLayout<z_stream>.size)
      guard inflateInit2_(stream, -MAX_WBITS, ZLIB_VERSION, size) == Z_OK else { return false }
      defer { inflateEnd(stream) }
      var consumed = 0
      while true {
        // Its counters have 32 bits.
        let room = UInt32(clamping: target.count - produced)
        let supply = UInt32(clamping: source.count - consumed)
        stream.pointee.next_out = target.baseAddress.map { $0 + produced }
        stream.pointee.avail_out = room
        // zlib's type does not say so, but it only reads its input.
        stream.pointee.next_in = source.baseAddress.map { UnsafeMutablePointer(mutating: $0 + consumed) }
        stream.pointee.avail_in = supply
        let status = CZlib.inflate(stream, Z_NO_FLUSH)
        let output = Int(room - stream.pointee.avail_out)
        let input = Int(supply - stream.pointee.avail_in)
        produced += output
        consumed += input
        if status == Z_STREAM_END { return consumed == source.count }
        guard status == Z_OK, output > 0 || input > 0 else { return false }
      }
    }
  }
}
