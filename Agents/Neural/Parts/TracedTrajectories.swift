import Assay
import AssayNetworks
import AssayPlanning
import Synchronization

/// A model of networks that trajectories are planned in, and that knows its gradients: one step is described as a
/// computation, and rollouts are that computation over and over.
///
///     R = Σₜ γᵗ·r(xₜ, aₜ) + γᴴ·V̂(x_H),  xₜ₊₁ = f(xₜ, aₜ)
///
/// dR/da goes back through all steps. There are no endings.
public struct TracedTrajectories: TrajectoryModel {
  /// One step: the states that follow, `[rows, width]`, and the rewards, `[rows, 1]`, of states `[rows, width]` and
  /// actions `[rows, actions]`.
  public typealias Step = @Sendable (_ states: Matrix, _ actions: Matrix) -> (next: Matrix, rewards: Matrix)
  /// What states are worth, `[rows, 1]`, of states `[rows, width]`.
  public typealias Value = @Sendable (_ states: Matrix) -> Matrix

  public let actionSpace: BoxSpace
  /// The start states.
  public let states: [[Float]]
  private let step: Step
  private let value: Value?
  private let parameters: ParameterStore
  private let programs = Programs()

  /// Programs that were described before: what they are is the same whoever asks.
  private final class Programs: Sendable {
    struct Key: Hashable {
      var count: Int
      var horizon: Int
      /// γ where gradients are wanted.
      var discount: Double?
    }

    let known = Mutex<[Key: Program]>([:])
  }

  /// Makes a model.
  ///
  /// - Parameters:
  ///   - states: the start states, at least one, all of one width.
  ///   - actionSpace: what actions are chosen from: a box with limits.
  ///   - parameters: the store the networks' numbers lie in.
  ///   - value: what states are worth that come after the last step; `nil` for nothing.
  ///   - step: one step.
  public init(
    from states: [[Float]], actionSpace: BoxSpace, reading parameters: ParameterStore, value: Value? = nil,
    step: @escaping Step
  ) {
    precondition(!states.isEmpty, "there must be a start state")
    self.states = states
    self.actionSpace = actionSpace
    self.parameters = parameters
    self.value = value
    self.step = step
  }

  public var startCount: Int { states.count }

  public func rollOut(
    _ batch: inout TrajectoryBatch, within clock: TrajectoryClock, using random: inout RandomStream
  ) throws(TrajectoryError) -> Bool { run(&batch, discount: nil, within: clock) }

  public func differentiate(
    _ batch: inout TrajectoryBatch, discount: Double, within clock: TrajectoryClock,
    using random: inout RandomStream
  ) throws(TrajectoryError) -> Bool { run(&batch, discount: discount, within: clock) }

  /// Runs a whole batch at once: the clock is looked at before, and not within.
  private func run(_ batch: inout TrajectoryBatch, discount: Double?, within clock: TrajectoryClock) -> Bool {
    if clock.isOver { return false }
    let key = Programs.Key(count: batch.count, horizon: batch.horizon, discount: discount)
    var program = programs.known.withLock { $0[key] } ?? described(key)
    program.set("start", to: batch.starts.flatMap { states[$0] })
    for step in 0..<batch.horizon { program.set("action \(step)", to: batch.actions(at: step).values) }
    program.run(reading: parameters)
    let (count, horizon, width) = (batch.count, batch.horizon, batch.width)
    if discount != nil { batch.gradients = [Double](repeating: 0, count: count * horizon * width) }
    for step in 0..<horizon {
      program.withValues(of: "reward \(step)") { rewards in
        for candidate in 0..<count { batch.rewards[candidate * horizon + step] = Double(rewards[candidate]) }
      }
      guard discount != nil else { continue }
      program.withValues(of: "gradient \(step)") { gradients in
        for candidate in 0..<count {
          for index in 0..<width {
            batch.gradients[(candidate * horizon + step) * width + index] =
              Double(gradients[candidate * width + index])
          }
        }
      }
    }
    for candidate in 0..<count { batch.terminalValues[candidate] = 0 }
    if value != nil {
      program.withValues(of: "value") { values in
        for candidate in 0..<count { batch.terminalValues[candidate] = Double(values[candidate]) }
      }
    }
    programs.known.withLock { $0[key] = program }
    return true
  }

  private func described(_ key: Programs.Key) -> Program {
    Program(reading: parameters) { trace in
      var here: Matrix = trace.input("start", key.count, states[0].count)
      var actions: [Matrix] = []
      var total: Scalar?
      var factor = 1.0
      for index in 0..<key.horizon {
        let action: Matrix = trace.input("action \(index)", key.count, actionSpace.count)
        let (next, rewards) = step(here, action)
        trace.output("reward \(index)", rewards)
        let earned = rewards.sum() * Float(factor)
        total = total.map { $0 + earned } ?? earned
        factor *= key.discount ?? 1
        actions.append(action)
        here = next
      }
      if let value {
        let values = value(here)
        trace.output("value", values)
        let worth = values.sum() * Float(factor)
        total = total.map { $0 + worth } ?? worth
      }
      guard key.discount != nil, let total else { return }
      // Rows do not touch each other, so the gradient of their sum is that of each.
      for (index, action) in actions.enumerated() {
        trace.output("gradient \(index)", gradient(of: total, withRespectTo: action))
      }
    }
  }
}
