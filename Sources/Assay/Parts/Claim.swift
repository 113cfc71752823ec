/// What a critic says it estimates.
///
/// An audit compares the critic with the truth of *its* claim, and separately with the truth of other claims
/// it may in fact have learned.
public struct Claim: Sendable, Hashable, CustomStringConvertible {
  /// Which value.
  public enum Quantity: String, Sendable, Hashable, Codable {
    /// V(s)
    case stateValue
    /// Q(s, a)
    case actionValue
  }

  /// Of which policy.
  public enum PolicyReference: Sendable, Hashable {
    /// The policy of a part: the reference that makes claims a graph.
    case part(PartName)
    /// The policy that acts, exploration included.
    case behaviour
    /// The best policy there is.
    case optimal
    /// The policy that takes every available action equally often.
    case uniform
  }

  /// What becomes of the value at the end of an episode.
  public enum EndingTreatment: String, Sendable, Hashable, Codable {
    /// Nothing follows a termination; a truncation is nothing the world did, so the value goes on.
    case asTheyAre
    /// A termination counts as a mere interruption: the value goes on with the start of the next episode.
    case terminationIgnored
    /// A truncation counts as a termination: nothing follows where somebody only stopped watching.
    case truncationTerminates
  }

  /// What the value counts beside reward.
  public enum Softness: Sendable, Hashable {
    /// Nothing.
    case none
    /// −α log π(a′|s′) for every action after the first, with log α the first number of a block.
    ///
    /// Where the actions' space has limits, π is the density over the box stretched to −1 … 1 in each coordinate.
    ///
    /// - SeeAlso: Haarnoja et al. (2018), *Soft actor-critic algorithms and applications*, eq. 3.
    case entropy(logTemperature: BlockHandle)
  }

  /// Which value.
  public var quantity: Quantity
  /// Of which policy.
  public var policy: PolicyReference
  /// γ, in [0, 1].
  public var discount: Double
  /// A factor on the training reward; 1 unless the critic says that it works in other units.
  public var rewardScale: Double
  /// Whether the value of the state that a step started from stands for what follows it, instead of the next
  /// state's: an index that is off by one.
  ///
  /// The value is then Q(s, a) = r(s, a) + γ (1 − p) W(s), with p the probability that the step ends things.
  public var bootstrapsInPlace: Bool
  /// What becomes of the value at the end of an episode.
  public var endings: EndingTreatment
  /// What the value counts beside reward.
  public var softness: Softness

  public init(
    _ quantity: Quantity, of policy: PolicyReference, discount: Double, rewardScale: Double = 1,
    bootstrapsInPlace: Bool = false, endings: EndingTreatment = .asTheyAre, softness: Softness = .none
  ) {
    precondition(discount >= 0 && discount <= 1, "discount must be in [0, 1], but is \(discount)")
    self.quantity = quantity
    self.policy = policy
    self.discount = discount
    self.rewardScale = rewardScale
    self.bootstrapsInPlace = bootstrapsInPlace
    self.endings = endings
    self.softness = softness
  }

  public var description: String {
    let subject =
      switch policy {
      case .part(let name): "of the \(name)'s policy"
      case .behaviour: "of the behaviour policy"
      case .optimal: "of the optimal policy"
      case .uniform: "of the uniform policy"
      }
    let scale = rewardScale == 1 ? "" : ", reward × \(rewardScale)"
    let place = bootstrapsInPlace ? ", bootstrapped in place" : ""
    let endings =
      switch endings {
      case .asTheyAre: ""
      case .terminationIgnored: ", as if no episode terminated"
      case .truncationTerminates: ", as if truncation were termination"
      }
    let value = quantity == .stateValue ? "V(s)" : "Q(s, a)"
    let bonus = softness == .none ? "" : ", with an entropy bonus"
    return "\(value) \(subject), discount \(discount)\(bonus)\(scale)\(place)\(endings)"
  }
}

/// What an actor says it is for.
public struct Objective: Sendable, Hashable, CustomStringConvertible {
  /// The critic whose value the actor maximises; `nil` for a fixed policy that maximises nothing.
  public var critic: PartName?

  public init(maximising critic: PartName?) { self.critic = critic }

  public var description: String { critic.map { "maximises the \($0)" } ?? "is a fixed policy" }
}
