import Assay
import Testing

@testable import AssayPlanning

/// Large state spaces are swept instead of factored; the limit lies at 1500 states.
@Suite("Policy systems")
struct PolicySystemTests {
  @Test("many states are evaluated to the same values as by a dense solve", arguments: [0.9, 0.99, 1])
  func sweepsAgree(discount: Double) throws {
    let process = try RandomProcess(
      stateCount: LinearSystem.largestSize + 100, actionCount: 2, endings: discount < 1 ? .sometimes : .always
    ).make(seed: 1)
    let policy = process.randomPolicy(seed: 1)
    let rows = PolicyRows(process, policy: policy, reward: process.reward)
    let dense = try #require(
      LinearSystem(columnMajor: rows.dense(discount: discount), size: process.stateCount))

    let solution = try process.values(of: policy, discount: discount)
    let bound = try #require(solution.errorBound)
    let values = dense.solve(rows.rewards)
    #expect(distance(solution.values, values) < 1e-11)
    #expect(distance(solution.values, values) <= bound)
    #expect(bound < 1e-9)

    let occupancy = try process.occupancy(of: policy, discount: discount)
    #expect(distance(occupancy, dense.solve(process.initial, transposed: true)) < 1e-12)
  }

  @Test("many states are solved by every method alike")
  func methodsAgree() throws {
    let process = try RandomProcess(
      stateCount: LinearSystem.largestSize + 100, actionCount: 3, endings: .sometimes
    ).make(seed: 2)
    let exact = try process.solved(discount: 0.9, method: .policyIteration)
    let swept = try process.solved(discount: 0.9, method: .modifiedPolicyIteration)
    #expect(distance(exact.values, swept.values) < 2e-9)
    #expect(exact.policy == swept.policy)
    #expect(try #require(exact.errorBound) < 1e-9)
  }

  @Test("among many states, too, a policy that goes on for ever is refused, and at once")
  func improperPolicy() throws {
    let count = LinearSystem.largestSize + 100
    // A corridor to the end, but for one state that only leads to itself.
    let process = try FiniteMDP.listed(
      (0..<count).map { [[$0 == 0 ? end(-1) : move($0 == 700 ? 700 : $0 - 1, -1)]] })
    let clock = ContinuousClock()
    let time = clock.measure {
      #expect(throws: PlanningError.improperPolicy) { try process.values(of: process.uniformPolicy) }
    }
    #expect(time < .seconds(5))
    #expect(throws: PlanningError.neverTerminates(state: 700)) { try process.solved() }
  }

  @Test("the direct solve is used up to its limit and agrees with the sweeps beyond it")
  func twice() throws {
    // The same process twice over has twice as many states, and the same values twice over.
    let half = LinearSystem.largestSize / 2 + 50
    let single = try RandomProcess(stateCount: half, actionCount: 2, endings: .never).make(seed: 3)
    let double = try FiniteMDP(
      name: "double", stateCount: 2 * half, actionCount: 2, discount: 0.9,
      initial: (single.initial + single.initial).map { $0 / 2 },
      rowStarts: single.rowStarts + single.rowStarts.dropFirst().map { $0 + single.successors.count },
      successors: single.successors + single.successors.map { $0 + Int32(half) },
      probabilities: single.probabilities + single.probabilities, terminals: [],
      rewards: [.init(name: "reward", expected: single.reward.expected + single.reward.expected)])
    let once = try single.values(of: single.uniformPolicy).values
    let swept = try double.values(of: double.uniformPolicy).values
    #expect(distance(swept, once + once) < 1e-12)
  }
}
