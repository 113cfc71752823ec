import Testing

@testable import Assay

@Suite("prioritised sampling")
struct PrioritizedSamplerTests {
  private func makeSampler(_ errors: [Double], capacity: Int = 8, exponent: Double) -> PrioritizedSampler {
    // So small an ε does not show.
    var sampler = PrioritizedSampler(capacity: capacity, exponent: exponent, leastPriority: 1e-12)
    for (row, error) in errors.enumerated() {
      sampler.insert(row)
      sampler.update(row, error: error)
    }
    return sampler
  }

  @Test("probabilities are in proportion to a power of the error")
  func probabilities() {
    let linear = makeSampler([1, -3, 4], exponent: 1)
    let root = makeSampler([1, -3, 4], exponent: 0.5)
    let flat = makeSampler([1, -3, 4], exponent: 0)
    // 1 + √3 + 2 = 4.732051
    for (row, expected) in [(0.125, 0.211325), (0.375, 0.366025), (0.5, 0.422650)].enumerated() {
      #expect(abs(linear.probability(of: row) - expected.0) < 1e-9)
      #expect(abs(root.probability(of: row) - expected.1) < 1e-6)
      #expect(flat.probability(of: row) == 1.0 / 3)
    }
  }

  @Test("weights make up for probabilities, as far as β says, the largest being 1")
  func weights() {
    let sampler = makeSampler([1, 3], capacity: 2, exponent: 1)
    var random = RandomStream(seed: 1)
    var rows = [Int](repeating: 0, count: 8)
    var weights = [Float](repeating: 0, count: 8)
    // Of eight equal parts of 4, two are of row 0 and six are of row 1.
    for (correction, expected): (Double, Float) in [(1, 1 / 3), (0.5, 0.577_350_3), (0, 1)] {
      sampler.draw(into: &rows, weights: &weights, correction: correction, using: &random)
      #expect(rows == [0, 0, 1, 1, 1, 1, 1, 1])
      for (row, weight) in zip(rows, weights) { #expect(abs(weight - (row == 0 ? 1 : expected)) < 1e-6) }
    }
  }

  @Test("rows are drawn as often as their probabilities say")
  func frequencies() {
    let sampler = makeSampler([1, 2, 3, 0, 4], exponent: 1)
    var random = RandomStream(seed: 2)
    var counts = [Double](repeating: 0, count: 5)
    var (row, weight) = ([0], [Float(0)])
    for _ in 0..<5000 {
      sampler.draw(into: &row, weights: &weight, correction: 1, using: &random)
      counts[row[0]] += 1
    }
    #expect(counts[3] == 0)
    let statistic = zip(counts, [500, 1000, 1500, .infinity, 2000]).reduce(0) {
      $1.1 == .infinity ? $0 : $0 + ($1.0 - $1.1) * ($1.0 - $1.1) / $1.1
    }
    // χ² of 3 degrees of freedom exceeds this once in a million.
    #expect(statistic < 30.7)
  }

  @Test("of equals, each is drawn once in as many draws")
  func equals() {
    let sampler = makeSampler([2, 2, 2, 2], exponent: 0.7)
    var random = RandomStream(seed: 3)
    var rows = [Int](repeating: 0, count: 4)
    var weights = [Float](repeating: 0, count: 4)
    for _ in 0..<20 {
      sampler.draw(into: &rows, weights: &weights, correction: 0.4, using: &random)
      #expect(rows == [0, 1, 2, 3] && weights == [1, 1, 1, 1])
    }
  }

  @Test("a new row, or a new one in an old one's place, has the largest priority so far")
  func newcomers() {
    var sampler = makeSampler([1, 5, 2], exponent: 1)
    // The largest stays the largest, though no row has it any more.
    sampler.update(1, error: 2)
    sampler.insert(3)
    #expect(abs(sampler.probability(of: 3) - 0.5) < 1e-9)
    sampler.insert(0)
    // 5, 2, 2, 5
    #expect(abs(sampler.probability(of: 0) - 5.0 / 14) < 1e-9)
    #expect(sampler.count == 4)
  }

  @Test("sums stay what they are sums of, however often rows change")
  func sums() {
    var random = RandomStream(seed: 4)
    var errors = [Double](repeating: 1, count: 37)
    var sampler = makeSampler(errors, capacity: 37, exponent: 1)
    for _ in 0..<2000 {
      let row = random.integer(below: 37)
      errors[row] = random.exponential()
      sampler.update(row, error: errors[row])
    }
    let total = errors.reduce(0, +)
    for row in 0..<37 { #expect(abs(sampler.probability(of: row) - errors[row] / total) < 1e-12) }
  }

  @Test("a sampler out of an archive draws and grows as the one that went in")
  func archives() throws {
    var first = makeSampler([1, 5, 2, 3, 0.5], capacity: 11, exponent: 0.6)
    first.update(1, error: 1)
    var archive = StateArchive()
    archive.put(first, as: "sampler")
    var second = PrioritizedSampler(capacity: 11, exponent: 0.6, leastPriority: 1e-12)
    try archive.restore(&second, from: "sampler")
    first.insert(5)
    second.insert(5)
    var (one, other) = (RandomStream(seed: 5), RandomStream(seed: 5))
    var (rows, otherRows) = ([Int](repeating: 0, count: 20), [Int](repeating: 0, count: 20))
    var (weights, otherWeights) = ([Float](repeating: 0, count: 20), [Float](repeating: 0, count: 20))
    first.draw(into: &rows, weights: &weights, correction: 0.5, using: &one)
    second.draw(into: &otherRows, weights: &otherWeights, correction: 0.5, using: &other)
    #expect(rows == otherRows && weights == otherWeights && second.count == 6)
    var small = PrioritizedSampler(capacity: 4)
    #expect(throws: DataError.self) { try archive.restore(&small, from: "sampler") }
  }
}
