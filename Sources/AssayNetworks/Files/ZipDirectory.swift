import Assay

/// What a zip archive says it holds, checked against where it says that it lies.
///
/// Everything must be where both the directory and the entries' own headers have it, so that no two programs can read
/// different arrays from one archive: the directory ends the file, entries do not overlap, and nothing is claimed to be
/// larger than deflation can make it.
///
/// - SeeAlso: PKWARE (2022), *APPNOTE.TXT: .ZIP file format specification*, 6.3.10.
struct ZipDirectory {
  struct Entry {
    enum Method: Int {
      case stored = 0
      case deflated = 8
    }

    var name: String
    var method: Method
    var checksum: UInt32
    /// How many bytes it has when inflated.
    var count: Int
    /// Where it begins, its own header included.
    var start: Int
    /// Its bytes in the file.
    var data: Range<Int>
  }

  private(set) var entries: [Entry] = []

  private let file: [UInt8]

  /// The most that deflation gains: 258 bytes for a match of two bits, one for its length and one for its distance.
  static let largestRatio = 1032

  init(_ file: [UInt8]) throws(DataError) {
    self.file = file
    let (directory, count) = try findDirectory()
    guard count <= directory.count / Self.recordSize else {
      throw DataError(
        field: "the directory", value: "\(directory.count) bytes long for \(count) entries",
        allowed: "at least \(Self.recordSize) for each")
    }
    var position = directory.lowerBound
    for index in 0..<count {
      entries.append(try entry(index, at: &position, within: directory))
    }
    guard position == directory.upperBound else {
      throw DataError(
        field: "the directory", value: "\(directory.count) bytes long",
        allowed: "the \(position - directory.lowerBound) of its entries")
    }
    try checkOverlaps(before: directory.lowerBound)
  }

  private func checkOverlaps(before limit: Int) throws(DataError) {
    let arranged = entries.sorted { $0.start < $1.start }
    for (entry, next) in zip(arranged, arranged.dropFirst()) where entry.data.upperBound > next.start {
      throw DataError(
        field: "\(DataError.quoted(next.name)): place", value: "\(next.start), within another entry",
        allowed: "entries that do not overlap")
    }
    if let last = arranged.last, last.data.upperBound > limit {
      throw DataError(
        field: "\(DataError.quoted(last.name)): size", value: "reaching into the directory",
        allowed: "at most \(limit)")
    }
  }
}

// MARK: The directory's place

extension ZipDirectory {
  private static let recordSize = 46
  private static let endSize = 22
  private static let locatorSize = 20
  private static let wideEndSize = 56
  /// In fields of two and four bytes: look in the wider field elsewhere.
  private static let elsewhere16 = 0xFFFF
  private static let elsewhere32 = 0xFFFF_FFFF

  private func findDirectory() throws(DataError) -> (range: Range<Int>, count: Int) {
    let end = file.count - Self.endSize
    guard end >= 0, integer32(end) == 0x0605_4B50, integer16(end + 20) == 0 else {
      throw DataError(
        field: "the file", value: "not ending as a zip archive without a comment does",
        allowed: "a file in the format .npz")
    }
    guard integer16(end + 4) == 0, integer16(end + 6) == 0, integer16(end + 8) == integer16(end + 10) else {
      throw DataError(field: "the archive", value: "split over several files", allowed: "one file")
    }
    var count = integer16(end + 10)
    var size = integer32(end + 12)
    var start = integer32(end + 16)
    var upperBound = end
    let locator = end - Self.locatorSize
    if locator >= 0, integer32(locator) == 0x0706_4B50 {
      upperBound = locator - Self.wideEndSize
      (count, size, start) = try wideEnd(at: upperBound, locator: locator, (count, size, start))
    }
    // Neither of these sums overflows: their parts are at most 63 bits, and compared before they are added.
    guard size <= upperBound, start == upperBound - size else {
      throw DataError(
        field: "the directory", value: "\(size) bytes from \(start)", allowed: "what ends at \(upperBound)")
    }
    return (start..<upperBound, count)
  }

