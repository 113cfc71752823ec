import Assay
import AssayNetworks

/// A critic whose V is what a network says.
public struct StateValueCritic<Action: Sendable>: Critic {
  public typealias Latent = [Float]

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
  ///   - describe: the network: `[rows, observationCount]` to `[rows, 1]`.
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
    return .stateValues(
      outputs(VectorColumn(latents, width: observationCount), reading: parameters).values.map(Double.init))
  }
}
