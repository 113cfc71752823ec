import Assay

/// What became of algorithms that were run on the same tasks, and which of them did better: a value that renderers draw
/// and programs read.
///
/// Scores are normalised by task. Where every task has at least ``StratifiedBootstrap/leastSeeds`` seeds, intervals are
/// those of the stratified bootstrap; below, means have Student-t intervals, and the rest has none. Seeds of different
/// algorithms are taken to be independent.
///
/// Encoded as JSON it has the schema `assay.compare/1`. The same table gives the same bytes.
///
/// - SeeAlso: Agarwal, Schwarzer, Castro, Courville & Bellemare (2021), *Deep reinforcement learning at the edge of the
///   statistical precipice*.
public struct Comparison: Sendable, Hashable, Codable {
  /// The schema of the JSON form.
  public static let schema = "assay.compare/1"

  public var schema = Self.schema
  /// What the algorithms were run on.
  public var tasks: [ScoredTask]
  /// Environment steps at each evaluation.
  public var steps: [Int]
  /// Whether runs differ in length and each was scored at its own end: ``steps`` is then the longest length alone.
  public var isOfEnds = false
  /// How intervals were made.
  public var bootstrap: StratifiedBootstrap
  /// The normalised scores at which ``GroupFindings/profile`` is taken.
  public var thresholds: [Double]
  /// What each algorithm scored.
  public var groups: [GroupFindings]
  /// Each algorithm against each that comes after it.
  public var pairs: [PairFindings]

  /// What an interval was made by.
  public enum IntervalMethod: String, Sendable, Hashable, Codable {
    case bootstrap = "stratified bootstrap"
    case studentT = "Student t"
    /// There is none.
    case tooFewSeeds = "too few seeds"
  }

  /// A number with its interval, where there are enough seeds for one.
  public struct ScoreEstimate: Sendable, Hashable, Codable {
    public var estimate: Double
    /// The lower end of the interval.
    @ExplicitNull public var low: Double?
    /// The upper end of the interval.
    @ExplicitNull public var high: Double?
    /// What the interval was made by.
    public var method: IntervalMethod

    init(_ estimate: Double, _ interval: (low: Double, high: Double)?, by method: IntervalMethod) {
      self.estimate = estimate
      low = interval?.low
      high = interval?.high
      self.method = interval == nil ? .tooFewSeeds : method
    }
  }

  /// What one algorithm scored.
  public struct GroupFindings: Sendable, Hashable, Codable {
    public var name: String
    /// How many seeds each task has.
    public var seeds: [Int]
    /// Interquartile mean of all runs. It is for scores only: it is not additive.
    public var interquartileMean: ScoreEstimate
    public var mean: ScoreEstimate
    public var median: ScoreEstimate
    /// How much is lacking to a score of 1, on average.
    public var optimalityGap: ScoreEstimate
    /// The share of runs that score more than each of ``Comparison/thresholds``.
    public var profile: [ScoreEstimate]
    /// The interquartile mean at each evaluation.
    public var interquartileMeans: [ScoreEstimate]
    /// The mean at each evaluation.
    public var means: [ScoreEstimate]
    /// The mean over seeds on each task, in the task's own units.
    public var tasks: [ScoreEstimate]
  }

  /// One algorithm against another.
  public struct PairFindings: Sendable, Hashable, Codable {
    /// The name of the one.
    public var one: String
    /// The name of the other.
    public var other: String
    /// How likely a run of the one does better than a run of the other on the same task.
    public var probabilityOfImprovement: ScoreEstimate
    /// What ``difference`` is a difference of.
    public var measure: Measure
    /// The one's score less the other's. All pairs' intervals hold together as often as one interval is to hold
    /// (Bonferroni).
    public var difference: ScoreEstimate
    /// Whether the one does better than the other.
    public var verdict: Verdict
  }

  /// What two algorithms are compared by.
  public enum Measure: String, Sendable, Hashable, Codable {
    case interquartileMean = "interquartile mean"
    case mean
  }

