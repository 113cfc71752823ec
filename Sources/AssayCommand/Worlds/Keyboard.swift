import Foundation

/// A key, or a line where keys cannot be told apart.
enum Key: Hashable {
  case character(Character)
  case up, down, left, right
  case enter
  case backspace
  /// Ctrl-C, Ctrl-D, or the end of what comes in.
  case end
}

/// Reads standard input key by key: at once from a terminal, and from anything else as it comes.
struct Keyboard: ~Copyable {
  /// Whether a person sits there.
  let isTerminal: Bool
  private var former = termios()

  init() {
    isTerminal = isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1
    guard isTerminal else { return }
    tcgetattr(STDIN_FILENO, &former)
    var raw = former
    // No lines, no echo; and Ctrl-C comes as a key, so that the terminal can be given back as it was.
    raw.c_lflag &= ~tcflag_t(ICANON | ECHO | ISIG)
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &raw)
    // A screen of its own, without a cursor.
    write("\u{1B}[?1049h\u{1B}[?25l")
  }

  deinit {
    guard isTerminal else { return }
    write("\u{1B}[?25h\u{1B}[?1049l")
    var former = former
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &former)
  }

  private func write(_ text: String) { FileHandle.standardOutput.write(Data(text.utf8)) }

  /// The next key; waits for it.
  mutating func next() -> Key {
    guard let first = byte() else { return .end }
    switch first {
    case 3, 4: return .end
    case 10, 13: return .enter
    case 8, 127: return .backspace
    case 27: return escaped()
    case 0x80...: return .character(character(startingWith: first))
    default: return .character(Character(Unicode.Scalar(first)))
    }
  }

  /// An arrow: Escape, `[` or `O`, and a letter.
  private func escaped() -> Key {
    guard let second = byte(), second == UInt8(ascii: "[") || second == UInt8(ascii: "O"), let third = byte()
    else { return .end }
    return switch third {
    case UInt8(ascii: "A"): .up
    case UInt8(ascii: "B"): .down
    case UInt8(ascii: "C"): .right
    case UInt8(ascii: "D"): .left
    default: .character("\u{1B}")
    }
  }

  private func character(startingWith first: UInt8) -> Character {
    var bytes = [first]
    let count = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2
    while bytes.count < count, let next = byte() { bytes.append(next) }
    return String(decoding: bytes, as: UTF8.self).first ?? "?"
  }

  private func byte() -> UInt8? {
    var byte: UInt8 = 0
    while true {
      let count = read(STDIN_FILENO, &byte, 1)
      if count == 1 { return byte }
      // A signal may have come in between, such as one that the window changed.
      if count < 0, errno == EINTR { continue }
      return nil
    }
  }
}
