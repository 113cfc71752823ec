import Assay
import AssayEnvironments
import Testing

@Suite("Maximisation bias")
struct MaximisationBiasTests {
  @Test("A has two actions, B as many as asked for, the end none")
  func actions() throws {
    let process = try FiniteMDP(enumerating: MaximisationBias())
    let available = (0..<3).map { state in (0..<10).filter { process.isAvailable(action: $0, in: state) } }
    #expect(available == [[0, 1], Array(0..<10), []])
    #expect(process.isFinal(state: MaximisationBias.end))
    #expect(process.reward.expected[MaximisationBias.stateB * 10..<20].allSatisfy { $0 == -0.1 })
  }

  @Test("with a single choice, B has one action and A still two")
  func oneChoice() throws {
    let process = try FiniteMDP(enumerating: MaximisationBias(choices: 1))
    #expect(process.actionCount == 2)
    #expect(!process.isAvailable(action: 1, in: MaximisationBias.stateB))
  }

  @Test("left leads to B for nothing, right ends for nothing, and B pays at random")
  func steps() {
    var world = MaximisationBias(choices: 3, mean: 5, deviation: 0)
    var random = RandomStream(seed: 1)
    #expect(world.reset(using: &random) == MaximisationBias.stateA)
    let right = world.step(MaximisationBias.right, using: &random)
    #expect(right.observation == MaximisationBias.end && right.reward == 0 && right.ending == .terminated)
    _ = world.reset(using: &random)
    let left = world.step(MaximisationBias.left, using: &random)
    #expect(left.observation == MaximisationBias.stateB && left.reward == 0 && left.ending == nil)
    let last = world.step(2, using: &random)
    #expect(last.observation == MaximisationBias.end && last.reward == 5 && last.ending == .terminated)
  }

  @Test("taking an action that is not available is a programmer's mistake")
  func unavailable() async {
    await #expect(processExitsWith: .failure) {
      var world = MaximisationBias()
      var random = RandomStream(seed: 1)
      _ = world.reset(using: &random)
      _ = world.step(2, using: &random)
    }
  }
}
