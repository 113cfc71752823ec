import Assay
import AssayEnvironments
import AssayNetworks
import Foundation
import Testing

@testable import AssayAgents

@Suite("MBPO")
struct MBPOTests {
  private static var quick: MBPOConfiguration {
    var configuration = MBPOConfiguration()
    configuration.hidden = [8]
    configuration.modelHidden = [8]
    configuration.members = 3
    configuration.elites = 2
    configuration.batchSize = 16
    configuration.modelBatchSize = 16
    configuration.realShare = 0.25
    configuration.epochs = 2
    configuration.learningStart = 20
    configuration.copies = 2
    configuration.updatesPerStep = 0.5
    configuration.stepsBetweenFits = 30
    configuration.branchesPerStep = 2
    configuration.longestBranch = 3
    configuration.imaginedBufferSize = 150
    return configuration
  }

  private func run(seed: UInt64) -> BatchRun<MBPO.Agent, MBPO.Learner> {
    let world = TimeLimit(Pendulum(), steps: 13)
    let trainee = MBPO.make(
      observationCount: 3, actionSpace: world.actionSpace, configuration: Self.quick, runLength: 100,
      seed: seed)
    return BatchRun(trainee: trainee, seed: seed) { world.copies(2, stream: $0) }
  }

  @Test("the same seed gives the same bits, and another seed others")
  func determinism() throws {
    var one = run(seed: 1)
    var two = run(seed: 1)
    var other = run(seed: 2)
    try one.advance(to: 60)
    try two.advance(to: 60)
    try other.advance(to: 60)
    #expect(one.agent.parameters == two.agent.parameters)
    #expect(one.agent.parameters != other.agent.parameters)
  }

  @Test("a run that was archived goes on bit for bit", arguments: [10, 40])
  func resuming(at step: Int) throws {
    var whole = run(seed: 3)
    try whole.advance(to: step)
    var archive = StateArchive()
    archive.put(whole, as: "run")
    var resumed = run(seed: 3)
    resumed.agent.parameters = whole.agent.parameters
    try archive.restore(&resumed, from: "run")
    try whole.advance(to: 100)
    try resumed.advance(to: 100)
    #expect(whole.agent.parameters == resumed.agent.parameters)
    #expect(whole.tally == resumed.tally)
  }

  @Test("branches grow over the run, and as many steps are imagined as they are long")
  func branches() throws {
    var run = run(seed: 4)
    try run.advance(to: 20)
    #expect(run.learner.imagined.total == 0)
    // The first fit is after step 22: k = 1 + 2 · 0.22, rounded; 60 branches of one step.
    try run.advance(to: 22)
    #expect(run.learner.imagined.total == 60)
    // The next after 52: k = 1 + 2 · 0.52, which is 2.
    try run.advance(to: 52)
    #expect(run.learner.imagined.total == 180)
    #expect(run.learner.imagined.count == 150)
    #expect(run.learner.replay.total == 52)
    #expect(run.learner.metrics!.entries.first { $0.name == "world model/branch length" }!.value == 2)
  }

  @Test("rewards reach the reward model and the critic, and no other block")
  func ledger() throws {
    var run = run(seed: 5)
    try run.advance(to: 60)
    let store = run.agent.parameters
    for entry in store.ledger.entries where entry.count > 0 && entry.usesReward {
      #expect(
        ["reward model", "reward scale", "critic", "critic target"].contains(store.blocks[entry.block].name))
    }
    for name in ["dynamics", "dynamics scales", "reward model", "reward scale", "critic", "actor"] {
      #expect(store.block(named: name)!.version > 0, "\(name)")
    }
    // No pendulum ever terminates.
    #expect(store.block(named: "termination model")!.version == 0)
  }

  @Test("every standard is one that may be set")
  func standards() {
    for parameter in MBPOConfiguration.hyperparameters {
      switch (parameter.kind, parameter.value(MBPOConfiguration())) {
      case (.number(let range), .number(let value)): #expect(range.contains(value))
      case (.integer(let range), .integer(let value)): #expect(range.contains(value))
      case (.integers(let count, let range), .integers(let values)):
        #expect(count.contains(values.count) && values.allSatisfy(range.contains))
      case (.flag, .flag): break
      default: Issue.record("\(parameter.name) is of another kind than it says")
      }
    }
  }
}
