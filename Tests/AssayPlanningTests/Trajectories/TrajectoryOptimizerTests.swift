import Assay
import AssayPlanning
import Foundation
import Synchronization
import Testing

@Suite("Trajectory optimisers")
struct TrajectoryOptimizerTests {
  static let all: [any TrajectoryOptimizer] = [
    RandomShooting(horizon: 6, candidates: 100),
    CrossEntropyMethod(horizon: 6, candidates: 60, eliteCount: 8, iterations: 3),
    CrossEntropyMethod.improved(horizon: 6, candidates: 40, iterations: 3),
    PathIntegralControl(horizon: 6, candidates: 60, temperature: 0.1, iterations: 3),
    GradientPlanning(horizon: 6, restarts: 3, iterations: 5),
  ]

  /// A loss of 0.02 of 3.135 is allowed: what is left after so few samples.
  func expectOptimum(_ plan: TrajectoryPlan, within loss: Double = 0.02) {
    let model = LinearQuadraticModel()
    var batch = TrajectoryBatch(actions: plan.actions, horizon: 6, width: 1)
    var random = RandomStream(seed: 0)
    _ = model.rollOut(&batch, within: TrajectoryBudget().started(), using: &random)
    let value = batch.rewards.reduce(0, +) + batch.terminalValues[0]
    #expect(value > LinearQuadraticModel.bestReturn - loss)
    // Nothing is better than the best, but for rounding of actions to single precision.
    #expect(value < LinearQuadraticModel.bestReturn + 1e-9)
    #expect(abs((plan.predictedReturn ?? .nan) - value) < 1e-12)
    #expect(plan.isComplete)
  }

  @Test("the cross-entropy method finds the optimum of a linear-quadratic problem")
  func crossEntropy() throws {
    var random = RandomStream(seed: 1)
    let method = CrossEntropyMethod(horizon: 6, candidates: 300, eliteCount: 20, iterations: 20)
    let plan = try method.plan(in: LinearQuadraticModel(), using: &random)
    expectOptimum(plan)
    for (action, best) in zip(plan.actions, LinearQuadraticModel.bestActions) {
      #expect(abs(Double(action) - best) < 0.15)
    }
  }

  @Test("the improved cross-entropy method does, too")
  func improved() throws {
    var random = RandomStream(seed: 2)
    let method = CrossEntropyMethod.improved(horizon: 6, candidates: 800, iterations: 20, noiseExponent: 0.5)
    expectOptimum(try method.plan(in: LinearQuadraticModel(), using: &random))
  }

  @Test("path integral control does, too")
  func pathIntegral() throws {
    var random = RandomStream(seed: 3)
    var control = PathIntegralControl(horizon: 6, candidates: 300, temperature: 0.05, iterations: 20)
    control.adaptsDeviation = true
    expectOptimum(try control.plan(in: LinearQuadraticModel(), using: &random))
  }

  @Test("climbing gradients does, too, whether they are exact or differences")
  func gradients() throws {
    var random = RandomStream(seed: 4)
    let planning = GradientPlanning(horizon: 6, restarts: 1, iterations: 200, stepSize: 0.1)
    expectOptimum(try planning.plan(in: DifferentiableLinearQuadraticModel(), using: &random), within: 1e-3)
    expectOptimum(try planning.plan(in: LinearQuadraticModel(), using: &random), within: 1e-3)
  }

  @Test("random shooting comes some of the way, and further with more candidates")
  func shooting() throws {
    var random = RandomStream(seed: 5)
    let few = try RandomShooting(horizon: 6, candidates: 10).plan(in: LinearQuadraticModel(), using: &random)
    let many = try RandomShooting(horizon: 6, candidates: 3000).plan(
      in: LinearQuadraticModel(), using: &random)
    #expect((many.predictedReturn ?? 0) > (few.predictedReturn ?? 0))
    // Doing nothing earns −11.
    #expect((many.predictedReturn ?? 0) > -4.5)
    #expect(many.evaluations == 3000)
  }

