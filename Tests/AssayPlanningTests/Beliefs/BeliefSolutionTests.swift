import Assay
import AssayEnvironments
import AssayPlanning
import Testing

@Suite("Solving what is hidden")
struct BeliefSolutionTests {
  @Test(
    "the tiger is worth what is published: 19.3714 at γ = 0.95, 1.9334 at γ = 0.75",
    arguments: [(0.95, 19.3714), (0.75, 1.9334)])
  func published(discount: Double, value: Double) throws {
    let solution = try Tiger().process.solved(discount: discount)
    #expect(solution.gap <= 1e-3)
    // Four digits were published.
    #expect(solution.startValue.lowerBound - 5e-5 <= value && value <= solution.startValue.upperBound + 5e-5)
    #expect(solution.action(in: [0.5, 0.5]) == Tiger.listen)
    #expect(solution.action(in: [0.99, 0.01]) == Tiger.openRight)
    #expect(solution.action(in: [0.01, 0.99]) == Tiger.openLeft)
  }

  /// Worked out by separate programs: the tigers by the difference of what was heard, cut off at 40; the
  /// mazes over all beliefs, those within 1e-11 of each other being one. Sweeps went on until no value
  /// changed by more than 1e-13.
  @Test("other worlds are worth what separate programs say")
  func separately() throws {
    let worlds: [(process: FinitePOMDP, discount: Double, value: Double)] = [
      (Tiger().process, 0.95, 19.371368374889), (Tiger().process, 0.75, 1.933438985737),
      (Tiger().process, 0.5, -0.303928836175), (Tiger(accuracy: 0.7).process, 0.95, -7.689402999150),
      (Tiger(accuracy: 0.9).process, 0.9, 15.018329303486), (ExtendedTiger().process, 0.95, 86.057571326912),
      (CheeseMaze().process, 0.95, 22.767611578322),
      (CheeseMaze(restart: .atOnce).process, 0.95, 27.430750985307),
    ]
    for world in worlds {
      let solution = try world.process.solved(discount: world.discount)
      #expect(solution.gap <= 1e-3)
      // What the separate program is off by: 1e-11 in beliefs moves values by some |V| · 1e-11 · γ/(1−γ).
      #expect(solution.startValue.lowerBound <= world.value + 1e-8)
      #expect(solution.startValue.upperBound >= world.value - 1e-8)
    }
  }

  static let kinds: [RandomHiddenProcess] = [
    RandomHiddenProcess(), RandomHiddenProcess(hasEndings: true),
    RandomHiddenProcess(hasFirstObservations: true),
    RandomHiddenProcess(
      stateCount: 4, actionCount: 3, observationCount: 3, hasEndings: true, hasFirstObservations: true),
  ]

  @Test("with a few steps to go values are those of going through everything", arguments: kinds.indices)
  func finiteHorizon(index: Int) throws {
    for seed in 0..<UInt64(4) {
      let process = try Self.kinds[index].make(seed: 100 + seed)
      for (horizon, discount) in [(0, 0.9), (1, 1), (2, 0.9), (3, 1)] {
        let solution = try process.finiteHorizonSolution(horizon: horizon, discount: discount)
        let truth = process.treeStartValue(steps: horizon, discount: discount)
        // Bounds are as wide as rounding, which the tree has its share of.
        #expect(solution.gap < 1e-10)
        #expect(solution.startValue.lowerBound <= truth + 1e-12)
        #expect(solution.startValue.upperBound >= truth - 1e-12)
        for belief in process.randomBeliefs(count: 3, seed: seed) {
          let truth = treeValue(of: belief, steps: horizon, in: process, discount: discount)
          let value = solution.value(of: belief)
          #expect(value.lowerBound <= truth + 1e-12 && truth - 1e-12 <= value.upperBound)
        }
      }
    }
  }

  @Test("the tiger's first steps are worth what can be worked out by hand")
  func plans() throws {
    // Without a discount two steps are worth −2, three 2.72, by hand: listen twice, and open where the same
    // was heard both times (0.745 of the time, right in 0.7225 of 0.745), else listen on: −2 + 7.225 − 2.25 −
    // 0.255 = 2.72.
    for (horizon, value) in [(1, -1.0), (2, -2), (3, 2.72)] {
      let solution = try Tiger().process.finiteHorizonSolution(horizon: horizon, discount: 1)
      #expect(solution.startValue.lowerBound <= value + 1e-12)
      #expect(solution.startValue.upperBound >= value - 1e-12)
    }
  }

