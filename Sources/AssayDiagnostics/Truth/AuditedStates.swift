import Assay

/// Where the states that an agent is audited in come from.
public enum StateSource: String, Sendable, Hashable, Codable {
  /// The agent's own policy, met at a random time.
  case visited
  /// The beginning of an episode.
  case fresh
}

extension BatchAgent {
  /// States of a world as this agent meets them: each from a life of its own, at a random time.
  ///
  /// One copy of the world lives for each state, in the agent's policy, from episode to episode, and is stopped at a time
  /// drawn uniformly from `0..<time`. States are therefore independent of each other, and are met as often as the
  /// agent is in them; for times much longer than an episode, that is the average over its steps.
  ///
  /// - Parameters:
  ///   - worlds: copies of the world; any one of them is copied and reset.
  ///   - count: how many states, at least 1.
  ///   - time: the longest life, from 1. A life of 1 gives the beginnings of episodes.
  ///   - stream: what chance there is comes from here.
  /// - Returns: the copies, each in its state, `[count]`, those that were stopped first first.
  public func visitedStates(
    in worlds: any EnvironmentBatch<BoxSpace, ActionSpace>, count: Int, time: Int, using stream: RandomStream
  ) -> any EnvironmentBatch<BoxSpace, ActionSpace> {
    precondition(count > 0 && time > 0, "count and time must be positive, but are \(count), \(time)")
    return live(in: worlds, count: count, time: time, stream)
  }

  private func live<Worlds: EnvironmentBatch>(
    in worlds: Worlds, count: Int, time: Int, _ stream: RandomStream
  ) -> Worlds where Worlds.ObservationSpace == BoxSpace, Worlds.ActionSpace == ActionSpace {
    var agent = self
    var random = stream.substream(1)
    var draw = stream.substream(2)
    // Those that live longest come last, so that the first of them are the next to stop.
    let times = (0..<count).map { _ in draw.integer(below: time) }.sorted()
    let streams = (0..<count).map { stream.substream(0).substream(UInt64($0)) }
    var living = worlds.copies(of: [Int](repeating: 0, count: count), drawingFrom: streams)
    living.reset()
    var stopped: Worlds?
    var first = 0
    var now = 0
    while true {
      var last = first
      while last < count, times[last] == now { last += 1 }
      if last > first {
        let rows = Array(0..<last - first)
        let part = living.copies(of: rows, drawingFrom: streams[first..<last].map { $0.substream(0) })
        if stopped == nil { stopped = part } else { stopped?.append(contentsOf: part) }
        if last == count { break }
        living = living.copies(
          of: Array(last - first..<count - first),
          drawingFrom: streams[last...].map { $0.substream(UInt64(now + 1)) })
        first = last
      }
      living.step(living.actionSpace.clamped(agent.act(on: living.observations, as: .policy, using: &random)))
      now += 1
    }
    guard let stopped else { preconditionFailure("no state was met") }
    return stopped
  }
}
