import Assay
import Testing

@testable import AssayDiagnostics

@Suite("Reading parts")
struct PartsReadingTests {
  /// Two states of which the second is an end; the second action is unavailable in the first.
  private func world() throws -> FiniteMDP {
    try SmallWorlds.make(
      states: 3, actions: 2, discount: 0.9, initial: [0.5, 0.5, 0],
      rows: [[(1, 1, false)], [], [(0, 0.5, false), (2, 0.5, true)], [(2, 1, true)], [], []],
      reward: [1, 0, 2, 3, 0, 0])
  }

  private var script: Script {
    Script(
      claim: Claim(.actionValue, of: .part("actor"), discount: 0.9), values: [1, 9, 3, 4, 5, 6],
      policy: PolicyTable(actionCount: 2, probabilities: [1, 0, 0.25, 0.75, 0, 0]))
  }

  @Test("what is unavailable counts for nothing, whatever the parts say of it")
  func unavailable() throws {
    let process = try world()
    let reading = try script.reading(on: process, believing: process)
    #expect(reading.actionValues == [1, -.infinity, 3, 4, -.infinity, -.infinity])
    #expect(reading.bestValues == [1, 4, 0])
    #expect(reading.expectedValues(under: reading.policy) == [1, 3.75, 0])
    #expect(reading.greedyPolicy == PolicyTable(actionCount: 2, actions: [0, 1, -1]))
    #expect(reading.stateValues == nil)
  }

