import Assay
import AssayNetworks
import Testing

@Suite("Initialisers")
struct InitializerTests {
  static func draw(_ initializer: Initializer, _ shape: [Int], seed: UInt64 = 3) -> [Double] {
    var stream = RandomStream(seed: seed)
    return initializer.values(shape: shape, using: &stream).map(Double.init)
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let initializer: Initializer
    let shape: [Int]
    let variance: Double
    /// E z⁴ of z = x / σ: 3 for a normal distribution, 1.8 for a uniform one, less than 3 for one that is cut
    /// off.
    let kurtosis: Double
    /// No number is larger than this.
    let bound: Double

    var testDescription: String { "\(name) \(shape)" }
  }

  private static let cut = 2 / 0.879_625_661_034_239_78

  static let cases: [Case] = [
    .init(
      name: "uniform", initializer: .uniform(bound: 0.3), shape: [60, 80], variance: 0.03, kurtosis: 1.8,
      bound: 0.3),
    .init(
      name: "normal", initializer: .normal(deviation: 0.2), shape: [4800], variance: 0.04, kurtosis: 3,
      bound: .infinity),
    .init(
      name: "LeCun normal", initializer: .leCunNormal, shape: [60, 80], variance: 1 / 60.0, kurtosis: 3,
      bound: .infinity),
    .init(
      name: "LeCun uniform", initializer: .leCunUniform, shape: [3, 4, 5, 80], variance: 1 / 60.0,
      kurtosis: 1.8, bound: 0.05.squareRoot()),
    .init(
      name: "He normal", initializer: .heNormal, shape: [3, 4, 5, 80], variance: 2 / 60.0, kurtosis: 3,
      bound: .infinity),
    .init(
      name: "He uniform", initializer: .heUniform, shape: [60, 80], variance: 2 / 60.0, kurtosis: 1.8,
      bound: 0.1.squareRoot()),
    .init(
      name: "Glorot normal", initializer: .glorotNormal, shape: [2, 3, 8, 100], variance: 2 / (6 * 108.0),
      kurtosis: 3, bound: .infinity),
    .init(
      name: "Glorot uniform", initializer: .glorotUniform, shape: [50, 100], variance: 2 / 150.0,
      kurtosis: 1.8, bound: 0.2),
    .init(
      name: "outputs", initializer: .scaled(3, by: .outputs, drawing: .normal), shape: [50, 100],
      variance: 0.03, kurtosis: 3, bound: .infinity),
    .init(
      name: "truncated", initializer: .scaled(0.6, by: .inputs, drawing: .truncatedNormal), shape: [60, 80],
      variance: 0.01, kurtosis: 3, bound: 0.1 * cut),
    .init(
      name: "members", initializer: Initializer.heUniform.ofEachMember, shape: [10, 5, 96], variance: 0.4,
      kurtosis: 1.8, bound: 1.2.squareRoot()),
  ]

