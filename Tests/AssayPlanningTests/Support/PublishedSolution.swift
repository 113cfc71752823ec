import AssayPlanning
import Foundation

/// Optimal values and policy of a process, computed by another program.
struct PublishedSolution {
  var discount: Double
  var values: [Double]
  var policy: [Int]
  /// The values of the policy that takes every action equally often; empty where not published.
  var uniformValues: [Double]

  /// Reads a solution from the resources.
  init(named name: String) throws {
    struct File: Decodable {
      enum CodingKeys: String, CodingKey {
        case discount
        case gamma
        case values = "V"
        case uniformValues = "V_uniform"
        case optimalValues = "optimal_values"
        case policy
        case optimalPolicy = "optimal_policy"
      }

      var discount: Double?
      var gamma: Double?
      var values: [Double]?
      var uniformValues: [Double]?
      var optimalValues: [Double]?
      var policy: [Int]?
      var optimalPolicy: [Int]?
    }
    // Whether the folder counts as a subdirectory of the bundle depends on the platform.
    let place =
      Bundle.module.url(forResource: "\(name).solution", withExtension: "json", subdirectory: "Resources")
      ?? Bundle.module.url(forResource: "\(name).solution", withExtension: "json")
    guard let place else { throw CocoaError(.fileNoSuchFile) }
    let data = try Data(contentsOf: place)
    let file = try JSONDecoder().decode(File.self, from: data)
    guard let discount = file.discount ?? file.gamma, let values = file.values ?? file.optimalValues,
      let policy = file.policy ?? file.optimalPolicy
    else { throw CocoaError(.coderValueNotFound) }
    self.discount = discount
    self.values = values
    self.policy = policy
    uniformValues = file.uniformValues ?? []
  }
}

/// The largest difference between two lists of numbers.
func distance(_ one: [Double], _ other: [Double]) -> Double {
  zip(one, other).map { abs($0 - $1) }.max() ?? 0
}

extension SolutionMethod {
  /// Those that need few sweeps, however near to 1 the discount is. Methods that back up a state at a time go
  /// on until γᵗ has vanished, which is too long for a loop over many processes.
  static let fewSweeps: [SolutionMethod] = [.valueIteration, .policyIteration, .modifiedPolicyIteration]
}
