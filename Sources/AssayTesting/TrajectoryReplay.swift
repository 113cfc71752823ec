import Assay

/// Holds a world against a recording of what it should be, step by step.
///
/// Every episode is replayed from its recorded start by its recorded actions, and what the world shows is
/// compared with what was recorded: observations, states where there are any, training rewards, and whether a
/// step terminated the episode. It says something only where nothing but the start is random.
///
/// ```swift
/// let result = try TrajectoryReplay(trajectory).run(on: CartPole())
/// #expect(result.agrees, "\(result)")
/// ```
///
/// Recordings know no time limit. A truncation is therefore no difference: a world that is cut off is placed
/// where it stands, and goes on.
public struct TrajectoryReplay: Sendable {
  /// What was recorded.
  public let trajectory: Trajectory
  /// The absolute difference up to which two numbers agree.
  public let tolerance: Double

  /// Gets ready to replay a recording.
  ///
  /// - Parameters:
  ///   - trajectory: what was recorded.
  ///   - tolerance: the absolute difference up to which two numbers agree; the usual one allows for
  ///     observations in single precision.
  public init(_ trajectory: Trajectory, tolerance: Double = 1e-5) {
    precondition(
      tolerance >= 0 && tolerance.isFinite, "tolerance must be finite and not negative, but is \(tolerance)")
    self.trajectory = trajectory
    self.tolerance = tolerance
  }

  /// Replays every episode; one that ends where the recording does not, or goes on where the recording ends,
  /// is left there.
  ///
  /// - Parameter world: the world; its own state does not matter.
  /// - Returns: how far it agrees.
  /// - Throws: `DataError` where the recording does not fit the world: rows of another width, a state it
  ///   refuses, an action that is none of it or that `isAvailable(_:)` denies. A world that takes actions
  ///   beyond its limits, and clips them, has to say so there.
  public func run(on world: some PlaceableEnvironment) throws(DataError) -> Result {
    var world = world
    var comparison = Comparison(tolerance: tolerance)
    // Steps draw from it where a world draws without need.
    var random = RandomStream(seed: 0)
    for (index, episode) in trajectory.episodes.enumerated() {
      try replay(episode, number: index, on: &world, using: &random, into: &comparison)
    }
    return comparison.result(episodes: trajectory.episodes.count)
  }

  private func replay<World: PlaceableEnvironment>(
    _ episode: Trajectory.Episode, number: Int, on world: inout World, using random: inout RandomStream,
    into comparison: inout Comparison
  ) throws(DataError) {
    do {
      try world.place(at: episode.initialState)
    } catch {
      throw DataError(
        field: "episodes[\(number)].initial_state", value: "\(episode.initialState)", allowed: error.allowed)
    }
    for step in 0..<episode.length {
      let place = Place(episode: number, step: step)
      guard let action = world.actionSpace.element(from: episode.actions[step]), world.isAvailable(action)
      else {
        throw DataError(
          field: "episodes[\(number)].actions[\(step)]", value: "\(episode.actions[step])",
          allowed: "\(world.actionSpace), available in its state")
      }
      let found = world.step(action, using: &random)
      try comparison.compare(
        "observation", episode.observations[step],
        with: world.observationSpace.numbers(of: found.observation),
        at: place)
      if !episode.states.isEmpty {
        try comparison.compare("state", episode.states[step], with: world.stateNumbers, at: place)
      }
      comparison.compare("reward", episode.rewards[step], with: found.reward.value, at: place)
      let isTerminated = found.ending == .terminated
      comparison.compare(
        Self.terminated, episode.terminated[step] ? 1 : 0, with: isTerminated ? 1 : 0, at: place)
      comparison.steps += 1
      if isTerminated { return }
      if found.ending == .truncated { try world.place(at: world.stateNumbers) }
    }
  }

  /// The column of endings, in which everything but equality is a difference.
  fileprivate static let terminated = "terminated"
}

