import Assay
import AssayDiagnostics
import AssayEnvironments
import AssayPlanning

/// Goes through a script as an agent will, and finds what would go wrong.
struct ScriptChecker {
  let environment: EnvironmentEntry?
  let agent: AgentEntry?
  let field: String
  /// Whether every step could be read.
  let isWhole: Bool
  let broken: Set<String>

  private(set) var problems: [ScriptProblem] = []
  private var settings: Settings = [:]
  private var agentSettings: Settings = [:]
  private var setup: Setup?
  private var parts: ScenarioPlan.Parts?
  private var worlds: [ScenarioPlan.World] = []
  private var current = 0
  private var faults: [(fault: Fault, strength: Fault.Strength)] = []
  /// Where each fault stands.
  private var faultFields: [String] = []
  private var events: [ScenarioPlan.Event] = []
  private var moments: [ScenarioPlan.Moment] = []
  private var snapshots: Set<String> = []
  private var labels: Set<String> = []
  private var repeats: [String: Int] = [:]
  private var trained = 0
  private var durations: [(field: String, from: Int, length: Int)] = []
  private var isOverfull = false

  init(environment: EnvironmentEntry?, agent: AgentEntry?, field: String, isWhole: Bool, broken: Set<String>)
  {
    self.environment = environment
    self.agent = agent
    self.field = field
    self.isWhole = isWhole
    self.broken = broken
  }

  private mutating func fail(_ field: String, _ value: String?, allowed: String, suggestion: String? = nil) {
    fail(ScriptProblem(field, value, allowed: allowed, suggestion: suggestion))
  }

  private mutating func fail(_ problem: ScriptProblem) {
    // In a repetition the same step is seen several times.
    if !problems.contains(problem) { problems.append(problem) }
  }

  mutating func start(in settings: Settings, settings agentSettings: Settings) {
    self.settings = settings
    self.agentSettings = agentSettings
  }

  mutating func check(_ steps: [ScriptStep]) {
    if steps.isEmpty { fail(field, "empty", allowed: "a list of steps") }
    collectFaults(steps)
    build()
    for (index, step) in steps.enumerated() {
      check(step, at: "\(field)[\(index)]", isTop: true, isRepeated: false)
    }
    if trained == 0, !steps.isEmpty, isWhole {
      fail(field, "without a train step", allowed: "at least one train step")
    }
    if trained > ScenarioChecker.mostSteps {
      fail(field, "\(trained) steps long", allowed: "at most \(ScenarioChecker.mostSteps) steps of training")
    }
    for duration in durations where isWhole && duration.from + duration.length > trained {
      fail(
        "\(duration.field).for", "\(duration.length)",
        allowed: "at most the \(trained - duration.from) steps of training that follow")
    }
    enterDestination()
    if !moments.contains(where: { !$0.isEvaluation }) {
      moment(
        ScenarioPlan.Moment(
          label: "end", base: "end", parts: Set(AuditedPart.allCases), isEvaluation: false, episodes: nil,
          world: current, step: trained))
    }
  }

  func arm(name: String, seeds: [UInt64]) -> ScenarioPlan.Arm? {
    guard let setup, let environment, let agent, let parts else { return nil }
    return ScenarioPlan.Arm(
      name: name, environment: environment.name, agent: agent, seeds: seeds, steps: trained, parts: parts,
      setup: setup, worlds: worlds, events: events, moments: moments)
  }

  // MARK: Making the world and the agent

  /// Faults are planted before anything else happens.
  private mutating func collectFaults(_ steps: [ScriptStep]) {
    var hasTrained = false
    for (index, step) in steps.enumerated() {
      switch step {
      case .fault(let name, let strength):
        let place = "\(field)[\(index)].fault"
        guard let fault = Fault(rawValue: name) else {
          fail(ScriptProblem(place, unknown: name, of: "fault", known: Fault.allCases.map(\.rawValue)))
          continue
        }
        guard let strength = Fault.Strength(rawValue: strength ?? Fault.Strength.medium.rawValue) else {
          fail(
            ScriptProblem(
              "\(place).strength", unknown: strength ?? "", of: "strength",
              known: Fault.Strength.allCases.map(\.rawValue)))
          continue
        }
        if hasTrained { fail(place, name, allowed: "a fault before the first training") }
        if faults.contains(where: { $0.fault == fault }) { fail(place, name, allowed: "each fault once") }
        if let agent {
          let missing = fault.requirements.subtracting(agent.abilities).map(\.rawValue).sorted()
          if !missing.isEmpty {
            fail(
              place, name,
              allowed: "a fault that \(agent.name) can have: it lacks \(missing.joined(separator: ", "))")
            continue
          }
        }
        faults.append((fault, strength))
        faultFields.append(place)
      case .train, .repeated: hasTrained = true
      default: break
      }
    }
  }

