import Assay

/// An actor without numbers of its own: it takes the action that a critic's table puts highest, any of
/// equals.
public struct GreedyActor: Actor {
  public typealias Latent = Int
  public typealias Action = Int

  public let name: PartName
  public let objective: Objective
  /// The critic's table, `[S, A]`.
  public let values: BlockHandle
  @usableFromInline let shape: TableShape

  public init(
    name: PartName = "actor", maximising critic: PartName = "critic", values: BlockHandle, shape: TableShape
  ) {
    self.name = name
    objective = Objective(maximising: critic)
    self.values = values
    self.shape = shape
  }

  public func distributions(at latents: [Int], reading parameters: ParameterStore) -> [ActionProbabilities] {
    latents.map { state in
      let best = shape.largest(of: values, in: state, reading: parameters)
      let isBest = (0..<shape.actionCount).map { action in
        shape.isAvailable(action, in: state) && parameters[values, state * shape.actionCount + action] == best
      }
      let share = 1 / Double(isBest.count { $0 })
      return ActionProbabilities(probabilities: isBest.map { $0 ? share : 0 })
    }
  }

  @inlinable
  @inline(__always)
  public func action(at latent: Int, reading parameters: ParameterStore, using random: inout RandomStream)
    -> Int
  {
    let (choice, ties) = parameters.withNumbers(of: values, in: shape.row(of: latent)) { values in
      // Without branches on the values, which nobody can predict; equals are rare.
      var best = -Float.infinity
      var choice = 0
      var ties = 0
      for action in 0..<values.count where shape.isAvailable(action, in: latent) {
        let value = values[action]
        ties &+= value == best ? 1 : 0
        choice = value > best ? action : choice
        best = value > best ? value : best
      }
      return (choice, ties)
    }
    return ties == 0 ? choice : anyOfEquals(at: latent, reading: parameters, using: &random)
  }

  /// The k-th of equals takes the place of the one held with probability 1/k, which makes all equally likely.
  @usableFromInline
  func anyOfEquals(at latent: Int, reading parameters: ParameterStore, using random: inout RandomStream)
    -> Int
  {
    let first = latent &* shape.actionCount
    var best = -Float.infinity
    var choice = 0
    var ties = 0
    for action in 0..<shape.actionCount where shape.isAvailable(action, in: latent) {
      let value = parameters[values, first &+ action]
      if value > best {
        (best, choice, ties) = (value, action, 1)
      } else if value == best {
        ties &+= 1
        if random.integer(below: ties) == 0 { choice = action }
      }
    }
    return choice
  }

  @inlinable
  public func exploratoryAction(at latent: Int, using random: inout RandomStream) -> Int {
    shape.randomAction(in: latent, using: &random)
  }
}

/// An actor that takes every available action equally often, whatever anybody thinks of it.
public struct UniformActor: Actor {
  public typealias Latent = Int
  public typealias Action = Int

  public let name: PartName
  public let objective = Objective(maximising: nil)
  let shape: TableShape

  public init(name: PartName = "actor", shape: TableShape) {
    self.name = name
    self.shape = shape
  }

  public func distributions(at latents: [Int], reading parameters: ParameterStore) -> [ActionProbabilities] {
    latents.map { state in
      let isAvailable = (0..<shape.actionCount).map { shape.isAvailable($0, in: state) }
      let share = 1 / Double(isAvailable.count { $0 })
      return ActionProbabilities(probabilities: isAvailable.map { $0 ? share : 0 })
    }
  }

  public func action(at latent: Int, reading parameters: ParameterStore, using random: inout RandomStream)
    -> Int
  {
    shape.randomAction(in: latent, using: &random)
  }

  public func exploratoryAction(at latent: Int, using random: inout RandomStream) -> Int {
    shape.randomAction(in: latent, using: &random)
  }
}
