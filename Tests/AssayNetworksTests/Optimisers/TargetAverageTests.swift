import AssayNetworks
import Testing

@testable import Assay

@Suite("Target averages")
struct TargetAverageTests {
  /// A source of the numbers 1, 2, … 20 and a target of zeros, of two tensors each.
  private static func makeStore() -> (store: ParameterStore, source: BlockHandle, target: BlockHandle) {
    var store = ParameterStore()
    let handles = [("source", "td"), ("target", "target averaging")].map { name, writer in
      store.allocate(
        name, owner: "critic", role: .critic, tensors: [("weight", [5, 3]), ("bias", [5])],
        values: name == "source" ? (1...20).map(Float.init) : nil, updateRule: "any", writers: [writer])
    }
    return (store, handles[0], handles[1])
  }

  @Test("a target comes nearer by the rate, and the ledger says why it moved")
  func averaging() {
    var (store, source, target) = Self.makeStore()
    var average = TargetAverage(.average(rate: 0.25), from: source, to: target, usesReward: true, in: &store)
    #expect(average.target == target)
    store.step = 3
    average.step(&store)
    average.step(&store)
    // 1 − (1 − ¼)² of the way; exact in Float32, as are all steps to it.
    let expected = store.values(of: source).map { $0 * 0.4375 }
    #expect(store.values(of: target).elementsEqual(expected))
    // Σ n² for n ≤ 20 is 2870; the steps are ¼ and 3/16 of the way.
    #expect(
      store.ledger.entries == [
        .init(
          block: 1, writer: "target averaging", cause: .targetAveraging, usesReward: true, firstStep: 3,
          lastStep: 3, count: 2, squaredNorm: 2870 * (0.0625 + 0.035_156_25), refused: 0)
      ])
  }

  @Test("a target can be copied every so many steps, and at once")
  func copying() {
    var (store, source, target) = Self.makeStore()
    var average = TargetAverage(.copy(every: 3), from: source, to: target, usesReward: false, in: &store)
    let permit = store.permit("td", toWrite: source, usesReward: false)
    var copied: [Bool] = []
    for step in 0..<7 {
      store.set(Float(step), at: 0, with: permit)
      average.step(&store)
      copied.append(store.digest(of: source) == store.digest(of: target))
    }
    #expect(copied == [false, false, true, false, false, true, false])
    average.copy(in: &store)
    #expect(store.digest(of: source) == store.digest(of: target))
    #expect(store.ledger.entries.last { $0.block == 1 }?.count == 3)
  }

  @Test("a frozen target stays where it is")
  func freezing() {
    var (store, source, target) = Self.makeStore()
    var average = TargetAverage(.average(rate: 0.5), from: source, to: target, usesReward: true, in: &store)
    store.freeze(target)
    average.step(&store)
    average.copy(in: &store)
    #expect(store.values(of: target).allSatisfy { $0 == 0 } && store.ledger.entries.map(\.refused) == [2])
  }

  @Test("a source that is not finite shows in the ledger")
  func nonFinite() {
    var (store, source, target) = Self.makeStore()
    var average = TargetAverage(.average(rate: 0.5), from: source, to: target, usesReward: true, in: &store)
    let permit = store.permit("td", toWrite: source, usesReward: true)
    store.set(.infinity, at: 17, with: permit)
    average.step(&store)
    #expect(store.values(of: target).map(\.isFinite).firstIndex(of: false) == 17)
    #expect(store.ledger.firstNonFinite?.block == 0)
  }

  @Test("a rate of 1, a period of 0, an undeclared writer and another layout are refused")
  func mistakes() async {
    await #expect(processExitsWith: .failure) {
      var (store, source, target) = Self.makeStore()
      _ = TargetAverage(.average(rate: 1), from: source, to: target, usesReward: true, in: &store)
    }
    await #expect(processExitsWith: .failure) {
      var (store, source, target) = Self.makeStore()
      _ = TargetAverage(.copy(every: 0), from: source, to: target, usesReward: true, in: &store)
    }
    await #expect(processExitsWith: .failure) {
      var (store, source, target) = Self.makeStore()
      _ = TargetAverage(.copy(every: 1), from: target, to: source, usesReward: true, in: &store)
    }
    await #expect(processExitsWith: .failure) {
      var (store, source, _) = Self.makeStore()
      let other = store.allocate(
        "other", owner: "critic", role: .critic, tensors: [("weight", [3, 5]), ("bias", [5])],
        updateRule: "any", writers: ["target averaging"])
      _ = TargetAverage(.copy(every: 1), from: source, to: other, usesReward: true, in: &store)
    }
  }
}
