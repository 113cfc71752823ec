import Assay
import AssayAgents
import AssayDiagnostics
import AssayEnvironments
import AssayPlanning
import AssayScenarios

/// An agent that has a name on the command line.
struct AgentEntry: Sendable {
  let name: String
  let summary: String
  /// What it has that a fault may need.
  let has: Set<Fault.Requirement>
}

/// The only list of agents.
enum AgentRegistry {
  static let entries: [AgentEntry] = [
    AgentEntry(
      name: "dyna",
      summary: "Dyna actor-critic: a model of counts, a critic, a softmax actor, background planning",
      has: [.trainedCritic, .trainedActor, .followingActor, .countingModel]),
    AgentEntry(
      name: "one-step-actor-critic", summary: "a critic of states and a softmax actor, no model",
      has: [.trainedCritic, .trainedActor]),
    AgentEntry(
      name: "q-learning", summary: "a critic of the best policy, greedy on it", has: [.trainedCritic]),
    AgentEntry(
      name: "double-q-learning", summary: "the same with two tables against overestimation",
      has: [.trainedCritic]),
    AgentEntry(
      name: "sarsa", summary: "a critic of the policy that acts, exploration included", has: [.trainedCritic]),
    AgentEntry(
      name: "td-prediction", summary: "a critic of the uniform policy, which acts; no control",
      has: [.trainedCritic]),
  ]

  static func entry(for name: String) throws -> AgentEntry {
    guard let entry = entries.first(where: { $0.name == name }) else {
      throw UnknownName(kind: "agent", name: name, known: entries.map(\.name))
    }
    return entry
  }
}

extension AgentEntry {
  /// The fault of a name, if it makes sense in this agent.
  func fault(named name: String, flag: String) throws -> Fault {
    guard let fault = Fault(rawValue: name) else {
      throw UnknownName(kind: "fault", name: name, known: Fault.allCases.map(\.rawValue))
    }
    guard allows(fault) else {
      let able = AgentRegistry.entries.filter { $0.allows(fault) }.map(\.name)
      throw Failure(
        status: ExitStatus.usage,
        message:
          "\(flag) \(name) cannot be planted in \(self.name); allowed: --agent \(able.joined(separator: ", "))"
      )
    }
    return fault
  }

  /// Whether it has what a fault needs.
  func allows(_ fault: Fault) -> Bool { fault.requirement.map(has.contains) ?? true }
}

/// What `assay audit` asks for, with every name known to exist.
struct AuditRequest: Sendable {
  var agent: AgentEntry
  var steps: Int
  var seeds: [UInt64]
  var faults: [Fault]
  var onProgress: (@Sendable (Int) -> Void)?

  /// What discount 1 is judged at: at 1 itself a policy that never ends, as many do early on, has no value.
  static let discountBelowOne = 0.999

  /// Trains and audits in a world.
  func run(in environment: some EnumerableEnvironment) async throws -> AuditReport {
    guard environment.discount == 1 else { return try await plant(in: environment) }
    // A world in which nothing ever ends is wrong at discount 1, whatever it is judged at.
    _ = try FiniteMDP(enumerating: environment).solved()
    return try await plant(in: RediscountedEnvironment(environment, discount: Self.discountBelowOne))
  }

  /// A wrong reward makes it another world; the other faults are planted in the agents.
  private func plant(in environment: some EnumerableEnvironment) async throws -> AuditReport {
    if faults.contains(.wrongReward) {
      return try await train(in: Fault.rewardingHome(environment))
    }
    return try await train(in: environment)
  }

  private func train(in environment: some EnumerableEnvironment) async throws -> AuditReport {
    let truth = try ProcessTruth(try FiniteMDP(enumerating: environment))
    var audit = Audit(
      environment: environment, agentName: agent.name, steps: steps, seeds: seeds,
      interventions: faults.flatMap { $0.interventions(in: truth) }, faults: faults.map(\.rawValue))
    audit.onProgress = onProgress
    let shape = TableShape(of: environment)
    let discount = environment.discount
    let steps = steps
    switch agent.name {
    case "dyna":
      let table = shape.stateCount.multipliedReportingOverflow(by: shape.stateCount * shape.actionCount)
      guard !table.overflow, table.partialValue <= CountsModel.largestTable else {
        throw DataError(
          field: "states of \(environment.name)", value: "\(shape.stateCount)",
          allowed:
            "at most \(CountsModel.largestTable) states × actions × states for dyna, whose model counts them all"
        )
      }
      return try await audit.run { _ in
        Dyna.make(shape: shape, configuration: .init(discount: discount, runLength: steps))
      }
    case "one-step-actor-critic":
      return try await audit.run { _ in
        OneStepActorCritic.make(shape: shape, configuration: .init(discount: discount))
      }
    case "q-learning":
      return try await audit.run { _ in QLearning.make(shape: shape, configuration: .init(discount: discount))
      }
    case "double-q-learning":
      return try await audit.run { _ in
        DoubleQLearning.make(shape: shape, configuration: .init(discount: discount))
      }
    case "sarsa":
      return try await audit.run { _ in SARSA.make(shape: shape, configuration: .init(discount: discount)) }
    case "td-prediction":
      return try await audit.run { _ in
        NStepPrediction.make(shape: shape, configuration: .init(discount: discount))
      }
    default:
      preconditionFailure("\(agent.name) is registered without a way to make it")
    }
  }
}
