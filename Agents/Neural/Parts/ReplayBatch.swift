import Assay
import AssayNetworks

/// Rows of a replay buffer, or of several, as an update takes them in.
///
/// Its memory is taken once.
struct ReplayBatch: Sendable {
  /// How many rows.
  let count: Int
  /// `[count × observations]`.
  private(set) var observations: [Float]
  /// `[count × coordinates]`, stretched to −1 … 1.
  private(set) var actions: [Float]
  /// `[count]`.
  private(set) var rewards: [Float]
  /// `[count × observations]`.
  private(set) var nextObservations: [Float]
  /// γ where something follows, else 0: `[count]`.
  private(set) var discounts: [Float]

  private let box: ActionBox
  private let width: Int

  init(count: Int, observationCount: Int, _ box: ActionBox) {
    self.count = count
    self.box = box
    width = observationCount
    observations = [Float](repeating: 0, count: count * observationCount)
    nextObservations = observations
    actions = [Float](repeating: 0, count: count * box.count)
    rewards = [Float](repeating: 0, count: count)
    discounts = rewards
  }

  /// Takes rows of a buffer in.
  ///
  /// - Parameters:
  ///   - rows: which of the buffer's.
  ///   - buffer: where they are.
  ///   - first: where the first of them goes.
  ///   - claim: which value is learned from them: its discount, its scale of rewards, what it takes an ending for, and
  ///     where it bootstraps.
  mutating func take(
    _ rows: [Int], of buffer: borrowing ReplayBuffer<BoxSpace>, at first: Int = 0, for claim: Claim
  ) {
    let scale = claim.rewardScale
    let discount = Float(claim.discount)
    for (index, row) in rows.enumerated() {
      let target = first + index
      for number in 0..<width {
        observations[target * width + number] = buffer.observations.values[row * width + number]
        nextObservations[target * width + number] =
          claim.bootstrapsInPlace
          ? buffer.observations.values[row * width + number]
          : buffer.nextObservations.values[row * width + number]
      }
      for number in 0..<box.count {
        actions[target * box.count + number] = box.stretched(
          buffer.actions.values[row * box.count + number], number)
      }
      rewards[target] = Float(scale * buffer.reward(of: row))
      discounts[target] = claim.isFollowed(after: buffer.endings[row]) ? discount : 0
    }
  }
}

extension Claim {
  /// Whether the value goes on after a step that ended so.
  func isFollowed(after ending: Ending?) -> Bool {
    switch (ending, endings) {
    case (nil, _): true
    case (.terminated, let treatment): treatment == .terminationIgnored
    case (.truncated, let treatment): treatment != .truncationTerminates
    }
  }
}
