import Assay
import AssayEnvironments
import Testing

@Suite("Umbrella chain")
struct UmbrellaChainTests {
  @Test("the world does what it lists", arguments: [(1, 0), (3, 2), (10, 3)])
  func contract(length: Int, distractors: Int) {
    #expect(faults(of: UmbrellaChain(length: length, distractors: distractors), samples: 100) == [])
  }

  @Test("the first action decides, and only the last reward has an expectation")
  func rules() {
    let process = UmbrellaChain(length: 2, distractors: 1).process
    func outcomes(_ state: Int, _ action: Int) -> [[Int]] {
      process.process.outcomeRange(state: state, action: action).map { entry in
        [
          Int(process.process.successors[entry]), Int(process.process.reward.outcomes?[entry] ?? .nan),
          process.process.terminals[entry] ? 1 : 0,
        ]
      }
    }
    // States are (2·t + needed)·2 + had.
    #expect(outcomes(2, 0) == [[6, -1, 0], [6, 1, 0]])
    #expect(outcomes(3, 0) == [[6, -1, 0], [6, 1, 0]])
    #expect(outcomes(0, 1) == [[5, -1, 0], [5, 1, 0]])
    #expect(outcomes(6, 1) == [[10, -1, 1]])
    #expect(outcomes(7, 0) == [[11, 1, 1]])
    #expect(outcomes(4, 1) == [[8, 1, 1]])
    #expect(
      process.observationRange(action: 0, next: 6).map { Int(process.observations.observations[$0]) } == [
        12, 13,
      ])
    // Who looks gets 1 in the end.
    #expect(abs(BeliefGraph(process).bestValue(discount: 1) - 1) < 1e-9)
  }
}
