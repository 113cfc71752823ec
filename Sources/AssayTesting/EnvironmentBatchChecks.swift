import Assay

/// What ``EnvironmentBatchChecks`` checks; the raw value is the ``Finding/check`` of its findings.
public enum EnvironmentBatchCheck: String, Sendable, CaseIterable {
  /// Columns have a row for each copy.
  case shape = "columns have a row for each copy"
  /// What each copy shows and gives is what the world does, bit for bit.
  case agreement = "each copy is the world"
  /// What happens to a copied batch does not happen to the original.
  case values = "batches are values"
  /// Copies made in the middle of an episode go on as the world would from there.
  case branching = "copies go on from where their originals are"
  /// A batch that was archived goes on as if nothing had happened, or refuses.
  case archive = "an archived batch goes on where it was"
}

/// Checks that an environment batch keeps the contract of `EnvironmentBatch`: that each of its copies does what the
/// world itself does, bit for bit, with the same random numbers.
///
/// ```swift
/// let batch = EnvironmentCopies(FrozenLake.fourByFour, count: 8, stream: RandomStream(seed: 1))
/// let findings = EnvironmentBatchChecks(batch, of: FrozenLake.fourByFour, stream: RandomStream(seed: 1)).run()
/// #expect(findings.isEmpty)
/// ```
///
/// Actions are drawn from the space, until one is available in the copy that is to take it.
public struct EnvironmentBatchChecks<Batch: EnvironmentBatch, World: Environment>: Sendable
where
  World.Observation == Batch.ObservationSpace.Element, World.Action == Batch.ActionSpace.Element
{
  /// The batch to check, before its first reset.
  public let batch: Batch
  /// The world that each copy should be.
  public let world: World
  /// What the batch was made to draw from.
  public let stream: RandomStream
  /// How many steps are taken.
  public var steps: Int
  /// After how many steps all copies are reset, whether or not their episodes are over.
  public var resetInterval: Int

  /// Gets ready to check a batch.
  ///
  /// - Parameters:
  ///   - batch: the batch to check, before its first reset.
  ///   - world: the world that each copy should be, with the time limit that the batch has.
  ///   - stream: what the batch was made to draw from.
  ///   - steps: how many steps are taken.
  ///   - resetInterval: after how many steps all copies are reset.
  public init(
    _ batch: Batch, of world: World, stream: RandomStream, steps: Int = 200, resetInterval: Int = 120
  ) {
    precondition(steps > 0, "steps must be positive, but is \(steps)")
    precondition(resetInterval > 0, "resetInterval must be positive, but is \(resetInterval)")
    self.batch = batch
    self.world = world
    self.stream = stream
    self.steps = steps
    self.resetInterval = resetInterval
  }

  /// Runs the checks.
  ///
  /// - Returns: what was found wrong, at most one finding for each check; empty for a sound batch.
  public func run() -> [Finding] {
    let shape = checkShape()
    return shape.isEmpty ? checkAgreement() + checkValues() + checkBranching() + checkArchive() : shape
  }

  private func checkShape() -> [Finding] {
    let columns = [
      ("observations", batch.observations.count), ("final observations", batch.finalObservations.count),
      ("rewards", batch.rewards.count), ("performances", batch.performances.count),
      ("endings", batch.endings.count),
    ]
    return findings(
      .shape,
      columns.filter { $0.1 != batch.count }.map { "there are \($0.1) \($0.0) for \(batch.count) copies" })
  }

  private func checkAgreement() -> [Finding] {
    var batch = batch
    var random = RandomStream(seed: 0)
    var copies = copies
    var messages: [String] = []
    for step in 0..<steps {
      if step.isMultiple(of: resetInterval) {
        batch.reset()
        for index in copies.indices {
          copies[index].reset()
          compare(copies[index], with: batch, at: index, "after a reset before step \(step)", &messages)
        }
      }
      guard let actions = actions(for: copies, using: &random) else { break }
      batch.step(actions)
      for index in copies.indices {
        copies[index].step(actions[index])
        compare(copies[index], with: batch, at: index, "after step \(step)", &messages)
      }
    }
    return findings(.agreement, messages)
  }

  private func compare(
    _ copy: Copy, with batch: Batch, at index: Int, _ moment: String, _ messages: inout [String]
  ) {
    func note(_ what: String, _ found: some Equatable, _ wanted: some Equatable) {
      messages.append("copy \(index) \(moment): \(what) is \(found), not \(wanted)")
    }
    if batch.observations[index] != copy.observation {
      note("the observation", batch.observations[index], copy.observation)
    }
    if batch.rewards[index].bitPattern != copy.reward.bitPattern {
      note("the reward", batch.rewards[index], copy.reward)
    }
    if batch.performances[index].bitPattern != copy.performance.bitPattern {
      note("the performance", batch.performances[index], copy.performance)
    }
    if batch.endings[index] != copy.ending { note("the ending", batch.endings[index], copy.ending) }
    if let final = copy.finalObservation, batch.finalObservations[index] != final {
      note("the final observation", batch.finalObservations[index], final)
    }
  }

  private func checkValues() -> [Finding] {
    var original = batch
    original.reset()
    let shown = original.observations
    var copy = original
    // The same actions must lead the original where they led the copy: it has its own streams, too.
    let actions = fewActions()
    for actions in actions { copy.step(actions) }
    var messages: [String] = []
    if original.observations != shown { messages.append("a batch changed when its copy was stepped") }
    for actions in actions { original.step(actions) }
    if original.observations != copy.observations || original.rewards != copy.rewards
      || original.performances != copy.performances || original.endings != copy.endings
    {
      messages.append("a batch and its copy differ after the same actions")
    }
    return findings(.values, messages)
  }

  /// Copies of two rows, one of them twice, must do what the world does from there, and leave the originals alone.
  private func checkBranching() -> [Finding] {
    guard let (batch, copies, rows) = halfway() else { return [] }
    var branch = batch.copies(of: rows, drawingFrom: rows.map { copies[$0].random })
    var twins = rows.map { copies[$0] }
    var messages: [String] = []
    if branch.count != rows.count {
      messages.append("there are \(branch.count) copies of \(rows.count) rows")
    }
    branch.append(contentsOf: batch.copies(of: [rows[0]], drawingFrom: [copies[rows[0]].random]))
    twins.append(copies[rows[0]])
    guard branch.count == twins.count, branch.observations.count == twins.count else {
      return findings(
        .branching, ["after one more was appended there are \(branch.count), not \(twins.count)"])
    }
    let shown = batch.observations
    var random = RandomStream(seed: 3)
    for step in 0..<min(steps, 20) {
      for index in twins.indices where branch.observations[index] != twins[index].observation {
        messages.append(
          "copy \(index) of row \((rows + rows)[index]) shows \(branch.observations[index]) "
            + "after \(step) steps of its own, and the world something else")
      }
      guard messages.isEmpty else { break }
      var actions = branch.actionSpace.column(count: twins.count)
      for index in twins.indices {
        guard let action = twins[index].world.availableAction(using: &random) else { return [] }
        actions[index] = action
        twins[index].step(action)
      }
      branch.step(actions)
      for index in twins.indices where branch.rewards[index].bitPattern != twins[index].reward.bitPattern {
        messages.append(
          "copy \(index) is paid \(branch.rewards[index]), where the world pays \(twins[index].reward)")
      }
    }
    if batch.observations != shown { messages.append("the originals changed when their copies were stepped") }
    return findings(.branching, messages)
  }

  private func checkArchive() -> [Finding] {
    guard var (original, copies, _) = halfway() else { return [] }
    var archive = StateArchive()
    archive.put(original, as: "batch")
    var restored = batch
    do throws(DataError) {
      try StateArchive(archive.tensors).restore(&restored, from: "batch")
    } catch {
      // A world that takes something from one episode to the next says so.
      return []
    }
    var messages: [String] = []
    if restored.observations != original.observations { messages.append("it shows something else") }
    var random = RandomStream(seed: 4)
    for step in 0..<min(steps, 40) {
      guard messages.isEmpty, let actions = actions(for: copies, using: &random) else { break }
      for index in copies.indices { copies[index].step(actions[index]) }
      original.step(actions)
      restored.step(actions)
      if restored.observations != original.observations || restored.rewards != original.rewards
        || restored.endings != original.endings
      {
        messages.append("\(step + 1) steps later it is somewhere else than the one that was archived")
      }
    }
    return findings(.archive, messages)
  }

  /// A batch in the middle of its episodes, the world in the same places, and three rows.
  private func halfway() -> (batch: Batch, copies: [Copy], rows: [Int])? {
    var (batch, copies) = (batch, copies)
    batch.reset()
    for index in copies.indices { copies[index].reset() }
    var random = RandomStream(seed: 2)
    for _ in 0..<min(steps, 7) {
      guard let actions = actions(for: copies, using: &random) else { return nil }
      batch.step(actions)
      for index in copies.indices { copies[index].step(actions[index]) }
    }
    return (batch, copies, [batch.count - 1, 0, batch.count / 2])
  }

  /// What can be done in the first steps after a reset.
  private func fewActions() -> [Batch.ActionSpace.Column] {
    var random = RandomStream(seed: 1)
    var copies = copies
    for index in copies.indices { copies[index].reset() }
    var taken: [Batch.ActionSpace.Column] = []
    while taken.count < min(steps, 5), let actions = actions(for: copies, using: &random) {
      for index in copies.indices { copies[index].step(actions[index]) }
      taken.append(actions)
    }
    return taken
  }

  private var copies: [Copy] {
    (0..<batch.count).map { Copy(world: world, random: stream.substream(UInt64($0))) }
  }

  /// Draws an action for each copy, or `nil` where one has none to take.
  private func actions(for copies: [Copy], using random: inout RandomStream) -> Batch.ActionSpace.Column? {
    var actions = batch.actionSpace.column(count: batch.count)
    for index in copies.indices {
      guard let action = copies[index].world.availableAction(using: &random) else { return nil }
      actions[index] = action
    }
    return actions
  }

  private func findings(_ check: EnvironmentBatchCheck, _ messages: [String]) -> [Finding] {
    guard let first = messages.first else { return [] }
    let more = messages.count > 1 ? " (and \(messages.count - 1) more like this)" : ""
    return [Finding(check: check.rawValue, message: first + more)]
  }

  /// The world as one copy of the batch should be.
  private struct Copy {
    var world: World
    var random: RandomStream
    var observation: World.Observation?
    var finalObservation: World.Observation?
    var reward = 0.0
    var performance = 0.0
    var ending: Ending?

    init(world: World, random: RandomStream) {
      self.world = world
      self.random = random
    }

    mutating func reset() {
      observation = world.reset(using: &random)
      (finalObservation, ending, reward, performance) = (nil, nil, 0, 0)
    }

    mutating func step(_ action: World.Action) {
      let step = world.step(action, using: &random)
      (reward, performance, ending) = (step.reward.value, step.performance.value, step.ending)
      finalObservation = step.ending == nil ? nil : step.observation
      observation = step.ending == nil ? step.observation : world.reset(using: &random)
    }
  }
}
