import Assay
import AssayAgents
import AssayDiagnostics
import AssayEnvironments
import Foundation

/// How long the values of a policy take by restarts: 1,000 states of the cart and pole, 100 restarts each, on two cores.
///
/// The policy is a PPO's of 64 × 64 units; γ = 0.98, and restarts are played on without the time limit until what is left
/// of a return is a thousandth. The peers (`peers/monte_carlo.py`) have PyTorch for the policy, and for the worlds NumPy,
/// Gymnasium's array of carts and poles, or single ones side by side; the last play fewer restarts, being slow.
struct TruthResult: Encodable {
  /// Of the wall, ours.
  var seconds: Double
  /// Environment steps, ours.
  var steps: Int
  /// The mean value over states, ours.
  var mean: Double
  var peers: [Peer] = []

  struct Peer: Encodable {
    /// What its worlds are.
    var world: String
    var restarts: Int
    var measured: Measured

    /// Environment steps a second, of the fastest.
    var rate: Double { Double(measured.steps) / measured.seconds }
  }

  struct Measured: Codable {
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
    var world: String
    var repetitions: Int

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
      seconds: seconds, steps: truth.steps, mean: truth.means[0].reduce(0, +) / 1000)
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
    for (world, restarts, repetitions) in [
      ("numpy", plan.restarts, 3), ("gymnasium-array", plan.restarts, 2), ("gymnasium-sync", 2, 1),
    ] {
      let task = Task(
        states: (0..<1000).map { states.observations[$0] }, layers: layers, restarts: restarts,
        horizon: plan.horizon, discount: 0.98, threads: 2, world: world, repetitions: repetitions)
      if let measured = try measured(task, python: python) {
        result.peers.append(Peer(world: world, restarts: restarts, measured: measured))
      }
    }
    return result
  }

  private static func measured(_ task: Task, python: String) throws -> Measured? {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent(
      "truth-\(UUID().uuidString).json")
    defer { try? FileManager.default.removeItem(at: file) }
    try JSONEncoder().encode(task).write(to: file)
    return try Child.measurement(
      URL(fileURLWithPath: python), [Child.script("monte_carlo.py").path, file.path], limit: .seconds(600),
      as: Measured.self)
  }

  var text: String {
    let rate = Double(steps) / self.seconds
    let lines = peers.map { peer in
      let (seconds, value) = (Table.digits(peer.measured.seconds), Table.digits(peer.measured.outcome))
      return """
        PyTorch, \(peer.world), \(peer.restarts) restarts: \(seconds) s for \(peer.measured.steps) steps, mean value \(value)
          \(Table.verdict(peer.world, rate / peer.rate, target: 20))
        """
    }
    return
      ([
        """

        Truth of 1,000 states × 100 restarts on two cores
        Assay: \(Table.digits(seconds)) s for \(steps) steps, mean value \(Table.digits(mean))
        """
      ] + lines).joined(separator: "\n")
  }
}
