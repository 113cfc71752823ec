import Assay
import Foundation
import Testing

@testable import AssayReports

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// The elements of a document, in order, each with its attributes.
private final class Elements: NSObject, XMLParserDelegate {
  private(set) var all: [(name: String, attributes: [String: String])] = []
  private(set) var text = ""
  let isWellFormed: Bool

  init(_ source: String) {
    let parser = XMLParser(data: Data(source.utf8))
    let reader = Reader()
    parser.delegate = reader
    isWellFormed = parser.parse()
    super.init()
    all = reader.all
    text = reader.text
  }

  func named(_ name: String) -> [[String: String]] { all.filter { $0.name == name }.map(\.attributes) }

  private final class Reader: NSObject, XMLParserDelegate {
    var all: [(name: String, attributes: [String: String])] = []
    var text = ""

    func parser(
      _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
      attributes: [String: String]
    ) {
      all.append((name, attributes))
    }

    func parser(_ parser: XMLParser, foundCharacters string: String) { text += string }
  }
}

@Suite("Pictures")
struct PictureTests {
  /// A board of two by three with everything on it.
  static let board: Picture = {
    var tiles = Tiles(rows: 2, columns: 3)
    tiles[0, 0] = Tiles.Tile("A", .agent)
    tiles[0, 1] = Tiles.Tile("", .wall)
    tiles[0, 2] = Tiles.Tile("12", .goal)
    tiles[1, 0] = Tiles.Tile("", .first)
    tiles[1, 1] = Tiles.Tile("", .second)
    return Picture(tiles: tiles, caption: "a < b & \"c\"")
  }()

  static func drawing(x: Double) -> Picture {
    Picture(
      drawing: Drawing(
        horizontal: -1...1, vertical: 0...1,
        shapes: [
          .line([.init(-1, 0), .init(1, 0)], width: 0.05, tint: .muted),
          .disc(center: .init(x, 0.5), radius: 0.2, tint: .agent),
          .polygon([.init(0, 0), .init(1, 0), .init(1, 1)], tint: .goal),
          .label("x", at: .init(0, 0.9), height: 0.1, tint: .floor),
        ]), caption: "x = \(x)")
  }

  @Test("a board is a well-formed document with a square for every tile and a disc for every piece")
  func board() {
    let elements = Elements(PictureSVG.still(Self.board, title: "a <title>"))
    #expect(elements.isWellFormed)
    // One rectangle more is the ground.
    #expect(elements.named("rect").count == 7)
    #expect(elements.named("circle").count == 2)
    #expect(elements.text.contains("a < b & \"c\""))
    #expect(elements.text.contains("a <title>"))
    let places = elements.named("rect").dropFirst().map { "\($0["x"] ?? "") \($0["y"] ?? "")" }
    #expect(places == ["0 0", "40 0", "80 0", "0 40", "40 40", "80 40"])
  }

  @Test("a drawing grows upwards, and its longer side fills the document")
  func drawing() throws {
    let elements = Elements(PictureSVG.still(Self.drawing(x: 0.5), title: "t"))
    #expect(elements.isWellFormed)
    let disc = try #require(elements.named("circle").first)
    // Two units are 480 wide: x = 0.5 lies at 1.5 · 240, and y = 0.5 half way down.
    #expect(disc["cx"] == "360" && disc["cy"] == "120" && disc["r"] == "48")
    #expect(elements.named("path").map { $0["d"] } == ["M0 240L480 240", "M240 240L480 240L480 0Z"])
  }

  @Test("a film shows each picture for its share of the time, and draws once what never moves")
  func film() {
    let pictures = [0.0, 0.25, 0.5, 0.75].map(Self.drawing(x:))
    let source = PictureSVG.moving(pictures, secondsPerPicture: 0.5, title: "t")
    let elements = Elements(source)
    #expect(elements.isWellFormed)
    // The line lies below everything and never moves; the polygon lies above what moves.
    #expect(elements.named("path").count == 1 + 4)
    #expect(elements.named("circle").count == 4)
    #expect(
      elements.text.contains(
        "@keyframes f1{0%{visibility:hidden}25%{visibility:visible}50%{visibility:hidden}}"))
    #expect(elements.text.contains("animation:f1 2s step-end infinite"))
    #expect(elements.named("g").compactMap { $0["id"] } == ["f0", "f1", "f2", "f3"])