  // With n numbers of variance σ² the mean has the deviation σ/√n, and the variance about σ² √((κ − 1)/n).
  // Five of either happen by chance once in 1.7 million; 22 of them, once in 80 000 seeds.
  @Test("means and variances are what the formula says", arguments: cases)
  func moments(example: Case) {
    let values = Self.draw(example.initializer, example.shape)
    let count = Double(values.count)
    #expect(values.count == example.shape.reduce(1, *))
    let mean = values.reduce(0, +) / count
    let variance = values.reduce(0) { $0 + $1 * $1 } / count
    #expect(abs(mean) < 5 * (example.variance / count).squareRoot())
    #expect(
      abs(variance - example.variance) < 5 * example.variance * ((example.kurtosis - 1) / count).squareRoot())
    // A bound is reached to a hundredth by 4800 numbers or more, and to a tenth if the ends are rare; it is
    // exceeded by no more than rounding.
    let largest = values.map(abs).max() ?? 0
    if example.bound.isFinite {
      #expect(largest <= example.bound * (1 + 1e-7) && largest > 0.9 * example.bound)
    } else {
      #expect(largest > 2.5 * example.variance.squareRoot())
    }
  }

  @Test("zeros and constants need no random numbers")
  func constants() {
    var stream = RandomStream(seed: 1)
    #expect(Initializer.zero.values(shape: [2, 2], using: &stream) == [0, 0, 0, 0])
    #expect(Initializer.constant(-1.5).values(shape: [3], using: &stream) == [-1.5, -1.5, -1.5])
    #expect(Initializer.zero.values(shape: [], using: &stream) == [0])
    #expect(stream.position == 0)
  }

  // Entries are rounded to 6 · 10⁻⁸ of at most 1; a scalar product of two unit vectors is then wrong by less
  // than 1.2 · 10⁻⁷ · gain².
  @Test(
    "orthogonal matrices are orthogonal, tall, wide, square and of filters",
    arguments: [[12, 12], [30, 7], [7, 30], [2, 3, 4, 10], [1, 2, 3, 10], [5, 1], [9], [1]])
  func orthogonality(shape: [Int]) {
    for gain in [1, 1.5] {
      let values = Self.draw(.orthogonal(gain: gain), shape)
      let columns = shape.last ?? 1
      let rows = values.count / columns
      // The Gram matrix of the rows or of the columns, whichever are fewer.
      let vectors =
        rows <= columns
        ? (0..<rows).map { row in (0..<columns).map { values[row * columns + $0] } }
        : (0..<columns).map { column in (0..<rows).map { values[$0 * columns + column] } }
      for (index, one) in vectors.enumerated() {
        for (other, two) in vectors.enumerated() {
          let product = zip(one, two).reduce(0) { $0 + $1.0 * $1.1 }
          #expect(abs(product - (index == other ? gain * gain : 0)) < 1e-6)
        }
      }
    }
  }

  // Entries of a uniform orthogonal n × n matrix have mean 0 and variance 1/n, and its trace mean 0 and
  // variance 1. Without the condition on diag R, Householder's reflections would make the trace lean to one
  // side. 400 traces: five deviations of their mean are 0.25; the mean of their squares, with deviation √2,
  // has five of 0.35.
  @Test("orthogonal matrices are uniform as far as their traces tell")
  func uniformity() {
    var traces: [Double] = []
    var stream = RandomStream(seed: 11)
    for _ in 0..<400 {
      let values = Initializer.orthogonal(gain: 1).values(shape: [4, 4], using: &stream)
      traces.append((0..<4).reduce(0) { $0 + Double(values[$1 * 5]) })
    }
    #expect(abs(traces.reduce(0, +) / 400) < 0.25)
    #expect(abs(traces.reduce(0) { $0 + $1 * $1 } / 400 - 1) < 0.36)
  }

  @Test("every member of an ensemble is drawn on its own")
  func members() {
    var stream = RandomStream(seed: 4)
    let values = Initializer.orthogonal(gain: 1).ofEachMember.values(shape: [3, 4, 2], using: &stream)
    var again = RandomStream(seed: 4)
    let separately = (0..<3).flatMap { _ in
      Initializer.orthogonal(gain: 1).values(shape: [4, 2], using: &again)
    }
    #expect(values == separately)
    #expect(values[..<8] != values[8..<16])
  }

  @Test("fans need two axes, bounds and deviations are not negative, scales positive")
  func mistakes() async {
    await #expect(processExitsWith: .failure) { _ = InitializerTests.draw(.heNormal, [4]) }
    await #expect(processExitsWith: .failure) {
      _ = InitializerTests.draw(Initializer.heNormal.ofEachMember, [4, 4])
    }
    await #expect(processExitsWith: .failure) { _ = InitializerTests.draw(.uniform(bound: -1), [4]) }
    await #expect(processExitsWith: .failure) { _ = InitializerTests.draw(.normal(deviation: -1), [4]) }
    await #expect(processExitsWith: .failure) {
      _ = InitializerTests.draw(.scaled(0, by: .mean, drawing: .uniform), [4, 4])
    }
    await #expect(processExitsWith: .failure) { _ = InitializerTests.draw(.orthogonal(gain: 1), []) }
    await #expect(processExitsWith: .failure) { _ = InitializerTests.draw(.zero, [4, 0]) }
  }
}