  @Test("both methods have the truth in their bounds, in every belief", arguments: kinds.indices)
  func enclosure(index: Int) throws {
    for seed in 0..<UInt64(2) {
      let process = try Self.kinds[index].make(seed: 200 + seed, discount: 0.5)
      let search = try process.solved(tolerance: 1e-2)
      let sweeps = try process.solved(method: .incrementalPruning, tolerance: 1e-2)
      #expect(search.gap <= 1e-2 && sweeps.gap <= 1e-2)
      let largest = process.process.reward.expected.reduce(0) { max($0, abs($1)) }
      // What follows the last step of the tree: no more than |r| γ⁵/(1−γ).
      let steps = Self.kinds[index].stateCount == 4 ? 3 : 5
      let tail = largest * (0..<steps).reduce(2) { value, _ in value / 2 }
      for belief in process.randomBeliefs(count: 2, seed: seed) + [process.initialBelief] {
        let truth = treeValue(of: belief, steps: steps, in: process, discount: 0.5)
        for solution in [search, sweeps] {
          let value = solution.value(of: belief)
          #expect(value.lowerBound <= truth + tail && truth - tail <= value.upperBound)
        }
        // One bound of each: V* is in both intervals.
        #expect(sweeps.value(of: belief).upperBound - sweeps.value(of: belief).lowerBound <= 1e-2 + 1e-12)
        #expect(search.value(of: belief).lowerBound <= sweeps.value(of: belief).upperBound)
        #expect(sweeps.value(of: belief).lowerBound <= search.value(of: belief).upperBound)
      }
    }
  }

  @Test("more backups never widen the bounds")
  func nested() throws {
    for kind in Self.kinds {
      let process = try kind.make(seed: 300, discount: 0.9)
      let beliefs = process.randomBeliefs(count: 5, seed: 3)
      var last: BeliefSolution?
      for limit in [1, 2, 3, 5, 10, 20, 40, 80] {
        let solution = try process.solved(tolerance: 1e-6, backupLimit: limit)
        #expect(solution.backups <= limit)
        if let last {
          // Sums in another order may differ in the last digits.
          #expect(solution.startValue.lowerBound >= last.startValue.lowerBound - 1e-12)
          #expect(solution.startValue.upperBound <= last.startValue.upperBound + 1e-12)
          for belief in beliefs {
            #expect(solution.value(of: belief).lowerBound >= last.value(of: belief).lowerBound - 1e-12)
            #expect(solution.value(of: belief).upperBound <= last.value(of: belief).upperBound + 1e-12)
          }
        }
        last = solution
      }
    }
  }

