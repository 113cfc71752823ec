import Foundation
import Testing

@Suite("assay plan")
struct PlanTests {
  @Test("a mistyped planner is answered with the one that was meant")
  func unknownPlanner() async throws {
    let answer = try await Command.run(line: "plan frozen-lake-4x4 --planner gumble")
    #expect(answer.status == 64)
    #expect(answer.output == "")
    #expect(answer.errorLines.first == "Error: no planner is called 'gumble'; did you mean 'gumbel'?")
    let world = try await Command.run(line: "plan frozen-lake-44")
    #expect(world.status == 64)
    #expect(world.error.contains("did you mean 'frozen-lake-4x4'?"))
  }

  @Test(
    "a planner that does not suit the world, or a number out of range, is refused with what is allowed",
    arguments: [
      (
        "pendulum --planner uct",
        "--planner uct cannot plan in pendulum; allowed: icem, cem, mppi, random-shooting"
      ),
      ("tiger --planner puct", "--planner puct cannot plan in tiger; allowed: exact"),
      (
        "partially-observable-pacman",
        "no planner can plan in partially-observable-pacman; allowed: listed states, games, hidden states of a listed process, or "
          + "observations that are vectors"
      ),
      ("connect-four --simulations 0", "--simulations is 0; allowed: 1 to 100000000"),
      ("connect-four --time 0", "--time is 0; allowed: 1 to 86400000"),
      ("pendulum --candidates 19", "--candidates is 19; allowed: 20 to 1000000"),
      ("connect-four --exploration nan", "--exploration is nan; allowed: a number from 0 on"),
    ])
  func refused(line: String, message: String) async throws {
    let answer = try await Command.run(line: "plan \(line)")
    #expect(answer.status == 64)
    #expect(answer.output == "")
    #expect(answer.error == "Error: \(message)\n")
  }

  @Test("time that is up is said, in text and in JSON")
  func time() async throws {
    let text = try await Command.run(line: "plan connect-four --time 20")
    #expect(text.status == 0, "\(text.error)")
    #expect(text.lines[1] == "Stopped by the clock, with the best so far.")
    let json = try await Command.run(line: "plan connect-four --time 20 --json")
    #expect(try json.json()["isComplete"] as? Bool == false)
    let whole = try await Command.run(line: "plan connect-four --simulations 20 --time 86400000 --json")
    #expect(try whole.json()["isComplete"] as? Bool == true)
    #expect(try whole.json()["effort"] as? String == "20 simulations")
  }

  @Test(
    "the same seed gives the same bytes, and the file says what is printed",
    arguments: [
      "frozen-lake-4x4 --planner gumbel --simulations 50",
      "pendulum --candidates 20 --iterations 2 --depth 8", "connect-four --simulations 100",
    ])
  func bytes(line: String) async throws {
    let folder = try TemporaryFolder()
    let first = try await Command.run(line: "plan \(line) --seed 5 --json --trace plan.json", in: folder.url)
    #expect(first.status == 0, "\(first.error)")
    #expect(try first.json()["schema"] as? String == "assay.plan/1")
    #expect(try folder.text(of: "plan.json") == first.output)
    let second = try await Command.run(line: "plan \(line) --seed 5 --json")
    #expect(second.output == first.output)
    let other = try await Command.run(line: "plan \(line) --seed 6 --json")
    #expect(other.output != first.output)
  }

  @Test("the page is written whole, and the text keeps to 80 columns")
  func page() async throws {
    let folder = try TemporaryFolder()
    try folder.write("old", to: "plan.html")
    let answer = try await Command.run(
      line: "plan frozen-lake-4x4 --planner gumbel --simulations 50 --trace plan.html", in: folder.url)
    #expect(answer.status == 0, "\(answer.error)")
    #expect(try folder.names() == ["plan.html"])
    let html = try folder.text(of: "plan.html")
    #expect(html.hasPrefix("<!DOCTYPE html>") && html.hasSuffix("</html>\n"))
    #expect(html.contains("id=\"tree-title\""))
    #expect(answer.lines.first == "gumbel in frozen-lake-4x4, 50 simulations")
    #expect(answer.output.contains("\nIt would do: "))
    #expect(answer.output.hasSuffix("\nWritten: plan.html\n"))
    #expect(answer.lines.filter { $0.count > 80 } == [])
  }

  @Test(
    "a trace that cannot be written is refused with 73, and nothing is written or printed",
    arguments: ["none/plan.html", "folder", "file/plan.json"])
  func unwritable(path: String) async throws {
    let folder = try TemporaryFolder()
    try folder.write("old", to: "file")
    try FileManager.default.createDirectory(at: folder.file("folder"), withIntermediateDirectories: false)
    let answer = try await Command.run(line: "plan tiger --trace \(path)", in: folder.url)
    #expect(answer.status == 73)
    #expect(answer.output == "")
    #expect(answer.error.hasPrefix("Error: --trace \(path): "))
    #expect(try folder.names() == ["file", "folder"])
    #expect(try folder.text(of: "file") == "old")
  }

