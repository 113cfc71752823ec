/// Numbers that sum normalised scores up, `[tasks][seeds]`: every run counts the same.
///
/// - SeeAlso: Agarwal, Schwarzer, Castro, Courville & Bellemare (2021), *Deep reinforcement learning at the edge of the
///   statistical precipice*.
public enum ScoreStatistics {
  /// The mean of the middle half of all runs: of n of them, ⌊n/4⌋ are left out at either end.
  ///
  /// It is for scores only. It is not additive, so neither differences between parts of an agent nor anything else that
  /// is to add up can be told by it.
  public static func interquartileMean(_ scores: [[Double]]) -> Double {
    let sorted = scores.joined().sorted()
    let cut = sorted.count / 4
    return mean(sorted[cut..<sorted.count - cut])
  }

  /// The mean over tasks of the means over seeds.
  public static func mean(_ scores: [[Double]]) -> Double { mean(scores.map { mean($0[...]) }[...]) }

  /// The median over tasks of the means over seeds.
  public static func median(_ scores: [[Double]]) -> Double {
    let sorted = scores.map { mean($0[...]) }.sorted()
    return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
  }

  /// The mean over tasks of the means over seeds of how much each run lacks to a score of 1; a run that has more lacks
  /// nothing.
  public static func optimalityGap(_ scores: [[Double]]) -> Double {
    mean(shortfalls(scores))
  }

  static func shortfalls(_ scores: [[Double]]) -> [[Double]] { scores.map { $0.map { max(0, 1 - $0) } } }

  /// The share of runs that score more than a threshold, for each of several: a performance profile.
  ///
  /// Tasks count the same, and so do the runs of a task.
  public static func profile(_ scores: [[Double]], over thresholds: [Double]) -> [Double] {
    let sorted = scores.map { $0.sorted() }
    return thresholds.map { threshold in
      mean(
        sorted.map { runs in
          var (low, high) = (0, runs.count)
          while low < high {
            let middle = (low + high) / 2
            if runs[middle] > threshold { high = middle } else { low = middle + 1 }
          }
          return Double(runs.count - low) / Double(runs.count)
        }[...])
    }
  }

  /// How likely a run of one algorithm does better than a run of another on the same task, equals counting half; the
  /// mean over tasks.
  ///
  /// - SeeAlso: Mann & Whitney (1947), *On a test of whether one of two random variables is stochastically larger than the
  ///   other*.
  public static func probabilityOfImprovement(of one: [[Double]], over other: [[Double]]) -> Double {
    mean(
      zip(one, other).map { one, other in
        var wins = 0
        for score in one {
          for rival in other { wins += score > rival ? 2 : score == rival ? 1 : 0 }
        }
        return Double(wins) / Double(2 * one.count * other.count)
      }[...])
  }

  private static func mean(_ numbers: ArraySlice<Double>) -> Double {
    numbers.reduce(0, +) / Double(numbers.count)
  }
}
