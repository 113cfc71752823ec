import Assay
import AssayEnvironments
import Testing

@Suite("Symmetric fork")
struct SymmetricForkTests {
  @Test("the coin is worth 5/6 of the sure reward", arguments: SymmetricFork.Side.allCases)
  func values(side: SymmetricFork.Side) {
    let values = bestActionValues(of: SymmetricFork(rewarded: side))
    // A cell is left with 0.9 and kept with 0.1: what follows it is worth 0.9/(1 − 0.095) of itself.
    let leaving = 0.9 / (1 - 0.1 * 0.95)
    let sure = 0.6 * 0.95 * leaving * (0.95 * leaving) * (0.95 * leaving)
    #expect(abs(values[0][SymmetricFork.sure] - sure) < 1e-9)
    #expect(abs(values[0][SymmetricFork.fork] - sure * 5 / 6) < 1e-9)
  }

  @Test("either branch is as likely, and only one of them pays")
  func coin() {
    for (side, first) in [(SymmetricFork.Side.left, 1), (.right, 4)] {
      let world = SymmetricFork(rewarded: side)
      #expect(
        world.outcomes(of: SymmetricFork.fork, in: 0).map { [Double($0.next), $0.probability] } == [
          [1, 0.5], [4, 0.5],
        ])
      for last in [3, 6] {
        let end = world.outcomes(of: 0, in: last)[0]
        #expect(end.isTerminal && end.next == 10)
        #expect(end.reward == (last == first + 2 ? 1 : 0))
      }
    }
    #expect(SymmetricFork().stateNames.count == 11)
  }
}
