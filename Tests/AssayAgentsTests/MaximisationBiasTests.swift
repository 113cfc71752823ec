import Assay
import AssayAgents
import AssayEnvironments
import Testing

/// Sutton & Barto (2018), Example 6.7: α = ε = 0.1, ten actions in B whose rewards are normal around −0.1.
@Suite("Maximisation bias")
struct MaximisationBiasAgentTests {
  /// Whether each episode began with `left`, `[runs][episodes]`.
  private func choices<Teacher: Learner & ~Copyable>(
    runs: Int, of make: (TableShape, QLearning.Configuration) -> Trainee<QLearning.Agent, Teacher>
  ) throws -> [[Bool]] where Teacher.Observation == Int, Teacher.Action == Int {
    let world = MaximisationBias()
    let shape = TableShape(of: world)
    return try (0..<runs).map { seed in
      var run = Run(
        environment: world, trainee: make(shape, .init(discount: 1)), capacity: 2, seed: UInt64(seed))
      var choices: [Bool] = []
      choices.reserveCapacity(300)
      while run.tally.episodes < 300 {
        try run.advance(by: 1)
        let transition = run.experience[age: 0]
        if transition.observation == MaximisationBias.stateA {
          choices.append(transition.action == MaximisationBias.left)
        }
      }
      return Array(choices.prefix(300))
    }
  }

  private func share(_ choices: [[Bool]], ofLeftIn episode: Int) -> SampleMean {
    SampleMean(choices.map { $0[episode - 1] ? 1 : 0 })
  }

  @Test("Q-learning takes noise for value at first, and is not quite cured after 300 episodes")
  func qLearning() throws {
    let choices = try choices(runs: 2500) { QLearning.make(shape: $0, configuration: $1) }
    // The first choice is a coin's.
    #expect(share(choices, ofLeftIn: 1).agrees(with: 0.5, roundedTo: 0))
    #expect(share(choices, ofLeftIn: 20).agrees(with: 0.94, roundedTo: 0.01))
    #expect(share(choices, ofLeftIn: 300).agrees(with: 0.118, roundedTo: 0.001))
  }

  @Test("double Q-learning does not, and comes near the 5% that exploration alone makes")
  func doubleQLearning() throws {
    let choices = try choices(runs: 2500) { DoubleQLearning.make(shape: $0, configuration: $1) }
    let peak = (1...300).map { share(choices, ofLeftIn: $0).mean }.max() ?? 1
    #expect(share(choices, ofLeftIn: 1).agrees(with: 0.5, roundedTo: 0))
    #expect(share(choices, ofLeftIn: 300).agrees(with: 0.072, roundedTo: 0.001))
    #expect(peak < 0.6)
  }
}
