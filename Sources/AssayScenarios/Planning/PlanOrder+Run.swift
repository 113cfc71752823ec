import Assay
import AssayEnvironments
import AssayPlanning
import AssayReports

/// The parts of a trained run in the places of the world, of random play and of nobody.
extension PlanOrder {
  /// A run that does not fit, or a part that was asked for and that nobody has, or nobody asks.
  public struct Unusable: Error, Hashable, CustomStringConvertible {
    /// `--run`, `--model`, `--critic` or `--actor`.
    public let flag: String
    public let value: String
    public let reason: String
    /// What may be there instead.
    public let allowed: String

    public var description: String { "\(flag) \(value): \(reason); allowed: \(allowed)" }
  }

  /// Which of a run's parts are asked.
  struct Uses {
    var run: TrainedRun?
    var model = false
    var critic = false
    var actor = false
  }

  /// How large a share of the candidates is drawn from the actor, one at least.
  ///
  /// - SeeAlso: Hansen, Wang & Su (2022), *Temporal difference learning for model predictive control*, which has as many.
  private static let actorShare = 0.05

  // MARK: What is asked

  /// Which parts a planner asks.
  ///
  /// - Parameters:
  ///   - planner: the planner.
  ///   - asksParts: whether anybody is asked in worlds of this kind.
  ///   - others: the planners that suit the world, too.
  /// - Returns: the parts.
  /// - Throws: ``Unusable`` where one that was asked for cannot be had, or none can.
  func uses(
    by planner: PlannerChoice, asksParts: Bool = true, others: [PlannerChoice] = []
  ) throws(Unusable) -> Uses {
    func isAsked(
      _ flag: String, _ wanted: Bool?, _ part: String, has: Bool, asks: Bool, otherwise: String
    ) throws(Unusable) -> Bool {
      guard wanted == true else { return wanted == nil && run != nil && has && asks }
      guard let run else {
        throw Unusable(
          flag: flag, value: "run", reason: "no run is named",
          allowed: "\(otherwise), or --run with the folder of one")
      }
      let reason = has ? "\(planner.rawValue) asks no \(part) here" : "\(run.agent) has no \(part)"
      guard has && asks else {
        throw Unusable(flag: flag, value: "run", reason: reason, allowed: otherwise)
      }
      return true
    }
    let parts = run?.parts
    let uses = Uses(
      run: run,
      model: try isAsked(
        "--model", model.map { $0 == .run }, "world model", has: parts?.hasWorldModel ?? false,
        asks: asksParts && planner.asksModel, otherwise: "world"),
      critic: try isAsked(
        "--critic", critic.map { $0 == .run }, "critic", has: parts?.hasCritic ?? false,
        asks: asksParts && planner.asksCritic, otherwise: "none"),
      actor: try isAsked(
        "--actor", actor.map { $0 == .run }, "actor", has: true, asks: asksParts && planner.asksActor,
        otherwise: "none"))
    if let run, (model, critic, actor) == (nil, nil, nil), !uses.model, !uses.critic, !uses.actor {
      let able = asksParts ? others.filter { $0.asksActor || $0.asksCritic && run.parts.hasCritic } : []
      throw Unusable(
        flag: "--run", value: run.folder,
        reason: "\(planner.rawValue) has no use for what \(run.agent) has",
        allowed: able.isEmpty ? "no run" : "--planner " + able.map(\.rawValue).joined(separator: ", "))
    }
    return uses
  }

  /// Makes sure that the run's agent can see and act in a world.
  func checkFit(of world: any Environment, observations: Int, actions: some Space) throws(Unusable) {
    guard let run, !run.parts.fits(observations: observations, actions: actions) else { return }
    throw Unusable(
      flag: "--run", value: run.folder,
      reason: "its \(run.agent) sees \(counted(run.parts.observationCount, "number")) and its action is "
        + "\(run.parts.actions), but \(world.name) shows \(observations) and takes \(actions)",
      allowed: "a run that was trained in such a world")
  }

  // MARK: Trees

  /// The run's critic and actor for a search; `nil` where neither is asked.
  func guide(_ uses: Uses, actionCount: Int) -> LeafGuide<[Float]>? {
    guard uses.critic || uses.actor, let parts = uses.run?.parts,
      case .choices(let critic, let actor) = parts.parts
    else { return nil }
    func open(_ actor: some ColumnActor<DiscreteSpace>) -> LeafGuide<[Float]> {
      LeafGuide(
        critic: uses.critic ? critic : nil, actor: actor, givesPriors: uses.actor, actionCount: actionCount,
        reading: parts.parameters)
    }
    var guide = open(actor)
    if uses.critic { guide.valuesBy = parts.criticName }
    if uses.actor { guide.priorsBy = parts.actorName }
    return guide
  }

  // MARK: Sequences

  /// How many sequences of the actor are tried.
  private var actorSequences: Int { max(1, Int((Self.actorShare * Double(candidateCount)).rounded())) }

