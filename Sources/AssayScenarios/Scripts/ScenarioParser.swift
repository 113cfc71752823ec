import AssayDiagnostics
import Foundation
import Yams

/// A scenario as it stands in a file: what it says, where, and what could not be read.
struct ReadScenario {
  var scenario: Scenario
  var lines: [String: Int]
  var broken: Set<String>
  /// Its first line.
  var line: Int?
}

/// Reads scenarios. What a field means is decided later, with the catalogue at hand.
struct ScenarioParser {
  private var reader = ScriptReader()

  /// The scenarios of a file, and everything in it that is not one.
  static func read(_ data: Data) -> (scenarios: [ReadScenario], problems: [ScriptProblem]) {
    let (roots, problem) = SafeYAML.documents(of: data)
    var scenarios: [ReadScenario] = []
    var problems: [ScriptProblem] = []
    for root in roots {
      var parser = ScenarioParser()
      let scenario = parser.scenario(root)
      scenarios.append(
        ReadScenario(
          scenario: scenario, lines: parser.reader.lines, broken: parser.reader.broken, line: root.mark?.line)
      )
      problems += parser.reader.problems
    }
    if let problem { problems.append(problem) }
    return (scenarios, problems)
  }

  private static let keys = [
    "scenario", "claim", "tags", "environment", "agent", "seeds", "script", "sweep", "expect", "controls",
  ]

  private mutating func scenario(_ node: Node) -> Scenario {
    guard node.mapping != nil else {
      reader.fail("", node, allowed: "a mapping with \(Self.keys.joined(separator: ", "))")
      return Scenario(name: "", claim: "")
    }
    let entries = reader.entries(
      node, at: "", allowed: Self.keys,
      required: ["scenario", "claim", "environment", "agent", "script", "expect"])
    var scenario = Scenario(name: "", claim: "")
    if let node = entries["scenario"] {
      scenario.name = reader.word(node, at: "scenario", allowed: "a name") ?? ""
    }
    if let node = entries["claim"] {
      scenario.claim = reader.word(node, at: "claim", allowed: "a sentence") ?? ""
    }
    if let node = entries["tags"] {
      scenario.tags = reader.list(node, at: "tags", of: "words").enumerated().compactMap { index, node in
        reader.word(node, at: "tags[\(index)]", allowed: "a word")
      }
    }
    if let node = entries["environment"] {
      scenario.environment = named(node, at: "environment", of: "a world")
    }
    if let node = entries["agent"] { scenario.agent = named(node, at: "agent", of: "an agent") }
    if let node = entries["seeds"] { scenario.seeds = seeds(node, at: "seeds") }
    if let node = entries["script"] { scenario.script = steps(node, at: "script") }
    if let node = entries["sweep"] { scenario.sweep = sweep(node, at: "sweep") }
    if let node = entries["expect"] { scenario.expectations = expectations(node, at: "expect") }
    if let node = entries["controls"] {
      scenario.controls = reader.list(node, at: "controls", of: "arms").enumerated().map { index, node in
        control(node, at: "controls[\(index)]")
      }
    }
    return scenario
  }

  /// `{name: …, variable: value}`, or the name alone.
  private mutating func named(_ node: Node, at field: String, of kind: String, mayLackName: Bool = false)
    -> Scenario.Named
  {
    if let scalar = node.scalar, !scalar.string.isEmpty {
      reader.note(node, at: "\(field).name")
      return Scenario.Named(scalar.string)
    }
    let settings = reader.settings(node, at: field, leavingOut: ["name"])
    guard let mapping = node.mapping else { return Scenario.Named("") }
    guard let name = mapping["name"] else {
      if !mayLackName {
        reader.fail(ScriptProblem("\(field).name", nil, allowed: "the name of \(kind)"), node)
      }
      return Scenario.Named("", settings)
    }
    return Scenario.Named(
      reader.word(name, at: "\(field).name", allowed: "the name of \(kind)") ?? "", settings)
  }

