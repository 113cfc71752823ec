import Assay
import AssayNetworks

/// An actor without numbers of its own: it takes the action that a critic's network puts highest, the first of equals,
/// and any at all with probability ε where it explores.
public struct GreedyNetworkActor: ColumnActor {
  public typealias Latent = [Float]
  public typealias Action = Int

  public let name: PartName
  public let objective: Objective
  public let actionSpace: DiscreteSpace
  /// How many numbers an observation has.
  public let observationCount: Int
  /// ε in [0, 1], by environment steps.
  public let exploration: Schedule
  private var values: RowProgram

  /// Makes an actor.
  ///
  /// - Parameters:
  ///   - name: what other parts' claims call it.
  ///   - critic: whose network it is.
  ///   - observationCount: how many numbers an observation has.
  ///   - actionSpace: what it chooses from.
  ///   - exploration: ε by environment steps.
  ///   - describe: the critic's network: `[rows, observationCount]` to `[rows, actions]`.
  public init(
    name: PartName = "actor", maximising critic: PartName = "critic", observationCount: Int,
    actionSpace: DiscreteSpace, exploration: Schedule, _ describe: @escaping RowProgram.Description
  ) {
    self.name = name
    objective = Objective(maximising: critic)
    self.observationCount = observationCount
    self.actionSpace = actionSpace
    self.exploration = exploration
    values = RowProgram(inputs: observationCount, describe)
  }

  public mutating func actions(
    at observations: VectorColumn, as conduct: Conduct, reading parameters: borrowing ParameterStore,
    using random: inout RandomStream
  ) -> [Int] {
    var best = values(observations, reading: parameters).indicesOfMaxima
    guard conduct == .exploring else { return best }
    let share = exploration.value(at: parameters.step)
    for row in best.indices where random.unit() < share {
      best[row] = random.integer(below: actionSpace.count)
    }
    return best
  }

  public func distributions(
    at latents: [[Float]], reading parameters: ParameterStore
  ) -> [ActionProbabilities] {
    var values = values
    let best = values(VectorColumn(latents, width: observationCount), reading: parameters).indicesOfMaxima
    return best.map { best in
      ActionProbabilities(probabilities: (0..<actionSpace.count).map { $0 == best ? 1 : 0 })
    }
  }

  public func exploratoryAction(at latent: [Float], using random: inout RandomStream) -> Int {
    random.integer(below: actionSpace.count)
  }
}

extension VectorColumn {
  /// Where each row has its first largest number.
  var indicesOfMaxima: [Int] {
    (0..<count).map { row in
      let first = row * width
      var best = 0
      for index in 1..<max(width, 1) where values[first + index] > values[first + best] { best = index }
      return best
    }
  }
}
