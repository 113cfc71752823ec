import Assay
import AssayDiagnostics
import AssayEnvironments
import AssayPlanning
import Foundation

/// What was measured on one agent at one moment.
struct Measurement: Sendable {
  /// All that was recorded so far.
  var record: AgentRecord
  /// What metrics are read from; `nil` for an evaluation.
  var report: AuditReport?
  /// Its goals; `nil` where nobody asked.
  var goals: GoalFindings?
  /// The return, as it was asked for.
  var performance: Double
  /// A digest of each block of numbers, in order.
  var digests: [UInt64]
  /// The exact return over its whole life, the worlds it lived in before included.
  var history: [(step: Int, performance: Double)]
}

/// One agent going through a script.
struct Player {
  private let arm: ScenarioPlan.Arm
  private let seed: UInt64
  private let trial: any Trial
  private var world: ScenarioPlan.World
  /// What its critic claims, before anything is broken.
  private let claim: Claim
  private var snapshots: [String: ParameterStore] = [:]
  private var changes: [Timed] = []
  private var undos: [Undo] = []
  private var count = 0
  /// The return in worlds it has left.
  private var history: [(step: Int, performance: Double)] = []
  private var isOver = false

  /// A planted fault's change, due at a step.
  private struct Timed {
    var step: Int
    var apply: @Sendable (inout Intervention.Target) -> Void
  }

  /// What puts an intervention back, due at a step; the latest first among equals.
  private struct Undo {
    var step: Int
    var order: Int
    var apply: (inout Intervention.Target) -> Void
  }

  /// How many times an agent is measured during training.
  static let measurements = 40
  /// How many decisions are observed to tell a goal.
  static let observedDecisions = 500

  init(_ arm: ScenarioPlan.Arm, seed: UInt64) throws {
    self.arm = arm
    self.seed = seed
    world = arm.worlds[0]
    trial = try arm.setup.makeTrial(seed: seed, runLength: arm.steps, measurements: Self.measurements)
    var claim: Claim?
    trial.apply { claim = $0.aims.critic }
    guard let claim else { preconditionFailure("an agent without a claim") }
    self.claim = claim
    changes = arm.setup.plantedInterventions.map {
      Timed(step: Int(($0.time * Double(arm.steps)).rounded()), apply: $0.apply)
    }
    // The untrained agent is what there is to look at when training stops before anything was measured.
    try trial.measure()
  }

  /// Goes through the script.
  ///
  /// - Parameter onProgress: told how many environment steps were taken.
  /// - Throws: `CancellationError` when the task was cancelled; ``DataError`` and ``PlanningError`` when a
  ///   measurement is impossible. A number that is not finite is no error: the record says so.
  /// - Returns: what was measured, moment by moment.
  mutating func play(onProgress: (Int) -> Void) throws -> [Measurement] {
    var measurements: [Measurement] = []
    applyDue()
    for event in arm.events {
      switch event {
      case .train(let steps): try train(steps, onProgress: onProgress)
      case .enter(let index):
        if !isOver { history += Self.history(of: try report()) }
        world = arm.worlds[index]
        guard !isOver else { continue }
        try trial.enter(world.world, truth: world.truth)
        try trial.measure()
      case .intervene(let intervention, let duration):
        if !isOver { try intervene(intervention, duration: duration) }
      case .snapshot(let name): snapshots[name] = trial.parameters
      case .restore(let name):
        if !isOver { try intervene(.restore(nil, snapshot: name), duration: nil) }
      case .measure(let index): measurements.append(try measure(arm.moments[index], index: index))
      }
    }
    return measurements
  }

  // MARK: Living

  private mutating func train(_ steps: Int, onProgress: (Int) -> Void) throws {
    guard !isOver else {
      onProgress(steps)
      return
    }
    let end = trial.step + steps
    while trial.step < end {
      let due = (changes.map(\.step) + undos.map(\.step)).filter { $0 > trial.step && $0 < end }.min() ?? end
      // In pieces, so that it can be cancelled.
      let stop = min(due, trial.step + max(1, arm.steps / Self.measurements))
      let before = trial.step
      do { try trial.advance(by: stop - before) } catch is NonFiniteError {
        isOver = true
        onProgress(end - before)
        return
      }
      onProgress(stop - before)
      if Task.isCancelled { throw CancellationError() }
      applyDue()
    }
  }

