import Assay
import AssayEnvironments
import Testing

@testable import AssayDiagnostics

@Suite("The truth of claims that a critic may hold by mistake")
struct ClaimTruthTests {
  private let right = PolicyTable.always(1, states: 3, actions: 2)

  private func truth(
    _ process: FiniteMDP, policy: PolicyTable, _ change: (inout Claim) -> Void, limit: Int? = nil
  ) throws -> ClaimTruth {
    var claim = Claim(.actionValue, of: .part("actor"), discount: process.discount)
    change(&claim)
    return try ClaimTruth(
      of: claim, process: process, actorPolicy: policy, behaviour: policy, timeLimit: limit)
  }

  /// Paid are ¼, ½ and 1 on the way. A step that seems to lead back pays for ever: V = (2.5, 5, 1), and Q adds a reward to
  /// 0.9 V of the same state, unless the episode ends there.
  @Test("bootstrapped in place, what follows a step is what its own state is worth, and nothing where it ends")
  func inPlace() throws {
    let corridor = try SmallWorlds.corridor(reward: [1: 0.25, 3: 0.5])
    let still = try truth(corridor, policy: right) { $0.bootstrapsInPlace = true }
    #expect(distance(still.stateValues, [2.5, 5, 1]) < 1e-10)
    #expect(distance(still.actionValues, [2.25, 2.5, 4.5, 5, 0.9, 1]) < 1e-10)
    // Of a reward three times as large, three times as much.
    let scaled = try truth(corridor, policy: right) {
      $0.bootstrapsInPlace = true
      $0.rewardScale = 3
    }
    #expect(distance(scaled.actionValues, still.actionValues.map { 3 * $0 }) < 1e-10)
  }

  /// With termination ignored the end pays 1 and leads to the start: V = (x, x/0.9, x/0.81) with x = 0.81 (1 + 0.9 x).
  @Test("ignoring termination, the next episode goes on where this one ended")
  func terminationIgnored() throws {
    let start = 0.81 / (1 - 0.729)
    let ignoring = try truth(try SmallWorlds.corridor(), policy: right) { $0.endings = .terminationIgnored }
    #expect(distance(ignoring.stateValues, [start, start / 0.9, start / 0.81]) < 1e-10)
    #expect(abs(ignoring.actionValues[5] - (1 + 0.9 * start)) < 1e-10)
    // Where nothing ends it makes no difference, and the process is not even copied.
    #expect(SmallWorlds.random.ignoringTermination() == SmallWorlds.random)
  }

  @Test("ignoring termination spreads an ending over all starts")
  func severalStarts() throws {
    let process = try SmallWorlds.make(
      states: 3, actions: 1, discount: 0.5, initial: [0.25, 0.75, 0],
      rows: [[(2, 0.5, false), (2, 0.5, true)], [(2, 1, true)], [(2, 1, true)]], reward: [1, 0, 0])
    let endless = process.ignoringTermination()
    #expect(!endless.hasTerminals || endless.terminals.allSatisfy { !$0 })
    let row = endless.outcomeRange(state: 0, action: 0).map {
      (Int(endless.successors[$0]), endless.probabilities[$0])
    }
    #expect(row.map(\.0) == [2, 0, 1] && distance(row.map(\.1), [0.5, 0.125, 0.375]) < 1e-15)
    #expect(endless.reward.expected == process.reward.expected)
  }

  /// Going right without pay, from the last state to itself: after 3 steps state 2 was met once, and it was the last.
  @Test("taking a limit for an end, a state ends as often as it is the last before the limit")
  func truncation() throws {
    let process = try SmallWorlds.corridor(replacing: [5: [(2, 1, false)]])
    func ends(after limit: Int) -> [Double] {
      let ending = process.terminating(after: limit, under: right)
      return (0..<3).map { state in
        ending.outcomeRange(state: state, action: 1).reduce(0) {
          $0 + (ending.terminals[$1] ? ending.probabilities[$1] : 0)
        }
      }
    }
    #expect(ends(after: 1) == [1, 0, 0])
    #expect(ends(after: 2) == [0, 1, 0])
    #expect(ends(after: 3) == [0, 0, 1])
    // In four steps it is met twice, in twelve ten times: once of these as the last.
    #expect(ends(after: 4) == [0, 0, 0.5])
    #expect(distance(ends(after: 12), [0, 0, 0.1]) < 1e-15)
    // The value of state 2 at limit 4: 1 + 0.9 · ½ v.
    let truncated = try truth(process, policy: right, { $0.endings = .truncationTerminates }, limit: 4)
    #expect(distance(truncated.stateValues, [0.81 / 0.55, 0.9 / 0.55, 1 / 0.55]) < 1e-12)
    let unlimited = try truth(process, policy: right, { $0.endings = .truncationTerminates })
    #expect(distance(unlimited.stateValues, [8.1, 9, 10]) < 1e-10)
  }

  @Test("where chance decides how long a state is met, the limit counts expected visits")
  func randomTruncation() throws {
    // Half of the time state 0 stays: d = (1, 0), (½, ½), (¼, ¾).
    let process = try SmallWorlds.make(
      states: 2, actions: 1, discount: 0.9, initial: [1, 0],
      rows: [[(0, 0.5, false), (1, 0.5, false)], [(1, 1, false)]], reward: [0, 1])
    let ending = process.terminating(after: 3, under: .always(0, states: 2, actions: 1))
    func share(_ state: Int) -> Double {
      ending.outcomeRange(state: state, action: 0).reduce(0) {
        $0 + (ending.terminals[$1] ? ending.probabilities[$1] : 0)
      }
    }
    #expect(abs(share(0) - 0.25 / 1.75) < 1e-15)
    #expect(abs(share(1) - 0.75 / 1.25) < 1e-15)
  }

  @Test("the best policy for the opposite reward is the worst one")
  func negative() throws {
    let bandits = try SmallWorlds.bandits([[1, 5], [4, 2]])
    let opposite = try truth(bandits, policy: .always(0, states: 2, actions: 2)) {
      $0.policy = .optimal
      $0.rewardScale = -2
    }
    #expect(opposite.policy == PolicyTable(actionCount: 2, actions: [0, 1]))
    #expect(opposite.actionValues == [-2, -10, -8, -4] && opposite.stateValues == [-2, -4])
    // Of another policy the sign changes nothing but the sign.
    let uniform = try truth(bandits, policy: .always(0, states: 2, actions: 2)) {
      $0.policy = .uniform
      $0.rewardScale = -1
    }
    #expect(uniform.stateValues == [-3, -3])
  }
}
