import Assay

/// The mean and the variance of numbers that come one after another, without keeping them.
///
/// With each x, after which there are n,
///
///     δ = x − μ,   μ ← μ + δ / n,   M ← M + δ (x − μ),   σ² = M / n
///
/// which does not cancel where the mean is large. Two of them, such as those of two workers, become one by
///
///     δ = μ₂ − μ₁,   n = n₁ + n₂,   μ = μ₁ + δ n₂ / n,   M = M₁ + M₂ + δ² n₁ n₂ / n
///
/// It is a value that can be stored, and it can be frozen: then it stays as it is, whatever comes.
///
/// - SeeAlso: Welford (1962), *Note on a method for calculating corrected sums of squares and products*;
///   Chan, Golub & LeVeque (1983), *Algorithms for computing the sample variance*.
public struct RunningStatistics: Sendable, Hashable {
  /// n, how many rows came so far.
  public private(set) var count = 0
  /// μ of each coordinate; 0 before the first.
  public private(set) var mean: [Double]
  /// M of each coordinate: the sum of squared differences from the mean.
  public private(set) var squares: [Double]
  /// Whether what comes is left out.
  public var isFrozen = false

  /// Makes statistics of nothing.
  ///
  /// - Parameter width: how many coordinates there are, at least 1.
  public init(width: Int) {
    precondition(width > 0, "width must be positive, but is \(width)")
    mean = [Double](repeating: 0, count: width)
    squares = mean
  }

  /// How many coordinates there are.
  public var width: Int { mean.count }

  /// σ² of a coordinate, over all that came; 0 before the second.
  public func variance(of coordinate: Int) -> Double { count == 0 ? 0 : squares[coordinate] / Double(count) }

  /// Takes in one number for each coordinate, unless it is frozen.
  public mutating func update(with row: some Collection<Double>) {
    precondition(row.count == width, "there are \(width) coordinates, but \(row.count) numbers came")
    if isFrozen { return }
    count += 1
    for (index, value) in row.enumerated() {
      precondition(value.isFinite, "every number must be finite, but coordinate \(index) is \(value)")
      let difference = value - mean[index]
      mean[index] += difference / Double(count)
      squares[index] += difference * (value - mean[index])
    }
  }

  /// Takes in all that others took in, unless it is frozen.
  public mutating func merge(with other: RunningStatistics) {
    precondition(other.width == width, "there are \(width) coordinates, but the other has \(other.width)")
    if isFrozen || other.count == 0 { return }
    let (one, two) = (Double(count), Double(other.count))
    for index in mean.indices {
      let difference = other.mean[index] - mean[index]
      mean[index] += difference * two / (one + two)
      squares[index] += other.squares[index] + difference * difference * one * two / (one + two)
    }
    count += other.count
  }
}

extension RunningStatistics {
  /// All of it as numbers: n, 1 where it is frozen, the means and the squares, `[2 + 2 × width]`.
  var numbers: [Double] {
    get { [Double(count), isFrozen ? 1 : 0] + mean + squares }
    set {
      precondition(
        newValue.count == 2 + 2 * width, "there must be \(2 + 2 * width) numbers, but are \(newValue.count)")
      count = Int(newValue[0])
      isFrozen = newValue[1] == 1
      mean = Array(newValue[2..<2 + width])
      squares = Array(newValue[(2 + width)...])
    }
  }
}

extension RunningStatistics: Codable {
  private enum CodingKeys: String, CodingKey {
    case count, mean, squares, isFrozen
  }

  /// Reads stored statistics.
  ///
  /// - Parameter decoder: where they are stored.
  /// - Throws: `DataError` where they are no statistics of anything, or what the decoder throws.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    count = try container.decode(Int.self, forKey: .count)
    mean = try container.decode([Double].self, forKey: .mean)
    squares = try container.decode([Double].self, forKey: .squares)
    isFrozen = try container.decode(Bool.self, forKey: .isFrozen)
    guard count >= 0 else { throw DataError(field: "count", value: "\(count)", allowed: "a number from 0") }
    guard !mean.isEmpty, mean.allSatisfy(\.isFinite) else {
      throw DataError(field: "mean", value: "\(mean)", allowed: "a finite number for each coordinate")
    }
    guard squares.count == mean.count, squares.allSatisfy({ $0.isFinite && $0 >= 0 }) else {
      throw DataError(
        field: "squares", value: "\(squares)",
        allowed: "a finite number from 0 for each of \(mean.count) means")
    }
  }
}
