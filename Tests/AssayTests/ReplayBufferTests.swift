import Assay
import Testing

@Suite("Replay buffer")
struct ReplayBufferTests {
  /// One step of `copies` copies, whose rows are numbered from `first`: row n saw (n, −n), did n mod 3, was paid n / 2
  /// and saw (n + ½, 0). Every fourth terminated and every fifth of the others was truncated.
  private func step(_ first: Int, copies: Int) -> BatchStep<[Int]> {
    var (before, after) = (VectorColumn(count: copies, width: 2), VectorColumn(count: copies, width: 2))
    for copy in 0..<copies {
      before[copy] = [Float(first + copy), -Float(first + copy)]
      after[copy] = [Float(first + copy) + 0.5, 0]
    }
    let rows = first..<first + copies
    return BatchStep(
      observations: before, actions: rows.map { $0 % 3 }, rewards: rows.map { Double($0) / 2 },
      nextObservations: after, endings: rows.map(ending))
  }

  private func ending(_ row: Int) -> Ending? {
    row % 4 == 3 ? .terminated : row % 5 == 4 ? .truncated : nil
  }

  private func filled(capacity: Int, steps: Int, copies: Int) -> ReplayBuffer<DiscreteSpace> {
    var buffer = ReplayBuffer(capacity: capacity, observationCount: 2, DiscreteSpace(count: 3))
    for index in 0..<steps { buffer.append(step(index * copies, copies: copies)) }
    return buffer
  }

  @Test(
    "holds the newest rows whole, whatever is forgotten",
    arguments: [(7, 1, 1), (7, 2, 3), (7, 3, 3), (7, 7, 3), (6, 5, 3), (1, 4, 2), (2, 3, 5)])
  func wrapping(capacity: Int, steps: Int, copies: Int) {
    let buffer = filled(capacity: capacity, steps: steps, copies: copies)
    let added = steps * copies
    #expect(buffer.total == added)
    #expect(buffer.count == min(added, capacity))
    var kept: Set<Int> = []
    for row in 0..<buffer.count {
      let number = Int(buffer.observations[row][0])
      kept.insert(number)
      #expect(buffer.observations[row] == [Float(number), -Float(number)])
      #expect(buffer.actions[row] == number % 3)
      #expect(buffer.nextObservations[row] == [Float(number) + 0.5, 0])
      #expect(buffer.endings[row] == ending(number))
      #expect(buffer.reward(of: row) == Double(number) / 2)
    }
    #expect(kept == Set(max(0, added - capacity)..<added))
  }

  @Test(
    "relabelling changes what is read, before and after rows are forgotten, and keeps what the world said")
  func relabelling() {
    var buffer = filled(capacity: 5, steps: 4, copies: 2)
    let original = (0..<5).map(buffer.reward)
    buffer.relabel(RewardLabels(name: "tenfold", rule: .scaled(10)))
    #expect((0..<5).map(buffer.reward) == original.map { 10 * $0 })
    // A random label belongs to the row that was added as number n, as it does in an experience.
    buffer.relabel(RewardLabels(name: "noise", rule: .random(seed: 3)))
    for row in 0..<5 {
      var stream = RandomStream(seed: 3).substream(UInt64(buffer.observations[row][0]))
      #expect(buffer.reward(of: row) == stream.unit())
    }
    #expect(buffer.labels.version == 2)
    buffer.relabel(RewardLabels(name: "original", rule: .original))
    #expect((0..<5).map(buffer.reward) == original)
  }

  @Test("rows are drawn evenly, and any of them again")
  func uniformity() {
    let buffer = filled(capacity: 16, steps: 20, copies: 1)
    var counts = [Int](repeating: 0, count: 16)
    var random = RandomStream(seed: 11)
    var rows = [Int](repeating: 0, count: 64)
    for _ in 0..<250 {
      buffer.draw(into: &rows, using: &random)
      for row in rows { counts[row] += 1 }
    }
    let expected = 16_000.0 / 16
    let distance = counts.reduce(0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
    // χ² with 15 degrees of freedom exceeds 56.5 for one seed in a million, and is below 1.47 for as few.
    #expect(distance < 56.5)
    #expect(distance > 1.47)
  }

  @Test("goes on from an archive as it would have gone on", arguments: [3, 9])
  func archives(steps: Int) throws {
    var buffer = filled(capacity: 7, steps: steps, copies: 2)
    var archive = StateArchive()
    archive.put(buffer, as: "replay")
    var other = ReplayBuffer(capacity: 7, observationCount: 2, DiscreteSpace(count: 3))
    try archive.restore(&other, from: "replay")
    buffer.append(step(100, copies: 2))
    other.append(step(100, copies: 2))
    #expect(buffer.total == other.total)
    #expect(buffer.observations == other.observations)
    #expect(buffer.nextObservations == other.nextObservations)
    #expect(buffer.actions == other.actions)
    #expect(buffer.endings == other.endings)
    #expect((0..<buffer.count).map(buffer.reward) == (0..<other.count).map(other.reward))
  }

  @Test("an archive of a larger buffer is refused by name")
  func refusal() {
    var archive = StateArchive()
    archive.put(filled(capacity: 20, steps: 10, copies: 1), as: "replay")
    var other = ReplayBuffer(capacity: 5, observationCount: 2, DiscreteSpace(count: 3))
    #expect(
      throws: DataError(field: "replay.rewards.shape", value: "[10]", allowed: "[5]")
    ) { try archive.restore(&other, from: "replay") }
  }
}
