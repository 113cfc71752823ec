import Assay
import AssayPlanning

extension Array where Element == Double {
  /// The same numbers divided by their sum.
  func normalized() -> [Double] {
    let total = reduce(0, +)
    return total > 0 ? map { $0 / total } : self
  }

  /// Σ w·f over the indices with a positive weight, which may exclude values that are not finite.
  func mean(weights: [Double]) -> Double {
    indices.reduce(0) { weights[$1] > 0 ? $0 + weights[$1] * self[$1] : $0 }
  }

  /// √ Σ w·f².
  func rootMeanSquare(weights: [Double]) -> Double {
    indices.reduce(0) { weights[$1] > 0 ? $0 + weights[$1] * self[$1] * self[$1] : $0 }.squareRoot()
  }
}

/// Elementwise difference.
func difference(_ left: [Double], _ right: [Double]) -> [Double] { zip(left, right).map { $0 - $1 } }
