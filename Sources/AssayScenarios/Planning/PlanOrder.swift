import Assay
import AssayEnvironments
import AssayPlanning
import AssayReports

/// A planner that somebody chose, and how much it may do.
///
/// The world itself is the model, unless a run has one. New nodes of a tree are valued by random play and nothing is
/// expected beyond the last step of a sequence, unless a run's critic is asked: its discount counts then. Worlds that cannot
/// be listed are searched by copies, four for each action, at a discount of 0.99 where no critic has another.
public struct PlanOrder: Sendable {
  /// Which planner; `nil` for one that suits the world.
  public var planner: PlannerChoice?
  /// How many walks a tree search makes.
  public var simulations: Int?
  /// How many steps ahead is looked: of walks, of alpha-beta, of sequences.
  public var depth: Int?
  /// How long it may take.
  public var time: Duration?
  /// How many sequences are tried at once.
  public var candidates: Int?
  /// How often sequences are tried anew.
  public var iterations: Int?
  /// c of UCT.
  public var exploration: Double?
  /// Whether the tree, or the sequences, are kept: of a large tree the nodes that at least one in two thousand walks went
  /// through.
  public var keepsTrace = false
  /// Everything random follows from it.
  public var seed: UInt64 = 0
  /// The trained agent whose parts are asked; `nil` for none.
  public var run: TrainedRun?
  /// Who predicts; `nil` for the run where it has a world model that the planner can use, and for the world otherwise.
  public var model: ModelChoice?
  /// Whose critic is asked; `nil` for the run's where it has one that the planner can use.
  public var critic: PartChoice?
  /// Whose actor is asked; `nil` for the run's where the planner can use it.
  public var actor: PartChoice?

  public init() {}

  /// Decides what to do in a world that was reset.
  ///
  /// - Parameters:
  ///   - world: the world as it is now, not at an end.
  ///   - observation: what it shows now; only a run's parts need to know.
  /// - Returns: the decision, and what was considered.
  /// - Throws: ``Unsuitable`` where the planner cannot plan in such a world, ``Unusable`` where a run or a part of it cannot
  ///   be used, `DataError` where an exact solution is out of reach, `SearchError` or `TrajectoryError` where the world or
  ///   a part answers with something that is not finite.
  public func plan<World: Environment>(
    in world: World, showing observation: World.Observation? = nil
  ) throws -> PlanReport {
    // A game is planned as a game, against the best replies, whoever plays in the world.
    if let world = world as? any GameWorld { return try plan(inGame: world) }
    if let world = world as? any EnumerableEnvironment { return try plan(inStates: world) }
    if let world = world as? any HiddenStateEnvironment { return try plan(inBeliefs: world) }
    if let world = world as? any Environment<[Float], Int> {
      return try plan(inCopies: world, showing: observation as? [Float])
    }
    return try plan(inSequences: world)
  }

  /// A planner and a world that do not go together.
  public struct Unsuitable: Error, Hashable, CustomStringConvertible {
    public let planner: PlannerChoice
    public let world: String
    /// The planners that would do.
    public let suitable: [PlannerChoice]

    public var description: String {
      guard !suitable.isEmpty else {
        return
          "no planner can plan in \(world); allowed: listed states, games, hidden states of a listed process, or "
          + "observations that are vectors"
      }
      let allowed = suitable.map(\.rawValue).joined(separator: ", ")
      return "\(planner.rawValue) cannot plan in \(world); allowed: \(allowed)"
    }
  }

  /// The planner, if it suits.
  private func chosen(in world: any Environment, of suitable: [PlannerChoice]) throws -> PlannerChoice {
    guard let first = suitable.first else {
      throw Unsuitable(planner: planner ?? .uct, world: world.name, suitable: suitable)
    }
    let choice = planner ?? first
    guard suitable.contains(choice) else {
      throw Unsuitable(planner: choice, world: world.name, suitable: suitable)
    }
    return choice
  }

  /// The planners that search a tree, the one that is taken where none is named first: with a run that which asks most of
  /// its parts.
  private var trees: [PlannerChoice] { run == nil ? [.uct, .puct, .gumbel] : [.gumbel, .puct, .uct] }

  private var stream: RandomStream { RandomStream(seed: seed).substream(1) }

  private var searchBudget: SearchBudget {
    SearchBudget(simulations: simulations ?? (time == nil ? 1000 : nil), time: time, depth: depth)
  }

  private func lines(of picture: Picture) -> [String] { PictureText.lines(of: picture, usesColour: false) }

