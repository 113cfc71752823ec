import Assay
import AssayNetworks
import Foundation
import Testing

@testable import AssayAgents

/// An ensemble that learns s′ = (s₀ + 0.1 s₁, 0.9 s₁ + 0.2 a), paid 3 − s₀ + a, over where |s₀| > 0.8.
private struct LinearSystem: ~Copyable {
  var store = ParameterStore()
  let networks: EnsembleNetworks
  var fit: EnsembleFit
  let model: EnsembleModel
  var replay: ReplayBuffer<BoxSpace>

  static let space = BoxSpace(count: 1, in: -2...2)

  init(rows: Int, endings: Bool = false, rewardScale: Double = 1, members: Int = 3, epochs: Int = 25) {
    var store = ParameterStore()
    var stream = RandomStream(seed: 4)
    let networks = EnsembleNetworks(
      observationCount: 2, actionCount: 1, members: members, elites: 2, hidden: [16], in: &store,
      using: &stream)
    let fit = EnsembleFit(
      .init(batchSize: 32, rate: 3e-3, patience: 5, epochs: epochs, eliteCount: 2), networks,
      actionSpace: Self.space, in: &store)
    var replay = ReplayBuffer(capacity: rows, observationCount: 2, Self.space)
    for _ in 0..<rows {
      let (s, a) = ([2 * stream.unit() - 1, 2 * stream.unit() - 1], 4 * stream.unit() - 2)
      var (before, after) = (VectorColumn(count: 1, width: 2), VectorColumn(count: 1, width: 2))
      var action = VectorColumn(count: 1, width: 1)
      before[0] = s.map { Float($0) }
      action[0] = [Float(a)]
      after[0] = Self.next(s, a).map { Float($0) }
      replay.append(
        BatchStep(
          observations: before, actions: action, rewards: [rewardScale * (3 - s[0] + a)],
          nextObservations: after, endings: [endings && abs(s[0]) > 0.8 ? .terminated : nil]))
    }
    self.store = store
    self.networks = networks
    self.fit = fit
    self.replay = replay
    model = EnsembleModel(networks, actionSpace: Self.space)
  }

  static func next(_ s: [Double], _ a: Double) -> [Double] { [s[0] + 0.1 * s[1], 0.9 * s[1] + 0.2 * a] }

  mutating func learn() {
    var random = RandomStream(seed: 9)
    fit.run(replay, &store, using: &random)
  }
}

@Suite("Ensemble model")
struct EnsembleModelTests {
  @Test("learns a linear system, and what it pays")
  func linearSystem() {
    var system = LinearSystem(rows: 600)
    system.learn()
    for (s, a) in [([0.5, -0.3], 1.0), ([-0.7, 0.2], -1.5), ([0, 0], 0)] {
      let prediction = system.model.predictions(
        from: [s.map { Float($0) }], taking: [[Float(a)]], reading: system.store)[0]
      let truth = LinearSystem.next(s, a)
      #expect(prediction.successors.count == 2)
      for successor in prediction.successors {
        for index in 0..<2 {
          // A change has a deviation of 0.24 or less: a tenth of it is a fit that has learned.
          #expect(abs(Double(successor.latent[index]) - truth[index]) < 0.025)
        }
      }
      // Rewards have a deviation of 1.3.
      #expect(abs(prediction.reward.value - (3 - s[0] + a)) < 0.13)
      let total = prediction.successors.reduce(prediction.termination) { $0 + $1.probability }
      #expect(abs(total - 1) < 1e-12)
      // Nothing ever terminated.
      #expect(prediction.termination < 1e-3)
    }
    #expect(system.fit.outcome.dynamicsError < 0.01)
    #expect(system.fit.outcome.rewardError < 0.01)
  }

  @Test("learns where episodes terminate")
  func terminations() {
    var system = LinearSystem(rows: 400, endings: true)
    system.learn()
    let predictions = system.model.predictions(
      from: [[0.95, 0], [0, 0], [-0.95, 0.3], [0.3, -0.5]], taking: [[0], [0], [1], [-1]],
      reading: system.store)
    // A fifth of all rows ended.
    #expect(predictions[0].termination > 0.5)
    #expect(predictions[1].termination < 0.1)
    #expect(predictions[2].termination > 0.5)
    #expect(predictions[3].termination < 0.1)
  }

