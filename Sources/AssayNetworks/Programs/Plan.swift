import Assay
import CKernels

/// What a traced computation became: kernel calls in order, and where everything lies.
struct Plan: Sendable {
  struct Input: Sendable {
    var name: String
    var offset: Int
    var shape: [Int]
    var isIndex: Bool
    /// Whether anything depends on it.
    var isRead: Bool

    var count: Int { shape.reduce(1, *) }
  }

  struct Output: Sendable {
    var name: String
    var location: Location
    var shape: [Int]
    var isIndex: Bool

    var count: Int { shape.reduce(1, *) }
  }

  struct Draw: Sendable {
    var node: Int
    var noise: Noise
    var offset: Int
    var count: Int
  }

  var calls: [Call] = []
  var inputs: [Input] = []
  var outputs: [Output] = []
  var constants: [(offset: Int, bits: [UInt32])] = []
  var draws: [Draw] = []
  var drawnNodes: Set<Int> { Set(draws.map(\.node)) }
  /// How many floats the workspace has: what is kept, what is reused, and scratch space.
  var workspaceCount = 0
  var scratchOffset = 0
  /// How far into the arena the parameters reach that are read.
  var arenaCount = 0
}

/// How a computation is turned into calls.
struct PlanOptions: Sendable {
  /// Whether element-wise operations are joined into loops, and biases into products.
  var fuses = true
  /// Whether memory is used again once its numbers are no longer needed.
  var reusesMemory = true
}
