import Assay

/// One observation, one step, one reward: the value is 1, whatever is done.
///
/// An agent whose critic does not find V = 1 here has a broken value loss or optimiser, or sees other rewards than are
/// paid.
///
/// - **Observation**: always 0.
/// - **Action**: any of a space; all are alike.
/// - **Reward**: 1.
/// - **Ending**: terminates with every step.
/// - SeeAlso: Jones (2021), *Debugging RL, without the agonizing pain*.
public struct ConstantProbe<ActionSpace: ColumnarSpace>: ProbeWorld {
  public let observationSpace = BoxSpace(count: 1, in: 0...0)
  public let actionSpace: ActionSpace
  public let rewardRange = 1.0...1.0
  public private(set) var isOver = false

  /// Makes the world.
  ///
  /// - Parameter actionSpace: what is chosen from, and does not matter.
  public init(actionSpace: ActionSpace) { self.actionSpace = actionSpace }

  public var probe: Probe {
    Probe(
      name: "constant-probe", question: "V is 1 where every step is paid 1 and ends things",
      suspect: .valueLoss, isOfValuesOnly: true)
  }

  public var shownObservations: [[Float]] { [[0]] }

  public func reward(for action: ActionSpace.Element, at observation: [Float]) -> Double { 1 }

  public mutating func reset(using random: inout RandomStream) -> [Float] {
    isOver = false
    return [0]
  }

  public mutating func step(_ action: ActionSpace.Element, using random: inout RandomStream) -> Step<[Float]>
  {
    checkStep(action)
    isOver = true
    return Step(observation: [0], reward: Reward(reward(for: action, at: [0])), ending: .terminated)
  }
}

extension ConstantProbe where ActionSpace == DiscreteSpace {
  /// Makes the world with two actions that are alike.
  public init() { self.init(actionSpace: DiscreteSpace(count: 2)) }
}
