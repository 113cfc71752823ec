import Assay
import Testing

@testable import AssayNetworks

@Suite("Normal distributions, plain and squashed")
struct GaussianTests {
  /// log N(x; mean, σ²), by the formula in double precision.
  private func logDensity(_ x: Double, mean: Double, logDeviation: Double) -> Double {
    let standard = (x - mean) / logDeviation.exponential
    return -0.5 * standard * standard - logDeviation - 0.5 * (2 * Double.pi).logarithm
  }

  /// The mean of n samples is off by more than 4.89 σ/√n once in a million; so is their variance by more than
  /// 4.89 σ² √(2/n), as nearly as it is normal.
  @Test("Samples have the mean and the deviation that were asked for")
  func moments() {
    let count = 8000
    let program = Program.evaluated(seed: 6) { trace in
      let means = trace.rows([[1.5, -3]]).broadcast(to: [count, 2])
      let spreads = trace.rows([[-1, 0.75]]).broadcast(to: [count, 2])
      trace.output("samples", Gaussian(mean: means, logDeviation: spreads).sample())
    }
    let samples = program.values(of: "samples")
    for (column, (mean, spread)) in [(1.5, -1), (-3, 0.75)].enumerated() {
      let deviation = Double(spread).exponential
      let own = stride(from: column, to: samples.count, by: 2).map { Double(samples[$0]) }
      let found = own.reduce(0, +) / Double(count)
      let variance = own.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)
      #expect(abs(found - mean) < 4.89 * deviation / Double(count).squareRoot())
      #expect(abs(variance / (deviation * deviation) - 1) < 4.89 * (2 / Double(count)).squareRoot())
    }
    let columns = (0..<count).map { (Double(samples[2 * $0]), Double(samples[2 * $0 + 1])) }
    let scale = (-1.0).exponential * 0.75.exponential
    let correlation = columns.reduce(0) { $0 + ($1.0 - 1.5) * ($1.1 + 3) } / scale / Double(count)
    #expect(abs(correlation) < 4.89 / Double(count).squareRoot())
  }

  /// The midpoint rule errs by less than 1e-6 for such smooth densities; Float32 by a few 1e-7.
  @Test("The density integrates to 1, and gives the entropy and the divergence")
  func quadrature() {
    let (low, high, count) = (-8.0, 9.0, 1000)
    let width = (high - low) / Double(count)
    let points = (0..<count).map { Float(low + (Double($0) + 0.5) * width) }
    let program = Program.evaluated { trace in
      let places: Matrix = trace.constant(points, [count, 1])
      func gaussian(_ mean: Float, _ spread: Float, _ rows: Int) -> Gaussian<Rank2> {
        Gaussian(
          mean: trace.rows([[mean]]).broadcast(to: [rows, 1]),
          logDeviation: trace.rows([[spread]]).broadcast(to: [rows, 1]))
      }
      trace.output("one", gaussian(0.5, -0.25, count).logProbability(of: places))
      trace.output("other", gaussian(1.25, 0.375, count).logProbability(of: places))
      trace.output("entropy", gaussian(0.5, -0.25, 1).entropy)
      trace.output("divergence", gaussian(0.5, -0.25, 1).divergence(from: gaussian(1.25, 0.375, 1)))
      trace.output("from itself", gaussian(0.5, -0.25, 1).divergence(from: gaussian(0.5, -0.25, 1)))
    }
    let (one, other) = (program.values(of: "one"), program.values(of: "other"))
    var (mass, entropy, divergence) = (0.0, 0.0, 0.0)
    for (own, others) in zip(one.map { Double($0) }, other.map { Double($0) }) {
      mass += own.exponential * width
      entropy -= own.exponential * own * width
      divergence += own.exponential * (own - others) * width
    }
    #expect(abs(mass - 1) < 1e-5)
    #expect(abs(entropy - Double(program.values(of: "entropy")[0])) < 1e-5)
    #expect(abs(divergence - Double(program.values(of: "divergence")[0])) < 1e-5)
    #expect(program.values(of: "from itself") == [0])
  }

  @Test("Gradients pass through samples: 1 to the mean, σ ε to log σ, and what tanh leaves of them")
  func reparameterised() {
    let program = Program.evaluated { trace in
      let means: Matrix = trace.pattern([3, 2])
      let spreads = trace.rows([[-1.25, -0.5], [-1, 0.25], [-0.75, 0]])
      let plain = Gaussian(mean: means, logDeviation: spreads)
      let sample = plain.sample()
      trace.output("means", means)
      trace.output("sample", sample)
      trace.output("by the mean", gradient(of: sample.sum(), withRespectTo: means))
      trace.output("by log σ", gradient(of: sample.sum(), withRespectTo: spreads))
      let squashed = SquashedGaussian(mean: means, logDeviation: spreads)
      let (action, logProbability) = squashed.sample()
      trace.output("action", action)
      trace.output("log probability", logProbability)
      trace.output("again", squashed.logProbability(of: action))
      trace.output("action by the mean", gradient(of: action.sum(), withRespectTo: means))
    }
    let (means, sample) = (program.values(of: "means"), program.values(of: "sample"))
    #expect(program.values(of: "by the mean") == [1, 1, 1, 1, 1, 1])
    let deviations = zip(sample, means).map { $0 - $1 }
    #expect(largestDistance(program.values(of: "by log σ"), deviations) < 1e-6)
    // Actions near the ends lose digits on the way back through the logarithm.
    let (own, again) = (program.values(of: "log probability"), program.values(of: "again"))
    #expect(largestDistance(own, again) < 1e-4)
    let actions = program.values(of: "action")
    let slopes = actions.map { 1 - $0 * $0 }
    #expect(largestDistance(program.values(of: "action by the mean"), slopes) < 1e-6)
  }

  @Test("A squashed density integrates to 1 over the actions")
  func squashedQuadrature() {
    let count = 2000
    let width = 2 / Double(count)
    let points = (0..<count).map { Float(-1 + (Double($0) + 0.5) * width) }
    let program = Program.evaluated { trace in
      let actions: Matrix = trace.constant(points, [count, 1])
      // At deviations this small the density goes to 0 at both ends.
      for (name, mean, spread) in [("wide", 0.25, -0.5), ("narrow", -0.75, -1.5)] {
        let distribution = SquashedGaussian(
          mean: trace.rows([[Float(mean)]]).broadcast(to: [count, 1]),
          logDeviation: trace.rows([[Float(spread)]]).broadcast(to: [count, 1]))
        trace.output(name, distribution.logProbability(of: actions))
      }
    }
    for name in ["wide", "narrow"] {
      let mass = program.values(of: name).reduce(0) { $0 + Double($1).exponential * width }
      #expect(abs(mass - 1) < 1e-5, "\(name)")
    }
  }

  @Test("Far out, the density before the tanh keeps its digits, and that of ±1 is finite")
  func ends() {
    let numbers: [Float] = [-40, -12, -9, 8.5, 15, 60]
    let program = Program.evaluated { trace in
      let u: Matrix = trace.constant(numbers, [6, 1])
      let distribution = SquashedGaussian<Rank2>(
        mean: trace.constant([-38, -11, -9.5, 9, 14, 61], [6, 1]), logDeviation: trace.pattern([6, 1]))
      let value = distribution.logProbability(before: u)
      trace.output("before", value)
      trace.output("gradient", gradient(of: value.sum(), withRespectTo: u))
      trace.output(
        "at the ends",
        SquashedGaussian(mean: trace.rows([[0], [0]]), logDeviation: trace.rows([[0], [0]]))
          .logProbability(of: trace.rows([[-1], [1]])))
    }
    let spreads = Reference.weights(count: 6)
    let means = [-38.0, -11, -9.5, 9, 14, 61]
    for (index, value) in program.values(of: "before").enumerated() {
      let u = Double(numbers[index])
      // log(1 − tanh² u) is 2 log 2 − 2|u| but for a part in e^{2|u|}.
      let slope = 2 * 2.0.logarithm - 2 * abs(u) - 2 * (-2 * abs(u)).exponential
      let expected = logDensity(u, mean: means[index], logDeviation: Double(spreads[index])) - slope
      #expect(abs(Double(value) - expected) < 1e-5 * abs(expected), "u = \(u)")
    }
    #expect(program.values(of: "gradient").allSatisfy { $0.isFinite })
    #expect(program.values(of: "at the ends").allSatisfy { $0.isFinite })
  }
}
