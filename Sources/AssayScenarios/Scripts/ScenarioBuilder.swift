import AssayDiagnostics

/// A piece of a scenario in Swift: ``World``, ``Train``, ``Expect`` and the others.
public protocol ScenarioElement {
  /// Adds itself to a scenario.
  func add(to scenario: inout Scenario)
}

/// A step of a script in Swift.
public protocol ScenarioStep: ScenarioElement {
  /// The step.
  var step: ScriptStep { get }
}

extension ScenarioStep {
  public func add(to scenario: inout Scenario) { scenario.script.append(step) }
}

/// Puts elements one after the other.
@resultBuilder
public enum ScenarioBuilder {
  public static func buildExpression(_ element: any ScenarioElement) -> [any ScenarioElement] { [element] }
  public static func buildBlock(_ parts: [any ScenarioElement]...) -> [any ScenarioElement] {
    parts.flatMap(\.self)
  }
  public static func buildOptional(_ part: [any ScenarioElement]?) -> [any ScenarioElement] { part ?? [] }
  public static func buildEither(first: [any ScenarioElement]) -> [any ScenarioElement] { first }
  public static func buildEither(second: [any ScenarioElement]) -> [any ScenarioElement] { second }
  public static func buildArray(_ parts: [[any ScenarioElement]]) -> [any ScenarioElement] {
    parts.flatMap(\.self)
  }
}

extension Scenario {
  /// A scenario in Swift, in the words of the files.
  ///
  /// ```swift
  /// let scenario = Scenario("the coin moves", claim: "…") {
  ///   World("coin-corridor", ["coin": "right"])
  ///   AgentNamed("actor-critic")
  ///   Train(20_000)
  ///   Change(["coin": "random"])
  ///   AuditNow(.critic, .actor, .goal)
  ///   Expect(.diagnosis("goal-misgeneralisation"))
  /// }
  /// ```
  ///
  /// - Parameters:
  ///   - name: what it is called.
  ///   - claim: what it shows.
  ///   - elements: what it consists of; the steps in the order in which they happen.
  public init(
    _ name: String, claim: String, @ScenarioBuilder _ elements: () -> [any ScenarioElement]
  ) {
    self.init(name: name, claim: claim)
    for element in elements() { element.add(to: &self) }
  }
}

/// The world of a scenario.
public struct World: ScenarioElement {
  let named: Scenario.Named

  public init(_ name: String, _ settings: Settings = [:]) { named = Scenario.Named(name, settings) }

  public func add(to scenario: inout Scenario) { scenario.environment = named }
}

/// The agent of a scenario.
public struct AgentNamed: ScenarioElement {
  let named: Scenario.Named

  public init(_ name: String, _ settings: Settings = [:]) { named = Scenario.Named(name, settings) }

  public func add(to scenario: inout Scenario) { scenario.agent = named }
}

/// How many agents there are.
public struct Seeds: ScenarioElement {
  let range: Scenario.SeedRange

  public init(_ count: Int, from first: UInt64 = 0) { range = Scenario.SeedRange(first: first, count: count) }

  public func add(to scenario: inout Scenario) { scenario.seeds = range }
}

/// Words for choosing scenarios.
public struct Tags: ScenarioElement {
  let tags: [String]

  public init(_ tags: String...) { self.tags = tags }

  public func add(to scenario: inout Scenario) { scenario.tags += tags }
}

/// Lets the agent live and learn.
public struct Train: ScenarioStep {
  public let step: ScriptStep

  public init(_ steps: Int) { step = .train(steps) }
}

/// Measures the return.
public struct Evaluate: ScenarioStep {
  public let step: ScriptStep

  /// - Parameters:
  ///   - episodes: how many are watched; `nil` for the exact return.
  ///   - label: what expectations call it.
  public init(episodes: Int? = nil, as label: String? = nil) {
    step = .evaluate(episodes: episodes, label: label)
  }
}

/// Changes the world under the agent.
public struct Change: ScenarioStep {
  public let step: ScriptStep

  public init(_ settings: Settings) { step = .change(settings) }
}

