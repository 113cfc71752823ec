import Assay
import CKernels

/// Changes blocks of parameters along the gradients of losses.
///
/// An optimiser holds the permits to write its blocks, and the moments its ``UpdateRule`` keeps. A block that
/// several of its losses reach is changed once a step along the sum of their gradients; the ledger then names
/// them all as the writer, and says what share of the gradient each had (`Ledger.shares`). A block that no
/// loss reached in a step is left as it is, moments included, and so is a frozen one: its gradient counts in
/// no norm, and the write is noted as turned away.
///
/// A gradient that is not finite is never hidden. It is applied as it is, unclipped, so that exactly the
/// numbers it belongs to stop being finite; the ledger names the first of them, with the losses and the step,
/// and a run ends there. A gradient so large that its square is not finite in Float32 counts as not finite
/// where the rule needs the square.
public struct Optimizer: ~Copyable, Sendable {
  /// What keeps gradients from being too long.
  public enum Clipping: Sendable, Hashable {
    /// Nothing.
    case none
    /// All gradients of a step are multiplied by min(1, bound / (‖g‖ + 10⁻⁶)), ‖g‖ being the norm over all
    /// blocks together.
    ///
    /// - SeeAlso: Pascanu, Mikolov & Bengio (2013), *On the difficulty of training recurrent neural
    ///   networks*.
    case globalNorm(Double)
    /// The same for each block by its own norm.
    case blockNorm(Double)
  }

  /// How gradients become changes.
  public let rule: UpdateRule
  /// The learning rate at each step.
  public var rate: Schedule
  /// What keeps gradients from being too long.
  public var clipping: Clipping
  /// How many steps were taken.
  public private(set) var steps = 0
  /// ‖g‖ of the last step over all blocks it wrote, before clipping; `nil` before the first step.
  public private(set) var lastGradientNorm: Double?

  private var slots: [Slot]
  private let firstMoments: AlignedNumbers
  private let secondMoments: AlignedNumbers
  /// Room for the gradients of blocks that several losses reach, laid out like the moments.
  private let sums: AlignedNumbers
  /// Room for what the gradient of such a block is without one of three or more losses.
  private let remainder: AlignedNumbers
  /// How the edges of each program met so far belong to the blocks.
  private var plans: [Plan] = []

  /// Makes an optimiser of some blocks.
  ///
  /// - Parameters:
  ///   - rule: how gradients become changes.
  ///   - rate: the learning rate, finite and not negative at each step.
  ///   - clipping: what keeps gradients from being too long; a bound is positive.
  ///   - blocks: what it changes: at least one block, none twice.
  ///   - losses: whose gradients it follows, none twice. Every block must declare at least one of them as a
  ///     writer, and every loss must be declared by at least one block.
  ///   - usesReward: whether the losses depend on rewards, for the ledger.
  ///   - store: where the blocks lie.
  public init(
    _ rule: UpdateRule, rate: Schedule, clipping: Clipping = .none, of blocks: [BlockHandle],
    following losses: [String], usesReward: Bool, in store: inout ParameterStore
  ) {
    rule.check()
    switch clipping {
    case .none: break
    case .globalNorm(let bound), .blockNorm(let bound):
      precondition(bound > 0, "the bound of gradients must be positive, but is \(bound)")
    }
    precondition(!blocks.isEmpty, "an optimiser must have at least one block")
    precondition(
      Set(losses).count == losses.count, "every loss must be named once, but they are \(losses)")
    var made: [Slot] = []
    var end = 0
    for handle in blocks {
      let block = store.block(handle)
      precondition(!made.contains { $0.block == handle }, "block \(block.name) is named twice")
      let writers = losses.filter(block.writers.contains)
      precondition(
        !writers.isEmpty, "none of \(losses) is a declared writer of \(block.name), only \(block.writers) are"
      )
      let permit = PermitBox(store.permit(writers, toWrite: handle, usesReward: usesReward))
      made.append(Slot(block: handle, name: block.name, losses: writers, permit: permit, offset: end))
      end = BlockTensor.aligned(end + handle.count)
    }
    for loss in losses {
      precondition(
        made.contains { $0.losses.contains(loss) }, "\(loss) is no declared writer of any of the blocks")
    }
    let shared = made.filter { $0.losses.count > 1 }
    // Everything is made before the first property is set: where the initialiser of a noncopyable struct uses
    // some properties before all are set, Swift 6.3.1 destroys the others first when it optimises.
    self.rule = rule
    self.rate = rate
    self.clipping = clipping
    slots = made
    firstMoments = AlignedNumbers(count: rule.keepsFirstMoment ? end : 0)
    secondMoments = AlignedNumbers(count: rule.keepsSecondMoment ? end : 0)
    sums = AlignedNumbers(count: shared.isEmpty ? 0 : end)
    remainder = AlignedNumbers(
      count: shared.filter { $0.losses.count > 2 }.map(\.block.count).max() ?? 0)
  }

