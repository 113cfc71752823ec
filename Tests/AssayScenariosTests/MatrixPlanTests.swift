import Assay
import AssayDiagnostics
import AssayEnvironments
import Foundation
import Testing

@testable import AssayScenarios

@Suite("The diagnosis matrix")
struct MatrixPlanTests {
  /// A folder that goes with whoever holds it.
  private final class Folder: Sendable {
    let url: URL
    init() throws {
      url = FileManager.default.temporaryDirectory.appending(path: "assay-matrix-\(UUID().uuidString)")
    }
    deinit { try? FileManager.default.removeItem(at: url) }
  }

  private func plan(
    _ conditions: [[Fault]] = [[], [.criticWrongSign], [.modelShortcut]], seeds: [UInt64] = [3, 4],
    steps: Int = 60, worlds: [String] = ["two-armed-bandit", "random-walk-5"]
  ) throws -> MatrixPlan {
    MatrixPlan(
      agents: [try Catalogue.standard.agent(named: "q-learning")],
      environments: try worlds.map { try Catalogue.standard.environment(named: $0) }, conditions: conditions,
      strengths: [.medium], seeds: seeds, steps: steps)
  }

  // MARK: Independence

  @Test("answers do not depend on how many agents are trained at a time, nor on what else is asked")
  func independence() async throws {
    let one = try await plan().run(jobs: 1)
    let two = try await plan().run(jobs: 2)
    #expect(one == two)
    let alone = try await plan([[.criticWrongSign]], worlds: ["random-walk-5"]).run(jobs: 1)
    let cell = try #require(alone.cells.first)
    #expect(
      one.cells.contains(cell) && cell.environment == "random-walk-5" && cell.answers.map(\.seed) == [3, 4])
    // Every condition is in every world, or it is said why not.
    #expect(one.cells.count + one.omissions.count == 6)
    #expect(one.omissions.allSatisfy { !$0.reason.isEmpty })
  }

  // MARK: Finished cells

  /// Another name in every finished cell: whoever fills it again writes over that.
  private func mark(_ folder: URL) throws -> [URL] {
    let files = try FileManager.default.contentsOfDirectory(
      at: folder.appending(path: "cells"), includingPropertiesForKeys: nil)
    for file in files {
      var cell = try JSONDecoder().decode(DiagnosisMatrix.Cell.self, from: Data(contentsOf: file))
      for index in cell.answers.indices { cell.answers[index].diagnosis = "marked" }
      try JSONEncoder().encode(cell).write(to: file)
    }
    return files.sorted { $0.path < $1.path }
  }

  @Test("a directory with finished cells repeats none of them, and torn ones alone are filled again")
  func resuming() async throws {
    let folder = try Folder()
    let plan = try plan()
    let fresh = try await plan.run(jobs: 1, keepingIn: folder.url)
    let files = try mark(folder.url)
    #expect(files.count == fresh.cells.count)
    let resumed = try await plan.run(jobs: 2, keepingIn: folder.url)
    #expect(resumed.cells.flatMap(\.answers).allSatisfy { $0.diagnosis == "marked" })
    // Half a file, no JSON, nothing, and a cell of other agents.
    let whole = try Data(contentsOf: files[0])
    for torn in [
      Data(whole.prefix(whole.count / 2)), Data("rubbish".utf8), Data(), Data("{\"answers\": []}".utf8),
    ] {
      try torn.write(to: files[0])
      let again = try await plan.run(jobs: 1, keepingIn: folder.url)
      #expect(again.cells.count { $0.answers.allSatisfy { $0.diagnosis != "marked" } } == 1)
      #expect(again.cells.count { cell in fresh.cells.contains(cell) } == 1)
    }
  }

  @Test("further conditions may join a directory, and find the cells that are there")
  func joining() async throws {
    let folder = try Folder()
    _ = try await plan([[]]).run(jobs: 1, keepingIn: folder.url)
    let count = try mark(folder.url).count
    let more = try await plan([[], [.criticWrongSign]]).run(jobs: 1, keepingIn: folder.url)
    #expect(more.cells.count { $0.answers.allSatisfy { $0.diagnosis == "marked" } } == count)
    #expect(more.cells.count > count)
  }

  @Test("a directory of another plan is refused, with both plans in words")
  func otherPlan() async throws {
    let folder = try Folder()
    _ = try await plan([[]]).run(jobs: 1, keepingIn: folder.url)
    for other in [try plan([[]], seeds: [3, 5]), try plan([[]], steps: 61)] {
      let error = await #expect(throws: DataError.self) {
        try await other.run(jobs: 1, keepingIn: folder.url)
      }
      let words = try #require(error).description
      #expect(
        words.contains("60 steps, 2 seeds from 3") && words.contains("or another directory"), "\(words)")
    }
    try Data("rubbish".utf8).write(to: folder.url.appending(path: "plan.json"))
    let error = await #expect(throws: DataError.self) {
      try await plan([[]]).run(jobs: 1, keepingIn: folder.url)
    }
    #expect(try #require(error).description.contains("plan.json"))
  }

  @Test("a directory that cannot be made is refused before anything is trained")
  func noDirectory() async throws {
    let folder = try Folder()
    try Data().write(to: folder.url)
    await #expect(throws: DataError.self) { try await plan().run(jobs: 1, keepingIn: folder.url) }
  }

  // MARK: Scores

  private func answer(_ diagnosis: String, also: [String] = []) -> DiagnosisMatrix.Answer {
    .init(seed: 0, diagnosis: diagnosis, also: also)
  }

  @Test("one fault is named by the diagnosis, mentioned by what else is wrong, or mistaken for another")
  func single() {
    let score = DiagnosisMatrix.Score(
      of: [
        answer("critic-frozen"), answer("critic-error"), answer("actor-frozen", also: ["critic-frozen"]),
        answer("inconclusive"), answer("healthy"),
      ], planted: ["critic-frozen"])
    #expect(score.detected == Estimate(share: 3, of: 5))
    #expect(score.named == Estimate(share: 1, of: 5))
    #expect(score.misattributed == Estimate(share: 1, of: 5))
    #expect(score.inconclusive == Estimate(share: 1, of: 5))
  }

  @Test("several faults are named when all of them are, in whatever order")
  func several() {
    let planted = ["wrong-reward", "critic-frozen"]
    let score = DiagnosisMatrix.Score(
      of: [
        answer("wrong-reward", also: ["critic-frozen"]),
        answer("critic-frozen", also: ["actor-frozen", "wrong-reward"]),
        answer("wrong-reward"), answer("actor-frozen"),
      ], planted: planted)
    #expect(score.named == Estimate(share: 2, of: 4) && score.detected == Estimate(share: 4, of: 4))
    #expect(score.misattributed == Estimate(share: 1, of: 4))
  }

  @Test("for a healthy agent to be named is to be called healthy, and to be detected is a false alarm")
  func healthy() {
    let score = DiagnosisMatrix.Score(
      of: [answer("healthy"), answer("healthy"), answer("critic-error"), answer("inconclusive")], planted: [])
    #expect(score.named == Estimate(share: 2, of: 4) && score.detected == Estimate(share: 1, of: 4))
    #expect(
      score.misattributed == Estimate(share: 1, of: 4) && score.inconclusive == Estimate(share: 1, of: 4))
  }

  @Test("rows take the cells of one fault and strength together")
  func rows() {
    func cell(_ world: String, _ faults: [String], _ strength: String?, _ names: [String])
      -> DiagnosisMatrix.Cell
    {
      .init(
        environment: world, agent: "a", faults: faults, strength: strength, answers: names.map { answer($0) })
    }
    let matrix = DiagnosisMatrix(
      steps: 1, seeds: [0, 1],
      cells: [
        cell("x", [], nil, ["healthy", "healthy"]),
        cell("x", ["critic-frozen"], "weak", ["critic-frozen", "healthy"]),
        cell("y", ["critic-frozen"], "weak", ["critic-frozen", "critic-frozen"]),
        cell("x", ["critic-frozen"], "strong", ["critic-frozen", "critic-frozen"]),
        cell("x", ["wrong-reward"], nil, ["critic-error", "wrong-reward"]),
      ], omissions: [])
    #expect(matrix.rows.map(\.faults) == [[], ["critic-frozen"], ["critic-frozen"], ["wrong-reward"]])
    #expect(matrix.rows.map(\.strength) == [nil, "weak", "strong", nil])
    #expect(matrix.rows.map(\.cells) == [1, 2, 1, 1] && matrix.rows.map(\.agents) == [2, 4, 2, 2])
    #expect(matrix.rows[1].score.named == Estimate(share: 3, of: 4))
    // A fault without strengths counts at each of them.
    #expect(matrix.score(atStrength: .weak)?.named == Estimate(share: 4, of: 6))
    #expect(matrix.score(atStrength: .strong)?.named == Estimate(share: 3, of: 4))
    #expect(matrix.score(atStrength: .weak, where: { $0.count == 2 }) == nil)
  }

  @Test("pairs are of faults in different places, each once")
  func pairs() {
    let pairs = MatrixPlan.pairs(of: Fault.allCases)
    #expect(pairs.allSatisfy { $0.count == 2 && $0[0].place != $0[1].place })
    #expect(Set(pairs.map(Set.init)).count == pairs.count)
    #expect(MatrixPlan.pairs(of: [.criticFrozen, .criticWrongSign]).isEmpty)
    let places = Dictionary(grouping: Fault.allCases, by: \.place).values.map(\.count)
    let all = Fault.allCases.count
    #expect(pairs.count == (all * all - places.reduce(0) { $0 + $1 * $1 }) / 2)
  }
}
