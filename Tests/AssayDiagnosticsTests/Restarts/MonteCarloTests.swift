import Assay
import AssayEnvironments
import AssayPlanning
import Testing

@testable import AssayDiagnostics

@Suite("Monte-Carlo truth")
struct MonteCarloTests {
  private static let process = RandomMDP.process(
    states: 20, actions: 3, successors: 3, seed: 7, discount: 0.9)
  private static let player = TablePlayer(policy: process.uniformPolicy)

  private func states(_ count: Int, time: Int = 60) throws -> any EnvironmentBatch<BoxSpace, DiscreteSpace> {
    let worlds = try TablePlayer.copies(
      of: TabularEnvironment(Self.process), 1, stream: RandomStream(seed: 0))
    return Self.player.visitedStates(in: worlds, count: count, time: time, using: RandomStream(seed: 1))
  }

  private func shown(_ states: any EnvironmentBatch<BoxSpace, DiscreteSpace>) -> [Int] {
    let observations = states.observations
    return (0..<states.count).compactMap { observations[$0].firstIndex(of: 1) }
  }

  @Test("values agree with exact ones, and their intervals hold them as often as they say")
  func coverage() async throws {
    let states = try states(200)
    let plan = MonteCarlo(discounts: [0.8, 0.5], restarts: 30, horizon: 60)
    let truth = await plan.truth(of: Self.player, from: states, using: RandomStream(seed: 2))
    for (index, discount) in plan.discounts.enumerated() {
      let exact = try Self.process.values(of: Self.process.uniformPolicy, discount: discount).values
      var covered = 0
      var (sum, variance) = (0.0, 0.0)
      for (row, state) in shown(states).enumerated() {
        let error = truth.means[index][row] - exact[state]
        let squared = truth.variances[index][row] / 30
        if abs(error) <= StudentT.quantile(0.975, degrees: 29) * squared.squareRoot() { covered += 1 }
        sum += error
        variance += squared
      }
      // Both statements fail by chance once in ten thousand times: 3.89 deviations of a normal distribution. The
      // values are cut off 0.8^60 < 2e-6 of themselves early.
      #expect(abs(sum) <= 3.89 * variance.squareRoot(), "discount \(discount)")
      let deviation = (0.95 * 0.05 / 200).squareRoot()
      #expect(abs(Double(covered) / 200 - 0.95) <= 3.89 * deviation, "discount \(discount)")
    }
    #expect(truth.steps == 200 * 30 * 60 && truth.cutShare == 1)
    // Rewards are below 1, so what is left after 60 steps is below 0.8^60 / 0.2.
    #expect(truth.truncationBias() < 7.7e-6 && truth.truncationBias() > 6.5e-6)
  }

  @Test("restarts in several rounds are as certain as in one")
  func rounds() async throws {
    let states = try states(300)
    var plan = MonteCarlo(discounts: [0.8], restarts: 6, horizon: 40)
    let whole = await plan.truth(of: Self.player, from: states, using: RandomStream(seed: 4))
    plan.round = 2
    let parts = await plan.truth(of: Self.player, from: states, using: RandomStream(seed: 5))
    func mean(_ numbers: [Double]) -> Double { numbers.reduce(0, +) / 300 }
    let (one, other) = (mean(whole.variances[0]), mean(parts.variances[0]))
    // A mean of 300 variances with 5 degrees of freedom deviates by about √(2 / 1500) = 3.7% of itself, a ratio of two by
    // 5.2%: beyond 20% once in ten thousand times. Without what lies between rounds it would be 40% too small.
    #expect(abs(other / one - 1) < 0.2)
    #expect(parts.restarts == 6 && parts.steps == whole.steps)
    let deviation = ((one + other) / 6 / 300).squareRoot()
    #expect(abs(mean(whole.means[0]) - mean(parts.means[0])) < 3.89 * deviation)
  }

