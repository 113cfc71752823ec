import Assay

/// The step that a critic's values are explained by: what it earned, and what the critic says of what came after.
extension RunMeasuring {
  /// How many times the step is taken in copies of each state.
  private static var recursionTrials: Int { 16 }

  /// Takes one step from every state, many times over.
  ///
  /// - Parameters:
  ///   - states: the copies to step, `[N]`.
  ///   - actions: what is done first in each, `[N]`; `nil` leaves it to the policy.
  ///   - choices: the actions there are.
  ///   - stream: what chance there is comes from here.
  /// - Returns: mean rewards and mean values after the step, `[N]` each.
  func recursion(
    of states: Worlds, taking actions: Doer.ActionSpace.Column?, _ choices: Choices<Doer.ActionSpace>,
    using stream: RandomStream
  ) -> CriticMeasurement.Recursion {
    let worlds = states.withoutTimeLimit()
    var (rewards, following) = (
      [Double](repeating: 0, count: states.count), [Double](repeating: 0, count: states.count)
    )
    var random = stream.substream(0)
    for trial in 0..<Self.recursionTrials {
      let streams = (0..<states.count).map { stream.substream(1 + UInt64(trial)).substream(UInt64($0)) }
      var copies = worlds.copies(of: Array(0..<states.count), drawingFrom: streams)
      var player = agent
      copies.step(
        actions
          ?? copies.actionSpace.clamped(player.act(on: copies.observations, as: .policy, using: &random)))
      let (next, last, earned, endings) = (
        copies.observations, copies.finalObservations, copies.rewards, copies.endings
      )
      let latents = (0..<states.count).map { endings[$0] == nil ? next[$0] : last[$0] }
      let after = values(after: latents, choices, using: &random)
      for row in 0..<states.count {
        rewards[row] += earned[row]
        if endings[row] != .terminated || claim.endings == .terminationIgnored {
          following[row] += after[row]
        }
      }
    }
    let trials = Double(Self.recursionTrials)
    return .init(rewards: rewards.map { $0 / trials }, following: following.map { $0 / trials })
  }

  /// What the critic says a state is worth that the policy goes on from, with the bonus it claims to count.
  private func values(
    after latents: [[Float]], _ choices: Choices<Doer.ActionSpace>, using random: inout RandomStream
  ) -> [Double] {
    guard judgesActions, agent.critic is any ActionCritic<[Float], Doer.Action> else {
      return stateValues(of: latents, reading: agent.parameters)
    }
    let policies = agent.actor.distributions(at: latents, reading: agent.parameters)
    var values = actionValues(
      of: latents, taking: policies.map { $0.sample(using: &random) }, reading: agent.parameters)
    guard temperature > 0 else { return values }
    for row in values.indices {
      values[row] += temperature * (Self.entropy(of: policies[row]) - choices.logHalfWidths)
    }
    return values
  }
}
