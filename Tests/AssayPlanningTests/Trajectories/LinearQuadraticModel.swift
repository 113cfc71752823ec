import Assay
import AssayPlanning

/// A cart on a line, x′ = (x + ½v, v + ½a), that is to come to rest at 0:
///
///     r = −(x² + 0.1·v² + 0.2·a²),  V̂ = −(5·x² + v²)
struct LinearQuadraticModel: TrajectoryModel {
  let actionSpace = BoxSpace(count: 1, in: -2...2)
  var position = 1.0
  var speed = 0.0

  /// Of the best six actions from x = 1, v = 0, by the Riccati recursion in NumPy.
  static let bestReturn = -3.1353360888762722
  static let bestActions: [Double] = [
    -1.265233371855047, -0.004217432241586883, 0.4016567570463767, 0.39982684595003815, 0.2612497352855591,
    0.11484303656369997,
  ]

  func rollOut(
    _ batch: inout TrajectoryBatch, within clock: TrajectoryClock, using random: inout RandomStream
  ) -> Bool {
    for candidate in 0..<batch.count {
      var (x, v) = (position, speed)
      for step in 0..<batch.horizon {
        if clock.isOver { return false }
        let a = Double(batch.actions[candidate * batch.horizon + step])
        batch.rewards[candidate * batch.horizon + step] = -(x * x + 0.1 * v * v + 0.2 * a * a)
        (x, v) = (x + 0.5 * v, v + 0.5 * a)
      }
      batch.terminalValues[candidate] = -(5 * x * x + v * v)
    }
    return true
  }
}

/// The same cart, which knows its gradients: back through time, λ = dR/d(x, v).
struct DifferentiableLinearQuadraticModel: TrajectoryModel {
  let base = LinearQuadraticModel()
  var actionSpace: BoxSpace { base.actionSpace }

  func rollOut(
    _ batch: inout TrajectoryBatch, within clock: TrajectoryClock, using random: inout RandomStream
  ) -> Bool {
    base.rollOut(&batch, within: clock, using: &random)
  }

  func differentiate(
    _ batch: inout TrajectoryBatch, discount: Double, within clock: TrajectoryClock,
    using random: inout RandomStream
  ) -> Bool {
    precondition(discount == 1, "discount must be 1, but is \(discount)")
    guard rollOut(&batch, within: clock, using: &random) else { return false }
    batch.gradients = [Double](repeating: 0, count: batch.count * batch.horizon)
    for candidate in 0..<batch.count {
      let actions = batch.sequence(candidate).map(Double.init)
      var states = [(base.position, base.speed)]
      for action in actions {
        let (x, v) = states[states.count - 1]
        states.append((x + 0.5 * v, v + 0.5 * action))
      }
      var slope = (-10 * states[batch.horizon].0, -2 * states[batch.horizon].1)
      for step in (0..<batch.horizon).reversed() {
        batch.gradients[candidate * batch.horizon + step] = -0.4 * actions[step] + 0.5 * slope.1
        slope = (-2 * states[step].0 + slope.0, -0.2 * states[step].1 + 0.5 * slope.0 + slope.1)
      }
    }
    return true
  }
}

/// Earns nothing, but for one number that is no number.
struct FaultyModel: TrajectoryModel {
  let actionSpace = BoxSpace(count: 2, in: -1...1)
  var quantity: TrajectoryError.Quantity
  var candidate: Int
  var step: Int
  var value: Double

  func rollOut(
    _ batch: inout TrajectoryBatch, within clock: TrajectoryClock, using random: inout RandomStream
  ) -> Bool {
    guard candidate < batch.count else { return true }
    if quantity == .reward { batch.rewards[candidate * batch.horizon + step] = value }
    if quantity == .terminalValue { batch.terminalValues[candidate] = value }
    return true
  }

  func differentiate(
    _ batch: inout TrajectoryBatch, discount: Double, within clock: TrajectoryClock,
    using random: inout RandomStream
  ) -> Bool {
    batch.gradients = [Double](repeating: 0, count: batch.actions.count)
    if quantity == .gradient, candidate < batch.count {
      batch.gradients[(candidate * batch.horizon + step) * 2 + 1] = value
    }
    return rollOut(&batch, within: clock, using: &random)
  }
}
