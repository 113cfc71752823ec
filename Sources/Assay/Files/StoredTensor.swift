/// A named array of numbers as it lies in a file: its bytes, and what they mean.
///
/// The bytes are dense, row-major and little-endian. A value of this type always has as many bytes as its shape
/// and its type of element need.
public struct StoredTensor: Sendable, Hashable {
  /// What it is called: `critic.hidden.0.weight`.
  public let name: String
  /// What each element is.
  public let elementType: ElementType
  /// Extent of each axis, outermost first, none negative. A single number has no axes.
  public let shape: [Int]
  /// The elements, row-major and little-endian.
  public let bytes: [UInt8]

  /// How many elements there are: the product of the shape.
  public var count: Int { bytes.count / elementType.byteCount }

  /// Takes bytes as they are.
  ///
  /// - Parameters:
  ///   - name: what it is called.
  ///   - elementType: what each element is.
  ///   - shape: extent of each axis, none negative.
  ///   - bytes: the elements, row-major and little-endian.
  public init(name: String, elementType: ElementType, shape: [Int], bytes: [UInt8]) {
    let needed = elementType.byteCount(ofShape: shape)
    precondition(
      needed == bytes.count,
      "\(name) of shape \(shape) needs \(needed.map(String.init) ?? "no possible number of") bytes, but has "
        + "\(bytes.count)")
    self.name = name
    self.elementType = elementType
    self.shape = shape
    self.bytes = bytes
  }

  /// Stores numbers as they are, bit for bit.
  ///
  /// - Parameters:
  ///   - name: what it is called.
  ///   - shape: extent of each axis, none negative.
  ///   - floats: the numbers, row-major.
  public init(name: String, shape: [Int], floats: some Collection<Float>) {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(floats.count * MemoryLayout<Float>.size)
    for number in floats {
      let bits = number.bitPattern
      bytes.append(UInt8(truncatingIfNeeded: bits))
      bytes.append(UInt8(truncatingIfNeeded: bits >> 8))
      bytes.append(UInt8(truncatingIfNeeded: bits >> 16))
      bytes.append(UInt8(truncatingIfNeeded: bits >> 24))
    }
    self.init(name: name, elementType: .float32, shape: shape, bytes: bytes)
  }

  /// The same numbers under another name.
  public func renamed(_ name: String) -> StoredTensor {
    StoredTensor(name: name, elementType: elementType, shape: shape, bytes: bytes)
  }
}

// MARK: Types of element

extension StoredTensor {
  /// What each element of a tensor is. Raw values are the names in safetensors files.
  public enum ElementType: String, Sendable, Hashable, Codable, CaseIterable {
    /// One byte: 0 is false and 1 is true.
    case bool = "BOOL"
    case uint8 = "U8"
    case int8 = "I8"
    case int16 = "I16"
    case uint16 = "U16"
    /// IEEE 754 binary16.
    case float16 = "F16"
    /// The upper half of a binary32.
    case bfloat16 = "BF16"
    case int32 = "I32"
    case uint32 = "U32"
    case float32 = "F32"
    case float64 = "F64"
    case int64 = "I64"
    case uint64 = "U64"

    /// How many bytes an element takes.
    public var byteCount: Int {
      switch self {
      case .bool, .uint8, .int8: 1
      case .int16, .uint16, .float16, .bfloat16: 2
      case .int32, .uint32, .float32: 4
      case .float64, .int64, .uint64: 8
      }
    }

    /// How many bytes a tensor of this shape takes, or `nil` where an axis is negative or the product too large
    /// for an integer.
    package func byteCount(ofShape shape: [Int]) -> Int? {
      var product = byteCount
      for extent in shape {
        guard extent >= 0 else { return nil }
        let (next, overflows) = product.multipliedReportingOverflow(by: extent)
        if overflows { return nil }
        product = next
      }
      return product
    }
  }
}

// MARK: Numbers

extension StoredTensor {
  /// The elements as Float32, row-major.
  ///
  /// Float16, BFloat16 and Float32 keep their exact values, NaNs included. Float64 is rounded to the nearest
  /// Float32. False is 0 and true is 1.
  ///
  /// - Returns: as many numbers as the tensor has elements.
  /// - Throws: ``DataError`` that names the element, where an integer has no exact Float32 (the first is
  ///   2²⁴ + 1), a finite Float64 is beyond Float32's range, or a boolean is neither 0 nor 1.
  public func floats() throws(DataError) -> [Float] {
    let exact = "an integer that Float32 holds exactly"
    return switch elementType {
    case .bool: try convert(UInt8.self, allowed: "0 or 1") { $0 <= 1 ? Float($0) : nil }
    case .uint8: try convert(UInt8.self, allowed: exact) { Float($0) }
    case .int8: try convert(Int8.self, allowed: exact) { Float($0) }
    case .int16: try convert(Int16.self, allowed: exact) { Float($0) }
    case .uint16: try convert(UInt16.self, allowed: exact) { Float($0) }
    case .int32: try convert(Int32.self, allowed: exact) { Float(exactly: $0) }
    case .uint32: try convert(UInt32.self, allowed: exact) { Float(exactly: $0) }
    case .int64: try convert(Int64.self, allowed: exact) { Float(exactly: $0) }
    case .uint64: try convert(UInt64.self, allowed: exact) { Float(exactly: $0) }
    case .float16: try convert(UInt16.self, allowed: "a Float16") { Self.float(fromHalf: $0) }
    case .bfloat16: try convert(UInt16.self, allowed: "a BFloat16") { Float(bitPattern: UInt32($0) << 16) }
    case .float32: try convert(UInt32.self, allowed: "a Float32") { Float(bitPattern: $0) }
    case .float64:
      try convert(UInt64.self, allowed: "a number in the range of Float32") { bits in
        let value = Double(bitPattern: bits)
        let rounded = Float(value)
        return rounded.isInfinite && value.isFinite ? nil : rounded
      }
    }
  }

  /// Converts every element, read as an integer of its size.
  private func convert<Word: FixedWidthInteger & BitwiseCopyable>(
    _: Word.Type, allowed: String, _ number: (Word) -> Float?
  ) throws(DataError) -> [Float] {
    let raw = bytes.span.bytes
    let stride = MemoryLayout<Word>.size
    var numbers: [Float] = []
    numbers.reserveCapacity(count)
    for index in 0..<count {
      // Any bits are a valid integer, and the span checks its bounds: the load is unsafe in name only.
      let word = Word(littleEndian: raw.unsafeLoadUnaligned(fromByteOffset: index * stride, as: Word.self))
      guard let converted = number(word) else {
        let text = elementType == .float64 ? "\(Double(bitPattern: UInt64(word)))" : "\(word)"
        throw DataError(field: "\(name)[\(index)]", value: text, allowed: allowed)
      }
      numbers.append(converted)
    }
    return numbers
  }

  /// Widens a binary16 to a binary32. (`Float16` is not there on every platform Swift runs on.)
  private static func float(fromHalf half: UInt16) -> Float {
    let sign = UInt32(half & 0x8000) << 16
    let exponent = UInt32(half >> 10) & 0x1F
    let fraction = UInt32(half) & 0x3FF
    switch exponent {
    case 0:
      // Zero or subnormal: a multiple of 2⁻²⁴.
      let magnitude = Float(fraction) * 0x1p-24
      return Float(bitPattern: magnitude.bitPattern | sign)
    case 0x1F: return Float(bitPattern: sign | 0x7F80_0000 | fraction << 13)
    default: return Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
    }
  }
}
