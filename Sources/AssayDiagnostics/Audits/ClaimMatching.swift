import Assay
import AssayPlanning
import Foundation

/// Which claim does the critic in fact match? One agent, at the end of training.
///
/// Compares Q̂ (or V̂) with the truth of other claims, on the visited states with all actions alike, as √
/// mean square in shares of the range. The truth is that of the world or, for a critic that may have been
/// trained in a model, that of the model: there the model's errors do not blur which claim it is.
struct ClaimMatching {
  struct Match: Sendable {
    var claim: String
    var diagnosis: String
    var error: Double
    /// Whether a number was fitted to make it match.
    var isFitted = false
  }

  let reading: PartsReading
  /// The world whose truth is compared with.
  let process: FiniteMDP
  let range: Double
  let timeLimit: Int?
  private let weights: [Double]
  private let learned: [Double]

  init(_ reading: PartsReading, in process: FiniteMDP, range: Double, timeLimit: Int?, visits: [Double]) {
    self.reading = reading
    self.process = process
    self.range = range
    self.timeLimit = timeLimit
    if let values = reading.stateValues {
      learned = values
      weights = visits
    } else {
      let uniform = process.uniformPolicy
      learned = reading.actionValues
      weights = uniform.probabilities.indices.map {
        visits[$0 / uniform.actionCount] * uniform.probabilities[$0]
      }
    }
  }

  /// All matches, the claim itself first, then the others by error.
  ///
  /// - Parameter earlierPolicies: the actor's policies at earlier steps.
  /// - Returns: the claim itself, then the other claims.
  /// - Throws: ``PlanningError`` at discount 1, when a policy may never end.
  func matches(earlierPolicies: [(step: Int, policy: PolicyTable)]) throws(PlanningError) -> [Match] {
    let claim = reading.claim
    let own = try values(of: claim)
    var others: [Match] = []
    others.append(try bestDiscount())
    if let match = bestScale(of: own, diagnosis: "critic-scaled-reward") { others.append(match) }
    var opposite = claim
    opposite.rewardScale = -claim.rewardScale
    if let match = bestScale(of: try values(of: opposite), sign: -1, diagnosis: "critic-wrong-sign") {
      others.append(match)
    }
    if !claim.bootstrapsInPlace {
      var late = claim
      late.bootstrapsInPlace = true
      if let values = try? values(of: late) {
        others.append(
          Match(
            claim: "\(symbol) as if each step led back to its own state", diagnosis: "critic-off-by-one",
            error: error(against: values)))
      }
    }
    if process.hasTerminals, let match = try? withEndings(.terminationIgnored) { others.append(match) }
    if timeLimit != nil, let match = try? withEndings(.truncationTerminates) { others.append(match) }
    let alternatives: [(Claim.PolicyReference, String)] = [
      (.uniform, "the uniform policy"), (.optimal, "the optimal policy"),
      (.behaviour, "the behaviour policy"),
      (.part("actor"), "the actor's policy"),
    ]
    for (policy, name) in alternatives where !refersToSamePolicy(policy, claim.policy) {
      var other = claim
      other.policy = policy
      others.append(
        Match(
          claim: "\(symbol) of \(name)", diagnosis: "critic-other-policy",
          error: error(against: try values(of: other))))
    }
    if case .part = claim.policy, let match = try bestEarlierPolicy(earlierPolicies) { others.append(match) }
    others.sort { ($0.error, $0.claim) < ($1.error, $1.claim) }
    return [Match(claim: claim.description, diagnosis: "healthy", error: error(against: own))] + others
  }

  /// The claim with endings taken for what they are not.
  private func withEndings(_ endings: Claim.EndingTreatment) throws(PlanningError) -> Match {
    var other = reading.claim
    other.endings = endings
    let isIgnored = endings == .terminationIgnored
    return Match(
      claim: isIgnored
        ? "\(symbol) as if each episode went on with the next"
        : "\(symbol) as if the limit of \(timeLimit ?? 0) steps were an end",
      diagnosis: isIgnored ? "critic-termination-ignored" : "critic-truncation-terminal",
      error: error(against: try values(of: other)))
  }

  private var symbol: String { reading.stateValues == nil ? "Q" : "V" }

