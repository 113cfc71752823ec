import Assay
import AssayPlanning

/// MC-AIXI (Veness, Ng, Hutter, Uther & Silver, 2011): a mixture of all small models of the history, and planning by
/// futures drawn from it.
///
/// Anatomy: the world model is a mixture of prediction suffix trees over the history of actions, observations and rewards;
/// there is no critic, as futures are played out to the horizon; the actor, which plays them out, is uniform; the planner
/// is ρUCT and, with probability ε γᵗ, takes a random action.
///
/// It is no ``Assay/Anatomy``: there, a planner is handed a latent and asks the model what follows from any, while here the
/// latent is the whole history and the model a thing that grows with it, which is walked along and taken back. The parts are
/// as separate all the same, and each can be replaced. What the model has learned is not in the agent's parameters either,
/// which are blocks of a fixed size; there, it has a single number: what the last step paid. The learner writes it, and the
/// model takes it in with the percept that follows. It has no other way to the agent, and neither actor nor planner reads
/// it.
///
/// An ending is nothing special to it: what the next episode shows first is what the last step led to.
public enum MCAIXI {
  public struct Configuration: Sendable {
    /// How actions and percepts are written.
    public var code: PerceptCode
    /// D, how many bits of context the first tree sees.
    public var depth: Int
    /// m, how many steps are looked ahead.
    public var horizon: Int
    /// How many futures are drawn for a decision.
    public var simulations: Int
    /// C, how much the search explores, in units of what can still be earned.
    public var confidence = 2.0.squareRoot()
    /// ε at the start, in [0, 1].
    public var exploration: Double
    /// γ, what ε is multiplied by with every step, in [0, 1].
    public var explorationDecay: Double
    /// How many nodes the trees may have, of 32 bytes each.
    public var maximumNodeCount = 1 << 26

    public init(
      code: PerceptCode, depth: Int, horizon: Int, simulations: Int, exploration: Double,
      explorationDecay: Double
    ) {
      self.code = code
      self.depth = depth
      self.horizon = horizon
      self.simulations = simulations
      self.exploration = exploration
      self.explorationDecay = explorationDecay
    }
  }

  /// Makes an agent that has seen nothing, and its learner.
  public static func make(
    configuration: Configuration
  ) -> Trainee<Agent<ContextTreeModel, UniformActor>, Learner> {
    let code = configuration.code
    return make(
      worldModel: ContextTreeModel(
        code: code, depth: configuration.depth, maximumNodeCount: configuration.maximumNodeCount),
      actor: UniformActor(
        shape: TableShape(stateCount: 1 << code.observationBits, actionCount: code.actionCount)),
      planner: HistoryTreeSearch(
        simulations: configuration.simulations, horizon: configuration.horizon,
        confidence: configuration.confidence, exploration: configuration.exploration,
        explorationDecay: configuration.explorationDecay))
  }

  /// Makes an agent of parts of any kind, and its learner.
  public static func make<Model: HistoryModel, Doer: Actor>(
    worldModel: Model, actor: Doer, planner: HistoryTreeSearch
  ) -> Trainee<Agent<Model, Doer>, Learner> where Doer.Latent == Int, Doer.Action == Int {
    var parameters = ParameterStore()
    let reward = parameters.allocate(
      "worldModel.lastReward", owner: "worldModel", role: .worldModel, shape: [1],
      updateRule: "what the last step paid", writers: ["world model learner"])
    let learner = Learner(
      permit: parameters.permit("world model learner", toWrite: reward, usesReward: true))
    let agent = Agent(
      worldModel: worldModel, actor: actor, planner: planner, parameters: parameters, lastReward: reward)
    return Trainee(agent: agent, learner: learner)
  }

