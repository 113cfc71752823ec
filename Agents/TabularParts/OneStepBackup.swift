import Assay

/// What a step tells about the pair it started from, once enough is known of what followed.
///
/// Aims decide when that is: a value that leaves out its own reward, and one that goes on after a termination,
/// have to wait for the next step.
@usableFromInline
struct OneStepBackup {
  /// What is worth something after the step.
  @usableFromInline
  enum Following {
    /// Nothing.
    case nothing
    /// A state, whatever is done there.
    case state(Int)
    /// A state and what was in fact done there.
    case pair(Int, Int)
  }

  var state: Int
  var action: Int
  /// The reward that counts for the pair: its own, or with a delay that of the next step.
  var reward: Double
  var following: Following

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
        let isAction = needsNextAction || claim.delay == 1
        waited = OneStepBackup(
          state: previous.observation, action: previous.action,
          reward: experience.reward(age: 1 - claim.delay).value,
          following: isAction
            ? .pair(newest.observation, newest.action) : .state(newest.observation))
      }
    }
    if waits(newest, for: claim, needsNextAction: needsNextAction) { return (waited, nil) }
    let isEnd =
      newest.ending == .terminated
      || newest.ending == .truncated && claim.endings == .truncationTerminates
    if claim.delay == 1 {
      // The reward after a truncation was never seen: such a step tells nothing.
      guard isEnd else { return (waited, nil) }
      return (
        waited,
        OneStepBackup(state: newest.observation, action: newest.action, reward: 0, following: .nothing)
      )
    }
    return (
      waited,
      OneStepBackup(
        state: newest.observation, action: newest.action, reward: experience.reward(age: 0).value,
        following: isEnd ? .nothing : .state(newest.nextObservation))
    )
  }

  private static func waits(
    _ transition: Transition<Int, Int>, for claim: Claim, needsNextAction: Bool
  ) -> Bool {
    switch transition.ending {
    case nil: needsNextAction || claim.delay == 1
    // Where endings are ignored, what follows is the start of the next episode.
    case .terminated: claim.endings == .terminationIgnored
    case .truncated: false
    }
  }
}

extension Aims {
  /// Whether the critic is trained towards the rewards and endings as they come, by its own values.
  @usableFromInline var isPlain: Bool { critic.delay == 0 && critic.endings == .asTheyAre && target == nil }
}
