import Assay
import Foundation

/// Measures one agent at one step.
struct RunMeasuring<Model: WorldModel, Judge: Critic, Doer: ColumnActor>: Sendable
where
  Model.Latent == [Float], Judge.Latent == [Float], Model.Action == Doer.Action, Judge.Action == Doer.Action
{
  typealias Subject = Anatomy<Model, Judge, Doer, ReactivePlanner<Doer.Action>>
  typealias Worlds = any EnvironmentBatch<BoxSpace, Doer.ActionSpace>

  let agent: Subject
  /// Copies of the world; the first of them is copied.
  let worlds: Worlds
  let settings: RunAuditSettings

  var claim: Claim { agent.critic.claim }

  /// α of a soft claim; 0 of any other.
  var temperature: Double {
    if case .entropy(let block) = claim.softness { return exp(Double(agent.parameters[block, 0])) }
    return 0
  }

  private func plan(_ discounts: [Double]) -> MonteCarlo {
    let horizon = discounts.map {
      $0 < 1
        ? MonteCarlo.horizon(discount: $0, leaving: settings.truncatedShare) : settings.undiscountedHorizon
    }
    var plan = MonteCarlo(
      discounts: discounts, restarts: settings.restarts, horizon: horizon.max() ?? 1)
    plan.jobs = settings.jobs
    return plan
  }

  /// α H(π) at each observation, of densities over the stretched box.
  private func bonus(_ logHalfWidths: Double) -> MonteCarlo.EarnedBonus<Subject>? {
    let temperature = temperature
    guard temperature > 0 else { return nil }
    return { agent, observations, _ in
      let latents = (0..<observations.count).map { observations[$0] }
      return agent.actor.distributions(at: latents, reading: agent.parameters).map {
        temperature * (Self.entropy(of: $0) - logHalfWidths)
      }
    }
  }

  static func entropy(of distribution: Doer.Distribution) -> Double {
    (distribution as? any EntropicDistribution)?.entropy ?? 0
  }

  // MARK: Everything

  /// Measures what there is to measure.
  ///
  /// - Parameters:
  ///   - isThorough: whether to find out also what following the critic would gain, and how the model fares.
  ///   - stream: what chance there is comes from here.
  /// - Returns: all of it.
  func measure(isThorough: Bool, using stream: RandomStream) async -> RunMeasurement {
    var draw = stream.substream(9)
    let choices = Choices(of: worlds.actionSpace, using: &draw)
    // Half of them where episodes begin: under a good policy the states on its way may all be worth the same, and what
    // is wrong with a critic then hardly shows.
    let onTheWay = agent.visitedStates(
      in: worlds, count: settings.states - settings.states / 2, time: settings.longestLife,
      using: stream.substream(0))
    let fresh = agent.visitedStates(
      in: worlds, count: max(settings.states / 2, 1), time: 1, using: stream.substream(8))
    let states = Self.joined(onTheWay, fresh)
    var discounts = [claim.discount]
    if claim.discount < 1, claim.discount > 0 {
      // Horizons from a thirty-second of the claimed one to twice it, by factors of the cube root of 2; the claim's own
      // neighbours are no other claims.
      for third in -15...3 where abs(third) > 1 {
        let horizon = pow(2, Double(third) / 3) / (1 - claim.discount)
        if horizon > 1 { discounts.append(1 - 1 / horizon) }
      }
    }
    let asked = actionsAsked(in: states, using: &draw)
    let truth = await plan(discounts).truth(
      of: agent, from: states, firstActions: asked, bonus: bonus(choices.logHalfWidths),
      using: stream.substream(1))
    var brief = plan([claim.discount])
    brief.restarts = max(2, settings.restarts / 4)
    brief.round = brief.restarts
    let even = await brief.truth(
      of: EvenPlayer(worlds.actionSpace), from: states, using: stream.substream(2))
    let range = Self.range(of: truth.means[0], even: even.means[0])
    var measurement = RunMeasurement(
      step: agent.parameters.step, range: range, value: Estimate(mean: truth.means[0]),
      evenValue: Estimate(mean: even.means[0]), worldSteps: truth.steps + even.steps)
    if Subject.hasCritic {
      let learned = estimates(in: states, taking: asked)
      measurement.critic = CriticMeasurement(learned: learned, truth: truth, range: range)
      measurement.critic?.recursion = recursion(
        of: states, taking: asked, choices, using: stream.substream(10))
      await measureActor(&measurement, states, choices, isThorough: isThorough, stream.substream(3))
    }
    if isThorough, Subject.hasWorldModel {
      measurement.model = modelMeasurement(from: states, range: range, using: stream.substream(4))
    }
    return measurement
  }

  private static func joined(
    _ one: any EnvironmentBatch<BoxSpace, Doer.ActionSpace>,
    _ other: any EnvironmentBatch<BoxSpace, Doer.ActionSpace>
  ) -> any EnvironmentBatch<BoxSpace, Doer.ActionSpace> {
    func open<Batch: EnvironmentBatch>(_ one: Batch) -> any EnvironmentBatch<BoxSpace, Doer.ActionSpace>
    where Batch.ObservationSpace == BoxSpace, Batch.ActionSpace == Doer.ActionSpace {
      guard let other = other as? Batch else { preconditionFailure("both must be copies of the same world") }
      var all = one
      all.append(contentsOf: other)
      return all
    }
    return open(one)
  }

  private static func range(of values: [Double], even: [Double]) -> Double {
    let sorted = values.sorted()
    let (low, high) = (sorted[sorted.count / 20], sorted[sorted.count - 1 - sorted.count / 20])
    let gain = (values.reduce(0, +) - even.reduce(0, +)) / Double(values.count)
    let size = values.reduce(0) { $0 + abs($1) } / Double(values.count)
    return max(high - low, min(abs(gain), size), 1e-12)
  }

  // MARK: The critic

  /// Whether the critic judges actions.
  var judgesActions: Bool { claim.quantity == .actionValue }

  /// Which actions the critic is asked about: of the policy and at random, by turns; `nil` for a critic of states.
  private func actionsAsked(in states: Worlds, using random: inout RandomStream) -> Doer.ActionSpace.Column? {
    guard Subject.hasCritic, judgesActions else { return nil }
    var player = agent
    var actions = states.actionSpace.clamped(player.act(on: states.observations, as: .policy, using: &random))
    for row in stride(from: 1, to: states.count, by: 2) {
      actions[row] = states.actionSpace.sample(using: &random)
    }
    return actions
  }

  /// What the critic thinks of states, or of actions in them.
  private func estimates(in states: Worlds, taking actions: Doer.ActionSpace.Column?) -> [Double] {
    let observations = states.observations
    let latents = (0..<states.count).map { observations[$0] }
    guard let actions else { return stateValues(of: latents, reading: agent.parameters) }
    return actionValues(
      of: latents, taking: (0..<states.count).map { actions[$0] }, reading: agent.parameters)
  }

  func stateValues(of latents: [[Float]], reading parameters: ParameterStore) -> [Double] {
    switch agent.critic.estimates(of: latents, reading: parameters) {
    case .stateValues(let values): return values
    case .actionValues(let rows):
      let policies = agent.actor.distributions(at: latents, reading: parameters)
      return zip(rows, policies).map { row, policy in
        row.indices.reduce(0) { sum, index in
          guard let action = index as? Doer.Action else { return .nan }
          let probability = exp(policy.logProbability(of: action))
          return probability > 0 ? sum + probability * row[index] : sum
        }
      }
    }
  }

  func actionValues(
    of latents: [[Float]], taking actions: [Doer.Action], reading parameters: ParameterStore
  ) -> [Double] {
    if let critic = agent.critic as? any ActionCritic<[Float], Doer.Action> {
      return critic.values(of: latents, taking: actions, reading: parameters)
    }
    guard case .actionValues(let rows) = agent.critic.estimates(of: latents, reading: parameters) else {
      preconditionFailure("\(agent.critic.name) claims to judge actions, and judges states only")
    }
    return zip(rows, actions).map { row, action in (action as? Int).map { row[$0] } ?? .nan }
  }

  // MARK: The actor

  private func measureActor(
    _ measurement: inout RunMeasurement, _ visited: Worlds, _ choices: Choices<Doer.ActionSpace>,
    isThorough: Bool, _ stream: RandomStream
  ) async {
    guard !choices.actions.isEmpty else { return }
    let count = min(settings.detours, visited.count)
    var random = stream.substream(0)
    let some = Array(Array(0..<visited.count).shuffled(using: &random).prefix(count))
    let onTheWay = visited.copies(
      of: some, drawingFrom: some.map { stream.substream(1).substream(UInt64($0)) })
    let beside = agent.detours(
      in: worlds, count: count, time: settings.longestLife, longest: settings.longestDetour,
      using: stream.substream(2))
    var gaps: [Double] = []
    var spreads: [Double] = []
    var best: [Doer.Action] = []
    for (index, states) in [onTheWay, beside].enumerated() {
      let judged = judge(states, choices, reading: agent.parameters, stream.substream(3 + UInt64(index)))
      gaps += judged.gaps
      spreads += judged.spreads
      if index == 1 { best = judged.best }
    }
    var actor = ActorMeasurement(
      gap: Estimate(ratioOf: gaps, to: spreads), loss: Estimate(mean: gaps),
      stakes: spreads.reduce(0, +) / Double(spreads.count) / measurement.range, isExact: choices.areAll,
      byBlock: [:])
    if isThorough {
      for (name, parameters) in decoys() {
        // What other labels said of the step itself is not known, so only what follows counts.
        let judged = judge(
          beside, choices, reading: parameters, withoutReward: true, stream.substream(6))
        actor.byBlock[name] = Estimate(ratioOf: judged.gaps, to: judged.spreads)
      }
      await measureImprovement(&actor, of: best, in: beside, choices, stream.substream(7))
    }
    measurement.actor = actor
  }

  /// What the critic thinks of each choice in each state.
  private func judge(
    _ states: Worlds, _ choices: Choices<Doer.ActionSpace>, reading parameters: ParameterStore,
    withoutReward: Bool = false, _ stream: RandomStream
  ) -> (gaps: [Double], spreads: [Double], best: [Doer.Action]) {
    let observations = states.observations
    let latents = (0..<states.count).map { observations[$0] }
    let policies = agent.actor.distributions(at: latents, reading: agent.parameters)
    let count = choices.actions.count
    let values = judged(states, latents, choices.actions, parameters, withoutReward, stream.substream(0))
    var random = stream.substream(1)
    // E_π Q̂: over all actions where they are numbered, over draws where they are not.
    var chosen: [Double]
    if choices.areAll {
      chosen = policies.indices.map { row in
        choices.actions.indices.reduce(0) {
          let probability = exp(policies[row].logProbability(of: choices.actions[$1]))
          return probability > 0 ? $0 + probability * values[row * count + $1] : $0
        }
      }
    } else {
      let draws = 16
      chosen = [Double](repeating: 0, count: latents.count)
      for draw in 0..<draws {
        let actions = policies.map { $0.sample(using: &random) }
        let found = judgedOne(
          states, latents, actions, parameters, withoutReward, stream.substream(2 + UInt64(draw)))
        for row in found.indices { chosen[row] += found[row] / Double(draws) }
      }
    }
    let temperature = temperature
    var result: (gaps: [Double], spreads: [Double], best: [Doer.Action]) = ([], [], [])
    for row in latents.indices {
      let own = values[row * count..<(row + 1) * count]
      guard let highest = own.max(), let index = own.firstIndex(of: highest) else { continue }
      let mean = own.reduce(0, +) / Double(count)
      var top = choices.areAll ? highest : max(highest, chosen[row])
      var reached = chosen[row]
      var even = mean
      if temperature > 0 {
        // α ln ∫ exp(Q̂ / α) da, against what the policy and the even policy make of it.
        let sum = own.reduce(0) { $0 + exp(($1 - highest) / temperature) } / Double(count)
        top = highest + temperature * (log(sum) + choices.logVolume)
        reached += temperature * (Self.entropy(of: policies[row]) - choices.logHalfWidths)
        even += temperature * choices.logVolume
        top = max(top, reached)
      }
      result.gaps.append(top - reached)
      result.spreads.append(top - even)
      result.best.append(choices.actions[index - own.startIndex])
    }
    return result
  }

  /// Q̂ of all choices in all states, `[states × choices]`.
  private func judged(
    _ states: Worlds, _ latents: [[Float]], _ actions: [Doer.Action], _ parameters: ParameterStore,
    _ withoutReward: Bool, _ stream: RandomStream
  ) -> [Double] {
    let rows = latents.indices.flatMap { Array(repeating: $0, count: actions.count) }
    let taken = latents.indices.flatMap { _ in actions }
    return judged(states, latents, rows, taken, parameters, withoutReward, stream)
  }

  /// Q̂ of one action in each state.
  private func judgedOne(
    _ states: Worlds, _ latents: [[Float]], _ actions: [Doer.Action], _ parameters: ParameterStore,
    _ withoutReward: Bool, _ stream: RandomStream
  ) -> [Double] {
    judged(states, latents, Array(latents.indices), actions, parameters, withoutReward, stream)
  }

  /// Q̂(s, a): what the critic says of it or, for a critic of states, r + γ V̂(s′) in copies of the world.
  private func judged(
    _ states: Worlds, _ latents: [[Float]], _ rows: [Int], _ actions: [Doer.Action],
    _ parameters: ParameterStore,
    _ withoutReward: Bool, _ stream: RandomStream
  ) -> [Double] {
    if judgesActions {
      return actionValues(of: rows.map { latents[$0] }, taking: actions, reading: parameters)
    }
    let scale = withoutReward ? 0 : claim.rewardScale
    var values = [Double](repeating: 0, count: rows.count)
    for trial in 0..<settings.trials {
      // Every action of a state meets the same chance.
      let streams = rows.map { stream.substream(UInt64(trial)).substream(UInt64($0)) }
      var copies = states.withoutTimeLimit().copies(of: rows, drawingFrom: streams)
      var column = copies.actionSpace.column(count: rows.count)
      for row in rows.indices { column[row] = actions[row] }
      copies.step(copies.actionSpace.clamped(column))
      let (rewards, endings) = (copies.rewards, copies.endings)
      let (next, last) = (copies.observations, copies.finalObservations)
      let after = stateValues(
        of: rows.indices.map { endings[$0] == nil ? next[$0] : last[$0] }, reading: parameters)
      for row in rows.indices {
        let follows = endings[row] == .terminated && claim.endings != .terminationIgnored ? 0 : after[row]
        values[row] += (scale * rewards[row] + claim.discount * follows) / Double(settings.trials)
      }
    }
    return values
  }

  /// The agent's numbers with another block's in the critic's place, for each block that could be a critic and is
  /// nobody's.
  private func decoys() -> [(String, ParameterStore)] {
    let store = agent.parameters
    let known = [agent.critic.name, agent.actor.name, agent.worldModel.name]
    guard let own = store.blocks(ownedBy: agent.critic.name).first else { return [] }
    return store.blocks.filter { block in
      !known.contains(block.owner) && block.tensors.map(\.shape) == own.tensors.map(\.shape)
        && block.shape == own.shape
    }.map { block in
      var copy = store
      let permit = copy.interventionPermit("audit", toWrite: own.handle)
      copy.copy(from: block.handle, with: permit)
      return (block.name, copy)
    }
  }

  /// What it would truly gain to do what the critic thinks best, once.
  private func measureImprovement(
    _ actor: inout ActorMeasurement, of best: [Doer.Action], in states: Worlds,
    _ choices: Choices<Doer.ActionSpace>, _ stream: RandomStream
  ) async {
    guard best.count == states.count else { return }
    var random = stream.substream(0)
    var (wanted, own, even) = (
      states.actionSpace.column(count: best.count), states.actionSpace.column(count: best.count),
      states.actionSpace.column(count: best.count)
    )
    var player = agent
    own = states.actionSpace.clamped(player.act(on: states.observations, as: .policy, using: &random))
    for row in best.indices {
      wanted[row] = best[row]
      even[row] = states.actionSpace.sample(using: &random)
    }
    let plan = plan([claim.discount])
    var means: [[Double]] = []
    for first in [wanted, own, even] {
      means.append(
        await plan.truth(
          of: agent, from: states, firstActions: first, bonus: bonus(choices.logHalfWidths),
          using: stream.substream(1)
        ).means[0])
    }
    actor.improvement = Estimate(mean: zip(means[0], means[1]).map { $0 - $1 })
    let gain = zip(means[0], means[2]).reduce(0) { $0 + $1.0 - $1.1 } / Double(best.count)
    if gain > 0, let improvement = actor.improvement {
      actor.relativeImprovement = improvement.estimate / gain
    }
  }
}

