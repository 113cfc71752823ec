import Assay

/// A world that records what happens in it, as episodes that can be stored and replayed.
///
/// It behaves as the base, bit for bit. An episode is recorded from each reset, and from each place it is put
/// into, to the next; one without steps is forgotten. States are recorded where the base can be placed in
/// them. The format has no place for the first observation, for performances and for truncations, so those
/// are not kept.
///
/// ```swift
/// var world = Recording(CliffWalking(), kind: "random")
/// // … steps …
/// let file = try world.trajectory.json()
/// ```
public struct Recording<Base: Environment>: Environment {
  /// How the actions are chosen, in a word: `Trajectory.Episode.kind` of every episode.
  public let kind: String
  /// The world itself.
  public private(set) var base: Base

  private var finished: [Trajectory.Episode] = []
  /// What is being recorded; `nil` before the first reset.
  private var current: Trajectory.Episode?

  /// Makes a world that records.
  ///
  /// - Parameters:
  ///   - base: the world itself.
  ///   - kind: how the actions are chosen, in a word.
  public init(_ base: Base, kind: String = "recorded") {
    self.base = base
    self.kind = kind
  }

  public var observationSpace: Base.ObservationSpace { base.observationSpace }
  public var actionSpace: Base.ActionSpace { base.actionSpace }
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

  /// What was recorded so far, with the episode that still goes on.
  public var episodes: [Trajectory.Episode] {
    finished + (current.map { $0.length > 0 ? [$0] : [] } ?? [])
  }

  /// What was recorded so far, ready to be written.
  ///
  /// - Throws: `DataError` where the base gave what a recording cannot hold, such as an observation of NaN.
  public var trajectory: Trajectory {
    get throws(DataError) {
      try Trajectory(environment: name, episodes: episodes, maximumSteps: timeLimit)
    }
  }

  /// Forgets the episodes that are over, so that a long run need not keep them.
  ///
  /// - Returns: those episodes.
  public mutating func removeFinished() -> [Trajectory.Episode] {
    if isOver { keepCurrent() }
    defer { finished = [] }
    return finished
  }

  public func isAvailable(_ action: Base.Action) -> Bool { base.isAvailable(action) }

  public mutating func reset(using random: inout RandomStream) -> Base.Observation {
    let observation = base.reset(using: &random)
    start()
    return observation
  }

  public mutating func step(_ action: Base.Action, using random: inout RandomStream) -> Step<Base.Observation>
  {
    // A world that needs no reset may be stepped at once.
    if current == nil { start() }
    let step = base.step(action, using: &random)
    let (taken, seen) = (actionSpace.numbers(of: action), observationSpace.numbers(of: step.observation))
    current?.actions.append(taken)
    current?.observations.append(seen)
    current?.rewards.append(step.reward.value)
    current?.terminated.append(step.ending == .terminated)
    if let numbers { current?.states.append(numbers) }
    return step
  }

  /// The numbers of the base's state, where it has any.
  private var numbers: [Double]? { (base as? any PlaceableEnvironment)?.stateNumbers }

  private mutating func start() {
    keepCurrent()
    current = Trajectory.Episode(kind: kind, initialState: numbers ?? [])
  }

  private mutating func keepCurrent() {
    if let current, current.length > 0 { finished.append(current) }
    current = nil
  }
}

extension Recording: PlaceableEnvironment where Base: PlaceableEnvironment {
  public var stateNumbers: [Double] { base.stateNumbers }

  public mutating func place(at numbers: [Double]) throws(DataError) {
    try base.place(at: numbers)
    start()
  }
}

extension Recording: EnumerableEnvironment where Base: EnumerableEnvironment {
  public var discount: Double { base.discount }
  public var state: Int { base.state }
  public var initialDistribution: [Double] { base.initialDistribution }
  public var stateNames: [String] { base.stateNames }
  public var map: GridMap? { base.map }
  public var features: StateFeatures? { base.features }
  public var goals: [GoalHypothesis] { base.goals }

  public mutating func place(in state: Int) {
    base.place(in: state)
    start()
  }

  public func outcomes(of action: Int, in state: Int) -> [Outcome] { base.outcomes(of: action, in: state) }
}
