import Assay
import AssayNetworks
import Foundation

/// Fits an ensemble of world models to what happened.
///
/// Every fifth row is held out. Dynamics, rewards and terminations are fitted one after the other, each in epochs over
/// the other rows, every member on batches of its own drawn with replacement, until for some epochs no error on the
/// rows held out fell by a hundredth. With z the standardised change of the observation or the standardised reward, and
/// l the logit of termination:
///
///     dynamics loss    = Σ over members of mean Σ ½ ((z − μ)² / σ² + log σ²),        error (z − μ)²
///     reward loss      = Σ over members of mean ½ (z − r̂)²,                          error (z − r̂)²
///     termination loss = mean (softplus(l) − l · [terminated]), once one was seen,    error the same
///
/// The members whose error of dynamics is least are believed from then on. Nothing of a reward reaches the dynamics.
///
/// - SeeAlso: Janner et al. (2019), *When to trust your model: model-based policy optimization*, appendix.
struct EnsembleFit: ~Copyable, Sendable {
  struct Settings: Sendable {
    var batchSize: Int
    var rate: Double
    /// Epochs without progress after which a fit is over.
    var patience: Int
    /// The most epochs of one fit.
    var epochs: Int
    var eliteCount: Int
  }

  /// How the latest fit went.
  struct Outcome: Sendable {
    /// Epochs of the dynamics.
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
  private var dynamics: Branch
  private var reward: Branch
  private var termination: Branch
  private var rows: Rows
  private let statistics: WritePermit
  private let rewardStatistics: WritePermit
  private let selection: WritePermit

  /// Of so many rows one is held out.
  static let heldOutPeriod = 5

  init(
    _ settings: Settings, _ networks: EnsembleNetworks, actionSpace: BoxSpace, in store: inout ParameterStore
  ) {
    let (members, count) = (networks.members, networks.observationCount)
    let rows = Rows(
      each: settings.batchSize, networks, ActionBox(actionSpace))
    let dynamics = Branch(
      "dynamics", of: networks.dynamics.block, settings, networks, usesReward: false, in: &store
    ) { x, trace in
      let mean: Vector = trace.parameter(networks.scales.layer.changeMean)
      let deviation: Vector = trace.parameter(networks.scales.layer.changeDeviation)
      let target: Tensor3 = trace.input("targets", [members, settings.batchSize, count])
      let (change, logVariance) = networks.change(at: x)
      let squares = square(change - (target - mean) / deviation)
      return (
        (squares * exp(-logVariance) + logVariance).sum() * (0.5 / Float(settings.batchSize)),
        squares.reshaped(to: [members, -1], as: Rank2.self).mean(alongAxis: 1)
      )
    }
    let reward = Branch(
      "reward", of: networks.reward.block, settings, networks, usesReward: true, in: &store
    ) { x, trace in
      let mean: Vector = trace.parameter(networks.rewardScale.layer.mean)
      let deviation: Vector = trace.parameter(networks.rewardScale.layer.deviation)
      let target: Tensor3 = trace.input("targets", [members, settings.batchSize, 1])
      let squares = square(networks.reward(at: x) - (target - mean) / deviation)
      return (
        squares.sum() * (0.5 / Float(settings.batchSize)),
        squares.reshaped(to: [members, -1], as: Rank2.self).mean(alongAxis: 1)
      )
    }
    let termination = Branch(
      "termination", of: networks.termination.block, settings, networks, usesReward: false, in: &store
    ) { x, trace in
      let target: Tensor3 = trace.input("targets", [members, settings.batchSize, 1])
      let logit = networks.termination(at: x)
      let misfit = softplus(logit) - logit * target
      return (misfit.mean(), misfit.reshaped(to: [members, -1], as: Rank2.self).mean(alongAxis: 1))
    }
    let statistics = store.permit("statistics", toWrite: networks.scales.block, usesReward: false)
    let rewardStatistics = store.permit(
      "reward statistics", toWrite: networks.rewardScale.block, usesReward: true)
    let selection = store.permit("selection", toWrite: networks.elites, usesReward: false)
    self.settings = settings
    self.networks = networks
    self.dynamics = dynamics
    self.reward = reward
    self.termination = termination
    self.rows = rows
    self.statistics = statistics
    self.rewardStatistics = rewardStatistics
    self.selection = selection
  }

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
    precondition(
      replay.count >= Self.heldOutPeriod,
      "a fit needs at least \(Self.heldOutPeriod) rows, but there are \(replay.count)")
    measure(replay, &parameters)
    let epochs = dynamics.fit(settings, .change, replay, &rows, &parameters, using: &random)
    choose(by: dynamics.errors, &parameters)
    _ = reward.fit(settings, .reward, replay, &rows, &parameters, using: &random)
    if replay.endings.contains(.terminated) {
      _ = termination.fit(settings, .termination, replay, &rows, &parameters, using: &random)
    }
    outcome = Outcome(
      epochs: epochs, dynamicsLoss: dynamics.loss, rewardLoss: reward.loss,
      dynamicsError: dynamics.errors.reduce(0, +) / Float(networks.members),
      rewardError: reward.errors.reduce(0, +) / Float(networks.members))
  }

