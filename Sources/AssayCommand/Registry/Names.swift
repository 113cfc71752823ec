import Assay
import AssayEnvironments
import AssayPlanning
import AssayScenarios
import Foundation

/// What can be named on the command line: what the catalogue has, and files.
enum Names {
  static let catalogue = Catalogue.standard

  /// The world of a name, or of a file: `assay.mdp/1`, or Cassandra's `.MDP` and `.POMDP`.
  static func environment(_ name: String) throws -> EnvironmentEntry {
    if catalogue.environments.contains(where: { $0.name == name }) || !Files.looksLikeFile(name) {
      return try catalogue.environment(named: name, otherwise: "or a file.json, .MDP or .POMDP")
    }
    if Files.hasSuffix(".pomdp", name) {
      let process = try Files.readHiddenProcess(name)
      return EnvironmentEntry(process.process.name, "from a file") { _ in HiddenTabularEnvironment(process) }
    }
    let process = try Files.readProcess(name)
    return EnvironmentEntry(process.name, "from a file") { _ in AnyWorld(TabularEnvironment(process)) }
  }

  /// The world of a name or a file, with settings as they are typed: `coin=left`.
  static func world(_ name: String, settings: [String]) throws -> any Environment {
    let entry = try environment(name)
    return try entry.make(try Self.settings(settings, of: entry))
  }

  /// What a world is called that can be found again from anywhere: its name, or the whole path of its file.
  static func lastingName(of entry: EnvironmentEntry, typed name: String) -> String {
    catalogue.environments.contains { $0.name == entry.name }
      ? entry.name : URL(fileURLWithPath: name).standardized.path
  }

  /// Settings of a world, as they are typed after `--set`.
  static func settings(_ texts: [String], of entry: EnvironmentEntry) throws -> Settings {
    var settings: Settings = [:]
    for text in texts {
      guard let equals = text.firstIndex(of: "=") else {
        throw Failure(
          status: ExitStatus.usage, message: "--set \(text): has no '='; allowed: name=value")
      }
      let name = String(text[..<equals])
      let value = String(text[text.index(after: equals)...])
      guard let variable = entry.variables.first(where: { $0.name == name }) else {
        guard !entry.variables.isEmpty else {
          throw Failure(
            status: ExitStatus.usage, message: "--set \(text): nothing can be set in \(entry.name)")
        }
        throw UnknownName(
          kind: "setting of \(entry.name)", name: name, known: entry.variables.map(\.name))
      }
      guard let setting = variable.setting(from: value) else {
        throw Failure(
          status: ExitStatus.usage,
          message: "--set \(name): '\(value)' is not allowed; allowed: \(variable.allowed)")
      }
      settings[name] = setting
    }
    return settings
  }

  /// The table of a world by name, or of a file with every reward in it.
  static func process(_ name: String) throws -> FiniteMDP {
    if !catalogue.environments.contains(where: { $0.name == name }), Files.looksLikeFile(name),
      !Files.hasSuffix(".pomdp", name)
    {
      return try Files.readProcess(name)
    }
    return try FiniteMDP(enumerating: try environment(name).makeListed([:]))
  }

  /// The agent with tables of a name.
  static func agent(_ name: String) throws -> AgentEntry {
    if !catalogue.agents.contains(where: { $0.name == name }),
      catalogue.learners.contains(where: { $0.name == name })
    {
      throw Failure(
        status: ExitStatus.usage,
        message: "\(name) has networks and no tables: 'assay train' trains it; allowed here: "
          + catalogue.agents.map(\.name).joined(separator: ", "))
    }
    return try catalogue.agent(named: name)
  }

  /// The agent with networks of a name.
  static func learner(_ name: String) throws -> LearnerEntry {
    if !catalogue.learners.contains(where: { $0.name == name }),
      catalogue.agents.contains(where: { $0.name == name })
    {
      throw Failure(
        status: ExitStatus.usage,
        message: "\(name) has tables and no networks: 'assay audit' trains it; allowed here: "
          + catalogue.learners.map(\.name).joined(separator: ", "))
    }
    return try catalogue.learner(named: name)
  }

  /// A fault with its strength: `critic-frozen`, or `critic-frozen:strong`.
  static func fault(_ text: String) throws -> (fault: Fault, strength: Fault.Strength) {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    guard let fault = Fault(rawValue: parts[0]) else {
      throw UnknownName(kind: "fault", name: parts[0], known: Fault.allCases.map(\.rawValue))
    }
    guard parts.count > 1 else { return (fault, .medium) }
    return (fault, try strength(parts[1]))
  }

  static func strength(_ name: String) throws -> Fault.Strength {
    guard let strength = Fault.Strength(rawValue: name) else {
      throw UnknownName(kind: "strength", name: name, known: Fault.Strength.allCases.map(\.rawValue))
    }
    return strength
  }
}
