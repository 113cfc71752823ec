import Assay

/// Latents of an agent's world model, searched from: the model says what actions lead to, the critic what that is worth,
/// and the actor what would be done there.
///
/// A model is asked about all actions of a node together when a walk first goes on from there. What it lists are the
/// action's outcomes; ending is one more.
public struct ModelProblem<Model: WorldModel, Judge: Critic, Doer: Actor, Menu: ActionMenu>: SearchProblem
where
  Model.Latent == Doer.Latent, Judge.Latent == Doer.Latent, Model.Action == Doer.Action,
  Judge.Action == Doer.Action, Menu.Action == Doer.Action
{
  public let model: Model
  public let critic: Judge
  public let actor: Doer
  public let parameters: ParameterStore
  /// What is considered at each latent.
  public let menu: Menu
  /// γ, in [0, 1].
  public let discount: Double
  public let rootCount: Int
  /// How many latents the critic was asked about.
  public private(set) var criticCalls = 0
  /// How many actions the world model was asked about.
  public private(set) var modelCalls = 0

  private var latents: [Doer.Latent]
  /// By node and number, `[nodes × actionCount]`.
  private var actions: [Doer.Action] = []
  private var isAvailable: [Bool] = []
  /// Where each node's predictions begin; −1 where none were asked for.
  private var places: [Int] = []
  private var predictions: [Prediction<Doer.Latent>] = []

  public var actionCount: Int { menu.count }
  public var isStochastic: Bool { true }
  public var sources: SearchSources {
    SearchSources(
      dynamics: "\(model.name)", values: "\(critic.name)", priors: "\(actor.name)")
  }

  /// Gets ready to search from some latents.
  ///
  /// - Parameters:
  ///   - roots: the latents that are searched from.
  ///   - model: says what actions lead to.
  ///   - critic: says what new nodes are worth. Action values are worth what its claim says: the best of them where it is
  ///     about the optimal policy, their mean where about the uniform one, and the actor's mean otherwise.
  ///   - actor: says what would be done.
  ///   - parameters: the store their numbers lie in.
  ///   - menu: what is considered at each latent.
  ///   - discount: γ, in [0, 1]; that of the critic's claim where it is `nil`.
  public init(
    _ roots: [Doer.Latent], model: Model, critic: Judge, actor: Doer, reading parameters: ParameterStore,
    menu: Menu, discount: Double? = nil
  ) {
    precondition(!roots.isEmpty, "there must be a latent to search from")
    let discount = discount ?? critic.claim.discount
    precondition(discount >= 0 && discount <= 1, "discount must be in [0, 1], but is \(discount)")
    self.model = model
    self.critic = critic
    self.actor = actor
    self.parameters = parameters
    self.menu = menu
    self.discount = discount
    rootCount = roots.count
    latents = roots
  }

  /// The latent of a node; where things ended, that in which they did.
  public func latent(of node: Int) -> Doer.Latent { latents[node] }

  /// The action with a number at a node.
  public func action(_ number: Int, at node: Int) -> Doer.Action { actions[node * actionCount + number] }

  /// What the model expects of an action; `nil` where no walk went on from the node.
  public func prediction(of number: Int, at node: Int) -> Prediction<Doer.Latent>? {
    places[node] < 0 ? nil : predictions[places[node] + number]
  }

  // MARK: What the search asks

  public mutating func evaluateRoots(_ leaves: inout SearchLeaves, using random: inout RandomStream) {
    judge(Array(0..<leaves.count), &leaves, using: &random)
  }

  public mutating func outcome(at node: Int, taking action: Int, using random: inout RandomStream) -> Int {
    if places[node] < 0 { askModel(about: node) }
    let prediction = predictions[places[node] + action]
    var sum = prediction.termination
    for successor in prediction.successors {
      // An answer that is no distribution is no answer.
      guard successor.probability >= 0 else { return -1 }
      sum += successor.probability
    }
    guard prediction.termination >= 0, abs(sum - 1) < 1e-5 else { return -1 }
    if sum == prediction.termination { return prediction.successors.count }
    if prediction.successors.count == 1, prediction.termination == 0 { return 0 }
    var remaining = random.unit() * sum
    var last = prediction.successors.count
    for (index, successor) in prediction.successors.enumerated() where successor.probability > 0 {
      remaining -= successor.probability
      last = index
      if remaining < 0 { return index }
    }
    return prediction.termination > 0 ? prediction.successors.count : last
  }

  private mutating func askModel(about node: Int) {
    let numbers = (0..<actionCount).filter { isAvailable[node * actionCount + $0] }
    let answers = model.predictions(
      from: [Doer.Latent](repeating: latents[node], count: numbers.count),
      taking: numbers.map { actions[node * actionCount + $0] }, reading: parameters)
    modelCalls += numbers.count
    places[node] = predictions.count
    var next = 0
    for number in 0..<actionCount {
      if next < numbers.count, numbers[next] == number {
        predictions.append(answers[next])
        next += 1
      } else {
        predictions.append(Prediction(successors: [], termination: 0, reward: PredictedReward(0)))
      }
    }
  }

  public mutating func expand(_ leaves: inout SearchLeaves, using random: inout RandomStream) {
    var going: [Int] = []
    for index in 0..<leaves.count {
      let parent = Int(leaves.parents[index])
      let prediction = predictions[places[parent] + Int(leaves.actions[index])]
      let outcome = Int(leaves.outcomes[index])
      leaves.rewards[index] = Float(prediction.reward.value)
      if outcome < prediction.successors.count {
        leaves.discounts[index] = Float(discount)
        latents.append(prediction.successors[outcome].latent)
        going.append(index)
      } else {
        leaves.discounts[index] = 0
        leaves.values[index] = 0
        latents.append(latents[parent])
      }
    }
    judge(going, &leaves, using: &random)
  }

  /// Asks critic and actor about the leaves with these indices; the others have ended.
  private mutating func judge(
    _ indices: [Int], _ leaves: inout SearchLeaves, using random: inout RandomStream
  ) {
    let asked = indices.map { latents[Int(leaves.nodes[$0])] }
    var estimates: CriticEstimates?
    var distributions: [Doer.Distribution]?
    if !asked.isEmpty {
      estimates = critic.estimates(of: asked, reading: parameters)
      criticCalls += asked.count
      var needsActor = leaves.wantsLogits || menu.needsActor
      if case .actionValues = estimates, critic.claim.policy.asksActor { needsActor = true }
      if needsActor { distributions = actor.distributions(at: asked, reading: parameters) }
    }
    var logits = [Float](repeating: 0, count: actionCount)
    var next = 0
    for index in 0..<leaves.count {
      places.append(-1)
      guard next < indices.count, indices[next] == index else {
        // Nobody looks at what could be done where things ended; its numbers are taken up all the same.
        actions.append(contentsOf: actions[(actions.count - actionCount)...])
        isAvailable.append(contentsOf: repeatElement(false, count: actionCount))
        continue
      }
      var row: [Double]?
      if case .actionValues(let rows) = estimates { row = rows[next] }
      logits.withUnsafeMutableBufferPointer { logits in
        menu.list(distributions?[next], values: row, actions: &actions, logits: logits, using: &random)
      }
      for logit in logits { isAvailable.append(logit != -.infinity) }
      if leaves.wantsLogits {
        for number in 0..<actionCount { leaves.logits[index * actionCount + number] = logits[number] }
      }
      var value = 0.0
      if case .stateValues(let values) = estimates { value = values[next] }
      if let row {
        let first = actions.count - actionCount
        value = critic.claim.policy.worth(of: row) { number in
          guard let distributions else { preconditionFailure("the actor was not asked") }
          return distributions[next].logProbability(of: actions[first + number])
        }
      }
      leaves.values[index] = Float(value / critic.claim.rewardScale)
      next += 1
    }
  }

  public mutating func listActions(at node: Int, in list: inout SearchActions) {
    for number in 0..<actionCount where isAvailable[node * actionCount + number] { list.append(number) }
  }

  public mutating func keep(nodes old: [Int32]) {
    let width = actionCount
    latents = old.map { latents[Int($0)] }
    actions = old.flatMap { actions[Int($0) * width..<(Int($0) + 1) * width] }
    isAvailable = old.flatMap { isAvailable[Int($0) * width..<(Int($0) + 1) * width] }
    var kept: [Prediction<Doer.Latent>] = []
    places = old.map { node in
      let place = places[Int(node)]
      guard place >= 0 else { return -1 }
      kept.append(contentsOf: predictions[place..<place + width])
      return kept.count - width
    }
    predictions = kept
  }

  public func label(of node: Int) -> String { "\(latents[node])" }
}
