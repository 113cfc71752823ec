import Testing

@testable import Assay
@testable import AssayDiagnostics

@Suite("Diagnosing: from measurements to names")
struct DiagnosingTests {
  private let plain: CriticSignatures
  /// Of a reward that is what was wanted.
  private let rightReward: RewardAudit

  init() throws {
    plain = try .unremarkable()
    rightReward = RewardAudit(try ProcessTruth(try SmallWorlds.corridor()))
  }

  /// What is wanted is done in state 0, and the reward is for being anywhere else.
  private func wrongReward() throws -> RewardAudit {
    RewardAudit(
      try ProcessTruth(
        try SmallWorlds.make(
          states: 2, actions: 2, discount: 0.5, initial: [1, 0],
          rows: [[(0, 1, false)], [(1, 1, false)], [(1, 1, false)], [(0, 1, false)]], reward: [0, 0, 1, 0],
          performance: [1, 0, 0, 0])))
  }

  /// Verdicts on single measurements: 0 is healthy, 1 is faulty.
  private func diagnosing(
    critic: Double? = 0, actor: Double = 0, model: Double? = nil, reward: Double = 0, discount: Double = 0,
    outcome: Double? = 0, rewardAudit: RewardAudit? = nil
  ) -> Diagnosing {
    func exactly(_ value: Double) -> Estimate { Estimate(mean: [value]) }
    return Diagnosing(
      critic: critic.map { .critic(exactly($0)) },
      actor: .actor(exactly(actor), isFixed: false, isCriticFlat: false),
      model: model.map { .model(exactly($0)) }, reward: .reward(regret: reward),
      discount: .discount(regret: discount, trained: 0.5, judged: 0.9),
      outcome: outcome.map { .outcome(exactly($0)) }, rewardAudit: rewardAudit ?? rightReward)
  }

  private let open = Estimate(estimate: 0.05, low: 0.02, high: 0.08, count: 3)

  private func match(_ diagnosis: String, _ error: Double) -> ClaimMatching.Match {
    .init(
      claim: "something like \(diagnosis)", diagnosis: diagnosis, error: error,
      isFitted: ["critic-wrong-discount", "critic-scaled-reward", "critic-wrong-sign"].contains(diagnosis))
  }

  private func signatures(_ change: (inout Diagnosing.Signatures) -> Void = { _ in }) -> Diagnosing.Signatures
  {
    let matches = [
      match("healthy", 1), match("critic-scaled-reward", 0.9), match("critic-wrong-discount", 0.95),
    ]
    var signatures = Diagnosing.Signatures(
      hasCritic: true, criticIsFrozen: false, actorIsFrozen: false, matches: matches,
      matchesEverywhere: matches, critic: plain, isMaximising: true,
      lean: CriticLean(bias: 0, chosenResidual: 0, meanResidual: 0), stateError: 1, agreement: 1,
      confidence: 0.5, worstInWords: "nothing")
    change(&signatures)
    return signatures
  }

