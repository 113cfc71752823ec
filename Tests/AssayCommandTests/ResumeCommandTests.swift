import Foundation
import Testing

@Suite("assay resume")
struct ResumeCommandTests {
  /// A run of some seconds in a debug build.
  private static let long =
    "train cart-pole --agent ppo --steps 12k --hidden 8 --checkpoint-every 500 --evaluation-episodes 0 --out"

  /// One that is far from its end when it has its first checkpoint.
  private static let longer = long.replacing("--steps 12k", with: "--steps 60k")

  /// Whether a run has come so far that it has a checkpoint.
  private static func hasCheckpoint(_ url: URL) -> Bool {
    ((try? FileManager.default.contentsOfDirectory(atPath: url.appending(path: "checkpoints").path)) ?? [])
      .contains { !$0.hasPrefix(".") }
  }

  @Test("Ctrl-C keeps the run and says how to go on; the end has the same bits as without it")
  func interrupted() async throws {
    let folder = try TemporaryFolder()
    let url = folder.url
    let command = try Command(
      (Self.longer + " stopped").split(separator: " ").map(String.init), in: url)
    command.interrupt { Self.hasCheckpoint(url.appending(path: "stopped")) }
    let stopped = try await command.outcome()
    #expect(!stopped.wasKilled && stopped.status == 130, "\(stopped.error)")
    #expect(stopped.error.contains("'assay resume stopped' goes on from here"))
    let kept = try #require(try Run(url.appending(path: "stopped")).checkpoints.last)
    #expect(kept > 0 && kept < 60_000)
    let resumed = try await Command.run("resume", "stopped", "--json", in: url)
    #expect(resumed.status == 0, "\(resumed.error)")
    let whole = try await Command.run(line: Self.longer + " whole", in: url)
    #expect(whole.status == 0)
    let (one, two) = (try Run(url.appending(path: "stopped")), try Run(url.appending(path: "whole")))
    #expect(try one.bits == two.bits)
    #expect(try one.logged == two.logged)
    // There is nothing left to do.
    let again = try await Command.run("resume", "stopped", in: url)
    #expect(again.status == 0 && again.error == "")
    #expect(try one.bits == two.bits)
  }

  /// How many times a run is killed; more, where somebody asks for more.
  static let kills = ProcessInfo.processInfo.environment["ASSAY_KILLS"].flatMap(Int.init) ?? 4

  @Test("a run that is killed again and again always goes on, and ends with the same bits")
  func killed() async throws {
    let folder = try TemporaryFolder()
    let url = folder.url
    let line = Self.long.replacing("--checkpoint-every 500", with: "--checkpoint-every 100")
    var random = SystemRandomNumberGenerator()
    for attempt in 0..<Self.kills {
      let arguments =
        attempt == 0 || !FileManager.default.fileExists(atPath: url.appending(path: "killed/run.json").path)
        ? line + " killed" : "resume killed"
      let command = try Command(arguments.split(separator: " ").map(String.init), in: url)
      // At any moment: while it begins, while it trains, and while it writes.
      try await Task.sleep(for: .milliseconds(Int.random(in: 0..<400, using: &random)))
      if !command.isRunning { break }
      command.kill()
      _ = try? await command.outcome()
    }
    let isThere = FileManager.default.fileExists(atPath: url.appending(path: "killed/run.json").path)
    let last = try await Command.run(line: isThere ? "resume killed" : line + " killed", in: url)
    #expect(last.status == 0, "\(last.error)")
    let whole = try await Command.run(line: line + " whole", in: url)
    #expect(whole.status == 0)
    let (one, two) = (try Run(url.appending(path: "killed")), try Run(url.appending(path: "whole")))
    #expect(try one.bits == two.bits)
    #expect(try one.logged == two.logged)
    // Nothing of what was begun is left.
    let inside = try #require(FileManager.default.enumerator(atPath: one.url.path))
    #expect(inside.compactMap { $0 as? String }.filter { $0.contains("/.") || $0.hasPrefix(".") } == [])
  }

  @Test("a finished run goes further when it is asked to")
  func further() async throws {
    let folder = try TemporaryFolder()
    _ = try await Command.run(line: TrainCommandTests.small + " --out x", in: folder.url)
    let answer = try await Command.run(line: "resume x --steps 2.5k --json", in: folder.url)
    let run = try #require((try answer.json()["runs"] as? [[String: Any]])?.first)
    #expect(run["step"] as? Int == 2504 && run["steps"] as? Int == 2500)
    #expect(try Run(folder.url.appending(path: "x")).checkpoints == [2000, 2504])
    let less = try await Command.run(line: "resume x --steps 1k", in: folder.url)
    #expect(less.status == 64 && less.error.contains("allowed: 2500 or more"))
  }

  @Test("what is not as it was written is refused in a line that names it")
  func torn() async throws {
    let folder = try TemporaryFolder()
    _ = try await Command.run(
      line: TrainCommandTests.small + " --out x --checkpoint-every 1k", in: folder.url)
    let file = folder.url.appending(path: "x/checkpoints/000000002000/state.safetensors")
    try Data(contentsOf: file).dropLast(3).write(to: file)
    let description = try folder.text(of: "x/run.json")
    let answer = try await Command.run(line: "resume x --steps 3k", in: folder.url)
    #expect(try folder.text(of: "x/run.json") == description)
    #expect(answer.status == 65 && answer.errorLines.count == 1, "\(answer.error)")
    #expect(answer.error.contains("state.safetensors: the length is "))
    #expect(answer.error.contains("--checkpoint 1000"))
    #expect(try await Command.run(line: "resume x --checkpoint 1000", in: folder.url).status == 0)
    let none = try await Command.run(line: "resume y", in: folder.url)
    #expect(none.status == 66 && none.error.contains("there is no such folder"))
    let other = try await Command.run(line: "resume .", in: folder.url)
    #expect(other.status == 0, "the folder holds runs: \(other.error)")
  }
}