  private mutating func seeds(_ node: Node, at field: String) -> Scenario.SeedRange {
    let counts = 1...10_000
    if node.mapping == nil {
      return Scenario.SeedRange(count: reader.integer(node, at: field, in: counts) ?? 1)
    }
    let entries = reader.entries(node, at: field, allowed: ["from", "count"], required: ["count"])
    let first = entries["from"].flatMap { reader.integer($0, at: "\(field).from", in: 0...1_000_000_000) }
    let count = entries["count"].flatMap { reader.integer($0, at: "\(field).count", in: counts) }
    return Scenario.SeedRange(first: UInt64(first ?? 0), count: count ?? 1)
  }

  private mutating func sweep(_ node: Node, at field: String) -> [Scenario.Sweep] {
    guard let mapping = node.mapping, !mapping.isEmpty else {
      reader.fail(field, node, allowed: "a mapping such as {environment.coin: [right, random]}")
      return []
    }
    reader.note(node, at: field)
    var sweeps: [Scenario.Sweep] = []
    for (key, values) in mapping {
      let name = ScriptReader.text(key)
      let path = "\(field).\(name)"
      let parts = name.split(separator: ".", maxSplits: 1).map(String.init)
      guard parts.count == 2, let owner = Scenario.Sweep.Owner(rawValue: parts[0]) else {
        reader.fail(
          ScriptProblem(path, ScriptProblem.unknown, allowed: "environment.VARIABLE or agent.VARIABLE"), key)
        continue
      }
      let settings = reader.list(values, at: path, of: "values").enumerated().compactMap { index, node in
        reader.setting(node, at: "\(path)[\(index)]")
      }
      sweeps.append(Scenario.Sweep(owner, parts[1], settings))
    }
    return sweeps
  }

  private mutating func control(_ node: Node, at field: String) -> Scenario.Control {
    var control = Scenario.Control()
    let entries = reader.entries(
      node, at: field, allowed: ["name", "environment", "agent", "script", "seeds", "expect"])
    if let node = entries["name"] { control.name = reader.word(node, at: "\(field).name", allowed: "a name") }
    if let node = entries["environment"] {
      control.environment = named(node, at: "\(field).environment", of: "a world", mayLackName: true)
    }
    if let node = entries["agent"] {
      control.agent = named(node, at: "\(field).agent", of: "an agent", mayLackName: true)
    }
    if let node = entries["script"] { control.script = steps(node, at: "\(field).script") }
    if let node = entries["seeds"] { control.seeds = seeds(node, at: "\(field).seeds") }
    if let node = entries["expect"] { control.expectations = expectations(node, at: "\(field).expect") }
    return control
  }
}

// MARK: Steps

extension ScenarioParser {
  private static let verbs = [
    "train", "evaluate", "change", "fault", "intervene", "snapshot", "restore", "audit", "repeat",
  ]

  private mutating func steps(_ node: Node, at field: String) -> [ScriptStep] {
    reader.list(node, at: field, of: "steps").enumerated().map { index, node in
      step(node, at: "\(field)[\(index)]")
    }
  }

  /// One step. What cannot be read becomes a step that does nothing, so that the others keep their places.
  private mutating func step(_ node: Node, at field: String) -> ScriptStep {
    let nothing = ScriptStep.intervene(.thaw(nil), duration: nil)
    reader.note(node, at: field)
    guard let mapping = node.mapping else {
      let known = Self.verbs
      reader.fail(
        field, node, allowed: "a mapping with one of \(known.joined(separator: ", "))", known: known)
      return nothing
    }
    let modifiers = mapping["audit"] != nil || mapping["evaluate"] != nil ? ["as"] : []
    let entries = reader.entries(node, at: field, allowed: Self.verbs + modifiers)
    let label = entries["as"].flatMap { reader.word($0, at: "\(field).as", allowed: "a label") }
    let verbs = Self.verbs.filter { entries[$0] != nil }
    guard verbs.count == 1, let verb = verbs.first, let body = entries[verb] else {
      if verbs.count > 1 {
        reader.fail(
          ScriptProblem(field, verbs.joined(separator: " and "), allowed: "one of these at a time"), node)
      } else if mapping.isEmpty {
        reader.fail(field, node, allowed: "a mapping with one of \(Self.verbs.joined(separator: ", "))")
      }
      return nothing
    }
    return step(verb, body, label: label, at: "\(field).\(verb)") ?? nothing
  }

