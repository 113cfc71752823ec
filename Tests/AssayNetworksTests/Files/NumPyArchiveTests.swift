import Assay
import AssayNetworks
import Foundation
import Testing

@Suite("NumPy archives")
struct NumPyArchiveTests {
  /// An entry, and what is to be wrong with it.
  private struct Entry {
    var name = "a.npy"
    var data = NumPyArrayTests.file(
      "{'descr': '|u1', 'fortran_order': False, 'shape': (3,), }", data: [1, 2, 3])
    /// Whether it is packed as one deflated block, of the kind that holds its bytes as they are.
    var isDeflated = false
    var method: Int?
    var flags = 0
    var localFlags: Int?
    var localName: String?
    var count: Int?
    var localCount: Int?
    var checksum: UInt32?
    var start: Int?
    var extra: [UInt8] = []
    /// Behind the packed data, and counted with them.
    var rest: [UInt8] = []
  }

  /// A zip archive, by the book.
  private static func archive(
    _ entries: [Entry], count: Int? = nil, directorySize: Int? = nil, directoryStart: Int? = nil,
    disk: Int = 0,
    comment: [UInt8] = []
  ) -> [UInt8] {
    var file: [UInt8] = []
    var directory: [UInt8] = []
    for entry in entries {
      let method = entry.method ?? (entry.isDeflated ? 8 : 0)
      let length = entry.data.count
      let packed =
        (entry.isDeflated ? [1] + number(length, 2) + number(~length, 2) + entry.data : entry.data)
        + entry.rest
      let checksum = number(Int(entry.checksum ?? Self.checksum(entry.data)), 4)
      let start = entry.start ?? file.count
      file += number(0x0403_4B50, 4) + number(20, 2) + number(entry.localFlags ?? entry.flags, 2)
      file += number(method, 2) + number(0, 4) + checksum + number(packed.count, 4)
      file += number(entry.localCount ?? entry.count ?? length, 4)
      let localName = Array((entry.localName ?? entry.name).utf8)
      file += number(localName.count, 2) + number(0, 2) + localName + packed
      directory += number(0x0201_4B50, 4) + number(20, 2) + number(20, 2) + number(entry.flags, 2)
      directory += number(method, 2) + number(0, 4) + checksum + number(packed.count, 4)
      directory += number(entry.count ?? length, 4) + number(entry.name.utf8.count, 2)
      directory += number(entry.extra.count, 2) + number(0, 2) + number(0, 2) + number(0, 2) + number(0, 4)
      directory += number(start, 4) + Array(entry.name.utf8) + entry.extra
    }
    let count = number(count ?? entries.count, 2)
    let end =
      number(0x0605_4B50, 4) + number(disk, 2) + number(disk, 2) + count + count
      + number(directorySize ?? directory.count, 4) + number(directoryStart ?? file.count, 4)
    return file + directory + end + number(comment.count, 2) + comment
  }

  private static func number(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  /// CRC-32 bit by bit, by its definition.
  private static func checksum(_ bytes: [UInt8]) -> UInt32 {
    var remainder: UInt32 = 0xFFFF_FFFF
    for byte in bytes {
      remainder ^= UInt32(byte)
      for _ in 0..<8 { remainder = remainder & 1 == 1 ? remainder >> 1 ^ 0xEDB8_8320 : remainder >> 1 }
    }
    return ~remainder
  }

  private static func failure(_ file: [UInt8], limit: Int = 1 << 20) -> String? {
    do throws(DataError) {
      _ = try NumPyArchive(bytes: file, limit: limit)
      return nil
    } catch {
      return "\(error)"
    }
  }

  @Test("an archive written out by hand is read, stored and deflated")
  func literal() throws {
    let file = Self.archive([Entry(name: "x/../y.npy"), Entry(name: "θ.npy", isDeflated: true)])
    let archive = try NumPyArchive(bytes: file)
    #expect(
      archive.tensors
        == ["x/../y", "θ"].map { StoredTensor(name: $0, elementType: .uint8, shape: [3], bytes: [1, 2, 3]) })
    #expect(try NumPyArchive(bytes: Self.archive([])).tensors.isEmpty)
  }

  @Test("an archive that is cut off anywhere, goes on, or begins elsewhere is refused")
  func truncation() throws {
    for name in ["wide.npz", "streamed.npz"] {
      let file = try TensorFiles.bytes(name)
      #expect(Self.failure(file) == nil)
      for count in file.indices {
        #expect(Self.failure(Array(file[..<count])) != nil, "\(name): \(count) bytes")
      }
      #expect(Self.failure(file + [0]) != nil)
      #expect(Self.failure([0] + file) != nil)
    }
  }

  @Test("a wrong byte anywhere in an array's data is found by its checksum")
  func checksums() throws {
    let file = Self.archive([Entry()])
    let data = Entry().data
    let start = 30 + 5
    for index in start..<start + data.count {
      var damaged = file
      damaged[index] ^= 0x10
      let message = try #require(Self.failure(damaged))
      #expect(message.hasPrefix("a.npy: checksum is "))
    }
  }