  /// Reads the record with fields of eight bytes that large archives have; the fields of the small record must agree.
  private func wideEnd(
    at position: Int, locator: Int, _ narrow: (count: Int, size: Int, start: Int)
  ) throws(DataError) -> (Int, Int, Int) {
    func fail(_ value: String, _ allowed: String) -> DataError {
      DataError(field: "the zip64 end of the directory", value: value, allowed: allowed)
    }
    guard position >= 0, integer32(position) == 0x0606_4B50, integer64(position + 4) == Self.wideEndSize - 12,
      integer64(locator + 8) == position
    else { throw fail("not where it should be", "\(Self.wideEndSize) bytes before its locator") }
    guard integer32(locator + 4) == 0, integer32(locator + 16) == 1, integer32(position + 16) == 0,
      integer32(position + 20) == 0, let count = integer64(position + 32), integer64(position + 24) == count
    else { throw fail("of an archive split over several files", "one file") }
    guard let size = integer64(position + 40), let start = integer64(position + 48) else {
      throw fail("beyond 63 bits", "what fits the file")
    }
    guard narrow.count == min(count, Self.elsewhere16) || narrow.count == Self.elsewhere16,
      narrow.size == min(size, Self.elsewhere32) || narrow.size == Self.elsewhere32,
      narrow.start == min(start, Self.elsewhere32) || narrow.start == Self.elsewhere32
    else { throw fail("at odds with the end of the directory", "the same numbers in both") }
    return (count, size, start)
  }
}

// MARK: Entries

extension ZipDirectory {
  private func entry(
    _ index: Int, at position: inout Int, within directory: Range<Int>
  ) throws(DataError) -> Entry {
    let record = position
    guard directory.upperBound - record >= Self.recordSize, integer32(record) == 0x0201_4B50 else {
      throw DataError(field: "entry \(index) of the directory", value: "not there", allowed: "a record of it")
    }
    let nameStart = record + Self.recordSize
    let nameEnd = nameStart + integer16(record + 28)
    let extraEnd = nameEnd + integer16(record + 30)
    position = extraEnd + integer16(record + 32)
    guard position <= directory.upperBound else {
      throw DataError(
        field: "entry \(index) of the directory", value: "reaching beyond the directory",
        allowed: "a record within it")
    }
    guard let name = String(validating: file[nameStart..<nameEnd], as: UTF8.self) else {
      throw DataError(field: "the name of entry \(index)", value: "not UTF-8", allowed: "UTF-8")
    }
    let field = DataError.quoted(name)
    guard integer16(record + 34) == 0 else {
      throw DataError(field: "\(field): place", value: "in another file", allowed: "one file")
    }
    let flags = integer16(record + 8)
    try check(flags: flags, of: field)
    guard let method = Entry.Method(rawValue: integer16(record + 10)) else {
      throw DataError(
        field: "\(field): method", value: "\(integer16(record + 10))", allowed: "0 (stored) or 8 (deflated)")
    }
    let sizes = try wide(
      [integer32(record + 24), integer32(record + 20), integer32(record + 42)], extra: nameEnd..<extraEnd,
      of: field)
    let entry = Entry(
      name: name, method: method, checksum: UInt32(integer32(record + 16)), count: sizes[0], start: sizes[2],
      data: try data(
        of: field, name: nameStart..<nameEnd, start: sizes[2], sizes: (sizes[0], sizes[1]), record: record,
        before: directory.lowerBound))
    try checkSize(of: entry)
    return entry
  }

  private func check(flags: Int, of field: String) throws(DataError) {
    // Bit 0 and, of the strong kind, bits 6 and 13: encryption. Bit 5: a patch of another file.
    guard flags & 0x2061 == 0 else {
      throw DataError(
        field: "\(field): flags", value: "0x" + String(flags, radix: 16),
        allowed: "neither encryption nor patches")
    }
  }