  @Test("the debiased squared error of a right critic is zero, and of one off by 0.3 is 0.09")
  func debiasing() async throws {
    let states = try states(300)
    let truth = await MonteCarlo(discounts: [0.8], restarts: 4, horizon: 40)
      .truth(of: Self.player, from: states, using: RandomStream(seed: 3))
    let exact = try Self.process.values(of: Self.process.uniformPolicy, discount: 0.8).values
    for shift in [0, 0.3] {
      let terms = shown(states).indices.map { row -> Double in
        let error = exact[shown(states)[row]] + shift - truth.means[0][row]
        return error * error - truth.variances[0][row] / 4
      }
      let estimate = Estimate(mean: terms)
      // Four standard errors, plus what 0.8^40 / 0.2 = 0.0007 of truncation may do; without debiasing the error would be
      // s²/4, far outside.
      let standardError = (estimate.high - estimate.estimate) / StudentT.quantile(0.975, degrees: 299)
      #expect(abs(estimate.estimate - shift * shift) <= 4 * standardError + 2 * 0.0007 * shift + 1e-6)
      if shift == 0 { #expect(truth.variances[0].reduce(0, +) / 300 / 4 > 6 * standardError) }
    }
  }

  @Test("actions that are given first give action values")
  func actionValues() async throws {
    let states = try states(150)
    let rows = shown(states)
    let actions = rows.indices.map { $0 % 3 }
    let truth = await MonteCarlo(discounts: [0.8], restarts: 20, horizon: 60)
      .truth(of: Self.player, from: states, firstActions: actions, using: RandomStream(seed: 4))
    let values = try Self.process.values(of: Self.process.uniformPolicy, discount: 0.8).values
    let exact = Self.process.actionValues(from: values, discount: 0.8)
    let errors = rows.indices.map { truth.means[0][$0] - exact[rows[$0] * 3 + actions[$0]] }
    let variance = truth.variances[0].reduce(0) { $0 + $1 / 20 }
    #expect(abs(errors.reduce(0, +)) <= 3.89 * variance.squareRoot())
    // …and not state values: those of these actions differ from them by far more.
    let others = rows.indices.map { values[rows[$0]] - exact[rows[$0] * 3 + actions[$0]] }
    #expect(others.map(abs).max() ?? 0 > 0.3)
  }

  @Test("the result depends neither on the number of tasks nor on the states beside")
  func reproducible() async throws {
    let states = try states(90, time: 20)
    var plan = MonteCarlo(discounts: [0.9, 1], restarts: 100, horizon: 5)
    let one = await plan.truth(of: Self.player, from: states, using: RandomStream(seed: 5))
    plan.jobs = 3
    let three = await plan.truth(of: Self.player, from: states, using: RandomStream(seed: 5))
    #expect(one == three)
    let other = await plan.truth(of: Self.player, from: states, using: RandomStream(seed: 6))
    #expect(one.means != other.means)
  }

  @Test("endings are what the claim takes them for")
  func endings() async throws {
    let worlds = try TablePlayer.copies(
      of: TimeLimit(Counter(), steps: 3), 1, stream: RandomStream(seed: 0))
    let player = TablePlayer(policy: PolicyTable(actionCount: 1, probabilities: [1, 1, 1, 1, 1, 1]))
    var states = worlds
    states.reset()
    var plan = MonteCarlo(discounts: [0.5, 1], restarts: 2, horizon: 40)
    let own = await plan.truth(of: player, from: states, using: RandomStream(seed: 0))
    // 1 + 1/2 + 1/4 + 1/8 + 1/16, though the limit is 3.
    #expect(own.means == [[1.9375], [5]] && own.cutShare == 0 && own.truncationBias(discount: 1) == 0)
    #expect(own.steps == 10 && own.largestReward == 1)
    plan.endings = .truncationTerminates
    let stopped = await plan.truth(of: player, from: states, using: RandomStream(seed: 0))
    #expect(stopped.means == [[1.75], [3]] && stopped.cutShare == 0)
    plan.endings = .terminationIgnored
    let endless = await plan.truth(of: player, from: states, using: RandomStream(seed: 0))
    #expect(abs(endless.means[0][0] - 2) < 1e-11 && endless.means[1][0] == 40 && endless.cutShare == 1)
    #expect(endless.truncationBias(discount: 1) == .infinity)
  }

  @Test("a limit that cannot be taken off cuts restarts off, and the bias that may have is said")
  func stubbornLimit() async throws {
    var states = try TablePlayer.copies(
      of: Stubborn(base: TimeLimit(Counter(), steps: 3)), 1, stream: RandomStream(seed: 0))
    states.reset()
    let player = TablePlayer(policy: PolicyTable(actionCount: 1, probabilities: [1, 1, 1, 1, 1, 1]))
    let truth = await MonteCarlo(discounts: [0.5], restarts: 2, horizon: 40)
      .truth(of: player, from: states, using: RandomStream(seed: 0))
    // 0.5³ · 1 / (1 − 0.5).
    #expect(truth.means == [[1.75]] && truth.cutShare == 1 && truth.truncationBias() == 0.25)
  }

  @Test("playing stops when the values are as certain as asked, or the budget is spent, and says which")
  func stopping() async throws {
    let states = try states(20)
    var plan = MonteCarlo(discounts: [0.9], restarts: 400, horizon: 20)
    plan.round = 20
    plan.precision = 0.1
    let precise = await plan.truth(of: Self.player, from: states, using: RandomStream(seed: 7))
    #expect(precise.stop == .precision && precise.standardError() <= 0.1 && precise.restarts < 400)
    plan.budget = 20 * 20 * 30
    plan.precision = 1e-3
    let bounded = await plan.truth(of: Self.player, from: states, using: RandomStream(seed: 7))
    #expect(bounded.stop == .budget && bounded.restarts == 40 && bounded.steps == 20 * 20 * 40)
    plan.budget = .max
    plan.restarts = 60
    let whole = await plan.truth(of: Self.player, from: states, using: RandomStream(seed: 7))
    #expect(whole.stop == .restarts && whole.restarts == 60)
  }

  @Test("states are met as often as the agent is in them")
  func visits() throws {
    // Reward is not asked; the chain forgets where it began within a few steps, so that after 30 of them visits are as
    // the average over steps, up to what the first few weigh.
    let rows = shown(try states(2000, time: 30))
    let policy = Self.process.uniformPolicy
    var now = Self.process.initial
    var expected = [Double](repeating: 0, count: 20)
    for _ in 0..<30 {
      for state in 0..<20 { expected[state] += now[state] / 30 }
      var next = [Double](repeating: 0, count: 20)
      for state in 0..<20 {
        for action in 0..<3 {
          for entry in Self.process.outcomeRange(state: state, action: action) {
            next[Int(Self.process.successors[entry])] +=
              now[state] * policy[state, action] * Self.process.probabilities[entry]
          }
        }
      }
      now = next
    }
    var chiSquare = 0.0
    for state in 0..<20 {
      let met = Double(rows.count { $0 == state })
      chiSquare += (met - 2000 * expected[state]) * (met - 2000 * expected[state]) / (2000 * expected[state])
    }
    // 19 degrees of freedom: exceeded once in ten thousand times.
    #expect(chiSquare < 50.8)
  }
}
