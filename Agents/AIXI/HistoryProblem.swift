import Assay
import AssayPlanning

/// Planning in a history model by drawing futures from it: what a tree search asks of ρUCT's world.
///
/// Every walk of the search starts at the present. What an action leads to is drawn from the model, which takes note of it
/// and so is always where the walk is. A new node is worth what the actor earns from there to the horizon in one future
/// more, undiscounted; the walk then ends, and with the next one the model goes back to the present.
///
/// - SeeAlso: Veness, Ng, Hutter, Uther & Silver (2011), *A Monte-Carlo AIXI approximation*, §4.
public struct HistoryProblem<Model: HistoryModel, Doer: Actor>: Sendable
where Doer.Latent == Int, Doer.Action == Int {
  /// What futures are drawn from.
  public var model: Model
  /// What is done beyond the nodes of the search; its latents are observations.
  public var actor: Doer
  /// What the actor reads.
  public var parameters: ParameterStore
  /// m, how many steps are looked ahead.
  public let horizon: Int
  /// How many percepts were drawn since planning began.
  public private(set) var drawnPercepts = 0
  /// How many steps the walk has taken from the present.
  private var depth = 0

  public init(model: Model, actor: Doer, parameters: ParameterStore = ParameterStore(), horizon: Int) {
    precondition(horizon > 0, "horizon must be positive, but is \(horizon)")
    self.model = model
    self.actor = actor
    self.parameters = parameters
    self.horizon = horizon
  }

  /// Gets ready for walks from the present.
  public mutating func startPlanning() {
    model.startImagining()
    depth = 0
    drawnPercepts = 0
  }

  /// Takes the model back to the present for good.
  public mutating func stopPlanning() {
    model.stopImagining()
    depth = 0
  }

  /// Begins a walk.
  public mutating func beginWalk() {
    if depth > 0 { model.return() }
    depth = 0
  }

  /// Takes one step of a walk.
  ///
  /// - Parameters:
  ///   - action: what is done.
  ///   - random: what chance there is comes from here.
  /// - Returns: the percept that follows.
  public mutating func walk(_ action: Int, using random: inout RandomStream) -> Int {
    model.take(action)
    depth &+= 1
    drawnPercepts &+= 1
    return model.imaginePercept(isLast: depth == horizon, using: &random)
  }

  /// What the actor earns in one future from where the walk is to the horizon.
  public mutating func playOut(using random: inout RandomStream) -> Double {
    var sum = 0.0
    while depth < horizon {
      let action = actor.action(at: model.observation, reading: parameters, using: &random)
      sum += model.code.reward(of: walk(action, using: &random)).value
    }
    return sum
  }
}

extension HistoryProblem: SearchProblem {
  public var rootCount: Int { 1 }
  public var actionCount: Int { model.code.actionCount }
  public var isStochastic: Bool { true }
  /// The model is at one place at a time.
  public var expandsOneByOne: Bool { true }
  public var sources: SearchSources { SearchSources(dynamics: "the history model", values: "a play-out") }

  /// The present is worth what walks find out.
  public mutating func evaluateRoots(_ leaves: inout SearchLeaves, using random: inout RandomStream) {
    leaves.values[0] = 0
  }

  public mutating func begin(root: Int) { beginWalk() }

  public mutating func outcome(at node: Int, taking action: Int, using random: inout RandomStream) -> Int {
    walk(action, using: &random)
  }

  public mutating func expand(_ leaves: inout SearchLeaves, using random: inout RandomStream) {
    precondition(
      leaves.count == 1, "a history is at one place, but \(leaves.count) nodes were to be worked out")
    leaves.rewards[0] = Float(model.code.reward(of: Int(leaves.outcomes[0])).value)
    leaves.discounts[0] = depth == horizon ? 0 : 1
    leaves.values[0] = Float(playOut(using: &random))
  }
}
