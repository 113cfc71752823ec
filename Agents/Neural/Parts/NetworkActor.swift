import Assay
import AssayNetworks

/// An actor whose policy is what a network says.
public struct NetworkActor<ActionSpace: PolicySpace>: ColumnActor {
  public typealias Latent = [Float]
  public typealias Action = ActionSpace.Element

  public let name: PartName
  public let objective: Objective
  public let actionSpace: ActionSpace
  /// How many numbers an observation has.
  public let observationCount: Int
  private var outputs: RowProgram

  /// Makes an actor.
  ///
  /// - Parameters:
  ///   - name: what other parts' claims call it.
  ///   - objective: what it says it maximises.
  ///   - observationCount: how many numbers an observation has.
  ///   - actionSpace: what it chooses from.
  ///   - describe: the network: `[rows, observationCount]` to `[rows, actionSpace.outputCount]`.
  public init(
    name: PartName = "actor", objective: Objective, observationCount: Int, actionSpace: ActionSpace,
    _ describe: @escaping RowProgram.Description
  ) {
    self.name = name
    self.objective = objective
    self.observationCount = observationCount
    self.actionSpace = actionSpace
    outputs = RowProgram(inputs: observationCount, describe)
  }

  public mutating func actions(
    at observations: VectorColumn, as conduct: Conduct, reading parameters: borrowing ParameterStore,
    using random: inout RandomStream
  ) -> ActionSpace.Column {
    actionSpace.actions(
      from: outputs(observations, reading: parameters), isGreedy: conduct == .greedy, using: &random)
  }

  public func distributions(
    at latents: [[Float]], reading parameters: ParameterStore
  ) -> [ActionSpace.Distribution] {
    var outputs = outputs
    return actionSpace.distributions(
      from: outputs(VectorColumn(latents, width: observationCount), reading: parameters))
  }

  public func exploratoryAction(at latent: [Float], using random: inout RandomStream) -> Action {
    actionSpace.sample(using: &random)
  }
}
