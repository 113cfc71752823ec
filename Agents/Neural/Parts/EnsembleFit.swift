import Assay
import AssayNetworks

/// Fits an ensemble of world models to what happened.
///
/// Every fifth row is held out. Epochs over the others follow, each member on batches of its own drawn with
/// replacement, until for some epochs no member's squared error on the rows held out fell by a hundredth. The members
/// of least error are believed from then on. With z the standardised change of the observation and of the reward:
///
///     dynamics loss    = Σ over members of mean Σ ½ ((z − μ)² / σ² + log σ²)
///     reward loss      = Σ over members of mean ½ (z − r̂)²
///     termination loss = mean (softplus(l) − l · [terminated]), once a termination was seen
///
/// - SeeAlso: Janner et al. (2019), *When to trust your model: model-based policy optimization*, appendix.
struct EnsembleFit: ~Copyable, Sendable {
  struct Settings: Sendable {
    var batchSize: Int
    var rate: Double
    /// Epochs without progress after which it is over.
    var patience: Int
    /// The most epochs of one fit.
    var epochs: Int
    var eliteCount: Int
  }

  /// How the latest fit went.
  struct Outcome: Sendable {
    var epochs = 0
    var dynamicsLoss: Float = 0
    var rewardLoss: Float = 0
    /// The mean squared error of the members on the rows held out, in squared deviations of a change.
    var dynamicsError: Float = 0
    /// The same for rewards, in squared deviations of a reward.
    var rewardError: Float = 0
  }

  private(set) var outcome = Outcome()

  private let settings: Settings
  private let networks: EnsembleNetworks
  private let box: ActionBox
  private var training: Program
  private var testing: Program
  private var dynamicsOptimizer: Optimizer
  private var rewardOptimizer: Optimizer
  private var terminationOptimizer: Optimizer
  private let statistics: WritePermit
  private let rewardStatistics: WritePermit
  private let selection: WritePermit
  // What a batch is gathered in.
  private var inputs: [Float]
  private var changes: [Float]
  private var rewards: [Float]
  private var terminations: [Float]

  /// Of so many rows one is held out.
  static let heldOutPeriod = 5

  init(
    _ settings: Settings, _ networks: EnsembleNetworks, actionSpace: BoxSpace, in store: inout ParameterStore
  ) {
    let (members, rows) = (networks.members, settings.batchSize)
    let (width, count) = (networks.observationCount + networks.actionCount, networks.observationCount)
    let dynamicsOptimizer = Optimizer(
      .adam(), rate: .constant(settings.rate), of: [networks.dynamics.block], following: ["dynamics"],
      usesReward: false, in: &store)
    let rewardOptimizer = Optimizer(
      .adam(), rate: .constant(settings.rate), of: [networks.reward.block], following: ["reward"],
      usesReward: true, in: &store)
    let terminationOptimizer = Optimizer(
      .adam(), rate: .constant(settings.rate), of: [networks.termination.block], following: ["termination"],
      usesReward: false, in: &store)
    let statistics = store.permit("statistics", toWrite: networks.scales.block, usesReward: false)
    let rewardStatistics = store.permit(
      "reward statistics", toWrite: networks.rewardScale.block, usesReward: true)
    let selection = store.permit("selection", toWrite: networks.elites, usesReward: false)
    let training = Program(reading: store) { trace in
      let (said, change, reward) = Self.describe(trace, networks, rows: rows)
      let error = said.change - change
      let misfit = square(error) * exp(-said.logVariance) + said.logVariance
      trace.loss("dynamics", misfit.sum() * (0.5 / Float(rows)), reaching: [networks.dynamics.block])
      trace.loss(
        "reward", square(said.reward - reward).sum() * (0.5 / Float(rows)), reaching: [networks.reward.block])
      let terminated: Matrix = trace.input("terminations", [members, rows])
      trace.loss(
        "termination", (softplus(said.termination) - said.termination * terminated).mean(),
        reaching: [networks.termination.block])
    }
    let testing = Program(reading: store) { trace in
      let (said, change, reward) = Self.describe(trace, networks, rows: rows)
      trace.output(
        "dynamics",
        square(said.change - change).reshaped(to: [members, rows * count], as: Rank2.self)
          .mean(alongAxis: 1))
      trace.output("reward", square(said.reward - reward).mean(alongAxis: 1))
    }
    self.settings = settings
    self.networks = networks
    self.box = ActionBox(actionSpace)
    self.training = training
    self.testing = testing
    self.dynamicsOptimizer = dynamicsOptimizer
    self.rewardOptimizer = rewardOptimizer
    self.terminationOptimizer = terminationOptimizer
    self.statistics = statistics
    self.rewardStatistics = rewardStatistics
    self.selection = selection
    self.inputs = [Float](repeating: 0, count: members * rows * width)
    self.changes = [Float](repeating: 0, count: members * rows * count)
    self.rewards = [Float](repeating: 0, count: members * rows)
    self.terminations = self.rewards
  }

