import Assay
import Testing

@testable import AssayDiagnostics

@Suite("Truth of a process")
struct ProcessTruthTests {
  @Test("optimum, chance and range of the corridor are those worked out by hand")
  func corridor() throws {
    let truth = try ProcessTruth(try SmallWorlds.corridor())
    #expect(distance(truth.optimum.values, [0.81, 0.9, 1]) < 1e-12)
    #expect(abs(truth.optimalPerformance - 0.81) < 1e-12)
    // (0.45 / 0.55)² · 0.5 / 0.55
    #expect(abs(truth.uniformPerformance - 0.608564988) < 1e-9)
    #expect(abs(truth.range - 0.19) < 1e-12)
    #expect(truth.isLive == [true, true, true])
  }

  @Test(
    "a state that no episode reaches is not live, nor is one that only ends, nor do they stretch the range")
  func unreachable() throws {
    // State 2 is worth 100 and cannot be reached; state 3 is an end.
    let process = try SmallWorlds.make(
      states: 4, actions: 1, discount: 0.5, initial: [1, 0, 0, 0],
      rows: [[(1, 1, false)], [(3, 1, true)], [(3, 1, true)], []], reward: [0, 1, 100, 0])
    let truth = try ProcessTruth(process)
    #expect(truth.isLive == [true, true, false, false])
    #expect(abs(truth.range - 0.5) < 1e-12)
  }

  @Test("where all states are worth the same, the size of their values stands in for the range")
  func noRange() throws {
    let process = try SmallWorlds.make(
      states: 2, actions: 1, discount: 0.5, initial: [1, 0], rows: [[(1, 1, false)], [(0, 1, false)]],
      reward: [-4, -4])
    #expect(abs(try ProcessTruth(process).range - 8) < 1e-12)
  }

  @Test("performance is judged apart from the training reward")
  func performance() throws {
    let process = try SmallWorlds.make(
      states: 1, actions: 2, discount: 0.5, initial: [1], rows: [[(0, 1, true)], [(0, 1, true)]],
      reward: [2, 1],
      performance: [0, 10])
    let truth = try ProcessTruth(process)
    #expect(truth.optimalPerformance == 10 && truth.uniformPerformance == 5)
    #expect(truth.trainingOptimum.policy == [0] && truth.optimum.policy == [1])
    #expect(truth.trainingOptimum.values == [2])
  }
}
