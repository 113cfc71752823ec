import Assay
import AssayDiagnostics
import AssayEnvironments
import AssayPlanning
import Foundation

extension Catalogue {
  /// Checks a scenario against what there is.
  ///
  /// - Parameter scenario: read or written in Swift.
  /// - Throws: ``ScriptError`` with everything that is wrong with it.
  /// - Returns: the scenario, ready to run.
  public func plan(_ scenario: Scenario) throws(ScriptError) -> ScenarioPlan {
    var checker = ScenarioChecker(catalogue: self, scenario: scenario)
    let plan = checker.plan()
    guard let plan, checker.problems.isEmpty else {
      throw ScriptError(
        problems: checker.problems.map {
          var problem = $0
          problem.scenario = scenario.name
          return problem
        })
    }
    return plan
  }

  /// Reads and checks every scenario of a file.
  ///
  /// - Parameters:
  ///   - data: the file: YAML, one document for each scenario.
  ///   - file: what it is called.
  /// - Throws: ``ScriptError`` with everything that is wrong with it, in the order of lines.
  /// - Returns: the scenarios, ready to run.
  public func plans(yaml data: Data, from file: String) throws(ScriptError) -> [ScenarioPlan] {
    let (scenarios, problems) = ScenarioParser.read(data)
    var all = problems
    var plans: [ScenarioPlan] = []
    var names: [String: Int?] = [:]
    for read in scenarios {
      var checker = ScenarioChecker(catalogue: self, scenario: read.scenario, read: read)
      if let plan = checker.plan() { plans.append(plan) }
      let name = read.scenario.name
      if names.keys.contains(name), !name.isEmpty {
        var problem = ScriptProblem(
          "scenario", name, allowed: "a name that no other scenario of the file has")
        problem.line = read.lines["scenario"]
        all.append(problem)
      }
      names[name] = read.line
      all += checker.problems
    }
    var seen: Set<ScriptProblem> = []
    all = all.filter { seen.insert($0).inserted }
      .enumerated().sorted { ($0.element.line ?? 0, $0.offset) < ($1.element.line ?? 0, $1.offset) }.map(
        \.element)
    guard all.isEmpty else {
      throw ScriptError(
        problems: all.map {
          var problem = $0
          problem.file = file
          return problem
        })
    }
    return plans
  }
}

/// Checks one scenario, and finds everything that is wrong with it.
struct ScenarioChecker {
  let catalogue: Catalogue
  let scenario: Scenario
  private(set) var problems: [ScriptProblem] = []
  private let lines: [String: Int]
  private let broken: Set<String>

  /// The most arms a scenario may have.
  static let mostArms = 100
  /// The most events a script may come to, repetitions written out.
  static let mostEvents = 10_000
  /// The most environment steps an agent may take.
  static let mostSteps = 1_000_000_000

  init(catalogue: Catalogue, scenario: Scenario, read: ReadScenario? = nil) {
    self.catalogue = catalogue
    self.scenario = scenario
    lines = read?.lines ?? [:]
    broken = read?.broken ?? []
  }

  /// The plan, as far as there is one.
  mutating func plan() -> ScenarioPlan? {
    if scenario.name.isEmpty { fail("scenario", nil, allowed: "a name") }
    if scenario.claim.isEmpty { fail("claim", nil, allowed: "a sentence") }
    if !(1...10_000).contains(scenario.seeds.count) {
      fail("seeds", "\(scenario.seeds.count)", allowed: "1 to 10000")
    }
    let drafts = drafts()
    guard drafts.count <= Self.mostArms else {
      fail("sweep", "\(drafts.count) arms", allowed: "at most \(Self.mostArms)")
      return nil
    }
    var names: Set<String> = []
    for draft in drafts where !names.insert(draft.name).inserted {
      fail(draft.nameField, draft.name, allowed: "a name that no other arm has")
    }
    let arms = drafts.map { arm($0) }
    var planned: [ScenarioPlan.Planned] = []
    let known = drafts.map(\.name)
    for (index, expectation) in scenario.expectations.enumerated() {
      let own = drafts.indices.filter { drafts[$0].control == nil }
      planned += check(expectation, at: "expect[\(index)]", own: own, arms: arms, names: known)
    }
    for (number, control) in scenario.controls.enumerated() {
      let own = drafts.indices.filter { drafts[$0].control == number }
      for (index, expectation) in control.expectations.enumerated() {
        planned += check(
          expectation, at: "controls[\(number)].expect[\(index)]", own: own, arms: arms, names: known)
      }
    }
    if scenario.expectations.isEmpty, scenario.controls.allSatisfy(\.expectations.isEmpty) {
      fail("expect", "empty", allowed: "a list of expectations")
    }
    let complete = arms.compactMap(\.self)
    guard complete.count == arms.count, problems.isEmpty, broken.isEmpty else { return nil }
    return ScenarioPlan(scenario: scenario, arms: complete, expectations: planned)
  }

