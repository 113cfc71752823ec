import Assay
import Foundation

/// How a world model fares, step by step beside the world.
extension RunMeasuring {
  /// Predicts ahead from states, with the policy and with actions at random.
  ///
  /// Errors are of predictions with the very actions that the world saw. Returns are of the policy acting on what the
  /// model predicts, against the same policy acting in the world.
  func modelMeasurement(from states: Worlds, range: Double, using stream: RandomStream) -> ModelMeasurement {
    let scales = deviations(of: states.observations)
    let byPolicy = lookAhead(from: states, scales, isRandom: false, stream.substream(0))
    let byChance = lookAhead(from: states, scales, isRandom: true, stream.substream(1))
    let differences = zip(byPolicy.predicted, byPolicy.earned).map { $0 - $1 }
    return ModelMeasurement(
      steps: Array(1...settings.modelSteps), policyError: byPolicy.errors, randomError: byChance.errors,
      oneStepError: Estimate(rootOf: byPolicy.first), rewardError: byPolicy.rewardError,
      terminationBias: byPolicy.terminationBias, policyOptimism: Estimate(mean: differences),
      randomOptimism: Estimate(mean: zip(byChance.predicted, byChance.earned).map { $0 - $1 }),
      returnError: Estimate(rootOf: Estimate(mean: differences.map { $0 * $0 })).divided(by: range))
  }

  private struct Ahead {
    /// Σ ‖ŝ − s‖² / Σ ‖s₀ − s‖², `[k]`.
    var errors: [Double]
    /// Of the first step.
    var first: Estimate
    var rewardError: Double?
    var terminationBias: Double
    /// Discounted returns over all steps, `[N]`.
    var predicted: [Double]
    var earned: [Double]
  }

  private func deviations(of observations: VectorColumn) -> [Float] {
    (0..<observations.width).map { index in
      let numbers = (0..<observations.count).map {
        Double(observations.values[$0 * observations.width + index])
      }
      let mean = numbers.reduce(0, +) / Double(numbers.count)
      let variance = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(numbers.count)
      return Float(max(variance.squareRoot(), 1e-6))
    }
  }

  /// The mean of where an action leads to.
  private func expected(_ prediction: Prediction<[Float]>, like start: [Float]) -> [Float] {
    let weight = prediction.successors.reduce(0) { $0 + $1.probability }
    guard weight > 0 else { return start }
    var mean = [Float](repeating: 0, count: start.count)
    for (latent, probability) in prediction.successors {
      for index in mean.indices { mean[index] += latent[index] * Float(probability / weight) }
    }
    return mean
  }

  private func lookAhead(
    from states: Worlds, _ scales: [Float], isRandom: Bool, _ stream: RandomStream
  ) -> Ahead {
    let count = states.count
    var world = states.withoutTimeLimit().copies(
      of: Array(0..<count), drawingFrom: (0..<count).map { stream.substream(0).substream(UInt64($0)) })
    var (random, dreamed) = (stream.substream(1), stream.substream(2))
    var player = agent
    let discount = agent.critic.claim.discount
    func act(_ observations: VectorColumn, _ stream: inout RandomStream) -> Doer.ActionSpace.Column {
      let space = states.actionSpace
      if isRandom { return EvenPlayer(space).act(on: observations, as: .policy, using: &stream) }
      return space.clamped(player.act(on: observations, as: .policy, using: &stream))
    }
    let starts = (0..<count).map { states.observations[$0] }
    // Where the model believes to be with the actions that the world saw, and where acting on its own beliefs leads.
    var beliefs = starts
    var dreams = starts
    var survival = [Double](repeating: 1, count: count)
    var isOver = [Bool](repeating: false, count: count)
    var result = Ahead(
      errors: [], first: Estimate(mean: [0]), rewardError: nil, terminationBias: 0,
      predicted: [Double](repeating: 0, count: count), earned: [Double](repeating: 0, count: count))
    var weight = 1.0
    for step in 0..<settings.modelSteps {
      let actions = act(world.observations, &random)
      let predictions = agent.worldModel.predictions(
        from: beliefs, taking: (0..<count).map { actions[$0] }, reading: agent.parameters)
      world.step(actions)
      let (rewards, endings) = (world.rewards, world.endings)
      let (next, last) = (world.observations, world.finalObservations)
      if step == 0 { calibrate(&result, predictions, rewards, endings) }
      var (errors, moves): ([Double], [Double]) = ([], [])
      for row in 0..<count {
        if !isOver[row] { result.earned[row] += weight * rewards[row] }
        beliefs[row] = expected(predictions[row], like: beliefs[row])
        guard !isOver[row] else { continue }
        let truth = endings[row] == nil ? next[row] : last[row]
        errors.append(distance(beliefs[row], truth, scales))
        moves.append(distance(starts[row], truth, scales))
        if endings[row] != nil { isOver[row] = true }
      }
      let ratio = Estimate(ratioOf: errors, to: moves)
      result.errors.append(ratio.estimate)
      if step == 0 { result.first = ratio }
      dream(&dreams, &survival, &result.predicted, weight: weight) { act($0, &dreamed) }
      weight *= discount
    }
    return result
  }

  /// One step of the policy in the model.
  private func dream(
    _ dreams: inout [[Float]], _ survival: inout [Double], _ returns: inout [Double], weight: Double,
    _ act: (VectorColumn) -> Doer.ActionSpace.Column
  ) {
    var observations = VectorColumn(count: dreams.count, width: dreams[0].count)
    for row in dreams.indices { observations[row] = dreams[row] }
    let actions = act(observations)
    let predictions = agent.worldModel.predictions(
      from: dreams, taking: dreams.indices.map { actions[$0] }, reading: agent.parameters)
    for row in dreams.indices {
      returns[row] += weight * survival[row] * predictions[row].reward.value
      survival[row] *= 1 - predictions[row].termination
      dreams[row] = expected(predictions[row], like: dreams[row])
    }
  }

  private func calibrate(
    _ result: inout Ahead, _ predictions: [Prediction<[Float]>], _ rewards: [Double], _ endings: [Ending?]
  ) {
    let count = Double(rewards.count)
    let mean = rewards.reduce(0, +) / count
    let variance = rewards.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
    let errors = zip(predictions, rewards).reduce(0) {
      $0 + ($1.0.reward.value - $1.1) * ($1.0.reward.value - $1.1)
    }
    if variance > 0 { result.rewardError = (errors / count / variance).squareRoot() }
    let ended = Double(endings.count { $0 == .terminated })
    result.terminationBias = (predictions.reduce(0) { $0 + $1.termination } - ended) / count
  }

  private func distance(_ one: [Float], _ other: [Float], _ scales: [Float]) -> Double {
    one.indices.reduce(0) {
      let difference = Double((one[$1] - other[$1]) / scales[$1])
      return $0 + difference * difference
    }
  }
}
