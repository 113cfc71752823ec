import Foundation
import Testing

@Suite("assay solve")
struct SolveCommandTests {
  private struct Solution: Decodable {
    var schema: String
    var values: [Double]
    var policy: [Int]
    var errorBound: Double?
    var gain: Double?
    var iterations: Int
  }

  private static func solve(_ line: String, in folder: URL? = nil) async throws -> Solution {
    let answer = try await Command.run(line: "solve \(line) --json", in: folder)
    #expect(answer.error == "")
    return try JSONDecoder().decode(Solution.self, from: Data(answer.output.utf8))
  }

  /// Flags, and the value of the first state of frozen-lake-4x4 under them, worked out apart by plain sweeps and by a
  /// direct solution of the uniform policy's equations.
  static let values = [
    ("", 0.5420259320004713),
    ("--method value-iteration", 0.5420259320004713),
    ("--method policy-iteration", 0.5420259320004713),
    ("--method modified-policy-iteration", 0.5420259320004713),
    ("--criterion discounted", 0.5420259320004713),
    ("--horizon 20", 0.17423639123023837),
    ("--horizon 200 --discount 1", 0.8167335046802775),
    ("--horizon 0", 0),
    ("--policy uniform", 0.012356137325163214),
    ("--policy uniform --discount 1", 0.01393979624231639),
    ("--policy uniform --horizon 1", 0),
  ]

  @Test("values are the known ones of frozen-lake-4x4", arguments: values)
  func value(flags: String, expected: Double) async throws {
    let solution = try await Self.solve("frozen-lake-4x4 \(flags)")
    #expect(solution.schema == "assay.solution/1")
    #expect(solution.values.count == 16)
    #expect(abs(solution.values[0] - expected) < 2e-9)
    #expect(try #require(solution.errorBound) <= 1e-9)
    #expect(solution.gain == nil)
  }

  @Test(
    "the average reward is the known one of frozen-lake-4x4",
    arguments: [("", 0.01797385620915032), ("--policy uniform", 0.0018168276609188475)])
  func gain(flags: String, expected: Double) async throws {
    let solution = try await Self.solve("frozen-lake-4x4 --criterion average \(flags)")
    #expect(abs(try #require(solution.gain) - expected) < 1e-9)
  }

  @Test("a file and the world of the same name have one solution")
  func file() async throws {
    let fromFile = try await Self.solve(Processes.resource("frozen-lake-4x4.json"))
    let byName = try await Self.solve("frozen-lake-4x4")
    #expect(fromFile.policy == byName.policy)
    #expect(zip(fromFile.values, byName.values).allSatisfy { abs($0 - $1) < 1e-12 })
  }

  @Test("every field of the JSON is there, `gain` as null where the reward is discounted")
  func keys() async throws {
    let keys: Set = ["schema", "values", "policy", "errorBound", "gain", "iterations"]
    let discounted = try await Command.run(line: "solve frozen-lake-4x4 --json").json()
    #expect(Set(discounted.keys) == keys)
    #expect(discounted["gain"] is NSNull)
    let average = try await Command.run(line: "solve frozen-lake-4x4 --criterion average --json").json()
    #expect(Set(average.keys) == keys)
    #expect(average["gain"] is Double)
  }

  @Test(
    "a solution can be fed back as a policy and has the same values",
    arguments: ["frozen-lake-4x4", "maximisation-bias", "random-walk-5"])
  func roundTrip(world: String) async throws {
    let folder = try TemporaryFolder()
    let solved = try await Command.run("solve", world, "--json")
    try folder.write(solved.output, to: "best.json")
    let best = try await Self.solve(world)
    let evaluated = try await Self.solve("\(world) --policy best.json", in: folder.url)
    #expect(zip(evaluated.values, best.values).allSatisfy { abs($0 - $1) < 2e-9 })
    #expect(evaluated.values.count == best.values.count)
    // The state of each of these worlds that is only ever an end has no action.
    #expect(best.policy.contains(-1) == (world != "frozen-lake-4x4"))
  }

  @Test("probabilities in a policy file count")
  func probabilities() async throws {
    let folder = try TemporaryFolder()
    let rows = Array(repeating: "[0.25, 0.25, 0.25, 0.25]", count: 16).joined(separator: ", ")
    try folder.write("{\"policy\": [\(rows)]}", to: "even.json")
    let even = try await Self.solve("frozen-lake-4x4 --policy even.json", in: folder.url)
    #expect(abs(even.values[0] - 0.012356137325163214) < 1e-9)
  }