extension TrajectoryReplay {
  /// A step of a recording.
  public struct Place: Sendable, Hashable, Codable {
    /// Which episode, from 0.
    public let episode: Int
    /// Which of its steps, from 0.
    public let step: Int
  }

  /// How far one number of every step agrees.
  public struct Column: Sendable, Hashable, Codable {
    /// What it is: `observation[0]`, `state[1]`, `reward`, `terminated`, which is 1 where a step terminates.
    public let name: String
    /// The largest absolute difference; `nil` where the world gave what is no finite number, which counts as
    /// larger than any.
    public fileprivate(set) var difference: Double?
    /// Where it shows first.
    public fileprivate(set) var place: Place
  }

  /// A number of a step that differs by more than the tolerance.
  public struct Mismatch: Sendable, Hashable, Codable {
    /// Where it shows.
    public let place: Place
    /// Which number: the name of a ``Column``.
    public let column: String
    /// What was recorded.
    public let recorded: Double
    /// What the world gave; `nil` for what is no finite number.
    public let found: Double?
  }

  /// How far a world agrees with a recording.
  public struct Result: Sendable, Hashable, Codable {
    /// How many episodes were replayed.
    public let episodes: Int
    /// How many steps were compared.
    public let steps: Int
    /// Each number of a step, in the order of the recording; empty where no step was compared.
    public let columns: [Column]
    /// The first number that differs by more than the tolerance; `nil` where all agree.
    public let mismatch: Mismatch?

    /// Whether anything was compared, and nothing differs by more than the tolerance.
    public var agrees: Bool { mismatch == nil && steps > 0 }
  }
}

extension TrajectoryReplay.Result: CustomStringConvertible {
  /// One line: that all agrees, or where it first does not.
  public var description: String {
    let counts = "\(steps) steps of \(episodes) episodes"
    guard let mismatch else { return "\(counts) agree" }
    let found = mismatch.found.map { "\($0)" } ?? "no finite number"
    return "episode \(mismatch.place.episode), step \(mismatch.place.step): \(mismatch.column) is \(found), "
      + "recorded as \(mismatch.recorded) (\(counts) compared)"
  }
}

/// What was compared so far.
private struct Comparison {
  let tolerance: Double
  var steps = 0
  private var columns: [TrajectoryReplay.Column] = []
  private var mismatch: TrajectoryReplay.Mismatch?

  init(tolerance: Double) { self.tolerance = tolerance }

  func result(episodes: Int) -> TrajectoryReplay.Result {
    TrajectoryReplay.Result(episodes: episodes, steps: steps, columns: columns, mismatch: mismatch)
  }

  mutating func compare(
    _ name: String, _ recorded: [Double], with found: [Double], at place: TrajectoryReplay.Place
  ) throws(DataError) {
    guard recorded.count == found.count else {
      throw DataError(
        field: "episodes[\(place.episode)].\(name)s[\(place.step)]", value: "\(recorded.count) numbers long",
        allowed: "\(found.count) numbers, as the world has")
    }
    for index in recorded.indices {
      compare("\(name)[\(index)]", recorded[index], with: found[index], at: place)
    }
  }

  mutating func compare(
    _ name: String, _ recorded: Double, with found: Double, at place: TrajectoryReplay.Place
  ) {
    let difference = found.isFinite ? abs(found - recorded) : .infinity
    let finite = difference.isFinite ? difference : nil
    if let index = columns.firstIndex(where: { $0.name == name }) {
      if let largest = columns[index].difference, difference > largest {
        columns[index].difference = finite
        columns[index].place = place
      }
    } else {
      columns.append(TrajectoryReplay.Column(name: name, difference: finite, place: place))
    }
    // Endings are 0 or 1, and no tolerance makes them the same.
    if mismatch == nil, difference > tolerance || difference > 0 && name == TrajectoryReplay.terminated {
      mismatch = TrajectoryReplay.Mismatch(
        place: place, column: name, recorded: recorded, found: found.isFinite ? found : nil)
    }
  }
}
