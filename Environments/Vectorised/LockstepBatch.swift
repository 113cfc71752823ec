import Assay

/// Copies of a moving world, stepped four at a time.
///
/// What happens in each copy is, bit for bit, what happens in the world itself, or in its `TimeLimit`.
public struct LockstepBatch<World: MovingWorld>: EnvironmentBatch {
  public private(set) var count: Int
  public let observationSpace: BoxSpace
  public let actionSpace: World.ActionSpace
  /// After how many steps episodes are cut off; `nil` where they are not.
  public private(set) var timeLimit: Int?

  @usableFromInline var rows: Rows
  /// The numbers of each moment, `[numberCount × groups]`.
  @usableFromInline var moments: [FourLanes]
  @usableFromInline var elapsed: [SIMD4<Int32>]
  @usableFromInline var streams: [RandomStream]
  @usableFromInline var hasStarted = false

  /// What a step leaves behind.
  @usableFromInline
  struct Rows: Sendable {
    @usableFromInline var observations: VectorColumn
    @usableFromInline var finalObservations: VectorColumn
    @usableFromInline var rewards: [Double]
    @usableFromInline var endings: [Ending?]
  }

  /// Copies a world.
  ///
  /// - Parameters:
  ///   - world: the world.
  ///   - count: how many copies to make, at least 1.
  ///   - timeLimit: after how many steps episodes are cut off, from 1; `nil` where they are not.
  ///   - stream: what each copy draws from a substream of.
  public init(_ world: World, count: Int, timeLimit: Int? = nil, stream: RandomStream) {
    precondition(count > 0, "count must be positive, but is \(count)")
    if let timeLimit { precondition(timeLimit > 0, "timeLimit must be positive, but is \(timeLimit)") }
    self.count = count
    self.timeLimit = timeLimit
    observationSpace = world.observationSpace
    actionSpace = world.actionSpace
    let column = observationSpace.column(count: count)
    rows = Rows(
      observations: column, finalObservations: column, rewards: [Double](repeating: 0, count: count),
      endings: [Ending?](repeating: nil, count: count))
    let groups = (count + 3) / 4
    moments = [FourLanes](repeating: FourLanes(0), count: groups * World.Several.numberCount)
    elapsed = [SIMD4<Int32>](repeating: .zero, count: groups)
    streams = (0..<count).map { stream.substream(UInt64($0)) }
  }

  @inlinable public var observations: VectorColumn { rows.observations }
  @inlinable public var finalObservations: VectorColumn { rows.finalObservations }
  @inlinable public var rewards: [Double] { rows.rewards }
  @inlinable public var performances: [Double] { rows.rewards }
  @inlinable public var endings: [Ending?] { rows.endings }

  @inlinable
  public mutating func reset() {
    hasStarted = true
    for copy in 0..<count {
      restart(copy)
      rows.rewards[copy] = 0
      rows.endings[copy] = nil
    }
  }

  @inlinable
  public mutating func step(_ actions: World.ActionSpace.Column) {
    precondition(hasStarted, "no step may be taken before a reset")
    precondition(actions.count == count, "there are \(actions.count) actions for \(count) copies")
    let limit = timeLimit.flatMap { Int32(exactly: $0) } ?? .max
    for group in 0..<elapsed.count {
      var action = FourLanes(0)
      let lanes = min(4, count - 4 * group)
      for lane in 0..<lanes {
        let number = actionSpace.number(at: 4 * group + lane, of: actions)
        if !actionSpace.isUsable(number) { stop(at: 4 * group + lane, of: actions) }
        action[lane] = number
      }
      let isTerminal = Self.advance(
        group, action, lanes: lanes, moments: &moments, observations: &rows.observations.values,
        width: rows.observations.width, rewards: &rows.rewards, endings: &rows.endings)
      elapsed[group] &+= 1
      let isLate = elapsed[group] .== limit
      if FourLanes.isAny(isTerminal) || any(isLate) {
        for lane in 0..<lanes {
          if FourLanes.isSet(isTerminal, lane: lane) {
            end(4 * group + lane, .terminated)
          } else if isLate[lane] {
            end(4 * group + lane, .truncated)
          }
        }
      }
    }
  }

