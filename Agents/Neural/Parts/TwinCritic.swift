import Assay
import AssayNetworks
import Foundation

/// A critic of actions in states that is two networks, of which the one that thinks less of an action is believed.
///
/// - SeeAlso: Fujimoto, van Hoof & Meger (2018), *Addressing function approximation error in actor-critic methods*.
public struct TwinCritic: ActionCritic {
  public typealias Latent = [Float]
  public typealias Action = [Float]

  public let name: PartName
  public let claim: Claim
  /// How many numbers an observation has.
  public let observationCount: Int
  private let box: ActionBox
  private let outputs: RowProgram
  private let policy: RowProgram
  /// ε of the actions over which a state's value is a mean: `[draws × coordinates]`, the same for every state.
  private let noise: VectorColumn

  /// How many actions are drawn for a state's value.
  public static var draws: Int { 32 }

  /// Makes a critic.
  ///
  /// - Parameters:
  ///   - name: what other parts' claims call it.
  ///   - claim: what it says it estimates: action values of the policy that follows.
  ///   - observationCount: how many numbers an observation has.
  ///   - actionSpace: what is chosen from: a box with limits.
  ///   - twins: the two networks: `[rows, observationCount + actions]` to `[rows, 2]`, with actions stretched to
  ///     −1 … 1.
  ///   - policy: the actor's network: `[rows, observationCount]` to `[rows, 2 · actions]`.
  public init(
    name: PartName = "critic", claim: Claim, observationCount: Int, actionSpace: BoxSpace,
    _ twins: @escaping RowProgram.Description, of policy: @escaping RowProgram.Description
  ) {
    self.name = name
    self.claim = claim
    self.observationCount = observationCount
    box = ActionBox(actionSpace)
    outputs = RowProgram(inputs: observationCount + actionSpace.count, twins)
    self.policy = RowProgram(inputs: observationCount, policy)
    var stream = RandomStream(seed: 0)
    var noise = actionSpace.column(count: Self.draws)
    for index in noise.values.indices { noise.values[index] = Float(stream.normal()) }
    self.noise = noise
  }

  /// What each of the two networks thinks, `[B][2]`.
  public func memberValues(
    of latents: [[Float]], taking actions: [[Float]], reading parameters: ParameterStore
  ) -> [[Double]] {
    precondition(
      latents.count == actions.count, "\(latents.count) latents do not go with \(actions.count) actions")
    var rows = VectorColumn(count: latents.count, width: observationCount + box.count)
    for row in latents.indices { rows[row] = latents[row] + box.stretched(actions[row]) }
    var outputs = outputs
    let values = outputs(rows, reading: parameters)
    return (0..<rows.count).map { values[$0].map(Double.init) }
  }

  public func values(
    of latents: [[Float]], taking actions: [[Float]], reading parameters: ParameterStore
  ) -> [Double] {
    memberValues(of: latents, taking: actions, reading: parameters).map { min($0[0], $0[1]) }
  }

  /// V̂ of each latent: the mean of Q̂ over ``draws`` actions of the actor's policy, the same ε for every latent. The
  /// entropy of the action itself is not counted: V(s) = mean over a of Q(s, a).
  public func estimates(of latents: [[Float]], reading parameters: ParameterStore) -> CriticEstimates {
    var policy = policy
    let described = policy(VectorColumn(latents, width: observationCount), reading: parameters)
    let width = box.count
    var asked: [[Float]] = []
    var actions: [[Float]] = []
    for row in latents.indices {
      let numbers = described[row]
      for draw in 0..<Self.draws {
        asked.append(latents[row])
        actions.append(
          (0..<width).map { index in
            let u = numbers[index] + exp(numbers[width + index]) * noise.values[draw * width + index]
            return box.centres[index] + box.halfWidths[index] * tanh(u)
          })
      }
    }
    let values = values(of: asked, taking: actions, reading: parameters)
    return .stateValues(
      latents.indices.map { row in
        values[row * Self.draws..<(row + 1) * Self.draws].reduce(0, +) / Double(Self.draws)
      })
  }
}