  private mutating func step(_ verb: String, _ node: Node, label: String?, at field: String) -> ScriptStep? {
    switch verb {
    case "train": reader.integer(node, at: field).map(ScriptStep.train)
    case "evaluate": evaluation(node, label: label, at: field)
    case "change": ScriptStep.change(reader.settings(node, at: field))
    case "fault": fault(node, at: field)
    case "intervene": intervention(node, at: field)
    case "snapshot": reader.word(node, at: field, allowed: "a name for the snapshot").map(ScriptStep.snapshot)
    case "restore": reader.word(node, at: field, allowed: "the name of a snapshot").map(ScriptStep.restore)
    case "audit": audit(node, label: label, at: field)
    default: repetition(node, at: field)
    }
  }

  private mutating func evaluation(_ node: Node, label: String?, at field: String) -> ScriptStep? {
    if node.scalar?.string == "exactly" { return .evaluate(episodes: nil, label: label) }
    guard node.mapping != nil else {
      reader.fail(field, node, allowed: "exactly, or {episodes: 100}")
      return nil
    }
    let entries = reader.entries(node, at: field, allowed: ["episodes"], required: ["episodes"])
    return entries["episodes"].flatMap { reader.integer($0, at: "\(field).episodes", in: 1...1_000_000) }
      .map { .evaluate(episodes: $0, label: label) }
  }

  private mutating func fault(_ node: Node, at field: String) -> ScriptStep? {
    if node.mapping == nil {
      return reader.word(node, at: field, allowed: "the name of a fault").map {
        .fault(name: $0, strength: nil)
      }
    }
    let entries = reader.entries(node, at: field, allowed: ["name", "strength"], required: ["name"])
    let strength = entries["strength"].flatMap {
      reader.choice(Fault.Strength.self, $0, at: "\(field).strength")
    }
    return entries["name"].flatMap { reader.word($0, at: "\(field).name", allowed: "the name of a fault") }
      .map { .fault(name: $0, strength: strength?.rawValue) }
  }

  private mutating func audit(_ node: Node, label: String?, at field: String) -> ScriptStep? {
    if let scalar = node.scalar, node.sequence == nil {
      if scalar.string == "all" { return .audit(AuditedPart.allCases, label: label) }
      let known = AuditedPart.allCases.map(\.rawValue)
      reader.fail(field, node, allowed: "all, or a list of \(known.joined(separator: ", "))", known: known)
      return nil
    }
    let parts = reader.list(node, at: field, of: "parts").enumerated().compactMap { index, node in
      reader.choice(AuditedPart.self, node, at: "\(field)[\(index)]")
    }
    return .audit(AuditedPart.allCases.filter(parts.contains), label: label)
  }

  private mutating func repetition(_ node: Node, at field: String) -> ScriptStep? {
    let entries = reader.entries(node, at: field, allowed: ["times", "steps"], required: ["times", "steps"])
    let times = entries["times"].flatMap { reader.integer($0, at: "\(field).times", in: 1...1000) }
    let steps = entries["steps"].map { self.steps($0, at: "\(field).steps") }
    guard let times, let steps else { return nil }
    return .repeated(times: times, steps: steps)
  }

  private static let interventions = [
    "freeze", "thaw", "swap", "restore", "oracle", "relabel", "rename", "perturb",
  ]

  private mutating func intervention(_ node: Node, at field: String) -> ScriptStep? {
    if node.scalar?.string == "thaw" { return .intervene(.thaw(nil), duration: nil) }
    let entries = reader.entries(node, at: field, allowed: Self.interventions + ["for"])
    let duration = entries["for"].flatMap { reader.integer($0, at: "\(field).for") }
    let kinds = Self.interventions.filter { entries[$0] != nil }
    guard kinds.count == 1, let kind = kinds.first, let body = entries[kind] else {
      if let mapping = node.mapping, mapping.count == entries.count {
        reader.fail(
          ScriptProblem(
            field, kinds.isEmpty ? "nothing" : kinds.joined(separator: " and "),
            allowed: "one of \(Self.interventions.joined(separator: ", "))"), node)
      }
      return nil
    }
    return intervention(kind, body, at: "\(field).\(kind)").map { .intervene($0, duration: duration) }
  }

