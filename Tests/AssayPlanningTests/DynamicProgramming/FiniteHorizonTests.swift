import Assay
import AssayPlanning
import Testing

@Suite("A limited number of steps")
struct FiniteHorizonTests {
  /// State 0: wait for +1, or move on to state 1 for nothing; state 1: end for +10, or go back for +2.
  let process: FiniteMDP

  init() throws { process = try .listed([[[move(0, 1)], [move(1, 0)]], [[end(10)], [move(0, 2)]]]) }

  @Test("with no step to go nothing is worth anything, and there is nothing to do")
  func noSteps() {
    let solution = process.finiteHorizonSolution(horizon: 0)
    #expect(solution.values == [0, 0])
    #expect(solution.policy == [-1, -1])
    #expect(solution.errorBound == 0)
    #expect(solution.iterations == 0)
  }

  @Test("with one step to go the best reward is the value")
  func oneStep() {
    let solution = process.finiteHorizonSolution(horizon: 1)
    #expect(solution.values == [1, 10])
    #expect(solution.policy == [0, 0])
  }

  @Test("with more steps to go the future counts, discounted")
  func moreSteps() {
    // Two steps: state 0 waits twice (1 + 1·γ) or moves on and ends (10 γ).
    let two = process.finiteHorizonSolution(horizon: 2, discount: 0.5)
    #expect(two.values == [5, 10])
    #expect(two.policy == [1, 0])
    // Three steps: wait, then 5 more: 1 + 2.5 = 3.5 is less than moving on at once, 0 + 5.
    let three = process.finiteHorizonSolution(horizon: 3, discount: 0.5)
    #expect(three.values == [5, 10])
    // Undiscounted, three steps: wait, move on, end: 1 + 0 + 10; or end by way of state 1 twice: 2 + 10.
    let undiscounted = process.finiteHorizonSolution(horizon: 3, discount: 1)
    #expect(undiscounted.values == [11, 12])
    #expect(undiscounted.policy == [0, 1])
  }

  @Test("a given policy is evaluated, not improved")
  func policy() {
    var policy = process.uniformPolicy
    policy[1, 0] = 0
    policy[1, 1] = 1
    let solution = process.finiteHorizonSolution(horizon: 2, discount: 1, policy: policy)
    // One step: ½·1 + ½·0 = ½ and 2. Two: ½(1 + ½) + ½(0 + 2) = 1.75 and 2 + ½.
    #expect(solution.values == [1.75, 2.5])
    #expect(solution.policy.isEmpty)
  }

  @Test("another reward may be asked for")
  func otherReward() {
    let other = FiniteMDP.RewardFunction(name: "moves", expected: [0, 1, 0, 0])
    #expect(process.finiteHorizonSolution(horizon: 1, for: other).values == [1, 0])
  }

  @Test("a negative horizon is a programmer's mistake")
  func negativeHorizon() async {
    await #expect(processExitsWith: .failure) {
      let process = try FiniteMDP.listed([[[end(1)]]])
      _ = process.finiteHorizonSolution(horizon: -1)
    }
  }
}
