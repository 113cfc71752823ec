import Assay
import AssayEnvironments
import Foundation
import Testing

@Suite("Shortcut maze")
struct ShortcutMazeTests {
  /// Steps from each start, from the left, to the goal.
  static let steps: [ShortcutMaze.Gap: [Int]] = [
    .far: [9, 10, 11, 12, 13, 14], .near: [9, 8, 7, 6, 5, 4], .both: [9, 8, 7, 6, 5, 4],
  ]

  @Test("the ways are as long as they look", arguments: ShortcutMaze.Gap.allCases)
  func ways(gap: ShortcutMaze.Gap) throws {
    let world = ShortcutMaze(gap: gap, slip: 0)
    let values = bestActionValues(of: world)
    let starts = world.initialDistribution.indices.filter { world.initialDistribution[$0] > 0 }
    #expect(starts == Array(20..<26))
    for (start, steps) in zip(starts, try #require(Self.steps[gap])) {
      #expect(abs(bestValue(values, in: start) - pow(0.95, Double(steps - 1))) < 1e-9)
    }
  }

  @Test("a slip goes in any direction, the one that was meant included")
  func slip() {
    let world = ShortcutMaze(slip: 0.2)
    // From the middle of the second row: up, right, down, left lead to four different cells.
    let outcomes = world.outcomes(of: 1, in: 7)
    #expect(outcomes.map(\.next) == [1, 8, 7, 6])
    #expect(zip(outcomes, [0.05, 0.85, 0.05, 0.05]).allSatisfy { abs($0.probability - $1) < 1e-12 })
  }

  @Test("the near gap, once open, is the way to take from the right, and far more is to be had")
  func shortcut() {
    let far = bestActionValues(of: ShortcutMaze())
    let near = bestActionValues(of: ShortcutMaze(gap: .near))
    #expect(bestValue(near, in: 25) > 1.4 * bestValue(far, in: 25))
    #expect(bestActions(far, in: 25) == [3])
    #expect(bestActions(near, in: 25) == [0])
  }
}
