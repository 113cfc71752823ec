import Assay

/// Four rewards, each twice as large as the one before, at the end of ever longer waits.
///
/// ![Larger rewards after longer waits](discounting-chain)
///
/// The first action chooses a chain, and nothing else is ever chosen. A chain of D cells pays at its end, D
/// steps after the first action: ⅛ after 1, ¼ after 3, ½ after 10 and 1 after 30. Chosen from the start, it
/// is worth its reward times γᴰ, so the best one depends on γ: the second beats the first where γ² > ½, the
/// third the second where γ⁷ > ½, and the fourth the third where γ²⁰ > ½, which is from γ = 0.707, 0.906 and
/// 0.966.
///
/// The chain of the behaviour suite differs: it has five waits, of 1, 3, 10, 30 and 100 steps counted from
/// the first action on, so that the shortest pays at once; all pay 1 but one, which pays 1.1; every episode
/// takes 100 steps, whatever was chosen; and all start at the start. What is best there without a discount is
/// the one that pays more; here it is the last chain, and the discount decides among all four.
///
/// - **Observation**: 0 at the start, then the cells of chain after chain, 1 to 44, and 45 at the end.
/// - **Action**: which chain; after the first, all do the same.
/// - **Reward**: ⅛, ¼, ½ or 1 at the end of a chain, 0 before.
/// - **Ending**: terminates at the end of a chain. Half of the episodes begin at the start, the other half
///   somewhere in the chains, so that long ones get known too. γ = 0.95 unless said otherwise.
/// - **For**: which horizon an agent really has.
/// - SeeAlso: Osband et al. (2020), *Behaviour suite for reinforcement learning*, which has a chain of this
///   kind.
public struct DiscountingChain: EnumerableEnvironment, ListedEnvironment {
  /// How many steps after the first action each chain pays.
  public static let delays = [1, 3, 10, 30]
  /// What each chain pays.
  public static let rewards = [0.125, 0.25, 0.5, 1]

  public let name = "discounting-chain"
  public let discount: Double
  public let actionNames = delays.map { "wait \($0)" }
  public let stateNames =
    ["start"] + delays.flatMap { delay in (1...delay).map { "wait \(delay), cell \($0)" } } + ["end"]
  var table: OutcomeTable

  /// Makes the chains.
  ///
  /// - Parameter discount: γ, in [0, 1].
  public init(discount: Double = 0.95) {
    precondition(discount >= 0 && discount <= 1, "discount must be in [0, 1], but is \(discount)")
    self.discount = discount
    // State 0 is the start, and chain follows chain.
    let firsts = Self.delays.indices.map { 1 + Self.delays[..<$0].reduce(0, +) }
    let cells = Self.delays.reduce(0, +)
    let end = cells + 1
    table = OutcomeTable(
      stateCount: end + 1, actionCount: Self.delays.count,
      starts: [Double(cells)] + [Double](repeating: 1, count: cells) + [0]
    ) { state, action in
      if state == end { return [] }
      if state == 0 { return [Outcome(next: firsts[action], probability: 1, reward: 0)] }
      let chain = firsts.lastIndex { $0 <= state } ?? 0
      let isLast = state == firsts[chain] + Self.delays[chain] - 1
      return [
        Outcome(
          next: isLast ? end : state + 1, probability: 1, reward: isLast ? Self.rewards[chain] : 0,
          isTerminal: isLast)
      ]
    }
  }

  /// The chains below one another, in rows of ten cells that run to and fro.
  public var picture: Picture {
    var states = [Drawing.State(name: "", place: Drawing.Point(0, 0), tint: .start)]
    var ways: [(from: Int, to: Int)] = []
    var row = 0
    for (chain, delay) in Self.delays.enumerated() {
      for cell in 1...delay {
        let (turn, column) = (cell - 1).quotientAndRemainder(dividingBy: 10)
        let across = turn % 2 == 0 ? column + 1 : 10 - column
        ways.append((from: cell == 1 ? 0 : states.count - 1, to: states.count))
        states.append(
          Drawing.State(
            name: cell == delay ? "\(Self.rewards[chain])" : "",
            place: Drawing.Point(Double(across), -Double(row + turn)),
            tint: cell == delay ? .goal : .muted))
      }
      row += (delay + 9) / 10
    }
    states.append(Drawing.State(name: "end", place: Drawing.Point(10, 0)))
    return Picture(drawing: .states(states, ways: ways, agent: state), caption: stateNames[state])
  }
}
