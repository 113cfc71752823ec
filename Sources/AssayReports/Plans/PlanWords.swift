import AssayPlanning

/// Sentences that the text and the page of a plan share.
extension PlanReport {
  /// Whether two players move in turn.
  var isGame: Bool { search?.isGame == true }

  /// The choice that is taken, where it is one of those that were listed.
  var taken: Choice? { choices.first { $0.name == action } }

  /// A probability: one that hardly ever happens needs no digits.
  static func share(_ probability: Double?) -> String {
    guard let probability, probability > 0, probability < 1e-4 else { return NumberText.share(probability) }
    return "<0.01%"
  }

  /// Choices, those first that it would rather take, then those that are worth more.
  var orderedChoices: [Choice] {
    choices.enumerated().sorted {
      let (one, other) = ($0.element, $1.element)
      if one.probability != other.probability { return (one.probability ?? -1) > (other.probability ?? -1) }
      if one.value != other.value { return (one.value ?? -.infinity) > (other.value ?? -.infinity) }
      return $0.offset < $1.offset
    }.map(\.element)
  }

  /// What it is worth, and to whom, as the planner sees it.
  var expectation: String {
    guard let value else { return "It does not say what that is worth." }
    let whom = isGame ? " to who moves now, where 1 is a win and −1 a loss" : ""
    if search != nil {
      let own = taken?.value.map { "worth \(NumberText.rounded($0))\(whom)" } ?? "never tried"
      return "As it sees things: \(own). All walks together return \(NumberText.rounded(value)) on average."
    }
    if let bounds {
      return bounds[0] == bounds[1]
        ? "Worth \(NumberText.rounded(value)), exactly."
        : "Worth \(NumberText.rounded(value)): the truth of the model lies from \(NumberText.number(bounds[0], digits: 6)) to "
          + "\(NumberText.number(bounds[1], digits: 6))."
    }
    if trajectories != nil {
      return "The model predicts a return of \(NumberText.rounded(value)) for the sequence that it begins."
    }
    return "Worth \(NumberText.rounded(value)) as it sees things."
  }

  /// Which run the parts are of.
  func title(of parts: Parts) -> String {
    "\(parts.run) (\(parts.agent), seed \(parts.seed), \(counted(parts.step, "step")))"
  }

  /// Who was asked what, by part.
  func rows(of parts: Parts) -> [(name: String, words: String)] {
    var critic = parts.critic.words
    if parts.countsEntropy {
      critic += ". The bonus is no reward, and is counted in all that the critic says"
    }
    let whose = parts.critic.source == "run" ? ", that of the critic's claim" : ""
    return [
      ("model", parts.model.words), ("critic", critic), ("actor", parts.actor.words),
      ("discount", NumberText.trimmed(parts.discount) + whose),
    ]
  }

  /// What the mean return of a tree consists of.
  func words(for sources: ReturnSources) -> String {
    guard let search else { return "" }
    guard let share = sources.rewardShare else {
      return "No walk saw a reward, and every new node was thought to be worth 0: the tree knows nothing yet."
    }
    var words =
      "Walks return \(NumberText.rounded(sources.meanReturn)) on average: \(NumberText.rounded(sources.reward)) from "
      + "rewards of steps in the tree, \(NumberText.rounded(sources.value)) from values that new nodes were given by "
      + "\(search.sources.values)."
    if abs(sources.leftOut) > 1e-6 * max(1, abs(sources.meanReturn)) {
      words += " Nodes that are left out contribute \(NumberText.rounded(sources.leftOut))."
    }
    words += " Signs aside, \(NumberText.share(share)) of what was summed is reward."
    words +=
      sources.endedShare > 0
      ? " \(NumberText.share(sources.endedShare)) of the walks came to an end." : " No walk came to an end."
    return words
  }

  /// What the predicted return of a sequence consists of.
  func words(for best: TrajectoryTrace.Candidate) -> String {
    let total = best.rewards.reduce(0, +)
    let steps = counted(best.rewards.count, "step")
    let isDiscounted =
      abs(total + best.terminalValue - best.predictedReturn) > 1e-6 * max(1, abs(best.predictedReturn))
    var words =
      "The best sequence that was tried promises \(NumberText.rounded(best.predictedReturn)): its \(steps) are predicted to earn "
      + "\(NumberText.rounded(total)), "
    words +=
      best.terminalValue == 0
      ? "and nothing is expected beyond them."
      : "and \(NumberText.rounded(best.terminalValue)) is expected beyond them."
    if isDiscounted { words += " What comes later counts less." }
    let half = best.rewards.count / 2
    if half > 0, total != 0, best.rewards.allSatisfy({ $0 >= 0 }) || best.rewards.allSatisfy({ $0 <= 0 }) {
      let early = best.rewards.prefix(half).reduce(0, +) / total
      words += " The first \(counted(half, "step")) bring \(NumberText.share(early)) of that."
    }
    if let value, abs(value - best.predictedReturn) > 1e-9 * max(1, abs(value)) {
      words +=
        " It does not take that one, but the mean of what was tried last: \(NumberText.rounded(value)) is "
        + "predicted of it."
    }
    return words
  }
}
