/// The planners that can be chosen by name.
public enum PlannerChoice: String, Sendable, Hashable, CaseIterable {
  case uct
  case puct
  case gumbel
  case exact
  case alphaBeta = "alpha-beta"
  case randomShooting = "random-shooting"
  case cem
  case icem
  case mppi

  /// What it does, in a line.
  public var summary: String {
    switch self {
    case .uct: "tree search by upper confidence bounds and random play"
    case .puct: "tree search by priors and values, as MuZero's"
    case .gumbel: "tree search by sequential halving, as Gumbel MuZero's"
    case .exact: "exact: listed worlds, small games, hidden states"
    case .alphaBeta: "alpha-beta search of a game to a depth"
    case .randomShooting: "the best of random sequences of actions"
    case .cem: "the cross-entropy method over sequences of actions"
    case .icem: "the same with coloured noise and elites that are kept"
    case .mppi: "path integral control: sequences weighed by their returns"
    }
  }

  /// Whether it can predict by a world model that was learned.
  public var asksModel: Bool {
    switch self {
    case .uct, .puct, .gumbel, .exact, .alphaBeta: false
    case .randomShooting, .cem, .icem, .mppi: true
    }
  }

  /// Whether a critic can say what it does not look at any more.
  public var asksCritic: Bool {
    switch self {
    case .uct, .puct, .gumbel, .randomShooting, .cem, .icem, .mppi: true
    case .exact, .alphaBeta: false
    }
  }

  /// Whether an actor can say what is worth a look.
  public var asksActor: Bool {
    switch self {
    case .puct, .gumbel, .randomShooting, .cem, .icem, .mppi: true
    case .uct, .exact, .alphaBeta: false
    }
  }
}
