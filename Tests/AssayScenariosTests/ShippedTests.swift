import Assay
import AssayDiagnostics
import Foundation
import Testing

@testable import AssayScenarios

@Suite("The scenarios that come with the package")
struct ShippedTests {
  static func plans(of file: ShippedScenarios.File) throws -> [ScenarioPlan] {
    try Catalogue.standard.plans(yaml: file.data, from: file.title)
  }

  @Test("every file is sound", arguments: ShippedScenarios.files.map(\.name))
  func sound(name: String) throws {
    for plan in try Self.plans(of: try ShippedScenarios.file(named: name)) {
      // An effect that nothing makes vanish shows little.
      #expect(!plan.scenario.controls.isEmpty)
      #expect(plan.arms.allSatisfy { $0.seeds.count >= 10 })
    }
  }

  @Test("every scenario has a name of its own")
  func names() throws {
    let names = try ShippedScenarios.files.flatMap { try Self.plans(of: $0).map(\.scenario.name) }
    #expect(names.count == Set(names).count)
    #expect(ShippedScenarios.files.count == 15)
  }

  @Test("what is tagged smoke comes true, or stays open, with few agents")
  func smoke() async throws {
    let plans = try ShippedScenarios.files.flatMap(Self.plans).filter { $0.scenario.tags.contains("smoke") }
    #expect(plans.count == 4)
    for plan in plans {
      let count = plan.arms.map(\.seeds.count).max() ?? 0
      let result = try await plan.withSeeds(max(2, count / 10)).run(jobs: 2)
      let failed = result.findings.filter { $0.outcome == .failed }
      #expect(failed == [], "\(plan.scenario.name)")
      #expect(result.findings.contains { $0.outcome == .passed }, "\(plan.scenario.name)")
    }
  }
}

@Suite("Expectations about single states")
struct StateExpectationTests {
  private static func text(_ expectation: String, audit: String = "all", agent: String = "q-learning")
    -> String
  {
    """
    scenario: test
    claim: Something.
    environment: {name: two-armed-bandit}
    agent: {name: \(agent)}
    seeds: 3
    script: [{train: 2k}, {audit: \(audit)}]
    expect: [\(expectation)]
    """
  }

  @Test("a world of one state is visited there alone, and is worth what the better arm pays")
  func bandit() async throws {
    let text = Self.text(
      "{visits: {0: {between: [0.999999, 1]}}}, {value: {0: {between: [0.6, 0.8]}}}, {value: {0: {above: 0.9}}}"
    )
    let plan = try #require(try Catalogue.standard.plans(yaml: Data(text.utf8), from: "test.yaml").first)
    let findings = try await plan.run(jobs: 2).findings
    #expect(findings.map(\.outcome) == [.passed, .passed, .failed])
    #expect(findings[0].expectation == "share of visits to state 0 between 0.999999 and 1")
    #expect(findings[1].expectation == "learned value of state 0 between 0.6 and 0.8")
  }

  @Test("a state that is not there, a share that cannot be, and a critic that is not there are mistakes")
  func mistakes() {
    let mistakes = [
      (
        "{visits: {1: {above: 0.5}}}", "all", "q-learning",
        "field 'expect[0].visits.1' is '1'; allowed: 0; did you mean '0'?"
      ),
      (
        "{visits: {0: {above: 1.5}}}", "all", "q-learning",
        "field 'expect[0].visits.0.above' is '1.5'; allowed: from 0 to 1, or it can never be met"
      ),
      (
        "{value: {0: {above: 1}}}", "all", "reinforce",
        "field 'expect[0].value.0' is 'about the critic'; allowed: parts that reinforce has: actor"
      ),
      (
        "{value: {0: {above: 1}}}", "[actor]", "q-learning",
        "field 'expect[0].value.0' is 'about the critic'; allowed: what 'audit 1' audits: actor"
      ),
    ]
    for (expectation, audit, agent, message) in mistakes {
      let problems = MistakesTests.problems(Self.text(expectation, audit: audit, agent: agent))
      #expect(problems == ["file.yaml:7: \(message)"])
    }
  }
}

@Suite("Noise in a model")
struct ModelNoiseTests {
  @Test("leaves a model that predicts, and predicts worse")
  func perturbed() async throws {
    let text = """
      scenario: test
      claim: Something.
      environment: {name: frozen-lake-4x4}
      agent: {name: dyna}
      seeds: 3
      script: [{train: 2k}, {intervene: {perturb: {part: model, noise: 0.5}}}, {audit: all}]
      expect: [{difference: {metric: transition-error, between: [main, left alone], above: 0}}]
      controls: [{name: left alone, script: [{train: 2k}, {audit: all}]}]
      """
    let plan = try #require(try Catalogue.standard.plans(yaml: Data(text.utf8), from: "test.yaml").first)
    let findings = try await plan.run(jobs: 2).findings
    #expect(findings.map(\.outcome) == [.passed])
  }
}
