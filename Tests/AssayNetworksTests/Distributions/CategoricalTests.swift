import Assay
import Testing

@testable import AssayNetworks

@Suite("Categorical distributions")
struct CategoricalTests {
  private static let impossible = -Float.infinity

  /// Pearson's χ² = Σ (observed − expected)²/expected, over the classes that can be.
  private func chiSquare(_ classes: [Int], _ probabilities: [Double]) -> Double {
    probabilities.enumerated().filter { $1 > 0 }.reduce(0) { sum, entry in
      let expected = entry.element * Double(classes.count)
      let observed = Double(classes.count { $0 == entry.offset })
      return sum + (observed - expected) * (observed - expected) / expected
    }
  }

  /// With four classes χ² has three degrees of freedom: it exceeds 30.66 once in a million right samplers, at the
  /// seed given here or any other.
  @Test("Samples come as often as the probabilities say")
  func frequencies() {
    let logits: [Float] = [0.5, -1, 1.5, 0]
    let total = logits.reduce(0.0) { $0 + Double($1).exponential }
    let probabilities = logits.map { Double($0).exponential / total }
    let count = 8000
    let program = Program.evaluated { trace in
      let many = trace.rows([logits]).broadcast(to: [count, 4])
      trace.output("plain", Categorical(logits: many).sample())
      trace.output("mixed", Categorical(logits: many, uniformShare: 0.25).sample())
      trace.output("one-hot", Categorical(logits: many).straightThroughSample().sum(alongAxis: 0))
    }
    #expect(chiSquare(program.indices(of: "plain"), probabilities) < 30.66)
    let mixed = probabilities.map { 0.75 * $0 + 0.0625 }
    #expect(chiSquare(program.indices(of: "mixed"), mixed) < 30.66)
    // Samples of the one do not pass for samples of the other: the test can fail.
    #expect(chiSquare(program.indices(of: "plain"), mixed) > 100)
    let oneHot = program.values(of: "one-hot").enumerated().flatMap { Array(repeating: $0, count: Int($1)) }
    #expect(oneHot.count == count && chiSquare(oneHot, probabilities) < 30.66)
  }

  @Test("The same stream gives the same sample, another stream another, and each draw is its own")
  func streams() {
    func samples(_ seed: UInt64) -> (first: [Int], second: [Int]) {
      let program = Program.evaluated(seed: seed) { trace in
        let even = Categorical(logits: trace.rows([[0, 0, 0, 0, 0, 0, 0, 0]]).broadcast(to: [32, 8]))
        trace.output("first", even.sample())
        trace.output("second", even.sample())
      }
      return (program.indices(of: "first"), program.indices(of: "second"))
    }
    let (one, again, other) = (samples(3), samples(3), samples(4))
    #expect(one.first == again.first && one.second == again.second)
    // Two samples of 32 among eight classes are the same once in 8³².
    #expect(one.first != other.first && one.first != one.second)
  }

