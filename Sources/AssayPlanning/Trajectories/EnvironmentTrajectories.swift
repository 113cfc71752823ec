import Assay

/// The true model: an environment, copied where it is, once for each candidate.
///
/// Time limits are taken off: a plan may look beyond them. After an ending nothing is earned. Where the world knows
/// chance, each candidate is followed several times, and all meet the same chance.
public struct EnvironmentTrajectories<World: Environment>: TrajectoryModel
where World.Action == [Float], World.ActionSpace == BoxSpace {
  /// What a state is worth that is seen after the last step, in reward units, `[B]`.
  public typealias TerminalValue = @Sendable ([World.Observation]) -> [Double]

  /// The start states: worlds in the middle of an episode.
  public let worlds: [World]
  /// How many times each candidate is followed; rewards and values are means.
  public let samples: Int
  @usableFromInline let terminalValue: TerminalValue?

  /// Makes a model of a world where it is.
  public init(_ world: World, samples: Int = 1, terminalValue: TerminalValue? = nil) {
    self.init([world], samples: samples, terminalValue: terminalValue)
  }

  /// Makes a model of several start states.
  ///
  /// - Parameters:
  ///   - worlds: the start states, at least one, none of them at its end.
  ///   - samples: how many times each candidate is followed, at least 1; 1 is enough where the world knows no chance.
  ///   - terminalValue: what a state is worth that is seen after the last step; `nil` for nothing.
  public init(_ worlds: [World], samples: Int = 1, terminalValue: TerminalValue? = nil) {
    precondition(!worlds.isEmpty, "there must be a start state")
    precondition(samples > 0, "samples must be positive, but is \(samples)")
    for world in worlds { precondition(!world.isOver, "\(world.name): the episode is over") }
    self.worlds = worlds.map { $0.withoutTimeLimit() }
    self.samples = samples
    self.terminalValue = terminalValue
  }

  public var actionSpace: BoxSpace { worlds[0].actionSpace }
  public var startCount: Int { worlds.count }

  @inlinable
  public func rollOut(
    _ batch: inout TrajectoryBatch, within clock: TrajectoryClock, using random: inout RandomStream
  ) throws(TrajectoryError) -> Bool {
    let root = RandomStream(seed: random.next())
    var copies: [World] = []
    var streams: [RandomStream] = []
    for candidate in 0..<batch.count {
      for sample in 0..<samples {
        copies.append(worlds[batch.starts[candidate]])
        streams.append(root.substream(UInt64(sample)))
      }
    }
    var last = [World.Observation?](repeating: nil, count: copies.count)
    var hasEnded = [Bool](repeating: false, count: copies.count)
    var action = [Float](repeating: 0, count: batch.width)
    for step in 0..<batch.horizon {
      for candidate in 0..<batch.count {
        // Looked at within the step as well: many copies of a slow world take long.
        if candidate % 64 == 0, clock.isOver { return false }
        let first = (candidate * batch.horizon + step) * batch.width
        for index in 0..<batch.width { action[index] = batch.actions[first + index] }
        var sum = 0.0
        for row in candidate * samples..<(candidate + 1) * samples where !hasEnded[row] {
          let outcome = copies[row].step(action, using: &streams[row])
          sum += outcome.reward.value
          hasEnded[row] = outcome.ending != nil
          if step == batch.horizon - 1, outcome.ending == nil { last[row] = outcome.observation }
        }
        batch.rewards[candidate * batch.horizon + step] = sum / Double(samples)
      }
    }
    guard let terminalValue else {
      for candidate in 0..<batch.count { batch.terminalValues[candidate] = 0 }
      return true
    }
    let rows = last.indices.filter { last[$0] != nil }
    let values = terminalValue(rows.compactMap { last[$0] })
    precondition(values.count == rows.count, "\(rows.count) states were given \(values.count) values")
    for candidate in 0..<batch.count { batch.terminalValues[candidate] = 0 }
    for (row, value) in zip(rows, values) { batch.terminalValues[row / samples] += value / Double(samples) }
    return true
  }

  /// What an actor would do, as seeds for an optimiser.
  ///
  /// - Parameters:
  ///   - actor: draws an action at an observation.
  ///   - observation: what the world shows now.
  ///   - start: which start state.
  ///   - count: how many sequences to draw.
  ///   - horizon: how many actions each has.
  ///   - random: what chance there is comes from here.
  /// - Returns: `[count]` of `[horizon × width]`, clipped to the box; after an ending the last action is repeated.
  public func sequences(
    of actor: (World.Observation, inout RandomStream) -> [Float], showing observation: World.Observation,
    from start: Int = 0, count: Int, horizon: Int, using random: inout RandomStream
  ) -> [[Float]] {
    let limits = ActionLimits(actionSpace)
    return (0..<count).map { _ in
      var world = worlds[start]
      var seen = observation
      var action: [Float] = []
      var sequence: [Float] = []
      var hasEnded = false
      for _ in 0..<horizon {
        if !hasEnded {
          action = limits.clip(actor(seen, &random))
          let step = world.step(action, using: &random)
          seen = step.observation
          hasEnded = step.ending != nil
        }
        sequence += action
      }
      return sequence
    }
  }
}

