import Assay
import AssayAgents
import AssayDiagnostics
import AssayEnvironments
import Foundation

/// How long the values of a policy take by restarts: 1,000 states of the cart and pole, 100 restarts each, on two cores.
///
/// The policy is a PPO's of 64 × 64 units; γ = 0.98, and restarts are played on without the time limit until what is left
/// of a return is a thousandth. The peer (`peers/monte_carlo.py`) has PyTorch for the policy and NumPy for all worlds at
/// once.
struct TruthResult: Encodable {
  /// Of the wall, ours.
  var seconds: Double
  /// Environment steps, ours.
  var steps: Int
  /// The mean value over states, ours.
  var mean: Double
  var peer: Peer?

  struct Peer: Codable {
    var samples: [Double]
    var steps: Int
    /// The mean value over states.
    var outcome: Double

    /// The fastest.
    var seconds: Double { samples.min() ?? .nan }
  }

  private struct Task: Encodable {
    var states: [[Float]]
    var layers: [Layer]
    var restarts: Int
    var horizon: Int
    var discount: Double
    var threads: Int

    struct Layer: Encodable {
      var weight: [Float]
      var bias: [Float]

      func encode(to encoder: any Encoder) throws {
        var container = encoder.unkeyedContainer()
        try container.encode(weight)
        try container.encode(bias)
      }
    }
  }

  static func measured(python: String?) async throws -> TruthResult {
    var configuration = PPOConfiguration()
    configuration.rolloutLength = 32
    configuration.passes = 20
    configuration.discount = 0.98
    configuration.decay = 0.8
    configuration.rate = 1e-3
    let world = TimeLimit(CartPole(), steps: 500)
    let trainee = PPO.make(
      observationCount: 4, actionSpace: world.actionSpace, configuration: configuration, runLength: 100_000,
      seed: 0)
    var run = BatchRun(trainee: trainee, seed: 0) { world.copies(configuration.copies, stream: $0) }
    try run.advance(to: 40_000)
    let agent = run.agent
    let stream = RandomStream(seed: 1)
    let states = agent.visitedStates(in: run.worlds, count: 1000, time: 1000, using: stream.substream(0))
    var plan = MonteCarlo(discounts: [0.98], restarts: 100, horizon: MonteCarlo.horizon(discount: 0.98))
    plan.jobs = 2
    let start = ContinuousClock.now
    let truth = await plan.truth(of: agent, from: states, using: stream.substream(1))
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    var result = TruthResult(
      seconds: seconds, steps: truth.steps, mean: truth.means[0].reduce(0, +) / 1000, peer: nil)
    guard let python, let actor = agent.parameters.block(named: "actor") else { return result }

    let numbers = Array(agent.parameters.values(of: actor.handle))
    func tensor(_ name: String) -> (shape: [Int], values: [Float])? {
      actor.tensors.first { $0.name == name }.map {
        ($0.shape, Array(numbers[$0.offset..<$0.offset + $0.count]))
      }
    }
    var layers: [Task.Layer] = []
    while let weight = tensor("layers.\(layers.count).weight"),
      let bias = tensor("layers.\(layers.count).bias")
    {
      let (inputs, outputs) = (weight.shape[0], weight.shape[1])
      layers.append(
        .init(
          weight: (0..<outputs).flatMap { output in (0..<inputs).map { weight.values[$0 * outputs + output] }
          },
          bias: bias.values))
    }
    let task = Task(
      states: (0..<1000).map { states.observations[$0] }, layers: layers, restarts: plan.restarts,
      horizon: plan.horizon, discount: 0.98, threads: 2)
    let file = FileManager.default.temporaryDirectory.appendingPathComponent(
      "truth-\(UUID().uuidString).json")
    defer { try? FileManager.default.removeItem(at: file) }
    try JSONEncoder().encode(task).write(to: file)
    result.peer = try Child.measurement(
      URL(fileURLWithPath: python), [Child.script("monte_carlo.py").path, file.path], limit: .seconds(300),
      as: Peer.self)
    return result
  }

  var text: String {
    let peerText = peer.map {
      "\nPyTorch and NumPy: \(Table.digits($0.seconds)) s for \($0.steps) steps, mean value \(Table.digits($0.outcome))"
    }
    return """

      Truth of 1,000 states × 100 restarts on two cores
      Assay: \(Table.digits(seconds)) s for \(steps) steps, mean value \(Table.digits(mean))\(peerText ?? "")
        \(Table.verdict("PyTorch and NumPy", peer.map { $0.seconds / seconds }, target: 20))
      """
  }
}
