import Assay
import AssayEnvironments
import AssayTesting
import Foundation
import Testing

@Suite("Acrobot")
struct AcrobotTests {
  @Test("episodes that Gymnasium played come out the same")
  func recordings() throws {
    let result = try replay("Acrobot-v1", in: Acrobot())
    #expect(result.agrees && result.steps == 600, "\(result)")
  }

  @Test("it keeps the contract")
  func contract() { #expect(EnvironmentChecks(TimeLimit(Acrobot(), steps: 500)).run() == []) }

  @Test("hanging at rest it stays, and without a torque it keeps what energy it has")
  func energy() throws {
    var world = Acrobot()
    var random = RandomStream(seed: 1)
    try world.place(at: [0, 0, 0, 0])
    #expect(world.step(1, using: &random).observation == [1, 0, 1, 0, 0, 0])
    // Kinetic and potential energy of two rods whose moments of inertia are 1 about their centres.
    func energy(_ state: [Double]) -> Double {
      let (a, b, u, v) = (state[0], state[1], state[2], state[3])
      let inner = 0.5 * (0.25 + 1) * u * u
      let speed = u * u + 0.25 * (u + v) * (u + v) + u * (u + v) * cos(b)
      let outer = 0.5 * speed + 0.5 * (u + v) * (u + v)
      return inner + outer - 9.8 * (0.5 * cos(a) + cos(a) + 0.5 * cos(a + b))
    }
    try world.place(at: [0.5, 0.3, 0, 0])
    let before = energy(world.stateNumbers)
    for _ in 0..<20 { _ = world.step(1, using: &random) }
    // The method's error over 4 s is of the order of 0.2⁴; a wrong sign or factor changes energy by whole units.
    #expect(abs(energy(world.stateNumbers) - before) < 0.02)
  }

  @Test("the step that lifts the tip above the line costs nothing and ends the episode")
  func ending() throws {
    var world = Acrobot()
    var random = RandomStream(seed: 1)
    try world.place(at: [.pi, 0, 0, 0])
    let step = world.step(1, using: &random)
    #expect(step.ending == .terminated && step.reward == 0)
  }

  @Test("its picture shows where the tip is")
  func picture() throws {
    var world = Acrobot()
    try world.place(at: [.pi / 2, .pi / 2, 0, 0])
    #expect(world.picture.caption == "tip 1.0 m above the bar, wanted 1 m above")
    guard case .drawing(let drawing) = world.picture.scene,
      case .disc(let tip, _, .agent)? = drawing.shapes.last
    else {
      Issue.record("there is no tip")
      return
    }
    #expect(abs(tip.x - 1) < 1e-9 && abs(tip.y - 1) < 1e-9)
  }

  @Test("an action that does not exist is a programmer's mistake")
  func misuse() async {
    await #expect(processExitsWith: .failure) {
      var world = Acrobot()
      var random = RandomStream(seed: 1)
      _ = world.reset(using: &random)
      _ = world.step(3, using: &random)
    }
  }
}
