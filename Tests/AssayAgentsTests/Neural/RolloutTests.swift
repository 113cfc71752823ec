import Assay
import AssayNetworks
import Testing

@testable import AssayAgents

@Suite("Rollouts")
struct RolloutTests {
  /// V(x) = 10 x, γ = 0.5, λ = 1: one copy, whose first episode ends with its second step in 3, and whose second goes
  /// on to 5 after one step more.
  private func targets(
    _ ending: Ending, _ endings: Claim.EndingTreatment = .asTheyAre, rewardScale: Double = 1
  ) -> [Float] {
    var store = ParameterStore()
    var stream = RandomStream(seed: 0)
    let critic = store.add("critic", owner: "critic", role: .critic, writers: ["value"], using: &stream) {
      MLP([1, 1], in: &$0)
    }
    store.clear()
    let tensor = store.block(critic.block).tensors[0]
    let permit = store.interventionPermit("test", toWrite: critic.block)
    store.set(10, at: tensor.offset, with: permit)
    var rollout = Rollout(copies: 1, observationCount: 1, DiscreteSpace(count: 2))
    rollout.append(step([1], [0], [1], to: [2], [nil]))
    rollout.append(step([2], [1], [2], to: [3], [ending]))
    rollout.append(step([4], [0], [4], to: [5], [nil]))
    var values = RowProgram(inputs: 1) { critic.layer($0) }
    var claim = Claim(.stateValue, of: .part("actor"), discount: 0.5, rewardScale: rewardScale)
    claim.endings = endings
    return rollout.returns(aims: Aims(critic: claim), decay: 1, values: &values, reading: store).targets
  }

  @Test("Nothing follows a termination")
  func termination() { #expect(targets(.terminated) == [2, 2, 29]) }

  @Test("A truncated episode is worth on what its last observation is worth")
  func truncation() { #expect(targets(.truncated) == [9.5, 17, 29]) }

  @Test("A critic can be trained to mistake one ending for the other, and to see rewards in other units")
  func aims() {
    #expect(targets(.terminated, .terminationIgnored) == [9.5, 17, 29])
    #expect(targets(.truncated, .truncationTerminates) == [2, 2, 29])
    #expect(targets(.terminated, rewardScale: 3) == [6, 6, 37])
  }

  @Test("Each copy contributes the first episodes that it begins after a change")
  func progress() {
    var progress = EpisodeProgress(copies: 2, quota: 1, longestEpisode: 3)
    func advance(_ endings: [Ending?]) -> [Int] {
      var endings = endings
      return progress.advance(&endings)
    }
    #expect(advance([.terminated, nil]) == [0])
    // The first copy has done its part.
    #expect(advance([.terminated, nil]) == [])
    #expect(!progress.isComplete)
    // Three steps are the longest an episode may be.
    #expect(advance([nil, nil]) == [1])
    #expect(progress.isComplete)
    #expect(progress.rows == [0, 1, 3, 5])
    progress.startAgain()
    // The first copy's episode began before.
    #expect(advance([.terminated, .terminated]) == [1])
    #expect(!progress.isComplete)
    #expect(advance([.terminated, nil]) == [0])
    #expect(progress.rows == [1, 2])
  }

  @Test("What is learned from has mean 0 and deviation 1")
  func standardizing() {
    // Mean 3, deviation √(((−2)² + 0² + 2²)/2) = 2.
    #expect(zip(standardized([1, 3, 5]), [-1, 0, 1]).allSatisfy { abs($0 - $1) < 1e-6 })
    #expect(standardized([2, 2]) == [0, 0])
  }
}
