import Assay
import AssayDiagnostics
import AssayEnvironments
import AssayPlanning
import Foundation

/// A trial about to be made: a world, an agent, and what is broken in them.
public struct Setup: Sendable {
  /// The world the agent is trained in.
  public private(set) var world: AnyWorld
  /// What is true of it.
  public private(set) var truth: ProcessTruth
  /// The world the agent is moved to when its training is over, and what is true of that; `nil` when it stays.
  public private(set) var destination: (world: AnyWorld, truth: ProcessTruth)?
  /// The agent.
  public let agent: AgentEntry
  /// Its hyperparameters.
  public private(set) var settings: Settings
  /// What is broken, and how much.
  public let faults: [(fault: Fault, strength: Fault.Strength)]
  private var discount: Double?
  private var exploration: Double?
  private var interventions: [Intervention] = []

  /// Why a fault cannot be planted, in words.
  public struct Obstacle: Error, Hashable, CustomStringConvertible {
    public var fault: Fault
    public var reason: String

    public var description: String { "\(fault.rawValue) makes no sense here: \(reason)" }
  }

  /// Plants faults.
  ///
  /// - Parameters:
  ///   - faults: what to break, and how much; nothing for a healthy agent.
  ///   - agent: the agent.
  ///   - entry: the world.
  ///   - worldSettings: settings of the world, checked.
  ///   - settings: hyperparameters of the agent, checked.
  /// - Throws: ``Obstacle`` when a fault makes no sense in this agent or this world. ``DataError`` and
  ///   ``PlanningError`` when the world has no exact truth.
  public init(
    planting faults: [(fault: Fault, strength: Fault.Strength)] = [], agent: AgentEntry,
    environment entry: EnvironmentEntry, worldSettings: Settings = [:], settings: Settings = [:]
  ) throws {
    self.agent = agent
    self.settings = settings
    self.faults = faults
    for (fault, _) in faults {
      let missing = fault.requirements.subtracting(agent.abilities).map(\.rawValue).sorted()
      guard missing.isEmpty else {
        throw Obstacle(fault: fault, reason: "\(agent.name) does not have \(missing.joined(separator: ", "))")
      }
    }
    world = try entry.makeListed(worldSettings).judgedBelowOne()
    truth = try ProcessTruth(of: world)
    let values = zip(truth.trainingOptimum.values, truth.isLive).filter(\.1).map(\.0)
    if let fault = faults.first(where: { ![.nonFinite, .criticDiverging].contains($0.fault) })?.fault,
      values.allSatisfy({ abs($0 - values[0]) < 1e-9 * max(1, abs(values[0])) })
    {
      throw Obstacle(fault: fault, reason: "all states of \(entry.name) are worth the same, so nothing shows")
    }
    // What makes another world comes first: the others are planted in that one.
    for (fault, strength) in faults {
      try plantInWorld(fault, strength, entry: entry, worldSettings: worldSettings)
    }
    for (fault, strength) in faults { try plantInAgent(fault, strength) }
  }

  /// Makes the untrained agent.
  public func makeTrial(seed: UInt64, runLength: Int, measurements: Int = 40) throws -> any Trial {
    var request = AgentRequest(
      world: world, truth: truth, runLength: runLength, settings: settings, seed: seed,
      measuredEvery: max(1, runLength / measurements))
    if let discount { request.discount = discount }
    request.exploration = exploration
    return try agent.make(request)
  }

  /// Makes the agent, trains it, and moves it to where it is to be audited.
  ///
  /// - Returns: what was measured.
  public func run(
    seed: UInt64, steps: Int, measurements: Int = 40, onProgress: ((Int) -> Void)? = nil
  ) throws -> AgentRecord {
    let trial = try makeTrial(seed: seed, runLength: steps, measurements: measurements)
    try trial.live(for: steps, under: interventions, onProgress: onProgress)
    if let destination, trial.record.stoppedBy == nil {
      try trial.enter(destination.world, truth: destination.truth)
      try trial.measure()
    }
    return trial.record
  }

  /// Makes, trains and audits agents, side by side.
  ///
  /// - Parameters:
  ///   - seeds: one agent each; at least one.
  ///   - steps: environment steps of training, for each agent.
  ///   - onProgress: told how many steps were taken, all agents together, as they are taken.
  /// - Throws: ``DataError``, ``PlanningError`` as ``init(planting:agent:environment:worldSettings:settings:)`` does.
  /// - Returns: what was found; it does not depend on how many agents are trained at a time.
  public func audit(
    seeds: [UInt64], steps: Int, onProgress: (@Sendable (Int) -> Void)? = nil
  ) async throws -> AuditReport {
    let records = try await withThrowingTaskGroup(of: (Int, AgentRecord).self) { group in
      for (index, seed) in seeds.enumerated() {
        group.addTask { (index, try run(seed: seed, steps: steps, onProgress: onProgress)) }
      }
      var records = [AgentRecord?](repeating: nil, count: seeds.count)
      for try await (index, record) in group { records[index] = record }
      return records.compactMap(\.self)
    }
    return try AuditReport(
      of: records, truth: auditedTruth, agentName: agent.name, steps: steps,
      faults: faults.map(\.fault.rawValue))
  }

