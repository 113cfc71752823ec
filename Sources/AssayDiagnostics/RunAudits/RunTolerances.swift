/// How much each part of an agent with networks may be off and still be called healthy.
///
/// They are conventions, wider than ``Tolerances``: a network that follows a policy while it changes is never done, and
/// a policy that must go on trying is never quite the best. They were settled on the first seeds of the agents in the
/// table of faults (those of the recursion on 30 to 43 of SAC), and are reported on others.
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
  public static let decidedShare = 0.9
  /// A critic's recursion shows other rewards than its claim's when its factor on them is beyond this, or below its
  /// reciprocal…
  public static let recursionReward = 1.33
  /// …and another discount when it is farther than this from the claim's.
  public static let recursionDiscount = 0.04
  /// A block is followed when the actor's gap to it is within this…
  public static let followedGap = 0.3
}