/// Breaks something on purpose.
public struct Plant: ScenarioStep {
  public let step: ScriptStep

  public init(_ fault: Fault, _ strength: Fault.Strength? = nil) {
    step = .fault(name: fault.rawValue, strength: strength?.rawValue)
  }
}

/// Changes the agent from outside.
public struct Intervene: ScenarioStep {
  public let step: ScriptStep

  /// - Parameters:
  ///   - intervention: what to change.
  ///   - steps: after how many further steps it is undone; `nil` for never.
  public init(_ intervention: ScriptIntervention, for steps: Int? = nil) {
    step = .intervene(intervention, duration: steps)
  }
}

/// Keeps all numbers of the agent.
public struct TakeSnapshot: ScenarioStep {
  public let step: ScriptStep

  public init(_ name: String) { step = .snapshot(name) }
}

/// Puts all numbers of the agent back.
public struct RestoreSnapshot: ScenarioStep {
  public let step: ScriptStep

  public init(_ name: String) { step = .restore(name) }
}

/// Measures the agent.
public struct AuditNow: ScenarioStep {
  public let step: ScriptStep

  /// - Parameters:
  ///   - parts: what to look at; everything, if left out.
  ///   - label: what expectations call it.
  public init(_ parts: AuditedPart..., as label: String? = nil) {
    step = .audit(
      parts.isEmpty ? AuditedPart.allCases : AuditedPart.allCases.filter(parts.contains), label: label)
  }
}

/// The same steps several times over.
public struct Repeat: ScenarioStep {
  public let step: ScriptStep

  /// - Parameters:
  ///   - times: how often.
  ///   - elements: steps; nothing else counts.
  public init(_ times: Int, @ScenarioBuilder _ elements: () -> [any ScenarioElement]) {
    step = .repeated(times: times, steps: elements().compactMap { ($0 as? any ScenarioStep)?.step })
  }
}

/// A setting that takes several values, each in an arm of its own.
public struct Sweep: ScenarioElement {
  let sweep: Scenario.Sweep

  public init(_ owner: Scenario.Sweep.Owner, _ variable: String, _ values: [Setting]) {
    sweep = Scenario.Sweep(owner, variable, values)
  }

  public func add(to scenario: inout Scenario) { scenario.sweep.append(sweep) }
}

/// Something that must be found.
public struct Expect: ScenarioElement {
  let expectation: Expectation

  /// - Parameters:
  ///   - subject: what it is about.
  ///   - label: the audit it is about; the last, if left out.
  ///   - arm: the arm it is about; each, if left out.
  public init(_ subject: Expectation.Subject, at label: String? = nil, arm: String? = nil) {
    expectation = Expectation(subject, at: label, arm: arm)
  }

  public func add(to scenario: inout Scenario) { scenario.expectations.append(expectation) }
}

/// An arm to compare with: what is left out is as in the main one.
public struct ControlArm: ScenarioElement {
  let control: Scenario.Control

  /// Makes an arm.
  ///
  /// - Parameters:
  ///   - name: what it is called; by its place, if left out.
  ///   - environment: other settings of the same world.
  ///   - agent: other settings of the same agent.
  ///   - elements: another world or agent, other seeds, another script, and what must be found.
  public init(
    _ name: String? = nil, environment: Settings? = nil, agent: Settings? = nil,
    @ScenarioBuilder _ elements: () -> [any ScenarioElement]
  ) {
    var control = Scenario.Control(name: name)
    control.environment = environment.map { Scenario.Named("", $0) }
    control.agent = agent.map { Scenario.Named("", $0) }
    for element in elements() {
      switch element {
      case let world as World: control.environment = world.named
      case let agent as AgentNamed: control.agent = agent.named
      case let seeds as Seeds: control.seeds = seeds.range
      case let expect as Expect: control.expectations.append(expect.expectation)
      case let step as any ScenarioStep: control.script = (control.script ?? []) + [step.step]
      default: break
      }
    }
    self.control = control
  }

  public func add(to scenario: inout Scenario) { scenario.controls.append(control) }
}