  /// Moves one group of copies on.
  @inlinable
  static func advance(
    _ group: Int, _ action: FourLanes, lanes: Int, moments: inout [FourLanes], observations: inout [Float],
    width: Int, rewards: inout [Double], endings: inout [Ending?]
  ) -> SIMD4<UInt64> {
    let groups = moments.count / World.Several.numberCount
    return moments.withUnsafeMutableBufferPointer { moments in
      var motion = World.Several { moments[$0 &* groups &+ group] }
      let (reward, isTerminal) = motion.advance(action)
      motion.giveNumbers { moments[$0 &* groups &+ group] = $1 }
      let first = 4 &* group
      observations.withUnsafeMutableBufferPointer { observations in
        if lanes == 4 {
          let start = first &* width
          motion.giveObservation { index, numbers in
            observations[start &+ index] = Float(numbers.numbers[0])
            observations[start &+ width &+ index] = Float(numbers.numbers[1])
            observations[start &+ 2 &* width &+ index] = Float(numbers.numbers[2])
            observations[start &+ 3 &* width &+ index] = Float(numbers.numbers[3])
          }
        } else {
          motion.giveObservation { index, numbers in
            for lane in 0..<lanes { observations[(first &+ lane) &* width &+ index] = Float(numbers[lane]) }
          }
        }
      }
      for lane in 0..<lanes {
        rewards[first &+ lane] = reward[lane]
        endings[first &+ lane] = nil
      }
      return isTerminal
    }
  }

  public func withoutTimeLimit() -> Self {
    var result = self
    result.timeLimit = nil
    return result
  }

  public func copies(of rows: [Int], drawingFrom streams: [RandomStream]) -> Self {
    precondition(
      rows.count == streams.count, "\(rows.count) copies cannot draw from \(streams.count) streams")
    precondition(!rows.isEmpty, "at least one copy must be made")
    var result = self
    result.count = rows.count
    result.streams = streams
    result.rows = Rows(
      observations: self.rows.observations.rows(rows),
      finalObservations: self.rows.finalObservations.rows(rows),
      rewards: rows.map { self.rows.rewards[$0] }, endings: rows.map { self.rows.endings[$0] })
    result.makeRoom()
    for (target, row) in rows.enumerated() { result.take(row, of: self, to: target) }
    return result
  }

  public mutating func append(contentsOf other: Self) {
    precondition(hasStarted == other.hasStarted, "either both batches must have been reset, or none")
    precondition(
      timeLimit == other.timeLimit, "the time limits are \(timeLimit ?? 0) and \(other.timeLimit ?? 0)")
    let before = self
    count += other.count
    streams += other.streams
    rows.observations.append(contentsOf: other.rows.observations)
    rows.finalObservations.append(contentsOf: other.rows.finalObservations)
    rows.rewards += other.rows.rewards
    rows.endings += other.rows.endings
    makeRoom()
    for copy in 0..<before.count { take(copy, of: before, to: copy) }
    for copy in 0..<other.count { take(copy, of: other, to: before.count + copy) }
  }

  /// Makes room for the moments of all copies.
  private mutating func makeRoom() {
    let groups = (count + 3) / 4
    moments = [FourLanes](repeating: FourLanes(0), count: groups * World.Several.numberCount)
    elapsed = [SIMD4<Int32>](repeating: .zero, count: groups)
  }

  /// Takes the moment of a copy from a batch.
  private mutating func take(_ copy: Int, of other: Self, to target: Int) {
    let (groups, otherGroups) = (elapsed.count, other.elapsed.count)
    elapsed[target / 4][target % 4] = other.elapsed[copy / 4][copy % 4]
    for number in 0..<World.Several.numberCount {
      moments[number * groups + target / 4][target % 4] =
        other.moments[number * otherGroups + copy / 4][copy % 4]
    }
  }

  // MARK: Archives

