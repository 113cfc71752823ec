import Assay
import Foundation
import Testing

@Suite("Safetensors files")
struct SafetensorsTests {
  /// A file from the text of its header and its data.
  private static func file(_ header: String, data: [UInt8] = [], length: UInt64? = nil) -> [UInt8] {
    let length = length ?? UInt64(header.utf8.count)
    return (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + Array(header.utf8) + data
  }

  private static func failure(_ file: [UInt8]) -> String? {
    do throws(DataError) {
      _ = try Safetensors(bytes: file)
      return nil
    } catch {
      return "\(error)"
    }
  }

  /// The header of one tensor `a` of four bytes, with fields replaced.
  private static func header(dtype: String = "\"U8\"", shape: String = "[4]", offsets: String = "[0,4]")
    -> String
  {
    "{\"a\":{\"dtype\":\(dtype),\"shape\":\(shape),\"data_offsets\":\(offsets)}}"
  }

  private static let sample = Safetensors(
    [
      StoredTensor(name: "b", shape: [1, 2], floats: [1, -2]),
      StoredTensor(name: "wide", elementType: .int64, shape: [], bytes: [1, 2, 3, 4, 5, 6, 7, 8]),
      StoredTensor(name: "a", shape: [0], floats: []),
    ], metadata: ["made by": "Assay", "k": "line\nbreak \"and\" \\ \u{1} é 😀"])

  @Test("the bytes are those of the format, written out by hand")
  func literal() throws {
    let one = Safetensors([StoredTensor(name: "w", shape: [2], floats: [1, -2])], metadata: ["k": "v"])
    let header =
      #"{"__metadata__":{"k":"v"},"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#
    #expect(header.utf8.count == 79)
    #expect(one.bytes() == Self.file(header + " ", data: [0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0]))
    #expect(Safetensors([]).bytes() == Self.file("{}      "))
  }

  @Test("what is written is read again, in either order", arguments: [Safetensors.Order.given, .sorted])
  func roundTrip(order: Safetensors.Order) throws {
    let bytes = Self.sample.bytes(order: order)
    let read = try Safetensors(bytes: bytes)
    #expect(read.metadata == Self.sample.metadata)
    // The widest type of element first, then by name.
    #expect(read.tensors.map(\.name) == (order == .given ? ["b", "wide", "a"] : ["wide", "a", "b"]))
    #expect(Set(read.tensors) == Set(Self.sample.tensors))
    #expect(read.bytes(order: order) == bytes)
    #expect(read["b"] == Self.sample.tensors[0] && read["c"] == nil)
    // The header's length, and so where the data start, is a multiple of eight.
    #expect(bytes[0] % 8 == 0)
  }

  @Test("sorting makes the order of the tensors irrelevant, bit for bit")
  func sorted() {
    let reversed = Safetensors(Self.sample.tensors.reversed(), metadata: Self.sample.metadata)
    #expect(reversed.bytes() == Self.sample.bytes())
    #expect(reversed.bytes(order: .given) != Self.sample.bytes(order: .given))
  }

  @Test("header fields may come in any order, with spaces, escapes and tensors out of place")
  func liberties() throws {
    let text = #"""
      { "second" : { "shape" : [ 1 , 2 ] , "data_offsets":[2,4], "dtype":"U8" },
        "\u0066irst\n\ud83d\ude00\/": {"data_offsets":[0,2],"dtype":"\u00499","shape":[]}, "__metadata__":{} }
      """#
    let file = Self.file(text.replacingOccurrences(of: "\\u00499", with: "\\u004916"), data: [1, 2, 3, 4])
    let read = try Safetensors(bytes: file)
    #expect(
      read.tensors == [
        StoredTensor(name: "first\n😀/", elementType: .int16, shape: [], bytes: [1, 2]),
        StoredTensor(name: "second", elementType: .uint8, shape: [1, 2], bytes: [3, 4]),
      ])
    #expect(try Safetensors(data: Data(file)) == read)
  }

  @Test("a file that is cut off anywhere is refused")
  func truncation() {
    let bytes = Self.sample.bytes()
    for count in bytes.indices {
      #expect(Self.failure(Array(bytes[..<count])) != nil, "\(count) bytes of \(bytes.count)")
    }
    #expect(Self.failure(bytes) == nil)
    #expect(Self.failure(bytes + [0]) == "the data is 17 bytes long; allowed: the 16 bytes of the tensors")
  }

  @Test("lengths of the header beyond the file, and beyond the limit, are refused")
  func headerLengths() {
    #expect(
      Self.failure([1, 2, 3])
        == "the file is 3 bytes long; allowed: at least the 8 bytes of the header's length")
    #expect(
      Self.failure(Self.file("{}", length: 3))
        == "the header's length is 3; allowed: at most the 2 bytes that follow it")
    for length in [UInt64(100_000_001), 1 << 63, .max] {
      #expect(
        Self.failure(Self.file("{}", length: length))
          == "the header's length is \(length); allowed: at most 100000000 bytes")
    }
    #expect(
      Self.failure(Self.file("", length: 0))
        == "the header is beginning with nothing more; allowed: one that begins with `{`")
  }

  @Test(
    "JSON that is not the header's is refused where it differs",
    arguments: [
      (" {}", "the header is beginning with the byte 0x20; allowed: one that begins with `{`"),
      ("[]", "the header is beginning with `[`; allowed: one that begins with `{`"),
      ("{", "byte 1 of the header is nothing more; allowed: a key of the header"),
      ("{}x", "byte 2 of the header is `x`; allowed: nothing but spaces after the header's object"),
      ("{,}", "byte 1 of the header is `,`; allowed: a key of the header"),
      ("{\"a\" 1}", "byte 5 of the header is `1`; allowed: `:` after the key a"),
      ("{\"a\":1}", "byte 5 of the header is `1`; allowed: an object that describes the tensor a"),
      ("{\"a\":null}", "byte 5 of the header is `n`; allowed: an object that describes the tensor a"),
      ("{\"a\":[[[[", "byte 5 of the header is `[`; allowed: an object that describes the tensor a"),
      ("{\"a\":{\"a\":{\"a\":", "a.a is not known; allowed: dtype, shape, data_offsets"),
      ("{\"a\":{\"dtype\":{", "byte 14 of the header is `{`; allowed: a string"),
      ("{\"a\":{\"shape\":[[", "byte 15 of the header is `[`; allowed: an integer for a.shape[0]"),
      ("{\"a\":{\"shape\":[1 2", "byte 17 of the header is `2`; allowed: `,` or `]` in a.shape"),
      ("{\"a\":{\"shape\":[1,]", "byte 17 of the header is `]`; allowed: an integer for a.shape[1]"),
      (
        "{\"__metadata__\":[]}",
        "byte 16 of the header is `[`; allowed: an object of strings for __metadata__"
      ),
      ("{\"__metadata__\":{\"k\":1}}", "byte 21 of the header is `1`; allowed: a string"),
      ("{\"a", "byte 3 of the header is nothing more; allowed: the end of a string"),
      (
        "{\"\u{1}\"",
        "byte 2 of the header is the byte 0x1; allowed: control characters only in the form \\u001f"
      ),
      ("{\"\\x\"", "byte 3 of the header is `x`; allowed: one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u"),
      ("{\"\\u12g4\"", "byte 6 of the header is `g`; allowed: four hexadecimal digits after \\u"),
      (
        "{\"\\udc00\"",
        "byte 8 of the header is `\"`; allowed: the first half of a surrogate pair before its second"
      ),
      ("{\"\\ud800a\"", "byte 8 of the header is `a`; allowed: the second half of a surrogate pair"),
      ("{\"a\":{}}", "a.dtype is missing; allowed: dtype, shape and data_offsets of each tensor"),
      ("{\"a\":{\"dtype\":\"U8\",\"dtype\":\"U8\"", "a.dtype is there twice; allowed: each key once"),
      ("{\"a\":{\"shape\":[],\"shape\":[]", "a.shape is there twice; allowed: each key once"),
      (
        "{\"__metadata__\":{\"k\":\"1\",\"k\":\"2\"}}",
        "__metadata__.k is there twice; allowed: each key once"
      ),
      ("{\"__metadata__\":{},\"__metadata__\":{}}", "__metadata__ is there twice; allowed: each name once"),
    ])
  func syntax(header: String, message: String) {
    #expect(Self.failure(Self.file(header)) == message)
  }

  @Test("the same name twice is refused, though one is escaped")
  func duplicates() {
    let entry = "{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}"
    #expect(
      Self.failure(Self.file("{\"a\":\(entry),\"\\u0061\":\(entry)}"))
        == "a is there twice; allowed: each name once")
  }

  @Test("names that are not UTF-8 are refused")
  func encoding() {
    var file = Self.file("{\"a\":1}")
    file[10] = 0xFF
    #expect(Self.failure(file) == "the string at byte 2 of the header is not UTF-8; allowed: UTF-8")
    // An overlong form of "/", which lenient decoders take for it.
    var overlong = Self.file("{\"ab\":1}")
    overlong.replaceSubrange(10..<12, with: [0xC0, 0xAF])
    #expect(Self.failure(overlong) == "the string at byte 2 of the header is not UTF-8; allowed: UTF-8")
  }

  @Test(
    "types, shapes and offsets that cannot be are refused",
    arguments: [
      (
        header(dtype: "\"F8_E4M3\""),
        "a.dtype is F8_E4M3; allowed: BOOL, U8, I8, I16, U16, F16, BF16, I32, U32, F32, F64, I64, U64"
      ),
      (header(shape: "[-4]"), "a.shape[0] is -4; allowed: an integer from 0 to 9223372036854775807"),
      (header(shape: "[4.0]"), "a.shape[0] is 4.0; allowed: an integer from 0 to 9223372036854775807"),
      (header(shape: "[4e0]"), "a.shape[0] is 4e0; allowed: an integer from 0 to 9223372036854775807"),
      (header(shape: "[04]"), "a.shape[0] is 04; allowed: an integer from 0 to 9223372036854775807"),
      (
        header(shape: "[1,9223372036854775808]"),
        "a.shape[1] is 9223372036854775808; allowed: an integer from 0 to 9223372036854775807"
      ),
      (
        header(shape: "[4294967296,4294967296]"),
        "a.shape is [4294967296, 4294967296], which is too large; "
          + "allowed: a shape whose bytes can be counted in 63 bits"
      ),
      (
        header(shape: "[\(Array(repeating: "1", count: 65).joined(separator: ","))]"),
        "a.shape is more than 64 entries long; allowed: at most 64"
      ),
      (header(shape: "[3]"), "a.data_offsets is [0, 4], which is 4 bytes; allowed: the 3 bytes of U8 [3]"),
      (
        header(dtype: "\"F32\""),
        "a.data_offsets is [0, 4], which is 4 bytes; allowed: the 16 bytes of F32 [4]"
      ),
      (header(offsets: "[4,0]"), "a.data_offsets is [4, 0]; allowed: first the start, then the end"),
      (header(offsets: "[0,5]"), "a.data_offsets[1] is 5; allowed: at most the 4 bytes of data"),
      (header(offsets: "[0]"), "a.data_offsets is [0]; allowed: [start, end]"),
      (header(offsets: "[0,4,4]"), "a.data_offsets is more than 2 entries long; allowed: at most 2"),
      (
        header(shape: "[3]", offsets: "[1,4]"),
        "a.data_offsets[0] is 1, which leaves a hole; allowed: 0, where the tensors before it end"
      ),
      (
        header(shape: "[3]", offsets: "[0,3]"),
        "the data is 4 bytes long; allowed: the 3 bytes of the tensors"
      ),
    ])
  func consistency(header: String, message: String) {
    #expect(Self.failure(Self.file(header, data: [1, 2, 3, 4])) == message)
  }

  @Test("tensors that overlap, or leave holes between them, are refused")
  func overlaps() {
    func file(_ start: Int, _ end: Int) -> [UInt8] {
      Self.file(
        "{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,4]},"
          + "\"b\":{\"dtype\":\"U8\",\"shape\":[\(end - start)],\"data_offsets\":[\(start),\(end)]}}",
        data: Array(0..<8))
    }
    let allowed = "allowed: 4, where the tensors before it end"
    #expect(Self.failure(file(4, 8)) == nil)
    #expect(Self.failure(file(3, 8)) == "b.data_offsets[0] is 3, which overlaps another tensor; \(allowed)")
    #expect(Self.failure(file(5, 8)) == "b.data_offsets[0] is 5, which leaves a hole; \(allowed)")
    #expect(Self.failure(file(2, 2)) == "b.data_offsets[0] is 2, which overlaps another tensor; \(allowed)")
  }

  @Test("a long name from a file is shortened in a message, and stays on one line")
  func longNames() throws {
    let name = String(repeating: "x\\n", count: 10000)
    let message = try #require(Self.failure(Self.file("{\"\(name)\":1}")))
    #expect(message.utf8.count < 400 && !message.contains("\n"))
  }

  @Test("a file is written as a whole, in place of what was there, and nothing else is left")
  func writing() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let url = folder.appendingPathComponent("weights.safetensors")
    try Data([1, 2, 3]).write(to: url)
    try Self.sample.write(to: url)
    #expect(try Safetensors(contentsOf: url).bytes() == Self.sample.bytes())
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["weights.safetensors"])

    // A link stays a link.
    let link = folder.appendingPathComponent("link.safetensors")
    try FileManager.default.createSymbolicLink(at: link, withDestinationURL: url)
    try Safetensors([]).write(to: link)
    #expect(try Safetensors(contentsOf: url) == Safetensors([]))
    #expect(
      try FileManager.default.destinationOfSymbolicLink(atPath: link.path).hasSuffix("weights.safetensors"))
  }

  @Test("a file that cannot be written or read is an error that names it, and leaves nothing behind")
  func unwritable() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let missing = folder.appendingPathComponent("nowhere/weights.safetensors")
    let failure = #expect(throws: DataError.self) { try Self.sample.write(to: missing) }
    #expect(failure?.source == missing.path && failure?.value == "not writable (No such file or directory)")
    // A folder cannot be replaced by a file, and the temporary file is gone.
    let occupied = folder.appendingPathComponent("occupied")
    try FileManager.default.createDirectory(at: occupied, withIntermediateDirectories: true)
    #expect(throws: DataError.self) { try Self.sample.write(to: occupied) }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["occupied"])

    for url in [missing, occupied, URL(fileURLWithPath: "/dev/zero")] {
      let failure = #expect(throws: DataError.self) { _ = try Safetensors(contentsOf: url) }
      #expect(failure?.source == url.path && failure?.field == "the file")
    }
    let short = folder.appendingPathComponent("short")
    try Data([1]).write(to: short)
    let refusal = #expect(throws: DataError.self) { _ = try Safetensors(contentsOf: short) }
    #expect(refusal?.source == short.path && refusal?.value == "1 bytes long")
  }

  @Test("two tensors of one name, and one with the metadata's, are programmer's mistakes")
  func names() async {
    await #expect(processExitsWith: .failure) {
      let tensor = StoredTensor(name: "a", shape: [], floats: [1])
      _ = Safetensors([tensor, tensor])
    }
    await #expect(processExitsWith: .failure) {
      _ = Safetensors([StoredTensor(name: "__metadata__", shape: [], floats: [1])])
    }
  }
}