  private static let randomPlay = "random play"
  private static let nothing = "nobody: nothing is expected beyond what is looked at"

  // MARK: Trees

  private func searched<Problem: SearchProblem>(
    _ problem: consuming Problem, by choice: PlannerChoice, in world: any Environment, names: [String],
    valueScale: Double
  ) throws -> PlanReport {
    switch choice {
    case .puct: try searched(problem, with: PUCT(), choice, world, names)
    case .gumbel: try searched(problem, with: GumbelSearch(), choice, world, names)
    default:
      try searched(
        problem, with: UCT(exploration: exploration ?? 2.0.squareRoot(), valueScale: valueScale), choice,
        world,
        names)
    }
  }

  private func searched<Problem: SearchProblem, Policy: SearchPolicy>(
    _ problem: consuming Problem, with policy: Policy, _ choice: PlannerChoice, _ world: any Environment,
    _ names: [String]
  ) throws -> PlanReport {
    var search = TreeSearch(of: problem, by: policy)
    var random = stream
    let end = try search.run(searchBudget, using: &random)
    let result = search.result(using: &random)
    var trace: SearchTrace?
    if keepsTrace {
      trace = search.trace(leastVisits: result.simulations / 2000)
      trace?.result = result
    }
    let choices = result.visits.indices.filter { result.visits[$0] > 0 || result.policy[$0] > 0 }.map {
      action in
      PlanReport.Choice(
        name: names[action], action: action, value: result.values[action], visits: result.visits[action],
        probability: result.policy[action])
    }
    return PlanReport(
      environment: world.name, planner: choice.rawValue, state: lines(of: world.picture), seed: seed,
      action: names[result.action], value: result.value, effort: counted(result.simulations, "simulation"),
      isComplete: end == .simulations, choices: choices, search: trace, actionNames: names)
  }

  private func plan(inGame world: some GameWorld) throws -> PlanReport {
    let game = world.game
    let choice = try chosen(in: world, of: [.uct, .puct, .gumbel, .alphaBeta, .exact])
    _ = try uses(by: choice, asksParts: false)
    switch choice {
    case .alphaBeta, .exact: return try looked(ahead: game, choice, world)
    default:
      return try searched(
        GameProblem(game), by: choice, in: world, names: game.moveNames, valueScale: 1)
    }
  }

  /// How many cells a board may have whose games are solved outright.
  private static let solvableCells = 20

  private func looked<Played: Game>(
    ahead game: Played, _ choice: PlannerChoice, _ world: some GameWorld
  ) throws -> PlanReport {
    let cells = game.rows * game.columns
    if choice == .exact, cells > Self.solvableCells {
      throw DataError(
        field: "--planner", value: "exact for a board of \(cells) cells",
        allowed: "boards of at most \(Self.solvableCells) cells, or alpha-beta with a depth")
    }
    let moves = (0..<game.actionCount).filter(game.isLegal)
    var search = GameSearch(of: game)
    let depth = depth ?? 6
    let values = moves.map { move -> Int in
      var next = game
      next.play(move)
      if choice == .exact { return -search.value(of: next) }
      return depth > 1
        ? -DepthLimitedSearch(depth: depth - 1).value(of: next)
        : -(next.isOver ? next.mover.sign * next.result : 0)
    }
    let best = values.indices.max { values[$0] < values[$1] } ?? 0
    let names = game.moveNames
    return PlanReport(
      environment: world.name, planner: choice.rawValue, state: lines(of: world.picture), seed: seed,
      action: names[moves[best]], value: Double(values[best]),
      bounds: choice == .exact ? [Double(values[best]), Double(values[best])] : nil,
      effort: choice == .exact
        ? counted(search.positionCount, "position") : counted(depth, "move") + " ahead",
      choices: zip(moves, values).map { .init(name: names[$0], action: $0, value: Double($1)) },
      actionNames: names)
  }

