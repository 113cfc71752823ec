import Testing

@testable import Assay

/// Statistical tests here fix the seed, and were designed to fail by chance for at most one seed in a
/// million; normal deviates are therefore compared with 4.9 standard errors.
@Suite("Random streams")
struct RandomStreamTests {
  /// Words of counter and key in the order of the published vectors, lowest first.
  struct KnownAnswer: Sendable {
    var counter: [UInt32]
    var key: [UInt32]
    var output: [UInt32]
  }

  /// - SeeAlso: `kat_vectors` of Random123 1.14, the rows of `philox4x32 10`.
  static let knownAnswers = [
    KnownAnswer(
      counter: [0, 0, 0, 0], key: [0, 0], output: [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]),
    KnownAnswer(
      counter: [.max, .max, .max, .max], key: [.max, .max],
      output: [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]),
    KnownAnswer(
      counter: [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344], key: [0xa409_3822, 0x299f_31d0],
      output: [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]),
  ]

  @Test("Philox 4×32-10 gives the answers its authors published", arguments: knownAnswers)
  func philox(_ known: KnownAnswer) {
    func word(_ low: UInt32, _ high: UInt32) -> UInt64 { UInt64(high) << 32 | UInt64(low) }
    let output = RandomStream.philox(
      counterLow: word(known.counter[0], known.counter[1]),
      counterHigh: word(known.counter[2], known.counter[3]),
      key: word(known.key[0], known.key[1]))
    #expect(output.0 == word(known.output[0], known.output[1]))
    #expect(output.1 == word(known.output[2], known.output[3]))
  }

  @Test("a stream starts with the block of counter zero")
  func firstDraws() {
    var stream = RandomStream(seed: 0)
    #expect(stream.next() == 0xe169_c58d_6627_e8d5)
    #expect(stream.next() == 0x9b00_dbd8_bc57_ac4c)
  }

  @Test("the same seed draws the same, another seed does not")
  func seeds() {
    var one = RandomStream(seed: 5)
    var two = RandomStream(seed: 5)
    var three = RandomStream(seed: 6)
    let drawn = (0..<100).map { _ in one.next() }
    #expect(drawn == (0..<100).map { _ in two.next() })
    #expect(Set(drawn).isDisjoint(with: (0..<100).map { _ in three.next() }))
  }

  @Test("a stream stored as key and position goes on where it was", arguments: 0..<7)
  func roundTrip(draws: Int) {
    var stream = RandomStream(seed: 11)
    for _ in 0..<draws { _ = stream.next() }
    #expect(stream.position == UInt64(draws))
    var restored = RandomStream(key: stream.key, position: stream.position)
    #expect(restored == stream)
    #expect(restored.hashValue == stream.hashValue)
    #expect((0..<5).map { _ in restored.next() } == (0..<5).map { _ in stream.next() })
  }

  @Test("streams at different positions are not equal")
  func inequality() {
    var stream = RandomStream(seed: 11)
    let start = stream
    _ = stream.next()
    #expect(stream != start)
    #expect(RandomStream(seed: 12) != start)
  }

  @Test("a substream does not depend on what was drawn from its parent, and leaves it alone")
  func split() {
    var parent = RandomStream(seed: 3)
    let early = parent.substream(9)
    for _ in 0..<10 { _ = parent.next() }
    let position = parent.position
    #expect(parent.substream(9) == early)
    #expect(parent.position == position)
    #expect(parent.substream(10).key != early.key)
    #expect(parent.substream(9).substream(9).key != early.key)
  }

  @Test("substreams are not correlated with each other or with their parent")
  func splitIndependence() {
    let count = 10_000
    func units(_ stream: RandomStream) -> [Double] {
      var stream = stream
      return (0..<count).map { _ in stream.unit() - 0.5 }
    }
    let parent = RandomStream(seed: 21)
    let streams = [units(parent), units(parent.substream(0)), units(parent.substream(1))]
    for (one, two) in [(0, 1), (0, 2), (1, 2)] {
      let product = zip(streams[one], streams[two]).reduce(0) { $0 + $1.0 * $1.1 } / Double(count)
      // The product of two such numbers has variance 1/144.
      #expect(abs(product) < 5.2 / 12 / Double(count).squareRoot(), "streams \(one) and \(two)")
    }
  }