  private mutating func intervention(_ kind: String, _ node: Node, at field: String) -> ScriptIntervention? {
    switch kind {
    case "freeze": return reader.choice(ScriptPart.self, node, at: field).map(ScriptIntervention.freeze)
    case "thaw": return partOrAll(node, at: field).map(ScriptIntervention.thaw)
    case "oracle": return reader.choice(ScriptPart.self, node, at: field).map(ScriptIntervention.oracle)
    case "relabel": return relabelling(node, at: field).map(ScriptIntervention.relabel)
    case "rename":
      return reader.word(node, at: field, allowed: "opaque", known: ["opaque"]).map { _ in .renameOpaque }
    case "swap":
      guard let (part, snapshot) = partOfSnapshot(node, at: field, mayBeAll: false), let part else {
        return nil
      }
      return .swap(part, snapshot: snapshot)
    case "restore":
      return partOfSnapshot(node, at: field, mayBeAll: true).map { .restore($0, snapshot: $1) }
    default:
      let entries = reader.entries(node, at: field, allowed: ["part", "noise"], required: ["part", "noise"])
      let part = entries["part"].flatMap { reader.choice(ScriptPart.self, $0, at: "\(field).part") }
      let noise = entries["noise"].flatMap { reader.number($0, at: "\(field).noise") }
      return part.flatMap { part in noise.map { .perturb(part, noise: $0) } }
    }
  }

  private mutating func partOrAll(_ node: Node, at field: String) -> ScriptPart?? {
    if node.scalar?.string == "all" { return .some(nil) }
    let known = ScriptPart.allCases.map(\.rawValue) + ["all"]
    return reader.word(node, at: field, allowed: known.joined(separator: ", "), known: known)
      .map { ScriptPart(rawValue: $0) }
  }

  /// `{critic: snapshot}`.
  private mutating func partOfSnapshot(
    _ node: Node, at field: String, mayBeAll: Bool
  ) -> (part: ScriptPart?, snapshot: String)? {
    let known = ScriptPart.allCases.map(\.rawValue) + (mayBeAll ? ["all"] : [])
    let entries = reader.entries(node, at: field, allowed: known)
    guard entries.count == 1, let entry = entries.first else {
      if entries.count > 1 {
        reader.fail(
          ScriptProblem(field, "several parts", allowed: "one of \(known.joined(separator: ", "))"), node)
      } else if node.mapping?.isEmpty == true {
        reader.fail(ScriptProblem(field, "empty", allowed: "{critic: SNAPSHOT} and the like"), node)
      }
      return nil
    }
    return reader.word(entry.value, at: "\(field).\(entry.key)", allowed: "the name of a snapshot")
      .map { (ScriptPart(rawValue: entry.key), $0) }
  }

  private mutating func relabelling(_ node: Node, at field: String) -> ScriptIntervention.Relabelling? {
    if node.mapping != nil {
      let entries = reader.entries(node, at: field, allowed: ["scaled"], required: ["scaled"])
      return entries["scaled"].flatMap { reader.number($0, at: "\(field).scaled") }.map { .scaled($0) }
    }
    let known = ["original", "zero", "negated", "random"]
    let word = reader.word(
      node, at: field, allowed: known.joined(separator: ", ") + " or {scaled: 2}", known: known)
    return switch word {
    case "original": .original
    case "zero": .zero
    case "negated": .negated
    case "random": .random
    default: nil
    }
  }
}

// MARK: Expectations

extension ScenarioParser {
  private static let subjects =
    Metric.allCases.map(\.rawValue) + [
      "goal", "event", "visits", "value", "pursues", "diagnosis", "also", "verdict", "share", "difference",
      "identical",
    ]

