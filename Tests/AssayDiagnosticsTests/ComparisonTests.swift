import Assay
import Foundation
import Testing

@testable import AssayDiagnostics

/// Expected numbers were computed once with NumPy 2.4 and SciPy 1.17 (`trim_mean`, `mannwhitneyu`, `t.ppf`,
/// `quantile`), and bootstrap intervals there with 60,000 samples of its own generator.
@Suite("comparing algorithms")
struct ComparisonTests {
  private let one = [[0.9, 0.4, 0.7, 0.2, 1.1], [0.5, 0.6, 0.1, 0.8, 0.3]]
  private let other = [[0.3, 0.4, 0.2, 0.6, 0.5], [0.5, 0.2, 0.4, 0.1, 0.7]]

  /// Twelve seeds on two tasks.
  private let manyOne = [
    [0.752, 0.273, 0.697, 0.337, 0.626, 0.414, 0.545, 0.497, 0.46, 0.581, 0.379, 0.659],
    [0.95, 0.699, 0.306, 0.334, 0.743, 0.947, 0.654, 0.284, 0.367, 0.784, 0.938, 0.608],
  ]
  private let manyOther = [
    [0.527, 0.111, 0.23, 0.547, 0.164, 0.166, 0.548, 0.228, 0.112, 0.528, 0.298, 0.074],
    [0.512, 0.435, 0.077, 0.622, 0.267, 0.186, 0.647, 0.126, 0.346, 0.58, 0.054, 0.508],
  ]

  private func isClose(_ one: Double?, _ other: Double, to tolerance: Double = 1e-9) -> Bool {
    one.map { abs($0 - other) < tolerance } ?? false
  }

  private func compare(_ groups: [(String, [[Double]])], resamples: Int = 100) throws -> Comparison {
    let tasks = groups[0].1.indices.map { ScoredTask("task \($0)") }
    let table = try ScoreTable(
      tasks: tasks, steps: [100],
      groups: groups.map { name, scores in
        ScoredGroup(
          name,
          runs: scores.map { $0.enumerated().map { ScoredRun(seed: UInt64($0), scores: [$1]) } })
      })
    return Comparison(table, bootstrap: StratifiedBootstrap(resamples: resamples))
  }

  @Test("scores are summed up as the paper does")
  func statistics() {
    #expect(isClose(ScoreStatistics.interquartileMean(one), 0.55))
    #expect(isClose(ScoreStatistics.interquartileMean(other), 0.383_333_333_333))
    #expect(isClose(ScoreStatistics.mean(one), 0.56) && isClose(ScoreStatistics.median(one), 0.56))
    #expect(isClose(ScoreStatistics.optimalityGap(one), 0.45))
    #expect(isClose(ScoreStatistics.optimalityGap(other), 0.61))
    // Of seven, one is left out at either end: (1 + 3 + 5 + 7 + 9) / 5.
    #expect(ScoreStatistics.interquartileMean([[5, 1, 9, 3, 7, 20, -4]]) == 5)
    #expect(ScoreStatistics.median([[1, 3], [10], [4, 5, 6]]) == 5)
  }

