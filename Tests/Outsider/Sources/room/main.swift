import Assay
import AssayEnvironments
import AssayTesting
import Foundation

/// A thermostat: heat, or do not, and stay near twenty degrees.
struct Room: Environment, PlaceableEnvironment {
  let observationSpace = BoxSpace(low: [-50], high: [100])
  let actionSpace = DiscreteSpace(count: 2)
  let rewardRange = -80.0...0.0
  private var degrees: Float = 20

  mutating func reset(using random: inout RandomStream) -> [Float] {
    degrees = Float(random.normal(mean: 15, deviation: 3))
    return [degrees]
  }
  mutating func step(_ action: Int, using random: inout RandomStream) -> Step<[Float]> {
    checkStep(action)
    degrees += (action == 1 ? 0.5 : 0) - 0.02 * (degrees - 5)
    return Step(observation: [degrees], reward: Reward(-Double(abs(degrees - 20))))
  }

  var stateNumbers: [Double] { [Double(degrees)] }
  mutating func place(at numbers: [Double]) throws(DataError) {
    guard numbers.count == 1, abs(numbers[0]) <= 50 else {
      throw DataError(field: "state", value: "\(numbers)", allowed: "one number from −50 to 50")
    }
    degrees = Float(numbers[0])
  }
  var picture: Picture {
    var drawing = Drawing(horizontal: 0...10, vertical: 0...40)
    drawing.shapes = [.line([.init(5, 0), .init(5, Double(degrees))], width: 1, tint: .danger)]
    return Picture(drawing: drawing, caption: "\(degrees) °C")
  }
}

let findings = EnvironmentChecks(TimeLimit(Room(), steps: 50)).run()
print(findings.isEmpty ? "the room keeps the contract" : "\(findings)")
let recording = try Trajectory(
  json: Data(
    """
    {"env": "room", "episodes": [{"kind": "cold start", "initial_state": [12.0], "actions": [1, 1],
      "observations": [[12.36], [12.7128]], "rewards": [-7.64, -7.2872], "terminated": [false, false], "length": 2}]}
    """.utf8))
let result = try TrajectoryReplay(recording).run(on: Room())
print(result)
exit(findings.isEmpty && result.agrees ? 0 : 1)
