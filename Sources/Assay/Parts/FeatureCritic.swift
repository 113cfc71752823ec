/// A critic that sees only features of a state, so that an audit can ask how well any critic with these features
/// could do.
public protocol FeatureCritic: Critic where Latent == Int {
  /// What it sees of each state. Its estimates are linear in them, with numbers of their own for each action.
  var features: StateFeatures { get }
}