  @Test(
    "a policy file that does not fit is refused by file, field and value",
    arguments: [
      ("{\"policy\": [1, 0]}", "policy is 2 entries long; allowed: 3 entries"),
      ("{\"policy\": [1, 0, 0]}", "policy[2] is 0; allowed: -1, since the state has no actions"),
      ("{\"policy\": [-1, 0, -1]}", "policy[0] is -1; allowed: an action available there"),
      ("{\"policy\": [7, 0, -1]}", "policy[0] is 7; allowed: an action available there"),
      (
        "{\"policy\": [[1], [1], []]}", "policy[0] is 1 entries long; allowed: 10 entries"
      ),
      (
        "{\"policy\": [[0.5, 0.4, 0, 0, 0, 0, 0, 0, 0, 0], [], []]}",
        "policy[0] is 0.9 in sum; allowed: probabilities that sum to 1 within 1e-9"
      ),
      (
        "{\"policy\": [[0.5, 0, 0.5, 0, 0, 0, 0, 0, 0, 0], [], []]}",
        "policy[0][2] is 0.5; allowed: from 0 to 1, and 0 for an action that is unavailable"
      ),
      (
        "{}",
        "policy is missing, or of another type; allowed: a list of actions, or a list of lists of probabilities, one "
          + "for each state"
      ),
    ])
  func badPolicy(text: String, message: String) async throws {
    let folder = try TemporaryFolder()
    try folder.write(text, to: "mine.json")
    let answer = try await Command.run(line: "solve maximisation-bias --policy mine.json", in: folder.url)
    #expect(answer.status == 65)
    #expect(answer.output == "")
    #expect(answer.error == "Error: mine.json: \(message)\n")
  }

  @Test("a second reward of a file is found by its name")
  func reward() async throws {
    let folder = try TemporaryFolder()
    let text = Processes.text().dropLast() + ", \"rewards\": {\"coin\": [0, 3, 0]}}"
    try folder.write(String(text), to: "two.json")
    // V = ½ (r + γ 0) + ½ γ V, so V = ½ r / (1 − ½ γ).
    #expect(abs(try await Self.solve("two.json", in: folder.url).values[0] - 0.5 / 0.55) < 1e-9)
    #expect(abs(try await Self.solve("two.json --reward coin", in: folder.url).values[0] - 1.5 / 0.55) < 1e-9)
  }

  @Test("a world by name is not hidden by a file that is called the same")
  func nameBeforeFile() async throws {
    let folder = try TemporaryFolder()
    try folder.write("not a process", to: "frozen-lake-4x4")
    let answer = try await Command.run("solve", "frozen-lake-4x4", in: folder.url)
    #expect(answer.status == 0)
  }

  @Test(
    "flags that exclude each other, or are out of range, are refused",
    arguments: [
      (
        "--criterion average --horizon 5",
        "--criterion is average; allowed: without --horizon, --discount and --method"
      ),
      (
        "--criterion average --discount 0.5",
        "--criterion is average; allowed: without --horizon, --discount and --method"
      ),
      (
        "--criterion average --method policy-iteration",
        "--criterion is average; allowed: without --horizon, --discount and --method"
      ),
      (
        "--method policy-iteration --horizon 5",
        "--method is policy-iteration; allowed: without --horizon and --policy"
      ),
      (
        "--method policy-iteration --policy uniform",
        "--method is policy-iteration; allowed: without --horizon and --policy"
      ),
      ("--discount 1.5", "--discount is 1.5; allowed: a number from 0 to 1"),
      ("--discount nan", "--discount is nan; allowed: a number from 0 to 1"),
      ("--tolerance 0", "--tolerance is 0.0; allowed: a positive number"),
      ("--horizon=-1", "--horizon is -1; allowed: 0 or more"),
    ])
  func conflicts(flags: String, message: String) async throws {
    let answer = try await Command.run(line: "solve frozen-lake-4x4 \(flags)")
    #expect(answer.status == 64)
    #expect(answer.output == "")
    #expect(answer.error == "Error: \(message)\n")
  }

  @Test("the table for people is short, says one thing as one, and keeps to 80 columns")
  func table() async throws {
    let answer = try await Command.run("solve", "frozen-lake-4x4")
    #expect(answer.error == "")
    #expect(answer.lines.first == "frozen-lake-4x4: 16 states, 4 actions")
    #expect(answer.output.contains("value of an episode 0.542025932000"))
    #expect(answer.output.contains("\n14             0.862837  down\n"))
    let policy = try await Command.run("solve", "frozen-lake-4x4", "--policy", "uniform")
    #expect(policy.output.contains(", 1 iteration\n"))
    let large = try await Command.run("solve", "random-100")
    #expect(large.lines.filter { $0.count > 80 } == [])
  }

  @Test("a long name in a file, or one that would command the terminal, does no harm")
  func hostileNames() async throws {
    let folder = try TemporaryFolder()
    let name = "\"\\u001b[31m" + String(repeating: "long", count: 50) + "\""
    try folder.write(Processes.text(["name": name]), to: "hostile.json")
    let answer = try await Command.run("solve", "hostile.json", in: folder.url)
    #expect(answer.status == 0)
    #expect(!answer.output.contains("\u{1B}"))
    #expect(answer.lines.filter { $0.count > 80 } == [])
    #expect(answer.lines.first?.hasSuffix("…: 2 states, 1 action") == true)
  }
}
