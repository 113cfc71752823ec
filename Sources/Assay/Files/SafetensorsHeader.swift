/// A reader of the one shape of JSON that the header of a safetensors file may have.
///
/// It keeps no stack, since nothing may nest deeper than the format says; it holds no more than what it returns; and it
/// reads numbers as integers, without rounding. JSON beyond that shape is refused at the first byte that differs.
struct SafetensorsHeader {
  /// What the header says of a tensor.
  struct Entry {
    var name: String
    var elementType: StoredTensor.ElementType
    var shape: [Int]
    /// Of its bytes in the data.
    var start: Int
    /// Of its bytes in the data, exclusive.
    var end: Int

    /// Checks all that concerns this tensor alone.
    func check(dataCount: Int) throws(DataError) {
      let field = DataError.quoted(name)
      guard let needed = elementType.byteCount(ofShape: shape) else {
        throw DataError(
          field: "\(field).shape", value: "\(shape), which is too large",
          allowed: "a shape whose bytes can be counted in 63 bits")
      }
      guard start <= end else {
        throw DataError(
          field: "\(field).data_offsets", value: "[\(start), \(end)]",
          allowed: "first the start, then the end")
      }
      guard end <= dataCount else {
        throw DataError(
          field: "\(field).data_offsets[1]", value: "\(end)",
          allowed: "at most the \(dataCount) bytes of data")
      }
      guard needed == end - start else {
        throw DataError(
          field: "\(field).data_offsets", value: "[\(start), \(end)], which is \(end - start) bytes",
          allowed: "the \(needed) bytes of \(elementType.rawValue) \(shape)")
      }
    }
  }

  private(set) var entries: [Entry] = []
  private(set) var metadata: [String: String] = [:]

  private let bytes: [UInt8]
  private let start: Int
  private let end: Int
  private var position: Int

  /// More axes than any library that writes such files has.
  private static let axisLimit = 64

  init(_ file: [UInt8], in range: Range<Int>) {
    bytes = file
    start = range.lowerBound
    end = range.upperBound
    position = start
  }

  mutating func read() throws(DataError) {
    guard start < end, bytes[start] == UInt8(ascii: "{") else {
      throw DataError(
        field: "the header", value: "beginning with \(DataError.text(ofByte: current))",
        allowed: "one that begins with `{`")
    }
    var names: Set<String> = []
    var isFirst = true
    position += 1
    while let name = try nextKey(isFirst: &isFirst, of: "the header") {
      guard names.insert(name).inserted else {
        throw DataError(field: DataError.quoted(name), value: "there twice", allowed: "each name once")
      }
      if name == Safetensors.metadataKey { try readMetadata() } else { try readEntry(name) }
    }
    skipSpace()
    guard position == end else { throw unexpected("nothing but spaces after the header's object") }
  }

  private mutating func readMetadata() throws(DataError) {
    try take(UInt8(ascii: "{"), allowed: "an object of strings for \(Safetensors.metadataKey)")
    var isFirst = true
    while let key = try nextKey(isFirst: &isFirst, of: Safetensors.metadataKey) {
      let value = try string("a string")
      guard metadata.updateValue(value, forKey: key) == nil else {
        throw DataError(
          field: "\(Safetensors.metadataKey).\(DataError.quoted(key))", value: "there twice",
          allowed: "each key once")
      }
    }
  }