  @Test("where the state is hidden, what is believed is said")
  func belief() async throws {
    let answer = try await Command.run(line: "plan tiger")
    #expect(answer.status == 0, "\(answer.error)")
    #expect(answer.output.contains("It believes:") && answer.output.contains("50.0%"))
    #expect(answer.output.contains("It would do: listen"))
  }

  @Test("the parts of a run are asked where it has them, and each can be swapped back")
  func runs() async throws {
    let folder = try TemporaryFolder()
    _ = try await Command.run(line: TrainCommandTests.small + " --steps 300 --out c", in: folder.url)
    let text = try await Command.run(
      line: "plan cart-pole --run c --simulations 40 --trace plan.html", in: folder.url)
    #expect(text.status == 0, "\(text.error)")
    #expect(text.lines[0] == "gumbel in cart-pole, 40 simulations")
    #expect(text.lines[2].hasPrefix("With parts of c (ppo, seed 0, "))
    #expect(text.output.contains("critic    the run's critic, V(s) of the actor's policy, discount 0.98"))
    #expect(text.lines.filter { $0.count > 80 } == [])
    #expect(try folder.text(of: "plan.html").contains("id=\"parts\""))
    func parts(_ flags: String) async throws -> [String: Any] {
      let answer = try await Command.run(
        line: "plan CartPole-v1 --simulations 40 --json --run c " + flags, in: folder.url)
      #expect(answer.status == 0, "\(answer.error)")
      return try #require(try answer.json()["parts"] as? [String: Any])
    }
    func sources(_ flags: String) async throws -> [String?] {
      let parts = try await parts(flags)
      return ["model", "critic", "actor"].map { (parts[$0] as? [String: Any])?["source"] as? String }
    }
    #expect(try await sources("") == ["world", "run", "run"])
    #expect(try await sources("--critic none") == ["world", "none", "run"])
    #expect(try await sources("--actor none --planner puct") == ["world", "run", "none"])
    #expect(try await parts("--checkpoint 0")["step"] as? Int == 0)
  }

  @Test("a run's own model is planned in, and says whose the rewards are")
  func model() async throws {
    let folder = try TemporaryFolder()
    let trained = try await Command.run(
      line:
        "train pendulum --agent mbpo --steps 300 --hidden 8 --model-hidden 8 --epochs 1 --updates-per-step 0.2 "
        + "--evaluation-episodes 0 --out runs/p", in: folder.url)
    #expect(trained.status == 0, "\(trained.error)")
    let flags = "plan pendulum --run runs --candidates 20 --iterations 2 --depth 5 --json"
    let own = try await Command.run(line: flags, in: folder.url)
    #expect(own.status == 0, "\(own.error)")
    let parts = try #require(try own.json()["parts"] as? [String: Any])
    #expect(parts["rewards"] as? String == "run" && parts["countsEntropy"] as? Bool == true)
    #expect(parts["discount"] as? Double == 0.99 && parts["agent"] as? String == "mbpo")
    #expect(try await Command.run(line: flags, in: folder.url).output == own.output)
    let world = try await Command.run(line: flags + " --model world", in: folder.url)
    #expect((try world.json()["parts"] as? [String: Any])?["rewards"] as? String == "world")
    #expect(try world.json()["value"] as? Double != own.json()["value"] as? Double)
  }

  @Test(
    "a run or a part that cannot be had is refused in one line that names the flag",
    arguments: [
      (
        "pendulum --run x", 64,
        "--run x: was trained in cart-pole, and not in pendulum; allowed: a run in pendulum, or 'assay plan cart-pole'"
      ),
      ("cart-pole --run x --model run", 64, "--model run: ppo has no world model; allowed: world"),
      (
        "cart-pole --run x --planner uct --actor run", 64,
        "--actor run: uct asks no actor here; allowed: none"
      ),
      ("cart-pole --run x --critic rum", 64, "no critic is called 'rum'; did you mean 'run'?"),
      ("cart-pole --run x --model wrold", 64, "no model is called 'wrold'; did you mean 'world'?"),
      (
        "cart-pole --critic run", 64,
        "--critic run: no run is named; allowed: none, or --run with the folder of one"
      ),
      ("cart-pole --run y", 66, "y: there is no such folder; allowed: the folder of a run"),
      ("cart-pole --run two", 64, "--run two: has 2 runs in it; allowed: one of two/seed-0, two/seed-1"),
      ("cart-pole --checkpoint 0", 64, "--checkpoint is 0, of no run; allowed: with --run"),
    ])
  func refusedRun(line: String, status: Int32, message: String) async throws {
    let folder = try TemporaryFolder()
    let small = TrainCommandTests.small + " --steps 64"
    if line.contains("--run x") { _ = try await Command.run(line: small + " --out x", in: folder.url) }
    if line.contains("--run two") {
      _ = try await Command.run(line: small + " --seeds 2 --out two", in: folder.url)
    }
    let answer = try await Command.run(line: "plan " + line, in: folder.url)
    #expect(answer.status == status && answer.output == "")
    #expect(answer.errorLines.first == "Error: \(message)")
  }
}
