import Assay

/// A question that is answered by what was shown at the start, some steps ago.
///
/// ![A question that is answered by what was shown at the start](memory-chain)
///
/// At the start there are bits, each 0 or 1 with equal probability, and one of them is chosen, each equally
/// likely. The bits are shown at the start and after the first step, then no more. After n steps it is shown
/// which one is asked for, and the action after that, the only one that matters, is the answer: it ends the
/// episode with 1 if it is that bit, and with −1 if it is not. Nothing else is rewarded. The clock that is
/// shown is at 0 at the start, at k − 1 after k steps, and at n after the end; with n = 1 bits and question
/// are shown together.
///
/// - **Observation**: (clock·b + question)·(2ᵇ + 1) + shown, for b bits: `question` is the number of the bit
///   that is asked for, 0 while that is not shown; `shown` is 0 while the bits are not shown, else 1 + Σ
///   2ⁱ·bitᵢ.
/// - **Action**: 0 or 1.
/// - **Reward**: −1, 0 or 1.
/// - **Ending**: terminates with step n + 1.
/// - **For**: how long an agent remembers, and how much. Who remembers gets 1, who does not 0 on average.
/// - SeeAlso: Osband et al. (2020), *Behaviour suite for reinforcement learning*, whose rules these are, the
///   bits shown twice included.
public struct MemoryChain: ListedHiddenEnvironment {
  /// n, after how many steps the question is asked, from 1.
  public let length: Int
  /// b, how many bits there are, from 1 to 5.
  public let bits: Int
  var table: HiddenTable

  /// Makes the chain.
  ///
  /// State (k·b + question)·2ᵇ + Σ 2ⁱ·bitᵢ is the one after k steps.
  ///
  /// - Parameters:
  ///   - length: n, after how many steps the question is asked, from 1 to 100.
  ///   - bits: b, how many bits there are, from 1 to 5.
  public init(length: Int = 5, bits: Int = 1) {
    precondition(length >= 1 && length <= 100, "length must be in 1...100, but is \(length)")
    precondition(bits >= 1 && bits <= 5, "bits must be in 1...5, but is \(bits)")
    self.length = length
    self.bits = bits
    let contexts = 1 << bits
    let kinds = bits * contexts
    func observation(_ state: Int) -> Int {
      let (steps, kind) = state.quotientAndRemainder(dividingBy: kinds)
      let (question, context) = kind.quotientAndRemainder(dividingBy: contexts)
      let clock = max(0, steps - 1)
      let asked = clock == length - 1 ? question : 0
      let shown = clock == 0 ? 1 + context : 0
      return (clock * bits + asked) * (contexts + 1) + shown
    }
    table = HiddenTable(
      name: "memory-chain", discount: 0.99,
      states: (0..<(length + 2) * kinds).map { state in
        let (steps, kind) = state.quotientAndRemainder(dividingBy: kinds)
        let context = (0..<bits).map { (kind % contexts) >> $0 & 1 == 1 ? "1" : "0" }.joined()
        return "bits-\(context)-asked-\(kind / contexts)-step-\(steps)"
      }, actions: ["zero", "one"], observationCount: (length + 1) * bits * (contexts + 1),
      starts: (0..<(length + 2) * kinds).map { $0 < kinds ? 1 : 0 },
      outcomes: { state, action in
        let (steps, kind) = state.quotientAndRemainder(dividingBy: kinds)
        if steps > length { return [] }
        let next = state + kinds
        if steps < length { return [Outcome(next: next, probability: 1, reward: 0)] }
        let isRight = (kind % contexts) >> (kind / contexts) & 1 == action
        return [Outcome(next: next, probability: 1, reward: isRight ? 1 : -1, isTerminal: true)]
      }, first: { [(observation($0), 1)] }, sights: { [(observation($1), 1)] })
  }

  /// The bits above, muted while they are not shown, and the steps below.
  public var picture: Picture {
    let contexts = 1 << bits
    let (steps, kind) = state.quotientAndRemainder(dividingBy: bits * contexts)
    let (question, context) = kind.quotientAndRemainder(dividingBy: contexts)
    let isAsking = max(0, steps - 1) >= length - 1
    return Picture(
      tiles: Tiles(rows: 2, columns: max(bits, length + 2)) { row, column in
        if row == 1 {
          return column > length + 1
            ? Tiles.Tile("", .wall)
            : column == steps ? Tiles.Tile("A", .agent) : Tiles.Tile(column == length ? "?" : "", .floor)
        }
        guard column < bits else { return Tiles.Tile("", .wall) }
        let tint: Picture.Tint = isAsking && column == question ? .goal : steps < 2 ? .object : .muted
        return Tiles.Tile("\(context >> column & 1)", tint)
      },
      caption: "step \(steps) of \(length + 1)" + (steps < 2 ? ", sees the bits" : "")
        + (isAsking ? ", asked for bit \(question)" : ""))
  }
}