    var moved = Self.board
    guard case .tiles(var tiles) = moved.scene else { return }
    tiles[1, 2] = Tiles.Tile("A", .agent)
    tiles[0, 0] = Tiles.Tile()
    moved.scene = .tiles(tiles)
    let board = Elements(PictureSVG.moving([Self.board, moved], secondsPerPicture: 1, title: "t"))
    // The ground, four tiles that stay, and two that change in each picture.
    #expect(board.named("rect").count == 1 + 4 + 2 * 2)
  }

  @Test("without colours every tile of a board can still be told")
  func boardText() {
    #expect(
      PictureText.lines(of: Self.board, usesColour: false) == [" A ███ 12", " ●  ○  ·", "a < b & \"c\""])
  }

  @Test("with colours a line says the same, and every colour is taken back")
  func colouredText() {
    let plain = PictureText.lines(of: Self.board, usesColour: true).map {
      $0.replacing(#/\u{1B}\[[0-9;]*m/#, with: "")
    }
    #expect(plain == [" A     12", " ●  ○    ", "a < b & \"c\""].map { $0 })
    for line in PictureText.lines(of: Self.board, usesColour: true).dropLast() {
      #expect(line.hasSuffix("\u{1B}[0m"))
    }
  }

  @Test("a board that is wider than the terminal is squeezed, then cut")
  func narrow() {
    for columns in [9, 6, 3, 2] {
      let lines = PictureText.lines(of: Self.board, columns: columns, usesColour: false)
      #expect(lines.allSatisfy { TextLayout.columns(of: $0) <= columns }, "\(columns)")
    }
  }

  @Test("a drawing is made of dots: a full square is full characters, and a label stands over it")
  func dots() {
    let square = Drawing(
      horizontal: 0...4, vertical: 0...4,
      shapes: [
        .polygon([.init(0, 0), .init(4, 0), .init(4, 4), .init(0, 4)], tint: .goal),
        .label("x", at: .init(2.1, 2.1), height: 1, tint: .floor),
      ])
    // Eight dots of width to four characters, eight of height to two.
    #expect(
      PictureText.lines(of: Picture(drawing: square), columns: 4, rows: 2, usesColour: false)
        == ["⣿⣿x⣿", "⣿⣿⣿⣿"])
    let half = Drawing(
      horizontal: 0...4, vertical: 0...4,
      shapes: [.polygon([.init(0, 0), .init(2, 0), .init(2, 4), .init(0, 4)], tint: .goal)])
    #expect(
      PictureText.lines(of: Picture(drawing: half), columns: 4, rows: 2, usesColour: false) == ["⣿⣿", "⣿⣿"])
  }

  @Test(
    "each dot of a character is where it should be",
    arguments: [
      (0, 0, "⡀"), (1, 0, "⢀"), (0, 1, "⠄"), (1, 1, "⠠"), (0, 2, "⠂"), (1, 2, "⠐"), (0, 3, "⠁"), (1, 3, "⠈"),
    ])
  func dot(column: Int, row: Int, character: String) {
    // One character of two dots by four, counted from the lower left.
    let (x, y) = (Double(column), Double(row))
    let drawing = Drawing(
      horizontal: 0...2, vertical: 0...4,
      shapes: [
        .polygon([.init(x, y), .init(x + 1, y), .init(x + 1, y + 1), .init(x, y + 1)], tint: .agent)
      ])
    #expect(
      PictureText.lines(of: Picture(drawing: drawing), columns: 1, rows: 1, usesColour: false) == [character])
  }

  @Test("what is not a number is not drawn, and nothing crashes")
  func notANumber() {
    let drawing = Drawing(
      horizontal: 0...1, vertical: 0...1,
      shapes: [
        .disc(center: .init(.nan, 0.5), radius: 0.2, tint: .agent),
        .disc(center: .init(.infinity, 0.5), radius: .infinity, tint: .agent),
        .line([.init(0, .nan), .init(1, 1e300)], width: 1, tint: .agent),
        .polygon([.init(.nan, 0), .init(1, 0), .init(1, 1)], tint: .goal),
        .polygon([], tint: .goal), .label("x", at: .init(.nan, .infinity), height: .nan, tint: .floor),
      ])
    _ = PictureText.lines(of: Picture(drawing: drawing), usesColour: false)
    #expect(Elements(PictureSVG.still(Picture(drawing: drawing), title: "t")).isWellFormed)
  }

  @Test("an empty picture is its caption")
  func nothing() {
    #expect(PictureText.lines(of: Picture(caption: "only words"), usesColour: true) == ["only words"])
    #expect(PictureText.lines(of: Picture(), usesColour: true) == [])
  }
}