  private mutating func readEntry(_ name: String) throws(DataError) {
    let field = DataError.quoted(name)
    var elementType: StoredTensor.ElementType?
    var shape: [Int]?
    var offsets: [Int]?
    func throwIfThere(_ found: Any?, _ key: String) throws(DataError) {
      if found != nil {
        throw DataError(field: "\(field).\(key)", value: "there twice", allowed: "each key once")
      }
    }
    try take(UInt8(ascii: "{"), allowed: "an object that describes the tensor \(field)")
    var isFirst = true
    while let key = try nextKey(isFirst: &isFirst, of: field) {
      switch key {
      case "dtype":
        try throwIfThere(elementType, key)
        let text = try string("a string")
        elementType = StoredTensor.ElementType(rawValue: text)
        if elementType == nil {
          let names = StoredTensor.ElementType.allCases.map(\.rawValue).joined(separator: ", ")
          throw DataError(field: "\(field).dtype", value: DataError.quoted(text), allowed: names)
        }
      case "shape":
        try throwIfThere(shape, key)
        shape = try integers("\(field).shape", limit: Self.axisLimit)
      case "data_offsets":
        try throwIfThere(offsets, key)
        offsets = try integers("\(field).data_offsets", limit: 2)
      default:
        throw DataError(
          field: "\(field).\(DataError.quoted(key))", value: "not known",
          allowed: "dtype, shape, data_offsets")
      }
    }
    func missing(_ key: String) -> DataError {
      DataError(
        field: "\(field).\(key)", value: "missing", allowed: "dtype, shape and data_offsets of each tensor")
    }
    guard let elementType else { throw missing("dtype") }
    guard let shape else { throw missing("shape") }
    guard let offsets else { throw missing("data_offsets") }
    guard offsets.count == 2 else {
      throw DataError(field: "\(field).data_offsets", value: "\(offsets)", allowed: "[start, end]")
    }
    entries.append(
      Entry(name: name, elementType: elementType, shape: shape, start: offsets[0], end: offsets[1]))
  }
}

// MARK: Tokens

extension SafetensorsHeader {
  private func unexpected(_ allowed: String) -> DataError {
    DataError(
      field: "byte \(position - start) of the header", value: DataError.text(ofByte: current),
      allowed: allowed)
  }

  private var current: UInt8? { position < end ? bytes[position] : nil }

  private mutating func skipSpace() {
    while position < end {
      switch bytes[position] {
      case 0x20, 0x09, 0x0A, 0x0D: position += 1
      default: return
      }
    }
  }

  private mutating func take(_ byte: UInt8, allowed: @autoclosure () -> String) throws(DataError) {
    guard current == byte else { throw unexpected(allowed()) }
    position += 1
  }

  /// Reads on to the value of the next key of an object that was opened, or past the object's end.
  private mutating func nextKey(isFirst: inout Bool, of object: @autoclosure () -> String) throws(DataError)
    -> String?
  {
    skipSpace()
    if current == UInt8(ascii: "}") {
      position += 1
      return nil
    }
    if !isFirst {
      try take(UInt8(ascii: ","), allowed: "`,` or `}` in \(object())")
      skipSpace()
    }
    isFirst = false
    let key = try string("a key of \(object())")
    skipSpace()
    try take(UInt8(ascii: ":"), allowed: "`:` after the key \(DataError.quoted(key))")
    skipSpace()
    return key
  }

  private mutating func integers(_ field: @autoclosure () -> String, limit: Int) throws(DataError) -> [Int] {
    try take(UInt8(ascii: "["), allowed: "a list of integers for \(field())")
    var integers: [Int] = []
    skipSpace()
    if current == UInt8(ascii: "]") {
      position += 1
      return integers
    }
    while true {
      skipSpace()
      guard integers.count < limit else {
        throw DataError(field: field(), value: "more than \(limit) entries long", allowed: "at most \(limit)")
      }
      integers.append(try integer("\(field())[\(integers.count)]"))
      skipSpace()
      if current == UInt8(ascii: "]") {
        position += 1
        return integers
      }
      try take(UInt8(ascii: ","), allowed: "`,` or `]` in \(field())")
    }
  }

