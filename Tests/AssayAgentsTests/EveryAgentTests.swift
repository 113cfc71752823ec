import Assay
import AssayAgents
import AssayEnvironments
import Testing

@Suite("Every agent")
struct EveryAgentTests {
  @Test(
    "the same seed gives the same run, bit for bit, and another seed another", arguments: AnyAgent.allCases)
  func seeds(agent: AnyAgent) throws {
    let once = try agent.record(in: FrozenLake.fourByFour, seed: 3)
    let again = try agent.record(in: FrozenLake.fourByFour, seed: 3)
    #expect(once == again)
    let other = try agent.record(in: FrozenLake.fourByFour, seed: 4)
    #expect(once.events != other.events)
    #expect(once.bits != other.bits)
  }

  @Test("N + M steps at once are N steps and then M", arguments: AnyAgent.allCases)
  func divided(agent: AnyAgent) throws {
    let whole = try agent.record(in: FrozenLake.fourByFour, advances: [1500])
    for advances in [[700, 800], [1, 0, 1499], [500, 500, 499, 1]] {
      #expect(try agent.record(in: FrozenLake.fourByFour, advances: advances) == whole)
    }
  }

  @Test("no algorithm looks at roles: with opaque ones nothing changes", arguments: AnyAgent.allCases)
  func roles(agent: AnyAgent) throws {
    for world in [0, 1] {
      func record(_ prepare: (inout ParameterStore, inout Aims) -> Void) throws -> AnyAgent.Record {
        world == 0
          ? try agent.record(in: FrozenLake.fourByFour, prepare: prepare)
          : try agent.record(in: MaximisationBias(), prepare: prepare)
      }
      let named = try record { _, _ in }
      let opaque = try record { parameters, _ in
        for (number, block) in parameters.blocks.enumerated() {
          parameters.rename(block.handle, role: .opaque(number))
        }
      }
      #expect(opaque.parameters.blocks.map(\.role) == opaque.parameters.blocks.indices.map { .opaque($0) })
      #expect(opaque.events == named.events)
      #expect(opaque.bits == named.bits)
      #expect(opaque.parameters.ledger == named.parameters.ledger)
    }
  }

  @Test("a frozen block stays as it is, bit for bit, while the others go on", arguments: AnyAgent.allCases)
  func frozen(agent: AnyAgent) throws {
    let blockCount = try agent.record(in: FrozenLake.fourByFour, advances: [0]).bits.count
    for frozen in 0..<blockCount {
      let record = try agent.record(in: FrozenLake.fourByFour) { parameters, _ in
        parameters.freeze(parameters.blocks[frozen].handle)
      }
      let start = try agent.record(in: FrozenLake.fourByFour, advances: [0])
      #expect(record.bits[frozen] == start.bits[frozen])
      #expect(record.parameters.blocks[frozen].version == 0)
      let refused = record.parameters.ledger.entries.filter { $0.block == frozen }
      #expect(refused.allSatisfy { $0.count == 0 && $0.squaredNorm == 0 })
      #expect(refused.reduce(0) { $0 + $1.refused } >= 100)
      #expect(record.parameters.ledger.lastWrite(ofBlock: frozen) == nil)
    }
  }

  @Test("learners write what they hold permits for, and nothing else changes", arguments: AnyAgent.allCases)
  func permits(agent: AnyAgent) throws {
    var bystander: BlockHandle?
    let record = try agent.record(in: FrozenLake.fourByFour) { parameters, _ in
      bystander = parameters.allocate(
        "bystander", owner: "somebody else", role: .critic, shape: [16, 4], updateRule: "none",
        writers: ["critic learner"], initially: 0.5)
    }
    let writers: [String: Set<String>] = [
      "critic.values": ["critic learner"], "critic.weights": ["critic learner"],
      "critic.first": ["critic learner"],
      "critic.second": ["critic learner"], "actor.preferences": ["actor learner"],
      "model.transitions": ["model learner"], "model.endings": ["model learner"],
      "model.rewards": ["model learner"],
    ]
    for block in record.parameters.blocks where block.name != "bystander" {
      let entries = record.parameters.ledger.entries.filter { $0.block == block.handle.index }
      #expect(Set(entries.map(\.writer)) == writers[block.name])
      #expect(entries.allSatisfy { $0.cause == .learning && $0.refused == 0 })
      #expect(block.version > 0)
      #expect(block.version == entries.reduce(0) { $0 + $1.count })
    }
    let untouched = try #require(bystander)
    #expect(record.parameters.version(of: untouched) == 0)
    #expect(record.parameters.values(of: untouched).allSatisfy { $0 == 0.5 })
  }

  @Test("what is learned from rewards is marked so, and counting transitions is not")
  func rewardUse() throws {
    let record = try AnyAgent.dyna.record(in: FrozenLake.fourByFour)
    for entry in record.parameters.ledger.entries {
      let name = record.parameters.blocks[entry.block].name
      #expect(entry.usesReward == ["model.rewards", "critic.values"].contains(name), "\(name)")
    }
    // Without rewards, the counts and the way of acting are all that can still change.
    #expect(record.totalPerformance > 0)
  }

  @Test("unavailable actions are never taken, nor learned about", arguments: AnyAgent.allCases)
  func unavailable(agent: AnyAgent) throws {
    let record = try agent.record(in: MaximisationBias(), discount: 1)
    #expect(record.events.contains { $0.state == MaximisationBias.stateB && $0.action > 1 })
    #expect(record.events.allSatisfy { $0.state == MaximisationBias.stateB || $0.action < 2 })
    for name in ["critic.values", "actor.preferences"] {
      guard let block = record.parameters.block(named: name), block.shape.count == 2 else { continue }
      #expect(record.values(name)[2..<10].allSatisfy { $0 == 0 })
    }
  }

  @Test("claims, names and objectives say what the agent is made of")
  func anatomy() {
    let shape = TableShape(stateCount: 2, actionCount: 2)
    let qLearning = QLearning.make(shape: shape, configuration: .init(discount: 0.5)).agent
    #expect(qLearning.critic.claim == Claim(.actionValue, of: .optimal, discount: 0.5))
    #expect(qLearning.actor.objective == Objective(maximising: "critic"))
    #expect(!QLearning.Agent.hasWorldModel)
    let sarsa = SARSA.make(shape: shape, configuration: .init(discount: 0.5)).agent
    #expect(sarsa.critic.claim == Claim(.actionValue, of: .behaviour, discount: 0.5))
    let dyna = Dyna.make(shape: shape, configuration: .init(discount: 0.5, runLength: 1)).agent
    #expect(dyna.critic.claim == Claim(.actionValue, of: .part("actor"), discount: 0.5))
    #expect(
      dyna.critic.name == "critic" && dyna.actor.name == "actor" && dyna.worldModel.name == "world model")
    #expect(Dyna.Agent.hasWorldModel)
    let prediction = NStepPrediction.make(shape: shape, configuration: .init(discount: 0.5)).agent
    #expect(prediction.critic.claim == Claim(.stateValue, of: .part("actor"), discount: 0.5))
    #expect(prediction.actor.objective == Objective(maximising: nil))
    let actorCritic = OneStepActorCritic.make(shape: shape, configuration: .init(discount: 0.5)).agent
    #expect(actorCritic.critic.claim == Claim(.stateValue, of: .part("actor"), discount: 0.5))
  }
}