  private func checkSize(of entry: Entry) throws(DataError) {
    let stored = entry.data.count
    let isPossible =
      switch entry.method {
      case .stored: entry.count == stored
      case .deflated: entry.count <= stored * Self.largestRatio
      }
    guard isPossible else {
      throw DataError(
        field: "\(DataError.quoted(entry.name)): size",
        value: "\(entry.count) bytes, of \(stored) in the file",
        allowed: entry.method == .stored ? "the same" : "at most \(Self.largestRatio) times as many")
    }
  }

  /// Where the bytes of an entry are, by its own header, which must agree with the directory.
  private func data(
    of field: String, name: Range<Int>, start: Int, sizes: (count: Int, stored: Int), record: Int,
    before limit: Int
  ) throws(DataError) -> Range<Int> {
    let headerSize = 30
    guard start <= limit - headerSize, integer32(start) == 0x0403_4B50 else {
      throw DataError(
        field: "\(field): place", value: "\(start), where no entry begins", allowed: "the start of its header"
      )
    }
    let nameEnd = start + headerSize + integer16(start + 26)
    let dataStart = nameEnd + integer16(start + 28)
    guard dataStart <= limit, sizes.stored <= limit - dataStart else {
      throw DataError(
        field: "\(field): size", value: "\(sizes.stored)",
        allowed: "at most the \(max(0, limit - dataStart)) bytes there")
    }
    func disagreement(_ what: String) -> DataError {
      DataError(
        field: "\(field): \(what)", value: "not the same in the directory", allowed: "the same in both")
    }
    guard file[start + headerSize..<nameEnd] == file[name] else { throw disagreement("name") }
    guard integer16(start + 6) == integer16(record + 8) else { throw disagreement("flags") }
    guard integer16(start + 8) == integer16(record + 10) else { throw disagreement("method") }
    // Bit 3: size and checksum follow the data, since they were not known before.
    if integer16(start + 6) & 8 == 0 {
      guard integer32(start + 14) == integer32(record + 16) else { throw disagreement("checksum") }
      let own = try wide(
        [integer32(start + 22), integer32(start + 18)], extra: nameEnd..<dataStart, of: field)
      guard own == [sizes.count, sizes.stored] else { throw disagreement("size") }
    }
    return dataStart..<dataStart + sizes.stored
  }

  /// Numbers of four bytes, those of them that say so replaced by the ones of eight bytes in a zip64 extra field.
  private func wide(_ narrow: [Int], extra: Range<Int>, of field: String) throws(DataError) -> [Int] {
    func fail(_ value: String, _ allowed: String) -> DataError {
      DataError(field: "\(field): extra field", value: value, allowed: allowed)
    }
    var wide: Range<Int>?
    var position = extra.lowerBound
    while position < extra.upperBound {
      guard extra.upperBound - position >= 4, integer16(position + 2) <= extra.upperBound - position - 4
      else {
        throw fail("longer than its place", "kind, size and as many bytes")
      }
      let next = position + 4 + integer16(position + 2)
      if integer16(position) == 1 {
        guard wide == nil else { throw fail("of kind zip64 twice", "once") }
        wide = position + 4..<next
      }
      position = next
    }
    var numbers = narrow
    for index in narrow.indices where narrow[index] == Self.elsewhere32 {
      guard let left = wide, left.count >= 8, let number = integer64(left.lowerBound) else {
        throw fail("without the zip64 numbers", "a number below 2⁶³ for each that is left out elsewhere")
      }
      numbers[index] = number
      wide = left.lowerBound + 8..<left.upperBound
    }
    return numbers
  }
}

// MARK: Little-endian numbers

extension ZipDirectory {
  private func integer16(_ position: Int) -> Int { Int(file[position]) | Int(file[position + 1]) << 8 }

  private func integer32(_ position: Int) -> Int { integer16(position) | integer16(position + 2) << 16 }

  /// A number of eight bytes, or `nil` where it has 64 bits.
  private func integer64(_ position: Int) -> Int? {
    Int(exactly: UInt64(integer32(position)) | UInt64(integer32(position + 4)) << 32)
  }
}
