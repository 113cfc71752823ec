/// A policy over the states and actions of a ``FiniteMDP``.
public struct PolicyTable: Sendable, Hashable {
  /// A, how many actions there are.
  public let actionCount: Int
  /// π(a|s), `[S·A]`; the entries of a state sum to 1, or are all zero in a state without actions.
  public var probabilities: [Double]

  /// Makes a policy from its probabilities, `[S·A]`.
  public init(actionCount: Int, probabilities: [Double]) {
    precondition(
      probabilities.count % actionCount == 0,
      "\(probabilities.count) probabilities do not divide into rows of \(actionCount) actions")
    self.actionCount = actionCount
    self.probabilities = probabilities
  }

  /// The policy that takes `actions[s]` in state s, `[S]`; −1 in a state without actions.
  public init(actionCount: Int, actions: [Int]) {
    self.init(
      actionCount: actionCount, probabilities: .init(repeating: 0, count: actions.count * actionCount))
    for (state, action) in actions.enumerated() where action >= 0 {
      probabilities[state * actionCount + action] = 1
    }
  }

  /// S, how many states there are.
  public var stateCount: Int { probabilities.count / actionCount }

  /// π(a|s).
  public subscript(state: Int, action: Int) -> Double {
    get { probabilities[state * actionCount + action] }
    set { probabilities[state * actionCount + action] = newValue }
  }

  /// The most probable action of a state, the lowest of equals.
  public func mode(in state: Int) -> Int {
    (1..<actionCount).reduce(0) { self[state, $1] > self[state, $0] ? $1 : $0 }
  }

  /// The policy that, with the given probability, takes a uniformly random available action instead.
  public func softened(by probability: Double, in process: FiniteMDP) -> PolicyTable {
    var copy = self
    let uniform = process.uniformPolicy
    for index in probabilities.indices {
      copy.probabilities[index] =
        (1 - probability) * probabilities[index] + probability * uniform.probabilities[index]
    }
    return copy
  }
}

extension FiniteMDP {
  /// The policy that takes each available action with equal probability.
  public var uniformPolicy: PolicyTable {
    var policy = PolicyTable(
      actionCount: actionCount, probabilities: .init(repeating: 0, count: stateCount * actionCount))
    for state in 0..<stateCount {
      let available = (0..<actionCount).filter { isAvailable(action: $0, in: state) }
      for action in available { policy[state, action] = 1 / Double(available.count) }
    }
    return policy
  }
}
