import Assay
import AssayNetworks

/// A critic whose Q of every action is what a network says.
public struct ActionValueCritic: Critic {
  public typealias Latent = [Float]
  public typealias Action = Int

  public let name: PartName
  public let claim: Claim
  /// How many numbers an observation has.
  public let observationCount: Int
  private let outputs: RowProgram

  /// Makes a critic.
  ///
  /// - Parameters:
  ///   - name: what other parts' claims call it.
  ///   - claim: what it says it estimates.
  ///   - observationCount: how many numbers an observation has.
  ///   - describe: the network: `[rows, observationCount]` to `[rows, actions]`.
  public init(
    name: PartName = "critic", claim: Claim, observationCount: Int,
    _ describe: @escaping RowProgram.Description
  ) {
    self.name = name
    self.claim = claim
    self.observationCount = observationCount
    outputs = RowProgram(inputs: observationCount, describe)
  }

  public func estimates(of latents: [[Float]], reading parameters: ParameterStore) -> CriticEstimates {
    var outputs = outputs
    let values = outputs(VectorColumn(latents, width: observationCount), reading: parameters)
    return .actionValues((0..<values.count).map { values[$0].map(Double.init) })
  }
}
