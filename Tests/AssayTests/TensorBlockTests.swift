import Testing

@testable import Assay

@Suite("Blocks of several tensors")
struct TensorBlockTests {
  /// A store with a block of one number before a trunk of 2 × 3, 17 and no axes, and a block of 4 after it.
  private static func makeStore() -> (store: ParameterStore, trunk: BlockHandle, head: BlockHandle) {
    var store = ParameterStore()
    _ = store.allocate(
      "scale", owner: "critic", role: .critic, shape: [1], updateRule: "none", writers: ["td"], initially: 9)
    let trunk = store.allocate(
      "trunk", owner: "perception", role: .opaque(1),
      tensors: [("hidden.0.weight", [2, 3]), ("hidden.0.bias", [17]), ("gain", [])],
      values: (1...24).map(Float.init), updateRule: "Adam", writers: ["policy", "value"])
    let head = store.allocate(
      "head", owner: "actor", role: .actor, tensors: [("weight", [4])], updateRule: "Adam",
      writers: ["policy", "target"])
    return (store, trunk, head)
  }

  /// What the trunk of `makeStore` holds: its numbers at offsets 0, 16 and 48, zeros between.
  private static let trunkNumbers: [Float] =
    [1, 2, 3, 4, 5, 6] + Array(repeating: 0, count: 10) + (7...23).map(Float.init)
    + Array(repeating: 0, count: 15) + [24] + Array(repeating: 0, count: 15)

  @Test("tensors lie at multiples of 16 numbers, with zeros between and after them")
  func layout() {
    let (store, trunk, head) = Self.makeStore()
    let block = store.block(trunk)
    #expect(trunk.index == 1 && trunk.offset == 16 && trunk.count == 64)
    #expect(head.index == 2 && head.offset == 80 && head.count == 16)
    #expect(block.shape == [64])
    #expect(block.tensors.map(\.name) == ["hidden.0.weight", "hidden.0.bias", "gain"])
    #expect(block.tensors.map(\.shape) == [[2, 3], [17], []])
    #expect(block.tensors.map(\.offset) == [0, 16, 48])
    #expect(block.tensors.map(\.count) == [6, 17, 1])
    #expect(block.tensor(named: "gain") == block.tensors[2] && block.tensor(named: "bias") == nil)
    #expect(Array(store.values(of: trunk)) == Self.trunkNumbers)
    #expect(store.values(of: head).allSatisfy { $0 == 0 })
    #expect(store.byteCount == 96 * 4)
  }

