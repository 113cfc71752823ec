/// What a few steps came to, and where the value of what follows is to be taken.
///
///     G = Σ_{i<k} γⁱ rᵢ₊₁ + γᵏ v′
///
/// with k = n, or fewer where the episode or the experience ends before.
///
/// - SeeAlso: Sutton & Barto (2018), *Reinforcement learning: an introduction*, eq. 7.1.
public struct NStepReturn: Sendable, Hashable {
  /// Σ γⁱ rᵢ₊₁.
  public var reward: Double
  /// γᵏ; 0 where nothing follows, because the episode terminated.
  public var discount: Double
  /// The row of the last step: v′ is the value of what was seen after it.
  public var last: Int
}

extension ReplayBuffer {
  /// The row of the step that followed in the same copy of the world.
  ///
  /// - Parameters:
  ///   - row: a row that is held.
  ///   - copies: how many copies were stepped side by side in every step that is held.
  /// - Returns: a row; `nil` where the step is the copy's newest. After an ending it is the first step of the next
  ///   episode.
  public func row(after row: Int, copies: Int) -> Int? {
    let newest = (total - 1) % capacity
    let age = row <= newest ? newest - row : newest - row + capacity
    return age >= copies ? (row + copies) % capacity : nil
  }

  /// What the next steps of a row came to.
  ///
  /// - Parameters:
  ///   - row: the row of the first step.
  ///   - steps: n, at least 1.
  ///   - copies: how many copies were stepped side by side in every step that is held.
  ///   - claim: which value is learned: its discount, its scale of rewards, and what it takes an ending for.
  /// - Returns: what n steps came to, or as many as there are up to the end of the episode or of the experience.
  public func nStepReturn(from row: Int, steps: Int, copies: Int, claim: Claim) -> NStepReturn {
    precondition(steps > 0, "steps must be positive, but is \(steps)")
    var result = NStepReturn(reward: 0, discount: 1, last: row)
    for step in 1...steps {
      result.reward += result.discount * claim.rewardScale * reward(of: result.last)
      result.discount *= claim.discount
      if let ending = endings[result.last] {
        if !claim.isFollowed(after: ending) { result.discount = 0 }
        return result
      }
      guard step < steps, let next = self.row(after: result.last, copies: copies) else { return result }
      result.last = next
    }
    return result
  }
}

extension Claim {
  /// Whether something follows an ending, as far as the claim is concerned.
  fileprivate func isFollowed(after ending: Ending) -> Bool {
    switch endings {
    case .asTheyAre: ending == .truncated
    case .terminationIgnored: true
    case .truncationTerminates: false
    }
  }
}
