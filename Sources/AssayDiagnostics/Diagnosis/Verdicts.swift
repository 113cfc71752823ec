import Foundation

extension Verdict {
  /// Judges a measurement by its interval: healthy when all of it is within the tolerance, faulty when none
  /// of it is.
  init(
    _ measured: Estimate, tolerance: Double, healthy: String, faulty: String, open: String,
    wouldChange: String
  ) {
    let name: Name =
      measured.high <= tolerance ? .healthy : measured.low > tolerance ? .faulty : .inconclusive
    let statement =
      switch name {
      case .healthy: healthy
      case .faulty: faulty
      case .inconclusive: open
      }
    self.init(
      name: name, measured: measured, tolerance: tolerance, statement: statement, wouldChange: wouldChange)
  }

  static func critic(_ error: Estimate) -> Verdict {
    let found =
      "its error is \(percent(error)) of the range of values, against \(percent(Tolerances.criticError))"
    return Verdict(
      error, tolerance: Tolerances.criticError,
      healthy: "The critic approximates the value it claims: \(found).",
      faulty: "The critic does not approximate the value it claims: \(found).",
      open: "Whether the critic approximates the value it claims is open: \(found).",
      wouldChange: "a critic error on the other side of \(percent(Tolerances.criticError)) of the range")
  }

  /// Judges an actor.
  ///
  /// - Parameters:
  ///   - gap: the larger of its normalised gaps.
  ///   - isFixed: whether the actor claims to maximise nothing.
  ///   - isCriticFlat: whether the critic sees no difference between actions that can be chosen between.
  /// - Returns: healthy for a fixed policy, inconclusive for a flat critic, or else by the interval.
  static func actor(_ gap: Estimate, isFixed: Bool, isCriticFlat: Bool) -> Verdict {
    if isFixed {
      return Verdict(
        name: .healthy, measured: Estimate(mean: [0]), tolerance: Tolerances.actorGap,
        statement:
          "The actor is a fixed policy: it claims to maximise nothing, so there is nothing it falls short of.",
        wouldChange: "an actor that claims to maximise a critic")
    }
    if isCriticFlat {
      return Verdict(
        name: .inconclusive, measured: gap, tolerance: Tolerances.actorGap,
        statement:
          "The critic sees no difference between actions, so there is nothing for the actor to maximise.",
        wouldChange: "a critic that tells actions apart")
    }
    let found =
      "it gives up \(percent(gap)) of what choosing at random would, by the critic's own values, "
      + "against \(percent(Tolerances.actorGap))"
    return Verdict(
      gap, tolerance: Tolerances.actorGap, healthy: "The actor maximises the critic: \(found).",
      faulty: "The actor does not maximise the critic: \(found).",
      open: "Whether the actor maximises the critic is open: \(found).",
      wouldChange: "a normalised gap on the other side of \(percent(Tolerances.actorGap))")
  }

  static func model(_ error: Estimate) -> Verdict {
    let found =
      "the policy's value in the model is off by \(percent(error)) of the range, "
      + "against \(percent(Tolerances.modelError))"
    return Verdict(
      error, tolerance: Tolerances.modelError,
      healthy: "The model is right where the agent relies on it: \(found).",
      faulty: "The model is wrong where the agent relies on it: \(found).",
      open: "Whether the model is right where the agent relies on it is open: \(found).",
      wouldChange: "a value error on the other side of \(percent(Tolerances.modelError)) of the range")
  }

  /// Judges what the agent's policy loses of the training reward.
  static func outcome(_ regret: Estimate) -> Verdict {
    let found =
      "its policy loses \(percent(regret)) of what choosing at random loses, "
      + "against \(percent(Tolerances.returnRegret))"
    return Verdict(
      regret, tolerance: Tolerances.returnRegret,
      healthy: "The agent does as well as its reward allows: \(found).",
      faulty: "The agent does not do as well as its reward allows: \(found).",
      open: "Whether the agent does as well as its reward allows is open: \(found).",
      wouldChange: "a regret on the other side of \(percent(Tolerances.returnRegret))")
  }

  static func discount(regret: Double, trained: Double, judged: Double) -> Verdict {
    let found =
      trained == judged
      ? "both are \(judged)"
      : "what is best at \(number(trained)) loses \(percent(regret)) at \(number(judged)), against "
        + percent(Tolerances.rewardRegret)
    return Verdict(
      Estimate(mean: [regret]), tolerance: Tolerances.rewardRegret,
      healthy: "The agent is trained at a discount that asks for what it is judged by: \(found).",
      faulty:
        "The agent is trained at another discount than it is judged at, and another policy is best: \(found).",
      open: "Whether the discount matters is open: \(found).",
      wouldChange: "a discount of training at which the same policy is best")
  }

  static func reward(regret: Double) -> Verdict {
    let found =
      "its best policy loses \(percent(regret)) of what choosing at random loses, "
      + "against \(percent(Tolerances.rewardRegret))"
    return Verdict(
      Estimate(mean: [regret]), tolerance: Tolerances.rewardRegret,
      healthy: "The training reward asks for what the designer wanted: \(found).",
      faulty: "The training reward does not ask for what the designer wanted: \(found).",
      open: "Whether the training reward asks for what the designer wanted is open: \(found).",
      wouldChange: "a training reward whose best policy also performs well")
  }
}

/// A number for people.
func number(_ value: Double) -> String {
  value.isFinite ? String(format: abs(value) >= 1e5 ? "%.2e" : "%.4g", value) : "infinity"
}

/// A share for people: `3.2%`, with the interval where there is one.
func percent(_ estimate: Estimate) -> String {
  let (low, high) = (percent(estimate.low), percent(estimate.high))
  return low == high ? percent(estimate.estimate) : "\(percent(estimate.estimate)) (\(low) to \(high))"
}

func percent(_ share: Double) -> String {
  guard share.isFinite else { return share.isNaN ? "an unknown share" : share > 0 ? "∞%" : "−∞%" }
  let value = share * 100
  if abs(value) < 1e-6 { return "0%" }
  if abs(value) < 0.01 { return "\(value < 0 ? "−" : "")under 0.01%" }
  let digits = abs(value) >= 100 ? 0 : abs(value) >= 10 ? 1 : 2
  let text = String(format: "%.\(digits)f", abs(value))
  return (value < 0 ? "−" : "") + text + "%"
}
