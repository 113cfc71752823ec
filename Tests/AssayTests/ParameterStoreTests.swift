import Testing

@testable import Assay

@Suite("Parameter stores")
struct ParameterStoreTests {
  /// A store with a block of 2 × 3 numbers, one of 4 and one of 1.
  private static func makeStore() -> (store: ParameterStore, handles: [BlockHandle]) {
    var store = ParameterStore()
    let handles = [
      store.allocate(
        "critic.values", owner: "critic", role: .critic, shape: [2, 3], updateRule: "TD(0)",
        writers: ["critic learner"], initially: 0.5),
      store.allocate(
        "actor.preferences", owner: "actor", role: .actor, shape: [4], updateRule: "policy gradient",
        writers: ["actor learner", "critic learner"]),
      store.allocate(
        "critic.scale", owner: "critic", role: .opaque(3), shape: [1], updateRule: "none",
        writers: ["critic learner"], initially: -1),
    ]
    return (store, handles)
  }

  @Test("blocks lie one after the other at multiples of 64 bytes, and say where")
  func layout() {
    let (store, handles) = Self.makeStore()
    #expect(handles.map(\.index) == [0, 1, 2])
    #expect(handles.map(\.offset) == [0, 16, 32])
    #expect(handles.map(\.count) == [6, 4, 1])
    #expect(store.blocks.map(\.byteOffset) == [0, 64, 128])
    #expect(store.blocks.map(\.byteCount) == [24, 16, 4])
    #expect(store.byteCount == 132)
    #expect(ParameterStore().byteCount == 0 && ParameterStore().blocks.isEmpty)
  }

  @Test("a block is what was said when it was allocated")
  func description() throws {
    let (store, handles) = Self.makeStore()
    let block = store.block(handles[1])
    #expect(block.handle == handles[1])
    #expect(block.name == "actor.preferences" && block.owner == "actor" && block.role == .actor)
    #expect(block.shape == [4] && block.updateRule == "policy gradient")
    #expect(block.writers == ["actor learner", "critic learner"])
    #expect(!block.isFrozen && block.version == 0)
    #expect(store.block(named: "actor.preferences") == block)
    #expect(store.block(named: "actor") == nil)
    #expect(store.blocks(ownedBy: "critic").map(\.name) == ["critic.values", "critic.scale"])
    #expect(store.blocks(ownedBy: "nobody").isEmpty)
    #expect(store.values(of: handles[0]).elementsEqual(repeatElement(0.5, count: 6)))
    #expect(store.values(of: handles[1]).elementsEqual(repeatElement(0, count: 4)))
    #expect(store[handles[2], 0] == -1)
  }

  @Test("writing changes one number, counts, and leaves every other block alone")
  func writing() {
    var (store, handles) = Self.makeStore()
    let permit = store.permit("critic learner", toWrite: handles[0], usesReward: true)
    let before = handles.map { store.digest(of: $0) }
    store.set(7, at: 4, with: permit)
    store.add(0.25, at: 4, with: permit)
    store.add(-1, at: 0, with: permit)
    #expect(Array(store.values(of: handles[0])) == [-0.5, 0.5, 0.5, 0.5, 7.25, 0.5])
    #expect(store[handles[0], 4] == 7.25)
    #expect(store.version(of: handles[0]) == 3 && store.block(handles[0]).version == 3)
    #expect(store.version(of: handles[1]) == 0)
    #expect(store.digest(of: handles[0]) != before[0])
    #expect(handles[1...].map { store.digest(of: $0) } == Array(before[1...]))
  }

  @Test("setting all numbers writes those that change")
  func settingAll() {
    var (store, handles) = Self.makeStore()
    let permit = store.permit("actor learner", toWrite: handles[1], usesReward: false)
    store.setAll([0, 2, 0, 4], with: permit)
    #expect(Array(store.values(of: handles[1])) == [0, 2, 0, 4])
    #expect(store.version(of: handles[1]) == 2)
    store.setAll([0, 2, 0, 4], with: permit)
    #expect(store.version(of: handles[1]) == 2)
    // −0 is another number than 0, bit for bit.
    store.setAll([-0.0, 2, 0, 4], with: permit)
    #expect(store.version(of: handles[1]) == 3)
    #expect(store[handles[1], 0].sign == .minus)
  }

