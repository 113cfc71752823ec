import Assay
import AssayNetworks
import Foundation

/// An actor whose actions are normally distributed and then squeezed into a box by tanh.
///
///     u ~ N(μ(s), σ(s)²),  a = centre + half-width · tanh u
///
/// - SeeAlso: Haarnoja et al. (2018), *Soft actor-critic algorithms and applications*, appendix C.
public struct SquashedGaussianActor: ColumnActor {
  public typealias Latent = [Float]
  public typealias Action = [Float]
  public typealias ActionSpace = BoxSpace

  public let name: PartName
  public let objective: Objective
  public let actionSpace: BoxSpace
  /// How many numbers an observation has.
  public let observationCount: Int
  /// For how many environment steps it explores by drawing actions evenly from the box, whatever its policy.
  public let warmUp: Int
  private let box: ActionBox
  private var outputs: RowProgram

  /// Makes an actor.
  ///
  /// - Parameters:
  ///   - name: what other parts' claims call it.
  ///   - objective: what it says it maximises.
  ///   - observationCount: how many numbers an observation has.
  ///   - actionSpace: what it chooses from: a box with limits.
  ///   - warmUp: for how many environment steps it explores by drawing actions evenly.
  ///   - describe: the network: `[rows, observationCount]` to `[rows, 2 · actions]`, μ before log σ.
  public init(
    name: PartName = "actor", objective: Objective, observationCount: Int, actionSpace: BoxSpace,
    warmUp: Int, _ describe: @escaping RowProgram.Description
  ) {
    self.name = name
    self.objective = objective
    self.observationCount = observationCount
    self.actionSpace = actionSpace
    self.warmUp = warmUp
    box = ActionBox(actionSpace)
    outputs = RowProgram(inputs: observationCount, describe)
  }

  public mutating func actions(
    at observations: VectorColumn, as conduct: Conduct, reading parameters: borrowing ParameterStore,
    using random: inout RandomStream
  ) -> VectorColumn {
    var column = actionSpace.column(count: observations.count)
    if conduct == .exploring && parameters.step < warmUp {
      for row in 0..<column.count { column[row] = actionSpace.sample(using: &random) }
      return column
    }
    let outputs = outputs(observations, reading: parameters)
    let width = actionSpace.count
    for row in 0..<column.count {
      for index in 0..<width {
        var u = outputs.values[row * 2 * width + index]
        if conduct != .greedy {
          u += exp(outputs.values[row * 2 * width + width + index]) * Float(random.normal())
        }
        column.values[row * width + index] = box.centres[index] + box.halfWidths[index] * tanh(u)
      }
    }
    return column
  }

  public func distributions(
    at latents: [[Float]], reading parameters: ParameterStore
  ) -> [SquashedGaussianActions] {
    var outputs = outputs
    let width = actionSpace.count
    let rows = outputs(VectorColumn(latents, width: observationCount), reading: parameters)
    return (0..<rows.count).map { row in
      let numbers = rows[row].map(Double.init)
      return SquashedGaussianActions(
        means: Array(numbers[..<width]), deviations: numbers[width...].map { exp($0) },
        centres: box.centres.map(Double.init), halfWidths: box.halfWidths.map(Double.init))
    }
  }

  public func exploratoryAction(at latent: [Float], using random: inout RandomStream) -> [Float] {
    actionSpace.sample(using: &random)
  }
}

/// Independent normal distributions squeezed into a box by tanh.
public struct SquashedGaussianActions: ActionDistribution, Hashable {
  /// μ of each coordinate before the tanh.
  public var means: [Double]
  /// σ of each coordinate before the tanh, positive.
  public var deviations: [Double]
  /// The middle of the box.
  public var centres: [Double]
  /// Half the extent of the box along each coordinate, positive.
  public var halfWidths: [Double]