  /// Makes the world, and an agent that is never trained, to see what it has.
  private mutating func build() {
    guard let environment, let agent else { return }
    let place = faults.isEmpty ? "" : field
    do {
      let setup = try plant(in: settings, environment, agent)
      let trial = try setup.makeTrial(seed: 0, runLength: 1)
      var parts = ScenarioPlan.Parts()
      trial.apply {
        parts = ScenarioPlan.Parts($0, isCriticTrained: agent.abilities.contains(.trainedCritic))
      }
      self.parts = parts
      self.setup = setup
      worlds = [ScenarioPlan.World(settings: settings, world: setup.world, truth: setup.truth)]
    } catch let error as Setup.Obstacle {
      let index = faults.firstIndex { $0.fault == error.fault } ?? 0
      fail(
        field(ofFault: index), error.fault.rawValue, allowed: "a fault that makes sense here: \(error.reason)"
      )
      // Without it, there is more to be looked at.
      faults.remove(at: index)
      faultFields.remove(at: index)
      build()
    } catch let error as DataError {
      // The world itself needs no second name.
      fail(
        place, error.field == "environment" ? error.value : "\(error.field) of \(error.value)",
        allowed: error.allowed)
    } catch {
      fail(place, "\(environment.name) with \(agent.name)", allowed: "a world with exact truth (\(error))")
    }
  }

  private func field(ofFault index: Int) -> String {
    faultFields.indices.contains(index) ? faultFields[index] : field
  }

  /// Plants the faults: the only place where a script's faults come to be.
  private func plant(in settings: Settings, _ environment: EnvironmentEntry, _ agent: AgentEntry) throws
    -> Setup
  {
    try Setup(
      planting: faults, agent: agent, environment: environment, worldSettings: settings,
      settings: agentSettings)
  }

  /// A fault may move the agent to another world when its training is over.
  private mutating func enterDestination() {
    guard let destination = setup?.destination,
      let last = events.lastIndex(where: { if case .train = $0 { true } else { false } })
    else { return }
    worlds.append(
      ScenarioPlan.World(settings: settings, world: destination.world, truth: destination.truth))
    events.insert(.enter(worlds.count - 1), at: last + 1)
    for event in events[(last + 2)...] {
      if case .measure(let index) = event { moments[index].world = worlds.count - 1 }
    }
    current = worlds.count - 1
  }

  // MARK: Steps

  private mutating func check(_ step: ScriptStep, at field: String, isTop: Bool, isRepeated: Bool) {
    guard !isOverfull else { return }
    guard events.count < ScenarioChecker.mostEvents else {
      isOverfull = true
      fail(field, "beyond the \(ScenarioChecker.mostEvents)th step", allowed: "fewer repetitions")
      return
    }
    switch step {
    case .train(let steps):
      guard (1...ScenarioChecker.mostSteps).contains(steps) else {
        fail("\(field).train", "\(steps)", allowed: "1 to \(ScenarioChecker.mostSteps)")
        return
      }
      trained += steps
      events.append(.train(steps))
    case .evaluate(let episodes, let label):
      if let episodes, episodes < 1 {
        fail("\(field).evaluate.episodes", "\(episodes)", allowed: "1 or more")
      }
      moment(
        ScenarioPlan.Moment(
          label: "", base: "", parts: [], isEvaluation: true, episodes: episodes, world: current,
          step: trained),
        named: label, or: "evaluation", at: field, isRepeated: isRepeated)
    case .audit(let parts, let label):
      if parts.isEmpty { fail("\(field).audit", "empty", allowed: "all, or a list of parts") }
      if parts.contains(.model), parts.count < AuditedPart.allCases.count, let own = self.parts, !own.hasModel
      {
        fail(
          "\(field).audit", "model", allowed: "parts that \(agent?.name ?? "the agent") has; it has no model")
      }
      if parts.contains(.critic), parts.count < AuditedPart.allCases.count, let own = self.parts,
        !own.hasCritic
      {
        fail(
          "\(field).audit", "critic",
          allowed: "parts that \(agent?.name ?? "the agent") has; it has no critic")
      }
      moment(
        ScenarioPlan.Moment(
          label: "", base: "", parts: Set(parts), isEvaluation: false, episodes: nil, world: current,
          step: trained),
        named: label, or: "audit", at: field, isRepeated: isRepeated)
    case .change(let changes): change(changes, at: "\(field).change")
    case .fault:
      if !isTop {
        fail("\(field).fault", "inside a repetition", allowed: "a fault at the start of the script")
      }
    case .intervene(let intervention, let duration):
      intervene(intervention, duration: duration, at: "\(field).intervene")
    case .snapshot(let name):
      if name.isEmpty { fail("\(field).snapshot", "empty", allowed: "a name") }
      if snapshots.contains(name), !isRepeated {
        fail("\(field).snapshot", name, allowed: "a name that no earlier snapshot has")
      }
      snapshots.insert(name)
      events.append(.snapshot(name))
    case .restore(let name):
      know(snapshot: name, at: "\(field).restore")
      events.append(.restore(name))
    case .repeated(let times, let steps):
      if steps.isEmpty { fail("\(field).repeat.steps", "empty", allowed: "a list of steps") }
      guard (1...1000).contains(times) else {
        fail("\(field).repeat.times", "\(times)", allowed: "1 to 1000")
        return
      }
      for _ in 0..<times where !isOverfull {
        for (index, step) in steps.enumerated() {
          check(step, at: "\(field).repeat.steps[\(index)]", isTop: false, isRepeated: true)
        }
      }
    }
  }

