import Assay

/// How many states and actions a tabular agent has, and which actions are available where.
public struct TableShape: Sendable, Hashable {
  /// S, how many states there are.
  public let stateCount: Int
  /// A, how many actions there are.
  public let actionCount: Int
  /// Whether an action is available, `[S·A]`; empty when all are.
  public let availability: [Bool]

  public init(stateCount: Int, actionCount: Int, availability: [Bool] = []) {
    precondition(stateCount > 0, "stateCount must be positive, but is \(stateCount)")
    precondition(actionCount > 0, "actionCount must be positive, but is \(actionCount)")
    precondition(
      availability.isEmpty || availability.count == stateCount * actionCount,
      "availability needs \(stateCount * actionCount) entries, but has \(availability.count)")
    self.stateCount = stateCount
    self.actionCount = actionCount
    self.availability = availability.allSatisfy(\.self) ? [] : availability
  }

  /// The shape of a world that lists itself.
  ///
  /// States without any action (they only ever end episodes) count as having all, since nobody acts there.
  public init(of environment: some EnumerableEnvironment) {
    let actions = 0..<environment.actionCount
    self.init(
      stateCount: environment.stateCount, actionCount: environment.actionCount,
      availability: (0..<environment.stateCount).flatMap { state in
        let available = actions.map { !environment.outcomes(of: $0, in: state).isEmpty }
        return available.contains(true) ? available : actions.map { _ in true }
      })
  }

  /// Where the numbers of a state lie in a block with one for each state and action.
  @inlinable
  public func row(of state: Int) -> Range<Int> {
    let first = state &* actionCount
    return first..<first &+ actionCount
  }

  /// Whether an action may be taken in a state.
  @inlinable
  public func isAvailable(_ action: Int, in state: Int) -> Bool {
    availability.isEmpty || availability[state &* actionCount &+ action]
  }

  /// Draws an available action uniformly.
  @inlinable
  public func randomAction(in state: Int, using random: inout RandomStream) -> Int {
    if availability.isEmpty { return random.integer(below: actionCount) }
    var action = random.integer(below: actionCount)
    while !isAvailable(action, in: state) { action = random.integer(below: actionCount) }
    return action
  }

  /// The largest of a state's values, over the available actions.
  @inlinable
  @inline(__always)
  public func largest(of block: BlockHandle, in state: Int, reading parameters: ParameterStore) -> Float {
    parameters.withNumbers(of: block, in: row(of: state)) { values in
      var best = -Float.infinity
      for action in 0..<values.count where isAvailable(action, in: state) {
        best = values[action] > best ? values[action] : best
      }
      return best
    }
  }

  /// The mean of a state's values, over the available actions.
  @inlinable
  public func mean(of block: BlockHandle, in state: Int, reading parameters: ParameterStore) -> Float {
    var sum: Float = 0
    var count: Float = 0
    for action in 0..<actionCount where isAvailable(action, in: state) {
      sum += parameters[block, state &* actionCount &+ action]
      count += 1
    }
    return sum / count
  }
}
