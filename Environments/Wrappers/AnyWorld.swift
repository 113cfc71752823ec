import Assay

/// Any world over states and actions by number, whatever its type: for those who choose worlds by name.
///
/// It behaves as the world it holds, step for step and bit for bit, a little slower.
public struct AnyWorld: EnumerableEnvironment {
  /// The world it holds.
  public private(set) var base: any EnumerableEnvironment
  public let observationSpace: DiscreteSpace
  public let actionSpace: DiscreteSpace

  public init(_ base: some EnumerableEnvironment) {
    self.base = base
    observationSpace = base.observationSpace
    actionSpace = base.actionSpace
    features = base.features
  }

  public var name: String { base.name }
  public var discount: Double { base.discount }
  public var state: Int { base.state }
  public var isOver: Bool { base.isOver }
  public var memory: [Double] {
    get { base.memory }
    set { base.memory = newValue }
  }
  public var initialDistribution: [Double] { base.initialDistribution }
  public var stateNames: [String] { base.stateNames }
  public var actionNames: [String] { base.actionNames }
  public var map: GridMap? { base.map }
  /// What an agent with features sees: the held world's, unless somebody sets others.
  public var features: StateFeatures?
  public var goals: [GoalHypothesis] { base.goals }
  public var timeLimit: Int? { base.timeLimit }
  public var rewardRange: ClosedRange<Double> { base.rewardRange }
  public var picture: Picture { base.picture }

  public var stateNumbers: [Double] { base.stateNumbers }

  public func isAvailable(_ action: Int) -> Bool { base.isAvailable(action) }

  public mutating func place(in state: Int) { base.place(in: state) }

  public mutating func place(at numbers: [Double]) throws(DataError) { try base.place(at: numbers) }

  public mutating func reset(using random: inout RandomStream) -> Int { base.reset(using: &random) }

  public mutating func step(_ action: Int, using random: inout RandomStream) -> Step<Int> {
    base.step(action, using: &random)
  }

  public func outcomes(of action: Int, in state: Int) -> [Outcome] { base.outcomes(of: action, in: state) }
}
