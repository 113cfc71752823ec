import Assay

/// Damage to files: of their bytes, and of what those mean.
enum Mutations {
  /// A file made from valid ones, the same for the same stream.
  static func file(of format: Format, from samples: Samples, using stream: inout RandomStream) -> [UInt8] {
    if format == .archive, stream.integer(below: 3) == 0 {
      // Damaged before the checksums were taken, so that the arrays themselves are read.
      let arrays = (0..<1 + stream.integer(below: 3)).map { index in
        (
          name: stream.integer(below: 8) == 0 ? "a" : "\(index)",
          bytes: Self.file(of: .array, from: samples, using: &stream)
        )
      }
      let archive = ZipArchive.bytes(of: arrays)
      return stream.integer(below: 2) == 0 ? archive : damaged(archive, format, samples, using: &stream)
    }
    let valid = pick(samples.files(of: format), using: &stream)
    var file = valid
    // Mostly one thing is wrong, for the reader to come as far as it can.
    for _ in 0..<max(1, stream.integer(below: 5) - 1) {
      file = damaged(file, format, samples, using: &stream)
    }
    return file
  }

  private static func damaged(
    _ file: [UInt8], _ format: Format, _ samples: Samples, using stream: inout RandomStream
  ) -> [UInt8] {
    guard !file.isEmpty else { return file }
    switch stream.integer(below: 12) {
    case 0: return flipped(file, using: &stream)
    case 1: return Array(file.prefix(stream.integer(below: file.count)))
    case 2:
      return file + (0...stream.integer(below: 40)).map { _ in UInt8(truncatingIfNeeded: stream.next()) }
    case 3: return spliced(file, with: pick(samples.files(of: format), using: &stream), using: &stream)
    case 4: return rearranged(file, using: &stream)
    case 5: return withOtherNumbers(file, format, using: &stream)
    case 6: return overwritten(file, at: place(in: file, format, using: &stream), using: &stream)
    case 7: return withOtherLength(file, format, using: &stream)
    default: return withOtherText(file, format, using: &stream)
    }
  }

  // MARK: Bytes

  private static func pick<Element>(_ list: [Element], using stream: inout RandomStream) -> Element {
    list[stream.integer(below: list.count)]
  }

  private static func range(in bytes: [UInt8], using stream: inout RandomStream) -> Range<Int> {
    let start = stream.integer(below: bytes.count)
    return start..<start + stream.integer(below: min(64, bytes.count - start) + 1)
  }

  private static func flipped(_ file: [UInt8], using stream: inout RandomStream) -> [UInt8] {
    var file = file
    for _ in 0...stream.integer(below: 8) {
      file[stream.integer(below: file.count)] ^= 1 << UInt8(stream.integer(below: 8))
    }
    return file
  }

  private static func spliced(_ file: [UInt8], with other: [UInt8], using stream: inout RandomStream)
    -> [UInt8]
  {
    var file = file
    file.replaceSubrange(range(in: file, using: &stream), with: other[range(in: other, using: &stream)])
    return file
  }

  /// Flips bits behind the header, where any are as good as others but for an archive's checksums.
  private static func withOtherNumbers(
    _ file: [UInt8], _ format: Format, using stream: inout RandomStream
  ) -> [UInt8] {
    guard let header = header(of: file, format), header.text.upperBound < file.count else {
      return flipped(file, using: &stream)
    }
    return file[..<header.text.upperBound] + flipped(Array(file[header.text.upperBound...]), using: &stream)
  }

  /// Leaves a range out, or has it twice, or moves it.
  private static func rearranged(_ file: [UInt8], using stream: inout RandomStream) -> [UInt8] {
    var file = file
    let range = range(in: file, using: &stream)
    let moved = Array(file[range])
    if stream.integer(below: 3) != 0 { file.removeSubrange(range) }
    if stream.integer(below: 2) == 0 {
      file.insert(contentsOf: moved, at: stream.integer(below: file.count + 1))
    }
    return file
  }

