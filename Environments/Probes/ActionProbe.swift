import Assay

/// One of four actions is paid 1, and the others nothing, always the same one.
///
/// An agent whose critic passes `ConstantProbe` and that does not find the action has broken advantages, or a broken
/// policy loss. That it stumbles on the action without learning has a chance of one in four at most, and it
/// also has to take it most of the time.
///
/// - **Observation**: always 0.
/// - **Action**: one of four.
/// - **Reward**: 1 for action 2, else 0.
/// - **Ending**: terminates with every step.
/// - SeeAlso: Jones (2021), *Debugging RL, without the agonizing pain*.
public struct ActionProbe: ProbeWorld {
  public let observationSpace = BoxSpace(count: 1, in: 0...0)
  public let actionSpace = DiscreteSpace(count: 4)
  public let rewardRange = 0.0...1.0
  public private(set) var isOver = false

  /// Makes the world.
  public init() {}

  public var probe: Probe {
    Probe(
      name: "action-probe", question: "the one action that is paid is taken", suspect: .policyGradient,
      isOfValuesOnly: false)
  }

  public var shownObservations: [[Float]] { [[0]] }

  public func reward(for action: Int, at observation: [Float]) -> Double { action == 2 ? 1 : 0 }

  public func bestAction(at observation: [Float]) -> Int? { 2 }

  public mutating func reset(using random: inout RandomStream) -> [Float] {
    isOver = false
    return [0]
  }

  public mutating func step(_ action: Int, using random: inout RandomStream) -> Step<[Float]> {
    checkStep(action)
    isOver = true
    return Step(observation: [0], reward: Reward(reward(for: action, at: [0])), ending: .terminated)
  }
}

/// `ActionProbe` where actions are numbers: what is paid falls with the distance from 0.5.
///
/// - **Observation**: always 0.
/// - **Action**: a, from −1 to 1.
/// - **Reward**: 1 − (a − 0.5)².
/// - **Ending**: terminates with every step.
public struct ContinuousActionProbe: ProbeWorld {
  public let observationSpace = BoxSpace(count: 1, in: 0...0)
  public let actionSpace = BoxSpace(count: 1, in: -1...1)
  public let rewardRange = -1.25...1.0
  public private(set) var isOver = false

  /// Makes the world.
  public init() {}

  public var probe: Probe {
    Probe(
      name: "continuous-action-probe", question: "the number that is paid most for is chosen",
      suspect: .policyGradient, isOfValuesOnly: false)
  }

  public var shownObservations: [[Float]] { [[0]] }

  public func reward(for action: [Float], at observation: [Float]) -> Double {
    let distance = Double(action[0]) - 0.5
    return 1 - distance * distance
  }

  public func bestAction(at observation: [Float]) -> [Float]? { [0.5] }

  public mutating func reset(using random: inout RandomStream) -> [Float] {
    isOver = false
    return [0]
  }

  public mutating func step(_ action: [Float], using random: inout RandomStream) -> Step<[Float]> {
    checkStep(action)
    isOver = true
    return Step(observation: [0], reward: Reward(reward(for: action, at: [0])), ending: .terminated)
  }
}