  @Test("limits that hold the optimum back are kept", arguments: Self.all)
  func limits(_ optimizer: any TrajectoryOptimizer) throws {
    var random = RandomStream(seed: 6)
    var model = LinearQuadraticModel()
    model.position = 100
    let plan = try optimizer.plan(
      in: model, trying: [[Float](repeating: -50, count: 6)], using: &random)
    #expect(plan.actions.allSatisfy { $0 >= -2 && $0 <= 2 })
    #expect(plan.elites.allSatisfy { $0.allSatisfy { $0 >= -2 && $0 <= 2 } })
  }

  @Test("the same seed gives the same plan, bit for bit, and another seed another", arguments: Self.all)
  func determinism(_ optimizer: any TrajectoryOptimizer) throws {
    func plan(_ seed: UInt64) throws -> TrajectoryPlan {
      var random = RandomStream(seed: seed)
      return try optimizer.plan(in: LinearQuadraticModel(), using: &random)
    }
    #expect(try plan(7) == plan(7))
    #expect(try plan(7).actions != plan(8).actions)
  }

  @Test("a trace changes nothing", arguments: Self.all)
  func traceChangesNothing(_ optimizer: any TrajectoryOptimizer) throws {
    var trace: TrajectoryTrace? = TrajectoryTrace(sampleCount: 3)
    var random = RandomStream(seed: 7)
    let traced = try optimizer.plan(
      in: LinearQuadraticModel(), from: 0, beginningWith: nil, trying: [], within: TrajectoryBudget(),
      tracing: &trace, using: &random)
    var again = RandomStream(seed: 7)
    #expect(try optimizer.plan(in: LinearQuadraticModel(), using: &again) == traced)
    #expect(random == again)
    #expect(trace?.iterations.isEmpty == false)
  }

  @Test("a seed that is better than all else is the best that was tried", arguments: Self.all)
  func seeds(_ optimizer: any TrajectoryOptimizer) throws {
    var random = RandomStream(seed: 8)
    var trace: TrajectoryTrace? = TrajectoryTrace()
    let seed = LinearQuadraticModel.bestActions.map { Float($0) }
    _ = try optimizer.plan(
      in: LinearQuadraticModel(), from: 0, beginningWith: nil, trying: [seed], within: TrajectoryBudget(),
      tracing: &trace, using: &random)
    #expect(trace?.iterations.first?.best.actions == seed)
  }

  // MARK: Elites

  /// The best return of each iteration.
  private func best(keeping share: Double, seed: UInt64) throws -> [Double] {
    var method = CrossEntropyMethod(horizon: 6, candidates: 20, eliteCount: 5, iterations: 6)
    method.keptElites = share
    method.minimumDeviation = 0.2
    var trace: TrajectoryTrace? = TrajectoryTrace(sampleCount: 0)
    var random = RandomStream(seed: seed)
    _ = try method.plan(
      in: LinearQuadraticModel(), from: 0, beginningWith: nil, trying: [], within: TrajectoryBudget(),
      tracing: &trace, using: &random)
    return trace?.iterations.map(\.best.predictedReturn) ?? []
  }

