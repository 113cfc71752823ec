import Assay
import AssayPlanning
import Testing

@Suite("Occupancy")
struct OccupancyTests {
  @Test("expected visits add up to 1/(1 − γ) where nothing ends", arguments: [0, 0.5, 0.99, 0.9999])
  func total(discount: Double) throws {
    for seed in 0..<UInt64(10) {
      let process = try RandomProcess(endings: .never).make(seed: seed)
      let occupancy = try process.occupancy(of: process.randomPolicy(seed: seed), discount: discount)
      let total = occupancy.reduce(0, +)
      #expect(abs(total * (1 - discount) - 1) < 1e-12)
    }
  }

  @Test(
    "expected visits flow from state to state, and the rewards met on the way are the value of starting",
    arguments: RandomProcess.Endings.allCases, [0.5, 0.99, 1])
  func flow(endings: RandomProcess.Endings, discount: Double) throws {
    guard discount < 1 || endings == .always else { return }
    for seed in 0..<UInt64(10) {
      let process = try RandomProcess(endings: endings).make(seed: seed)
      let policy = process.randomPolicy(seed: seed)
      let occupancy = try process.occupancy(of: policy, discount: discount)
      var inflow = process.initial
      var collected = 0.0
      for state in 0..<process.stateCount {
        for action in 0..<process.actionCount {
          let visits = occupancy[state] * policy[state, action]
          collected += visits * process.reward.expected[state * process.actionCount + action]
          for entry in process.outcomeRange(state: state, action: action)
          where process.terminals.isEmpty || !process.terminals[entry] {
            inflow[Int(process.successors[entry])] += discount * visits * process.probabilities[entry]
          }
        }
      }
      let scale = occupancy.reduce(0, +)
      #expect(distance(occupancy, inflow) < 1e-13 * scale)
      let value = process.initialValue(of: try process.values(of: policy, discount: discount).values)
      #expect(abs(collected - value) < 1e-13 * scale)
    }
  }

  @Test("visits of a walk that ends with probability ½ a step are counted by hand")
  func byHand() throws {
    let process = try FiniteMDP.listed([
      [
        [
          Outcome(next: 1, probability: 0.5, reward: 0),
          Outcome(next: 1, probability: 0.5, reward: 0, isTerminal: true),
        ]
      ],
      [
        [
          Outcome(next: 0, probability: 0.5, reward: 0),
          Outcome(next: 0, probability: 0.5, reward: 0, isTerminal: true),
        ]
      ],
    ])
    // ρ₀ = 1 + ρ₁/2 and ρ₁ = ρ₀/2.
    let occupancy = try process.occupancy(of: process.uniformPolicy)
    #expect(distance(occupancy, [4.0 / 3, 2.0 / 3]) < 1e-15)
  }
}
