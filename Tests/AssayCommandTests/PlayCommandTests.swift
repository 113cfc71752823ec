import Foundation
import Testing

@Suite("assay play")
struct PlayCommandTests {
  /// Plays with some keys as standard input, and gives what was printed.
  private func play(_ keys: String, _ arguments: String...) async throws -> [String] {
    let folder = try TemporaryFolder()
    try Data(keys.utf8).write(to: folder.url.appending(path: "keys"))
    let outcome = try await Command(
      ["play"] + arguments, input: folder.url.appending(path: "keys")
    ).outcome()
    #expect(outcome.status == 0, "\(outcome.error)")
    #expect(outcome.error == "")
    #expect(outcome.lines.filter { $0.count > 80 } == [])
    // Nothing in it commands a terminal, for there is none.
    #expect(!outcome.output.contains("\u{1B}"))
    // Each picture stands below the name of the world.
    return outcome.output.components(separatedBy: (arguments.first ?? "") + "\n").filter { !$0.isEmpty }
  }

  @Test("keys and arrows move, the score is kept, and the end is told")
  func walking() async throws {
    // From the start up, along the cliff and down: the last step ends it.
    let screens = try await play(
      "\u{1B}[A" + String(repeating: "1", count: 11) + "\u{1B}[B0", "cliff-walking")
    #expect(screens.count == 15)
    #expect(screens[0].contains("step 0"))
    #expect(screens[1].contains("step 1: reward −1, in all −1"))
    #expect(screens[13].contains("step 13: reward −1, in all −13; terminated"))
    #expect(screens[14].contains("The episode is over"))
    #expect(screens[0].contains("0/↑ up, 1/→ right, 2/↓ down, 3/← left"))
  }

  @Test("a step can be taken back, and an episode begun anew")
  func back() async throws {
    let screens = try await play("111uu0rq", "cliff-walking")
    // Over the cliff three times, back twice, up, and a new episode.
    #expect(
      screens.map { $0.contains("in all −100") } == [false, true, false, false, false, true, false, false])
    #expect(screens[6].contains("step 2: reward −1, in all −101"))
    #expect(screens[7].contains("step 0"))
    let start = try await play("u", "cliff-walking")
    #expect(start[1].contains("where the episode starts"))
  }

  @Test("what the designer wanted is told where it is something else")
  func performance() async throws {
    let laps = try await play("00000000", "boat-race")
    #expect(laps.last?.contains("in all 2 (performance 1)") == true)
    // On the cliff the two are one.
    let cliff = try await play("0", "cliff-walking")
    #expect(cliff.last?.contains("performance") == false)
  }

  @Test("what cannot be done is said, and does nothing")
  func impossible() async throws {
    let screens = try await play("0\u{7F}5\n", "maximisation-bias")
    #expect(screens.last?.contains("not possible here") == false)
    // B has ten actions; in A there are two.
    let other = try await play("5", "maximisation-bias")
    #expect(other[1].contains("That is not possible here."))
    #expect(other[1].contains("step 0"))
  }

  @Test("a mistyped world gets the nearest one")
  func unknown() async throws {
    let answer = try await Command.run("play", "cliff-walkin")
    #expect(answer.status == 64)
    #expect(answer.error.contains("did you mean 'cliff-walking'?"))
  }

  @Test("where actions are called by numbers, the keys are those, and not their places in the list")
  func numberedActions() async throws {
    let screens = try await play("2", "connect-four")
    let bottom = try #require(screens[1].split(separator: "\n").first { $0.contains("●") })
    let cells = bottom.split(separator: " ")
    #expect(cells[1] == "●")
    #expect(screens[0].contains("1, 2, 3, 4, 5, 6, 7"))
  }

  @Test("an action of many or of real numbers is typed and ends with Return")
  func typedActions() async throws {
    let othello = try await play("d3\n", "othello")
    #expect(othello.last?.contains("step 1") == true)
    let wrong = try await play("zz\n", "othello")
    #expect(wrong.last?.contains("'zz' is no action") == true)
    let pendulum = try await play("0.5\n\u{1B}[C", "pendulum")
    #expect(pendulum.last?.contains("step 2") == true)
    let unreadable = try await play("half\n", "pendulum")
    #expect(unreadable.last?.contains("'half' is not 1 number in −2…2") == true)
  }
}
