import Assay

/// What a policy earns from given states of a world that can be copied, by playing on from each of them, many times.
///
///     G = Σₜ γᵗ rₜ₊₁,  V(s) ≈ Ḡ(s) = mean of m restarts
///
/// Every state is a copy of the world, in the middle of what it is doing. It is copied m times, and the agent plays on
/// in each copy, in its own policy, to the end of the episode or for ``horizon`` steps. All copies step together; those
/// that have ended are left out as they become many. Returns at several discounts come out of the same restarts.
///
/// A time limit is nothing the world did, so it is taken off first, unless the claim is that it ends things. Where a
/// world keeps its limit, a restart that meets it counts as cut off.
///
/// What a restart draws depends on its state's number and its own, so the result depends neither on ``jobs`` nor on the
/// states beside it in a batch. States draw independently of each other, so that the mean over states is as certain as
/// an interval over states says it is; states that share a number, such as several actions tried in one state, draw the
/// same.
public struct MonteCarlo: Sendable, Hashable {
  /// γ of each return, in [0, 1], `[K]`.
  public var discounts: [Double]
  /// What becomes of the value at the end of an episode.
  public var endings = Claim.EndingTreatment.asTheyAre
  /// m, how many restarts each state has at most.
  public var restarts: Int
  /// How many restarts each state has before their precision is looked at, and again.
  public var round: Int
  /// H, after how many steps a restart is cut off.
  public var horizon: Int
  /// How certain the values are to be: √ mean s²/m over states at the first discount, in reward units. `nil` asks for
  /// every restart there may be.
  public var precision: Double?
  /// How many environment steps may be taken. A round that was begun is played to its end.
  public var budget = Int.max
  /// How many tasks play side by side, from 1.
  public var jobs = 1

  /// Decides how to play.
  ///
  /// - Parameters:
  ///   - discounts: γ of each return, in [0, 1], at least one.
  ///   - restarts: m, how many restarts each state has at most, from 2.
  ///   - horizon: H, after how many steps a restart is cut off, from 1.
  public init(discounts: [Double], restarts: Int, horizon: Int) {
    precondition(!discounts.isEmpty, "there must be at least one discount")
    for discount in discounts {
      precondition(discount >= 0 && discount <= 1, "discount must be in [0, 1], but is \(discount)")
    }
    precondition(restarts >= 2, "restarts must be at least 2, but is \(restarts)")
    precondition(horizon > 0, "horizon must be positive, but is \(horizon)")
    self.discounts = discounts
    self.restarts = restarts
    self.horizon = horizon
    round = restarts
  }

  /// After how many steps what is left of a return is a small share of what it can be: the least H with γᴴ ≤ share.
  ///
  /// - Parameters:
  ///   - discount: γ, in [0, 1).
  ///   - share: in (0, 1).
  /// - Returns: H, at least 1.
  public static func horizon(discount: Double, leaving share: Double = 1e-3) -> Int {
    precondition(discount >= 0 && discount < 1, "discount must be in [0, 1), but is \(discount)")
    precondition(share > 0 && share < 1, "share must be in (0, 1), but is \(share)")
    var (steps, left) = (0, 1.0)
    repeat {
      steps += 1
      left *= discount
    } while left > share
    return steps
  }

  /// Plays on from every copy of a batch.
  ///
  /// - Parameters:
  ///   - agent: who plays, in its own policy (`Conduct.policy`).
  ///   - states: the copies to play on from, reset, `[N]`.
  ///   - firstActions: what is done first in each, `[N]`: the value is then Q(s, a). `nil` leaves it to the agent.
  ///   - numbers: `[N]`, states that share a number draw the same; `nil` numbers them from 0.
  ///   - bonus: what is earned beside the reward for what is about to be done: the entropy bonus of soft values. In
  ///     Q(s, a) the first action, which was given, earns none.
  ///   - stream: what chance there is comes from here.
  /// - Returns: the values, and how certain they are.
  public func truth<Subject: BatchAgent>(
    of agent: Subject, from states: any EnvironmentBatch<BoxSpace, Subject.ActionSpace>,
    firstActions: Subject.ActionSpace.Column? = nil, numbers: [Int]? = nil,
    bonus: EarnedBonus<Subject>? = nil, using stream: RandomStream
  ) async -> MonteCarloTruth {
    await opened(of: agent, from: states, firstActions, numbers ?? Array(0..<states.count), bonus, stream)
  }

  /// What is earned beside the reward, `[rows]`, for actions `[rows]` about to be taken at observations `[rows]`.
  public typealias EarnedBonus<Subject: BatchAgent> =
    @Sendable (
      _ agent: inout Subject, _ observations: VectorColumn, _ actions: Subject.ActionSpace.Column
    ) -> [Double]

  /// How many copies play together: enough for large matrices, few enough for the cache.
  private static let rowsTogether = 4096