  private mutating func moment(_ moment: ScenarioPlan.Moment) {
    moments.append(moment)
    events.append(.measure(moments.count - 1))
  }

  private mutating func moment(
    _ moment: ScenarioPlan.Moment, named label: String?, or kind: String, at field: String, isRepeated: Bool
  ) {
    var moment = moment
    moment.base = label ?? kind
    if label != nil, !isRepeated {
      moment.label = moment.base
    } else {
      repeats[moment.base, default: 0] += 1
      moment.label = "\(moment.base) \(repeats[moment.base] ?? 1)"
    }
    if !labels.insert(moment.label).inserted {
      fail("\(field).as", moment.label, allowed: "a label that no other audit has")
    }
    self.moment(moment)
  }

  private mutating func know(snapshot name: String, at field: String) {
    guard !snapshots.contains(name), isWhole else { return }
    let problem = ScriptProblem(field, unknown: name, of: "earlier snapshot", known: snapshots.sorted())
    fail(problem)
  }

  private mutating func change(_ changes: Settings, at field: String) {
    if changes.isEmpty { fail(field, "empty", allowed: "a mapping of variables to values") }
    guard let environment else { return }
    var isGood = true
    for (key, value) in changes.sorted(by: { $0.key < $1.key }) {
      let place = "\(field).\(key)"
      if let problem = environment.variables.problem(with: key, value, of: environment.name, at: place) {
        fail(problem)
        isGood = false
      } else if let variable = environment.variables.first(where: { $0.name == key }), !variable.isChangeable
      {
        let able = environment.variables.filter(\.isChangeable).map(\.name)
        fail(
          place, "not changeable",
          allowed: able.isEmpty
            ? "nothing: no variable of \(environment.name) can be changed" : able.joined(separator: ", "))
        isGood = false
      }
    }
    if faults.contains(where: { $0.fault == .goalMisgeneralisation }) {
      fail(
        field, "beside the fault goal-misgeneralisation",
        allowed: "one of the two: the fault changes the world itself")
      return
    }
    guard isGood, let agent, let first = worlds.first else { return }
    settings.merge(changes) { $1 }
    if let known = worlds.firstIndex(where: { world in
      environment.variables.allSatisfy { $0.value(in: world.settings) == $0.value(in: settings) }
    }) {
      current = known
    } else {
      do {
        let setup = try plant(in: settings, environment, agent)
        guard setup.world.stateCount == first.world.stateCount,
          setup.world.actionCount == first.world.actionCount
        else {
          fail(
            field, "another number of states or actions",
            allowed: "a change that keeps the states and actions")
          return
        }
        worlds.append(ScenarioPlan.World(settings: settings, world: setup.world, truth: setup.truth))
        current = worlds.count - 1
      } catch {
        fail(
          field, "a world without exact truth",
          allowed: "values at which \(environment.name) has one (\(error))")
        return
      }
    }
    events.append(.enter(current))
  }

  private mutating func intervene(_ intervention: ScriptIntervention, duration: Int?, at field: String) {
    if let duration {
      if duration < 1 { fail("\(field).for", "\(duration)", allowed: "1 or more") }
      durations.append((field, trained, duration))
    }
    switch intervention {
    case .freeze(let part): own(part, at: "\(field).freeze")
    case .thaw(let part): if let part { own(part, at: "\(field).thaw") }
    case .swap(let part, let name):
      own(part, at: "\(field).swap")
      know(snapshot: name, at: "\(field).swap.\(part.rawValue)")
    case .restore(let part, let name):
      if let part { own(part, at: "\(field).restore") }
      know(snapshot: name, at: "\(field).restore.\(part?.rawValue ?? "all")")
    case .oracle(let part):
      if own(part, at: "\(field).oracle"), let parts, let world = worlds.first,
        !parts.hasOracle(of: part, in: world)
      {
        fail("\(field).oracle", part.rawValue, allowed: "a part that is a table or linear in features")
      }
    case .perturb(let part, let noise):
      own(part, at: "\(field).perturb.part")
      if !(noise > 0 && noise <= 1000) {
        fail("\(field).perturb.noise", "\(Setting.number(noise))", allowed: "a number above 0, up to 1000")
      }
    case .relabel(.scaled(let factor)):
      if !factor.isFinite { fail("\(field).relabel.scaled", "\(factor)", allowed: "a finite number") }
    case .relabel, .renameOpaque: break
    }
    events.append(.intervene(intervention, duration: duration))
  }

  /// Whether the agent has a part with numbers of its own.
  @discardableResult
  private mutating func own(_ part: ScriptPart, at field: String) -> Bool {
    guard let parts, let agent else { return false }
    if parts.blocks(of: part).isEmpty {
      let able = ScriptPart.allCases.filter { !parts.blocks(of: $0).isEmpty }.map(\.rawValue)
      fail(
        field, part.rawValue,
        allowed: "parts of \(agent.name) with numbers of their own: \(able.joined(separator: ", "))")
      return false
    }
    return true
  }
}