extension Estimate {
  /// Σ x / Σ y over independent pairs, with its 95% interval by linearisation; 0 where Σ y is not positive.
  init(ratioOf numerators: [Double], to denominators: [Double]) {
    let (top, bottom) = (numerators.reduce(0, +), denominators.reduce(0, +))
    let count = numerators.count
    guard bottom > 0, count > 1 else {
      self.init(estimate: bottom > 0 ? top / bottom : 0, low: 0, high: bottom > 0 ? 1 : 0, count: count)
      return
    }
    let ratio = top / bottom
    let squares = zip(numerators, denominators).reduce(0) { sum, pair in
      let residual = pair.0 - ratio * pair.1
      return sum + residual * residual
    }
    let error = (squares * Double(count) / Double(count - 1)).squareRoot() / bottom
    let halfWidth = StudentT.quantile(0.975, degrees: count - 1) * error
    self.init(estimate: ratio, low: ratio - halfWidth, high: ratio + halfWidth, count: count)
  }

  /// √ of a mean, with its interval; 0 where the mean is below.
  init(rootOf mean: Estimate) {
    func root(_ value: Double) -> Double { value.isNaN ? .nan : max(value, 0).squareRoot() }
    self.init(
      estimate: root(mean.estimate), low: root(mean.low), high: root(mean.high), count: mean.count)
  }

