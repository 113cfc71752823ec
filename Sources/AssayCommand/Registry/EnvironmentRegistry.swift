import Assay
import AssayDiagnostics
import AssayEnvironments
import AssayScenarios

/// A world that has a name on the command line.
struct EnvironmentEntry: Sendable {
  let name: String
  let summary: String
  /// Lists the world into a table.
  let process: @Sendable () throws -> FiniteMDP
  /// Trains and audits agents in it.
  let audit: @Sendable (AuditRequest) async throws -> AuditReport

  init(_ environment: some EnumerableEnvironment, _ summary: String) {
    name = environment.name
    self.summary = summary
    process = { try FiniteMDP(enumerating: environment) }
    audit = { try await $0.run(in: environment) }
  }
}

/// The only list of worlds.
enum EnvironmentRegistry {
  static let entries: [EnvironmentEntry] = [
    EnvironmentEntry(FrozenLake.fourByFour, "16 states, 4 actions; slippery ice with holes (Gymnasium)"),
    EnvironmentEntry(FrozenLake.eightByEight, "64 states, 4 actions; the same, larger"),
    EnvironmentEntry(CliffWalking(), "48 states, 4 actions; the short way runs along a cliff (S&B ex. 6.6)"),
    EnvironmentEntry(RandomWalk.five, "5 states, no choice; pays 1 at the right end (S&B ex. 6.2)"),
    EnvironmentEntry(RandomWalk.nineteen, "19 states, no choice; pays −1 or 1 at the ends (S&B fig. 7.2)"),
    EnvironmentEntry(GridWorld.fiveByFive, "25 states, 4 actions; two jumps that pay (S&B ex. 3.5)"),
    EnvironmentEntry(GridWorld.fourByFour, "16 states, 4 actions; every step costs 1 (S&B ex. 4.1)"),
    EnvironmentEntry(
      MaximisationBias(), "3 states, up to 10 actions; noise that looks like value (S&B ex. 6.7)"),
    random(states: 20, discount: 0.95),
    random(states: 50, discount: 0.95),
    random(states: 100, discount: 0.99),
  ]

  private static func random(states: Int, discount: Double) -> EnvironmentEntry {
    EnvironmentEntry(
      TabularEnvironment(
        RandomMDP.process(states: states, actions: 4, successors: 8, seed: 7, discount: discount)),
      "\(states) states, 4 actions; 8 random successors each, without end")
  }

  /// The table of a world by name, or of a file in the format `assay.mdp/1` with every reward in it.
  static func process(for name: String) throws -> FiniteMDP {
    if !entries.contains(where: { $0.name == name }), Files.looksLikeFile(name) {
      return try Files.readProcess(name)
    }
    return try entry(for: name).process()
  }

  /// The entry of a name, or of a file in the format `assay.mdp/1`.
  static func entry(for name: String) throws -> EnvironmentEntry {
    if let entry = entries.first(where: { $0.name == name }) { return entry }
    if Files.looksLikeFile(name) {
      let process = try Files.readProcess(name)
      return EnvironmentEntry(TabularEnvironment(process), "from a file")
    }
    throw UnknownName(
      kind: "environment", name: name, known: entries.map(\.name), otherwise: "or a file.json")
  }
}
