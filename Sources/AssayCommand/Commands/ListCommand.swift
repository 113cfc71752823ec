import ArgumentParser
import Assay
import AssayDiagnostics
import AssayReports
import AssayScenarios
import Foundation

struct ListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List environments, agents, faults or diagnoses.",
    discussion: """
      With a name after 'environments' or 'agents' it tells all about that one: what can be set in it, with what it \
      is when nobody sets it, and the goals that an environment knows.

      EXAMPLES
        assay list environments
        assay list environments coin-corridor
      """)

  private static let kinds = ["environments", "agents", "faults", "diagnoses"]

  @Argument(help: "What to list: \(Self.kinds.joined(separator: ", ")).")
  var kind: String

  @Argument(help: "Only this one, with all there is to say about it.")
  var name: String?

  @Flag(help: "Print JSON, schema assay.list/2.")
  var json = false

  private struct Listing: Encodable {
    var schema = "assay.list/2"
    var kind: String
    var items: [Item]
  }

  private struct Item: Encodable {
    var name: String
    var summary: String
    /// What kind of agent it is, for agents.
    var group: String?
    /// What kind of world it is, its spaces and rewards, for environments.
    var world: WorldFacts?
    /// Where it can act and where it was published, for agents with networks.
    var learner: LearnerFacts?
    /// What can be set, for environments and agents.
    var variables: [Setting]?
    /// What agents in this world might be after, for environments.
    var goals: [String]?
  }

  private struct Setting: Encodable {
    var name: String
    var summary: String
    var allowed: String
    var standard: String
    /// Whether it can be changed under an agent.
    var isChangeable: Bool

    init(_ variable: Variable) {
      name = variable.name
      summary = variable.summary
      allowed = variable.allowed
      standard = variable.standard.description
      isChangeable = variable.isChangeable
    }

    init(_ hyperparameter: HyperparameterFacts) {
      name = hyperparameter.name
      summary = hyperparameter.summary
      allowed = hyperparameter.kind.allowed
      standard = hyperparameter.standard.description
      isChangeable = false
    }

    /// The same for people.
    var text: String {
      "\(name): \(standard) — \(summary); \(allowed)" + (isChangeable ? "; can be changed" : "")
    }
  }

  /// What there is to say about an agent with networks.
  private struct LearnerFacts: Encodable {
    var source: String
    var actions: [String]
    /// The worlds that hyperparameters were found for.
    var presets: [String]

    init(_ entry: LearnerEntry) {
      source = entry.source
      actions = (entry.takesChoices ? ["numbered"] : []) + (entry.takesVectors ? ["vectors"] : [])
      presets = entry.presets
    }

    /// For a line of a list.
    var text: String { "actions: \(actions.joined(separator: "\u{A0}or\u{A0}")); \(source)" }
  }

  /// Agents of one kind are trained by one command, and those of the other by another.
  private static let agentGroups = (
    tables: "Tables: 'assay audit' trains them and knows the truth about them",
    networks: "Networks: 'assay train' trains them, in any world"
  )

  func run() async throws {
    try await reporting {
      let items = try chosen(
        from: kind == "environments"
          ? Names.catalogue.environments.map(\.name)
          : kind == "agents"
            ? Names.catalogue.agents.map(\.name) + Names.catalogue.learners.map(\.name) : nil)
      if json {
        try printJSON(Listing(kind: kind, items: items))
      } else if name != nil {
        for (index, item) in items.enumerated() {
          if index > 0 { print("") }
          showAll(of: item)
        }
      } else {
        show(items)
      }
    }
  }

  /// What is to be listed: everything of its kind, or the one that is named.
  private func chosen(from known: [String]?) throws -> [Item] {
    // A world is found as everywhere else: however its words are joined.
    let name =
      kind == "environments"
      ? try name.map { try Names.catalogue.environment(named: $0, otherwise: nil).name } : name
    if let name {
      guard let known else {
        throw Failure(
          status: ExitStatus.usage,
          message: "'\(name)' is one word too many; allowed: a name after environments or agents")
      }
      guard known.contains(name) else {
        throw UnknownName(kind: String(kind.dropLast()), name: name, known: known)
      }
    }
    switch kind {
    case "environments":
      return try Names.catalogue.environments.filter { name == nil || $0.name == name }.map { entry in
        let world = try entry.make([:])
        return Item(
          name: entry.name, summary: entry.summary, world: WorldFacts(world, entry: entry),
          variables: entry.variables.map { Setting($0) },
          goals: ((world as? any EnumerableEnvironment)?.goals ?? []).map(\.name)
            .filter { $0 != GoalHypothesis.untampered })
      }
    case "agents":
      return Names.catalogue.agents.filter { name == nil || $0.name == name }.map {
        Item(
          name: $0.name, summary: $0.summary, group: Self.agentGroups.tables,
          variables: $0.variables.map { Setting($0) })
      }
        + Names.catalogue.learners.filter { name == nil || $0.name == name }.map {
          Item(
            name: $0.name, summary: $0.summary, group: Self.agentGroups.networks, learner: LearnerFacts($0),
            variables: $0.hyperparameters.map { Setting($0) })
        }
    case "faults": return Fault.allCases.map { Item(name: $0.rawValue, summary: $0.summary) }
    case "diagnoses": return DiagnosisName.allCases.map { Item(name: $0.rawValue, summary: $0.summary) }
    default: throw UnknownName(kind: "list", name: kind, known: Self.kinds)
    }
  }

  private func show(_ items: [Item]) {
    let width = items.map(\.name.count).max() ?? 0
    var group: String?
    for item in items {
      if item.world?.group ?? item.group != group {
        if group != nil { print("") }
        group = item.world?.group ?? item.group
        if let group { print("# \(group)") }
      }
      let facts = (item.world?.text ?? item.learner?.text).map { "; " + $0 } ?? ""
      for (index, line) in TextLayout.wrapped(item.summary + facts, columns: 80 - width - 2).enumerated() {
        print(TextLayout.padded(index == 0 ? item.name : "", columns: width) + "  " + line)
      }
    }
  }

  private func showAll(of item: Item) {
    for line in TextLayout.wrapped("\(item.name): \(item.summary)") { print(line) }
    let learner = item.learner.map {
      [
        ("source", $0.source), ("actions", $0.actions.joined(separator: " or ")),
        ("found for", $0.presets.joined(separator: ", ")),
      ].filter { !$0.1.isEmpty }
    }
    for (label, text) in item.world?.lines ?? learner ?? [] {
      for (index, line) in TextLayout.wrapped(text, columns: 62).enumerated() {
        print("  " + TextLayout.padded(index == 0 ? label : "", columns: 16) + line)
      }
    }
    if let goals = item.goals, !goals.isEmpty {
      print("  " + TextLayout.padded("goals", columns: 16) + goals.joined(separator: ", "))
    }
    guard let variables = item.variables, !variables.isEmpty else { return }
    print("can be set:")
    for variable in variables {
      for (index, line) in TextLayout.wrapped(variable.text, columns: 76).enumerated() {
        print((index == 0 ? "  " : "    ") + line)
      }
    }
  }
}

