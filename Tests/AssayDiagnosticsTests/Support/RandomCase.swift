import Assay

/// A small random process, and an agent whose parts say random things about it.
struct RandomCase {
  var process: FiniteMDP
  var model: FiniteMDP?
  var script: Script

  init(seed: UInt64) throws {
    var random = RandomStream(seed: seed)
    let states = 2 + random.integer(below: 29)
    let actions = 2 + random.integer(below: 4)
    let hasEnds = random.unit() < 0.5
    let hasMissingActions = random.unit() < 0.5
    // With endings the last state is only ever an end.
    let live = hasEnds ? states - 1 : states
    var isAvailable = [Bool](repeating: false, count: states * actions)
    for state in 0..<live {
      let sure = random.integer(below: actions)
      for action in 0..<actions {
        isAvailable[state * actions + action] = action == sure || !hasMissingActions || random.unit() < 0.6
      }
    }

    func rewards(_ name: String) -> FiniteMDP.RewardFunction {
      .init(name: name, expected: isAvailable.map { $0 ? 2 * random.unit() - 1 : 0 })
    }
    func dynamics(_ name: String, initial: [Double], discount: Double) throws -> FiniteMDP {
      var rowStarts = [0]
      var successors: [Int32] = []
      var probabilities: [Double] = []
      var terminals: [Bool] = []
      for pair in isAvailable.indices {
        if isAvailable[pair] {
          let weights = (0...random.integer(below: 4)).map { _ in random.unit() + 0.05 }
          let total = weights.reduce(0, +)
          for weight in weights {
            let ends = hasEnds && random.unit() < 0.2
            successors.append(Int32(random.integer(below: ends ? states : live)))
            probabilities.append(weight / total)
            terminals.append(ends)
          }
        }
        rowStarts.append(successors.count)
      }
      let all = random.unit() < 0.5 ? [rewards("reward")] : [rewards("reward"), rewards("performance")]
      return try FiniteMDP(
        name: name, stateCount: states, actionCount: actions, discount: discount, initial: initial,
        rowStarts: rowStarts, successors: successors, probabilities: probabilities, terminals: terminals,
        rewards: all)
    }

    var starts = (0..<states).map { $0 < live && random.unit() < 0.5 ? random.unit() : 0 }
    starts[random.integer(below: live)] += 0.1
    let total = starts.reduce(0, +)
    process = try dynamics(
      "world", initial: starts.map { $0 / total }, discount: 0.5 + 0.49 * random.unit())
    model =
      random.unit() < 0.6
      ? try dynamics("model", initial: process.initial, discount: process.discount) : nil

    let values = isAvailable.map { $0 ? random.normal(deviation: 3) : -.infinity }
    var policy = PolicyTable(
      actionCount: actions, probabilities: .init(repeating: 0, count: states * actions))
    let isDeterministic = random.unit() < 0.3
    for state in 0..<live {
      let available = (0..<actions).filter { isAvailable[state * actions + $0] }
      if isDeterministic {
        policy[state, available[random.integer(below: available.count)]] = 1
      } else {
        let weights = available.map { _ in random.unit() < 0.3 ? 0 : random.unit() }
        let sum = weights.reduce(0.01, +)
        for (action, weight) in zip(available, weights) { policy[state, action] = weight / sum }
        policy[state, available[0]] += 0.01 / sum
      }
    }
    let discount = random.unit() < 0.5 ? process.discount : 0.9 * process.discount
    let claimsStates = random.unit() < 0.25
    script = Script(
      claim: Claim(claimsStates ? .stateValue : .actionValue, of: .part("actor"), discount: discount),
      values: claimsStates ? (0..<states).map { _ in random.normal(deviation: 3) } : values, policy: policy)
    // What acts is not what the actor would do, and no term may mistake one for the other.
    script.exploration = random.unit() < 0.5 ? 0.3 : 0
  }
}