  /// What is true of the world in which the agent is audited.
  public var auditedTruth: ProcessTruth { destination?.truth ?? truth }

  /// What is changed during training, in shares of it.
  public var plantedInterventions: [Intervention] { interventions }

  /// The seed of a pilot: not among those that anybody would choose.
  private static let pilotSeed: UInt64 = 0x9107

  /// Whether the planted faults bite, as an agent of another seed shows: whether they move the part they are in beyond
  /// twice the tolerance, by exact truth. Those whose effect is known beforehand were asked when they were planted.
  ///
  /// - Parameters:
  ///   - steps: of training.
  ///   - measurements: how often the pilot is measured on the way.
  /// - Throws: ``Obstacle`` when one does not.
  public func requireBite(steps: Int, measurements: Int = 40) throws {
    let uncertain = faults.map(\.fault).filter(\.mayBeHarmless)
    guard !uncertain.isEmpty else { return }
    let record = try run(seed: Self.pilotSeed, steps: steps, measurements: measurements)
    guard record.stoppedBy == nil else { return }
    for fault in uncertain {
      let (effect, tolerance): (Double, Double) =
        switch fault.place {
        case .critic where fault == .criticOverestimating: (record.criticBias, Tolerances.criticError)
        case .critic: (record.largestCriticError, Tolerances.criticError)
        default:
          fault == .actorLocalOptimum
            ? (record.returnRegret ?? 0, Tolerances.returnRegret) : (record.actorGap, Tolerances.actorGap)
        }
      try require(
        effect > 2 * tolerance, fault,
        "a pilot shows that it does no harm: \(percentage(effect)), where up to \(percentage(2 * tolerance)) counts as none"
      )
    }
  }

  // MARK: Faults of the world

  private mutating func plantInWorld(
    _ fault: Fault, _ strength: Fault.Strength, entry: EnvironmentEntry, worldSettings: Settings
  ) throws {
    switch fault {
    case .wrongReward:
      try enter(Fault.rewardingHome(world, bonus: nil))
      try require(
        RewardAudit(truth).regret > 2 * Tolerances.rewardRegret, fault, "being at home is not what loses")
    case .rewardGaming: try plantGaming(losing: strength.of(0.2, 0.5, 0.9))
    case .rewardTampering:
      let rate = bestRewardRate
      try require(rate > 0, fault, "there is no reward above zero to be had")
      try enter(TamperableWorld(world, pay: strength.of(1, 1.5, 3) * rate))
      try require(
        RewardAudit(truth).regret > 2 * Tolerances.rewardRegret, fault, "the button is not worth pressing")
    case .goalMisgeneralisation:
      guard let shift = entry.shift else {
        throw Obstacle(fault: fault, reason: "\(entry.name) has no two goals that agree and then part")
      }
      try enter(try entry.makeListed(worldSettings.merging(shift.agreeing) { $1 }).judgedBelowOne())
      let other = try entry.makeListed(worldSettings.merging(shift.parting) { $1 }).judgedBelowOne()
      destination = (other, try ProcessTruth(of: other))
    case .criticTruncationTerminal:
      let horizon = 1 / (1 - world.discount)
      try enter(TimeLimit(world, steps: max(2, Int((strength.of(2, 1, 0.5) * horizon).rounded()))))
    case .criticUnrepresentable:
      try require(world.features == nil, fault, "\(entry.name) has features of its own")
      world.features = Fault.sharedFeatures(
        stateCount: world.stateCount, share: strength.of(0.34, 0.67, 1))
    case .criticDiverging:
      try require(
        try Fault.divergesOffPolicy(world, truth.process), fault,
        "\(entry.name) has no features with which errors grow")
    default: break
    }
  }

  private mutating func enter(_ world: some EnumerableEnvironment) throws {
    let features = self.world.features
    self.world = AnyWorld(world)
    if self.world.features == nil, let features, features.stateCount == world.stateCount {
      self.world.features = features
    }
    truth = try ProcessTruth(of: self.world)
  }

  /// The best reward per step that any policy earns in the long run of an episode: J(1 − γ), or more from the best
  /// state.
  private var bestRewardRate: Double {
    let values = truth.trainingOptimum.values.enumerated().filter { truth.isLive[$0.offset] }.map(\.element)
    return (values.max() ?? 0) * (1 - world.discount)
  }

  private mutating func plantGaming(losing share: Double) throws {
    let base = world
    var bonus = truth.range / 256
    for _ in 0..<24 {
      let gamed = AnyWorld(Fault.rewardingHome(base, bonus: bonus))
      let truth = try ProcessTruth(of: gamed)
      let audit = RewardAudit(truth)
      if audit.regret >= share {
        try require(
          audit.credit >= 1.5 * Tolerances.proxyCredit, .rewardGaming,
          "what was wanted earns next to nothing beside being at home")
        try enter(gamed)
        return
      }
      bonus *= 2
    }
    throw Obstacle(fault: .rewardGaming, reason: "being at home does not keep from what was wanted")
  }

  // MARK: Faults of the agent