  /// Writes a number at the borders of its type over whatever is there.
  private static func overwritten(_ file: [UInt8], at place: Int, using stream: inout RandomStream) -> [UInt8]
  {
    var file = file
    let width = pick([1, 2, 4, 8], using: &stream)
    let extremes = [
      0, 1, 2, -1, -2, 0x7F, 0x80, 0x7FFF, 0x8000, 0x7FFF_FFFF, 0x8000_0000, Int.max, Int.min, file.count,
    ]
    let value = pick(extremes, using: &stream) &+ (stream.integer(below: 5) - 2)
    for (index, byte) in littleEndian(value, width).enumerated() where place + index < file.count {
      file[place + index] = byte
    }
    return file
  }

  /// A place where a number may be: anywhere, or in the parts of an archive that describe it.
  private static func place(in file: [UInt8], _ format: Format, using stream: inout RandomStream) -> Int {
    guard format == .archive, stream.integer(below: 4) != 0 else { return stream.integer(below: file.count) }
    // A zip record begins with PK; most of its numbers are in the 64 bytes after.
    let marks = file.indices.dropLast().filter { file[$0] == 0x50 && file[$0 + 1] == 0x4B }
    guard !marks.isEmpty else { return stream.integer(below: file.count) }
    return min(file.count - 1, pick(marks, using: &stream) + stream.integer(below: 64))
  }

  // MARK: Headers

  /// Where the bytes of the header's length are, and the header.
  private static func header(of file: [UInt8], _ format: Format) -> (length: Range<Int>, text: Range<Int>)? {
    let length =
      switch format {
      case .safetensors: 0..<8
      case .array, .archive: file.count > 6 && file[6] == 1 ? 8..<10 : 8..<12
      case .pomdp, .recording: 0..<0
      }
    // All of it is text.
    if length.isEmpty { return (length, 0..<file.count) }
    guard format != .archive, file.count >= length.upperBound else { return nil }
    let count = length.reversed().reduce(0) { $0 << 8 | Int(file[$1]) }
    guard count >= 0, count <= file.count - length.upperBound else { return nil }
    return (length, length.upperBound..<length.upperBound + count)
  }

  private static func withOtherLength(
    _ file: [UInt8], _ format: Format, using stream: inout RandomStream
  ) -> [UInt8] {
    guard let header = header(of: file, format) else { return flipped(file, using: &stream) }
    if stream.integer(below: 2) == 0 {
      return overwritten(file, at: header.length.lowerBound, using: &stream)
    }
    var file = file
    let length = header.text.count + stream.integer(below: 33) - 16
    file.replaceSubrange(header.length, with: littleEndian(length, header.length.count))
    return file
  }

  /// Changes the header as text, and lets its length be right again.
  private static func withOtherText(
    _ file: [UInt8], _ format: Format, using stream: inout RandomStream
  ) -> [UInt8] {
    guard let header = header(of: file, format), !header.text.isEmpty else {
      return flipped(file, using: &stream)
    }
    var text = Array(file[header.text])
    switch stream.integer(below: 8) {
    case 0, 1: replaceNumber(in: &text, using: &stream)
    case 2: replaceToken(in: &text, format, using: &stream)
    case 3:
      text.insert(contentsOf: pick(tokens(format), using: &stream), at: stream.integer(below: text.count + 1))
    case 4: copyMember(in: &text, using: &stream)
    case 5: replaceLetter(in: &text, using: &stream)
    case 6: addSpace(in: &text, using: &stream)
    default:
      let opening = pick(["[", "{\"a\":", "(", "{'shape':", "\\u0061"], using: &stream)
      let deep = Array(repeating: Array(opening.utf8), count: 1 << stream.integer(below: 11)).flatMap(\.self)
      text.insert(contentsOf: deep, at: stream.integer(below: text.count + 1))
    }
    return Array(file[..<header.length.lowerBound]) + littleEndian(text.count, header.length.count) + text
      + file[header.text.upperBound...]
  }

  private static let numbers = [
    "0", "1", "-1", "-0", "00", "01", "1.0", "1e9", "1E400", "0x10", "NaN", "255", "256", "65536",
    "4294967295", "4294967296",
    "9223372036854775807", "9223372036854775808", "18446744073709551615", "18446744073709551616",
    String(repeating: "9", count: 400),
  ].map { Array($0.utf8) }