  // MARK: Stepping

  /// Changes every block that a loss reached, once.
  ///
  /// Edges to blocks of other optimisers, and of losses that only others follow, are passed over.
  ///
  /// - Parameters:
  ///   - store: where the blocks lie.
  ///   - edges: where the gradients lie in the workspace. At least one is for this optimiser, none comes
  ///     twice, and the losses of all of them are declared writers of its blocks.
  ///   - workspace: the workspace of the program that was run.
  package mutating func step(
    _ store: inout ParameterStore, edges: [GradientEdge], workspace: UnsafePointer<Float>
  ) {
    let plan = plan(for: edges, in: store)
    let rate = rate.value(at: steps)
    precondition(rate >= 0 && rate.isFinite, "rate must be finite and not negative, but is \(rate)")
    var squaredNorm = 0.0
    for slot in slots.indices {
      let parts = plans[plan].parts[slot]
      guard !parts.isEmpty, !store.isFrozen(slots[slot].block) else { continue }
      slots[slot].squaredNorm = measure(slot: slot, plan: plan, parts: parts, workspace: workspace)
      squaredNorm += slots[slot].squaredNorm
    }
    for slot in slots.indices where !plans[plan].parts[slot].isEmpty {
      apply(slot: slot, plan: plan, squaredNorm: squaredNorm, rate: rate, workspace: workspace, to: &store)
    }
    steps += 1
    lastGradientNorm = squaredNorm.squareRoot()
  }

  /// Sums the gradients of a block where there are several, and measures them.
  ///
  /// - Returns: ‖g‖² of the block.
  private mutating func measure(
    slot: Int, plan: Int, parts: Range<Int>, workspace: UnsafePointer<Float>
  ) -> Double {
    let count = Int64(slots[slot].block.count)
    let first = workspace + plans[plan].contributions[parts.lowerBound].offset
    guard slots[slot].losses.count > 1 else { return assay_squared_norm(count, first) }
    for part in parts {
      let gradient = workspace + plans[plan].contributions[part].offset
      plans[plan].contributions[part].squaredNorm = assay_squared_norm(count, gradient)
    }
    guard parts.count > 1 else {
      let squaredNorm = plans[plan].contributions[parts.lowerBound].squaredNorm
      plans[plan].contributions[parts.lowerBound].noteCosine(total: squaredNorm, rest: 0)
      return squaredNorm
    }
    let sum = sums.base + slots[slot].offset
    assay_add_scaled(count, 1, first, workspace + plans[plan].contributions[parts.lowerBound + 1].offset, sum)
    for part in parts.dropFirst(2) {
      assay_add_scaled(count, 1, workspace + plans[plan].contributions[part].offset, sum, sum)
    }
    let total = assay_squared_norm(count, sum)
    for part in parts {
      let rest: Double
      if parts.count == 2 {
        // The rest of two is the other one.
        rest = plans[plan].contributions[parts.lowerBound + parts.upperBound - 1 - part].squaredNorm
      } else {
        assay_add_scaled(
          count, -1, workspace + plans[plan].contributions[part].offset, sum, remainder.base)
        rest = assay_squared_norm(count, remainder.base)
      }
      plans[plan].contributions[part].noteCosine(total: total, rest: rest)
    }
    return total
  }

