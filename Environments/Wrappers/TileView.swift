import Assay

/// A world whose picture is a board of tiles, seen as that picture, so that agents that look at numbers can
/// act in it.
///
/// The observation is an image with a plane for each of the ten tints, in the order of
/// `Picture.Tint.allCases`:
///
///     [rows × columns × tints], channels last: 1 where the tile has the tint, else 0
///
/// Only tints are seen, not marks and not the caption: what shows nowhere else, or lies under the agent,
/// stays hidden. Pictures are made for people, and take longer than most steps.
public struct TileView<Base: Environment>: Environment {
  public let observationSpace: BoxSpace
  /// How many rows the board has.
  public let rows: Int
  /// How many columns the board has.
  public let columns: Int
  /// The world that shows what it shows.
  public private(set) var base: Base

  /// How many planes an observation has.
  public static var tintCount: Int { tintPlanes.count }

  /// Makes a world that is seen as its picture.
  ///
  /// - Parameter base: a world whose picture is a board of tiles, always of the same size.
  public init(_ base: Base) {
    var started = base
    var random = RandomStream(seed: 0)
    _ = started.reset(using: &random)
    guard case .tiles(let board) = started.picture.scene else {
      preconditionFailure("\(base.name) has no picture made of tiles")
    }
    self.base = base
    rows = board.rows
    columns = board.columns
    observationSpace = BoxSpace(count: board.rows * board.columns * Self.tintCount, in: 0...1)
  }

  public var actionSpace: Base.ActionSpace { base.actionSpace }
  public var isOver: Bool { base.isOver }
  public var memory: [Double] {
    get { base.memory }
    set { base.memory = newValue }
  }
  public var name: String { base.name }
  public var rewardRange: ClosedRange<Double> { base.rewardRange }
  public var timeLimit: Int? { base.timeLimit }
  public var actionNames: [String] { base.actionNames }
  public var picture: Picture { base.picture }

  public func isAvailable(_ action: Base.Action) -> Bool { base.isAvailable(action) }

  public mutating func reset(using random: inout RandomStream) -> [Float] {
    _ = base.reset(using: &random)
    return image
  }

  public mutating func step(_ action: Base.Action, using random: inout RandomStream) -> Step<[Float]> {
    let step = base.step(action, using: &random)
    return Step(observation: image, reward: step.reward, performance: step.performance, ending: step.ending)
  }

  /// The picture as numbers.
  private var image: [Float] {
    guard case .tiles(let board) = base.picture.scene, board.rows == rows, board.columns == columns else {
      preconditionFailure("\(name) must always have a picture of \(rows) × \(columns) tiles")
    }
    var image = [Float](repeating: 0, count: observationSpace.count)
    for (index, tile) in board.tiles.enumerated() {
      image[index * Self.tintCount + tintPlanes[tile.tint, default: 0]] = 1
    }
    return image
  }
}

extension TileView: PlaceableEnvironment where Base: PlaceableEnvironment {
  public var stateNumbers: [Double] { base.stateNumbers }

  public mutating func place(at numbers: [Double]) throws(DataError) { try base.place(at: numbers) }
}

/// Which plane each tint has.
private let tintPlanes = Dictionary(uniqueKeysWithValues: zip(Picture.Tint.allCases, 0...))
