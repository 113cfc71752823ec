import Assay
import Testing

@Suite("Stored tensors")
struct StoredTensorTests {
  /// A tensor of one axis from integers of its element's size, as their bits.
  private static func tensor<Word: FixedWidthInteger>(
    _ type: StoredTensor.ElementType, _ words: [Word]
  ) -> StoredTensor {
    let bytes = words.flatMap { word in
      (0..<MemoryLayout<Word>.size).map { UInt8(truncatingIfNeeded: word >> Word(8 * $0)) }
    }
    return StoredTensor(name: "x", elementType: type, shape: [words.count], bytes: bytes)
  }

  private static func failure(_ tensor: StoredTensor) -> String? {
    do throws(DataError) {
      _ = try tensor.floats()
      return nil
    } catch {
      return "\(error)"
    }
  }

  @Test("numbers are stored bit for bit, lowest byte first")
  func floats() throws {
    let numbers: [Float] = [
      1, -0.0, .infinity, Float(bitPattern: 0x7FC1_2345), .leastNonzeroMagnitude, 0x1.234568p7,
    ]
    let tensor = StoredTensor(name: "w", shape: [2, 3], floats: numbers)
    #expect(tensor.elementType == .float32 && tensor.count == 6 && tensor.shape == [2, 3])
    #expect(tensor.bytes[0..<8] == [0, 0, 0x80, 0x3F, 0, 0, 0, 0x80])
    #expect(tensor.bytes[12..<16] == [0x45, 0x23, 0xC1, 0x7F])
    #expect(try tensor.floats().map(\.bitPattern) == numbers.map(\.bitPattern))
  }

  @Test("a shape without axes is one number, and one with an axis of zero is none")
  func shapes() throws {
    #expect(try StoredTensor(name: "s", shape: [], floats: [7]).floats() == [7])
    #expect(try StoredTensor(name: "e", shape: [3, 0, 2], floats: []).floats().isEmpty)
    #expect(StoredTensor(name: "e", shape: [3, 0, 2], floats: []).count == 0)
  }

  @Test("Float16 is widened exactly, every one of it")
  func halves() throws {
    let words = (UInt16.min...UInt16.max).map { $0 }
    let floats = try Self.tensor(.float16, words).floats()
    // By the definition of binary16: 2^(e − 15) (1 + f / 1024), subnormal where e is 0.
    for (word, float) in zip(words, floats) {
      let exponent = Int(word >> 10) & 31
      let fraction = Double(word & 1023) / 1024
      let sign = word >> 15 == 1 ? -1.0 : 1.0
      if exponent == 31 {
        #expect(fraction == 0 ? Double(float) == sign * .infinity : float.isNaN)
        continue
      }
      var magnitude = exponent == 0 ? fraction : 1 + fraction
      for _ in 0..<abs(max(exponent, 1) - 15) { magnitude *= exponent < 15 ? 0.5 : 2 }
      #expect(Double(float) == sign * magnitude && (float.sign == .minus) == (sign < 0), "bits \(word)")
    }
  }

  @Test("BFloat16 is the upper half of a Float32")
  func upperHalves() throws {
    let floats = try Self.tensor(.bfloat16, [0x3F80, 0xC020, 0x8000, 0x7F80, 0x0001, 0x4049] as [UInt16])
      .floats()
    #expect(floats == [1, -2.5, -0.0, .infinity, 0x1p-133, 3.140625])
    #expect(floats[2].sign == .minus)
  }

  @Test("Float64 is rounded to the nearest, and refused where Float32 has no room")
  func doubles() throws {
    func tensor(_ numbers: [Double]) -> StoredTensor { Self.tensor(.float64, numbers.map(\.bitPattern)) }
    // 1 + 2⁻²⁴ lies in the middle, and 1 is even; 1 + 3·2⁻²⁴ too, and 1 + 2⁻²² is even.
    let floats = try tensor([0.1, 1 + 0x1p-24, 1 + 3 * 0x1p-24, -.infinity, 1e-50]).floats()
    #expect(floats == [0x1.99999ap-4, 1, 1 + 0x1p-22, -.infinity, 0])
    #expect(try tensor([.nan]).floats()[0].isNaN)
    #expect(Self.failure(tensor([1, -1e39])) == "x[1] is -1e+39; allowed: a number in the range of Float32")
  }

  @Test("integers are exact or refused")
  func integers() throws {
    #expect(try Self.tensor(.int8, [-128, 127] as [Int8]).floats() == [-128, 127])
    #expect(try Self.tensor(.uint8, [0, 255] as [UInt8]).floats() == [0, 255])
    #expect(try Self.tensor(.int16, [.min, .max] as [Int16]).floats() == [-32768, 32767])
    #expect(try Self.tensor(.uint16, [.max] as [UInt16]).floats() == [65535])
    #expect(try Self.tensor(.int32, [.min, 1 << 24] as [Int32]).floats() == [-0x1p31, 0x1p24])
    #expect(
      try Self.tensor(.uint32, [1 << 31, 0xFFFF_FF00] as [UInt32]).floats() == [0x1p31, 4_294_967_040])
    #expect(try Self.tensor(.int64, [.min, -3] as [Int64]).floats() == [-0x1p63, -3])
    #expect(try Self.tensor(.uint64, [1 << 63, 5] as [UInt64]).floats() == [0x1p63, 5])
    let allowed = "allowed: an integer that Float32 holds exactly"
    #expect(Self.failure(Self.tensor(.int32, [-(1 << 24) - 1] as [Int32])) == "x[0] is -16777217; \(allowed)")
    #expect(Self.failure(Self.tensor(.uint32, [7, .max] as [UInt32])) == "x[1] is 4294967295; \(allowed)")
    #expect(Self.failure(Self.tensor(.int64, [.max] as [Int64])) == "x[0] is 9223372036854775807; \(allowed)")
    #expect(
      Self.failure(Self.tensor(.uint64, [.max] as [UInt64])) == "x[0] is 18446744073709551615; \(allowed)")
  }

  @Test("booleans are 0 and 1, and nothing else")
  func booleans() throws {
    #expect(try Self.tensor(.bool, [0, 1] as [UInt8]).floats() == [0, 1])
    #expect(Self.failure(Self.tensor(.bool, [0, 2] as [UInt8])) == "x[1] is 2; allowed: 0 or 1")
  }

  @Test("another name changes nothing else")
  func renamed() {
    let tensor = StoredTensor(name: "a", shape: [1, 2], floats: [1, 2])
    #expect(tensor.renamed("b") == StoredTensor(name: "b", shape: [1, 2], floats: [1, 2]))
  }

  @Test("a shape that the bytes do not fit is a programmer's mistake")
  func misfit() async {
    await #expect(processExitsWith: .failure) {
      _ = StoredTensor(name: "w", shape: [2, 2], floats: [1, 2, 3])
    }
    await #expect(processExitsWith: .failure) {
      _ = StoredTensor(name: "w", elementType: .uint8, shape: [-1, -2], bytes: [1, 2])
    }
    await #expect(processExitsWith: .failure) {
      // The product is 2⁶⁴, which must not be taken for 0.
      _ = StoredTensor(name: "w", elementType: .uint8, shape: [1 << 32, 1 << 32], bytes: [])
    }
  }
}
