import AssayDiagnostics

/// What became of a scenario, in the words of a page.
package struct Story: Sendable {
  package var name: String
  /// What it claims.
  package var claim: String
  package var hasPassed: Bool
  package var facts: [(name: String, value: String)]
  package var arms: [Arm]
  package var checks: [Check]

  /// An arm: what is done, and what came of its training.
  package struct Arm: Sendable {
    package var name: String
    package var subject: String
    package var steps: [Step]
    package var plots: [Plot]

    package init(name: String, subject: String, steps: [Step], plots: [Plot]) {
      self.name = name
      self.subject = subject
      self.steps = steps
      self.plots = plots
    }
  }

  /// A step of a script.
  package struct Step: Sendable {
    /// What sort it is: `train`, `change`.
    package var verb: String
    package var detail: String

    package init(_ verb: String, _ detail: String) {
      self.verb = verb
      self.detail = detail
    }
  }

  /// The training up to an audit.
  package struct Plot: Sendable {
    package var label: String
    package var diagnosis: String
    /// Environment steps at which the agents were measured.
    package var steps: [Int]
    /// J(π) over the seeds.
    package var values: [Estimate]
    /// J(π*) where the audit took place.
    package var optimum: Double

    package init(label: String, diagnosis: String, steps: [Int], values: [Estimate], optimum: Double) {
      self.label = label
      self.diagnosis = diagnosis
      self.steps = steps
      self.values = values
      self.optimum = optimum
    }
  }

  /// An expectation and what became of it.
  package struct Check: Sendable {
    package var arm: String
    package var moment: String
    package var expectation: String
    /// `passed`, `failed`, `inconclusive`.
    package var outcome: String
    package var statement: String
    package var measured: Estimate?
    package var low: Double?
    package var high: Double?

    package init(
      arm: String, moment: String, expectation: String, outcome: String, statement: String,
      measured: Estimate?,
      low: Double?, high: Double?
    ) {
      self.arm = arm
      self.moment = moment
      self.expectation = expectation
      self.outcome = outcome
      self.statement = statement
      self.measured = measured
      self.low = low
      self.high = high
    }
  }

  package init(
    name: String, claim: String, hasPassed: Bool, facts: [(name: String, value: String)], arms: [Arm],
    checks: [Check]
  ) {
    self.name = name
    self.claim = claim
    self.hasPassed = hasPassed
    self.facts = facts
    self.arms = arms
    self.checks = checks
  }
}