  /// Whether one algorithm does better than another.
  public enum Verdict: String, Sendable, Hashable, Codable {
    /// The interval of the difference lies above 0.
    case better
    /// The interval of the difference lies below 0.
    case worse
    /// The interval holds 0, or there is none: neither better, nor worse, nor equal was shown.
    case inconclusive
  }

  /// How many seeds every task must have for a verdict.
  public static let leastSeeds = 3

  /// Compares algorithms.
  ///
  /// - Parameters:
  ///   - table: what they scored.
  ///   - bootstrap: how intervals are made.
  public init(_ table: ScoreTable, bootstrap: StratifiedBootstrap = StratifiedBootstrap()) {
    tasks = table.tasks
    steps = table.steps
    self.bootstrap = bootstrap
    let last = table.steps.count - 1
    let finals = table.groups.indices.map { table.scores(of: $0, at: last) }
    let all = finals.joined().joined()
    let (low, high) = (min(0, all.min() ?? 0), max(1, all.max() ?? 1))
    let thresholds = (0...100).map { low + (high - low) * Double($0) / 100 }
    self.thresholds = thresholds
    groups = table.groups.indices.map { group in
      Self.findings(of: group, in: table, thresholds: thresholds, bootstrap: bootstrap)
    }
    let indices = finals.indices.flatMap { one in (one + 1..<finals.count).map { (one, $0) } }
    pairs = indices.enumerated().map { index, pair in
      Self.findings(
        one: (table.groups[pair.0].name, finals[pair.0]), other: (table.groups[pair.1].name, finals[pair.1]),
        part: finals.count + index, of: indices.count, bootstrap: bootstrap)
    }
  }

  // MARK: Groups

  private static func findings(
    of group: Int, in table: ScoreTable, thresholds: [Double], bootstrap: StratifiedBootstrap
  ) -> GroupFindings {
    let last = table.steps.count - 1
    let scores = table.scores(of: group, at: last)
    let isResampled = scores.allSatisfy { $0.count >= StratifiedBootstrap.leastSeeds }
    /// Several numbers, of which some are means that Student's t has an interval for at few seeds.
    func estimates(
      of scores: [[Double]], _ statistics: ([[Double]]) -> [Double], means: [Int: [[Double]]]
    ) -> [ScoreEstimate] {
      let values = statistics(scores)
      guard isResampled else {
        return values.enumerated().map { index, value in
          ScoreEstimate(
            value,
            means[index].flatMap { Spread(of: $0).interval(around: value, confidence: bootstrap.confidence) },
            by: .studentT)
        }
      }
      let distributions = bootstrap.distributions(of: [scores], for: group) { statistics($0[0]) }
      return zip(values, distributions).map {
        ScoreEstimate($0, bootstrap.interval(of: $1), by: .bootstrap)
      }
    }
    let finals = estimates(
      of: scores,
      {
        [
          ScoreStatistics.interquartileMean($0), ScoreStatistics.mean($0), ScoreStatistics.median($0),
          ScoreStatistics.optimalityGap($0),
        ] + ScoreStatistics.profile($0, over: thresholds)
      }, means: [1: scores, 3: ScoreStatistics.shortfalls(scores)])
    let curves = table.steps.indices.map { evaluation in
      let scores = table.scores(of: group, at: evaluation)
      return estimates(
        of: scores, { [ScoreStatistics.interquartileMean($0), ScoreStatistics.mean($0)] }, means: [1: scores])
    }
    let own = table.groups[group].runs.map { runs in
      let scores = [runs.map { $0.scores[last] }]
      let mean = ScoreStatistics.mean(scores)
      return ScoreEstimate(
        mean, Spread(of: scores).interval(around: mean, confidence: bootstrap.confidence), by: .studentT)
    }
    return GroupFindings(
      name: table.groups[group].name, seeds: scores.map(\.count), interquartileMean: finals[0],
      mean: finals[1], median: finals[2], optimalityGap: finals[3], profile: Array(finals[4...]),
      interquartileMeans: curves.map { $0[0] }, means: curves.map { $0[1] }, tasks: own)
  }