  @Test("a digest changes with any bit, and with the order")
  func digests() {
    var (store, handles) = Self.makeStore()
    let permit = store.interventionPermit("test", toWrite: handles[1])
    store.setAll([1, 2, 3, 4], with: permit)
    let digest = store.digest(of: handles[1])
    var digests: Set<UInt64> = [digest]
    for index in 0..<4 {
      let value = store[handles[1], index]
      for bit in 0..<UInt32(32) {
        store.set(Float(bitPattern: value.bitPattern ^ 1 << bit), at: index, with: permit)
        digests.insert(store.digest(of: handles[1]))
      }
      store.set(value, at: index, with: permit)
      #expect(store.digest(of: handles[1]) == digest)
    }
    #expect(digests.count == 1 + 4 * 32)
    store.setAll([2, 1, 3, 4], with: permit)
    #expect(!digests.contains(store.digest(of: handles[1])))
  }

  @Test("the digest of a block is FNV-1a over its words")
  func digestValue() {
    var (store, handles) = Self.makeStore()
    let permit = store.interventionPermit("test", toWrite: handles[2])
    store.set(1, at: 0, with: permit)
    // (CBF29CE484222325 ⊕ 3F800000) · 100000001B3 mod 2⁶⁴.
    #expect(store.digest(of: handles[2]) == 0x2F63_BDAA_D481_B7DF)
  }

  @Test("a frozen block turns learners away, counts them, and takes an intervention")
  func freezing() {
    var (store, handles) = Self.makeStore()
    let permit = store.permit("critic learner", toWrite: handles[0], usesReward: true)
    store.freeze(handles[0])
    #expect(store.block(handles[0]).isFrozen && !store.block(handles[1]).isFrozen)
    let digest = store.digest(of: handles[0])
    for index in 0..<5 { store.set(9, at: index, with: permit) }
    store.add(1, at: 0, with: permit)
    #expect(store.digest(of: handles[0]) == digest)
    #expect(store.version(of: handles[0]) == 0)
    #expect(store.ledger.entries.map(\.refused) == [6])
    #expect(store.ledger.entries.map(\.count) == [0])

    let intervention = store.interventionPermit("experiment", toWrite: handles[0])
    store.set(3, at: 1, with: intervention)
    #expect(store[handles[0], 1] == 3)
    #expect(store.version(of: handles[0]) == 1 && store.block(handles[0]).isFrozen)

    store.thaw(handles[0])
    store.set(4, at: 2, with: permit)
    #expect(store[handles[0], 2] == 4)
    #expect(store.version(of: handles[0]) == 2 && !store.block(handles[0]).isFrozen)
  }

  @Test("a copy is a snapshot, and a block can be put back to it, even frozen")
  func restoring() {
    var (store, handles) = Self.makeStore()
    let permit = store.permit("critic learner", toWrite: handles[0], usesReward: true)
    store.set(1, at: 0, with: permit)
    let snapshot = store
    store.set(2, at: 0, with: permit)
    store.set(3, at: 5, with: permit)
    #expect(snapshot[handles[0], 0] == 1 && snapshot[handles[0], 5] == 0.5)
    store.freeze(handles[0])
    store.restore(handles[0], from: snapshot, by: "experiment")
    #expect(store.digest(of: handles[0]) == snapshot.digest(of: handles[0]))
    #expect(store.ledger.entries.last?.cause == .restoration)
    #expect(store.ledger.entries.last?.writer == "experiment")
    #expect(store.ledger.entries.last?.count == 2)
    #expect(store.version(of: handles[0]) == 5)
  }

