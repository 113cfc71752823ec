import ArgumentParser
import Assay
import AssayAgents
import AssayScenarios
import Foundation

/// A number of steps as it is typed: `100k`, `1.5m`, `1e5`.
extension Count: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }

  public var defaultValueDescription: String { "\(number)" }
}

/// What was asked of `assay train`: by flags, by a file, and by nobody, in this order.
struct RunOrder {
  /// The names that are not hyperparameters, in the file as on the command line.
  static let names = [
    "environment", "agent", "steps", "seed", "seeds", "log-every", "checkpoint-every", "evaluate-every",
    "evaluation-episodes",
  ]
  /// Those that only the command line has.
  static let flagNames = ["out", "config", "set", "jobs", "json", "help"]

  /// What was said on the command line, by name.
  private let flags: [String: String]
  private let file: RunFile?
  let agent: LearnerEntry
  private(set) var environment: EnvironmentEntry
  private let environmentName: String
  private let settings: [String: String]

  /// Reads what was asked for.
  ///
  /// - Parameters:
  ///   - words: what the parser did not know: the environment, and hyperparameters with their values.
  ///   - flags: what the parser knew, by the names of ``names``.
  ///   - settings: `name=value`, of the world.
  ///   - path: where a file is that says more.
  /// - Throws: `UnknownName`, `Failure` or `ScriptError` for what cannot be.
  init(words: [String], flags: [String: String], settings: [String], file path: String?) throws {
    let file = try path.map { try RunFile(try Files.read($0), name: $0) }
    let named = Dictionary((file?.entries ?? []).map { ($0.name, $0.text) }) { _, last in last }
    let (environments, given) = Self.split(words)
    var flags = flags
    if environments.count > 1 {
      throw Failure(
        status: ExitStatus.usage,
        message: "'\(environments[1])' is one word too many; allowed: one environment")
    }
    flags["environment"] = environments.first
    guard let agentName = flags["agent"] ?? named["agent"] else {
      let known = Names.catalogue.learners.map(\.name).joined(separator: ", ")
      // A mistyped flag is reported as that, and not as a missing `--agent`.
      if let unknown = given.first(where: { flag in !Names.catalogue.learners.contains { $0.has(flag.name) } }
      ) {
        throw Self.unknown(unknown.name, of: nil)
      }
      throw Failure(status: ExitStatus.usage, message: "--agent is missing; allowed: \(known)")
    }
    agent = try Names.learner(agentName)
    guard let environmentName = flags["environment"] ?? named["environment"] else {
      throw Failure(
        status: ExitStatus.usage,
        message: "the environment is missing; allowed: a name (see 'assay list environments'), or a file")
    }
    environment = try Names.environment(environmentName)
    self.environmentName = Names.lastingName(of: environment, typed: environmentName)
    for flag in given {
      guard let known = agent.hyperparameters.first(where: { $0.name == flag.name }) else {
        throw Self.unknown(flag.name, of: agent)
      }
      guard flags[flag.name] == nil else {
        throw Failure(status: ExitStatus.usage, message: "--\(flag.name) is there twice; allowed: once")
      }
      flags[flag.name] = flag.value ?? (known.kind == .flag ? "yes" : "")
    }
    self.flags = flags
    self.file = file
    self.settings = try Self.settings(settings, file, of: environment)
    try checkFile()
  }

  /// Tells environments from hyperparameters.
  static func split(_ words: [String]) -> ([String], [(name: String, value: String?)]) {
    var environments: [String] = []
    var flags: [(name: String, value: String?)] = []
    var index = 0
    while index < words.count {
      let word = words[index]
      index += 1
      guard word.hasPrefix("--") else {
        environments.append(word)
        continue
      }
      let parts = word.dropFirst(2).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = String(parts.first ?? "")
      if parts.count > 1 {
        flags.append((name, String(parts[1])))
      } else if isFlag(name), index < words.count,
        !["yes", "no", "true", "false", "on", "off"].contains(words[index])
      {
        flags.append((name, nil))
      } else if index < words.count, !words[index].hasPrefix("--") {
        flags.append((name, words[index]))
        index += 1
      } else {
        flags.append((name, nil))
      }
    }
    return (environments, flags)
  }

