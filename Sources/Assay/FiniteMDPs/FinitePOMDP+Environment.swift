/// A world that can list itself, though it shows less than its state: what ``EnumerableEnvironment`` is to
/// worlds that show everything.
///
/// States are the numbers from 0 that its ``process`` lists. An agent sees observations, which are numbers
/// too.
public protocol HiddenStateEnvironment: PlaceableEnvironment
where
  Observation == Int, Action == Int, ObservationSpace == DiscreteSpace, ActionSpace == DiscreteSpace
{
  /// The states, what each action may lead to, and what is seen of it, exactly.
  ///
  /// Where it gives no first observation, an episode starts with one observation more than it lists, which
  /// says nothing: the number ``FinitePOMDP/observationCount``.
  var process: FinitePOMDP { get }

  /// The state the world is in, which it does not show.
  var state: Int { get }

  /// What was observed last; `nil` where nothing was since the world was made or placed.
  var lastObservation: Int? { get }

  /// Puts the world into a state, as if an episode had led there.
  mutating func place(in state: Int)
}

extension HiddenStateEnvironment {
  /// The discount γ at which returns in this world are judged, in [0, 1].
  public var discount: Double { process.discount }

  /// How many hidden states there are.
  public var stateCount: Int { process.stateCount }

  /// How many actions there are.
  public var actionCount: Int { process.actionCount }

  /// How to call the hidden states; empty for plain numbers.
  public var stateNames: [String] { process.process.stateNames }

  /// How to call the observations; empty for plain numbers.
  public var observationNames: [String] { process.observationNames }

  public var actionNames: [String] { process.process.actionNames }

  /// Whether the state has an action to offer: an agent that cannot see the state may always try all of them.
  public func isAvailable(_ action: Int) -> Bool {
    actionSpace.contains(action) && process.process.isAvailable(action: action, in: state)
  }

  /// The smallest and the largest reward that is listed.
  public var rewardRange: ClosedRange<Double> {
    let listed = process.process
    var low = Double.infinity
    var high = -Double.infinity
    for pair in 0..<listed.stateCount * listed.actionCount {
      for entry in listed.rowStarts[pair]..<listed.rowStarts[pair + 1] where listed.probabilities[entry] > 0 {
        let value = listed.reward.outcomes?[entry] ?? listed.reward.expected[pair]
        low = min(low, value)
        high = max(high, value)
      }
    }
    return low <= high ? low...high : 0...0
  }

  public var stateNumbers: [Double] { [Double(state)] }

  public mutating func place(at numbers: [Double]) throws(DataError) {
    guard numbers.count == 1, let state = Int(exactly: numbers[0]), state >= 0, state < stateCount else {
      throw DataError(
        field: "state", value: "\(numbers)", allowed: "one whole number from 0 to \(stateCount - 1)")
    }
    place(in: state)
  }

  /// The hidden state by its name, and what was seen of it last.
  public var picture: Picture { Picture(caption: "\(process.process.stateName(state)); \(sight)") }

  /// What was seen last, in words: `sees 3`.
  public var sight: String {
    guard let lastObservation else { return "nothing seen yet" }
    return lastObservation == process.observationCount
      ? "nothing seen yet" : "sees \(process.observationName(lastObservation))"
  }
}
