import Testing

@testable import Assay

/// A buffer that copies side by side wrote, each observation the number of its step and copy.
func makeRing(
  copies: Int, capacity: Int, rewards: [[Double]], endings: [Int: Ending] = [:]
) -> ReplayBuffer<DiscreteSpace> {
  var buffer = ReplayBuffer(capacity: capacity, observationCount: 1, DiscreteSpace(count: 2))
  for (step, rewards) in rewards.enumerated() {
    var observations = VectorColumn(count: copies, width: 1)
    for copy in 0..<copies { observations.values[copy] = Float(step * copies + copy) }
    buffer.append(
      BatchStep(
        observations: observations, actions: [Int](repeating: 0, count: copies), rewards: rewards,
        nextObservations: observations, endings: (0..<copies).map { endings[step * copies + $0] }))
  }
  return buffer
}

@Suite("n-step returns")
struct NStepReturnTests {
  private let claim = Claim(.actionValue, of: .optimal, discount: 0.5)

  private func expect(
    _ value: NStepReturn, _ reward: Double, _ discount: Double, _ last: Int,
    at location: SourceLocation = #_sourceLocation
  ) {
    // Halves are exact in binary.
    #expect(value == NStepReturn(reward: reward, discount: discount, last: last), sourceLocation: location)
  }

  @Test("rewards are discounted, and the value after the last step stands for the rest")
  func plain() {
    let buffer = makeRing(copies: 1, capacity: 10, rewards: [[1], [2], [4], [8]])
    expect(buffer.nStepReturn(from: 0, steps: 1, copies: 1, claim: claim), 1, 0.5, 0)
    // 1 + 2/2 + 4/4
    expect(buffer.nStepReturn(from: 0, steps: 3, copies: 1, claim: claim), 3, 0.125, 2)
  }

  @Test("where the experience ends, there are fewer steps")
  func newest() {
    let buffer = makeRing(copies: 1, capacity: 10, rewards: [[1], [2], [4], [8]])
    // 4 + 8/2
    expect(buffer.nStepReturn(from: 2, steps: 3, copies: 1, claim: claim), 8, 0.25, 3)
    expect(buffer.nStepReturn(from: 3, steps: 3, copies: 1, claim: claim), 8, 0.5, 3)
  }

  @Test("nothing follows a termination, and what follows a truncation is bootstrapped")
  func endings() {
    let ended = makeRing(copies: 1, capacity: 10, rewards: [[1], [2], [4]], endings: [1: .terminated])
    expect(ended.nStepReturn(from: 0, steps: 3, copies: 1, claim: claim), 2, 0, 1)
    let cut = makeRing(copies: 1, capacity: 10, rewards: [[1], [2], [4]], endings: [1: .truncated])
    expect(cut.nStepReturn(from: 0, steps: 3, copies: 1, claim: claim), 2, 0.25, 1)
  }

  @Test("a claim says what an ending is taken for, and in which units it is")
  func claims() {
    let ended = makeRing(copies: 1, capacity: 10, rewards: [[1], [2]], endings: [1: .terminated])
    let cut = makeRing(copies: 1, capacity: 10, rewards: [[1], [2]], endings: [1: .truncated])
    var other = claim
    other.endings = .terminationIgnored
    other.rewardScale = -10
    expect(ended.nStepReturn(from: 0, steps: 3, copies: 1, claim: other), -20, 0.25, 1)
    other.endings = .truncationTerminates
    expect(cut.nStepReturn(from: 0, steps: 3, copies: 1, claim: other), -20, 0, 1)
  }

  @Test("copies side by side do not get into each other's way")
  func copies() {
    let buffer = makeRing(
      copies: 2, capacity: 20, rewards: [[1, 100], [2, 200], [4, 400]], endings: [3: .terminated])
    expect(buffer.nStepReturn(from: 0, steps: 3, copies: 2, claim: claim), 3, 0.125, 4)
    expect(buffer.nStepReturn(from: 1, steps: 3, copies: 2, claim: claim), 200, 0, 3)
    #expect(buffer.row(after: 0, copies: 2) == 2)
    #expect(buffer.row(after: 4, copies: 2) == nil && buffer.row(after: 5, copies: 2) == nil)
  }

  @Test("in a full ring, the newest row is not followed by the oldest")
  func wrapping() {
    // Rows 0 and 1 of a ring of five hold steps 5 and 6.
    let buffer = makeRing(copies: 1, capacity: 5, rewards: [[1], [2], [4], [8], [16], [32], [64]])
    #expect(buffer.observations.values == [5, 6, 2, 3, 4])
    // 8 + 16/2 + 32/4 + 64/8
    expect(buffer.nStepReturn(from: 3, steps: 9, copies: 1, claim: claim), 32, 0.0625, 1)
    #expect(buffer.row(after: 1, copies: 1) == nil)
    #expect(buffer.row(after: 4, copies: 1) == 0)
  }

  @Test("rows of copies wrap round in any place")
  func wrappingCopies() {
    // Seven rows and two copies: step 4 of copy 0 lies in row 1, and step 3 of it in row 6.
    let buffer = makeRing(copies: 2, capacity: 7, rewards: (0..<5).map { [Double($0), 10] })
    #expect(buffer.observations.values == [7, 8, 9, 3, 4, 5, 6])
    #expect(buffer.row(after: 6, copies: 2) == 1)
    #expect(buffer.row(after: 5, copies: 2) == 0)
    #expect(buffer.row(after: 1, copies: 2) == nil)
    // 2 + 3/2 + 4/4
    expect(buffer.nStepReturn(from: 4, steps: 5, copies: 2, claim: claim), 4.5, 0.125, 1)
  }
}
