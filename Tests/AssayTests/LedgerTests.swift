import Testing

@testable import Assay

@Suite("Ledgers")
struct LedgerTests {
  private static func makeStore() -> (store: ParameterStore, one: BlockHandle, other: BlockHandle) {
    var store = ParameterStore()
    let one = store.allocate(
      "one", owner: "critic", role: .critic, shape: [4], updateRule: "any",
      writers: ["learner", "other learner"])
    let other = store.allocate(
      "other", owner: "actor", role: .actor, shape: [2], updateRule: "any", writers: ["learner"])
    return (store, one, other)
  }

  private func entry(
    _ block: Int, _ writer: String, _ cause: Ledger.Cause = .learning, usesReward: Bool = true,
    steps: ClosedRange<Int>, count: Int, squaredNorm: Double, refused: Int = 0
  ) -> Ledger.Entry {
    Ledger.Entry(
      block: block, writer: writer, cause: cause, usesReward: usesReward, firstStep: steps.lowerBound,
      lastStep: steps.upperBound, count: count, squaredNorm: squaredNorm, refused: refused)
  }

  @Test("a store that was never written has an empty ledger")
  func empty() {
    let (store, one, _) = Self.makeStore()
    #expect(store.ledger.entries.isEmpty && store.ledger.digests.isEmpty)
    #expect(store.ledger.lastWrite(ofBlock: one.index) == nil)
  }

  @Test("consecutive writes of a block by one writer are one entry, with their accumulated norm")
  func merging() {
    var (store, one, _) = Self.makeStore()
    let permit = store.permit("learner", toWrite: one, usesReward: true)
    store.step = 10
    store.set(3, at: 0, with: permit)
    store.step = 11
    store.set(1, at: 1, with: permit)
    store.add(2, at: 1, with: permit)
    store.step = 15
    store.set(2, at: 0, with: permit)
    // 3² + 1² + 2² + 1².
    let expected = entry(0, "learner", steps: 10...15, count: 4, squaredNorm: 15)
    #expect(store.ledger.entries == [expected])
    #expect(store.ledger.lastWrite(ofBlock: one.index) == expected)
  }

  @Test("another writer or another cause begins another entry, and so does coming back")
  func boundaries() {
    var (store, one, _) = Self.makeStore()
    let learner = store.permit("learner", toWrite: one, usesReward: true)
    let other = store.permit("other learner", toWrite: one, usesReward: false)
    let intervention = store.interventionPermit("learner", toWrite: one)
    let snapshot = store
    store.step = 1
    store.set(1, at: 0, with: learner)
    store.step = 2
    store.set(2, at: 0, with: other)
    store.step = 3
    store.set(4, at: 0, with: learner)
    store.set(4, at: 1, with: learner)
    store.step = 4
    store.set(7, at: 0, with: intervention)
    store.step = 5
    store.restore(one, from: snapshot, by: "learner")
    store.step = 6
    store.set(1, at: 0, with: learner)
    #expect(
      store.ledger.entries == [
        entry(0, "learner", steps: 1...1, count: 1, squaredNorm: 1),
        entry(0, "other learner", usesReward: false, steps: 2...2, count: 1, squaredNorm: 1),
        entry(0, "learner", steps: 3...3, count: 2, squaredNorm: 4 + 16),
        entry(0, "learner", .intervention, usesReward: false, steps: 4...4, count: 1, squaredNorm: 9),
        entry(0, "learner", .restoration, usesReward: false, steps: 5...5, count: 2, squaredNorm: 49 + 16),
        entry(0, "learner", steps: 6...6, count: 1, squaredNorm: 1),
      ])
    #expect(store.version(of: one) == 8)
  }

  @Test("writes that use rewards and writes that do not are told apart")
  func rewardUse() {
    var (store, one, _) = Self.makeStore()
    let rewarded = store.permit("learner", toWrite: one, usesReward: true)
    let unrewarded = store.permit("learner", toWrite: one, usesReward: false)
    store.set(1, at: 0, with: unrewarded)
    store.set(2, at: 0, with: rewarded)
    #expect(store.ledger.entries.map(\.usesReward) == [false, true])
    #expect(store.ledger.entries.map(\.count) == [1, 1])
  }

  @Test("writes of different blocks do not break up each other's entries")
  func blocks() {
    var (store, one, other) = Self.makeStore()
    let first = store.permit("learner", toWrite: one, usesReward: true)
    let second = store.permit("learner", toWrite: other, usesReward: false)
    for step in 0..<10 {
      store.step = step
      store.add(1, at: 0, with: first)
      store.add(2, at: 1, with: second)
    }
    #expect(
      store.ledger.entries == [
        entry(0, "learner", steps: 0...9, count: 10, squaredNorm: 10),
        entry(1, "learner", usesReward: false, steps: 0...9, count: 10, squaredNorm: 40),
      ])
  }

  @Test("refused writes are counted where they were refused, and change nothing else")
  func refused() {
    var (store, one, _) = Self.makeStore()
    let learner = store.permit("learner", toWrite: one, usesReward: true)
    let other = store.permit("other learner", toWrite: one, usesReward: true)
    store.step = 1
    store.set(2, at: 0, with: learner)
    store.freeze(one)
    store.step = 2
    store.set(3, at: 0, with: learner)
    store.set(4, at: 0, with: learner)
    store.set(5, at: 0, with: other)
    #expect(
      store.ledger.entries == [
        entry(0, "learner", steps: 1...1, count: 1, squaredNorm: 4, refused: 2),
        entry(0, "other learner", steps: 2...2, count: 0, squaredNorm: 0, refused: 1),
      ])
    #expect(store.ledger.lastWrite(ofBlock: 0)?.writer == "learner")
    #expect(store.version(of: one) == 1)
  }

  @Test("entries stand in the order of their first steps")
  func order() {
    var (store, one, other) = Self.makeStore()
    let first = store.permit("learner", toWrite: one, usesReward: true)
    let foreign = store.permit("other learner", toWrite: one, usesReward: true)
    let second = store.permit("learner", toWrite: other, usesReward: true)
    store.step = 1
    store.set(1, at: 0, with: second)
    store.step = 2
    store.set(1, at: 0, with: first)
    store.step = 3
    store.set(2, at: 0, with: foreign)
    store.step = 4
    store.set(2, at: 0, with: second)
    #expect(store.ledger.entries.map(\.firstStep) == [1, 2, 3])
    #expect(store.ledger.entries.map(\.block) == [1, 0, 0])
    #expect(store.ledger.entries.map(\.lastStep) == [4, 2, 3])
  }

  @Test("digests are taken when asked for, of every block")
  func digests() {
    var (store, one, other) = Self.makeStore()
    let permit = store.permit("learner", toWrite: other, usesReward: true)
    store.recordDigests()
    store.step = 5
    store.set(1, at: 0, with: permit)
    store.recordDigests()
    let records = store.ledger.digests
    #expect(records.map(\.step) == [0, 0, 5, 5])
    #expect(records.map(\.block) == [0, 1, 0, 1])
    #expect(records[0].digest == records[2].digest && records[2].digest == store.digest(of: one))
    #expect(records[1].digest != records[3].digest && records[3].digest == store.digest(of: other))
  }
}
