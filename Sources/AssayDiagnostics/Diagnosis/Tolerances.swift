/// How much each part may be off and still be called healthy.
///
/// They are conventions, not fits: a critic within a twentieth of the range of values and an actor that loses
/// less than a twentieth of what choosing at random would lose decide as well as exact ones in all but close
/// calls.
public enum Tolerances {
  /// RMSE of the critic on visited states, as a share of the range of optimal values.
  public static let criticError = 0.05
  /// The actor's gap as a share of the uniform policy's, over visits and over all states alike.
  public static let actorGap = 0.05
  /// RMSE of the policy's value in the model, as a share of the range.
  public static let modelError = 0.05
  /// What optimising the training reward loses, as a share of what choosing at random loses.
  public static let rewardRegret = 0.05
  /// What the agent's policy loses of the training reward, as a share of what choosing at random loses: a critic and
  /// an actor, each at its own tolerance.
  public static let returnRegret = 0.1
  /// Of the reward that can be had, the share that the designer's own policy earns from which the reward counts as
  /// a proxy for what was wanted rather than as another goal.
  public static let proxyCredit = 0.25
  /// …and the correlation of reward and performance over what can happen: below it the one explains less than a
  /// hundredth of the other.
  public static let proxyAgreement = 0.1
  /// What an agent must achieve of a goal, as a share of what can be achieved, to count as able to pursue it.
  public static let capability = 0.8
  /// A critic diverges when its error at least doubled over the second half of training
  /// and its values exceed all that can be earned…
  public static let divergingGrowth = 2.0
  /// …or when training stopped at a number that was not finite beside numbers so many times larger than any value
  /// can be, or was when last measured.
  public static let outgrown = 1e6
  /// An actor is settled when its policy moved by less than this total variation, over visits, in the last three
  /// quarters of training.
  public static let settledDistance = 0.01
  /// How improbable it must be that a model's errors lean towards value by chance alone (a sign test).
  public static let leanProbability = 0.01
  /// How many pairs it takes to say so.
  public static let leaningPairs = 8
  /// A shortcut is one of few: at most this share of the pairs may be comparably wrong.
  public static let shortcutPairs = 0.05
  /// A part counts as no longer trained when its last write came before this share of the run.
  public static let stalePoint = 0.9
  /// Another claim explains a critic when it is met within the tolerance, and leaves less than this share of
  /// the error and less than this share of what the next best explanation leaves.
  public static let explainedShare = 0.5
  /// …or, where the error is large, is met to within this share of it: values at another discount may be many ranges
  /// away from those that are claimed, and take longer to learn.
  public static let leftoverShare = 0.1
  /// A shortcut is a transition that the model overestimates by at least this probability…
  public static let shortcutExcess = 0.25
  /// …and that makes up at least this share of all that the model has wrong for the policy.
  public static let shortcutShare = 0.5
}
