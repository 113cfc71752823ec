import Assay

/// Acts in a process whose state is hidden: keeps track of what can be believed, and follows a solution.
///
/// ```swift
/// let process = Tiger().process
/// var agent = BeliefPolicy(process, following: try process.solved())
/// let action = agent.act(on: percept, using: &random)
/// ```
public struct BeliefPolicy: Agent {
  /// What it takes the world for.
  public let process: FinitePOMDP
  /// What it follows.
  public let solution: BeliefSolution
  /// How likely it takes each state to be, `[S]`.
  public private(set) var belief: [Double]
  /// Whether what it saw last can happen in ``process``. If not, it believes what it believed before.
  public private(set) var isConsistent = true
  /// None.
  public var parameters = ParameterStore()
  private var lastAction: Int?

  /// Gets ready for the first episode.
  ///
  /// - Parameters:
  ///   - process: what it takes the world for.
  ///   - solution: a solution of that process.
  public init(_ process: FinitePOMDP, following solution: BeliefSolution) {
    precondition(
      solution.vectors.allSatisfy { $0.values.count == process.stateCount },
      "a solution of another process than \(process.process.name) cannot be followed")
    self.process = process
    self.solution = solution
    belief = process.initialBelief
  }

  public mutating func act(on percept: Percept<Int>, using random: inout RandomStream) -> Int {
    if percept.isFirst {
      let first = process.initialBelief(observing: percept.observation)
      isConsistent = first != nil
      belief = first ?? process.initialBelief
    } else if let lastAction {
      isConsistent = process.update(&belief, action: lastAction, observation: percept.observation) > 0
    }
    let action = solution.action(in: belief)
    lastAction = action
    return action
  }
}
