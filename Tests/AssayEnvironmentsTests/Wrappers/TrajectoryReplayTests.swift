import Assay
import AssayEnvironments
import AssayTesting
import Foundation
import Testing

@Suite("Replay of trajectories")
struct TrajectoryReplayTests {
  /// The block from 1 at rest, worked out by hand: v ← v + a / 4, x ← x + v / 4, reward −x²; and one push
  /// that ends it.
  private static let episodes = [
    Trajectory.Episode(
      kind: "told", initialState: [1, 0], actions: [[1], [-1], [-1]],
      observations: [[1.0625, 0.25], [1.0625, 0], [1, -0.25]],
      states: [[1.0625, 0.25], [1.0625, 0], [1, -0.25]],
      rewards: [-1.12890625, -1.12890625, -1], terminated: [false, false, false]),
    Trajectory.Episode(
      kind: "told", initialState: [1.5, 2], actions: [[0]], observations: [[2, 2]], states: [[2, 2]],
      rewards: [-4],
      terminated: [true]),
  ]

  private static func replay(
    tolerance: Double = 0, _ change: (inout [Trajectory.Episode]) -> Void = { _ in }
  ) throws -> TrajectoryReplay.Result {
    var episodes = episodes
    change(&episodes)
    let trajectory = try Trajectory(environment: "sliding-block", episodes: episodes)
    return try TrajectoryReplay(trajectory, tolerance: tolerance).run(on: SlidingBlock())
  }

