import Assay
import AssayEnvironments
import AssayPlanning
import Testing

/// Values and policies that Gymnasium's own tables have, computed by another program in another language.
@Suite("Published solutions")
struct PublishedSolutionsTests {
  static let processes: [FiniteMDP] = {
    do {
      return [
        try FiniteMDP(enumerating: FrozenLake.fourByFour),
        try FiniteMDP(enumerating: FrozenLake.eightByEight),
        try FiniteMDP(enumerating: CliffWalking()), RandomMDP.process(states: 100),
      ]
    } catch {
      preconditionFailure("\(error)")
    }
  }()

  @Test(
    "every method finds the published values and policy", arguments: processes.indices,
    SolutionMethod.allCases)
  func optimum(index: Int, method: SolutionMethod) throws {
    let process = Self.processes[index]
    let published = try PublishedSolution(named: process.name)
    let solution = try process.solved(discount: published.discount, method: method, tolerance: 1e-10)
    #expect(distance(solution.values, published.values) < 1e-9)
    #expect(solution.policy == published.policy)
    #expect(try #require(solution.errorBound) < 1e-9)
  }

  @Test("the values of the uniform policy are the published ones")
  func uniform() throws {
    let process = RandomMDP.process(states: 100)
    let published = try PublishedSolution(named: process.name)
    let solution = try process.values(of: process.uniformPolicy, discount: published.discount)
    #expect(published.uniformValues.count == 100)
    #expect(distance(solution.values, published.uniformValues) < 1e-9)
    #expect(solution.policy.isEmpty)
  }
}
