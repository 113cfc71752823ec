import Assay
import AssayAgents
import AssayEnvironments
import AssayNetworks
import AssayPlanning
import CMachine
import Foundation

/// A tree search: of latents of a small network, or of a game.
enum SearchTask: Codable {
  /// Roots side by side, in a model of latents of 64 numbers.
  case latents(LatentSearchTask)
  /// From the opening of a game, with one random game from each new position.
  case game(GameTask)

  static let all: [SearchTask] =
    GameTask.allCases.reversed().map { .game($0) }
    + ["gumbel", "puct"].flatMap { rule in
      [(4, 32), (18, 32), (4, 50), (18, 50), (4, 200), (18, 200)].flatMap { actions, simulations in
        [1, 16, 128].map { batch in
          .latents(LatentSearchTask(rule: rule, actions: actions, batch: batch, simulations: simulations))
        }
      }
    }

  var name: String {
    switch self {
    case .latents(let task):
      "\(task.rule == "gumbel" ? "Gumbel" : "PUCT"), \(task.actions) actions, \(task.simulations) × \(task.batch)"
    case .game(let task): task.name
    }
  }

  /// What is measured against.
  var library: String {
    if case .game = self { "OpenSpiel" } else { "mctx" }
  }

  /// How many times as fast as the peer it has to be.
  var target: Double {
    switch self {
    case .latents(let task): task.batch == 1 ? 4 : task.batch == 16 ? 3 : 2
    case .game(.ticTacToe): 3
    case .game(.connectFour): 5
    case .game(.othello): 20
    }
  }

  /// How many walks a search makes, from all its roots.
  var simulations: Int {
    switch self {
    case .latents(let task): task.batch * task.simulations
    case .game(let task): task.simulations
    }
  }

  /// Seconds a search; the outcome is what the roots are worth.
  func pace() -> Pace {
    switch self {
    case .latents(let task): task.pace()
    case .game(.othello): Self.pace(of: Othello(), simulations: simulations)
    case .game(.connectFour): Self.pace(of: ConnectFour(), simulations: simulations)
    case .game(.ticTacToe): Self.pace(of: TicTacToe(), simulations: simulations)
    }
  }

  private static func pace(of game: some Game, simulations: Int) -> Pace {
    var random = RandomStream(seed: 1)
    var (sum, count) = (0.0, 0)
    let samples = quickSamples {
      var search = TreeSearch(of: GameProblem(game), by: UCT(exploration: 2))
      do {
        try search.run(SearchBudget(simulations: simulations), using: &random)
      } catch {
        fatalError("\(error)")
      }
      let result = search.result()
      for (visits, value) in zip(result.visits, result.values) { sum += Double(visits) * (value ?? 0) }
      count += simulations
    }
    return Pace(samples: samples, outcome: sum / Double(count))
  }
}

extension GameTask {
  fileprivate var simulations: Int { self == .othello ? 1_000 : 5_000 }
}

/// A search of latents by one of the rules that mctx has, too.
struct LatentSearchTask: Codable {
  var rule: String
  var actions: Int
  var batch: Int
  var simulations: Int

  private static let width = 64

  private struct Layers: Sendable {
    var dynamics: Linear
    var table: Embedding
    var further: Linear
    var reward: Linear
    var policy: Linear
    var value: Linear

    var tensors: [ParameterTensor] {
      [dynamics.weight, table.table, further.weight, reward.weight, policy.weight, value.weight]
    }
  }

  private static func made(actions: Int) -> (network: Network<Layers>, store: ParameterStore) {
    var store = ParameterStore()
    var stream = RandomStream(seed: 0)
    let network = store.add(
      "model", owner: "model", role: .worldModel, writers: ["fit"], using: &stream
    ) { builder in
      func linear(_ outputs: Int, _ name: String) -> Linear {
        Linear(width, outputs, named: name, in: &builder, bias: nil)
      }
      return Layers(
        dynamics: linear(width, "dynamics"),
        table: Embedding(
          actions, width, named: "table", in: &builder,
          initially: .normal(deviation: 1 / Double(width).squareRoot())),
        further: linear(width, "further"), reward: linear(1, "reward"), policy: linear(actions, "policy"),
        value: linear(1, "value"))
    }
    return (network, store)
  }

  private var roots: [Float] {
    var stream = RandomStream(seed: 1)
    return (0..<batch * Self.width).map { _ in Float(stream.normal()) }
  }

  /// What is searched.
  var problem: LatentProblem<LatentProgram> { LatentProblem(roots, of: program, discount: 0.99) }

