import Assay

/// What was measured on one agent with networks, over its training and at the end.
public struct RunRecord: Sendable {
  /// What everything random in its life followed from.
  public let seed: UInt64
  /// In the order of steps; the last is the most thorough.
  public let measurements: [RunMeasurement]
  /// What it says of itself.
  public let claim: Claim?
  public let objective: Objective
  /// Where its numbers lie at the end, and who wrote them.
  public let anatomy: AnatomyFindings
  /// Who wrote the blocks of each part.
  let writing: [PartName: PartWriting]
  let names: (critic: PartName?, actor: PartName, worldModel: PartName?)
  /// Why its training stopped before its time, if it did.
  public var stoppedBy: NonFiniteError?

  /// The last measurement.
  public var final: RunMeasurement { measurements[measurements.count - 1] }

  /// Measures an agent as it is, and as it was.
  ///
  /// - Parameters:
  ///   - agent: at the end of its training.
  ///   - earlier: its parameters at earlier steps, in the order of steps; only the numbers are looked at.
  ///   - worlds: copies of the world it lives in; the first of them is copied.
  ///   - settings: how thoroughly.
  ///   - seed: names the agent; chance follows from it, too.
  public init<M, C, A>(
    of agent: Anatomy<M, C, A, ReactivePlanner<A.Action>>, earlier: [ParameterStore],
    in worlds: any EnvironmentBatch<BoxSpace, A.ActionSpace>, settings: RunAuditSettings = RunAuditSettings(),
    seed: UInt64
  ) async where A: ColumnActor, M.Latent == [Float], C.Latent == [Float] {
    let stream = RandomStream(seed: seed).substream(6)
    var measurements: [RunMeasurement] = []
    for parameters in earlier {
      var before = agent
      before.parameters = parameters
      measurements.append(
        await RunMeasuring(agent: before, worlds: worlds, settings: settings)
          .measure(isThorough: false, using: stream.substream(UInt64(parameters.step))))
    }
    measurements.append(
      await RunMeasuring(agent: agent, worlds: worlds, settings: settings)
        .measure(isThorough: true, using: stream.substream(UInt64(agent.parameters.step))))
    self.seed = seed
    self.measurements = measurements
    typealias Subject = Anatomy<M, C, A, ReactivePlanner<A.Action>>
    claim = Subject.hasCritic ? agent.critic.claim : nil
    objective = agent.actor.objective
    names = (
      Subject.hasCritic ? agent.critic.name : nil, agent.actor.name,
      Subject.hasWorldModel ? agent.worldModel.name : nil
    )
    var references: [AnatomyFindings.Reference] = []
    if let critic = names.critic, case .part(let part)? = claim?.policy {
      references.append(
        .init(from: critic.description, to: part.description, relation: "estimates the value of"))
    }
    if let critic = objective.critic {
      references.append(
        .init(from: names.actor.description, to: critic.description, relation: "maximises"))
    }
    anatomy = AnatomyFindings(of: agent.parameters, references: references)
    var writing: [PartName: PartWriting] = [:]
    for name in [names.critic, names.actor, names.worldModel].compactMap(\.self) {
      writing[name] = PartWriting(of: name, in: agent.parameters)
    }
    self.writing = writing
  }
}

/// Who wrote a part's blocks, as the ledger has it.
struct PartWriting: Sendable, Hashable {
  /// Whether learners' writes to one of its blocks are turned away now.
  var isFrozen = false
  /// How many were.
  var refused = 0
  /// The step of the last write by a learner to the part's largest block; `nil` where there was none. A temperature
  /// that goes on being tuned does not make an actor that is stopped a learning one.
  var lastLearned: Int?
  /// Steps at which somebody reached in from outside.
  var interventions: [Int] = []

  init(of part: PartName, in store: ParameterStore) {
    let blocks = store.blocks(ownedBy: part)
    isFrozen = blocks.contains(where: \.isFrozen)
    let entries = store.ledger.entries
    let learned = blocks.filter { block in
      entries.contains {
        $0.block == block.handle.index && $0.cause == .learning && $0.count + $0.refused > 0
      }
    }
    let main = learned.max { $0.handle.count < $1.handle.count }
    for entry in entries where blocks.contains(where: { $0.handle.index == entry.block }) {
      refused += entry.refused
      switch entry.cause {
      case .learning where entry.count > 0 && entry.block == main?.handle.index:
        lastLearned = max(lastLearned ?? 0, entry.lastStep)
      case .intervention: interventions.append(entry.firstStep)
      default: break
      }
    }
  }

  /// The step after which nothing more was learned, where that was long before the end.
  func stopped(before end: Int) -> Int? {
    let last = lastLearned ?? 0
    return Double(last) < Tolerances.stalePoint * Double(end) ? last : nil
  }
}
