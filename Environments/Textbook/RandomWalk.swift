import Assay

/// A walk on a line that goes left or right by chance and ends beyond either end: a world to predict, not to
/// control.
///
/// ![No choice; pays 1 at the right end](random-walk-5)
///
/// States 1 to n are the line, 0 and n + 1 its ends, from which nothing follows. Each step leads to the left
/// or to the right, with even chances. With rewards l at the left end and r at the right, the value of state
/// i is
///
///     v(i) = l + (r − l) · i / (n + 1)
///
/// - **Observation**: the state, 0 to n + 1.
/// - **Action**: one, for there is nothing to choose.
/// - **Reward**: l or r for reaching an end, else 0.
/// - **Ending**: terminates at either end. Episodes start in the middle. γ = 1.
/// - **For**: prediction: whether temporal differences and λ-returns do what they are known to do.
/// - **Published**: 1/6 to 5/6 for five states with 0 and 1 at the ends; −0.9 to 0.9 for nineteen with −1 and
///   1.
/// - SeeAlso: Sutton & Barto (2018), Examples 6.2 and 7.1.
public struct RandomWalk: EnumerableEnvironment {
  /// Five states, 0 at the left end and +1 at the right: Example 6.2.
  public static let five = RandomWalk(length: 5, leftReward: 0, rightReward: 1)

  /// Nineteen states, −1 at the left end and +1 at the right: Example 7.1.
  ///
  /// ![No choice; pays −1 or 1 at the ends](random-walk-19)
  public static let nineteen = RandomWalk(length: 19, leftReward: -1, rightReward: 1)

  /// n, how many states the line has.
  public let length: Int
  /// The reward of leaving the line at its left end.
  public let leftReward: Double
  /// The reward of leaving the line at its right end.
  public let rightReward: Double
  public let discount = 1.0
  public let observationSpace: DiscreteSpace
  public let actionSpace = DiscreteSpace(count: 1)
  public let actionNames = ["walk"]

  @inlinable public var state: Int { place }
  @inlinable public var isOver: Bool { hasEnded }

  @usableFromInline var place: Int
  @usableFromInline var hasEnded = false

  /// Makes a walk.
  ///
  /// - Parameters:
  ///   - length: n, how many states the line has; odd, so that there is a middle.
  ///   - leftReward: the reward of leaving the line at its left end.
  ///   - rightReward: the reward of leaving the line at its right end.
  public init(length: Int, leftReward: Double, rightReward: Double) {
    precondition(length > 0 && length % 2 == 1, "length must be positive and odd, but is \(length)")
    self.length = length
    self.leftReward = leftReward
    self.rightReward = rightReward
    observationSpace = DiscreteSpace(count: length + 2)
    place = (length + 1) / 2
  }

  public var name: String { "random-walk-\(length)" }

  public var initialDistribution: [Double] { (0..<stateCount).map { $0 == middle ? 1 : 0 } }

  public var stateNames: [String] {
    guard length <= 26 else { return [] }
    return ["left end"] + "ABCDEFGHIJKLMNOPQRSTUVWXYZ".prefix(length).map(String.init) + ["right end"]
  }

  public var map: GridMap? {
    let marks = (0..<stateCount).map { state in
      switch state {
      case 0: Self.mark(of: leftReward)
      case middle: "S"
      case length + 1: Self.mark(of: rightReward)
      default: ""
      }
    }
    return GridMap(rows: 1, columns: stateCount, marks: marks, directions: [nil])
  }

  public mutating func place(in state: Int) {
    precondition(observationSpace.contains(state), "state must be in 0..<\(stateCount), but is \(state)")
    place = state
    hasEnded = false
  }

  @inlinable
  public mutating func reset(using random: inout RandomStream) -> Int {
    hasEnded = false
    place = middle
    return place
  }

  @inlinable
  public mutating func step(_ action: Int, using random: inout RandomStream) -> Step<Int> {
    checkStep(action)
    precondition(place > 0 && place <= length, "nothing follows from the end \(place)")
    place += random.unit() < 0.5 ? -1 : 1
    hasEnded = isEnd(place)
    return Step(
      observation: place, reward: Reward(reward(at: place)), ending: hasEnded ? .terminated : nil)
  }

  public func outcomes(of action: Int, in state: Int) -> [Outcome] {
    precondition(action == 0, "action must be 0, but is \(action)")
    precondition(observationSpace.contains(state), "state must be in 0..<\(stateCount), but is \(state)")
    if isEnd(state) { return [] }
    return [state - 1, state + 1].map {
      Outcome(next: $0, probability: 0.5, reward: reward(at: $0), isTerminal: isEnd($0))
    }
  }

  @usableFromInline var middle: Int { (length + 1) / 2 }

  @inlinable
  func isEnd(_ state: Int) -> Bool { state == 0 || state == length + 1 }

  @inlinable
  func reward(at state: Int) -> Double {
    state == 0 ? leftReward : state == length + 1 ? rightReward : 0
  }

  private static func mark(of reward: Double) -> String { reward > 0 ? "G" : reward < 0 ? "H" : "" }
}
