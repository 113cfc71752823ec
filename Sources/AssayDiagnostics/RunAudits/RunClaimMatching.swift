import Assay
import Foundation

/// Which claim does a critic in fact match? One agent, over the later measurements of its training.
///
/// At one step two claims may say the same of every state that is visited: where nothing ever ends, half the reward and
/// half the horizon are worth the same. While the policy was still learning they were not, so that errors are taken over
/// several steps, each as a share of its range, without what restarts add by chance.
struct RunClaimMatching {
  struct Match: Sendable {
    var claim: String
    var diagnosis: DiagnosisName
    /// √ mean squared error over steps and states, as a share of the range.
    var error: Double
  }

  private let claim: Claim
  /// V̂, Ḡ and s²/m in ranges, of each state at each step; for the claim's discount and for others.
  private let learned: [Double]
  private let own: (returns: [Double], variances: [Double])
  private let others: [(discount: Double, returns: [Double], variances: [Double])]

  /// Takes measurements together.
  ///
  /// - Parameters:
  ///   - claim: what the critic says.
  ///   - measurements: those in which it is to be explained, at least one.
  init(_ claim: Claim, _ measurements: [RunMeasurement]) {
    self.claim = claim
    var learned: [Double] = []
    var own: (returns: [Double], variances: [Double]) = ([], [])
    var others = (measurements.first?.critic?.others ?? []).map {
      (discount: $0.discount, returns: [Double](), variances: [Double]())
    }
    for measurement in measurements {
      guard let critic = measurement.critic else { continue }
      let range = measurement.range
      learned += critic.learned.map { $0 / range }
      own.returns += critic.returns.map { $0 / range }
      own.variances += critic.uncertainties.map { $0 * $0 / range / range }
      for index in others.indices {
        others[index].returns += critic.others[index].returns.map { $0 / range }
        others[index].variances += critic.others[index].variances.map { $0 / range / range }
      }
    }
    self.learned = learned
    self.own = own
    self.others = others
  }

  private func error(_ values: [Double], _ variances: [Double], scale: Double = 1) -> Double {
    var sum = 0.0
    for index in learned.indices {
      let difference = learned[index] - scale * values[index]
      sum += difference * difference - scale * scale * variances[index]
    }
    return max(0, sum / Double(max(learned.count, 1))).squareRoot()
  }

  /// The claim itself first, then the others by error.
  var matches: [Match] {
    let symbol = claim.quantity == .stateValue ? "V" : "Q"
    var found: [Match] = []
    // The square of a noisy mean is too large by its variance.
    let cross = zip(learned, own.returns).reduce(0) { $0 + $1.0 * $1.1 }
    let square = zip(own.returns, own.variances).reduce(0) { $0 + $1.0 * $1.0 - $1.1 }
    if square > 0 {
      let scale = cross / square
      // What is nearly the claimed scale is none of its own, and neither is nearly nothing.
      if scale < -0.02 || (scale > 0.02 && abs(scale - 1) > 0.1) {
        found.append(
          Match(
            claim: "\(symbol) of the reward × \(String(format: "%.3f", scale))",
            diagnosis: scale < 0 ? .criticWrongSign : .criticScaledReward,
            error: error(own.returns, own.variances, scale: scale)))
      }
    }
    let best = others.map { ($0.discount, error($0.returns, $0.variances)) }.min { $0.1 < $1.1 }
    if let best {
      found.append(
        Match(
          claim: "\(symbol) at discount \(String(format: "%.3f", best.0)), not \(claim.discount)",
          diagnosis: .criticWrongDiscount, error: best.1))
    }
    found.sort { $0.error < $1.error }
    return [Match(claim: claim.description, diagnosis: .healthy, error: error(own.returns, own.variances))]
      + found
  }
}
