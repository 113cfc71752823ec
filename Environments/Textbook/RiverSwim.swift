import Assay

/// A river to swim up: the current carries one down to a small reward, and a large one waits at the upper
/// end.
///
/// ![A small reward downstream, a large one upstream](river-swim)
///
/// `left` always leads a state down the river, and in the lowest one stays, for 5. `right` swims against the
/// current: from the states between the ends it leads up with probability 0.3, down with 0.1 and nowhere with
/// 0.6; from the lowest up with 0.3 and nowhere with 0.7; from the highest down with 0.7, and with 0.3 one
/// stays there, for 10,000. To swim always is best. It spends the shares 1 : 3 : 9 : 27 : 81 : 243/7 of the
/// time in the six states, and pays 668.8 a step in the long run; to drift pays 5.
///
/// This is the river of Strehl and Littman. Another that is often met goes up with 0.35 and stays with 0.6,
/// has 0.6 and 0.4 at its ends, starts at the lowest state and pays 0.005 and 1.
///
/// - **Observation**: the state from the lowest, 0 to 5.
/// - **Action**: left or right.
/// - **Reward**: 0, 5 or 10,000.
/// - **Ending**: none. Episodes start in state 1 or 2, each equally likely. γ = 0.95.
/// - **For**: exploration that has to be kept up: at random one is hardly ever at the upper end.
/// - **Published**: the process, entry by entry.
/// - SeeAlso: Strehl & Littman (2008), *An analysis of model-based interval estimation for Markov decision
///   processes*; Osband, Russo & Van Roy (2013), *(More) efficient reinforcement learning via posterior
///   sampling*, for the other.
public struct RiverSwim: EnumerableEnvironment, ListedEnvironment {
  /// The action that drifts.
  public static let left = 0
  /// The action that swims.
  public static let right = 1

  public let name = "river-swim"
  public let discount = 0.95
  public let actionNames = ["left", "right"]
  public let map: GridMap? = GridMap(
    rows: 1, columns: 6, marks: ["5", "S", "S", "", "", "G"], directions: [.left, .right])
  var table = OutcomeTable(stateCount: 6, actionCount: 2, starts: [0, 1, 1, 0, 0, 0]) { state, action in
    switch (action, state) {
    case (left, _): [Outcome(next: max(0, state - 1), probability: 1, reward: state == 0 ? 5 : 0)]
    case (_, 0):
      [Outcome(next: 0, probability: 0.7, reward: 0), Outcome(next: 1, probability: 0.3, reward: 0)]
    case (_, 5):
      [Outcome(next: 4, probability: 0.7, reward: 0), Outcome(next: 5, probability: 0.3, reward: 10_000)]
    default:
      [
        Outcome(next: state - 1, probability: 0.1, reward: 0),
        Outcome(next: state, probability: 0.6, reward: 0),
        Outcome(next: state + 1, probability: 0.3, reward: 0),
      ]
    }
  }

  /// Makes the river.
  public init() {}
}
