import Assay
import AssayEnvironments
import AssayTesting
import Testing

@Suite("Probe worlds")
struct ProbeTests {
  @Test("Worlds keep to the rules of environments")
  func rules() {
    let worlds: [any ProbeWorld] = [
      ConstantProbe(), ObservationProbe(), DelayedProbe(), ActionProbe(), ContinuousActionProbe(),
      MatchingProbe(), ContinuousMatchingProbe(), DelayedProbe(actionSpace: BoxSpace(count: 2, in: -1...1)),
    ]
    for world in worlds {
      func findings(_ world: some ProbeWorld) -> [Finding] { EnvironmentChecks(world).run() }
      #expect(findings(world).isEmpty)
    }
  }

  @Test("Values are those that anybody can tell")
  func values() {
    #expect(ConstantProbe().value(of: 1, at: [0], discount: 0.3) == 1)
    #expect(ObservationProbe().value(of: 0, at: [-1], discount: 0.3) == -1)
    #expect(DelayedProbe().value(of: 0, at: [0], discount: 0.3) == 0.3)
    #expect(DelayedProbe().value(of: 0, at: [1], discount: 0.3) == 1)
    #expect((0..<4).map { ActionProbe().value(of: $0, at: [0], discount: 0.3) } == [0, 0, 1, 0])
    #expect(MatchingProbe().shortfall(of: 0, at: [1]) == 2)
    #expect(ContinuousMatchingProbe().shortfall(of: [0.5], at: [-1]) == 1)
  }
}