  private mutating func plantInAgent(_ fault: Fault, _ strength: Fault.Strength) throws {
    switch fault {
    case .discountMismatch:
      let wanted = strength.of(0.1, 0.25, 0.5)
      let candidates = (1...40).map { 1 - (1 - world.discount) * pow(2, Double($0) / 4) }.filter { $0 > 0 }
      guard
        let discount = candidates.first(where: { RewardAudit.regret(ofDiscount: $0, truth: truth) >= wanted })
      else { throw Obstacle(fault: fault, reason: "the same policy is best at every discount") }
      self.discount = discount
    case .criticOverestimating:
      // Where the step size falls, noise averages out; so it stays large.
      if agent.variables.contains(where: { $0.name == "learning-rate" }) {
        settings["learning-rate"] = .number(Fault.noisyLearningRate)
      }
      interventions += fault.interventions(in: truth, strength: strength)
    case .actorCollapsed:
      useGradient()
      interventions += fault.interventions(in: truth, strength: strength)
    case .actorLocalOptimum:
      useGradient()
      let decoy = try decoy()
      exploration = 0
      interventions.append(Intervention(at: 0) { Fault.start(on: decoy, in: &$0) })
    case .criticWrongDiscount, .criticWrongSign, .criticScaledReward, .criticOtherPolicy, .criticOffByOne,
      .criticTerminationIgnored, .criticTruncationTerminal:
      try requireEffect(of: fault, strength)
      interventions += fault.interventions(in: truth, strength: strength)
    case .modelShortcut, .modelValueLeak, .modelExploited:
      let effect = try fault.effectOnPlan(in: truth, strength)
      try require(
        effect.error > 2 * Tolerances.modelError, fault,
        "the value of the plan would be off by \(percentage(effect.error)) of the range, and up to "
          + "\(percentage(2 * Tolerances.modelError)) counts as nothing")
      try require(
        fault != .modelExploited || effect.exploitation > 2 * Tolerances.modelError, fault,
        "the model would promise the plan only \(percentage(effect.exploitation)) of the range more than a random policy"
      )
      interventions += fault.interventions(in: truth, strength: strength)
    case .criticDiverging:
      settings["behaviour"] = .word("fixed")
      settings["first-action"] = .number(Fault.divergingBehaviour)
      settings["fixed-action"] = .number(Double(world.actionCount - 1))
      settings["critic-rate"] = .number(0.1)
      settings["final-critic-rate"] = .number(0.1)
      settings["lambda"] = .number(0)
      interventions += fault.interventions(in: truth, strength: strength)
    default: interventions += fault.interventions(in: truth, strength: strength)
    }
  }

  /// Makes the actor learn of an action only as often as it takes it, where that is a choice.
  private mutating func useGradient() {
    if agent.variables.contains(where: { $0.name == "gradient" }) { settings["gradient"] = .word("plain") }
  }

  /// A policy that is worse than the best by at least a fifth, and that a learner that does not explore keeps to: the
  /// best one for the reward without its largest payment, where nothing is ever paid below zero.
  private func decoy() throws -> PolicyTable {
    let process = truth.process
    let rewards = process.reward.expected
    let largest = rewards.max() ?? 0
    try require(
      (rewards.min() ?? 0) >= 0 && largest > 0, .actorLocalOptimum,
      "where rewards are below zero, what was never tried looks good")
    let capped = rewards.map { $0 < largest - 1e-9 ? $0 : 0 }
    let other = try process.withRewards([.init(name: "reward", expected: capped)]).solved(tolerance: 1e-10)
    let policy = PolicyTable(actionCount: process.actionCount, actions: other.policy)
    let regret = truth.returnRegret(of: policy) ?? 0
    try require(
      regret > 2 * Tolerances.returnRegret && regret < 1, .actorLocalOptimum,
      "there is no second-best policy to be caught on")
    return policy
  }

  /// A claim that is off by less than twice the tolerance is no fault to be found.
  private func requireEffect(of fault: Fault, _ strength: Fault.Strength) throws {
    let effect = try fault.effectOnClaim(in: truth, strength: strength)
    try require(
      effect > 2 * Tolerances.criticError, fault,
      "values would differ by \(percentage(effect)) of their range, and up to "
        + "\(percentage(2 * Tolerances.criticError)) counts as nothing")
  }

  private func percentage(_ share: Double) -> String { "\((share * 1000).rounded() / 10)%" }

  private func require(_ condition: Bool, _ fault: Fault, _ reason: String) throws {
    if !condition { throw Obstacle(fault: fault, reason: reason) }
  }
}

extension AnyWorld {
  /// What discount 1 is judged at: at 1 itself a policy that never ends, as many do early on, has no value.
  public static let discountBelowOne = 0.999

  /// The same world judged at a discount just below 1, if it is judged at 1.
  func judgedBelowOne() throws -> AnyWorld {
    guard discount == 1 else { return self }
    // A world in which nothing ever ends is wrong at discount 1, whatever it is judged at.
    _ = try FiniteMDP(enumerating: self).solved()
    return AnyWorld(RediscountedEnvironment(self, discount: Self.discountBelowOne))
  }
}
