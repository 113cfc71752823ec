import Assay

/// The checks of a world that lists itself, and shows less than its state.
protocol HiddenStateChecking {
  func runHiddenState() -> [Finding]
}

extension EnvironmentChecks: HiddenStateChecking where World: HiddenStateEnvironment {
  func runHiddenState() -> [Finding] {
    walk() + checkHiddenPlacement() + checkHiddenAvailability() + checkHiddenSteps()
  }

  private func checkHiddenPlacement() -> [Finding] {
    var copy = usedWorld()
    var messages: [String] = []
    for state in 0..<world.stateCount {
      copy.place(in: state)
      if copy.state != state { messages.append("place(in: \(state)) leads to state \(copy.state)") }
      if copy.isOver { messages.append("the episode is over after place(in: \(state))") }
      if let last = copy.lastObservation {
        messages.append(
          "observation \(last) is left after place(in: \(state)), though nothing was seen there")
      }
    }
    return findings(.placement, messages)
  }

  private func checkHiddenAvailability() -> [Finding] {
    let dynamics = world.process.process
    var copy = world
    var messages: [String] = []
    for state in 0..<world.stateCount {
      copy.place(in: state)
      for action in 0..<world.actionCount {
        let isListed = !dynamics.outcomeRange(state: state, action: action).isEmpty
        if copy.isAvailable(action) != isListed {
          messages.append(
            "state \(state), action \(action) is \(isListed ? "not " : "")available and has "
              + (isListed ? "outcomes" : "none"))
        }
      }
    }
    return findings(.availability, messages)
  }

  /// Compares how often each next state comes with each observation: what is drawn apart, each as often as it should
  /// be, may still belong together.
  private func checkHiddenSteps() -> [Finding] {
    let process = world.process
    let pairs = hiddenPairs
    let listed = pairs.map { HiddenCells(of: $0.action, in: $0.state, of: process) }
    // One comparison of frequencies for each pair and for the starts, and two of means for each next state.
    let rate = falseAlarmRate / Double(pairs.count + 1 + 2 * listed.reduce(0) { $0 + $1.rewards.count })
    var endings: [String] = []
    var frequencies: [String] = []
    var rewards: [String] = []
    var copy = world
    for (pair, cells) in zip(pairs, listed) {
      let place = "state \(pair.state), action \(pair.action)"
      var random = RandomStream(seed: seed).substream(UInt64(pair.state * world.actionCount + pair.action))
      var counts: [Cell.Key: Int] = [:]
      var drawn: DrawnRewards = [:]
      for _ in 0..<(cells.sights.count == 1 ? max(1, samples / 10) : samples) {
        copy.place(in: pair.state)
        let step = copy.step(pair.action, using: &random)
        var key = Cell.Key(next: copy.state, isTerminal: step.ending == .terminated)
        drawn[key, default: ([], [])].rewards.append(step.reward.value)
        drawn[key, default: ([], [])].performances.append(step.performance.value)
        key.observation = step.observation
        counts[key, default: 0] += 1
        if copy.lastObservation != step.observation || copy.isOver != (step.ending != nil) {
          endings.append(
            "\(place) shows \(step.observation), after which the last observation is "
              + (copy.lastObservation.map { "\($0)" } ?? "missing") + " and the episode "
              + (copy.isOver ? "over" : "not over"))
        }
      }
      if let stray = counts.keys.sorted().first(where: { cells.sights[$0] == nil }) {
        endings.append("\(place) led to \(stray), \(stray.isTerminal ? "" : "not ")terminated: not listed")
      } else if let message = Cell.compare(counts, with: cells.sights, rate: rate) {
        frequencies.append("\(place): \(message)")
      }
      rewards += Cell.compareRewards(drawn, with: cells.rewards, rate: rate).map { "\(place), \($0)" }
    }
    if let message = compareStarts(of: process, rate: rate, &endings) {
      frequencies.append("starts: \(message)")
    }
    return findings(.endings, endings) + findings(.frequencies, frequencies) + findings(.rewards, rewards)
  }

  private func compareStarts(of process: FinitePOMDP, rate: Double, _ endings: inout [String]) -> String? {
    var cells: [Cell.Key: Cell] = [:]
    for (state, probability) in process.process.initial.enumerated() where probability > 0 {
      guard let first = process.firstObservations else {
        // Where nothing is listed, one observation more says nothing.
        let key = Cell.Key(next: state, isTerminal: false, observation: process.observationCount)
        cells[key] = Cell(probability: probability)
        continue
      }
      for entry in first.range(ofRow: state) where first.probabilities[entry] > 0 {
        let key = Cell.Key(next: state, isTerminal: false, observation: Int(first.observations[entry]))
        cells[key, default: Cell()].probability += probability * first.probabilities[entry]
      }
    }
    var copy = world
    var random = RandomStream(seed: seed).substream(.max)
    var counts: [Cell.Key: Int] = [:]
    for _ in 0..<samples {
      let observation = copy.reset(using: &random)
      counts[Cell.Key(next: copy.state, isTerminal: false, observation: observation), default: 0] += 1
      if copy.lastObservation != observation {
        endings.append("a reset shows \(observation), after which the last observation is another")
      }
    }
    return Cell.compare(counts, with: cells, rate: rate)
  }

  /// The available pairs of state and action, at most ``pairLimit`` of them.
  private var hiddenPairs: [(state: Int, action: Int)] {
    let dynamics = world.process.process
    return drawnPairs(of: world.stateCount, world.actionCount)
      .filter { !dynamics.outcomeRange(state: $0.state, action: $0.action).isEmpty }
  }
}

/// What is listed for an action in a state.
private struct HiddenCells {
  /// How likely each next state comes with each observation.
  var sights: [Cell.Key: Cell] = [:]
  /// The rewards of each next state, whatever is seen.
  var rewards: [Cell.Key: Cell] = [:]

  init(of action: Int, in state: Int, of process: FinitePOMDP) {
    let dynamics = process.process
    let pair = state * dynamics.actionCount + action
    for entry in dynamics.outcomeRange(state: state, action: action) where dynamics.probabilities[entry] > 0 {
      let probability = dynamics.probabilities[entry]
      var key = Cell.Key(
        next: Int(dynamics.successors[entry]),
        isTerminal: dynamics.hasTerminals && dynamics.terminals[entry])
      func value(_ reward: FiniteMDP.RewardFunction) -> Double {
        reward.outcomes?[entry] ?? reward.expected[pair]
      }
      rewards[key, default: Cell()].rewards.append(value(dynamics.reward), weight: probability)
      rewards[key, default: Cell()].performances.append(value(dynamics.performance), weight: probability)
      let row = action * dynamics.stateCount + key.next
      for sight in process.observations.range(ofRow: row) where process.observations.probabilities[sight] > 0
      {
        key.observation = Int(process.observations.observations[sight])
        sights[key, default: Cell()].probability += probability * process.observations.probabilities[sight]
      }
    }
  }
}
