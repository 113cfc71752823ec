import Assay

extension Critic {
  /// V̂ of latents, as planners ask for it where they look no further, in units of the training reward: of a critic that
  /// estimates state values, or means of action values as an `ActionCritic` does. One that lists action values stops the
  /// program.
  ///
  /// What the claim counts beside reward, such as an entropy bonus, is counted here, too.
  ///
  /// - Parameters:
  ///   - latents: `[B]`.
  ///   - parameters: the store its numbers lie in.
  /// - Returns: V̂, `[B]`, divided by the claim's reward scale.
  public func stateValues(of latents: [Latent], reading parameters: ParameterStore) -> [Double] {
    guard !latents.isEmpty else { return [] }
    guard case .stateValues(let values) = estimates(of: latents, reading: parameters) else {
      preconditionFailure("\(Self.self) lists action values, and says not what a state is worth")
    }
    return values.map { $0 / claim.rewardScale }
  }
}

extension Critic where Action == Int {
  /// V̂ of latents, as planners ask for it where they look no further, in units of the training reward.
  ///
  /// State values are what they are. Action values are worth what the claim says, over the actions that are not −∞:
  ///
  ///     V̂(s) = max Q̂(s, a)        where the claim is about the optimal policy
  ///     V̂(s) = mean Q̂(s, a)       where it is about the uniform one
  ///     V̂(s) = Σ π(a|s) Q̂(s, a)   otherwise, with π of the actor
  ///
  /// What the claim counts beside reward, such as an entropy bonus, is counted here, too.
  ///
  /// - Parameters:
  ///   - latents: `[B]`.
  ///   - actor: whose policy the action values are weighted by; not asked where nothing is.
  ///   - parameters: the store their numbers lie in.
  /// - Returns: V̂, `[B]`, divided by the claim's reward scale.
  public func stateValues<A: Actor>(
    of latents: [Latent], actor: A, reading parameters: ParameterStore
  ) -> [Double] where A.Latent == Latent, A.Action == Int {
    guard !latents.isEmpty else { return [] }
    switch estimates(of: latents, reading: parameters) {
    case .stateValues(let values): return values.map { $0 / claim.rewardScale }
    case .actionValues(let rows):
      let policies =
        claim.policy.asksActor ? actor.distributions(at: latents, reading: parameters) : []
      return rows.enumerated().map { row, values in
        claim.policy.worth(of: values) { policies[row].logProbability(of: $0) } / claim.rewardScale
      }
    }
  }
}

extension Claim.PolicyReference {
  /// Whether the worth of action values depends on what the actor would do.
  var asksActor: Bool {
    switch self {
    case .optimal, .uniform: false
    case .part, .behaviour: true
    }
  }

  /// What a state with these action values is worth under the policy.
  ///
  /// - Parameters:
  ///   - values: Q̂ of each action, −∞ of those that are unavailable.
  ///   - logProbability: ln π of an action by its number; asked where ``asksActor``.
  /// - Returns: V̂.
  func worth(of values: [Double], logProbability: (Int) -> Double) -> Double {
    let available = values.indices.filter { values[$0] != -.infinity }
    switch self {
    case .optimal:
      // A comparison would pass over NaN.
      return available.reduce(-.infinity) { $0.isNaN || values[$1].isNaN ? .nan : max($0, values[$1]) }
    case .uniform: return available.reduce(0) { $0 + values[$1] } / Double(available.count)
    case .part, .behaviour:
      return available.reduce(0.0) { sum, number in
        let weight = naturalExponential(logProbability(number))
        return weight == 0 ? sum : sum + weight * values[number]
      }
    }
  }
}
