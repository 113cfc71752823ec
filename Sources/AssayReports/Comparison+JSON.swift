import AssayDiagnostics
import Foundation

extension Comparison {
  /// The comparison as JSON, schema `assay.compare/1`: sorted keys, indented, with a newline at the end.
  public func json() throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    var data = try encoder.encode(self)
    data.append(UInt8(ascii: "\n"))
    return data
  }
}

// MARK: Words

extension Comparison {
  /// The fewest seeds that any algorithm has on any task.
  var leastSeeds: Int { groups.flatMap(\.seeds).min() ?? 0 }

  /// How intervals were made, in a sentence.
  var method: String {
    let share = NumberText.trimmed(bootstrap.confidence * 100)
    let resampled =
      "\(share)% percentile intervals of \(NumberText.count(bootstrap.resamples)) stratified bootstrap samples, in "
      + "which the seeds of each task are drawn again"
    let fewest = StratifiedBootstrap.leastSeeds
    if leastSeeds >= fewest { return "Intervals are \(resampled)." }
    return
      "The fewest seeds on a task are \(leastSeeds). Where every task has at least \(fewest), intervals are \(resampled); "
      + "below, means have \(share)% Student-t intervals, and the rest has none."
  }

  /// What is to be kept in mind, in a sentence.
  static let caution =
    "An interquartile mean leaves out the lowest and the highest quarter of all runs: it is for scores, and not additive."
}

extension Comparison.PairFindings {
  /// The verdict in a sentence.
  var statement: String {
    let amount = NumberText.score(difference)
    switch verdict {
    case .better: return "\(one) does better than \(other): its \(measure.rawValue) is higher by \(amount)."
    case .worse: return "\(one) does worse than \(other): its \(measure.rawValue) differs by \(amount)."
    case .inconclusive where difference.low == nil:
      return "\(one) against \(other): too few seeds to tell; the \(measure.rawValue) differs by \(amount)."
    case .inconclusive:
      return
        "\(one) against \(other): inconclusive, neither better nor worse nor equal; the \(measure.rawValue) differs by "
        + "\(amount)."
    }
  }
}

extension NumberText {
  /// A number with its interval, where it has one.
  static func score(_ score: Comparison.ScoreEstimate) -> String {
    guard let low = score.low, let high = score.high else { return number(score.estimate) }
    return "\(number(score.estimate))\u{A0}[\(number(low)),\u{A0}\(number(high))]"
  }
}