  /// Hyperparameters as they are typed.
  ///
  /// - Throws: ``UnknownName`` for one that the agent has not, and `Failure` for a value that is not allowed.
  static func hyperparameters(
    _ flags: [(name: String, value: String?)], of agent: LearnerEntry
  ) throws -> Hyperparameters {
    var given: Hyperparameters = [:]
    for flag in flags {
      guard let entry = agent.hyperparameters.first(where: { $0.name == flag.name }) else {
        throw unknown(flag.name, of: agent)
      }
      given[entry.name] = try value(flag.value ?? (entry.kind == .flag ? "yes" : ""), of: entry)
    }
    return given
  }

  private static func value(_ text: String, of entry: HyperparameterFacts) throws -> HyperparameterValue {
    guard let value = entry.kind.value(from: text), entry.kind.isAllowed(value) else {
      throw Failure(
        status: ExitStatus.usage, message: "--\(entry.name) is '\(text)'; allowed: \(entry.kind.allowed)")
    }
    return value
  }

  /// Whether a hyperparameter of some agent needs no value.
  private static func isFlag(_ name: String) -> Bool {
    Names.catalogue.learners.contains { $0.hyperparameters.contains { $0.name == name && $0.kind == .flag } }
  }

  private static func unknown(_ name: String, of agent: LearnerEntry?) -> UnknownName {
    var hyperparameters: [String] = []
    for agent in agent.map({ [$0] }) ?? Names.catalogue.learners {
      hyperparameters += agent.hyperparameters.map(\.name).filter { !hyperparameters.contains($0) }
    }
    return UnknownName(
      kind: agent.map { "option or hyperparameter of \($0.name)" } ?? "option", name: "--\(name)",
      known: (names.dropFirst() + flagNames + hyperparameters).map { "--\($0)" })
  }

  /// What is set in the world, by name: on the command line, or else in the file.
  private static func settings(
    _ texts: [String], _ file: RunFile?, of environment: EnvironmentEntry
  ) throws -> [String: String] {
    var settings: [String: String] = [:]
    for entry in file?.settings ?? [] {
      guard let variable = environment.variables.first(where: { $0.name == entry.name }) else {
        throw ScriptError(
          problems: [
            file?.problem(withUnknown: entry, known: environment.variables.map(\.name))
          ].compactMap(\.self))
      }
      guard variable.setting(from: entry.text) != nil else {
        throw ScriptError(
          problems: [file?.problem(with: entry, allowed: variable.allowed)].compactMap(\.self))
      }
      settings[entry.name] = entry.text
    }
    _ = try Names.settings(texts, of: environment)
    for text in texts {
      let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      settings[String(parts[0])] = String(parts[1])
    }
    return settings
  }

  /// Tells everything that is wrong with the file at once.
  private func checkFile() throws {
    guard let file else { return }
    let known = Self.names + agent.hyperparameters.map(\.name) + ["set"]
    var problems: [ScriptProblem] = []
    for (index, entry) in file.entries.enumerated() {
      if file.entries[..<index].contains(where: { $0.name == entry.name }) {
        problems.append(file.problem(with: entry, allowed: "each name once"))
      } else if let hyperparameter = agent.hyperparameters.first(where: { $0.name == entry.name }) {
        let value = hyperparameter.kind.value(from: entry.text)
        if value.map(hyperparameter.kind.isAllowed) != true {
          problems.append(file.problem(with: entry, allowed: hyperparameter.kind.allowed))
        }
      } else if !known.contains(entry.name) {
        problems.append(file.problem(withUnknown: entry, known: known))
      } else if let range = Self.ranges[entry.name],
        Count(entry.text).map({ range.contains($0.number) }) != true
      {
        problems.append(file.problem(with: entry, allowed: Self.allowed(range)))
      }
    }
    guard problems.isEmpty else { throw ScriptError(problems: problems) }
  }