  private mutating func expectations(_ node: Node, at field: String) -> [Expectation] {
    reader.list(node, at: field, of: "expectations").enumerated().map { index, node in
      expectation(node, at: "\(field)[\(index)]")
    }
  }

  private mutating func expectation(_ node: Node, at field: String) -> Expectation {
    let nothing = Expectation(.diagnosis(DiagnosisName.healthy.rawValue))
    let entries = reader.entries(node, at: field, allowed: Self.subjects + ["at", "arm"])
    let kinds = Self.subjects.filter { entries[$0] != nil }
    guard kinds.count == 1, let kind = kinds.first, let body = entries[kind] else {
      if node.mapping != nil,
        kinds.count > 1 || entries.isEmpty && !reader.broken.contains(where: { $0.hasPrefix(field) })
      {
        reader.fail(
          ScriptProblem(
            field, kinds.isEmpty ? "empty" : kinds.joined(separator: " and "),
            allowed: "one subject at a time, such as diagnosis or return"), node)
      } else {
        reader.markBroken(field)
      }
      return nothing
    }
    guard let subject = subject(kind, body, at: "\(field).\(kind)") else {
      reader.markBroken(field)
      return nothing
    }
    return Expectation(
      subject,
      at: entries["at"].flatMap { reader.word($0, at: "\(field).at", allowed: "the label of an audit") },
      arm: entries["arm"].flatMap { reader.word($0, at: "\(field).arm", allowed: "the name of an arm") })
  }

  private mutating func subject(_ kind: String, _ node: Node, at field: String) -> Expectation.Subject? {
    if let metric = Metric(rawValue: kind) { return bound(node, at: field).map { .metric(metric, $0) } }
    switch kind {
    case "goal": return pair(node, at: field, of: "a goal").map { .goal($0, $1) }
    case "event": return pair(node, at: field, of: "a goal").map { .event($0, $1) }
    case "visits": return pair(node, at: field, of: "a state").map { .visits($0, $1) }
    case "value": return pair(node, at: field, of: "a state").map { .value($0, $1) }
    case "pursues":
      return reader.word(node, at: field, allowed: "the name of a goal, none or undecided").map {
        .pursues($0)
      }
    case "diagnosis": return diagnosis(node, at: field).map { .diagnosis($0) }
    case "also": return diagnosis(node, at: field).map { .also($0) }
    case "verdict": return verdict(node, at: field)
    case "share":
      guard node.mapping != nil else {
        reader.fail(field, node, allowed: "{diagnosis: NAME, atLeast: 0.9} and the like")
        return nil
      }
      let name = node.mapping?["diagnosis"].flatMap { diagnosis($0, at: "\(field).diagnosis") }
      let bound = bound(node, at: field, besides: ["diagnosis"])
      return name.flatMap { name in bound.map { .share(diagnosis: name, $0) } }
    case "difference": return difference(node, at: field)
    default: return arms(node, at: field).map { .identical($0) }
    }
  }

  private mutating func diagnosis(_ node: Node, at field: String) -> String? {
    reader.choice(DiagnosisName.self, node, at: field)?.rawValue
  }

  private mutating func verdict(_ node: Node, at field: String) -> Expectation.Subject? {
    let parts = Expectation.VerdictPart.allCases.map(\.rawValue)
    let entries = reader.entries(node, at: field, allowed: parts)
    guard entries.count == 1, let entry = entries.first else {
      if node.mapping != nil {
        reader.fail(
          ScriptProblem(
            field, entries.isEmpty ? "empty" : "of several parts", allowed: "{critic: healthy} and the like"),
          node)
      }
      return nil
    }
    let known = ["healthy", "faulty", "inconclusive"]
    let name = reader.word(
      entry.value, at: "\(field).\(entry.key)", allowed: known.joined(separator: ", "), known: known)
    guard let part = Expectation.VerdictPart(rawValue: entry.key), let name = name.flatMap(Verdict.Name.init)
    else {
      return nil
    }
    return .verdict(part, name)
  }

