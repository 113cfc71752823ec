import Assay
import AssayEnvironments
import AssayNetworks
import Foundation
import Testing

@testable import AssayAgents

/// A soft actor-critic of one number seen and one done, small enough to be worked out beside.
private struct TinyUpdate: ~Copyable {
  var store: ParameterStore
  let networks: SoftActorCriticNetworks
  var update: SoftActorCriticUpdate
  var aims: Aims
  var replay: ReplayBuffer<BoxSpace>

  static let space = BoxSpace(count: 1, in: -2...2)
  static let observations: [Float] = [0.5, -1]
  static let actions: [Float] = [0.8, -1.2]
  static let rewards = [1.5, -0.7]
  static let next: [Float] = [-0.3, 0.9]

  init(
    entropy: Double = -1, endings: [Ending?] = [nil, .terminated], tunesTemperature: Bool = true,
    discount: Double = 0.9
  ) {
    var store = ParameterStore()
    var stream = RandomStream(seed: 2)
    let networks = SoftActorCriticNetworks(
      observationCount: 1, actionCount: 1, hidden: [3], temperature: 0.4, in: &store, using: &stream)
    var update = SoftActorCriticUpdate(
      .init(
        batchSize: 2, valueRate: 1e-2, policyRate: 2e-2, temperatureRate: 3e-2, averaging: 0.25,
        entropy: entropy, tunesTemperature: tunesTemperature), networks, observationCount: 1,
      actionSpace: Self.space, in: &store)
    // A target that is not the critic, so that mistaking one for the other shows.
    let permit = store.interventionPermit("test", toWrite: networks.target.block)
    for index in 0..<networks.target.block.count where store[networks.target.block, index] != 0 {
      store.add(0.1, at: index, with: permit)
    }
    var replay = ReplayBuffer(capacity: 2, observationCount: 1, Self.space)
    var (before, action, after) = (
      VectorColumn(count: 2, width: 1), VectorColumn(count: 2, width: 1), VectorColumn(count: 2, width: 1)
    )
    before.values = Self.observations
    action.values = Self.actions
    after.values = Self.next
    replay.append(
      BatchStep(
        observations: before, actions: action, rewards: Self.rewards, nextObservations: after,
        endings: endings))
    let aims = Aims(
      critic: networks.claim(discount: discount), actor: networks.critic.block, target: networks.target.block)
    update.batch.take([0, 1], of: replay, for: aims.critic)
    self.store = store
    self.networks = networks
    self.update = update
    self.aims = aims
    self.replay = replay
  }

  mutating func run(seed: UInt64 = 7) {
    var random = RandomStream(seed: seed)
    update.batch.take([0, 1], of: replay, for: aims.critic)
    update.run(aims: aims, &store, using: &random)
  }
}

/// The same formulas in double precision, on plain arrays, without the networks' code.
private struct Reference {
  /// Numbers of a block, in its own order, padding included.
  var critic: [Double]
  var target: [Double]
  var actor: [Double]
  var temperature = 0.4
  var discount = 0.9
  /// ε of the next actions and then of the new actions.
  let noise: [Double]
  let criticLayout: [BlockTensor]
  let actorLayout: [BlockTensor]

  init(_ store: ParameterStore, _ networks: SoftActorCriticNetworks, seed: UInt64 = 7) {
    critic = store.values(of: networks.critic.block).map(Double.init)
    target = store.values(of: networks.target.block).map(Double.init)
    actor = store.values(of: networks.actor.block).map(Double.init)
    criticLayout = store.block(networks.critic.block).tensors
    actorLayout = store.block(networks.actor.block).tensors
    var stream = RandomStream(seed: seed)
    noise = (0..<4).map { _ in stream.normal() }
  }

  /// Q of member m: 2 inputs, 3 hidden, 1 output.
  func value(_ numbers: [Double], _ member: Int, _ s: Double, _ a: Double) -> Double {
    let (w0, b0) = (criticLayout[0].offset + member * 6, criticLayout[1].offset + member * 3)
    let (w1, b1) = (criticLayout[2].offset + member * 3, criticLayout[3].offset + member)
    return (0..<3).reduce(numbers[b1]) { sum, unit in
      let hidden = max(0, s * numbers[w0 + unit] + a * numbers[w0 + 3 + unit] + numbers[b0 + unit])
      return sum + hidden * numbers[w1 + unit]
    }
  }

