import Assay

extension BatchAgent {
  /// States of a world as this agent meets them: each from a life of its own, at a random time.
  ///
  /// One copy of the world lives for each state, in the agent's policy, from episode to episode, and is stopped at a
  /// time drawn uniformly from `0..<time`. States are therefore independent of each other, and are met as often as the
  /// agent is in them; for times much longer than an episode, that is the average over its steps.
  ///
  /// - Parameters:
  ///   - worlds: copies of the world; the first of them is copied and reset.
  ///   - count: how many states, at least 1.
  ///   - time: the longest life, from 1. A life of 1 gives the beginnings of episodes.
  ///   - stream: what chance there is comes from here.
  /// - Returns: the copies, each in its state, `[count]`, those that were stopped first first.
  public func visitedStates(
    in worlds: any EnvironmentBatch<BoxSpace, ActionSpace>, count: Int, time: Int, using stream: RandomStream
  ) -> any EnvironmentBatch<BoxSpace, ActionSpace> {
    precondition(count > 0 && time > 0, "count and time must be positive, but are \(count), \(time)")
    let streams = (0..<count).map { stream.substream(0).substream(UInt64($0)) }
    var living = worlds.copies(of: [Int](repeating: 0, count: count), drawingFrom: streams)
    living.reset()
    var agent = self
    var random = stream.substream(1)
    return stopped(living, before: time, stream.substream(2)) { observations, _ in
      agent.act(on: observations, as: .policy, using: &random)
    }
  }

  /// States that the agent gets into from those it meets when an action, drawn uniformly from the space, is held for a
  /// number of steps drawn uniformly from `0..<longest`.
  ///
  /// - Parameters:
  ///   - worlds: copies of the world; the first of them is copied and reset.
  ///   - count: how many states, at least 1.
  ///   - time: the longest life before, from 1.
  ///   - longest: the longest detour and one more, from 1.
  ///   - stream: what chance there is comes from here.
  /// - Returns: the copies, each in its state, `[count]`, those with the shortest detours first.
  public func detours(
    in worlds: any EnvironmentBatch<BoxSpace, ActionSpace>, count: Int, time: Int, longest: Int,
    using stream: RandomStream
  ) -> any EnvironmentBatch<BoxSpace, ActionSpace> {
    precondition(longest > 0, "longest must be positive, but is \(longest)")
    let states = visitedStates(in: worlds, count: count, time: time, using: stream.substream(0))
    var draw = stream.substream(1)
    // Those who lived longest are not to be those with the longest detours.
    let mixed = Array(0..<count).shuffled(using: &draw)
    let living = states.copies(
      of: mixed, drawingFrom: mixed.map { stream.substream(2).substream(UInt64($0)) })
    var held = living.actionSpace.column(count: count)
    for row in 0..<count { held[row] = living.actionSpace.sample(using: &draw) }
    return stopped(living, before: longest, stream.substream(3)) { _, rows in held.rows(Array(rows)) }
  }

  /// Stops each copy at a random time.
  private func stopped<Worlds: EnvironmentBatch>(
    _ copies: Worlds, before time: Int, _ stream: RandomStream,
    acting act: (VectorColumn, Range<Int>) -> ActionSpace.Column
  ) -> Worlds where Worlds.ObservationSpace == BoxSpace, Worlds.ActionSpace == ActionSpace {
    let count = copies.count
    var draw = stream
    // Those that live longest come last, so that the first of the living are the next to stop.
    let times = (0..<count).map { _ in draw.integer(below: time) }.sorted()
    let streams = (0..<count).map { stream.substream(UInt64($0)) }
    var living = copies
    var stopped: Worlds?
    var (first, now) = (0, 0)
    while true {
      var last = first
      while last < count, times[last] == now { last += 1 }
      if last > first {
        let part = living.copies(
          of: Array(0..<last - first), drawingFrom: streams[first..<last].map { $0.substream(0) })
        if stopped == nil { stopped = part } else { stopped?.append(contentsOf: part) }
        if last == count { break }
        living = living.copies(
          of: Array(last - first..<count - first),
          drawingFrom: streams[last...].map { $0.substream(UInt64(now + 1)) })
        first = last
      }
      living.step(living.actionSpace.clamped(act(living.observations, first..<count)))
      now += 1
    }
    guard let stopped else { preconditionFailure("no state was met") }
    return stopped
  }
}

/// Draws every action evenly from its space: what an agent is compared with.
public struct EvenPlayer<ActionSpace: ColumnarSpace>: BatchAgent {
  public let actionSpace: ActionSpace
  /// None.
  public var parameters = ParameterStore()

  public init(_ actionSpace: ActionSpace) { self.actionSpace = actionSpace }

  public func act(
    on observations: VectorColumn, as conduct: Conduct, using random: inout RandomStream
  ) -> ActionSpace.Column {
    var column = actionSpace.column(count: observations.count)
    for row in 0..<observations.count { column[row] = actionSpace.sample(using: &random) }
    return column
  }
}