  /// Plans a sequence in the world, or in the run's model of it.
  ///
  /// - Parameters:
  ///   - optimizer: how.
  ///   - batch: the world, one copy of it, after its reset.
  ///   - uses: which parts are asked.
  ///   - trace: what was tried is appended to it, unless it is `nil`.
  ///   - random: what chance there is comes from here.
  /// - Returns: the plan.
  /// - Throws: `TrajectoryError` where a number is not finite.
  func sequence<Batch: EnvironmentBatch>(
    by optimizer: some TrajectoryOptimizer, in batch: Batch, _ uses: Uses,
    tracing trace: inout TrajectoryTrace?, using random: inout RandomStream
  ) throws(TrajectoryError) -> TrajectoryPlan
  where Batch.ActionSpace == BoxSpace, Batch.ObservationSpace == BoxSpace {
    guard let parts = uses.run?.parts, case .vectors(let model, let critic, let actor) = parts.parts else {
      return try sequence(
        by: optimizer, in: BatchTrajectories(batch), trying: [], tracing: &trace, using: &random)
    }
    let count = uses.actor ? actorSequences : 0
    if uses.model {
      return try sequence(
        by: optimizer, from: batch.observations[0], in: batch.actionSpace, model, critic,
        asksCritic: uses.critic, actor, count, parts.parameters, tracing: &trace, using: &random)
    }
    let value = uses.critic ? Self.terminalValue(by: critic, parts.parameters) : nil
    let world = BatchTrajectories(batch, terminalValue: value)
    func seeds(_ actor: some ColumnActor<BoxSpace>) -> [[Float]] {
      world.sequences(
        of: actor, count: count, horizon: optimizer.horizon, reading: parts.parameters, using: &random)
    }
    return try sequence(
      by: optimizer, in: world, trying: count > 0 ? seeds(actor) : [], tracing: &trace, using: &random)
  }

  private static func terminalValue(
    by critic: some Critic<[Float], [Float]>, _ parameters: ParameterStore
  ) -> @Sendable (VectorColumn) -> [Double] {
    { column in critic.stateValues(of: (0..<column.count).map { column[$0] }, reading: parameters) }
  }

  private func sequence<Model: WorldModel, Judge: Critic, Doer: Actor>(
    by optimizer: some TrajectoryOptimizer, from observation: [Float], in actionSpace: BoxSpace,
    _ model: Model, _ critic: Judge, asksCritic: Bool, _ actor: Doer, _ count: Int,
    _ parameters: ParameterStore, tracing trace: inout TrajectoryTrace?, using random: inout RandomStream
  ) throws(TrajectoryError) -> TrajectoryPlan
  where
    Model.Latent == [Float], Judge.Latent == [Float], Doer.Latent == [Float], Model.Action == [Float],
    Judge.Action == [Float], Doer.Action == [Float]
  {
    let model = WorldModelTrajectories(
      from: [observation], model: model, critic: critic, asksCritic: asksCritic, actionSpace: actionSpace,
      reading: parameters)
    let seeds = model.sequences(of: actor, count: count, horizon: optimizer.horizon, using: &random)
    return try sequence(by: optimizer, in: model, trying: seeds, tracing: &trace, using: &random)
  }

  private func sequence(
    by optimizer: some TrajectoryOptimizer, in model: some TrajectoryModel, trying seeds: [[Float]],
    tracing trace: inout TrajectoryTrace?, using random: inout RandomStream
  ) throws(TrajectoryError) -> TrajectoryPlan {
    try optimizer.plan(
      in: model, from: 0, beginningWith: nil, trying: seeds, within: TrajectoryBudget(time: time),
      tracing: &trace, using: &random)
  }

  // MARK: In words

  /// A report that says who was asked what.
  ///
  /// - Parameters:
  ///   - uses: which of a run's parts were asked.
  ///   - report: the report.
  ///   - nobody: who says what is not looked at any more is worth where no critic does, in words.
  ///   - discount: γ that was planned with.
  /// - Returns: the report as it is where there is no run.
  func saying(_ uses: Uses, of report: PlanReport, nobody: String, discount: Double) -> PlanReport {
    guard let run = uses.run else { return report }
    var actor = "nobody"
    if uses.actor {
      switch run.parts.parts {
      case .choices:
        let share = NumberText.share(LeafGuide<[Float]>().uniformShare)
        actor = "\(run.parts.actorName): priors, \(share) of them uniform"
      case .vectors:
        actor =
          "\(run.parts.actorName), which adds \(counted(actorSequences, "sequence")) to those that are tried"
      }
    }
    var report = report
    report.parts = PlanReport.Parts(
      run: run.folder, agent: run.agent, seed: run.seed, step: run.step,
      model: .init(
        source: uses.model ? "run" : "world",
        words: uses.model
          ? "\(run.parts.modelName); rewards are its own predictions" : "the world itself, and its rewards"),
      critic: .init(
        source: uses.critic ? "run" : "none", words: uses.critic ? run.parts.criticWords : nobody),
      actor: .init(source: uses.actor ? "run" : "none", words: actor),
      rewards: uses.model ? "run" : "world", discount: discount,
      countsEntropy: uses.critic && run.parts.claim.softness != .none)
    return report
  }
}
