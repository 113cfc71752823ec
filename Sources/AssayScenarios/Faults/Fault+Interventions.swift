import Assay
import AssayDiagnostics
import AssayPlanning
import Foundation

extension Fault {
  /// What to change in the agent, and when; nothing for a fault of the world.
  ///
  /// - Parameters:
  ///   - truth: of the world in which the fault is planted.
  ///   - strength: how much is broken.
  /// - Returns: the changes, each at its share of the run.
  public func interventions(in truth: ProcessTruth, strength: Strength) -> [Intervention] {
    switch self {
    case .wrongReward, .rewardGaming, .rewardTampering, .discountMismatch, .goalMisgeneralisation,
      .criticUnrepresentable, .actorLocalOptimum:
      []
    case .nonFinite:
      [Intervention(at: strength.of(0.9, 0.5, 0.1)) { Self.write(.nan, toOneOf: &$0) }]
    case .modelShortcut, .modelValueLeak, .modelExploited:
      [Intervention(at: 0.5) { Self.write(self.belief(in: truth, strength), to: &$0, of: truth.process) }]
    case .criticDiverging:
      [Intervention(at: 0) { Self.leaveTheOrigin(&$0) }]
    case .criticFrozen:
      [
        Intervention(at: strength.of(0.2, 0.05, 0.01)) {
          Self.freeze(blocksOf: $0.critic, in: &$0.parameters)
        }
      ]
    case .criticStaleTarget:
      strength.of([0, 0.2, 0.4, 0.6, 0.8], [0, 0.5], [0]).map { time in
        Intervention(at: time) { Self.copyCriticToTarget(&$0) }
      }
    case .criticWrongDiscount, .criticScaledReward, .criticWrongSign, .criticOtherPolicy, .criticOffByOne,
      .criticTerminationIgnored, .criticTruncationTerminal:
      [Intervention(at: 0) { $0.aims.critic = self.misled($0.aims.critic, strength) }]
    case .criticOverestimating:
      [
        Intervention(at: 0) {
          $0.labels = RewardLabels(
            name: "noisy", rule: .noisy(seed: 0, amplitude: strength.of(0.25, 0.5, 1) * truth.range))
        }
      ]
    case .actorFrozen:
      [Intervention(at: strength.of(0.2, 0.05, 0.01)) { Self.freeze(blocksOf: $0.actor, in: &$0.parameters) }]
    case .actorOtherCritic:
      [
        Intervention(at: 0) {
          Self.followOtherValues(&$0, truth: truth, randomness: strength.of(0.5, 0.75, 1))
        }
      ]
    case .actorCollapsed:
      [Intervention(at: 0.1) { Self.collapse(&$0, preference: strength.of(20, 50, 200)) }]
    }
  }

  /// The step size at which noise in rewards stays in the values.
  static let noisyLearningRate = 0.3

  /// What a critic is trained towards instead of its claim.
  func misled(_ claim: Claim, _ strength: Strength) -> Claim {
    var aim = claim
    switch self {
    case .criticWrongDiscount: aim.discount = max(0, 1 - strength.of(2, 4, 10) * (1 - claim.discount))
    case .criticScaledReward: aim.rewardScale *= strength.of(1.5, 3, 10)
    case .criticWrongSign: aim.rewardScale *= strength.of(-0.5, -1, -2)
    case .criticOtherPolicy: aim.policy = claim.policy == .uniform ? .optimal : .uniform
    case .criticOffByOne: aim.bootstrapsInPlace = true
    case .criticTerminationIgnored: aim.endings = .terminationIgnored
    case .criticTruncationTerminal: aim.endings = .truncationTerminates
    default: preconditionFailure("\(rawValue) does not mislead a critic about its claim")
    }
    return aim
  }

  /// By how much values change for a critic of the best policy, √ mean square as a share of their range.
  func effectOnClaim(in truth: ProcessTruth, strength: Strength) throws -> Double {
    let claim = Claim(.actionValue, of: .part("actor"), discount: truth.process.discount)
    return try truth.distance(between: claim, and: misled(claim, strength))
  }

