import Foundation

/// Draws rows of a replay buffer in proportion to how wrong they were last found to be.
///
///     P(i) = pᵢ^α / Σ pₖ^α,  pᵢ = |δᵢ| + ε
///     wᵢ = (N · P(i))^−β, over the largest of its batch
///
/// δ is what was last said to be wrong about a row; a new row has the largest priority that any row ever had. N is how
/// many rows there are. The weights w make up for the fact that rows are not drawn equally often, wholly at β = 1.
/// Sums of priorities lie in a binary tree, so drawing and changing a row take log₂ N steps.
///
/// - SeeAlso: Schaul, Quan, Antonoglou & Silver (2016), *Prioritized experience replay*, §3.3, §3.4 and appendix B.2.1.
public struct PrioritizedSampler: Sendable {
  /// How many rows there can be.
  public let capacity: Int
  /// α: 0 draws all rows equally often.
  public let exponent: Double
  /// ε, which keeps rows from being forgotten.
  public let leastPriority: Double
  /// How many rows there are.
  public private(set) var count = 0

  /// p^α of the rows in the second half, and above each two of them their sum; the first is not used.
  private var sums: [Double]
  private let leaves: Int
  private var largestPriority = 1.0

  /// Makes a sampler of no rows.
  ///
  /// - Parameters:
  ///   - capacity: how many rows there can be, at least 1.
  ///   - exponent: α, not negative.
  ///   - leastPriority: ε, positive.
  public init(capacity: Int, exponent: Double = 0.6, leastPriority: Double = 1e-6) {
    precondition(capacity > 0, "capacity must be positive, but is \(capacity)")
    precondition(exponent >= 0, "exponent must not be negative, but is \(exponent)")
    precondition(leastPriority > 0, "leastPriority must be positive, but is \(leastPriority)")
    self.capacity = capacity
    self.exponent = exponent
    self.leastPriority = leastPriority
    var leaves = 1
    while leaves < capacity { leaves *= 2 }
    self.leaves = leaves
    sums = [Double](repeating: 0, count: 2 * leaves)
  }

  /// P of a row.
  public func probability(of row: Int) -> Double {
    precondition(row >= 0 && row < count, "row \(row) is not among the \(count) there are")
    return sums[leaves + row] / sums[1]
  }

  /// Gives a row that was just written the largest priority so far.
  ///
  /// - Parameter row: one of those there are, or the next.
  public mutating func insert(_ row: Int) {
    precondition(
      row >= 0 && row <= count && row < capacity, "row \(row) does not follow \(count) rows of \(capacity)")
    count = max(count, row + 1)
    set(raised(largestPriority), at: row)
  }

  /// Says how wrong a row was found to be.
  ///
  /// - Parameters:
  ///   - row: one of those there are.
  ///   - error: δ. One that is not finite makes all probabilities so, too.
  public mutating func update(_ row: Int, error: Double) {
    precondition(row >= 0 && row < count, "row \(row) is not among the \(count) there are")
    let priority = abs(error) + leastPriority
    largestPriority = max(largestPriority, priority)
    set(raised(priority), at: row)
  }

  private func raised(_ priority: Double) -> Double { exponent == 1 ? priority : pow(priority, exponent) }

  private mutating func set(_ value: Double, at row: Int) {
    var node = leaves + row
    sums[node] = value
    while node > 1 {
      node /= 2
      sums[node] = sums[2 * node] + sums[2 * node + 1]
    }
  }

  /// Draws rows, one from each of as many equal parts of the sum of priorities.
  ///
  /// - Parameters:
  ///   - rows: is filled with rows.
  ///   - weights: is filled with w of each, as many.
  ///   - correction: β, from 0 to 1.
  ///   - random: they are drawn from here.
  public func draw(
    into rows: inout [Int], weights: inout [Float], correction: Double, using random: inout RandomStream
  ) {
    precondition(count > 0, "there is nothing yet to draw from")
    precondition(rows.count == weights.count, "\(rows.count) rows cannot have \(weights.count) weights")
    let part = sums[1] / Double(rows.count)
    // N · P is least, and w largest, where the priority is.
    var least = Double.infinity
    for index in rows.indices {
      rows[index] = row(at: (Double(index) + random.unit()) * part)
      least = min(least, sums[leaves + rows[index]])
    }
    for index in rows.indices {
      weights[index] = Float(pow(sums[leaves + rows[index]] / least, -correction))
    }
  }

  /// The row in which a part of the sum of all priorities is reached.
  private func row(at share: Double) -> Int {
    var remaining = share
    var node = 1
    while node < leaves {
      node *= 2
      // A rounding must not lead to where there is nothing.
      if remaining >= sums[node], sums[node + 1] > 0 {
        remaining -= sums[node]
        node += 1
      }
    }
    return min(node - leaves, count - 1)
  }
}

extension PrioritizedSampler: Archivable {
  public func archive(into archive: inout StateArchive) {
    archive.put(Array(sums[leaves..<leaves + count]), as: "priorities")
    archive.put([largestPriority], as: "largestPriority")
  }

  public mutating func restore(from archive: StateArchive) throws(DataError) {
    let priorities = try archive.doubles("priorities")
    guard priorities.count <= capacity else {
      throw DataError(field: "priorities", value: "\(priorities.count)", allowed: "at most \(capacity)")
    }
    largestPriority = try archive.doubles("largestPriority", count: 1)[0]
    count = priorities.count
    for row in 0..<leaves { sums[leaves + row] = row < count ? priorities[row] : 0 }
    for node in (1..<leaves).reversed() { sums[node] = sums[2 * node] + sums[2 * node + 1] }
  }
}
