import Assay
import AssayEnvironments
import Foundation
import Testing

/// What a programmer reads who steps a world as it must not be stepped: one sentence with the world, the value, and
/// what is allowed.
@Suite("Misuse of worlds")
struct MisuseTests {
  private static func message(_ result: ExitTest.Result?) -> String {
    String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
  }

  @Test("a step after the end")
  func afterTheEnd() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      var random = RandomStream(seed: 0)
      var world = TwoArmedBandit()
      _ = world.reset(using: &random)
      _ = world.step(0, using: &random)
      _ = world.step(0, using: &random)
    }
    #expect(
      Self.message(result).contains(
        "two-armed-bandit: the episode is over, and no step may be taken before a reset"))
  }

  @Test("a wrong action, in a listed world and in one that moves")
  func wrongAction() async {
    let listed = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      var random = RandomStream(seed: 0)
      var world = CliffWalking()
      _ = world.reset(using: &random)
      _ = world.step(4, using: &random)
    }
    #expect(
      Self.message(listed).contains(
        "cliff-walking: an action must be a whole number from 0 to 3, but is 4"))
    let moving = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      var random = RandomStream(seed: 0)
      var world = CartPole()
      _ = world.reset(using: &random)
      _ = world.step(2, using: &random)
    }
    #expect(
      Self.message(moving).contains("cart-pole: an action must be a whole number from 0 to 1, but is 2"))
  }

  @Test("an action that is not a number")
  func notANumber() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      var random = RandomStream(seed: 0)
      var world = Pendulum()
      _ = world.reset(using: &random)
      _ = world.step([.nan], using: &random)
    }
    #expect(Self.message(result).contains("pendulum: an action must be 1 number in −2…2, but is [nan]"))
  }

  @Test("a step of a batch with a wrong action")
  func batch() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      var batch = LockstepBatch(CartPole(), count: 3, stream: RandomStream(seed: 0))
      batch.reset()
      batch.step([0, 1, 7])
    }
    #expect(Self.message(result).contains("but is 7"))
  }

  @Test("a move of a game that is not legal")
  func move() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      var game = TicTacToe()
      game.play(4)
      game.play(4)
    }
    #expect(Self.message(result).contains("tic-tac-toe: a move must be legal in"))
  }

  @Test("a map that cannot be read is an error with the field, the value and what is allowed")
  func map() {
    #expect {
      _ = try FrozenLake(map: ["SF", "FX"])
    } throws: {
      "\($0)" == "map[1], column 1 is \"X\"; allowed: S, F, H or G"
    }
  }
}
