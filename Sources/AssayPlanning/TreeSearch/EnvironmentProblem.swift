import Assay

/// Worlds that are values, searched from: the true model of any world whose actions are numbered.
///
/// Every node is a copy of the world. Where chance has a say, an action's outcomes are a few draws of it, each as likely as
/// the others: the tree then is of that sample, and the closer to the world the more there are. Time limits are taken off:
/// a plan may look beyond them.
///
/// - SeeAlso: Kearns, Mansour & Ng (2002), *A sparse sampling algorithm for near-optimal planning in large Markov decision
///   processes*.
public struct EnvironmentProblem<World: Environment>: SearchProblem where World.Action == Int {
  /// γ, in [0, 1].
  public let discount: Double
  /// How many outcomes of an action are drawn, positive; 1 for a world without chance.
  public let outcomeCount: Int
  /// How many steps a new node is played on from at random for its value, not negative.
  public let rolloutSteps: Int
  /// Who says what new nodes are worth, and what would be done there; `nil` where nobody does.
  public let guide: LeafGuide<World.Observation>?
  public let rootCount: Int
  public let actionCount: Int

  private var worlds: ContiguousArray<World>
  /// Where the chance of each node's actions comes from.
  private var streams: ContiguousArray<RandomStream>
  /// What the roots show; empty without a guide.
  private let shown: [World.Observation]

  public var isStochastic: Bool { outcomeCount > 1 }
  /// A critic sees the new nodes of all roots at once.
  public var expandsOneByOne: Bool { guide?.values == nil }
  public var sources: SearchSources {
    SearchSources(
      dynamics: "the world",
      values: guide?.values != nil
        ? guide?.valuesBy ?? "" : rolloutSteps > 0 ? "random rollouts" : "nobody",
      priors: guide?.priorsBy ?? "the uniform policy")
  }

  /// Gets ready to search from some worlds.
  ///
  /// - Parameters:
  ///   - roots: the worlds that are searched from, none of them at an end.
  ///   - observations: what each of them shows, `[roots]`; not looked at without a guide.
  ///   - guide: says what new nodes are worth, in place of random play, and what would be done there.
  ///   - actionCount: how many actions there are.
  ///   - discount: γ, in [0, 1].
  ///   - rolloutSteps: how many steps a new node is played on from at random for its value, not negative.
  ///   - outcomeCount: how many outcomes of an action are drawn, positive; 1 for a world without chance.
  ///   - stream: the chance in the world comes from here.
  public init(
    _ roots: [World], showing observations: [World.Observation] = [],
    guidedBy guide: LeafGuide<World.Observation>? = nil, actionCount: Int, discount: Double,
    rolloutSteps: Int, outcomeCount: Int = 1,
    using stream: RandomStream
  ) {
    precondition(!roots.isEmpty, "there must be a world to search from")
    for root in roots {
      precondition(!root.isOver, "a world to search must go on, but the episode of \(root.name) is over")
    }
    precondition(discount >= 0 && discount <= 1, "discount must be in [0, 1], but is \(discount)")
    precondition(rolloutSteps >= 0, "rolloutSteps must not be negative, but is \(rolloutSteps)")
    precondition(outcomeCount > 0, "outcomeCount must be positive, but is \(outcomeCount)")
    precondition(
      guide == nil || observations.count == roots.count,
      "a guide must be told what each of \(roots.count) worlds shows, but was of \(observations.count)")
    self.guide = guide
    shown = guide == nil ? [] : observations
    self.discount = discount
    self.outcomeCount = outcomeCount
    self.rolloutSteps = rolloutSteps
    self.actionCount = actionCount
    rootCount = roots.count
    worlds = ContiguousArray(roots.map { $0.withoutTimeLimit() })
    streams = ContiguousArray(roots.indices.map { stream.substream(UInt64($0)) })
  }

  /// The world of a node.
  public func world(of node: Int) -> World { worlds[node] }

  public mutating func evaluateRoots(_ leaves: inout SearchLeaves, using random: inout RandomStream) {
    evaluate(
      &leaves, showing: (0..<leaves.count).map { shown.isEmpty ? nil : shown[Int(leaves.nodes[$0])] }, &random
    )
  }

  public mutating func outcome(at node: Int, taking action: Int, using random: inout RandomStream) -> Int {
    outcomeCount == 1 ? 0 : random.integer(below: outcomeCount)
  }

  public mutating func expand(_ leaves: inout SearchLeaves, using random: inout RandomStream) {
    var seen: [World.Observation?] = []
    for index in 0..<leaves.count {
      let parent = Int(leaves.parents[index])
      var world = worlds[parent]
      // The same outcome of the same action is the same draw, whenever it is asked for.
      var stream = streams[parent].substream(
        UInt64(leaves.actions[index]) * UInt64(outcomeCount) + UInt64(leaves.outcomes[index]))
      let step = world.step(Int(leaves.actions[index]), using: &stream)
      worlds.append(world)
      streams.append(stream)
      leaves.rewards[index] = Float(step.reward.value)
      leaves.discounts[index] = step.ending == .terminated || world.isOver ? 0 : Float(discount)
      seen.append(guide == nil ? nil : step.observation)
    }
    evaluate(&leaves, showing: seen, &random)
  }

  private func evaluate(
    _ leaves: inout SearchLeaves, showing seen: [World.Observation?], _ random: inout RandomStream
  ) {
    var going: [Int] = []
    for index in 0..<leaves.count {
      let world = worlds[Int(leaves.nodes[index])]
      leaves.values[index] = 0
      guard !world.isOver else { continue }
      going.append(index)
      if guide?.values == nil, rolloutSteps > 0 {
        leaves.values[index] = Float(rollout(from: world, using: &random))
      }
    }
    guard guide != nil || leaves.wantsLogits else { return }
    let guide = guide ?? LeafGuide()
    let observations = going.compactMap { seen[$0] }
    guide.judge(going, showing: observations, in: &leaves)
    let nodes = leaves.nodes
    guide.propose(going, showing: observations, in: &leaves) {
      worlds[Int(nodes[$0])].isAvailable($1)
    }
  }

  private func rollout(from start: World, using random: inout RandomStream) -> Double {
    var world = start
    var (sum, weight) = (0.0, 1.0)
    for _ in 0..<rolloutSteps {
      var action = random.integer(below: actionCount)
      while !world.isAvailable(action) { action = random.integer(below: actionCount) }
      let step = world.step(action, using: &random)
      sum += weight * step.reward.value
      weight *= discount
      if world.isOver { break }
    }
    return sum
  }

  public mutating func listActions(at node: Int, in actions: inout SearchActions) {
    for action in 0..<actionCount where worlds[node].isAvailable(action) { actions.append(action) }
  }

  public mutating func keep(nodes old: [Int32]) {
    worlds = ContiguousArray(old.map { worlds[Int($0)] })
    streams = ContiguousArray(old.map { streams[Int($0)] })
  }
}
