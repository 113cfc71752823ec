import Assay
import AssayEnvironments
import Foundation

/// Episodes that Gymnasium 1.4 played, with its states to the last digit.
struct Recording: Decodable {
  struct Episode: Decodable {
    var initialState: [Double]
    var actions: [Double]
    var observations: [[Double]]
    var states: [[Double]]
    var rewards: [Double]
    var terminated: [Bool]

    private enum CodingKeys: String, CodingKey {
      case initialState = "initial_state"
      case actions, observations, states, rewards, terminated
    }
  }

  var episodes: [Episode]

  /// Single precision has seven digits, and no number in the recordings is above 30.
  static let tolerance = 1e-5

  init(_ name: String) throws {
    let data = try Data(contentsOf: URL(fileURLWithPath: resource("trajectories/\(name).json")))
    self = try JSONDecoder().decode(Recording.self, from: data)
  }

  /// Where a world does something else, in words.
  func differences<World: PlaceableEnvironment>(
    from world: World
  ) throws -> [String] where World.Observation == [Float] {
    var differences: [String] = []
    for (number, episode) in episodes.enumerated() {
      var world = world
      var random = RandomStream(seed: 1)
      try world.place(at: episode.initialState)
      for index in episode.actions.indices {
        guard let action = world.actionSpace.element(from: [episode.actions[index]]) else {
          differences.append("action \(episode.actions[index]) is none")
          break
        }
        let step = world.step(action, using: &random)
        let pairs = [
          (step.observation.map(Double.init), episode.observations[index]),
          (world.stateNumbers, episode.states[index]), ([step.reward.value], [episode.rewards[index]]),
        ]
        for (found, wanted) in pairs where !Self.areClose(found, wanted) {
          differences.append("episode \(number), step \(index): \(found), not \(wanted)")
        }
        if (step.ending == .terminated) != episode.terminated[index] {
          differences.append("episode \(number), step \(index): ending is \(String(describing: step.ending))")
        }
      }
    }
    return differences
  }

  private static func areClose(_ found: [Double], _ wanted: [Double]) -> Bool {
    found.count == wanted.count && zip(found, wanted).allSatisfy { abs($0 - $1) <= tolerance }
  }
}

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