  /// Believes the members of least error.
  private func choose(by errors: [Float], _ parameters: inout ParameterStore) {
    let order = errors.indices.sorted { (errors[$0], $0) < (errors[$1], $1) }
    for (place, member) in order.enumerated() {
      parameters.set(place < settings.eliteCount ? 1 : 0, at: member, with: selection)
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
        Double(rows.box.stretched(replay.actions.values[row * actionCount + number], number))
      }
      parameters.set(done.mean, at: scales.inputMean.offset + count + number, with: statistics)
      parameters.set(done.deviation, at: scales.inputDeviation.offset + count + number, with: statistics)
    }
    let share = Double(replay.endings.count { $0 == .terminated }) / Double(replay.count)
    let logit = max(EnsembleNetworks.leastTerminationLogit, Float(log(share / (1 - share))))
    parameters.set(
      min(logit, -EnsembleNetworks.leastTerminationLogit), at: scales.terminationLogit.offset,
      with: statistics)
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

  // MARK: One network of the ensemble

  /// What is fitted.
  private enum Target {
    case change, reward, termination
  }

  /// A batch of rows for each member, as programs take them in. Its memory is taken once.
  private struct Rows: Sendable {
    let box: ActionBox
    private let each: Int
    private let networks: EnsembleNetworks
    /// `[members × each × inputs]`.
    private(set) var inputs: [Float]
    /// `[members × each × outputs]`, of which there are as many as observations have numbers, or one.
    private(set) var targets: [Float] = []

    init(each: Int, _ networks: EnsembleNetworks, _ box: ActionBox) {
      self.each = each
      self.networks = networks
      self.box = box
      inputs = [Float](
        repeating: 0, count: networks.members * each * (networks.observationCount + networks.actionCount))
    }

    /// Makes room for what is fitted.
    mutating func prepare(for target: Target) {
      let width = target == .change ? networks.observationCount : 1
      targets = [Float](repeating: 0, count: networks.members * each * width)
    }

    /// Gathers one row for each place of each member's batch.
    mutating func gather(
      _ target: Target, of replay: borrowing ReplayBuffer<BoxSpace>, _ choose: (_ row: Int) -> Int
    ) {
      let (count, actionCount) = (networks.observationCount, networks.actionCount)
      for place in 0..<networks.members * each {
        let source = choose(place % each)
        let first = place * (count + actionCount)
        for number in 0..<count {
          inputs[first + number] = replay.observations.values[source * count + number]
        }
        for number in 0..<actionCount {
          inputs[first + count + number] = box.stretched(
            replay.actions.values[source * actionCount + number], number)
        }
        switch target {
        case .change:
          for number in 0..<count {
            targets[place * count + number] =
              replay.nextObservations.values[source * count + number] - inputs[first + number]
          }
        case .reward: targets[place] = Float(replay.reward(of: source))
        case .termination: targets[place] = replay.endings[source] == .terminated ? 1 : 0
        }
      }
    }
  }

  /// One of the networks, with its loss.
  private struct Branch: ~Copyable, Sendable {
    /// Of each member, on the rows held out, after the latest fit.
    private(set) var errors: [Float]
    private let name: String
    private var training: Program
    private var testing: Program
    private var optimizer: Optimizer

