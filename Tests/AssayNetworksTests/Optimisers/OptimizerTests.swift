import Foundation
import Testing

@testable import Assay
@testable import AssayNetworks

/// What PyTorch's optimisers do; `make-optimisers.py` writes it.
struct OptimizerReference: Decodable {
  let rate: Double
  let keptSteps: [Int]
  /// The numbers of each block.
  let parameters: [[Float]]
  /// At each step, the numbers of each block.
  let gradients: [[[Float]]]
  /// For each case, at each kept step, the numbers of each block.
  let cases: [String: [[[Double]]]]

  static func read() throws -> OptimizerReference {
    let file = try #require(
      Bundle.module.url(forResource: "optimisers", withExtension: "json", subdirectory: "Resources")
        ?? Bundle.module.url(forResource: "optimisers", withExtension: "json"))
    return try JSONDecoder().decode(OptimizerReference.self, from: Data(contentsOf: file))
  }
}

/// Two blocks, of 12 + 5 numbers and of 7, and a workspace for their gradients.
struct TwoBlocks {
  var store = ParameterStore()
  let handles: [BlockHandle]
  /// The second block's gradient of `loss` begins at 48, the first block's at 16.
  var workspace = [Float](repeating: 0, count: 128)

  init(
    numbers: [[Float]] = [Array(repeating: 1, count: 17), Array(repeating: 1, count: 7)],
    writers: [[String]] = [["loss"], ["loss"]]
  ) {
    handles = [
      store.allocate(
        "first", owner: "critic", role: .critic, tensors: [("weight", [3, 4]), ("bias", [5])],
        values: numbers[0], updateRule: "any", writers: writers[0]),
      store.allocate(
        "second", owner: "actor", role: .actor, tensors: [("weight", [7])], values: numbers[1],
        updateRule: "any", writers: writers[1]),
    ]
  }

  func edges(_ loss: String = "loss") -> [GradientEdge] {
    [
      GradientEdge(block: handles[0], loss: loss, offset: 16),
      GradientEdge(block: handles[1], loss: loss, offset: 48),
    ]
  }

  /// The numbers of a block's tensors without padding.
  func values(_ block: Int) -> [Float] {
    store.block(handles[block]).tensors.flatMap {
      store.values(of: ParameterTensor($0, of: handles[block]))
    }
  }

  /// Puts a block's gradient, given without padding, into the workspace.
  mutating func set(_ gradient: [Float], of block: Int, at offset: Int? = nil) {
    let start = offset ?? [16, 48][block]
    var first = 0
    for tensor in store.block(handles[block]).tensors {
      for index in 0..<tensor.count { workspace[start + tensor.offset + index] = gradient[first + index] }
      first += tensor.count
    }
  }

  mutating func step(_ optimizer: inout Optimizer, _ edges: [GradientEdge]) {
    workspace.withUnsafeBufferPointer { optimizer.step(&store, edges: edges, workspace: $0.baseAddress!) }
  }
}

@Suite("Optimisers")
struct OptimizerTests {
  /// An optimiser of both blocks following one loss.
  static func make(
    _ rule: UpdateRule = .adam(), rate: Schedule = 0.01, clipping: Optimizer.Clipping = .none,
    of blocks: [BlockHandle]? = nil, following losses: [String] = ["loss"], in two: inout TwoBlocks
  ) -> Optimizer {
    Optimizer(
      rule, rate: rate, clipping: clipping, of: blocks ?? two.handles, following: losses, usesReward: true,
      in: &two.store)
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let rule: UpdateRule
    var clipping = Optimizer.Clipping.none
    var rate: Schedule = 0.01

    var testDescription: String { name }
  }

