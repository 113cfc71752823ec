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
  public let rootCount: Int
  public let actionCount: Int

  private var worlds: ContiguousArray<World>
  /// Where the chance of each node's actions comes from.
  private var streams: ContiguousArray<RandomStream>

  public var isStochastic: Bool { outcomeCount > 1 }
  public var expandsOneByOne: Bool { true }
  public var sources: SearchSources {
    SearchSources(
      dynamics: "the world", values: rolloutSteps > 0 ? "random rollouts" : "nobody",
      priors: "the uniform policy")
  }

  /// Gets ready to search from some worlds.
  ///
  /// - Parameters:
  ///   - roots: the worlds that are searched from, none of them at an end.
  ///   - actionCount: how many actions there are.
  ///   - discount: γ, in [0, 1].
  ///   - rolloutSteps: how many steps a new node is played on from at random for its value, not negative.
  ///   - outcomeCount: how many outcomes of an action are drawn, positive; 1 for a world without chance.
  ///   - stream: the chance in the world comes from here.
  public init(
    _ roots: [World], actionCount: Int, discount: Double, rolloutSteps: Int, outcomeCount: Int = 1,
    using stream: RandomStream
  ) {
    precondition(!roots.isEmpty, "there must be a world to search from")
    for root in roots {
      precondition(!root.isOver, "a world to search must go on, but the episode of \(root.name) is over")
    }
    precondition(discount >= 0 && discount <= 1, "discount must be in [0, 1], but is \(discount)")
    precondition(rolloutSteps >= 0, "rolloutSteps must not be negative, but is \(rolloutSteps)")
    precondition(outcomeCount > 0, "outcomeCount must be positive, but is \(outcomeCount)")
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
    for index in 0..<leaves.count { evaluate(index, &leaves, using: &random) }
  }

  public mutating func outcome(at node: Int, taking action: Int, using random: inout RandomStream) -> Int {
    outcomeCount == 1 ? 0 : random.integer(below: outcomeCount)
  }

  public mutating func expand(_ leaves: inout SearchLeaves, using random: inout RandomStream) {
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
      evaluate(index, &leaves, using: &random)
    }
  }

  private func evaluate(_ index: Int, _ leaves: inout SearchLeaves, using random: inout RandomStream) {
    let node = Int(leaves.nodes[index])
    leaves.values[index] = 0
    guard !worlds[node].isOver else { return }
    if rolloutSteps > 0 { leaves.values[index] = Float(rollout(from: worlds[node], using: &random)) }
    guard leaves.wantsLogits else { return }
    for action in 0..<actionCount {
      leaves.logits[index * actionCount + action] = worlds[node].isAvailable(action) ? 0 : -.infinity
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
