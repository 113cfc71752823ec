import Assay

/// A critic that keeps one number for each state and action.
public struct ActionTable: Critic {
  public typealias Latent = Int
  public typealias Action = Int

  public let name: PartName
  public var claim: Claim
  /// The table, `[S, A]`.
  public let values: BlockHandle
  let shape: TableShape

  public init(name: PartName = "critic", claim: Claim, values: BlockHandle, shape: TableShape) {
    self.name = name
    self.claim = claim
    self.values = values
    self.shape = shape
  }

  public func estimates(of latents: [Int], reading parameters: ParameterStore) -> CriticEstimates {
    .actionValues(
      latents.map { state in
        (0..<shape.actionCount).map { action in
          shape.isAvailable(action, in: state)
            ? Double(parameters[values, state * shape.actionCount + action]) : -.infinity
        }
      })
  }
}

/// A critic that keeps one number for each state.
public struct StateTable: Critic {
  public typealias Latent = Int
  public typealias Action = Int

  public let name: PartName
  public var claim: Claim
  /// The table, `[S]`.
  public let values: BlockHandle

  public init(name: PartName = "critic", claim: Claim, values: BlockHandle) {
    self.name = name
    self.claim = claim
    self.values = values
  }

  public func estimates(of latents: [Int], reading parameters: ParameterStore) -> CriticEstimates {
    .stateValues(latents.map { Double(parameters[values, $0]) })
  }
}
