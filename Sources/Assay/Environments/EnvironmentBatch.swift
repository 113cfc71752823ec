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
public protocol EnvironmentBatch<ObservationSpace, ActionSpace>: Sendable, Archivable {
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

  /// Copies of some of the copies, in the middle of what they are doing: what Monte-Carlo truth starts from.
  ///
  /// - Parameters:
  ///   - rows: which copies, in which order; any of them several times.
  ///   - streams: what each of the new copies draws from, `[rows]`.
  /// - Returns: a batch of as many copies as there are rows, each where its original is.
  func copies(of rows: [Int], drawingFrom streams: [RandomStream]) -> Self

  /// Takes in all copies of another batch of the same world, after its own.
  mutating func append(contentsOf other: Self)

  /// The same copies with no time limit, where the batch has one to take off.
  func withoutTimeLimit() -> Self
}

extension EnvironmentBatch {
  public func withoutTimeLimit() -> Self { self }
}

/// Elements of a space, one below the other.
public protocol Column<Element>: Equatable {
  associatedtype Element

  /// How many there are.
  var count: Int { get }

  subscript(row: Int) -> Element { get set }

  /// Takes in all rows of another column of the same kind, after its own.
  mutating func append(contentsOf other: Self)

  /// Some of the rows, in the order in which they are named.
  func rows(_ rows: [Int]) -> Self
}

extension Array: Column where Element: Equatable {
  public func rows(_ rows: [Int]) -> [Element] { rows.map { self[$0] } }
}

/// Vectors of the same length, one below the other, in one piece of memory.
public struct VectorColumn: Column, Sendable, Hashable {
  /// How many vectors there are.
  public private(set) var count: Int
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

  /// Lays vectors below each other.
  ///
  /// - Parameters:
  ///   - vectors: the rows.
  ///   - width: how many numbers each has.
  public init(_ vectors: [[Float]], width: Int) {
    self.init(count: vectors.count, width: width)
    for (row, vector) in vectors.enumerated() { self[row] = vector }
  }

  /// Takes in all rows of another column of the same width, after its own.
  public mutating func append(contentsOf other: VectorColumn) {
    precondition(other.width == width, "rows of \(other.width) numbers do not follow rows of \(width)")
    values += other.values
    count += other.count
  }

  /// Some of the rows, in the order in which they are named.
  public func rows(_ rows: [Int]) -> VectorColumn {
    var result = VectorColumn(count: rows.count, width: width)
    for (target, row) in rows.enumerated() {
      result.values.replaceSubrange(result.range(of: target), with: values[range(of: row)])
    }
    return result
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

  /// The nearest elements of the space: numbers beyond its limits are pulled to them, and NaN stays NaN.
  func clamped(_ column: Column) -> Column
}

extension ColumnarSpace {
  @inlinable public func clamped(_ column: Column) -> Column { column }
}

extension DiscreteSpace: ColumnarSpace {
  public func column(count: Int) -> [Int] { [Int](repeating: 0, count: count) }
}

extension BoxSpace: ColumnarSpace {
  public func column(count: Int) -> VectorColumn { VectorColumn(count: count, width: self.count) }

  public func clamped(_ column: VectorColumn) -> VectorColumn {
    var result = column
    for index in result.values.indices {
      let (lowest, highest) = (low[index % count], high[index % count])
      if result.values[index] < lowest { result.values[index] = lowest }
      if result.values[index] > highest { result.values[index] = highest }
    }
    return result
  }
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
  /// How the episode of each copy came about. A world is no file format, but it can be led to where it was.
  @usableFromInline var histories: [History]

  /// What a copy drew from at the start of its episode, and what was done since then.
  @usableFromInline
  struct History: Sendable {
    @usableFromInline var stream: RandomStream
    /// What the world brought along from earlier episodes.
    @usableFromInline var memory: [Double] = []
    @usableFromInline var actions: [World.Action] = []

