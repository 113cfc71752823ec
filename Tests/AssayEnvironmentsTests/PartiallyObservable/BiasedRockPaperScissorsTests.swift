import Assay
import AssayEnvironments
import Testing

@Suite("Biased rock, paper, scissors")
struct BiasedRockPaperScissorsTests {
  @Test("the world does what it lists")
  func contract() { #expect(faults(of: BiasedRockPaperScissors()) == []) }

  @Test("who beats whom, and what the opponent remembers")
  func rules() {
    let process = BiasedRockPaperScissors().process.process
    func outcomes(_ state: Int, _ action: Int) -> [[Int]] {
      process.outcomeRange(state: state, action: action).map { entry in
        [Int(process.successors[entry]), Int(process.reward.outcomes?[entry] ?? .nan)]
      }
    }
    for state in 0..<3 {
      #expect(outcomes(state, 0) == [[0, 0], [1, -1], [2, 1]])
      #expect(outcomes(state, 1) == [[0, 1], [1, 0], [2, -1]])
      #expect(outcomes(state, 2) == [[3, -1], [1, 1], [2, 0]])
    }
    #expect((0..<3).map { outcomes(3, $0) } == [[[0, 0]], [[0, 1]], [[3, -1]]])
  }

  @Test("a quarter a round is best, by scissors until one loses to rock, then paper")
  func best() {
    let process = BiasedRockPaperScissors().process.process
    // The average reward of each of the 81 ways to choose by state, from the long-run shares of the states.
    var best = (gain: -Double.infinity, policies: [[Int]]())
    for code in 0..<81 {
      let policy = [code % 3, code / 3 % 3, code / 9 % 3, code / 27]
      var shares = process.initial
      var gain = 0.0
      for _ in 0..<200 {
        var next = [Double](repeating: 0, count: 4)
        gain = 0
        for state in 0..<4 {
          gain += shares[state] * process.reward.expected[state * 3 + policy[state]]
          for entry in process.outcomeRange(state: state, action: policy[state]) {
            next[Int(process.successors[entry])] += shares[state] * process.probabilities[entry]
          }
        }
        // Half a step each, so that what is periodic comes to rest too.
        shares = zip(next, shares).map { 0.5 * ($0 + $1) }
      }
      if gain > best.gain + 1e-9 { best = (gain, []) }
      if gain > best.gain - 1e-9 { best.policies.append(policy) }
    }
    #expect(abs(best.gain - 0.25) < 1e-9)
    #expect(best.policies == [[2, 2, 2, 1]])
    // The state follows from what one played and saw, so who remembers can do as well.
    let gain = BeliefGraph(BiasedRockPaperScissors().process).bestAverageReward()
    #expect(abs(gain.lowerBound - 0.25) < 1e-6 && abs(gain.upperBound - 0.25) < 1e-6)
  }
}
