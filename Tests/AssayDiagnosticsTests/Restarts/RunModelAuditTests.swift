import Assay
import AssayEnvironments
import Testing

@testable import AssayDiagnostics

/// Walks a ring of five places, one step on or one back. Places are worth what they are numbered.
private struct Ring: Environment {
  let observationSpace = DiscreteSpace(count: 5)
  let actionSpace = DiscreteSpace(count: 2)
  let isOver = false
  private var place = 0

  mutating func reset(using random: inout RandomStream) -> Int {
    place = Int(random.unit() * 5)
    return place
  }

  mutating func step(_ action: Int, using random: inout RandomStream) -> Step<Int> {
    place = (place + (action == 0 ? 1 : 4)) % 5
    return Step(observation: place, reward: Reward(Double(place)))
  }
}

/// What it expects of a ring shown one-hot.
private struct RingModel: WorldModel {
  typealias Latent = [Float]
  typealias Action = Int

  let name: PartName = "model"
  /// Whether it knows that anything moves.
  var knowsMoves = true
  /// What it promises beyond the truth at every step.
  var promise = 0.0
  /// How likely it thinks the end is.
  var termination = 0.0

  func predictions(
    from latents: [[Float]], taking actions: [Int], reading parameters: ParameterStore
  ) -> [Prediction<[Float]>] {
    zip(latents, actions).map { latent, action in
      let place = latent.firstIndex(of: 1) ?? 0
      let next = (place + (action == 0 ? 1 : 4)) % 5
      var after = latent
      if knowsMoves {
        after = [Float](repeating: 0, count: 5)
        after[next] = 1
      }
      return Prediction(
        successors: [(after, 1 - termination)], termination: termination,
        reward: PredictedReward(Double(next) + promise))
    }
  }
}

private struct RingCritic: Critic {
  typealias Latent = [Float]
  typealias Action = Int

  let name: PartName = "critic"
  let claim = Claim(.stateValue, of: .part("actor"), discount: 0.5)

  func estimates(of latents: [[Float]], reading parameters: ParameterStore) -> CriticEstimates {
    .stateValues(latents.map { _ in 0 })
  }
}

/// Always walks on.
private struct Walker: ColumnActor {
  typealias Latent = [Float]
  typealias Action = Int

  let name: PartName = "actor"
  let objective = Objective(maximising: "critic")
  let actionSpace = DiscreteSpace(count: 2)

  func actions(
    at observations: VectorColumn, as conduct: Conduct, reading parameters: borrowing ParameterStore,
    using random: inout RandomStream
  ) -> [Int] { [Int](repeating: 0, count: observations.count) }

  func distributions(at latents: [[Float]], reading parameters: ParameterStore) -> [ActionProbabilities] {
    latents.map { _ in ActionProbabilities(probabilities: [1, 0]) }
  }

  func exploratoryAction(at latent: [Float], using random: inout RandomStream) -> Int {
    actionSpace.sample(using: &random)
  }
}

@Suite("The model of an audit from restarts")
struct RunModelAuditTests {
  private func measured(_ model: RingModel, steps: Int = 3) async throws -> RunRecord {
    let agent = Anatomy(
      worldModel: model, critic: RingCritic(), actor: Walker(), planner: ReactivePlanner<Int>(),
      parameters: ParameterStore())
    let worlds = try TablePlayer.copies(of: Ring(), 1, stream: RandomStream(seed: 0))
    var settings = RunAuditSettings()
    settings.states = 30
    settings.detours = 4
    settings.restarts = 2
    settings.longestLife = 20
    settings.modelSteps = steps
    return await RunRecord(of: agent, earlier: [], in: worlds, settings: settings, seed: 1)
  }

  @Test("A model that knows everything has no error, and promises what is earned")
  func perfect() async throws {
    let model = try #require(try await measured(RingModel()).final.model)
    #expect(model.policyError == [0, 0, 0] && model.randomError == [0, 0, 0])
    #expect(model.rewardError == 0 && model.terminationBias == 0)
    #expect(model.policyOptimism.estimate == 0 && model.returnError.estimate == 0)
    // Actions at random are drawn once for the model and once for the world: 0 on average, and beyond twice the interval
    // once in ten thousand.
    #expect(
      abs(model.randomOptimism.estimate) < 2 * (model.randomOptimism.high - model.randomOptimism.estimate))
  }

  @Test("A model that expects nothing to change is off by how far the world moves, and is named")
  func still() async throws {
    let record = try await measured(RingModel(knowsMoves: false))
    let model = try #require(record.final.model)
    #expect(model.policyError.allSatisfy { abs($0 - 1) < 1e-6 })
    #expect(abs(model.oneStepError.estimate - 1) < 1e-6)
    let audit = RunAudit(of: [record], agent: "walker", environment: "ring", settings: RunAuditSettings())
    #expect(audit.model?.verdict.name == .faulty && audit.diagnosis.name == "model-error")
  }

  @Test("What is promised beyond the truth is counted at its discount, and an expected end cuts it short")
  func promises() async throws {
    // 2 + 1 + ½ of promises at γ = ½.
    let model = try #require(try await measured(RingModel(promise: 2)).final.model)
    #expect(abs(model.policyOptimism.estimate - 3.5) < 1e-9)
    let random = model.randomOptimism
    #expect(abs(random.estimate - 3.5) < 2 * (random.high - random.estimate))
    // Rewards 0 … 4 and the promise of 2: √ (4 / variance), whatever the states' share of each.
    let error = try #require(model.rewardError)
    #expect(error > 1 && error < 4)
    let ending = try #require(try await measured(RingModel(termination: 0.25), steps: 1).final.model)
    #expect(abs(ending.terminationBias - 0.25) < 1e-12)
    // After one step with an end expected, of what two more bring only three quarters and nine sixteenths count.
    let cut = try #require(try await measured(RingModel(termination: 0.25)).final.model)
    #expect(cut.policyOptimism.estimate < 0)
  }
}