  @Test("archives that are at odds with themselves are refused")
  func disagreements() {
    func check(_ message: String, _ entries: Entry..., line: Int = #line) {
      #expect(Self.failure(Self.archive(entries)) == message, "line \(line)")
    }
    let size = Entry().data.count
    let both = "allowed: the same in both"
    check("a.npy: flags is 0x1; allowed: neither encryption nor patches", Entry(flags: 1))
    check("a.npy: flags is 0x2000; allowed: neither encryption nor patches", Entry(flags: 0x2000))
    check("a.npy: flags is not the same in the directory; \(both)", Entry(localFlags: 1))
    check("a.npy: name is not the same in the directory; \(both)", Entry(localName: "b.npy"))
    check("a.npy: size is not the same in the directory; \(both)", Entry(localCount: 1))
    check("a.npy: method is 12; allowed: 0 (stored) or 8 (deflated)", Entry(method: 12))
    check("a.npy is there twice; allowed: each name once", Entry(), Entry())
    check("the name of an entry is a.txt; allowed: one that ends in .npy", Entry(name: "a.txt"))
    check("b.npy: name is not the same in the directory; \(both)", Entry(), Entry(name: "b.npy", start: 0))
    check(
      "a.npy: place is 0, within another entry; allowed: entries that do not overlap", Entry(),
      Entry(start: 0))
    check("a.npy: place is 7, where no entry begins; allowed: the start of its header", Entry(start: 7))
    check(
      "a.npy: place is 4294967294, where no entry begins; allowed: the start of its header",
      Entry(start: 0xFFFF_FFFE))
    check(
      "a.npy: extra field is without the zip64 numbers; "
        + "allowed: a number below 2⁶³ for each that is left out elsewhere", Entry(start: 0xFFFF_FFFF))
    check(
      "a.npy: extra field is longer than its place; allowed: kind, size and as many bytes",
      Entry(extra: [1, 0, 8, 0, 0]))
    check(
      "a.npy: extra field is of kind zip64 twice; allowed: once",
      Entry(extra: [1, 0, 0, 0, 1, 0, 0, 0]))
    check(
      "a.npy: size is \(size + 1) bytes, of \(size) in the file; allowed: the same", Entry(count: size + 1))
    for claimed in [size - 1, size + 1, 10 * size] {
      check(
        "a.npy: data is damaged; allowed: what inflates to the \(claimed) bytes it says",
        Entry(isDeflated: true, count: claimed))
    }
    check(
      "a.npy: data is damaged; allowed: what inflates to the \(size) bytes it says",
      Entry(isDeflated: true, rest: [0]))
    check(
      "a.npy: data is damaged; allowed: what inflates to the \(size) bytes it says", Entry(method: 8))
    check(
      "a.npy: descr is |O, which are Python objects; allowed: b1, i1, i2, i4, i8, u1, u2, u4, u8, f2, f4 or f8 "
        + "after `<`, `>` or, for one byte, `|`", Entry(data: NumPyArrayTests.file("{'descr': '|O'}")))
  }

  @Test("sizes beyond what deflation can make, and beyond the limit, are refused before any memory is taken")
  func sizes() {
    let size = Entry().data.count
    let packed = size + 5
    #expect(
      Self.failure(Self.archive([Entry(isDeflated: true, count: 1032 * packed + 1)]))
        == "a.npy: size is \(1032 * packed + 1) bytes, of \(packed) in the file; allowed: at most 1032 times as many"
    )
    let two = Self.archive([Entry(name: "a.npy"), Entry(name: "b.npy")])
    #expect(Self.failure(two, limit: 2 * size) == nil)
    #expect(
      Self.failure(two, limit: 2 * size - 1)
        == "b.npy: size is \(size) bytes; allowed: at most \(size - 1), for all to have no more than \(2 * size - 1)"
    )
  }

  @Test("directories that are not where, or what, they should be are refused")
  func directories() {
    let entry = Entry()
    let size = 46 + 5
    let start = 30 + 5 + entry.data.count
    let ending =
      "the file is not ending as a zip archive without a comment does; allowed: a file in the format .npz"
    #expect(Self.failure(Self.archive([entry], comment: [1])) == ending)
    #expect(Self.failure([]) == ending)
    #expect(
      Self.failure(Self.archive([entry], disk: 1))
        == "the archive is split over several files; allowed: one file")
    #expect(
      Self.failure(Self.archive([entry], directoryStart: start - 1))
        == "the directory is \(size) bytes from \(start - 1); allowed: what ends at \(start + size)")
    #expect(
      Self.failure(Self.archive([entry], directorySize: 0xFFFF_FFFF, directoryStart: 0xFFFF_FFFF))
        == "the directory is 4294967295 bytes from 4294967295; allowed: what ends at \(start + size)")
    #expect(
      Self.failure(Self.archive([entry], count: 2))
        == "the directory is \(size) bytes long for 2 entries; allowed: at least 46 for each")
    #expect(
      Self.failure(Self.archive([entry], count: 0))
        == "the directory is \(size) bytes long; allowed: the 0 of its entries")
  }

  @Test("a zip64 directory is refused where it is at odds with the small one")
  func wideDirectories() throws {
    let file = try TensorFiles.bytes("wide.npz")
    // The records' places, from the end: 22 bytes, before them 20, before them 56.
    let narrow = file.count - 22
    let wide = narrow - 20 - 56
    func failure(_ index: Int, _ bytes: [UInt8]) -> String? {
      var damaged = file
      damaged.replaceSubrange(index..<index + bytes.count, with: bytes)
      return Self.failure(damaged)
    }
    let field = "the zip64 end of the directory is"
    #expect(failure(wide, [0]) == "\(field) not where it should be; allowed: 56 bytes before its locator")
    #expect(
      failure(narrow - 12, [1]) == "\(field) not where it should be; allowed: 56 bytes before its locator")
    #expect(
      failure(wide + 39, [0x80]) == "\(field) of an archive split over several files; allowed: one file")
    #expect(failure(wide + 47, [0x80]) == "\(field) beyond 63 bits; allowed: what fits the file")
    #expect(
      failure(narrow + 12, [1, 0, 0, 0])
        == "\(field) at odds with the end of the directory; allowed: the same numbers in both")
    // Without the wide record, the numbers that it had for the directory are missing.
    #expect(failure(narrow - 20, [0]) != nil)
  }
}
