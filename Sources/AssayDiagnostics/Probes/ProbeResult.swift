import Assay

/// What an agent showed that learned in a probe world.
public struct ProbeResult: Sendable, Hashable {
  /// What came of it.
  public enum Verdict: String, Sendable, Hashable, Codable {
    case passed
    case failed
    /// The probe asks a critic, and the agent has none.
    case notApplicable = "not applicable"
  }

  /// What was read off at one observation.
  public struct Reading: Sendable, Hashable {
    /// What was shown.
    public var observation: [Float]
    /// What the critic's claim is of, exactly: V, or Q of each action; empty without a critic.
    public var exact: [Double]
    /// What the critic says; empty without a critic.
    public var estimates: [Double]
    /// How much less the greedy action is paid than the best one.
    public var greedyShortfall: Double
    /// How much less the policy is paid than the best action, on average.
    public var policyShortfall: Double
    /// How much less choosing at random is paid.
    public var randomShortfall: Double

    public init(
      observation: [Float], exact: [Double], estimates: [Double], greedyShortfall: Double,
      policyShortfall: Double, randomShortfall: Double
    ) {
      self.observation = observation
      self.exact = exact
      self.estimates = estimates
      self.greedyShortfall = greedyShortfall
      self.policyShortfall = policyShortfall
      self.randomShortfall = randomShortfall
    }

    /// The largest distance of an estimate from what is exact; NaN where an estimate is.
    public var error: Double {
      zip(exact, estimates).reduce(0) { largest, pair in
        let distance = abs(pair.0 - pair.1)
        return distance.isNaN || largest.isNaN ? .nan : max(largest, distance)
      }
    }
  }

  /// What was asked.
  public var probe: Probe
  /// After how many environment steps.
  public var steps: Int
  /// What was read off.
  public var readings: [Reading]
  public var verdict: Verdict

  public init(probe: Probe, steps: Int, readings: [Reading], verdict: Verdict) {
    self.probe = probe
    self.steps = steps
    self.readings = readings
    self.verdict = verdict
  }

  /// How far from the truth, which is of size 1, a critic may be that passes.
  public static var valueTolerance: Double { 0.1 }
  /// How much less than the best the greedy action of an actor that passes may be paid.
  public static var greedyTolerance: Double { 0.1 }
  /// What share of the loss of choosing at random the policy of an actor that passes may lose.
  public static var policyTolerance: Double { 0.25 }
}

extension ProbeResult: CustomStringConvertible {
  public var description: String {
    let numbers = readings.map { reading in
      let place = "at \(reading.observation.map { "\($0)" }.joined(separator: ", "))"
      if probe.isOfValuesOnly {
        return "\(place): \(Self.text(reading.estimates)) for \(Self.text(reading.exact))"
      }
      return "\(place): the best less \(Self.text([reading.policyShortfall])), "
        + "at random \(Self.text([reading.randomShortfall]))"
    }
    if verdict == .notApplicable { return "\(probe.name) not applicable (no critic)" }
    let blame = verdict == .failed ? "; suspect \(probe.suspect.rawValue)" : ""
    return "\(probe.name) \(verdict.rawValue) (\(numbers.joined(separator: "; ")))\(blame)"
  }

  private static func text(_ numbers: [Double]) -> String {
    numbers.map { $0.isFinite ? "\(($0 * 1000).rounded() / 1000)" : "\($0)" }.joined(separator: ", ")
  }
}
