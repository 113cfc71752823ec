/// What came of the episodes of a run in several copies of a world.
public struct EpisodeTally: Sendable, Hashable {
  /// One episode that ended.
  public struct Episode: Sendable, Hashable {
    /// Environment steps of the whole run when it ended.
    public var step: Int
    /// Its undiscounted training reward.
    public var reward: Double
    /// Its undiscounted performance.
    public var performance: Double
    /// How many steps it took.
    public var length: Int
  }

  /// How many episodes ended.
  public fileprivate(set) var count = 0
  /// The episodes that ended last, oldest first, up to ``memory``.
  public fileprivate(set) var recent: [Episode] = []

  /// How many episodes are remembered.
  public static var memory: Int { 100 }

  fileprivate mutating func add(_ episode: Episode) {
    count += 1
    if recent.count == Self.memory { recent.removeFirst() }
    recent.append(episode)
  }
}

/// The run loop over several copies of a world: ``Run`` for agents with networks, which are at their best on matrices.
///
/// Worlds, agent and learner draw from streams of their own. The same seed gives the same run, bit for bit, however
/// its steps are divided over calls, and whether it was archived and restored in between.
public struct BatchRun<Subject: BatchAgent, Teacher: BatchLearner & ~Copyable>: ~Copyable, Sendable
where Teacher.ActionSpace == Subject.ActionSpace {
  /// The copies of the world the agent lives in.
  public var worlds: any EnvironmentBatch<BoxSpace, Subject.ActionSpace>
  /// The agent, as it is now. A copy of it is a snapshot.
  public var agent: Subject
  /// What changes the agent's parameters.
  public var learner: Teacher
  /// Under which labels the learner sees rewards. The tally is of what the world said.
  public var labels = RewardLabels(name: "original", rule: .original)
  /// What came of the episodes so far.
  public private(set) var tally = EpisodeTally()

  var agentStream: RandomStream
  var learnerStream: RandomStream
  var rewardSums: [Double]
  var performanceSums: [Double]
  var lengths: [Int]

  /// How many environment steps were taken, in all copies together.
  public var step: Int { agent.parameters.step }

  /// Resets the copies and gets ready to take the first step.
  ///
  /// - Parameters:
  ///   - trainee: the agent, and the learner that changes it.
  ///   - seed: everything random in the run follows from it.
  ///   - makeWorlds: makes the copies, given the stream they are to draw from.
  public init(
    trainee: consuming BatchTrainee<Subject, Teacher>, seed: UInt64,
    in makeWorlds: (RandomStream) -> any EnvironmentBatch<BoxSpace, Subject.ActionSpace>
  ) {
    let root = RandomStream(seed: seed)
    var copies = makeWorlds(root.substream(0))
    copies.reset()
    let zeros = [Double](repeating: 0, count: copies.count)
    worlds = copies
    agent = trainee.agent
    learner = trainee.learner
    agentStream = root.substream(1)
    learnerStream = root.substream(2)
    rewardSums = zeros
    performanceSums = zeros
    lengths = [Int](repeating: 0, count: zeros.count)
  }

  /// Takes environment steps, learning as the learner sees fit.
  ///
  /// All copies step together, so the last step may take the count a little further than asked.
  ///
  /// - Parameter end: how many steps the run is to have taken, in all copies together.
  /// - Throws: ``NonFiniteError`` when a number that is not finite was written; the run stops right there.
  public mutating func advance(to end: Int) throws(NonFiniteError) {
    while step < end {
      let observations = worlds.observations
      let actions = agent.act(on: observations, as: .exploring, using: &agentStream)
      // A policy may be wider than the space; the learner sees what was meant.
      worlds.step(worlds.actionSpace.clamped(actions))
      let endings = worlds.endings
      let rewards = worlds.rewards
      var next = worlds.observations
      note(rewards, endings)
      if endings.contains(where: { $0 != nil }) {
        let final = worlds.finalObservations
        for copy in endings.indices where endings[copy] != nil {
          for index in next.range(of: copy) { next.values[index] = final.values[index] }
        }
      }
      agent.parameters.step += rewards.count
      let outcome = BatchStep<Subject.ActionSpace.Column>(
        observations: observations, actions: actions, rewards: labelled(rewards), nextObservations: next,
        endings: endings)
      learner.learn(from: outcome, updating: &agent.parameters, using: &learnerStream)
      if !agent.parameters.isFinite { throw NonFiniteError(in: agent.parameters) }
    }
  }

  private func labelled(_ rewards: [Double]) -> [Double] {
    if case .original = labels.rule { return rewards }
    return rewards.indices.map { labels.label(Reward(rewards[$0]), at: step + $0).value }
  }

  private mutating func note(_ rewards: [Double], _ endings: [Ending?]) {
    let performances = worlds.performances
    for copy in rewards.indices {
      rewardSums[copy] += rewards[copy]
      performanceSums[copy] += performances[copy]
      lengths[copy] += 1
      guard endings[copy] != nil else { continue }
      tally.add(
        .init(
          step: step + rewards.count, reward: rewardSums[copy], performance: performanceSums[copy],
          length: lengths[copy]))
      rewardSums[copy] = 0
      performanceSums[copy] = 0
      lengths[copy] = 0
    }
  }
}

extension BatchRun: Archivable where Teacher: ~Copyable {
  /// Puts everything in but the parameters and their ledger, which have a file of their own.
  public func archive(into archive: inout StateArchive) {
    archive.put(worlds, as: "worlds")
    archive.put(learner, as: "learner")
    archive.put(agentStream, as: "agentStream")
    archive.put(learnerStream, as: "learnerStream")
    archive.put(rewardSums, as: "rewardSums")
    archive.put(performanceSums, as: "performanceSums")
    archive.put(lengths, as: "lengths")
    archive.put([tally.count], as: "episodes")
    archive.put(tally.recent.flatMap { [$0.reward, $0.performance] }, as: "recentReturns")
    archive.put(tally.recent.flatMap { [$0.step, $0.length] }, as: "recentSteps")
  }

  public mutating func restore(from archive: StateArchive) throws(DataError) {
    try archive.restore(&worlds, from: "worlds")
    try archive.restore(&learner, from: "learner")
    try archive.restore(&agentStream, from: "agentStream")
    try archive.restore(&learnerStream, from: "learnerStream")
    rewardSums = try archive.doubles("rewardSums", count: lengths.count)
    performanceSums = try archive.doubles("performanceSums", count: lengths.count)
    lengths = try archive.integers("lengths", count: lengths.count)
    let episodes = try archive.integers("episodes", count: 1)[0]
    let steps = try archive.integers("recentSteps")
    let returns = try archive.doubles("recentReturns", count: steps.count)
    tally = EpisodeTally()
    for index in 0..<steps.count / 2 {
      tally.add(
        .init(
          step: steps[2 * index], reward: returns[2 * index], performance: returns[2 * index + 1],
          length: steps[2 * index + 1]))
    }
    tally.count = episodes
  }
}