  // MARK: Numbers

  private static let writer = "planted fault"

  private static func freeze(blocksOf part: PartName, in parameters: inout ParameterStore) {
    for block in parameters.blocks(ownedBy: part) { parameters.freeze(block.handle) }
  }

  private static func write(_ value: Float, toOneOf target: inout Intervention.Target) {
    let blocks =
      target.parameters.blocks(ownedBy: target.critic) + target.parameters.blocks(ownedBy: target.actor)
    guard let block = blocks.first else { return }
    let permit = target.parameters.interventionPermit(writer, toWrite: block.handle)
    target.parameters.set(value, at: block.handle.count / 2, with: permit)
  }

  /// At the origin all values are right where rewards are zero: errors need somewhere to grow from.
  private static func leaveTheOrigin(_ target: inout Intervention.Target) {
    for block in target.parameters.blocks(ownedBy: target.critic) {
      let permit = target.parameters.interventionPermit(writer, toWrite: block.handle)
      let rows = block.shape[0]
      let width = block.handle.count / rows
      target.parameters.setAll(
        (0..<block.handle.count).map { $0 / width == rows - 2 ? Float(10) : 1 }, with: permit)
    }
  }

  private static func copyCriticToTarget(_ target: inout Intervention.Target) {
    guard let values = target.parameters.blocks(ownedBy: target.critic).first else { return }
    let copy =
      target.parameters.block(named: "target.values")?.handle
      ?? target.parameters.allocate(
        "target.values", owner: "target", role: .critic, shape: values.shape, updateRule: "copy",
        writers: [writer])
    let permit = target.parameters.interventionPermit(writer, toWrite: copy)
    target.parameters.setAll(target.parameters.values(of: values.handle), with: permit)
    target.aims.target = copy
  }

  /// Lets the actor follow a mixture of the best values and random ones, both in units of their own range.
  private static func followOtherValues(
    _ target: inout Intervention.Target, truth: ProcessTruth, randomness: Double
  ) {
    guard let followed = target.aims.actor else { return }
    let shape = target.parameters.block(followed).shape
    let other = target.parameters.allocate(
      "other critic.values", owner: "other critic", role: .critic, shape: shape, updateRule: "none",
      writers: [writer])
    let permit = target.parameters.interventionPermit(writer, toWrite: other)
    let process = truth.process
    let best = process.actionValues(from: truth.trainingOptimum.values).map { $0 == -.infinity ? 0 : $0 }
    // Weights of features are no values of states: where they differ in shape, all is random.
    let share = best.count == other.count ? randomness : 1
    let spread = max((best.max() ?? 0) - (best.min() ?? 0), 1e-9)
    var random = RandomStream(seed: 0)
    target.parameters.setAll(
      (0..<other.count).map { index in
        let known = share < 1 ? (1 - share) * best[index] / spread : 0
        return Float(known + share * random.unit())
      }, with: permit)
    target.aims.actor = other
  }

  private static func collapse(_ target: inout Intervention.Target, preference: Float) {
    var random = RandomStream(seed: 0)
    for block in target.parameters.blocks(ownedBy: target.actor) where block.shape.count == 2 {
      let permit = target.parameters.interventionPermit(writer, toWrite: block.handle)
      let actions = block.shape[1]
      for row in 0..<block.shape[0] {
        let chosen = random.integer(below: actions)
        for action in 0..<actions {
          target.parameters.set(action == chosen ? preference : 0, at: row * actions + action, with: permit)
        }
      }
    }
  }

  /// Makes a policy the actor's preference from the start.
  static func start(on policy: PolicyTable, in target: inout Intervention.Target) {
    for block in target.parameters.blocks(ownedBy: target.actor)
    where block.shape == [policy.stateCount, policy.actionCount] {
      let permit = target.parameters.interventionPermit(writer, toWrite: block.handle)
      target.parameters.setAll(
        policy.probabilities.map { $0 > 0 ? Float(20) : 0 }, with: permit)
    }
  }
}
