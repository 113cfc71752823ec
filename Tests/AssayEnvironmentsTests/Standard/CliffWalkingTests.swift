import Assay
import AssayEnvironments
import AssayTesting
import Testing

@Suite("Cliff walking")
struct CliffWalkingTests {
  @Test("the table is Gymnasium's, entry by entry")
  func table() throws {
    let published = try FiniteMDP(contentsOfFile: resource("cliff-walking.json"))
    var listed = try FiniteMDP(enumerating: CliffWalking())
    listed.actionNames = []
    listed.map = nil
    #expect(listed == published)
  }

  /// A digest of Gymnasium 1.4's own table, `CliffWalkingSlippery-v1`, made by the same rule in Python.
  @Test("on slippery ground the table is Gymnasium's, too")
  func slippery() {
    #expect(digest(of: CliffWalking()) == 8_764_582_841_664_390_681)
    #expect(digest(of: CliffWalking(isSlippery: true)) == 15_867_891_691_902_723_531)
  }

  @Test("it keeps the contract", arguments: [false, true])
  func contract(isSlippery: Bool) {
    var checks = EnvironmentChecks(CliffWalking(isSlippery: isSlippery))
    checks.samples = 300
    #expect(checks.run() == [])
  }

  @Test("along the edge it takes 13 steps, and a step over it leads back to the start")
  func walking() {
    var world = CliffWalking()
    var random = RandomStream(seed: 1)
    #expect(world.reset(using: &random) == 36)
    let fall = world.step(1, using: &random)
    #expect(fall.observation == 36 && fall.reward == -100 && fall.ending == nil)
    let steps = ([0] + Array(repeating: 1, count: 11) + [2]).map { world.step($0, using: &random) }
    #expect(steps.count == 13)
    #expect(steps.allSatisfy { $0.reward == -1 })
    #expect(steps.dropLast().allSatisfy { $0.ending == nil })
    #expect(steps.last?.observation == 47)
    #expect(steps.last?.ending == .terminated)
  }

  @Test("the map shows start, cliff and goal")
  func map() throws {
    let map = try #require(CliffWalking().map)
    #expect(map.marks[36...47].joined(separator: ",") == "S,H,H,H,H,H,H,H,H,H,H,G")
    #expect(map.marks[..<36].joined().isEmpty)
  }

  @Test("a discount that is no discount is a programmer's mistake")
  func wrongDiscount() async {
    await #expect(processExitsWith: .failure) { _ = CliffWalking(discount: 2) }
  }

  /// The value of the start without a discount, where the best action is taken but for a share ε of the steps, in which
  /// any is, by sweeps; `best` chooses among the action values of a cell.
  private func softValue(_ best: (_ cell: Int, _ actionValues: [Double]) -> Double) -> (
    value: Double, greedy: [Int]
  ) {
    let world = CliffWalking(discount: 1)
    let cells = Array(0..<36) + [36]
    let outcomes = cells.map { cell in (0..<4).map { world.outcomes(of: $0, in: cell)[0] } }
    var values = [Double](repeating: 0, count: 48)
    var greedy = [Int](repeating: 0, count: 37)
    for _ in 0..<1500 {
      for cell in cells {
        let actions = outcomes[cell].map { $0.reward + ($0.isTerminal ? 0 : values[$0.next]) }
        values[cell] = 0.9 * best(cell, actions) + 0.1 * actions.reduce(0, +) / 4
        greedy[cell] = actions.indices.max { actions[$0] < actions[$1] } ?? 0
      }
    }
    return (values[36], greedy)
  }

  @Test("without a discount the start is worth −13; exploring along the edge makes it −51.8")
  func edge() {
    let best = bestActionValues(of: CliffWalking(), discount: 1)
    #expect(bestValue(best, in: 36) == -13)
    // Of two ways that are equally good the one nearer to the edge: down rather than right, and right rather than up.
    let actions = (0..<37).map { cell in
      bestActions(best, in: cell).max { [0, 2, 3, 1][$0] < [0, 2, 3, 1][$1] } ?? 0
    }
    #expect(abs(softValue { cell, values in values[actions[cell]] }.value + 51.8) < 0.05)
  }

  @Test("who takes exploring into account goes round in 15 steps, for −20.7")
  func safety() {
    let (value, greedy) = softValue { _, values in values.max() ?? 0 }
    #expect(abs(value + 20.7) < 0.05)
    var world = CliffWalking(discount: 1)
    var random = RandomStream(seed: 1)
    var cell = world.reset(using: &random)
    var steps = 0
    var isOver = false
    while !isOver && steps < 50 {
      let step = world.step(greedy[cell], using: &random)
      cell = step.observation
      isOver = step.ending != nil
      steps += 1
    }
    #expect(steps == 15 && isOver)
  }
}