  /// What the members say, and what they should have said.
  private static func describe(
    _ trace: Trace, _ networks: EnsembleNetworks, rows: Int
  ) -> (said: EnsembleNetworks.Outputs, change: Tensor3, reward: Matrix) {
    let (members, count) = (networks.members, networks.observationCount)
    let said = networks.outputs(at: trace.input("inputs", [members, rows, count + networks.actionCount]))
    let mean: Vector = trace.parameter(networks.scales.layer.changeMean)
    let deviation: Vector = trace.parameter(networks.scales.layer.changeDeviation)
    let change = (trace.input("changes", [members, rows, count], as: Rank3.self) - mean) / deviation
    let rewardMean: Vector = trace.parameter(networks.rewardScale.layer.mean)
    let rewardDeviation: Vector = trace.parameter(networks.rewardScale.layer.deviation)
    let reward =
      (trace.input("rewards", [members, rows, 1], as: Rank3.self) - rewardMean) / rewardDeviation
    return (said, change, reward.reshaped(to: [members, rows]))
  }

  // MARK: Fitting

  /// Fits the ensemble.
  ///
  /// - Parameters:
  ///   - replay: what happened; at least five rows.
  ///   - parameters: where the blocks lie.
  ///   - random: rows are drawn from here.
  mutating func run(
    _ replay: borrowing ReplayBuffer<BoxSpace>, _ parameters: inout ParameterStore,
    using random: inout RandomStream
  ) {
    measure(replay, &parameters)
    let heldOut = replay.count / Self.heldOutPeriod
    let seen = replay.count - heldOut
    precondition(heldOut > 0, "a fit needs at least \(Self.heldOutPeriod) rows, but there are \(replay.count)")
    let hasTermination = replay.endings.contains(.terminated)
    var best = [Float](repeating: .infinity, count: networks.members)
    var errors = best
    var stale = 0
    var noted = Outcome()
    while noted.epochs < settings.epochs && stale < settings.patience {
      for _ in 0..<(seen + settings.batchSize - 1) / settings.batchSize {
        gather(replay) { _, _ in
          // Numbered without those held out, which are the last of each five.
          let index = random.integer(below: seen)
          return index + index / (Self.heldOutPeriod - 1)
        }
        training.set("inputs", to: inputs)
        training.set("changes", to: changes)
        training.set("rewards", to: rewards)
        training.set("terminations", to: terminations)
        training.run(reading: parameters)
        dynamicsOptimizer.step(&parameters, following: training)
        rewardOptimizer.step(&parameters, following: training)
        if hasTermination { terminationOptimizer.step(&parameters, following: training) }
      }
      noted.epochs += 1
      noted.rewardError = test(replay, heldOut, &errors, reading: parameters)
      stale += 1
      for member in errors.indices where errors[member] < 0.99 * best[member] {
        best[member] = errors[member]
        stale = 0
      }
    }
    choose(by: errors, &parameters)
    noted.dynamicsLoss = training.value(of: "dynamics")
    noted.rewardLoss = training.value(of: "reward")
    noted.dynamicsError = errors.reduce(0, +) / Float(errors.count)
    outcome = noted
  }

  /// Measures each member on the rows held out.
  ///
  /// - Returns: the mean squared error of rewards.
  private mutating func test(
    _ replay: borrowing ReplayBuffer<BoxSpace>, _ heldOut: Int, _ errors: inout [Float],
    reading parameters: borrowing ParameterStore
  ) -> Float {
    let rows = settings.batchSize
    // The last batch is filled up with rows that come twice.
    let batches = (heldOut + rows - 1) / rows
    for member in errors.indices { errors[member] = 0 }
    var rewardError: Float = 0
    for batch in 0..<batches {
      gather(replay) { _, row in
        (batch * rows + row) % heldOut * Self.heldOutPeriod + Self.heldOutPeriod - 1
      }
      testing.set("inputs", to: inputs)
      testing.set("changes", to: changes)
      testing.set("rewards", to: rewards)
      testing.run(reading: parameters)
      testing.withValues(of: "dynamics") { said in
        for member in errors.indices { errors[member] += said[member] / Float(batches) }
      }
      testing.withValues(of: "reward") { said in
        for member in 0..<networks.members {
          rewardError += said[member] / Float(batches * networks.members)
        }
      }
    }
    return rewardError
  }

