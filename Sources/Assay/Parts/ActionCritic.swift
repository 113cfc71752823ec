/// A critic that judges actions one by one, where there are too many to list.
///
/// Its ``Critic/estimates(of:reading:)`` are state values: means over what its claim's policy might do.
public protocol ActionCritic<Latent, Action>: Critic {
  // Said again so that a conforming type need not name them.
  associatedtype Latent
  associatedtype Action

  /// What it thinks of an action in each latent.
  ///
  /// - Parameters:
  ///   - latents: `[B]`.
  ///   - actions: one for each latent, `[B]`.
  ///   - parameters: the store its numbers lie in.
  /// - Returns: Q̂, `[B]`, in reward units.
  func values(of latents: [Latent], taking actions: [Action], reading parameters: ParameterStore) -> [Double]
}