  /// The action of the actor in −1 … 1, and log π of it.
  func act(_ numbers: [Double], _ s: Double, _ noise: Double) -> (action: Double, logProbability: Double) {
    let offsets = actorLayout.map(\.offset)
    var outputs = [numbers[offsets[3]], numbers[offsets[3] + 1]]
    for unit in 0..<3 {
      let hidden = max(0, s * numbers[offsets[0] + unit] + numbers[offsets[1] + unit])
      for output in 0..<2 { outputs[output] += hidden * numbers[offsets[2] + unit * 2 + output] }
    }
    let u = outputs[0] + exp(outputs[1]) * noise
    let density = -0.5 * noise * noise - outputs[1] - 0.5 * log(2 * .pi)
    return (tanh(u), density - log(1 - tanh(u) * tanh(u)))
  }

  /// y of each row.
  func targets(discounts: [Double], softness: Double = 1) -> [Double] {
    (0..<2).map { row in
      let next = Double(TinyUpdate.next[row])
      let (action, logProbability) = act(actor, next, noise[row])
      let after = min(value(target, 0, next, action), value(target, 1, next, action))
      return TinyUpdate.rewards[row] + discounts[row] * (after - softness * temperature * logProbability)
    }
  }

  func valueLoss(_ critic: [Double], targets: [Double]) -> Double {
    (0..<2).reduce(0) { sum, row in
      let (s, a) = (Double(TinyUpdate.observations[row]), Double(TinyUpdate.actions[row]) / 2)
      return sum
        + (0..<2).reduce(0) { sum, member in
          let error = value(critic, member, s, a) - targets[row]
          return sum + 0.25 * error * error
        }
    }
  }

  func policyLoss(_ actor: [Double], critic: [Double]) -> Double {
    (0..<2).reduce(0) { sum, row in
      let s = Double(TinyUpdate.observations[row])
      let (action, logProbability) = act(actor, s, noise[2 + row])
      let worth = min(value(critic, 0, s, action), value(critic, 1, s, action))
      return sum + 0.5 * (temperature * logProbability - worth)
    }
  }

  /// Central differences.
  func gradient(_ numbers: [Double], _ loss: ([Double]) -> Double) -> [Double] {
    numbers.indices.map { index in
      var (more, less) = (numbers, numbers)
      more[index] += 1e-6
      less[index] -= 1e-6
      return (loss(more) - loss(less)) / 2e-6
    }
  }
}

/// Float32 has 24 bits; a loss of a few numbers of size 1 is good to about 10⁻⁶ of the largest of them.
private func agree(_ one: [Float], _ other: [Double], within tolerance: Double = 2e-5) -> Bool {
  one.count == other.count && zip(one, other).allSatisfy { abs(Double($0) - $1) <= tolerance }
}

