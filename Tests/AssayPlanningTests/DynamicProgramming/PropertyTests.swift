import Assay
import AssayPlanning
import Testing

/// What must hold in any process, tried on many.
@Suite("Properties of solutions")
struct PropertyTests {
  static let kinds: [RandomProcess] = [
    RandomProcess(endings: .never), RandomProcess(endings: .sometimes), RandomProcess(endings: .always),
    RandomProcess(stateCount: 40, actionCount: 10, successorCount: 5, endings: .sometimes),
    RandomProcess(stateCount: 40, actionCount: 10, successorCount: 5, endings: .never),
  ]

  @Test("all methods agree, on values and on the policy", arguments: kinds.indices)
  func agreement(index: Int) throws {
    for seed in 0..<UInt64(20) {
      let process = try Self.kinds[index].make(seed: 1000 + seed)
      for reward in process.rewards {
        let solutions = try SolutionMethod.allCases.map {
          try process.solved(for: reward, discount: 0.97, method: $0)
        }
        for solution in solutions {
          #expect(distance(solution.values, solutions[0].values) < 3e-9)
          #expect(solution.policy == solutions[0].policy)
        }
      }
    }
  }

  @Test("no random policy is better than the best one, and the best one's own values are the best")
  func dominance() throws {
    for kind in Self.kinds {
      for seed in 0..<UInt64(10) {
        let process = try kind.make(seed: 2000 + seed)
        let best = try process.solved()
        let own = try process.values(of: PolicyTable(actionCount: process.actionCount, actions: best.policy))
        #expect(distance(best.values, own.values) < 1e-9)
        for policySeed in 0..<UInt64(5) {
          let other = try process.values(of: process.randomPolicy(seed: policySeed))
          for state in 0..<process.stateCount { #expect(other.values[state] <= best.values[state] + 1e-9) }
        }
      }
    }
  }

  @Test("the largest action value of a state is its value, and unavailable actions are worth −∞")
  func actionValues() throws {
    for seed in 0..<UInt64(20) {
      let process = try RandomProcess().make(seed: 3000 + seed)
      let solution = try process.solved()
      let actionValues = process.actionValues(from: solution.values)
      for state in 0..<process.stateCount {
        let row = actionValues[state * process.actionCount..<(state + 1) * process.actionCount]
        for (action, value) in zip(0..<process.actionCount, row) {
          #expect((value == -.infinity) == !process.isAvailable(action: action, in: state))
        }
        if process.isFinal(state: state) {
          #expect(solution.policy[state] == -1 && solution.values[state] == 0)
        } else {
          #expect(abs((row.max() ?? .nan) - solution.values[state]) < 1e-9)
          #expect(process.isAvailable(action: solution.policy[state], in: state))
        }
      }
    }
  }

  @Test("rewards in other units give values in those units; a reward for every step adds its sum")
  func affineRewards() throws {
    for seed in 0..<UInt64(10) {
      let process = try RandomProcess(endings: .never).make(seed: 4000 + seed)
      let plain = try process.solved(discount: 0.8)
      let pairs = process.reward.expected.indices
      let available = pairs.map { process.rowStarts[$0] < process.rowStarts[$0 + 1] }
      let other = FiniteMDP.RewardFunction(
        name: "other", expected: pairs.map { available[$0] ? 7 * process.reward.expected[$0] + 3 : 0 })
      for method in SolutionMethod.allCases {
        let scaled = try process.solved(for: other, discount: 0.8, method: method)
        // Σ 0.8ᵗ = 5.
        #expect(distance(scaled.values, plain.values.map { 7 * $0 + 3 * 5 }) < 1e-8)
        #expect(scaled.policy == plain.policy)
      }
    }
  }

  @Test("among equally good actions the lowest is chosen")
  func ties() throws {
    for seed in 0..<UInt64(10) {
      let process = try RandomProcess(endings: .never).make(seed: 5000 + seed)
      // Every action twice, the copy before and after the original.
      var outcomes: [[[Outcome]]] = []
      for state in 0..<process.stateCount {
        let actions = (0..<process.actionCount).map { action in
          process.outcomeRange(state: state, action: action).map { entry in
            Outcome(
              next: Int(process.successors[entry]), probability: process.probabilities[entry],
              reward: process.reward.expected[state * process.actionCount + action])
          }
        }
        outcomes.append(actions + actions)
      }
      let doubled = try FiniteMDP.listed(outcomes, discount: 0.9)
      for method in SolutionMethod.allCases {
        #expect(try doubled.solved(method: method).policy == process.solved(discount: 0.9).policy)
      }
    }
  }

  @Test("the lowest of equals is chosen though it looked worse on the way")
  func lateTies() throws {
    // Ending at once pays 5; going on is worth ½ · 10, once it is known how to end there.
    let process = try FiniteMDP.listed([[[move(1, 0)], [end(5)]], [[end(0)], [end(10)]]], discount: 0.5)
    for method in SolutionMethod.allCases { #expect(try process.solved(method: method).policy == [0, 1]) }
  }

  @Test("two ways of equal worth count as equal whatever the order of their rounding errors")
  func roundedTies() throws {
    // 0.1 + ½ · 0.4 is more than 0.3 by a rounding error, and both orders are there.
    let process = try FiniteMDP.listed(
      [
        [[move(1, 0)], [move(1, 0)]], [[end(0.3)], [move(2, 0.1)]], [[end(0.4)], [move(3, 0.4)]],
        [[move(2, -0.2)], [end(0)]],
      ], discount: 0.5)
    #expect(0.1 + 0.5 * 0.4 > 0.3)
    for method in SolutionMethod.allCases {
      let solution = try process.solved(method: method)
      #expect(solution.policy == [0, 0, 0, 0])
      #expect(distance(solution.values, [0.15, 0.3, 0.4, 0]) < 1e-12)
    }
  }

  @Test("the value of starting is the mean over the initial distribution")
  func initialValue() throws {
    let process = try FiniteMDP.listed([[[end(1)]], [[end(5)]]], initial: [0.25, 0.75])
    #expect(process.initialValue(of: [1, 5]) == 4)
  }
}