  @Test("a block of one tensor says so")
  func single() {
    let (store, _, _) = Self.makeStore()
    #expect(
      store.blocks[0].tensors == [BlockTensor(name: "", shape: [1], offset: 0, count: 1)])
  }

  @Test("where the next block will lie is known beforehand")
  func reservation() {
    var (store, _, _) = Self.makeStore()
    let expected = store.handleOfNextBlock(count: 32)
    let handle = store.allocate(
      "next", owner: "x", role: .critic, tensors: [("a", [16]), ("b", [2])], updateRule: "none",
      writers: ["x"])
    #expect(handle == expected)
  }

  @Test("a pass over a block is one write, with the norm it says")
  func bulkWrite() {
    var (store, trunk, head) = Self.makeStore()
    let permit = store.permit("value", toWrite: trunk, usesReward: true)
    store.step = 7
    let carriedOut = store.update(with: permit) { numbers in
      #expect(numbers.count == 64)
      numbers[0] += 3
      numbers[48] -= 4
      return 25
    }
    store.step = 9
    store.update(with: permit) { numbers in
      numbers[1] = 4
      return 4
    }
    #expect(carriedOut)
    var expected = Self.trunkNumbers
    (expected[0], expected[1], expected[48]) = (4, 4, 20)
    #expect(Array(store.values(of: trunk)) == expected)
    #expect(store.values(of: head).allSatisfy { $0 == 0 } && store.values(of: store.blocks[0].handle) == [9])
    #expect(
      store.ledger.entries == [
        .init(
          block: 1, writer: "value", cause: .learning, usesReward: true, firstStep: 7, lastStep: 9, count: 2,
          squaredNorm: 29, refused: 0)
      ])
    #expect(store.version(of: trunk) == 2 && store.isFinite)
  }

  @Test("a pass over a frozen block does not begin, and is counted as turned away")
  func frozen() {
    var (store, trunk, head) = Self.makeStore()
    let learner = store.permit("value", toWrite: trunk, usesReward: true)
    let averager = store.averagingPermit("policy", toWrite: trunk, usesReward: true)
    let experiment = store.interventionPermit("experiment", toWrite: trunk)
    store.freeze(trunk)
    #expect(store.isFrozen(trunk) && !store.isFrozen(head))
    let before = store.digest(of: trunk)
    let learned = store.update(with: learner) { _ in
      Issue.record("a frozen block was written")
      return 1
    }
    let averaged = store.update(with: averager, reading: head) { _, _ in
      Issue.record("a frozen block was written")
      return 1
    }
    #expect(!learned && !averaged && store.digest(of: trunk) == before)
    #expect(store.ledger.entries.map(\.refused) == [1, 1] && store.version(of: trunk) == 0)
    let intervened = store.update(with: experiment) { numbers in
      numbers[0] = 2
      return 1
    }
    #expect(intervened && store[trunk, 0] == 2)
  }

  @Test("a pass that leaves a number that is not finite says which, when and by whom", arguments: [1, 63])
  func nonFinite(index: Int) {
    var (store, trunk, _) = Self.makeStore()
    let permit = store.permit(["policy", "value"], toWrite: trunk, usesReward: true)
    store.step = 3
    // The largest finite changes there are: their squares still sum to a finite Double.
    store.update(with: permit) { numbers in
      var squaredNorm = 0.0
      for index in numbers.indices {
        let change = Double(Float.greatestFiniteMagnitude) - Double(numbers[index])
        numbers[index] = .greatestFiniteMagnitude
        squaredNorm += change * change
      }
      return squaredNorm
    }
    #expect(store.isFinite && store.ledger.entries[0].squaredNorm.isFinite)
    store.step = 4
    store.update(with: permit) { numbers in
      let old = numbers[index]
      numbers[index] = index == 1 ? .nan : .infinity
      let change = Double(numbers[index]) - Double(old)
      return change * change
    }
    #expect(
      store.ledger.firstNonFinite == .init(block: 1, index: index, step: 4, writer: "policy + value"))
  }

  @Test("a pass can read another block, and a copy is such a pass")
  func reading() {
    var store = ParameterStore()
    let handles = ["target", "source"].map { name in
      store.allocate(
        name, owner: "critic", role: .critic, tensors: [("weight", [2, 2]), ("bias", [2])],
        values: name == "source" ? [1, 2, 3, 4, 5, 6] : nil, updateRule: "none", writers: ["td"])
    }
    let permit = store.averagingPermit("td", toWrite: handles[0], usesReward: true)
    store.update(with: permit, reading: handles[1]) { target, source in
      target[0] = source[16]
      return 25
    }
    #expect(store[handles[0], 0] == 5)
    store.copy(from: handles[1], with: permit)
    #expect(store.values(of: handles[0]).elementsEqual(store.values(of: handles[1])))
    #expect(store.ledger.entries.map(\.cause) == [.targetAveraging])
    #expect(store.ledger.entries.map(\.count) == [2])
    // 5², then the copy: (1 − 5)² + 2² + 3² + 4² + 5² + 6².
    #expect(store.ledger.entries.map(\.squaredNorm) == [25 + 106])
    #expect(Ledger.Cause.targetAveraging.rawValue == "target averaging")
  }

  @Test("several losses write a shared block under both names, and have their shares")
  func shares() {
    var (store, trunk, head) = Self.makeStore()
    let together = store.permit(["policy", "value"], toWrite: trunk, usesReward: true)
    let alone = store.permit(["policy"], toWrite: head, usesReward: true)
    #expect(
      store.ledger.shares == [.init(block: 1, writer: "policy"), .init(block: 1, writer: "value")])
    #expect(store.ledger.shares[0].meanCosine == 0)
    store.update(with: together) { _ in 0 }
    store.noteShare(of: 0, squaredNorm: 4, cosine: 0.5, with: together)
    store.noteShare(of: 1, squaredNorm: 9, cosine: 1, with: together)
    store.update(with: together) { _ in 0 }
    store.noteShare(of: 1, squaredNorm: 1, cosine: 0.5, with: together)
    store.update(with: alone) { _ in 0 }
    #expect(store.ledger.entries.map(\.writer) == ["policy + value", "policy"])
    #expect(
      store.ledger.shares == [
        .init(block: 1, writer: "policy", count: 1, squaredNorm: 4, cosineSum: 0.5),
        .init(block: 1, writer: "value", count: 2, squaredNorm: 10, cosineSum: 1.5),
      ])
    #expect(store.ledger.shares[1].meanCosine == 0.75)
    // Another permit for the same losses goes on counting.
    let again = store.permit(["value", "policy"], toWrite: trunk, usesReward: true)
    store.noteShare(of: 0, squaredNorm: 1, cosine: 0.75, with: again)
    #expect(store.ledger.shares.map(\.count) == [1, 3])
  }

  @Test("a store is put back to a snapshot, tensors and all")
  func restoring() {
    var (store, trunk, _) = Self.makeStore()
    let permit = store.permit("value", toWrite: trunk, usesReward: true)
    let snapshot = store
    store.update(with: permit) { numbers in
      numbers[5] = 0
      return 36
    }
    #expect(store[trunk, 5] == 0 && snapshot[trunk, 5] == 6)
    store.restore(trunk, from: snapshot, by: "experiment")
    #expect(store.digest(of: trunk) == snapshot.digest(of: trunk))
  }

  // MARK: Programmers' mistakes

  @Test("tensors without names, of one name, without extent, or with too few numbers are refused")
  func wrongTensors() async {
    await #expect(processExitsWith: .failure) {
      var store = ParameterStore()
      _ = store.allocate("x", owner: "x", role: .critic, tensors: [], updateRule: "none", writers: ["x"])
    }
    await #expect(processExitsWith: .failure) {
      var store = ParameterStore()
      _ = store.allocate(
        "x", owner: "x", role: .critic, tensors: [("", [1])], updateRule: "none", writers: ["x"])
    }
    await #expect(processExitsWith: .failure) {
      var store = ParameterStore()
      _ = store.allocate(
        "x", owner: "x", role: .critic, tensors: [("a", [1]), ("a", [2])], updateRule: "none",
        writers: ["x"])
    }
    await #expect(processExitsWith: .failure) {
      var store = ParameterStore()
      _ = store.allocate(
        "x", owner: "x", role: .critic, tensors: [("a", [1]), ("b", [2, 0])], updateRule: "none",
        writers: ["x"])
    }
    await #expect(processExitsWith: .failure) {
      var store = ParameterStore()
      _ = store.allocate(
        "x", owner: "x", role: .critic, tensors: [("a", [1]), ("b", [2])], values: [1, 2],
        updateRule: "none", writers: ["x"])
    }
  }

  @Test("a permit for several needs every one of them declared, none twice, and at least one")
  func wrongWriters() async {
    await #expect(processExitsWith: .failure) {
      var (store, trunk, _) = Self.makeStore()
      _ = store.permit(["policy", "reconstruction"], toWrite: trunk, usesReward: true)
    }
    await #expect(processExitsWith: .failure) {
      var (store, trunk, _) = Self.makeStore()
      _ = store.permit(["policy", "policy"], toWrite: trunk, usesReward: true)
    }
    await #expect(processExitsWith: .failure) {
      var (store, trunk, _) = Self.makeStore()
      _ = store.permit([], toWrite: trunk, usesReward: true)
    }
    await #expect(processExitsWith: .failure) {
      var (store, trunk, _) = Self.makeStore()
      _ = store.averagingPermit("td", toWrite: trunk, usesReward: true)
    }
  }

  @Test("a share is noted only for a writer of a permit for several")
  func wrongShare() async {
    await #expect(processExitsWith: .failure) {
      var (store, trunk, _) = Self.makeStore()
      let permit = store.permit(["policy", "value"], toWrite: trunk, usesReward: true)
      store.noteShare(of: 2, squaredNorm: 1, cosine: 1, with: permit)
    }
    await #expect(processExitsWith: .failure) {
      var (store, trunk, _) = Self.makeStore()
      let permit = store.permit("policy", toWrite: trunk, usesReward: true)
      store.noteShare(of: 0, squaredNorm: 1, cosine: 1, with: permit)
    }
  }

  @Test("a negative norm, a block read into itself, and a copy of another layout are refused")
  func wrongPasses() async {
    await #expect(processExitsWith: .failure) {
      var (store, trunk, _) = Self.makeStore()
      let permit = store.permit("policy", toWrite: trunk, usesReward: true)
      store.update(with: permit) { _ in -1 }
    }
    await #expect(processExitsWith: .failure) {
      var (store, trunk, _) = Self.makeStore()
      let permit = store.permit("policy", toWrite: trunk, usesReward: true)
      store.update(with: permit, reading: trunk) { _, _ in 0 }
    }
    await #expect(processExitsWith: .failure) {
      var (store, trunk, head) = Self.makeStore()
      let permit = store.averagingPermit("policy", toWrite: trunk, usesReward: true)
      store.copy(from: head, with: permit)
    }
  }
}