  @Test("elites that are kept never lose the best; without them it is lost")
  func elites() throws {
    var losses = 0
    for seed in 0..<10 as Range<UInt64> {
      let kept = try best(keeping: 0.3, seed: seed)
      #expect(kept.count == 6)
      for (before, after) in zip(kept, kept.dropFirst()) { #expect(after >= before) }
      let lost = try best(keeping: 0, seed: seed)
      if zip(lost, lost.dropFirst()).contains(where: { $1 < $0 }) { losses += 1 }
    }
    #expect(losses > 0)
  }

  @Test("the distribution moves to the elites, and keeps a share of where it was")
  func update() throws {
    var method = CrossEntropyMethod(horizon: 2, candidates: 12, eliteCount: 3, iterations: 1)
    method.momentum = 0.25
    var trace: TrajectoryTrace? = TrajectoryTrace(sampleCount: 12)
    var random = RandomStream(seed: 9)
    let guess = TrajectoryPlan(
      horizon: 2, width: 1, actions: [0.5, -0.5], mean: [0.5, -0.5], elites: [], eliteReturns: [],
      evaluations: 0, isComplete: true)
    _ = try method.plan(
      in: LinearQuadraticModel(), from: 0, beginningWith: guess, trying: [], within: TrajectoryBudget(),
      tracing: &trace, using: &random)
    let iteration = try #require(trace?.iterations.first)
    #expect(iteration.candidates.count == 12)
    let elites = iteration.candidates.sorted { $0.predictedReturn > $1.predictedReturn }.prefix(3)
    for index in 0..<2 {
      let numbers = elites.map { Double($0.actions[index]) }
      let middle = (numbers[0] + numbers[1] + numbers[2]) / 3
      let spread = (numbers.reduce(0) { $0 + ($1 - middle) * ($1 - middle) } / 3).squareRoot()
      #expect(abs(iteration.mean[index] - (0.25 * [0.5, -0.5][index] + 0.75 * middle)) < 1e-12)
      // σ was ½ of half the range, which is 2.
      #expect(abs(iteration.deviation[index] - (0.25 * 1 + 0.75 * spread)) < 1e-12)
    }
  }

  @Test("the improved method draws fewer and fewer, tries elites again, and at last the mean")
  func population() throws {
    var trace: TrajectoryTrace? = TrajectoryTrace(sampleCount: 200)
    var random = RandomStream(seed: 10)
    let method = CrossEntropyMethod.improved(horizon: 6, candidates: 50, iterations: 5)
    let plan = try method.plan(
      in: LinearQuadraticModel(), from: 0, beginningWith: nil, trying: [], within: TrajectoryBudget(),
      tracing: &trace, using: &random)
    // 50, 50/1.25 = 40, 32, 25.6, 20.48, with three elites after the first and the mean in the last.
    #expect(trace?.iterations.map(\.evaluated) == [50, 43, 35, 28, 24])
    let iterations = try #require(trace?.iterations)
    #expect(iterations[4].candidates.last?.actions == iterations[3].mean.map { Float($0) })
    // Elites of the last plan, moved on, are tried at first.
    var next: TrajectoryTrace? = TrajectoryTrace(sampleCount: 200)
    let guess = plan.advanced()
    _ = try method.plan(
      in: LinearQuadraticModel(), from: 0, beginningWith: guess, trying: [], within: TrajectoryBudget(),
      tracing: &next, using: &random)
    #expect(next?.iterations.first?.evaluated == 53)
    #expect(next?.iterations.first?.candidates.suffix(3).map(\.actions) == Array(guess.elites.prefix(3)))
  }

  // MARK: Path integrals

  @Test("three candidates are weighed as by hand")
  func weights() {
    // e⁰, e^−½ and e^−3⁄2, divided by their sum 1.829661…
    let weights = PathIntegralControl.weights(of: [-4, -5, -7], temperature: 2)
    for (weight, expected) in zip(weights, [0.54654939, 0.33149896, 0.12195165]) {
      #expect(abs(weight - expected) < 1e-8)
    }
    // Returns far from 0 neither overflow nor vanish.
    #expect(PathIntegralControl.weights(of: [-1e6, -1e6 - 1e5], temperature: 1) == [1, 0])
  }

  @Test("the mean is that of all candidates, by weight")
  func weightedMean() throws {
    var trace: TrajectoryTrace? = TrajectoryTrace(sampleCount: 50)
    var random = RandomStream(seed: 11)
    let control = PathIntegralControl(horizon: 6, candidates: 20, temperature: 3)
    _ = try control.plan(
      in: LinearQuadraticModel(), from: 0, beginningWith: nil, trying: [], within: TrajectoryBudget(),
      tracing: &trace, using: &random)
    let iteration = try #require(trace?.iterations.first)
    #expect(iteration.candidates.count == 21)
    let weights = iteration.candidates.map { exp($0.predictedReturn / 3) }
    for index in 0..<6 {
      var sum = 0.0
      for (weight, candidate) in zip(weights, iteration.candidates) {
        sum += weight * Double(candidate.actions[index])
      }
      #expect(abs(iteration.mean[index] - sum / weights.reduce(0, +)) < 1e-12)
    }
  }

  // MARK: Gradients

  @Test("differences are the derivatives of the return, and so are gradients by hand")
  func differences() throws {
    // From NumPy, at six arbitrary actions.
    let expected = [-19.5875, -14.1625, -10.025, -6.0375, -2.34375, -0.525]
    let actions: [Float] = [0.5, -0.5, 0.25, 0, -1, 1]
    var random = RandomStream(seed: 0)
    let clock = TrajectoryBudget().started()
    var differences = TrajectoryBatch(actions: actions + actions, horizon: 6, width: 1)
    _ = try LinearQuadraticModel().differentiate(
      &differences, discount: 1, within: clock, using: &random)
    var exact = TrajectoryBatch(actions: actions + actions, horizon: 6, width: 1)
    _ = DifferentiableLinearQuadraticModel().differentiate(
      &exact, discount: 1, within: clock, using: &random)
    for value in try differences.returns(discount: 1) { #expect(abs(value + 13.7) < 1e-12) }
    for (index, gradient) in (expected + expected).enumerated() {
      #expect(abs(exact.gradients[index] - gradient) < 1e-12)
      // Of a quadratic function central differences are exact, but for rounding.
      #expect(abs(differences.gradients[index] - gradient) < 1e-9)
    }
  }

  // MARK: Budgets

  @Test("without any time the plan is the guess, or the middle of the box", arguments: Self.all)
  func noTime(_ optimizer: any TrajectoryOptimizer) throws {
    var random = RandomStream(seed: 12)
    let budget = TrajectoryBudget(time: .zero)
    let nothing = try optimizer.plan(in: LinearQuadraticModel(), within: budget, using: &random)
    #expect(nothing.actions == [0, 0, 0, 0, 0, 0])
    #expect(nothing.predictedReturn == nil)
    #expect(nothing.evaluations == 0)
    #expect(!nothing.isComplete)
    let guess = TrajectoryPlan(
      horizon: 6, width: 1, actions: [1, 2, 1, 0, 1, 2], mean: [1, 2, 1, 0, 1, 2], elites: [],
      eliteReturns: [], evaluations: 0, isComplete: true)
    let guessed = try optimizer.plan(
      in: LinearQuadraticModel(), beginningWith: guess, within: budget, using: &random)
    #expect(guessed.actions == guess.actions)
  }

  @Test("a plan that is cancelled in an iteration is the best of those before")
  func cancellation() throws {
    let method = CrossEntropyMethod(horizon: 6, candidates: 20, eliteCount: 5, iterations: 9)
    let asked = Mutex(0)
    var trace: TrajectoryTrace? = TrajectoryTrace()
    var random = RandomStream(seed: 13)
    // The model asks before each of 120 steps of an iteration, and the search once before each iteration.
    let budget = TrajectoryBudget(
      isCancelled: {
        asked.withLock {
          $0 += 1
          return $0 > 300
        }
      })
    let plan = try method.plan(
      in: LinearQuadraticModel(), from: 0, beginningWith: nil, trying: [], within: budget, tracing: &trace,
      using: &random)
    #expect(asked.withLock { $0 } == 301)
    #expect(!plan.isComplete)
    #expect(plan.evaluations == 40)
    #expect(trace?.iterations.count == 2)
    let best = trace?.iterations.max { $0.best.predictedReturn < $1.best.predictedReturn }?.best
    #expect(plan.actions == best?.actions)
    #expect(plan.predictedReturn == best?.predictedReturn)
  }

  // MARK: Faults

  @Test(
    "a number that is none is named",
    arguments: [
      (TrajectoryError.Quantity.reward, 5, Double.nan), (.reward, 0, -.infinity), (.terminalValue, 6, .nan),
    ])
  func faults(_ quantity: TrajectoryError.Quantity, step: Int, value: Double) throws {
    let model = FaultyModel(quantity: quantity, candidate: 3, step: min(step, 5), value: value)
    for optimizer in Self.all {
      var random = RandomStream(seed: 14)
      let error = #expect(throws: TrajectoryError.self) {
        _ = try optimizer.plan(in: model, using: &random)
      }
      #expect(error?.quantity == quantity)
      #expect(error?.candidate == 3)
      #expect(error?.step == step)
      #expect(error?.value.bitPattern == value.bitPattern)
    }
  }

  @Test("a gradient that is none is named, and its sentence can be read")
  func faultyGradient() throws {
    let model = FaultyModel(quantity: .gradient, candidate: 2, step: 4, value: .infinity)
    var random = RandomStream(seed: 15)
    let error = #expect(throws: TrajectoryError.self) {
      _ = try GradientPlanning(horizon: 6).plan(in: model, using: &random)
    }
    #expect(
      error?.description
        == "the model's gradient of candidate 2 at step 4 is inf; allowed: a finite number")
  }

  // MARK: Plans and traces

  @Test("a plan moves on by one step, and repeats its last action")
  func advanced() {
    let plan = TrajectoryPlan(
      horizon: 3, width: 2, actions: [1, 2, 3, 4, 5, 6], predictedReturn: 7, mean: [0, 1, 0, 2, 0, 3],
      elites: [[9, 8, 7, 6, 5, 4]], eliteReturns: [7], evaluations: 10, isComplete: true)
    #expect(plan.action == [1, 2])
    let next = plan.advanced()
    #expect(next.actions == [3, 4, 5, 6, 5, 6])
    #expect(next.mean == [0, 2, 0, 3, 0, 3])
    #expect(next.elites == [[7, 6, 5, 4, 5, 4]])
    #expect(next.predictedReturn == nil)
  }

  @Test("a trace is JSON with a schema, and no other is read")
  func json() throws {
    var trace: TrajectoryTrace? = TrajectoryTrace(sampleCount: 4)
    var random = RandomStream(seed: 16)
    _ = try CrossEntropyMethod(horizon: 6, candidates: 30, eliteCount: 3, iterations: 2).plan(
      in: LinearQuadraticModel(), from: 0, beginningWith: nil, trying: [], within: TrajectoryBudget(),
      tracing: &trace, using: &random)
    let written = try #require(trace)
    #expect(written.iterations.map(\.candidates.count) == [4, 4])
    #expect(written.iterations[0].candidates.map(\.index) == [0, 7, 15, 22])
    let best = written.iterations[0].best
    #expect(abs(best.rewards.reduce(0, +) + best.terminalValue - best.predictedReturn) < 1e-12)
    let data = try JSONEncoder().encode(written)
    #expect(try JSONDecoder().decode(TrajectoryTrace.self, from: data) == written)
    let text = String(decoding: data, as: UTF8.self)
    let start = text.range(of: #""assay.trajectories\/1""#)
    let other = text.replacing(#""assay.trajectories\/1""#, with: #""assay.trajectories\/2""#)
    #expect(start != nil)
    #expect(throws: DataError.self) {
      _ = try JSONDecoder().decode(TrajectoryTrace.self, from: Data(other.utf8))
    }
  }

  @Test("a box without limits is a programmer's mistake")
  func noLimits() async {
    await #expect(processExitsWith: .failure) {
      struct Boundless: TrajectoryModel {
        let actionSpace = BoxSpace(low: [-.infinity], high: [1])
        func rollOut(
          _ batch: inout TrajectoryBatch, within clock: TrajectoryClock, using random: inout RandomStream
        ) -> Bool { true }
      }
      var random = RandomStream(seed: 0)
      _ = try RandomShooting(horizon: 1).plan(in: Boundless(), using: &random)
    }
  }
}