  // MARK: Problems

  mutating func fail(_ problem: ScriptProblem) {
    // What could not be read is told already, and whatever follows from it would be noise.
    let isToldAlready = broken.contains {
      $0.isEmpty || problem.field == $0 || problem.field.hasPrefix($0 + ".")
        || problem.field.hasPrefix($0 + "[")
    }
    guard !isToldAlready else { return }
    var problem = problem
    problem.line = line(of: problem.field)
    if !problems.contains(problem) { problems.append(problem) }
  }

  mutating func fail(_ field: String, _ value: String?, allowed: String, suggestion: String? = nil) {
    fail(ScriptProblem(field, value, allowed: allowed, suggestion: suggestion))
  }

  /// The line of a field, or of the nearest one around it.
  private func line(of field: String) -> Int? {
    var path = field
    while true {
      if let line = lines[path] { return line }
      guard let end = path.lastIndex(where: { $0 == "." || $0 == "[" }) else { return lines[""] }
      path = String(path[..<end])
    }
  }

  /// Whether a field, and everything in it, could be read.
  private func isWhole(_ field: String) -> Bool { !broken.contains { $0 == field || $0.hasPrefix(field) } }

  // MARK: Arms

  /// An arm before its names are looked up.
  private struct Draft {
    var name: String
    var nameField: String
    /// Its place among the controls; `nil` for the main arm and those of the sweep.
    var control: Int?
    var environment: Scenario.Named
    var agent: Scenario.Named
    var script: [ScriptStep]
    var seeds: Scenario.SeedRange
    /// Where each of these stands.
    var environmentField = "environment"
    var environmentNameField = "environment.name"
    var agentNameField = "agent.name"
    var agentField = "agent"
    var scriptField = "script"
    /// Settings that come from the sweep, and where they stand.
    var swept: [String: String] = [:]
  }

  private mutating func drafts() -> [Draft] {
    let main = Draft(
      name: "main", nameField: "scenario", environment: scenario.environment, agent: scenario.agent,
      script: scenario.script, seeds: scenario.seeds)
    var drafts = [main]
    for sweep in scenario.sweep {
      let field = "sweep.\(sweep.owner.rawValue).\(sweep.variable)"
      if sweep.values.isEmpty { fail(field, "empty", allowed: "a list of values") }
      if Set(sweep.values).count < sweep.values.count {
        fail(field, sweep.values.map(\.description).joined(separator: ", "), allowed: "each value once")
      }
      guard drafts.count * max(1, sweep.values.count) <= 10 * Self.mostArms else {
        fail("sweep", "more than \(Self.mostArms) arms", allowed: "at most \(Self.mostArms)")
        return [main]
      }
      drafts = drafts.flatMap { draft in
        sweep.values.enumerated().map { index, value in
          var arm = draft
          let name = "\(sweep.variable)=\(value)"
          arm.name = draft.name == "main" ? name : "\(draft.name), \(name)"
          arm.nameField = field
          arm.swept["\(sweep.owner.rawValue).\(sweep.variable)"] = "\(field)[\(index)]"
          switch sweep.owner {
          case .environment: arm.environment.settings[sweep.variable] = value
          case .agent: arm.agent.settings[sweep.variable] = value
          }
          return arm
        }
      }
    }
    for (index, control) in scenario.controls.enumerated() {
      var arm = main
      let field = "controls[\(index)]"
      arm.name = control.name ?? "control \(index + 1)"
      arm.nameField = "\(field).name"
      arm.control = index
      if let environment = control.environment {
        arm.environment = Self.merged(arm.environment, environment)
        arm.environmentField = "\(field).environment"
        if !environment.name.isEmpty { arm.environmentNameField = "\(field).environment.name" }
      }
      if let agent = control.agent {
        arm.agent = Self.merged(arm.agent, agent)
        arm.agentField = "\(field).agent"
        if !agent.name.isEmpty { arm.agentNameField = "\(field).agent.name" }
      }
      if let script = control.script {
        arm.script = script
        arm.scriptField = "\(field).script"
      }
      if let seeds = control.seeds {
        arm.seeds = seeds
        if !(1...10_000).contains(seeds.count) {
          fail("\(field).seeds", "\(seeds.count)", allowed: "1 to 10000")
        }
      }
      drafts.append(arm)
    }
    return drafts
  }

