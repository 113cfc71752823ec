import Assay
import AssayAgents

extension Catalogue {
  /// The agents with networks, each of which is trained by name.
  public static let standardLearners: [LearnerEntry] = [ppo, a2c, reinforce, dqn, sac, mbpo, evolution]
}

// MARK: Policy gradients

private let ppo = LearnerEntry(
  "ppo", "proximal policy optimisation: an actor that climbs its critic's advantages, a little at a time",
  source: "Schulman et al. 2017",
  presets: [
    "cart-pole": { (configuration: inout PPOConfiguration) in
      configuration.rolloutLength = 32
      configuration.passes = 20
      configuration.discount = 0.98
      configuration.decay = 0.8
      configuration.rate = 1e-3
      configuration.isAnnealed = true
      configuration.annealsClip = true
    },
    "acrobot": { configuration in
      configuration.copies = 16
      configuration.rolloutLength = 256
      configuration.batchSize = 64
      configuration.passes = 4
      configuration.decay = 0.94
    },
    "pendulum": { configuration in
      configuration.copies = 4
      configuration.rolloutLength = 1024
      configuration.batchSize = 64
      configuration.discount = 0.9
      configuration.rate = 1e-3
    },
  ],
  discrete: {
    $0.run { PPO.make(observationCount: $0, actionSpace: $1, configuration: $2, runLength: $3, seed: $4) }
  },
  continuous: {
    $0.run { PPO.make(observationCount: $0, actionSpace: $1, configuration: $2, runLength: $3, seed: $4) }
  })

private let a2c = LearnerEntry(
  "a2c", "advantage actor-critic: an actor that follows its critic's advantages, a step for each stretch",
  source: "Mnih et al. 2016",
  presets: ["cart-pole": { (configuration: inout A2CConfiguration) in configuration.isAnnealed = true }],
  discrete: { $0.run(A2C.make) }, continuous: { $0.run(A2C.make) })

private let reinforce = LearnerEntry(
  "reinforce", "an actor that follows the returns of whole episodes; uses-baseline adds a critic",
  source: "Williams 1992",
  presets: [
    "cart-pole": { (configuration: inout NeuralREINFORCEConfiguration) in configuration.isAnnealed = true }
  ],
  discrete: { order in
    order.configuration.usesBaseline
      ? order.run(NeuralREINFORCE.makeWithBaseline) : order.run(NeuralREINFORCE.make)
  },
  continuous: { order in
    order.configuration.usesBaseline
      ? order.run(NeuralREINFORCE.makeWithBaseline) : order.run(NeuralREINFORCE.make)
  })

// MARK: Values of actions

private let dqn = LearnerEntry(
  "dqn", "deep Q-learning: a critic of actions learned from memory, and an actor that takes its best",
  source: "Mnih et al. 2015; van Hasselt et al. 2016",
  presets: [
    "cart-pole": { (configuration: inout DQNConfiguration) in
      configuration.learningStart = 1000
      configuration.rate = 2.3e-3
      configuration.isAnnealed = true
      configuration.isNormalized = true
      configuration.batchSize = 64
      configuration.trainingPeriod = 256
      configuration.gradientSteps = 128
      configuration.targetPeriod = 128
      configuration.explorationShare = 0.16
      configuration.finalExploration = 0.04
      configuration.hidden = [128, 128]
      configuration.steps = 5
    },
    "mountain-car": { configuration in
      configuration.learningStart = 1000
      configuration.rate = 4e-3
      configuration.isAnnealed = true
      configuration.isNormalized = true
      configuration.batchSize = 128
      configuration.bufferSize = 10_000
      configuration.discount = 0.98
      configuration.trainingPeriod = 16
      configuration.gradientSteps = 8
      configuration.targetPeriod = 300
      configuration.explorationShare = 0.2
      configuration.finalExploration = 0.07
      configuration.hidden = [64, 64]
      configuration.steps = 3
    },
  ],
  condition: { configuration throws(DataError) in
    try require(
      configuration.batchSize <= configuration.bufferSize, "batch-size", configuration.batchSize,
      "at most buffer-size, which is \(configuration.bufferSize)")
  },
  discrete: { $0.run(DQN.make) }, continuous: nil)

private let sac = LearnerEntry(
  "sac", "soft actor-critic: twin critics learned from memory, and an actor paid for its entropy",
  source: "Haarnoja et al. 2018",
  presets: [
    "pendulum": { (configuration: inout SACConfiguration) in
      configuration.valueRate = 1e-3
      configuration.policyRate = 1e-3
      configuration.temperatureRate = 1e-3
    }
  ],
  discrete: nil, continuous: { $0.run(SAC.make) })

// MARK: With a world model

private let mbpo = LearnerEntry(
  "mbpo", "soft actor-critic on short branches that an ensemble of world models imagines",
  source: "Janner et al. 2019",
  presets: [String: @Sendable (inout MBPOConfiguration) -> Void](),
  condition: { configuration throws(DataError) in
    try require(
      configuration.elites <= configuration.members, "elites", configuration.elites,
      "at most members, which is \(configuration.members)")
    try require(
      configuration.shortestBranch <= configuration.longestBranch, "shortest-branch",
      configuration.shortestBranch, "at most longest-branch, which is \(configuration.longestBranch)")
  },
  discrete: nil, continuous: { $0.run(MBPO.make) })

// MARK: Without gradients

private let evolution = LearnerEntry(
  "evolution", "networks that vary, and are selected by their returns: no critic, no gradient",
  source: "Such et al. 2017",
  presets: [String: @Sendable (inout NeuralEvolutionConfiguration) -> Void](),
  condition: { configuration throws(DataError) in
    try require(
      configuration.parents < configuration.populationSize, "parents", configuration.parents,
      "fewer than population-size, which is \(configuration.populationSize)")
  },
  discrete: { $0.run(NeuralEvolution.make) }, continuous: { $0.run(NeuralEvolution.make) })

private func require(
  _ holds: Bool, _ name: String, _ value: Int, _ allowed: String
) throws(DataError) {
  if !holds { throw DataError(field: name, value: "\(value)", allowed: allowed) }
}
