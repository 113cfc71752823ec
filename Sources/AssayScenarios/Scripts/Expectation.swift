import AssayDiagnostics

/// Something that must be found.
public struct Expectation: Sendable, Hashable {
  /// What it is about.
  public enum Subject: Sendable, Hashable {
    /// A number of each agent, by its mean over the seeds.
    case metric(Metric, Bound)
    /// The success share of a goal: 0 for the uniform policy, 1 for the best there is.
    case goal(String, Bound)
    /// The expected amount of a goal's reward in an episode.
    case event(String, Bound)
    /// The share of discounted visits that a state has under the actor's policy, 0…1.
    case visits(String, Bound)
    /// What the critic says a state is worth, in reward units.
    case value(String, Bound)
    /// The goal the agents are after; or `none`, or `undecided`.
    case pursues(String)
    /// The diagnosis of all agents together.
    case diagnosis(String)
    /// A further thing that is wrong.
    case also(String)
    /// The verdict on a part.
    case verdict(VerdictPart, Verdict.Name)
    /// The share of agents that have a diagnosis.
    case share(diagnosis: String, Bound)
    /// How much larger a number is in the first arm than in the second.
    case difference(Metric, between: [String], Bound)
    /// That the numbers of two arms' agents are the same, bit for bit.
    case identical([String])
  }

  /// What an audit gives a verdict on.
  public enum VerdictPart: String, Sendable, Hashable, CaseIterable {
    case critic, actor, model, reward, discount, outcome
  }

  public var subject: Subject
  /// The label of the audit it is about; `nil` for the last.
  public var at: String?
  /// The arm it is about, where a sweep makes several; `nil` for each.
  public var arm: String?

  public init(_ subject: Subject, at: String? = nil, arm: String? = nil) {
    self.subject = subject
    self.at = at
    self.arm = arm
  }
}

/// What a number must be.
public struct Bound: Sendable, Hashable, Codable, CustomStringConvertible {
  /// The least it may be.
  public var low: Double?
  /// The most it may be.
  public var high: Double?
  /// Whether the limits themselves are too little or too much.
  public var isStrict: Bool

  public init(low: Double? = nil, high: Double? = nil, isStrict: Bool = false) {
    self.low = low
    self.high = high
    self.isStrict = isStrict
  }

  public static func atLeast(_ limit: Double) -> Bound { Bound(low: limit) }
  public static func atMost(_ limit: Double) -> Bound { Bound(high: limit) }
  public static func above(_ limit: Double) -> Bound { Bound(low: limit, isStrict: true) }
  public static func below(_ limit: Double) -> Bound { Bound(high: limit, isStrict: true) }
  public static func between(_ low: Double, _ high: Double) -> Bound { Bound(low: low, high: high) }

  public var description: String {
    switch (low, high) {
    case (let low?, let high?):
      "between \(Setting.number(low)) and \(Setting.number(high))"
    case (let low?, nil): "\(isStrict ? "above" : "at least") \(Setting.number(low))"
    case (nil, let high?): "\(isStrict ? "below" : "at most") \(Setting.number(high))"
    case (nil, nil): "anything"
    }
  }

  /// Whether one number is as it must be.
  public func contains(_ value: Double) -> Bool {
    guard !value.isNaN else { return false }
    return (low.map { isStrict ? value > $0 : value >= $0 } ?? true)
      && (high.map { isStrict ? value < $0 : value <= $0 } ?? true)
  }

  /// What an interval says: whether all of it is as it must be, none of it, or some.
  func outcome(of interval: Estimate) -> TestOutcome {
    if contains(interval.low), contains(interval.high) { return .passed }
    let isBelow = low.map { isStrict ? interval.high <= $0 : interval.high < $0 } ?? false
    let isAbove = high.map { isStrict ? interval.low >= $0 : interval.low > $0 } ?? false
    return isBelow || isAbove ? .failed : .inconclusive
  }
}

/// What became of an expectation.
public enum TestOutcome: String, Sendable, Hashable, Codable {
  case passed, failed, inconclusive
}
