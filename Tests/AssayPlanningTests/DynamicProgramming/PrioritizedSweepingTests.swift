import Assay
import AssayEnvironments
import AssayPlanning
import Testing

@Suite("Prioritised sweeping")
struct PrioritizedSweepingTests {
  @Test("the maze of Figure 8.3 takes one backup a cell, and one more to make sure, where sweeps take many")
  func maze() throws {
    let process = try FiniteMDP(enumerating: DynaMaze())
    let swept = try process.solved(method: .prioritizedSweeping)
    let ordered = try process.solved(method: .gaussSeidel)
    // The way from the start takes 14 steps: 0.95¹³.
    let best = (0..<13).reduce(1.0) { value, _ in value * 0.95 }
    for solution in [swept, ordered] {
      #expect(abs(solution.values[18] - best) < 1e-12)
      #expect(try #require(solution.errorBound) < 1e-9)
    }
    // Values grow out of the goal: each of the 46 free cells gets its value once, its neighbour's being
    // known, and so does each of the 7 inside walls, which lead out and which nothing leads to. The goal has
    // no value.
    #expect(swept.backups == 2 * 53)
    #expect(ordered.backups == 53 * ordered.iterations)
    #expect(try #require(ordered.backups) > 5 * #require(swept.backups))
  }

  @Test("where every state leads anywhere an order saves nothing worth naming, and both methods agree")
  func random() throws {
    let process = RandomMDP.process(states: 60, discount: 0.9)
    let swept = try process.solved(method: .prioritizedSweeping)
    let ordered = try process.solved(method: .gaussSeidel)
    #expect(distance(swept.values, ordered.values) < 2e-9)
    #expect(swept.policy == ordered.policy)
    let saved = try Double(#require(swept.backups)) / Double(#require(ordered.backups))
    #expect(saved < 1)
  }

  @Test("the bound holds whatever the tolerance", arguments: RandomProcess.Endings.allCases)
  func bound(endings: RandomProcess.Endings) throws {
    for seed in 0..<UInt64(4) {
      let process = try RandomProcess(endings: endings).make(seed: 600 + seed)
      for discount in [0, 0.5, 0.95] {
        let truth = try #require(
          Truth(process, discount: discount).optimum(from: process.firstActions))
        for tolerance in [10, 1, 0.1, 1e-3, 1e-9] {
          for method in [SolutionMethod.prioritizedSweeping, .gaussSeidel] {
            let solution = try process.solved(discount: discount, method: method, tolerance: tolerance)
            let bound = try #require(solution.errorBound)
            #expect(Truth.error(of: solution.values, from: truth) <= bound)
            #expect(bound <= tolerance)
          }
        }
      }
    }
  }

  @Test("a smaller tolerance takes no fewer backups, and a tolerance beyond the largest value none")
  func backups() throws {
    let process = RandomMDP.process(states: 50, discount: 0.9)
    var last = 0
    for tolerance in [1000, 1, 0.1, 0.01, 1e-6] {
      let solution = try process.solved(method: .prioritizedSweeping, tolerance: tolerance)
      let backups = try #require(solution.backups)
      #expect(backups >= last && (tolerance < 1000) == (backups > 0))
      #expect(solution.iterations == (backups + 49) / 50)
      last = backups
    }
  }

  @Test("a queue has the highest in front, whatever came before")
  func queue() {
    var random = RandomStream(seed: 5)
    var priorities = (0..<40).map { _ in random.unit() }
    var queue = PriorityQueue(priorities: priorities)
    for _ in 0..<2000 {
      #expect(queue.highest == priorities.max() && priorities[queue.first] == queue.highest)
      // Some are equal to others.
      let number = random.integer(below: 40)
      priorities[number] = random.unit() < 0.5 ? random.unit() : priorities[random.integer(below: 40)]
      queue.set(number, to: priorities[number])
    }
  }
}
