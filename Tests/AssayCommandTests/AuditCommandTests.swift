import Foundation
import Testing

@Suite("assay audit")
struct AuditCommandTests {
  private static let short = "audit frozen-lake-4x4 --steps 2000 --seeds 2"

  // MARK: The exit status

  @Test("the status is 0 when the diagnosis is the expected one, and 1 when it is another")
  func expectation() async throws {
    let line = Self.short + " --agent q-learning"
    let found = try await Command.run(line: line + " --json -")
    let diagnosis = try #require((try found.json()["diagnosis"] as? [String: Any])?["name"] as? String)
    let met = try await Command.run(line: line + " --expect \(diagnosis)")
    #expect(met.status == 0)
    #expect(met.error == "")
    let other = diagnosis == "wrong-reward" ? "healthy" : "wrong-reward"
    let failed = try await Command.run(line: line + " --expect \(other)")
    #expect(failed.status == 1)
    #expect(failed.error == "Error: expected the diagnosis \(other), but it is \(diagnosis)\n")
    // The report is printed all the same: it says why.
    #expect(failed.output == met.output)
  }

  @Test("a planted fault is found and named")
  func fault() async throws {
    // This one is in the world, and not in an agent that had to learn it first.
    let line = Self.short + " --agent q-learning --fault wrong-reward --expect wrong-reward"
    let answer = try await Command.run(line: line)
    #expect(answer.status == 0, "\(answer.error)")
    #expect(answer.output.contains("\n  faults    planted: wrong-reward\n"))
  }

  @Test(
    "what cannot be asked for is refused with status 64 and what is allowed",
    arguments: [
      (
        "audit frozen-lake-4x4",
        "--agent is missing; allowed: dyna, planner, actor-critic, q-learning, double-q-learning, sarsa, "
          + "one-step-actor-critic, td-prediction, evolution, reinforce"
      ),
      ("audit frozen-lake-4x4 --agent dyna --steps 0", "--steps is 0; allowed: 1 or more"),
      ("audit frozen-lake-4x4 --agent dyna --seeds 0", "--seeds is 0; allowed: 1 to 10000"),
      ("audit frozen-lake-4x4 --agent dyna --seeds 10001", "--seeds is 10001; allowed: 1 to 10000"),
      (
        "audit frozen-lake-4x4 --agent dyna --seed 18446744073709551615",
        "--seed is 18446744073709551615; allowed: up to 18446744073709551605"
      ),
      (
        "audit frozen-lake-4x4 --agent q-learning --fault model-shortcut",
        "--fault model-shortcut cannot be planted in q-learning: q-learning does not have a model of counts; "
          + "allowed: --agent dyna, planner"
      ),
      (
        "audit frozen-lake-4x4 --agent actor-critic --fault critic-diverging",
        "--fault critic-diverging cannot be planted in actor-critic: frozen-lake-4x4 has no features with which errors "
          + "grow; allowed: another world"
      ),
      (
        "audit frozen-lake-4x4 --agent dyna --fault critic-frozen:huge",
        "no strength is called 'huge'\nKnown: weak, medium, strong"
      ),
    ])
  func refused(line: String, message: String) async throws {
    let answer = try await Command.run(line: line, within: 30)
    #expect(answer.status == 64)
    #expect(answer.output == "")
    #expect(answer.error == "Error: \(message)\n")
  }

  @Test(
    "what the parser refuses has status 64 too, and the usage",
    arguments: [
      "audit", "audit frozen-lake-4x4 --agent dyna --steps many", "audit a b --agent dyna", "audit --seed",
    ])
  func parser(line: String) async throws {
    let answer = try await Command.run(line: line, within: 30)
    #expect(answer.status == 64)
    #expect(answer.output == "")
    #expect(answer.error.hasPrefix("Error: "))
    #expect(answer.errorLines.contains("Usage: assay audit <environment> --agent <agent> [<options>]"))
  }

  // MARK: JSON

  @Test("`--json -` prints JSON alone, the same bytes for the same seed and others for another")
  func reproducible() async throws {
    let line = Self.short + " --agent dyna --json -"
    let first = try await Command.run(line: line)
    let second = try await Command.run(line: line)
    let other = try await Command.run(line: line + " --seed 5")
    #expect(first.status == 0 && first.error == "")
    #expect(try first.json()["schema"] as? String == "assay.audit/1")
    #expect(first.output == second.output)
    #expect(first.output != other.output)
    let subject = try #require(try other.json()["subject"] as? [String: Any])
    #expect(subject["seeds"] as? [Int] == [5, 6])
  }

  /// Keys that the report promises, under the key that they stand under.
  static let keys: [(path: String, keys: [String])] = [
    (
      "",
      [
        "schema", "subject", "diagnosis", "critic", "actor", "model", "reward", "discount", "outcome", "goal",
        "gap", "training", "agents", "states", "anatomy",
      ]
    ),
    (
      "subject",
      ["environment", "agent", "steps", "seeds", "faults", "discount", "states", "actions", "range"]
    ),
    ("diagnosis", ["name", "also", "summary", "evidence"]),
    (
      "critic",
      [
        "claim", "bias", "rmse", "actionRMSE", "explainedVariance", "calibrationSlope", "kendallTau",
        "bellmanResidual",
        "alternatives", "verdict",
      ]
    ),
    ("critic.verdict", ["name", "measured", "tolerance", "statement", "wouldChange"]),
    ("actor", ["objective", "gap", "normalisedGap", "agreement", "verdict"]),
    ("actor.verdict", ["name", "measured", "tolerance", "statement", "wouldChange"]),
    (
      "model",
      [
        "valueError", "bias", "transitionError", "rewardError", "valueEquivalenceError", "exploitation",
        "worst",
        "verdict",
      ]
    ),
    ("reward", ["regret", "credit", "agreement", "untamperedRegret", "verdict"]),
    ("discount", ["trained", "regret", "verdict"]), ("outcome", ["regret", "verdict"]),
    ("gap", ["total", "optimal", "achieved", "identity", "ladder", "exploration"]),
    ("gap.identity", ["reward", "model", "critic", "actor", "slack", "sum"]),
  ]

