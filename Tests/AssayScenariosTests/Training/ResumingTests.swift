import Assay
import AssayScenarios
import Foundation
import Testing

@Suite("Resuming a run")
struct ResumingTests {
  /// Says stop once, after so many questions.
  private final class Patience {
    private var left: Int
    init(_ questions: Int) { left = questions }
    func isOver() -> Bool {
      left -= 1
      return left < 0
    }
  }

  @Test(
    "a run that was stopped and taken up through its files ends with the same bits", arguments: SmallRun.all)
  func bits(run: SmallRun) throws {
    let place = try TrainingFolder()
    let whole = try run.train(in: place.place("whole"))
    // Every question comes after a stretch of its own: the run is left in mid-episode and in mid-rollout.
    var stops: [Int] = []
    while stops.last.map({ $0 < run.steps }) ?? true {
      let session = try run.train(in: place.place("parts"), until: Patience(1 + stops.count % 3).isOver)
      stops.append(session.run.step)
      try #require(stops.count < 200)
    }
    #expect(stops.count > 3, "it must have been stopped at all: \(stops)")
    let (one, two) = (whole.folder, try RunFolder(opening: place.place("parts")))
    let end = try #require(one.checkpointSteps.last)
    #expect(two.checkpointSteps.last == end)
    #expect(try one.bytes(of: end) == two.bytes(of: end))
    // Of a fit of its ensemble, an agent tells anew only after the next one.
    func lines(_ folder: RunFolder) throws -> [[String: AnyHashable]] {
      try folder.lines().map { $0.filter { !$0.key.hasPrefix("world model/") } }
    }
    #expect(try lines(one) == lines(two))
    #expect(one.snapshotSteps == two.snapshotSteps)
    for step in one.snapshotSteps { #expect(try one.snapshot(step) == two.snapshot(step)) }
    let (first, second) = (try #require(try one.checkpoint()), try #require(try two.checkpoint()))
    #expect(first.ledger == second.ledger)
  }

  @Test("evaluations in between change nothing about the run", arguments: SmallRun.all)
  func evaluations(run: SmallRun) throws {
    let place = try TrainingFolder()
    var often = try run.description
    often.evaluateEvery = 60
    often.evaluationEpisodes = 3
    let (one, two) = (
      try run.train(in: place.place("without")), try run.train(in: place.place("with"), description: often)
    )
    let end = try #require(one.folder.checkpointSteps.last)
    #expect(try one.folder.bytes(of: end) == two.folder.bytes(of: end))
    #expect(two.evaluation?.episodes.count == 3 && one.evaluation == nil)
    #expect(try two.folder.lines().count { $0["evaluation/return"] != nil } == 8)
  }

  @Test(
    "what is kept when comes from steps alone: two checkpoints, a snapshot each so often, a line each so often"
  )
  func schedule() throws {
    let place = try TrainingFolder()
    let run = SmallRun(learner: try Catalogue.standard.learner(named: "ppo"))
    let folder = try run.train(in: place.place("run")).folder
    // Two copies step together, and 480 is even: every multiple is met as it is.
    #expect(folder.checkpointSteps == [384, 480])
    #expect(folder.snapshotSteps == [0, 120, 240, 360, 480])
    #expect(
      try folder.lines().map { $0["step"] } == stride(from: 48, through: 480, by: 48).map { AnyHashable($0) })
  }

  @Test("a finished run goes further, and its ledger goes on", arguments: [600, 1000])
  func further(steps: Int) throws {
    let place = try TrainingFolder()
    let run = SmallRun(learner: try Catalogue.standard.learner(named: "ppo"))
    var folder = try run.train(in: place.place("run")).folder
    let before = try #require(try folder.checkpoint()).ledger.entries.reduce(0) { $0 + $1.count }
    try folder.extend(to: steps)
    let session = try run.train(in: place.place("run"))
    #expect(session.run.step == steps)
    // 32 steps make a rollout, in it two batches of 16, twice, for two blocks.
    #expect(before == 480 / 32 * 8)
    #expect(session.run.parameters.ledger.entries.reduce(0) { $0 + $1.count } == steps / 32 * 8)
  }
}
