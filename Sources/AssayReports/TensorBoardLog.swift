/// Scalars over steps in the format that TensorBoard reads: a file of events.
///
/// A file is a row of records, and a record is
///
///     8 bytes   n, the length of the event, little-endian
///     4 bytes   the masked checksum of those eight bytes
///     n bytes   the event
///     4 bytes   the masked checksum of the event
///
/// The checksum is CRC-32C; masked, it is rotated right by 15 bits and 0xA282EAD8 is added, so that a checksum of
/// something with checksums in it is nothing special. The event is a protocol buffer:
///
///     Event     1: wall time, double    2: step, int64    3: file version, string    5: summary
///     Summary   1: value, repeated
///     Value     1: tag, string          2: simple value, float
///
/// - SeeAlso: TensorFlow's
///   [record_writer.h](https://github.com/tensorflow/tensorflow/blob/master/tensorflow/core/lib/io/record_writer.h) and
///   [event.proto](https://github.com/tensorflow/tensorflow/blob/master/tensorflow/core/util/event.proto); Castagnoli,
///   Bräuer & Herrmann (1993), *Optimization of cyclic redundancy-check codes with 24 and 32 parity bits*.
public enum TensorBoardLog {
  /// The record that a file begins with.
  ///
  /// - Parameter wallTime: seconds since 1970.
  /// - Returns: its bytes.
  public static func opening(wallTime: Double) -> [UInt8] {
    var event = ProtocolBuffer()
    event.add(wallTime, field: 1)
    event.add("brain.Event:2", field: 3)
    return record(event.bytes)
  }

  /// A record of scalars.
  ///
  /// - Parameters:
  ///   - scalars: each with its tag, `actor/loss`; TensorBoard groups them by what is before the slash.
  ///   - step: the environment step.
  ///   - wallTime: seconds since 1970.
  /// - Returns: its bytes.
  public static func record(
    of scalars: [(name: String, value: Double)], step: Int, wallTime: Double
  ) -> [UInt8] {
    var summary = ProtocolBuffer()
    for scalar in scalars {
      var value = ProtocolBuffer()
      value.add(scalar.name, field: 1)
      value.add(Float(scalar.value), field: 2)
      summary.add(value.bytes, field: 1)
    }
    var event = ProtocolBuffer()
    event.add(wallTime, field: 1)
    event.add(step, field: 2)
    event.add(summary.bytes, field: 5)
    return record(event.bytes)
  }

  /// An event with its length and checksums.
  static func record(_ event: [UInt8]) -> [UInt8] {
    let length = littleEndian(UInt64(event.count))
    return length + littleEndian(masked(checksum(of: length))) + event
      + littleEndian(masked(checksum(of: event)))
  }

  static func masked(_ checksum: UInt32) -> UInt32 { (checksum >> 15 | checksum << 17) &+ 0xA282_EAD8 }

  /// CRC-32C.
  static func checksum(of bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(UInt32.max) { $0 >> 8 ^ remainders[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] }
  }

  /// What each byte leaves when it is divided by the polynomial, in reflected order.
  private static let remainders: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { rest, _ in rest & 1 == 1 ? rest >> 1 ^ 0x82F6_3B78 : rest >> 1 }
  }

  private static func littleEndian(_ number: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: number.littleEndian) { Array($0) }
  }

  /// A message in the making: fields, each behind a key that says its number and how it is written.
  private struct ProtocolBuffer {
    private(set) var bytes: [UInt8] = []

    mutating func add(_ number: Int, field: Int) {
      addVarint(UInt64(field << 3))
      addVarint(UInt64(bitPattern: Int64(number)))
    }

    mutating func add(_ number: Double, field: Int) {
      addVarint(UInt64(field << 3 | 1))
      bytes += littleEndian(number.bitPattern)
    }

    mutating func add(_ number: Float, field: Int) {
      addVarint(UInt64(field << 3 | 5))
      bytes += littleEndian(number.bitPattern)
    }

    mutating func add(_ text: String, field: Int) { add(Array(text.utf8), field: field) }

    mutating func add(_ message: [UInt8], field: Int) {
      addVarint(UInt64(field << 3 | 2))
      addVarint(UInt64(message.count))
      bytes += message
    }

    /// Seven bits a byte, the lowest first; the eighth says whether more follow.
    private mutating func addVarint(_ number: UInt64) {
      var rest = number
      while rest >= 128 {
        bytes.append(UInt8(truncatingIfNeeded: rest) | 128)
        rest >>= 7
      }
      bytes.append(UInt8(rest))
    }
  }
}
