import Assay
import AssayNetworks
import Foundation

/// Steps that an ensemble of world models imagines, each row with one of the members that are believed.
struct EnsembleImagination: Sendable {
  private let networks: EnsembleNetworks
  private let box: ActionBox
  private let rows: Int
  private var program: Program
  /// What a batch is gathered in, `[members × rows × inputs]`.
  private var inputs: [Float]

  /// Gets ready to imagine.
  ///
  /// - Parameters:
  ///   - networks: of the ensemble.
  ///   - actionSpace: where actions come from.
  ///   - rows: how many rows each member takes at once.
  ///   - store: where the blocks lie.
  init(
    _ networks: EnsembleNetworks, actionSpace: BoxSpace, rows: Int, reading store: borrowing ParameterStore
  ) {
    let width = networks.observationCount + networks.actionCount
    self.networks = networks
    box = ActionBox(actionSpace)
    self.rows = rows
    inputs = [Float](repeating: 0, count: networks.members * rows * width)
    program = Program(reading: copy store) { trace in
      let x: Tensor3 = trace.input("inputs", [networks.members, rows, width])
      let (next, reward) = networks.expectations(at: x)
      trace.output("next", next.sample())
      trace.output("reward", reward)
      trace.output("termination", sigmoid(networks.termination(at: x)))
    }
  }

  /// Imagines one step from each row.
  ///
  /// - Parameters:
  ///   - observations: where from, `[B × observations]`.
  ///   - actions: what is done, `[B × coordinates]`.
  ///   - store: its parameters are read.
  ///   - random: members, changes and terminations are drawn from here.
  /// - Returns: what would happen; `endings` are `nil` or `.terminated`.
  mutating func step(
    from observations: VectorColumn, taking actions: VectorColumn, reading store: borrowing ParameterStore,
    using random: inout RandomStream
  ) -> BatchStep<VectorColumn> {
    let (count, actionCount) = (networks.observationCount, networks.actionCount)
    var step = BatchStep(
      observations: observations, actions: actions,
      rewards: [Double](repeating: 0, count: observations.count), nextObservations: observations,
      endings: [Ending?](repeating: nil, count: observations.count))
    let elites = (0..<networks.members).filter { store[networks.elites, $0] > 0 }
    // Rows in a random order are shared out evenly, so that each is as likely to meet any of them.
    let order = Array(0..<observations.count).shuffled(using: &random)
    for first in stride(from: 0, to: order.count, by: rows * elites.count) {
      let last = min(first + rows * elites.count, order.count)
      func place(_ index: Int) -> Int {
        elites[(index - first) % elites.count] * rows + (index - first) / elites.count
      }
      for index in first..<last {
        let target = place(index) * (count + actionCount)
        for number in 0..<count {
          inputs[target + number] = observations.values[order[index] * count + number]
        }
        for number in 0..<actionCount {
          inputs[target + count + number] = box.stretched(
            actions.values[order[index] * actionCount + number], number)
        }
      }
      program.set("inputs", to: inputs)
      program.run(reading: store, using: &random)
      program.withValues(of: "next") { next in
        for index in first..<last {
          for number in 0..<count {
            step.nextObservations.values[order[index] * count + number] = next[place(index) * count + number]
          }
        }
      }
      program.withValues(of: "reward") { reward in
        for index in first..<last { step.rewards[order[index]] = Double(reward[place(index)]) }
      }
      program.withValues(of: "termination") { termination in
        for index in first..<last where random.unit() < Double(termination[place(index)]) {
          step.endings[order[index]] = .terminated
        }
      }
    }
    return step
  }
}
