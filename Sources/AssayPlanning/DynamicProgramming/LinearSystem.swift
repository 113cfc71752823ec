import COpenBLAS

/// A factored dense system (I − γP)x = b, solved through LAPACK with one step of iterative refinement.
package struct LinearSystem {
  /// The matrix in column-major order, kept for refinement.
  private let matrix: [Double]
  private var factors: [Double]
  private var pivots: [Int32]
  private let size: Int

  /// Largest number of states for which a dense factorisation is worth its cube of operations.
  static let largestSize = 1500

  /// Factors a matrix given in column-major order; `nil` when it is singular.
  package init?(columnMajor matrix: [Double], size: Int) {
    precondition(
      matrix.count == size * size, "a system of \(size) needs \(size * size) entries, not \(matrix.count)")
    openblas_set_num_threads(1)  // so that the bits do not depend on the number of threads
    self.matrix = matrix
    self.size = size
    factors = matrix
    pivots = [Int32](repeating: 0, count: size)
    var n = Int32(size)
    var leading = Int32(max(size, 1))
    var rows = n
    var info: Int32 = 0
    dgetrf_(&rows, &n, &factors, &leading, &pivots, &info)
    precondition(info >= 0, "dgetrf refused argument \(-info)")
    guard info == 0 else { return nil }
  }

  /// Solves A·x = b, or Aᵀ·x = b.
  package func solve(_ rightHandSide: [Double], transposed: Bool = false) -> [Double] {
    var solution = substitute(rightHandSide, transposed: transposed)
    var residual = rightHandSide
    for column in 0..<size {
      for row in 0..<size {
        let entry = matrix[column * size + row]
        if transposed {
          residual[column] -= entry * solution[row]
        } else {
          residual[row] -= entry * solution[column]
        }
      }
    }
    let correction = substitute(residual, transposed: transposed)
    for index in solution.indices { solution[index] += correction[index] }
    return solution
  }

  private func substitute(_ rightHandSide: [Double], transposed: Bool) -> [Double] {
    var solution = rightHandSide
    var side: CChar = CChar(UInt8(ascii: transposed ? "T" : "N"))
    var n = Int32(size)
    var one: Int32 = 1
    var leading = Int32(max(size, 1))
    var info: Int32 = 0
    dgetrs_(&side, &n, &one, factors, &leading, pivots, &solution, &leading, &info)
    precondition(info == 0, "dgetrs refused argument \(-info)")
    return solution
  }
}