  private var program: LatentProgram {
    let (network, store) = Self.made(actions: actions)
    let layers = network.layer
    return LatentProgram(latentCount: Self.width, actionCount: actions, reading: store) { latents, actions in
      let next = tanh(layers.further(relu(layers.dynamics(latents) + layers.table(actions))))
      return .init(
        latents: next, reward: layers.reward(next), value: tanh(layers.value(next)),
        logits: layers.policy(next))
    } judge: { latents in
      .init(value: layers.value(latents), logits: layers.policy(latents))
    }
  }

  func pace() -> Pace {
    if rule == "gumbel" {
      let considered = min(16, actions)
      return pace(
        GumbelSearch(consideredActions: considered),
        withoutNoise: GumbelSearch(consideredActions: considered, noiseScale: 0))
    }
    return pace(
      PUCT(normalization: .siblings, noiseFraction: 0.25, temperature: 1),
      withoutNoise: PUCT(normalization: .siblings))
  }

  private func pace<Policy: SearchPolicy>(_ policy: Policy, withoutNoise: Policy) -> Pace {
    let budget = SearchBudget(simulations: simulations)
    var random = RandomStream(seed: 2)
    var search = TreeSearch(of: problem, by: withoutNoise)
    func run(_ search: inout TreeSearch<LatentProblem<LatentProgram>, Policy>) {
      do {
        try search.run(budget, using: &random)
      } catch {
        fatalError("\(error)")
      }
    }
    run(&search)
    let outcome = (0..<batch).reduce(0.0) { $0 + search.result(root: $1).value } / Double(batch)
    search.policy = policy
    var actions = 0
    let samples = quickSamples {
      search.restart()
      run(&search)
      for root in 0..<batch { actions += search.result(root: root, using: &random).action }
    }
    precondition(actions >= 0)
    return Pace(samples: samples, outcome: outcome)
  }

  /// Writes what a peer needs: the roots, and the parameters, layer by layer.
  func write(to folder: URL) throws {
    let (network, store) = Self.made(actions: actions)
    var parameters: [Float] = []
    for tensor in network.layer.tensors { parameters += store.values(of: tensor) }
    for (name, numbers) in [("roots", roots), ("parameters", parameters)] {
      try numbers.withUnsafeBytes { try Data($0).write(to: folder.appendingPathComponent(name)) }
    }
    try JSONEncoder().encode(self).write(to: folder.appendingPathComponent("task"))
  }
}

/// How many walks a second searches make, ours and a peer's.
struct SearchResultRow: Encodable {
  var name: String
  var library: String
  var simulations: Int
  var target: Double
  var ours: Pace?
  var peer: Pace?

  private static let limit = Duration.seconds(120)
  private static let rounds = 2

  static func measured(_ task: SearchTask, python: String?) throws -> SearchResultRow {
    let core = "\(assay_last_core())"
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("assay-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try JSONEncoder().encode(task).write(to: folder.appendingPathComponent("search"))
    var arguments: [String]
    switch task {
    case .latents(let latents):
      try latents.write(to: folder)
      arguments = ["mctx", folder.path, core]
    case .game(let game): arguments = ["open-spiel", game.rawValue, "\(task.simulations)", core]
    }
    arguments.insert(Child.script("search.py").path, at: 0)
    var ours: [Pace?] = []
    var peer: [Pace?] = []
    for _ in 0..<rounds {
      ours.append(
        try Child.measurement(
          Child.itself, ["measure-once", "search", "--folder", folder.path, "--core", core], limit: limit))
      guard let python else { continue }
      peer.append(try Child.measurement(URL(fileURLWithPath: python), arguments, limit: limit))
    }
    return SearchResultRow(
      name: task.name, library: task.library, simulations: task.simulations, target: task.target,
      ours: .joined(ours), peer: .joined(peer))
  }

  static let heading =
    """

    Tree searches on one core: thousands of walks a second; a × b are b roots with a walks each

    """
    + Table.line("", width: 36, ["ours", "peer", "worth"])

  var text: String {
    guard let ours else { return Table.line(name, width: 36, ["failed"]) }
    func rate(_ pace: Pace) -> String { Table.digits(1e-3 * Double(simulations) / pace.seconds) }
    let columns = [rate(ours), peer.map(rate) ?? "–", String(format: "%.4f", ours.outcome)]
    var text = Table.line(name, width: 36, columns)
    if let peer {
      text += "\n  " + Table.verdict(library, peer.seconds / ours.seconds, target: target)
      // Without noise the same tree grows, but where two numbers are as good as the same; games are drawn, thousands of
      // them, and chance moves their mean less than this.
      let tolerance = library == "mctx" ? 0.02 : 0.08
      if abs(peer.outcome - ours.outcome) > tolerance {
        text += "\n  \(library) does not the same: its roots are worth \(peer.outcome), ours \(ours.outcome)"
      }
    }
    return text
  }
}
