/// What happened in copies of a world, column by column, to be learned from in any order; the oldest is forgotten when
/// it is full.
///
/// A row is one step of one copy. Rewards are kept apart from what happened and are read under the labels in force:
/// relabelling never overwrites what the world said.
public struct ReplayBuffer<ActionSpace: ColumnarSpace>: Sendable {
  /// How many rows it holds at most.
  public let capacity: Int
  /// How many rows were ever added.
  public private(set) var total = 0
  /// What was seen, `[count × width]`.
  public private(set) var observations: VectorColumn
  /// What was done, `[count]`.
  public private(set) var actions: ActionSpace.Column
  /// What was seen after it, `[count × width]`; where an episode ended, its last observation.
  public private(set) var nextObservations: VectorColumn
  /// How an episode ended with the step, `[count]`; `nil` where it went on.
  public private(set) var endings: [Ending?] = []
  /// The labels under which ``reward(of:)`` reads. They are no part of an archive.
  public private(set) var labels = RewardLabels(name: "original", rule: .original)

  /// What was paid, `[count]`.
  private var rewards: [Double] = []
  private var isRelabelled = false
  private let noActions: ActionSpace.Column

  /// Makes an empty buffer.
  ///
  /// - Parameters:
  ///   - capacity: how many rows it holds at most, at least 1. Memory is taken as rows come.
  ///   - observationCount: how many numbers an observation has.
  ///   - actionSpace: where actions come from.
  public init(capacity: Int, observationCount: Int, _ actionSpace: ActionSpace) {
    precondition(capacity > 0, "capacity must be positive, but is \(capacity)")
    self.capacity = capacity
    observations = VectorColumn(count: 0, width: observationCount)
    nextObservations = observations
    noActions = actionSpace.column(count: 0)
    actions = noActions
  }

  /// How many rows it holds.
  public var count: Int { rewards.count }

  // MARK: Writing

  /// Takes in one step of all copies, in their order.
  public mutating func append(_ step: BatchStep<ActionSpace.Column>) {
    let width = observations.width
    precondition(
      step.observations.width == width && step.nextObservations.width == width,
      "observations of \(step.observations.width) numbers do not go with those of \(width)")
    // What is not yet full only grows; what is full takes the place of the oldest.
    let fresh = min(step.count, capacity - count)
    if fresh == step.count {
      observations.append(contentsOf: step.observations)
      actions.append(contentsOf: step.actions)
      nextObservations.append(contentsOf: step.nextObservations)
      rewards += step.rewards
      endings += step.endings
    } else {
      if fresh > 0 {
        let rows = Array(0..<fresh)
        observations.append(contentsOf: step.observations.rows(rows))
        actions.append(contentsOf: step.actions.rows(rows))
        nextObservations.append(contentsOf: step.nextObservations.rows(rows))
        rewards += step.rewards[..<fresh]
        endings += step.endings[..<fresh]
      }
      for row in fresh..<step.count {
        let target = (total + row) % capacity
        for index in 0..<width {
          observations.values[target * width + index] = step.observations.values[row * width + index]
          nextObservations.values[target * width + index] = step.nextObservations.values[row * width + index]
        }
        actions[target] = step.actions[row]
        rewards[target] = step.rewards[row]
        endings[target] = step.endings[row]
      }
    }
    total += step.count
  }

  /// Forgets everything.
  public mutating func removeAll() {
    let none = VectorColumn(count: 0, width: observations.width)
    (observations, nextObservations, actions) = (none, none, noActions)
    rewards.removeAll(keepingCapacity: true)
    endings.removeAll(keepingCapacity: true)
    total = 0
  }

  /// Reads all rewards, past and future, under other labels. What the world said is kept.
  public mutating func relabel(_ labels: RewardLabels) {
    let version = self.labels.version + 1
    self.labels = labels
    self.labels.version = version
    isRelabelled = if case .original = labels.rule { false } else { true }
  }

  // MARK: Reading

  /// What a row was rewarded with, under the labels in force.
  public func reward(of row: Int) -> Double {
    isRelabelled ? labels.label(Reward(rewards[row]), at: position(of: row)).value : rewards[row]
  }

  /// How many rows were added before a row.
  private func position(of row: Int) -> Int {
    let newest = (total - 1) % capacity
    return total - 1 - (row <= newest ? newest - row : newest - row + capacity)
  }

  /// Draws rows, each equally likely, independently of each other.
  ///
  /// - Parameters:
  ///   - rows: is filled with rows.
  ///   - random: they are drawn from here.
  public func draw(into rows: inout [Int], using random: inout RandomStream) {
    precondition(count > 0, "there is nothing yet to draw from")
    for index in rows.indices { rows[index] = random.integer(below: count) }
  }
}

extension ReplayBuffer: Archivable where ActionSpace: ArchivableSpace {
  public func archive(into archive: inout StateArchive) {
    archive.put([total], as: "total")
    archive.put(observations.values, as: "observations")
    archive.put(nextObservations.values, as: "nextObservations")
    archive.put(rewards, as: "rewards")
    archive.put(endings, as: "endings")
    ActionSpace.put(actions, as: "actions", into: &archive)
  }

  public mutating func restore(from archive: StateArchive) throws(DataError) {
    let added = try archive.integers("total", count: 1)[0]
    guard added >= 0 else { throw DataError(field: "total", value: "\(added)", allowed: "at least 0") }
    let count = min(added, capacity)
    let rewards = try archive.doubles("rewards", count: count)
    let endings = try archive.endings("endings", count: count)
    let column = try archive.vectors("observations", width: observations.width)
    let next = try archive.vectors("nextObservations", width: observations.width)
    for (name, column) in [("observations", column), ("nextObservations", next)] where column.count != count {
      throw DataError(field: name, value: "\(column.count) rows", allowed: "\(count)")
    }
    let actions = try ActionSpace.take("actions", count: count, like: noActions, from: archive)
    total = added
    (self.rewards, self.endings, self.actions) = (rewards, endings, actions)
    (observations, nextObservations) = (column, next)
  }
}