  /// Where a number comes with its interval.
  static let estimates = [
    "critic.bias", "critic.rmse", "critic.actionRMSE", "outcome.regret", "critic.verdict.measured",
    "actor.gap", "actor.normalisedGap",
    "actor.agreement",
    "model.valueError", "model.bias", "gap.total", "gap.achieved", "gap.identity.reward",
    "gap.identity.model",
    "gap.identity.critic", "gap.identity.actor", "gap.identity.slack", "gap.identity.sum",
  ]

  private static func value(at path: String, in json: [String: Any]) -> Any? {
    path.split(separator: ".").reduce(json as Any?) { ($0 as? [String: Any])?[String($1)] }
  }

  @Test("the JSON holds what it promises, under the keys that it promises")
  func promised() async throws {
    let json = try await Command.run(line: Self.short + " --agent dyna --json -").json()
    for (path, keys) in Self.keys {
      let object = try #require(Self.value(at: path, in: json) as? [String: Any], "\(path)")
      #expect(Set(keys).subtracting(object.keys) == [], "\(path)")
    }
    for path in Self.estimates {
      let estimate = try #require(Self.value(at: path, in: json) as? [String: Double], "\(path)")
      #expect(Set(estimate.keys) == ["estimate", "low", "high", "count"], "\(path)")
      let (low, high) = (try #require(estimate["low"]), try #require(estimate["high"]))
      #expect(low <= high, "\(path)")
    }
    #expect(Self.value(at: "subject.range", in: json) is Double)
    let agents = try #require(json["agents"] as? [[String: Any]])
    let own: Set = [
      "seed", "diagnosis", "also", "performance", "criticError", "actorGap", "modelError", "regret",
      "stoppedBy",
    ]
    #expect(agents.count == 2 && agents.allSatisfy { Set($0.keys) == own })
    let ladder = try #require(Self.value(at: "gap.ladder", in: json) as? [[String: Any]])
    #expect(ladder.count > 2)
    #expect(ladder.allSatisfy { Set($0.keys) == ["name", "value", "loss"] })
    let evidence = try #require(Self.value(at: "diagnosis.evidence", in: json) as? [[String: Any]])
    #expect(!evidence.isEmpty)
    #expect(evidence.allSatisfy { $0["metric"] is String && $0["statement"] is String })
    let verdicts: Set = ["healthy", "faulty", "inconclusive"]
    for part in ["critic", "actor", "model", "reward", "discount", "outcome"] {
      #expect(
        verdicts.contains(try #require(Self.value(at: "\(part).verdict.name", in: json) as? String)),
        "\(part)")
    }
  }

  @Test("the terms of the identity, and the losses of the ladder, sum to the gap")
  func sums() async throws {
    let json = try await Command.run(line: Self.short + " --agent dyna --json -").json()
    func estimate(_ path: String) throws -> Double {
      try #require((Self.value(at: path, in: json) as? [String: Double])?["estimate"])
    }
    let total = try estimate("gap.total")
    let terms = try ["reward", "model", "critic", "actor", "slack"].map { try estimate("gap.identity.\($0)") }
    #expect(abs(terms.reduce(0, +) - total) < 1e-9)
    let ladder = try #require(Self.value(at: "gap.ladder", in: json) as? [[String: Any]])
    let losses = try ladder.map { try #require(($0["loss"] as? [String: Double])?["estimate"]) }
    #expect(abs(losses.reduce(0, +) - total) < 1e-9)
  }

  @Test("what an agent does not have stands there as null")
  func nulls() async throws {
    let json = try await Command.run(line: Self.short + " --agent one-step-actor-critic --json -").json()
    #expect(json["model"] is NSNull)
    // A critic of states ranks no actions.
    #expect(Self.value(at: "critic.kendallTau", in: json) is NSNull)
    let agents = try #require(json["agents"] as? [[String: Any]])
    #expect(agents.count == 2)
    #expect(agents.allSatisfy { $0["modelError"] is NSNull && $0["stoppedBy"] is NSNull })
    #expect(json["goal"] is NSNull && Self.value(at: "reward.untamperedRegret", in: json) is NSNull)
    #expect(Self.value(at: "critic.actionRMSE", in: json) is NSNull)
    let pull = "audit two-armed-bandit --agent reinforce --steps 200 --seeds 1 --json -"
    let without = try await Command.run(line: pull).json()
    #expect(without["critic"] is NSNull)
    let alone = try #require(without["agents"] as? [[String: Any]])
    #expect(alone.allSatisfy { $0["criticError"] is NSNull })
  }

  // MARK: The report for people

  @Test(
    "the report keeps to 80 columns, has no colours where there is no terminal, and no progress line",
    arguments: [
      "dyna", "planner", "actor-critic", "one-step-actor-critic", "q-learning", "double-q-learning", "sarsa",
      "td-prediction", "evolution", "reinforce",
    ])
  func text(agent: String) async throws {
    let answer = try await Command.run(line: Self.short + " --agent \(agent)")
    #expect(answer.status == 0)
    #expect(answer.error == "")
    #expect(answer.lines.filter { $0.count > 80 } == [])
    #expect(!answer.output.contains("\u{1B}"))
    #expect(answer.output.contains("\nDiagnosis: "))
  }
}