  @Test("a world that does what was recorded agrees in every column")
  func agreement() throws {
    let result = try Self.replay()
    #expect(result.agrees && result.mismatch == nil && result.episodes == 2 && result.steps == 4)
    #expect(
      result.columns.map(\.name) == [
        "observation[0]", "observation[1]", "state[0]", "state[1]", "reward", "terminated",
      ])
    #expect(result.columns.allSatisfy { $0.difference == 0 })
    #expect(result.description == "4 steps of 2 episodes agree")
  }

  @Test(
    "the largest difference of a column is told with its step, the first beyond the tolerance with its numbers"
  )
  func difference() throws {
    func change(_ episodes: inout [Trajectory.Episode]) {
      episodes[0].states[1][0] += 0.25
      episodes[1].states[0][0] += 0.5
      episodes[0].rewards[2] += 0.125
    }
    let result = try Self.replay(tolerance: 0.2, change)
    #expect(!result.agrees && result.steps == 4)
    #expect(result.columns.map(\.difference) == [0, 0, 0.5, 0, 0.125, 0])
    let places = result.columns.map { [$0.place.episode, $0.place.step] }
    #expect(places[2] == [1, 0] && places[4] == [0, 2])
    let mismatch = try #require(result.mismatch)
    #expect(mismatch.place.episode == 0 && mismatch.place.step == 1)
    #expect(mismatch.column == "state[0]" && mismatch.recorded == 1.3125 && mismatch.found == 1.0625)
    #expect(
      result.description
        == "episode 0, step 1: state[0] is 1.0625, recorded as 1.3125 (4 steps of 2 episodes compared)")
    // At the tolerance itself they agree.
    #expect(try Self.replay(tolerance: 0.5, change).agrees)
  }

  @Test("another ending is a difference that no tolerance allows for, and ends the episode's replay")
  func endings() throws {
    let early = try Self.replay(tolerance: 100) { episodes in
      episodes[1].terminated = [false, false]
      episodes[1].actions += [[0]]
      episodes[1].observations += [[2, 2]]
      episodes[1].states += [[2, 2]]
      episodes[1].rewards += [-4]
    }
    #expect(!early.agrees && early.steps == 4)
    #expect(
      early.mismatch?.column == "terminated" && early.mismatch?.recorded == 0 && early.mismatch?.found == 1)
    let late = try Self.replay(tolerance: 100) { $0[0].terminated[2] = true }
    #expect(
      late.mismatch?.column == "terminated" && late.mismatch?.found == 0 && late.mismatch?.place.step == 2)
  }

  @Test("a time limit is no difference: a world that is cut off goes on")
  func truncation() throws {
    let trajectory = try Trajectory(environment: "sliding-block", episodes: Self.episodes)
    for steps in 1...4 {
      let result = try TrajectoryReplay(trajectory, tolerance: 0).run(
        on: TimeLimit(SlidingBlock(), steps: steps))
      #expect(result.agrees && result.steps == 4)
    }
  }

  @Test("states need not be recorded, not in every episode")
  func withoutStates() throws {
    let result = try Self.replay { $0[0].states = [] }
    #expect(result.agrees)
    #expect(
      result.columns.map(\.name) == [
        "observation[0]", "observation[1]", "reward", "terminated", "state[0]", "state[1]",
      ])
  }

  @Test("NaN is a difference larger than any")
  func notANumber() throws {
    struct Broken: PlaceableEnvironment {
      let observationSpace = BoxSpace(count: 1, in: -1...1)
      let actionSpace = DiscreteSpace(count: 1)
      var stateNumbers: [Double] { [0] }
      mutating func place(at numbers: [Double]) throws(DataError) {}
      mutating func reset(using random: inout RandomStream) -> [Float] { [0] }
      mutating func step(_ action: Int, using random: inout RandomStream) -> Step<[Float]> {
        Step(observation: [.nan], reward: 0)
      }
    }
    let trajectory = try Trajectory(
      environment: "broken",
      episodes: [
        Trajectory.Episode(
          kind: "told", initialState: [0], actions: [[0]], observations: [[0]], rewards: [0],
          terminated: [false])
      ])
    let result = try TrajectoryReplay(trajectory, tolerance: 1e300).run(on: Broken())
    #expect(!result.agrees && result.columns[0].difference == nil)
    #expect(result.mismatch?.column == "observation[0]" && result.mismatch?.found == nil)
    // It can be stored all the same.
    let stored = try JSONEncoder().encode(result)
    #expect(try JSONDecoder().decode(TrajectoryReplay.Result.self, from: stored) == result)
  }

  @Test("where nothing was compared, nothing agrees")
  func nothing() throws { #expect(try !Self.replay { $0 = [] }.agrees) }

  @Test("a recording that does not fit the world is refused")
  func misfits() throws {
    func message(_ change: (inout [Trajectory.Episode]) -> Void) -> String? {
      #expect(throws: DataError.self) { try Self.replay(change) }?.description
    }
    #expect(
      message { $0[1].initialState[0] = 7 }
        == "episodes[1].initial_state is [7.0, 2.0]; allowed: a place within 2 of the middle, and a speed")
    #expect(
      message { $0[0].actions[1] = [3] }
        == "episodes[0].actions[1] is [3.0]; allowed: 1 number in −1…1, available in its state")
    #expect(
      message { for index in $0.indices { $0[index].actions = $0[index].actions.map { $0 + $0 } } }
        == "episodes[0].actions[0] is [1.0, 1.0]; allowed: 1 number in −1…1, available in its state")
    #expect(
      message { for index in $0.indices { $0[index].observations = $0[index].observations.map { $0 + $0 } } }
        == "episodes[0].observations[0] is 4 numbers long; allowed: 2 numbers, as the world has")
  }

  @Test("a discrete world is replayed from its tables")
  func discrete() throws {
    // Right over the cliff's edge, then up: from the start 36 over it and back with −100, and then to 24.
    let trajectory = try Trajectory(
      environment: "cliff-walking",
      episodes: [
        Trajectory.Episode(
          kind: "told", initialState: [36], actions: [[1], [0]], observations: [[36], [24]],
          rewards: [-100, -1],
          terminated: [false, false])
      ])
    #expect(try TrajectoryReplay(trajectory, tolerance: 0).run(on: CliffWalking()).agrees)
    let halves = try Trajectory(
      environment: "cliff-walking",
      episodes: [
        Trajectory.Episode(
          kind: "told", initialState: [36], actions: [[0.5]], observations: [[36]], rewards: [-1],
          terminated: [false])
      ])
    #expect(throws: DataError.self) { try TrajectoryReplay(halves).run(on: CliffWalking()) }
  }
}
