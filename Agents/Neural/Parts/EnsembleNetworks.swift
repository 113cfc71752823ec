import Assay
import AssayNetworks

/// The blocks of an ensemble of world models, and the networks in them.
///
/// | block | owner | written by |
/// | --- | --- | --- |
/// | `dynamics`, all members | worldModel | dynamics loss |
/// | `dynamics scales`, of inputs and changes | worldModel | statistics |
/// | `elites`, 1 for a member that is believed and 0 for another | worldModel | selection |
/// | `reward model`, all members | worldModel | reward loss |
/// | `reward scale` | worldModel | reward statistics |
/// | `termination model` | worldModel | termination loss |
///
/// Rewards reach the two blocks that are named after them, and no other.
struct EnsembleNetworks: Sendable {
  /// What inputs and outputs are measured in.
  struct Scales: Sendable {
    let inputMean: ParameterTensor
    let inputDeviation: ParameterTensor
    let changeMean: ParameterTensor
    let changeDeviation: ParameterTensor
  }

  /// What rewards are measured in.
  struct RewardScale: Sendable {
    let mean: ParameterTensor
    let deviation: ParameterTensor
  }

  let dynamics: Network<Ensemble>
  let scales: Network<Scales>
  let elites: BlockHandle
  let reward: Network<Ensemble>
  let rewardScale: Network<RewardScale>
  let termination: Network<MLP>
  let observationCount: Int
  let actionCount: Int
  let members: Int

  /// Bounds of log σ² of a change, in squared units of `changeDeviation`.
  static let logVariances: ClosedRange<Float> = -10...0.5
  /// What the logit of termination is less than the network's output: where none was ever seen, none is expected.
  static let terminationOffset: Float = 9

  init(
    observationCount: Int, actionCount: Int, members: Int, elites eliteCount: Int, hidden: [Int],
    in store: inout ParameterStore, using stream: inout RandomStream
  ) {
    precondition(
      eliteCount >= 1 && eliteCount <= members,
      "elites must be from 1 to the \(members) members, but are \(eliteCount)")
    let inputs = observationCount + actionCount
    dynamics = store.add(
      "dynamics", owner: "worldModel", role: .worldModel, writers: ["dynamics"], using: &stream
    ) { Ensemble(members, of: [inputs] + hidden + [2 * observationCount], in: &$0, activation: .silu) }
    scales = store.add(
      "dynamics scales", owner: "worldModel", role: .worldModel, writers: ["statistics"],
      updateRule: "mean and deviation of what was seen", using: &stream
    ) {
      Scales(
        inputMean: $0.tensor("inputMean", [inputs], .zero),
        inputDeviation: $0.tensor("inputDeviation", [inputs], .constant(1)),
        changeMean: $0.tensor("changeMean", [observationCount], .zero),
        changeDeviation: $0.tensor("changeDeviation", [observationCount], .constant(1)))
    }
    elites = store.allocate(
      "elites", owner: "worldModel", role: .worldModel, tensors: [("elites", [members])],
      values: (0..<members).map { $0 < eliteCount ? 1 : 0 }, updateRule: "least error on rows held out",
      writers: ["selection"])
    reward = store.add(
      "reward model", owner: "worldModel", role: .worldModel, writers: ["reward"], using: &stream
    ) { Ensemble(members, of: [inputs] + hidden + [1], in: &$0, activation: .silu) }
    rewardScale = store.add(
      "reward scale", owner: "worldModel", role: .worldModel, writers: ["reward statistics"],
      updateRule: "mean and deviation of what was paid", using: &stream
    ) {
      RewardScale(
        mean: $0.tensor("mean", [1], .zero), deviation: $0.tensor("deviation", [1], .constant(1)))
    }
    termination = store.add(
      "termination model", owner: "worldModel", role: .worldModel, writers: ["termination"], using: &stream
    ) {
      MLP([inputs] + hidden + [1], in: &$0, activation: .silu, output: .zero)
    }
    self.observationCount = observationCount
    self.actionCount = actionCount
    self.members = members
  }

  // MARK: Describing

  /// What the members say of inputs, each of its own.
  struct Outputs {
    /// μ of the change, in units of `changeDeviation` from `changeMean`: `[members, rows, observations]`.
    var change: Tensor3
    /// log σ² of the change, in the same units.
    var logVariance: Tensor3
    /// The reward in units of its deviation from its mean, `[members, rows]`.
    var reward: Matrix
    /// The logit of termination, `[members, rows]`.
    var termination: Matrix
  }

  /// - Parameter x: observations beside actions stretched to −1 … 1, `[members, rows, inputs]`.
  func outputs(at x: Tensor3) -> Outputs {
    let trace = x.trace
    let rows = x.shape[1]
    let mean: Vector = trace.parameter(scales.layer.inputMean)
    let deviation: Vector = trace.parameter(scales.layer.inputDeviation)
    let standard = (x - mean) / deviation
    let parts = dynamics.layer(standard).split(alongAxis: 2, into: 2)
    let flat: Matrix = standard.reshaped(to: [members * rows, observationCount + actionCount])
    return Outputs(
      change: parts[0], logVariance: softlyClamped(parts[1], to: Self.logVariances),
      reward: reward.layer(standard).reshaped(to: [members, rows]),
      termination: (termination.layer(flat) - Self.terminationOffset).reshaped(to: [members, rows]))
  }

  /// Numbers kept between bounds without their gradient being lost there.
  ///
  /// - SeeAlso: Chua et al. (2018), *Deep reinforcement learning in a handful of trials*, appendix A.
  private func softlyClamped(_ x: Tensor3, to bounds: ClosedRange<Float>) -> Tensor3 {
    let below = bounds.upperBound - softplus(bounds.upperBound - x)
    return bounds.lowerBound + softplus(below - bounds.lowerBound)
  }
}