  private mutating func applyDue() {
    let step = trial.step
    for change in changes where change.step <= step { trial.apply(change.apply) }
    changes.removeAll { $0.step <= step }
    for undo in undos.filter({ $0.step <= step }).sorted(by: { ($0.step, $1.order) < ($1.step, $0.order) }) {
      trial.apply(undo.apply)
    }
    undos.removeAll { $0.step <= step }
  }

  // MARK: Measuring

  private func measure(_ moment: ScenarioPlan.Moment, index: Int) throws -> Measurement {
    if !isOver { try trial.measure() }
    let report = try report()
    let parameters = trial.parameters
    var measurement = Measurement(
      record: trial.record, report: moment.isEvaluation ? nil : report, goals: nil,
      performance: report.agents[0].performance,
      digests: parameters.blocks.map { parameters.digest(of: $0.handle) },
      history: history + Self.history(of: report))
    let process = world.truth.process
    let policy = Self.policy(of: report, actionCount: process.actionCount)
    // Whatever is drawn here leaves the agent's own streams alone.
    var random = RandomStream(seed: seed).substream(0x5C).substream(UInt64(index))
    if let episodes = moment.episodes {
      measurement.performance = meanReturn(of: policy, episodes: episodes, using: &random)
    }
    if moment.parts.contains(.goal), !world.goals.isEmpty {
      measurement.goals = try GoalAttribution(
        process: process, episodeLimit: world.truth.watchedEpisodeLength
      )
      .attribute(policy: policy, decisions: Self.observedDecisions, using: &random)
    }
    return measurement
  }

  /// What is recorded of the agent, by itself.
  private func report() throws -> AuditReport {
    try AuditReport(
      of: [trial.record], truth: world.truth, agentName: arm.agent.name, steps: trial.step,
      faults: arm.setup.faults.map(\.fault.rawValue))
  }

  private static func history(of report: AuditReport) -> [(step: Int, performance: Double)] {
    zip(report.training.steps, report.training.performance).map { ($0, $1.estimate) }
  }

  private static func policy(of report: AuditReport, actionCount: Int) -> PolicyTable {
    PolicyTable(
      actionCount: actionCount,
      probabilities: report.states.policy.flatMap {
        $0.isEmpty ? .init(repeating: 0, count: actionCount) : $0
      })
  }

  /// The mean discounted performance over episodes.
  private func meanReturn(of policy: PolicyTable, episodes: Int, using random: inout RandomStream) -> Double {
    var world = world.world
    let discount = world.discount
    // What is left out beyond this is a millionth of what there is.
    let limit = discount < 1 ? Int((-13.8 / log(discount)).rounded(.up)) : 100_000
    var total = 0.0
    for _ in 0..<episodes {
      var state = world.reset(using: &random)
      var factor = 1.0
      for _ in 0..<max(limit, 1) {
        let row = (0..<policy.actionCount).map { policy[state, $0] }
        guard row.contains(where: { $0 > 0 }) else { break }
        let step = world.step(random.index(weights: row), using: &random)
        total += factor * step.performance.value
        factor *= discount
        state = step.observation
        if step.ending != nil { break }
      }
    }
    return total / Double(episodes)
  }

  // MARK: Intervening

  private mutating func intervene(_ intervention: ScriptIntervention, duration: Int?) throws {
    if case .oracle(.critic) = intervention { try trial.measure() }
    let report: AuditReport? =
      if case .oracle(.critic) = intervention { try self.report() } else { nil }
    var before: Intervention.Target?
    let (claim, world, seed, count) = (claim, world, seed, count)
    var snapshots = snapshots
    trial.apply { target in
      before = target
      switch intervention {
      case .freeze(let part): for block in target.blocks(of: part) { target.parameters.freeze(block.handle) }
      case .thaw(let part):
        for block in part.map(target.blocks) ?? target.parameters.blocks {
          target.parameters.thaw(block.handle)
        }
      case .restore(let part, let name):
        if let snapshot = snapshots[name] { target.restore(part, from: snapshot) }
      case .swap(let part, let name):
        if let snapshot = snapshots[name] {
          snapshots[name] = target.exchange(part, with: snapshot)
        }
      case .oracle(.critic):
        if let report { Oracle.writeCritic(&target, report: report, claim: claim, in: world) }
      case .oracle(.actor): Oracle.writeActor(&target, in: world)
      case .oracle(.model): Oracle.writeModel(&target, in: world)
      case .relabel(let labels): target.labels = labels.labels(seed: seed)
      case .renameOpaque:
        for block in target.parameters.blocks {
          target.parameters.rename(block.handle, role: .opaque(block.handle.index))
        }
      case .perturb(let part, let noise):
        var random = RandomStream(seed: seed).substream(0x5D).substream(UInt64(count))
        target.perturb(part, noise: noise, using: &random)
      }
    }
    self.snapshots = snapshots
    self.count += 1
    if let duration, let before {
      undos.append(
        Undo(step: trial.step + duration, order: self.count) { target in
          target.undo(intervention, to: before)
        })
    }
  }
}