  private func plan(inStates world: some EnumerableEnvironment) throws -> PlanReport {
    let choice = try chosen(in: world, of: trees + [.exact])
    let uses = try uses(by: choice, others: trees)
    let process = try FiniteMDP(enumerating: world)
    try checkFit(of: world, observations: process.stateCount, actions: world.actionSpace)
    let names = (0..<process.actionCount).map(process.actionName)
    guard choice == .exact else {
      // What returns differ by is not known beforehand: the range of rewards stands in.
      let range = world.rewardRange.upperBound - world.rewardRange.lowerBound
      let count = process.stateCount
      let guide = guide(uses, actionCount: process.actionCount)?.seeing { (state: Int) in
        // As the run's agent saw states.
        var vector = [Float](repeating: 0, count: count)
        vector[state] = 1
        return vector
      }
      let discount = guide?.discount ?? process.discount
      let problem = ProcessProblem(
        process, from: [world.state], valuation: depth == nil ? .rollout(steps: 100) : .zero,
        guidedBy: guide, discount: discount)
      let report = try searched(
        problem, by: choice, in: world, names: names, valueScale: range > 0 && range.isFinite ? range : 1)
      return saying(
        uses, of: report, nobody: depth == nil ? Self.randomPlay : Self.nothing, discount: discount)
    }
    let discount = process.discount
    // With so many steps to go, what counts after the first is the value with one step less.
    let solution = try depth.map { process.finiteHorizonSolution(horizon: $0 - 1) } ?? process.solved()
    let values = process.actionValues(from: solution.values, discount: discount)
    let open = (0..<process.actionCount).filter { process.isAvailable(action: $0, in: world.state) }
    let own = open.map { values[world.state * process.actionCount + $0] }
    let best = own.indices.max { own[$0] < own[$1] } ?? 0
    return PlanReport(
      environment: world.name, planner: choice.rawValue, state: lines(of: world.picture), seed: seed,
      action: names[open[best]], value: own[best],
      bounds: solution.errorBound.map { [own[best] - $0, own[best] + $0] },
      effort: counted(process.stateCount, "state")
        + (depth.map { ", \(counted($0, "step"))" } ?? ""),
      choices: zip(open, own).map { action, value in
        .init(
          name: names[action], action: action, value: value,
          bounds: solution.errorBound.map { [value - $0, value + $0] })
      }, actionNames: names)
  }

  /// γ in worlds that do not say at which discount they are judged.
  private static let copiesDiscount = 0.99

  /// What is looked ahead by copies of a world that cannot be listed.
  private func plan<World: Environment<[Float], Int>>(
    inCopies world: World, showing observation: [Float]?
  ) throws -> PlanReport {
    let choice = try chosen(in: world, of: trees)
    let uses = try uses(by: choice, others: trees)
    guard let space = world.actionSpace as? DiscreteSpace else {
      throw Unsuitable(planner: choice, world: world.name, suitable: [])
    }
    let names = (0..<space.count).map {
      world.actionNames.indices.contains($0) ? world.actionNames[$0] : "\($0)"
    }
    let guide = guide(uses, actionCount: space.count)
    if let guide, observation == nil {
      preconditionFailure("\(guide.valuesBy) and \(guide.priorsBy) must be told what \(world.name) shows")
    }
    if let observation {
      try checkFit(of: world, observations: observation.count, actions: world.actionSpace)
    }
    let discount = guide?.discount ?? Self.copiesDiscount
    let problem = EnvironmentProblem(
      [world], showing: observation.map { [$0] } ?? [], guidedBy: guide, actionCount: space.count,
      discount: discount, rolloutSteps: depth ?? 50, outcomeCount: 4,
      using: RandomStream(seed: seed).substream(2))
    let report = try searched(
      problem, by: choice, in: world, names: names,
      valueScale: discount < 1 ? 1 / (1 - discount) : 1 / (1 - Self.copiesDiscount))
    return saying(uses, of: report, nobody: Self.randomPlay, discount: discount)
  }

  // MARK: Beliefs

  /// How many hidden states a report names.
  private static let namedStates = 10

  private func plan(inBeliefs world: some HiddenStateEnvironment) throws -> PlanReport {
    let choice = try chosen(in: world, of: [.exact])
    _ = try uses(by: choice, asksParts: false)
    let process = world.process
    let solution = try process.solved()
    let seen = world.lastObservation.flatMap { process.initialBelief(observing: $0) }
    let belief = seen ?? process.initialBelief
    let action = solution.action(in: belief)
    let bounds = solution.value(of: belief)
    let names = (0..<process.actionCount).map(process.process.actionName)
    let choices = (0..<process.actionCount).filter { action in
      belief.indices.allSatisfy { belief[$0] == 0 || process.process.isAvailable(action: action, in: $0) }
    }.map { action -> PlanReport.Choice in
      let bounds = Self.bounds(of: action, in: belief, of: process, by: solution)
      return PlanReport.Choice(
        name: names[action], action: action, value: (bounds[0] + bounds[1]) / 2, bounds: bounds)
    }
    let likeliest = belief.indices.filter { belief[$0] > 0 }.sorted {
      (belief[$0], $1) > (belief[$1], $0)
    }.prefix(Self.namedStates)
    return PlanReport(
      environment: world.name, planner: choice.rawValue, state: [world.sight], seed: seed,
      action: names[action], value: (bounds.lowerBound + bounds.upperBound) / 2,
      bounds: [bounds.lowerBound, bounds.upperBound],
      effort:
        "\(counted(solution.vectors.count, "plan")) over beliefs of \(counted(process.stateCount, "state"))",
      choices: choices, actionNames: names,
      belief: likeliest.map { .init(state: process.process.stateName($0), probability: belief[$0]) })
  }

