import Assay
import Foundation

/// The path of a file under Resources.
func resource(_ name: String) throws -> String {
  // A bundle that is a plain folder, as on Linux, takes a folder called Resources for its own.
  let url =
    Bundle.module.url(forResource: name, withExtension: nil, subdirectory: "Resources")
    ?? Bundle.module.url(forResource: name, withExtension: nil)
  guard let url else { throw CocoaError(.fileNoSuchFile) }
  return url.path
}

/// The values of the policy that takes every available action equally often, by sweeps until nothing changes.
///
/// Short and slow on purpose: what it checks must not be what the package computes with.
func uniformPolicyValues(of world: some EnumerableEnvironment) -> [Double] {
  let actions = (0..<world.stateCount).map { state in
    (0..<world.actionCount).map { world.outcomes(of: $0, in: state) }.filter { !$0.isEmpty }
  }
  var values = [Double](repeating: 0, count: world.stateCount)
  for _ in 0..<10_000 {
    var change = 0.0
    for (state, actions) in actions.enumerated() where !actions.isEmpty {
      let value = actions.joined().reduce(0) { sum, outcome in
        let after = outcome.isTerminal ? 0 : world.discount * values[outcome.next]
        return sum + outcome.probability * (outcome.reward + after) / Double(actions.count)
      }
      change = max(change, abs(value - values[state]))
      values[state] = value
    }
    if change < 1e-12 { break }
  }
  return values
}
