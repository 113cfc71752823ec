import Assay
import AssayAgents

extension Catalogue {
  /// The agents with networks, each of which is trained by name.
  public static let standardLearners: [LearnerEntry] = [ppo]
}

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
    }
  ],
  discrete: { order in
    TrainingRun(
      PPO.make(
        observationCount: order.observationCount, actionSpace: order.actionSpace,
        configuration: order.configuration, runLength: order.runLength, seed: order.seed), order)
  },
  continuous: { order in
    TrainingRun(
      PPO.make(
        observationCount: order.observationCount, actionSpace: order.actionSpace,
        configuration: order.configuration, runLength: order.runLength, seed: order.seed), order)
  })