  /// `{metric: return, between: [arm, arm], atLeast: 0.1}`: limits are any but `between`, which names the arms.
  private mutating func difference(_ node: Node, at field: String) -> Expectation.Subject? {
    guard let mapping = node.mapping else {
      reader.fail(field, node, allowed: "{metric: return, between: [ARM, ARM], atLeast: 0.1} and the like")
      return nil
    }
    for (name, allowed) in [("metric", "the name of a metric"), ("between", "two names of arms")]
    where mapping[name] == nil {
      reader.fail(ScriptProblem("\(field).\(name)", nil, allowed: allowed), node)
    }
    let metric = mapping["metric"].flatMap { reader.choice(Metric.self, $0, at: "\(field).metric") }
    let names = mapping["between"].flatMap { arms($0, at: "\(field).between") }
    let bound = bound(node, at: field, besides: ["metric", "between"])
    guard let metric, let names, let bound else { return nil }
    return .difference(metric, between: names, bound)
  }

  private mutating func arms(_ node: Node, at field: String) -> [String]? {
    let names = reader.list(node, at: field, of: "two names of arms").enumerated().compactMap { index, node in
      reader.word(node, at: "\(field)[\(index)]", allowed: "the name of an arm")
    }
    guard names.count == 2 else {
      if node.sequence?.count != 2, node.sequence?.isEmpty == false {
        reader.fail(ScriptProblem(field, "\(names.count) names", allowed: "two names of arms"), node)
      }
      return nil
    }
    return names
  }

  /// `{NAME: {atLeast: 1}}`.
  private mutating func pair(_ node: Node, at field: String, of kind: String) -> (String, Bound)? {
    reader.note(node, at: field)
    guard let mapping = node.mapping, mapping.count == 1, let entry = mapping.first else {
      reader.fail(field, node, allowed: "{NAME: {atLeast: 0.9}} with the name of \(kind)")
      return nil
    }
    let name = ScriptReader.text(entry.key)
    return bound(entry.value, at: "\(field).\(name)").map { (name, $0) }
  }

  private static let limits = ["atLeast", "atMost", "above", "below", "between"]

  private mutating func bound(_ node: Node, at field: String, besides others: [String] = []) -> Bound? {
    let entries = reader.entries(node, at: field, allowed: Self.limits + others)
    guard node.mapping != nil else { return nil }
    if let node = entries["between"], !others.contains("between") {
      guard entries.count == 1 + others.count(where: { entries[$0] != nil }) else {
        reader.fail(ScriptProblem(field, "between and another limit", allowed: "between alone"), node)
        return nil
      }
      let ends = reader.list(node, at: "\(field).between", of: "two numbers").enumerated().compactMap {
        reader.number($1, at: "\(field).between[\($0)]")
      }
      guard ends.count == 2 else {
        if node.sequence?.count != 2, node.sequence?.isEmpty == false {
          reader.fail(
            ScriptProblem("\(field).between", "\(ends.count) numbers", allowed: "two numbers"), node)
        }
        return nil
      }
      return .between(ends[0], ends[1])
    }
    func limit(_ name: String, _ reader: inout ScriptReader) -> Double? {
      entries[name].flatMap { reader.number($0, at: "\(field).\(name)") }
    }
    let (atLeast, atMost) = (limit("atLeast", &reader), limit("atMost", &reader))
    let (above, below) = (limit("above", &reader), limit("below", &reader))
    if (entries["atLeast"] ?? entries["atMost"]) != nil, (entries["above"] ?? entries["below"]) != nil {
      reader.fail(
        ScriptProblem(field, "of two kinds of limits", allowed: "atLeast and atMost, or above and below"),
        node)
      return nil
    }
    guard [atLeast, atMost, above, below].contains(where: { $0 != nil }) else {
      let isBroken = ["atLeast", "atMost", "above", "below"].contains { entries[$0] != nil }
      if !isBroken, !reader.broken.contains(where: { $0.hasPrefix(field + ".") }) {
        reader.fail(
          ScriptProblem(field, "without a limit", allowed: Self.limits.joined(separator: ", ")), node)
      }
      return nil
    }
    return Bound(low: atLeast ?? above, high: atMost ?? below, isStrict: above != nil || below != nil)
  }
}
