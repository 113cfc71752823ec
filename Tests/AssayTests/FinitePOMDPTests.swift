import Assay
import Testing

@Suite("Finite POMDPs")
struct FinitePOMDPTests {
  /// Two states; action 0 stays, action 1 ends the episode in state 1 with probability ¼ and else goes to
  /// state 1 from either. Observations 0 and 1 tell the states apart with probability `accuracy`.
  static func process(accuracy: Double = 0.75) throws -> FinitePOMDP {
    let process = try FiniteMDP(
      name: "two", stateCount: 2, actionCount: 2, discount: 0.9, initial: [0.5, 0.5],
      rowStarts: [0, 1, 3, 4, 6], successors: [0, 1, 1, 1, 1, 1],
      probabilities: [1, 0.25, 0.75, 1, 0.25, 0.75],
      terminals: [false, true, false, false, true, false],
      rewards: [.init(name: "reward", expected: [1, 2, 3, 4])])
    return try FinitePOMDP(
      process: process, observationCount: 2,
      observations: .init(rowCount: 4) { row in
        let next = row % 2
        return row == 2 ? [] : [(next, accuracy), (1 - next, 1 - accuracy)]
      }, firstObservations: .init(rowCount: 2) { [($0, 0.9), (1 - $0, 0.1)] })
  }

  @Test("beliefs follow Bayes' rule, by hand")
  func updating() throws {
    let process = try Self.process()
    var belief = process.initialBelief
    #expect(belief == [0.5, 0.5])
    let first = try #require(process.initialBelief(observing: 1))
    #expect(abs(first[0] - 0.1) < 1e-15 && abs(first[1] - 0.9) < 1e-15)
    #expect(process.update(&belief, action: 0, observation: 0) == 0.5)
    #expect(belief == [0.75, 0.25])
    // ¾·¾ + ¼·¼ = 5/8, of which 9/10 is state 0.
    #expect(process.observationProbabilities(after: 0, from: belief) == [0.625, 0.375])
    #expect(process.update(&belief, action: 0, observation: 0) == 0.625)
    #expect(abs(belief[0] - 0.9) < 1e-15)
    #expect(abs(process.expectedReward(of: 1, in: belief) - 2.2) < 1e-15)
  }

  @Test("an episode that goes on counts as seen")
  func endings() throws {
    let process = try Self.process()
    var belief = [0.25, 0.75]
    // ¾ go on, and then observation 1 comes with ¾.
    #expect(process.observationProbabilities(after: 1, from: belief) == [0.1875, 0.5625])
    #expect(process.update(&belief, action: 1, observation: 1) == 0.5625)
    #expect(belief == [0, 1])
  }

  @Test("an impossible observation has probability 0 and leaves the belief as it was")
  func impossible() throws {
    let process = try Self.process(accuracy: 1)
    var belief = [1.0, 0.0]
    #expect(process.update(&belief, action: 0, observation: 1) == 0)
    #expect(belief == [1, 0])
  }

  @Test("beliefs that are none, actions and observations there are not trap")
  func misuse() async {
    await #expect(processExitsWith: .failure) {
      var belief = [Double.nan, 1]
      try FinitePOMDPTests.process().update(&belief, action: 0, observation: 0)
    }
    await #expect(processExitsWith: .failure) {
      var belief = [0.5, 0.5]
      try FinitePOMDPTests.process().update(&belief, action: 0, observation: 2)
    }
  }

  @Test("what is wrong is said with its row")
  func errors() throws {
    let process = try Self.process().process
    func message(_ rows: [[(observation: Int, probability: Double)]]) throws -> String {
      let error = try #require(throws: DataError.self) {
        _ = try FinitePOMDP(
          process: process, observationCount: 2, observations: .init(rowCount: 4) { rows[$0] })
      }
      return "\(error)"
    }
    let good: [(observation: Int, probability: Double)] = [(0, 1)]
    #expect(try message([good, [], [], good]).contains("action 0, next state 1 is missing"))
    #expect(try message([good, good, [], [(0, 0.5)]]).contains("action 1, next state 1 is 0.5 in sum"))
    #expect(
      try message([good, [(2, 1)], [], good]).contains("an observation of action 0, next state 1 is 2"))
    #expect(try message([[(0, -1), (1, 2)], good, [], good]).contains("is -1.0; allowed: a finite number"))
    #expect(try message([[(0, .nan)], good, [], good]).contains("is NaN; allowed: a finite number"))
    // A state that has some actions has them all.
    let partial = try FiniteMDP(
      name: "partial", stateCount: 1, actionCount: 2, discount: 0.5, initial: [1], rowStarts: [0, 1, 1],
      successors: [0], probabilities: [1], terminals: [], rewards: [.init(name: "reward", expected: [0, 0])])
    let error = try #require(throws: DataError.self) {
      _ = try FinitePOMDP(
        process: partial, observationCount: 1, observations: .init(rowCount: 2) { _ in good })
    }
    #expect("\(error)".contains("the outcomes of state 0, action 1 is missing"))
  }
}
