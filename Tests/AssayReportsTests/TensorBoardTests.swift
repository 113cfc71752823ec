import Foundation
import Testing

@testable import AssayReports

@Suite("Logs for TensorBoard")
struct TensorBoardTests {
  static let checked: [(bytes: [UInt8], checksum: UInt32)] = [
    // RFC 3720, appendix B.4: thirty-two zeros, ones, and numbers upwards.
    ([UInt8](repeating: 0, count: 32), 0x8A91_36AA),
    ([UInt8](repeating: 0xFF, count: 32), 0x62A8_AB43),
    ([UInt8](0..<32), 0x46DD_794E),
    // The check value of the catalogue of parametrised CRC algorithms.
    ([UInt8]("123456789".utf8), 0xE306_9283),
  ]

  @Test("checksums are CRC-32C", arguments: checked)
  func checksums(bytes: [UInt8], checksum: UInt32) {
    #expect(TensorBoardLog.checksum(of: bytes) == checksum)
  }

  @Test("a record of scalars is, byte for byte, what the format says")
  func record() throws {
    // Made by a few lines of Python from the description of the format alone.
    let expected: [UInt8] = [
      53, 0, 0, 0, 0, 0, 0, 0, 214, 197, 93, 230, 9, 0, 0, 0, 0, 0,
      74, 147, 64, 16, 172, 2, 42, 39, 10, 17, 10, 10, 97, 99, 116, 111, 114, 47,
      108, 111, 115, 115, 21, 0, 0, 0, 63, 10, 18, 10, 11, 99, 114, 105, 116, 105,
      99, 47, 108, 111, 115, 115, 21, 0, 0, 128, 255, 11, 251, 233, 156,
    ]
    let opening: [UInt8] = [
      24, 0, 0, 0, 0, 0, 0, 0, 163, 127, 75, 34, 9, 0, 0, 0, 0, 0,
      74, 147, 64, 26, 13, 98, 114, 97, 105, 110, 46, 69, 118, 101, 110, 116, 58, 50,
      101, 184, 211, 251,
    ]
    let record = TensorBoardLog.record(
      of: [("actor/loss", 0.5), ("critic/loss", -.infinity)], step: 300, wallTime: 1234.5)
    #expect(record == expected)
    #expect(TensorBoardLog.opening(wallTime: 1234.5) == opening)
  }

  @Test("a step larger than four bytes, and a name that is no ASCII, survive")
  func large() throws {
    let large: [UInt8] = [
      33, 0, 0, 0, 0, 0, 0, 0, 1, 123, 236, 246, 9, 0, 0, 0, 0, 0,
      0, 0, 0, 16, 128, 228, 151, 208, 18, 42, 16, 10, 14, 10, 7, 103, 114, 195,
      182, 195, 159, 101, 21, 0, 0, 128, 63, 233, 251, 114, 56,
    ]
    #expect(TensorBoardLog.record(of: [("größe", 1)], step: 5_000_000_000, wallTime: 0) == large)
  }
}
