import Assay
import AssayAgents
import AssayNetworks
import AssayPlanning
import Testing

@Suite("Trajectories in traced models")
struct TracedTrajectoriesTests {
  /// A cart, x′ = (x + ½v, v + ½a), r = −(x² + 0.1·v² + 0.2·a²), V̂ = −(5·x² + v²).
  let model = TracedTrajectories(
    from: [[1, 0]], actionSpace: BoxSpace(count: 1, in: -2...2), reading: ParameterStore(),
    value: { states in
      let (x, v) = (states.slice(alongAxis: 1, 0..<1), states.slice(alongAxis: 1, 1..<2))
      return -(square(x) * 5 + square(v))
    },
    step: { states, actions in
      let (x, v) = (states.slice(alongAxis: 1, 0..<1), states.slice(alongAxis: 1, 1..<2))
      let next = concatenate([x + v * 0.5, v + actions * 0.5], alongAxis: 1)
      return (next, -(square(x) + square(v) * 0.1 + square(actions) * 0.2))
    })

  @Test("gradients go back through all steps")
  func gradients() throws {
    // Central differences of the same return in NumPy.
    let expected = [-19.5875, -14.1625, -10.025, -6.0375, -2.34375, -0.525]
    let actions: [Float] = [0.5, -0.5, 0.25, 0, -1, 1]
    var random = RandomStream(seed: 0)
    var batch = TrajectoryBatch(
      actions: actions + [Float](repeating: 0, count: 6), horizon: 6, width: 1)
    let clock = TrajectoryBudget().started()
    #expect(try model.differentiate(&batch, discount: 1, within: clock, using: &random))
    // Single precision has 7 digits, of which sums of a dozen terms lose less than two.
    for index in 0..<6 { #expect(abs(batch.gradients[index] - expected[index]) < 1e-4) }
    let returns = try batch.returns(discount: 1)
    #expect(abs(returns[0] + 13.7) < 1e-4)
    // Nothing done from x = 1: six steps cost 1, and the end 5.
    #expect(abs(returns[1] + 11) < 1e-4)
    // A discount reaches gradients: with one step only V̂ and the step's own cost count, 0.5·0 − 0.4·0.5 − γ·2·0.25·0.5.
    var one = TrajectoryBatch(actions: [0.5], horizon: 1, width: 1)
    #expect(try model.differentiate(&one, discount: 0.5, within: clock, using: &random))
    #expect(abs(one.gradients[0] - (-0.2 - 0.5 * 0.25)) < 1e-6)
  }

  @Test("climbing them finds the optimum of the linear-quadratic problem")
  func optimum() throws {
    var random = RandomStream(seed: 1)
    let planning = GradientPlanning(horizon: 6, restarts: 1, iterations: 200, stepSize: 0.1)
    let plan = try planning.plan(in: model, using: &random)
    // By the Riccati recursion in NumPy; single precision adds some 10⁻⁶.
    #expect((plan.predictedReturn ?? 0) > -3.13534 - 1e-3)
    #expect((plan.predictedReturn ?? 0) < -3.13534 + 1e-4)
    #expect(abs(Double(plan.actions[0]) + 1.26523) < 0.02)
    var again = RandomStream(seed: 1)
    #expect(try planning.plan(in: model, using: &again) == plan)
  }
}
