import Assay
import AssayEnvironments
import AssayTesting
import Foundation
import Testing

@Suite("Rotation")
struct RotationTests {
  @Test("a model that is off by 1% is 2·|sin(n·turn·error/2)| off after n steps, whatever is done")
  func compounding() throws {
    var truth = Rotation(error: 0.01)
    var model = Rotation()
    try truth.place(at: [0.3])
    try model.place(at: [0.3])
    var random = RandomStream(seed: 3)
    for step in 1...100 {
      let push: [Float] = [Float(2 * random.unit() - 1)]
      let (one, other) = (truth.step(push, using: &random), model.step(push, using: &random))
      let distance = hypot(
        Double(one.observation[0] - other.observation[0]), Double(one.observation[1] - other.observation[1]))
      // Observations are rounded to 24 bits.
      #expect(abs(distance - 2 * sin(Double(step) * .pi / 6 * 0.01 / 2)) < 1e-6)
      if step == 100 { #expect(abs(distance - 0.5176) < 1e-4) }
    }
  }

  @Test("twelve free turns are a circle, and two thirds of a push hold the point")
  func turning() throws {
    var world = Rotation()
    var random = RandomStream(seed: 1)
    try world.place(at: [1])
    for _ in 0..<12 { _ = world.step([0], using: &random) }
    #expect(abs(world.angle - 1) < 1e-12)
    try world.place(at: [0])
    for _ in 0..<10 {
      let step = world.step([-2.0 / 3], using: &random)
      // The push is rounded to 24 bits.
      #expect(abs(step.reward.value - 1) < 1e-6 && step.ending == nil)
      #expect(abs(world.angle) < 1e-5)
    }
    let push = world.step([1], using: &random)
    #expect(abs(push.reward.value - cos(.pi * 75 / 180)) < 1e-5)
  }

  @Test("states are angles, and others are refused")
  func placing() throws {
    var world = Rotation()
    for angle in [0, 0.1, -3, .pi, -.pi] {
      try world.place(at: [angle])
      #expect(world.stateNumbers == [angle])
    }
    try world.place(at: [2.5 * .pi])
    #expect(abs(world.angle - .pi / 2) < 1e-12)
    for numbers in [[], [1, 2], [.nan], [.infinity]] {
      #expect(throws: DataError.self) { try world.place(at: numbers) }
    }
  }

  @Test("episodes start anywhere on the circle")
  func starts() {
    var world = Rotation()
    var random = RandomStream(seed: 5)
    var counts = [Int](repeating: 0, count: 4)
    for _ in 0..<4000 {
      let shown = world.reset(using: &random)
      #expect(abs(Double(shown[0]) - cos(world.angle)) < 1e-7)
      counts[min(3, Int((world.angle / .pi + 1) * 2))] += 1
    }
    // Six standard deviations of a share of ¼ in 4000: a false alarm in fewer than one of 10⁸ seeds.
    #expect(counts.allSatisfy { abs($0 - 1000) < 165 })
  }

  @Test("the world keeps its contract", arguments: [0, 0.01, -0.1])
  func contract(error: Double) {
    #expect(EnvironmentChecks(Rotation(error: error)).run().isEmpty)
  }

  @Test("a push that is no number, and one that is too large, stop the program")
  func misuse() async {
    await #expect(processExitsWith: .failure) {
      var world = Rotation()
      var random = RandomStream(seed: 1)
      _ = world.step([.nan], using: &random)
    }
    await #expect(processExitsWith: .failure) {
      var world = Rotation()
      var random = RandomStream(seed: 1)
      _ = world.step([1.01], using: &random)
    }
  }
}

@Suite("Rotation ring")
struct RotationRingTests {
  @Test("without error it is best to go the shorter way round and hold")
  func best() {
    let values = bestActionValues(of: RotationRing())
    #expect(abs(bestValue(values, in: 0) - 10) < 1e-9)
    #expect(bestActions(values, in: 0) == [RotationRing.hold])
    for cell in 1..<12 where cell != 6 {
      #expect(bestActions(values, in: cell) == [cell < 6 ? RotationRing.back : RotationRing.drift])
    }
    #expect(bestActions(values, in: 6) == [RotationRing.back, RotationRing.drift])
    // From cell 3 over cells 2 and 1: cosines of 60°, 30° and 0°.
    let expected = 0.5 + 0.9 * 3.0.squareRoot() / 2 + 0.81 * 10
    #expect(abs(bestValue(values, in: 3) - expected) < 1e-9)
  }

  @Test("the model's error grows with the steps: a binomial count of cells")
  func compounding() {
    let world = RotationRing(cellCount: 36, error: 0.1)
    let after = following([Int](repeating: RotationRing.hold, count: 5), in: world, from: 0).probabilities
    for (cell, ways) in [1.0, 5, 10, 10, 5, 1].enumerated() {
      #expect(abs(after[cell] - ways * pow(0.1, Double(cell)) * pow(0.9, Double(5 - cell))) < 1e-12)
    }
    // Whatever is done, the mean is 5 · 0.1 cells further than without error.
    let actions = [2, 0, 2, 2, 1]
    let mean = following(actions, in: world, from: 10).probabilities.enumerated()
      .reduce(0) { $0 + Double($1.offset) * $1.element }
    #expect(abs(mean - (10 + 2 + 0.5)) < 1e-12)
  }

  @Test("the world keeps its contract", arguments: [3, 12, 36], [0, 0.01, 1])
  func contract(cellCount: Int, error: Double) {
    var checks = EnvironmentChecks(RotationRing(cellCount: cellCount, error: error))
    checks.pairLimit = 40
    #expect(checks.run().isEmpty)
  }
}
