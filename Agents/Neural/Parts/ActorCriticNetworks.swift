import Assay
import AssayNetworks

/// Which function stands between the layers of a network.
public enum ActivationName: String, Sendable, Hashable, CaseIterable {
  case tanh, relu, silu

  var function: Activation {
    switch self {
    case .tanh: .tanh
    case .relu: .relu
    case .silu: .silu
    }
  }
}

/// An actor's and a state-value critic's networks: apart, or on a trunk that both declare to write.
struct ActorCriticNetworks: Sendable {
  /// `[rows, observationCount]` to `[rows, actionSpace.outputCount]`.
  let policy: RowProgram.Description
  /// `[rows, observationCount]` to `[rows, 1]`.
  let value: RowProgram.Description
  /// What the loss `policy` reaches.
  let policyBlocks: [BlockHandle]
  /// What the loss `value` reaches.
  let valueBlocks: [BlockHandle]

  /// Every block, the trunk once.
  var blocks: [BlockHandle] { policyBlocks + valueBlocks.filter { !policyBlocks.contains($0) } }

  /// Makes both networks, orthogonally, with small steps of the policy at first.
  ///
  /// - Parameters:
  ///   - inputs: how many numbers an observation has.
  ///   - actionSpace: what the policy is over.
  ///   - hidden: sizes of the hidden layers.
  ///   - activation: follows each of them.
  ///   - sharesTrunk: whether both have the hidden layers in common.
  ///   - store: where the blocks go: `critic` and `actor`, and `trunk` where there is one.
  ///   - stream: the initial numbers come from here.
  init(
    inputs: Int, actionSpace: some PolicySpace, hidden: [Int], activation: Activation, sharesTrunk: Bool,
    in store: inout ParameterStore, using stream: inout RandomStream
  ) {
    let gain = Initializer.orthogonal(gain: 2.0.squareRoot())
    let width = hidden.last ?? inputs
    if sharesTrunk && !hidden.isEmpty {
      let trunk = store.add(
        "trunk", owner: "actor", role: .actor, writers: ["policy", "value"], using: &stream
      ) {
        MLP(
          [inputs] + hidden, in: &$0, activation: activation, outputActivation: activation, hidden: gain,
          output: gain)
      }
      let actor = store.add("actor", owner: "actor", role: .actor, writers: ["policy"], using: &stream) {
        PolicyNetwork([width], actionSpace, activation: activation, in: &$0)
      }
      let critic = store.add("critic", owner: "critic", role: .critic, writers: ["value"], using: &stream) {
        MLP([width, 1], in: &$0, output: .orthogonal(gain: 1))
      }
      policy = { actor.layer(trunk($0)) }
      value = { critic(trunk($0)) }
      policyBlocks = [trunk.block, actor.block]
      valueBlocks = [trunk.block, critic.block]
    } else {
      let actor = store.add("actor", owner: "actor", role: .actor, writers: ["policy"], using: &stream) {
        PolicyNetwork([inputs] + hidden, actionSpace, activation: activation, in: &$0)
      }
      let critic = store.add("critic", owner: "critic", role: .critic, writers: ["value"], using: &stream) {
        MLP(
          [inputs] + hidden + [1], in: &$0, activation: activation, hidden: gain, output: .orthogonal(gain: 1)
        )
      }
      policy = { actor.layer($0) }
      value = { critic($0) }
      policyBlocks = [actor.block]
      valueBlocks = [critic.block]
    }
  }
}

extension ParameterStore {
  /// Adds the network of an actor that no critic stands beside: the block `actor`.
  ///
  /// - Parameters:
  ///   - inputs: how many numbers an observation has.
  ///   - actionSpace: what the policy is over.
  ///   - hidden: sizes of the hidden layers.
  ///   - activation: follows each of them.
  ///   - writer: who changes it.
  ///   - stream: the initial numbers come from here.
  /// - Returns: the network, `[rows, inputs]` to `[rows, actionSpace.outputCount]`, and the block.
  mutating func addPolicy(
    inputs: Int, actionSpace: some PolicySpace, hidden: [Int], activation: Activation,
    writer: String = "policy", using stream: inout RandomStream
  ) -> (policy: RowProgram.Description, block: BlockHandle) {
    let actor = add("actor", owner: "actor", role: .actor, writers: [writer], using: &stream) {
      PolicyNetwork([inputs] + hidden, actionSpace, activation: activation, in: &$0)
    }
    return ({ actor.layer($0) }, actor.block)
  }
}

/// A network whose outputs describe a policy.
public struct PolicyNetwork: Sendable {
  private let layers: MLP
  /// log σ of each coordinate, the same at every observation; `nil` where actions are choices.
  private let logDeviation: ParameterTensor?

  /// Adds the parameters to a block.
  ///
  /// - Parameters:
  ///   - sizes: of the input and the hidden layers.
  ///   - actionSpace: what the policy is over.
  ///   - activation: follows each hidden layer.
  ///   - builder: the block.
  public init(
    _ sizes: [Int], _ actionSpace: some PolicySpace, activation: Activation, in builder: inout BlockBuilder
  ) {
    layers = MLP(
      sizes + [actionSpace.meanCount], in: &builder, activation: activation,
      hidden: .orthogonal(gain: 2.0.squareRoot()), output: .orthogonal(gain: 0.01))
    let deviations = actionSpace.outputCount - actionSpace.meanCount
    logDeviation = deviations == 0 ? nil : builder.tensor("logDeviation", [deviations], .zero)
  }

  /// - Parameter x: `[rows, inputs]`.
  /// - Returns: `[rows, actionSpace.outputCount]`.
  public func callAsFunction(_ x: Matrix) -> Matrix {
    let means = layers(x)
    guard let logDeviation else { return means }
    let deviations: Vector = x.trace.parameter(logDeviation)
    return concatenate([means, deviations.expanded(at: 0).broadcast(to: means.shape)], alongAxis: 1)
  }
}
