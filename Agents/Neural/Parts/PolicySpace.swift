import Assay
import AssayNetworks
import Foundation

/// A space of actions that a network can have a policy over: what its outputs mean.
public protocol PolicySpace: ArchivableSpace where Element: Sendable {
  associatedtype Distribution: ActionDistribution<Element>

  /// How many numbers describe the policy at one observation.
  var outputCount: Int { get }

  /// How many of them depend on the observation; the rest are numbers of their own.
  var meanCount: Int { get }

  /// Makes the inputs of a traced computation that stand for actions taken, and says how likely they were.
  ///
  /// - Parameters:
  ///   - outputs: what the network says, `[rows, outputCount]`.
  ///   - rows: how many actions there are.
  /// - Returns: log π of the actions, and the entropy of the policy, both `[rows]`.
  func describe(_ outputs: Matrix, rows: Int) -> (logProbability: Vector, entropy: Vector)

  /// Gives a program the actions that ``describe(_:rows:)`` made inputs for.
  ///
  /// - Parameters:
  ///   - column: actions.
  ///   - rows: which of them.
  ///   - program: where they go.
  func set(_ column: Column, rows: [Int], in program: inout Program)

  /// Chooses an action for each row of a network's outputs.
  func actions(from outputs: VectorColumn, isGreedy: Bool, using random: inout RandomStream) -> Column

  /// log π of an action for each row of a network's outputs.
  func logProbabilities(of column: Column, under outputs: VectorColumn) -> [Float]

  /// The policy that each row of a network's outputs describes.
  func distributions(from outputs: VectorColumn) -> [Distribution]
}

extension DiscreteSpace: PolicySpace {
  public var outputCount: Int { count }
  public var meanCount: Int { count }

  public func describe(_ outputs: Matrix, rows: Int) -> (logProbability: Vector, entropy: Vector) {
    let policy = Categorical(logits: outputs)
    return (policy.logProbability(of: outputs.trace.indices("actions", rows)), policy.entropy)
  }

  public func set(_ column: [Int], rows: [Int], in program: inout Program) {
    program.set("actions", to: rows.map { column[$0] })
  }

  public func actions(from outputs: VectorColumn, isGreedy: Bool, using random: inout RandomStream) -> [Int] {
    (0..<outputs.count).map { row in
      let first = row * count
      var best = 0
      for action in 1..<max(count, 1) where outputs.values[first + action] > outputs.values[first + best] {
        best = action
      }
      if isGreedy { return best }
      let highest = outputs.values[first + best]
      var total: Float = 0
      for action in 0..<count { total += exp(outputs.values[first + action] - highest) }
      var remaining = Float(random.next() >> 40) * 0x1p-24 * total
      for action in 0..<count {
        remaining -= exp(outputs.values[first + action] - highest)
        if remaining < 0 { return action }
      }
      return best
    }
  }

  public func logProbabilities(of column: [Int], under outputs: VectorColumn) -> [Float] {
    (0..<outputs.count).map { row in
      let first = row * count
      var highest = outputs.values[first]
      for action in 1..<max(count, 1) { highest = max(highest, outputs.values[first + action]) }
      var total: Float = 0
      for action in 0..<count { total += exp(outputs.values[first + action] - highest) }
      return outputs.values[first + column[row]] - highest - log(total)
    }
  }

  public func distributions(from outputs: VectorColumn) -> [ActionProbabilities] {
    (0..<outputs.count).map { row in
      let logits = outputs[row].map(Double.init)
      let highest = logits.max() ?? 0
      let weights = logits.map { exp($0 - highest) }
      let total = weights.reduce(0, +)
      return ActionProbabilities(probabilities: weights.map { $0 / total })
    }
  }
}

/// Vectors are drawn from independent normal distributions; the outputs are their means, and then log σ of each.
extension BoxSpace: PolicySpace {
  public var outputCount: Int { 2 * count }
  public var meanCount: Int { count }

  public func describe(_ outputs: Matrix, rows: Int) -> (logProbability: Vector, entropy: Vector) {
    let policy = Gaussian<Rank2>(
      mean: outputs.slice(alongAxis: 1, 0..<count),
      logDeviation: outputs.slice(alongAxis: 1, count..<2 * count))
    return (policy.logProbability(of: outputs.trace.input("actions", rows, count)), policy.entropy)
  }

  public func set(_ column: VectorColumn, rows: [Int], in program: inout Program) {
    program.set("actions", to: column.rows(rows).values)
  }

  public func actions(
    from outputs: VectorColumn, isGreedy: Bool, using random: inout RandomStream
  ) -> VectorColumn {
    var column = column(count: outputs.count)
    for row in 0..<outputs.count {
      for index in 0..<count {
        let mean = outputs.values[row * 2 * count + index]
        let deviation = isGreedy ? 0 : exp(outputs.values[row * 2 * count + count + index])
        column.values[row * count + index] = isGreedy ? mean : mean + deviation * Float(random.normal())
      }
    }
    return column
  }

  public func logProbabilities(of column: VectorColumn, under outputs: VectorColumn) -> [Float] {
    (0..<outputs.count).map { row in
      (0..<count).reduce(0) { sum, index in
        let (mean, logDeviation) = (
          outputs.values[row * 2 * count + index], outputs.values[row * 2 * count + count + index]
        )
        let standard = (column.values[row * count + index] - mean) * exp(-logDeviation)
        return sum - 0.5 * standard * standard - logDeviation - 0.5 * log(2 * .pi)
      }
    }
  }

  public func distributions(from outputs: VectorColumn) -> [GaussianActions] {
    (0..<outputs.count).map { row in
      let numbers = outputs[row].map(Double.init)
      return GaussianActions(means: Array(numbers[..<count]), deviations: numbers[count...].map { exp($0) })
    }
  }
}

/// Independent normal distributions over the coordinates of an action.
public struct GaussianActions: ActionDistribution, Hashable {
  public var means: [Double]
  /// σ of each coordinate, positive.
  public var deviations: [Double]

  public init(means: [Double], deviations: [Double]) {
    precondition(means.count == deviations.count, "every mean needs a deviation")
    self.means = means
    self.deviations = deviations
  }

  public func logProbability(of action: [Float]) -> Double {
    means.indices.reduce(0) { sum, index in
      let standard = (Double(action[index]) - means[index]) / deviations[index]
      return sum - 0.5 * standard * standard - log(deviations[index]) - 0.5 * log(2 * .pi)
    }
  }

  public func sample(using random: inout RandomStream) -> [Float] {
    means.indices.map { Float(random.normal(mean: means[$0], deviation: deviations[$0])) }
  }
}
