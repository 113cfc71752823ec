import Testing

@testable import AssayReports

@Suite struct TextLayoutTests {
  @Test func `a text breaks at its spaces, and a line may be exactly full`() {
    #expect(TextLayout.wrapped("one two three", columns: 7) == ["one two", "three"])
    #expect(TextLayout.wrapped("one two three", columns: 6) == ["one", "two", "three"])
    #expect(TextLayout.wrapped("  one\n two\t ", columns: 20) == ["one two"])
    #expect(TextLayout.wrapped("", columns: 20) == [])
  }

  @Test func `a word longer than a line is cut, and nothing of it is lost`() {
    #expect(TextLayout.wrapped("a abcdefgh b", columns: 3) == ["a", "abc", "def", "gh", "b"])
    #expect(TextLayout.wrapped("氷氷氷", columns: 5) == ["氷氷", "氷"])
  }

  @Test func `an unbreakable space does not break, and comes out as a space`() {
    #expect(TextLayout.wrapped("in [1,\u{A0}2]", columns: 7) == ["in", "[1, 2]"])
  }

  @Test func `wide characters take two columns, combined ones take one`() {
    #expect(TextLayout.columns(of: "V̂ − V") == 5)
    #expect(TextLayout.columns(of: "湖面🧊") == 6)
    #expect(TextLayout.columns(of: "✓ ✗ ?") == 5)
  }

  @Test func `a text is cut or filled to its width`() {
    #expect(TextLayout.clipped("abcdef", columns: 4) == "abc…")
    #expect(TextLayout.clipped("abcd", columns: 4) == "abcd")
    #expect(TextLayout.clipped("abcd", columns: 0) == "")
    #expect(TextLayout.padded("ab", columns: 4) == "ab  ")
    #expect(TextLayout.padded("ab", columns: 4, onLeft: true) == "  ab")
  }

  @Test func `a bar is as long as its share, shaded where that is negative`() {
    #expect(TextLayout.bar(share: 0.5, columns: 4) == "██")
    #expect(TextLayout.bar(share: 0.53125, columns: 4) == "██▏")
    #expect(TextLayout.bar(share: 7, columns: 4) == "████")
    #expect(TextLayout.bar(share: 1e-6, columns: 4) == "▏")
    #expect(TextLayout.bar(share: -0.5, columns: 4) == "▒▒")
    #expect(TextLayout.bar(share: 0, columns: 4) == "" && TextLayout.bar(share: .nan, columns: 4) == "")
  }
}
