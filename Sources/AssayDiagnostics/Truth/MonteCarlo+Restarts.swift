import Assay

/// What restarts of some states earned.
struct RestartReturns: Sendable {
  let states: Int
  /// Of each discount, restart and state, `[rows × K]`, rows `[states × restarts]`.
  var returns: [Double]
  /// Σ γᵗ over the restarts that were cut off, `[K]`.
  var cutWeights: [Double]
  var cutRestarts = 0
  var steps = 0
  var largestReward = 0.0

  /// G of each restart of a state, at one discount.
  func returns(ofState state: Int, discount: Int, restarts: Int) -> [Double] {
    (0..<restarts).map { returns[(state * restarts + $0) * cutWeights.count + discount] }
  }
}

/// Some restarts of some states, which play together.
struct Restarts<Subject: BatchAgent, Worlds: EnvironmentBatch>: Sendable
where Worlds.ObservationSpace == BoxSpace, Worlds.ActionSpace == Subject.ActionSpace {
  let settings: MonteCarlo
  let states: Worlds
  /// Which of the states.
  let rows: Range<Int>
  /// States that share a number draw the same, `[N]`.
  let numbers: [Int]
  /// Which restarts of each.
  let restarts: Range<Int>
  let firstActions: Subject.ActionSpace.Column?
  let bonus: MonteCarlo.EarnedBonus<Subject>?

  func play(
    _ agent: Subject, worldStream: RandomStream, using random: inout RandomStream
  ) -> RestartReturns {
    let discounts = settings.discounts
    let each = restarts.count
    let origins = rows.flatMap { Array(repeating: $0, count: each) }
    let streams = rows.flatMap { row in
      let own = worldStream.substream(UInt64(numbers[row]))
      return restarts.map { own.substream(UInt64($0)) }
    }
    var result = RestartReturns(
      states: rows.count, returns: [Double](repeating: 0, count: origins.count * discounts.count),
      cutWeights: discounts.map { _ in 0 })
    var agent = agent
    var worlds = states.copies(of: origins, drawingFrom: streams)
    // Which restart each copy plays, and whether it still does.
    var players = Array(origins.indices)
    var isPlaying = [Bool](repeating: true, count: players.count)
    var left = players.count
    var compactions: UInt64 = 0
    var weights = discounts.map { _ in 1.0 }
    var time = 0
    while time < settings.horizon, left > 0 {
      var actions: Subject.ActionSpace.Column
      if time == 0, let firstActions {
        actions = firstActions.rows(origins)
      } else {
        let observations = worlds.observations
        actions = agent.act(on: observations, as: .policy, using: &random)
        if let bonus {
          let earned = bonus(&agent, observations, actions)
          take(earned, weights, players, isPlaying, into: &result)
        }
      }
      actions = worlds.actionSpace.clamped(actions)
      worlds.step(actions)
      result.steps += left
      note(worlds.rewards, isPlaying, in: &result)
      take(worlds.rewards, weights, players, isPlaying, into: &result)
      for index in weights.indices { weights[index] *= discounts[index] }
      time += 1
      leave(worlds.endings, weights, &isPlaying, &left, &result)
      // Copying costs about as much as a step; it pays where it saves a quarter of all that follow.
      if left > 0, left * 4 <= players.count * 3 {
        compactions += 1
        let kept = players.indices.filter { isPlaying[$0] }
        players = kept.map { players[$0] }
        worlds = worlds.copies(of: kept, drawingFrom: players.map { streams[$0].substream(compactions) })
        isPlaying = [Bool](repeating: true, count: players.count)
      }
    }
    result.cutRestarts += left
    for index in weights.indices { result.cutWeights[index] += Double(left) * weights[index] }
    return result
  }

  private func take(
    _ rewards: [Double], _ weights: [Double], _ players: [Int], _ isPlaying: [Bool],
    into result: inout RestartReturns
  ) {
    let count = weights.count
    result.returns.withUnsafeMutableBufferPointer { returns in
      for copy in players.indices where isPlaying[copy] {
        let start = players[copy] &* count
        for index in 0..<count { returns[start &+ index] += weights[index] * rewards[copy] }
      }
    }
  }

  private func note(_ rewards: [Double], _ isPlaying: [Bool], in result: inout RestartReturns) {
    for copy in rewards.indices where isPlaying[copy] && abs(rewards[copy]) > result.largestReward {
      result.largestReward = abs(rewards[copy])
    }
  }

  /// Lets the copies go whose return is complete.
  private func leave(
    _ endings: [Ending?], _ weights: [Double], _ isPlaying: inout [Bool], _ left: inout Int,
    _ result: inout RestartReturns
  ) {
    for copy in endings.indices where isPlaying[copy] {
      guard let ending = endings[copy], settings.endings != .terminationIgnored else { continue }
      isPlaying[copy] = false
      left -= 1
      if ending == .truncated, settings.endings == .asTheyAre {
        result.cutRestarts += 1
        for index in weights.indices { result.cutWeights[index] += weights[index] }
      }
    }
  }
}
