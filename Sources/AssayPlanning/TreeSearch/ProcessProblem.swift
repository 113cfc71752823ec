import Assay

/// States of a listed process, searched from: the exact model.
///
/// An action's outcomes are the process's, in the order in which it lists them. A reward is that of the outcome where the
/// process knows it, and what is expected of the action otherwise.
public struct ProcessProblem: SearchProblem {
  /// What new nodes are worth.
  public enum Valuation: Sendable {
    /// Nothing: returns are those of the steps that were searched.
    case zero
    /// A number of each state, `[stateCount]`.
    case table([Double])
    /// The return of an episode of uniformly random actions, cut off after so many steps.
    case rollout(steps: Int)
  }

  public let process: FiniteMDP
  /// γ, in [0, 1].
  public let discount: Double
  /// What new nodes are worth.
  public let valuation: Valuation
  /// Who says what new nodes are worth, before the valuation, and what would be done there; `nil` where nobody does.
  public let guide: LeafGuide<Int>?
  public let rootCount: Int

  @usableFromInline var states: ContiguousArray<Int32>

  public var actionCount: Int { process.actionCount }
  public let isStochastic: Bool
  public var expandsOneByOne: Bool {
    if guide?.values == nil, case .rollout = valuation { true } else { false }
  }
  public var sources: SearchSources {
    let values =
      switch valuation {
      case .zero: "nobody"
      case .table: "a table"
      case .rollout: "random rollouts"
      }
    return SearchSources(
      dynamics: process.name, values: guide?.values != nil ? guide?.valuesBy ?? "" : values,
      priors: guide?.priorsBy ?? "the uniform policy")
  }

  /// Gets ready to search from some states.
  ///
  /// - Parameters:
  ///   - process: the world.
  ///   - roots: the states that are searched from; something can be done in each.
  ///   - valuation: what new nodes are worth.
  ///   - guide: sees states, says what new nodes are worth, in place of the valuation, and what would be done there.
  ///   - discount: γ, in [0, 1]; the process's own where it is `nil`.
  public init(
    _ process: FiniteMDP, from roots: [Int], valuation: Valuation = .zero,
    guidedBy guide: LeafGuide<Int>? = nil, discount: Double? = nil
  ) {
    precondition(!roots.isEmpty, "there must be a state to search from")
    for root in roots {
      precondition(
        root >= 0 && root < process.stateCount && !process.isFinal(state: root),
        "a root must be a state in which something can be done, but is \(root)")
    }
    if case .table(let values) = valuation {
      precondition(
        values.count == process.stateCount,
        "the table must have \(process.stateCount) values, but has \(values.count)")
    }
    if case .rollout(let steps) = valuation {
      precondition(steps > 0, "steps must be positive, but is \(steps)")
    }
    let discount = discount ?? process.discount
    precondition(discount >= 0 && discount <= 1, "discount must be in [0, 1], but is \(discount)")
    self.process = process
    self.discount = discount
    self.valuation = valuation
    self.guide = guide
    rootCount = roots.count
    states = ContiguousArray(roots.map { Int32($0) })
    isStochastic = zip(process.rowStarts, process.rowStarts.dropFirst()).contains { $1 - $0 > 1 }
  }

  /// The state of a node.
  public func state(of node: Int) -> Int { Int(states[node]) }

  public mutating func evaluateRoots(_ leaves: inout SearchLeaves, using random: inout RandomStream) {
    for index in 0..<leaves.count { evaluate(index, &leaves, using: &random) }
    ask(&leaves)
  }

  public mutating func outcome(at node: Int, taking action: Int, using random: inout RandomStream) -> Int {
    draw(in: Int(states[node]), taking: action, using: &random)
      - process.rowStarts[Int(states[node]) * actionCount + action]
  }

  /// The entry of an outcome that was drawn.
  private func draw(in state: Int, taking action: Int, using random: inout RandomStream) -> Int {
    let range = process.outcomeRange(state: state, action: action)
    if range.count == 1 { return range.lowerBound }
    var remaining = random.unit()
    for entry in range {
      remaining -= process.probabilities[entry]
      if remaining < 0 { return entry }
    }
    // Rounding left a little over.
    return range.last { process.probabilities[$0] > 0 } ?? range.lowerBound
  }

  private func reward(of entry: Int, in state: Int, taking action: Int) -> Double {
    process.reward.outcomes?[entry] ?? process.reward.expected[state * actionCount + action]
  }

  private func isEnd(_ entry: Int) -> Bool { process.hasTerminals && process.terminals[entry] }

  public mutating func expand(_ leaves: inout SearchLeaves, using random: inout RandomStream) {
    for index in 0..<leaves.count {
      let state = Int(states[Int(leaves.parents[index])])
      let action = Int(leaves.actions[index])
      let entry = process.rowStarts[state * actionCount + action] + Int(leaves.outcomes[index])
      states.append(process.successors[entry])
      leaves.rewards[index] = Float(reward(of: entry, in: state, taking: action))
      leaves.discounts[index] = isEnd(entry) ? 0 : Float(discount)
      evaluate(index, &leaves, using: &random)
    }
    ask(&leaves)
  }

  /// Asks the guide about the leaves where things go on.
  private func ask(_ leaves: inout SearchLeaves) {
    guard guide != nil || leaves.wantsLogits else { return }
    let nodes = leaves.nodes
    let going = (0..<leaves.count).filter { leaves.discounts[$0] != 0 || leaves.parents[$0] < 0 }
    let seen = going.map { Int(states[Int(nodes[$0])]) }
    let guide = guide ?? LeafGuide()
    guide.judge(going, showing: seen, in: &leaves)
    guide.propose(going, showing: seen, in: &leaves) {
      process.isAvailable(action: $1, in: Int(states[Int(nodes[$0])]))
    }
  }

  private func evaluate(_ index: Int, _ leaves: inout SearchLeaves, using random: inout RandomStream) {
    var state = Int(states[Int(leaves.nodes[index])])
    if leaves.discounts[index] == 0, leaves.parents[index] >= 0 {
      leaves.values[index] = 0
      return
    }
    if guide?.values != nil { return }
    switch valuation {
    case .zero: leaves.values[index] = 0
    case .table(let values): leaves.values[index] = Float(values[state])
    case .rollout(let steps):
      var sum = 0.0
      var weight = 1.0
      let first = state
      for _ in 0..<steps {
        let available = (0..<actionCount).filter { process.isAvailable(action: $0, in: state) }
        let action = available[random.integer(below: available.count)]
        let entry = draw(in: state, taking: action, using: &random)
        sum += weight * reward(of: entry, in: state, taking: action)
        if isEnd(entry) { break }
        weight *= discount
        state = Int(process.successors[entry])
      }
      leaves.values[index] = Float(sum)
      state = first
    }
  }

  public mutating func listActions(at node: Int, in actions: inout SearchActions) {
    for action in 0..<actionCount where process.isAvailable(action: action, in: Int(states[node])) {
      actions.append(action)
    }
  }

  public mutating func keep(nodes old: [Int32]) {
    states = ContiguousArray(old.map { states[Int($0)] })
  }

  public func label(of node: Int) -> String { process.stateName(Int(states[node])) }
}
