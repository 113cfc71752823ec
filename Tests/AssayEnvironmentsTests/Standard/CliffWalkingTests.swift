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
}