    init(
      _ name: String, of block: BlockHandle, _ settings: Settings, _ networks: EnsembleNetworks,
      usesReward: Bool, in store: inout ParameterStore,
      _ describe: (_ inputs: Tensor3, _ trace: Trace) -> (loss: Scalar, errors: Vector)
    ) {
      let optimizer = Optimizer(
        .adam(), rate: .constant(settings.rate), of: [block], following: [name], usesReward: usesReward,
        in: &store)
      let shape = [
        networks.members, settings.batchSize, networks.observationCount + networks.actionCount,
      ]
      let training = Program(reading: store) { trace in
        trace.loss(name, describe(trace.input("inputs", shape), trace).loss, reaching: [block])
      }
      let testing = Program(reading: store) { trace in
        trace.output("errors", describe(trace.input("inputs", shape), trace).errors)
      }
      self.errors = [Float](repeating: 0, count: networks.members)
      self.name = name
      self.training = training
      self.testing = testing
      self.optimizer = optimizer
    }

    /// Of the latest batch.
    var loss: Float { training.value(of: name) }

    /// Fits the network.
    ///
    /// - Returns: how many epochs it took.
    mutating func fit(
      _ settings: Settings, _ target: Target, _ replay: borrowing ReplayBuffer<BoxSpace>,
      _ rows: inout Rows, _ parameters: inout ParameterStore, using random: inout RandomStream
    ) -> Int {
      let heldOut = replay.count / heldOutPeriod
      let seen = replay.count - heldOut
      rows.prepare(for: target)
      var best = [Float](repeating: .infinity, count: errors.count)
      var (epochs, stale) = (0, 0)
      while epochs < settings.epochs && stale < settings.patience {
        for _ in 0..<(seen + settings.batchSize - 1) / settings.batchSize {
          rows.gather(target, of: replay) { _ in
            // Numbered without those held out, which are the last of each five.
            let index = random.integer(below: seen)
            return index + index / (heldOutPeriod - 1)
          }
          training.set("inputs", to: rows.inputs)
          training.set("targets", to: rows.targets)
          training.run(reading: parameters)
          optimizer.step(&parameters, following: training)
        }
        test(settings, target, replay, heldOut, &rows, reading: parameters)
        epochs += 1
        stale += 1
        for member in errors.indices where errors[member] < 0.99 * best[member] {
          best[member] = errors[member]
          stale = 0
        }
      }
      return epochs
    }

    /// Measures each member on the rows held out.
    private mutating func test(
      _ settings: Settings, _ target: Target, _ replay: borrowing ReplayBuffer<BoxSpace>, _ heldOut: Int,
      _ rows: inout Rows, reading parameters: borrowing ParameterStore
    ) {
      // The last batch is filled up with rows that come twice.
      let batches = (heldOut + settings.batchSize - 1) / settings.batchSize
      for member in errors.indices { errors[member] = 0 }
      for batch in 0..<batches {
        rows.gather(target, of: replay) { row in
          (batch * settings.batchSize + row) % heldOut * heldOutPeriod + heldOutPeriod - 1
        }
        testing.set("inputs", to: rows.inputs)
        testing.set("targets", to: rows.targets)
        testing.run(reading: parameters)
        for (member, error) in testing.values(of: "errors").enumerated() {
          errors[member] += error / Float(batches)
        }
      }
    }

    func archive(into archive: inout StateArchive) { archive.put(optimizer, as: name) }

    mutating func restore(from archive: StateArchive) throws(DataError) {
      try archive.restore(&optimizer, from: name)
    }
  }
}

extension EnsembleFit: Archivable {
  func archive(into archive: inout StateArchive) {
    dynamics.archive(into: &archive)
    reward.archive(into: &archive)
    termination.archive(into: &archive)
    archive.put(
      [outcome.dynamicsLoss, outcome.rewardLoss, outcome.dynamicsError, outcome.rewardError], as: "outcome")
    archive.put([outcome.epochs], as: "epochs")
  }

  mutating func restore(from archive: StateArchive) throws(DataError) {
    try dynamics.restore(from: archive)
    try reward.restore(from: archive)
    try termination.restore(from: archive)
    let kept = try archive.floats("outcome", count: 4)
    outcome = Outcome(
      epochs: try archive.integers("epochs", count: 1)[0], dynamicsLoss: kept[0], rewardLoss: kept[1],
      dynamicsError: kept[2], rewardError: kept[3])
  }
}
