import Assay
import AssayEnvironments
import Testing

@Suite("Four-by-four grid")
struct FourByFourGridTests {
  @Test("the world does what it lists, in each variant", arguments: Restart.allCases, Sight.allCases)
  func contract(restart: Restart, shown: Sight) {
    #expect(faults(of: FourByFourGrid(restart: restart, shown: shown), samples: 200) == [])
  }

  @Test("moves, walls and the goal")
  func rules() {
    let process = FourByFourGrid(restart: .nextStep).process.process
    func outcomes(_ cell: Int, _ action: Int) -> [Int] {
      process.outcomeRange(state: cell, action: action).map { Int(process.successors[$0]) }
    }
    #expect((0..<4).map { outcomes(0, $0) } == [[0], [1], [4], [0]])
    #expect((0..<4).map { outcomes(11, $0) } == [[7], [11], [15], [10]])
    #expect(outcomes(15, 2) == Array(0..<15))
    #expect(
      process.reward.expected.indices.filter { process.reward.expected[$0] != 0 } == [11 * 4 + 2, 14 * 4 + 1])
    #expect(process.initial == [Double](repeating: 1.0 / 15, count: 15) + [0])
    let shown = FourByFourGrid().process
    #expect(
      shown.process.outcomeRange(state: 14, action: 1).map { Int(shown.process.successors[$0]) }
        == Array(15..<30))
    #expect(shown.probability(of: 1, after: 1, leadingTo: 20) == 1)
    #expect(shown.probability(of: 0, after: 1, leadingTo: 5) == 1)
  }

  /// How many steps it takes to the goal from each cell but the goal, going by turns right and down.
  private static let steps = (0..<15).map { cell -> Int in
    var (row, column) = cell.quotientAndRemainder(dividingBy: 4)
    var steps = 0
    while row < 3 || column < 3 {
      if steps % 2 == 0 { column = min(3, column + 1) } else { row = min(3, row + 1) }
      steps += 1
    }
    return steps
  }

  @Test("15/62 a step is best without sight")
  func best() {
    #expect(Self.steps.reduce(0, +) == 62)
    let gain = BeliefGraph(FourByFourGrid().process).bestAverageReward(sweeps: 120)
    #expect(abs(gain.lowerBound - 15.0 / 62) < 1e-6 && abs(gain.upperBound - 15.0 / 62) < 1e-6)
  }

  @Test("1/4.2 a step bounds what can be had where being moved takes a step")
  func bound() {
    // Who sees the cell needs the Manhattan distance, 48/15 = 3.2 on average, and the step that moves.
    let distances = (0..<15).map { 6 - $0 / 4 - $0 % 4 }
    #expect(distances.reduce(0, +) == 48)
    let gain = BeliefGraph(FourByFourGrid(restart: .nextStep).process).bestAverageReward(sweeps: 120)
    #expect(abs(gain.lowerBound - 15.0 / 77) < 1e-6 && abs(gain.upperBound - 15.0 / 77) < 1e-6)
    #expect(gain.upperBound < 1 / 4.2)
  }
}
