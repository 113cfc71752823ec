import Assay
import AssayAgents
import AssayDiagnostics

extension Catalogue {
  public static let temporaryAgents: [AgentEntry] = [
    AgentEntry("dyna", "d", abilities: [.trainedCritic, .trainedActor, .followingActor, .countingModel]) { request in
      var configuration = Dyna.Configuration(discount: request.discount, runLength: request.runLength)
      if let exploration = request.exploration { configuration.exploration = exploration }
      return AnatomyTrial(
        in: request.world, truth: request.truth,
        trainee: Dyna.make(shape: TableShape(of: request.world), configuration: configuration), seed: request.seed,
        measuredEvery: request.measuredEvery)
    }
  ]
}

extension Catalogue {
  public static let standard = Catalogue(environments: standardEnvironments, agents: temporaryAgents)
}
