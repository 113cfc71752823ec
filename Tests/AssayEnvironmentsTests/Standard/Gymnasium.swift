import Assay
import AssayTesting

/// A number for all that a table lists, the same for the same table: FNV-1a over state, action, next state, reward,
/// whether it ends the episode, and thirtieths of the probability, with outcomes in that order.
func digest(of world: some EnumerableEnvironment) -> UInt64 {
  var digest: UInt64 = 0xCBF2_9CE4_8422_2325
  for state in 0..<world.stateCount {
    for action in 0..<world.actionCount {
      var thirtieths: [[Int]: Double] = [:]
      for outcome in world.outcomes(of: action, in: state) {
        thirtieths[[outcome.next, Int(outcome.reward), outcome.isTerminal ? 1 : 0], default: 0] +=
          30 * outcome.probability
      }
      for (key, share) in thirtieths.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
        for number in [state, action] + key + [Int(share.rounded())] {
          digest = (digest ^ UInt64(bitPattern: Int64(number))) &* 0x100_0000_01B3
        }
      }
    }
  }
  return digest
}

/// What episodes that Gymnasium 1.4 played come to in a world. Numbers may differ by 1e-5: single precision has seven
/// digits, and none in the recordings is above 30.
func replay(_ name: String, in world: some PlaceableEnvironment) throws -> TrajectoryReplay.Result {
  let trajectory = try Trajectory(contentsOfFile: resource("trajectories/\(name).json"))
  return try TrajectoryReplay(trajectory, tolerance: 1e-5).run(on: world)
}