/// What there is to say about a world before one has been in it.
private struct WorldFacts: Encodable {
  var group: String
  var source: String
  var observations: String
  var actions: String
  var actionNames: [String]
  /// The smallest and the largest training reward of a step; `nil` where there is no such.
  var smallestReward: Double?
  var largestReward: Double?
  /// After how many steps episodes are cut off.
  var timeLimit: Int?
  /// Whether the world lists its states and what may happen in them, so that truth about it is exact.
  var isEnumerable: Bool
  /// How many states it lists.
  var states: Int?
  private var count: String
  private var actionCount: String

  private enum CodingKeys: String, CodingKey {
    case group, source, observations, actions, actionNames, smallestReward, largestReward, timeLimit
    case isEnumerable, states
  }

  init(_ world: some Environment, entry: EnvironmentEntry) {
    group = entry.group?.rawValue ?? ""
    source = entry.source
    observations = "\(world.observationSpace)"
    actions = "\(world.actionSpace)"
    actionNames = world.actionNames
    let range = world.rewardRange
    smallestReward = range.lowerBound.isFinite ? range.lowerBound : nil
    largestReward = range.upperBound.isFinite ? range.upperBound : nil
    timeLimit = world.timeLimit
    let listed = world as? any EnumerableEnvironment
    isEnumerable = listed != nil
    states = listed?.stateCount
    let seen = (world.observationSpace as? DiscreteSpace)?.count
    count =
      states.map { counted($0, "state") } ?? seen.map { counted($0, "observation") }
      ?? "\(world.observationSpace)"
    actionCount =
      (world.actionSpace as? DiscreteSpace).map { counted($0.count, "action") } ?? "acts by \(actions)"
  }

  private var reward: String {
    let (low, high) = (
      smallestReward.map { NumberText.trimmed($0) }, largestReward.map { NumberText.trimmed($0) }
    )
    return low == high && low != nil ? low ?? "" : "\(low ?? "−∞")…\(high ?? "∞")"
  }

  /// For a line of a list.
  var text: String {
    [
      count, actionCount, "reward\u{A0}\(reward.replacing(" ", with: "\u{A0}"))",
      isEnumerable ? "enumerable" : "not\u{A0}enumerable", source.replacing(" ", with: "\u{A0}"),
    ]
    .filter { !$0.isEmpty }.joined(separator: ", ")
  }

  /// For a page of its own.
  var lines: [(String, String)] {
    [
      ("group", group), ("source", source), ("observation", observations),
      ("action", actions + (actionNames.isEmpty ? "" : ": " + actionNames.joined(separator: ", "))),
      ("reward", reward), ("time limit", timeLimit.map { counted($0, "step") } ?? "none"),
      ("states", states.map { "\(NumberText.count($0)), all listed: truth is exact" } ?? "not listed"),
    ].filter { !$0.1.isEmpty }
  }
}
