import Assay
import AssayEnvironments

/// A world that Gymnasium has, too, to take steps in. Actions are drawn beforehand; resets count.
enum EnvironmentTask: String, CaseIterable {
  case cartPole = "cart-pole"
  case pendulum
  case mountainCar = "mountain-car"
  case mountainCarContinuous = "mountain-car-continuous"
  case acrobot
  case frozenLake = "frozen-lake"
  case cliffWalking = "cliff-walking"
  case taxi

  /// How many copies are stepped together.
  static let copies = 256
  /// How many steps of all copies are one piece of work, so that it has resets in it.
  static let stepsTogether = 256
  /// How many steps of one world are one piece of work.
  static let steps = 4096

  /// Whether it has moving bodies, whose copies move four at a time.
  var isMoving: Bool {
    switch self {
    case .cartPole, .pendulum, .mountainCar, .mountainCarContinuous, .acrobot: true
    case .frozenLake, .cliffWalking, .taxi: false
    }
  }

  /// A step of one of many copies.
  func pace() -> Pace {
    switch self {
    case .cartPole: together(CartPole().copies(Self.copies, timeLimit: 500, stream: stream))
    case .pendulum: together(Pendulum().copies(Self.copies, timeLimit: 200, stream: stream))
    case .mountainCar: together(MountainCar().copies(Self.copies, timeLimit: 200, stream: stream))
    case .mountainCarContinuous:
      together(MountainCarContinuous().copies(Self.copies, timeLimit: 999, stream: stream))
    case .acrobot: together(Acrobot().copies(Self.copies, timeLimit: 500, stream: stream))
    case .frozenLake: together(copies(of: TimeLimit(FrozenLake.fourByFour, steps: 100)))
    case .cliffWalking: together(copies(of: CliffWalking()))
    case .taxi: together(copies(of: TimeLimit(Taxi(), steps: 200)))
    }
  }

  /// A step of the world by itself.
  func singlePace() -> Pace {
    switch self {
    case .cartPole: single(TimeLimit(CartPole(), steps: 500))
    case .pendulum: single(TimeLimit(Pendulum(), steps: 200))
    case .mountainCar: single(TimeLimit(MountainCar(), steps: 200))
    case .mountainCarContinuous: single(TimeLimit(MountainCarContinuous(), steps: 999))
    case .acrobot: single(TimeLimit(Acrobot(), steps: 500))
    case .frozenLake: single(TimeLimit(FrozenLake.fourByFour, steps: 100))
    case .cliffWalking: single(CliffWalking())
    case .taxi: single(TimeLimit(Taxi(), steps: 200))
    }
  }

  private var stream: RandomStream { RandomStream(seed: 0) }

  private func copies<World: Environment>(of world: World) -> EnvironmentCopies<World>
  where World.ObservationSpace: ColumnarSpace, World.ActionSpace: ColumnarSpace {
    EnvironmentCopies(world, count: Self.copies, stream: stream)
  }

  private func together<Batch: EnvironmentBatch>(_ batch: Batch) -> Pace {
    var batch = batch
    var random = RandomStream(seed: 1)
    let actions = (0..<Self.stepsTogether).map { _ in
      var column = batch.actionSpace.column(count: batch.count)
      for copy in 0..<batch.count { column[copy] = batch.actionSpace.sample(using: &random) }
      return column
    }
    batch.reset()
    var rewards = 0.0
    var steps = 0
    let samples = quickSamples {
      for index in 0..<Self.stepsTogether {
        batch.step(actions[index])
        rewards += batch.rewards[0]
        steps += 1
      }
    }
    return Pace(
      samples: samples.map { $0 / Double(Self.stepsTogether * Self.copies) }, outcome: rewards / Double(steps)
    )
  }

  private func single<World: Environment>(_ world: World) -> Pace {
    var world = world
    var random = RandomStream(seed: 0)
    var choosing = RandomStream(seed: 1)
    let actions = (0..<Self.steps).map { _ in world.actionSpace.sample(using: &choosing) }
    _ = world.reset(using: &random)
    var rewards = 0.0
    var steps = 0
    let samples = quickSamples {
      for index in 0..<Self.steps {
        let step = world.step(actions[index], using: &random)
        rewards += step.reward.value
        steps += 1
        if step.ending != nil { _ = world.reset(using: &random) }
      }
    }
    return Pace(samples: samples.map { $0 / Double(Self.steps) }, outcome: rewards / Double(steps))
  }
}
