import AssayDiagnostics

extension GapFindings {
  /// What must be said wherever the two decompositions are shown.
  static let caution = """
    Both add up to the same gap, but they need not agree term by term: attributing a loss to one part is a \
    convention, and terms may be negative.
    """
}

extension GapFindings.Identity {
  /// One part's contribution.
  struct Term {
    var name: String
    /// What it stands for, in words.
    var meaning: String
    var value: Estimate
    /// Whether it is the five others together.
    var isSum = false
  }

  /// The five contributions and their sum, in the order of the formula.
  var terms: [Term] {
    [
      Term(name: "reward", meaning: "the training reward is not the performance", value: reward),
      Term(name: "model", meaning: "the model's reward and next states are not the world's", value: model),
      Term(
        name: "critic", meaning: "the critic does not satisfy its own equation in the model", value: critic),
      Term(name: "actor", meaning: "the actor does not maximise the critic", value: actor),
      Term(name: "slack", meaning: "the optimal policy would not maximise the learned critic", value: slack),
      Term(name: "sum", meaning: "the five together: the gap", value: sum, isSum: true),
    ]
  }
}