/// The true model: copies of rows of a batch, stepped together.
///
/// Time limits are taken off. After an ending nothing is earned. All candidates meet the same chance.
public struct BatchTrajectories<Batch: EnvironmentBatch>: TrajectoryModel
where Batch.ActionSpace == BoxSpace {
  /// What a state is worth that is seen after the last step, in reward units, `[B]`.
  public typealias TerminalValue = @Sendable (Batch.ObservationSpace.Column) -> [Double]

  private let batch: Batch
  private let rows: [Int]
  private let terminalValue: TerminalValue?

  /// Makes a model of copies of a world where they are.
  ///
  /// - Parameters:
  ///   - batch: the copies, after their first reset.
  ///   - rows: which of them are start states; `nil` for all.
  ///   - terminalValue: what a state is worth that is seen after the last step; `nil` for nothing.
  public init(_ batch: Batch, rows: [Int]? = nil, terminalValue: TerminalValue? = nil) {
    self.rows = rows ?? Array(0..<batch.count)
    for row in self.rows {
      precondition(row >= 0 && row < batch.count, "rows must be below \(batch.count), but one is \(row)")
    }
    precondition(!self.rows.isEmpty, "there must be a start state")
    self.batch = batch.withoutTimeLimit()
    self.terminalValue = terminalValue
  }

  public var actionSpace: BoxSpace { batch.actionSpace }
  public var startCount: Int { rows.count }

  public func rollOut(
    _ batch: inout TrajectoryBatch, within clock: TrajectoryClock, using random: inout RandomStream
  ) throws(TrajectoryError) -> Bool {
    let stream = RandomStream(seed: random.next())
    var copies = self.batch.copies(
      of: batch.starts.map { rows[$0] },
      drawingFrom: [RandomStream](repeating: stream, count: batch.count))
    var endings = [Ending?](repeating: nil, count: batch.count)
    for step in 0..<batch.horizon {
      if clock.isOver { return false }
      copies.step(batch.actions(at: step))
      let (rewards, latest) = (copies.rewards, copies.endings)
      for candidate in 0..<batch.count {
        // A copy that ended has begun another episode, which is none of ours.
        let hasEnded = endings[candidate] != nil
        batch.rewards[candidate * batch.horizon + step] = hasEnded ? 0 : rewards[candidate]
        if !hasEnded { endings[candidate] = latest[candidate] }
      }
    }
    for candidate in 0..<batch.count { batch.terminalValues[candidate] = 0 }
    guard let terminalValue else { return true }
    let going = (0..<batch.count).filter { endings[$0] == nil }
    guard !going.isEmpty else { return true }
    let values = terminalValue(copies.observations.rows(going))
    precondition(values.count == going.count, "\(going.count) states were given \(values.count) values")
    for (candidate, value) in zip(going, values) { batch.terminalValues[candidate] = value }
    return true
  }

  /// What an actor would do, as seeds for an optimiser: each sequence is drawn in a copy of its own.
  ///
  /// - Parameters:
  ///   - actor: the actor; it sees what the copies show.
  ///   - start: which start state.
  ///   - count: how many sequences to draw, not negative.
  ///   - horizon: how many actions each has.
  ///   - parameters: the store its numbers lie in.
  ///   - random: what chance there is comes from here.
  /// - Returns: `[count]` of `[horizon × width]`, clipped to the box; after an ending the last action is repeated.
  public func sequences<A: ColumnActor>(
    of actor: A, from start: Int = 0, count: Int, horizon: Int, reading parameters: ParameterStore,
    using random: inout RandomStream
  ) -> [[Float]] where A.ActionSpace == BoxSpace, Batch.ObservationSpace == BoxSpace {
    precondition(count >= 0, "count must not be negative, but is \(count)")
    guard count > 0 else { return [] }
    var actor = actor
    let root = RandomStream(seed: random.next())
    var copies = batch.copies(
      of: [Int](repeating: rows[start], count: count),
      drawingFrom: (0..<count).map { root.substream(UInt64($0)) })
    var actions = actionSpace.column(count: count)
    var hasEnded = [Bool](repeating: false, count: count)
    var sequences = [[Float]](repeating: [], count: count)
    for _ in 0..<horizon {
      let wanted = actionSpace.clamped(
        actor.actions(at: copies.observations, as: .policy, reading: parameters, using: &random))
      for row in 0..<count {
        if !hasEnded[row] { actions[row] = wanted[row] }
        sequences[row] += actions[row]
      }
      // A copy that ended has begun another episode, which is none of ours.
      copies.step(actions)
      let endings = copies.endings
      for row in 0..<count where endings[row] != nil { hasEnded[row] = true }
    }
    return sequences
  }
}