  public init(means: [Double], deviations: [Double], centres: [Double], halfWidths: [Double]) {
    precondition(
      [deviations.count, centres.count, halfWidths.count].allSatisfy { $0 == means.count },
      "every mean needs a deviation, a centre and a half-width")
    self.means = means
    self.deviations = deviations
    self.centres = centres
    self.halfWidths = halfWidths
  }

  /// ln π(a), as a density over the box itself; −∞ on its edge and beyond.
  public func logProbability(of action: [Float]) -> Double {
    means.indices.reduce(0) { sum, index in
      let unit = (Double(action[index]) - centres[index]) / halfWidths[index]
      guard abs(unit) < 1 else { return unit.isNaN ? .nan : -.infinity }
      let standard = (atanh(unit) - means[index]) / deviations[index]
      return sum - 0.5 * standard * standard - log(deviations[index]) - 0.5 * log(2 * .pi)
        - log1p(-unit * unit) - log(halfWidths[index])
    }
  }

  public func sample(using random: inout RandomStream) -> [Float] {
    means.indices.map {
      let u = random.normal(mean: means[$0], deviation: deviations[$0])
      return Float(centres[$0] + halfWidths[$0] * tanh(u))
    }
  }
}

/// A box of actions with limits, as networks see it: stretched to −1 … 1 in each coordinate.
struct ActionBox: Sendable {
  let centres: [Float]
  let halfWidths: [Float]

  init(_ space: BoxSpace) {
    for index in 0..<space.count {
      precondition(
        space.low[index].isFinite && space.high[index].isFinite && space.low[index] < space.high[index],
        "coordinate \(index) of an action must have limits, but has \(space.low[index])…\(space.high[index])")
    }
    centres = zip(space.low, space.high).map { $0 + ($1 - $0) / 2 }
    halfWidths = zip(space.low, space.high).map { ($1 - $0) / 2 }
  }

  /// How many coordinates there are.
  var count: Int { centres.count }

  /// One coordinate of an action as networks see it.
  func stretched(_ number: Float, _ index: Int) -> Float { (number - centres[index]) / halfWidths[index] }

  /// An action as networks see it.
  func stretched(_ action: [Float]) -> [Float] { action.indices.map { stretched(action[$0], $0) } }
}

/// The network of a squashed Gaussian policy.
public struct SquashedGaussianNetwork: Sendable {
  private let layers: MLP
  private let actionCount: Int

  /// Bounds of log σ.
  static let logDeviations: ClosedRange<Float> = -20...2

  /// Adds the parameters to a block.
  ///
  /// - Parameters:
  ///   - inputs: how many numbers an observation has.
  ///   - hidden: sizes of the hidden layers.
  ///   - actionCount: how many coordinates an action has.
  ///   - builder: the block.
  public init(_ inputs: Int, hidden: [Int], actionCount: Int, in builder: inout BlockBuilder) {
    self.actionCount = actionCount
    layers = MLP(
      [inputs] + hidden + [2 * actionCount], in: &builder, activation: .relu, hidden: .torchUniform,
      output: .torchUniform)
  }

  /// - Parameter x: `[rows, inputs]`.
  /// - Returns: μ and log σ, `[rows, 2 · actionCount]`.
  public func callAsFunction(_ x: Matrix) -> Matrix {
    let parts = layers(x).split(alongAxis: 1, into: 2)
    return concatenate([parts[0], parts[1].clamped(to: Self.logDeviations)], alongAxis: 1)
  }

  /// The policy over the box stretched to −1 … 1.
  func policy(at x: Matrix) -> SquashedGaussian<Rank2> {
    let parts = layers(x).split(alongAxis: 1, into: 2)
    return SquashedGaussian(mean: parts[0], logDeviation: parts[1].clamped(to: Self.logDeviations))
  }
}

extension Initializer {
  /// U(−b, b) with b = 1/√(fan in): the standard of PyTorch's linear layers.
  static var torchUniform: Initializer { .scaled(1 / 3, by: .inputs, drawing: .uniform) }
}