  /// Other settings of the same, or something else.
  private static func merged(_ base: Scenario.Named, _ other: Scenario.Named) -> Scenario.Named {
    guard other.name.isEmpty || other.name == base.name else { return other }
    return Scenario.Named(base.name, base.settings.merging(other.settings) { $1 })
  }

  private mutating func arm(_ draft: Draft) -> ScenarioPlan.Arm? {
    let environment = catalogue.environments.first { $0.name == draft.environment.name }
    if environment == nil {
      fail(
        ScriptProblem(
          draft.environmentNameField, unknown: draft.environment.name, of: "environment",
          known: catalogue.environments.map(\.name)))
    }
    let agent = catalogue.agents.first { $0.name == draft.agent.name }
    if agent == nil {
      fail(
        ScriptProblem(
          draft.agentNameField, unknown: draft.agent.name, of: "agent", known: catalogue.agents.map(\.name)))
    }
    var (good, goodOfAgent) = (draft.environment.settings, draft.agent.settings)
    if let environment {
      good = check(
        draft.environment.settings, of: environment.name, environment.variables, at: draft.environmentField,
        swept: draft.swept, owner: "environment")
    }
    if let agent {
      goodOfAgent = check(
        draft.agent.settings, of: agent.name, agent.variables, at: draft.agentField, swept: draft.swept,
        owner: "agent")
    }
    var script = ScriptChecker(
      environment: environment, agent: agent, field: draft.scriptField, isWhole: isWhole(draft.scriptField),
      broken: broken)
    script.start(in: good, settings: goodOfAgent)
    script.check(draft.script)
    for problem in script.problems {
      fail(problem.field.isEmpty ? problem.at(draft.environmentField) : problem)
    }
    return script.arm(name: draft.name, seeds: draft.seeds.seeds)
  }

  /// Those settings that there are, with a value they may have.
  private mutating func check(
    _ settings: Settings, of name: String, _ variables: [Variable], at field: String, swept: [String: String],
    owner: String
  ) -> Settings {
    var good = settings
    for (key, value) in settings.sorted(by: { $0.key < $1.key }) {
      let place = swept["\(owner).\(key)"] ?? "\(field).\(key)"
      if let problem = variables.problem(with: key, value, of: name, at: place) {
        fail(problem)
        good[key] = nil
      }
    }
    return good
  }

  // MARK: Expectations

  private mutating func check(
    _ expectation: Expectation, at field: String, own: [Int], arms: [ScenarioPlan.Arm?], names: [String]
  ) -> [ScenarioPlan.Planned] {
    guard isWhole(field) else { return [] }
    var own = own
    if let name = expectation.arm {
      guard let index = names.firstIndex(of: name) else {
        fail(ScriptProblem("\(field).arm", unknown: name, of: "arm", known: names))
        return []
      }
      own = [index]
    }
    let line = line(of: field)
    switch expectation.subject {
    case .difference(let metric, let pair, let bound):
      check(bound, range: -Double.infinity...Double.infinity, at: "\(field).difference")
      return compared(
        pair, metric: metric, expectation, at: field, key: "difference.between", arms, names, line)
    case .identical(let pair):
      return compared(pair, metric: nil, expectation, at: field, key: "identical", arms, names, line)
    default: break
    }
    check(expectation.subject, at: field)
    return own.flatMap { index -> [ScenarioPlan.Planned] in
      guard let arm = arms[index], let moment = moment(of: arm, expectation, at: field),
        check(expectation.subject, in: arm, at: arm.moments[moment], field: field)
      else { return [] }
      return [.init(expectation: expectation, places: [(index, moment)], line: line)]
    }
  }

