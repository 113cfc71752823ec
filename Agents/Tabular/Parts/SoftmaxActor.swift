import Assay
import Foundation

/// An actor that keeps a preference for each state and action: π(a|s) ∝ exp θ(s, a).
public struct SoftmaxActor: Actor {
  public typealias Latent = Int
  public typealias Action = Int

  public let name: PartName
  public let objective: Objective
  /// θ, `[S, A]`.
  public let preferences: BlockHandle
  let shape: TableShape

  public init(
    name: PartName = "actor", objective: Objective, preferences: BlockHandle, shape: TableShape
  ) {
    self.name = name
    self.objective = objective
    self.preferences = preferences
    self.shape = shape
  }

  public func distributions(at latents: [Int], reading parameters: ParameterStore) -> [ActionProbabilities] {
    latents.map { ActionProbabilities(probabilities: probabilities(in: $0, reading: parameters)) }
  }

  public func action(at latent: Int, reading parameters: ParameterStore, using random: inout RandomStream)
    -> Int
  {
    let largest = shape.largest(of: preferences, in: latent, reading: parameters)
    let first = latent * shape.actionCount
    // Gumbel-free inverse sampling in two passes: no array is allocated on the way of every step.
    var total: Float = 0
    for action in 0..<shape.actionCount where shape.isAvailable(action, in: latent) {
      total += exp(parameters[preferences, first + action] - largest)
    }
    var remaining = Float(random.unit()) * total
    var last = 0
    for action in 0..<shape.actionCount where shape.isAvailable(action, in: latent) {
      remaining -= exp(parameters[preferences, first + action] - largest)
      last = action
      if remaining < 0 { break }
    }
    return last
  }

  public func exploratoryAction(at latent: Int, using random: inout RandomStream) -> Int {
    shape.randomAction(in: latent, using: &random)
  }

  /// π(·|s), `[A]`.
  func probabilities(in state: Int, reading parameters: ParameterStore) -> [Double] {
    let largest = Double(shape.largest(of: preferences, in: state, reading: parameters))
    var weights = (0..<shape.actionCount).map { action in
      shape.isAvailable(action, in: state)
        ? exp(Double(parameters[preferences, state * shape.actionCount + action]) - largest) : 0
    }
    let total = weights.reduce(0, +)
    for action in weights.indices { weights[action] /= total }
    return weights
  }
}
