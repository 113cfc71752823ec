import Foundation

/// How long something quick takes.
struct Pace: Codable {
  /// Seconds that the processor computed for it once, on average over each sample.
  var samples: [Double]
  /// A number that came of it, the same whoever computes it: by it one sees that all did the same work.
  var outcome: Double

  /// The fastest sample. What other programs do on a machine makes a short sample slower, never faster.
  var seconds: Double { samples.min()! }

  /// Joins what was measured of the same; `nil` where one is missing.
  static func joined(_ parts: [Pace?]) -> Pace? {
    let found = parts.compactMap(\.self)
    guard let first = found.first, found.count == parts.count else { return nil }
    return Pace(samples: found.flatMap(\.samples), outcome: first.outcome)
  }
}

/// Measures something quick: samples of at least a millisecond, for at least a third of a second.
func quickSamples(_ work: () -> Void) -> [Double] {
  for _ in 0..<3 { work() }
  let once = (0..<3).map { _ in processorSeconds(work) }.min()!
  let repetitions = max(1, Int((0.001 / max(once, 1e-8)).rounded(.up)))
  var samples: [Double] = []
  while samples.count < 5 || (samples.reduce(0, +) * Double(repetitions) < 0.35 && samples.count < 1000) {
    samples.append(processorSeconds { for _ in 0..<repetitions { work() } } / Double(repetitions))
  }
  return samples
}

/// The seconds that all threads of this process computed while something was done. Unlike time that went by, it has
/// none in which other programs had the core.
func processorSeconds(_ work: () -> Void) -> Double {
  let start = processorTime()
  work()
  return processorTime() - start
}

private func processorTime() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

/// Numbers in columns.
enum Table {
  static func line(_ name: String, width: Int = 26, _ columns: [String]) -> String {
    name.padding(toLength: max(width, name.count), withPad: " ", startingAt: 0)
      + columns.map { String(repeating: " ", count: max(1, 13 - $0.count)) + $0 }.joined()
  }

  /// Three digits, or all before the point.
  static func digits(_ number: Double) -> String {
    String(format: "%.\(max(0, 2 - Int(log10(number).rounded(.down))))f", number)
  }

  /// Whether something is so many times as fast as it has to be.
  static func verdict(_ what: String, _ ratio: Double?, target: Double, unit: String = "×") -> String {
    guard let ratio else { return "\(what): not measured" }
    let digits = unit == "%" ? "%.0f" : "%.1f"
    return "\(what) " + String(format: digits, ratio) + "\(unit), target " + String(format: "%g", target)
      + "\(unit) " + (ratio >= target ? "reached" : "MISSED")
  }
}