  /// What must be two arms.
  private mutating func compared(
    _ pair: [String], metric: Metric?, _ expectation: Expectation, at field: String, key: String,
    _ arms: [ScenarioPlan.Arm?], _ names: [String], _ line: Int?
  ) -> [ScenarioPlan.Planned] {
    guard pair.count == 2, pair[0] != pair[1] else {
      fail("\(field).\(key)", pair.joined(separator: ", "), allowed: "two different arms")
      return []
    }
    var places: [(arm: Int, moment: Int)] = []
    for (position, name) in pair.enumerated() {
      guard let index = names.firstIndex(of: name) else {
        fail(ScriptProblem("\(field).\(key)[\(position)]", unknown: name, of: "arm", known: names))
        continue
      }
      guard let arm = arms[index], let moment = moment(of: arm, expectation, at: field) else { continue }
      if let metric {
        _ = check(.metric(metric, Bound()), in: arm, at: arm.moments[moment], field: field)
      }
      places.append((index, moment))
    }
    guard places.count == 2 else { return [] }
    if metric == nil, arms[places[0].arm]?.seeds != arms[places[1].arm]?.seeds {
      fail("\(field).\(key)", "arms with different seeds", allowed: "two arms with the same seeds")
    }
    return [.init(expectation: expectation, places: places, line: line)]
  }

  /// The moment an expectation is about: the last audit, unless it says which.
  private mutating func moment(
    of arm: ScenarioPlan.Arm, _ expectation: Expectation, at field: String
  ) -> Int? {
    guard let label = expectation.at else { return arm.moments.lastIndex { !$0.isEvaluation } }
    if let index = arm.moments.lastIndex(where: { $0.label == label || $0.base == label }) { return index }
    fail(ScriptProblem("\(field).at", unknown: label, of: "audit", known: arm.labels))
    return nil
  }

  /// Checks what an expectation says of whatever agent.
  private mutating func check(_ subject: Expectation.Subject, at field: String) {
    func diagnosis(_ name: String, _ key: String) {
      let known = DiagnosisName.allCases.map(\.rawValue)
      if !known.contains(name) {
        fail(ScriptProblem("\(field).\(key)", unknown: name, of: "diagnosis", known: known))
      }
    }
    switch subject {
    case .metric(let metric, let bound): check(bound, range: metric.range, at: "\(field).\(metric.rawValue)")
    case .goal(let name, let bound): check(bound, range: -Double.infinity...1, at: "\(field).goal.\(name)")
    case .event(let name, let bound):
      check(bound, range: -Double.infinity...Double.infinity, at: "\(field).event.\(name)")
    case .visits(let name, let bound): check(bound, range: 0...1, at: "\(field).visits.\(name)")
    case .value(let name, let bound):
      check(bound, range: -Double.infinity...Double.infinity, at: "\(field).value.\(name)")
    case .share(let name, let bound):
      diagnosis(name, "share.diagnosis")
      check(bound, range: 0...1, at: "\(field).share")
    case .diagnosis(let name): diagnosis(name, "diagnosis")
    case .also(let name): diagnosis(name, "also")
    case .pursues, .verdict, .difference, .identical: break
    }
  }

  /// Whether a limit can be met at all.
  private mutating func check(_ bound: Bound, range: ClosedRange<Double>, at field: String) {
    let lowName = bound.isStrict ? "above" : "atLeast"
    let highName = bound.isStrict ? "below" : "atMost"
    let isPair = bound.low != nil && bound.high != nil
    let allowed =
      range.lowerBound == -Double.infinity
      ? "up to \(Setting.number(range.upperBound))"
      : range.upperBound == Double.infinity
        ? "\(Setting.number(range.lowerBound)) or more"
        : "from \(Setting.number(range.lowerBound)) to \(Setting.number(range.upperBound))"
    if let low = bound.low, let high = bound.high, bound.isStrict ? low >= high : low > high {
      fail(field, bound.description, allowed: "the smaller limit first")
      return
    }
    if let low = bound.low, low > range.upperBound || bound.isStrict && low == range.upperBound {
      fail(
        isPair ? field : "\(field).\(lowName)", "\(Setting.number(low))",
        allowed: "\(allowed), or it can never be met")
    }
    if let high = bound.high, high < range.lowerBound || bound.isStrict && high == range.lowerBound {
      fail(
        isPair ? field : "\(field).\(highName)", "\(Setting.number(high))",
        allowed: "\(allowed), or it can never be met")
    }
  }

