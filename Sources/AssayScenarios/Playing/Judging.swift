import AssayDiagnostics
import Foundation

/// Compares what was measured with what must be found.
struct Judge {
  let plan: ScenarioPlan
  let arms: [ScenarioResult.ArmResult]

  func finding(_ planned: ScenarioPlan.Planned) -> ScenarioResult.Finding {
    let places = planned.places.map { arms[$0.arm].moments[$0.moment] }
    let (outcome, measured, statement) = judge(planned.expectation.subject, places, planned.places)
    var finding = ScenarioResult.Finding(
      expectation: planned.expectation.subject.description,
      arm: planned.places.map { arms[$0.arm].name }.joined(separator: ", "), at: places[0].label,
      outcome: outcome, measured: measured, bound: planned.expectation.subject.bound, statement: statement,
      line: planned.line)
    // What a stopped agent measured last says little about where it would have been.
    let stopped = places.reduce(0) { $0 + $1.stopped }
    if stopped > 0, planned.expectation.subject.isNumber {
      let total = places.reduce(0) { $0 + $1.agents.count }
      finding.statement += " \(stopped) of \(total) agents had stopped at a number that is not finite."
      if finding.outcome == .passed { finding.outcome = .inconclusive }
    }
    return finding
  }

  private typealias Judgement = (outcome: TestOutcome, measured: Estimate?, statement: String)

  private func judge(
    _ subject: Expectation.Subject, _ places: [ScenarioResult.MomentResult],
    _ indices: [(arm: Int, moment: Int)]
  ) -> Judgement {
    let place = places[0]
    switch subject {
    case .metric(let metric, let bound):
      return judge(values(of: metric, at: place), bound, of: place.agents.count)
    case .goal(let name, let bound):
      return judge(
        place.agents.map { $0.goals?.hypotheses.first { $0.name == name }?.success ?? nil }, bound,
        of: place.agents.count)
    case .event(let name, let bound):
      return judge(
        place.agents.map { $0.goals?.hypotheses.first { $0.name == name }?.eventRate }, bound,
        of: place.agents.count)
    case .pursues(let name):
      return vote(
        for: name, among: place.agents.map { $0.goals?.name ?? GoalFindings.undecided },
        open: GoalFindings.undecided)
    case .diagnosis(let name):
      let share = Estimate(
        share: place.report?.agents.count { $0.diagnosis == name } ?? 0, of: place.agents.count)
      guard let diagnosis = place.report?.diagnosis else { return (.failed, nil, "Nothing was diagnosed.") }
      let statement =
        "The diagnosis is \(diagnosis.name); \(tally(place.report?.agents.map(\.diagnosis) ?? []))."
      let isOpen = diagnosis.name == DiagnosisName.inconclusive.rawValue
      return (diagnosis.name == name ? .passed : isOpen ? .inconclusive : .failed, share, statement)
    case .also(let name):
      guard let report = place.report else { return (.failed, nil, "Nothing was diagnosed.") }
      let share = Estimate(
        share: report.agents.count { $0.also.contains(name) || $0.diagnosis == name }, of: report.agents.count
      )
      let isThere = report.diagnosis.also.contains(name)
      let isOpen = report.diagnosis.name == DiagnosisName.inconclusive.rawValue
      let found = report.diagnosis.also.isEmpty ? "nothing" : report.diagnosis.also.joined(separator: ", ")
      return (
        isThere ? .passed : isOpen ? .inconclusive : .failed, share,
        "The diagnosis is \(report.diagnosis.name), and besides \(found)."
      )
    case .verdict(let part, let name):
      guard let verdict = place.report?.verdict(on: part) else {
        return (.failed, nil, "There is no verdict on the \(part.rawValue).")
      }
      return (
        verdict.name == name ? .passed : verdict.name == .inconclusive ? .inconclusive : .failed,
        verdict.measured,
        verdict.statement
      )
    case .share(let name, let bound):
      let diagnoses = place.report?.agents.map(\.diagnosis) ?? []
      let share = Estimate(share: diagnoses.count { $0 == name }, of: max(1, diagnoses.count))
      return (bound.outcome(of: share), share, "\(sentence(tally(diagnoses))).")
    case .difference(let metric, _, let bound):
      let (first, second) = (values(of: metric, at: places[0]), values(of: metric, at: places[1]))
      guard !first.contains(where: { $0 == nil }), !second.contains(where: { $0 == nil }) else {
        return (.failed, nil, "Some agents have no \(metric.rawValue).")
      }
      let isPaired = plan.arms[indices[0].arm].seeds == plan.arms[indices[1].arm].seeds
      guard
        let difference = Self.difference(
          first.compactMap(\.self), second.compactMap(\.self), isPaired: isPaired)
      else { return (.inconclusive, nil, "One agent in an arm is too few for an interval.") }
      return (
        bound.outcome(of: difference), difference,
        "\(Self.text(difference)) (\(isPaired ? "paired by seed" : "Welch"))."
      )
    case .identical:
      let same = zip(places[0].agents, places[1].agents).count { $0.digests == $1.digests }
      let share = Estimate(share: same, of: max(1, places[0].agents.count))
      return (
        same == places[0].agents.count && same == places[1].agents.count ? .passed : .failed, share,
        "\(same) of \(places[0].agents.count) pairs of agents have the same bits."
      )
    }
  }

  private func values(of metric: Metric, at place: ScenarioResult.MomentResult) -> [Double?] {
    place.agents.map { agent in
      switch metric {
      case .return: agent.performance
      case .capability: agent.goals?.capability ?? nil
      default: agent.report.flatMap(metric.value)
      }
    }
  }

