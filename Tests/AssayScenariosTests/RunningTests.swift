import Assay
import AssayDiagnostics
import Foundation
import Testing

@testable import AssayScenarios

@Suite("Running scenarios")
struct RunningTests {
  private func plan(_ yaml: String) throws -> ScenarioPlan {
    let plans = try Catalogue.standard.plans(yaml: Data(yaml.utf8), from: "test.yaml")
    return try #require(plans.first)
  }

  private static func text(
    _ script: String, expect: String = "[{diagnosis: healthy}]", agent: String = "dyna"
  ) -> String {
    """
    scenario: test
    claim: Something.
    environment: {name: grid-world-4x4}
    agent: {name: \(agent)}
    seeds: {from: 5, count: 3}
    script: [\(script)]
    expect: \(expect)
    """
  }

  private func digests(_ script: String, agent: String = "dyna") async throws -> [[UInt64]] {
    let result = try await plan(Self.text(script, agent: agent)).run(jobs: 2)
    return try #require(result.arms[0].moments.last).agents.map(\.digests)
  }

  @Test("one job or two: the same bits and the same words")
  func jobs() async throws {
    let plan = try plan(MistakesTests.sound)
    var texts: [String] = []
    var bits: [[UInt64]] = []
    for jobs in [1, 2, 5] {
      let result = try await plan.run(jobs: jobs)
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys]
      texts.append(
        String(decoding: try encoder.encode(TestReport(result.arms.isEmpty ? [] : [result])), as: UTF8.self))
      bits.append(result.arms.flatMap { $0.moments.flatMap { $0.agents.flatMap(\.digests) } })
    }
    #expect(texts[0] == texts[1] && texts[1] == texts[2])
    #expect(bits[0] == bits[1] && bits[1] == bits[2])
  }

  @Test(
    "what measures or renames changes no bit of what is learned",
    arguments: [
      "{audit: all}, {train: 300}, {evaluate: exactly}, {evaluate: {episodes: 3}}, {snapshot: a}, {train: 200}, {audit: all}",
      "{intervene: {rename: opaque}}, {train: 500}", "{intervene: {relabel: original}}, {train: 500}",
      "{train: 100}, {intervene: {freeze: critic}}, {intervene: thaw}, {train: 400}",
      "{repeat: {times: 5, steps: [{train: 100}, {audit: [critic]}]}}",
    ])
  func harmless(script: String) async throws {
    let plain = try await digests("{train: 500}")
    #expect(try await digests(script) == plain)
    #expect(Set(plain).count == 3)
  }

  @Test(
    "an intervention that is undone before anybody learns leaves no trace in the numbers",
    arguments: [
      "{swap: {critic: a}, for: 1}", "{restore: {all: a}, for: 1}", "{oracle: critic, for: 1}",
      "{oracle: actor, for: 1}", "{oracle: model, for: 1}", "{perturb: {part: critic, noise: 0.5}, for: 1}",
    ])
  func undone(intervention: String) async throws {
    // All is frozen for the step in which it holds, so that what is undone is all there is.
    let frozen = ["critic", "actor", "model"].map { "{intervene: {freeze: \($0)}}" }.joined(separator: ", ")
    let before = "{train: 50}, {snapshot: a}, {train: 150}, \(frozen)"
    let plain = try await digests("\(before), {train: 2}")
    #expect(try await digests("\(before), {intervene: \(intervention)}, {train: 2}") == plain)
    let lasting = intervention.replacing(", for: 1", with: "")
    #expect(try await digests("\(before), {intervene: \(lasting)}, {train: 2}") != plain)
  }

  @Test("what a freeze, a swap and a restoration leave behind are the numbers they say")
  func numbers() async throws {
    let plan = try plan(
      Self.text(
        "{train: 50}, {snapshot: a}, {audit: all}, {train: 150}, {intervene: {swap: {critic: a}}}, {audit: all}, {restore: a}, {audit: all}"
      ))
    let moments = try await plan.run(jobs: 2).arms[0].moments
    for agent in 0..<3 {
      let states = try moments.map { try #require($0.agents[agent].report).anatomy.blocks }
      for ((start, swapped), end) in zip(zip(states[0], states[1]), states[2]) {
        #expect((swapped.digest == start.digest) == (start.owner == "critic"))
        // The swap put the critic of later into the snapshot.
        #expect((end.digest == start.digest) == (start.owner != "critic"))
        if start.owner == "critic" {
          #expect(swapped.lastWriter == "script" && swapped.lastCause == "intervention")
        }
        if end.digest != swapped.digest {
          #expect(end.lastWriter == "script" && end.lastCause == "restoration")
        }
      }
    }
  }

  @Test(
    "an oracle makes its part right", arguments: ["dyna", "actor-critic", "q-learning", "double-q-learning"])
  func oracle(agent: String) async throws {
    let text = Self.text(
      "{train: 200}, {intervene: {oracle: critic}}", expect: "[{critic-error: {atMost: 0.001}}]", agent: agent
    )
    let result = try await plan(text).run(jobs: 2)
    #expect(result.findings.filter { $0.outcome != .passed } == [])
  }

  @Test("an oracle for the actor is optimal, one for the model makes no error")
  func otherOracles() async throws {
    let text = Self.text(
      "{train: 200}, {intervene: {oracle: actor}}, {intervene: {oracle: model}}",
      expect:
        "[{lost-return: {atMost: 0.0001}}, {model-error: {atMost: 0.0001}}, {transition-error: {atMost: 0.0001}}]"
    )
    let result = try await plan(text).run(jobs: 2)
    #expect(result.findings.filter { $0.outcome != .passed } == [])
  }

  @Test("a number that is not finite is a finding and no error")
  func nonFinite() async throws {
    let text = Self.text(
      "{fault: {name: non-finite, strength: strong}}, {train: 400}, {audit: all}",
      expect: "[{diagnosis: non-finite}, {return: {atLeast: -1000}}]")
    let result = try await plan(text).run(jobs: 2)
    #expect(result.findings.map(\.outcome) == [.passed, .inconclusive])
    #expect(
      result.findings[1].statement.hasSuffix("3 of 3 agents had stopped at a number that is not finite."))
  }

  @Test("a sweep makes an arm of each combination, and evaluations are told apart")
  func sweep() async throws {
    let text = """
      scenario: sweep
      claim: Something.
      environment: {name: frozen-lake-4x4}
      agent: {name: q-learning}
      seeds: 2
      script:
        - evaluate: exactly
          as: before
        - repeat: {times: 2, steps: [{train: 50}, {audit: all, as: x}]}
      sweep: {environment.slippery: [yes, no], agent.exploration: [0.1, 0.9]}
      expect:
        - {return: {atLeast: -1}, at: before}
        - {return: {atLeast: -1}, at: x 1, arm: "slippery=no, exploration=0.9"}
      """
    let plan = try plan(text)
    #expect(
      plan.arms.map(\.name) == [
        "slippery=yes, exploration=0.1", "slippery=yes, exploration=0.9", "slippery=no, exploration=0.1",
        "slippery=no, exploration=0.9",
      ])
    #expect(plan.arms[0].labels == ["before", "x 1", "x 2"])
    let result = try await plan.run(jobs: 2)
    #expect(result.findings.count == 5 && result.hasPassed)
    #expect(plan.withSeeds(4).arms.allSatisfy { $0.seeds == [0, 1, 2, 3] })
  }

  @Test("the return of sampled episodes agrees with the exact one")
  func sampled() async throws {
    let text = Self.text(
      "{intervene: {perturb: {part: actor, noise: 1}}, }".replacing(", }", with: "}")
        + ", {train: 300}, {evaluate: {episodes: 2000}, as: sampled}, {evaluate: exactly, as: exact}",
      expect: "[{return: {atMost: 0}, at: exact}]")
    let moments = try await plan(text).run(jobs: 2).arms[0].moments
    for (sampled, exact) in zip(moments[0].agents, moments[1].agents) {
      #expect(abs(sampled.performance - exact.performance) < 0.02 * abs(exact.performance) + 0.2)
    }
  }

  @Test("YAML and Swift give the same value, and the same plan")
  func builder() throws {
    let yaml = """
      scenario: the coin moves
      claim: It goes right.
      tags: [smoke]
      environment: {name: coin-corridor, coin: right}
      agent: {name: actor-critic, lambda: 0.5}
      seeds: {from: 3, count: 2}
      script:
        - fault: {name: critic-frozen, strength: weak}
        - train: 2k
        - snapshot: before
        - intervene: {freeze: critic, for: 10}
        - repeat: {times: 2, steps: [{train: 100}, {evaluate: {episodes: 5}, as: e}]}
        - intervene: {relabel: {scaled: 2}}
        - restore: before
        - change: {coin: random}
        - audit: [critic, goal]
          as: after
      sweep: {agent.exploration: [0.1, 0.2]}
      expect:
        - {diagnosis: goal-misgeneralisation, at: after}
        - {goal: {coin: {below: 0.6}}}
        - {difference: {metric: return, between: [exploration=0.1, far], above: 0}}
      controls:
        - {name: far, environment: {coin: random}, expect: [{share: {diagnosis: healthy, atLeast: 0.5}}]}
      """
    let scenario = Scenario("the coin moves", claim: "It goes right.") {
      Tags("smoke")
      World("coin-corridor", ["coin": "right"])
      AgentNamed("actor-critic", ["lambda": 0.5])
      Seeds(2, from: 3)
      Plant(.criticFrozen, .weak)
      Train(2000)
      TakeSnapshot("before")
      Intervene(.freeze(.critic), for: 10)
      Repeat(2) {
        Train(100)
        Evaluate(episodes: 5, as: "e")
      }
      Intervene(.relabel(.scaled(2)))
      RestoreSnapshot("before")
      Change(["coin": "random"])
      AuditNow(.critic, .goal, as: "after")
      Sweep(.agent, "exploration", [0.1, 0.2])
      Expect(.diagnosis("goal-misgeneralisation"), at: "after")
      Expect(.goal("coin", .below(0.6)))
      Expect(.difference(.return, between: ["exploration=0.1", "far"], .above(0)))
      ControlArm("far", environment: ["coin": "random"]) {
        Expect(.share(diagnosis: "healthy", .atLeast(0.5)))
      }
    }
    let plan = try plan(yaml)
    #expect(plan.scenario == scenario)
    #expect(try Catalogue.standard.plan(scenario).arms.map(\.name) == plan.arms.map(\.name))
    let wrong = Scenario("wrong", claim: "…") {
      World("coin-corridor")
      AgentNamed("actor-critic")
      Expect(.diagnosis("healty"))
    }
    let error = #expect(throws: ScriptError.self) { try Catalogue.standard.plan(wrong) }
    #expect(error?.problems.map(\.field).sorted() == ["expect[0].diagnosis", "script"])
  }

  @Test("an interval decides when all of it is on one side of the limit")
  func bounds() {
    func outcome(_ bound: Bound, _ low: Double, _ high: Double) -> TestOutcome {
      bound.outcome(of: Estimate(estimate: (low + high) / 2, low: low, high: high, count: 2))
    }
    #expect(outcome(.atLeast(1), 1, 2) == .passed && outcome(.above(1), 1, 2) == .inconclusive)
    #expect(outcome(.atLeast(1), 0, 0.9) == .failed && outcome(.atLeast(1), 0, 1) == .inconclusive)
    #expect(outcome(.above(1), 0, 1) == .failed && outcome(.below(1), 1, 2) == .failed)
    #expect(outcome(.atMost(1), 0, 1) == .passed && outcome(.atMost(1), 1.1, 2) == .failed)
    #expect(outcome(.between(0, 1), 0, 1) == .passed && outcome(.between(0, 1), 0.5, 1.5) == .inconclusive)
    #expect(outcome(.between(0, 1), 2, 3) == .failed && outcome(.between(0, 1), -3, -2) == .failed)
  }

  @Test("differences are paired by seed, or Welch's")
  func differences() throws {
    let (a, b) = ([1.0, 2, 3], [0.5, 1.0, 3.0])
    #expect(try #require(Judge.difference(a, b, isPaired: true)) == Estimate(mean: [0.5, 1, 0]))
    // Means 2 and 2; variances 1 and 8; standard error √(1/3 + 8/2) = 2.0817; by Welch and Satterthwaite
    // 4.3333² / ((1/3)²/2 + 4²/1) = 1.1696 degrees, taken as 1, of which the quantile is 12.7062.
    let welch = try #require(Judge.difference([1, 2, 3], [0, 4], isPaired: false))
    #expect(welch.estimate == 0 && abs(welch.high - 12.7062 * 2.0816660) < 1e-3 && welch.low == -welch.high)
    #expect(Judge.difference([1], [2, 3], isPaired: false) == nil)
  }

  @Test("results in TAP and JUnit hold whatever names there are")
  func formats() async throws {
    let text = Self.text("{train: 60}", expect: "[{return: {atLeast: 1000000}}, {return: {atMost: 1000000}}]")
      .replacing("scenario: test", with: "scenario: 'a <b> & \"c\" # \\ d'")
    let result = try await plan(text).run(jobs: 2)
    let lines = TAP.lines(of: result, from: 4, file: "x.yaml").split(separator: "\n")
    #expect(lines[1].hasPrefix("not ok 4 - a <b> & \"c\" \\# \\\\ d / main / end: return at least 1000000"))
    #expect(lines.contains { $0.hasPrefix("ok 5 - ") } && lines.filter { $0 == "  ..." }.count == 2)
    #expect(lines.contains("  at: \"x.yaml:7\""))
    let xml = JUnit.xml(of: [result])
    let document = XMLReading(xml)
    #expect(document.isWellFormed)
    #expect(
      document.names == [
        "testsuites", "testsuite", "properties", "property", "testcase", "failure", "testcase",
      ])
    #expect(document.suite == "a <b> & \"c\" # \\ d")
    #expect(ScenarioReport([result]).html.contains("a &lt;b&gt; &amp; &quot;c&quot;"))
  }

  @Test("every shipped scenario is sound")
  func shipped() throws {
    #expect(ShippedScenarios.files.count >= 3)
    for file in ShippedScenarios.files {
      #expect(throws: Never.self) { try Catalogue.standard.plans(yaml: file.data, from: file.title) }
    }
  }
}

/// A small check of well-formed XML: tags nest, attributes are quoted.
private struct XMLReading {
  var isWellFormed = true
  var names: [String] = []
  var suite = ""

  init(_ text: String) {
    var open: [String] = []
    for match in text.matches(of: #/<(/?)([a-z]+)((?:\s[a-z]+="[^"<]*")*)\s*(/?)>/#) {
      let (name, isEnd, isEmpty) = (String(match.2), match.1 == "/", match.4 == "/")
      if isEnd {
        if open.popLast() != name { isWellFormed = false }
      } else {
        names.append(name)
        if !isEmpty { open.append(name) }
        if name == "testsuite", let value = match.3.firstMatch(of: #/ name="([^"]*)"/#) {
          suite = String(value.1).replacing("&lt;", with: "<").replacing("&gt;", with: ">")
            .replacing("&quot;", with: "\"").replacing("&amp;", with: "&")
        }
      }
    }
    if !open.isEmpty { isWellFormed = false }
  }
}
