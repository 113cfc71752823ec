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

/// Whether an agent that lives in one world could be put into the other: states, features and what can be
/// done are the same.
func areAlike(_ one: some EnumerableEnvironment, _ other: some EnumerableEnvironment) -> Bool {
  one.stateNames == other.stateNames && one.features == other.features
    && one.actionNames == other.actionNames && one.goals.map(\.name) == other.goals.map(\.name)
    && (0..<one.stateCount).allSatisfy { state in
      (0..<one.actionCount).allSatisfy { action in
        one.outcomes(of: action, in: state).isEmpty == other.outcomes(of: action, in: state).isEmpty
      }
    }
}

/// The marks of a picture's tiles, row by row, with a dot for none and a `#` for none on a wall.
func marks(of world: some Environment) -> [[String]] {
  guard case .tiles(let tiles) = world.picture.scene else { return [] }
  return (0..<tiles.rows).map { row in
    (0..<tiles.columns).map { column in
      let tile = tiles[row, column]
      return tile.mark.isEmpty ? (tile.tint == .wall ? "#" : ".") : tile.mark
    }
  }
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

/// What each action is worth to a goal, or to the training reward, in the states that episodes come to, when
/// states are worth what is said.
func lookahead(
  in world: some EnumerableEnvironment, goal name: String?, value: (_ state: Int) -> Double
) throws -> [Int: [Double]] {
  let goal = try name.map { name in try #require(world.goals.first { $0.name == name }) }
  let worths = reachedStates(of: world).map { state in
    let worths = (0..<world.actionCount).map { action in
      world.outcomes(of: action, in: state).reduce(0.0) { sum, outcome in
        let reward = goal.map { $0.reward(state, action, outcome) } ?? outcome.reward
        return sum + outcome.probability
          * (reward + (outcome.isTerminal ? 0 : world.discount * value(outcome.next)))
      }
    }
    return (state, worths)
  }
  return Dictionary(uniqueKeysWithValues: worths)
}

/// The largest error of values in the optimality equation of a goal, or of the training reward, in the states
/// that episodes come to.
///
/// It is zero for the best values alone, so that values worked out by hand are shown to be the best by one
/// sweep.
func bellmanError(
  in world: some EnumerableEnvironment, goal: String?, value: (_ state: Int) -> Double
) throws -> Double {
  try lookahead(in: world, goal: goal, value: value)
    .reduce(0) { max($0, abs(($1.value.max() ?? 0) - value($1.key))) }
}

/// What an agent does that learned the best action values of a world by least squares over the world's
/// features.
///
/// It learned in the states that episodes come to, and none of the others. Of actions that are worth the same
/// to it, it takes the first.
struct FeatureLearner {
  /// What each feature is worth to each action; of those that it never saw, nothing.
  private var weights: [Int: [Double]] = [:]
  private let features: StateFeatures
  private let actionCount: Int

  init(trainedIn world: some EnumerableEnvironment) throws {
    features = try #require(world.features)
    actionCount = world.actionCount
    let values = bestActionValues(of: world)
    let states = reachedStates(of: world)
    let seen = Set(states.flatMap { active(in: $0).map(\.feature) }).sorted()
    let rows = states.map { state in
      let numbers = Dictionary(uniqueKeysWithValues: active(in: state).map { ($0.feature, $0.number) })
      return seen.map { numbers[$0] ?? 0 }
    }
    let learned = (0..<actionCount).map { action in
      leastSquaresWeights(features: rows, targets: states.map { values[$0][action] })
    }
    for (index, feature) in seen.enumerated() { weights[feature] = learned.map { $0[index] } }
  }

  /// The features of a state that are not 0.
  private func active(in state: Int) -> [(feature: Int, number: Double)] {
    let row = features.values[features.range(of: state)]
    return row.indices.filter { row[$0] != 0 }.map { ($0 - row.startIndex, Double(row[$0])) }
  }

  func worths(in state: Int) -> [Double] {
    let learned = active(in: state)
    return (0..<actionCount).map { action in
      learned.reduce(0) { $0 + $1.number * (weights[$1.feature]?[action] ?? 0) }
    }
  }

  /// The states that a walk through a world comes to, the first and the last one included, and whether it
  /// ended there.
  func walk(
    in world: some EnumerableEnvironment, from state: Int, steps: Int
  ) -> (states: [Int], isOver: Bool) {
    var world = world
    var random = RandomStream(seed: 1)
    var choices: [Int: Int] = [:]
    world.place(in: state)
    var states = [state]
    while states.count <= steps, !world.isOver {
      let state = world.state
      let worths = choices[state] == nil ? worths(in: state) : []
      let action = choices[state] ?? worths.firstIndex { $0 > (worths.max() ?? 0) - 1e-9 } ?? 0
      choices[state] = action
      states.append(world.step(action, using: &random).observation)
    }
    return (states, world.isOver)
  }
}

/// What the contract checker finds wrong with a world, with fewer draws than usual: nearly everything in
/// these worlds happens for certain.
func quickFindings(in world: some EnumerableEnvironment) -> [Finding] {
  var checks = EnvironmentChecks(world)
  checks.pairLimit = 300
  checks.samples = 50
  return checks.run()
}