  /// The same in another unit.
  func divided(by unit: Double) -> Estimate {
    Estimate(estimate: estimate / unit, low: low / unit, high: high / unit, count: count)
  }
}

extension CriticMeasurement {
  /// Compares.
  ///
  /// - Parameters:
  ///   - learned: V̂, `[N]`.
  ///   - truth: what restarts earned, the claim's discount first.
  ///   - range: the yardstick.
  init(learned: [Double], truth: MonteCarloTruth, range: Double) {
    let means = truth.means[0]
    let variances = truth.variances[0].map { $0 / Double(truth.restarts) }
    let errors = zip(learned, means).map { $0 - $1 }
    let squares = Estimate(mean: zip(errors, variances).map { $0 * $0 - $1 })
    let count = Double(means.count)
    let (meanValue, meanLearned) = (means.reduce(0, +) / count, learned.reduce(0, +) / count)
    let noise = variances.reduce(0, +) / count
    let spread = means.reduce(0) { $0 + ($1 - meanValue) * ($1 - meanValue) } / max(count - 1, 1) - noise
    let within = truth.variances[0].reduce(0, +) / count
    let learnedSpread = learned.reduce(0) { $0 + ($1 - meanLearned) * ($1 - meanLearned) } / max(count - 1, 1)
    // Below a thousandth of the range values do not differ.
    let least = range * range * 1e-6
    let covariance =
      zip(means, learned).reduce(0) { $0 + ($1.0 - meanValue) * ($1.1 - meanLearned) } / max(count - 1, 1)
    let gradient = learnedSpread > least ? covariance / learnedSpread : nil
    let limit = truth.truncationBias()
    self.init(
      bias: Estimate(mean: errors), rmse: Estimate(rootOf: squares),
      relativeError: Estimate(rootOf: squares).divided(by: range),
      explainedVariance: spread > least ? 1 - squares.estimate / spread : nil,
      ceiling: spread + within > least ? 1 - within / (max(spread, 0) + within) : nil, slope: gradient,
      intercept: gradient.map { meanValue - $0 * meanLearned }, restarts: truth.restarts,
      horizon: truth.horizon,
      cutShare: truth.cutShare, truncationBias: limit.isFinite ? limit : nil, learned: learned,
      returns: means,
      uncertainties: variances.map { $0.squareRoot() },
      others: truth.discounts.indices.dropFirst().map { index in
        OtherDiscount(
          discount: truth.discounts[index], returns: truth.means[index],
          variances: truth.variances[index].map { $0 / Double(truth.restarts) })
      })
  }
}
