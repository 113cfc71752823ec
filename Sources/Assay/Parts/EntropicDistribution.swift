/// A distribution that knows its entropy.
public protocol EntropicDistribution<Action>: ActionDistribution {
  /// H = −E ln π(a), in nats; of the density over the space as it is, where actions are vectors.
  var entropy: Double { get }
}

extension ActionProbabilities: EntropicDistribution {
  public var entropy: Double { probabilities.reduce(0) { $1 > 0 ? $0 - $1 * _log($1) : $0 } }
}
