import Assay
import Foundation

/// What an agent did in a state.
public struct Decision: Sendable, Hashable, Codable {
  /// Index of the state.
  public var state: Int
  /// Index of the action that was taken there.
  public var action: Int

  public init(state: Int, action: Int) {
    self.state = state
    self.action = action
  }
}

extension FiniteMDP {
  /// Watches a policy live: decision after decision, from the initial distribution, with a new episode after each
  /// termination.
  ///
  /// - Parameters:
  ///   - policy: over this process's states and actions.
  ///   - count: how many decisions, not negative.
  ///   - episodeLimit: after how many decisions an episode is cut off, from 1.
  ///   - random: where the actions and outcomes come from.
  /// - Returns: the decisions in the order they were made.
  public func decisions(
    of policy: PolicyTable, count: Int, episodeLimit: Int = 1000, using random: inout RandomStream
  ) -> [Decision] {
    precondition(count >= 0, "count must not be negative, but is \(count)")
    precondition(episodeLimit > 0, "episodeLimit must be positive, but is \(episodeLimit)")
    checkFit(of: policy)
    var decisions: [Decision] = []
    decisions.reserveCapacity(count)
    while decisions.count < count {
      var state = random.index(weights: initial)
      for _ in 0..<min(episodeLimit, count - decisions.count) {
        let action = random.index(
          weights: policy.probabilities[state * actionCount..<(state + 1) * actionCount])
        precondition(
          isAvailable(action: action, in: state),
          "the policy takes \(actionName(action)) in \(stateName(state)), where it is unavailable")
        decisions.append(Decision(state: state, action: action))
        let outcomes = outcomeRange(state: state, action: action)
        let entry = outcomes.lowerBound + random.index(weights: probabilities[outcomes])
        if hasTerminals && terminals[entry] { break }
        state = Int(successors[entry])
      }
    }
    return decisions
  }

  func checkFit(of policy: PolicyTable) {
    precondition(
      policy.actionCount == actionCount && policy.stateCount == stateCount,
      "a policy over \(policy.stateCount) states and \(policy.actionCount) actions does not fit \(name)")
  }
}

/// Decisions, counted.
struct ObservedBehaviour {
  /// How often each action was taken in each state, `[S·A]`.
  let counts: [Int]
  /// How many decisions there are.
  let total: Int
  /// The states they were made in.
  let states: [Int]
  /// How often each state was met, `[S]`.
  let visits: [Int]

  init(_ decisions: [Decision], in process: FiniteMDP) throws(DataError) {
    var counts = [Int](repeating: 0, count: process.stateCount * process.actionCount)
    var visits = [Int](repeating: 0, count: process.stateCount)
    for (index, decision) in decisions.enumerated() {
      guard decision.state >= 0, decision.state < process.stateCount else {
        throw DataError(
          field: "decisions[\(index)].state", value: "\(decision.state)",
          allowed: "an integer from 0 to \(process.stateCount - 1)")
      }
      guard decision.action >= 0, decision.action < process.actionCount,
        process.isAvailable(action: decision.action, in: decision.state)
      else {
        throw DataError(
          field: "decisions[\(index)].action", value: "\(decision.action)",
          allowed: "an action that is available in state \(decision.state)")
      }
      counts[decision.state * process.actionCount + decision.action] += 1
      visits[decision.state] += 1
    }
    self.counts = counts
    self.visits = visits
    total = decisions.count
    states = visits.indices.filter { visits[$0] > 0 }
  }

  /// What was done, as a policy: the share of each action; uniform where nothing was seen.
  func policy(in process: FiniteMDP) -> PolicyTable {
    var policy = process.uniformPolicy
    for state in states {
      for action in 0..<process.actionCount {
        policy[state, action] = Double(counts[state * process.actionCount + action]) / Double(visits[state])
      }
    }
    return policy
  }
}

/// ln of the probability of a sequence of choices with these counts when all rows of probabilities are possible
/// beforehand: Γ(k/2)/Γ(n + k/2) · Π Γ(nᵢ + ½)/Γ(½).
///
/// - SeeAlso: Krichevsky & Trofimov (1981), *The performance of universal encoding*.
func logFreeChoice(_ counts: some Sequence<Int>, among choices: Int) -> Double {
  var result = 0.0
  var total = 0
  for count in counts {
    for earlier in 0..<count {
      result += log((Double(earlier) + 0.5) / (Double(total) + Double(choices) / 2))
      total += 1
    }
  }
  return result
}

/// ln Σ exp, minus ln of a count: the logarithm of a mean.
func logMean(_ logarithms: some Collection<Double>) -> Double {
  guard let largest = logarithms.max(), largest > -.infinity else { return -.infinity }
  return largest + log(logarithms.reduce(0) { $0 + exp($1 - largest) } / Double(logarithms.count))
}
