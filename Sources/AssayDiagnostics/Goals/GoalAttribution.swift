import Assay
import AssayPlanning
import Foundation

/// Says which goal an agent pursues, from what it does in a finite world.
///
/// Each hypothesis is a reward over the dynamics of the process. Whoever pursues it chooses softly by how much
/// worse than the best each action is, the loss ℓ(s, a) = maxₐ Q\*(s, ·) − Q\*(s, a), and now and then at random:
///
///     π(a|s) = (1 − ε) exp(−β ℓ(s, a)/w) / Σ exp(−β ℓ(s, ·)/w) + ε/k(s)
///
/// with w the largest loss in the live states or the largest in state s, and k(s) how many actions there are. So
/// neither the scale of a reward matters nor what is added to it for every step of an endless world. β, ε and w are
/// not fixed: the evidence for a goal is the mean probability of the decisions over a grid of them, β in steps of
/// two from where the policy has a quarter of what the best gains over chance. A goal that is hardly pursued is no
/// goal, and chance not the better for being a special case of every goal. Among actions that are equally good for
/// the goal an agent may have any habit.
///
/// Choices are soft in Q\* and not in the soft values of maximum causal entropy, since those pay for long episodes
/// with entropy: at a discount near 1 and a moderate β they would rather wander than arrive.
///
/// *None of these* is the mean over three kinds of explanation: uniform choice, any habit in every state (a free
/// table of probabilities, integrated out with ½ for every action), and, for each goal, habits in some of the states
/// where it has a preference. The last counts for the goal itself when habits are few and the goal is reached all the
/// same (a success share of a half or more): an agent that errs where it matters little pursues its goal. One that
/// misses the goal by habit does not, however many of its decisions agree. All goals and *none* have the same prior.
///
/// An answer needs a posterior of 0.95, and no other goal that asks for the same wherever the agent was seen. Where
/// there is next to nothing to choose, an agent may do as a goal wants by accident: a world with a single choice
/// stays undecided for thousands of decisions.
///
/// ```swift
/// let attribution = try GoalAttribution(process: FiniteMDP(enumerating: world))
/// var random = RandomStream(seed: 0)
/// let findings = try attribution.attribute(policy: policy, decisions: 1000, using: &random)
/// print(findings.statement)
/// ```
///
/// - SeeAlso: Ramachandran & Amir (2007), *Bayesian inverse reinforcement learning*, for choices soft in Q\*;
///   Ziebart (2010), *Modeling purposeful adaptive behavior with the principle of maximum causal entropy*;
///   MacDermott, Fox, Belardinelli & Everitt (2024), *Measuring goal-directedness*.
public struct GoalAttribution: Sendable {
  /// The posterior that an answer needs.
  public static let certainty = 0.95
  /// The success share from which a goal counts as reached.
  public static let reached = 0.5
  /// Returns are judged at this discount where the process has a larger one.
  public static let largestDiscount = 0.999

  /// The process.
  public let process: FiniteMDP
  /// γ at which the goals are judged.
  public let discount: Double
  /// After how many decisions an episode is cut off when a policy is watched.
  public let episodeLimit: Int
  /// Goals are alike where what is best for them differs by less than this in total variation over the decisions,
  /// and in fewer than ``tellingDecisions`` decisions.
  public let sameness: Double
  /// How many decisions that differ make two goals different, however small their share.
  public let tellingDecisions: Double
  let pursuits: [Pursuit]
  private let isLive: [Bool]
  private let choices: [Int]

