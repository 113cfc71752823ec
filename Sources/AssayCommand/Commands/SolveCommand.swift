import ArgumentParser
import Assay
import AssayPlanning
import AssayReports
import AssayScenarios
import Foundation

struct SolveCommand: AsyncParsableCommand {
  enum Criterion: String, CaseIterable, ExpressibleByArgument {
    case discounted, average
  }

  static let configuration = CommandConfiguration(
    commandName: "solve",
    abstract: "Solve a finite process exactly, with a bound on the error.",
    usage: "assay solve <process> [<options>]",
    discussion: """
      Reads a file in the format assay.mdp/1 or Cassandra's .MDP, or takes a world by name. At discount 1 the sum of rewards until the \
      episode terminates counts; for the average reward an ended episode is followed by the next.

      EXAMPLES
        assay solve frozen-lake-8x8.json
        assay solve frozen-lake-8x8 --horizon 200 --discount 1 --json
        assay solve cliff-walking --policy uniform

      A policy file holds {"policy": [2, 0, …]}, an action for each state (-1 where there is none), as --json writes \
      it; or {"policy": [[0.5, 0.5], …]}, a probability for each state and action.
      """)

  @Argument(help: "A file (assay.mdp/1, .MDP), or a world by name.")
  var process: String

  @Option(help: "How to solve it; chosen by size if left out.")
  var method: SolutionMethod?

  @Option(help: "What to maximise: the discounted sum of rewards, or their average over all steps.")
  var criterion = Criterion.discounted

  @Option(help: "Count only this many steps.")
  var horizon: Int?

  @Option(help: "Another discount than the process's own, from 0 to 1.")
  var discount: Double?

  @Option(help: "How far values may be from the truth, in reward units.")
  var tolerance = 1e-9

  @Option(
    help: ArgumentHelp(
      "Values of a policy instead of the best: 'uniform' or a file.", valueName: "uniform|file"))
  var policy: String?

  @Option(help: "Which reward to maximise, by its name in the file.")
  var reward = "reward"

  @Flag(help: "Print JSON, schema assay.solution/1.")
  var json = false

  func run() async throws {
    try await reporting {
      try checkFlags()
      let mdp = try Names.process(process)
      let solution = try await solving(process) { try solve(mdp) }
      if json {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var data = try encoder.encode(SolutionFile(solution))
        data.append(UInt8(ascii: "\n"))
        FileHandle.standardOutput.write(data)
      } else {
        print(SolutionTable(mdp, solution, discount: discount ?? mdp.discount, horizon: horizon).text)
      }
    }
  }

  private func checkFlags() throws {
    func check(_ isRight: Bool, _ flag: String, _ value: String, _ allowed: String) throws {
      if !isRight {
        throw Failure(status: ExitStatus.usage, message: "\(flag) is \(value); allowed: \(allowed)")
      }
    }
    try check(
      (discount ?? 0) >= 0 && (discount ?? 0) <= 1, "--discount", "\(discount ?? 0)", "a number from 0 to 1")
    try check(tolerance > 0 && tolerance.isFinite, "--tolerance", "\(tolerance)", "a positive number")
    try check((horizon ?? 0) >= 0, "--horizon", "\(horizon ?? 0)", "0 or more")
    try check(
      criterion == .discounted || horizon == nil && discount == nil && method == nil, "--criterion",
      "average",
      "without --horizon, --discount and --method")
    try check(
      method == nil || horizon == nil && policy == nil, "--method", method?.rawValue ?? "",
      "without --horizon and --policy")
  }

  private func solve(_ mdp: FiniteMDP) throws -> Solution {
    guard let function = mdp.rewards.first(where: { $0.name == reward }) else {
      throw UnknownName(kind: "reward", name: reward, known: mdp.rewards.map(\.name))
    }
    let policy = try policy.map { try readPolicy($0, for: mdp) }
    if criterion == .average {
      return try mdp.averageRewardSolution(for: function, policy: policy, tolerance: tolerance)
    }
    if let horizon {
      return mdp.finiteHorizonSolution(horizon: horizon, for: function, discount: discount, policy: policy)
    }
    if let policy { return try mdp.values(of: policy, for: function, discount: discount) }
    return try mdp.solved(for: function, discount: discount, method: method, tolerance: tolerance)
  }

  private func readPolicy(_ name: String, for mdp: FiniteMDP) throws -> PolicyTable {
    if name == "uniform" { return mdp.uniformPolicy }
    guard Files.looksLikeFile(name) else {
      throw UnknownName(kind: "policy", name: name, known: ["uniform"], otherwise: "or a file")
    }
    do { return try PolicyFile(json: try Files.read(name)).table(for: mdp) } catch let error as DataError {
      throw error.from(name)
    }
  }
}

extension SolutionMethod: ExpressibleByArgument {}

/// What `assay solve --json` prints.
private struct SolutionFile: Encodable {
  var schema = "assay.solution/1"
  var values: [Double]
  var policy: [Int]
  var errorBound: Double?
  var gain: Double?
  var iterations: Int

  init(_ solution: Solution) {
    values = solution.values
    policy = solution.policy
    errorBound = solution.errorBound
    gain = solution.gain
    iterations = solution.iterations
  }

