import Assay

/// A world model that counts what it saw: P̂ is the share of each outcome, r̂ the mean of the rewards.
///
/// Of what it never saw it expects nothing: the end, without reward.
public struct CountsModel: WorldModel {
  public typealias Latent = Int
  public typealias Action = Int

  public let name: PartName
  /// How often (s, a) led to s′ and the episode went on, `[S, A, S]`.
  public let transitions: BlockHandle
  /// How often the episode terminated, `[S, A]`.
  public let endings: BlockHandle
  /// Mean reward, `[S, A]`.
  public let rewards: BlockHandle
  let shape: TableShape

  /// The most states × actions × states for which the counts are kept: 1 GiB of them.
  public static let largestTable = 1 << 28

  public func predictions(
    from latents: [Int], taking actions: [Int], reading parameters: ParameterStore
  ) -> [Prediction<Int>] {
    zip(latents, actions).map { state, action in
      let pair = state * shape.actionCount + action
      var seen = Double(parameters[endings, pair])
      var successors: [(latent: Int, probability: Double)] = []
      for next in 0..<shape.stateCount {
        let count = Double(parameters[transitions, pair * shape.stateCount + next])
        if count > 0 { successors.append((next, count)) }
        seen += count
      }
      guard seen > 0 else { return Prediction(successors: [], termination: 1, reward: PredictedReward(0)) }
      for index in successors.indices { successors[index].probability /= seen }
      return Prediction(
        successors: successors, termination: Double(parameters[endings, pair]) / seen,
        reward: PredictedReward(Double(parameters[rewards, pair])))
    }
  }
}