  // MARK: Pairs

  private static func findings(
    one: (name: String, scores: [[Double]]), other: (name: String, scores: [[Double]]), part: Int,
    of comparisons: Int, bootstrap: StratifiedBootstrap
  ) -> PairFindings {
    let least = (one.scores + other.scores).map(\.count).min() ?? 0
    let probability = ScoreStatistics.probabilityOfImprovement(of: one.scores, over: other.scores)
    var findings: PairFindings
    if least >= StratifiedBootstrap.leastSeeds {
      let distributions = bootstrap.distributions(of: [one.scores, other.scores], for: part) {
        [
          ScoreStatistics.probabilityOfImprovement(of: $0[0], over: $0[1]),
          ScoreStatistics.interquartileMean($0[0]) - ScoreStatistics.interquartileMean($0[1]),
        ]
      }
      let difference =
        ScoreStatistics.interquartileMean(one.scores) - ScoreStatistics.interquartileMean(other.scores)
      findings = PairFindings(
        one: one.name, other: other.name,
        probabilityOfImprovement: ScoreEstimate(
          probability, bootstrap.interval(of: distributions[0]), by: .bootstrap),
        measure: .interquartileMean,
        difference: ScoreEstimate(
          difference, bootstrap.interval(of: distributions[1], comparisons: comparisons), by: .bootstrap),
        verdict: .inconclusive)
    } else {
      let difference = ScoreStatistics.mean(one.scores) - ScoreStatistics.mean(other.scores)
      let spread = Spread(of: one.scores).adding(Spread(of: other.scores))
      let confidence = 1 - (1 - bootstrap.confidence) / Double(comparisons)
      findings = PairFindings(
        one: one.name, other: other.name,
        probabilityOfImprovement: ScoreEstimate(probability, nil, by: .tooFewSeeds), measure: .mean,
        difference: ScoreEstimate(
          difference, least < leastSeeds ? nil : spread.interval(around: difference, confidence: confidence),
          by: .studentT),
        verdict: .inconclusive)
    }
    if let low = findings.difference.low, low > 0 { findings.verdict = .better }
    if let high = findings.difference.high, high < 0 { findings.verdict = .worse }
    return findings
  }

  /// How much a mean over tasks of means over seeds would differ with other seeds.
  ///
  /// - SeeAlso: Welch (1947), *The generalization of "Student's" problem when several different population variances are
  ///   involved*.
  private struct Spread {
    /// The variance of each task's share of the mean, and the degrees of freedom it was estimated with.
    private var terms: [(variance: Double, degrees: Int)]

    init(of scores: [[Double]]) {
      terms = scores.map { runs in
        let mean = runs.reduce(0, +) / Double(runs.count)
        let squares = runs.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        let share = 1 / Double(scores.count)
        return (share * share * squares / Double(max(runs.count - 1, 1) * runs.count), runs.count - 1)
      }
    }

    /// That of a sum or difference of two independent means.
    func adding(_ other: Spread) -> Spread {
      var sum = self
      sum.terms += other.terms
      return sum
    }

    /// Student's t interval; `nil` where a task has only one seed.
    func interval(around mean: Double, confidence: Double) -> (low: Double, high: Double)? {
      guard terms.allSatisfy({ $0.degrees > 0 }) else { return nil }
      let variance = terms.reduce(0) { $0 + $1.variance }
      guard variance > 0 else { return (mean, mean) }
      let degrees =
        variance * variance / terms.reduce(0) { $0 + $1.variance * $1.variance / Double($1.degrees) }
      // Rounded down, which is on the safe side; a rounding error must not make 8 out of 9.
      let quantile = StudentT.quantile((1 + confidence) / 2, degrees: max(1, Int(degrees + 1e-9)))
      return (mean - quantile * variance.squareRoot(), mean + quantile * variance.squareRoot())
    }
  }
}
