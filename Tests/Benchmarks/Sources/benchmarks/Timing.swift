import Foundation

/// The seconds that something takes, measured at least three times and, where it is quick, until half a second went
/// by.
func measuredSeconds(_ work: () throws -> Void) rethrows -> [Double] {
  var seconds: [Double] = []
  while seconds.count < 3 || (seconds.reduce(0, +) < 0.5 && seconds.count < 1001) {
    seconds.append(try ContinuousClock().measure(work) / .seconds(1))
  }
  return seconds
}

extension Collection<Double> {
  /// The middle one, or the mean of the two in the middle.
  var median: Double {
    let sorted = sorted()
    precondition(!sorted.isEmpty, "nothing has no median")
    return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
  }
}

/// The most memory that this process ever had in use.
func peakBytes() -> Int {
  var usage = rusage()
  #if os(Linux)
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss * 1024
  #else
    getrusage(RUSAGE_SELF, &usage)
    return usage.ru_maxrss
  #endif
}
