import Assay
import AssayEnvironments
import AssayScenarios
import Testing

@Suite("Domains of MC-AIXI")
struct HistoryDomainTests {
  @Test(
    "the rewards that are listed are those that a random walk is paid",
    arguments: HistoryDomain.all.map(\.name))
  func rewards(name: String) throws {
    let domain = try #require(HistoryDomain.all.first { $0.name == name }).listingRewards()
    func paid(in world: some Environment<Int, Int>) -> Set<Int> {
      var world = world
      var random = RandomStream(seed: 3)
      var paid: Set<Int> = []
      let count = domain.experiment.configuration.code.actionCount
      _ = world.reset(using: &random)
      for _ in 0..<20000 {
        let step = world.step(random.integer(below: count), using: &random)
        paid.insert(Int(step.reward.value))
        if step.ending != nil { _ = world.reset(using: &random) }
      }
      return paid
    }
    let world = try domain.world(of: .standard)
    #expect(paid(in: world).sorted() == domain.rewards)
    #expect(domain.experiment.configuration.code.listedRewards == domain.rewards)
  }
}