  private func refersToSamePolicy(_ left: Claim.PolicyReference, _ right: Claim.PolicyReference) -> Bool {
    if case .part = left, case .part = right { return true }
    return left == right
  }

  private func values(of claim: Claim) throws(PlanningError) -> [Double] {
    let claimTruth = try ClaimTruth(
      of: claim, process: process, actorPolicy: reading.policy, behaviour: reading.behaviour,
      timeLimit: timeLimit)
    return reading.stateValues == nil ? claimTruth.actionValues : claimTruth.stateValues
  }

  private func error(against values: [Double]) -> Double {
    let differences = learned.indices.map { weights[$0] > 0 ? learned[$0] - values[$0] : 0 }
    return differences.rootMeanSquare(weights: weights) / range
  }

  /// The discount that fits best, sought over the horizon 1/(1 − γ) on a logarithmic scale.
  private func bestDiscount() throws(PlanningError) -> Match {
    let claimed = reading.claim.discount
    let longest = claimed < 1 ? 8 / (1 - claimed) : 1000
    func error(atLogHorizon logHorizon: Double) throws(PlanningError) -> Double {
      var other = reading.claim
      other.discount = 1 - exp(-logHorizon)
      return self.error(against: try values(of: other))
    }
    let count = 24
    let top = log(longest)
    // The claimed discount itself is no alternative: leave a gap of a tenth of a horizon around it.
    let claimedLog = claimed < 1 ? -log(1 - claimed) : .infinity
    let candidates = (0...count).map { top * Double($0) / Double(count) }.filter {
      abs($0 - claimedLog) > 0.1
    }
    var best = (horizon: 0.0, error: Double.infinity)
    for candidate in candidates {
      let value = try error(atLogHorizon: candidate)
      if value < best.error { best = (candidate, value) }
    }
    var step = top / Double(count)
    while step > 1e-3 {
      for candidate in [best.horizon - step, best.horizon + step]
      where candidate >= 0 && abs(candidate - claimedLog) > 0.1 {
        let value = try error(atLogHorizon: candidate)
        if value < best.error { best = (candidate, value) }
      }
      step /= 2
    }
    let discount = 1 - exp(-best.horizon)
    return Match(
      claim: "\(symbol) at discount \(String(format: "%.3f", discount)), not \(claimed)",
      diagnosis: "critic-wrong-discount", error: best.error, isFitted: true)
  }

  /// A smaller factor on rewards is none.
  private static let smallestScale = 0.02

  /// The factor on rewards that fits best, by least squares.
  private func bestScale(of own: [Double], sign: Double = 1, diagnosis: String) -> Match? {
    var (cross, square) = (0.0, 0.0)
    for index in learned.indices where weights[index] > 0 {
      cross += weights[index] * learned[index] * own[index]
      square += weights[index] * own[index] * own[index]
    }
    // A factor below zero is no scale but another sign, and is sought as that.
    var scale = square > 0 ? cross / square : 1
    // A critic that says nothing at all is no multiple of anything.
    guard scale > Self.smallestScale else { return nil }
    // Nor is one that is nearly the claimed one: where values are large beside their range, a few thousandths of them
    // would pass for any error of the mean.
    if sign > 0, abs(scale - 1) < 0.1 { scale = scale < 1 ? 0.9 : 1.1 }
    return Match(
      claim: "\(symbol) of the reward × \(String(format: "%.3f", sign * scale))", diagnosis: diagnosis,
      error: error(against: own.map { $0 == -.infinity ? $0 : scale * $0 }), isFitted: true)
  }

  private func bestEarlierPolicy(
    _ earlier: [(step: Int, policy: PolicyTable)]
  ) throws(PlanningError) -> Match? {
    var best: Match?
    for (step, policy) in earlier where policy != reading.policy && policy != process.uniformPolicy {
      let values = try ClaimTruth(
        policy: policy, process: process, discount: reading.claim.discount,
        rewardScale: reading.claim.rewardScale)
      let found = error(against: reading.stateValues == nil ? values.actionValues : values.stateValues)
      if found < best?.error ?? .infinity {
        best = Match(
          claim: "\(symbol) of the policy the actor had at step \(step)", diagnosis: "critic-frozen",
          error: found)
      }
    }
    return best
  }
}
