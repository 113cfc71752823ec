import Assay
import AssayAgents
import AssayPlanning
import Foundation
import Testing

/// What planners are told by parts with networks, beside what the parts say when they are asked directly.
@Suite("Networks as a planner's parts")
struct PlanningPartsTests {
  private let seen: [[Float]] = [[0.3, -0.1], [-0.7, 0.4], [0, 0]]

  @Test("a DQN's critic is worth its best action, and its sure actor leaves a tenth to the others")
  func greedy() throws {
    var configuration = DQNConfiguration()
    configuration.hidden = [6]
    let agent = DQN.make(
      observationCount: 2, actionSpace: DiscreteSpace(count: 3), configuration: configuration, runLength: 10,
      seed: 2
    ).agent
    let guide = LeafGuide(
      critic: agent.critic, actor: agent.actor, givesPriors: true, actionCount: 3, reading: agent.parameters)
    guard case .actionValues(let rows) = agent.critic.estimates(of: seen, reading: agent.parameters) else {
      Issue.record("a DQN's critic lists actions")
      return
    }
    #expect(guide.values?(seen) == rows.map { $0.max()! })
    #expect(guide.discount == 0.99)
    let said = try #require(guide.logProbabilities)
    for (row, logs) in zip(rows, said(seen)) {
      let best = row.firstIndex(of: row.max()!)
      #expect(logs == (0..<3).map { $0 == best ? 0 : -.infinity })
    }
  }

  @Test("PPO's critic of states is asked as it is, and its policy gives the priors")
  func policy() throws {
    var configuration = PPOConfiguration()
    configuration.hidden = [6]
    let agent = PPO.make(
      observationCount: 2, actionSpace: DiscreteSpace(count: 3), configuration: configuration, runLength: 10,
      seed: 2
    ).agent
    let guide = LeafGuide(
      critic: agent.critic, actor: agent.actor, givesPriors: true, actionCount: 3, reading: agent.parameters)
    #expect(
      guide.values.map { CriticEstimates.stateValues($0(seen)) }
        == agent.critic.estimates(of: seen, reading: agent.parameters))
    let policies = agent.actor.distributions(at: seen, reading: agent.parameters)
    let said = try #require(guide.logProbabilities)
    for (policy, logs) in zip(policies, said(seen)) {
      for (probability, log) in zip(policy.probabilities, logs) {
        #expect(abs(exp(log) - probability) < 1e-12)
      }
    }
  }

  @Test(
    "an ensemble is followed through the mean of those members that are believed, to what the twins think of its end"
  )
  func ensemble() throws {
    var configuration = MBPOConfiguration()
    (configuration.hidden, configuration.modelHidden) = ([6], [6])
    (configuration.members, configuration.elites, configuration.discount) = (3, 2, 0.5)
    let space = BoxSpace(count: 1, in: -2...2)
    let agent = MBPO.make(
      observationCount: 2, actionSpace: space, configuration: configuration, runLength: 10, seed: 2
    ).agent
    let model = WorldModelTrajectories(
      from: [seen[0]], model: agent.worldModel, critic: agent.critic, actionSpace: space,
      reading: agent.parameters)
    var batch = TrajectoryBatch(actions: [1.5, -0.5], horizon: 2, width: 1)
    var random = RandomStream(seed: 1)
    #expect(try model.rollOut(&batch, within: TrajectoryBudget().started(), using: &random))
    // By hand, from what each member says.
    var (place, going) = (seen[0], 1.0)
    for (step, action) in [Float(1.5), -0.5].enumerated() {
      let (members, terminations) = agent.worldModel.memberPredictions(
        from: [place], taking: [[action]], reading: agent.parameters)
      let elites = members[0].filter(\.isElite)
      #expect(elites.count == 2 && members[0].count == 3)
      let reward = elites.reduce(0) { $0 + $1.reward } / 2
      // Networks answer in single precision.
      #expect(abs(batch.rewards[step] - going * reward) < 1e-6)
      place = (0..<2).map { index in Float(elites.reduce(0) { $0 + $1.mean[index] } / 2) }
      going *= 1 - terminations[0]
    }
    let value = agent.critic.stateValues(of: [place], reading: agent.parameters)[0]
    #expect(abs(batch.terminalValues[0] - going * value) < 1e-5)
    let total = try batch.returns(discount: 0.5)[0]
    #expect(abs(total - (batch.rewards[0] + batch.rewards[1] / 2 + batch.terminalValues[0] / 4)) < 1e-12)
    // The twins' value of a state is the mean of the lesser over draws that do not change.
    #expect(agent.critic.stateValues(of: [place], reading: agent.parameters) == [value])
    #expect(agent.critic.claim.softness != .none)
  }
}