  enum CodingKeys: String, CodingKey {
    case schema, values, policy, errorBound, gain, iterations
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(schema, forKey: .schema)
    try container.encode(values, forKey: .values)
    try container.encode(policy, forKey: .policy)
    try container.encode(errorBound, forKey: .errorBound)
    try container.encode(gain, forKey: .gain)
    try container.encode(iterations, forKey: .iterations)
  }
}

/// A policy as a file holds it: an action for each state, or a row of probabilities.
private struct PolicyFile {
  private enum Form {
    case actions([Int])
    case probabilities([[Double]])
  }

  private struct Actions: Decodable { var policy: [Int] }
  private struct Probabilities: Decodable { var policy: [[Double]] }

  private let form: Form

  init(json: Data) throws(DataError) {
    try DataError.checkText(json)
    let decoder = JSONDecoder()
    if let file = try? decoder.decode(Actions.self, from: json) {
      form = .actions(file.policy)
    } else if let file = try? decoder.decode(Probabilities.self, from: json) {
      form = .probabilities(file.policy)
    } else {
      throw DataError(
        field: "policy", value: "missing, or of another type",
        allowed: "a list of actions, or a list of lists of probabilities, one for each state")
    }
  }

  func table(for mdp: FiniteMDP) throws(DataError) -> PolicyTable {
    let count =
      switch form {
      case .actions(let actions): actions.count
      case .probabilities(let rows): rows.count
      }
    guard count == mdp.stateCount else {
      throw DataError(field: "policy", value: "\(count) entries long", allowed: "\(mdp.stateCount) entries")
    }
    switch form {
    case .actions(let actions):
      for (state, action) in actions.enumerated() {
        let isRight =
          action == -1
          ? mdp.isFinal(state: state)
          : (0..<mdp.actionCount).contains(action) && mdp.isAvailable(action: action, in: state)
        guard isRight else {
          throw DataError(
            field: "policy[\(state)]", value: "\(action)",
            allowed: mdp.isFinal(state: state)
              ? "-1, since the state has no actions" : "an action available there")
        }
      }
      return PolicyTable(actionCount: mdp.actionCount, actions: actions)
    case .probabilities(let rows):
      for (state, row) in rows.enumerated() where !mdp.isFinal(state: state) {
        guard row.count == mdp.actionCount else {
          throw DataError(
            field: "policy[\(state)]", value: "\(row.count) entries long",
            allowed: "\(mdp.actionCount) entries")
        }
        for (action, probability) in row.enumerated() {
          guard probability >= 0, probability <= 1,
            probability == 0 || mdp.isAvailable(action: action, in: state)
          else {
            throw DataError(
              field: "policy[\(state)][\(action)]", value: "\(probability)",
              allowed: "from 0 to 1, and 0 for an action that is unavailable")
          }
        }
        let sum = row.reduce(0, +)
        guard abs(sum - 1) <= FiniteMDP.probabilityTolerance else {
          throw DataError(
            field: "policy[\(state)]", value: "\(sum) in sum",
            allowed: "probabilities that sum to 1 within 1e-9")
        }
      }
      return PolicyTable(
        actionCount: mdp.actionCount,
        probabilities: rows.enumerated().flatMap { state, row in
          mdp.isFinal(state: state) ? [Double](repeating: 0, count: mdp.actionCount) : row
        })
    }
  }
}

/// A solution for people: what it is, and a line for each of the first states.
private struct SolutionTable {
  let text: String
  private static let shownStates = 100

  init(_ mdp: FiniteMDP, _ solution: Solution, discount: Double, horizon: Int?) {
    func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
    let size = "\(counted(mdp.stateCount, "state")), \(counted(mdp.actionCount, "action"))"
    var lines = [TextLayout.clipped(mdp.name, columns: 80 - 2 - size.count) + ": " + size]
    if let gain = solution.gain {
      lines.append("average reward of a step \(gain)")
    } else {
      let steps = horizon.map { ", " + counted($0, "step") } ?? ""
      lines.append(
        "value of an episode \(mdp.initialValue(of: solution.values)), discount \(discount)\(steps)")
    }
    lines.append(
      "error at most \(solution.errorBound.map { String(format: "%.1e", $0) } ?? "unknown"), "
        + counted(solution.iterations, "iteration"))
    lines.append("")
    lines.append("state             value" + (solution.policy.isEmpty ? "" : "  action"))
    for state in 0..<min(mdp.stateCount, Self.shownStates) {
      let name = TextLayout.padded(TextLayout.harmless(mdp.stateName(state)), columns: 12)
      let value = String(format: "%11.6g", solution.values[state])
      var line = name + value
      if !solution.policy.isEmpty {
        line += "  " + (solution.policy[state] < 0 ? "–" : mdp.actionName(solution.policy[state]))
      }
      lines.append(line)
    }
    if mdp.stateCount > Self.shownStates {
      lines.append("and \(mdp.stateCount - Self.shownStates) more; --json prints all")
    }
    text = lines.map { TextLayout.clipped(TextLayout.harmless($0)) }.joined(separator: "\n")
  }
}