  static let cases: [Case] = [
    Case(name: "gradient descent", rule: .gradientDescent()),
    Case(name: "momentum", rule: .gradientDescent(momentum: 0.9)),
    Case(name: "nesterov", rule: .gradientDescent(momentum: 0.8, nesterov: true, decay: 0.1)),
    Case(name: "decay", rule: .gradientDescent(decay: 0.1)),
    Case(name: "adam", rule: .adam()),
    Case(name: "adam, other numbers", rule: .adam(betaOne: 0.5, betaTwo: 0.95, epsilon: 0.001)),
    Case(name: "adamW", rule: .adamW(decay: 0.1)),
    Case(name: "rmsProp", rule: .rmsProp()),
    Case(name: "rmsProp, decay", rule: .rmsProp(smoothing: 0.9, epsilon: 0.01, decay: 0.1)),
    Case(name: "global clipping", rule: .adam(), clipping: .globalNorm(1)),
    Case(name: "block clipping", rule: .gradientDescent(momentum: 0.9), clipping: .blockNorm(1)),
    Case(name: "linear schedule", rule: .adam(), rate: .linear(from: 0.01, to: 0, over: 20)),
  ]

  // Parameters of size 0.5 are rounded to 3 · 10⁻⁸ in each of 30 steps, which is 9 · 10⁻⁷ if every error
  // points the same way.
  @Test("thirty steps end where PyTorch's do, to 10⁻⁶", arguments: cases)
  func trajectories(example: Case) throws {
    let reference = try OptimizerReference.read()
    let expected = try #require(reference.cases[example.name])
    var two = TwoBlocks(numbers: reference.parameters)
    var optimizer = Self.make(example.rule, rate: example.rate, clipping: example.clipping, in: &two)
    var compared = 0
    for (index, gradient) in reference.gradients.enumerated() {
      for block in 0..<2 { two.set(gradient[block], of: block) }
      two.step(&optimizer, two.edges())
      guard let kept = reference.keptSteps.firstIndex(of: index + 1) else { continue }
      for block in 0..<2 {
        for (value, wanted) in zip(two.values(block), expected[kept][block]) {
          #expect(abs(Double(value) - wanted) < 1e-6, "step \(index + 1), block \(block)")
          compared += 1
        }
      }
    }
    #expect(compared == 4 * 24 && optimizer.steps == 30)
    // Padding stays zero, in the block and in what the optimiser keeps.
    #expect(two.store.values(of: two.handles[0]).filter { $0 == 0 }.count == 32 - 17)
    #expect(optimizer.state.blocks[0].firstMoment.filter { $0 != 0 }.count <= 17)
  }

  @Test("every case of the reference is tested")
  func completeness() throws {
    let reference = try OptimizerReference.read()
    #expect(Set(Self.cases.map(\.name)) == Set(reference.cases.keys))
  }

  @Test("the ledger knows who wrote, why, how often and how far")
  func ledger() {
    var two = TwoBlocks()
    var optimizer = Self.make(.gradientDescent(), rate: .linear(from: 0.5, to: 0, over: 2), in: &two)
    two.set((0..<17).map { Float($0) - 8 }, of: 0)
    two.set([3, 0, 0, 0, 0, 0, 4], of: 1)
    #expect(optimizer.lastGradientNorm == nil)
    two.store.step = 4
    two.step(&optimizer, two.edges())
    two.store.step = 5
    two.step(&optimizer, two.edges())
    // Σ g² = 2 (1 + 4 + … + 64) = 408 and 25; rates 0.5 and 0.25. All of it is exact in Float32.
    let expected: [Ledger.Entry] = [
      .init(
        block: 0, writer: "loss", cause: .learning, usesReward: true, firstStep: 4, lastStep: 5, count: 2,
        squaredNorm: 408 * 0.3125, refused: 0),
      .init(
        block: 1, writer: "loss", cause: .learning, usesReward: true, firstStep: 4, lastStep: 5, count: 2,
        squaredNorm: 25 * 0.3125, refused: 0),
    ]
    #expect(two.store.ledger.entries == expected)
    #expect(two.values(1) == [-1.25, 1, 1, 1, 1, 1, -2])
    #expect(optimizer.lastGradientNorm == 433.0.squareRoot())
    #expect(two.store.ledger.shares.isEmpty)
  }

