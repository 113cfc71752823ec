import Assay

/// What a search considers at each latent: a few actions, by number.
public protocol ActionMenu<Action>: Sendable {
  associatedtype Action: Sendable

  /// How many actions there are at each latent at most.
  var count: Int { get }

  /// Whether the actor is asked everywhere, and not only where its policy is looked at.
  var needsActor: Bool { get }

  /// Lists what is considered at a latent.
  ///
  /// - Parameters:
  ///   - distribution: what the actor would do there, where it was asked.
  ///   - values: Q̂ of each action, where the critic gives those.
  ///   - actions: takes ``count`` actions, by their numbers; those that cannot be taken are never looked at.
  ///   - logits: takes ln π of each, up to a constant, and −∞ for what cannot be taken, `[count]`.
  ///   - random: what chance there is comes from here.
  func list<Distribution: ActionDistribution<Action>>(
    _ distribution: Distribution?, values: [Double]?, actions: inout [Action],
    logits: UnsafeMutableBufferPointer<Float>, using random: inout RandomStream)
}

/// Every action of the actions `0..<count`.
///
/// What can be taken is what the critic's action values are not −∞ of, where it gives those, and what the actor might do
/// otherwise.
public struct EveryAction: ActionMenu {
  public let count: Int
  /// How much of ln π comes from the policy that takes every available action equally often, in 0…1: so that a search can
  /// think better of an actor that is sure of itself.
  public let uniformShare: Double
  /// Whether the critic gives action values.
  let criticListsActions: Bool

  public var needsActor: Bool { !criticListsActions }

  init(count: Int, uniformShare: Double, criticListsActions: Bool) {
    precondition(count > 0, "count must be positive, but is \(count)")
    precondition(
      uniformShare >= 0 && uniformShare <= 1, "uniformShare must be in 0…1, but is \(uniformShare)")
    self.count = count
    self.uniformShare = uniformShare
    self.criticListsActions = criticListsActions
  }

  public func list<Distribution: ActionDistribution<Int>>(
    _ distribution: Distribution?, values: [Double]?, actions: inout [Int],
    logits: UnsafeMutableBufferPointer<Float>, using random: inout RandomStream
  ) {
    actions.append(contentsOf: 0..<count)
    let actor = distribution.map { distribution in (0..<count).map { distribution.logProbability(of: $0) } }
    // NaN is available: the search refuses it.
    let available = (0..<count).map { (values?[$0] ?? actor?[$0] ?? 0) != -.infinity }
    writePriors(actor, uniformShare: uniformShare, available: available, to: logits)
  }
}

/// Some actions that were drawn from the actor, anew at each latent: for actions that cannot be listed.
///
/// As they were drawn from the actor, it takes each equally often.
///
/// - SeeAlso: Hubert et al. (2021), *Learning and planning in complex action spaces*.
public struct SampledActions<Action: Sendable>: ActionMenu {
  public let count: Int
  public var needsActor: Bool { true }

  /// - Parameter count: how many are drawn, positive.
  public init(count: Int) {
    precondition(count > 0, "count must be positive, but is \(count)")
    self.count = count
  }

  public func list<Distribution: ActionDistribution<Action>>(
    _ distribution: Distribution?, values: [Double]?, actions: inout [Action],
    logits: UnsafeMutableBufferPointer<Float>, using random: inout RandomStream
  ) {
    guard let distribution else { preconditionFailure("the actor was not asked") }
    for number in 0..<count {
      actions.append(distribution.sample(using: &random))
      logits[number] = 0
    }
  }
}
