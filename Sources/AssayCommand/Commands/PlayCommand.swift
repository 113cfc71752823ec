import ArgumentParser
import Assay
import AssayReports
import AssayScenarios
import Foundation

struct PlayCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "play",
    abstract: "Walk through a world yourself, by keys.",
    usage: "assay play <environment> [<options>]",
    discussion: """
      The keys stand below the picture. Besides: u takes a step back, r starts a new episode, q ends. Where \
      standard input is not a terminal, keys are read from it, and each picture is printed below the last.

      EXAMPLES
        assay play frozen-lake-4x4 --seed 7
        assay play coin-corridor --set coin=left
        assay play connect-four --opponent mcts
        assay play othello --opponent mcts --simulations 20000 --set agent=second
      """)

  @Argument(help: "A world by name (see 'assay list environments'), or a file (assay.mdp/1, .MDP, .POMDP).")
  var environment: String

  @Option(help: ArgumentHelp("Set something in the world; may be repeated.", valueName: "name=value"))
  var set: [String] = []

  @Option(help: "Who plays against you in a game, such as 'random' or 'mcts': short for --set opponent=….")
  var opponent: String?

  @Option(help: "How much an opponent that searches thinks: short for --set simulations=….")
  var simulations: Int?

  @Option(help: "Everything random follows from it.")
  var seed: UInt64 = 0

  func run() async throws {
    try await reporting {
      let short = [opponent.map { "opponent=\($0)" }, simulations.map { "simulations=\($0)" }]
      let world = try Names.world(environment, settings: set + short.compactMap(\.self))
      play(world)
    }
  }

  private func play(_ world: some Environment) {
    var session = PlaySession(world, seed: seed)
    session.run()
  }
}

/// A person in a world: what was seen so far, and every step to take back.
private struct PlaySession<World: Environment> {
  private struct Moment {
    var world: World
    var random: RandomStream
    var steps = 0
    var reward = 0.0
    var performance = 0.0
    var last: (reward: Double, ending: Ending?)?
    var observation: World.Observation
  }

  private let words: ActionWords
  private let usesColour: Bool
  private var moments: [Moment]

  init(_ world: World, seed: UInt64) {
    words = ActionWords(world)
    usesColour = Terminal.usesColour
    var random = RandomStream(seed: seed)
    var world = world
    let observation = world.reset(using: &random)
    moments = [Moment(world: world, random: random, observation: observation)]
  }

  mutating func run() {
    var keyboard = Keyboard()
    var line = ""
    var message = ""
    show(line: line, message: message, isTerminal: keyboard.isTerminal)
    while true {
      let key = keyboard.next()
      message = ""
      switch key {
      case .end: return
      case .character("q") where line.isEmpty: return
      case .character("u") where line.isEmpty:
        if moments.count > 1 { moments.removeLast() } else { message = "This is where the episode starts." }
      case .character("r") where line.isEmpty: restart()
      case .backspace: if !line.isEmpty { line.removeLast() }
      case .enter:
        if line.isEmpty { continue }
        switch words.action(for: line) {
        case .action(let numbers): message = step(numbers)
        case .unknown(let reason): message = reason
        }
        line = ""
      default:
        if line.isEmpty, let numbers = words.action(for: key) {
          message = step(numbers)
        } else if case .character(let character) = key {
          line.append(character)
          // Until Return nothing happens; a terminal shows what is typed.
          if !keyboard.isTerminal { continue }
        }
      }
      show(line: line, message: message, isTerminal: keyboard.isTerminal)
    }
  }

  private mutating func restart() {
    var moment = moments[moments.count - 1]
    moment.observation = moment.world.reset(using: &moment.random)
    moments = [Moment(world: moment.world, random: moment.random, observation: moment.observation)]
  }

  /// Takes a step, or says why not.
  private mutating func step(_ numbers: [Double]) -> String {
    var moment = moments[moments.count - 1]
    if moment.world.isOver { return "The episode is over: r starts a new one, u takes the step back." }
    guard let action = moment.world.actionSpace.element(from: numbers),
      moment.world.actionSpace.contains(action)
    else { return "An action is \(moment.world.actionSpace)." }
    guard moment.world.isAvailable(action) else { return "That is not possible here." }
    let step = moment.world.step(action, using: &moment.random)
    moment.steps += 1
    moment.reward += step.reward.value
    moment.performance += step.performance.value
    moment.last = (step.reward.value, step.ending)
    moment.observation = step.observation
    moments.append(moment)
    return ""
  }

  private func show(line: String, message: String, isTerminal: Bool) {
    let moment = moments[moments.count - 1]
    var lines = [moment.world.name]
    lines += PictureText.lines(of: moment.world.picture, usesColour: usesColour)
    let seen = moment.world.observationSpace.numbers(of: moment.observation)
      .prefix(8).map { NumberText.trimmed($0) }.joined(separator: " ")
    lines.append("seen: " + seen)
    var score = "step \(moment.steps)"
    if let last = moment.last {
      score += ": reward \(NumberText.trimmed(last.reward)), in all \(NumberText.trimmed(moment.reward))"
      if moment.performance != moment.reward {
        score += " (performance \(NumberText.trimmed(moment.performance)))"
      }
      if let ending = last.ending { score += "; \(ending)" }
    }
    lines.append(score)
    lines += TextLayout.wrapped(words.legend)
    lines.append("u back  r new episode  q end")
    if !message.isEmpty { lines += TextLayout.wrapped(message) }
    if isTerminal { lines.append("> " + line) }
    let text = lines.joined(separator: "\n")
    // Home, then every line to its end, then the rest of the screen: it does not flicker so.
    let shown =
      isTerminal
      ? "\u{1B}[H" + text.replacing("\n", with: "\u{1B}[K\n") + "\u{1B}[K\u{1B}[J" : text + "\n\n"
    FileHandle.standardOutput.write(Data(shown.utf8))
  }
}