  @Test("a frozen block keeps its numbers and moments, counts in no norm, and goes on when thawed")
  func freezing() {
    var two = TwoBlocks()
    var optimizer = Self.make(.adam(), rate: 0.125, clipping: .globalNorm(5), in: &two)
    two.set(Array(repeating: 100, count: 17), of: 0)
    two.set([3, 0, 0, 0, 0, 0, 4], of: 1)
    two.store.freeze(two.handles[0])
    for _ in 0..<3 { two.step(&optimizer, two.edges()) }
    #expect(two.values(0) == Array(repeating: 1, count: 17))
    #expect(optimizer.state.blocks[0].steps == 0 && optimizer.state.blocks[1].steps == 3)
    #expect(optimizer.state.blocks[0].firstMoment.allSatisfy { $0 == 0 })
    #expect(two.store.ledger.entries.map(\.refused) == [3, 0])
    #expect(two.store.ledger.entries.map(\.count) == [0, 3])
    #expect(optimizer.lastGradientNorm == 5)
    two.store.thaw(two.handles[0])
    two.step(&optimizer, two.edges())
    // Adam's first step is the rate, whatever the gradient: ε / |g| is below 10⁻⁶ even after clipping.
    #expect(two.values(0).allSatisfy { abs($0 - 0.875) < 1e-6 })
    #expect(optimizer.state.blocks[0].steps == 1 && optimizer.steps == 4)
  }

  @Test("a block that no loss reached is left as it is")
  func unreached() {
    var two = TwoBlocks()
    var optimizer = Self.make(.adamW(decay: 0.5), in: &two)
    two.set([1, 1, 1, 1, 1, 1, 1], of: 1)
    two.step(&optimizer, [two.edges()[1]])
    #expect(two.values(0) == Array(repeating: 1, count: 17) && two.values(1)[0] < 1)
    #expect(two.store.ledger.entries.map(\.block) == [1])
    #expect(optimizer.state.blocks.map(\.steps) == [0, 1])
  }

  @Test("gradients for other optimisers are passed over")
  func others() {
    var two = TwoBlocks(writers: [["loss", "other"], ["loss"]])
    var optimizer = Self.make(.gradientDescent(), rate: 1, of: [two.handles[0]], in: &two)
    two.set(Array(repeating: 1, count: 17), of: 0)
    two.set(Array(repeating: 1, count: 7), of: 1)
    two.step(&optimizer, two.edges() + [GradientEdge(block: two.handles[0], loss: "other", offset: 64)])
    #expect(two.values(0) == Array(repeating: 0, count: 17))
    #expect(two.values(1) == Array(repeating: 1, count: 7))
    #expect(two.store.ledger.entries.map(\.writer) == ["loss"])
  }

  @Test("programs can take turns")
  func programs() {
    var two = TwoBlocks()
    var optimizer = Self.make(.gradientDescent(), rate: 1, in: &two)
    two.set(Array(repeating: 1, count: 17), of: 0)
    two.set(Array(repeating: 2, count: 7), of: 1)
    let edges = two.edges()
    for _ in 0..<3 {
      two.step(&optimizer, [edges[0]])
      two.step(&optimizer, [edges[1]])
    }
    #expect(two.values(0) == Array(repeating: 1 - 3, count: 17))
    #expect(two.values(1) == Array(repeating: 1 - 6, count: 7))
  }

  // MARK: Shared blocks

