import Assay

/// What ways of acting earn from the same starts: so that a planner can be laid beside a reference, start by start.
///
/// ```swift
/// let trial = ControlTrial(Pendulum(), starts: [[.pi, 0]], steps: 200)
/// let best = try trial.returns(of: grid)
/// let planned = try trial.returns(of: CrossEntropyMethod.improved(horizon: 60), seed: 0)
/// ```
public struct ControlTrial<World: PlaceableEnvironment>: Sendable
where World.Action == [Float], World.ActionSpace == BoxSpace {
  /// The world, in whatever state, without its time limit.
  public let world: World
  /// The numbers of the states that are started from.
  public let starts: [[Double]]
  /// How many steps are taken, unless the episode ends before.
  public let steps: Int
  /// γ of the returns.
  public let discount: Double

  /// Makes a trial.
  ///
  /// - Parameters:
  ///   - world: the world, in whatever state; its time limit is taken off.
  ///   - starts: the ``PlaceableEnvironment/stateNumbers`` that are started from.
  ///   - steps: how many steps are taken, at least 1.
  ///   - discount: γ, in [0, 1].
  public init(_ world: World, starts: [[Double]], steps: Int, discount: Double = 1) {
    precondition(steps > 0, "steps must be positive, but is \(steps)")
    precondition(discount >= 0 && discount <= 1, "discount must be in [0, 1], but is \(discount)")
    self.world = world.withoutTimeLimit()
    self.starts = starts
    self.steps = steps
    self.discount = discount
  }

  /// What a way of acting earns from each start.
  ///
  /// - Parameters:
  ///   - seed: what chance the world knows comes from substreams of it, one for each start.
  ///   - act: chooses an action for the world where it is, given which start it came from and how many steps were taken.
  /// - Returns: Σₜ γᵗ·rₜ, `[starts]`.
  /// - Throws: what `act` throws, and `DataError` where the world takes a start for no state.
  @inlinable
  public func returns(
    seed: UInt64 = 0, acting act: (_ world: World, _ start: Int, _ step: Int) throws -> [Float]
  ) throws -> [Double] {
    let root = RandomStream(seed: seed)
    return try starts.indices.map { start in
      var world = world
      var random = root.substream(UInt64(start))
      try world.place(at: starts[start])
      var sum = 0.0
      var factor = 1.0
      for step in 0..<steps {
        let outcome = world.step(try act(world, start, step), using: &random)
        sum += factor * outcome.reward.value
        factor *= discount
        if outcome.ending != nil { break }
      }
      return sum
    }
  }

  /// What an optimiser earns that plans each step anew in the true model, and begins with what is left of its last plan.
  ///
  /// - Parameters:
  ///   - optimizer: how plans are found.
  ///   - seed: what it draws comes from substreams of it, one for each start.
  ///   - terminalValue: what a state is worth that is seen after the last step of a plan; `nil` for nothing.
  /// - Returns: Σₜ γᵗ·rₜ, `[starts]`.
  /// - Throws: ``TrajectoryError``, and `DataError` where the world takes a start for no state.
  @inlinable
  public func returns(
    of optimizer: some TrajectoryOptimizer, seed: UInt64,
    terminalValue: EnvironmentTrajectories<World>.TerminalValue? = nil
  ) throws -> [Double] {
    let root = RandomStream(seed: seed)
    var control = TrajectoryControl(optimizer)
    var random = root
    return try returns(seed: seed) { world, start, step in
      if step == 0 {
        control.restart()
        random = root.substream(UInt64(start)).substream(1)
      }
      return try control.action(
        in: EnvironmentTrajectories(world, terminalValue: terminalValue), using: &random)
    }
  }

  /// What the best action of a grid earns, each found by one step in the world and the grid's value after it.
  ///
  /// - Parameters:
  ///   - grid: the grid.
  ///   - actions: what to choose from; `nil` for the actions of the grid.
  /// - Returns: Σₜ γᵗ·rₜ, `[starts]`.
  /// - Throws: `DataError` where the world takes a start for no state.
  public func returns(of grid: GridValueIteration, choosingFrom actions: [[Float]]? = nil) throws -> [Double]
  {
    try returns { world, _, _ in grid.action(in: world, from: actions) }
  }
}