  /// Gets ready to attribute goals in a process: solves it for each of them.
  ///
  /// - Parameters:
  ///   - process: the world, with the goals among its rewards.
  ///   - hypotheses: names of rewards of the process; unless given, all but `reward`, `performance` and the
  ///     untampered reward.
  ///   - discount: γ in [0, 1]; the process's own unless said otherwise. One above 0.999 is taken as 0.999, since a
  ///     policy may go on for ever.
  ///   - episodeLimit: after how many decisions an episode is cut off when a policy is watched, from 1.
  ///   - sameness: goals are alike where what is best for them differs by less over the decisions, in [0, 1].
  ///   - tellingDecisions: so many decisions that differ make them different all the same.
  /// - Throws: ``DataError`` when there is no such hypothesis or none at all; ``PlanningError`` when there is no
  ///   best policy for it.
  public init(
    process: FiniteMDP, hypotheses: [String]? = nil, discount: Double? = nil, episodeLimit: Int = 1000,
    sameness: Double = 0.05, tellingDecisions: Double = 5
  ) throws {
    let discount = discount ?? process.discount
    precondition(discount >= 0 && discount <= 1, "discount must be in [0, 1], but is \(discount)")
    precondition(sameness >= 0 && sameness <= 1, "sameness must be in [0, 1], but is \(sameness)")
    precondition(tellingDecisions >= 0, "tellingDecisions must not be negative, but is \(tellingDecisions)")
    self.process = process
    self.discount = min(discount, Self.largestDiscount)
    self.episodeLimit = episodeLimit
    self.sameness = sameness
    self.tellingDecisions = tellingDecisions
    let rewards = try Self.rewards(named: hypotheses, of: process)
    let isLive = ProcessTruth.liveStates(of: process)
    self.isLive = isLive
    choices = (0..<process.stateCount).map { state in
      (0..<process.actionCount).count { process.isAvailable(action: $0, in: state) }
    }
    let uniformVisits = try process.occupancy(of: process.uniformPolicy, discount: self.discount)
    var pursuits: [Pursuit] = []
    for reward in rewards {
      pursuits.append(
        try Pursuit(
          reward, in: process, discount: self.discount, isLive: isLive, uniformVisits: uniformVisits))
    }
    self.pursuits = pursuits
  }

  private static func rewards(
    named names: [String]?, of process: FiniteMDP
  ) throws(DataError) -> [FiniteMDP.RewardFunction] {
    let known = process.rewards.map(\.name)
    let names = names ?? known.filter { !["reward", "performance", GoalHypothesis.untampered].contains($0) }
    guard !names.isEmpty else {
      throw DataError(
        field: "hypotheses", value: "empty", allowed: "at least one of \(known.joined(separator: ", "))")
    }
    var rewards: [FiniteMDP.RewardFunction] = []
    for (index, name) in names.enumerated() {
      guard let reward = process.rewards.first(where: { $0.name == name }),
        !rewards.contains(where: { $0.name == name })
      else {
        throw DataError(
          field: "hypotheses[\(index)]", value: name,
          allowed: "each of \(known.joined(separator: ", ")), at most once")
      }
      rewards.append(reward)
    }
    return rewards
  }

  /// Attributes a goal to an agent whose policy is known, from a sample of its decisions.
  ///
  /// - Parameters:
  ///   - policy: the actor's, over the states and actions of the process.
  ///   - decisions: how many to observe, not negative.
  ///   - random: what the sample follows from.
  /// - Throws: ``PlanningError`` when the policy cannot be evaluated.
  /// - Returns: what was found. Success and event rates are exact for the policy.
  public func attribute(
    policy: PolicyTable, decisions: Int, using random: inout RandomStream
  ) throws -> GoalFindings {
    let sample = process.decisions(
      of: policy, count: decisions, episodeLimit: episodeLimit, using: &random)
    return try findings(for: ObservedBehaviour(sample, in: process), policy: policy, isKnown: true)
  }

  /// Attributes a goal to an agent of which only decisions are known.
  ///
  /// - Parameter decisions: in any order.
  /// - Throws: ``DataError`` when a decision is not one of this process; ``PlanningError`` as
  ///   ``attribute(policy:decisions:using:)`` does.
  /// - Returns: what was found. Success and event rates are those of the policy that chooses as often as was
  ///   observed, and uniformly where nothing was.
  public func attribute(decisions: [Decision]) throws -> GoalFindings {
    let behaviour = try ObservedBehaviour(decisions, in: process)
    return try findings(for: behaviour, policy: behaviour.policy(in: process), isKnown: false)
  }