  /// The agent. A copy of it is a snapshot; the trees are copied when one of the two changes them.
  public struct Agent<Model: HistoryModel, Doer: Actor>: Assay.Agent
  where Doer.Latent == Int, Doer.Action == Int {
    /// Chooses among actions, by futures of the model.
    public var planner: HistoryTreeSearch
    public var parameters: ParameterStore
    /// Whether the model learns from what is perceived; otherwise it only takes note of it.
    public var isLearning = true
    /// Whether it keeps the whole tree of its latest search, to be read.
    public var isTracing = false
    /// What was considered for the latest action; `nil` where it was drawn at random, or none was taken.
    public private(set) var latestPlan: Plan<Int>?
    /// The tree of the latest plan, where ``isTracing``.
    public private(set) var latestTrace: SearchTrace?

    /// What the last step paid.
    private let lastReward: BlockHandle
    /// What was done last; `nil` before the first action.
    private var lastAction: Int?
    /// Holds world model and actor; `nil` while it is handed to the planner.
    private var imagination: HistoryProblem<Model, Doer>?

    init(
      worldModel: Model, actor: Doer, planner: HistoryTreeSearch, parameters: ParameterStore,
      lastReward: BlockHandle
    ) {
      self.planner = planner
      self.parameters = parameters
      self.lastReward = lastReward
      imagination = HistoryProblem(model: worldModel, actor: actor, horizon: planner.horizon)
    }

    /// What it expects to perceive.
    public var worldModel: Model {
      get { futures.model }
      _modify { yield &futures.model }
    }

    /// What is done where the planner's futures are played out.
    public var actor: Doer {
      get { futures.actor }
      _modify { yield &futures.actor }
    }

    /// The problem, when it is not with the planner.
    private var futures: HistoryProblem<Model, Doer> {
      get {
        guard let imagination else { preconditionFailure("the parts are with the planner") }
        return imagination
      }
      _modify {
        precondition(imagination != nil, "the parts are with the planner")
        yield &imagination!
      }
    }

    public mutating func act(on percept: Percept<Int>, using random: inout RandomStream) -> Int {
      takeIn(percept.observation)
      (latestPlan, latestTrace) = (nil, nil)
      let exploration = planner.exploration(at: parameters.step)
      let action: Int
      if exploration > 0, random.unit() < exploration {
        action = worldModel.code.actionCount == 1 ? 0 : random.integer(below: worldModel.code.actionCount)
      } else {
        action = plan(using: &random)
      }
      lastAction = action
      return action
    }

    /// Takes the last action and what followed it into the history.
    private mutating func takeIn(_ observation: Int) {
      let code = worldModel.code
      guard let lastAction else {
        // Nothing was done or paid yet; what is next to it keeps the bits of every cycle in their places.
        worldModel.take(0)
        worldModel.note(
          code.percept(observation: observation, reward: Reward(Double(code.rewardNearestToNone))))
        return
      }
      let percept = code.percept(observation: observation, reward: Reward(Double(parameters[lastReward, 0])))
      worldModel.take(lastAction)
      if isLearning { worldModel.learn(percept) } else { worldModel.note(percept) }
    }

    private mutating func plan(using random: inout RandomStream) -> Int {
      imagination?.parameters = parameters
      let plan: Plan<Int>
      if isTracing {
        (plan, latestTrace) = planner.tracedPlan(in: &imagination, using: &random)
      } else {
        plan = planner.plan(in: &imagination, using: &random)
      }
      // A store that is held twice is copied when it is written.
      imagination?.parameters = ParameterStore()
      latestPlan = plan
      return plan.action
    }
  }

  /// Tells the world model what steps paid: all that has to be learned here and is not seen.
  public struct Learner: Assay.Learner, ~Copyable {
    public typealias Observation = Int
    public typealias Action = Int

    /// There is no critic. Futures are worth what they earn up to the horizon, when they are played out by the actor.
    public var aims = Aims(critic: Claim(.actionValue, of: .part("actor"), discount: 1))
    private let permit: WritePermit

    init(permit: consuming WritePermit) { self.permit = permit }

    public mutating func learn(
      from experience: Experience<Int, Int>, updating parameters: inout ParameterStore,
      using random: inout RandomStream
    ) {
      parameters.set(Float(experience.reward(age: 0).value), at: 0, with: permit)
    }
  }
}

extension MCAIXI.Agent: Archivable where Model: Archivable {
  /// Puts everything in but the parameters, which have a file of their own.
  public func archive(into archive: inout StateArchive) {
    archive.put(worldModel, as: "worldModel")
    archive.put(lastAction.map { [$0] } ?? [], as: "lastAction")
  }

  public mutating func restore(from archive: StateArchive) throws(DataError) {
    let action = try archive.integers("lastAction")
    guard action.count <= 1, action.allSatisfy({ $0 >= 0 && $0 < worldModel.code.actionCount }) else {
      throw DataError(
        field: "lastAction", value: "\(action)", allowed: "nothing, or 0..<\(worldModel.code.actionCount)")
    }
    try archive.restore(&worldModel, from: "worldModel")
    lastAction = action.first
    (latestPlan, latestTrace) = (nil, nil)
  }
}
