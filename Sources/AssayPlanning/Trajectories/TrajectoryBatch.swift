import Assay

/// Action sequences to try, and what a model predicts of each: one candidate a row.
///
/// The return of a candidate is
///
///     R = Σₜ γᵗ·rₜ + γᴴ·V̂,  t = 0 … H − 1
public struct TrajectoryBatch: Sendable {
  /// How many candidates there are.
  public let count: Int
  /// H, how many actions each has.
  public let horizon: Int
  /// How many numbers an action has.
  public let width: Int

  /// Which of the model's start states each candidate begins in, `[count]`.
  public var starts: [Int]
  /// What is done, `[count × horizon × width]`.
  public var actions: [Float]
  /// The reward predicted of each step, in reward units, 0 after an ending, `[count × horizon]`.
  public var rewards: [Double]
  /// V̂, what comes after the last step: 0 where nothing does or nobody was asked, `[count]`.
  public var terminalValues: [Double]
  /// dR/da, `[count × horizon × width]`; empty until somebody differentiates.
  public var gradients: [Double] = []

  /// Candidates that begin in one state.
  ///
  /// - Parameters:
  ///   - actions: what is done, `[count × horizon × width]`.
  ///   - horizon: how many actions each candidate has, at least 1.
  ///   - width: how many numbers an action has, at least 1.
  ///   - start: which of the model's start states they begin in.
  public init(actions: [Float], horizon: Int, width: Int, start: Int = 0) {
    precondition(horizon > 0, "horizon must be positive, but is \(horizon)")
    precondition(width > 0, "width must be positive, but is \(width)")
    precondition(
      actions.count % (horizon * width) == 0,
      "\(actions.count) numbers are no whole candidates of \(horizon) × \(width)")
    count = actions.count / (horizon * width)
    self.horizon = horizon
    self.width = width
    self.actions = actions
    starts = [Int](repeating: start, count: count)
    rewards = [Double](repeating: 0, count: count * horizon)
    terminalValues = [Double](repeating: 0, count: count)
  }

  /// What each candidate does at one step.
  @inlinable
  public func actions(at step: Int) -> VectorColumn {
    var column = VectorColumn(count: count, width: width)
    for candidate in 0..<count {
      let first = (candidate * horizon + step) * width
      for index in 0..<width { column.values[candidate * width + index] = actions[first + index] }
    }
    return column
  }

  /// All of what one candidate does, `[horizon × width]`.
  public func sequence(_ candidate: Int) -> [Float] {
    Array(actions[candidate * horizon * width..<(candidate + 1) * horizon * width])
  }

  /// R of each candidate.
  ///
  /// - Parameter discount: γ, in [0, 1].
  /// - Returns: R, `[count]`.
  /// - Throws: ``TrajectoryError`` for the first number that is not finite.
  public func returns(discount: Double) throws(TrajectoryError) -> [Double] {
    var returns = [Double](repeating: 0, count: count)
    for candidate in 0..<count {
      var factor = 1.0
      var sum = 0.0
      for step in 0..<horizon {
        let reward = rewards[candidate * horizon + step]
        guard reward.isFinite else {
          throw TrajectoryError(quantity: .reward, candidate: candidate, step: step, value: reward)
        }
        sum += factor * reward
        factor *= discount
      }
      let value = terminalValues[candidate]
      guard value.isFinite else {
        throw TrajectoryError(quantity: .terminalValue, candidate: candidate, step: horizon, value: value)
      }
      returns[candidate] = sum + factor * value
    }
    return returns
  }
}

/// A model predicted something that is no finite number.
public struct TrajectoryError: Error, Hashable, CustomStringConvertible {
  /// What kind of number.
  public enum Quantity: String, Sendable, Hashable, Codable {
    /// The reward of a step.
    case reward
    /// The value after the last step.
    case terminalValue = "terminal value"
    /// A number of the latent that a step leads to.
    case latent
    /// The derivative of the return by an action.
    case gradient
  }

  /// What kind of number.
  public var quantity: Quantity
  /// Which candidate, from 0.
  public var candidate: Int
  /// Which step, from 0; the horizon for what comes after the last.
  public var step: Int
  /// The number: NaN or infinite.
  public var value: Double

  public init(quantity: Quantity, candidate: Int, step: Int, value: Double) {
    self.quantity = quantity
    self.candidate = candidate
    self.step = step
    self.value = value
  }

  public var description: String {
    "the model's \(quantity.rawValue) of candidate \(candidate) at step \(step) is \(value); allowed: a finite number"
  }
}