  /// Attributes goals to several agents, each by itself, and sums up.
  ///
  /// - Parameters:
  ///   - policies: one for each agent, at least one.
  ///   - seeds: of the agents, in the same order.
  ///   - decisions: how many to observe of each, not negative.
  ///   - random: what the samples follow from. Each agent is watched with the substream of its seed, so an agent
  ///     does not depend on the others; nothing is drawn from the stream itself.
  /// - Throws: as ``attribute(policy:decisions:using:)`` does.
  /// - Returns: what was found.
  public func attribute(
    policies: [PolicyTable], seeds: [UInt64], decisions: Int, using random: RandomStream
  ) throws -> GoalGroupFindings {
    precondition(!policies.isEmpty, "a group needs at least one agent")
    precondition(
      policies.count == seeds.count, "\(policies.count) policies need as many seeds, not \(seeds.count)")
    var agents: [GoalAgentFindings] = []
    for (policy, seed) in zip(policies, seeds) {
      var stream = random.substream(seed)
      agents.append(
        GoalAgentFindings(
          seed: seed, findings: try attribute(policy: policy, decisions: decisions, using: &stream)))
    }
    return GoalGroupFindings(agents)
  }

  /// How far apart the goals are as rewards, each pair once.
  ///
  /// - Throws: ``PlanningError`` as ``FiniteMDP/distance(between:and:discount:)`` does.
  /// - Returns: the distances.
  public func distances() throws(PlanningError) -> [RewardDistance] {
    var distances: [RewardDistance] = []
    for (index, first) in pursuits.enumerated() {
      for second in pursuits.dropFirst(index + 1) {
        distances.append(
          RewardDistance(
            rewards: [first.reward.name, second.reward.name],
            distance: try process.distance(between: first.reward, and: second.reward, discount: discount)))
      }
    }
    return distances
  }
}

extension GoalAttribution {
  private func findings(
    for behaviour: ObservedBehaviour, policy: PolicyTable, isKnown: Bool
  ) throws -> GoalFindings {
    let visits = try process.occupancy(of: policy, discount: discount)
    let episode = try EpisodeVisits(of: policy, in: process)
    let actions = process.actionCount
    let free = behaviour.states.map { state in
      logFreeChoice(behaviour.counts[state * actions..<(state + 1) * actions], among: choices[state])
    }
    let chance = behaviour.states.reduce(0.0) {
      $0 - Double(behaviour.visits[$1]) * log(Double(choices[$1]))
    }

    var none = [chance, free.reduce(0, +)]
    var hypotheses: [GoalHypothesisFindings] = []
    for pursuit in pursuits {
      let success = pursuit.success(of: Pursuit.worth(visits, policy, pursuit.reward))
      var findings = GoalHypothesisFindings(
        name: pursuit.reward.name, canExplain: pursuit.canExplain, posterior: 0, logEvidence: nil,
        directedness: nil, agreement: nil, success: success,
        eventRate: Pursuit.worth(episode.visits, policy, pursuit.reward))
      if pursuit.canExplain {
        let evidence = pursuit.evidence(for: behaviour, free: free, actions: actions)
        if success.map({ $0 >= Self.reached }) ?? false {
          findings.logEvidence = logMean([evidence.steady, evidence.fewHabits])
          none.append(evidence.manyHabits)
        } else {
          findings.logEvidence = evidence.steady
          none.append(logMean([evidence.fewHabits, evidence.manyHabits]))
        }
        if behaviour.total > 0 {
          findings.directedness = (evidence.sharpest - chance) / Double(behaviour.total) / log(2)
        }
        if evidence.preferring > 0 {
          findings.agreement = Double(evidence.agreeing) / Double(evidence.preferring)
        }
      }
      hypotheses.append(findings)
    }

    let explanations = hypotheses.compactMap(\.logEvidence) + [behaviour.total > 0 ? logMean(none) : 0]
    let total = logMean(explanations) + log(Double(explanations.count))
    for index in hypotheses.indices {
      if let evidence = hypotheses[index].logEvidence { hypotheses[index].posterior = exp(evidence - total) }
    }
    let nonePosterior = exp((explanations.last ?? 0) - total)
    let confusions = confusions(in: behaviour)
    let candidates = Self.candidates(hypotheses, nonePosterior: nonePosterior, confusions)
    let coverage = coverage(of: behaviour)
    return GoalFindings(
      name: candidates.count == 1 ? candidates[0] : GoalFindings.undecided, candidates: candidates,
      statement: statement(candidates, hypotheses, nonePosterior: nonePosterior, confusions),
      nonePosterior: nonePosterior, hypotheses: hypotheses,
      capability: hypotheses.compactMap(\.success).max(), indistinguishable: confusions, coverage: coverage,
      isEndless: episode.isEndless,
      warnings: warnings(coverage, isEndless: episode.isEndless, isKnown: isKnown))
  }