  @Test(
    "two or three losses change a shared block along their sum, and have their shares", arguments: [2, 3])
  func shared(count: Int) {
    let losses = Array(["policy", "value", "model"][..<count])
    var two = TwoBlocks(writers: [["model", "policy", "value"], ["value"]])
    var optimizer = Self.make(.gradientDescent(), rate: 1, following: losses, in: &two)
    var random = RandomStream(seed: 5)
    var norms = [Double](repeating: 0, count: count)
    var cosines = norms
    var expected = [Double](repeating: 1, count: 17)
    let edges =
      losses.enumerated().map { GradientEdge(block: two.handles[0], loss: $1, offset: 16 + 32 * $0) }
    for _ in 0..<4 {
      let gradients = losses.map { _ in (0..<17).map { _ in Float(random.normal()) } }
      for (index, gradient) in gradients.enumerated() { two.set(gradient, of: 0, at: 16 + 32 * index) }
      two.step(&optimizer, edges)
      let sum = (0..<17).map { number in gradients.reduce(0) { $0 + Double($1[number]) } }
      let sumNorm = sum.reduce(0) { $0 + $1 * $1 }.squareRoot()
      for (index, gradient) in gradients.enumerated() {
        let norm = gradient.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
        norms[index] += norm * norm
        cosines[index] += zip(gradient, sum).reduce(0) { $0 + Double($1.0) * $1.1 } / (norm * sumNorm)
      }
      for number in 0..<17 { expected[number] -= sum[number] }
      #expect(abs((optimizer.lastGradientNorm ?? 0) - sumNorm) < 1e-5)
    }
    // A dozen Float32 sums of numbers below 10: 12 · 10 · 6 · 10⁻⁸.
    for (value, wanted) in zip(two.values(0), expected) { #expect(abs(Double(value) - wanted) < 1e-5) }
    let shares = two.store.ledger.shares
    #expect(shares.map(\.writer) == losses && shares.allSatisfy { $0.block == 0 && $0.count == 4 })
    for (index, share) in shares.enumerated() {
      #expect(abs(share.squaredNorm - norms[index]) < 1e-5 * norms[index])
      #expect(abs(share.meanCosine - cosines[index] / 4) < 1e-5)
    }
    #expect(
      two.store.ledger.entries.map(\.writer) == [losses.joined(separator: " + ")]
        && two.store.ledger.entries[0].count == 4)
  }

