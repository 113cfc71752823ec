/// How much each part of an agent with networks may be off and still be called healthy.
///
/// They are conventions, wider than ``Tolerances``: a network that follows a policy while it changes is never done, and
/// a policy that must go on trying is never quite the best. They were settled on seeds 0 to 9 of the agents in the table
/// of faults, and are reported on others.
public enum RunTolerances {
  /// Error of the critic on visited states, as a share of what is at stake.
  public static let criticError = 0.15
  /// The actor's gap, as a share of what choosing at random would give up.
  public static let actorGap = 0.15
  /// √ of the one-step error of a world model, as a share of how far the world moves.
  public static let modelError = 0.3
  /// Another claim explains a critic when it leaves less than this share of the error…
  public static let explainedShare = 0.5
  /// …and less than this share of what the next best explanation leaves.
  public static let decidedShare = 0.8
  /// A block is followed when the actor's gap to it is within this…
  public static let followedGap = 0.3
}
