import Assay

/// A first action that decides about the last reward, with rewards and observations between that mean
/// nothing.
///
/// ![A first action that decides about the last reward, and noise between](umbrella-chain)
///
/// Whether an umbrella will be needed is drawn at the start, and so is whether one has it, each way equally
/// likely. The first action decides whether one has it from then on; no other action does anything. The last
/// of n steps ends the episode, with 1 if one has what is needed or lacks what is not, else with −1. Every
/// step before it is worth 1 or −1, each equally likely. All is seen, together with distracting bits that are
/// drawn anew at the start and with each step.
///
/// - **Observation**: ((2·t + needed)·2 + had)·2ᵈ + distraction, for t steps taken and d bits, the number
///   they make being the distraction.
/// - **Action**: 0 leave the umbrella, 1 take it.
/// - **Reward**: −1 or 1. The expected return of an episode is the last reward.
/// - **Ending**: terminates with step n.
/// - **For**: giving credit to what mattered long ago, through noise in rewards and in what is seen. The best
///   return is 1, that of any first action taken without a look 0.
/// - SeeAlso: Osband et al. (2020), *Behaviour suite for reinforcement learning*, whose rules these are.
public struct UmbrellaChain: ListedHiddenEnvironment {
  /// n, how many steps an episode has, from 1.
  public let length: Int
  /// d, how many distracting bits there are, from 0 to 10.
  public let distractors: Int
  var table: HiddenTable

  /// Makes the chain.
  ///
  /// State (2·t + needed)·2 + had is the one after t steps.
  ///
  /// - Parameters:
  ///   - length: n, how many steps an episode has, from 1 to 100.
  ///   - distractors: d, how many distracting bits there are, from 0 to 10.
  public init(length: Int = 10, distractors: Int = 3) {
    precondition(length >= 1 && length <= 100, "length must be in 1...100, but is \(length)")
    precondition(
      distractors >= 0 && distractors <= 10, "distractors must be in 0...10, but is \(distractors)")
    self.length = length
    self.distractors = distractors
    let noise = 1 << distractors
    func sights(_ state: Int) -> [(observation: Int, probability: Double)] {
      (0..<noise).map { (state * noise + $0, 1 / Double(noise)) }
    }
    table = HiddenTable(
      name: "umbrella-chain", discount: 0.99,
      states: (0..<4 * (length + 1)).map { state in
        "step-\(state / 4)-" + (state & 2 == 0 ? "dry-" : "rain-") + (state & 1 == 0 ? "without" : "with")
      }, actions: ["leave", "take"], observationCount: 4 * (length + 1) * noise,
      starts: (0..<4 * (length + 1)).map { $0 < 4 ? 1 : 0 },
      outcomes: { state, action in
        let steps = state / 4
        if steps == length { return [] }
        let needed = state / 2 % 2
        let had = steps == 0 ? action : state % 2
        let next = (2 * (steps + 1) + needed) * 2 + had
        if steps + 1 == length {
          return [Outcome(next: next, probability: 1, reward: had == needed ? 1 : -1, isTerminal: true)]
        }
        return [-1, 1].map { Outcome(next: next, probability: 0.5, reward: $0) }
      }, first: sights, sights: { sights($1) })
  }

  /// The steps, with the weather at their end.
  public var picture: Picture {
    let steps = state / 4
    return Picture(
      tiles: Tiles(rows: 1, columns: length + 1) { _, column in
        if column == steps { return Tiles.Tile(state % 2 == 1 ? "U" : "A", .agent) }
        guard column == length else { return Tiles.Tile() }
        return state & 2 != 0 ? Tiles.Tile("R", .danger) : Tiles.Tile("", .goal)
      },
      caption: (state & 2 != 0 ? "rain is coming" : "it stays dry") + "; "
        + (state % 2 == 1 ? "has the umbrella" : "has no umbrella"))
  }
}
