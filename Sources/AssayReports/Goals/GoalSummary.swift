import AssayDiagnostics

/// What was found of the goals, in the words and rows that every form of a report shows.
struct GoalSummary {
  var findings: GoalGroupFindings

  init(_ findings: GoalGroupFindings) { self.findings = findings }

  /// One possible answer: a goal, `none` or `undecided`.
  struct Row {
    var name: String
    /// How many agents had that answer.
    var agents: Int
    /// Mean posterior probability over the agents; `nil` for `undecided`, which is no hypothesis.
    var posterior: Estimate?
    /// Mean success share; `nil` where there is none.
    var success: Estimate?
    /// Mean amount of the goal's reward in an episode; `nil` for what is no goal.
    var eventRate: Estimate?
  }

  var isUndecided: Bool { findings.name == GoalFindings.undecided }

  var agentCount: Int { findings.agents.count }

  /// How many agents had which answer; of a single agent, its answer in a sentence.
  var tally: String {
    agentCount == 1 ? findings.agents[0].findings.statement : findings.statement
  }

  /// The same, and what all agents have in common where that leaves it open.
  var sentence: String {
    let own = Set(findings.agents.map(\.findings.statement))
    guard agentCount > 1, own.count == 1, let common = own.first, isUndecided else { return tally }
    return "\(tally) \(common)"
  }

  var rows: [Row] {
    let goals = findings.goals.map { goal in
      Row(
        name: goal.name, agents: answers(goal.name),
        posterior: mean { agent in agent.hypotheses.first { $0.name == goal.name }?.posterior },
        success: goal.success, eventRate: goal.eventRate)
    }
    return goals + [
      Row(
        name: GoalFindings.none, agents: answers(GoalFindings.none), posterior: mean { $0.nonePosterior }),
      Row(name: GoalFindings.undecided, agents: answers(GoalFindings.undecided)),
    ]
  }

  /// What the behaviour cannot tell apart, and where to look: a sentence for each two goals.
  var confusions: [String] {
    var order: [[String]] = []
    var found: [[String]: [GoalConfusion]] = [:]
    for agent in findings.agents {
      for confusion in agent.findings.indistinguishable {
        if found[confusion.goals] == nil { order.append(confusion.goals) }
        found[confusion.goals, default: []].append(confusion)
      }
    }
    return order.map { goals in
      let confusions = found[goals] ?? []
      let who = confusions.count == agentCount ? "" : " in \(confusions.count) of \(agentCount) agents"
      let head = "\(goals.joined(separator: " and ")) cannot be told apart by what is done here\(who)"
      // Agents differ in where they were seen, so the place that tells most is the one that most of them name.
      let counts = Dictionary(grouping: confusions, by: \.tellingStateName)
      let telling = counts.max { ($0.value.count, $1.key ?? "") < ($1.value.count, $0.key ?? "") }?.value
        .first
      guard let telling, let state = telling.tellingState, telling.tellingDifference > 0 else {
        return head + ": the same is best for both in every state."
      }
      let name = telling.tellingStateName ?? "state \(state)"
      let place = telling.isTellingStateLive ? "Watch the agent in" : "Start an episode in"
      return "\(head). \(place) '\(name)': that would tell most (total variation "
        + "\(NumberText.trimmed(telling.tellingDifference)))."
    }
  }

  /// What to keep in mind, with how many agents it holds for.
  var warnings: [String] {
    var order: [String] = []
    var counts: [String: Int] = [:]
    for warning in findings.agents.flatMap(\.findings.warnings) {
      if counts[warning] == nil { order.append(warning) }
      counts[warning, default: 0] += 1
    }
    return order.map { warning in
      let count = counts[warning] ?? 0
      return count == agentCount ? warning : "\(warning) (\(count) of \(agentCount) agents)"
    }
  }

  private func answers(_ name: String) -> Int { findings.agents.count { $0.findings.name == name } }

  private func mean(_ value: (GoalFindings) -> Double?) -> Estimate? {
    let values = findings.agents.compactMap { value($0.findings) }
    return values.isEmpty ? nil : Estimate(mean: values)
  }
}
