import Assay

/// A world whose observations are shown as vectors, as networks take them; whole numbers one-hot: a 1 at the place of
/// the number, 0 elsewhere, so that no state is nearer to one than to another.
public struct VectorView<Base: Environment, ActionSpace: ColumnarSpace>: Environment
where ActionSpace.Element: Sendable {
  public typealias Action = ActionSpace.Element

  public let observationSpace: BoxSpace
  public let actionSpace: ActionSpace
  /// The world as it shows itself.
  public private(set) var base: Base

  /// Shows a world in vectors.
  ///
  /// - Parameter base: the world. `nil` is the answer where its observations are neither vectors nor whole numbers, or
  ///   its actions come from another space.
  init?(_ base: Base) {
    guard let actionSpace = base.actionSpace as? ActionSpace else { return nil }
    if let box = base.observationSpace as? BoxSpace {
      observationSpace = box
    } else if let numbers = base.observationSpace as? DiscreteSpace {
      observationSpace = BoxSpace(count: numbers.count, in: 0...1)
    } else {
      return nil
    }
    self.actionSpace = actionSpace
    self.base = base
  }

  public var isOver: Bool { base.isOver }
  public var memory: [Double] {
    get { base.memory }
    set { base.memory = newValue }
  }
  public var name: String { base.name }
  public var rewardRange: ClosedRange<Double> { base.rewardRange }
  public var timeLimit: Int? { base.timeLimit }
  public var actionNames: [String] { base.actionNames }
  public var picture: Picture { base.picture }

  public func isAvailable(_ action: Action) -> Bool { base.isAvailable(translated(action)) }

  public func withoutTimeLimit() -> Self {
    var result = self
    result.base = base.withoutTimeLimit()
    return result
  }

  public mutating func reset(using random: inout RandomStream) -> [Float] {
    vector(base.reset(using: &random))
  }

  public mutating func step(_ action: Action, using random: inout RandomStream) -> Step<[Float]> {
    let step = base.step(translated(action), using: &random)
    return Step(
      observation: vector(step.observation), reward: step.reward, performance: step.performance,
      ending: step.ending)
  }

  private func translated(_ action: Action) -> Base.Action {
    guard let action = action as? Base.Action else { fatalError("\(name): an action must be \(actionSpace)") }
    return action
  }

  private func vector(_ observation: Base.Observation) -> [Float] {
    if let vector = observation as? [Float] { return vector }
    guard let number = observation as? Int else {
      fatalError("\(name) shows neither a vector nor a whole number")
    }
    var vector = [Float](repeating: 0, count: observationSpace.count)
    vector[number] = 1
    return vector
  }
}