  private static let ranges: [String: ClosedRange<Int>] = [
    "steps": 1...1_000_000_000_000, "seed": 0...Int.max, "seeds": 1...10_000,
    "log-every": 1...1_000_000_000_000, "checkpoint-every": 1...1_000_000_000_000,
    "evaluate-every": 0...1_000_000_000_000, "evaluation-episodes": 0...100_000,
  ]

  private static func allowed(_ range: ClosedRange<Int>) -> String {
    range.upperBound == Int.max
      ? "a whole number from \(range.lowerBound)"
      : "a whole number from \(range.lowerBound) to \(range.upperBound)"
  }

  /// A whole number that was asked for; `nil` where nobody did.
  func number(_ name: String) throws -> Int? {
    if let text = flags[name] {
      guard let count = Count(text), let range = Self.ranges[name], range.contains(count.number) else {
        throw Failure(
          status: ExitStatus.usage,
          message: "--\(name) is '\(text)'; allowed: \(Self.allowed(Self.ranges[name] ?? 0...Int.max))")
      }
      return count.number
    }
    return file?.entries.first { $0.name == name }.flatMap { Count($0.text)?.number }
  }

  /// Every hyperparameter, as it will be.
  private func hyperparameters() throws -> Hyperparameters {
    var given: Hyperparameters = [:]
    for entry in agent.hyperparameters {
      if let text = flags[entry.name] {
        given[entry.name] = try Self.value(text, of: entry)
      } else if let text = file?.entries.first(where: { $0.name == entry.name })?.text {
        given[entry.name] = entry.kind.value(from: text)
      }
    }
    return try agent.hyperparameters(given: given, in: environment.name)
  }

  /// What each run is, by seeds in order.
  func descriptions() throws -> [RunDescription] {
    let first = try number("seed") ?? 0
    let count = try number("seeds") ?? 1
    guard first <= Int.max - count else {
      throw Failure(
        status: ExitStatus.usage, message: "--seed is \(first); allowed: up to \(Int.max - count)")
    }
    let settings = try Names.settings(self.settings.map { "\($0.key)=\($0.value)" }, of: environment)
    var description = RunDescription(
      agent: agent.name, environment: environmentName, settings: settings,
      hyperparameters: try hyperparameters(), seed: UInt64(first), steps: try number("steps") ?? 100_000,
      version: AssayCommand.configuration.version)
    description.logEvery = try number("log-every") ?? description.logEvery
    if let steps = try number("checkpoint-every") {
      (description.checkpointEvery, description.checkpointSeconds) = (steps, 0)
    }
    description.evaluateEvery = try number("evaluate-every") ?? description.evaluateEvery
    description.evaluationEpisodes = try number("evaluation-episodes") ?? description.evaluationEpisodes
    return (0..<count).map { index in
      var copy = description
      copy.seed = UInt64(first + index)
      return copy
    }
  }

  /// Whether several seeds were asked for, be it one: their runs then lie in folders of their own.
  var hasSeeds: Bool { get throws { try number("seeds") != nil } }
}

extension LearnerEntry {
  fileprivate func has(_ name: String) -> Bool { hyperparameters.contains { $0.name == name } }
}

extension RunDescription {
  /// Makes the run anew, before its first step.
  func makeRun() throws -> any LiveRun {
    let entry = try Names.environment(environment)
    return try Names.learner(agent).make(
      LearnerRequest(
        world: try entry.make(worldSettings), hyperparameters: hyperparameters, runLength: runLength,
        seed: seed))
  }

  /// What it is, in a few words.
  var title: String {
    let world = environment.contains("/") ? URL(fileURLWithPath: environment).lastPathComponent : environment
    return "\(agent) in \(world), seed \(seed)"
  }
}
