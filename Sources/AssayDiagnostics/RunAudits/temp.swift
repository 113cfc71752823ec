import Assay
public func measureRun<M, C, A>(_ agent: Anatomy<M, C, A, ReactivePlanner<A.Action>>, _ worlds: any EnvironmentBatch<BoxSpace, A.ActionSpace>, _ settings: RunAuditSettings, isThorough: Bool, _ stream: RandomStream) async -> RunMeasurement where A: ColumnActor, M.Latent == [Float], C.Latent == [Float] {
  await RunMeasuring(agent: agent, worlds: worlds, settings: settings).measure(isThorough: isThorough, using: stream)
}
