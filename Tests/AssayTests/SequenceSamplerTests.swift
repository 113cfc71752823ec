import Testing

@testable import Assay

@Suite("stretches of experience")
struct SequenceSamplerTests {
  /// Two copies and twelve steps in a ring of 21 rows, with episodes that end after steps 4 and 7.
  private let buffer = makeRing(
    copies: 2, capacity: 21, rewards: (0..<12).map { _ in [0, 0] },
    endings: [8: .terminated, 15: .truncated])

  /// What a stretch shows, and how much of it happened.
  private func shown(_ sequences: Sequences, _ sequence: Int, length: Int) -> [Float] {
    let range = sequence * length..<(sequence + 1) * length
    return zip(sequences.rows[range], sequences.mask[range]).map {
      $1 == 1 ? buffer.observations.values[$0] : -1
    }
  }

  @Test("a stretch is of one copy and one episode, in order; what fills it up is masked")
  func padded() throws {
    var random = RandomStream(seed: 1)
    let sampler = SequenceSampler(length: 4, copies: 2, ends: .padded)
    let drawn = try #require(sampler.draw(200, from: buffer, using: &random))
    var extents: Set<Int> = []
    for sequence in 0..<200 {
      let shown = shown(drawn, sequence, length: 4)
      // Observations of a copy rise by two; 8 and 15 are the last of their episodes, 22 and 23 the newest.
      var expected: [Float] = [shown[0]]
      while expected.count < 4, ![8, 15, 22, 23].contains(expected[expected.count - 1]) {
        expected.append(expected[expected.count - 1] + 2)
      }
      extents.insert(expected.count)
      #expect(shown == expected + [Float](repeating: -1, count: 4 - expected.count))
    }
    #expect(extents == [1, 2, 3, 4])
  }

  @Test(
    "every row is equally likely to be the first of a padded stretch, and every fitting one of a whole one")
  func evenness() throws {
    var random = RandomStream(seed: 2)
    for (ends, rows) in [(SequenceSampler.Ends.padded, 21), (.whole, 9)] {
      let sampler = SequenceSampler(length: 4, copies: 2, ends: ends)
      let drawn = try #require(sampler.draw(rows * 300, from: buffer, using: &random))
      var counts: [Int: Double] = [:]
      for sequence in 0..<rows * 300 { counts[drawn.rows[4 * sequence], default: 0] += 1 }
      #expect(counts.count == rows)
      if ends == .whole { #expect(drawn.mask.allSatisfy { $0 == 1 }) }
      let statistic = counts.values.reduce(0) { $0 + ($1 - 300) * ($1 - 300) / 300 }
      // Whole ones begin with 3, 5, 7, 9, 17, and 10, 12, 14, 16. χ² of 20 and of 8 degrees of freedom exceeds these once in a million.
      #expect(statistic < (rows == 21 ? 65.4 : 42.7))
    }
  }

  @Test("where nothing fits, nothing is drawn")
  func nothing() {
    var random = RandomStream(seed: 3)
    let sampler = SequenceSampler(length: 9, copies: 2, ends: .whole)
    #expect(sampler.draw(3, from: buffer, using: &random) == nil)
    let empty = makeRing(copies: 1, capacity: 4, rewards: [])
    #expect(SequenceSampler(length: 1, copies: 1, ends: .padded).draw(1, from: empty, using: &random) == nil)
  }
}
