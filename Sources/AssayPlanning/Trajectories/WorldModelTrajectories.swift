import Assay

/// What follows an action of which a world model names several successors.
public enum SuccessorChoice: Sendable, Hashable {
  /// Their mean, weighted by probability: one rollout for each candidate. Latents must be vectors. What comes later is
  /// weighted by the probability that the episode goes on.
  case mean
  /// One of them, or the end, drawn by probability, in each of so many rollouts for each candidate.
  case drawn(samples: Int)
}

/// A learned model: a world model predicts, and a critic says what comes after the last step.
public struct WorldModelTrajectories<Model: WorldModel, Judge: Critic>: TrajectoryModel
where Model.Action == [Float], Judge.Action == [Float], Judge.Latent == Model.Latent {
  /// The start states.
  public let latents: [Model.Latent]
  public let actionSpace: BoxSpace
  /// What follows where there are several successors.
  public let successors: SuccessorChoice
  /// Whether the critic says what comes after the last step; nothing does where it is not asked.
  public let asksCritic: Bool
  private let model: Model
  private let critic: Judge
  private let parameters: ParameterStore

  /// Makes a model.
  ///
  /// - Parameters:
  ///   - latents: the start states, at least one.
  ///   - model: predicts.
  ///   - critic: says what comes after the last step; ``NoCritic`` says nothing. It must estimate state values, or
  ///     means of action values as an `ActionCritic` does.
  ///   - asksCritic: whether it is asked.
  ///   - actionSpace: what actions are chosen from: a box with limits.
  ///   - successors: what follows where there are several.
  ///   - parameters: the store their numbers lie in.
  public init(
    from latents: [Model.Latent], model: Model, critic: Judge, asksCritic: Bool = true,
    actionSpace: BoxSpace, successors: SuccessorChoice = .mean, reading parameters: ParameterStore
  ) {
    precondition(!latents.isEmpty, "there must be a start state")
    if case .drawn(let samples) = successors {
      precondition(samples > 0, "samples must be positive, but is \(samples)")
    } else {
      precondition(
        Model.Latent.self == [Float].self, "\(Model.Latent.self) has no mean; successors can be drawn")
    }
    self.latents = latents
    self.model = model
    self.critic = critic
    self.asksCritic = asksCritic && Judge.self != NoCritic<Judge.Latent, Judge.Action>.self
    self.actionSpace = actionSpace
    self.successors = successors
    self.parameters = parameters
  }

  public var startCount: Int { latents.count }

  public func rollOut(
    _ batch: inout TrajectoryBatch, within clock: TrajectoryClock, using random: inout RandomStream
  ) throws(TrajectoryError) -> Bool {
    var samples = 1
    if case .drawn(let count) = successors { samples = count }
    let root = RandomStream(seed: random.next())
    for index in batch.rewards.indices { batch.rewards[index] = 0 }
    for index in batch.terminalValues.indices { batch.terminalValues[index] = 0 }
    // Rows that go on: whose they are, where they are, and with which probability they got there.
    var rows = Array(0..<batch.count * samples)
    var places = rows.map { latents[batch.starts[$0 / samples]] }
    var weights = [Double](repeating: 1 / Double(samples), count: rows.count)
    for step in 0..<batch.horizon where !rows.isEmpty {
      if clock.isOver { return false }
      let actions = rows.map { row -> [Float] in
        let first = (row / samples * batch.horizon + step) * batch.width
        return Array(batch.actions[first..<first + batch.width])
      }
      let predictions = model.predictions(from: places, taking: actions, reading: parameters)
      precondition(
        predictions.count == rows.count,
        "\(Model.self) made \(predictions.count) predictions of \(rows.count)")
      // All candidates meet the same chance.
      let chances = (0..<samples).map { sample in
        var stream = root.substream(UInt64(sample)).substream(UInt64(step))
        return stream.unit()
      }
      var going = 0
      for (index, prediction) in predictions.enumerated() {
        let candidate = rows[index] / samples
        batch.rewards[candidate * batch.horizon + step] += weights[index] * prediction.reward.value
        let next: (latent: Model.Latent, probability: Double)?
        switch successors {
        case .mean: next = Self.mean(of: prediction)
        case .drawn:
          next = Self.successor(of: prediction, at: chances[rows[index] % samples]).map { ($0, 1) }
        }
        guard let next else { continue }
        if let numbers = next.latent as? [Float], let wrong = numbers.first(where: { !$0.isFinite }) {
          throw TrajectoryError(quantity: .latent, candidate: candidate, step: step, value: Double(wrong))
        }
        rows[going] = rows[index]
        places[going] = next.latent
        weights[going] = weights[index] * next.probability
        going += 1
      }
      rows.removeLast(rows.count - going)
      places.removeLast(places.count - going)
      weights.removeLast(weights.count - going)
    }
    guard asksCritic, !rows.isEmpty else { return true }
    if clock.isOver { return false }
    let values = critic.stateValues(of: places, reading: parameters)
    for (index, row) in rows.enumerated() {
      batch.terminalValues[row / samples] += weights[index] * values[index]
    }
    return true
  }

  /// The mean of the successors, and the probability that there is one; `nil` where there is none.
  private static func mean(of prediction: Prediction<Model.Latent>) -> (Model.Latent, Double)? {
    let total = prediction.successors.reduce(0) { $0 + $1.probability }
    guard total > 0 else { return nil }
    if prediction.successors.count == 1 { return (prediction.successors[0].latent, total) }
    var sum: [Double] = []
    for (latent, probability) in prediction.successors {
      guard let numbers = latent as? [Float] else { return nil }
      if sum.isEmpty { sum = [Double](repeating: 0, count: numbers.count) }
      for index in numbers.indices { sum[index] += probability * Double(numbers[index]) }
    }
    guard let mean = sum.map({ Float($0 / total) }) as? Model.Latent else { return nil }
    return (mean, total)
  }

  /// The successor at a place in [0, 1) of all that may happen, the end last; `nil` for the end.
  private static func successor(of prediction: Prediction<Model.Latent>, at chance: Double) -> Model.Latent? {
    var remaining = chance
    for (latent, probability) in prediction.successors {
      remaining -= probability
      if remaining < 0 { return latent }
    }
    // Probabilities that were rounded may leave a little over.
    return prediction.termination > 0 ? nil : prediction.successors.last?.latent
  }

  /// What an actor would do in the model, as seeds for an optimiser.
  ///
  /// Successors are drawn.
  ///
  /// - Parameters:
  ///   - actor: the actor.
  ///   - start: which start state.
  ///   - count: how many sequences to draw, not negative.
  ///   - horizon: how many actions each has.
  ///   - random: what chance there is comes from here.
  /// - Returns: `[count]` of `[horizon × width]`; where the model expects the end, the actor goes on from where it was.
  public func sequences<A: Actor>(
    of actor: A, from start: Int = 0, count: Int, horizon: Int, using random: inout RandomStream
  ) -> [[Float]] where A.Latent == Model.Latent, A.Action == [Float] {
    var sequences = [[Float]](repeating: [], count: count)
    var places = [Model.Latent](repeating: latents[start], count: count)
    guard count > 0 else { return sequences }
    for step in 0..<horizon {
      let actions = actor.distributions(at: places, reading: parameters).map { $0.sample(using: &random) }
      for (row, action) in actions.enumerated() { sequences[row] += action }
      guard step < horizon - 1 else { break }
      let predictions = model.predictions(from: places, taking: actions, reading: parameters)
      for (row, prediction) in predictions.enumerated() {
        if let next = Self.successor(of: prediction, at: random.unit()) { places[row] = next }
      }
    }
    return sequences
  }
}