    @inlinable
    init(stream: RandomStream) { self.stream = stream }
  }

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
    histories = streams.map { History(stream: $0) }
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
      restart(index)
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
        histories[index].actions.append(actions[index])
      } else {
        rows.finalObservations[index] = step.observation
        restart(index)
      }
    }
  }

  /// Starts the next episode of a copy.
  @inlinable
  mutating func restart(_ index: Int) {
    histories[index].stream = streams[index]
    histories[index].memory = copies[index].memory
    histories[index].actions.removeAll(keepingCapacity: true)
    rows.observations[index] = copies[index].reset(using: &streams[index])
  }

  public func copies(of rows: [Int], drawingFrom streams: [RandomStream]) -> Self {
    precondition(
      rows.count == streams.count, "\(rows.count) copies cannot draw from \(streams.count) streams")
    precondition(!rows.isEmpty, "at least one copy must be made")
    var result = self
    result.copies = rows.map { copies[$0] }
    result.streams = streams
    result.rows = Rows(
      observations: self.rows.observations.rows(rows),
      finalObservations: self.rows.finalObservations.rows(rows),
      rewards: rows.map { self.rows.rewards[$0] }, performances: rows.map { self.rows.performances[$0] },
      endings: rows.map { self.rows.endings[$0] })
    result.histories = rows.map { histories[$0] }
    return result
  }

  public func withoutTimeLimit() -> Self {
    var result = self
    result.copies = copies.map { $0.withoutTimeLimit() }
    return result
  }

  public mutating func append(contentsOf other: Self) {
    precondition(hasStarted == other.hasStarted, "either both batches must have been reset, or none")
    copies += other.copies
    streams += other.streams
    rows.observations.append(contentsOf: other.rows.observations)
    rows.finalObservations.append(contentsOf: other.rows.finalObservations)
    rows.rewards += other.rows.rewards
    rows.performances += other.rows.performances
    rows.endings += other.rows.endings
    histories += other.histories
  }

  // MARK: Archives

  public func archive(into archive: inout StateArchive) {
    archive.put([hasStarted ? 1 : 0], as: "hasStarted")
    archive.put(streams.flatMap { [$0.key, $0.position] }, as: "streams")
    archive.put(histories.flatMap { [$0.stream.key, $0.stream.position] }, as: "origins")
    archive.put(histories.flatMap(\.memory), as: "memories")
    archive.put(histories.map(\.actions.count), as: "lengths")
    archive.put(histories.flatMap { $0.actions.flatMap(actionSpace.numbers) }, as: "actions")
    archive.put(
      (0..<count).flatMap { observationSpace.numbers(of: rows.observations[$0]) }, as: "observations")
  }

  /// Leads each copy to where it was, by doing in its episode what was done before.
  ///
  /// - Parameter archive: filled by copies of the same world, as many.
  /// - Throws: ``DataError`` where something is missing or does not fit, or where a world does not come to what it
  ///   showed: one that takes something from one episode to the next cannot be archived.
  public mutating func restore(from archive: StateArchive) throws(DataError) {
    hasStarted = try archive.integers("hasStarted", count: 1) == [1]
    let positions = try archive.words("streams", count: 2 * count)
    let origins = try archive.words("origins", count: 2 * count)
    let lengths = try archive.integers("lengths", count: count)
    let memories = try archive.doubles("memories")
    let memoryCount = copies[0].memory.count
    guard memories.count == memoryCount * count, memories.allSatisfy(\.isFinite) else {
      throw DataError(
        field: "memories", value: "\(memories.count) numbers",
        allowed: "\(memoryCount) finite ones for each copy")
    }
    let numbers = try archive.doubles("actions")
    let seen = try archive.doubles("observations")
    guard hasStarted else { return }
    let width = lengths.reduce(0, +) == 0 ? 1 : numbers.count / lengths.reduce(0, +)
    let seenWidth = seen.count / count
    guard lengths.allSatisfy({ $0 >= 0 }), lengths.reduce(0, +) * width == numbers.count,
      seen.count == seenWidth * count
    else {
      throw DataError(field: "lengths", value: "\(lengths)", allowed: "those of \(numbers.count) actions")
    }
    var first = 0
    for index in copies.indices {
      var stream = RandomStream(key: origins[2 * index], position: origins[2 * index + 1])
      histories[index] = History(stream: stream)
      histories[index].memory = Array(memories[index * memoryCount..<(index + 1) * memoryCount])
      copies[index].memory = histories[index].memory
      rows.observations[index] = copies[index].reset(using: &stream)
      for _ in 0..<lengths[index] {
        let element = Array(numbers[first..<first + width])
        first += width
        guard let action = actionSpace.element(from: element), !copies[index].isOver else {
          throw DataError(
            field: "actions", value: "\(element)", allowed: "\(actionSpace), before the episode ends")
        }
        rows.observations[index] = copies[index].step(action, using: &stream).observation
        histories[index].actions.append(action)
      }
      let shown = observationSpace.numbers(of: rows.observations[index])
      let expected = Array(seen[index * seenWidth..<(index + 1) * seenWidth])
      guard stream.position == positions[2 * index + 1], shown.map(\.bitPattern) == expected.map(\.bitPattern)
      else {
        throw DataError(
          field: "observations", value: "\(shown) in copy \(index)",
          allowed:
            "\(expected), as archived: \(copies[index].name) keeps something from one episode to the next, and "
            + "cannot be restored")
      }
      streams[index] = RandomStream(key: positions[2 * index], position: positions[2 * index + 1])
    }
  }
}
