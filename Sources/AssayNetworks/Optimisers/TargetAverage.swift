import Assay
import CKernels

/// Lets a target block follow another of the same layout: a critic's slow copy, say.
///
/// A target does not begin as a copy of what it follows; ``copy(in:)`` makes it one.
public struct TargetAverage: ~Copyable, Sendable {
  /// How the target follows.
  public enum Rule: Sendable, Hashable {
    /// target ← target + rate · (source − target) at each step, with 0 < rate < 1.
    ///
    /// - SeeAlso: Lillicrap et al. (2016), *Continuous control with deep reinforcement learning*, §3.
    case average(rate: Double)
    /// target ← source at steps n, 2n, 3n, …
    ///
    /// - SeeAlso: Mnih et al. (2015), *Human-level control through deep reinforcement learning*, Methods.
    case copy(every: Int)
  }

  /// How the target follows.
  public let rule: Rule
  /// What it follows.
  public let source: BlockHandle
  /// How many steps were taken; set it to go on from a checkpoint.
  public var steps = 0
  private let permit: WritePermit

  /// The block that follows.
  public var target: BlockHandle { permit.block }

  /// Lets one block follow another.
  ///
  /// - Parameters:
  ///   - rule: how the target follows.
  ///   - source: what it follows.
  ///   - target: the block that follows, laid out like the source.
  ///   - writer: one of the target's declared writers.
  ///   - usesReward: whether the source is learned from rewards, for the ledger.
  ///   - store: where both lie.
  public init(
    _ rule: Rule, from source: BlockHandle, to target: BlockHandle, writer: String = "target averaging",
    usesReward: Bool, in store: inout ParameterStore
  ) {
    switch rule {
    case .average(let rate):
      precondition(rate > 0 && rate < 1, "rate must be between 0 and 1, but is \(rate)")
    case .copy(let period): precondition(period > 0, "every must be positive, but is \(period)")
    }
    precondition(source.index != target.index, "a block cannot follow itself")
    store.checkLayout(of: target, equals: source)
    self.rule = rule
    self.source = source
    permit = store.averagingPermit(writer, toWrite: target, usesReward: usesReward)
  }

  /// Copies the source onto the target: how a target usually begins.
  public func copy(in store: inout ParameterStore) { store.copy(from: source, with: permit) }

  /// Takes a step: usually after each step of the source's optimiser.
  public mutating func step(_ store: inout ParameterStore) {
    steps += 1
    switch rule {
    case .average(let rate):
      store.update(with: permit, reading: source) { target, source in
        source.withUnsafeBufferPointer { source in
          target.withUnsafeMutableBufferPointer { target in
            guard let target = target.baseAddress, let first = source.baseAddress else { return 0 }
            return assay_average(Int64(source.count), target, first, Float(rate)).squared_change
          }
        }
      }
    case .copy(let period): if steps % period == 0 { copy(in: &store) }
    }
  }
}
