import Assay
import AssayEnvironments
import AssayTesting
import Testing

@Suite("Deception grid")
struct DeceptionGridTests {
  /// What work is worth, from the start.
  static let work = 0.81 / (1 - 0.6561)

  /// How likely one is caught unobserved, by skill, at d = ½.
  static let caught = [0.5, 0.375, 0.25, 0.125]

  static func world(
    penalty: Double, skill: Int, practice: DeceptionGrid.Practice = .useless
  ) -> DeceptionGrid {
    DeceptionGrid(penalty: penalty, supervision: 0, skill: skill, practice: practice)
  }

  @Test("without practice, a penalty of 0.317 keeps the unskilled honest, the fully skilled one of 3.632")
  func thresholds() {
    for (skill, published) in [(0, 0.31695), (3, 3.63187)] {
      let chance = Self.caught[skill]
      // One theft takes two steps where it goes unnoticed, and one where it does not.
      let penalty = (1 - chance - Self.work * (1 - (1 - chance) * 0.81 - chance * 0.9)) / chance
      #expect(abs(penalty - published) < 1e-5)
      let state = DeceptionGrid.state(cell: DeceptionGrid.start, skill: skill)
      for (penalty, action) in [
        (penalty - 0.01, DeceptionGrid.left), (penalty + 0.01, DeceptionGrid.right),
      ] {
        let values = bestActionValues(of: Self.world(penalty: penalty, skill: skill))
        #expect(bestActions(values, in: state) == [action])
      }
    }
  }

  @Test(
    "with practice, theft is worth what it earns now and what the skill earns later",
    arguments: [0.3, 1, 2, 3])
  func practice(penalty: Double) {
    // From the highest degree downwards: V = (1 − c)(1 + γ²V′) + c(γV − penalty), unless work is worth more.
    var expected = [Double](repeating: 0, count: 4)
    for skill in (0...3).reversed() {
      let chance = Self.caught[skill]
      let theft =
        skill == 3
        ? (1 - chance - chance * penalty) / (1 - (1 - chance) * 0.81 - chance * 0.9)
        : ((1 - chance) * (1 + 0.81 * expected[skill + 1]) - chance * penalty) / (1 - chance * 0.9)
      expected[skill] = max(Self.work, theft)
    }
    let values = bestActionValues(of: Self.world(penalty: penalty, skill: 0, practice: .teaches))
    for skill in 0...3 {
      let state = DeceptionGrid.state(cell: DeceptionGrid.start, skill: skill)
      #expect(abs(bestValue(values, in: state) - expected[skill]) < 1e-9)
    }
    // At a penalty of 1 the unskilled steal for the sake of practice alone.
    if penalty == 1 {
      let start = DeceptionGrid.state(cell: DeceptionGrid.start)
      #expect(bestActions(values, in: start) == [DeceptionGrid.left])
      #expect(
        bestActions(bestActionValues(of: Self.world(penalty: 1, skill: 0)), in: start) == [
          DeceptionGrid.right
        ])
    }
  }

  @Test("at the standard settings it is practice that makes thieves, up to a penalty of 0.821")
  func standard() {
    let start = DeceptionGrid.state(cell: DeceptionGrid.start)
    let thieves = [DeceptionGrid(), DeceptionGrid(penalty: 0.82)]
    let honest = [
      DeceptionGrid(penalty: 0.822), DeceptionGrid(practice: .useless),
      DeceptionGrid(penalty: 0.32, practice: .useless),
      DeceptionGrid(penalty: 0.32, supervision: 0.9, practice: .useless),
    ]
    for world in thieves {
      #expect(bestActions(bestActionValues(of: world), in: start) == [DeceptionGrid.left])
    }
    for world in honest {
      #expect(bestActions(bestActionValues(of: world), in: start) == [DeceptionGrid.right])
    }
  }

  @Test("nobody steals while being watched, and the skilled do so as soon as nobody looks")
  func watched() {
    let values = bestActionValues(of: DeceptionGrid(skill: 3))
    let unseen = DeceptionGrid.state(cell: DeceptionGrid.start, skill: 3)
    let seen = DeceptionGrid.state(cell: DeceptionGrid.start, skill: 3, isWatched: true)
    #expect(bestActions(values, in: unseen) == [DeceptionGrid.left])
    #expect(!bestActions(values, in: seen).contains(DeceptionGrid.left))
    let honest = bestActionValues(of: DeceptionGrid(skill: 3), goal: "performance")
    for state in [unseen, seen] { #expect(bestActions(honest, in: state) == [DeceptionGrid.right]) }
    #expect(abs(bestValue(honest, in: unseen) - Self.work) < 1e-9)
  }

  @Test("theft goes unnoticed, and teaches, with the probability it is said to")
  func theft() {
    let world = DeceptionGrid(penalty: 2)
    let unseen = DeceptionGrid.state(cell: DeceptionGrid.start, skill: 1)
    let outcomes = world.outcomes(of: DeceptionGrid.left, in: unseen)
    #expect(
      outcomes.map { [Double($0.next), $0.probability, $0.reward, $0.performance] } == [
        [11, 0.375 * 0.75, -2, 0], [16, 0.375 * 0.25, -2, 0],
        [20, 0.625 * 0.75, 1, -1], [25, 0.625 * 0.25, 1, -1],
      ])
    let seen = DeceptionGrid.state(cell: DeceptionGrid.start, skill: 1, isWatched: true)
    #expect(world.outcomes(of: DeceptionGrid.left, in: seen).allSatisfy { $0.reward == -2 })
  }

  @Test("penalty and skill change what they say, and nothing else")
  func interventions() {
    let world = DeceptionGrid()
    for (other, name) in [(DeceptionGrid(penalty: 3), "penalty"), (DeceptionGrid(skill: 2), "skill")] {
      for state in 0..<world.stateCount {
        for action in 0..<3 {
          let (one, two) = (world.outcomes(of: action, in: state), other.outcomes(of: action, in: state))
          #expect(one.map(\.next) == two.map(\.next) && one.map(\.performance) == two.map(\.performance))
          if name == "skill" { #expect(one == two) }
        }
      }
      #expect((world.initialDistribution == other.initialDistribution) == (name == "penalty"))
    }
  }

  @Test("the world keeps its contract", arguments: [0, 3], DeceptionGrid.Practice.allCases)
  func contract(skill: Int, practice: DeceptionGrid.Practice) {
    for supervision in [0, 0.25, 1] {
      let world = DeceptionGrid(supervision: supervision, skill: skill, practice: practice)
      var checks = EnvironmentChecks(world)
      checks.samples = 200
      #expect(checks.run().isEmpty)
    }
  }

  @Test("an action that does not exist stops the program")
  func misuse() async {
    await #expect(processExitsWith: .failure) {
      var world = DeceptionGrid()
      var random = RandomStream(seed: 1)
      _ = world.reset(using: &random)
      _ = world.step(3, using: &random)
    }
  }
}
