import Assay

/// Probabilities of classes, along the last axis: of actions, or of each group of a discrete latent.
public struct Categorical<R: PositiveRank> {
  /// log p, normalised.
  public let logProbabilities: Tensor<R>

  /// From numbers whose softmax are the probabilities.
  ///
  /// - Parameters:
  ///   - logits: any numbers; −∞ for classes that cannot be, at least one of each row being finite.
  ///   - uniformShare: how much of the uniform distribution is mixed in, from 0 to 1, so that no probability
  ///     vanishes: not even those of classes whose logits are −∞.
  public init(logits: Tensor<R>, uniformShare: Float = 0) {
    precondition((0...1).contains(uniformShare), "the uniform share must be in 0...1, but is \(uniformShare)")
    if uniformShare == 0 {
      logProbabilities = logSoftmax(logits)
    } else {
      let uniform = uniformShare / Float(logits.shape[R.count - 1])
      logProbabilities = log(softmax(logits) * (1 - uniformShare) + uniform)
    }
  }

  /// p.
  public var probabilities: Tensor<R> { exp(logProbabilities) }

  /// log p of one class of each row.
  public func logProbability(of classes: Indices<R.Lower>) -> Tensor<R.Lower> {
    logProbabilities.picking(classes)
  }

  /// −Σ p log p, in nats. A class that cannot be adds nothing.
  public var entropy: Tensor<R.Lower> { -expectation(of: logProbabilities) }

  /// Σ p x.
  public func expectation(of x: Tensor<R>) -> Tensor<R.Lower> {
    let p = probabilities
    return (p * select(p.isGreater(than: 0), x, else: x.filled(with: 0))).sum(alongAxis: -1)
  }

  /// The cross entropy with target probabilities, −Σ q log p, in nats; no gradient passes to the targets.
  ///
  /// - Parameter targets: of the shape of the probabilities, such as the visit counts of a search over their sum. Where
  ///   one is 0 its class adds nothing, even one that cannot be.
  /// - Returns: one number for each row.
  public func crossEntropy(with targets: Tensor<R>) -> Tensor<R.Lower> {
    let q = targets.stoppingGradient()
    // Not the product with 0, for 0 · −∞ is NaN.
    let possible = select(q, logProbabilities, else: logProbabilities.filled(with: 0))
    return -(q * possible).sum(alongAxis: -1)
  }

  /// The Kullback–Leibler divergence from another distribution, Σ p (log p − log q), in nats.
  public func divergence(from other: Categorical) -> Tensor<R.Lower> {
    let p = probabilities
    let possible = p.isGreater(than: 0)
    let difference = select(possible, logProbabilities - other.logProbabilities, else: p.filled(with: 0))
    return (p * difference).sum(alongAxis: -1)
  }

  /// The most likely class of each row.
  public var mode: Indices<R.Lower> { logProbabilities.indexOfMaximum() }

  /// A class of each row, drawn anew in every run: the largest of log p + Gumbel noise.
  ///
  /// - SeeAlso: Gumbel (1954); Maddison, Tarlow & Minka (2014), *A\* sampling*.
  public func sample() -> Indices<R.Lower> {
    (logProbabilities + logProbabilities.trace.noise(.gumbel, logProbabilities.shape)).indexOfMaximum()
  }

  /// A sample as 1 among zeros, whose gradient is that of the probabilities.
  ///
  /// - SeeAlso: Bengio, Léonard & Courville (2013); Hafner et al. (2021), *Mastering Atari with discrete world models*.
  public func straightThroughSample() -> Tensor<R> { oneHot(of: sample()) }

  /// The most likely class as 1 among zeros, whose gradient is that of the probabilities.
  public func straightThroughMode() -> Tensor<R> { oneHot(of: mode) }

  private func oneHot(of classes: Indices<R.Lower>) -> Tensor<R> {
    AssayNetworks.oneHot(classes, count: logProbabilities.shape[R.count - 1])
      .straightThrough(gradientOf: probabilities)
  }
}
