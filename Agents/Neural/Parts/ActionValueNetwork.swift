import Assay
import AssayNetworks

/// A network that gives every action a value: `[rows, inputs]` to `[rows, actions]`.
struct ActionValueNetwork: Sendable {
  /// All layers, or those before the head.
  private let layers: MLP?
  private let head: DuelingHead?

  /// Adds the parameters to a block.
  ///
  /// - Parameters:
  ///   - inputs: how many numbers an observation has.
  ///   - hidden: sizes of the hidden layers.
  ///   - actions: how many there are.
  ///   - activation: follows each hidden layer.
  ///   - isNormalized: whether what comes out of a hidden layer is brought to mean 0 and deviation 1 before that.
  ///   - isDueling: whether a state's value and the actions' advantages come apart after the hidden layers.
  ///   - builder: the block.
  init(
    inputs: Int, hidden: [Int], actions: Int, activation: Activation, isNormalized: Bool, isDueling: Bool,
    in builder: inout BlockBuilder
  ) {
    guard isDueling else {
      layers = MLP(
        [inputs] + hidden + [actions], in: &builder, activation: activation, hidden: .heUniform,
        output: .leCunUniform, isNormalized: isNormalized)
      head = nil
      return
    }
    layers =
      hidden.isEmpty
      ? nil
      : MLP(
        [inputs] + hidden, in: &builder, activation: activation, outputActivation: activation,
        hidden: .heUniform, output: .heUniform, isNormalized: isNormalized)
    head = DuelingHead(
      hidden.last ?? inputs, actions: actions, named: "head", in: &builder, weight: .leCunUniform)
  }

  func callAsFunction(_ x: Matrix) -> Matrix {
    let features = layers.map { $0(x) } ?? x
    return head.map { $0(features) } ?? features
  }
}