  @Test("the first number that is not finite is remembered, and where, when and by whom it was written")
  func nonFinite() {
    var (store, handles) = Self.makeStore()
    let permit = store.permit("actor learner", toWrite: handles[1], usesReward: true)
    store.step = 41
    store.set(.greatestFiniteMagnitude, at: 0, with: permit)
    #expect(store.isFinite && store.ledger.firstNonFinite == nil)
    store.step = 42
    store.set(.infinity, at: 2, with: permit)
    store.step = 43
    store.set(.nan, at: 3, with: permit)
    store.set(0, at: 2, with: permit)
    #expect(!store.isFinite)
    #expect(store.ledger.firstNonFinite == .init(block: 1, index: 2, step: 42, writer: "actor learner"))
  }

  @Test("a role is a label that can be changed and means nothing to the numbers")
  func renaming() {
    var (store, handles) = Self.makeStore()
    let before = handles.map { store.digest(of: $0) }
    store.rename(handles[0], role: .opaque(8))
    #expect(store.block(handles[0]).role == .opaque(8))
    #expect(store.block(handles[0]).name == "critic.values")
    #expect(handles.map { store.digest(of: $0) } == before)
    #expect(Role.opaque(8).description == "opaque(8)" && Role.worldModel.description == "world model")
  }

  // MARK: Programmers' mistakes

  @Test("an undeclared writer is refused")
  func undeclaredWriter() async {
    await #expect(processExitsWith: .failure) {
      var (store, handles) = Self.makeStore()
      _ = store.permit("actor learner", toWrite: handles[0], usesReward: false)
    }
    await #expect(processExitsWith: .success) {
      var (store, handles) = Self.makeStore()
      _ = store.permit("critic learner", toWrite: handles[0], usesReward: false)
    }
  }

  @Test("an index outside the block is refused, though it lies inside the arena")
  func indexOutside() async {
    await #expect(processExitsWith: .failure) {
      let (store, handles) = Self.makeStore()
      _ = store[handles[0], 6]
    }
    await #expect(processExitsWith: .failure) {
      let (store, handles) = Self.makeStore()
      _ = store[handles[1], -1]
    }
    await #expect(processExitsWith: .failure) {
      var (store, handles) = Self.makeStore()
      let permit = store.permit("critic learner", toWrite: handles[0], usesReward: false)
      store.set(1, at: 6, with: permit)
    }
    await #expect(processExitsWith: .failure) {
      var (store, handles) = Self.makeStore()
      let permit = store.permit("critic learner", toWrite: handles[1], usesReward: false)
      store.add(1, at: -1, with: permit)
    }
  }

  @Test("a block of the same name, without writers, or with an empty axis is refused")
  func wrongBlocks() async {
    await #expect(processExitsWith: .failure) {
      var (store, _) = Self.makeStore()
      _ = store.allocate(
        "critic.values", owner: "x", role: .critic, shape: [1], updateRule: "none", writers: ["x"])
    }
    await #expect(processExitsWith: .failure) {
      var store = ParameterStore()
      _ = store.allocate("x", owner: "x", role: .critic, shape: [1], updateRule: "none", writers: [])
    }
    await #expect(processExitsWith: .failure) {
      var store = ParameterStore()
      _ = store.allocate("x", owner: "x", role: .critic, shape: [2, 0], updateRule: "none", writers: ["x"])
    }
  }

  @Test("as many numbers as the block has are needed to set all")
  func wrongCount() async {
    await #expect(processExitsWith: .failure) {
      var (store, handles) = Self.makeStore()
      let permit = store.permit("critic learner", toWrite: handles[1], usesReward: false)
      store.setAll([1, 2, 3], with: permit)
    }
  }

  @Test("a block is not restored from a store of another shape")
  func wrongSnapshot() async {
    await #expect(processExitsWith: .failure) {
      var (store, handles) = Self.makeStore()
      var other = ParameterStore()
      _ = other.allocate(
        "critic.values", owner: "critic", role: .critic, shape: [3, 2], updateRule: "none", writers: ["x"])
      store.restore(handles[0], from: other, by: "test")
    }
  }
}