  /// Writes one block.
  private mutating func apply(
    slot: Int, plan: Int, squaredNorm: Double, rate: Double, workspace: UnsafePointer<Float>,
    to store: inout ParameterStore
  ) {
    let parts = plans[plan].parts[slot]
    let block = slots[slot].block
    let scale: Double
    switch clipping {
    case .none: scale = 1
    case .globalNorm(let bound): scale = Self.scale(squaredNorm: squaredNorm, bound: bound)
    case .blockNorm(let bound): scale = Self.scale(squaredNorm: slots[slot].squaredNorm, bound: bound)
    }
    let (rule, offset) = (rule, slots[slot].offset)
    let secondMoment = rule.keepsSecondMoment ? secondMoments.base + offset : secondMoments.base
    let pass = UpdateRule.Pass(
      count: block.count,
      gradient: parts.count == 1
        ? workspace + plans[plan].contributions[parts.lowerBound].offset : UnsafePointer(sums.base + offset),
      scale: Float(scale), rate: rate, step: slots[slot].steps + 1,
      firstMoment: rule.keepsFirstMoment ? firstMoments.base + offset : firstMoments.base,
      secondMoment: secondMoment)
    let mayOverflow =
      rule.keepsSecondMoment
      && !(scale * scale * slots[slot].squaredNorm < Double(Float.greatestFiniteMagnitude))
    let isWritten = store.update(with: slots[slot].permit.permit) { numbers in
      numbers.withUnsafeMutableBufferPointer { numbers in
        guard let base = numbers.baseAddress else { return 0 }
        let squaredChange = rule.apply(pass, to: base)
        guard mayOverflow else { return squaredChange }
        // A second moment that is infinite would hold its parameter still for ever, and nobody would know.
        let index = Int(assay_first_not_finite(Int64(pass.count), secondMoment))
        guard index >= 0 else { return squaredChange }
        base[index] = .nan
        return .nan
      }
    }
    guard isWritten else { return }
    slots[slot].steps += 1
    guard slots[slot].losses.count > 1 else { return }
    for part in parts {
      let contribution = plans[plan].contributions[part]
      store.noteShare(
        of: contribution.writer, squaredNorm: contribution.squaredNorm, cosine: contribution.cosine,
        with: slots[slot].permit.permit)
    }
  }

  /// What gradients are multiplied by: PyTorch's formula; 1 where the norm is not finite.
  private static func scale(squaredNorm: Double, bound: Double) -> Double {
    squaredNorm.isFinite ? min(1, bound / (squaredNorm.squareRoot() + 1e-6)) : 1
  }

  // MARK: Edges

  /// The index of the plan for edges; made when they come for the first time.
  private mutating func plan(for edges: [GradientEdge], in store: borrowing ParameterStore) -> Int {
    // A program hands over the same array every time, whose comparison with itself takes no time.
    for index in plans.indices where plans[index].edges == edges { return index }
    var contributions: [Contribution] = []
    var parts: [Range<Int>] = []
    for slot in slots {
      let first = contributions.count
      for edge in edges where edge.block.index == slot.block.index {
        let block = store.block(slot.block)
        precondition(
          edge.block == slot.block, "the gradient of \(edge.loss) is for another block than \(block.name)")
        precondition(
          block.writers.contains(edge.loss),
          "\(edge.loss) is no declared writer of \(block.name), only \(block.writers) are")
        guard let writer = slot.losses.firstIndex(of: edge.loss) else { continue }
        precondition(
          !contributions[first...].contains { $0.writer == writer },
          "there are two gradients of \(edge.loss) for \(block.name)")
        contributions.append(Contribution(writer: writer, offset: edge.offset))
      }
      parts.append(first..<contributions.count)
    }
    precondition(
      !contributions.isEmpty,
      "none of the gradients is for a block of this optimiser, which are \(slots.map(\.name))")
    plans.append(Plan(edges: edges, parts: parts, contributions: contributions))
    return plans.count - 1
  }

  // MARK: State

  /// What a checkpoint keeps of the optimiser: an optimiser of the same rule and blocks goes on from it bit
  /// for bit.
  public var state: OptimizerState {
    OptimizerState(
      steps: steps,
      blocks: slots.map { slot in
        let range = slot.offset..<slot.offset + slot.block.count
        return .init(
          block: slot.name, steps: slot.steps,
          firstMoment: rule.keepsFirstMoment ? firstMoments.values(in: range) : [],
          secondMoment: rule.keepsSecondMoment ? secondMoments.values(in: range) : [])
      })
  }

