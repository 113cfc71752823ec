import Assay

/// Two steps, of which the second is paid 1: the value is γ at first, and then 1.
///
/// An agent that passes `ObservationProbe` and not this one discounts otherwise than it says, or takes the wrong thing
/// for what follows.
///
/// - **Observation**: 0 at first, then 1.
/// - **Action**: any of a space; all are alike.
/// - **Reward**: 0 for the first step, 1 for the second.
/// - **Ending**: terminates with the second step.
/// - SeeAlso: Jones (2021), *Debugging RL, without the agonizing pain*.
public struct DelayedProbe<ActionSpace: ColumnarSpace>: ProbeWorld {
  public let observationSpace = BoxSpace(count: 1, in: 0...1)
  public let actionSpace: ActionSpace
  public let rewardRange = 0.0...1.0
  public private(set) var isOver = false
  private var shown: Float = 0

  /// Makes the world.
  ///
  /// - Parameter actionSpace: what is chosen from, and does not matter.
  public init(actionSpace: ActionSpace) { self.actionSpace = actionSpace }

  public var probe: Probe {
    Probe(
      name: "delayed-probe", question: "V is γ, and then 1, where the second of two steps is paid 1",
      suspect: .bootstrapping, isOfValuesOnly: true)
  }

  public var shownObservations: [[Float]] { [[0], [1]] }

  public func reward(for action: ActionSpace.Element, at observation: [Float]) -> Double {
    Double(observation[0])
  }

  public func valueAfter(_ observation: [Float], discount: Double) -> Double { observation[0] == 0 ? 1 : 0 }

  public mutating func reset(using random: inout RandomStream) -> [Float] {
    isOver = false
    shown = 0
    return [shown]
  }

  public mutating func step(_ action: ActionSpace.Element, using random: inout RandomStream) -> Step<[Float]>
  {
    checkStep(action)
    let paid = reward(for: action, at: [shown])
    isOver = shown == 1
    shown = 1
    return Step(observation: [shown], reward: Reward(paid), ending: isOver ? .terminated : nil)
  }
}

extension DelayedProbe where ActionSpace == DiscreteSpace {
  /// Makes the world with two actions that are alike.
  public init() { self.init(actionSpace: DiscreteSpace(count: 2)) }
}