  @Test("a loss alone in a step has the whole share, one without gradient none, and opposite ones cancel")
  func extremeShares() {
    var two = TwoBlocks(writers: [["policy", "value"], ["value"]])
    var optimizer = Self.make(.gradientDescent(), rate: 1, following: ["policy", "value"], in: &two)
    let edges = ["policy", "value"].enumerated().map {
      GradientEdge(block: two.handles[0], loss: $1, offset: 16 + 32 * $0)
    }
    two.set(Array(repeating: 2, count: 17), of: 0, at: 16)
    two.step(&optimizer, [edges[0]])
    #expect(
      two.store.ledger.shares[0] == .init(block: 0, writer: "policy", count: 1, squaredNorm: 68, cosineSum: 1)
    )
    #expect(two.store.ledger.shares[1].count == 0)
    two.step(&optimizer, edges)
    #expect(two.store.ledger.shares[0].cosineSum == 2)
    #expect(
      two.store.ledger.shares[1] == .init(block: 0, writer: "value", count: 1, squaredNorm: 0, cosineSum: 0))
    two.set(Array(repeating: -2, count: 17), of: 0, at: 48)
    two.step(&optimizer, edges)
    #expect(two.store.ledger.shares.map(\.count) == [3, 2])
    #expect(two.store.ledger.shares.map(\.cosineSum) == [2, 0])
    #expect(two.values(0) == Array(repeating: -3, count: 17))
    // A frozen block notes no shares: nothing was written.
    two.store.freeze(two.handles[0])
    two.step(&optimizer, edges)
    #expect(two.store.ledger.shares.map(\.count) == [3, 2])
  }

  // MARK: Numbers that are not finite

  @Test(
    "a gradient that is not finite shows in exactly the numbers it belongs to, and in the ledger",
    arguments: cases, [Float.nan, .infinity, -.infinity])
  func nonFinite(example: Case, value: Float) {
    var two = TwoBlocks()
    var optimizer = Self.make(example.rule, clipping: example.clipping, in: &two)
    two.set(Array(repeating: 1, count: 17), of: 0)
    two.set(Array(repeating: 1, count: 7), of: 1)
    two.store.step = 1
    two.step(&optimizer, two.edges())
    #expect(two.store.isFinite)
    two.set([1, 1, 1, value, 1, value, 1], of: 1)
    two.store.step = 2
    two.step(&optimizer, two.edges())
    #expect(two.store.ledger.firstNonFinite == .init(block: 1, index: 3, step: 2, writer: "loss"))
    #expect(two.values(0).allSatisfy { $0.isFinite })
    #expect(two.values(1).map(\.isFinite) == [true, true, true, false, true, false, true])
  }

  @Test("a gradient that is not finite is not clipped, which would reach the numbers beside it")
  func nonFiniteClipping() {
    for clipping in [Optimizer.Clipping.globalNorm(1), .blockNorm(1)] {
      for value in [Float.nan, .infinity] {
        var two = TwoBlocks()
        var optimizer = Self.make(.gradientDescent(), rate: 0.5, clipping: clipping, in: &two)
        two.set([1, 1, value, 1, 1, 1, 1], of: 1)
        two.step(&optimizer, two.edges())
        #expect(two.values(1)[0] == 0.5 && two.values(1)[6] == 0.5 && !two.values(1)[2].isFinite)
        #expect(optimizer.lastGradientNorm?.isFinite == false)
      }
    }
  }

  @Test(
    "a gradient whose square is too large for the moments counts as not finite, unless it is clipped",
    arguments: [UpdateRule.adam(), .adamW(), .rmsProp()])
  func overflow(rule: UpdateRule) {
    for clipping in [Optimizer.Clipping.none, .globalNorm(1)] {
      var two = TwoBlocks()
      var optimizer = Self.make(rule, clipping: clipping, in: &two)
      two.set([1, 1, 1, 1e25, 1, 1, 1], of: 1)
      two.step(&optimizer, two.edges())
      #expect(two.store.ledger.firstNonFinite?.index == (clipping == .none ? 3 : nil))
      #expect(two.values(1).filter { !$0.isFinite }.count == (clipping == .none ? 1 : 0))
    }
    // Large, but not that large.
    var two = TwoBlocks()
    var optimizer = Self.make(rule, in: &two)
    two.set(Array(repeating: 1e19, count: 7), of: 1)
    two.step(&optimizer, two.edges())
    #expect(two.store.isFinite)
  }

  // MARK: State

  @Test("an optimiser goes on from a kept state, bit for bit", arguments: cases)
  func state(example: Case) throws {
    var random = RandomStream(seed: 8)
    let gradients = (0..<8).map { _ in (0..<24).map { _ in Float(random.normal()) } }
    func steps(
      _ range: Range<Int>, _ two: inout TwoBlocks, _ optimizer: inout Optimizer
    ) {
      for index in range {
        two.set(Array(gradients[index][..<17]), of: 0)
        two.set(Array(gradients[index][17...]), of: 1)
        // The first block is reached only every other time.
        two.step(&optimizer, index % 2 == 0 ? two.edges() : [two.edges()[1]])
      }
    }
    var two = TwoBlocks()
    var optimizer = Self.make(example.rule, rate: example.rate, clipping: example.clipping, in: &two)
    steps(0..<5, &two, &optimizer)
    let data = try JSONEncoder().encode(optimizer.state)
    var other = two
    var second = Self.make(example.rule, rate: example.rate, clipping: example.clipping, in: &other)
    try second.restore(JSONDecoder().decode(OptimizerState.self, from: data))
    #expect(second.state == optimizer.state && second.state.blocks.map(\.steps) == [3, 5])
    steps(5..<8, &two, &optimizer)
    steps(5..<8, &other, &second)
    for block in 0..<2 {
      #expect(two.store.digest(of: two.handles[block]) == other.store.digest(of: other.handles[block]))
    }
    #expect(second.state == optimizer.state && second.steps == 8)
  }

  @Test("a state of another optimiser is refused, and says why")
  func wrongState() {
    var two = TwoBlocks()
    var optimizer = Self.make(.adam(), in: &two)
    let state = optimizer.state
    func field(_ change: (inout OptimizerState) -> Void) -> String? {
      var other = state
      change(&other)
      do {
        try optimizer.restore(other)
        return nil
      } catch { return error.field }
    }
    #expect(field { _ in } == nil)
    #expect(field { $0.steps = -1 } == "steps")
    #expect(field { $0.blocks.removeLast() } == "blocks")
    #expect(field { $0.blocks[0].block = "third" } == "blocks")
    #expect(field { $0.blocks[1].steps = 1 } == "second.steps")
    #expect(field { $0.blocks[0].firstMoment = [] } == "first.firstMoment")
    #expect(field { $0.blocks[1].secondMoment.append(0) } == "second.secondMoment")
  }

  // MARK: Programmers' mistakes

  @Test("losses that are not declared, named twice or of no block are refused")
  func wrongLosses() async {
    await #expect(processExitsWith: .failure) {
      var two = TwoBlocks()
      _ = OptimizerTests.make(following: ["other"], in: &two)
    }
    await #expect(processExitsWith: .failure) {
      var two = TwoBlocks()
      _ = OptimizerTests.make(following: ["loss", "other"], in: &two)
    }
    await #expect(processExitsWith: .failure) {
      var two = TwoBlocks()
      _ = OptimizerTests.make(following: ["loss", "loss"], in: &two)
    }
    await #expect(processExitsWith: .failure) {
      var two = TwoBlocks(writers: [["loss"], ["other"]])
      _ = OptimizerTests.make(following: ["loss"], in: &two)
    }
    await #expect(processExitsWith: .failure) {
      var two = TwoBlocks()
      _ = OptimizerTests.make(of: [], in: &two)
    }
    await #expect(processExitsWith: .failure) {
      var two = TwoBlocks()
      _ = OptimizerTests.make(of: [two.handles[0], two.handles[0]], in: &two)
    }
  }

  @Test("an undeclared loss must not reach a block, and a gradient comes once, for blocks of the optimiser")
  func wrongEdges() async {
    await #expect(processExitsWith: .failure) {
      var two = TwoBlocks()
      var optimizer = OptimizerTests.make(in: &two)
      two.step(&optimizer, two.edges() + [GradientEdge(block: two.handles[0], loss: "other", offset: 0)])
    }
    await #expect(processExitsWith: .failure) {
      var two = TwoBlocks()
      var optimizer = OptimizerTests.make(in: &two)
      two.step(&optimizer, two.edges() + two.edges())
    }
    await #expect(processExitsWith: .failure) {
      var two = TwoBlocks()
      var optimizer = OptimizerTests.make(of: [two.handles[0]], in: &two)
      two.step(&optimizer, [two.edges()[1]])
    }
  }

  @Test("rates, bounds and the numbers of rules have their ranges")
  func wrongNumbers() async {
    await #expect(processExitsWith: .failure) {
      var two = TwoBlocks()
      var optimizer = OptimizerTests.make(rate: -1, in: &two)
      two.step(&optimizer, two.edges())
    }
    await #expect(processExitsWith: .failure) {
      var two = TwoBlocks()
      _ = OptimizerTests.make(clipping: .blockNorm(0), in: &two)
    }
    await #expect(processExitsWith: .failure) {
      var two = TwoBlocks()
      _ = OptimizerTests.make(.adam(betaTwo: 1), in: &two)
    }
    await #expect(processExitsWith: .failure) {
      var two = TwoBlocks()
      _ = OptimizerTests.make(.gradientDescent(nesterov: true), in: &two)
    }
    await #expect(processExitsWith: .failure) {
      var two = TwoBlocks()
      _ = OptimizerTests.make(.rmsProp(decay: -1), in: &two)
    }
  }
}
