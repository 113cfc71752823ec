import Assay

/// How the bodies of a world move, for as many copies of the world as there are lanes.
///
/// Written once over ``Lanes``, it is the motion of one copy and that of several side by side, bit for bit the same.
public protocol Motion<Number>: Sendable {
  associatedtype Number: Lanes

  /// How many numbers a moment is made of: those of the state, and those that follow from the state and are kept so
  /// as not to be computed twice.
  static var numberCount: Int { get }

  /// Makes a moment of its numbers.
  init(numbers: (Int) -> Number)

  /// Gives the numbers a moment is made of, each with its index.
  func giveNumbers(_ take: (Int, Number) -> Void)

  /// Gives the numbers of the observation, each with its index.
  func giveObservation(_ take: (Int, Number) -> Void)

  /// Moves on by one step.
  ///
  /// - Parameter action: the action as a number.
  /// - Returns: the reward of the step, and where the episode terminates with it.
  mutating func advance(_ action: Number) -> (reward: Number, isTerminal: Number.Bits)
}

/// A space of actions that are one number each.
public protocol SingleNumberSpace: ColumnarSpace {
  /// The number that an action is.
  func number(of action: Element) -> Double
  /// The number that an action of a column is.
  func number(at row: Int, of column: Column) -> Double
  /// Whether an action can be taken, be it of the space or not.
  func isUsable(_ number: Double) -> Bool
}

extension DiscreteSpace: SingleNumberSpace {
  @inlinable public func number(of action: Int) -> Double { Double(action) }
  @inlinable public func number(at row: Int, of column: [Int]) -> Double { Double(column[row]) }
  @inlinable public func isUsable(_ number: Double) -> Bool { number >= 0 && number < Double(count) }
}

/// Worlds whose actions are one number take those beyond the space, too, and pull them to its limits.
extension BoxSpace: SingleNumberSpace {
  @inlinable public func number(of action: [Float]) -> Double { action.count == 1 ? Double(action[0]) : .nan }
  @inlinable public func number(at row: Int, of column: VectorColumn) -> Double { Double(column.values[row]) }
  @inlinable public func isUsable(_ number: Double) -> Bool { number == number }
}

/// A world of moving bodies, which ``LockstepBatch`` can step many copies of at once.
public protocol MovingWorld: PlaceableEnvironment, LockstepEnvironment
where Observation == [Float], ObservationSpace == BoxSpace, ActionSpace: SingleNumberSpace {
  /// The motion of one copy.
  associatedtype Single: Motion<OneLane>
  /// The same motion, of four copies.
  associatedtype Several: Motion<FourLanes>

  /// The moment the world is in.
  var body: MovingBody<Single> { get set }

  /// The moment an episode starts in.
  static func start(using random: inout RandomStream) -> Single
}

/// One moment of a moving world, and what is seen of it.
public struct MovingBody<Single: Motion<OneLane>>: Sendable {
  /// The moment.
  public var motion: Single
  /// What is seen. It is written into in place, so that a step asks for memory only where somebody kept the last one.
  public var observation: [Float]
  /// Whether the episode is over, or was not yet begun.
  public var isOver = true

  @inlinable
  public init(_ motion: Single, observationCount: Int) {
    self.motion = motion
    observation = [Float](repeating: 0, count: observationCount)
    observe()
  }

  /// Writes what is seen.
  @inlinable
  public mutating func observe() {
    observation.withUnsafeMutableBufferPointer { seen in
      motion.giveObservation { seen[$0] = Float($1.number) }
    }
  }
}

extension MovingWorld {
  @inlinable public var isOver: Bool { body.isOver }

  @inlinable
  public func isAvailable(_ action: Action) -> Bool { actionSpace.isUsable(actionSpace.number(of: action)) }

  @inlinable
  public mutating func reset(using random: inout RandomStream) -> [Float] {
    body.motion = Self.start(using: &random)
    body.isOver = false
    body.observe()
    return body.observation
  }

  @inlinable
  public mutating func step(_ action: Action, using random: inout RandomStream) -> Step<[Float]> {
    let number = actionSpace.number(of: action)
    if body.isOver || !actionSpace.isUsable(number) { stopAtMisuse(of: action) }
    let (reward, isTerminal) = body.motion.advance(OneLane(number))
    body.observe()
    body.isOver = isTerminal != 0
    return Step(
      observation: body.observation, reward: Reward(reward.number), ending: body.isOver ? .terminated : nil)
  }
}

/// Numbers that somebody gives for a state.
func checkedNumbers(
  _ numbers: [Double], count: Int, within limit: Double = 1e6
) throws(DataError) -> [Double] {
  guard numbers.count == count, numbers.allSatisfy({ abs($0) <= limit }) else {
    throw DataError(
      field: "state", value: "\(numbers)", allowed: "\(count) numbers from −\(Int(limit)) to \(Int(limit))")
  }
  return numbers
}
