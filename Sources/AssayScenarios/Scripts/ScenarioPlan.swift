import Assay
import AssayDiagnostics
import AssayEnvironments

/// A scenario that was checked: every name in it stands for something, and every world is solved.
public struct ScenarioPlan: Sendable {
  public let scenario: Scenario
  /// What is run, in the order of the scenario: the main arm or those of the sweep, then the controls.
  public internal(set) var arms: [Arm]
  /// What must be found, in the order of the scenario.
  var expectations: [Planned]

  /// Agents in a world, and what happens to them.
  public struct Arm: Sendable {
    public let name: String
    /// The world's name.
    public let environment: String
    /// The agent.
    public let agent: AgentEntry
    /// One agent each.
    public internal(set) var seeds: [UInt64]
    /// How many environment steps each agent takes.
    public let steps: Int
    let parts: Parts
    let setup: Setup
    /// The worlds it comes through; the first is where it starts.
    let worlds: [World]
    let events: [Event]
    let moments: [Moment]

    /// The names of its moments, in order: audits and evaluations.
    public var labels: [String] { moments.map(\.label) }
  }

  /// What an untrained agent consists of.
  struct Parts: Sendable {
    var hasCritic = false
    var hasModel = false
    private var owned: [ScriptPart: [Block]] = [:]

    init() {}

    init(_ target: Intervention.Target, isCriticTrained: Bool) {
      hasModel = target.worldModel != nil
      hasCritic = isCriticTrained
      owned[.critic] = target.parameters.blocks(ownedBy: target.critic)
      owned[.actor] = target.parameters.blocks(ownedBy: target.actor)
      owned[.model] = target.worldModel.map { target.parameters.blocks(ownedBy: $0) } ?? []
    }

    func blocks(of part: ScriptPart) -> [Block] { owned[part] ?? [] }

    /// Whether there is a way to write down what is right.
    func hasOracle(of part: ScriptPart, in world: World) -> Bool {
      blocks(of: part).contains { Oracle.canWrite($0, of: part, in: world.world) }
    }
  }

  /// A world and what is true of it.
  struct World: Sendable {
    var settings: Settings
    var world: AnyWorld
    var truth: ProcessTruth

    /// The goals that can be asked about.
    var goals: [String] { world.goals.map(\.name).filter { $0 != GoalHypothesis.untampered } }
  }

  /// What happens, with everything repeated written out.
  enum Event: Sendable {
    case train(Int)
    /// Goes on in a world, by its place among the arm's.
    case enter(Int)
    case intervene(ScriptIntervention, duration: Int?)
    case snapshot(String)
    case restore(String)
    /// Measures, for the moment of that place among the arm's.
    case measure(Int)
  }

  /// When something is measured.
  struct Moment: Sendable {
    var label: String
    /// The label it is written with, in a repetition.
    var base: String
    /// What is looked at; nothing for an evaluation.
    var parts: Set<AuditedPart>
    var isEvaluation: Bool
    /// How many episodes are watched; `nil` for the exact return.
    var episodes: Int?
    /// The world it is measured in, by its place among the arm's.
    var world: Int
    /// How many environment steps were taken.
    var step: Int
  }

  /// An expectation and what it is about.
  struct Planned: Sendable {
    var expectation: Expectation
    /// The arms it is about, by their places, each at a moment.
    var places: [(arm: Int, moment: Int)]
    /// Where it stands in the file.
    var line: Int?
  }

  /// How many results there will be.
  public var expectationCount: Int { expectations.count }
  /// How many agents are run.
  public var agentCount: Int { arms.reduce(0) { $0 + $1.seeds.count } }
  /// How many environment steps all agents take together.
  public var stepCount: Int { arms.reduce(0) { $0 + $1.seeds.count * $1.steps } }

  /// The same with so many seeds in each arm, from its own first on.
  public func withSeeds(_ count: Int) -> ScenarioPlan {
    precondition(count > 0, "count must be positive, but is \(count)")
    var copy = self
    for index in arms.indices {
      let first = arms[index].seeds.first ?? 0
      copy.arms[index].seeds = (0..<UInt64(count)).map { first + $0 }
    }
    return copy
  }
}
