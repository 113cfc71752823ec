/// Several copies of a world that are stepped together: what an agent learns from when one copy is too slow.
///
/// What happened in a step lies in columns, one row for each copy, in storage that is used again and again. Copy `i`
/// draws all its randomness from substream `i` of one stream, so that what happens to it depends neither on how
/// many copies there are nor on how they are computed:
///
/// ```swift
/// var random = stream.substream(i)
/// var world = world
/// world.reset(using: &random) // and again after each ending
/// world.step(action, using: &random)
/// ```
///
/// An episode that ends is followed by the next at once: ``observations`` then show the first observation of that
/// one, and ``finalObservations`` keep the last of the one that ended, which is what the value after a truncated
/// episode is the value of.
///
/// A batch is a value: copying it copies all its worlds and streams.
public protocol EnvironmentBatch<ObservationSpace, ActionSpace>: Sendable {
  associatedtype ObservationSpace: ColumnarSpace
  associatedtype ActionSpace: ColumnarSpace

  /// How many copies there are.
  var count: Int { get }

  /// Where observations of each copy come from.
  var observationSpace: ObservationSpace { get }

  /// Which actions are allowed in each copy.
  var actionSpace: ActionSpace { get }

  /// What each copy shows now, `[count]`: where an episode ended, the first observation of the next.
  var observations: ObservationSpace.Column { get }

  /// The last observation of the episode that ended with the last step, `[count]`. Where none ended, a row means
  /// nothing.
  var finalObservations: ObservationSpace.Column { get }

  /// The training reward of the last step, `[count]`.
  var rewards: [Double] { get }

  /// The performance of the last step, `[count]`.
  var performances: [Double] { get }

  /// How an episode ended with the last step, `[count]`; `nil` where it goes on.
  var endings: [Ending?] { get }

  /// Starts an episode in each copy. What was drawn before stays drawn: another reset starts other episodes.
  mutating func reset()

  /// Takes one action in each copy, and starts the next episode where one ended.
  ///
  /// Traps before the first ``reset()``, where the number of actions is not ``count``, and on every action on which
  /// the world itself would.
  ///
  /// - Parameter actions: what to do in each copy, `[count]`.
  mutating func step(_ actions: ActionSpace.Column)
}

/// Elements of a space, one below the other.
public protocol Column<Element>: Equatable {
  associatedtype Element

  /// How many there are.
  var count: Int { get }

  subscript(row: Int) -> Element { get set }
}

extension Array: Column where Element: Equatable {}

/// Vectors of the same length, one below the other, in one piece of memory.
public struct VectorColumn: Column, Sendable, Hashable {
  /// How many vectors there are.
  public let count: Int
  /// How many numbers each has.
  public let width: Int
  /// The numbers, vector by vector, `[count × width]`.
  public var values: [Float]

  /// Makes vectors of zeros.
  public init(count: Int, width: Int) {
    precondition(count >= 0 && width >= 0, "count and width must not be negative, but are \(count), \(width)")
    self.count = count
    self.width = width
    values = [Float](repeating: 0, count: count * width)
  }

  /// Where the numbers of a vector lie in ``values``.
  @inlinable
  public func range(of row: Int) -> Range<Int> { row * width..<(row + 1) * width }

  @inlinable
  public subscript(row: Int) -> [Float] {
    get { Array(values[range(of: row)]) }
    set {
      precondition(newValue.count == width, "a row has \(width) numbers, not \(newValue.count)")
      let start = row * width
      for index in 0..<width { values[start + index] = newValue[index] }
    }
  }
}

/// A space whose elements can lie in a column.
public protocol ColumnarSpace<Element>: Space {
  associatedtype Column: Assay.Column & Sendable where Column.Element == Element

  /// A column to write elements into; what it holds at first means nothing.
  func column(count: Int) -> Column
}

extension DiscreteSpace: ColumnarSpace {
  public func column(count: Int) -> [Int] { [Int](repeating: 0, count: count) }
}

extension BoxSpace: ColumnarSpace {
  public func column(count: Int) -> VectorColumn { VectorColumn(count: count, width: self.count) }
}

/// Copies of any world, stepped one after the other.
public struct EnvironmentCopies<World: Environment>: EnvironmentBatch
where World.ObservationSpace: ColumnarSpace, World.ActionSpace: ColumnarSpace {
  public let observationSpace: World.ObservationSpace
  public let actionSpace: World.ActionSpace

  @usableFromInline var copies: [World]
  @usableFromInline var streams: [RandomStream]
  @usableFromInline var rows: Rows
  @usableFromInline var hasStarted = false

  /// What a step leaves behind.
  @usableFromInline
  struct Rows: Sendable {
    @usableFromInline var observations: World.ObservationSpace.Column
    @usableFromInline var finalObservations: World.ObservationSpace.Column
    @usableFromInline var rewards: [Double]
    @usableFromInline var performances: [Double]
    @usableFromInline var endings: [Ending?]
  }

  /// Copies a world.
  ///
  /// - Parameters:
  ///   - world: the world.
  ///   - count: how many copies to make, at least 1.
  ///   - stream: what each copy draws from a substream of.
  public init(_ world: World, count: Int, stream: RandomStream) {
    precondition(count > 0, "count must be positive, but is \(count)")
    observationSpace = world.observationSpace
    actionSpace = world.actionSpace
    copies = [World](repeating: world, count: count)
    streams = (0..<count).map { stream.substream(UInt64($0)) }
    let zeros = [Double](repeating: 0, count: count)
    let column = world.observationSpace.column(count: count)
    rows = Rows(
      observations: column, finalObservations: column, rewards: zeros, performances: zeros,
      endings: [Ending?](repeating: nil, count: count))
  }

  @inlinable public var count: Int { copies.count }
  /// The copies as they are now.
  @inlinable public var worlds: [World] { copies }
  @inlinable public var observations: World.ObservationSpace.Column { rows.observations }
  @inlinable public var finalObservations: World.ObservationSpace.Column { rows.finalObservations }
  @inlinable public var rewards: [Double] { rows.rewards }
  @inlinable public var performances: [Double] { rows.performances }
  @inlinable public var endings: [Ending?] { rows.endings }

  @inlinable
  public mutating func reset() {
    hasStarted = true
    for index in copies.indices {
      rows.observations[index] = copies[index].reset(using: &streams[index])
      rows.rewards[index] = 0
      rows.performances[index] = 0
      rows.endings[index] = nil
    }
  }

  @inlinable
  public mutating func step(_ actions: World.ActionSpace.Column) {
    precondition(hasStarted, "no step may be taken before a reset")
    precondition(actions.count == count, "there are \(actions.count) actions for \(count) copies")
    for index in copies.indices {
      let step = copies[index].step(actions[index], using: &streams[index])
      rows.rewards[index] = step.reward.value
      rows.performances[index] = step.performance.value
      rows.endings[index] = step.ending
      if step.ending == nil {
        rows.observations[index] = step.observation
      } else {
        rows.finalObservations[index] = step.observation
        rows.observations[index] = copies[index].reset(using: &streams[index])
      }
    }
  }
}
