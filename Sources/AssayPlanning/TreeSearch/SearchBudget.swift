/// How much a search may do.
public struct SearchBudget: Sendable {
  /// How many walks there are from each root, positive; `nil` where time alone decides.
  public var simulations: Int?
  /// How long it may take on the clock; looked at after every round of walks.
  public var time: Duration?
  /// How many steps from the root a walk may go at most, positive; `nil` where it may go to the end.
  public var depth: Int?
  /// Asked after every round of walks; where it says `true`, the search stops with what it has.
  public var isCancelled: (@Sendable () -> Bool)?

  public init(
    simulations: Int? = nil, time: Duration? = nil, depth: Int? = nil,
    isCancelled: (@Sendable () -> Bool)? = nil
  ) {
    precondition(
      simulations != nil || time != nil || isCancelled != nil,
      "a budget must end a search: it needs simulations, a time or somebody who cancels")
    precondition(simulations ?? 1 > 0, "simulations must be positive, but is \(simulations ?? 0)")
    precondition(depth ?? 1 > 0, "depth must be positive, but is \(depth ?? 0)")
    self.simulations = simulations
    self.time = time
    self.depth = depth
    self.isCancelled = isCancelled
  }
}

/// Why a search stopped.
public enum SearchEnd: String, Sendable, Hashable, Codable {
  /// It made all its simulations.
  case simulations
  /// Its time was over.
  case time
  /// Somebody cancelled it.
  case cancellation
}

/// A world, critic or actor answered a search with something that is no answer.
public struct SearchError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What was wrong.
  public enum Fault: String, Sendable, Hashable, Codable {
    case reward
    case discount
    case value
    case logit
    case action
    case outcome
  }

  /// Which answer was wrong.
  public var fault: Fault
  /// The answer, or the number of the action or outcome; for ``Fault/action`` −1 where there was none.
  public var answer: Double
  /// The action it belongs to, for ``Fault/logit`` and ``Fault/action``.
  public var action: Int?
  /// The number of the node.
  public var node: Int
  /// Which root it lies below.
  public var root: Int
  /// The actions that lead from the root to the node.
  public var path: [Int]

  public init(fault: Fault, answer: Double, action: Int? = nil, node: Int, root: Int, path: [Int]) {
    self.fault = fault
    self.answer = answer
    self.action = action
    self.node = node
    self.root = root
    self.path = path
  }

  public var description: String {
    let place =
      path.isEmpty ? "root \(root)" : "node \(node), which actions \(path) lead to from root \(root)"
    return switch fault {
    case .reward: "the reward of the step to \(place) is \(answer); allowed: a finite number"
    case .discount: "the discount of the step to \(place) is \(answer); allowed: a finite number"
    case .value: "the value of \(place) is \(answer); allowed: a finite number"
    case .logit:
      "the logit of action \(action ?? -1) at \(place) is \(answer); allowed: a finite number, or -inf for an action that "
        + "cannot be taken"
    case .action:
      answer < 0
        ? "\(place) has no action that can be taken; allowed: at least one where things go on"
        : "\(place) has action \(Int(answer)); allowed: the problem's actions, each once"
    case .outcome: "an outcome at \(place) is \(Int(answer)); allowed: numbers from 0 to 2147483647"
    }
  }
}
