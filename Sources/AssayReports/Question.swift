import AssayDiagnostics

/// One of the questions an audit answers, with its answer.
struct Question {
  /// The part it is about, in a word.
  var part: String
  /// The question itself.
  var text: String
  /// The answer; `nil` where the agent has no such part.
  var verdict: Verdict?

  /// The mark people see first.
  var mark: String { verdict?.name.mark ?? "–" }

  /// The verdict in a word.
  var answer: String { verdict?.name.rawValue ?? "none" }

  /// The verdict in a sentence.
  var statement: String {
    verdict?.statement
      ?? (part == "outcome"
        ? "There is nothing to lose, or nothing is claimed." : "The agent has no \(part).")
  }
}

extension AuditReport {
  /// The questions, in the order in which they are asked everywhere.
  var questions: [Question] {
    [
      Question(
        part: "critic", text: "Does the critic approximate the value it claims to?", verdict: critic?.verdict),
      Question(part: "actor", text: "Does the actor maximise the critic?", verdict: actor.verdict),
      Question(part: "model", text: "Is the model right where it is used?", verdict: model?.verdict),
      Question(part: "reward", text: "Is the training reward what was wanted?", verdict: reward.verdict),
      Question(
        part: "discount", text: "Is it trained at a discount that asks for what it is judged by?",
        verdict: discount.verdict),
      Question(
        part: "outcome", text: "Does the agent do as well as its reward allows?", verdict: outcome?.verdict),
    ]
  }
}

extension Verdict.Name {
  /// ✓, ✗ or ?
  var mark: String {
    switch self {
    case .healthy: "✓"
    case .faulty: "✗"
    case .inconclusive: "?"
    }
  }
}

extension Diagnosis {
  /// The verdict that the name of a diagnosis stands for: any name but two says that something is wrong.
  var verdict: Verdict.Name { Verdict.Name(rawValue: name) ?? .faulty }
}
