import Assay
import AssayEnvironments
import Foundation
import Testing

@Suite("Random processes")
struct RandomMDPTests {
  /// What another program drew by the same rule.
  struct Published: Decodable {
    enum CodingKeys: String, CodingKey {
      case successors = "first_successors"
      case probabilities = "first_probabilities"
      case rewards = "first_rewards"
      case uniformValues = "V_uniform"
    }

    var successors: [[Int32]]
    var probabilities: [[Double]]
    var rewards: [Double]
    var uniformValues: [Double]
  }

  private func published() throws -> Published {
    let data = try Data(contentsOf: URL(filePath: resource("random-100.solution.json")))
    return try JSONDecoder().decode(Published.self, from: data)
  }

  @Test("the first state of random-100 is what another program drew, bit for bit")
  func firstState() throws {
    let published = try published()
    let process = RandomMDP.process(states: 100, actions: 4, successors: 8, seed: 7, discount: 0.99)
    #expect(Array(process.successors.prefix(32)) == Array(published.successors.joined()))
    #expect(Array(process.probabilities.prefix(32)) == Array(published.probabilities.joined()))
    #expect(Array(process.reward.expected.prefix(4)) == published.rewards)
  }

  @Test("the whole of random-100 has the uniform-policy values another program computed")
  func uniformValues() throws {
    // At γ = 0.99 a difference in any entry of the table would show in most values.
    let values = uniformPolicyValues(of: TabularEnvironment(RandomMDP.process(states: 100)))
    for (state, value) in try published().uniformValues.enumerated() {
      #expect(abs(values[state] - value) < 1e-8, "state \(state)")
    }
  }

  @Test("the shape is as asked for")
  func shape() {
    let process = RandomMDP.process(states: 10, actions: 3, successors: 2, seed: 1, discount: 0.5)
    #expect(process.name == "random-10")
    #expect(process.discount == 0.5)
    #expect(process.rowStarts == Array(stride(from: 0, through: 60, by: 2)))
    #expect(process.initial == Array(repeating: 0.1, count: 10))
    #expect(!process.hasTerminals)
    #expect(process.reward.outcomes == nil)
    #expect(process != RandomMDP.process(states: 10, actions: 3, successors: 2, seed: 2, discount: 0.5))
  }

  @Test("a process without states is a programmer's mistake")
  func empty() async {
    await #expect(processExitsWith: .failure) { _ = RandomMDP.process(states: 0) }
  }
}
