import AssayDiagnostics
import Foundation

/// From numbers to places: a linear map of a domain onto a stretch of a drawing.
struct Scale {
  /// The numbers at the two ends; the first is the smaller.
  private(set) var domain: (low: Double, high: Double)
  /// The places of the two ends.
  var start: Double
  var end: Double

  /// A scale that has room for all the finite ones of the values.
  ///
  /// - Parameters:
  ///   - values: what there must be room for.
  ///   - start: the place of the least number.
  ///   - end: the place of the greatest.
  ///   - minimumSpan: the least difference between the ends, so that rounding errors do not fill the drawing.
  ///   - padding: room beyond the outermost values, as a share of their span.
  init(
    for values: [Double], from start: Double, to end: Double, minimumSpan: Double = 0, padding: Double = 0
  ) {
    // Beyond this, differences would overflow.
    let values = values.filter { abs($0) < 1e300 }
    var low = values.min() ?? 0
    var high = values.max() ?? 1
    let least = max(minimumSpan.isFinite ? minimumSpan : 0, 1e-9 * max(abs(low), abs(high)), 1e-12)
    if high - low < least {
      let middle = (low + high) / 2
      (low, high) = (middle - least / 2, middle + least / 2)
    }
    let room = (high - low) * padding
    domain = (low - room, high + room)
    self.start = start
    self.end = end
  }

  /// Where a number lies; at the nearer end when it is outside, at the start when it is none.
  func callAsFunction(_ value: Double) -> Double {
    start + (end - start) * share(value)
  }

  /// How far along the domain a number lies, 0…1.
  func share(_ value: Double) -> Double {
    guard !value.isNaN else { return 0 }
    return min(1, max(0, (value - domain.low) / (domain.high - domain.low)))
  }

  /// Round numbers within the domain, about as many as asked, and the step between them.
  func ticks(_ count: Int) -> (values: [Double], step: Double) {
    let rough = (domain.high - domain.low) / Double(max(1, count))
    let power = pow(10, log10(rough).rounded(.down))
    let step = [1, 2, 5, 10].map { $0 * power }.first { $0 >= rough * 0.999 } ?? 10 * power
    let first = (domain.low / step - 1e-6).rounded(.up)
    let last = (domain.high / step + 1e-6).rounded(.down)
    guard first <= last, last - first < 100 else { return ([], step) }
    return (stride(from: first, through: last, by: 1).map { $0 * step }, step)
  }
}

extension Estimate {
  /// The interval's ends where they are numbers, else the estimate.
  var drawnInterval: (low: Double, high: Double) {
    (low.isFinite ? low : estimate, high.isFinite ? high : estimate)
  }
}
