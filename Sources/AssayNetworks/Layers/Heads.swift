import Assay

/// Action values as the sum of a state's value and each action's advantage.
///
///     Q(s, a) = V(s) + A(s, a) − mean over a′ of A(s, a′)
///
/// - SeeAlso: Wang et al. (2016), *Dueling network architectures*, eq. 9.
public struct DuelingHead: Layer, Sendable, Hashable {
  public typealias Input = Matrix
  public typealias Output = Matrix

  /// V.
  public let value: Linear
  /// A.
  public let advantages: Linear

  /// Adds the two layers' parameters to a block.
  public init(
    _ inputs: Int, actions: Int, named name: String, in builder: inout BlockBuilder,
    weight: Initializer = .leCunNormal
  ) {
    (value, advantages) = builder.scoped(name) { builder in
      (
        Linear(inputs, 1, named: "value", in: &builder, weight: weight),
        Linear(inputs, actions, named: "advantages", in: &builder, weight: weight)
      )
    }
  }

  /// - Parameter x: `[batch, inputs]`.
  /// - Returns: `[batch, actions]`.
  public func callAsFunction(_ x: Matrix) -> Matrix {
    let advantage = advantages(x)
    return value(x) + (advantage - advantage.mean(alongAxis: 1).expanded(at: 1))
  }
}

/// A distribution over a grid of values, for each of a number of actions (or one, for a state's value).
///
/// - SeeAlso: Bellemare, Dabney & Munos (2017), *A distributional perspective on reinforcement learning*.
public struct DistributionalHead: Layer, Sendable, Hashable {
  public typealias Input = Matrix
  public typealias Output = ValueDistribution<Rank3>

  /// The logits of all actions' points.
  public let logits: Linear
  /// How many actions.
  public let actions: Int
  /// The grid.
  public let support: ValueSupport

  /// Adds the layer's parameters to a block.
  public init(
    _ inputs: Int, actions: Int = 1, support: ValueSupport, named name: String,
    in builder: inout BlockBuilder,
    weight: Initializer = .leCunNormal
  ) {
    precondition(actions > 0, "a head needs at least one action, but has \(actions)")
    self.actions = actions
    self.support = support
    logits = Linear(inputs, actions * support.count, named: name, in: &builder, weight: weight)
  }

  /// - Parameter x: `[batch, inputs]`.
  /// - Returns: for each action a distribution, of logits `[batch, actions, points]`.
  public func callAsFunction(_ x: Matrix) -> ValueDistribution<Rank3> {
    ValueDistribution(logits: logits(x).reshaped(to: [x.shape[0], actions, support.count]), support: support)
  }
}
