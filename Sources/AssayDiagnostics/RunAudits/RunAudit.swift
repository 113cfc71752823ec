import Assay

/// Everything that an audit of agents with networks found, from restarts of copied worlds: a value that renderers draw
/// and programs read.
///
/// Encoded as JSON it has the schema `assay.run-audit/1`. It holds no times, so the same audit gives the same bytes.
public struct RunAudit: Sendable, Hashable, Codable {
  /// The schema of the JSON form.
  public static let schema = "assay.run-audit/1"

  public var schema = Self.schema
  public var subject: Subject
  /// The answer, in a word, and what it rests on.
  public var diagnosis: Diagnosis
  /// Does the critic approximate the value it claims to? `nil` for an agent without one.
  @ExplicitNull public var critic: Critic?
  /// Does the actor maximise the critic? `nil` where there is no critic to hold it to.
  @ExplicitNull public var actor: Actor?
  /// Is the model right where it is used? `nil` for a model-free agent.
  @ExplicitNull public var model: Model?
  /// How errors went over training.
  public var training: Training
  /// What each agent was found to have, one entry a seed.
  public var agents: [Agent]
  /// The last measurement of the first agent, for pictures.
  public var example: RunMeasurement
  /// Where the first agent's numbers lie and who wrote them last.
  public var anatomy: AnatomyFindings

  /// What was audited.
  public struct Subject: Sendable, Hashable, Codable {
    public var environment: String
    public var agent: String
    /// Environment steps of training, for each seed.
    public var steps: Int
    public var seeds: [UInt64]
    /// Names of the faults that were planted on purpose.
    public var faults: [String]
    /// How many states each agent was audited in, and with how many restarts.
    public var states: Int
    public var restarts: Int
    /// How many environment steps the restarts took, all agents together.
    public var worldSteps: Int
  }

  /// Does the critic approximate the value it claims to?
  public struct Critic: Sendable, Hashable, Codable {
    public var claim: String
    /// Over seeds; of a single agent, over states.
    public var bias: Estimate
    public var rmse: Estimate
    /// As a share of what is at stake.
    public var relativeError: Estimate
    /// Of the first agent: how well its critic matches other claims, best first, as a share of what is at stake.
    public var alternatives: [ClaimMatch]
    /// Of the first agent: which recursion its critic satisfies from one step to the next.
    @ExplicitNull public var recursion: RecursionFit?
    public var trend: Trend
    public var verdict: Verdict
  }

  /// Does the actor maximise the critic?
  public struct Actor: Sendable, Hashable, Codable {
    public var objective: String
    public var gap: Estimate
    /// Whether the gap is exact, and not a lower bound.
    public var isExact: Bool
    /// What following the critic for one step would truly gain, in reward units.
    @ExplicitNull public var improvement: Estimate?
    public var verdict: Verdict
  }

  /// Is the model right where it is used?
  public struct Model: Sendable, Hashable, Codable {
    /// √ of the one-step error, as a share of how far the world moves.
    public var error: Estimate
    /// What the model promises the policy beyond what it promises actions at random, in reward units: where it is
    /// positive, the policy lives by the model's errors.
    public var exploitation: Estimate
    public var verdict: Verdict
  }

  /// How errors went over training, over seeds; of a single agent, over states.
  public struct Training: Sendable, Hashable, Codable {
    public var steps: [Int]
    public var criticError: [Estimate]
    public var actorGap: [Estimate]
    public var value: [Estimate]
  }

  /// One agent's findings, in short.
  public struct Agent: Sendable, Hashable, Codable {
    public var seed: UInt64
    public var diagnosis: String
    public var also: [String]
    /// What its policy is worth in the states it visits, in reward units.
    public var value: Double
    @ExplicitNull public var criticError: Double?
    @ExplicitNull public var actorGap: Double?
    @ExplicitNull public var modelError: Double?
    @ExplicitNull public var stoppedBy: String?
  }

  /// Where an error is going.
  public enum Trend: String, Sendable, Hashable, Codable {
    /// It is within the tolerance.
    case converged
    /// It is beyond the tolerance, and smaller than it was.
    case converging
    /// It is beyond the tolerance, and no smaller than it was.
    case stalled
    /// It at least doubled.
    case diverging
    /// The intervals do not settle it.
    case inconclusive

    /// Judges an error by its intervals over training, in the order of steps: the last against the one in the middle.
    public init(of errors: [Estimate], tolerance: Double) {
      guard let last = errors.last else {
        self = .inconclusive
        return
      }
      if last.high <= tolerance {
        self = .converged
      } else if last.low <= tolerance || errors.count < 3 {
        self = .inconclusive
      } else {
        let middle = errors[errors.count / 2]
        if last.low > Tolerances.divergingGrowth * middle.high {
          self = .diverging
        } else if last.high < middle.low {
          self = .converging
        } else {
          self = .stalled
        }
      }
    }
  }
}
