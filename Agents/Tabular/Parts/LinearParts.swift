import Assay
import Foundation

/// The features of each state that are not zero: sums over them take no longer in a table than a look-up.
struct ActiveFeatures: Sendable {
  /// F, how many features there are.
  let count: Int
  /// ‖φ(s)‖², `[S]`.
  let squaredNorms: [Float]
  private let starts: [Int]
  private let indices: [Int32]
  private let values: [Float]

  init(_ features: StateFeatures) {
    count = features.count
    var starts = [0]
    var indices: [Int32] = []
    var values: [Float] = []
    var squaredNorms: [Float] = []
    for state in 0..<features.stateCount {
      var squaredNorm: Float = 0
      for (index, value) in features.values[features.range(of: state)].enumerated() where value != 0 {
        indices.append(Int32(index))
        values.append(value)
        squaredNorm += value * value
      }
      starts.append(indices.count)
      squaredNorms.append(squaredNorm)
    }
    self.starts = starts
    self.indices = indices
    self.values = values
    self.squaredNorms = squaredNorms
  }

  /// Hands over each feature of a state that is not zero, and its value.
  @inline(__always)
  func forEach(in state: Int, _ body: (_ feature: Int, _ value: Float) -> Void) {
    for position in starts[state]..<starts[state + 1] { body(Int(indices[position]), values[position]) }
  }

  /// wₐ·φ(s) for each action, `[A]`.
  func products(
    with block: BlockHandle, in state: Int, actionCount: Int, reading parameters: ParameterStore
  ) -> [Double] {
    var sums = [Double](repeating: 0, count: actionCount)
    forEach(in: state) { feature, value in
      for action in 0..<actionCount {
        sums[action] += Double(value) * Double(parameters[block, feature * actionCount + action])
      }
    }
    return sums
  }
}

/// A critic whose action values are linear in features of the state: Q̂(s, a) = wₐ·φ(s).
public struct LinearCritic: FeatureCritic {
  public typealias Latent = Int
  public typealias Action = Int

  public let name: PartName
  public var claim: Claim
  public let features: StateFeatures
  /// w, `[F, A]`.
  public let weights: BlockHandle
  let active: ActiveFeatures
  let shape: TableShape

  public func estimates(of latents: [Int], reading parameters: ParameterStore) -> CriticEstimates {
    .actionValues(
      latents.map { state in
        var row = active.products(
          with: weights, in: state, actionCount: shape.actionCount, reading: parameters)
        for action in row.indices where !shape.isAvailable(action, in: state) { row[action] = -.infinity }
        return row
      })
  }
}

/// An actor whose preferences are linear in features of the state: π(a|s) ∝ exp θₐ·φ(s).
public struct LinearSoftmaxActor: Actor {
  public typealias Latent = Int
  public typealias Action = Int

  public let name: PartName
  public let objective: Objective
  /// θ, `[F, A]`.
  public let preferences: BlockHandle
  /// The action it takes whatever its preferences are; `nil` where they decide.
  public let fixedAction: Int?
  let active: ActiveFeatures
  let shape: TableShape

  public func distributions(at latents: [Int], reading parameters: ParameterStore) -> [ActionProbabilities] {
    latents.map { ActionProbabilities(probabilities: probabilities(in: $0, reading: parameters)) }
  }

  public func action(at latent: Int, reading parameters: ParameterStore, using random: inout RandomStream)
    -> Int
  {
    random.index(weights: probabilities(in: latent, reading: parameters))
  }

  public func exploratoryAction(at latent: Int, using random: inout RandomStream) -> Int {
    shape.randomAction(in: latent, using: &random)
  }

  /// ln π(·|s), `[A]`, finite for every available action however unlikely it is; 0 for the others.
  func logarithms(
    of probabilities: [Double], in state: Int, reading parameters: ParameterStore
  ) -> [Double] {
    let products = active.products(
      with: preferences, in: state, actionCount: shape.actionCount, reading: parameters)
    let likeliest = probabilities.indices.max { probabilities[$0] < probabilities[$1] } ?? 0
    let level = log(probabilities[likeliest]) - products[likeliest]
    return products.indices.map { shape.isAvailable($0, in: state) ? products[$0] + level : 0 }
  }

  /// π(·|s), `[A]`.
  func probabilities(in state: Int, reading parameters: ParameterStore) -> [Double] {
    if let fixedAction { return (0..<shape.actionCount).map { $0 == fixedAction ? 1 : 0 } }
    var weights = active.products(
      with: preferences, in: state, actionCount: shape.actionCount, reading: parameters)
    var largest = -Double.infinity
    for action in weights.indices where shape.isAvailable(action, in: state) {
      largest = max(largest, weights[action])
    }
    var total = 0.0
    for action in weights.indices {
      weights[action] = shape.isAvailable(action, in: state) ? exp(weights[action] - largest) : 0
      total += weights[action]
    }
    for action in weights.indices { weights[action] /= total }
    return weights
  }
}

/// Takes the actor at its word, or takes actions with fixed probabilities whatever the actor says.
public struct BehaviourPlanner: Planner {
  public typealias Action = Int

  public var exploration: Double
  /// Probability of each action, `[A]`; empty where the actor decides.
  public let fixedBehaviour: [Double]

  public var needsWorldModel: Bool { false }

  /// Makes a planner.
  ///
  /// - Parameters:
  ///   - exploration: probability of a uniformly random action, in [0, 1].
  ///   - fixedBehaviour: probability of each action, summing to 1; empty for the actor's own. Where it is
  ///     given, nothing that is done is the actor's, so exploration is 1.
  public init(exploration: Double, fixedBehaviour: [Double] = []) {
    precondition(exploration >= 0 && exploration <= 1, "exploration must be in [0, 1], but is \(exploration)")
    precondition(
      fixedBehaviour.isEmpty
        || fixedBehaviour.allSatisfy { $0 >= 0 } && abs(fixedBehaviour.reduce(0, +) - 1) < 1e-9,
      "fixedBehaviour must be probabilities that sum to 1, but is \(fixedBehaviour)")
    self.exploration = fixedBehaviour.isEmpty ? exploration : 1
    self.fixedBehaviour = fixedBehaviour
  }

  public func plan<M: WorldModel, C: Critic, A: Actor>(
    from latent: A.Latent, model: M, critic: C, actor: A, reading parameters: ParameterStore,
    using random: inout RandomStream
  ) -> Plan<Int>
  where M.Latent == A.Latent, C.Latent == A.Latent, M.Action == Int, C.Action == Int, A.Action == Int {
    if !fixedBehaviour.isEmpty {
      return Plan(action: random.index(weights: fixedBehaviour), isExploratory: true)
    }
    if exploration > 0, random.unit() < exploration {
      return Plan(action: actor.exploratoryAction(at: latent, using: &random), isExploratory: true)
    }
    return Plan(action: actor.action(at: latent, reading: parameters, using: &random))
  }
}
