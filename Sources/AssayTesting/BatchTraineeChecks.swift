import Assay

/// What ``BatchTraineeChecks`` checks; the raw value is the ``Finding/check`` of its findings.
public enum BatchTraineeCheck: String, Sendable, CaseIterable {
  /// Something was learned at all, so that the other checks say something.
  case learning = "something is learned"
  /// The same seed gives the same bits.
  case determinism = "same seed, same bits"
  /// It does not matter over how many calls a run is spread.
  case division = "a run can be divided"
  /// A run that was archived goes on as if it had never stopped.
  case resumption = "an archived run goes on where it was"
  /// Acting and being asked on the side change nothing.
  case observation = "watching changes nothing"
  /// No algorithm looks at roles.
  case labels = "roles are labels"
  /// What it chooses for best does not depend on chance.
  case greed = "greedy actions leave nothing to chance"
  /// Blocks are written by whom they declare, and every write has an entry.
  case ledger = "every write is in the ledger"
}

/// Checks that an agent that acts in a batch, and its learner, keep the contract: yours as well as ours.
///
/// ```swift
/// let checks = BatchTraineeChecks(steps: 2000) {
///   MyAgent.make(seed: 1)
/// } in: { EnvironmentCopies(world, count: 4, stream: $0) }
/// #expect(checks.run() == [])
/// ```
public struct BatchTraineeChecks<Subject: BatchAgent, Teacher: BatchLearner & ~Copyable>
where Teacher.ActionSpace == Subject.ActionSpace {
  /// How many environment steps a run takes: enough for several updates.
  public let steps: Int
  private let make: () -> BatchTrainee<Subject, Teacher>
  private let makeWorlds: (RandomStream) -> any EnvironmentBatch<BoxSpace, Subject.ActionSpace>

  /// Gets ready to check an agent.
  ///
  /// - Parameters:
  ///   - steps: how many environment steps a run takes: enough for several updates.
  ///   - make: makes the agent and its learner, the same each time.
  ///   - worlds: makes the copies of the world, given what they are to draw from.
  public init(
    steps: Int, make: @escaping () -> BatchTrainee<Subject, Teacher>,
    in worlds: @escaping (RandomStream) -> any EnvironmentBatch<BoxSpace, Subject.ActionSpace>
  ) {
    precondition(steps > 0, "steps must be positive, but is \(steps)")
    self.steps = steps
    self.make = make
    makeWorlds = worlds
  }

  /// Runs the checks.
  ///
  /// - Returns: what was found wrong; empty for a sound agent.
  /// - Throws: `NonFiniteError` where learning diverges.
  public func run() throws(NonFiniteError) -> [Finding] {
    var plain = start()
    let before = digests(plain.agent.parameters)
    try plain.advance(to: steps)
    let after = digests(plain.agent.parameters)
    guard before != after else {
      return [finding(.learning, "no block changed in \(steps) steps, so nothing can be said")]
    }
    var findings: [Finding] = []
    var again = start()
    try again.advance(to: steps)
    findings += differences(.determinism, after, again.agent.parameters, "another run of the same seed")

    var divided = start()
    for part in 1...7 { try divided.advance(to: steps * part / 7) }
    findings += differences(.division, after, divided.agent.parameters, "a run in seven parts")
    if divided.tally != plain.tally { findings.append(finding(.division, "its episodes came out otherwise")) }

    findings += try checkResumption(after)
    findings += try checkObservation(after)
    findings += try checkLabels(after)
    findings += checkGreed(plain.agent, plain.worlds.observations)
    findings += checkLedger(plain.agent.parameters, before: before, after: after)
    return findings
  }

  /// Stops at several places, since what an agent has half gathered differs from one to the next.
  private func checkResumption(_ wanted: [UInt64]) throws(NonFiniteError) -> [Finding] {
    for share in [3, 5, 8] {
      var first = start()
      try first.advance(to: steps * share / 9)
      var archive = StateArchive()
      archive.put(first, as: "run")
      let kept = first.agent.parameters.storedTensors()
      var second = start()
      do throws(DataError) {
        try second.agent.parameters.load(kept, by: "restoration")
        second.agent.parameters.step = first.agent.parameters.step
        try StateArchive(archive.tensors).restore(&second, from: "run")
      } catch {
        return [finding(.resumption, "it could not be restored: \(error)")]
      }
      try second.advance(to: steps)
      let found = differences(
        .resumption, wanted, second.agent.parameters, "a run archived after \(first.step) of \(steps) steps")
      if !found.isEmpty { return found }
    }
    return []
  }

  private func checkObservation(_ wanted: [UInt64]) throws(NonFiniteError) -> [Finding] {
    var run = start()
    var random = RandomStream(seed: 9)
    for part in 1...5 {
      try run.advance(to: steps * part / 5)
      var watched = run.agent
      for conduct in Conduct.allCases {
        _ = watched.act(on: run.worlds.observations, as: conduct, using: &random)
      }
    }
    return differences(.observation, wanted, run.agent.parameters, "a run that was watched")
  }

  private func checkLabels(_ wanted: [UInt64]) throws(NonFiniteError) -> [Finding] {
    var run = start()
    for block in run.agent.parameters.blocks {
      run.agent.parameters.rename(block.handle, role: .opaque(block.handle.index))
    }
    try run.advance(to: steps)
    return differences(.labels, wanted, run.agent.parameters, "a run with all roles renamed")
  }

  private func checkGreed(_ agent: Subject, _ observations: VectorColumn) -> [Finding] {
    var agent = agent
    var (one, other) = (RandomStream(seed: 1), RandomStream(seed: 2))
    let first = agent.act(on: observations, as: .greedy, using: &one)
    let second = agent.act(on: observations, as: .greedy, using: &other)
    var findings = first == second ? [] : [finding(.greed, "two streams led to two choices")]
    if first.count != observations.count {
      findings.append(
        finding(.greed, "there are \(first.count) actions for \(observations.count) observations"))
    }
    return findings
  }

  private func checkLedger(_ parameters: ParameterStore, before: [UInt64], after: [UInt64]) -> [Finding] {
    let entries = parameters.ledger.entries
    return parameters.blocks.flatMap { block -> [Finding] in
      let own = entries.filter { $0.block == block.handle.index && $0.count > 0 }
      var findings: [Finding] = []
      if before[block.handle.index] != after[block.handle.index] && own.isEmpty {
        findings.append(finding(.ledger, "\(block.name) changed, and no entry says who wrote it"))
      }
      for entry in own {
        let writers = Set(entry.writer.components(separatedBy: " + "))
        if !writers.isSubset(of: block.writers) {
          findings.append(
            finding(.ledger, "\(block.name) was written by \(entry.writer), not \(block.writers)"))
        }
      }
      return findings
    }
  }

  private func start() -> BatchRun<Subject, Teacher> {
    BatchRun(trainee: make(), seed: 5, in: makeWorlds)
  }

  private func digests(_ parameters: ParameterStore) -> [UInt64] {
    parameters.blocks.map { parameters.digest(of: $0.handle) }
  }

  private func differences(
    _ check: BatchTraineeCheck, _ wanted: [UInt64], _ parameters: ParameterStore, _ what: String
  ) -> [Finding] {
    let found = digests(parameters)
    guard found.count == wanted.count else { return [finding(check, "\(what) has other blocks")] }
    let differing = parameters.blocks.filter { found[$0.handle.index] != wanted[$0.handle.index] }.map(\.name)
    return differing.isEmpty
      ? [] : [finding(check, "\(what) has another \(differing.joined(separator: ", "))")]
  }

  private func finding(_ check: BatchTraineeCheck, _ message: String) -> Finding {
    Finding(check: check.rawValue, message: message)
  }
}

extension String {
  /// The parts between a separator.
  fileprivate func components(separatedBy separator: String) -> [String] {
    split(separator: separator).map(String.init)
  }
}
