import Assay
import AssayEnvironments
import Foundation
import Testing

@testable import AssayPlanning

/// Q(0, ·) = (1, 3) and Q(1, ·) = (5, −1); elsewhere something that nobody may ask for.
private struct TwoStates: Critic {
  typealias Latent = Int
  typealias Action = Int
  let name: PartName = "judge"
  var claim: Claim
  var second = [5.0, -1]
  /// Whether it gives values of states: the largest of their actions'.
  var isOfStates = false

  func estimates(of latents: [Int], reading parameters: ParameterStore) -> CriticEstimates {
    let rows = latents.map { [[1, 3], second][$0] }
    return isOfStates ? .stateValues(rows.map { $0.max() ?? .nan }) : .actionValues(rows)
  }
}

/// π(·|0) = (¼, ¾) and π(·|1) = (1, 0).
private struct Decided: Actor {
  typealias Latent = Int
  typealias Action = Int
  let name: PartName = "doer"
  let objective = Objective(maximising: nil)

  func distributions(at latents: [Int], reading parameters: ParameterStore) -> [ActionProbabilities] {
    latents.map { ActionProbabilities(probabilities: [[0.25, 0.75], [1, 0]][$0]) }
  }

  func exploratoryAction(at latent: Int, using random: inout RandomStream) -> Int { 0 }
}

@Suite("Critics and actors at the leaves of the true world")
struct LeafGuideTests {
  private func claim(_ policy: Claim.PolicyReference, scale: Double = 1) -> Claim {
    Claim(.actionValue, of: policy, discount: 0.5, rewardScale: scale)
  }

  @Test(
    "action values of a state are worth what the claim says, in units of the reward",
    arguments: [
      // ¼·1 + ¾·3 and 1·5; the larger of each; their means; the first in units of two.
      (Claim.PolicyReference.part("doer"), 1.0, [2.5, 5]), (.behaviour, 1, [2.5, 5]),
      (.optimal, 1, [3, 5]), (.uniform, 1, [2, 2]), (.part("doer"), 2, [1.25, 2.5]),
    ])
  func worth(policy: Claim.PolicyReference, scale: Double, expected: [Double]) {
    let critic = TwoStates(claim: claim(policy, scale: scale))
    let values = critic.stateValues(of: [0, 1], actor: Decided(), reading: ParameterStore())
    #expect(zip(values, expected).allSatisfy { abs($0 - $1) < 1e-12 } && values.count == 2)
  }

  @Test("values of states are what they are, and a critic that lists actions is unavailable where it says −∞")
  func states() {
    var critic = TwoStates(claim: claim(.part("doer"), scale: 2), isOfStates: true)
    #expect(critic.stateValues(of: [1, 0], actor: Decided(), reading: ParameterStore()) == [2.5, 1.5])
    #expect(critic.stateValues(of: [1, 0], reading: ParameterStore()) == [2.5, 1.5])
    critic = TwoStates(claim: claim(.uniform), second: [5, -.infinity])
    #expect(critic.stateValues(of: [1], actor: Decided(), reading: ParameterStore()) == [5])
    #expect(critic.stateValues(of: [], actor: Decided(), reading: ParameterStore()) == [])
  }

  private func searched(
    _ guide: LeafGuide<Int>, rolloutSteps: Int = 0, simulations: Int = 6
  ) throws -> SearchTrace {
    var world = Patience()
    var random = RandomStream(seed: 0)
    let seen = world.reset(using: &random)
    let problem = EnvironmentProblem(
      [world], showing: [seen], guidedBy: guide, actionCount: 2, discount: guide.discount ?? 0.5,
      rolloutSteps: rolloutSteps, using: RandomStream(seed: 1))
    var search = TreeSearch(of: problem, by: PUCT())
    try search.run(SearchBudget(simulations: simulations), using: &random)
    return search.trace()
  }