  @Test("unit draws lie in [0, 1), with mean ½ and variance 1/12")
  func unit() {
    var stream = RandomStream(seed: 1)
    let count = 50_000
    let drawn = (0..<count).map { _ in stream.unit() }
    #expect(drawn.allSatisfy { $0 >= 0 && $0 < 1 && $0 == ($0 * 0x1p53).rounded() * 0x1p-53 })
    let mean = drawn.reduce(0, +) / Double(count)
    let variance = drawn.reduce(0) { $0 + ($1 - 0.5) * ($1 - 0.5) } / Double(count)
    #expect(abs(mean - 0.5) < 4.9 * (1.0 / 12 / Double(count)).squareRoot())
    #expect(abs(variance - 1.0 / 12) < 4.9 * (1.0 / 180 / Double(count)).squareRoot())
  }

  /// Bounds with the χ² value that one seed in a million exceeds, for one degree of freedom fewer.
  @Test("integers are uniform", arguments: [(2, 23.93), (3, 27.63), (7, 38.26), (10, 44.81)])
  func integers(bound: Int, critical: Double) {
    var stream = RandomStream(seed: 2)
    let draws = 30_000
    var counts = [Int](repeating: 0, count: bound)
    for _ in 0..<draws { counts[stream.integer(below: bound)] += 1 }
    let expected = Double(draws) / Double(bound)
    let statistic = counts.reduce(0.0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
    #expect(statistic < critical)
  }

  @Test("integers are uniform even where 2⁶⁴ holds the bound only a few times")
  func largeIntegers() {
    // Without rejection, the remainders 0, 1 and 2 would have probabilities 3/8, 3/8 and 2/8.
    let bound = 3 << 61
    var stream = RandomStream(seed: 2)
    let draws = 30_000
    var counts = [0, 0, 0]
    for _ in 0..<draws {
      let drawn = stream.integer(below: bound)
      #expect(drawn >= 0 && drawn < bound)
      counts[drawn % 3] += 1
    }
    let expected = Double(draws) / 3
    let statistic = counts.reduce(0.0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
    #expect(statistic < 27.63)
  }

  @Test("normal draws have the mean, deviation and tails asked for, and take two numbers each")
  func normal() {
    var stream = RandomStream(seed: 4)
    let count = 20_000
    let drawn = (0..<count).map { _ in stream.normal(mean: 3, deviation: 2) }
    #expect(stream.position == UInt64(2 * count))
    let mean = drawn.reduce(0, +) / Double(count)
    let variance = drawn.reduce(0) { $0 + ($1 - 3) * ($1 - 3) } / Double(count)
    #expect(abs(mean - 3) < 4.9 * 2 / Double(count).squareRoot())
    #expect(abs(variance - 4) < 4.9 * 4 * (2 / Double(count)).squareRoot())
    // P(|z| < 1) = 0.682689…
    let share = Double(drawn.count { abs($0 - 3) < 2 }) / Double(count)
    #expect(abs(share - 0.682_689) < 4.9 * (0.682_689 * 0.317_311 / Double(count)).squareRoot())
  }

  @Test("weighted indices are as frequent as their weights, and a weight of zero is never drawn")
  func weights() {
    var stream = RandomStream(seed: 8)
    let draws = 20_000
    var counts = [0, 0, 0, 0]
    for _ in 0..<draws { counts[stream.index(weights: [0, 1, 3, 0])] += 1 }
    #expect(counts[0] == 0 && counts[3] == 0)
    #expect(abs(Double(counts[1]) / Double(draws) - 0.25) < 4.9 * (0.1875 / Double(draws)).squareRoot())
  }

  @Test("the maximum of m draws from U(−e, e) is e(m − 1)/(m + 1) on average", arguments: [1, 2, 4, 10])
  func maximum(count: Int) {
    let bound = 0.5
    let repetitions = 10_000
    var stream = RandomStream(seed: 13)
    var sum = 0.0
    for _ in 0..<repetitions {
      sum += (0..<count).map { _ in bound * (2 * stream.unit() - 1) }.max() ?? 0
    }
    let m = Double(count)
    let variance = 4 * bound * bound * m / ((m + 1) * (m + 1) * (m + 2))
    let error = sum / Double(repetitions) - bound * (m - 1) / (m + 1)
    #expect(abs(error) < 4.9 * (variance / Double(repetitions)).squareRoot())
  }

  @Test("an integer below nothing is a programmer's mistake")
  func emptyRange() async {
    await #expect(processExitsWith: .failure) {
      var stream = RandomStream(seed: 1)
      _ = stream.integer(below: 0)
    }
  }

  @Test("weights without a positive sum are a programmer's mistake")
  func noWeight() async {
    await #expect(processExitsWith: .failure) {
      var stream = RandomStream(seed: 1)
      _ = stream.index(weights: [0, 0])
    }
  }
}
