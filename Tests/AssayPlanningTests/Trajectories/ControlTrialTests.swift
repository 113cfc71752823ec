import Assay
import AssayEnvironments
import AssayPlanning
import Testing

@Suite("Ways of acting, from the same starts")
struct ControlTrialTests {
  @Test("returns are sums of discounted rewards, whatever the time limit, up to an ending")
  func returns() throws {
    let rest = ControlTrial(
      TimeLimit(Pendulum(), steps: 1), starts: [[0, 0], [.pi, 0]], steps: 3, discount: 0.5)
    let still = try rest.returns { _, _, _ in [0] }
    #expect(still[0] == 0)
    // Hanging at rest costs π² a step, and 1 + ½ + ¼ of it in three; sin π is 10⁻¹⁶, which moves it by no more.
    #expect(abs(still[1] + 1.75 * Double.pi * .pi) < 1e-9)
    let car = ControlTrial(MountainCarContinuous(), starts: [[0.44, 0.06]], steps: 9)
    var asked: [[Int]] = []
    let pushed = try car.returns { _, start, step in
      asked.append([start, step])
      return [1]
    }
    #expect(abs(pushed[0] - 99.9) < 1e-12)
    #expect(asked == [[0, 0]])
  }

  @Test("an optimiser and a grid earn what they earn when they are asked step by step")
  func sameAsByHand() throws {
    let trial = ControlTrial(Pendulum(), starts: [[0.4, 0], [-0.4, 0]], steps: 4)
    let method = CrossEntropyMethod.improved(horizon: 4, candidates: 20, iterations: 2)
    let planned = try trial.returns(of: method, seed: 3)
    #expect(try trial.returns(of: method, seed: 3) == planned)
    #expect(try trial.returns(of: method, seed: 4) != planned)
    var control = TrajectoryControl(method)
    var random = RandomStream(seed: 3).substream(0).substream(1)
    let first = try ControlTrial(Pendulum(), starts: [[0.4, 0]], steps: 4).returns { world, _, _ in
      try control.action(in: EnvironmentTrajectories(world), using: &random)
    }
    #expect(first[0] == planned[0])

    let grid = try GridValueIteration(
      Pendulum(),
      axes: [GridAxis(-Double.pi ... .pi, count: 8, isPeriodic: true), GridAxis(-8...8, count: 5)],
      actions: [[-2], [2]], discount: 1, sweeps: 3)
    let greedy = try trial.returns(of: grid)
    #expect(try trial.returns { world, _, _ in grid.action(in: world) } == greedy)
    // The pendulum is its own mirror image, and so are grid and starts.
    #expect(abs(greedy[0] - greedy[1]) < 1e-4)
  }

  @Test("a start that is no state is refused")
  func wrongStart() {
    #expect(throws: DataError.self) {
      _ = try ControlTrial(Pendulum(), starts: [[1]], steps: 1).returns { _, _, _ in [0] }
    }
  }
}
