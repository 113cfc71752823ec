import Assay
import AssayDiagnostics
import AssayEnvironments
import AssayPlanning

/// Writes what is right into a part's numbers.
enum Oracle {
  /// How often a model is made to have seen everything: so often that what it sees besides hardly counts.
  private static let count = 1_000_000.0
  /// The preference for a best action, against 0 for the others.
  private static let preference: Float = 20

  /// Whether a block is of a kind that the right numbers are known for.
  static func canWrite(_ block: Block, of part: ScriptPart, in world: AnyWorld) -> Bool {
    let (states, actions) = (world.stateCount, world.actionCount)
    switch part {
    case .model: return block.shape == [states, actions, states]
    case .critic, .actor:
      let features = world.features?.count ?? states
      return [[states], [states, actions], [features], [features, actions]].contains(block.shape)
    }
  }

  /// Writes the exact values of the critic's claim.
  ///
  /// - Parameters:
  ///   - target: the agent.
  ///   - report: what was measured on it just now.
  ///   - claim: what its critic claims.
  ///   - world: where it lives.
  static func writeCritic(
    _ target: inout Intervention.Target, report: AuditReport, claim: Claim, in world: ScenarioPlan.World
  ) {
    let process = world.truth.process
    let values = report.states.trueValues
    let unscaled = values.map { claim.rewardScale == 0 ? 0 : $0 / claim.rewardScale }
    let actionValues = process.actionValues(from: unscaled, discount: claim.discount)
      .map { $0 == -.infinity ? 0 : $0 * claim.rewardScale }
    write(stateValues: values, actionValues: actionValues, part: target.critic, &target, world)
  }

  /// Writes preferences for the best actions for the training reward.
  static func writeActor(_ target: inout Intervention.Target, in world: ScenarioPlan.World) {
    let process = world.truth.process
    let policy = PolicyTable(actionCount: process.actionCount, actions: world.truth.trainingOptimum.policy)
    write(
      stateValues: [], actionValues: policy.probabilities.map { $0 > 0 ? Double(preference) : 0 },
      part: target.actor, &target, world)
  }

  private static func write(
    stateValues: [Double], actionValues: [Double], part: PartName, _ target: inout Intervention.Target,
    _ world: ScenarioPlan.World
  ) {
    let (states, actions) = (world.world.stateCount, world.world.actionCount)
    for block in target.parameters.blocks(ownedBy: part) {
      let width = block.shape.count == 2 ? block.shape[1] : 1
      guard width == 1 || width == actions, block.shape.count <= 2 else { continue }
      let wanted = block.shape.count == 2 ? actionValues : stateValues
      guard !wanted.isEmpty else { continue }
      let numbers: [Double]
      if block.shape[0] == states, world.world.features == nil {
        numbers = wanted
      } else if let features = world.world.features, features.count == block.shape[0] {
        numbers = fitted(wanted, width: width, features: features, isLive: world.truth.isLive)
      } else {
        continue
      }
      let permit = target.parameters.interventionPermit(writer, toWrite: block.handle)
      target.parameters.setAll(numbers.map { Float($0) }, with: permit)
    }
  }

  /// Makes a model of counts see what is true.
  static func writeModel(_ target: inout Intervention.Target, in world: ScenarioPlan.World) {
    guard let model = target.worldModel else { return }
    let process = world.truth.process
    let (states, actions) = (process.stateCount, process.actionCount)
    var transitions = [Float](repeating: 0, count: states * actions * states)
    var endings = [Float](repeating: 0, count: states * actions)
    for state in 0..<states {
      for action in 0..<actions {
        let pair = state * actions + action
        for entry in process.outcomeRange(state: state, action: action) {
          let amount = Float(count * process.probabilities[entry])
          if process.hasTerminals && process.terminals[entry] {
            endings[pair] += amount
          } else {
            transitions[pair * states + Int(process.successors[entry])] += amount
          }
        }
      }
    }
    for block in target.parameters.blocks(ownedBy: model) {
      let numbers: [Float]
      if block.shape == [states, actions, states] {
        numbers = transitions
      } else if block.shape == [states, actions] {
        numbers = block.name.contains("ending") ? endings : process.reward.expected.map { Float($0) }
      } else {
        continue
      }
      let permit = target.parameters.interventionPermit(writer, toWrite: block.handle)
      target.parameters.setAll(numbers, with: permit)
    }
  }

  static let writer = "script"

  /// The weights with which features come closest to values of states, in least squares over live states.
  ///
  /// - Parameters:
  ///   - wanted: `[S × width]`.
  ///   - width: how many values each state has.
  ///   - features: φ, `[S × F]`.
  ///   - isLive: which states count, `[S]`.
  /// - Returns: the weights, `[F × width]`; of several that do as well, ones close to the shortest.
  static func fitted(_ wanted: [Double], width: Int, features: StateFeatures, isLive: [Bool]) -> [Double] {
    let count = features.count
    // A tiny ridge, so that features that repeat one another do no harm.
    var gram = [Double](repeating: 0, count: count * count)
    var right = [Double](repeating: 0, count: count * width)
    for state in 0..<features.stateCount where isLive[state] {
      let row = features.values[features.range(of: state)].map(Double.init)
      for i in 0..<count where row[i] != 0 {
        for j in 0..<count { gram[i * count + j] += row[i] * row[j] }
        for k in 0..<width { right[i * width + k] += row[i] * wanted[state * width + k] }
      }
    }
    let scale = (0..<count).map { gram[$0 * count + $0] }.max() ?? 1
    for i in 0..<count { gram[i * count + i] += 1e-9 * max(scale, 1e-9) }
    // Cholesky: gram = L Lᵀ.
    var lower = gram
    for i in 0..<count {
      for j in 0...i {
        var sum = gram[i * count + j]
        for k in 0..<j { sum -= lower[i * count + k] * lower[j * count + k] }
        lower[i * count + j] = i == j ? max(sum, 1e-300).squareRoot() : sum / lower[j * count + j]
      }
    }
    var solution = right
    for column in 0..<width {
      for i in 0..<count {
        for k in 0..<i { solution[i * width + column] -= lower[i * count + k] * solution[k * width + column] }
        solution[i * width + column] /= lower[i * count + i]
      }
      for i in (0..<count).reversed() {
        for k in (i + 1)..<max(count, i + 1) {
          solution[i * width + column] -= lower[k * count + i] * solution[k * width + column]
        }
        solution[i * width + column] /= lower[i * count + i]
      }
    }
    return solution
  }
}
