/// In which manner an agent acts.
public enum Conduct: String, Sendable, Hashable, Codable, CaseIterable {
  /// As in training: its policy, and on top of it whatever makes it try other things.
  case exploring
  /// Its policy, drawn from as it is.
  case policy
  /// What its policy takes to be best, without chance.
  case greedy
}

/// An agent that acts in several copies of a world at once.
///
/// Observations are vectors, one row for each copy.
public protocol BatchAgent<ActionSpace>: Sendable {
  associatedtype ActionSpace: ColumnarSpace

  /// All the numbers it can change.
  var parameters: ParameterStore { get set }

  /// Chooses an action for each copy. There is no reward in sight.
  ///
  /// - Parameters:
  ///   - observations: what each copy shows, `[copies × width]`.
  ///   - conduct: in which manner.
  ///   - random: what chance there is comes from here.
  /// - Returns: an action for each copy, `[copies]`.
  mutating func act(on observations: VectorColumn, as conduct: Conduct, using random: inout RandomStream)
    -> ActionSpace.Column
}

/// An actor that chooses for many observations at once: what lets an agent act in a batch.
public protocol ColumnActor<ActionSpace>: Actor where Latent == [Float], Action == ActionSpace.Element {
  associatedtype ActionSpace: ColumnarSpace

  /// The actions it chooses from.
  var actionSpace: ActionSpace { get }

  /// Chooses an action for each observation.
  ///
  /// It may change what it computes in, and nothing else: the same arguments give the same actions.
  ///
  /// - Parameters:
  ///   - observations: `[B × width]`.
  ///   - conduct: in which manner.
  ///   - parameters: the store its numbers lie in.
  ///   - random: what chance there is comes from here.
  /// - Returns: `[B]`.
  mutating func actions(
    at observations: VectorColumn, as conduct: Conduct, reading parameters: borrowing ParameterStore,
    using random: inout RandomStream
  ) -> ActionSpace.Column
}

/// An agent that takes its actor at its word acts in a batch as soon as its actor can.
extension Anatomy: BatchAgent where Doer: ColumnActor, Composer == ReactivePlanner<Doer.Action> {
  public typealias ActionSpace = Doer.ActionSpace

  @inlinable
  public mutating func act(
    on observations: VectorColumn, as conduct: Conduct, using random: inout RandomStream
  ) -> Doer.ActionSpace.Column {
    actor.actions(at: observations, as: conduct, reading: parameters, using: &random)
  }
}
