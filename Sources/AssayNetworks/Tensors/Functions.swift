import Assay

/// eˣ.
public func exp<R>(_ x: Tensor<R>) -> Tensor<R> { x.mapped(.exponential) }

/// eˣ − 1, exact near 0.
public func expMinusOne<R>(_ x: Tensor<R>) -> Tensor<R> { x.mapped(.exponentialMinusOne) }

/// The natural logarithm: −∞ at 0, NaN below.
public func log<R>(_ x: Tensor<R>) -> Tensor<R> { x.mapped(.logarithm) }

/// log(1 + x), exact near 0.
public func logOnePlus<R>(_ x: Tensor<R>) -> Tensor<R> { x.mapped(.logarithmOfOnePlus) }

/// √x: NaN below 0. Its gradient at 0 is infinite.
public func sqrt<R>(_ x: Tensor<R>) -> Tensor<R> { x.mapped(.squareRoot) }

/// 1/x.
public func reciprocal<R>(_ x: Tensor<R>) -> Tensor<R> { x.mapped(.reciprocal) }

/// x².
public func square<R>(_ x: Tensor<R>) -> Tensor<R> { x.mapped(.square) }

/// |x|, with gradient 0 at 0.
public func abs<R>(_ x: Tensor<R>) -> Tensor<R> { x.mapped(.absolute) }

/// −1, 0 or 1. No gradient passes.
public func sign<R>(_ x: Tensor<R>) -> Tensor<R> { x.mapped(.sign) }

/// The largest integer not above x. No gradient passes.
public func floor<R>(_ x: Tensor<R>) -> Tensor<R> { x.mapped(.floor) }

/// The sine of x in radians.
public func sin<R>(_ x: Tensor<R>) -> Tensor<R> { x.mapped(.sine) }

/// The cosine of x in radians.
public func cos<R>(_ x: Tensor<R>) -> Tensor<R> { x.mapped(.cosine) }

/// The hyperbolic tangent.
public func tanh<R>(_ x: Tensor<R>) -> Tensor<R> { x.mapped(.tanh) }

/// 1/(1 + e⁻ˣ).
public func sigmoid<R>(_ x: Tensor<R>) -> Tensor<R> { x.mapped(.sigmoid) }

/// log(1 + eˣ), without overflow.
public func softplus<R>(_ x: Tensor<R>) -> Tensor<R> { x.mapped(.softplus) }

/// log(1/(1 + e⁻ˣ)), without overflow.
public func logSigmoid<R>(_ x: Tensor<R>) -> Tensor<R> { -softplus(-x) }

/// The error function, 2/√π ∫₀ˣ exp(−t²) dt.
public func erf<R>(_ x: Tensor<R>) -> Tensor<R> { x.mapped(.errorFunction) }

/// max(x, 0), with gradient 0 at 0.
public func relu<R>(_ x: Tensor<R>) -> Tensor<R> { x.mapped(.relu) }

/// x where it is positive, else `slope` · x.
public func leakyReLU<R>(_ x: Tensor<R>, slope: Float = 0.01) -> Tensor<R> {
  select(x.mapped(.step), x, else: slope * x)
}

/// x where it is positive, else `scale` (eˣ − 1).
public func elu<R>(_ x: Tensor<R>, scale: Float = 1) -> Tensor<R> {
  // The exponential is taken where x is not positive only: elsewhere it could overflow, and 0 · ∞ is NaN.
  let isPositive = x.mapped(.step)
  return select(isPositive, x, else: scale * expMinusOne(select(isPositive, x.filled(with: 0), else: x)))
}

/// x · sigmoid(x), also called swish.
public func silu<R>(_ x: Tensor<R>) -> Tensor<R> { x * sigmoid(x) }

/// x Φ(x), with Φ the normal distribution function: ½ x (1 + erf(x/√2)).
///
/// - SeeAlso: Hendrycks & Gimpel (2016), *Gaussian error linear units*.
public func gelu<R>(_ x: Tensor<R>) -> Tensor<R> { 0.5 * x * (erf(x * Float(0.5.squareRoot())) + 1) }

/// sign(x) log(1 + |x|): squeezes large numbers of either sign. Its gradient at 0 is 1.
///
/// - SeeAlso: Hafner et al. (2023), *Mastering diverse domains through world models*.
public func symlog<R>(_ x: Tensor<R>) -> Tensor<R> {
  let side = sideOfZero(x)
  return side * logOnePlus(side * x)
}

/// sign(x) (e^|x| − 1): undoes ``symlog(_:)``. Its gradient at 0 is 1.
public func symexp<R>(_ x: Tensor<R>) -> Tensor<R> {
  let side = sideOfZero(x)
  return side * expMinusOne(side * x)
}

/// 1 where x is positive, else −1. The sign would be 0 at 0, and so would the gradient of what it is multiplied with.
private func sideOfZero<R>(_ x: Tensor<R>) -> Tensor<R> { 2 * x.mapped(.step) - 1 }

// MARK: Over the last axis

/// eˣ over its sum along the last axis.
public func softmax<R: PositiveRank>(_ x: Tensor<R>) -> Tensor<R> {
  Tensor(x.trace, x.trace.add(.softmax(logarithm: false), [x.node], x.shape))
}

/// The logarithm of ``softmax(_:)``, without overflow.
public func logSoftmax<R: PositiveRank>(_ x: Tensor<R>) -> Tensor<R> {
  Tensor(x.trace, x.trace.add(.softmax(logarithm: true), [x.node], x.shape))
}

/// log Σ eˣ along the last axis, without overflow.
public func logSumExp<R: PositiveRank>(_ x: Tensor<R>) -> Tensor<R.Lower> {
  let largest = x.maximum(alongAxis: -1).stoppingGradient()
  return log(exp(x - largest.expanded(at: -1)).sum(alongAxis: -1)) + largest
}

/// Softmax over groups of neighbouring numbers of the last axis: each group lies on a simplex.
///
/// - Parameters:
///   - x: its last extent must be a multiple of `groupSize`.
///   - groupSize: how many numbers a group has.
/// - Returns: of the shape of `x`.
/// - SeeAlso: Hansen, Su & Wang (2024), *TD-MPC2*.
public func simNorm<R: PositiveRank>(_ x: Tensor<R>, groupSize: Int = 8) -> Tensor<R> {
  guard let last = x.shape.last, groupSize > 0, last % groupSize == 0 else {
    x.trace.fail("simNorm cannot cut the last axis of \(x.shape) into groups of \(groupSize)")
  }
  let groups: Matrix = Matrix(x.trace, x.trace.reshape(x.node, to: [x.count / groupSize, groupSize]))
  return Tensor(x.trace, x.trace.reshape(softmax(groups).node, to: x.shape))
}

/// Each vector of the last axis with mean 0 and variance 1: (x − mean)/√(variance + ε).
///
/// - SeeAlso: Ba, Kiros & Hinton (2016), *Layer normalization*.
public func standardized<R: PositiveRank>(_ x: Tensor<R>, epsilon: Float = 1e-5) -> Tensor<R> {
  let centred = x - x.mean(alongAxis: -1).expanded(at: -1)
  let variance = square(centred).mean(alongAxis: -1)
  return centred * reciprocal(sqrt(variance + epsilon)).expanded(at: -1)
}
