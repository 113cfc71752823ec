import Assay
import AssayNetworks

/// A stretch of experience in several copies of a world, gathered with one policy: what on-policy learners learn from,
/// and then forget.
///
/// Rows are `[steps × copies]`, step by step.
struct Rollout<ActionSpace: ColumnarSpace>: Sendable {
  /// How many copies there are.
  let copies: Int
  /// How many steps each copy took.
  private(set) var steps = 0
  private(set) var observations: VectorColumn
  private(set) var actions: ActionSpace.Column
  private(set) var rewards: [Double] = []
  private(set) var endings: [Ending?] = []
  /// What was seen after the last step.
  private var last: VectorColumn
  /// The last observations of episodes that ended, and the rows of the steps that ended them.
  private var finals: VectorColumn
  private var finalRows: [Int] = []
  private let noActions: ActionSpace.Column

  init(copies: Int, observationCount: Int, _ actionSpace: ActionSpace) {
    self.copies = copies
    let none = VectorColumn(count: 0, width: observationCount)
    (observations, last, finals) = (none, none, none)
    noActions = actionSpace.column(count: 0)
    actions = noActions
  }

  /// How many rows there are.
  var count: Int { rewards.count }

  /// Takes in one step of all copies.
  mutating func append(_ step: BatchStep<ActionSpace.Column>) {
    precondition(step.count == copies, "a rollout of \(copies) copies cannot take a step of \(step.count)")
    for copy in step.endings.indices where step.endings[copy] != nil {
      finalRows.append(count + copy)
      finals.append(contentsOf: step.nextObservations.rows([copy]))
    }
    observations.append(contentsOf: step.observations)
    actions.append(contentsOf: step.actions)
    rewards += step.rewards
    endings += step.endings
    last = step.nextObservations
    steps += 1
  }

  /// The same stretch with other rewards.
  func relabelled(_ label: (Double) -> Double) -> Self {
    var result = self
    result.rewards = rewards.map(label)
    return result
  }

  /// Forgets everything.
  mutating func removeAll() {
    observations = VectorColumn(count: 0, width: observations.width)
    finals = VectorColumn(count: 0, width: observations.width)
    actions = noActions
    rewards.removeAll(keepingCapacity: true)
    endings.removeAll(keepingCapacity: true)
    finalRows.removeAll(keepingCapacity: true)
    steps = 0
  }

  /// Judges every step by a critic of states.
  ///
  /// - Parameters:
  ///   - aims: which value is learned: its discount, its scale of rewards, and what it takes an ending for.
  ///   - decay: λ of the advantages.
  ///   - network: the critic's.
  ///   - store: its parameters are read.
  /// - Returns: what the critic makes of it.
  func returns(
    aims: Aims, decay: Double, values network: inout RowProgram, reading store: borrowing ParameterStore
  ) -> RolloutReturns {
    var asked = observations
    asked.append(contentsOf: last)
    asked.append(contentsOf: finals)
    let answers = network(asked, reading: store).values
    let values = Array(answers[..<count])
    var next = Array(answers[copies..<count + copies])
    var seen = endings
    for (index, row) in finalRows.enumerated() {
      let isBootstrapped =
        switch aims.critic.endings {
        case .asTheyAre: endings[row] == .truncated
        case .terminationIgnored: true
        case .truncationTerminates: false
        }
      next[row] = isBootstrapped ? answers[count + copies + index] : 0
      seen[row] = isBootstrapped ? .truncated : .terminated
    }
    let scale = aims.critic.rewardScale
    let advantages = generalizedAdvantages(
      rewards: scale == 1 ? rewards : rewards.map { $0 * scale }, values: values, nextValues: next,
      endings: seen,
      copies: copies, discount: aims.critic.discount, decay: decay)
    return RolloutReturns(
      values: values, advantages: advantages, targets: zip(advantages, values).map { $0 + $1 })
  }
}

extension Rollout {
  /// What was paid from each step on, where nobody judges: values are 0.
  ///
  /// - Parameter aims: which return is followed: its discount and its scale of rewards.
  /// - Returns: returns, both as what actions gained and as what to expect.
  func returns(aims: Aims) -> RolloutReturns {
    let scale = aims.critic.rewardScale
    let returns = discountedReturns(
      rewards: scale == 1 ? rewards : rewards.map { $0 * scale }, endings: endings, copies: copies,
      discount: aims.critic.discount)
    return RolloutReturns(
      values: [Float](repeating: 0, count: count), advantages: returns, targets: returns)
  }
}

extension Rollout: Archivable where ActionSpace: ArchivableSpace {
  func archive(into archive: inout StateArchive) {
    archive.put([steps], as: "steps")
    archive.put(observations.values, as: "observations")
    archive.put(last.values, as: "last")
    archive.put(finals.values, as: "finals")
    archive.put(finalRows, as: "finalRows")
    archive.put(rewards, as: "rewards")
    archive.put(endings, as: "endings")
    ActionSpace.put(actions, as: "actions", into: &archive)
  }

  mutating func restore(from archive: StateArchive) throws(DataError) {
    steps = try archive.integers("steps", count: 1)[0]
    let width = observations.width
    rewards = try archive.doubles("rewards", count: steps * copies)
    endings = try archive.endings("endings", count: steps * copies)
    finalRows = try archive.integers("finalRows")
    observations = try archive.vectors("observations", width: width)
    last = try archive.vectors("last", width: width)
    finals = try archive.vectors("finals", width: width)
    actions = try ActionSpace.take("actions", count: steps * copies, like: noActions, from: archive)
  }
}

/// What a critic makes of a rollout, `[rows]` each.
struct RolloutReturns: Sendable {
  /// V of each observation.
  var values: [Float]
  /// How much better each action turned out than the critic thought.
  var advantages: [Float]
  /// What the critic should have thought.
  var targets: [Float]
}

/// Numbers brought to mean 0 and deviation 1.
func standardized(_ numbers: [Float]) -> [Float] {
  guard numbers.count > 1 else { return numbers }
  let mean = numbers.reduce(0) { $0 + Double($1) } / Double(numbers.count)
  let squares = numbers.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
  let deviation = (squares / Double(numbers.count - 1)).squareRoot() + 1e-8
  return numbers.map { Float((Double($0) - mean) / deviation) }
}
