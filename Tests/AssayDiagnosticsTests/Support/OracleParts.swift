import Assay
import AssayDiagnostics

/// A critic that says what it is told to: an outsider to the package, known to audits by its protocol alone.
struct OracleCritic: Critic {
  typealias Latent = Int
  typealias Action = Int

  var name: PartName { "critic" }
  var claim: Claim
  /// `[S·A]`, or `[S]` where states are claimed to be valued.
  var table: [Double]
  var actionCount: Int

  func estimates(of latents: [Int], reading parameters: ParameterStore) -> CriticEstimates {
    switch claim.quantity {
    case .stateValue: .stateValues(latents.map { table[$0] })
    case .actionValue: .actionValues(latents.map { Array(table[$0 * actionCount..<($0 + 1) * actionCount]) })
    }
  }
}

/// An actor that does what it is told to.
struct OracleActor: Actor {
  typealias Latent = Int
  typealias Action = Int

  var name: PartName { "actor" }
  var objective = Objective(maximising: "critic")
  var policy: PolicyTable

  func distributions(at latents: [Int], reading parameters: ParameterStore) -> [ActionProbabilities] {
    latents.map { state in
      ActionProbabilities(probabilities: (0..<policy.actionCount).map { policy[state, $0] })
    }
  }

  func exploratoryAction(at latent: Int, using random: inout RandomStream) -> Int {
    random.integer(below: policy.actionCount)
  }
}

/// A world model that believes in a process.
struct OracleModel: WorldModel {
  typealias Latent = Int
  typealias Action = Int

  var name: PartName { "world model" }
  var process: FiniteMDP

  func predictions(
    from latents: [Int], taking actions: [Int], reading parameters: ParameterStore
  ) -> [Prediction<Int>] {
    zip(latents, actions).map { state, action in
      var successors: [(latent: Int, probability: Double)] = []
      var termination = 0.0
      for entry in process.outcomeRange(state: state, action: action) {
        if process.hasTerminals && process.terminals[entry] {
          termination += process.probabilities[entry]
        } else {
          successors.append((Int(process.successors[entry]), process.probabilities[entry]))
        }
      }
      return Prediction(
        successors: successors, termination: termination,
        reward: PredictedReward(process.reward.expected[state * process.actionCount + action]))
    }
  }
}

/// What the parts of an agent are to say.
struct Script {
  var claim: Claim
  /// `[S·A]`, or `[S]` where the claim is about states.
  var values: [Double]
  var policy: PolicyTable
  var objective = Objective(maximising: "critic")
  var exploration = 0.0

  init(claim: Claim, values: [Double], policy: PolicyTable) {
    self.claim = claim
    self.values = values
    self.policy = policy
  }

  var critic: OracleCritic { OracleCritic(claim: claim, table: values, actionCount: policy.actionCount) }
  var actor: OracleActor { OracleActor(objective: objective, policy: policy) }
  var planner: ReactivePlanner<Int> { ReactivePlanner(exploration: exploration) }

  func agent() -> Anatomy<NoWorldModel<Int, Int>, OracleCritic, OracleActor, ReactivePlanner<Int>> {
    .init(
      worldModel: NoWorldModel(), critic: critic, actor: actor, planner: planner, parameters: ParameterStore()
    )
  }

  func agent(
    believing model: FiniteMDP
  ) -> Anatomy<OracleModel, OracleCritic, OracleActor, ReactivePlanner<Int>> {
    .init(
      worldModel: OracleModel(process: model), critic: critic, actor: actor, planner: planner,
      parameters: ParameterStore())
  }

  func reading(on process: FiniteMDP, believing model: FiniteMDP? = nil) throws -> PartsReading {
    if let model { return try PartsReading(of: agent(believing: model), on: process) }
    return try PartsReading(of: agent(), on: process)
  }
}