  /// Believes the members of least error.
  private func choose(by errors: [Float], _ parameters: inout ParameterStore) {
    let order = errors.indices.sorted { (errors[$0], $0) < (errors[$1], $1) }
    for (place, member) in order.enumerated() {
      parameters.set(place < settings.eliteCount ? 1 : 0, at: member, with: selection)
    }
  }

  /// Gathers one row for each place of each member's batch.
  private mutating func gather(
    _ replay: borrowing ReplayBuffer<BoxSpace>, _ choose: (_ member: Int, _ row: Int) -> Int
  ) {
    let (count, actionCount) = (networks.observationCount, networks.actionCount)
    var place = 0
    for member in 0..<networks.members {
      for row in 0..<settings.batchSize {
        let source = choose(member, row)
        let first = place * (count + actionCount)
        for number in 0..<count {
          let before = replay.observations.values[source * count + number]
          inputs[first + number] = before
          changes[place * count + number] = replay.nextObservations.values[source * count + number] - before
        }
        for number in 0..<actionCount {
          inputs[first + count + number] =
            (replay.actions.values[source * actionCount + number] - box.centres[number])
            / box.halfWidths[number]
        }
        rewards[place] = Float(replay.reward(of: source))
        terminations[place] = replay.endings[source] == .terminated ? 1 : 0
        place += 1
      }
    }
  }

  // MARK: Scales

  /// Measures inputs, changes and rewards.
  private func measure(_ replay: borrowing ReplayBuffer<BoxSpace>, _ parameters: inout ParameterStore) {
    let (count, actionCount) = (networks.observationCount, networks.actionCount)
    let scales = networks.scales.layer
    for number in 0..<count {
      let seen = moments(replay.count) { Double(replay.observations.values[$0 * count + number]) }
      parameters.set(seen.mean, at: scales.inputMean.offset + number, with: statistics)
      parameters.set(seen.deviation, at: scales.inputDeviation.offset + number, with: statistics)
      let change = moments(replay.count) { row in
        let index = row * count + number
        return Double(replay.nextObservations.values[index] - replay.observations.values[index])
      }
      parameters.set(change.mean, at: scales.changeMean.offset + number, with: statistics)
      parameters.set(change.deviation, at: scales.changeDeviation.offset + number, with: statistics)
    }
    for number in 0..<actionCount {
      let done = moments(replay.count) { row in
        Double(replay.actions.values[row * actionCount + number] - box.centres[number])
          / Double(box.halfWidths[number])
      }
      parameters.set(done.mean, at: scales.inputMean.offset + count + number, with: statistics)
      parameters.set(done.deviation, at: scales.inputDeviation.offset + count + number, with: statistics)
    }
    let paid = moments(replay.count) { replay.reward(of: $0) }
    let scale = networks.rewardScale.layer
    parameters.set(paid.mean, at: scale.mean.offset, with: rewardStatistics)
    parameters.set(paid.deviation, at: scale.deviation.offset, with: rewardStatistics)
  }

  /// The mean and the deviation of some numbers; a deviation of 1 where they do not vary.
  private func moments(_ count: Int, _ number: (Int) -> Double) -> (mean: Float, deviation: Float) {
    var sum = 0.0
    for index in 0..<count { sum += number(index) }
    let mean = sum / Double(count)
    var squares = 0.0
    for index in 0..<count { squares += (number(index) - mean) * (number(index) - mean) }
    let deviation = (squares / Double(count)).squareRoot()
    return (Float(mean), deviation > 1e-6 ? Float(deviation) : 1)
  }
}

extension EnsembleFit: Archivable {
  func archive(into archive: inout StateArchive) {
    archive.put(dynamicsOptimizer, as: "dynamicsOptimizer")
    archive.put(rewardOptimizer, as: "rewardOptimizer")
    archive.put(terminationOptimizer, as: "terminationOptimizer")
  }

  mutating func restore(from archive: StateArchive) throws(DataError) {
    try archive.restore(&dynamicsOptimizer, from: "dynamicsOptimizer")
    try archive.restore(&rewardOptimizer, from: "rewardOptimizer")
    try archive.restore(&terminationOptimizer, from: "terminationOptimizer")
  }
}
