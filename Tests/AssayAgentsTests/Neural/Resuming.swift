import Assay
import AssayEnvironments

/// What is left of an agent after a run of so many steps, and after one that was archived in between and taken up by
/// another that was made the same way.
func trainInOneGoAndInTwo<World: Environment, Model, Judge, Doer, Teacher>(
  in world: World, copies: Int, steps: Int, more: Int,
  _ make: () -> BatchTrainee<Anatomy<Model, Judge, Doer, ReactivePlanner<Doer.Action>>, Teacher>
) throws -> (inOneGo: ParameterStore, inTwo: ParameterStore)
where
  World.ObservationSpace == BoxSpace, Doer: ColumnActor, World.ActionSpace == Doer.ActionSpace,
  World.Action == Doer.Action, World.Observation == [Float], Teacher: BatchLearner & ~Copyable
{
  var run = BatchRun(trainee: make(), seed: 5) { EnvironmentCopies(world, count: copies, stream: $0) }
  try run.advance(to: steps)
  var archive = StateArchive()
  archive.put(run, as: "run")
  let parameters = run.agent.parameters
  try run.advance(to: steps + more)
  var resumed = BatchRun(trainee: make(), seed: 77) { EnvironmentCopies(world, count: copies, stream: $0) }
  resumed.agent.parameters = parameters
  try StateArchive(archive.tensors).restore(&resumed, from: "run")
  try resumed.advance(to: steps + more)
  return (run.agent.parameters, resumed.agent.parameters)
}

extension ParameterStore {
  /// The numbers of a block, tensor by tensor.
  func tensors(ofBlock name: String) -> [[Float]] {
    guard let block = block(named: name) else { return [] }
    let numbers = Array(values(of: block.handle))
    return block.tensors.map { Array(numbers[$0.offset..<$0.offset + $0.count]) }
  }

  /// Sets every number of every block to zero.
  mutating func clear() {
    for block in blocks {
      let permit = interventionPermit("test", toWrite: block.handle)
      setAll([Float](repeating: 0, count: block.handle.count), with: permit)
    }
  }
}

/// One step of so many copies, each of which shows a number before and after.
func step<Actions>(
  _ observations: [Float], _ actions: Actions, _ rewards: [Double], to next: [Float], _ endings: [Ending?]
) -> BatchStep<Actions> {
  func column(_ numbers: [Float]) -> VectorColumn {
    var column = VectorColumn(count: numbers.count, width: 1)
    column.values = numbers
    return column
  }
  return BatchStep(
    observations: column(observations), actions: actions, rewards: rewards, nextObservations: column(next),
    endings: endings)
}
