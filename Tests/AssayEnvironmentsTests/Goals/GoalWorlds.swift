import Assay
import AssayEnvironments
import AssayTesting
import Testing

/// A state and an action in it.
struct Choice: Hashable {
  var state: Int
  var action: Int
}

/// The states that episodes come to, but for those they end in.
func reachedStates(of world: some EnumerableEnvironment) -> [Int] {
  var isReached = world.initialDistribution.map { $0 > 0 }
  var open = isReached.indices.filter { isReached[$0] }
  while let state = open.popLast() {
    for action in 0..<world.actionCount {
      for outcome in world.outcomes(of: action, in: state)
      where !outcome.isTerminal && !isReached[outcome.next] {
        isReached[outcome.next] = true
        open.append(outcome.next)
      }
    }
  }
  return isReached.indices.filter { isReached[$0] }
}

/// The choices whose outcomes are not the same in two worlds.
func changedChoices(
  from one: some EnumerableEnvironment, to other: some EnumerableEnvironment
) -> Set<Choice> {
  var changed: Set<Choice> = []
  for state in 0..<one.stateCount {
    for action in 0..<one.actionCount
    where one.outcomes(of: action, in: state) != other.outcomes(of: action, in: state) {
      changed.insert(Choice(state: state, action: action))
    }
  }
  return changed
}

/// Whether a goal pays, in whatever may happen in an episode, what the training reward does.
func isReward(_ goal: String, in world: some EnumerableEnvironment) throws -> Bool {
  let goal = try #require(world.goals.first { $0.name == goal })
  return reachedStates(of: world).allSatisfy { state in
    (0..<world.actionCount).allSatisfy { action in
      world.outcomes(of: action, in: state).allSatisfy { goal.reward(state, action, $0) == $0.reward }
    }
  }
}

/// The largest error of values in the optimality equation of a goal, in the states that episodes come to.
///
/// It is zero for the best values alone, so that values worked out by hand are shown to be the best by one sweep.
func bellmanError(
  in world: some EnumerableEnvironment, goal name: String, value: (_ state: Int) -> Double
) throws -> Double {
  let goal = try #require(world.goals.first { $0.name == name })
  var largest = 0.0
  for state in reachedStates(of: world) {
    let worths = (0..<world.actionCount).map { world.outcomes(of: $0, in: state) }.enumerated()
      .filter { !$0.element.isEmpty }
      .map { action, outcomes in
        outcomes.reduce(0) { sum, outcome in
          let after = outcome.isTerminal ? 0 : world.discount * value(outcome.next)
          return sum + outcome.probability * (goal.reward(state, action, outcome) + after)
        }
      }
    if let best = worths.max() { largest = max(largest, abs(best - value(state))) }
  }
  return largest
}

/// What an agent does that learned the best action values of a world by least squares over the world's features.
///
/// It learned in the states that episodes come to, and none of the others.
struct FeatureLearner {
  private let weights: [[Double]]
  private let features: StateFeatures

  init(trainedIn world: some EnumerableEnvironment) throws {
    let features = try #require(world.features)
    self.features = features
    let values = bestActionValues(of: world)
    let states = reachedStates(of: world).filter { bestValue(values, in: $0) > -.infinity }
    let rows = states.map { features.values[features.range(of: $0)].map(Double.init) }
    weights = (0..<world.actionCount).map { action in
      leastSquaresWeights(features: rows, targets: states.map { values[$0][action] })
    }
  }

  func action(in state: Int) -> Int {
    let row = features.values[features.range(of: state)].map(Double.init)
    let worths = weights.map { dot($0, row) }
    return worths.indices.max { worths[$0] < worths[$1] } ?? 0
  }

  /// The states that a walk through a deterministic world comes to, the last one included, and whether it ended there.
  func walk(
    in world: some EnumerableEnvironment, from state: Int, steps: Int
  ) -> (states: [Int], isOver: Bool) {
    var world = world
    var random = RandomStream(seed: 1)
    world.place(in: state)
    var states = [state]
    while states.count <= steps, !world.isOver {
      states.append(world.step(action(in: world.state), using: &random).observation)
    }
    return (states, world.isOver)
  }
}

/// What the contract checker finds wrong with a world, with fewer draws than usual: nearly everything in these worlds
/// happens for certain.
func quickFindings(in world: some EnumerableEnvironment) -> [Finding] {
  var checks = EnvironmentChecks(world)
  checks.pairLimit = 300
  checks.samples = 50
  return checks.run()
}
