import Assay

/// How to solve a process.
public enum SolutionMethod: String, Sendable, Hashable, CaseIterable {
  /// Sweeps of V ← TV.
  case valueIteration = "value-iteration"
  /// Exact evaluation and greedy improvement in turn.
  case policyIteration = "policy-iteration"
  /// Greedy improvement, and a few sweeps of evaluation in place of the exact one.
  case modifiedPolicyIteration = "modified-policy-iteration"
  /// Sweeps that use each new value at once.
  case gaussSeidel = "gauss-seidel"
  /// Backups of one state at a time, always of the one whose value is most in need of it.
  ///
  /// It pays where values spread from few places, as in a maze: there it takes a sixth of the backups of
  /// Gauss–Seidel sweeps. Where every state leads anywhere it spares a quarter of them, and value iteration,
  /// whose bounds are better, takes a thirtieth of what is left.
  case prioritizedSweeping = "prioritized-sweeping"
}

/// Values, a policy, and how far the values can be from the truth.
public struct Solution: Sendable, Hashable {
  /// V(s), `[S]`, in reward units; 0 in a state without actions. For the average-reward criterion the bias,
  /// which is 0 on average over the initial distribution.
  public var values: [Double]
  /// The action to take in each state, `[S]`, the lowest of equals; −1 in a state without actions. Empty for
  /// the values of a given policy.
  public var policy: [Int]
  /// No value is further than this from the truth; for the average-reward criterion, the gain is not. `nil`
  /// where no bound could be shown.
  public var errorBound: Double?
  /// The average reward of a step, for that criterion only.
  public var gain: Double?
  /// How many improvements or backups of the whole state space it took.
  public var iterations: Int
  /// How many states were backed up, one after another; `nil` for methods that back up all of them at once.
  public var backups: Int?

  public init(
    values: [Double], policy: [Int] = [], errorBound: Double?, gain: Double? = nil, iterations: Int,
    backups: Int? = nil
  ) {
    self.values = values
    self.policy = policy
    self.errorBound = errorBound
    self.gain = gain
    self.iterations = iterations
    self.backups = backups
  }
}

/// Why a process has no solution of the kind that was asked for.
public enum PlanningError: Error, Hashable, CustomStringConvertible {
  /// At discount 1, no terminal outcome can be reached from this state.
  case neverTerminates(state: Int)
  /// At discount 1, this policy goes on for ever from some state, or collects without bound.
  case improperPolicy
  /// At discount 1, some policy collects reward without bound.
  case unboundedValue
  /// The best average reward depends on where one starts; it lies between these.
  case gainDependsOnState(low: Double, high: Double)
  /// The values did not come within the tolerance in as many sweeps.
  case notConverged(sweeps: Int, errorBound: Double)

  public var description: String {
    switch self {
    case .neverTerminates(let state):
      "discount is 1 and state \(state) never reaches a terminal row; "
        + "allowed: a discount below 1, or a terminal row within reach of every state"
    case .improperPolicy:
      "discount is 1 and the policy does not terminate from every state; "
        + "allowed: a discount below 1, or a policy that terminates"
    case .unboundedValue:
      "discount is 1 and a policy that never terminates collects reward without bound; allowed: a discount below 1"
    case .gainDependsOnState(let low, let high):
      "the best average reward depends on the state: it lies between \(low) and \(high); "
        + "allowed: a process in which every state can reach the same best cycle"
    case .notConverged(let sweeps, let errorBound):
      "after \(sweeps) sweeps the values are known only to within \(errorBound); allowed: a larger tolerance"
    }
  }
}
