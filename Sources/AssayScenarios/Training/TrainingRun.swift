import Assay
import AssayDiagnostics

/// A run that trains an agent with parts of known types, in copies of a world.
///
/// What needs the types, such as an audit of the parts, is added in an extension.
public final class TrainingRun<
  Model: WorldModel, Judge: Critic, Doer: ColumnActor, Teacher: BatchLearner & ~Copyable
>: LiveRun
where
  Model.Latent == [Float], Judge.Latent == [Float], Model.Action == Doer.Action, Judge.Action == Doer.Action,
  Teacher.ActionSpace == Doer.ActionSpace
{
  /// An agent that takes its actor at its word.
  public typealias Subject = Anatomy<Model, Judge, Doer, ReactivePlanner<Doer.Action>>

  /// The agent, its learner, and the worlds they are in.
  public var run: BatchRun<Subject, Teacher>
  /// Makes copies of the world that have nothing to do with those of the run: so many, drawing from a stream.
  public let worlds: MakeWorlds<Doer.ActionSpace>

  /// What the learner had said before the run was left; shown until it says something new.
  private var metricsBefore: [(name: String, value: Double)] = []

  /// Gets ready for the first step.
  ///
  /// - Parameters:
  ///   - trainee: the untrained agent and its learner.
  ///   - order: where it lives, in how many copies, and the seed that everything random follows from.
  public init<Configuration>(
    _ trainee: consuming BatchTrainee<Subject, Teacher>,
    _ order: TrainingOrder<Configuration, Doer.ActionSpace>
  ) {
    let worlds = order.worlds
    let copies = order.copies
    run = BatchRun(trainee: trainee, seed: order.seed) { worlds(copies, $0) }
    self.worlds = worlds
  }

  public var step: Int { run.step }
  public var tally: EpisodeTally { run.tally }
  public var metrics: [(name: String, value: Double)] { run.learner.metrics?.entries ?? metricsBefore }
  public var parameters: ParameterStore {
    get { run.agent.parameters }
    set { run.agent.parameters = newValue }
  }

  public var parts: PartsFindings {
    PartsFindings(
      worldModel: Subject.hasWorldModel ? run.agent.worldModel.name.description : nil,
      critic: Subject.hasCritic ? run.agent.critic.name.description : nil,
      actor: run.agent.actor.name.description,
      claim: Subject.hasCritic ? run.agent.critic.claim.description : nil,
      objective: run.agent.actor.objective.description)
  }

  public var trainedParts: TrainedParts {
    TrainedParts(
      of: run.agent, observationCount: worlds(1, RandomStream(seed: 0)).observationSpace.count)
  }

  public func advance(to end: Int) throws(NonFiniteError) { try run.advance(to: end) }

  public func evaluate(episodes: Int, conduct: Conduct, stream: RandomStream) -> Evaluation {
    precondition(episodes > 0, "episodes must be positive, but is \(episodes)")
    var worlds = worlds(episodes, stream.substream(0))
    return play(&worlds, conduct: conduct, stream: stream.substream(1))
  }

  /// Plays the first episode of each copy.
  private func play(
    _ worlds: inout any EnvironmentBatch<BoxSpace, Doer.ActionSpace>, conduct: Conduct, stream: RandomStream
  ) -> Evaluation {
    var agent = run.agent
    var stream = stream
    let none = Evaluation.Episode(reward: 0, performance: 0, length: 0, isOver: false)
    var episodes = [Evaluation.Episode](repeating: none, count: worlds.count)
    var left = episodes.count
    worlds.reset()
    while left > 0, episodes.contains(where: { !$0.isOver && $0.length < Evaluation.stepLimit }) {
      let actions = agent.act(on: worlds.observations, as: conduct, using: &stream)
      worlds.step(worlds.actionSpace.clamped(actions))
      let (rewards, performances, endings) = (worlds.rewards, worlds.performances, worlds.endings)
      for copy in episodes.indices where !episodes[copy].isOver {
        episodes[copy].reward += rewards[copy]
        episodes[copy].performance += performances[copy]
        episodes[copy].length += 1
        guard endings[copy] != nil else { continue }
        episodes[copy].isOver = true
        left -= 1
      }
    }
    return Evaluation(conduct: conduct, episodes: episodes)
  }

  public func probe(in world: any ProbeWorld, seed: UInt64) -> ProbeResult {
    func open(_ world: some ProbeWorld) -> ProbeResult {
      guard let judging = Judging(world: world, agent: run.agent) as? any ProbeJudging else {
        preconditionFailure("the agent acts in \(Doer.ActionSpace.self), and not in \(world.actionSpace)")
      }
      return judging.result(seed: seed)
    }
    return open(world)
  }

  public func archive() -> StateArchive {
    var archive = StateArchive()
    run.archive(into: &archive)
    return archive
  }

  public func resume(
    from archive: StateArchive, tensors: [StoredTensor], ledger: Ledger, step: Int,
    metrics: [(name: String, value: Double)]
  ) throws(DataError) {
    try run.restore(from: archive)
    try run.agent.parameters.resume(tensors, ledger: ledger, at: step)
    metricsBefore = metrics
  }
}

/// A probe world with an agent that learned in it: they can be asked if the agent's actions are those of the world.
private struct Judging<World: ProbeWorld, Model: WorldModel, Judge: Critic, Doer: ColumnActor>
where
  Model.Latent == [Float], Judge.Latent == [Float], Model.Action == Doer.Action, Judge.Action == Doer.Action
{
  var world: World
  var agent: Anatomy<Model, Judge, Doer, ReactivePlanner<Doer.Action>>
}

private protocol ProbeJudging {
  func result(seed: UInt64) -> ProbeResult
}

extension Judging: ProbeJudging where World.ActionSpace == Doer.ActionSpace, World.Action == Doer.Action {
  func result(seed: UInt64) -> ProbeResult { ProbeResult(of: agent, in: world, seed: seed) }
}

/// Makes copies of a world: so many, drawing from a stream.
public typealias MakeWorlds<ActionSpace: ColumnarSpace> =
  @Sendable (_ count: Int, _ stream: RandomStream) -> any EnvironmentBatch<BoxSpace, ActionSpace>