  private mutating func integer(_ field: @autoclosure () -> String) throws(DataError) -> Int {
    let first = position
    while let byte = current, Self.isOfNumber(byte) { position += 1 }
    guard position > first else { throw unexpected("an integer for \(field())") }
    let digits = bytes[first..<position]
    var value = 0
    var isValid = digits.count == 1 || digits[first] != UInt8(ascii: "0")
    for byte in digits where isValid {
      let (tenfold, overflows) = value.multipliedReportingOverflow(by: 10)
      let (sum, overflowsToo) = tenfold.addingReportingOverflow(Int(byte) - Int(UInt8(ascii: "0")))
      isValid = Self.isDigit(byte) && !overflows && !overflowsToo
      value = sum
    }
    guard isValid else {
      throw DataError(
        field: field(), value: DataError.shortened(String(decoding: digits.prefix(100), as: UTF8.self)),
        allowed: "an integer from 0 to \(Int.max)")
    }
    return value
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
  }

  /// Whether a byte can be part of any number JSON knows, for a number to be named as a whole when refused.
  private static func isOfNumber(_ byte: UInt8) -> Bool {
    isDigit(byte) || "+-.eE".utf8.contains(byte)
  }

  private mutating func string(_ allowed: @autoclosure () -> String) throws(DataError) -> String {
    try take(UInt8(ascii: "\""), allowed: allowed())
    let first = position
    // What came before the last escape, and where the bytes after it begin.
    var text: [UInt8] = []
    var rest = position
    while true {
      guard let byte = current else { throw unexpected("the end of a string") }
      switch byte {
      case UInt8(ascii: "\""):
        let last = bytes[rest..<position]
        position += 1
        guard
          let string = text.isEmpty
            ? String(validating: last, as: UTF8.self) : String(validating: text + last, as: UTF8.self)
        else {
          throw DataError(
            field: "the string at byte \(first - start) of the header", value: "not UTF-8", allowed: "UTF-8")
        }
        return string
      case UInt8(ascii: "\\"):
        text += bytes[rest..<position]
        position += 1
        try escape(into: &text)
        rest = position
      case 0..<0x20: throw unexpected("control characters only in the form \\u001f")
      default: position += 1
      }
    }
  }

  /// Reads what follows a backslash.
  private mutating func escape(into text: inout [UInt8]) throws(DataError) {
    let allowed = "one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u"
    guard let byte = current else { throw unexpected(allowed) }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"):
      var value = try codeUnit()
      if value & 0xFC00 == 0xD800 {
        try take(UInt8(ascii: "\\"), allowed: "the second half of a surrogate pair")
        try take(UInt8(ascii: "u"), allowed: "the second half of a surrogate pair")
        let second = try codeUnit()
        guard second & 0xFC00 == 0xDC00 else {
          throw unexpected("the second half of a surrogate pair before it")
        }
        value = 0x10000 + (value & 0x3FF) << 10 + (second & 0x3FF)
      }
      guard let scalar = UnicodeScalar(value) else {
        throw unexpected("the first half of a surrogate pair before its second")
      }
      text += Array(String(Character(scalar)).utf8)
    default:
      position -= 1
      throw unexpected(allowed)
    }
  }

  /// Reads four hexadecimal digits.
  private mutating func codeUnit() throws(DataError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = current, let digit = Character(UnicodeScalar(byte)).hexDigitValue else {
        throw unexpected("four hexadecimal digits after \\u")
      }
      value = value << 4 | UInt32(digit)
      position += 1
    }
    return value
  }
}

extension DataError {
  /// A text from a file, fit for one line of a message: as it is where it is short and plain, else in quotes and
  /// shortened.
  package static func quoted(_ text: String) -> String {
    let isPlain = !text.isEmpty && text.utf8.count <= 100 && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
    return isPlain
      ? text : shortened(text.unicodeScalars.prefix(100).map(\.description).joined().debugDescription)
  }

  /// What stands at a reader's place, where it expected something else.
  package static func text(ofByte byte: UInt8?) -> String {
    guard let byte else { return "nothing more" }
    return byte > 0x20 && byte < 0x7F
      ? "`\(Character(UnicodeScalar(byte)))`" : "the byte 0x" + String(byte, radix: 16, uppercase: true)
  }

  /// The first characters of a text that may be long.
  package static func shortened(_ text: String) -> String {
    text.unicodeScalars.count <= 100 ? text : String(text.unicodeScalars.prefix(100)) + "…"
  }
}
