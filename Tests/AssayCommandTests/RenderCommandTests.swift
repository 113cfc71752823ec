import Foundation
import Testing

@Suite("assay render")
struct RenderCommandTests {
  @Test("an episode becomes one frame for each moment and a film, the same for the same seed")
  func frames() async throws {
    let folder = try TemporaryFolder()
    let line = "render frozen-lake-4x4 --seed 3 --steps 30 --json --out"
    let one = try await Command.run(line: line + " one", in: folder.url)
    let two = try await Command.run(line: line + " two", in: folder.url)
    #expect(one.status == 0 && one.error == "")
    #expect(one.output == two.output)
    let summary = try one.json()
    #expect(summary["schema"] as? String == "assay.render/1")
    let steps = try #require(summary["steps"] as? Int)
    let frames = try #require(summary["frames"] as? [String])
    #expect(frames.count == steps + 1)
    #expect(summary["ending"] as? String == "terminated")
    let film = try #require(summary["film"] as? String)
    #expect(film == "frozen-lake-4x4.svg")
    for file in frames + [film] {
      let text = try String(contentsOf: folder.url.appending(path: "one/\(file)"), encoding: .utf8)
      #expect(text.hasPrefix("<svg "))
      let same = try String(contentsOf: folder.url.appending(path: "two/\(file)"), encoding: .utf8)
      #expect(text == same)
    }
    // Nothing else is left behind.
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.url.path)
    #expect(Set(names.filter { !["output", "error"].contains($0) }) == ["one", "two"])
    let inside = try FileManager.default.contentsOfDirectory(atPath: folder.url.appending(path: "one").path)
    #expect(inside.count == frames.count + 1)
  }

  @Test("the best policy does what exact planning says, and a named action is always taken")
  func policies() async throws {
    let folder = try TemporaryFolder()
    // Along the cliff it is 13 steps, and every step costs 1 (Sutton & Barto, ex. 6.6).
    let best = try await Command.run(
      line: "render cliff-walking --policy best --json --out best", in: folder.url
    ).json()
    #expect(best["totalReward"] as? Double == -13)
    // A lap of eight steps passes two arrows, each worth 1, and to the designer each step is worth an eighth.
    let lap = try await Command.run(
      line: "render boat-race --policy forward --steps 8 --json --out lap", in: folder.url
    ).json()
    #expect(lap["totalReward"] as? Double == 2 && lap["totalPerformance"] as? Double == 1)
    // Over the cliff at every step.
    let right = try await Command.run(
      line: "render cliff-walking --policy right --steps 5 --json --out right", in: folder.url
    ).json()
    #expect(right["totalReward"] as? Double == -500)
    #expect(right["ending"] == nil)
    let number = try await Command.run(
      line: "render cliff-walking --policy 1 --steps 5 --json --out number", in: folder.url
    ).json()
    #expect(number["totalReward"] as? Double == -500)
  }

  @Test("Ctrl-C ends it and leaves nothing behind")
  func interrupted() async throws {
    let folder = try TemporaryFolder()
    let command = try Command(
      ["render", "cliff-walking", "--policy", "up", "--steps", "10000", "--out", "film"], in: folder.url)
    let url = folder.url
    @Sendable func files(in folder: URL) -> [String] {
      (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    }
    // It is drawing once its folder, under another name, has a frame.
    command.interrupt {
      files(in: url).contains { $0.hasPrefix(".film") && !files(in: url.appending(path: $0)).isEmpty }
    }
    let outcome = try await command.outcome()
    #expect(outcome.wasKilled && outcome.status == SIGINT)
    #expect(files(in: url).filter { !["output", "error"].contains($0) } == [])
  }

  @Test(
    "bad input is one line that says what is allowed, and leaves nothing behind",
    arguments: [
      ("render frozen-lake-4x4", 64, "--out"),
      ("render frozen-lake-4x5 --out x", 64, "did you mean 'frozen-lake-4x4'?"),
      ("render frozen-lake-4x4 --out x --policy upp", 64, "did you mean 'up'?"),
      ("render frozen-lake-4x4 --out x --steps 0", 64, "1 to 10000"),
      ("render frozen-lake-4x4 --out x --rate 0", 64, "above 0"),
      ("render frozen-lake-4x4 --out none/x", 73, "there is no folder"),
      ("render frozen-lake-4x4 --out .", 73, "is there already"),
      ("render frozen-lake-4x4 --out x --set slippery", 64, "name=value"),
      ("render frozen-lake-4x4 --out x --set slippery=maybe", 64, "yes or no"),
      ("render frozen-lake-4x4 --out x --set slipery=no", 64, "did you mean 'slippery'?"),
      ("render random-walk-5 --out x --set a=b", 64, "nothing can be set"),
    ])
  func badInput(line: String, status: Int32, reason: String) async throws {
    let folder = try TemporaryFolder()
    let answer = try await Command.run(line: line, in: folder.url)
    #expect(answer.status == status)
    #expect(answer.error.contains(reason), "\(answer.error)")
    #expect(answer.output == "")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.url.path)
    #expect(names.filter { !["output", "error"].contains($0) } == [])
  }
}
