import Assay
import Testing

@Suite("Parameter stores in files")
struct ParameterStoreFilesTests {
  /// A store with a block of one tensor and one of two, with padding between.
  private static func makeStore(scale: Float = 1) -> ParameterStore {
    var store = ParameterStore()
    _ = store.allocate(
      "critic.values", owner: "critic", role: .critic, shape: [2, 2], updateRule: "TD(0)", writers: ["td"],
      initially: 0.5 * scale)
    _ = store.allocate(
      "actor", owner: "actor", role: .actor,
      tensors: [("hidden.weight", [3, 1]), ("hidden.bias", [1])],
      values: [1, -2, 3, -0.0].map { $0 * scale },
      updateRule: "policy gradient", writers: ["policy"])
    return store
  }

  private static func failure(_ store: ParameterStore, _ tensors: [StoredTensor]) -> String? {
    var copy = store
    do throws(DataError) {
      try copy.load(tensors, by: "loader")
      return nil
    } catch {
      #expect(copy == store, "nothing is changed by a load that fails")
      return "\(error)"
    }
  }

  @Test("every tensor is stored under its name, without padding")
  func stored() {
    #expect(
      Self.makeStore().storedTensors() == [
        StoredTensor(name: "critic.values", shape: [2, 2], floats: [0.5, 0.5, 0.5, 0.5]),
        StoredTensor(name: "actor.hidden.weight", shape: [3, 1], floats: [1, -2, 3]),
        StoredTensor(name: "actor.hidden.bias", shape: [1], floats: [-0.0]),
      ])
    #expect(ParameterStore().storedTensors().isEmpty)
  }

  @Test("loading sets every bit, as one restoration of each block, frozen or not")
  func loading() throws {
    let source = Self.makeStore(scale: 2)
    var store = Self.makeStore()
    store.step = 9
    store.freeze(store.blocks[0].handle)
    let file = Safetensors(source.storedTensors()).bytes()
    try store.load(Safetensors(bytes: file).tensors, by: "loader")
    for block in store.blocks {
      #expect(store.digest(of: block.handle) == source.digest(of: block.handle))
      #expect(block.version == 1)
    }
    #expect(store.ledger.entries.map(\.cause) == [.restoration, .restoration])
    #expect(store.ledger.entries.allSatisfy { $0.writer == "loader" && $0.firstStep == 9 && !$0.usesReward })
    // Each of four numbers changed by ½; and numbers by 1, −2 and 3.
    #expect(store.ledger.entries.map(\.squaredNorm) == [1, 14])

    // Loading the same again changes nothing, and so is no write.
    let before = store
    try store.load(source.storedTensors(), by: "loader")
    #expect(store == before)
  }

  @Test("other types of element are converted")
  func conversion() throws {
    var store = Self.makeStore()
    var tensors = Array(store.storedTensors().dropFirst())
    tensors.append(
      StoredTensor(name: "critic.values", elementType: .int8, shape: [2, 2], bytes: [1, 2, 3, 0xFF]))
    try store.load(tensors, by: "loader")
    #expect(Array(store.values(of: store.blocks[0].handle)) == [1, 2, 3, -1])
  }

  @Test("tensors that do not fit the store are refused, and change nothing")
  func misfits() {
    let store = Self.makeStore()
    let tensors = Self.makeStore(scale: 3).storedTensors()
    #expect(Self.failure(store, tensors) == nil)
    #expect(
      Self.failure(store, Array(tensors.dropLast()))
        == "actor.hidden.bias is missing; allowed: a tensor of shape [1]")
    #expect(
      Self.failure(store, tensors + [tensors[0].renamed("more")])
        == "more is not known; allowed: the tensors of the store's blocks")
    #expect(
      Self.failure(store, tensors + [tensors[2]])
        == "actor.hidden.bias is there twice; allowed: each name once")
    let flat = StoredTensor(name: "actor.hidden.weight", shape: [3], floats: [1, 2, 3])
    #expect(
      Self.failure(store, [tensors[0], flat, tensors[2]])
        == "actor.hidden.weight.shape is [3]; allowed: [3, 1]")
    let wide = StoredTensor(
      name: "actor.hidden.bias", elementType: .uint32, shape: [1], bytes: [0xFF, 0xFF, 0xFF, 0xFF])
    #expect(
      Self.failure(store, [tensors[0], tensors[1], wide])
        == "actor.hidden.bias[0] is 4294967295; allowed: an integer that Float32 holds exactly")
  }

  @Test("a number that is not finite is noted, as with any write")
  func nonFinite() throws {
    var store = Self.makeStore()
    var tensors = store.storedTensors()
    tensors[2] = StoredTensor(name: "actor.hidden.bias", shape: [1], floats: [.nan])
    try store.load(tensors, by: "loader")
    #expect(!store.isFinite)
    #expect(store.ledger.firstNonFinite?.writer == "loader" && store.ledger.firstNonFinite?.block == 1)
  }

  @Test("blocks whose tensors would have one name are a programmer's mistake")
  func ambiguity() async {
    await #expect(processExitsWith: .failure) {
      var store = ParameterStore()
      _ = store.allocate(
        "a.b", owner: "critic", role: .critic, shape: [1], updateRule: "none", writers: ["td"])
      _ = store.allocate(
        "a", owner: "critic", role: .critic, tensors: [("b", [1])], updateRule: "none", writers: ["td"])
      _ = store.storedTensors()
    }
  }
}
