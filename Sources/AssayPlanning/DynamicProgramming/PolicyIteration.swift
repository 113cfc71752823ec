import Assay

/// Exact evaluation and greedy improvement in turn, until no action improves.
///
/// An action is only changed for one that is strictly better, which keeps the policies proper at discount 1:
/// there the first one walks towards a terminal outcome.
///
/// - SeeAlso: Puterman (1994), *Markov Decision Processes*, §6.4 and §7.2; Bertsekas & Tsitsiklis (1991), *An
///   analysis of stochastic shortest path problems*.
struct PolicyIteration {
  let process: FiniteMDP
  let reward: FiniteMDP.RewardFunction
  let discount: Double
  private let iterationLimit = 1000

  /// How much better, relative to the values, an action must be to replace another.
  private let improvementThreshold = 1e-13

  func solve(startingFrom start: [Int]? = nil) throws(PlanningError) -> Solution {
    var actions: [Int]
    if let start { actions = start } else { actions = try firstPolicy() }
    for iteration in 1...iterationLimit {
      let rows = PolicyRows(
        process, policy: PolicyTable(actionCount: process.actionCount, actions: actions), reward: reward)
      let system: PolicySystem
      do { system = try PolicySystem(rows, discount: discount) } catch {
        if iteration > 1, error == .improperPolicy { throw .unboundedValue }
        throw error
      }
      let values = try system.solve(rows.rewards)
      let improved = improve(actions, values: values)
      if improved == actions {
        let evaluation = system.errorBound(of: values, for: rows.rewards)
        let optimality = optimalityBound(values, policy: actions, system: system)
        return Solution(
          values: values, policy: lowestOfEquals(values, instead: actions),
          errorBound: optimality.map { $0 + evaluation }, iterations: iteration)
      }
      actions = improved
    }
    throw .notConverged(sweeps: iterationLimit, errorBound: .infinity)
  }

  /// Any policy below discount 1; at discount 1, one under which every state comes nearer to an end with
  /// positive probability.
  private func firstPolicy() throws(PlanningError) -> [Int] {
    if discount < 1 {
      return (0..<process.stateCount).map { state in
        (0..<process.actionCount).first { process.isAvailable(action: $0, in: state) } ?? -1
      }
    }
    return try process.terminatingPolicy()
  }

  private func improve(_ actions: [Int], values: [Double]) -> [Int] {
    actions.enumerated().map { state, current in
      if current < 0 { return current }
      var best = current
      var highest = process.backup(state, current, values, reward, discount)
      let threshold = improvementThreshold * (1 + abs(highest))
      for action in 0..<process.actionCount where process.isAvailable(action: action, in: state) {
        let value = process.backup(state, action, values, reward, discount)
        if value > highest + threshold {
          (best, highest) = (action, value)
        }
      }
      return best
    }
  }

  /// Among actions equal to within rounding, the lowest: so that the answer does not depend on the way there.
  private func lowestOfEquals(_ values: [Double], instead actions: [Int]) -> [Int] {
    actions.enumerated().map { state, current in
      if current < 0 { return current }
      let threshold = 1e-10 * (1 + abs(values[state]))
      return (0..<process.actionCount).first {
        process.isAvailable(action: $0, in: state)
          && process.backup(state, $0, values, reward, discount) >= values[state] - threshold
      } ?? current
    }
  }

