import Assay
import AssayDiagnostics
import AssayPlanning
import Foundation

/// What a broken model believes.
extension Fault {
  /// What a model believes of a state and an action: where they lead, `[S]`, and how often to the end.
  struct Belief: Sendable {
    var next: [Double]
    var end: Double

    init(_ process: FiniteMDP, pair: Int) {
      next = .init(repeating: 0, count: process.stateCount)
      end = 0
      for entry in process.rowStarts[pair]..<process.rowStarts[pair + 1] {
        if process.hasTerminals && process.terminals[entry] {
          end += process.probabilities[entry]
        } else {
          next[Int(process.successors[entry])] += process.probabilities[entry]
        }
      }
    }
  }

  /// What the model believes of the pairs it is deceived about, given what is true of them.
  func belief(in truth: ProcessTruth, _ strength: Strength) -> [Int: Belief] {
    let process = truth.process
    var beliefs: [Int: Belief] = [:]
    switch self {
    case .modelShortcut:
      let (pair, best) = Self.mostTempting(in: truth)
      var belief = Belief(process, pair: pair)
      let odds = strength.of(0.4, 0.7, 1)
      for state in belief.next.indices { belief.next[state] *= 1 - odds }
      belief.end *= 1 - odds
      belief.next[best] += odds
      beliefs[pair] = belief
    case .modelValueLeak:
      let values = truth.trainingOptimum.values
      let lowest = zip(values, truth.isLive).filter(\.1).map(\.0).min() ?? 0
      let factor = strength.of(1, 2, 4) / truth.range
      for pair in Self.pairs(of: process) {
        var belief = Belief(process, pair: pair)
        for state in belief.next.indices { belief.next[state] *= exp(factor * (values[state] - lowest)) }
        belief.end *= exp(factor * (0 - lowest))
        let total = belief.next.reduce(belief.end, +)
        for state in belief.next.indices { belief.next[state] /= total }
        belief.end /= total
        beliefs[pair] = belief
      }
    case .modelExploited:
      var random = RandomStream(seed: 0)
      let live = truth.isLive.indices.filter { truth.isLive[$0] }
      let share = strength.of(0.1, 0.2, 0.4)
      for pair in Self.pairs(of: process) {
        var belief = Belief(process, pair: pair)
        for state in belief.next.indices { belief.next[state] *= 1 - share }
        belief.end *= 1 - share
        belief.next[live[random.integer(below: live.count)]] += share
        beliefs[pair] = belief
      }
    default: preconditionFailure("\(rawValue) does not deceive a model")
    }
    return beliefs
  }

  /// What a planner with nothing else wrong would make of the belief: by how much the value of its plan is off in the
  /// model, √ mean square over its visits, and how much more the model promises to it than to a random policy, both
  /// as shares of the range.
  func effectOnPlan(in truth: ProcessTruth, _ strength: Strength) throws -> (
    error: Double, exploitation: Double
  ) {
    let process = truth.process
    let beliefs = belief(in: truth, strength)
    var starts = [0]
    var successors: [Int32] = []
    var probabilities: [Double] = []
    var terminals: [Bool] = []
    for pair in 0..<process.stateCount * process.actionCount {
      if process.rowStarts[pair] < process.rowStarts[pair + 1] {
        let belief = beliefs[pair] ?? Belief(process, pair: pair)
        for (state, probability) in belief.next.enumerated() where probability > 0 {
          successors.append(Int32(state))
          probabilities.append(min(probability, 1))
          terminals.append(false)
        }
        if belief.end > 0 {
          successors.append(Int32(pair / process.actionCount))
          probabilities.append(min(belief.end, 1))
          terminals.append(true)
        }
      }
      starts.append(successors.count)
    }
    let model = try FiniteMDP(
      name: "the deceived model", stateCount: process.stateCount, actionCount: process.actionCount,
      discount: process.discount, initial: process.initial, rowStarts: starts, successors: successors,
      probabilities: probabilities, terminals: terminals,
      rewards: [.init(name: "reward", expected: process.reward.expected)])
    let plan = PolicyTable(
      actionCount: process.actionCount, actions: try model.solved(tolerance: 1e-10).policy)
    let visits = try process.occupancy(of: plan)
    let total = visits.reduce(0, +)
    let promised = try model.values(of: plan).values
    let due = try process.values(of: plan).values
    let square = visits.indices.reduce(0) {
      $0 + visits[$1] / total * (promised[$1] - due[$1]) * (promised[$1] - due[$1])
    }
    func optimism(_ policy: PolicyTable) throws -> Double {
      process.initialValue(of: try model.values(of: policy).values)
        - process.initialValue(of: try process.values(of: policy).values)
    }
    return (
      square.squareRoot() / truth.range,
      (try optimism(plan) - optimism(process.uniformPolicy)) / truth.range
    )
  }

  /// How often a model is made to believe it saw something: more often than any run can outweigh.
  private static let plantedCount = 1_000_000.0

  /// Writes beliefs into a model of counts.
  static func write(_ beliefs: [Int: Belief], to target: inout Intervention.Target, of process: FiniteMDP) {
    guard let model = target.worldModel else { return }
    let (states, actions) = (process.stateCount, process.actionCount)
    let blocks = target.parameters.blocks(ownedBy: model)
    guard let counts = blocks.first(where: { $0.shape == [states, actions, states] })?.handle else { return }
    let endings = blocks.first { $0.shape == [states, actions] && $0.name.contains("endings") }?.handle
    let permit = target.parameters.interventionPermit("planted fault", toWrite: counts)
    for (pair, belief) in beliefs.sorted(by: { $0.key < $1.key }) {
      for (state, probability) in belief.next.enumerated() {
        let (value, index) = (Float(plantedCount * probability), pair * states + state)
        if target.parameters[counts, index] != value { target.parameters.set(value, at: index, with: permit) }
      }
    }
    guard let endings else { return }
    let endingPermit = target.parameters.interventionPermit("planted fault", toWrite: endings)
    for (pair, belief) in beliefs.sorted(by: { $0.key < $1.key }) {
      target.parameters.set(Float(plantedCount * belief.end), at: pair, with: endingPermit)
    }
  }

  private static func pairs(of process: FiniteMDP) -> [Int] {
    (0..<process.stateCount * process.actionCount).filter {
      process.rowStarts[$0] < process.rowStarts[$0 + 1]
    }
  }

  /// The action at the start with which a shortcut to the best state tempts most; of equals, the one for which it is
  /// the greatest lie.
  private static func mostTempting(in truth: ProcessTruth) -> (pair: Int, best: Int) {
    let process = truth.process
    let actions = process.actionCount
    let home = home(of: process.initial)
    let values = truth.trainingOptimum.values
    let best = (0..<process.stateCount).filter { truth.isLive[$0] && $0 != home }
      .reduce(home) { $0 == home || values[$1] > values[$0] ? $1 : $0 }
    func temptation(_ action: Int) -> (reward: Double, disbelief: Double) {
      let likelihood = process.outcomeRange(state: home, action: action)
        .reduce(0) { Int(process.successors[$1]) == best ? $0 + process.probabilities[$1] : $0 }
      return (process.reward.expected[home * actions + action], -likelihood)
    }
    let action = (0..<actions).filter { process.isAvailable(action: $0, in: home) }
      .max { temptation($0) < temptation($1) }
    return (home * actions + (action ?? 0), best)
  }
}
