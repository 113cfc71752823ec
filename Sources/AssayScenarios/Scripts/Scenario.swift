import Assay
import AssayDiagnostics

/// A claim about learning as a script that can be run: a world, an agent, what is done to them, and what must come
/// of it.
///
/// It is read from YAML by ``ScenarioFile``, or written in Swift with ``init(_:claim:_:)``; either way it is a value,
/// and ``Catalogue/plan(_:)`` checks it before anything runs.
public struct Scenario: Sendable, Hashable {
  /// What it is called.
  public var name: String
  /// What it shows, in a sentence.
  public var claim: String
  /// For choosing some of many: `smoke`.
  public var tags: [String] = []
  /// The world its agents live in.
  public var environment = Named("")
  /// The agents.
  public var agent = Named("")
  /// One agent lives for each.
  public var seeds = SeedRange(first: 0, count: 10)
  /// What happens, in this order.
  public var script: [ScriptStep] = []
  /// Settings to go through, each combination as an arm of its own; in the order of the names.
  public var sweep: [Sweep] = []
  /// What must be found.
  public var expectations: [Expectation] = []
  /// Further arms, to compare with.
  public var controls: [Control] = []

  public init(name: String, claim: String) {
    self.name = name
    self.claim = claim
  }

  /// Something of the catalogue with settings.
  public struct Named: Sendable, Hashable {
    public var name: String
    public var settings: Settings

    public init(_ name: String, _ settings: Settings = [:]) {
      self.name = name
      self.settings = settings
    }
  }

  /// Consecutive seeds.
  public struct SeedRange: Sendable, Hashable {
    public var first: UInt64
    /// At least 1.
    public var count: Int

    public init(first: UInt64 = 0, count: Int) {
      self.first = first
      self.count = count
    }

    /// The seeds, in order.
    public var seeds: [UInt64] { (0..<UInt64(max(0, count))).map { first &+ $0 } }
  }

  /// A setting and the values it takes.
  public struct Sweep: Sendable, Hashable {
    /// Whose setting it is.
    public enum Owner: String, Sendable, Hashable, CaseIterable {
      case environment, agent
    }

    public var owner: Owner
    public var variable: String
    public var values: [Setting]

    public init(_ owner: Owner, _ variable: String, _ values: [Setting]) {
      self.owner = owner
      self.variable = variable
      self.values = values
    }
  }

  /// An arm beside the main one: what it leaves out is as there.
  public struct Control: Sendable, Hashable {
    /// What it is called; `nil` for `control 1`, `control 2`, by its place.
    public var name: String?
    /// A world, or with an empty name other settings of the same one.
    public var environment: Named?
    /// An agent, or with an empty name other settings of the same one.
    public var agent: Named?
    public var script: [ScriptStep]?
    public var seeds: SeedRange?
    public var expectations: [Expectation] = []

    public init(name: String? = nil) { self.name = name }
  }
}

/// Something that is done in a scenario.
public indirect enum ScriptStep: Sendable, Hashable {
  /// Lives and learns for a number of environment steps.
  case train(Int)
  /// Measures the return of the actor's policy now: exactly, or as the mean of so many episodes.
  case evaluate(episodes: Int?, label: String?)
  /// Changes settings of the world under the agent.
  case change(Settings)
  /// Breaks something on purpose.
  case fault(name: String, strength: String?)
  /// Changes the agent from outside; undone after so many further environment steps, or never.
  case intervene(ScriptIntervention, duration: Int?)
  /// Keeps all numbers of the agent under a name.
  case snapshot(String)
  /// Puts all numbers of the agent back to a snapshot.
  case restore(String)
  /// Measures the agent now.
  case audit([AuditedPart], label: String?)
  /// The same steps several times over.
  case repeated(times: Int, steps: [ScriptStep])
}

/// A part of an agent that a script can reach.
public enum ScriptPart: String, Sendable, Hashable, CaseIterable {
  case critic, actor, model
}

/// What an audit can look at.
public enum AuditedPart: String, Sendable, Hashable, CaseIterable {
  case critic, actor, model, reward, goal
}

/// A change from outside, which the ledger shows as one.
public enum ScriptIntervention: Sendable, Hashable {
  /// Learners' writes to the part are turned away.
  case freeze(ScriptPart)
  /// Learners may write again; `nil` for every part.
  case thaw(ScriptPart?)
  /// The part's numbers and those it had in a snapshot change places.
  case swap(ScriptPart, snapshot: String)
  /// The part's numbers become those of a snapshot; `nil` for every part.
  case restore(ScriptPart?, snapshot: String)
  /// The part's numbers become right: by tables exactly, by weights of features in least squares.
  case oracle(ScriptPart)
  /// Learners read rewards by another rule.
  case relabel(Relabelling)
  /// Every block's role becomes a label that says nothing.
  case renameOpaque
  /// Noise is added to the part's numbers: uniform in ± `noise` times the spread (greatest − least) of each block.
  /// Counts of a model stay 0 or more.
  case perturb(ScriptPart, noise: Double)

  /// How learners read rewards.
  public enum Relabelling: Sendable, Hashable {
    case original, zero, negated, random
    case scaled(Double)
  }
}
