import Assay
import AssayNetworks
import Testing

@Suite("Distributions over values")
struct ValueDistributionTests {
  private static let plain = ValueSupport(-2...3, count: 11)
  private static let squeezed = ValueSupport(-4...4, count: 9, transform: .symlog)

  @Test("The points are evenly spaced, and the last is the bound")
  func points() {
    #expect(Self.plain.points == [-2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2, 2.5, 3])
    let uneven = ValueSupport(-0.1...0.3, count: 7).points
    #expect(uneven.first == -0.1 && uneven.last == 0.3 && uneven.count == 7)
  }

  /// Weights of two neighbouring points, whose mean is the value to a rounding of the bounds' size.
  @Test("Two-hot weights are those of the two nearest points, and their mean is the value")
  func twoHotMean() {
    let values: [Float] = [-2, -1.9, -0.75, -0.5, 0, 0.1, 1.26, 2.5, 2.999, 3]
    let program = Program.evaluated { trace in
      let weights = twoHot(trace.numbers(values), over: -2...3, count: 11)
      trace.output("weights", weights)
      trace.output("means", (weights * trace.numbers(Self.plain.points)).sum(alongAxis: 1))
      // The logarithm of weights gives them back as probabilities.
      trace.output("read back", ValueDistribution(logits: log(weights), support: Self.plain).mean)
      let squeezed = twoHot(symlog(10 * trace.numbers(values)), over: -4...4, count: 9)
      trace.output("squeezed", ValueDistribution(logits: log(squeezed), support: Self.squeezed).mean)
    }
    #expect(largestDistance(program.values(of: "means"), values) < 1e-6)
    #expect(largestDistance(program.values(of: "read back"), values) < 1e-6)
    // e³ times the rounding of the points' mean.
    #expect(largestDistance(program.values(of: "squeezed"), values.map { 10 * $0 }) < 3e-5)
    let weights = program.values(of: "weights")
    for (row, value) in values.enumerated() {
      let own = Array(weights[row * 11..<row * 11 + 11])
      #expect(abs(own.reduce(0, +) - 1) < 1e-6 && own.allSatisfy { $0 >= 0 })
      let places = own.indices.filter { own[$0] > 0 }
      #expect(places.count <= 2 && places.last! - places.first! <= 1, "\(value): \(own)")
    }
    // On a point there is that point alone.
    #expect(weights[4 * 11 + 4] == 1 && weights[7 * 11 + 9] == 1)
  }

  @Test("Values beyond the support count as its ends")
  func beyond() {
    let program = Program.evaluated { trace in
      let outside = trace.numbers([-1000, -2.5, 3.25, .greatestFiniteMagnitude])
      trace.output("weights", twoHot(outside, over: -2...3, count: 11))
      let logits: Matrix = trace.pattern([4, 11])
      let distribution = ValueDistribution(logits: logits, support: Self.plain)
      trace.output("outside", distribution.crossEntropy(withValues: outside))
      trace.output("ends", distribution.crossEntropy(withValues: trace.numbers([-2, -2, 3, 3])))
    }
    let weights = program.values(of: "weights")
    for (row, end) in [0, 0, 10, 10].enumerated() {
      #expect(weights[row * 11..<row * 11 + 11].enumerated().allSatisfy { $1 == ($0 == end ? 1 : 0) })
    }
    #expect(program.values(of: "outside") == program.values(of: "ends"))
  }

  @Test("The gradient of a cross entropy is the probabilities less the target's, and none gets to the target")
  func crossEntropy() {
    let program = Program.evaluated { trace in
      let logits: Matrix = trace.pattern([3, 11])
      let values = trace.numbers([-1.75, 0.125, 2.875])
      let loss = ValueDistribution(logits: logits, support: Self.plain).crossEntropy(withValues: values)
      trace.output("gradient", gradient(of: loss.sum(), withRespectTo: logits))
      trace.output("expected", softmax(logits) - twoHot(values, over: -2...3, count: 11))
      trace.output("by the values", gradient(of: loss.sum(), withRespectTo: values))
    }
    #expect(largestDistance(program.values(of: "gradient"), program.values(of: "expected")) < 1e-6)
    #expect(program.values(of: "by the values") == [0, 0, 0])
  }

  @Test("Even odds have the mean of the bounds, and of a symmetric symlog support exactly 0")
  func evenOdds() {
    let program = Program.evaluated { trace in
      let logits = trace.rows([Array(repeating: 0, count: 9)])
      let distribution = ValueDistribution(logits: logits, support: Self.squeezed)
      trace.output("mean", distribution.mean)
      trace.output("gradient", gradient(of: distribution.mean.sum(), withRespectTo: logits))
      let plain = ValueDistribution(
        logits: trace.rows([Array(repeating: 0.5, count: 11)]), support: Self.plain)
      trace.output("plain", plain.mean)
    }
    #expect(abs(program.values(of: "mean")[0]) < 1e-6)
    #expect(abs(program.values(of: "plain")[0] - 0.5) < 1e-6)
    // A head that starts at zero can learn from its mean: p (point − mean), times symexp′(0) = 1.
    let expected = Self.squeezed.points.map { $0 / 9 }
    #expect(largestDistance(program.values(of: "gradient"), expected) < 1e-6)
  }

  @Test("A head's distributions are of the actions, and supports without extent trap")
  func heads() async {
    var store = ParameterStore()
    let head = store.addCritic {
      DistributionalHead(3, actions: 2, support: Self.plain, named: "head", in: &$0)
    }
    let program = Program.evaluated(reading: store) { trace in
      trace.output("means", head.layer(trace.pattern([4, 3])).mean)
    }
    #expect(program.shape(of: "means") == [4, 2])
    await #expect(processExitsWith: .failure) { _ = ValueSupport(0...1, count: 1) }
    await #expect(processExitsWith: .failure) { _ = ValueSupport(1...1, count: 2) }
    await #expect(processExitsWith: .success) { _ = ValueSupport(0...1, count: 2) }
  }

  @Test("One action's distribution is picked of each row, and gradients reach it alone")
  func picking() {
    let program = Program.evaluated { trace in
      let logits: Tensor3 = trace.pattern([2, 3, 4])
      let all = ValueDistribution(logits: logits, support: ValueSupport(-1...1, count: 4))
      let second = trace.constant([0, 1, 0, 1, 0, 0] as [Float], [2, 3], as: Rank2.self)
      let picked = all.picking(second.indexOfMaximum())
      trace.output("logits", logits)
      trace.output("picked", picked.logits)
      trace.output("probabilities", picked.probabilities.sum(alongAxis: 1))
      trace.output("slope", gradient(of: picked.logits.sum(), withRespectTo: logits))
    }
    let logits = program.values(of: "logits")
    #expect(program.values(of: "picked") == Array(logits[4..<8] + logits[12..<16]))
    #expect(program.values(of: "probabilities").allSatisfy { abs($0 - 1) < 1e-6 })
    let ones = [4..<8, 12..<16]
    #expect(
      program.values(of: "slope") == (0..<24).map { index in ones.contains { $0.contains(index) } ? 1 : 0 })
  }
}
