import Assay
import AssayEnvironments
import AssayTesting
import Testing

@Suite("Action repeat")
struct ActionRepeatTests {
  @Test("a world of longer steps keeps the contract")
  func contract() {
    #expect(EnvironmentChecks(ActionRepeat(SlidingBlock(), times: 4)).run().map(\.description) == [])
    #expect(EnvironmentChecks(ActionRepeat(RandomWalk.five, times: 3)).run().map(\.description) == [])
    #expect(EnvironmentChecks(ActionRepeat(OffSwitchCorridor(), times: 2)).run().map(\.description) == [])
    #expect(EnvironmentChecks(ActionRepeat(FrozenLake.fourByFour, times: 2)).run().map(\.description) == [])
  }

  @Test("rewards and performances are summed, and an ending is not stepped over")
  func sums() {
    var world = ActionRepeat(Reel([1, 2, 3, 4, 5]), times: 2)
    let steps = world.steps([0, 1, 0])
    #expect(steps.map(\.reward) == [3, 7, 5])
    #expect(steps.map(\.performance) == [30, 70, 50])
    #expect(steps.map(\.observation) == [[2, 0], [4, 1], [5, 0]])
    #expect(steps.map(\.ending) == [nil, nil, .terminated])
    #expect(world.isOver)
    #expect(world.rewardRange == 1...10)
    #expect(ActionRepeat(Reel([-2, 3]), times: 3).rewardRange == -6...9)
  }

  @Test("a limit within counts the base's steps, and cuts a longer step short")
  func limit() {
    var world = ActionRepeat(TimeLimit(Reel([1, 2, 3, 4, 5]), steps: 3), times: 2)
    #expect(world.timeLimit == 2)
    let steps = world.steps([0, 0])
    #expect(steps.map(\.reward) == [3, 3])
    #expect(steps.map(\.ending) == [nil, .truncated])
  }

  @Test("outcomes are those of all the ways that the steps may go")
  func outcomes() {
    let world = ActionRepeat(RandomWalk.five, times: 2)
    // From C: twice left, back in two ways, twice right. From E: out at once, or left and then either way.
    func sorted(_ state: Int) -> [Outcome] {
      world.outcomes(of: 0, in: state).sorted { ($0.next, $0.probability) < ($1.next, $1.probability) }
    }
    #expect(
      sorted(3) == [
        Outcome(next: 1, probability: 0.25, reward: 0), Outcome(next: 3, probability: 0.5, reward: 0),
        Outcome(next: 5, probability: 0.25, reward: 0),
      ])
    #expect(
      sorted(5) == [
        Outcome(next: 3, probability: 0.25, reward: 0), Outcome(next: 5, probability: 0.25, reward: 0),
        Outcome(next: 6, probability: 0.5, reward: 1, isTerminal: true),
      ])
    #expect(sorted(0) == [])
  }

  @Test("an action goes on for as long as it is available")
  func availability() throws {
    var world = ActionRepeat(try narrowWorld(), times: 3)
    #expect(EnvironmentChecks(world).run().map(\.description) == [])
    #expect(world.outcomes(of: 0, in: 0) == [Outcome(next: 1, probability: 1, reward: 3)])
    #expect(world.outcomes(of: 0, in: 1) == [])
    // Back with 5 and then twice −1, or out at once.
    #expect(
      world.outcomes(of: 1, in: 1) == [
        Outcome(next: 0, probability: 0.5, reward: 5, isTerminal: true),
        Outcome(next: 0, probability: 0.5, reward: 3),
      ])
    let step = world.steps([0])[0]
    #expect(step.observation == 1 && step.reward == 3 && step.ending == nil)
  }

  @Test("where nobody chooses, longer steps leave the values as they are: i / 6")
  func values() {
    for (state, value) in uniformPolicyValues(of: ActionRepeat(RandomWalk.five, times: 3)).enumerated() {
      let expected = (1...5).contains(state) ? Double(state) / 6 : 0
      // Sweeps stop where nothing changes by more than 1e-12.
      #expect(abs(value - expected) < 1e-9)
    }
  }

  @Test("the discount is that of as many steps")
  func discount() {
    #expect(abs(ActionRepeat(OffSwitchCorridor(), times: 3).discount - 0.857375) < 1e-15)
  }

  @Test("no repetition at all is a programmer's mistake")
  func misuse() async {
    await #expect(processExitsWith: .failure) { _ = ActionRepeat(SlidingBlock(), times: 0) }
  }
}
