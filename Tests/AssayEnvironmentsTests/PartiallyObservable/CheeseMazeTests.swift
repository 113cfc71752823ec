import Assay
import AssayEnvironments
import Testing

@Suite("Cheese maze")
struct CheeseMazeTests {
  @Test("the world does what it lists, in each variant", arguments: Restart.allCases)
  func contract(restart: Restart) { #expect(faults(of: CheeseMaze(restart: restart)) == []) }

  @Test("the walls are those of the figure")
  func walls() {
    let process = CheeseMaze().process
    let seen = (0..<11).map { cell in
      (0..<16).first { process.probability(of: $0, after: 0, leadingTo: cell) == 1 }
    }
    #expect(seen == [9, 10, 8, 10, 12, 5, 5, 5, 7, 7, 7])
  }

  @Test("moves, walls and the cheese")
  func rules() {
    let process = CheeseMaze().process.process
    func outcomes(_ cell: Int, _ action: Int) -> [Int] {
      process.outcomeRange(state: cell, action: action).map { Int(process.successors[$0]) }
    }
    #expect((0..<4).map { outcomes(2, $0) } == [[2], [3], [6], [1]])
    #expect((0..<4).map { outcomes(8, $0) } == [[5], [8], [8], [8]])
    #expect(outcomes(6, 2) == [9])
    #expect(outcomes(9, 0) == [0, 1, 2, 3, 4, 5, 6, 7, 8, 10])
    #expect(Array(process.reward.expected[8..<12]) == [-10, -1, -1, -1])
    #expect(process.reward.expected[6 * 4 + 2] == 10)
    #expect(process.reward.expected[9 * 4 + 1] == 0)
    let atOnce = CheeseMaze(restart: .atOnce).process.process
    #expect(atOnce.outcomeRange(state: 6, action: 2).map { Int(atOnce.successors[$0]) } == outcomes(9, 0))
  }

  @Test("67/53 a step is best where being put elsewhere takes a step, else 67/43")
  func best() {
    // By hand, the best number of steps to the cheese: 4, 2 and 4 from the top's corners and middle; 4 on
    // average from between them, which look the same (3 or 5, going right first); 13/3 from the alleys (up
    // first: 5, 3 or 5); 6 from their ends. That is 43 in sum over 10 cells: 33 moves at −1 and ten cheeses
    // in 43 steps, and 10 more where being put elsewhere takes one.
    for (restart, byHand) in [(Restart.nextStep, (100 - 33) / 53.0), (.atOnce, (100 - 33) / 43.0)] {
      let gain = BeliefGraph(CheeseMaze(restart: restart).process).bestAverageReward()
      #expect(abs(gain.lowerBound - byHand) < 1e-6 && abs(gain.upperBound - byHand) < 1e-6)
    }
  }
}