  /// The most probable explanations, as few as have the certainty together, and the goals that no decision tells
  /// from one of them.
  private static func candidates(
    _ hypotheses: [GoalHypothesisFindings], nonePosterior: Double, _ confusions: [GoalConfusion]
  ) -> [String] {
    let ranked =
      (hypotheses.filter(\.canExplain).map { ($0.name, $0.posterior) } + [(GoalFindings.none, nonePosterior)])
      .enumerated().sorted { ($1.element.1, $0.offset) < ($0.element.1, $1.offset) }.map(\.element)
    var candidates: [String] = []
    var sum = 0.0
    for (name, posterior) in ranked where sum < certainty {
      candidates.append(name)
      sum += posterior
    }
    for (name, _) in ranked where !candidates.contains(name) {
      let likeCandidate = confusions.contains { confusion in
        confusion.goals.contains(name) && confusion.goals.contains { $0 != name && candidates.contains($0) }
      }
      if likeCandidate { candidates.append(name) }
    }
    return candidates
  }

  /// The pairs of goals that ask for the same wherever the agent was seen.
  private func confusions(in behaviour: ObservedBehaviour) -> [GoalConfusion] {
    let perfect = pursuits.map { $0.canExplain ? $0.perfectPolicy(in: process) : nil }
    var confusions: [GoalConfusion] = []
    for first in pursuits.indices {
      for second in pursuits.indices.dropFirst(first + 1) {
        guard let one = perfect[first], let other = perfect[second] else { continue }
        let differences = (0..<process.stateCount).map { state in
          (0..<process.actionCount).reduce(0) { $0 + abs(one[state, $1] - other[state, $1]) } / 2
        }
        let telling = behaviour.states.reduce(0) {
          $0 + Double(behaviour.visits[$1]) * differences[$1]
        }
        let share = telling / Double(max(behaviour.total, 1))
        if share >= sameness || telling >= tellingDecisions { continue }
        confusions.append(
          confusion([pursuits[first].reward.name, pursuits[second].reward.name], share, differences))
      }
    }
    return confusions
  }

  private func confusion(_ goals: [String], _ share: Double, _ differences: [Double]) -> GoalConfusion {
    let largest = differences.max() ?? 0
    let most = differences.indices.filter { differences[$0] > 0 && differences[$0] >= largest - 1e-12 }
    let telling = most.first { isLive[$0] } ?? most.first
    return GoalConfusion(
      goals: goals, difference: share, tellingState: telling,
      tellingStateName: telling.map { process.stateName($0) }, tellingDifference: largest,
      isTellingStateLive: telling.map { isLive[$0] } ?? false)
  }

  private func coverage(of behaviour: ObservedBehaviour) -> GoalCoverage {
    let live = isLive.indices.filter { isLive[$0] && choices[$0] > 1 }
    let seen = live.count { behaviour.visits[$0] > 0 }
    return GoalCoverage(
      decisions: behaviour.total, states: behaviour.states.count,
      choices: behaviour.states.count { choices[$0] > 1 }, liveChoices: live.count,
      share: live.isEmpty ? 1 : Double(seen) / Double(live.count))
  }

  private func warnings(_ coverage: GoalCoverage, isEndless: Bool, isKnown: Bool) -> [String] {
    var warnings = pursuits.filter { !$0.canExplain }.map {
      "The goal \($0.reward.name) makes no difference in this world, so it cannot explain anything."
    }
    if coverage.share < 0.5 {
      warnings.append(
        "Decisions were seen in \(coverage.choices) states with a choice; \(coverage.liveChoices) can be met."
      )
    }
    if coverage.decisions < 50 { warnings.append("Only \(coverage.decisions) decisions were observed.") }
    if isEndless {
      warnings.append("The agent may go on for ever: event rates are at discount \(Self.largestDiscount).")
    }
    if !isKnown {
      warnings.append("Success and event rates are those of the observed choices, and of chance elsewhere.")
    }
    return warnings
  }