extension ScriptIntervention.Relabelling {
  /// The labels of this kind.
  func labels(seed: UInt64) -> RewardLabels {
    switch self {
    case .original: RewardLabels(name: "original", rule: .original)
    case .zero: RewardLabels(name: "zero", rule: .zero)
    case .negated: RewardLabels(name: "negated", rule: .negated)
    case .random: RewardLabels(name: "random", rule: .random(seed: seed))
    case .scaled(let factor): RewardLabels(name: "scaled by \(Setting.number(factor))", rule: .scaled(factor))
    }
  }
}

extension Intervention.Target {
  fileprivate func blocks(of part: ScriptPart) -> [Block] {
    switch part {
    case .critic: parameters.blocks(ownedBy: critic)
    case .actor: parameters.blocks(ownedBy: actor)
    case .model: worldModel.map { parameters.blocks(ownedBy: $0) } ?? []
    }
  }

  /// Puts numbers back to what they were in a snapshot; blocks that came later stay as they are.
  fileprivate mutating func restore(_ part: ScriptPart?, from snapshot: ParameterStore) {
    let known = snapshot.blocks.count
    for block in part.map(blocks) ?? parameters.blocks where block.handle.index < known {
      parameters.restore(block.handle, from: snapshot, by: Oracle.writer)
    }
  }

  /// Puts a snapshot's numbers in, as an intervention, and gives the snapshot with those that were here.
  fileprivate mutating func exchange(_ part: ScriptPart, with snapshot: ParameterStore) -> ParameterStore {
    var other = snapshot
    for block in blocks(of: part) where block.handle.index < snapshot.blocks.count {
      other.restore(block.handle, from: parameters, by: Oracle.writer)
      let permit = parameters.interventionPermit(Oracle.writer, toWrite: block.handle)
      parameters.setAll(snapshot.values(of: block.handle), with: permit)
    }
    return other
  }

  fileprivate mutating func perturb(_ part: ScriptPart, noise: Double, using random: inout RandomStream) {
    for block in blocks(of: part) {
      let values = parameters.values(of: block.handle).map(Double.init)
      let amount = noise * ((values.max() ?? 0) - (values.min() ?? 0))
      // Less than nothing was never counted.
      let least = part == .model && (values.min() ?? 0) >= 0 ? 0 : -Double.infinity
      let permit = parameters.interventionPermit(Oracle.writer, toWrite: block.handle)
      parameters.setAll(values.map { Float(max(least, $0 + amount * (2 * random.unit() - 1))) }, with: permit)
    }
  }

  /// Lets blocks be written, or not, as they could be before.
  private mutating func thawOrFreeze(_ blocks: [Block]) {
    for block in blocks {
      if block.isFrozen { parameters.freeze(block.handle) } else { parameters.thaw(block.handle) }
    }
  }

  /// Puts back what an intervention changed, and nothing else.
  fileprivate mutating func undo(_ intervention: ScriptIntervention, to before: Intervention.Target) {
    switch intervention {
    case .freeze(let part): thawOrFreeze(before.blocks(of: part))
    case .thaw(let part): thawOrFreeze(part.map(before.blocks) ?? before.parameters.blocks)
    case .restore(let part, _): restore(part, from: before.parameters)
    case .swap(let part, _), .oracle(let part), .perturb(let part, _): restore(part, from: before.parameters)
    case .relabel: labels = before.labels
    case .renameOpaque:
      for block in before.parameters.blocks { parameters.rename(block.handle, role: block.role) }
    }
  }
}