  public func archive(into archive: inout StateArchive) {
    archive.put([hasStarted ? 1 : 0], as: "hasStarted")
    archive.put(streams.flatMap { [$0.key, $0.position] }, as: "streams")
    archive.put((0..<count).map { Int(elapsed[$0 / 4][$0 % 4]) }, as: "elapsed")
    var numbers: [Double] = []
    for number in 0..<World.Several.numberCount {
      for copy in 0..<count { numbers.append(moments[number * elapsed.count + copy / 4][copy % 4]) }
    }
    archive.put(numbers, as: "moments")
    archive.put(rows.observations.values, as: "observations")
  }

  public mutating func restore(from archive: StateArchive) throws(DataError) {
    hasStarted = try archive.integers("hasStarted", count: 1) == [1]
    let positions = try archive.words("streams", count: 2 * count)
    let steps = try archive.integers("elapsed", count: count)
    let numbers = try archive.doubles("moments", count: count * World.Several.numberCount)
    rows.observations.values = try archive.floats("observations", count: rows.observations.values.count)
    for copy in 0..<count {
      streams[copy] = RandomStream(key: positions[2 * copy], position: positions[2 * copy + 1])
      guard let taken = Int32(exactly: steps[copy]), taken >= 0 else {
        throw DataError(field: "elapsed", value: "\(steps[copy])", allowed: "steps of an episode")
      }
      elapsed[copy / 4][copy % 4] = taken
      for number in 0..<World.Several.numberCount {
        moments[number * elapsed.count + copy / 4][copy % 4] = numbers[number * count + copy]
      }
    }
  }

  /// Notes how an episode ended, and starts the next.
  @inlinable
  mutating func end(_ copy: Int, _ ending: Ending) {
    rows.endings[copy] = ending
    for index in rows.observations.range(of: copy) {
      rows.finalObservations.values[index] = rows.observations.values[index]
    }
    restart(copy)
  }

  @inlinable
  mutating func restart(_ copy: Int) {
    let (group, lane) = (copy / 4, copy % 4)
    let groups = elapsed.count
    elapsed[group][lane] = 0
    let motion = World.start(using: &streams[copy])
    motion.giveNumbers { moments[$0 * groups + group][lane] = $1.number }
    let start = copy * rows.observations.width
    motion.giveObservation { rows.observations.values[start + $0] = Float($1.number) }
  }

  @inline(never)
  @usableFromInline
  func stop(at copy: Int, of actions: World.ActionSpace.Column) -> Never {
    fatalError("copy \(copy): an action must be \(actionSpace), but is \(actions[copy])")
  }
}

/// A world of which copies can be stepped together, faster than one after the other.
public protocol LockstepEnvironment: Environment
where ObservationSpace: ColumnarSpace, ActionSpace: ColumnarSpace {
  /// The copies.
  associatedtype Copies: EnvironmentBatch<ObservationSpace, ActionSpace>

  /// Copies of this world that are stepped together.
  ///
  /// - Parameters:
  ///   - count: how many copies to make, at least 1.
  ///   - stream: what each copy draws from a substream of.
  /// - Returns: the copies, before their first reset.
  func copies(_ count: Int, stream: RandomStream) -> Copies
}

extension MovingWorld {
  public func copies(_ count: Int, stream: RandomStream) -> LockstepBatch<Self> {
    copies(count, timeLimit: nil, stream: stream)
  }

  /// Copies of this world, with a time limit, that are stepped together.
  ///
  /// - Parameters:
  ///   - count: how many copies to make, at least 1.
  ///   - timeLimit: after how many steps episodes are cut off, from 1; `nil` where they are not.
  ///   - stream: what each copy draws from a substream of.
  /// - Returns: the copies, before their first reset.
  public func copies(_ count: Int, timeLimit: Int?, stream: RandomStream) -> LockstepBatch<Self> {
    LockstepBatch(self, count: count, timeLimit: timeLimit, stream: stream)
  }
}

extension TimeLimit: LockstepEnvironment where Base: MovingWorld {
  public func copies(_ count: Int, stream: RandomStream) -> LockstepBatch<Base> {
    base.copies(count, timeLimit: steps, stream: stream)
  }
}
