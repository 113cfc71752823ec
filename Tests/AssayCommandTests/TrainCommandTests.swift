import Foundation
import Testing

@Suite("assay train")
struct TrainCommandTests {
  /// A run of a second or less.
  static let small = "train cart-pole --agent ppo --steps 2k --hidden 8 --evaluation-episodes 2"

  @Test("a run leaves its folder, its summary and nothing else, and prints the same as JSON")
  func run() async throws {
    let folder = try TemporaryFolder()
    let text = try await Command.run(line: Self.small + " --out one", in: folder.url)
    #expect(text.status == 0 && text.error == "", "\(text.error)")
    #expect(text.lines[0].hasPrefix("ppo in cart-pole, seed 0: 2,000 of 2,000 steps in "))
    #expect(text.lines.filter { $0.count > 80 } == [])
    let json = try await Command.run(line: Self.small + " --out deep/two --json", in: folder.url)
    let summary = try json.json()
    #expect(summary["schema"] as? String == "assay.train/1")
    let run = try #require((summary["runs"] as? [[String: Any]])?.first)
    #expect(run["outcome"] as? String == "finished" && run["step"] as? Int == 2000)
    #expect((run["hyperparameters"] as? [String: Any])?["hidden"] as? [Int] == [8])
    // What was found for the world, where nobody says otherwise.
    #expect((run["hyperparameters"] as? [String: Any])?["passes"] as? Int == 20)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.url.appending(path: "one").path)
    #expect(
      names.sorted() == [
        "checkpoints", "events.out.tfevents.assay", "metrics.jsonl", "run.json", "snapshots",
      ])
    // The same command, the same bits.
    let (one, two) = (
      try Run(folder.url.appending(path: "one")).bits, try Run(folder.url.appending(path: "deep/two")).bits
    )
    #expect(one == two)
  }

  @Test("a world is found by the names that others give it, and steps are numbers as people write them")
  func names() async throws {
    let folder = try TemporaryFolder()
    for (index, (world, steps)) in [("CartPole-v1", "1.5k"), ("cartpole", "1e3"), ("cart-pole", "1_000")]
      .enumerated()
    {
      let line = "train --agent a2c --steps \(steps) --hidden 8 \(world) --out \(index) --json"
      let summary = try await Command.run(line: line, in: folder.url).json()
      #expect(summary["environment"] as? String == "cart-pole")
      #expect((summary["runs"] as? [[String: Any]])?.first?["steps"] as? Int == [1500, 1000, 1000][index])
    }
  }

  @Test("what is typed goes before the file, that before what was found for the world")
  func file() async throws {
    let folder = try TemporaryFolder()
    try folder.write(
      """
      agent: ppo
      environment: cart-pole
      steps: 1k
      rate: 0.5e-3
      passes: 3
      hidden: [8, 4]
      is-annealed: no
      """, to: "run.yaml")
    let answer = try await Command.run(
      line: "train --config run.yaml --passes 2 --anneals-clip --out x --json", in: folder.url)
    let run = try #require((try answer.json()["runs"] as? [[String: Any]])?.first)
    let set = try #require(run["hyperparameters"] as? [String: Any])
    #expect(
      set["rate"] as? Double == 0.0005 && set["passes"] as? Int == 2 && set["hidden"] as? [Int] == [8, 4])
    #expect(set["is-annealed"] as? Bool == false && set["anneals-clip"] as? Bool == true)
    #expect(set["discount"] as? Double == 0.98 && run["steps"] as? Int == 1000)
  }

  @Test("several seeds have folders of their own, with the same bits however many are trained at a time")
  func seeds() async throws {
    let folder = try TemporaryFolder()
    let line = Self.small + " --seed 4 --seeds 3"
    let one = try await Command.run(line: line + " --jobs 1 --out one", in: folder.url)
    let two = try await Command.run(line: line + " --jobs 3 --out two", in: folder.url)
    #expect(one.status == 0 && two.status == 0, "\(one.error)\(two.error)")
    #expect(one.lines.filter { $0.count > 80 } == [])
    #expect(one.output.contains("greedy return over 3 seeds: "))
    var seen: Set<[Data]> = []
    for seed in 4...6 {
      let runs = try ["one", "two"].map { try Run(folder.url.appending(path: "\($0)/seed-\(seed)")) }
      let bits = try runs.map { try $0.bits }
      #expect(bits[0] == bits[1])
      seen.insert(bits[0])
    }
    #expect(seen.count == 3)
    // And alone, it is the same run.
    _ = try await Command.run(line: Self.small + " --seed 5 --out alone", in: folder.url)
    let alone = try Run(folder.url.appending(path: "alone")).bits
    let together = try Run(folder.url.appending(path: "one/seed-5")).bits
    #expect(alone == together)
  }

  @Test("a run that diverges is stopped by part, block and step, and the last checkpoint is whole")
  func diverging() async throws {
    let folder = try TemporaryFolder()
    // Plain gradient descent with a step size of 1 on a loss of squares: each step overshoots further.
    let line =
      "train pendulum --agent a2c --steps 5k --hidden 8,8,8 --activation relu --rule gradient-descent --rate 1 "
      + "--value-weight 100 --largest-gradient 1e6 --checkpoint-every 40 --evaluation-episodes 0 --out x"
    let answer = try await Command.run(line: line, in: folder.url)
    #expect(answer.status == 70)
    #expect(answer.errorLines.count == 1, "\(answer.error)")
    #expect(answer.error.contains("in the critic, value wrote a number that is not finite to critic["))
    let kept = try #require(try Run(folder.url.appending(path: "x")).checkpoints.last)
    #expect(answer.error.contains("the checkpoint of step \(kept) is whole"), "\(answer.error)")
    #expect(try await Command.run(line: "evaluate x --episodes 2", in: folder.url).status == 0)
  }

  @Test(
    "bad input is told in a line or a few, with the nearest name or what is allowed, and leaves nothing behind",
    arguments: [
      ("--agent ppo", 64, "--out is missing"), ("--out x", 64, "--agent is missing; allowed: ppo"),
      ("--agent pop --out x", 64, "did you mean 'ppo'?"),
      ("--agent dyna --out x", 64, "'assay audit' trains it"),
      ("--agent ppo --out x --rte 3e-4", 64, "did you mean '--rate'?"),
      ("--out x --stepz 100", 64, "did you mean '--steps'?"),
      ("--agent ppo --out x --rate 7", 64, "--rate is '7'; allowed: a number from 0 to 1"),
      ("--agent ppo --out x --hidden 64,many", 64, "--hidden is '64,many'; allowed: 0 to 8 whole numbers"),
      ("--agent ppo --out x --activation tahn", 64, "tanh, relu or silu"),
      ("--agent ppo --out x --steps none", 64, "--steps is 'none'; allowed: a whole number from 1"),
      ("--agent ppo --out x --rate", 64, "--rate is ''"), ("--agent ppo --out x --jobs 0", 64, "1 or more"),
      ("--agent ppo --out x taxi", 64, "one word too many"),
      ("--agent ppo --out x --set a=b", 64, "nothing can be set"),
      ("--agent ppo --out x --config none.yaml", 66, "there is no such file"),
      ("--agent sac --out x", 65, "sac cannot act"), ("--agent ppo --out .", 73, "not empty"),
      ("--agent mbpo --out x --elites 9", 65, "at most members, which is 5"),
    ])
  func badInput(line: String, status: Int32, reason: String) async throws {
    let folder = try TemporaryFolder()
    try folder.write("", to: "mine.txt")
    let answer = try await Command.run(line: "train cart-pole " + line, in: folder.url)
    #expect(answer.status == status, "\(answer.error)")
    // Lines are broken at 80 columns.
    #expect(answer.error.replacing("\n", with: " ").contains(reason), "\(answer.error)")
    #expect(answer.output == "")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.url.path)
    #expect(names.filter { !["output", "error", "mine.txt"].contains($0) } == [])
  }

  @Test(
    "a mistake in a file is told by file, line and field",
    arguments: [
      ("steps: 1k\nrate: 7", ":2: field 'rate' is '7'; allowed: a number from 0 to 1"),
      ("steps: 1k\n\nrte: 7", ":3: field 'rte' is unknown"), ("rte: 7", "did you mean 'rate'?"),
      ("steps: [1", "not YAML"), ("- 1", ":1: the file is 'a list'"), ("steps: {a: 1}", "field 'steps'"),
      ("rate: 1\nrate: 1", "twice"), ("set: {limit: 3}", ":1: field 'limit' is unknown"), ("", "empty"),
      ("steps: 0", ":1: field 'steps' is '0'"),
    ])
  func badFile(text: String, reason: String) async throws {
    let folder = try TemporaryFolder()
    try folder.write(text, to: "run.yaml")
    let answer = try await Command.run(
      line: "train cart-pole --agent ppo --out x --config run.yaml", in: folder.url)
    #expect(answer.status == 65, "\(answer.error)")
    #expect(answer.error.hasPrefix("Error: run.yaml:"), "\(answer.error)")
    #expect(answer.error.contains(reason), "\(answer.error)")
  }
}

/// The folder of a run, as the tests look at it.
struct Run {
  let url: URL

  init(_ url: URL) throws { self.url = url }

  /// The steps of its checkpoints.
  var checkpoints: [Int] {
    ((try? FileManager.default.contentsOfDirectory(atPath: url.appending(path: "checkpoints").path)) ?? [])
      .compactMap { Int($0) }.sorted()
  }

  /// What the last checkpoint's files hold that have no times in them.
  var bits: [Data] {
    get throws {
      let last = try #require(checkpoints.last)
      let name = String(repeating: "0", count: 12 - "\(last)".count) + "\(last)"
      return try ["parameters.safetensors", "state.safetensors"].map {
        try Data(contentsOf: url.appending(path: "checkpoints/\(name)/\($0)"))
      }
    }
  }

  /// The steps of the lines of its log.
  var logged: [Int] {
    get throws {
      try String(contentsOf: url.appending(path: "metrics.jsonl"), encoding: .utf8).split(separator: "\n").map
      {
        let line = try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
        return try #require(line?["step"] as? Int)
      }
    }
  }
}
