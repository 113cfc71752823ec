import Assay

/// A reader of the one shape of Python dictionary that the header of a NumPy file has: `descr`, `fortran_order` and
/// `shape`, each once, in any order.
struct NumPyHeader {
  struct Description {
    var elementType: StoredTensor.ElementType
    var isBigEndian: Bool
    var isColumnMajor: Bool
    var shape: [Int]
  }

  private let bytes: [UInt8]
  private let start: Int
  private let end: Int
  private var position: Int

  /// NumPy's own limit.
  private static let axisLimit = 64

  init(_ file: [UInt8], in range: Range<Int>) {
    bytes = file
    start = range.lowerBound
    end = range.upperBound
    position = start
  }

  mutating func read() throws(DataError) -> Description {
    var element: (type: StoredTensor.ElementType, isBigEndian: Bool)?
    var isColumnMajor: Bool?
    var shape: [Int]?
    func throwIfThere(_ found: Any?, _ key: String) throws(DataError) {
      if found != nil { throw DataError(field: key, value: "there twice", allowed: "each key once") }
    }
    skipSpace()
    try take(UInt8(ascii: "{"), allowed: "a dictionary that begins with `{`")
    skipSpace()
    while current != UInt8(ascii: "}") {
      let key = try string("a key")
      skipSpace()
      try take(UInt8(ascii: ":"), allowed: "`:` after the key \(DataError.quoted(key))")
      skipSpace()
      switch key {
      case "descr":
        try throwIfThere(element, key)
        element = try elementDescription()
      case "fortran_order":
        try throwIfThere(isColumnMajor, key)
        isColumnMajor = try boolean(key)
      case "shape":
        try throwIfThere(shape, key)
        shape = try tuple(key)
      default:
        throw DataError(
          field: DataError.quoted(key), value: "not known", allowed: "descr, fortran_order, shape")
      }
      skipSpace()
      if current == UInt8(ascii: "}") { break }
      try take(UInt8(ascii: ","), allowed: "`,` or `}` after the value of \(key)")
      skipSpace()
    }
    position += 1
    skipSpace()
    guard position == end else { throw unexpected("nothing but spaces after the dictionary") }

    func missing(_ key: String) -> DataError {
      DataError(field: key, value: "missing", allowed: "descr, fortran_order and shape")
    }
    guard let element else { throw missing("descr") }
    guard let isColumnMajor else { throw missing("fortran_order") }
    guard let shape else { throw missing("shape") }
    return Description(
      elementType: element.type, isBigEndian: element.isBigEndian, isColumnMajor: isColumnMajor, shape: shape)
  }

  /// Reads a type of element: its byte order, kind and size, such as `<f4`.
  private mutating func elementDescription() throws(DataError) -> (StoredTensor.ElementType, Bool) {
    let allowed = "b1, i1, i2, i4, i8, u1, u2, u4, u8, f2, f4 or f8 after `<`, `>` or, for one byte, `|`"
    if current == UInt8(ascii: "[") {
      throw DataError(field: "descr", value: "a list of fields", allowed: allowed)
    }
    let text = try string("a string for descr")
    let types: [String: StoredTensor.ElementType] = [
      "b1": .bool, "i1": .int8, "i2": .int16, "i4": .int32, "i8": .int64, "u1": .uint8, "u2": .uint16,
      "u4": .uint32, "u8": .uint64, "f2": .float16, "f4": .float32, "f8": .float64,
    ]
    let order = text.first
    guard let type = types[String(text.dropFirst())], order == "<" || order == ">" || order == "|",
      order != "|" || type.byteCount == 1
    else {
      let reason = text.contains("O") ? ", which are Python objects" : ""
      throw DataError(field: "descr", value: DataError.quoted(text) + reason, allowed: allowed)
    }
    return (type, order == ">")
  }

  private mutating func boolean(_ field: String) throws(DataError) -> Bool {
    for (text, value) in [("True", true), ("False", false)]
    where bytes[position..<end].starts(with: text.utf8) {
      position += text.utf8.count
      return value
    }
    throw unexpected("True or False for \(field)")
  }

  /// Reads integers in parentheses; a single one has a comma after it.
  private mutating func tuple(_ field: String) throws(DataError) -> [Int] {
    try take(UInt8(ascii: "("), allowed: "a tuple of integers for \(field)")
    var integers: [Int] = []
    skipSpace()
    while current != UInt8(ascii: ")") {
      guard integers.count < Self.axisLimit else {
        throw DataError(
          field: field, value: "more than \(Self.axisLimit) entries long",
          allowed: "at most \(Self.axisLimit)")
      }
      integers.append(try integer("\(field)[\(integers.count)]"))
      skipSpace()
      if current == UInt8(ascii: ")"), integers.count > 1 { break }
      try take(UInt8(ascii: ","), allowed: "`,` in \(field)")
      skipSpace()
    }
    position += 1
    return integers
  }

  private mutating func integer(_ field: String) throws(DataError) -> Int {
    let first = position
    while let byte = current,
      byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") || byte == UInt8(ascii: "-")
    {
      position += 1
    }
    guard position > first else { throw unexpected("an integer for \(field)") }
    let digits = String(decoding: bytes[first..<position], as: UTF8.self)
    // As Python has them: no zeros in front, but any number of them alone.
    guard let value = Int(digits), value >= 0, !digits.hasPrefix("-"), value == 0 || !digits.hasPrefix("0")
    else {
      throw DataError(
        field: field, value: DataError.shortened(digits), allowed: "an integer from 0 to \(Int.max)")
    }
    return value
  }

  /// Reads a string in either quotes. The ones a header may have need no escapes.
  private mutating func string(_ allowed: String) throws(DataError) -> String {
    guard let quote = current, quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else {
      throw unexpected(allowed)
    }
    position += 1
    let first = position
    while let byte = current, byte != quote {
      guard byte >= 0x20, byte < 0x7F, byte != UInt8(ascii: "\\") else {
        throw unexpected("plain ASCII in a string")
      }
      position += 1
    }
    guard current == quote else { throw unexpected("the end of a string") }
    position += 1
    return String(decoding: bytes[first..<position - 1], as: UTF8.self)
  }

  // MARK: Bytes

  private var current: UInt8? { position < end ? bytes[position] : nil }

  private mutating func skipSpace() {
    while let byte = current, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D { position += 1 }
  }

  private mutating func take(_ byte: UInt8, allowed: String) throws(DataError) {
    guard current == byte else { throw unexpected(allowed) }
    position += 1
  }

  private func unexpected(_ allowed: String) -> DataError {
    DataError(
      field: "byte \(position - start) of the header", value: DataError.text(ofByte: current),
      allowed: allowed)
  }
}
