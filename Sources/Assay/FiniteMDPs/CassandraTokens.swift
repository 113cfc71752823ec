/// The words, numbers and signs of a file in Cassandra's format, one after the other.
struct CassandraTokens {
  enum Kind {
    case word
    case integer
    case real
    case colon
    case star
    case plus
    case minus
    /// The end of the file.
    case end
  }

  private let bytes: [UInt8]
  /// Where the next token is looked for.
  private var position = 0
  /// The kind of the token in view.
  private(set) var kind = Kind.end
  /// Where it stands in the file, from 1.
  private(set) var line = 1
  private var range = 0..<0

  init(_ bytes: [UInt8]) throws(DataError) {
    self.bytes = bytes
    try advance()
  }

  /// The token in view as it stands in the file.
  var text: String { String(decoding: bytes[range], as: UTF8.self) }

  /// The token in view for a message.
  var shown: String {
    if kind == .end { return "the end of the file" }
    return range.count > 40 ? text.prefix(40).debugDescription + "…" : text.debugDescription
  }

  /// The number in view, which is neither too large nor in any way infinite; `nil` where there is none.
  var number: Double? {
    guard kind == .integer || kind == .real, let number = Double(text), number.isFinite else { return nil }
    return number
  }

  /// An error about the token in view.
  func error(allowed: String) -> DataError {
    DataError(field: "line \(line)", value: shown, allowed: allowed)
  }

  /// Goes on to the next token.
  mutating func advance() throws(DataError) {
    skipBlanks()
    let start = position
    guard start < bytes.count else {
      kind = .end
      range = start..<start
      return
    }
    position += 1
    switch bytes[start] {
    case UInt8(ascii: ":"): kind = .colon
    case UInt8(ascii: "*"): kind = .star
    case UInt8(ascii: "+"): kind = .plus
    case UInt8(ascii: "-"): kind = .minus
    case let byte where Self.isDigit(byte) || byte == UInt8(ascii: "."):
      kind = .integer
      if byte == UInt8(ascii: ".") { kind = .real }
      while position < bytes.count, isPartOfNumber(at: position) {
        if !Self.isDigit(bytes[position]) { kind = .real }
        position += 1
      }
    case let byte where Self.isLetter(byte):
      kind = .word
      while position < bytes.count, Self.isPartOfWord(bytes[position]) { position += 1 }
    default:
      let byte = bytes[start]
      throw DataError(
        field: "line \(line)",
        value: byte > 0x20 && byte < 0x7F
          ? String(UnicodeScalar(byte)).debugDescription : "a byte of value \(byte)",
        allowed: "letters, digits and the signs : * + - . _ outside comments")
    }
    range = start..<position
  }

  private mutating func skipBlanks() {
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: "\n"): line += 1
      case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"): break
      case UInt8(ascii: "#"):
        // The line's end is left for the count of lines.
        position = bytes[position...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
        continue
      default: return
      }
      position += 1
    }
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

  private static func isLetter(_ byte: UInt8) -> Bool {
    byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z") || byte == UInt8(ascii: "_")
  }

  private static func isPartOfWord(_ byte: UInt8) -> Bool {
    isLetter(byte) || isDigit(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
  }

  /// A sign belongs to a number where an exponent has it.
  private func isPartOfNumber(at position: Int) -> Bool {
    let byte = bytes[position]
    switch byte {
    case UInt8(ascii: "+"), UInt8(ascii: "-"): return bytes[position - 1] | 0x20 == UInt8(ascii: "e")
    case UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"): return true
    default: return Self.isDigit(byte)
    }
  }

  /// Whether a name may stand in a file.
  static func isName(_ name: String) -> Bool {
    guard let first = name.utf8.first else { return false }
    return isLetter(first) && name.utf8.allSatisfy(isPartOfWord) && !reserved.contains(name)
  }

  /// The words that are no names.
  static let reserved: Set<String> = [
    "discount", "values", "states", "actions", "observations", "T", "O", "R", "uniform", "identity", "reward",
    "cost", "start", "include", "exclude", "reset",
  ]
}