  private func judge(_ values: [Double?], _ bound: Bound, of count: Int) -> Judgement {
    let known = values.compactMap(\.self)
    guard known.count == count, known.allSatisfy(\.isFinite) else {
      return (
        .failed, nil, "\(count - known.count(where: \.isFinite)) of \(count) agents have no such number."
      )
    }
    let estimate = Estimate(mean: known)
    return (bound.outcome(of: estimate), estimate, "\(Self.text(estimate)).")
  }

  /// Whether agents agree on an answer: all of them, or so many that it is beyond doubt that most do.
  private func vote(for name: String, among answers: [String], open: String) -> Judgement {
    func isAnswer(_ answer: String) -> Bool {
      let count = answers.count { $0 == answer }
      return count == answers.count || Estimate(share: count, of: answers.count).low > 0.5
    }
    let share = Estimate(share: answers.count { $0 == name }, of: answers.count)
    let winner = Set(answers).sorted().first(where: isAnswer)
    let outcome: TestOutcome =
      winner == name ? .passed : winner == nil || winner == open ? .inconclusive : .failed
    return (outcome, share, "\(sentence(tally(answers))).")
  }

  /// How much larger the first values are: paired, or by Welch's interval; `nil` where one value is too few.
  ///
  /// - SeeAlso: Welch (1947), *The generalization of Student's problem when several different population variances
  ///   are involved*.
  static func difference(_ first: [Double], _ second: [Double], isPaired: Bool) -> Estimate? {
    if isPaired, first.count == second.count { return Estimate(mean: zip(first, second).map { $0 - $1 }) }
    guard first.count > 1, second.count > 1 else { return nil }
    func moments(_ values: [Double]) -> (mean: Double, error: Double) {
      let count = Double(values.count)
      let mean = values.reduce(0, +) / count
      let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1)
      return (mean, variance / count)
    }
    let (a, b) = (moments(first), moments(second))
    let mean = a.mean - b.mean
    let error = a.error + b.error
    guard error > 0 else {
      return Estimate(estimate: mean, low: mean, high: mean, count: first.count + second.count)
    }
    let degrees =
      error * error
      / (a.error * a.error / Double(first.count - 1) + b.error * b.error / Double(second.count - 1))
    let halfWidth = quantile(degrees: max(1, Int(degrees))) * error.squareRoot()
    return Estimate(
      estimate: mean, low: mean - halfWidth, high: mean + halfWidth, count: first.count + second.count)
  }

  /// The 97.5% point of Student's t, read off the interval of a mean whose standard error is known; fewer degrees of
  /// freedom than there are make it wider, never narrower.
  private static func quantile(degrees: Int) -> Double {
    let count = min(degrees, 1000) + 1
    let values = (0..<count).map { $0 == 0 ? 1.0 : 0 }
    let interval = Estimate(mean: values)
    // One value is 1 and n − 1 are 0: the variance of their mean is 1/n².
    return (interval.high - interval.estimate) * Double(count)
  }

  /// `3 of 4 agents: healthy; 1 of 4 agents: critic-frozen`.
  private func tally(_ answers: [String]) -> String {
    let counts = Dictionary(answers.map { ($0, 1) }, uniquingKeysWith: +)
    return counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
      .map { "\($0.value) of \(answers.count) agents: \($0.key)" }.joined(separator: "; ")
  }

  private func sentence(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() }

  /// `0.412, from 0.405 to 0.419 over 10 agents`.
  static func text(_ estimate: Estimate) -> String {
    let value = number(estimate.estimate)
    guard estimate.count > 1 else { return value }
    return "\(value), from \(number(estimate.low)) to \(number(estimate.high)) over \(estimate.count) agents"
  }

  /// Four significant digits, without zeros at the end.
  static func number(_ value: Double) -> String {
    value == 0 ? "0" : String(format: "%.4g", value)
  }
}

extension AuditReport {
  fileprivate func verdict(on part: Expectation.VerdictPart) -> Verdict? {
    switch part {
    case .critic: critic?.verdict
    case .actor: actor.verdict
    case .model: model?.verdict
    case .reward: reward.verdict
    case .discount: discount.verdict
    case .outcome: outcome?.verdict
    }
  }
}

extension Expectation.Subject: CustomStringConvertible {
  /// What must be found, in words.
  public var description: String {
    switch self {
    case .metric(let metric, let bound): "\(metric.rawValue) \(bound)"
    case .goal(let name, let bound): "success at goal \(name) \(bound)"
    case .event(let name, let bound): "event \(name) \(bound) an episode"
    case .pursues(let name): "pursues \(name)"
    case .diagnosis(let name): "diagnosis \(name)"
    case .also(let name): "also \(name)"
    case .verdict(let part, let name): "verdict on the \(part.rawValue): \(name.rawValue)"
    case .share(let name, let bound): "share of agents with diagnosis \(name) \(bound)"
    case .difference(let metric, let arms, let bound):
      "\(metric.rawValue) of \(arms.first ?? "") minus that of \(arms.last ?? "") \(bound)"
    case .identical(let arms): "\(arms.joined(separator: " and ")) identical to the last bit"
    }
  }

  /// What a number must be; `nil` for what is no number.
  var bound: Bound? {
    switch self {
    case .metric(_, let bound), .goal(_, let bound), .event(_, let bound), .share(_, let bound),
      .difference(_, _, let bound):
      bound
    case .pursues, .diagnosis, .also, .verdict, .identical: nil
    }
  }

  /// Whether it is about a number of the agents, which must have been measured to the end.
  fileprivate var isNumber: Bool {
    switch self {
    case .metric, .goal, .event, .difference: true
    case .pursues, .diagnosis, .also, .verdict, .share, .identical: false
    }
  }
}
