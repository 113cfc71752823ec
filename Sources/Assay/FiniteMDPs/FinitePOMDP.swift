/// A finite Markov decision process whose state is hidden: all that an agent sees of it are observations,
/// which come with probability O(o | a, s′) after action a led to state s′.
///
/// The dynamics and the reward are those of a ``FiniteMDP`` over the hidden states. That an episode ends is
/// seen even here, so endings are no part of the observations. Whoever cannot see the state cannot know which
/// actions it offers: each action is available in each state but those in which nothing is.
///
/// - SeeAlso: Kaelbling, Littman & Cassandra (1998), *Planning and acting in partially observable stochastic
///   domains*.
public struct FinitePOMDP: Sendable, Hashable {
  /// Which observations come, and how likely: a sparse table, row by row.
  public struct ObservationTable: Sendable, Hashable {
    /// Where each row starts, `[rows + 1]`.
    public let rowStarts: [Int]
    /// What may be observed.
    public let observations: [Int32]
    /// How likely it is; those of a row sum to 1, unless the row is empty.
    public let probabilities: [Double]

    public init(rowStarts: [Int], observations: [Int32], probabilities: [Double]) {
      self.rowStarts = rowStarts
      self.observations = observations
      self.probabilities = probabilities
    }

    /// Makes a table row by row, in the order of observations, leaving out what cannot happen.
    ///
    /// - Parameters:
    ///   - rowCount: how many rows there are.
    ///   - row: the observations of a row with their probabilities.
    public init(rowCount: Int, row: (Int) -> [(observation: Int, probability: Double)]) {
      var rowStarts = [0]
      var observations: [Int32] = []
      var probabilities: [Double] = []
      rowStarts.reserveCapacity(rowCount + 1)
      for index in 0..<rowCount {
        let listed = row(index).sorted { $0.observation < $1.observation }
        for (observation, probability) in listed where probability != 0 {
          observations.append(Int32(clamping: observation))
          probabilities.append(probability)
        }
        rowStarts.append(observations.count)
      }
      self.init(rowStarts: rowStarts, observations: observations, probabilities: probabilities)
    }

    /// How many rows there are.
    @inlinable public var rowCount: Int { rowStarts.count - 1 }

    /// Positions of a row's observations in the columns.
    @inlinable
    public func range(ofRow row: Int) -> Range<Int> { rowStarts[row]..<rowStarts[row + 1] }

    /// How likely an observation is in a row.
    @inlinable
    public func probability(of observation: Int, inRow row: Int) -> Double {
      var sum = 0.0
      for entry in range(ofRow: row) where Int(observations[entry]) == observation {
        sum += probabilities[entry]
      }
      return sum
    }
  }

  /// The dynamics and rewards over the hidden states.
  public let process: FiniteMDP
  /// How many observations there are: they are the numbers from 0.
  public let observationCount: Int
  /// O(o | a, s′), in row a·S + s′; empty where action a never leads to s′.
  public let observations: ObservationTable
  /// The probability of the first observation in each state, `[S]` rows; `nil` where episodes start without
  /// one, as they do in most of the literature.
  public let firstObservations: ObservationTable?
  /// How to call the observations; empty for plain numbers.
  public var observationNames: [String] = []

  /// Makes a process from its parts, checking all of them.
  ///
  /// - Parameters:
  ///   - process: the dynamics and rewards over the hidden states.
  ///   - observationCount: how many observations there are, from 1.
  ///   - observations: O(o | a, s′), in row a·S + s′.
  ///   - firstObservations: the probability of the first observation in each state; `nil` for none.
  /// - Throws: ``DataError`` naming the first field and row that is not as it must be.
  public init(
    process: FiniteMDP, observationCount: Int, observations: ObservationTable,
    firstObservations: ObservationTable? = nil
  ) throws(DataError) {
    self.process = process
    self.observationCount = observationCount
    self.observations = observations
    self.firstObservations = firstObservations
    try validate()
  }

  /// S, how many hidden states there are.
  @inlinable public var stateCount: Int { process.stateCount }