  @Test("to see the state at once is to have a process that hides nothing", arguments: BeliefMethod.allCases)
  func visible(method: BeliefMethod) throws {
    for seed in 0..<UInt64(3) {
      let hidden = try RandomHiddenProcess(hasEndings: true).make(seed: 400 + seed, discount: 0.7)
      let process = hidden.process
      let seen = try FinitePOMDP(
        process: process, observationCount: process.stateCount,
        observations: .init(rowCount: process.actionCount * process.stateCount) {
          [($0 % process.stateCount, 1)]
        }, firstObservations: .init(rowCount: process.stateCount) { [($0, 1)] })
      let best = try process.solved()
      let solution = try seen.solved(method: method)
      let truth = process.initialValue(of: best.values)
      #expect(solution.gap <= 1e-3)
      #expect(
        solution.startValue.lowerBound <= truth + 1e-9 && truth - 1e-9 <= solution.startValue.upperBound)
      for state in 0..<process.stateCount where process.initial[state] > 0 {
        let values = process.actionValues(from: best.values)[state * 2..<state * 2 + 2]
        // Where one action is clearly better it is taken.
        guard (values.max() ?? 0) - (values.min() ?? 0) > 1e-2 else { continue }
        let belief = (0..<process.stateCount).map { $0 == state ? 1.0 : 0 }
        #expect(solution.action(in: belief) == best.policy[state])
      }
    }
  }

  @Test("rewards in other units give bounds in those units, and no reward at all gives 0")
  func units() throws {
    let process = try RandomHiddenProcess().make(seed: 500)
    let reward = process.process.reward
    func times(_ factor: Double) -> FiniteMDP.RewardFunction {
      .init(name: "other", expected: reward.expected.map { factor * $0 })
    }
    for method in BeliefMethod.allCases {
      let plain = try process.solved(method: method, tolerance: 1e-3)
      let scaled = try process.solved(for: times(1e6), method: method, tolerance: 1e3)
      // Both know it to within 1e-3 of their units.
      #expect(abs(scaled.startValue.lowerBound / 1e6 - plain.startValue.lowerBound) <= 1e-3)
      let none = try process.solved(for: times(0), method: method)
      #expect(none.startValue == 0...0)
    }
  }

  @Test("without a discount there is no answer, and with γ = 0 it is the next reward")
  func discounts() throws {
    let process = Tiger().process
    for method in BeliefMethod.allCases {
      let error = #expect(throws: DataError.self) { try process.solved(discount: 1, method: method) }
      #expect(error?.field == "the discount of tiger")
      let next = try process.solved(discount: 0, method: method)
      #expect(next.startValue.lowerBound <= -1 && next.startValue.upperBound >= -1 && next.gap <= 1e-3)
    }
  }

  @Test("more plans than may be compared say so")
  func tooLarge() throws {
    let process = try RandomHiddenProcess(stateCount: 4, actionCount: 3, observationCount: 3).make(seed: 7)
    let error = #expect(throws: DataError.self) {
      try process.finiteHorizonSolution(horizon: 6, vectorLimit: 20)
    }
    #expect(error?.value == "more than 20 plans to compare")
  }

  // MARK: Acting

  @Test("whoever follows the tiger's solution earns its lower bound")
  func exactPolicyValue() throws {
    let process = Tiger().process
    for method in BeliefMethod.allCases {
      let solution = try process.solved(discount: 0.75, method: method, tolerance: 0.02)
      // The policy's own value, over the difference of what was heard; nothing is further away than it
      // listens.
      let limit = 12
      let beliefs = (-limit...limit).map { difference in
        let ratio = (0..<abs(difference)).reduce(1.0) { value, _ in value * 0.15 / 0.85 }
        let likelier = 1 / (1 + ratio)
        return difference >= 0 ? [likelier, 1 - likelier] : [1 - likelier, likelier]
      }
      let actions = beliefs.map(solution.action)
      var values = [Double](repeating: 0, count: beliefs.count)
      for _ in 0..<150 {
        values = beliefs.indices.map { index in
          let belief = beliefs[index]
          guard actions[index] == Tiger.listen else {
            return -100 * belief[actions[index] - 1] + 10 * belief[2 - actions[index]] + 0.75 * values[limit]
          }
          let hearsLeft = 0.85 * belief[0] + 0.15 * belief[1]
          return -1 + 0.75
            * (hearsLeft * values[min(index + 1, 2 * limit)] + (1 - hearsLeft) * values[max(index - 1, 0)])
        }
      }
      // 0.75¹⁵⁰ · 400 < 1e-15.
      #expect(values[limit] >= solution.startValue.lowerBound - 1e-9)
      #expect(values[limit] <= solution.startValue.upperBound + 1e-9)
    }
  }

  @Test("an agent in the cheese maze earns on average what the bounds say")
  func simulation() throws {
    var world = CheeseMaze()
    let solution = try world.process.solved(tolerance: 0.05)
    var agent = BeliefPolicy(world.process, following: solution)
    var random = RandomStream(seed: 17)
    var returns: [Double] = []
    for _ in 0..<40 {
      var percept = Percept(observation: world.reset(using: &random), isFirst: true)
      var (sum, weight) = (0.0, 1.0)
      for _ in 0..<120 {
        let step = world.step(agent.act(on: percept, using: &random), using: &random)
        #expect(agent.isConsistent)
        sum += weight * step.reward.value
        weight *= 0.95
        percept = Percept(observation: step.observation, isFirst: false)
      }
      returns.append(sum)
    }
    let mean = returns.reduce(0, +) / 40
    let variance = returns.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 39
    // Four standard errors: a false alarm in 16,000 seeds; and 0.95¹²⁰ of the value, 0.05, is cut off.
    let margin = 4 * (variance / 40).squareRoot() + 0.06
    #expect(margin < 3)
    #expect(mean > solution.startValue.lowerBound - margin && mean < solution.startValue.upperBound + margin)
  }

  @Test("an agent that sees what cannot happen says so, and believes what it believed")
  func inconsistent() throws {
    // The tiger is always heard where it is, and whoever is paid for that listens for ever.
    let process = Tiger(accuracy: 1).process
    let percepts: [(observation: Int, isConsistent: Bool, belief: [Double])] = [
      (2, true, [0.5, 0.5]), (0, true, [1, 0]), (1, false, [1, 0]),
    ]
    let listening = FiniteMDP.RewardFunction(name: "listening", expected: [1, 0, 0, 1, 0, 0])
    var agent = BeliefPolicy(process, following: try process.solved(for: listening, discount: 0.5))
    var random = RandomStream(seed: 1)
    for (observation, isConsistent, belief) in percepts {
      let percept = Percept(observation: observation, isFirst: observation == 2)
      #expect(agent.act(on: percept, using: &random) == Tiger.listen)
      #expect(agent.isConsistent == isConsistent && agent.belief == belief)
    }
  }
}
