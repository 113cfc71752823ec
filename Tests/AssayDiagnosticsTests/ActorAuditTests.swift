import Assay
import Testing

@testable import AssayDiagnostics

@Suite("Actor audit: does the actor maximise the critic?")
struct ActorAuditTests {
  private let uniform = PolicyTable(actionCount: 2, probabilities: [0.5, 0.5, 0.5, 0.5])

  private func audit(
    _ values: [Double], _ policy: [Double], visits: [Double] = [0.5, 0.5], isLive: [Bool] = [true, true]
  ) -> ActorAudit {
    ActorAudit(
      actionValues: values, policy: PolicyTable(actionCount: 2, probabilities: policy),
      uniformPolicy: uniform,
      visits: visits, isLive: isLive)
  }

  @Test("gap, confidence and agreement are those worked out by hand")
  func byHand() {
    let audit = audit([0, 4, 1, 1], [0.25, 0.75, 0.5, 0.5])
    #expect(audit.gaps == [1, 0])
    #expect(audit.gap == 0.5)
    // Choosing at random loses 2 and 0.
    #expect(audit.normalisedGap == 0.5 && audit.uniformNormalisedGap == 0.5)
    #expect(audit.confidence == 0.625)
    // In the second state the choice does not matter.
    #expect(audit.agreement == 1)
    #expect(!audit.isCriticFlat)
  }

  @Test(
    "a greedy actor has gap 0, the uniform one 1, the opposite of a greedy one 2 where there are two actions")
  func landmarks() {
    let values = [0.0, 4, 7, 1]
    let greedy = audit(values, [0, 1, 1, 0])
    #expect(greedy.normalisedGap == 0 && greedy.worstNormalisedGap == 0 && greedy.agreement == 1)
    let random = audit(values, uniform.probabilities)
    #expect(random.normalisedGap == 1 && random.worstNormalisedGap == 1 && random.confidence == 0.5)
    let opposite = audit(values, [1, 0, 0, 1])
    #expect(opposite.normalisedGap == 2 && opposite.agreement == 0 && opposite.confidence == 1)
  }

  @Test("an actor that only goes wrong where it never is, is found out over all states alike")
  func elsewhere() {
    let audit = audit([0, 4, 0, 2], [0, 1, 1, 0], visits: [1, 0])
    #expect(audit.normalisedGap == 0)
    // Gaps 0 and 2 against spreads 2 and 1.
    #expect(abs(audit.uniformNormalisedGap - 2 / 3.0) < 1e-15)
    #expect(audit.worstNormalisedGap == audit.uniformNormalisedGap)
    // A state that cannot be met counts for nothing.
    let dead = self.audit([0, 4, 0, 2], [0, 1, 1, 0], visits: [1, 0], isLive: [true, false])
    #expect(dead.worstNormalisedGap == 0)
  }

  @Test("a critic without differences leaves nothing to maximise")
  func flat() {
    let audit = audit([3, 3, -1, -1], [1, 0, 0.5, 0.5])
    #expect(audit.isCriticFlat && audit.worstNormalisedGap == 0 && audit.agreement == 1)
    // Differences below what single precision holds are none.
    #expect(self.audit([3, 3 + 1e-7, -1, -1], [1, 0, 0.5, 0.5]).isCriticFlat)
    #expect(!self.audit([3, 3 + 1e-4, -1, -1], [1, 0, 0.5, 0.5]).isCriticFlat)
  }

  @Test("where visits see no differences, agreement is judged over all states alike")
  func flatWhereVisited() {
    let wrong = audit([3, 3, 0, 2], [1, 0, 1, 0], visits: [1, 0])
    #expect(!wrong.isCriticFlat && wrong.normalisedGap == 0 && wrong.uniformNormalisedGap == 2)
    #expect(wrong.agreement == 0)
    let right = audit([3, 3, 0, 2], [1, 0, 0, 1], visits: [1, 0])
    #expect(right.worstNormalisedGap == 0 && right.agreement == 1)
  }

  @Test("an unavailable action is neither a choice nor a temptation")
  func unavailable() throws {
    let values: [Double] = [1, -.infinity, 0, 2]
    let audit = ActorAudit(
      actionValues: values, policy: PolicyTable(actionCount: 2, probabilities: [1, 0, 0.5, 0.5]),
      uniformPolicy: PolicyTable(actionCount: 2, probabilities: [1, 0, 0.5, 0.5]), visits: [0.5, 0.5],
      isLive: [true, true])
    #expect(audit.gaps == [0, 1] && audit.normalisedGap == 1)
  }
}