@Suite("SAC")
struct SACTests {
  @Test("the gradients of one update are those worked out in double precision")
  func gradients() {
    var tiny = TinyUpdate()
    let reference = Reference(tiny.store, tiny.networks)
    tiny.run()
    let y = reference.targets(discounts: [0.9, 0])
    // The padding between tensors is no parameter and has no gradient in either.
    let expected = reference.gradient(reference.critic) { reference.valueLoss($0, targets: y) }
    #expect(expected.contains { abs($0) > 0.01 })
    #expect(
      agree(
        tiny.update.valueProgram.gradient(of: "value", withRespectTo: tiny.networks.critic.block), expected))
    #expect(
      abs(Double(tiny.update.metrics!.valueLoss) - reference.valueLoss(reference.critic, targets: y)) < 1e-5)
    // The actor climbs the critic as it is after its own step.
    let critic = tiny.store.values(of: tiny.networks.critic.block).map(Double.init)
    let climb = reference.gradient(reference.actor) { reference.policyLoss($0, critic: critic) }
    #expect(climb.contains { abs($0) > 0.01 })
    #expect(
      agree(
        tiny.update.policyProgram.gradient(of: "policy", withRespectTo: tiny.networks.actor.block), climb))
  }

  @Test("the first step of Adam moves each number by its rate against the gradient, and the target by τ")
  func steps() {
    var tiny = TinyUpdate()
    let before = tiny.store
    let reference = Reference(tiny.store, tiny.networks)
    tiny.run()
    let y = reference.targets(discounts: [0.9, 0])
    let slope = reference.gradient(reference.critic) { reference.valueLoss($0, targets: y) }
    for (index, gradient) in slope.enumerated() where abs(gradient) > 1e-3 {
      let moved = Double(tiny.store[tiny.networks.critic.block, index]) - reference.critic[index]
      #expect(abs(moved + (gradient > 0 ? 1e-2 : -1e-2)) < 1e-6)
    }
    for index in 0..<tiny.networks.target.block.count {
      let old = before[tiny.networks.target.block, index]
      let expected = old + 0.25 * (tiny.store[tiny.networks.critic.block, index] - old)
      #expect(abs(tiny.store[tiny.networks.target.block, index] - expected) < 1e-6)
    }
  }

  @Test(
    "termination cuts the value off and truncation does not, unless the aim takes one for the other",
    arguments: [
      (Ending.terminated, Claim.EndingTreatment.asTheyAre, 0.0), (.truncated, .asTheyAre, 0.9),
      (.terminated, .terminationIgnored, 0.9), (.truncated, .terminationIgnored, 0.9),
      (.terminated, .truncationTerminates, 0), (.truncated, .truncationTerminates, 0),
    ])
  func endings(ending: Ending, treatment: Claim.EndingTreatment, discount: Double) {
    var tiny = TinyUpdate(endings: [nil, ending])
    tiny.aims.critic.endings = treatment
    let reference = Reference(tiny.store, tiny.networks)
    tiny.run()
    let y = reference.targets(discounts: [0.9, discount])
    #expect(
      abs(Double(tiny.update.metrics!.valueLoss) - reference.valueLoss(reference.critic, targets: y)) < 1e-5)
  }

  @Test("what the critic is in fact trained towards follows its aim, and the claim stays")
  func aims() {
    var hard = TinyUpdate()
    let reference = Reference(hard.store, hard.networks)
    hard.aims.critic.softness = .none
    hard.aims.critic.discount = 0.5
    hard.run()
    let y = reference.targets(discounts: [0.5, 0], softness: 0)
    #expect(
      abs(Double(hard.update.metrics!.valueLoss) - reference.valueLoss(reference.critic, targets: y)) < 1e-5)
    // Without a target, what follows a step is the critic's own.
    var own = TinyUpdate()
    own.aims.target = nil
    own.run()
    var other = reference
    other.target = other.critic
    let followed = other.targets(discounts: [0.9, 0])
    #expect(
      abs(Double(own.update.metrics!.valueLoss) - other.valueLoss(other.critic, targets: followed)) < 1e-5)
    // An actor that is set on the target climbs that.
    var astray = TinyUpdate()
    astray.aims.actor = astray.networks.target.block
    astray.run()
    let expected = reference.policyLoss(reference.actor, critic: reference.target)
    #expect(abs(Double(astray.update.metrics!.policyLoss) - expected) < 1e-5)
  }

  @Test("α rises where the policy is less random than told, falls where it is more, and stays where told")
  func temperature() {
    for (entropy, tunes, direction) in [(10.0, true, 1.0), (-10, true, -1), (10, false, 0)] {
      var tiny = TinyUpdate(entropy: entropy, tunesTemperature: tunes)
      tiny.run()
      let logarithm = Double(tiny.store[tiny.networks.temperature.block, 0])
      #expect(abs(logarithm - log(0.4) - direction * 3e-2) < 1e-6)
    }
  }

  @Test("the actor's loss takes no gradient of the critic's weights")
  func noUselessGradients() {
    var store = ParameterStore()
    var stream = RandomStream(seed: 2)
    let networks = SoftActorCriticNetworks(
      observationCount: 1, actionCount: 1, hidden: [3], temperature: 0.4, in: &store, using: &stream)
    let update = SoftActorCriticUpdate(
      .init(
        batchSize: 5, valueRate: 0.1, policyRate: 0.1, temperatureRate: 0.1, averaging: 0.1, entropy: -1,
        tunesTemperature: true), networks, observationCount: 1, actionSpace: TinyUpdate.space, in: &store)
    // With five rows no gradient of what goes through has the shape of a weight: [2, 2, 3] or [2, 3, 1].
    let gradients = update.policyProgram.calls.filter { $0.contains("gradient") }
    #expect(gradients.contains { $0.contains("[2, 5, 3]") })
    #expect(!gradients.contains { $0.contains("[2, 2, 3]") || $0.contains("[2, 3, 1]") })
    #expect(update.policyProgram.edges.allSatisfy { $0.block != networks.critic.block })
    // They are taken where the critic itself learns.
    let own = update.valueProgram.calls.filter { $0.contains("gradient") }
    #expect(own.contains { $0.contains("[2, 2, 3]") } && own.contains { $0.contains("[2, 3, 1]") })
  }

  // MARK: Runs

  private static var quick: SACConfiguration {
    var configuration = SACConfiguration.small
    configuration.hidden = [8]
    configuration.batchSize = 16
    configuration.learningStart = 20
    configuration.copies = 3
    configuration.updatesPerStep = 0.5
    configuration.bufferSize = 50
    return configuration
  }

  private func run(seed: UInt64) -> BatchRun<SAC.Agent, SAC.Learner> {
    let world = TimeLimit(Pendulum(), steps: 13)
    let trainee = SAC.make(
      observationCount: 3, actionSpace: world.actionSpace, configuration: Self.quick, runLength: 120,
      seed: seed)
    return BatchRun(trainee: trainee, seed: seed) { world.copies(3, stream: $0) }
  }

  @Test("the same seed gives the same bits, and another seed others")
  func determinism() throws {
    var one = run(seed: 1)
    var two = run(seed: 1)
    var other = run(seed: 2)
    try one.advance(to: 90)
    try two.advance(to: 90)
    try other.advance(to: 90)
    #expect(one.agent.parameters == two.agent.parameters)
    #expect(one.agent.parameters != other.agent.parameters)
    #expect(one.tally == two.tally)
  }

  @Test("a run that was archived goes on bit for bit", arguments: [12, 60])
  func resuming(at step: Int) throws {
    var whole = run(seed: 3)
    try whole.advance(to: step)
    var archive = StateArchive()
    archive.put(whole, as: "run")
    var resumed = run(seed: 3)
    resumed.agent.parameters = whole.agent.parameters
    try archive.restore(&resumed, from: "run")
    try whole.advance(to: 120)
    try resumed.advance(to: 120)
    #expect(whole.agent.parameters == resumed.agent.parameters)
    #expect(whole.tally == resumed.tally)
    #expect(whole.learner.replay.total == 120)
  }

  @Test("nothing is learned before the warm-up is over, and every block is written by its own loss only")
  func ledger() throws {
    var run = run(seed: 4)
    try run.advance(to: 18)
    #expect(run.learner.metrics == nil)
    try run.advance(to: 90)
    let store = run.agent.parameters
    let writers = Dictionary(grouping: store.ledger.entries.filter { $0.count > 0 }) { $0.block }
      .mapValues { Set($0.map(\.writer)) }
    for (name, writer) in [
      ("critic", "value"), ("critic target", "target averaging"), ("actor", "policy"),
      ("temperature", "temperature"),
    ] {
      #expect(writers[store.block(named: name)!.handle.index] == [writer])
    }
    // All 3 copies step together: the first that count are steps 19 to 21, so 72 do, each worth half an update.
    let updates = store.block(named: "actor")!.version
    #expect(updates == 36)
  }

  @Test("every standard is one that may be set")
  func standards() {
    for parameter in SACConfiguration.hyperparameters {
      for configuration in [SACConfiguration(), .small] {
        switch (parameter.kind, parameter.value(configuration)) {
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
}
