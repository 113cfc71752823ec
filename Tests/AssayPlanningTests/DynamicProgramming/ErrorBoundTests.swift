import Assay
import AssayEnvironments
import AssayPlanning
import Testing

/// Error bounds are held against truths of some 30 digits, without any slack.
@Suite("Error bounds")
struct ErrorBoundTests {
  @Test("no value is further from the optimum than its bound", arguments: RandomProcess.Endings.allCases)
  func optimum(endings: RandomProcess.Endings) throws {
    for seed in 0..<UInt64(25) {
      let process = try RandomProcess(endings: endings).make(seed: seed)
      for discount in [0, 0.5, 0.9, 0.99, 0.999] {
        let truth = try #require(Truth(process, discount: discount).optimum(from: process.firstActions))
        for method in SolutionMethod.allCases {
          for tolerance in [10, 0.1, 1e-4, 1e-9] {
            // Plain sweeps take thousands of steps at a discount near 1.
            if method == .valueIteration, discount > 0.99, tolerance < 1e-4 { continue }
            let solution = try process.solved(discount: discount, method: method, tolerance: tolerance)
            let bound = try #require(solution.errorBound)
            let error = Truth.error(of: solution.values, from: truth)
            #expect(error <= bound, "seed \(seed), discount \(discount), \(method), tolerance \(tolerance)")
            // Near discount 1 rounding alone is worth some 1e-9.
            #expect(bound <= max(tolerance, 1e-8))
          }
        }
      }
    }
  }

  @Test("asking for more digits than there are still gives a bound that holds")
  func finest() throws {
    for endings in RandomProcess.Endings.allCases {
      for seed in 100..<UInt64(120) {
        let process = try RandomProcess(endings: endings, rewards: -1000...1000).make(seed: seed)
        let truth = try #require(Truth(process, discount: 0.9).optimum(from: process.firstActions))
        for method in SolutionMethod.allCases {
          let solution = try process.solved(discount: 0.9, method: method, tolerance: 1e-300)
          let bound = try #require(solution.errorBound)
          #expect(Truth.error(of: solution.values, from: truth) <= bound, "seed \(seed), \(method)")
          #expect(bound < 1e-8)
        }
      }
    }
  }

  /// Rewards, and whether every policy terminates: else costs must keep one from staying for ever.
  static let undiscounted: [RandomProcess] = [
    RandomProcess(endings: .always, rewards: -1...1), RandomProcess(endings: .always, rewards: 0...1),
    RandomProcess(endings: .sometimes, rewards: -1...(-0.1)),
    RandomProcess(endings: .sometimes, rewards: -1000...(-1)),
    RandomProcess(stateCount: 25, actionCount: 3, endings: .sometimes, rewards: -1...(-0.01)),
  ]

  @Test("at discount 1 no value is further from the optimum than its bound", arguments: undiscounted.indices)
  func undiscountedOptimum(index: Int) throws {
    let kind = Self.undiscounted[index]
    for seed in 0..<UInt64(kind.stateCount > 10 ? 8 : 25) {
      let process = try kind.make(seed: seed)
      let truth = try #require(Truth(process, discount: 1).optimum(from: process.terminatingActions))
      for method in SolutionMethod.allCases where method != .valueIteration || seed < 3 {
        let solution = try process.solved(discount: 1, method: method)
        let bound = try #require(solution.errorBound, "\(kind), seed \(seed), \(method)")
        #expect(Truth.error(of: solution.values, from: truth) <= bound, "\(kind), seed \(seed), \(method)")
        #expect(bound <= 1e-9 * -kind.rewards.lowerBound + 1e-9)
      }
    }
  }

  @Test("no value of a policy is further from the truth than its bound", arguments: [0, 0.5, 0.9, 0.999, 1])
  func policies(discount: Double) throws {
    for endings in RandomProcess.Endings.allCases where discount < 1 || endings == .always {
      for seed in 0..<UInt64(40) {
        let process = try RandomProcess(endings: endings).make(seed: seed)
        let policy = process.randomPolicy(seed: seed)
        for reward in process.rewards {
          let truth = try #require(Truth(process, reward: reward, discount: discount).values(of: policy))
          let solution = try process.values(of: policy, for: reward, discount: discount)
          let bound = try #require(solution.errorBound)
          #expect(Truth.error(of: solution.values, from: truth) <= bound, "\(endings), seed \(seed)")
          #expect(bound < 1e-8)
        }
      }
    }
  }

