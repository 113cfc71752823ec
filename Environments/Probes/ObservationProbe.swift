import Assay

/// A step is paid what the observation says, −1 or 1: the value is the observation.
///
/// An agent that passes `ConstantProbe` and not this one does not get observations to its critic, or gradients back.
///
/// - **Observation**: −1 or 1, equally often.
/// - **Action**: any of a space; all are alike.
/// - **Reward**: the observation.
/// - **Ending**: terminates with every step.
/// - SeeAlso: Jones (2021), *Debugging RL, without the agonizing pain*.
public struct ObservationProbe<ActionSpace: ColumnarSpace>: ProbeWorld {
  public let observationSpace = BoxSpace(count: 1, in: -1...1)
  public let actionSpace: ActionSpace
  public let rewardRange = -1.0...1.0
  public private(set) var isOver = false
  private var shown: Float = 1

  /// Makes the world.
  ///
  /// - Parameter actionSpace: what is chosen from, and does not matter.
  public init(actionSpace: ActionSpace) { self.actionSpace = actionSpace }

  public var probe: Probe {
    Probe(
      name: "observation-probe", question: "V is what is shown where a step is paid what is shown",
      suspect: .observationPath, isOfValuesOnly: true)
  }

  public var shownObservations: [[Float]] { [[-1], [1]] }

  public func reward(for action: ActionSpace.Element, at observation: [Float]) -> Double {
    Double(observation[0])
  }

  public mutating func reset(using random: inout RandomStream) -> [Float] {
    isOver = false
    shown = random.integer(below: 2) == 0 ? -1 : 1
    return [shown]
  }

  public mutating func step(_ action: ActionSpace.Element, using random: inout RandomStream) -> Step<[Float]>
  {
    checkStep(action)
    isOver = true
    return Step(observation: [shown], reward: Reward(reward(for: action, at: [shown])), ending: .terminated)
  }
}

extension ObservationProbe where ActionSpace == DiscreteSpace {
  /// Makes the world with two actions that are alike.
  public init() { self.init(actionSpace: DiscreteSpace(count: 2)) }
}
