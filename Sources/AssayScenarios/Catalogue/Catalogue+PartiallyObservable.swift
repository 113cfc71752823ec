import Assay
import AssayEnvironments

extension Catalogue {
  /// Worlds that show less than there is.
  static let partiallyObservableWorlds: [EnvironmentEntry] = [
    oneDimensionalMaze, cheeseMaze, tiger, extendedTiger, fourByFourGrid, biasedRockPaperScissors,
    partiallyObservablePacman, memoryChain, umbrellaChain,
  ]

  private static let aixi = "Veness et al. 2011"
  private static let behaviourSuite = "bsuite"

  private static let shown = Variable(
    "shown", "what is observed: nothing, or whether the step was rewarded", standard: Sight.reward,
    isChangeable: false)

  private static let oneDimensionalMaze: EnvironmentEntry = {
    let goal = Variable(
      "goal", "what follows once the goal was entered: one stands there, or is moved away",
      standard: OneDimensionalMaze.Goal.passable, isChangeable: false)
    return EnvironmentEntry(
      "one-dimensional-maze", "four cells in a row, and no way to see where one is", source: aixi,
      variables: [goal, shown]
    ) { settings in
      OneDimensionalMaze(goal: goal.choice(in: settings), shown: shown.choice(in: settings))
    }
  }()

  private static let cheeseMaze: EnvironmentEntry = {
    let restart = Variable(
      "restart", "when one is put elsewhere: at once, or with the step after", standard: Restart.nextStep)
    return EnvironmentEntry(
      "cheese-maze", "a maze of three alleys that look the same", source: aixi, variables: [restart]
    ) { settings in CheeseMaze(restart: restart.choice(in: settings)) }
  }()

  private static let accuracy = Variable(
    "accuracy", "how likely the tiger is heard where it is", .number(0.5...1), standard: .number(0.85),
    isChangeable: true)

  private static let tiger = EnvironmentEntry(
    "tiger", "two doors, a tiger behind one, and a sound that tells which, more often than not",
    source: "Kaelbling et al. 1998", variables: [accuracy]
  ) { settings in Tiger(accuracy: accuracy.number(in: settings)) }

  private static let extendedTiger: EnvironmentEntry = {
    let wasted = Variable(
      "wasted", "what an action costs that cannot be done", .number(0...100), standard: .number(1),
      isChangeable: true)
    return EnvironmentEntry(
      "extended-tiger", "the tiger's doors from a chair, from which one has to rise", source: aixi,
      variables: [accuracy, wasted]
    ) { settings in
      ExtendedTiger(accuracy: accuracy.number(in: settings), wasted: wasted.number(in: settings))
    }
  }()

  private static let fourByFourGrid: EnvironmentEntry = {
    let restart = Variable(
      "restart", "when one is moved away from the goal: at once, or with the step after",
      standard: Restart.atOnce, isChangeable: false)
    return EnvironmentEntry(
      "four-by-four-grid", "a goal in a corner, and no way to see where one is", source: aixi,
      variables: [restart, shown]
    ) { settings in FourByFourGrid(restart: restart.choice(in: settings), shown: shown.choice(in: settings)) }
  }()

  private static let biasedRockPaperScissors = EnvironmentEntry(
    "biased-rock-paper-scissors", "an opponent who plays rock again after winning with it", source: aixi
  ) { _ in BiasedRockPaperScissors() }

  private static let partiallyObservablePacman = EnvironmentEntry(
    "partially-observable-pacman", "ghosts and pellets in a maze, of which one sees little", source: aixi
  ) { _ in PartiallyObservablePacman() }

  private static let memoryChain: EnvironmentEntry = {
    let length = Variable(
      "length", "after how many steps the question is asked", .integer(1...100), standard: .number(5))
    let bits = Variable("bits", "how many bits are shown at the start", .integer(1...5), standard: .number(1))
    return EnvironmentEntry(
      "memory-chain", "a question that is answered by what was shown at the start", source: behaviourSuite,
      variables: [length, bits]
    ) { settings in
      MemoryChain(length: Int(length.number(in: settings)), bits: Int(bits.number(in: settings)))
    }
  }()

  private static let umbrellaChain: EnvironmentEntry = {
    let length = Variable("length", "how many steps an episode has", .integer(1...100), standard: .number(10))
    let distractors = Variable(
      "distractors", "how many bits are shown that mean nothing", .integer(0...10), standard: .number(3))
    return EnvironmentEntry(
      "umbrella-chain", "a first action that decides about the last reward, and noise between",
      source: behaviourSuite, variables: [length, distractors]
    ) { settings in
      UmbrellaChain(
        length: Int(length.number(in: settings)), distractors: Int(distractors.number(in: settings)))
    }
  }()
}
