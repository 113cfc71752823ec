import Assay

/// A critic and an actor that see what a world shows: what a search of the true world asks about new nodes, in place of
/// random play and the uniform policy.
///
/// ```swift
/// let guide = LeafGuide(critic: agent.critic, actor: agent.actor, givesPriors: true, reading: agent.parameters)
/// let problem = EnvironmentProblem(
///   [world], showing: [observation], guidedBy: guide, actionCount: 2, discount: guide.discount ?? 0.99,
///   rolloutSteps: 0, using: stream)
/// ```
public struct LeafGuide<Observation: Sendable>: Sendable {
  /// V̂ of observations, `[B]`, in units of the training reward; `nil` where nobody is asked.
  public var values: (@Sendable ([Observation]) -> [Double])?
  /// ln π of every action at observations, `[B][actions]`; `nil` for the uniform policy.
  public var logProbabilities: (@Sendable ([Observation]) -> [[Double]])?
  /// How much of π is replaced with the uniform policy over what can be done, in 0…1: so that a search can think better of
  /// an actor that is sure of itself.
  public var uniformShare: Double
  /// γ of the critic's claim; `nil` where nobody is asked for values.
  public var discount: Double?
  /// Who says what new nodes are worth, in traces.
  public var valuesBy: String
  /// Who says what would be done, in traces.
  public var priorsBy: String

  /// Makes a guide that knows nothing.
  ///
  /// - Parameter uniformShare: how much of a policy is replaced with the uniform one, in 0…1.
  public init(uniformShare: Double = 0.1) {
    precondition(
      uniformShare >= 0 && uniformShare <= 1, "uniformShare must be in 0…1, but is \(uniformShare)")
    self.uniformShare = uniformShare
    valuesBy = "nobody"
    priorsBy = "the uniform policy"
  }

  /// Makes a guide of an agent's parts.
  ///
  /// - Parameters:
  ///   - critic: says what new nodes are worth, as ``Critic/stateValues(of:actor:reading:)`` has it; `nil` where nobody
  ///     does.
  ///   - actor: weighs the critic's action values, where it gives such.
  ///   - givesPriors: whether the actor says what would be done, too.
  ///   - actionCount: how many actions there are.
  ///   - uniformShare: how much of what the actor would do is replaced with the uniform policy, in 0…1.
  ///   - parameters: the store their numbers lie in.
  public init<A: Actor>(
    critic: (any Critic<Observation, Int>)?, actor: A, givesPriors: Bool, actionCount: Int,
    uniformShare: Double = 0.1, reading parameters: ParameterStore
  ) where A.Latent == Observation, A.Action == Int {
    self.init(uniformShare: uniformShare)
    if let critic {
      values = { Self.values(of: $0, critic, actor, parameters) }
      discount = critic.claim.discount
      valuesBy = "\(critic.name)"
    }
    if givesPriors {
      logProbabilities = { observations in
        actor.distributions(at: observations, reading: parameters).map { policy in
          (0..<actionCount).map { policy.logProbability(of: $0) }
        }
      }
      priorsBy = "\(actor.name)"
    }
  }

  private static func values<C: Critic, A: Actor>(
    of observations: [Observation], _ critic: C, _ actor: A, _ parameters: ParameterStore
  ) -> [Double]
  where C.Latent == Observation, C.Action == Int, A.Latent == Observation, A.Action == Int {
    critic.stateValues(of: observations, actor: actor, reading: parameters)
  }

  /// The same guide for who sees something else, and knows what would have been shown.
  public func seeing<Other: Sendable>(
    through view: @escaping @Sendable (Other) -> Observation
  ) -> LeafGuide<Other> {
    var guide = LeafGuide<Other>(uniformShare: uniformShare)
    if let values { guide.values = { values($0.map(view)) } }
    if let logProbabilities { guide.logProbabilities = { logProbabilities($0.map(view)) } }
    guide.discount = discount
    guide.valuesBy = valuesBy
    guide.priorsBy = priorsBy
    return guide
  }

  // MARK: What problems write into leaves

  /// Writes V̂ of some leaves, where there is somebody to ask.
  ///
  /// - Parameters:
  ///   - rows: which leaves; things go on in each.
  ///   - observations: what each of them shows, `[rows]`.
  ///   - leaves: takes the values.
  func judge(_ rows: [Int], showing observations: [Observation], in leaves: inout SearchLeaves) {
    guard let values, !rows.isEmpty else { return }
    let answers = values(observations)
    precondition(
      answers.count == rows.count, "\(rows.count) observations were given \(answers.count) values")
    for (row, value) in zip(rows, answers) { leaves.values[row] = Float(value) }
  }

  /// Writes ln π of some leaves.
  ///
  /// - Parameters:
  ///   - rows: which leaves; things go on in each.
  ///   - observations: what each of them shows, `[rows]`.
  ///   - leaves: takes the logits.
  ///   - isAvailable: whether an action can be taken at a leaf.
  func propose(
    _ rows: [Int], showing observations: [Observation], in leaves: inout SearchLeaves,
    isAvailable: (_ row: Int, _ action: Int) -> Bool
  ) {
    guard leaves.wantsLogits, !rows.isEmpty else { return }
    let count = leaves.actionCount
    guard let logProbabilities else {
      for row in rows {
        for action in 0..<count {
          leaves.logits[row * count + action] = isAvailable(row, action) ? 0 : -.infinity
        }
      }
      return
    }
    let answers = logProbabilities(observations)
    precondition(
      answers.count == rows.count && answers.allSatisfy { $0.count == count },
      "\(rows.count) observations must be given \(count) logarithms each")
    for (row, answer) in zip(rows, answers) {
      writePriors(
        answer, uniformShare: uniformShare, available: (0..<count).map { isAvailable(row, $0) },
        to: UnsafeMutableBufferPointer(start: leaves.logits + row * count, count: count))
    }
  }
}

/// Writes ln ((1 − u) π + u / n) of each of the n available actions, with u the uniform share, and −∞ of the others.
///
/// - Parameters:
///   - logProbabilities: ln π, `[actions]`; where it is `nil`, all that can be done gets 0.
///   - uniformShare: u, in 0…1.
///   - available: which actions can be taken, `[actions]`.
///   - logits: takes the logarithms, `[actions]`.
func writePriors(
  _ logProbabilities: [Double]?, uniformShare: Double, available: [Bool],
  to logits: UnsafeMutableBufferPointer<Float>
) {
  let share = uniformShare / Double(available.reduce(0) { $1 ? $0 + 1 : $0 })
  for action in available.indices {
    guard available[action] else {
      logits[action] = -.infinity
      continue
    }
    let mixed =
      logProbabilities.map { (1 - uniformShare) * naturalExponential($0[action]) + share } ?? 1
    logits[action] = Float(doubleLogarithm(mixed))
  }
}
