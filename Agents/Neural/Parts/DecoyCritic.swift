import Assay
import AssayNetworks

/// A second critic of states, of other rewards than the world's, that belongs to no claim: what an experiment makes an
/// actor climb in place of the critic that it names.
///
/// It has a block of its own, `decoy`, laid out like an unshared critic, and draws nothing from anybody's stream, so
/// that an agent that has one and does not follow it lives as one without.
struct DecoyCritic: ~Copyable, Sendable, Archivable {
  /// Where its numbers lie.
  let block: BlockHandle

  private let labels: RewardLabels
  private let observationCount: Int
  private let network: RowProgram.Description
  private var values: RowProgram
  private var update: Program?
  private var optimizer: Optimizer

  /// Makes a decoy.
  ///
  /// - Parameters:
  ///   - labels: what its rewards follow from. A label that depends on the position sees 0.
  ///   - hidden: sizes of the hidden layers.
  ///   - activation: follows each of them.
  ///   - rate: step size of Adam.
  ///   - observationCount: how many numbers an observation has.
  ///   - store: where its block goes.
  ///   - stream: the initial numbers come from here.
  init(
    of labels: RewardLabels, hidden: [Int], activation: Activation, rate: Double, observationCount: Int,
    in store: inout ParameterStore, using stream: inout RandomStream
  ) {
    let critic = store.add("decoy", owner: "decoy", role: .critic, writers: ["decoy value"], using: &stream) {
      MLP(
        [observationCount] + hidden + [1], in: &$0, activation: activation,
        hidden: .orthogonal(gain: 2.0.squareRoot()), output: .orthogonal(gain: 1))
    }
    let network: RowProgram.Description = { critic($0) }
    let optimizer = Optimizer(
      .adam(epsilon: 1e-5), rate: .constant(rate), clipping: .globalNorm(0.5), of: [critic.block],
      following: ["decoy value"], usesReward: true, in: &store)
    block = critic.block
    self.labels = labels
    self.observationCount = observationCount
    self.network = network
    self.values = RowProgram(inputs: observationCount, network)
    self.update = nil
    self.optimizer = optimizer
  }

  /// Learns from a rollout, all of it at each pass.
  ///
  /// - Parameters:
  ///   - rollout: what happened.
  ///   - aims: the discount and what endings are taken for.
  ///   - decay: λ.
  ///   - passes: how many.
  ///   - parameters: where the block lies.
  /// - Returns: the advantages it saw before, `[rows]`.
  mutating func learn<ActionSpace: ColumnarSpace>(
    from rollout: Rollout<ActionSpace>, aims: Aims, decay: Double, passes: Int,
    _ parameters: inout ParameterStore
  ) -> [Float] {
    let labels = labels
    let returns = rollout.relabelled { labels.label(Reward($0), at: 0).value }
      .returns(aims: aims, decay: decay, values: &values, reading: parameters)
    let rows = rollout.count
    var program = update.take() ?? described(rows: rows, reading: parameters)
    program.set("observations", to: rollout.observations.values)
    program.set("returns", to: returns.targets)
    for _ in 0..<passes {
      program.run(reading: parameters)
      optimizer.step(&parameters, following: program)
    }
    update = consume program
    return returns.advantages
  }

  private func described(rows: Int, reading store: borrowing ParameterStore) -> Program {
    let (network, observationCount, block) = (network, observationCount, block)
    return Program(reading: copy store) { trace in
      let x = trace.input("observations", rows, observationCount)
      let error = network(x).reshaped(to: [rows], as: Rank1.self) - trace.input("returns", rows)
      trace.loss("decoy value", square(error).mean() * 0.5, reaching: [block])
    }
  }

  func archive(into archive: inout StateArchive) { archive.put(optimizer, as: "decoy") }

  mutating func restore(from archive: StateArchive) throws(DataError) {
    try archive.restore(&optimizer, from: "decoy")
  }
}
