import Assay
import Foundation

/// A point on a circle that is turned by the same angle in every step, and can be pushed.
///
/// ![A point that is turned on a circle, by a little more than a model may say](rotation)
///
/// The angle φ of the point, in radians, grows in each step by turn·(1 + error) + strength·push, where the push is
/// chosen from −1 to 1. Episodes start anywhere on the circle, each angle equally likely. The reward is the cosine of
/// the angle after the step. The standard turn is a twelfth of a circle, 30°, and the standard strength 45°, so that
/// the point can be held at φ = 0, where it is worth 1 a step.
///
/// What `error` is for: whoever learned, or was told, that it is 0 is wrong by that share of the turn in each step.
/// The error of such a model grows with the number of steps that it looks ahead, whatever the pushes are and whatever
/// the agent wants: after n steps the point is 2·|sin(n·turn·error/2)| away from where it was predicted, which for an
/// error of 1% is 0.005 after one step and 0.518 after a hundred.
///
/// - **Observation**: two numbers, cos φ and sin φ.
/// - **Action**: one number from −1 to 1, the push.
/// - **Reward**: cos φ after the step: from −1 to 1.
/// - **Ending**: none.
/// - **For**: how the error of a world model compounds over a rollout. ``RotationRing`` is the same on a ring of
///   cells, with exact truth.
/// - SeeAlso: Venkatraman, Hebert & Bagnell (2015), *Improving multi-step prediction of learned time series models*;
///   Talvitie (2014), *Model regularization for stable sample rollouts*.
public struct Rotation: Environment {
  public let name = "rotation"
  public let observationSpace = BoxSpace(count: 2, in: -1...1)
  public let actionSpace = BoxSpace(count: 1, in: -1...1)
  public let rewardRange = -1.0...1.0
  /// How far the point is turned in each step, in radians, but for the error.
  public let turn: Double
  /// By which share the turn is larger than that.
  public let error: Double
  /// How far a push of 1 goes, in radians.
  public let strength: Double
  /// φ, where the point is, in radians from −π to π.
  public private(set) var angle: Double = .pi

  /// Makes the circle, with the point opposite to where it is worth most.
  ///
  /// - Parameters:
  ///   - turn: how far the point is turned in each step, in radians, but for the error.
  ///   - error: by which share the turn is larger than that.
  ///   - strength: how far a push of 1 goes, in radians; not negative.
  public init(turn: Double = .pi / 6, error: Double = 0, strength: Double = .pi / 4) {
    precondition(turn.isFinite, "turn must be finite, but is \(turn)")
    precondition(error.isFinite, "error must be finite, but is \(error)")
    precondition(strength >= 0 && strength.isFinite, "strength must not be negative, but is \(strength)")
    self.turn = turn
    self.error = error
    self.strength = strength
  }

  public mutating func reset(using random: inout RandomStream) -> [Float] {
    angle = (2 * random.unit() - 1) * .pi
    return observation
  }

  public mutating func step(_ action: [Float], using random: inout RandomStream) -> Step<[Float]> {
    checkStep(action)
    angle = Self.wrapped(angle + turn * (1 + error) + strength * Double(action[0]))
    return Step(observation: observation, reward: Reward(cos(angle)))
  }

  private var observation: [Float] { [Float(cos(angle)), Float(sin(angle))] }

  /// The same angle, from −π to π.
  private static func wrapped(_ angle: Double) -> Double { angle.remainder(dividingBy: 2 * .pi) }

  public var picture: Picture {
    func point(_ angle: Double, _ radius: Double) -> Drawing.Point {
      Drawing.Point(radius * cos(angle), radius * sin(angle))
    }
    let degrees = Int((angle * 180 / .pi).rounded())
    let circle = (0...48).map { point(Double($0) * .pi / 24, 1) }
    return Picture(
      drawing: Drawing(
        horizontal: -1.3...1.3, vertical: -1.3...1.3,
        shapes: [
          .line(circle, width: 0.03, tint: .muted),
          .disc(center: point(0, 1), radius: 0.12, tint: .goal),
          .line([point(0, 0), point(angle, 1)], width: 0.03, tint: .object),
          .disc(center: point(angle, 1), radius: 0.09, tint: .agent),
        ]), caption: "at \(degrees < 0 ? "−" : "")\(abs(degrees))°")
  }
}

extension Rotation: PlaceableEnvironment {
  /// φ, in radians.
  public var stateNumbers: [Double] { [angle] }

  public mutating func place(at numbers: [Double]) throws(DataError) {
    guard numbers.count == 1, numbers[0].isFinite else {
      throw DataError(field: "state", value: "\(numbers)", allowed: "one finite number, an angle in radians")
    }
    // An angle that is in range stays what it is, bit for bit.
    angle = abs(numbers[0]) <= .pi ? numbers[0] : Self.wrapped(numbers[0])
  }
}
