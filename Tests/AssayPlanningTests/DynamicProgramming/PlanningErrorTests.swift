import Assay
import AssayEnvironments
import AssayPlanning
import Testing

@Suite("Processes without a solution")
struct PlanningErrorTests {
  @Test("at discount 1 a state that never comes to an end is named", arguments: SolutionMethod.allCases)
  func neverTerminates(method: SolutionMethod) throws {
    let process = try FiniteMDP.listed([
      [[move(1, 0)], [end(0)]], [[end(1)], []], [[move(2, -1)], [move(2, 0)]],
    ])
    #expect(throws: PlanningError.neverTerminates(state: 2)) {
      try process.solved(discount: 1, method: method)
    }
    #expect(PlanningError.neverTerminates(state: 2).description.contains("state 2"))
    #expect(try process.solved(discount: 0.5, method: method).values == [0.5, 1, 0])
  }

  @Test("a process without any end has no undiscounted values")
  func noEndings() throws {
    let process = RandomMDP.process(states: 10)
    #expect(throws: PlanningError.neverTerminates(state: 0)) { try process.solved(discount: 1) }
    #expect(throws: PlanningError.improperPolicy) {
      try process.values(of: process.uniformPolicy, discount: 1)
    }
    #expect(throws: PlanningError.improperPolicy) {
      try process.occupancy(of: process.uniformPolicy, discount: 1)
    }
  }

  @Test("a policy that goes on for ever has no undiscounted values, though others end")
  func improperPolicy() throws {
    let process = try FiniteMDP.listed([[[end(1)], [move(1, 0)]], [[end(1)], [move(0, 0)]]])
    let forever = PolicyTable(actionCount: 2, actions: [1, 1])
    #expect(throws: PlanningError.improperPolicy) { try process.values(of: forever) }
    let sometimes = PolicyTable(actionCount: 2, probabilities: [0.25, 0.75, 0, 1])
    #expect(distance(try process.values(of: sometimes).values, [1, 1]) < 1e-12)
  }

  @Test("a policy that goes on for ever is refused where probabilities add up to 1 only nearly")
  func roundedProbabilities() throws {
    let third = 0.333_333_333_2
    let round = (0..<3).map { Outcome(next: $0, probability: third, reward: -1) }
    let process = try FiniteMDP.listed([[round, [end(0)]], [round, [end(0)]], [round, [end(0)]]])
    let forever = PolicyTable(actionCount: 2, actions: [0, 0, 0])
    #expect(throws: PlanningError.improperPolicy) { try process.values(of: forever) }
    #expect(throws: PlanningError.improperPolicy) { try process.occupancy(of: forever) }
  }

  @Test("a reward that can be collected for ever has no undiscounted sum", arguments: SolutionMethod.allCases)
  func unbounded(method: SolutionMethod) throws {
    let loop = try FiniteMDP.listed([[[end(0)], [move(0, 1)]]])
    #expect(throws: PlanningError.unboundedValue) { try loop.solved(method: method) }
    let round = try FiniteMDP.listed([[[end(0)], [move(1, 3)]], [[end(0)], [move(0, -2)]]])
    #expect(throws: PlanningError.unboundedValue) { try round.solved(method: method) }
    // A round that costs as much as it pays, or more, is no such thing.
    let costly = try FiniteMDP.listed([[[end(0)], [move(1, 3)]], [[end(0)], [move(0, -3.5)]]])
    #expect(try costly.solved(method: method).values == [3, 0])
  }

  @Test("more digits than sweeps can give are not claimed")
  func notConverged() {
    let error = PlanningError.notConverged(sweeps: 7, errorBound: 0.5)
    #expect(error.description.contains("7") && error.description.contains("0.5"))
  }

  @Test("a tolerance of zero is a programmer's mistake")
  func zeroTolerance() async {
    await #expect(processExitsWith: .failure) {
      _ = try FiniteMDP.listed([[[end(1)]]]).solved(tolerance: 0)
    }
  }

  @Test("a discount above 1 is a programmer's mistake")
  func largeDiscount() async {
    await #expect(processExitsWith: .failure) {
      _ = try FiniteMDP.listed([[[end(1)]]]).solved(discount: 1.01)
    }
  }

  @Test("a policy over other states is a programmer's mistake")
  func otherPolicy() async {
    await #expect(processExitsWith: .failure) {
      let process = try FiniteMDP.listed([[[end(1)]]])
      _ = try process.values(of: PolicyTable(actionCount: 1, actions: [0, 0]))
    }
  }
}