  @Test("A straight-through sample is 1 among zeros, and its gradient is that of the probabilities")
  func straightThrough() {
    let program = Program.evaluated { trace in
      let logits: Tensor3 = trace.pattern([3, 2, 5])
      let weights: Tensor3 = trace.constant(Reference.weights(count: 30).reversed(), [3, 2, 5])
      let distribution = Categorical(logits: 4 * logits, uniformShare: 0.01)
      let sample = distribution.straightThroughSample()
      let mode = distribution.straightThroughMode()
      trace.output("sample", sample)
      trace.output("mode", mode)
      trace.output("modes", distribution.mode)
      for (name, tensor) in [
        ("sample", sample), ("mode", mode), ("probabilities", distribution.probabilities),
      ] {
        trace.output("gradient of the \(name)", gradient(of: (tensor * weights).sum(), withRespectTo: logits))
      }
    }
    for name in ["sample", "mode"] {
      let values = program.values(of: name)
      #expect(values.allSatisfy { $0 == 0 || $0 == 1 })
      for row in 0..<6 { #expect(values[row * 5..<row * 5 + 5].reduce(0, +) == 1) }
      let gradient = program.values(of: "gradient of the \(name)")
      #expect(gradient == program.values(of: "gradient of the probabilities"))
      #expect(gradient.contains { abs($0) > 0.01 })
    }
    let modes = program.indices(of: "modes")
    for (row, mode) in modes.enumerated() { #expect(program.values(of: "mode")[row * 5 + mode] == 1) }
  }

  @Test("The uniform share is a floor under every probability, and its part of the gradient vanishes")
  func uniformShare() {
    let program = Program.evaluated { trace in
      let logits = trace.rows([[200, 0, -200, 0], [1, 1, 1, 1]])
      let mixed = Categorical(logits: logits, uniformShare: 0.04)
      trace.output("probabilities", mixed.probabilities)
      trace.output("logarithms", mixed.logProbabilities)
      trace.output(
        "gradient", gradient(of: mixed.logProbabilities.sum(), withRespectTo: logits))
      // Classes that cannot be get their share too.
      let masked = trace.rows([[0, Self.impossible, Self.impossible, Self.impossible]])
      trace.output("masked", Categorical(logits: masked, uniformShare: 0.04).probabilities)
      trace.output("uniform", Categorical(logits: logits, uniformShare: 1).probabilities)
    }
    let expected: [Float] = [0.97, 0.01, 0.01, 0.01, 0.25, 0.25, 0.25, 0.25]
    #expect(largestDistance(program.values(of: "probabilities"), expected) < 1e-6)
    #expect(program.values(of: "logarithms").allSatisfy { $0.isFinite })
    #expect(program.values(of: "gradient").allSatisfy { $0.isFinite })
    #expect(largestDistance(program.values(of: "masked"), [0.97, 0.01, 0.01, 0.01]) < 1e-6)
    #expect(largestDistance(program.values(of: "uniform"), Array(repeating: 0.25, count: 8)) < 1e-7)
  }

  /// Logits of −∞ stand for classes that cannot be. Here is the second of four; the third and the fourth of the
  /// second row.
  @Test("Classes that cannot be have probability 0, are never drawn, and leave every gradient finite")
  func masks() {
    let inf = Self.impossible
    var program = Program(reading: ParameterStore()) { trace in
      let logits = trace.input("logits", 2, 4)
      let classes = trace.indices("classes", 2)
      let masked = Categorical(logits: logits)
      let other = Categorical(logits: logits * 0.5)
      trace.output("probabilities", masked.probabilities)
      trace.output("entropy", masked.entropy)
      let sum = masked.probabilities.broadcast(to: [2, 4])
      trace.output("sum", sum.sum(alongAxis: 1))
      trace.output("divergence", masked.divergence(from: other))
      let results: [(String, Vector)] = [
        ("log probability", masked.logProbability(of: classes)), ("entropy", masked.entropy),
        ("divergence", masked.divergence(from: other)),
        ("expectation", masked.expectation(of: trace.pattern([2, 4]))), ("total", logSumExp(logits)),
      ]
      for (name, value) in results {
        trace.output("gradient of the \(name)", gradient(of: value.sum(), withRespectTo: logits))
      }
      let many = logits.expanded(at: 0).broadcast(to: [500, 2, 4])
      trace.output("samples", Categorical(logits: many).sample())
      trace.output("straight-through", masked.straightThroughSample())
      trace.output(
        "gradient of the sample",
        gradient(
          of: (masked.straightThroughSample() * trace.pattern([2, 4])).sum(), withRespectTo: logits))
    }
    program.set("logits", to: [1, inf, 0, -2, 0.5, -0.5, inf, inf])
    program.set("classes", to: [2, 0])
    var stream = RandomStream(seed: 2)
    program.run(reading: ParameterStore(), using: &stream)

    let probabilities = program.values(of: "probabilities")
    #expect(probabilities[1] == 0 && probabilities[6] == 0 && probabilities[7] == 0)
    #expect(largestDistance(program.values(of: "sum"), [1, 1]) < 1e-6)
    // By hand: p of the second row is e/(1 + e) and 1/(1 + e), at half the logits √e/(1 + √e).
    let p = 1.0.exponential / (1 + 1.0.exponential)
    let q = 0.5.exponential / (1 + 0.5.exponential)
    let entropy = -p * p.logarithm - (1 - p) * (1 - p).logarithm
    let divergence = p * (p / q).logarithm + (1 - p) * ((1 - p) / (1 - q)).logarithm
    #expect(abs(Double(program.values(of: "entropy")[1]) - entropy) < 1e-6)
    #expect(abs(Double(program.values(of: "divergence")[1]) - divergence) < 1e-6)
    for name in ["log probability", "entropy", "divergence", "expectation", "total", "sample"] {
      let gradient = program.values(of: "gradient of the \(name)")
      #expect(gradient.allSatisfy { $0.isFinite }, "\(name): \(gradient)")
      #expect([gradient[1], gradient[6], gradient[7]] == [0, 0, 0], "\(name): \(gradient)")
      #expect(gradient[0] != 0 && gradient[4] != 0, "\(name): \(gradient)")
    }
    let samples = program.indices(of: "samples")
    for index in stride(from: 0, to: 1000, by: 2) {
      #expect(samples[index] != 1 && samples[index + 1] < 2)
    }
  }

  @Test("A distribution that is certain has no entropy, and is at a finite distance from those that admit it")
  func certainty() {
    let inf = Self.impossible
    let program = Program.evaluated { trace in
      let certain = Categorical(logits: trace.rows([[0, inf, inf]]))
      let even = Categorical(logits: trace.rows([[0, 0, 0]]))
      trace.output("entropy", certain.entropy)
      trace.output("of even odds", even.entropy)
      trace.output("from even odds", certain.divergence(from: even))
      trace.output("from itself", certain.divergence(from: Categorical(logits: trace.rows([[7, inf, inf]]))))
      trace.output("the other way", even.divergence(from: certain))
      trace.output("of the impossible", certain.logProbability(of: trace.rows([[0, 1, 0]]).indexOfMaximum()))
    }
    let three = Float(3.0.logarithm)
    #expect(program.values(of: "entropy") == [0] && program.values(of: "from itself") == [0])
    #expect(abs(program.values(of: "of even odds")[0] - three) < 1e-6)
    #expect(abs(program.values(of: "from even odds")[0] - three) < 1e-6)
    #expect(program.values(of: "the other way") == [.infinity])
    #expect(program.values(of: "of the impossible") == [-.infinity])
  }

  @Test("Shares that are none trap")
  func shares() async {
    await #expect(processExitsWith: .failure) {
      _ = Program.evaluated { _ = Categorical(logits: $0.rows([[0, 1]]), uniformShare: 1.1) }
    }
    await #expect(processExitsWith: .failure) {
      _ = Program.evaluated { _ = Categorical(logits: $0.rows([[0, 1]]), uniformShare: -0.1) }
    }
  }
}
