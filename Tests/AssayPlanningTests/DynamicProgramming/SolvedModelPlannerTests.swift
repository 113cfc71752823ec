import Assay
import AssayPlanning
import Testing

@Suite("Planning by solving the model")
struct SolvedModelPlannerTests {
  /// Knows a process, latent by latent under another number.
  struct TableModel: WorldModel {
    typealias Latent = Int
    typealias Action = Int
    var name: PartName { "table" }
    let process: FiniteMDP

    func predictions(
      from latents: [Int], taking actions: [Int], reading parameters: ParameterStore
    ) -> [Prediction<Int>] {
      zip(latents, actions).map { latent, action in
        var prediction = Prediction<Int>(
          successors: [], termination: 0,
          reward: PredictedReward(process.reward.expected[(latent - 100) * process.actionCount + action]))
        for entry in process.outcomeRange(state: latent - 100, action: action) {
          if process.hasTerminals, process.terminals[entry] {
            prediction.termination += process.probabilities[entry]
          } else {
            prediction.successors.append((Int(process.successors[entry]) + 100, process.probabilities[entry]))
          }
        }
        return prediction
      }
    }
  }

  /// Knows what is available, and is wrong about everything else.
  struct WrongCritic: Critic {
    typealias Latent = Int
    typealias Action = Int
    var name: PartName { "critic" }
    let claim = Claim(.actionValue, of: .optimal, discount: 0.9)
    let process: FiniteMDP

    func estimates(of latents: [Int], reading parameters: ParameterStore) -> CriticEstimates {
      .actionValues(
        latents.map { latent in
          (0..<process.actionCount).map {
            process.isAvailable(action: $0, in: latent - 100) ? -Double($0) : -.infinity
          }
        })
    }
  }

  struct NoActor: Actor {
    typealias Latent = Int
    typealias Action = Int
    var name: PartName { "actor" }
    let objective = Objective(maximising: nil)

    func distributions(at latents: [Int], reading parameters: ParameterStore) -> [ActionProbabilities] {
      latents.map { _ in ActionProbabilities(probabilities: [1]) }
    }
    func exploratoryAction(at latent: Int, using random: inout RandomStream) -> Int { 3 }
  }

  @Test("its actions and values are those of the solved process, from wherever it decides")
  func exact() throws {
    for endings in RandomProcess.Endings.allCases {
      let process = try RandomProcess(endings: endings).make(seed: 700)
      // In some 30 digits, by other code.
      let truth = try #require(Truth(process, discount: 0.9).optimum(from: process.firstActions))
      var agent = Anatomy(
        worldModel: TableModel(process: process), critic: WrongCritic(process: process), actor: NoActor(),
        planner: SolvedModelPlanner(actionCount: 4), parameters: ParameterStore())
      var random = RandomStream(seed: 1)
      for state in 0..<process.stateCount where !process.isFinal(state: state) {
        let percept = Percept(observation: state + 100, isFirst: true)
        let plan = agent.plan(on: percept, using: &random)
        #expect(plan.action == agent.act(on: percept, using: &random))
        #expect(
          plan.candidates.map(\.action) == (0..<4).filter { process.isAvailable(action: $0, in: state) })
        let best = try #require(plan.candidates.max { $0.value < $1.value })
        let taken = try #require(plan.candidates.first { $0.action == plan.action })
        #expect(truth[state].distance(to: best.value) < 1e-10)
        #expect(abs(taken.value - best.value) < 1e-9)
        for candidate in plan.candidates {
          #expect(candidate.reward?.value == process.reward.expected[state * 4 + candidate.action])
        }
      }
      #expect(random == RandomStream(seed: 1))
    }
  }

  @Test("exploring leaves the model alone")
  func exploring() throws {
    let process = try RandomProcess().make(seed: 701)
    let agent = Anatomy(
      worldModel: TableModel(process: process), critic: WrongCritic(process: process), actor: NoActor(),
      planner: SolvedModelPlanner(actionCount: 4, exploration: 1), parameters: ParameterStore())
    var random = RandomStream(seed: 1)
    let plan = agent.plan(on: Percept(observation: 100, isFirst: true), using: &random)
    #expect(plan.isExploratory && plan.action == 3 && plan.modelCalls == 0)
  }
}
