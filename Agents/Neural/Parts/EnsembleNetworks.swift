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
    /// The logit of the share of steps that terminated an episode.
    let terminationLogit: ParameterTensor
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
  /// The least that the logit of termination is taken to be before anything is learned of it: where none was ever seen,
  /// hardly any is expected.
  static let leastTerminationLogit: Float = -9

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
        changeDeviation: $0.tensor("changeDeviation", [observationCount], .constant(1)),
        terminationLogit: $0.tensor("terminationLogit", [1], .constant(Self.leastTerminationLogit)))
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

  // Inputs are observations beside actions stretched to −1 … 1, `[members, rows, inputs]`: each member has its own.

  /// μ of the change, in units of `changeDeviation` from `changeMean`, and log σ² in the same:
  /// `[members, rows, observations]` each.
  func change(at x: Tensor3) -> (mean: Tensor3, logVariance: Tensor3) {
    let parts = dynamics.layer(standardised(x)).split(alongAxis: 2, into: 2)
    return (parts[0], softlyClamped(parts[1], to: Self.logVariances))
  }

  /// The reward in units of its deviation from its mean, `[members, rows, 1]`.
  func reward(at x: Tensor3) -> Tensor3 { reward.layer(standardised(x)) }

  /// The logit of termination, `[members, rows, 1]`: one network, whichever member's row it is.
  func termination(at x: Tensor3) -> Tensor3 {
    let (members, rows) = (x.shape[0], x.shape[1])
    let flat: Matrix = standardised(x).reshaped(to: [members * rows, observationCount + actionCount])
    let base: Vector = x.trace.parameter(scales.layer.terminationLogit)
    return (termination.layer(flat) + base).reshaped(to: [members, rows, 1])
  }

  private func standardised(_ x: Tensor3) -> Tensor3 {
    let mean: Vector = x.trace.parameter(scales.layer.inputMean)
    let deviation: Vector = x.trace.parameter(scales.layer.inputDeviation)
    return (x - mean) / deviation
  }

  /// Where each member expects to be next, σ of it, and its reward, all in their own units:
  /// `[members, rows, …]`.
  func expectations(at x: Tensor3) -> (next: Gaussian<Rank3>, reward: Tensor3) {
    let trace = x.trace
    let mean: Vector = trace.parameter(scales.layer.changeMean)
    let scale: Vector = trace.parameter(scales.layer.changeDeviation)
    let rewardMean: Vector = trace.parameter(rewardScale.layer.mean)
    let rewardDeviation: Vector = trace.parameter(rewardScale.layer.deviation)
    let (change, logVariance) = change(at: x)
    let here = x.slice(alongAxis: 2, 0..<observationCount)
    return (
      Gaussian(mean: change * scale + mean + here, logDeviation: logVariance * 0.5 + log(scale)),
      reward(at: x) * rewardDeviation + rewardMean
    )
  }

  /// Numbers kept between bounds without their gradient being lost there.
  ///
  /// - SeeAlso: Chua et al. (2018), *Deep reinforcement learning in a handful of trials*, appendix A.
  private func softlyClamped(_ x: Tensor3, to bounds: ClosedRange<Float>) -> Tensor3 {
    let below = bounds.upperBound - softplus(bounds.upperBound - x)
    return bounds.lowerBound + softplus(below - bounds.lowerBound)
  }
}