  @Test("a profile is the share of runs above each threshold")
  func profiles() {
    let thresholds = [0, 0.3, 0.5, 1]
    let found = [one, other].map { ScoreStatistics.profile($0, over: thresholds) }
    for (found, expected) in zip(found, [[1, 0.7, 0.5, 0.1], [1, 0.6, 0.2, 0]]) {
      for (found, expected) in zip(found, expected) { #expect(isClose(found, expected)) }
    }
  }

  @Test("the probability of improvement is Mann and Whitney's, task by task")
  func improvement() {
    #expect(isClose(ScoreStatistics.probabilityOfImprovement(of: one, over: other), 0.66))
    #expect(isClose(ScoreStatistics.probabilityOfImprovement(of: [one[0]], over: [other[0]]), 0.72))
    #expect(ScoreStatistics.probabilityOfImprovement(of: one, over: one) == 0.5)
  }

  @Test("quantiles lie linearly between the nearest numbers")
  func quantiles() {
    for (share, expected) in [(0.025, 1.1), (0.3, 2.4), (0.975, 15.2), (0, 1), (1, 16)] {
      #expect(isClose(StratifiedBootstrap.quantile(share, of: [1, 2, 4, 8, 16]), expected))
    }
  }

  @Test("bootstrap intervals are those of another program, to within what drawing samples leaves open")
  func bootstrap() throws {
    let comparison = try compare([("one", manyOne), ("other", manyOther)], resamples: 1000)
    let group = comparison.groups[0]
    // A quantile at 2.5% of 1000 draws has a standard error of 0.085 of the distribution's, which is 0.055, 0.041,
    // 0.042, 0.084 and 0.064 here: tolerances are five of them, and for the last, which has steps, one step more.
    let cases: [(Comparison.ScoreEstimate, Double, Double, Double, Double)] = [
      (group.interquartileMean, 0.56825, 0.455831, 0.66775, 0.024),
      (group.mean, 0.576416667, 0.495333, 0.656792, 0.018),
      (group.optimalityGap, 0.423583333, 0.343167, 0.505376, 0.018),
      (comparison.pairs[0].difference, 0.246, 0.077667, 0.408417, 0.036),
      (comparison.pairs[0].probabilityOfImprovement, 0.805555555556, 0.666667, 0.916667, 0.031),
    ]
    for (found, estimate, low, high, tolerance) in cases {
      #expect(isClose(found.estimate, estimate, to: 1e-8) && found.method == .bootstrap)
      #expect(isClose(found.low, low, to: tolerance) && isClose(found.high, high, to: tolerance))
    }
    #expect(comparison.pairs[0].verdict == .better && comparison.pairs[0].measure == .interquartileMean)
    let turned = try compare([("other", manyOther), ("one", manyOne)])
    #expect(turned.pairs[0].verdict == .worse)
    #expect(try compare([("one", manyOne), ("again", manyOne)]).pairs[0].verdict == .inconclusive)
  }

  @Test("samples are drawn task by task, each from its own seeds alone")
  func strata() {
    let bootstrap = StratifiedBootstrap(resamples: 200)
    let groups = [[[1.0, 2, 3], [10, 20]], [[100.0, 200]]]
    var isSound = true
    var sums: Set<Double> = []
    let distributions = bootstrap.distributions(of: groups, for: 0) { sample in
      isSound = isSound && sample.map { $0.map(\.count) } == [[3, 2], [2]]
      for (sampled, group) in zip(sample, groups) {
        for (sampled, task) in zip(sampled, group) {
          isSound = isSound && Set(sampled).isSubset(of: Set(task))
        }
      }
      sums.insert(sample[0][0].reduce(0, +))
      return [sample[0][0][0], 7]
    }
    #expect(isSound && sums.count == 7)
    #expect(
      distributions[0] == distributions[0].sorted() && distributions[1] == [Double](repeating: 7, count: 200))
    let again = bootstrap.distributions(of: groups, for: 0) { [$0[0][1][0]] }
    #expect(again == bootstrap.distributions(of: groups, for: 0) { [$0[0][1][0]] })
    #expect(again != bootstrap.distributions(of: groups, for: 1) { [$0[0][1][0]] })
  }

  @Test("at few seeds, only means have intervals, and they are Student's")
  func fewSeeds() throws {
    let comparison = try compare([("one", one), ("other", other)])
    let group = comparison.groups[0]
    // t of 7 degrees of freedom (7.374 rounded down).
    #expect(isClose(group.mean.low, 0.320_016_848_8, to: 1e-8))
    #expect(isClose(group.mean.high, 0.799_983_151_2, to: 1e-8))
    #expect(group.mean.method == .studentT && group.optimalityGap.method == .studentT)
    for score in [group.interquartileMean, group.median, group.profile[0]] {
      #expect(score.low == nil && score.high == nil && score.method == .tooFewSeeds)
    }
    let pair = comparison.pairs[0]
    // 12.34 degrees of freedom, rounded down.
    #expect(pair.measure == .mean && pair.verdict == .inconclusive)
    #expect(isClose(pair.difference.low, -0.091_457_539_6, to: 1e-8))
    #expect(isClose(pair.difference.high, 0.431_457_539_6, to: 1e-8))
    #expect(pair.probabilityOfImprovement.method == .tooFewSeeds)
  }

  @Test("the more algorithms, the wider the intervals of their differences")
  func manyPairs() throws {
    // Of two pairs, each must hold at 97.5%; three have 98.33%, so the one of two comes from its own computation.
    let two = try compare([("one", one), ("other", other)])
    let three = try compare([("one", one), ("other", other), ("again", one)])
    #expect(three.pairs.map { "\($0.one) \($0.other)" } == ["one other", "one again", "other again"])
    // t of 12 degrees at 1 − 0.05/6.
    #expect(isClose(three.pairs[0].difference.low, -0.163_536_772_2, to: 1e-8))
    #expect(isClose(three.pairs[0].difference.high, 0.503_536_772_2, to: 1e-8))
    #expect(two.pairs[0].difference.low! > three.pairs[0].difference.low!)
  }

