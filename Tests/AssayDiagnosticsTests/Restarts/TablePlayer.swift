import Assay
import AssayEnvironments

/// Plays a fixed policy over states that are shown one-hot.
struct TablePlayer: BatchAgent {
  typealias ActionSpace = DiscreteSpace

  var policy: PolicyTable
  var parameters = ParameterStore()

  func act(on observations: VectorColumn, as conduct: Conduct, using random: inout RandomStream) -> [Int] {
    let actions = policy.actionCount
    return (0..<observations.count).map { row in
      let shown = observations.values[observations.range(of: row)]
      guard let one = shown.firstIndex(of: 1) else { fatalError("no state is shown") }
      let state = one - shown.startIndex
      return random.index(weights: policy.probabilities[state * actions..<(state + 1) * actions])
    }
  }

  /// Copies of a world of numbered states, with numbered actions.
  static func copies(
    of world: any Environment, _ count: Int, stream: RandomStream
  ) throws -> any EnvironmentBatch<BoxSpace, DiscreteSpace> {
    guard case .discrete(let batch) = try WorldBatch(world, count: count, stream: stream) else {
      fatalError("actions are not numbered")
    }
    return batch
  }
}

/// Counts steps: each earns 1, and the fifth is the last.
struct Counter: Environment {
  typealias Action = Int

  let observationSpace = DiscreteSpace(count: 6)
  let actionSpace = DiscreteSpace(count: 1)
  var steps = 0

  var isOver: Bool { steps == 5 }

  mutating func reset(using random: inout RandomStream) -> Int {
    steps = 0
    return 0
  }

  mutating func step(_ action: Int, using random: inout RandomStream) -> Step<Int> {
    steps += 1
    return Step(observation: steps, reward: 1, ending: steps == 5 ? .terminated : nil)
  }
}

/// Says that its limit cannot be taken off.
struct Stubborn: Environment {
  typealias Action = Int

  var base: TimeLimit<Counter>
  var observationSpace: DiscreteSpace { base.observationSpace }
  var actionSpace: DiscreteSpace { base.actionSpace }
  var isOver: Bool { base.isOver }
  var timeLimit: Int? { base.timeLimit }

  mutating func reset(using random: inout RandomStream) -> Int { base.reset(using: &random) }

  mutating func step(_ action: Int, using random: inout RandomStream) -> Step<Int> {
    base.step(action, using: &random)
  }
}
