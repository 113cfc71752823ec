import Foundation

/// A number that changes with the number of steps taken, such as a learning rate: a pure function of the
/// step.
///
/// A literal is a constant: `rate: 3e-4`.
public indirect enum Schedule:
  Sendable, Hashable, ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral
{
  /// The same at every step.
  case constant(Double)
  /// from + (to − from) · min(n / over, 1).
  case linear(from: Double, to: Double, over: Int)
  /// to + (from − to) · (1 + cos(π · min(n / over, 1))) / 2.
  ///
  /// - SeeAlso: Loshchilov & Hutter (2017), *SGDR: stochastic gradient descent with warm restarts*, eq. 5.
  case cosine(from: Double, to: Double, over: Int)
  /// from · factor^(n / every), decaying a little at each step.
  case exponential(from: Double, factor: Double, every: Int)
  /// from · factor^⌊n / every⌋, decaying all at once every so many steps.
  case staircase(from: Double, factor: Double, every: Int)
  /// Rises in equal parts to what `then` begins with, (n + 1) / over of it at step n < over; from there on
  /// `then`, whose steps are counted from where it takes over.
  case warmUp(over: Int, then: Schedule)

  public init(floatLiteral value: Double) { self = .constant(value) }

  public init(integerLiteral value: Int) { self = .constant(Double(value)) }

  /// The number at a step.
  ///
  /// - Parameter step: how many steps were taken before, at least zero.
  /// - Returns: the number, in the units the schedule was given in.
  public func value(at step: Int) -> Double {
    precondition(step >= 0, "step must not be negative, but is \(step)")
    switch self {
    case .constant(let value): return value
    case .linear(let from, let to, let over): return from + (to - from) * Self.fraction(step, of: over)
    case .cosine(let from, let to, let over):
      return to + (from - to) * (1 + cos(.pi * Self.fraction(step, of: over))) / 2
    case .exponential(let from, let factor, let every):
      precondition(every > 0, "every must be positive, but is \(every)")
      return from * pow(factor, Double(step) / Double(every))
    case .staircase(let from, let factor, let every):
      precondition(every > 0, "every must be positive, but is \(every)")
      return from * pow(factor, Double(step / every))
    case .warmUp(let over, let then):
      precondition(over > 0, "over must be positive, but is \(over)")
      return step < over
        ? then.value(at: 0) * Double(step + 1) / Double(over) : then.value(at: step - over)
    }
  }

  private static func fraction(_ step: Int, of over: Int) -> Double {
    precondition(over > 0, "over must be positive, but is \(over)")
    return min(Double(step) / Double(over), 1)
  }
}
