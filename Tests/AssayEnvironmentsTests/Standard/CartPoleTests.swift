import Assay
import AssayEnvironments
import AssayTesting
import Testing

@Suite("Cart and pole")
struct CartPoleTests {
  @Test("episodes that Gymnasium played come out the same")
  func recordings() throws {
    let result = try replay("CartPole-v1", in: CartPole())
    #expect(result.agrees && result.steps == 483, "\(result)")
  }

  @Test("it keeps the contract")
  func contract() { #expect(EnvironmentChecks(TimeLimit(CartPole(), steps: 500)).run() == []) }

  @Test("a push from rest is as worked out by hand")
  func push() throws {
    var world = CartPole()
    var random = RandomStream(seed: 1)
    try world.place(at: [0, 0, 0, 0])
    let step = world.step(1, using: &random)
    // Upright, u = 10 / 1.1, θ̈ = −u / (0.5·(4/3 − 0.1/1.1)) = −600/41 and ẍ = u + 0.05·600/41/1.1 = 400/41.
    let found = world.stateNumbers
    #expect(found[0] == 0 && found[2] == 0)
    #expect(abs(found[1] - 0.02 * 400 / 41) < 1e-15)
    #expect(abs(found[3] + 0.02 * 600 / 41) < 1e-15)
    #expect(step.observation == found.map { Float($0) })
    #expect(step.reward == 1 && step.ending == nil)
  }

  @Test("episodes start near upright, each in another way")
  func starts() {
    var world = CartPole()
    var random = RandomStream(seed: 1)
    let starts = (0..<200).map { _ in world.reset(using: &random) }
    #expect(starts.joined().allSatisfy { abs($0) <= 0.05 })
    #expect(Set(starts).count == 200)
    // Of 800 even draws none is so near an end with probability 0.9^800, on either side.
    #expect((starts.joined().max() ?? 0) > 0.045 && (starts.joined().min() ?? 0) < -0.045)
  }

  @Test("it ends where cart or pole are too far off, at both sides")
  func endings() throws {
    for (state, isEnd) in [
      ([2.41, 0, 0, 0], true), ([-2.41, 0, 0, 0], true), ([0, 0, 0.21, 0], true), ([0, 0, -0.21, 0], true),
      ([2.39, 0, 0, 0], false), ([0, 0, 0.209, 0], false),
    ] {
      var world = CartPole()
      var random = RandomStream(seed: 1)
      try world.place(at: state)
      let step = world.step(0, using: &random)
      #expect((step.ending == .terminated) == isEnd)
      #expect(world.isOver == isEnd)
    }
  }

  @Test("an observation that somebody keeps stays as it is, and so does a copy")
  func values() {
    var world = CartPole()
    var random = RandomStream(seed: 1)
    let first = world.reset(using: &random)
    let copy = world
    let kept = first.map { $0 }
    let second = world.step(0, using: &random).observation
    #expect(first == kept && second != first)
    #expect(copy.body.observation == kept)
  }

  @Test("a state has four numbers")
  func wrongState() {
    var world = CartPole()
    #expect(throws: DataError.self) { try world.place(at: [0, 0, 0]) }
    #expect(throws: DataError.self) { try world.place(at: [0, 0, .nan, 0]) }
  }

  @Test("an action that does not exist, and a step before a reset, are programmers' mistakes")
  func misuse() async {
    await #expect(processExitsWith: .failure) {
      var world = CartPole()
      var random = RandomStream(seed: 1)
      _ = world.reset(using: &random)
      _ = world.step(2, using: &random)
    }
    await #expect(processExitsWith: .failure) {
      var world = CartPole()
      var random = RandomStream(seed: 1)
      _ = world.step(0, using: &random)
    }
  }
}
