import Assay
import AssayNetworks
import AssayPlanning
import Testing

@testable import AssayAgents

@Suite("Networks of latents, asked by searches")
struct LatentProgramTests {
  private static let width = 2
  private static let actions = 3

  private struct Layers: Sendable {
    var table: Embedding
    var dynamics: Linear
    var heads: Linear
    var policy: Linear

    var tensors: [ParameterTensor] { [table.table, dynamics.weight, heads.weight, policy.weight] }
  }

  /// s′ = tanh(s D + T[a]); reward and value are the first column of s′ H, and logits s′ P. Numbers are those of the
  /// block, tensor after tensor: T [3, 2], D [2, 2], H [2, 1], P [2, 3].
  private static func made() -> (program: LatentProgram, numbers: [Float]) {
    var store = ParameterStore()
    var stream = RandomStream(seed: 4)
    let network = store.add(
      "model", owner: "model", role: .worldModel, writers: ["fit"], using: &stream
    ) { builder in
      Layers(
        table: Embedding(actions, width, named: "table", in: &builder, initially: .normal(deviation: 1)),
        dynamics: Linear(width, width, named: "dynamics", in: &builder, bias: nil),
        heads: Linear(width, 1, named: "heads", in: &builder, bias: nil),
        policy: Linear(width, actions, named: "policy", in: &builder, bias: nil))
    }
    let layers = network.layer
    let program = LatentProgram(latentCount: width, actionCount: actions, reading: store) { latents, taken in
      let next = tanh(layers.dynamics(latents) + layers.table(taken))
      return .init(
        latents: next, reward: layers.heads(next), value: layers.heads(next), logits: layers.policy(next))
    } judge: { latents in
      .init(value: layers.heads(latents), logits: layers.policy(latents))
    }
    let values = Array(store.values(of: network.block))
    let tensors = store.block(named: "model")?.tensors ?? []
    return (program, tensors.flatMap { values[$0.offset..<$0.offset + $0.count] })
  }

  /// What follows, in plain loops.
  private static func expected(
    _ latent: [Float], _ action: Int, _ numbers: [Float]
  ) -> (next: [Double], value: Double, logits: [Double]) {
    let w = numbers.map { Double($0) }
    let next = (0..<2).map { column -> Double in
      let sum = Double(latent[0]) * w[6 + column] + Double(latent[1]) * w[8 + column] + w[2 * action + column]
      // tanh by its definition.
      let (up, down) = (exponential(sum), exponential(-sum))
      return (up - down) / (up + down)
    }
    return (
      next, next[0] * w[10] + next[1] * w[11],
      (0..<3).map { next[0] * w[12 + $0] + next[1] * w[15 + $0] }
    )
  }

  /// eˣ by its series, for small x.
  private static func exponential(_ x: Double) -> Double {
    var (sum, term) = (1.0, 1.0)
    for index in 1..<60 {
      term *= x / Double(index)
      sum += term
    }
    return sum
  }

  @Test("Rows are gathered, stepped and judged as the equations say, whatever slices they come in")
  func equations() {
    let (made, numbers) = Self.made()
    var program = made
    let latents: [Float] = [0.5, -1, 0.25, 2, -0.75, 0.125, 1, 1]
    // Seven rows are a slice of four, one of two and one of one; rows come again and out of order.
    let rows: [Int32] = [3, 0, 1, 2, 2, 0, 3]
    let taken: [Int32] = [0, 1, 2, 0, 1, 2, 1]
    let count = rows.count
    var next = [Float](repeating: .nan, count: 2 * count)
    var (rewards, discounts, values) = (
      [Float](repeating: .nan, count: count), [Float](repeating: 9, count: count),
      [Float](repeating: .nan, count: count)
    )
    var logits = [Float](repeating: .nan, count: 3 * count)
    next.withUnsafeMutableBufferPointer { next in
      rewards.withUnsafeMutableBufferPointer { rewards in
        discounts.withUnsafeMutableBufferPointer { discounts in
          values.withUnsafeMutableBufferPointer { values in
            logits.withUnsafeMutableBufferPointer { logits in
              program.step(
                taking: taken, atRows: rows, of: latents, count: count,
                to: LatentAnswers(
                  latents: next.baseAddress!, rewards: rewards.baseAddress!,
                  discounts: discounts.baseAddress!,
                  values: values.baseAddress!, logits: logits.baseAddress!))
            }
          }
        }
      }
    }
    for row in 0..<count {
      let first = 2 * Int(rows[row])
      let truth = Self.expected(Array(latents[first..<first + 2]), Int(taken[row]), numbers)
      // Single precision, and a tanh that is good to 2·10⁻⁷.
      #expect(zip(next[2 * row..<2 * row + 2], truth.next).allSatisfy { abs(Double($0) - $1) < 1e-5 })
      #expect(abs(Double(rewards[row]) - truth.value) < 1e-5 && values[row] == rewards[row])
      #expect(zip(logits[3 * row..<3 * row + 3], truth.logits).allSatisfy { abs(Double($0) - $1) < 1e-5 })
    }
    #expect(discounts.allSatisfy { $0 == 9 })
  }

  @Test("A search of many roots finds in each what a search of it alone finds")
  func roots() throws {
    let latents: [Float] = [0.5, -1, 0.25, 2, -0.75, 0.125]
    func visits(_ latents: [Float]) throws -> [[Int]] {
      var search = TreeSearch(
        of: LatentProblem(latents, of: Self.made().program, discount: 0.9), by: PUCT())
      var random = RandomStream(seed: 0)
      try search.run(SearchBudget(simulations: 30), using: &random)
      return (0..<latents.count / 2).map { search.result(root: $0).visits }
    }
    let together = try visits(latents)
    #expect(together == (try (0..<3).map { try visits(Array(latents[2 * $0..<2 * $0 + 2]))[0] }))
    #expect(together.allSatisfy { $0.reduce(0, +) == 30 } && Set(together).count > 1)
  }
}
