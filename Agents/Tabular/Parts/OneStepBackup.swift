import Assay

/// What a step tells about the pair it started from, once enough is known of what followed.
///
/// Aims decide when that is: a value that asks what was done next, and one that goes on after a termination,
/// have to wait for the next step. One that bootstraps in place never has to.
struct OneStepBackup {
  var state: Int
  var action: Int
  var reward: Double
  /// The state whose value stands for what follows; `nil` where nothing does.
  var next: Int?
  /// What was done in that state, where the backup waited to know.
  var nextAction: Int?

  /// What the two newest steps tell, the older first.
  ///
  /// - Parameters:
  ///   - experience: holding at least two steps, where as many were taken.
  ///   - claim: what is aimed at.
  ///   - needsNextAction: whether what follows is valued by what was done there.
  /// - Returns: a backup for the step before the newest where it had to wait, and one for the newest where it
  ///   need not.
  static func settled(
    _ experience: Experience<Int, Int>, for claim: Claim, needsNextAction: Bool
  ) -> (waited: OneStepBackup?, newest: OneStepBackup?) {
    let newest = experience[age: 0]
    var waited: OneStepBackup?
    if experience.count > 1 {
      let previous = experience[age: 1]
      if waits(previous, for: claim, needsNextAction: needsNextAction) {
        waited = OneStepBackup(
          state: previous.observation, action: previous.action, reward: experience.reward(age: 1).value,
          next: newest.observation, nextAction: needsNextAction ? newest.action : nil)
      }
    }
    if waits(newest, for: claim, needsNextAction: needsNextAction) { return (waited, nil) }
    let following = claim.bootstrapsInPlace ? newest.observation : newest.nextObservation
    return (
      waited,
      OneStepBackup(
        state: newest.observation, action: newest.action, reward: experience.reward(age: 0).value,
        next: claim.isEnd(newest.ending) ? nil : following)
    )
  }

  private static func waits(
    _ transition: Transition<Int, Int>, for claim: Claim, needsNextAction: Bool
  ) -> Bool {
    guard !claim.bootstrapsInPlace else { return false }
    return switch transition.ending {
    case nil: needsNextAction
    // Where endings are ignored, what follows is the start of the next episode.
    case .terminated: claim.endings == .terminationIgnored
    case .truncated: false
    }
  }
}

extension Claim {
  /// Whether nothing follows a step that ended this way.
  func isEnd(_ ending: Ending?) -> Bool {
    switch ending {
    case nil: false
    case .terminated: endings != .terminationIgnored
    case .truncated: endings == .truncationTerminates
    }
  }
}

extension Aims {
  /// Whether the critic is trained towards the rewards and endings as they come, by its own values of what
  /// comes next.
  @usableFromInline var isPlain: Bool {
    !critic.bootstrapsInPlace && critic.endings == .asTheyAre && target == nil
  }
}
