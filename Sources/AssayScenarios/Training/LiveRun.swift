import Assay
import AssayDiagnostics

/// A run that trains an agent, whatever its parts are.
public protocol LiveRun: AnyObject {
  /// How many environment steps were taken, in all copies of the world together.
  var step: Int { get }

  /// What came of the episodes so far.
  var tally: EpisodeTally { get }

  /// What the learner says of its latest update; empty before the first.
  var metrics: [(name: String, value: Double)] { get }

  /// All numbers of the agent, and who wrote them.
  var parameters: ParameterStore { get set }

  /// What the agent's parts are called, and what they say of themselves.
  var parts: PartsFindings { get }

  /// The agent's parts as they are now, for planners.
  var trainedParts: TrainedParts { get }

  /// Takes environment steps, learning on the way.
  ///
  /// - Parameter end: how many steps the run is to have taken; all copies step together, so it may be a few more.
  /// - Throws: `NonFiniteError` when a number that is not finite was written; the run stops right there.
  func advance(to end: Int) throws(NonFiniteError)

  /// Plays episodes with the agent as it is now, in worlds of their own. The run is as it would be without that, bit
  /// for bit.
  ///
  /// - Parameters:
  ///   - episodes: how many, at least 1. Each is the first of its world's.
  ///   - conduct: in which manner the agent acts.
  ///   - stream: worlds and agent draw from substreams of it.
  /// - Returns: what came of each.
  func evaluate(episodes: Int, conduct: Conduct, stream: RandomStream) -> Evaluation

  /// Asks the agent's parts what they made of the probe world that the run is in.
  ///
  /// - Parameters:
  ///   - world: where the run trained its agent.
  ///   - seed: what is drawn to judge its policy follows from it.
  /// - Returns: what they showed.
  func probe(in world: any ProbeWorld, seed: UInt64) -> ProbeResult

  /// Audits the agent as it is now, in worlds of its own. The run is as it would be without that, bit for bit.
  ///
  /// - Parameters:
  ///   - snapshots: the parameters' numbers at earlier steps, in the order of steps.
  ///   - settings: how thoroughly.
  ///   - seed: names the agent; chance follows from it.
  /// - Returns: what was measured.
  /// - Throws: `DataError` where a snapshot does not fit.
  func audit(
    snapshots: [(step: Int, tensors: [StoredTensor])], settings: RunAuditSettings, seed: UInt64
  ) async throws(DataError) -> RunRecord

  /// Everything that what comes after depends on, except for the parameters and their ledger.
  func archive() -> StateArchive

  /// Takes up the run where it was left.
  ///
  /// - Parameters:
  ///   - archive: as ``archive()`` gave it.
  ///   - tensors: the parameters' numbers.
  ///   - ledger: their ledger.
  ///   - step: how many steps the run had taken.
  ///   - metrics: what the learner had said of its latest update.
  /// - Throws: `DataError` that names what is missing or does not fit; nobody may use the run then.
  func resume(
    from archive: StateArchive, tensors: [StoredTensor], ledger: Ledger, step: Int,
    metrics: [(name: String, value: Double)]
  ) throws(DataError)
}

/// What the parts of an agent are called, and what they say of themselves.
public struct PartsFindings: Sendable, Hashable, Codable {
  /// `nil` in an agent without one.
  public var worldModel: String?
  /// `nil` in an agent without one.
  public var critic: String?
  public var actor: String
  /// What the critic says it estimates, in words.
  public var claim: String?
  /// What the actor says it is for, in words.
  public var objective: String
}

/// What came of episodes that an agent was tried out in.
public struct Evaluation: Sendable, Hashable, Codable {
  /// What came of an episode.
  public struct Episode: Sendable, Hashable, Codable {
    /// Its undiscounted training reward.
    public var reward: Double
    /// Its undiscounted performance.
    public var performance: Double
    /// How many steps it took.
    public var length: Int
    /// Whether it ended; `false` where it was left after ``stepLimit`` steps.
    public var isOver: Bool
  }

  /// In which manner the agent acted.
  public var conduct: Conduct
  public var episodes: [Episode]

  /// After how many steps an episode is left that does not end by itself.
  public static let stepLimit = 100_000

  /// The mean undiscounted training reward of an episode, with its 95% interval over episodes.
  public var reward: Estimate { Estimate(mean: episodes.map(\.reward)) }
  /// The mean undiscounted performance of an episode, with its 95% interval over episodes.
  public var performance: Estimate { Estimate(mean: episodes.map(\.performance)) }
  /// The mean length of an episode, with its 95% interval over episodes.
  public var length: Estimate { Estimate(mean: episodes.map { Double($0.length) }) }
}