  @Test("nothing wrong is healthy, on the evidence of every part")
  func healthy() {
    let diagnosis = diagnosing(model: 0).diagnose(signatures())
    #expect(diagnosis.name == "healthy" && diagnosis.also == [])
    #expect(
      diagnosis.evidence.map(\.metric) == [
        "reward.regret", "discount.regret", "model.valueError", "critic.rmse", "actor.normalisedGap",
        "outcome.regret",
      ])
  }

  @Test("one open verdict and no fault is inconclusive, on the evidence of that one")
  func inconclusive() {
    var critic = diagnosing(model: 0)
    critic.critic = .critic(open)
    #expect(critic.diagnose(signatures()).name == "inconclusive")
    #expect(critic.diagnose(signatures()).evidence.map(\.metric) == ["critic.rmse"])
    var model = diagnosing(model: 0)
    model.model = .model(open)
    #expect(model.diagnose(signatures()).evidence.map(\.metric) == ["model.valueError"])
    var actor = diagnosing()
    actor.actor = .actor(open, isFixed: false, isCriticFlat: true)
    #expect(actor.diagnose(signatures()).name == "inconclusive")
  }

  @Test("a fault is named though another verdict is open")
  func faultBesideOpen() throws {
    var diagnosing = diagnosing(reward: 1, rewardAudit: try wrongReward())
    diagnosing.critic = .critic(open)
    #expect(diagnosing.diagnose(signatures()).name == "wrong-reward")
  }

  @Test("a wrong reward is named")
  func reward() throws {
    let diagnosis = diagnosing(reward: 1, rewardAudit: try wrongReward()).diagnose(signatures())
    #expect(diagnosis.name == "wrong-reward" && diagnosis.also == [])
    #expect(diagnosis.evidence.map(\.metric) == ["reward.credit", "reward.regret"])
  }

  @Test("a critic that nothing explains is in error, and so is one that two things explain equally")
  func criticError() {
    #expect(diagnosing(critic: 1).diagnose(signatures()).name == "critic-error")
    let two = signatures {
      $0.matches = [
        match("healthy", 1), match("critic-scaled-reward", 0.01), match("critic-wrong-discount", 0.015),
      ]
    }
    let diagnosis = diagnosing(critic: 1).diagnose(two)
    #expect(diagnosis.name == "critic-error")
    // Both are on the record, and that nothing tells them apart.
    let statements = diagnosis.evidence.filter { $0.metric == "critic.alternatives" }.map(\.statement)
    for name in ["critic-scaled-reward", "critic-wrong-discount", "told apart"] {
      #expect(statements.contains { $0.contains(name) }, "\(name)")
    }
  }

  @Test(
    "a critic is named after the claim that explains it",
    arguments: ["critic-wrong-discount", "critic-scaled-reward", "critic-other-policy", "critic-frozen"])
  func criticClaims(name: String) {
    let signatures = signatures {
      $0.matches = [match("healthy", 1), match(name, 0.01), match(name, 0.011), match("another", 0.03)]
    }
    // A second claim of the same kind is no rival.
    #expect(diagnosing(critic: 1).diagnose(signatures).name == name)
  }

  @Test("an explanation must leave less than half of the error, and no more than a healthy critic has")
  func explainedShare() {
    func name(own: Double, best: Double) -> String {
      let signatures = signatures {
        $0.matches = [match("healthy", own), match("critic-wrong-discount", best)]
      }
      return diagnosing(critic: own).diagnose(signatures).name
    }
    #expect(name(own: 0.06, best: 0.029) == "critic-wrong-discount")
    #expect(name(own: 0.06, best: 0.031) == "critic-error")
    #expect(name(own: 1, best: 0.05) == "critic-wrong-discount")
    #expect(name(own: 0.3, best: 0.051) == "critic-error")
    // Where the error is many times as large, a little more may be left of it.
    #expect(name(own: 1, best: 0.051) == "critic-wrong-discount")
    #expect(name(own: 1, best: 0.2) == "critic-error")
  }

  @Test("a critic that cannot be written is frozen, whatever it matches")
  func criticFrozen() {
    let signatures = signatures {
      $0.criticIsFrozen = true
      $0.criticStoppedAt = 500
      $0.matches = [match("healthy", 1), match("critic-scaled-reward", 0.01), match("critic-frozen", 0.4)]
    }
    let diagnosis = diagnosing(critic: 1).diagnose(signatures)
    #expect(diagnosis.name == "critic-frozen")
    #expect(diagnosis.evidence[0].statement.contains("step 500"))
  }

  @Test(
    "a critic that was merely no longer written is named after what it matches, and frozen if that is nothing"
  )
  func criticStopped() {
    let stopped = signatures { $0.criticStoppedAt = 500 }
    let diagnosis = diagnosing(critic: 1).diagnose(stopped)
    #expect(diagnosis.name == "critic-frozen" && diagnosis.evidence[0].statement.contains("step 500"))
    let explained = signatures {
      $0.criticStoppedAt = 500
      $0.matches = [match("healthy", 1), match("critic-scaled-reward", 0.01), match("critic-frozen", 0.4)]
    }
    #expect(diagnosing(critic: 1).diagnose(explained).name == "critic-scaled-reward")
  }

  @Test("a critic that stopped because it was done is not to blame")
  func criticDone() {
    #expect(diagnosing().diagnose(signatures { $0.criticIsFrozen = true }).name == "healthy")
    #expect(diagnosing().diagnose(signatures { $0.actorIsFrozen = true }).name == "healthy")
    #expect(diagnosing().diagnose(signatures { $0.criticStoppedAt = 500 }).name == "healthy")
    #expect(diagnosing().diagnose(signatures { $0.actorStoppedAt = 500 }).name == "healthy")
  }

  @Test("a critic that is right about the world of a wrong model is not to blame")
  func modelExplains() {
    let explained = signatures { $0.criticErrorInModel = 0.01 }
    let diagnosis = diagnosing(critic: 1, model: 1).diagnose(explained)
    #expect(diagnosis.name == "model-error" && diagnosis.also == [])
    #expect(diagnosis.evidence.contains { $0.metric == "critic.errorInModel" })
    let unexplained = signatures { $0.criticErrorInModel = 0.5 }
    let both = diagnosing(critic: 1, model: 1).diagnose(unexplained)
    #expect(both.name == "model-error" && both.also == ["critic-error"])
  }

  @Test("nor is it while the verdict on the model is open: then so is the diagnosis")
  func openModelExplains() {
    let explained = signatures { $0.criticErrorInModel = 0.01 }
    var diagnosing = diagnosing(critic: 0.06, model: 0)
    diagnosing.model = .model(open)
    #expect(diagnosing.diagnose(explained).name == "inconclusive")
    // The model within its tolerance, the critic a little beyond its own: nobody's fault, but not health either.
    #expect(self.diagnosing(critic: 0.06, model: 0.045).diagnose(explained).name == "inconclusive")
  }

  @Test("a shortcut is one pair that makes up most of what the model has wrong")
  func modelFaults() {
    func worst(
      promise: Double, share: Double, excess: Double, comparable: Double? = 0.01
    ) -> Diagnosing.Signatures {
      signatures {
        $0.comparableShare = comparable
        $0.worst = .init(
          state: 0, action: 0, promise: promise, share: share, excess: excess, successor: 1, likelihood: 0)
      }
    }
    let diagnosing = diagnosing(model: 1)
    #expect(diagnosing.diagnose(worst(promise: 1, share: 0.9, excess: 0.9)).name == "model-shortcut")
    // One pair in two that is as wrong as the worst is no single lie.
    #expect(
      diagnosing.diagnose(worst(promise: 1, share: 0.9, excess: 0.9, comparable: 0.5)).name == "model-error")
    #expect(diagnosing.diagnose(worst(promise: 1, share: 0.4, excess: 0.9)).name == "model-error")
    #expect(diagnosing.diagnose(worst(promise: 1, share: 0.9, excess: 0.2)).name == "model-error")
    #expect(diagnosing.diagnose(worst(promise: 0, share: 0.9, excess: 0.9)).name == "model-error")
    #expect(diagnosing.diagnose(signatures()).name == "model-error")
  }

  @Test(
    "an actor is frozen, follows another table, stopped, settled early, firmly wants something else, or is undecided: in this order"
  )
  func actorFaults() {
    let diagnosing = diagnosing(actor: 1)
    // Each finding is taken away in turn.
    let findings: [(name: String, take: (inout Diagnosing.Signatures) -> Void)] = [
      ("actor-frozen", { $0.actorIsFrozen = false }), ("actor-other-critic", { $0.followedBlock = nil }),
      ("actor-frozen", { $0.actorStoppedAt = nil }), ("actor-collapsed", { $0.settledAt = nil }),
      ("actor-other-objective", { $0.agreement = 1 }), ("actor-not-maximising", { _ in }),
    ]
    var all = signatures {
      $0.actorIsFrozen = true
      $0.followedBlock = "other.values"
      $0.actorStoppedAt = 500
      $0.settledAt = 50
      ($0.confidence, $0.agreement) = (0.9, 0.1)
    }
    for (name, take) in findings {
      #expect(diagnosing.diagnose(all).name == name)
      take(&all)
    }
    let follower = diagnosing.diagnose(
      signatures {
        $0.followedBlock = "other.values"
        ($0.confidence, $0.agreement) = (0.9, 0.1)
      })
    #expect(follower.name == "actor-other-critic" && follower.evidence[0].statement.contains("other.values"))
    let firm = signatures { ($0.confidence, $0.agreement) = (0.9, 0.1) }
    #expect(diagnosing.diagnose(firm).name == "actor-other-objective")
    #expect(diagnosing.diagnose(signatures { $0.confidence = 0.9 }).name == "actor-not-maximising")
    #expect(diagnosing.diagnose(signatures { $0.agreement = 0.1 }).name == "actor-not-maximising")
  }

  @Test("several faults are all named: reward, model, critic, actor")
  func several() throws {
    let rewardAudit = try wrongReward()
    let diagnosis = diagnosing(critic: 1, actor: 1, model: 1, reward: 1, rewardAudit: rewardAudit).diagnose(
      signatures {
        $0.criticStoppedAt = 5
        $0.actorStoppedAt = 5
      })
    #expect(diagnosis.name == "wrong-reward")
    #expect(diagnosis.also == ["model-error", "critic-frozen", "actor-frozen"])
    for metric in ["reward.regret", "model.valueError", "critic.rmse", "actor.normalisedGap"] {
      #expect(diagnosis.evidence.contains { $0.metric == metric }, "\(metric)")
    }
  }

  @Test("the summary is the name's, as a sentence")
  func summary() {
    for name in DiagnosisName.allCases { #expect(!name.summary.isEmpty) }
    #expect(
      diagnosing().diagnose(signatures()).summary == "Every part is what it claims to be, within tolerance.")
  }

  // MARK: Further names

  @Test("training that met a NaN is non-finite before all else")
  func nonFinite() throws {
    let stopped = signatures {
      $0.stoppedBy = NonFiniteError(
        block: "critic.values", owner: "critic", largestBeside: 1, index: 3, step: 17, writer: "a learner")
      $0.criticIsFrozen = true
    }
    let rewardAudit = try wrongReward()
    let diagnosis = diagnosing(critic: 1, actor: 1, model: 1, reward: 1, rewardAudit: rewardAudit).diagnose(
      stopped)
    #expect(diagnosis.name == "non-finite" && diagnosis.also == [])
    #expect(diagnosis.evidence[0].statement.contains("critic.values[3] at step 17"))
  }

  @Test("another discount is named after the reward and before the parts")
  func discount() {
    #expect(diagnosing(discount: 1).diagnose(signatures()).name == "discount-mismatch")
    let several = diagnosing(critic: 1, discount: 1).diagnose(signatures())
    #expect(several.name == "discount-mismatch" && several.also == ["critic-error"])
  }

  @Test("a local optimum is what is left when nothing else is wrong and the return is low")
  func localOptimum() {
    let right = signatures { $0.matchesEverywhere = [match("healthy", 0), match("critic-frozen", 0.5)] }
    #expect(diagnosing(outcome: 1).diagnose(right).name == "actor-local-optimum")
    #expect(diagnosing(model: 0, outcome: 1).diagnose(right).name == "actor-local-optimum")
    let critic = diagnosing(critic: 1, outcome: 1).diagnose(right)
    #expect(critic.name == "critic-error" && critic.also == [])
    let actor = diagnosing(actor: 1, outcome: 1).diagnose(right)
    #expect(actor.name == "actor-not-maximising" && actor.also == [])
    // An agent without a critic may be caught as well.
    #expect(diagnosing(critic: nil, outcome: 1).diagnose(right).name == "actor-local-optimum")
    #expect(diagnosing(critic: nil, outcome: nil).diagnose(right).name == "healthy")
  }

  @Test("a critic that is wrong only where a bad policy never goes is named by what it matches there")
  func elsewhere() {
    let hidden = signatures {
      $0.matchesEverywhere = [
        match("healthy", 1), match("critic-off-by-one", 0.001), match("critic-frozen", 0.9),
      ]
    }
    #expect(diagnosing(outcome: 1).diagnose(hidden).name == "critic-off-by-one")
    // A good one has no need of it.
    #expect(diagnosing().diagnose(hidden).name == "healthy")
  }

  @Test("a goal is misgeneralised when the agent was good, is bad here, and is good at something else")
  func goal() {
    func name(before: Double = 0, now: Double = 1, pursued: String? = "right", capability: Double = 1)
      -> String
    {
      diagnosing(critic: 1).diagnose(
        signatures {
          $0.goal = .init(regretBefore: before, regretNow: now, pursued: pursued, capability: capability)
        }
      ).name
    }
    #expect(name() == "goal-misgeneralisation")
    #expect(name(before: 0.5) == "critic-error" && name(now: 0) == "critic-error")
    #expect(name(pursued: nil) == "critic-error" && name(capability: 0.3) == "critic-error")
  }

  @Test(
    "a channel that would pay rightly if nobody touched it is tampering, a reward that pays for both is gaming"
  )
  func rewards() throws {
    func name(_ reward: [Double], untampered: [Double]? = nil) throws -> String {
      let process = try SmallWorlds.make(
        states: 2, actions: 2, discount: 0.5, initial: [1, 0],
        rows: [[(0, 1, false)], [(1, 1, false)], [(1, 1, false)], [(0, 1, false)]], reward: reward,
        performance: [1, 0, 0, 0])
      let more =
        untampered.map { [FiniteMDP.RewardFunction(name: GoalHypothesis.untampered, expected: $0)] } ?? []
      let truth = try ProcessTruth(try process.withRewards(process.rewards + more))
      return diagnosing(reward: 1, rewardAudit: RewardAudit(truth)).diagnose(signatures()).name
    }
    #expect(try name([0, 0, 1, 0]) == "wrong-reward")
    // Correlation and credit are positive: 1 for staying in state 0, 1.5 for staying in state 1.
    #expect(try name([1, 0, 1.5, 0]) == "reward-gaming")
    #expect(try name([1, 0, 3, 0], untampered: [1, 0, 0, 0]) == "reward-tampering")
    #expect(try name([1, 0, 1.5, 0], untampered: [0, 0, 1, 0]) == "reward-gaming")
  }

  @Test("a model that leans towards value leaks, one that misleads plans is exploited")
  func leaningModels() {
    let diagnosing = diagnosing(model: 1)
    let leaning = signatures {
      $0.leaning = .init(optimistic: 20, count: 20, probability: 1e-6)
      $0.exploitation = 1
    }
    #expect(diagnosing.diagnose(leaning).name == "model-value-leak")
    let exploited = signatures {
      $0.leaning = .init(optimistic: 10, count: 20, probability: 0.5)
      $0.exploitation = 1
    }
    #expect(diagnosing.diagnose(exploited).name == "model-exploited")
  }

  @Test(
    "critics that diverge, lag behind a target, cannot represent or overestimate are told apart: in this order"
  )
  func criticSignatures() {
    let findings: [(name: String, take: (inout Diagnosing.Signatures) -> Void)] = [
      ("critic-diverging", { $0.growth = 1 }), ("critic-frozen", { $0.criticIsFrozen = false }),
      ("critic-stale-target", { $0.critic.target = nil }),
      ("critic-unrepresentable", { $0.critic.representationError = nil }),
      ("critic-overestimating", { $0.lean.bias = 0 }), ("critic-error", { _ in }),
    ]
    var all = signatures {
      $0.growth = 100
      ($0.critic.largestValue, $0.critic.largestPossibleValue) = (1e9, 10)
      $0.criticIsFrozen = true
      $0.critic.target = ("target", 0, 1)
      $0.critic.representationError = 0.5
      $0.lean = CriticLean(bias: 0.9, chosenResidual: 0.5, meanResidual: 0)
    }
    for (name, take) in findings {
      #expect(diagnosing(critic: 1).diagnose(all).name == name)
      take(&all)
    }
  }

  @Test("an overestimating critic backs up the greatest, is too high above all, and not so over all actions")
  func overestimating() {
    func name(bias: Double, chosen: Double, mean: Double, isMaximising: Bool = true) -> String {
      diagnosing(critic: 1).diagnose(
        signatures {
          $0.lean = CriticLean(bias: bias, chosenResidual: chosen, meanResidual: mean)
          $0.isMaximising = isMaximising
        }
      ).name
    }
    #expect(name(bias: 0.9, chosen: 0.2, mean: 0.01) == "critic-overestimating")
    // Most of the error is elsewhere; the greatest is not what is backed up; all actions are too high alike.
    #expect(name(bias: 0.1, chosen: 0.2, mean: 0.01) == "critic-error")
    #expect(name(bias: 0.9, chosen: 0.2, mean: 0.01, isMaximising: false) == "critic-error")
    #expect(name(bias: 0.9, chosen: 0.2, mean: 0.2) == "critic-error")
  }

  @Test("a claim without a fitted number wins over one with, unless that is twice as close")
  func fittedClaims() {
    func name(fitted: Double, plain: Double) -> String {
      let matches =
        [match("healthy", 1)]
        + [match("critic-scaled-reward", fitted), match("critic-off-by-one", plain)].sorted {
          $0.error < $1.error
        }
      return diagnosing(critic: 1).diagnose(
        signatures { ($0.matches, $0.matchesEverywhere) = (matches, matches) }
      ).name
    }
    #expect(name(fitted: 0.010, plain: 0.015) == "critic-off-by-one")
    #expect(name(fitted: 0.010, plain: 0.045) == "critic-scaled-reward")
    #expect(name(fitted: 0.015, plain: 0.010) == "critic-off-by-one")
  }
}
