/// A number of about 32 digits, as the unevaluated sum of two: precise enough to be the truth that ordinary
/// numbers and their error bounds are held against.
///
/// - SeeAlso: Dekker (1971), *A floating-point technique for extending the available precision*.
struct DoubleDouble {
  var high: Double
  var low: Double

  init(_ value: Double) {
    high = value
    low = 0
  }

  /// The sum of two numbers of which the first is the larger.
  private init(_ larger: Double, plus smaller: Double) {
    high = larger + smaller
    low = smaller - (high - larger)
  }

  static func + (one: DoubleDouble, other: DoubleDouble) -> DoubleDouble {
    let sum = one.high + other.high
    let part = sum - one.high
    let lost = (one.high - (sum - part)) + (other.high - part)
    return DoubleDouble(sum, plus: lost + one.low + other.low)
  }

  static prefix func - (one: DoubleDouble) -> DoubleDouble {
    var copy = one
    copy.high = -one.high
    copy.low = -one.low
    return copy
  }

  static func - (one: DoubleDouble, other: DoubleDouble) -> DoubleDouble { one + -other }

  static func * (one: DoubleDouble, other: DoubleDouble) -> DoubleDouble {
    let product = one.high * other.high
    let lost = (-product).addingProduct(one.high, other.high)
    return DoubleDouble(product, plus: lost + (one.high * other.low + one.low * other.high))
  }

  static func / (one: DoubleDouble, other: DoubleDouble) -> DoubleDouble {
    let first = one.high / other.high
    let rest = one - other * DoubleDouble(first)
    let second = rest.high / other.high
    let third = (rest - other * DoubleDouble(second)).high / other.high
    return DoubleDouble(first, plus: second) + DoubleDouble(third)
  }

  /// How far an ordinary number is from it.
  func distance(to value: Double) -> Double { abs((self - DoubleDouble(value)).high) }
}

/// Solves a dense system, given as rows of coefficients, by elimination with the largest pivots; `nil` when it
/// is singular.
func solveExactly(_ matrix: [[DoubleDouble]], _ rightHandSide: [DoubleDouble]) -> [DoubleDouble]? {
  var rows = zip(matrix, rightHandSide).map { $0 + [$1] }
  let size = rows.count
  for column in 0..<size {
    let pivot = (column..<size).max { abs(rows[$0][column].high) < abs(rows[$1][column].high) } ?? column
    guard abs(rows[pivot][column].high) > 1e-25 else { return nil }
    rows.swapAt(column, pivot)
    for row in column + 1..<size where rows[row][column].high != 0 {
      let factor = rows[row][column] / rows[column][column]
      for index in column...size { rows[row][index] = rows[row][index] - factor * rows[column][index] }
    }
  }
  var solution = [DoubleDouble](repeating: DoubleDouble(0), count: size)
  for row in (0..<size).reversed() {
    var sum = rows[row][size]
    for column in row + 1..<size { sum = sum - rows[row][column] * solution[column] }
    solution[row] = sum / rows[row][row]
  }
  return solution
}
