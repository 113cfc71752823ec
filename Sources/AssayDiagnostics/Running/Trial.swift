import Assay

/// One agent under study: it lives in a world, is changed from outside, and is measured, whatever its type.
///
/// A trial belongs to whoever made it, and stays in one task.
public protocol Trial: AnyObject {
  /// How many environment steps were taken.
  var step: Int { get }
  /// All numbers of the agent, with the ledger of who wrote them. A copy is a snapshot.
  var parameters: ParameterStore { get }
  /// The world the agent lives in.
  var world: any EnumerableEnvironment { get }
  /// What is recorded so far.
  var record: AgentRecord { get }

  /// Lives and learns, and is measured on the way as often as was asked for.
  ///
  /// - Parameter steps: environment steps, not negative.
  /// - Throws: ``NonFiniteError`` when a number that is not finite was written; the trial is over then.
  ///   ``DataError`` and ``PlanningError`` as ``measure()`` does.
  func advance(by steps: Int) throws

  /// Goes on in another world with the same states and actions, with a new episode. What was measured before is
  /// kept apart from what follows.
  ///
  /// - Parameters:
  ///   - world: of the type the trial was made with.
  ///   - truth: what is true of that world.
  /// - Throws: ``DataError`` and ``PlanningError`` as ``measure()`` does.
  func enter(_ world: any EnumerableEnvironment, truth: ProcessTruth) throws

  /// Changes something from outside.
  func apply(_ change: (inout Intervention.Target) -> Void)

  /// Measures the agent as it is now, and adds it to the record.
  func measure() throws
}

extension Trial {
  /// Lives for a number of steps, and is changed from outside on the way.
  ///
  /// - Parameters:
  ///   - steps: environment steps, positive.
  ///   - interventions: what is changed, and when.
  ///   - onProgress: told how many steps were taken since it was last told.
  /// - Throws: as ``advance(by:)`` and ``measure()`` do, and `CancellationError` when the task was cancelled.
  ///   An agent that ran into a number that is not finite is no error: its record says so.
  public func live(
    for steps: Int, under interventions: [Intervention], onProgress: ((Int) -> Void)? = nil
  ) throws {
    let start = step
    // The untrained agent is what there is to look at when training stops before anything was measured.
    if record.latest == nil { try measure() }
    let changes = interventions.map { (step: Int(($0.time * Double(steps)).rounded()), change: $0) }
    for stop in Set(changes.map(\.step) + (1...40).map { steps * $0 / 40 }).sorted() {
      let before = step
      do { try advance(by: start + stop - before) } catch is NonFiniteError { return }
      onProgress?(step - before)
      for (due, intervention) in changes where due == stop { apply(intervention.apply) }
      if Task.isCancelled { throw CancellationError() }
    }
    try measure()
  }
}

/// A trial of an agent with parts of known types.
public final class AnatomyTrial<
  World: EnumerableEnvironment, M: WorldModel, C: Critic, A: Actor, P: Planner,
  Teacher: Learner & ~Copyable
>: Trial
where
  M.Latent == Int, C.Latent == Int, A.Latent == Int, M.Action == Int, C.Action == Int, A.Action == Int,
  P.Action == Int, A.Distribution == ActionProbabilities, Teacher.Observation == Int, Teacher.Action == Int
{
  private var run: Run<World, Anatomy<M, C, A, P>, Teacher>
  private var truth: ProcessTruth
  private let interval: Int
  public private(set) var record: AgentRecord

  /// Gets ready for the first step.
  ///
  /// - Parameters:
  ///   - environment: the world to live in.
  ///   - truth: what is true of it.
  ///   - trainee: the untrained agent and its learner.
  ///   - seed: everything random follows from it.
  ///   - interval: the agent is measured each time so many steps were taken, at least 1.
  public init(
    in environment: World, truth: ProcessTruth, trainee: consuming Trainee<Anatomy<M, C, A, P>, Teacher>,
    seed: UInt64, measuredEvery interval: Int
  ) {
    precondition(interval > 0, "the interval must be positive, but is \(interval)")
    self.truth = truth
    self.interval = interval
    run = Run(environment: environment, trainee: trainee, seed: seed)
    record = AgentRecord(seed: seed)
  }

  public var step: Int { run.step }
  public var parameters: ParameterStore { run.agent.parameters }
  public var world: any EnumerableEnvironment { run.environment }

  public func advance(by steps: Int) throws {
    var remaining = steps
    while remaining > 0 {
      let stretch = min(remaining, interval - run.step % interval)
      do { try run.advance(by: stretch) } catch {
        record.stoppedBy = error
        throw error
      }
      remaining -= stretch
      if run.step % interval == 0 { try measure() }
    }
  }

  public func enter(_ world: any EnumerableEnvironment, truth: ProcessTruth) throws {
    guard let world = world as? World else {
      preconditionFailure("the trial lives in a \(World.self), not in a \(type(of: world))")
    }
    if record.latest?.step != run.step { try measure() }
    record.moved()
    self.truth = truth
    run.enter(world)
  }

  public func apply(_ change: (inout Intervention.Target) -> Void) {
    var target = Intervention.Target(
      parameters: run.agent.parameters, aims: run.learner.aims, labels: run.experience.labels,
      critic: run.agent.critic.name, actor: run.agent.actor.name,
      worldModel: Anatomy<M, C, A, P>.hasWorldModel ? run.agent.worldModel.name : nil)
    let version = target.labels.version
    let name = target.labels.name
    change(&target)
    run.agent.parameters = target.parameters
    run.learner.aims = target.aims
    if target.labels.name != name || target.labels.version != version {
      run.experience.relabel(target.labels)
    }
  }

  public func measure() throws {
    record.add(try AgentAudit(of: run.agent, truth: truth))
  }
}