  @Test("a bound holds where probabilities add up to 1 only nearly, as a table read from a file may have it")
  func nearlyOne() throws {
    for endings in RandomProcess.Endings.allCases {
      for seed in 0..<UInt64(20) {
        let exact = try RandomProcess(endings: endings, rewards: -1...0).make(seed: seed)
        // Sums between 1 − 9e-10 and 1 + 9e-10, another one for each action.
        let process = try FiniteMDP(
          name: "nearly", stateCount: exact.stateCount, actionCount: exact.actionCount, discount: 0.99,
          initial: exact.initial, rowStarts: exact.rowStarts, successors: exact.successors,
          probabilities: exact.probabilities.enumerated().map { entry, probability in
            probability * (1 + 1e-10 * Double(entry / 3 * 7 % 19 - 9))
          }, terminals: exact.terminals, rewards: exact.rewards)
        for discount in [0.9, 0.999] {
          let truth = Truth(process, discount: discount)
          let best = try #require(truth.optimum(from: process.firstActions))
          for method in SolutionMethod.allCases {
            let solution = try process.solved(discount: discount, method: method, tolerance: 1e-7)
            let bound = try #require(solution.errorBound)
            #expect(Truth.error(of: solution.values, from: best) <= bound, "seed \(seed), \(method)")
          }
          let policy = process.randomPolicy(seed: seed)
          let values = try process.values(of: policy, discount: discount)
          let exactValues = try #require(truth.values(of: policy))
          #expect(Truth.error(of: values.values, from: exactValues) <= (try #require(values.errorBound)))
        }
      }
    }
  }

  @Test("a bound holds where a row has hundreds of outcomes, too")
  func longRows() throws {
    for seed in 0..<UInt64(5) {
      let process = try RandomProcess(
        stateCount: 12, actionCount: 20, successorCount: 50, endings: .never, rewards: 0.9...1
      ).make(seed: seed)
      let truth = Truth(process, discount: 0.99)
      let uniform = try process.values(of: process.uniformPolicy, discount: 0.99)
      let exact = try #require(truth.values(of: process.uniformPolicy))
      #expect(Truth.error(of: uniform.values, from: exact) <= (try #require(uniform.errorBound)))
      let best = try #require(truth.optimum(from: process.firstActions))
      for method in SolutionMethod.allCases where method != .valueIteration {
        let solution = try process.solved(discount: 0.99, method: method, tolerance: 1e-14)
        #expect(Truth.error(of: solution.values, from: best) <= (try #require(solution.errorBound)))
      }
    }
  }

  @Test("a limited number of steps is computed to within its bound")
  func finiteHorizon() throws {
    for seed in 0..<UInt64(20) {
      let process = try RandomProcess(rewards: -100...100).make(seed: seed)
      for discount in [0.5, 0.99, 1] {
        let truth = Truth(process, discount: discount)
        var exact = [DoubleDouble](repeating: DoubleDouble(0), count: process.stateCount)
        for _ in 0..<30 {
          exact = exact.indices.map { state in
            let options = (0..<process.actionCount).filter { process.isAvailable(action: $0, in: state) }
              .map { truth.backup(state, $0, exact) }
            return options.max { ($0 - $1).high < 0 } ?? DoubleDouble(0)
          }
        }
        let solution = process.finiteHorizonSolution(horizon: 30, discount: discount)
        let bound = try #require(solution.errorBound)
        #expect(Truth.error(of: solution.values, from: exact) <= bound)
        #expect(bound < 1e-8)
      }
    }
  }

  @Test("at discount 1 there is no bound where staying for ever costs nothing, and something ends at a loss")
  func noBound() throws {
    let process = try FiniteMDP.listed([[[end(-1)], [move(0, 0)]]])
    let solution = try process.solved()
    #expect(solution.errorBound == nil)
  }
}