  /// A, how many actions there are.
  @inlinable public var actionCount: Int { process.actionCount }

  /// γ, in [0, 1].
  @inlinable public var discount: Double { process.discount }

  /// Positions of what may be observed when an action led to a state, in the columns of ``observations``.
  @inlinable
  public func observationRange(action: Int, next: Int) -> Range<Int> {
    observations.range(ofRow: action * process.stateCount + next)
  }

  /// O(o | a, s′).
  @inlinable
  public func probability(of observation: Int, after action: Int, leadingTo next: Int) -> Double {
    observations.probability(of: observation, inRow: action * process.stateCount + next)
  }

  /// How to call an observation.
  public func observationName(_ observation: Int) -> String {
    observationNames.isEmpty ? String(observation) : observationNames[observation]
  }
}

extension FinitePOMDP {
  private func validate() throws(DataError) {
    guard observationCount > 0, observationCount <= Int(Int32.max) else {
      throw DataError(
        field: "observations", value: "\(observationCount)", allowed: "an integer from 1 to \(Int32.max)")
    }
    try validateActions()
    precondition(
      observations.rowCount == actionCount * stateCount,
      "observations needs \(actionCount * stateCount) rows, but has \(observations.rowCount)")
    var isEntered = [Bool](repeating: false, count: observations.rowCount)
    for state in 0..<stateCount {
      for action in 0..<actionCount {
        for entry in process.outcomeRange(state: state, action: action)
        where process.probabilities[entry] > 0 {
          isEntered[action * stateCount + Int(process.successors[entry])] = true
        }
      }
    }
    try validate(observations, isNeeded: isEntered) { row in
      let (action, next) = row.quotientAndRemainder(dividingBy: stateCount)
      return "action \(process.actionName(action)), next state \(process.stateName(next))"
    }
    guard let firstObservations else { return }
    precondition(
      firstObservations.rowCount == stateCount,
      "firstObservations needs \(stateCount) rows, but has \(firstObservations.rowCount)")
    try validate(firstObservations, isNeeded: process.initial.map { $0 > 0 }) { row in
      "the first state \(process.stateName(row))"
    }
  }

  private func validateActions() throws(DataError) {
    for state in 0..<stateCount where !process.isFinal(state: state) {
      for action in 0..<actionCount where !process.isAvailable(action: action, in: state) {
        throw DataError(
          field: "the outcomes of state \(process.stateName(state)), action \(process.actionName(action))",
          value: "missing", allowed: "some, for an agent that cannot see in which state it is")
      }
    }
  }

  private func validate(
    _ table: ObservationTable, isNeeded: [Bool], naming name: (Int) -> String
  ) throws(DataError) {
    let count = table.observations.count
    precondition(
      table.rowStarts.first == 0 && table.rowStarts.last == count && table.probabilities.count == count,
      "the rows of observations must run from 0 to \(count), with as many probabilities")
    for row in 0..<table.rowCount {
      let range = table.range(ofRow: row)
      if range.isEmpty {
        if isNeeded[row] {
          throw DataError(
            field: "the observations of \(name(row))", value: "missing",
            allowed: "probabilities that sum to 1")
        }
        continue
      }
      var sum = 0.0
      for entry in range {
        let observation = Int(table.observations[entry])
        guard observation >= 0, observation < observationCount else {
          throw DataError(
            field: "an observation of \(name(row))", value: "\(observation)",
            allowed: "an integer from 0 to \(observationCount - 1)")
        }
        let probability = table.probabilities[entry]
        guard probability >= 0, probability <= 1 else {
          throw DataError(
            field: "the probability of observation \(observation) of \(name(row))",
            value: DataError.text(probability), allowed: "a finite number from 0 to 1")
        }
        sum += probability
      }
      guard abs(sum - 1) <= FiniteMDP.probabilityTolerance else {
        throw DataError(
          field: "the observations of \(name(row))", value: "\(sum) in sum",
          allowed: "probabilities that sum to 1 within 1e-9")
      }
    }
  }
}