  /// Whether an arm's agents and world can answer at all.
  private mutating func check(
    _ subject: Expectation.Subject, in arm: ScenarioPlan.Arm, at moment: ScenarioPlan.Moment, field: String
  ) -> Bool {
    let before = problems.count
    func need(_ part: AuditedPart, _ key: String) {
      if !moment.parts.contains(part), !moment.isEvaluation {
        fail(
          "\(field).\(key)", "about the \(part.rawValue)",
          allowed:
            "what '\(moment.label)' audits: \(AuditedPart.allCases.filter(moment.parts.contains).map(\.rawValue).joined(separator: ", "))"
        )
      }
    }
    /// Whether the agent has the part, and else whether it is audited.
    func have(_ part: AuditedPart, _ key: String) {
      guard let own = ScriptPart(rawValue: part.rawValue), !arm.has(own) else { return need(part, key) }
      let known = ScriptPart.allCases.filter(arm.has).map(\.rawValue).joined(separator: ", ")
      fail(
        "\(field).\(key)", "about the \(part.rawValue)", allowed: "parts that \(arm.agent.name) has: \(known)"
      )
    }
    if moment.isEvaluation {
      guard case .metric(.return, _) = subject else {
        fail("\(field).at", moment.label, allowed: "an audit: an evaluation measures the return alone")
        return false
      }
      return true
    }
    let goals = arm.worlds[moment.world].goals
    func goal(_ name: String, _ key: String, besides others: [String] = []) {
      need(.goal, key)
      if !(goals + others).contains(name) {
        fail(
          ScriptProblem(
            "\(field).\(key)", unknown: name, of: "goal in \(arm.environment)", known: goals + others))
      }
    }
    func state(_ name: String, _ key: String) {
      let process = arm.worlds[moment.world].truth.process
      let names = (0..<process.stateCount).map(process.stateName)
      if !names.contains(name) {
        fail(ScriptProblem("\(field).\(key)", unknown: name, of: "state of \(arm.environment)", known: names))
      }
    }
    switch subject {
    case .metric(let metric, _):
      if let part = metric.part { have(part, metric.rawValue) }
      if metric == .capability, goals.isEmpty {
        fail("\(field).capability", "asked of \(arm.environment)", allowed: "a world with goals")
      }
    case .goal(let name, _): goal(name, "goal.\(name)")
    case .event(let name, _): goal(name, "event.\(name)")
    case .visits(let name, _): state(name, "visits.\(name)")
    case .value(let name, _):
      need(.critic, "value.\(name)")
      have(.critic, "value.\(name)")
      state(name, "value.\(name)")
    case .pursues(let name): goal(name, "pursues", besides: [GoalFindings.none, GoalFindings.undecided])
    case .verdict(let part, _):
      if let audited = AuditedPart(rawValue: part.rawValue) { have(audited, "verdict.\(part.rawValue)") }
    case .diagnosis, .also, .share, .difference, .identical: break
    }
    return problems.count == before
  }
}

extension ScenarioPlan.Arm {
  /// Whether its agents have a part.
  func has(_ part: ScriptPart) -> Bool {
    switch part {
    case .critic: parts.hasCritic
    case .actor: true
    case .model: parts.hasModel
    }
  }
}

extension ScriptProblem {
  /// The same somewhere else.
  func at(_ field: String) -> ScriptProblem {
    var copy = self
    copy.field = field
    return copy
  }
}

extension [Variable] {
  /// What is wrong with a setting; `nil` when nothing is.
  func problem(with key: String, _ value: Setting, of owner: String, at field: String) -> ScriptProblem? {
    guard let variable = first(where: { $0.name == key }) else {
      let known = map(\.name)
      return ScriptProblem(
        field, ScriptProblem.unknown,
        allowed: known.isEmpty ? "nothing: \(owner) has no variables" : known.joined(separator: ", "),
        suggestion: UnknownName(kind: "variable", name: key, known: known).nearest)
    }
    guard !variable.isAllowed(value) else { return nil }
    var nearest: String?
    if case .choice(let words) = variable.domain {
      nearest = UnknownName(kind: "value", name: value.description, known: words).nearest
    }
    return ScriptProblem(field, value.description, allowed: variable.allowed, suggestion: nearest)
  }
}