  @Test("one or two seeds say nothing, and a clear difference of three does")
  func fewestSeeds() throws {
    let apart = try compare([("low", [[0.1, 0.11]]), ("high", [[0.9, 0.91]])])
    #expect(apart.pairs[0].verdict == .inconclusive && apart.pairs[0].difference.method == .tooFewSeeds)
    let single = try compare([("low", [[0.1]]), ("high", [[0.9]])])
    #expect(single.groups[0].mean.method == .tooFewSeeds)
    let three = try compare([("low", [[0.1, 0.11, 0.12]]), ("high", [[0.9, 0.91, 0.92]])])
    #expect(three.pairs[0].verdict == .worse)
  }

  @Test("an interval of equal algorithms holds 0 about as often as it says")
  func coverage() {
    var random = RandomStream(seed: 11)
    let bootstrap = StratifiedBootstrap(resamples: 200)
    var misses = 0
    for part in 0..<60 {
      let scores = (0..<2).map { _ in [(0..<10).map { _ in random.normal() }] }
      let distribution = bootstrap.distributions(of: scores, for: part) {
        [ScoreStatistics.mean($0[0]) - ScoreStatistics.mean($0[1])]
      }
      let interval = bootstrap.interval(of: distribution[0])
      if interval.low > 0 || interval.high < 0 { misses += 1 }
    }
    // Nominally 3 of 60, at ten seeds about 5; more than 20 would come less than once in a million.
    #expect(misses <= 20)
  }

  @Test("scores are normalised by task, and evaluations make a curve")
  func normalisation() throws {
    let table = try ScoreTable(
      tasks: [ScoredTask("cart-pole", from: 20, to: 500), ScoredTask("mountain-car", from: -200, to: -100)],
      steps: [10, 20],
      groups: [
        ScoredGroup(
          "one",
          runs: [[ScoredRun(seed: 3, scores: [260, 500])], [ScoredRun(seed: 3, scores: [-200, -120])]])
      ])
    let comparison = Comparison(table)
    let means = comparison.groups[0].means.map(\.estimate)
    // (0.5 + 0) / 2 and (1 + 0.8) / 2
    #expect(isClose(means[0], 0.25) && isClose(means[1], 0.9))
    #expect(comparison.groups[0].tasks.map(\.estimate) == [500, -120])
    #expect(comparison.pairs.isEmpty && comparison.thresholds.count == 101)
    #expect(comparison.thresholds[0] == 0 && comparison.thresholds[100] == 1)
  }

  @Test("a table that is not as it must be is refused, and says where")
  func refusals() {
    func table(
      tasks: [ScoredTask] = [ScoredTask("a")], steps: [Int] = [1], scores: [[[Double]]] = [[[1]]],
      names: [String] = ["one"]
    ) throws -> ScoreTable {
      try ScoreTable(
        tasks: tasks, steps: steps,
        groups: zip(names, scores).map { name, tasks in
          ScoredGroup(name, runs: [tasks.enumerated().map { ScoredRun(seed: UInt64($0), scores: $1) }])
        })
    }
    #expect(throws: Never.self) { try table() }
    #expect(throws: DataError.self) { try table(tasks: []) }
    #expect(throws: DataError.self) { try table(tasks: [ScoredTask("a", from: 1, to: 1)]) }
    #expect(throws: DataError.self) { try table(steps: [2, 1], scores: [[[1, 1]]]) }
    #expect(throws: DataError.self) { try table(scores: [[[1, 2]]]) }
    #expect(throws: DataError.self) { try table(scores: [[[.nan]]]) }
    #expect(throws: DataError.self) { try table(scores: [[]]) }
    #expect(throws: DataError.self) { try table(scores: [[[1]], [[1]]], names: ["one", "one"]) }
    #expect(throws: DataError.self) { try table(tasks: [ScoredTask("a"), ScoredTask("b")]) }
  }

  @Test("a comparison comes back out of JSON as it went in, and the same table gives the same one")
  func coding() throws {
    let comparison = try compare([("one", one), ("other", other)])
    let data = try JSONEncoder().encode(comparison)
    #expect(try JSONDecoder().decode(Comparison.self, from: data) == comparison)
    #expect(try compare([("one", one), ("other", other)]) == comparison)
    #expect(comparison.schema == "assay.compare/1")
    // What is not there is null, not left out.
    #expect(String(decoding: data, as: UTF8.self).contains("\"low\":null"))
  }
}
