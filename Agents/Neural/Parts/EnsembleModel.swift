import Assay
import AssayNetworks
import Foundation

/// A world model that is several networks, of which some are believed: where they disagree, it does not know.
///
/// Each member says of an observation s and an action a how s will change, normally distributed in each coordinate,
/// and which reward it expects; one more network says with which probability the episode terminates.
///
/// - SeeAlso: Chua et al. (2018), *Deep reinforcement learning in a handful of trials using probabilistic dynamics
///   models*; Janner et al. (2019), *When to trust your model: model-based policy optimization*.
public struct EnsembleModel: WorldModel {
  public typealias Latent = [Float]
  public typealias Action = [Float]

  public let name: PartName
  private let networks: EnsembleNetworks
  private let box: ActionBox
  private let outputs: RowProgram

  init(name: PartName = "worldModel", _ networks: EnsembleNetworks, actionSpace: BoxSpace) {
    self.name = name
    self.networks = networks
    box = ActionBox(actionSpace)
    // Where each member expects to be, σ of it, its reward; then the logit of termination.
    outputs = RowProgram(inputs: networks.observationCount + networks.actionCount) { x in
      let rows = x.shape[0]
      let each = x.expanded(at: 0).broadcast(to: [networks.members] + x.shape)
      let (next, reward) = networks.expectations(at: each)
      let said = concatenate([next.mean, next.deviation, reward], alongAxis: 2).permuted([1, 0, 2])
      let termination = networks.termination(at: x.expanded(at: 0))
      return concatenate(
        [
          said.reshaped(to: [rows, -1], as: Rank2.self), termination.reshaped(to: [rows, 1], as: Rank2.self),
        ], alongAxis: 1)
    }
  }

  /// What one member expects.
  public struct MemberPrediction: Sendable, Hashable {
    /// The mean of the next observation.
    public var mean: [Double]
    /// σ of each of its coordinates.
    public var deviation: [Double]
    /// The reward.
    public var reward: Double
    /// Whether the member is believed.
    public var isElite: Bool
  }

  /// What each member expects, `[B][members]`, and the probability of termination, `[B]`.
  public func memberPredictions(
    from latents: [[Float]], taking actions: [[Float]], reading parameters: ParameterStore
  ) -> (members: [[MemberPrediction]], terminations: [Double]) {
    precondition(
      latents.count == actions.count, "\(latents.count) latents do not go with \(actions.count) actions")
    let count = networks.observationCount
    var rows = VectorColumn(count: latents.count, width: count + box.count)
    for row in latents.indices { rows[row] = latents[row] + box.stretched(actions[row]) }
    var outputs = outputs
    let said = outputs(rows, reading: parameters)
    let width = 2 * count + 1
    var members: [[MemberPrediction]] = []
    var terminations: [Double] = []
    for row in latents.indices {
      let numbers = said[row].map(Double.init)
      members.append(
        (0..<networks.members).map { member in
          let first = member * width
          return MemberPrediction(
            mean: Array(numbers[first..<first + count]),
            deviation: Array(numbers[first + count..<first + 2 * count]),
            reward: numbers[first + 2 * count], isElite: parameters[networks.elites, member] > 0)
        })
      terminations.append(1 / (1 + exp(-numbers[networks.members * width])))
    }
    return (members, terminations)
  }

  /// One successor for each member that is believed: its mean. The reward is the mean of theirs.
  public func predictions(
    from latents: [[Float]], taking actions: [[Float]], reading parameters: ParameterStore
  ) -> [Prediction<[Float]>] {
    let (members, terminations) = memberPredictions(from: latents, taking: actions, reading: parameters)
    return latents.indices.map { row in
      let elites = members[row].filter(\.isElite)
      let share = (1 - terminations[row]) / Double(elites.count)
      return Prediction(
        successors: elites.map { ($0.mean.map { Float($0) }, share) }, termination: terminations[row],
        reward: PredictedReward(elites.reduce(0) { $0 + $1.reward } / Double(elites.count)))
    }
  }
}