  private static let tokens =
    [
      "{", "}", "[", "]", "(", ")", ",", ":", "\"", "'", " ", "\n", "\0", "\\", "\\u0000", "\\ud800",
      "\\ud83d\\ude00", "\\/",
      "null", "true", "True", "False", "__metadata__", "\"__metadata__\":{},", "dtype", "shape",
      "data_offsets", "descr",
      "fortran_order", "BOOL", "U8", "F64", "BF16", "F8_E4M3", "'<f8'", "'>f2'", "'|O'", "'<c16'", "é",
      "\u{1F600}", "e\u{301}",
    ].map { Array($0.utf8) } + [[0xFF], [0xC0, 0xAF], [0xED, 0xA0, 0x80]]

  private static let statementTokens =
    [
      "discount:", "values:", "states:", "actions:", "observations:", "start:", "start include:",
      "start exclude:", "T:", "O:", "R:", "T: * : * : *", "O: * : *", "R: * : * : * : *", "uniform",
      "identity",
      "reset", "reward", "cost", "*", ":", "+", "-", "#", "\n", "\r", "\0", " 0 ", " 1 ", " 0.5 ", " 2 ",
      " nan ",
      " inf ", " 1e-400 ", " 0.9999999 ", " 99999999999999999999 ", "left", "a.b", "_", "é",
    ].map { Array($0.utf8) } + [[0xFF], [0xC0, 0xAF]]

  private static let recordingTokens =
    tokens
    + [
      "env", "max_steps", "note", "versions", "episodes", "kind", "state_dtype", "initial_state", "actions",
      "observations", "states", "rewards", "terminated", "length", "-", ".", "e", "1e308", "1e999",
      "4.9e-324",
      "Infinity", "[0]", "[1,2]", "{}", "/**/", "'a'", "+1", "0x1",
    ].map { Array($0.utf8) }

  private static func tokens(_ format: Format) -> [[UInt8]] {
    switch format {
    case .safetensors, .array, .archive: tokens
    case .pomdp: statementTokens
    case .recording: recordingTokens
    }
  }

  private static func replaceNumber(in text: inout [UInt8], using stream: inout RandomStream) {
    let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
    let starts = text.indices.filter {
      digits.contains(text[$0]) && ($0 == 0 || !digits.contains(text[$0 - 1]))
    }
    guard !starts.isEmpty else { return }
    let start = pick(starts, using: &stream)
    let end = text[start...].firstIndex { !digits.contains($0) } ?? text.endIndex
    text.replaceSubrange(start..<end, with: pick(numbers, using: &stream))
  }

  /// Replaces what stands between two marks of punctuation.
  private static func replaceToken(
    in text: inout [UInt8], _ format: Format, using stream: inout RandomStream
  ) {
    let marks = text.indices.filter { "{}[]():,\"'".utf8.contains(text[$0]) }
    guard marks.count > 1 else { return }
    let index = stream.integer(below: marks.count - 1)
    text.replaceSubrange(marks[index] + 1..<marks[index + 1], with: pick(tokens(format), using: &stream))
  }

  /// Has a part between two commas twice, or not at all.
  private static func copyMember(in text: inout [UInt8], using stream: inout RandomStream) {
    let commas = text.indices.filter { text[$0] == UInt8(ascii: ",") }
    guard commas.count > 1 else { return }
    let first = stream.integer(below: commas.count - 1)
    let last = min(commas.count - 1, first + 1 + stream.integer(below: 6))
    let member = Array(text[commas[first]..<commas[last]])
    if stream.integer(below: 3) == 0 {
      text.removeSubrange(commas[first]..<commas[last])
    } else {
      text.insert(contentsOf: member, at: commas[last])
    }
  }

  private static func replaceLetter(in text: inout [UInt8], using stream: inout RandomStream) {
    let letters = UInt8(ascii: "a")...UInt8(ascii: "z")
    let places = text.indices.filter { letters.contains(text[$0]) }
    guard !places.isEmpty else { return }
    text[pick(places, using: &stream)] = letters.lowerBound + UInt8(stream.integer(below: letters.count))
  }

  /// Puts spaces beside punctuation, where they mean nothing.
  private static func addSpace(in text: inout [UInt8], using stream: inout RandomStream) {
    for place in text.indices.reversed()
    where "{}[](),:".utf8.contains(text[place]) && stream.integer(below: 4) == 0 {
      text.insert(contentsOf: pick([" ", "  ", "\n", "\t"], using: &stream).utf8, at: place)
    }
  }
}
