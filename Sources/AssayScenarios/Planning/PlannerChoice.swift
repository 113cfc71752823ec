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
    case .uct: "tree search by upper confidence bounds, new nodes valued by random play"
    case .puct: "tree search that looks most where the prior and the values are, as MuZero's"
    case .gumbel: "tree search by sequential halving of sampled actions, as Gumbel MuZero's"
    case .exact: "the exact solution: of a listed world, a small game, or hidden states"
    case .alphaBeta: "alpha-beta search of a game to a depth"
    case .randomShooting: "the best of random sequences of actions"
    case .cem: "the cross-entropy method over sequences of actions"
    case .icem: "the same with coloured noise and elites that are kept"
    case .mppi: "path integral control: sequences weighed by their returns"
    }
  }
}
