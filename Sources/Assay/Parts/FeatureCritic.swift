/// A critic that sees of each state only some features: states with the same ones look the same to it.
///
/// An audit of such a critic can ask which error its features force upon it, whatever its numbers are.
public protocol FeatureCritic: Critic where Latent == Int {
  /// What it sees of each state.
  var features: StateFeatures { get }
}
