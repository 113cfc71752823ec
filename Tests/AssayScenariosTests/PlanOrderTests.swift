import Assay
import AssayEnvironments
import AssayPlanning
import AssayReports
import AssayScenarios
import Testing

@Suite("Orders of plans")
struct PlanOrderTests {
  private func plan(_ name: String, _ change: (inout PlanOrder) -> Void = { _ in }) throws -> PlanReport {
    func open(_ world: some Environment, _ order: PlanOrder) throws -> PlanReport {
      var world = world
      var random = RandomStream(seed: 0)
      _ = world.reset(using: &random)
      return try order.plan(in: world)
    }
    var order = PlanOrder()
    order.keepsTrace = true
    change(&order)
    return try open(Catalogue.standard.environment(named: name).make([:]), order)
  }

  @Test("the tiger is believed to be behind either door, and listening is worth what is published")
  func tiger() throws {
    let report = try plan("tiger")
    #expect(report.planner == "exact" && report.action == "listen")
    #expect(report.belief?.map(\.probability) == [0.5, 0.5])
    #expect(Set(report.belief?.map(\.state) ?? []).count == 2)
    // The planner does not see behind which door it is, and neither does the report.
    #expect(report.state == ["nothing seen yet"])
    // Cassandra, Kaelbling & Littman (1994): 19.3714 at γ = 0.95. Opening a door earns (10 − 100)/2 and begins anew.
    let expected = [19.3714, -45 + 0.95 * 19.3714]
    for (index, expected) in [expected[0], expected[1], expected[1]].enumerated() {
      let choice = report.choices[index]
      let bounds = try #require(choice.bounds)
      #expect(bounds[0] <= expected + 5e-5 && expected - 5e-5 <= bounds[1], "\(choice)")
      #expect(bounds[1] - bounds[0] < 0.01, "\(choice)")
    }
  }

  @Test("no opening of tic-tac-toe wins or loses by right play, whoever plays in the world")
  func ticTacToe() throws {
    let report = try plan("tic-tac-toe") { ($0.planner, $0.depth) = (.alphaBeta, 9) }
    #expect(report.choices.count == 9 && report.choices.allSatisfy { $0.value == 0 })
    #expect(report.search == nil && report.bounds == nil)
    let exact = try plan("tic-tac-toe") { $0.planner = .exact }
    #expect(exact.choices.count == 9 && exact.choices.allSatisfy { $0.value == 0 } && exact.bounds == [0, 0])
  }

  @Test("with so many steps to look ahead the exact value is that of backward induction")
  func horizon() throws {
    let exact = try plan("frozen-lake-4x4") { ($0.planner, $0.depth) = (.exact, 8) }
    // Eight backups of the optimality equations from 0, by NumPy over the same table.
    let value = try #require(exact.value)
    #expect(abs(value - 0.017749466141220006) < 1e-9)
  }

  @Test("the exact value of frozen-lake-4x4 lies in the bounds, those of its actions too")
  func exact() throws {
    let report = try plan("frozen-lake-4x4") { $0.planner = .exact }
    let bounds = try #require(report.bounds)
    // Worked out apart by a direct solution of the optimality equations.
    #expect(
      bounds[0] <= 0.5420259320004713 && 0.5420259320004713 <= bounds[1] && bounds[1] - bounds[0] < 1e-6)
    #expect(report.choices.count == 4 && report.choices.allSatisfy { $0.bounds != nil })
    #expect(report.choices.compactMap(\.value).max() == report.value)
  }

  @Test(
    "a planner that does not suit is refused with those that do",
    arguments: [
      ("pendulum", PlannerChoice.uct, [PlannerChoice.icem, .cem, .mppi, .randomShooting]),
      ("frozen-lake-4x4", .alphaBeta, [.uct, .puct, .gumbel, .exact]), ("tiger", .gumbel, [.exact]),
      ("connect-four", .cem, [.uct, .puct, .gumbel, .alphaBeta, .exact]),
    ])
  func unsuitable(world: String, planner: PlannerChoice, suitable: [PlannerChoice]) throws {
    let error = #expect(throws: PlanOrder.Unsuitable.self) { try plan(world) { $0.planner = planner } }
    #expect(error?.suitable == suitable && error?.planner == planner && error?.world == world)
  }

  @Test(
    "the same seed gives the same plan, another one another",
    arguments: [("connect-four", PlannerChoice.uct), ("frozen-lake-4x4", .gumbel), ("pendulum", .icem)])
  func seeds(world: String, planner: PlannerChoice) throws {
    func make(seed: UInt64) throws -> PlanReport {
      try plan(world) {
        ($0.planner, $0.seed, $0.simulations, $0.candidates, $0.iterations, $0.depth) =
          (planner, seed, 50, 20, 2, 8)
      }
    }
    let one = try make(seed: 3)
    #expect(try make(seed: 3) == one)
    var other = try make(seed: 4)
    other.seed = 3
    #expect(other != one)
  }

  @Test("the tree and the sequences are kept where they are wanted, and only there")
  func traces() throws {
    func make(_ world: String, keeps: Bool) throws -> PlanReport {
      try plan(world) {
        ($0.keepsTrace, $0.simulations, $0.candidates, $0.iterations, $0.depth) = (keeps, 20, 20, 2, 5)
      }
    }
    let game = try #require(try make("connect-four", keeps: true).search)
    #expect(game.nodes.count == 21 && game.simulations == 20)
    #expect(try make("connect-four", keeps: false).search == nil)
    #expect(try make("pendulum", keeps: true).trajectories?.iterations.count == 2)
    #expect(try make("pendulum", keeps: false).trajectories == nil)
  }

  @Test("what the clock stops says so")
  func clock() throws {
    let report = try plan("connect-four") { $0.time = .milliseconds(5) }
    #expect(!report.isComplete)
    let patient = try plan("connect-four") { ($0.time, $0.simulations) = (.seconds(3600), 10) }
    #expect(patient.isComplete && patient.effort == "10 simulations")
  }
}