  @Test("what is paid changes the blocks of the reward model, and no other bit")
  func rewardsApart() {
    var one = LinearSystem(rows: 60, epochs: 2)
    var other = LinearSystem(rows: 60, rewardScale: -5, epochs: 2)
    one.learn()
    other.learn()
    for block in one.store.blocks {
      let isSame = one.store.values(of: block.handle) == other.store.values(of: block.handle)
      #expect(isSame == !block.name.hasPrefix("reward"), "\(block.name)")
    }
    for entry in one.store.ledger.entries where entry.count > 0 {
      let name = one.store.blocks[entry.block].name
      #expect(entry.usesReward == name.hasPrefix("reward"), "\(name)")
    }
  }

  @Test("members of least error on what was held out are believed")
  func elites() {
    var system = LinearSystem(rows: 200, members: 4, epochs: 3)
    // Two members are made useless: their outputs are thrown far off, farther than three epochs can mend.
    let weights = system.networks.dynamics.layer.layers[1].bias
    let permit = system.store.interventionPermit("test", toWrite: system.networks.dynamics.block)
    for member in [0, 2] {
      for output in 0..<2 { system.store.set(50, at: weights.offset + member * 4 + output, with: permit) }
    }
    system.learn()
    #expect((0..<4).map { system.store[system.networks.elites, $0] } == [0, 1, 0, 1])
    let said = system.model.memberPredictions(from: [[0, 0]], taking: [[0]], reading: system.store)
    #expect(said.members[0].map(\.isElite) == [false, true, false, true])
    let prediction = system.model.predictions(from: [[0, 0]], taking: [[0]], reading: system.store)[0]
    #expect(
      prediction.successors.map(\.latent) == [1, 3].map { said.members[0][$0].mean.map { Float($0) } })
  }

  @Test("imagines what the members that are believed say, with the spread they say")
  func imagination() {
    var system = LinearSystem(rows: 300)
    system.learn()
    var imagination = EnsembleImagination(
      system.networks, actionSpace: LinearSystem.space, rows: 32, reading: system.store)
    var observations = VectorColumn(count: 1000, width: 2)
    var actions = VectorColumn(count: 1000, width: 1)
    for row in 0..<1000 {
      observations[row] = [0.4, -0.2]
      actions[row] = [1]
    }
    var random = RandomStream(seed: 3)
    let step = imagination.step(
      from: observations, taking: actions, reading: system.store, using: &random)
    let said = system.model.memberPredictions(from: [[0.4, -0.2]], taking: [[1]], reading: system.store)
    let elites = said.members[0].filter(\.isElite)
    for index in 0..<2 {
      let numbers = (0..<1000).map { Double(step.nextObservations[$0][index]) }
      let mean = numbers.reduce(0, +) / 1000
      let expected = elites.reduce(0) { $0 + $1.mean[index] } / 2
      let spread = elites.reduce(0) { $0 + $1.deviation[index] * $1.deviation[index] / 2 }
      // Rows are shared out evenly between the two, so only the drawn changes vary; 4.9 standard errors, and what
      // Float32 rounds.
      #expect(abs(mean - expected) < 4.9 * (spread / 1000).squareRoot() + 1e-6)
      let between = elites.reduce(0) {
        $0 + ($1.mean[index] - expected) * ($1.mean[index] - expected) / 2
      }
      let variance = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 1000
      // The variance of 1000 normal draws is off by a tenth at 2.2 standard errors, and by a quarter at 5.6.
      #expect(abs(variance - spread - between) < 0.25 * (spread + between))
    }
    let rewards = Set(step.rewards.map { ($0 * 1e4).rounded() / 1e4 })
    let expected = Set(elites.map { ($0.reward * 1e4).rounded() / 1e4 })
    #expect(rewards.count == 2)
    #expect(zip(rewards.sorted(), expected.sorted()).allSatisfy { abs($0 - $1) < 2e-4 })
    #expect(step.endings.allSatisfy { $0 == nil })
    #expect(step.observations == observations)
  }
}