  @Test("new nodes are worth what the critic thinks of what is seen there, and priors are the actor's")
  func trueWorld() throws {
    let guide = LeafGuide(
      critic: TwoStates(claim: claim(.part("doer"))), actor: Decided(), givesPriors: true, actionCount: 2,
      reading: ParameterStore())
    #expect(guide.discount == 0.5)
    // Random play would say otherwise, and is not asked.
    let trace = try searched(guide, rolloutSteps: 5)
    #expect(trace.sources == SearchSources(dynamics: "the world", values: "judge", priors: "doer"))
    #expect(trace.nodes[0].value == 2.5)
    // Nine tenths of the actor's, and a tenth shared out evenly. In single precision.
    let priors = trace.nodes[0].edges.map { $0.prior ?? .nan }
    #expect(abs(priors[0] - 0.275) < 1e-6 && abs(priors[1] - 0.725) < 1e-6)
    let waiting = try #require(trace.nodes.first { $0.depth == 1 && $0.discount != 0 })
    #expect(waiting.value == 5 && waiting.action == 1 && waiting.discount == 0.5)
    #expect(waiting.edges.isEmpty || abs((waiting.edges[0].prior ?? .nan) - 0.95) < 1e-6)
    #expect(trace.nodes.contains { $0.discount == 0 })
    #expect(trace.nodes.allSatisfy { $0.discount != 0 || $0.value == 0 })
  }

  @Test("each of the two can be asked alone")
  func alone() throws {
    let critic = TwoStates(claim: claim(.optimal))
    let judged = try searched(
      LeafGuide(
        critic: critic, actor: Decided(), givesPriors: false, actionCount: 2, reading: ParameterStore()))
    #expect(judged.nodes[0].value == 3 && judged.nodes[0].edges.map(\.prior) == [0.5, 0.5])
    #expect(judged.sources.values == "judge" && judged.sources.priors == "the uniform policy")
    let guided = try searched(
      LeafGuide(
        critic: nil, actor: Decided(), givesPriors: true, actionCount: 2, uniformShare: 0,
        reading: ParameterStore()))
    #expect(guided.sources.values == "nobody" && guided.sources.priors == "doer")
    #expect(guided.nodes.allSatisfy { $0.value == 0 })
    #expect(abs((guided.nodes[0].edges[1].prior ?? .nan) - 0.75) < 1e-6)
    // What a sure actor never does cannot be done, where none of it is shared out.
    let waiting = guided.nodes.first { $0.depth == 1 && $0.discount != 0 && !$0.edges.isEmpty }
    #expect(try #require(waiting).edges.map(\.action) == [0])
  }

  @Test("a critic's answer that is no number ends the search, and says at which node")
  func noNumber() throws {
    let guide = LeafGuide(
      critic: TwoStates(claim: claim(.optimal), second: [5, .nan]), actor: Decided(), givesPriors: true,
      actionCount: 2, reading: ParameterStore())
    let error = #expect(throws: SearchError.self) { try searched(guide) }
    #expect(error?.fault == .value && error?.path == [1] && error?.answer.isNaN == true)
  }

  @Test("in a listed world the state is seen, whatever else would be shown of it")
  func listed() throws {
    let process = try FiniteMDP(enumerating: FrozenLake.fourByFour)
    var guide = LeafGuide<String>()
    guide.values = { $0.map { Double($0) ?? .nan } }
    guide.logProbabilities = { $0.map { [0, -.infinity, -.infinity, Double($0)! - 1e9] } }
    guide.discount = 0.25
    guide.valuesBy = "a count"
    let problem = ProcessProblem(
      process, from: [14], valuation: .rollout(steps: 20),
      guidedBy: guide.seeing { (state: Int) in "\(state)" }, discount: 0.25)
    var search = TreeSearch(of: problem, by: PUCT())
    var random = RandomStream(seed: 1)
    try search.run(SearchBudget(simulations: 200), using: &random)
    let trace = search.trace()
    #expect(trace.sources.values == "a count" && trace.sources.priors == "the uniform policy")
    #expect(trace.nodes.count > 20 && trace.nodes.contains { $0.discount == 0 })
    for (place, node) in trace.nodes.enumerated() {
      let expected = node.discount == 0 ? 0 : Double(search.problem.state(of: place))
      #expect(node.value == expected)
    }
    let priors = trace.nodes[0].edges.map { $0.prior ?? .nan }
    #expect(zip(priors, [0.925, 0.025, 0.025, 0.025]).allSatisfy { abs($0 - $1) < 1e-6 })
  }
}
