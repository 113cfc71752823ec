import Assay
import AssayEnvironments
import AssayPlanning
import AssayTesting
import Testing

@Suite struct RediscountedEnvironmentTests {
  private let world = RediscountedEnvironment(GridWorld.fourByFour, discount: 0.5)

  @Test("a world at another discount keeps the contract and everything else")
  func keepsEverythingElse() throws {
    #expect(EnvironmentChecks(world).run().map(\.description) == [])
    var expected = try FiniteMDP(enumerating: GridWorld.fourByFour)
    #expect(expected.discount == 1)
    expected.discount = 0.5
    #expect(try FiniteMDP(enumerating: world) == expected)
  }

  @Test("values are those of the other discount")
  func valuesFollow() throws {
    // Next to an end one step costs 1; two steps away it is 1 + ½.
    let solution = try FiniteMDP(enumerating: world).solved()
    #expect(abs(solution.values[1] + 1) < 1e-12)
    #expect(abs(solution.values[2] + 1.5) < 1e-12)
  }
}
