import Assay
import AssayDiagnostics
import AssayEnvironments

/// Something that is broken on purpose, through public interfaces alone, to see whether an audit finds it.
public enum Fault: String, Sendable, Hashable, CaseIterable {
  case criticFrozen = "critic-frozen"
  case criticWrongDiscount = "critic-wrong-discount"
  case criticScaledReward = "critic-scaled-reward"
  case criticOtherPolicy = "critic-other-policy"
  case actorFrozen = "actor-frozen"
  case actorOtherCritic = "actor-other-critic"
  case modelShortcut = "model-shortcut"
  case wrongReward = "wrong-reward"

  /// What an agent must have for the fault to make sense.
  public enum Requirement: Sendable, Hashable {
    /// A critic that is trained.
    case trainedCritic
    /// An actor with numbers of its own.
    case trainedActor
    /// An actor that climbs a table of action values.
    case followingActor
    /// A world model that counts transitions.
    case countingModel
  }

  /// What is broken, in a line.
  public var summary: String {
    switch self {
    case .criticFrozen: "the critic is frozen halfway through training"
    case .criticWrongDiscount: "the critic is trained at a horizon a quarter as long as it claims"
    case .criticScaledReward: "the critic is trained on three times the reward"
    case .criticOtherPolicy: "the critic is trained to value another policy than it claims"
    case .actorFrozen: "the actor is frozen halfway through training"
    case .actorOtherCritic: "the actor follows another table of values, of random numbers"
    case .modelShortcut: "the model comes to believe that one action at the start leads to the best state"
    case .wrongReward: "the agent is rewarded for being where episodes start"
    }
  }

  /// What an agent must have for the fault to make sense; `nil` for any agent.
  public var requirement: Requirement? {
    switch self {
    case .criticFrozen, .criticWrongDiscount, .criticScaledReward, .criticOtherPolicy: .trainedCritic
    case .actorFrozen: .trainedActor
    case .actorOtherCritic: .followingActor
    case .modelShortcut: .countingModel
    case .wrongReward: nil
    }
  }

  /// What to change, and when.
  ///
  /// - Parameter truth: of the world in which the fault is planted.
  /// - Returns: nothing for a fault that makes another world, as a wrong reward does.
  public func interventions(in truth: ProcessTruth) -> [Intervention] {
    switch self {
    case .criticFrozen:
      [Intervention(at: 0.5) { Self.freeze(blocksOf: $0.critic, in: &$0.parameters) }]
    case .criticWrongDiscount:
      [Intervention(at: 0) { $0.aims.critic.discount = max(0, 1 - 4 * (1 - $0.aims.critic.discount)) }]
    case .criticScaledReward:
      [Intervention(at: 0) { $0.aims.critic.rewardScale *= 3 }]
    case .criticOtherPolicy:
      [
        Intervention(at: 0) {
          $0.aims.critic.policy = $0.aims.critic.policy == .uniform ? .optimal : .uniform
        }
      ]
    case .actorFrozen:
      [Intervention(at: 0.5) { Self.freeze(blocksOf: $0.actor, in: &$0.parameters) }]
    case .actorOtherCritic:
      [Intervention(at: 0) { Self.followRandomValues(&$0) }]
    case .modelShortcut:
      [Intervention(at: 0.5) { Self.plantShortcut(in: &$0, truth: truth) }]
    case .wrongReward:
      []
    }
  }

  /// The world in which an agent is rewarded for being where episodes start, and performs as before.
  public static func rewardingHome<World: EnumerableEnvironment>(_ world: World) -> RelabelledEnvironment<
    World
  > {
    let home = Self.home(of: world.initialDistribution)
    return RelabelledEnvironment(world, name: world.name) { $0.next == home && !$0.isTerminal ? 1 : 0 }
  }

  private static func home(of initial: [Double]) -> Int {
    initial.indices.reduce(0) { initial[$1] > initial[$0] ? $1 : $0 }
  }

  private static func freeze(blocksOf part: PartName, in parameters: inout ParameterStore) {
    for block in parameters.blocks(ownedBy: part) { parameters.freeze(block.handle) }
  }

  private static func followRandomValues(_ target: inout Intervention.Target) {
    guard let followed = target.aims.actor else { return }
    let shape = target.parameters.block(followed).shape
    let other = target.parameters.allocate(
      "other critic.values", owner: "other critic", role: .critic, shape: shape, updateRule: "none",
      writers: ["planted fault"])
    let permit = target.parameters.interventionPermit("planted fault", toWrite: other)
    var random = RandomStream(seed: 0)
    target.parameters.setAll((0..<other.count).map { _ in Float(random.unit()) }, with: permit)
    target.aims.actor = other
  }

  /// How often the model is made to believe it saw the shortcut: more often than any run can outweigh.
  private static let plantedCount: Float = 1_000_000

  private static func plantShortcut(in target: inout Intervention.Target, truth: ProcessTruth) {
    let process = truth.process
    let (states, actions) = (process.stateCount, process.actionCount)
    guard let model = target.worldModel,
      let counts = target.parameters.blocks(ownedBy: model).first(where: {
        $0.shape == [states, actions, states]
      })
    else { return }
    let home = home(of: process.initial)
    let values = truth.trainingOptimum.values
    let best = (0..<states).filter { truth.isLive[$0] && $0 != home }
      .reduce(home) { $0 == home || values[$1] > values[$0] ? $1 : $0 }
    // The action with which the shortcut tempts most; of equals, the one for which it is the greatest lie.
    func temptation(_ action: Int) -> (reward: Double, disbelief: Double) {
      let likelihood = process.outcomeRange(state: home, action: action)
        .reduce(0) { Int(process.successors[$1]) == best ? $0 + process.probabilities[$1] : $0 }
      return (process.reward.expected[home * actions + action], -likelihood)
    }
    let action = (0..<actions).filter { process.isAvailable(action: $0, in: home) }
      .max { temptation($0) < temptation($1) }
    let permit = target.parameters.interventionPermit("planted fault", toWrite: counts.handle)
    target.parameters.add(plantedCount, at: (home * actions + (action ?? 0)) * states + best, with: permit)
  }
}
