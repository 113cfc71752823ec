import CKernels
import Foundation

/// How an ``Optimizer`` turns a gradient g into a change of the parameters p, at a learning rate η.
///
/// Every rule is one fused pass over a block in Float32; what is the same for all numbers of a block is
/// computed in double precision before.
public enum UpdateRule: Sendable, Hashable, CustomStringConvertible {
  /// Stochastic gradient descent, with momentum μ and decay λ:
  ///
  ///     g ← g + λ p;  v ← μ v + g;  p ← p − η v,  or with Nesterov's momentum  p ← p − η (g + μ v)
  ///
  /// - SeeAlso: Sutskever, Martens, Dahl & Hinton (2013), *On the importance of initialization and momentum
  ///   in deep learning*.
  case gradientDescent(momentum: Double = 0, nesterov: Bool = false, decay: Double = 0)
  /// Adam, at the block's step t = 1, 2, …:
  ///
  ///     m ← β₁ m + (1 − β₁) g;  v ← β₂ v + (1 − β₂) g²
  ///     p ← p − η (m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + ε)
  ///
  /// - SeeAlso: Kingma & Ba (2015), *Adam: a method for stochastic optimization*.
  case adam(betaOne: Double = 0.9, betaTwo: Double = 0.999, epsilon: Double = 1e-8)
  /// Adam with decay λ beside the gradient, not in it: p ← p − η λ p at the same time.
  ///
  /// - SeeAlso: Loshchilov & Hutter (2019), *Decoupled weight decay regularization*.
  case adamW(
    betaOne: Double = 0.9, betaTwo: Double = 0.999, epsilon: Double = 1e-8, decay: Double = 0.01)
  /// RMSProp with smoothing α and decay λ:
  ///
  ///     g ← g + λ p;  v ← α v + (1 − α) g²;  p ← p − η g / (√v + ε)
  ///
  /// - SeeAlso: Tieleman & Hinton (2012), *Lecture 6.5*, Neural networks for machine learning.
  case rmsProp(smoothing: Double = 0.99, epsilon: Double = 1e-8, decay: Double = 0)

  /// What the rule is called.
  public var description: String {
    switch self {
    case .gradientDescent(let momentum, let nesterov, _):
      momentum == 0 ? "gradient descent" : nesterov ? "Nesterov's momentum" : "momentum"
    case .adam: "Adam"
    case .adamW: "AdamW"
    case .rmsProp: "RMSProp"
    }
  }

  /// Whether it keeps a running mean of gradients.
  var keepsFirstMoment: Bool {
    switch self {
    case .gradientDescent(let momentum, _, _): momentum != 0
    case .adam, .adamW: true
    case .rmsProp: false
    }
  }

  /// Whether it keeps a running mean of their squares.
  var keepsSecondMoment: Bool {
    switch self {
    case .gradientDescent: false
    case .adam, .adamW, .rmsProp: true
    }
  }

  /// Traps where a number is out of its range.
  func check() {
    func checkFraction(_ value: Double, _ name: String) {
      precondition(value >= 0 && value < 1, "\(name) must be at least 0 and below 1, but is \(value)")
    }
    func checkNotNegative(_ value: Double, _ name: String) {
      precondition(value >= 0 && value.isFinite, "\(name) must be finite and not negative, but is \(value)")
    }
    switch self {
    case .gradientDescent(let momentum, let nesterov, let decay):
      checkFraction(momentum, "momentum")
      precondition(!nesterov || momentum > 0, "Nesterov's momentum must be positive, but is \(momentum)")
      checkNotNegative(decay, "decay")
    case .adam(let betaOne, let betaTwo, let epsilon):
      UpdateRule.adamW(betaOne: betaOne, betaTwo: betaTwo, epsilon: epsilon, decay: 0).check()
    case .adamW(let betaOne, let betaTwo, let epsilon, let decay):
      checkFraction(betaOne, "betaOne")
      checkFraction(betaTwo, "betaTwo")
      checkNotNegative(epsilon, "epsilon")
      checkNotNegative(decay, "decay")
    case .rmsProp(let smoothing, let epsilon, let decay):
      checkFraction(smoothing, "smoothing")
      checkNotNegative(epsilon, "epsilon")
      checkNotNegative(decay, "decay")
    }
  }

  /// What one pass needs to know beside the rule.
  struct Pass {
    /// How many numbers the block has.
    let count: Int
    let gradient: UnsafePointer<Float>
    /// Multiplies the gradient first.
    let scale: Float
    let rate: Double
    /// Which step of the block this is, from 1.
    let step: Int
    let firstMoment: UnsafeMutablePointer<Float>
    let secondMoment: UnsafeMutablePointer<Float>
  }

  /// Carries a pass out.
  ///
  /// - Returns: Σ Δ².
  func apply(_ pass: Pass, to parameters: UnsafeMutablePointer<Float>) -> Double {
    let count = Int64(pass.count)
    switch self {
    case .gradientDescent(let momentum, let nesterov, let decay):
      return assay_momentum(
        count, parameters, momentum == 0 ? nil : pass.firstMoment, pass.gradient, pass.scale,
        Float(momentum), nesterov, Float(pass.rate), Float(decay)
      ).squared_change
    case .adam(let betaOne, let betaTwo, let epsilon):
      return UpdateRule.adamW(betaOne: betaOne, betaTwo: betaTwo, epsilon: epsilon, decay: 0)
        .apply(pass, to: parameters)
    case .adamW(let betaOne, let betaTwo, let epsilon, let decay):
      // The moments are averaged with β rounded to Float32, so that is the β whose bias has to be corrected.
      let step = Double(pass.step)
      return assay_adam(
        count, parameters, pass.firstMoment, pass.secondMoment, pass.gradient, pass.scale, Float(betaOne),
        Float(betaTwo), Float(epsilon), Float(pass.rate / (1 - pow(Double(Float(betaOne)), step))),
        Float((1 - pow(Double(Float(betaTwo)), step)).squareRoot()), Float(pass.rate * decay)
      ).squared_change
    case .rmsProp(let smoothing, let epsilon, let decay):
      return assay_rmsprop(
        count, parameters, pass.secondMoment, pass.gradient, pass.scale, Float(smoothing), Float(epsilon),
        Float(pass.rate), Float(decay)
      ).squared_change
    }
  }
}
