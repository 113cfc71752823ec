import Assay

/// Keeps the counts of a ``CountsModel``, and knows which of them are not zero.
///
/// A truncation counts as a transition: it is nothing the world did.
struct CountsLearner: ~Copyable {
  let transitions: WritePermit
  let endings: WritePermit
  let rewards: WritePermit
  private let shape: TableShape
  /// The pairs that the model knows something about, in the order in which they were first seen.
  private(set) var knownPairs: [Int32] = []
  /// The states each pair is known to lead to, `[S·A]`.
  private(set) var successors: [[Int32]]
  /// The states in which episodes were seen to start, and how often each was.
  private(set) var starts: [(state: Int, count: Double)] = []
  private var isKnown: [Bool]
  /// How often the counts were written when the lists above were made.
  private var indexedVersion = 0

  /// Allocates the blocks of a model of counts.
  init(_ shape: TableShape, in parameters: inout ParameterStore) {
    let (states, actions) = (shape.stateCount, shape.actionCount)
    precondition(
      states * actions * states <= CountsModel.largestTable,
      "a table of counts over \(states) states and \(actions) actions would take more than a gibibyte")
    let transitions = parameters.allocate(
      "model.transitions", owner: "world model", role: .worldModel, shape: [states, actions, states],
      updateRule: "count", writers: ["model learner"])
    let endings = parameters.allocate(
      "model.endings", owner: "world model", role: .worldModel, shape: [states, actions], updateRule: "count",
      writers: ["model learner"])
    let rewards = parameters.allocate(
      "model.rewards", owner: "world model", role: .worldModel, shape: [states, actions],
      updateRule: "running mean", writers: ["model learner"])
    self.transitions = parameters.permit("model learner", toWrite: transitions, usesReward: false)
    self.endings = parameters.permit("model learner", toWrite: endings, usesReward: false)
    self.rewards = parameters.permit("model learner", toWrite: rewards, usesReward: true)
    self.shape = shape
    isKnown = .init(repeating: false, count: states * actions)
    successors = .init(repeating: [], count: states * actions)
  }

  /// The model that reads these counts.
  var model: CountsModel {
    CountsModel(
      name: "world model", transitions: transitions.block, endings: endings.block, rewards: rewards.block,
      shape: shape)
  }

  /// Puts the truth in place of counts: probabilities, as if each pair had been seen once.
  func adopt(_ process: FiniteMDP, in parameters: inout ParameterStore) {
    for pair in 0..<shape.stateCount * shape.actionCount {
      let (state, action) = pair.quotientAndRemainder(dividingBy: shape.actionCount)
      for outcome in process.outcomeRange(state: state, action: action) {
        let share = Float(process.probabilities[outcome])
        if process.hasTerminals, process.terminals[outcome] {
          parameters.add(share, at: pair, with: endings)
        } else {
          let index = pair * shape.stateCount + Int(process.successors[outcome])
          parameters.add(share, at: index, with: transitions)
        }
      }
      parameters.set(Float(process.reward.expected[pair]), at: pair, with: rewards)
    }
  }

  /// Counts the newest step.
  ///
  /// - Parameters:
  ///   - experience: the newest step, and the one before it where there is one.
  ///   - countsOutcome: whether the model is learned; where it is not, only starts are counted.
  ///   - parameters: where the counts are.
  /// - Returns: whether somebody else wrote the counts since the last time.
  @discardableResult
  mutating func record(
    _ experience: Experience<Int, Int>, countsOutcome: Bool = true, in parameters: inout ParameterStore
  ) -> Bool {
    let newest = experience[age: 0]
    let pair = newest.observation * shape.actionCount + newest.action
    let isForeign = version(in: parameters) != indexedVersion
    if isForeign {
      reindex(parameters)
      indexedVersion = version(in: parameters)
    }
    if experience.count == 1 || experience[age: 1].ending != nil { recordStart(newest.observation) }
    guard countsOutcome else { return isForeign }
    if !isKnown[pair] {
      isKnown[pair] = true
      knownPairs.append(Int32(pair))
    }
    if newest.ending == .terminated {
      parameters.add(1, at: pair, with: endings)
    } else {
      let index = pair * shape.stateCount + newest.nextObservation
      let isNew = parameters[transitions.block, index] == 0
      parameters.add(1, at: index, with: transitions)
      // A frozen block takes no count.
      if isNew, parameters[transitions.block, index] > 0 {
        successors[pair].append(Int32(newest.nextObservation))
      }
    }
    let seen = Float(timesSeen(pair, reading: parameters))
    let error = Float(experience.reward(age: 0).value) - parameters[rewards.block, pair]
    parameters.add(error / max(seen, 1), at: pair, with: rewards)
    indexedVersion = version(in: parameters)
    return isForeign
  }

  private func version(in parameters: ParameterStore) -> Int {
    parameters.version(of: transitions.block) + parameters.version(of: endings.block)
  }

  /// How often a pair was seen.
  func timesSeen(_ pair: Int, reading parameters: ParameterStore) -> Double {
    successors[pair].reduce(Double(parameters[endings.block, pair])) {
      $0 + Double(parameters[transitions.block, pair * shape.stateCount + Int($1)])
    }
  }

  private mutating func recordStart(_ state: Int) {
    if let index = starts.firstIndex(where: { $0.state == state }) {
      starts[index].count += 1
    } else {
      starts.append((state, 1))
    }
  }

  /// The mean of some values over the starts of episodes.
  func meanOverStarts(of values: [Double]) -> Double {
    var sum = 0.0
    var count = 0.0
    for start in starts {
      sum += start.count * values[start.state]
      count += start.count
    }
    return count > 0 ? sum / count : 0
  }

  /// Finds out again which pairs and successors the counts hold, after somebody else wrote them.
  private mutating func reindex(_ parameters: ParameterStore) {
    for pair in successors.indices {
      successors[pair] = (0..<shape.stateCount).filter {
        parameters[transitions.block, pair * shape.stateCount + $0] > 0
      }.map { Int32($0) }
      if !isKnown[pair], !successors[pair].isEmpty || parameters[endings.block, pair] > 0 {
        isKnown[pair] = true
        knownPairs.append(Int32(pair))
      }
    }
  }
}
