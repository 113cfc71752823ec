import AssayPlanning
import Foundation

/// What a planner decided in one state, and what it considered: a value that renderers draw and programs read.
///
/// Encoded as JSON it has the schema `assay.plan/1`. It holds no times.
public struct PlanReport: Sendable, Hashable, Codable {
  /// The schema of the JSON form.
  public static let schema = "assay.plan/1"

  /// An action that could be taken.
  public struct Choice: Sendable, Hashable, Codable {
    /// What it is called.
    public var name: String
    /// Its number; `nil` for an action that is a vector.
    public var action: Int?
    /// What it is worth, as the planner sees it, in reward units; `nil` where it was never tried.
    public var value: Double?
    /// How often it was tried; `nil` for planners that do not count.
    public var visits: Int?
    /// How likely the planner would take it.
    public var probability: Double?
    /// Between which two numbers its value lies; `nil` for planners that do not say.
    public var bounds: [Double]?

    public init(
      name: String, action: Int?, value: Double?, visits: Int? = nil, probability: Double? = nil,
      bounds: [Double]? = nil
    ) {
      self.name = name
      self.action = action
      self.value = value
      self.visits = visits
      self.probability = probability
      self.bounds = bounds
    }
  }

  /// A hidden state, and how likely it is.
  public struct Belief: Sendable, Hashable, Codable {
    /// What the state is called.
    public var state: String
    /// b(s), in [0, 1].
    public var probability: Double

    public init(state: String, probability: Double) {
      self.state = state
      self.probability = probability
    }
  }

  /// Whose parts were asked, where some of a trained run's might be.
  public struct Parts: Sendable, Hashable, Codable {
    /// One of the three.
    public struct Part: Sendable, Hashable, Codable {
      /// `run`, `world` or `none`.
      public var source: String
      /// Who it is, in words.
      public var words: String

      public init(source: String, words: String) {
        self.source = source
        self.words = words
      }
    }

    /// The folder of the run, as it was named.
    public var run: String
    /// The agent's name.
    public var agent: String
    /// The seed of the run.
    public var seed: UInt64
    /// How many environment steps the agent was trained for.
    public var step: Int
    /// Who says what actions lead to.
    public var model: Part
    /// Who says what is not looked at any more is worth.
    public var critic: Part
    /// Who says what is worth a look.
    public var actor: Part
    /// Whose the rewards of steps are: the `world`'s, or predictions of the `run`'s model.
    public var rewards: String
    /// γ that was planned with.
    public var discount: Double
    /// Whether the critic counts an entropy bonus beside reward.
    public var countsEntropy: Bool

    public init(
      run: String, agent: String, seed: UInt64, step: Int, model: Part, critic: Part, actor: Part,
      rewards: String, discount: Double, countsEntropy: Bool
    ) {
      self.run = run
      self.agent = agent
      self.seed = seed
      self.step = step
      self.model = model
      self.critic = critic
      self.actor = actor
      self.rewards = rewards
      self.discount = discount
      self.countsEntropy = countsEntropy
    }
  }

  public var schema = Self.schema
  public var environment: String
  public var planner: String
  /// What the state looks like: lines of text, or its numbers.
  public var state: [String]
  public var seed: UInt64
  /// What to do now.
  public var action: String
  /// What that is worth, as the planner sees it, in reward units.
  public var value: Double?
  /// How far the value may be from the truth of the model; `nil` for planners that do not say.
  public var bounds: [Double]?
  /// How much was done, in words: `50 simulations`.
  public var effort: String
  /// Whether the planner came to its end; `false` where a limit of time stopped it.
  public var isComplete: Bool
  /// The actions that were considered, the one to take among them.
  public var choices: [Choice]
  /// The tree that was searched.
  public var search: SearchTrace?
  /// The sequences that were tried.
  public var trajectories: TrajectoryTrace?
  /// How to call actions in the tree, `[actions]`.
  public var actionNames: [String]
  /// The likeliest hidden states, likeliest first, at most ten; `nil` where nothing is hidden.
  public var belief: [Belief]?
  /// Whose parts were asked; `nil` where no run was named.
  public var parts: Parts?

  public init(
    environment: String, planner: String, state: [String], seed: UInt64, action: String, value: Double?,
    bounds: [Double]? = nil, effort: String, isComplete: Bool = true, choices: [Choice],
    search: SearchTrace? = nil, trajectories: TrajectoryTrace? = nil, actionNames: [String] = [],
    belief: [Belief]? = nil, parts: Parts? = nil
  ) {
    self.environment = environment
    self.planner = planner
    self.state = state
    self.seed = seed
    self.action = action
    self.value = value
    self.bounds = bounds
    self.effort = effort
    self.isComplete = isComplete
    self.choices = choices
    self.search = search
    self.trajectories = trajectories
    self.actionNames = actionNames
    self.belief = belief
    self.parts = parts
  }

  /// The report as JSON, schema `assay.plan/1`: sorted keys, indented, with a newline at the end.
  ///
  /// - Throws: `EncodingError` that names the field, where a number is not finite: JSON has no word for it.
  public func json() throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    var data = try encoder.encode(self)
    data.append(UInt8(ascii: "\n"))
    return data
  }
}
