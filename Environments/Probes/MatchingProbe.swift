import Assay

/// The action that belongs to what is shown is paid 1, and the other one −1.
///
/// An agent that passes `ObservationProbe` and `ActionProbe` and not this one mixes up which observation, action and
/// reward belong together: rows in another order, an observation of another step.
///
/// - **Observation**: −1 or 1, equally often.
/// - **Action**: 0, which belongs to −1, or 1, which belongs to 1.
/// - **Reward**: 1 or −1.
/// - **Ending**: terminates with every step.
/// - SeeAlso: Jones (2021), *Debugging RL, without the agonizing pain*.
public struct MatchingProbe: ProbeWorld {
  public let observationSpace = BoxSpace(count: 1, in: -1...1)
  public let actionSpace = DiscreteSpace(count: 2)
  public let rewardRange = -1.0...1.0
  public private(set) var isOver = false
  private var shown: Float = 1

  /// Makes the world.
  public init() {}

  public var probe: Probe {
    Probe(
      name: "matching-probe", question: "the action that belongs to what is shown is taken",
      suspect: .conditioning, isOfValuesOnly: false)
  }

  public var shownObservations: [[Float]] { [[-1], [1]] }

  public func reward(for action: Int, at observation: [Float]) -> Double {
    action == bestAction(at: observation) ? 1 : -1
  }

  public func bestAction(at observation: [Float]) -> Int? { observation[0] > 0 ? 1 : 0 }

  public mutating func reset(using random: inout RandomStream) -> [Float] {
    isOver = false
    shown = random.integer(below: 2) == 0 ? -1 : 1
    return [shown]
  }

  public mutating func step(_ action: Int, using random: inout RandomStream) -> Step<[Float]> {
    checkStep(action)
    isOver = true
    return Step(observation: [shown], reward: Reward(reward(for: action, at: [shown])), ending: .terminated)
  }
}

/// `MatchingProbe` where actions are numbers: what is paid falls with the distance from half of what is shown.
///
/// - **Observation**: o, −1 or 1, equally often.
/// - **Action**: a, from −1 to 1.
/// - **Reward**: 1 − (a − o/2)².
/// - **Ending**: terminates with every step.
public struct ContinuousMatchingProbe: ProbeWorld {
  public let observationSpace = BoxSpace(count: 1, in: -1...1)
  public let actionSpace = BoxSpace(count: 1, in: -1...1)
  public let rewardRange = -1.25...1.0
  public private(set) var isOver = false
  private var shown: Float = 1

  /// Makes the world.
  public init() {}

  public var probe: Probe {
    Probe(
      name: "continuous-matching-probe", question: "the number that belongs to what is shown is chosen",
      suspect: .conditioning, isOfValuesOnly: false)
  }

  public var shownObservations: [[Float]] { [[-1], [1]] }

  public func reward(for action: [Float], at observation: [Float]) -> Double {
    let distance = Double(action[0]) - Double(observation[0]) / 2
    return 1 - distance * distance
  }

  public func bestAction(at observation: [Float]) -> [Float]? { [observation[0] / 2] }

  public mutating func reset(using random: inout RandomStream) -> [Float] {
    isOver = false
    shown = random.integer(below: 2) == 0 ? -1 : 1
    return [shown]
  }

  public mutating func step(_ action: [Float], using random: inout RandomStream) -> Step<[Float]> {
    checkStep(action)
    isOver = true
    return Step(observation: [shown], reward: Reward(reward(for: action, at: [shown])), ending: .terminated)
  }
}