  private func opened<Subject: BatchAgent, Worlds: EnvironmentBatch>(
    of agent: Subject, from states: Worlds, _ firstActions: Subject.ActionSpace.Column?, _ numbers: [Int],
    _ bonus: EarnedBonus<Subject>?, _ stream: RandomStream
  ) async -> MonteCarloTruth
  where Worlds.ObservationSpace == BoxSpace, Worlds.ActionSpace == Subject.ActionSpace {
    let count = states.count
    precondition(numbers.count == count, "there are \(numbers.count) numbers for \(count) states")
    if let firstActions {
      precondition(firstActions.count == count, "there are \(firstActions.count) actions for \(count) states")
    }
    precondition(round > 0 && jobs > 0, "round and jobs must be positive, but are \(round), \(jobs)")
    let states = endings == .truncationTerminates ? states : states.withoutTimeLimit()
    var truth = MonteCarloTruth(discounts: discounts, endings: endings, horizon: horizon, states: count)
    while true {
      let first = truth.restarts
      let together = min(round, restarts - first)
      let size = max(1, Self.rowsTogether / together)
      let starts = Array(stride(from: 0, to: count, by: size))
      let blocks = await sideBySide(starts.count) { index in
        let rows = starts[index]..<min(starts[index] + size, count)
        let block = Restarts<Subject, Worlds>(
          settings: self, states: states, rows: rows, numbers: numbers, restarts: first..<first + together,
          firstActions: firstActions, bonus: bonus)
        var random = stream.substream(1).substream(UInt64(first)).substream(UInt64(index))
        return block.play(agent, worldStream: stream.substream(0), using: &random)
      }
      for (start, block) in zip(starts, blocks) { truth.add(block, from: start, restarts: together) }
      truth.restarts += together
      if let precision, truth.restarts > 1, truth.standardError() <= precision {
        truth.stop = .precision
      } else if truth.restarts == restarts {
        truth.stop = .restarts
      } else if truth.steps >= budget {
        truth.stop = .budget
      } else {
        continue
      }
      return truth
    }
  }

  /// Does pieces of work, at most ``jobs`` at a time.
  private func sideBySide<Result: Sendable>(
    _ count: Int, _ work: @escaping @Sendable (Int) -> Result
  ) async -> [Result] {
    await withTaskGroup(of: (Int, Result).self) { group in
      var next = 0
      func start() {
        guard next < count else { return }
        let index = next
        group.addTask { (index, work(index)) }
        next += 1
      }
      for _ in 0..<jobs { start() }
      var results = [Result?](repeating: nil, count: count)
      while let (index, result) = await group.next() {
        results[index] = result
        start()
      }
      return results.compactMap(\.self)
    }
  }
}

/// The values of a policy at given states, as restarts found them.
public struct MonteCarloTruth: Sendable, Hashable, Codable {
  /// Why no more restarts were played.
  public enum Stop: String, Sendable, Hashable, Codable {
    /// The values are as certain as was asked.
    case precision
    /// Every restart there may be was played.
    case restarts
    /// As many steps were taken as may be.
    case budget
  }

  /// γ of each return, `[K]`.
  public let discounts: [Double]
  /// What became of the value at the end of an episode.
  public let endings: Claim.EndingTreatment
  /// H, after how many steps a restart was cut off.
  public let horizon: Int
  /// m, how many restarts each state had.
  public internal(set) var restarts = 0
  /// Ḡ at each discount, in reward units, `[K][N]`.
  public private(set) var means: [[Double]]
  /// s², the variance of G at each discount, as m restarts estimate it, `[K][N]`.
  public var variances: [[Double]] {
    squares.map { $0.map { $0 / Double(max(restarts - 1, 1)) } }
  }
  /// How many environment steps were taken.
  public private(set) var steps = 0
  /// How many restarts were cut off before their episode ended.
  public private(set) var cutRestarts = 0
  /// The largest magnitude of a reward that was met.
  public private(set) var largestReward = 0.0
  /// Why no more were played.
  public internal(set) var stop = Stop.restarts
  /// Σ (G − Ḡ)², `[K][N]`.
  private var squares: [[Double]]
  /// Σ γᵗ over the restarts that were cut off, t the step at which they were, `[K]`.
  private var cutWeights: [Double]

  init(discounts: [Double], endings: Claim.EndingTreatment, horizon: Int, states: Int) {
    self.discounts = discounts
    self.endings = endings
    self.horizon = horizon
    means = discounts.map { _ in [Double](repeating: 0, count: states) }
    squares = means
    cutWeights = discounts.map { _ in 0 }
  }

  /// How many states there are.
  public var count: Int { means[0].count }

  /// The share of restarts that were cut off before their episode ended.
  public var cutShare: Double { restarts == 0 ? 0 : Double(cutRestarts) / Double(restarts * count) }

  /// √ mean s²/m over states: how uncertain a value is.
  ///
  /// - Parameter index: of which discount.
  /// - Returns: the error, in reward units.
  public func standardError(discount index: Int = 0) -> Double {
    let mean = variances[index].reduce(0, +) / Double(max(count, 1))
    return (mean / Double(max(restarts, 1))).squareRoot()
  }

  /// How far the mean value can be off because restarts were cut off: mean γᵗ Rmax / (1 − γ) over restarts, 0 for one
  /// that ended. Rmax is the largest reward that was met; at γ = 1 there is no bound, and it is infinite unless every
  /// restart ended.
  ///
  /// - Parameter index: of which discount.
  /// - Returns: the bound, in reward units.
  public func truncationBias(discount index: Int = 0) -> Double {
    guard cutRestarts > 0 else { return 0 }
    let share = cutWeights[index] / Double(restarts * count)
    return share * largestReward / (1 - discounts[index])
  }

  /// Takes in what more restarts of some states found.
  ///
  /// - SeeAlso: Chan, Golub & LeVeque (1979), *Updating formulae and a pairwise algorithm for computing sample
  ///   variances*.
  mutating func add(_ block: RestartReturns, from first: Int, restarts more: Int) {
    let before = Double(restarts)
    let added = Double(more)
    for discount in discounts.indices {
      for state in 0..<block.states {
        let returns = block.returns(ofState: state, discount: discount, restarts: more)
        let mean = returns.reduce(0, +) / added
        let spread = returns.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        let shift = mean - means[discount][first + state]
        means[discount][first + state] += shift * added / (before + added)
        squares[discount][first + state] += spread + shift * shift * before * added / (before + added)
      }
      cutWeights[discount] += block.cutWeights[discount]
    }
    cutRestarts += block.cutRestarts
    steps += block.steps
    largestReward = max(largestReward, block.largestReward)
  }
}