  /// Between what an action's value lies where the best is done afterwards: R(b, a) + γ Σ P(o | b, a) V(b′), with V's
  /// bounds for V.
  private static func bounds(
    of action: Int, in belief: [Double], of process: FinitePOMDP, by solution: BeliefSolution
  ) -> [Double] {
    let reward = process.expectedReward(of: action, in: belief)
    var bounds = [reward, reward]
    for (observation, probability) in process.observationProbabilities(after: action, from: belief)
      .enumerated()
    where probability > 0 {
      var next = belief
      _ = process.update(&next, action: action, observation: observation)
      let value = solution.value(of: next)
      bounds[0] += process.discount * probability * value.lowerBound
      bounds[1] += process.discount * probability * value.upperBound
    }
    return bounds
  }

  // MARK: Sequences

  /// A vector world is planned in from where its copies begin with the seed.
  private func plan(inSequences world: any Environment) throws -> PlanReport {
    let suitable: [PlannerChoice] = [.icem, .cem, .mppi, .randomShooting]
    guard case .continuous(let batch)? = try? WorldBatch(world, count: 1, stream: RandomStream(seed: seed))
    else { throw Unsuitable(planner: planner ?? .icem, world: world.name, suitable: []) }
    let choice = try chosen(in: world, of: suitable)
    let uses = try uses(by: choice, others: suitable)
    return try tried(batch, in: world, by: choice, uses)
  }

  private func tried<Batch: EnvironmentBatch>(
    _ batch: Batch, in world: any Environment, by choice: PlannerChoice, _ uses: Uses
  ) throws -> PlanReport where Batch.ActionSpace == BoxSpace, Batch.ObservationSpace == BoxSpace {
    let horizon = depth ?? 30
    var batch = batch
    batch.reset()
    let observation = batch.observations[0]
    try checkFit(of: world, observations: observation.count, actions: batch.actionSpace)
    var trace: TrajectoryTrace? = keepsTrace ? TrajectoryTrace() : nil
    var random = stream
    let discount = uses.critic ? uses.run?.parts.claim.discount ?? 1 : 1
    let optimizer = optimizer(choice, horizon: horizon, discount: discount)
    let plan = try sequence(by: optimizer, in: batch, uses, tracing: &trace, using: &random)
    func words(_ action: [Float]) -> String {
      action.map { NumberText.number(Double($0)) }.joined(separator: " ")
    }
    let report = PlanReport(
      environment: world.name, planner: choice.rawValue, state: ["sees " + words(observation)],
      seed: seed,
      action: words(plan.action), value: plan.predictedReturn,
      effort: "\(counted(plan.evaluations, "sequence")) of \(counted(horizon, "step"))",
      isComplete: plan.isComplete,
      choices: zip(plan.elites, plan.eliteReturns).prefix(10).map {
        .init(name: words(Array($0[..<plan.width])), action: nil, value: $1)
      }, trajectories: trace)
    return saying(uses, of: report, nobody: Self.nothing, discount: discount)
  }

  /// How many sequences are tried at once.
  var candidateCount: Int { candidates ?? 300 }

  private func optimizer(
    _ choice: PlannerChoice, horizon: Int, discount: Double
  ) -> any TrajectoryOptimizer {
    let count = candidateCount
    return switch choice {
    case .cem:
      CrossEntropyMethod(
        horizon: horizon, candidates: count, eliteCount: max(2, count / 10), iterations: iterations ?? 5,
        discount: discount)
    case .mppi:
      PathIntegralControl(
        horizon: horizon, candidates: count, iterations: iterations ?? 5, discount: discount)
    case .randomShooting: RandomShooting(horizon: horizon, candidates: count, discount: discount)
    default:
      CrossEntropyMethod.improved(
        horizon: horizon, candidates: count, iterations: iterations ?? 5, discount: discount)
    }
  }
}