  private func statement(
    _ candidates: [String], _ hypotheses: [GoalHypothesisFindings], nonePosterior: Double,
    _ confusions: [GoalConfusion]
  ) -> String {
    if candidates.count == 1 {
      if candidates[0] == GoalFindings.none {
        return "None of \(hypotheses.map(\.name).joined(separator: ", ")) explains what the agent does."
      }
      return "The agent pursues \(candidates[0])."
    }
    if let confusion = confusions.first(where: { $0.goals.allSatisfy { candidates.contains($0) } }) {
      let goals = confusion.goals.joined(separator: " and ")
      guard let name = confusion.tellingStateName else {
        return "\(goals) cannot be told apart in this world: the same is best for both everywhere."
      }
      let place = confusion.isTellingStateLive ? "in state \(name)" : "from a start in state \(name)"
      return "\(goals) cannot be told apart here; watching the agent \(place) would tell most."
    }
    return "The decisions do not settle it between \(candidates.joined(separator: ", "))."
  }
}

/// How often an episode comes to each state.
struct EpisodeVisits {
  /// Expected visits in an episode, `[S]`, not discounted unless it may be endless.
  var visits: [Double]
  /// Whether the policy may go on for ever.
  var isEndless: Bool

  /// Looks only at states the policy comes to: what it would do elsewhere can neither end nor prolong an episode.
  init(of policy: PolicyTable, in process: FiniteMDP) throws {
    var indices = [Int](repeating: -1, count: process.stateCount)
    var states = process.initial.indices.filter { process.initial[$0] > 0 }
    for (index, state) in states.enumerated() { indices[state] = index }
    var rowStarts = [0]
    var successors: [Int32] = []
    var probabilities: [Double] = []
    var terminals: [Bool] = []
    var position = 0
    while position < states.count {
      let state = states[position]
      for action in 0..<process.actionCount where policy[state, action] > 0 {
        for entry in process.outcomeRange(state: state, action: action) where process.probabilities[entry] > 0
        {
          let isTerminal = process.hasTerminals && process.terminals[entry]
          let next = Int(process.successors[entry])
          if !isTerminal && indices[next] < 0 {
            indices[next] = states.count
            states.append(next)
          }
          successors.append(isTerminal ? 0 : Int32(indices[next]))
          probabilities.append(policy[state, action] * process.probabilities[entry])
          terminals.append(isTerminal)
        }
      }
      rowStarts.append(successors.count)
      position += 1
    }
    let chain = try FiniteMDP(
      name: process.name, stateCount: states.count, actionCount: 1, discount: 1,
      initial: states.map { process.initial[$0] }, rowStarts: rowStarts, successors: successors,
      probabilities: probabilities, terminals: terminals,
      rewards: [.init(name: "none", expected: .init(repeating: 0, count: states.count))])
    var compact: [Double]
    do {
      compact = try chain.occupancy(of: chain.uniformPolicy, discount: 1)
      isEndless = false
    } catch PlanningError.improperPolicy {
      compact = try chain.occupancy(of: chain.uniformPolicy, discount: GoalAttribution.largestDiscount)
      isEndless = true
    }
    visits = indices.map { $0 < 0 ? 0 : compact[$0] }
  }
}

extension GoalGroupFindings {
  /// Sums up several agents, which were all asked about the same goals.
  init(_ agents: [GoalAgentFindings]) {
    precondition(!agents.isEmpty, "a group needs at least one agent")
    let findings = agents.map(\.findings)
    let goals = findings[0].hypotheses.map(\.name)
    let names = goals + [GoalFindings.none, GoalFindings.undecided]
    let answers = names.map { name in
      GoalShare(name: name, share: Estimate(share: findings.count { $0.name == name }, of: findings.count))
    }
    let winner = answers.first { $0.share.low > 0.5 || $0.share.estimate == 1 }
    let name = winner?.name ?? GoalFindings.undecided
    let means = goals.indices.map { index in
      let successes = findings.compactMap { $0.hypotheses[index].success }
      return GoalMeans(
        name: goals[index], success: successes.isEmpty ? nil : Estimate(mean: successes),
        eventRate: Estimate(mean: findings.map { $0.hypotheses[index].eventRate }))
    }
    let capabilities = findings.compactMap(\.capability)
    let counts = names.map { name in (name, findings.count { $0.name == name }) }.filter { $0.1 > 0 }
    self.init(
      name: name,
      statement: "Of \(agents.count) agents: "
        + counts.map { "\($0.1) \($0.0)" }.joined(separator: ", ") + ".",
      answers: answers, goals: means, capability: capabilities.isEmpty ? nil : Estimate(mean: capabilities),
      agents: agents)
  }
}
