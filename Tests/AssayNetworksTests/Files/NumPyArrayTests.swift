import Assay
import AssayNetworks
import Foundation
import Testing

@Suite("NumPy arrays")
struct NumPyArrayTests {
  /// A file from the text of its header.
  static func file(
    _ header: String, data: [UInt8] = [], version: [UInt8] = [1, 0], length: Int? = nil
  ) -> [UInt8] {
    let length = length ?? header.utf8.count
    let digits = (0..<(version == [1, 0] ? 2 : 4)).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }
    return [0x93] + Array("NUMPY".utf8) + version + digits + Array(header.utf8) + data
  }

  private static func failure(_ file: [UInt8]) -> String? {
    do throws(DataError) {
      _ = try NumPyArray(bytes: file)
      return nil
    } catch {
      return "\(error)"
    }
  }

  @Test("a file written out by hand is read, whatever the order of bytes and axes")
  func literal() throws {
    let rows = try NumPyArray(
      bytes: Self.file("{'descr': '<u2', 'fortran_order': False, 'shape': (2, 3), }\n", data: Array(1...12)))
    #expect(rows.elementType == .uint16 && rows.shape == [2, 3] && rows.bytes == Array(1...12))
    #expect(
      rows.tensor(named: "w")
        == StoredTensor(name: "w", elementType: .uint16, shape: [2, 3], bytes: Array(1...12)))

    // Element (i, j) lies at i + 2j.
    let columns = try NumPyArray(
      bytes: Self.file(
        "{\"shape\":(2,3),'fortran_order':True,'descr':'>u2'}", data: Array(1...12), version: [2, 0]))
    #expect(columns.bytes == [2, 1, 6, 5, 10, 9, 4, 3, 8, 7, 12, 11])

    let scalar = try NumPyArray(
      bytes: Self.file("{'descr': '|i1', 'fortran_order': False, 'shape': ()}", data: [9], version: [3, 0]))
    #expect(scalar.shape.isEmpty && scalar.bytes == [9])
    let empty = try NumPyArray(bytes: Self.file("{'descr': '<f8', 'fortran_order': True, 'shape': (0, 7)}"))
    #expect(empty.shape == [0, 7] && empty.bytes.isEmpty)
  }

  @Test("a file that is cut off anywhere, or goes on, is refused")
  func truncation() {
    let file = Self.file("{'descr': '|b1', 'fortran_order': False, 'shape': (2,), }\n", data: [0, 1])
    #expect(Self.failure(file) == nil)
    for count in file.indices { #expect(Self.failure(Array(file[..<count])) != nil, "\(count) bytes") }
    #expect(Self.failure(file + [0]) == "the data is 3 bytes long; allowed: the 2 bytes of BOOL [2]")
  }

  @Test("another format, version or length of the header is refused")
  func prefixes() {
    #expect(
      Self.failure(Array("PK".utf8))
        == "the file is not beginning as a NumPy array does; allowed: a file in the format .npy")
    for version in [[0, 0], [4, 0], [1, 1]] as [[UInt8]] {
      #expect(
        Self.failure(Self.file("{}", version: version))
          == "the format's version is \(version[0]).\(version[1]); allowed: 1.0, 2.0, 3.0")
    }
    #expect(
      Self.failure(Self.file("{}", version: [2, 0], length: 0xFFFF_FFFF))
        == "the header's length is 4294967295; allowed: at most the 2 bytes that follow it")
  }

  @Test(
    "headers that are no such dictionary are refused where they differ",
    arguments: [
      ("", "byte 0 of the header is nothing more; allowed: a dictionary that begins with `{`"),
      ("{", "byte 1 of the header is nothing more; allowed: a key"),
      ("{}", "descr is missing; allowed: descr, fortran_order and shape"),
      ("{'descr': '<f4', 'shape': ()}", "fortran_order is missing; allowed: descr, fortran_order and shape"),
      (
        "{'descr': '<f4', 'fortran_order': True}", "shape is missing; allowed: descr, fortran_order and shape"
      ),
      ("{} 1", "byte 3 of the header is `1`; allowed: nothing but spaces after the dictionary"),
      ("{'a': 1}", "a is not known; allowed: descr, fortran_order, shape"),
      ("{'shape': (), 'shape': ()}", "shape is there twice; allowed: each key once"),
      ("{'shape' ()}", "byte 9 of the header is `(`; allowed: `:` after the key shape"),
      ("{'shape': () 'descr'", "byte 13 of the header is `'`; allowed: `,` or `}` after the value of shape"),
      ("{'shape': ((((", "byte 11 of the header is `(`; allowed: an integer for shape[0]"),
      ("{'shape': [1]}", "byte 10 of the header is `[`; allowed: a tuple of integers for shape"),
      ("{'shape': (1)}", "byte 12 of the header is `)`; allowed: `,` in shape"),
      ("{'shape': (-1,)}", "shape[0] is -1; allowed: an integer from 0 to 9223372036854775807"),
      ("{'shape': (01,)}", "shape[0] is 01; allowed: an integer from 0 to 9223372036854775807"),
      (
        "{'shape': (9223372036854775808,)}",
        "shape[0] is 9223372036854775808; allowed: an integer from 0 to 9223372036854775807"
      ),
      ("{'shape': (1.0,)}", "byte 12 of the header is `.`; allowed: `,` in shape"),
      ("{'fortran_order': true}", "byte 18 of the header is `t`; allowed: True or False for fortran_order"),
      ("{'descr\\x41': 1}", "byte 7 of the header is `\\`; allowed: plain ASCII in a string"),
      ("{'descr", "byte 7 of the header is nothing more; allowed: the end of a string"),
      ("{'descr': [('a', '<f4')]}", "descr is a list of fields; allowed: \(types)"),
      ("{'descr': '|O'}", "descr is |O, which are Python objects; allowed: \(types)"),
      ("{'descr': '<c8'}", "descr is <c8; allowed: \(types)"),
      ("{'descr': '|f4'}", "descr is |f4; allowed: \(types)"),
      ("{'descr': 'f4'}", "descr is f4; allowed: \(types)"),
      ("{'descr': ''}", "descr is \"\"; allowed: \(types)"),
      (
        "{'descr': '<f4', 'fortran_order': True, 'shape': (4294967296, 4294967296, 0)}",
        "shape is [4294967296, 4294967296, 0], which is too large; "
          + "allowed: a shape whose bytes can be counted in 63 bits"
      ),
      (
        "{'descr': '<f4', 'fortran_order': True, 'shape': (1000000000000,)}",
        "the data is 0 bytes long; allowed: the 4000000000000 bytes of F32 [1000000000000]"
      ),
    ])
  func headers(header: String, message: String) {
    #expect(Self.failure(Self.file(header)) == message)
  }

  private static let types =
    "b1, i1, i2, i4, i8, u1, u2, u4, u8, f2, f4 or f8 after `<`, `>` or, for one byte, `|`"

  @Test("a file that is not there is an error that names it")
  func missing() {
    let url = URL(fileURLWithPath: "/nowhere/array.npy")
    let failure = #expect(throws: DataError.self) { _ = try NumPyArray(contentsOf: url) }
    #expect(failure?.source == "/nowhere/array.npy")
  }
}
