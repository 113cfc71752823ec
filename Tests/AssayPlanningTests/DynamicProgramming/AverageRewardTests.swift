import Assay
import AssayEnvironments
import AssayPlanning
import Testing

@Suite("Average reward")
struct AverageRewardTests {
  @Test("a chain of two states has the gain and the bias one works out by hand")
  func chain() throws {
    // From 0 to 1 with ½, from 1 to 0 with ¼, paid 6 a step in state 1: in 1 two steps of three.
    let process = try FiniteMDP.listed([
      [[Outcome(next: 0, probability: 0.5, reward: 0), Outcome(next: 1, probability: 0.5, reward: 0)]],
      [[Outcome(next: 1, probability: 0.75, reward: 6), Outcome(next: 0, probability: 0.25, reward: 6)]],
    ])
    let solution = try process.averageRewardSolution(tolerance: 1e-12)
    #expect(abs(try #require(solution.gain) - 4) < 1e-11)
    // g + h₀ = 0 + ½h₀ + ½h₁ with h₀ = 0: h₁ = 8.
    #expect(distance(solution.values, [0, 8]) < 1e-9)
    #expect(try #require(solution.errorBound) <= 1e-11)
  }

  @Test("a chain that goes back and forth for ever is no trouble")
  func periodic() throws {
    let process = try FiniteMDP.listed([[[move(1, 0)]], [[move(0, 1)]]])
    let solution = try process.averageRewardSolution(tolerance: 1e-12)
    #expect(abs(try #require(solution.gain) - 0.5) < 1e-11)
    #expect(distance(solution.values, [0, 0.5]) < 1e-9)
  }

  @Test("the best cycle is found, not the best next reward")
  func bestCycle() throws {
    // Staying pays 2 a step; going to state 1 and back pays −1 and 6, which is 2.5 a step.
    let process = try FiniteMDP.listed([[[move(0, 2)], [move(1, -1)]], [[move(0, 6)], [move(1, 0)]]])
    let best = try process.averageRewardSolution()
    #expect(abs(try #require(best.gain) - 2.5) < 1e-9)
    #expect(best.policy == [1, 0])
    let stay = PolicyTable(actionCount: 2, actions: [0, 0])
    let staying = try process.averageRewardSolution(policy: stay)
    #expect(abs(try #require(staying.gain) - 2) < 1e-9)
    #expect(staying.policy.isEmpty)
  }

  @Test("where episodes end the next one starts: the gain is the return over the length of an episode")
  func restarts() throws {
    let lake = try FiniteMDP(enumerating: FrozenLake.fourByFour)
    let steps = FiniteMDP.RewardFunction(
      name: "steps", expected: .init(repeating: 1, count: lake.reward.expected.count))
    func rate(_ policy: PolicyTable) throws -> Double {
      let success = lake.initialValue(of: try lake.values(of: policy, discount: 1).values)
      let length = lake.initialValue(of: try lake.values(of: policy, for: steps, discount: 1).values)
      return success / length
    }
    let careful = PolicyTable(actionCount: 4, actions: try lake.solved(discount: 1).policy)
    for policy in [lake.uniformPolicy, careful] {
      let solution = try lake.averageRewardSolution(policy: policy)
      #expect(abs(try #require(solution.gain) - rate(policy)) < 2e-9)
    }
    // Successes per step are another aim than successes per episode: the best gain is above the careful
    // one's.
    let best = try lake.averageRewardSolution()
    let gain = try #require(best.gain)
    #expect(abs(try rate(PolicyTable(actionCount: 4, actions: best.policy)) - gain) < 2e-9)
    #expect(gain > (try rate(careful)) + 1e-6)
  }

  @Test("no gain is further from the truth than its bound, whatever the tolerance")
  func bounds() throws {
    for endings in RandomProcess.Endings.allCases {
      for seed in 0..<UInt64(8) {
        let process = try RandomProcess(stateCount: 4, actionCount: 3, endings: endings).make(seed: seed)
        let truth = try #require(bestGain(of: process))
        for tolerance in [0.3, 0.01, 1e-6, 1e-10] {
          let solution = try process.averageRewardSolution(tolerance: tolerance)
          let gain = try #require(solution.gain)
          let bound = try #require(solution.errorBound)
          #expect(truth.distance(to: gain) <= bound, "\(endings), seed \(seed), tolerance \(tolerance)")
          #expect(bound <= tolerance + 1e-12)
        }
      }
    }
  }

  @Test("a process with two separate cycles has no single gain")
  func severalGains() throws {
    let process = try FiniteMDP.listed([[[move(0, 1)]], [[move(1, 2)]]], initial: [0.5, 0.5])
    #expect {
      try process.averageRewardSolution()
    } throws: { error in
      guard case .gainDependsOnState(let low, let high)? = error as? PlanningError else { return false }
      return abs(low - 1) < 1e-9 && abs(high - 2) < 1e-9
    }
  }

  @Test("a process that nearly falls apart is not said to have several gains")
  func nearlySeveralGains() throws {
    func crossing(from state: Int) -> [Outcome] {
      [
        Outcome(next: state, probability: 1 - 1e-6, reward: Double(state)),
        Outcome(next: 1 - state, probability: 1e-6, reward: Double(state)),
      ]
    }
    let process = try FiniteMDP.listed([[crossing(from: 0)], [crossing(from: 1)]])
    // The gain is ½, but sweeps would take millions of steps to show it.
    #expect {
      try process.averageRewardSolution()
    } throws: { error in
      guard case .notConverged(_, let bound)? = error as? PlanningError else { return false }
      return bound < 0.5
    }
  }

  /// The best gain, by evaluating every policy in some 30 digits; `nil` where one has several gains.
  private func bestGain(of process: FiniteMDP) -> DoubleDouble? {
    let states = (0..<process.stateCount).filter { !process.isFinal(state: $0) }
    var best: DoubleDouble?
    for code in 0..<81 {
      let actions = [code % 3, code / 3 % 3, code / 9 % 3, code / 27]
      guard states.allSatisfy({ process.isAvailable(action: actions[$0], in: $0) }) else { continue }
      // g + h(s) − Σ p·h(s′) = r, and the bias of the first state is 0: its column stands for g.
      var matrix: [[DoubleDouble]] = []
      var rewards: [DoubleDouble] = []
      for state in states {
        var row = states.map { DoubleDouble($0 == state ? 1 : 0) }
        for entry in process.outcomeRange(state: state, action: actions[state]) {
          let probability = DoubleDouble(process.probabilities[entry])
          if process.hasTerminals, process.terminals[entry] {
            for (column, next) in states.enumerated() {
              row[column] = row[column] - probability * DoubleDouble(process.initial[next])
            }
          } else if let column = states.firstIndex(of: Int(process.successors[entry])) {
            row[column] = row[column] - probability
          }
        }
        row[0] = DoubleDouble(1)
        matrix.append(row)
        rewards.append(DoubleDouble(process.reward.expected[state * 3 + actions[state]]))
      }
      guard let gain = solveExactly(matrix, rewards)?[0] else { return nil }
      if best.map({ (gain - $0).high > 0 }) ?? true { best = gain }
    }
    return best
  }
}
