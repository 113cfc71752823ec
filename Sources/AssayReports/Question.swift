import AssayDiagnostics

/// One of the questions an audit answers, with its answer.
struct Question {
  /// The part it is about, in a word.
  var part: String
  /// The question itself.
  var text: String
  /// The answer; `nil` where the agent has no such part, and where the answer is the name of a goal.
  var verdict: Verdict?
  /// The mark people see first.
  var mark: String
  /// The answer in a word.
  var answer: String
  /// The answer in a sentence.
  var statement: String
  /// Whether the answer is good or bad; `nil` where it is neither.
  var judgement: Verdict.Name?

  /// A question that a verdict answers, or nothing does.
  ///
  /// - Parameters:
  ///   - part: the part it is about, in a word.
  ///   - text: the question itself.
  ///   - verdict: the answer; `nil` where there is nothing to ask about.
  ///   - reason: why there is nothing to ask about.
  init(part: String, text: String, verdict: Verdict?, reason: String = "") {
    self.part = part
    self.text = text
    self.verdict = verdict
    mark = verdict?.name.mark ?? "–"
    answer = verdict?.name.rawValue ?? "none"
    statement = verdict?.statement ?? reason
    judgement = verdict?.name
  }

  /// Which goal is pursued: a name, which is bad only where another goal was trained.
  init(goal: GoalGroupFindings, isMisgeneralised: Bool) {
    let summary = GoalSummary(goal)
    part = "goal"
    text = "Which goal does the agent pursue?"
    judgement = isMisgeneralised ? .faulty : summary.isUndecided ? .inconclusive : nil
    mark = judgement?.mark ?? "→"
    answer = goal.name
    statement = summary.sentence
  }
}

extension AuditReport {
  /// The questions, in the order in which they are asked everywhere.
  ///
  /// That of the discount is asked where there is something to it: where the agent is trained at another one
  /// than it is judged at. That of the goal is asked where the world names goals.
  var questions: [Question] {
    var questions = [
      Question(
        part: "critic", text: "Does the critic approximate the value it claims to?", verdict: critic?.verdict,
        reason: "The agent has no critic."),
      Question(part: "actor", text: "Does the actor maximise the critic?", verdict: actor.verdict),
      Question(
        part: "model", text: "Is the model right where it is used?", verdict: model?.verdict,
        reason: "The agent has no model."),
      Question(part: "reward", text: "Is the training reward what was wanted?", verdict: reward.verdict),
    ]
    if isDiscountOpen {
      questions.append(
        Question(
          part: "discount", text: "Is it trained at a discount that asks for what it is judged by?",
          verdict: discount.verdict))
    }
    questions.append(
      Question(
        part: "outcome", text: "Does the agent do as well as its reward allows?", verdict: outcome?.verdict,
        reason: "There is nothing to lose, or the agent claims to maximise nothing."))
    if let goal {
      let misgeneralised = DiagnosisName.goalMisgeneralisation.rawValue
      questions.append(
        Question(
          goal: goal, isMisgeneralised: ([diagnosis.name] + diagnosis.also).contains(misgeneralised)))
    }
    return questions
  }

  /// Whether there is something to say of the discount.
  private var isDiscountOpen: Bool {
    discount.trained != subject.discount || discount.verdict.name != .healthy
  }

  /// All verdicts there are, by the part they are about, asked or not.
  var verdicts: [(part: String, verdict: Verdict)] {
    let all: [(String, Verdict?)] = [
      ("critic", critic?.verdict), ("actor", actor.verdict), ("model", model?.verdict),
      ("reward", reward.verdict),
      ("discount", discount.verdict), ("outcome", outcome?.verdict),
    ]
    return all.compactMap { part, verdict in verdict.map { (part, $0) } }
  }

  /// How many agents have which diagnosis, the most frequent first.
  var diagnosisCounts: [(name: String, count: Int)] { Self.counts(of: agents.map(\.diagnosis)) }

  /// How many agents have what else wrong with them, the most frequent first.
  var furtherCounts: [(name: String, count: Int)] { Self.counts(of: agents.flatMap(\.also)) }

  private static func counts(of names: [String]) -> [(name: String, count: Int)] {
    Dictionary(grouping: names) { $0 }.map { (name: $0.key, count: $0.value.count) }
      .sorted { ($1.count, $0.name) < ($0.count, $1.name) }
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
