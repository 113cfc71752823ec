import Assay
import AssayEnvironments
import Testing

@Suite("One-dimensional maze")
struct OneDimensionalMazeTests {
  @Test(
    "the world does what it lists, in each variant", arguments: OneDimensionalMaze.Goal.allCases,
    Sight.allCases)
  func contract(goal: OneDimensionalMaze.Goal, shown: Sight) {
    #expect(faults(of: OneDimensionalMaze(goal: goal, shown: shown)) == [])
  }

  @Test("cells, walls and the goal")
  func rules() {
    let process = OneDimensionalMaze().process.process
    // Left and right from each cell.
    #expect(process.successors == [0, 1, 0, 2, 1, 3, 2, 3])
    #expect(process.reward.expected == [0, 0, 0, 1, 0, 0, 1, 0])
    let third = 1.0 / 3
    #expect(process.initial == [third, third, 0, third])
    let moving = OneDimensionalMaze(goal: .restarts).process.process
    #expect(
      moving.stateNames == [
        "cell-0", "cell-1", "cell-3", "cell-0-after-goal", "cell-1-after-goal", "cell-3-after-goal",
      ])
    #expect(Array(moving.successors[moving.outcomeRange(state: 2, action: 0)]) == [3, 4, 5])
    #expect(Array(moving.successors[moving.outcomeRange(state: 4, action: 1)]) == [3, 4, 5])
    #expect(Array(moving.successors[moving.outcomeRange(state: 4, action: 0)]) == [0])
  }

  @Test("half a reward a step is best where it is said to be")
  func best() {
    for (goal, shown) in [
      (OneDimensionalMaze.Goal.passable, Sight.reward), (.passable, .nothing), (.restarts, .reward),
    ] {
      let gain = BeliefGraph(OneDimensionalMaze(goal: goal, shown: shown).process).bestAverageReward()
      #expect(abs(gain.lowerBound - 0.5) < 1e-6 && abs(gain.upperBound - 0.5) < 1e-6)
    }
  }
}
