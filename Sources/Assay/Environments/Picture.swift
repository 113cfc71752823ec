/// What a world looks like at a moment, as a value: renderers turn it into SVG, or into text for a terminal.
public struct Picture: Sendable, Hashable {
  /// How the world is drawn.
  public enum Scene: Sendable, Hashable {
    /// Not at all; the caption says what there is to say.
    case nothing
    /// As a board of tiles: worlds on a grid, games.
    case tiles(Tiles)
    /// As shapes: worlds of moving bodies, plots.
    case drawing(Drawing)
  }

  /// How the world is drawn.
  public var scene: Scene
  /// A line below it, such as the score or what one holds; may be empty.
  public var caption: String

  /// A picture of words alone, or of nothing.
  public init(caption: String = "") {
    scene = .nothing
    self.caption = caption
  }

  public init(tiles: Tiles, caption: String = "") {
    scene = .tiles(tiles)
    self.caption = caption
  }

  public init(drawing: Drawing, caption: String = "") {
    scene = .drawing(drawing)
    self.caption = caption
  }

  /// What a tile or a shape stands for; renderers choose the colours.
  public enum Tint: String, Sendable, Hashable, CaseIterable {
    /// Plain ground.
    case floor
    /// What cannot be passed.
    case wall
    /// The one who acts.
    case agent
    /// What is wanted.
    case goal
    /// What is to be avoided.
    case danger
    /// Where episodes start.
    case start
    /// What one can use: a key, a button, a box.
    case object
    /// What is hidden, far away or only of help to the eye: axes, fog.
    case muted
    /// The pieces of the player who moves first.
    case first
    /// The pieces of the player who moves second.
    case second
  }
}

/// A board of tiles.
public struct Tiles: Sendable, Hashable {
  /// One tile of the board.
  public struct Tile: Sendable, Hashable {
    /// At most two characters, such as `A` or `12`; empty for none.
    public var mark: String
    public var tint: Picture.Tint

    public init(_ mark: String = "", _ tint: Picture.Tint = .floor) {
      self.mark = mark
      self.tint = tint
    }
  }

  /// How many rows there are, from top to bottom.
  public let rows: Int
  /// How many columns there are, from left to right.
  public let columns: Int
  /// Row by row, `[rows × columns]`.
  public var tiles: [Tile]

  /// Makes a board of plain floor.
  public init(rows: Int, columns: Int) {
    precondition(rows > 0 && columns > 0, "a board needs at least one tile, not \(rows) × \(columns)")
    self.rows = rows
    self.columns = columns
    tiles = [Tile](repeating: Tile(), count: rows * columns)
  }

  /// Makes a board tile by tile.
  public init(rows: Int, columns: Int, tile: (_ row: Int, _ column: Int) -> Tile) {
    self.init(rows: rows, columns: columns)
    for row in 0..<rows {
      for column in 0..<columns { tiles[row * columns + column] = tile(row, column) }
    }
  }

  public subscript(row: Int, column: Int) -> Tile {
    get { tiles[row * columns + column] }
    set { tiles[row * columns + column] = newValue }
  }
}

/// Shapes on a plane whose second coordinate grows upwards.
public struct Drawing: Sendable, Hashable {
  /// A point of the plane.
  public struct Point: Sendable, Hashable {
    public var x: Double
    public var y: Double

    public init(_ x: Double, _ y: Double) {
      self.x = x
      self.y = y
    }
  }

  /// What is drawn; later shapes cover earlier ones.
  public enum Shape: Sendable, Hashable {
    /// A line through points; `width` in units of the plane.
    case line([Point], width: Double, tint: Picture.Tint)
    /// A filled circle.
    case disc(center: Point, radius: Double, tint: Picture.Tint)
    /// A filled polygon.
    case polygon([Point], tint: Picture.Tint)
    /// A text, centred about a point; `height` of a capital in units of the plane.
    case label(String, at: Point, height: Double, tint: Picture.Tint)
  }

  /// Which part of the plane is seen, from left to right.
  public let horizontal: ClosedRange<Double>
  /// Which part of the plane is seen, from bottom to top.
  public let vertical: ClosedRange<Double>
  public var shapes: [Shape]

  /// Makes a drawing of a part of the plane; what lies outside is cut off.
  public init(horizontal: ClosedRange<Double>, vertical: ClosedRange<Double>, shapes: [Shape] = []) {
    precondition(
      horizontal.lowerBound < horizontal.upperBound && vertical.lowerBound < vertical.upperBound,
      "a drawing needs some width and height, not \(horizontal) × \(vertical)")
    self.horizontal = horizontal
    self.vertical = vertical
    self.shapes = shapes
  }
}

extension GridMap {
  /// The map as a board, with the agent in a cell.
  ///
  /// - Parameter agent: the agent's cell; `nil` where it is not on the map.
  /// - Returns: the board.
  public func tiles(markingCell agent: Int?) -> Tiles {
    let used = Set(cells.compactMap { $0 })
    return Tiles(rows: rows, columns: columns) { row, column in
      let cell = row * columns + column
      if cell == agent { return Tiles.Tile("A", .agent) }
      let tint: Picture.Tint =
        switch marks[cell] {
        case "G": .goal
        case "H", "!": .danger
        case "S": .start
        case "": used.contains(cell) ? .floor : .wall
        default: .object
        }
      return Tiles.Tile(marks[cell], tint)
    }
  }
}
