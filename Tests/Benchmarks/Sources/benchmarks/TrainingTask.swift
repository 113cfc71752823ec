import Assay
import AssayAgents
import AssayEnvironments
import Foundation

/// An agent that learns a world of Gymnasium's, as `peers/training.py` describes it.
enum TrainingTask: String, CaseIterable {
  case ppo, sac

  /// What came of it.
  struct Course: Codable {
    /// Environment steps for PPO, updates for SAC, a second.
    var perSecond: Double
    /// Environment steps, the mean return of 20 greedy episodes, and the seconds learned until then.
    var returns: [[Double]]
    /// The first evaluation at or above 475 that two more follow; `nil` where it never came to that.
    var stableSteps: Double?
    var stableSeconds: Double?
  }

  /// Trains ours.
  func course(seed: UInt64) throws -> Course {
    switch self {
    case .ppo: try ppo(seed: seed)
    case .sac: try sac(seed: seed)
    }
  }

  private func ppo(seed: UInt64) throws -> Course {
    let (total, interval) = (98_304, 4096)
    var configuration = PPOConfiguration()
    configuration.copies = 8
    configuration.rolloutLength = 32
    configuration.batchSize = 256
    configuration.passes = 20
    configuration.discount = 0.98
    configuration.decay = 0.8
    configuration.rate = 1e-3
    configuration.isAnnealed = true
    configuration.annealsClip = true
    let world = TimeLimit(CartPole(), steps: 500)
    let trainee = PPO.make(
      observationCount: 4, actionSpace: world.actionSpace, configuration: configuration, runLength: total,
      seed: seed)
    var run = BatchRun(trainee: trainee, seed: seed) { world.copies(configuration.copies, stream: $0) }
    var (learned, returns) = (0.0, [[Double]]())
    for end in stride(from: interval, through: total, by: interval) {
      learned += try ContinuousClock().measure { try run.advance(to: end) } / .seconds(1)
      returns.append([Double(end), mean(of: run.agent, in: world, steps: 500), learned])
    }
    let stable = returns.indices.dropLast(2).first { returns[$0...$0 + 2].allSatisfy { $0[1] >= 475 } }
    return Course(
      perSecond: Double(total) / learned, returns: returns, stableSteps: stable.map { returns[$0][0] },
      stableSeconds: stable.map { returns[$0][2] })
  }

  private func sac(seed: UInt64) throws -> Course {
    let (total, interval, warm) = (10_000, 2500, 1000)
    var configuration = SACConfiguration()
    configuration.valueRate = 1e-3
    configuration.policyRate = 1e-3
    configuration.temperatureRate = 1e-3
    let world = TimeLimit(Pendulum(), steps: 200)
    let trainee = SAC.make(
      observationCount: 3, actionSpace: world.actionSpace, configuration: configuration, runLength: total,
      seed: seed)
    var run = BatchRun(trainee: trainee, seed: seed) { world.copies(1, stream: $0) }
    let warming = try ContinuousClock().measure { try run.advance(to: warm) } / .seconds(1)
    var (learned, returns) = (warming, [[Double]]())
    for end in stride(from: interval, through: total, by: interval) {
      learned += try ContinuousClock().measure { try run.advance(to: end) } / .seconds(1)
      returns.append([Double(end), mean(of: run.agent, in: world, steps: 200), learned])
    }
    return Course(perSecond: Double(total - warm) / (learned - warming), returns: returns)
  }

  /// The mean return of 20 greedy episodes.
  private func mean<Subject: BatchAgent, World: LockstepEnvironment>(
    of agent: Subject, in world: World, steps: Int
  ) -> Double where World.ObservationSpace == BoxSpace, World.ActionSpace == Subject.ActionSpace {
    var agent = agent
    var copies = world.copies(20, stream: RandomStream(seed: 12_345))
    var random = RandomStream(seed: 0)
    var isOver = [Bool](repeating: false, count: 20)
    var total = 0.0
    copies.reset()
    for _ in 0..<steps {
      copies.step(agent.act(on: copies.observations, as: .greedy, using: &random))
      let (rewards, endings) = (copies.rewards, copies.endings)
      for copy in 0..<20 where !isOver[copy] {
        total += rewards[copy]
        isOver[copy] = endings[copy] != nil
      }
    }
    return total / 20
  }
}