  /// Takes up a state that was kept.
  ///
  /// - Parameter state: of an optimiser of the same rule and blocks, in the same order.
  /// - Throws: `DataError` where it is of another; then nothing changes.
  public mutating func restore(_ state: OptimizerState) throws(DataError) {
    guard state.steps >= 0 else {
      throw DataError(field: "steps", value: "\(state.steps)", allowed: "an integer of at least 0")
    }
    guard state.blocks.map(\.block) == slots.map(\.name) else {
      throw DataError(field: "blocks", value: "\(state.blocks.map(\.block))", allowed: "\(slots.map(\.name))")
    }
    for (slot, kept) in zip(slots, state.blocks) {
      guard kept.steps >= 0, kept.steps <= state.steps else {
        throw DataError(
          field: "\(slot.name).steps", value: "\(kept.steps)", allowed: "an integer from 0 to \(state.steps)")
      }
      for (name, values, isKept) in [
        ("firstMoment", kept.firstMoment, rule.keepsFirstMoment),
        ("secondMoment", kept.secondMoment, rule.keepsSecondMoment),
      ] {
        let count = isKept ? slot.block.count : 0
        guard values.count == count else {
          throw DataError(
            field: "\(slot.name).\(name)", value: "\(values.count) numbers", allowed: "\(count) numbers")
        }
      }
    }
    steps = state.steps
    for index in slots.indices {
      slots[index].steps = state.blocks[index].steps
      firstMoments.set(state.blocks[index].firstMoment, at: rule.keepsFirstMoment ? slots[index].offset : 0)
      secondMoments.set(
        state.blocks[index].secondMoment, at: rule.keepsSecondMoment ? slots[index].offset : 0)
    }
  }

  // MARK: Parts

  /// A block and what is kept of it.
  private struct Slot: Sendable {
    let block: BlockHandle
    let name: String
    /// Its writers, in the order of the permit.
    let losses: [String]
    let permit: PermitBox
    /// Where its moments begin.
    let offset: Int
    /// How many times it was written.
    var steps = 0
    /// ‖g‖² of the last step.
    var squaredNorm = 0.0
  }

  /// Lets an array hold what cannot be copied. No reference to it leaves the optimiser, which cannot be
  /// copied.
  private final class PermitBox: Sendable {
    let permit: WritePermit

    init(_ permit: consuming WritePermit) { self.permit = permit }
  }

  /// One loss's part in the gradient of a block.
  private struct Contribution: Sendable {
    /// Which of the permit's writers.
    let writer: Int
    /// Where its gradient begins in the workspace.
    let offset: Int
    var squaredNorm = 0.0
    var cosine = 0.0

    /// Notes the cosine between this gradient g and the sum s of all, given ‖s‖² and ‖s − g‖²:
    ///
    ///     2 g·s = ‖g‖² + ‖s‖² − ‖s − g‖²
    mutating func noteCosine(total: Double, rest: Double) {
      let norms = squaredNorm.squareRoot() * total.squareRoot()
      let product = (squaredNorm + total - rest) / 2
      cosine = norms > 0 && norms.isFinite && product.isFinite ? min(1, max(-1, product / norms)) : 0
    }
  }

  /// How the edges of a program belong to the blocks.
  private struct Plan: Sendable {
    let edges: [GradientEdge]
    /// For each block, which of the contributions are to it.
    let parts: [Range<Int>]
    var contributions: [Contribution]
  }
}

/// What a checkpoint keeps of an ``Optimizer``.
public struct OptimizerState: Sendable, Hashable, Codable {
  /// How many steps it took.
  public var steps: Int
  /// What it keeps of each block, in its order.
  public var blocks: [BlockState]

  public init(steps: Int, blocks: [BlockState]) {
    self.steps = steps
    self.blocks = blocks
  }

  /// What an optimiser keeps of a block.
  public struct BlockState: Sendable, Hashable, Codable {
    /// The block's name.
    public var block: String
    /// How many times the optimiser wrote it.
    public var steps: Int
    /// Running means of its gradients, laid out like the block; or the velocities of momentum. Empty where
    /// the rule keeps none.
    public var firstMoment: [Float]
    /// Running means of their squares. Empty where the rule keeps none.
    public var secondMoment: [Float]

    public init(block: String, steps: Int, firstMoment: [Float], secondMoment: [Float]) {
      self.block = block
      self.steps = steps
      self.firstMoment = firstMoment
      self.secondMoment = secondMoment
    }
  }
}