  /// How far V* can be above the values of the last policy.
  ///
  /// Below discount 1 the largest improvement left, over 1 − γ. At discount 1 a certificate: U = V + εw with
  /// U ≥ TU is an upper bound on V*, where w counts the steps to the end under the worst of the nearly best
  /// actions, so that those lose ε a step, and any other action has room enough by being worse.
  private func optimalityBound(_ values: [Double], policy: [Int], system: PolicySystem) -> Double? {
    let scale = values.reduce(1) { max($0, abs($1)) }
    let rounding = 16 * Double.ulpOfOne * scale
    var residual = rounding
    for state in 0..<process.stateCount {
      for action in 0..<process.actionCount where process.isAvailable(action: action, in: state) {
        residual = max(residual, process.backup(state, action, values, reward, discount) - values[state])
      }
    }
    if discount < 1 { return residual / (1 - discount) }

    let steps = FiniteMDP.RewardFunction(
      name: "steps", expected: .init(repeating: 1, count: reward.expected.count))
    let nearlyBest: (Int, Int) -> Bool = { state, action in
      process.backup(state, action, values, reward, discount) >= values[state] - 1e-9 * scale
    }
    // The longest way to the end among nearly best actions, by policy iteration on steps.
    var slowest = policy
    var lifetimes = system.lifetimes
    for _ in 0..<process.stateCount + 2 {
      var isStable = true
      for state in 0..<process.stateCount where slowest[state] >= 0 {
        for action in 0..<process.actionCount
        where process.isAvailable(action: action, in: state) && nearlyBest(state, action) {
          let length = process.backup(state, action, lifetimes, steps, 1)
          if length > process.backup(state, slowest[state], lifetimes, steps, 1) * (1 + 1e-9) {
            slowest[state] = action
            isStable = false
          }
        }
      }
      if isStable { break }
      let rows = PolicyRows(
        process, policy: PolicyTable(actionCount: process.actionCount, actions: slowest), reward: steps)
      guard let slower = try? PolicySystem(rows, discount: 1) else { return nil }
      lifetimes = slower.lifetimes
    }
    let margin = 0.5
    let epsilon = (residual + rounding) / margin
    let upper = values.indices.map { values[$0] + epsilon * lifetimes[$0] }
    for state in 0..<process.stateCount {
      for action in 0..<process.actionCount where process.isAvailable(action: action, in: state) {
        guard process.backup(state, action, upper, reward, 1) <= upper[state] else { return nil }
      }
    }
    // Where one may stay for ever without any reward, staying is worth 0, and the bound has to cover it.
    for (state, canStay) in process.statesThatCanAvoidEnding().enumerated() where canStay {
      guard upper[state] >= 0 || process.everyStayCosts(reward) else { return nil }
    }
    return epsilon * (lifetimes.max() ?? 0)
  }
}

extension FiniteMDP {
  /// A policy that terminates from every state, found backwards from the terminal outcomes.
  func terminatingPolicy() throws(PlanningError) -> [Int] {
    var actions = [Int](repeating: -1, count: stateCount)
    var isDone = (0..<stateCount).map { isFinal(state: $0) }
    var hasGrown = true
    while hasGrown {
      hasGrown = false
      var newlyDone: [Int] = []
      for state in 0..<stateCount where !isDone[state] {
        let action = (0..<actionCount).first { action in
          outcomeRange(state: state, action: action).contains { entry in
            probabilities[entry] > 0 && (hasTerminals && terminals[entry] || isDone[Int(successors[entry])])
          }
        }
        if let action {
          actions[state] = action
          newlyDone.append(state)
        }
      }
      for state in newlyDone { isDone[state] = true }
      hasGrown = !newlyDone.isEmpty
    }
    if let state = isDone.firstIndex(of: false) { throw .neverTerminates(state: state) }
    return actions
  }

  /// The states from which some policy surely never ends the episode.
  func statesThatCanAvoidEnding() -> [Bool] {
    var canStay = (0..<stateCount).map { !isFinal(state: $0) }
    var hasShrunk = true
    while hasShrunk {
      hasShrunk = false
      for state in 0..<stateCount where canStay[state] {
        if !(0..<actionCount).contains(where: { stays(state, $0, within: canStay) }) {
          canStay[state] = false
          hasShrunk = true
        }
      }
    }
    return canStay
  }

  /// Whether every action that avoids the end for sure costs something.
  func everyStayCosts(_ reward: RewardFunction) -> Bool {
    let canStay = statesThatCanAvoidEnding()
    return (0..<stateCount).allSatisfy { state in
      !canStay[state]
        || (0..<actionCount).allSatisfy { action in
          !stays(state, action, within: canStay) || reward.expected[state * actionCount + action] < 0
        }
    }
  }

  private func stays(_ state: Int, _ action: Int, within states: [Bool]) -> Bool {
    let outcomes = outcomeRange(state: state, action: action)
    return !outcomes.isEmpty
      && outcomes.allSatisfy { entry in
        probabilities[entry] == 0 || !(hasTerminals && terminals[entry]) && states[Int(successors[entry])]
      }
  }
}