  @Test("a model is read back as the process it believes in")
  func model() throws {
    let process = try world()
    let model = try #require(try script.reading(on: process, believing: process).model)
    for state in 0..<3 {
      for action in 0..<2 {
        #expect(
          model.isAvailable(action: action, in: state) == process.isAvailable(action: action, in: state))
      }
    }
    let values = [3.0, 5, 0]
    #expect(model.actionValues(from: values) == process.actionValues(from: values))
  }

  @Test("a critic of states is looked ahead with in the agent's own model, or in the world where it has none")
  func lookahead() throws {
    let process = try world()
    var script = script
    script.claim = Claim(.stateValue, of: .part("actor"), discount: 0.5)
    script.values = [2, 4, 100]
    let own = try script.reading(on: process)
    // 1 + ½·4; 2 + ½·½·2; 3.
    #expect(own.actionValues == [3, -.infinity, 2.5, 3, -.infinity, -.infinity])
    #expect(own.stateValues == [2, 4, 100])
    let believed = try SmallWorlds.make(
      states: 3, actions: 2, discount: 0.9, initial: [0.5, 0.5, 0],
      rows: [[(0, 1, false)], [], [(2, 1, true)], [(2, 1, true)], [], []], reward: [0, 0, 0, 1, 0, 0])
    let dreamt = try script.reading(on: process, believing: believed)
    #expect(dreamt.actionValues == [1, -.infinity, 0, 1, -.infinity, -.infinity])
  }

  @Test("what acts is the actor's policy with exploration mixed in")
  func behaviour() throws {
    var script = script
    script.exploration = 0.2
    let reading = try script.reading(on: try world())
    #expect(distance(reading.behaviour.probabilities, [1, 0, 0.3, 0.7, 0, 0]) < 1e-15)
  }

  @Test("answers that are no numbers, too few or no distributions are refused by the part's name")
  func refusals() throws {
    let process = try world()
    func refusal(_ change: (inout Script) -> Void) -> String {
      var script = script
      change(&script)
      do {
        _ = try script.reading(on: process)
        return "accepted"
      } catch { return "\(error)" }
    }
    #expect(refusal { $0.values[2] = .nan }.contains("the critic's value [2]"))
    #expect(refusal { $0.values[3] = .infinity }.contains("the critic's value [3]"))
    #expect(refusal { $0.policy[1, 0] = 0.5 }.contains("the actor's distribution in state 1"))
    #expect(refusal { $0.policy[1, 0] = .nan }.contains("the actor's distribution in state 1"))
    #expect(
      refusal {
        $0.policy[1, 0] = -0.5
        $0.policy[1, 1] = 1.5
      }.contains("the actor's distribution in state 1"))
    // All of it on an action that is unavailable.
    #expect(
      refusal {
        $0.policy[0, 0] = 0
        $0.policy[0, 1] = 1
      }.contains("the actor's distribution in state 0"))
    #expect(
      refusal {
        $0.claim.quantity = .stateValue
        $0.values = [1, 2, 3]
        $0.values[1] = .nan
      }.contains("the critic's value [1]"))
    // What is said of unavailable actions and of ends is nobody's business.
    #expect(
      refusal {
        $0.values[1] = .nan
        $0.values[5] = .nan
      } == "accepted")
  }

  /// Parts whose answers are of the wrong size.
  private struct ShortCritic: Critic {
    typealias Latent = Int
    typealias Action = Int
    var name: PartName { "critic" }
    var claim: Claim { Claim(.actionValue, of: .part("actor"), discount: 0.9) }
    var rows: [[Double]]
    func estimates(of latents: [Int], reading parameters: ParameterStore) -> CriticEstimates {
      .actionValues(rows)
    }
  }

  private struct OddActor: Actor {
    typealias Latent = Int
    typealias Action = Int
    var name: PartName { "actor" }
    var objective: Objective { Objective(maximising: "critic") }
    var rows: [[Double]]
    func distributions(at latents: [Int], reading parameters: ParameterStore) -> [ActionProbabilities] {
      rows.map { ActionProbabilities(probabilities: $0) }
    }
    func exploratoryAction(at latent: Int, using random: inout RandomStream) -> Int { 0 }
  }

  private struct SilentModel: WorldModel {
    typealias Latent = Int
    typealias Action = Int
    var name: PartName { "world model" }
    var answers: Int
    func predictions(
      from latents: [Int], taking actions: [Int], reading parameters: ParameterStore
    ) -> [Prediction<Int>] {
      latents.prefix(answers).map { _ in
        Prediction(successors: [], termination: 0, reward: PredictedReward(0))
      }
    }
  }

  @Test(
    "answers of the wrong size are refused, not indexed into",
    arguments: [[[1.0, 2]], [[1], [2, 3], [4, 5]], []])
  func sizes(rows: [[Double]]) throws {
    let process = try SmallWorlds.corridor()
    let script = Script(
      claim: Claim(.actionValue, of: .part("actor"), discount: 0.9), values: [1, 2, 3, 4, 5, 6],
      policy: process.uniformPolicy)
    #expect(throws: DataError.self) {
      try PartsReading(of: script.agent().replacing(critic: ShortCritic(rows: rows)), on: process)
    }
    #expect(throws: DataError.self) {
      try PartsReading(of: script.agent().replacing(actor: OddActor(rows: rows)), on: process)
    }
    #expect(throws: DataError.self) {
      try PartsReading(
        of: script.agent().replacing(
          actor: OddActor(rows: [[0.5, 0.5], [0.5, 0.5], [0.25, 0.25, 0.25, 0.25]])), on: process)
    }
  }

  private struct RoundedModel: WorldModel {
    typealias Latent = Int
    typealias Action = Int
    var name: PartName { "world model" }
    var sum: Double
    func predictions(
      from latents: [Int], taking actions: [Int], reading parameters: ParameterStore
    ) -> [Prediction<Int>] {
      latents.map { _ in
        Prediction(
          successors: [(0, 0.25 * sum), (1, 0.5 * sum)], termination: 0.25 * sum, reward: PredictedReward(0))
      }
    }
  }

  @Test("a model that is a distribution to single precision is one; what is further off is refused")
  func rounding() throws {
    let process = try SmallWorlds.corridor()
    let agent = Script(
      claim: Claim(.actionValue, of: .part("actor"), discount: 0.9), values: [1, 2, 3, 4, 5, 6],
      policy: process.uniformPolicy
    ).agent(believing: process)
    let reading = try PartsReading(of: agent.replacing(worldModel: RoundedModel(sum: 1 + 2e-7)), on: process)
    let model = try #require(reading.model)
    #expect(distance(Array(model.probabilities[0..<3]), [0.25, 0.5, 0.25]) < 1e-15)
    for sum in [1.01, 0.99, -1, .nan] {
      #expect(throws: DataError.self) {
        try PartsReading(of: agent.replacing(worldModel: RoundedModel(sum: sum)), on: process)
      }
    }
  }

  @Test("a model that says nothing, or says nothing of some actions, is refused", arguments: 0...2)
  func silence(answers: Int) throws {
    let process = try SmallWorlds.corridor()
    let script = Script(
      claim: Claim(.actionValue, of: .part("actor"), discount: 0.9), values: [1, 2, 3, 4, 5, 6],
      policy: process.uniformPolicy)
    do {
      _ = try PartsReading(
        of: script.agent(believing: process).replacing(worldModel: SilentModel(answers: answers)), on: process
      )
      Issue.record("accepted")
    } catch { #expect("\(error)".contains("the world model")) }
  }
}
