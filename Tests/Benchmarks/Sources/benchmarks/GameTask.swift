import Assay
import AssayEnvironments
import CMachine
import Foundation

/// A game, played out at random over and over.
enum GameTask: String, CaseIterable, Codable {
  case othello
  case connectFour = "connect-four"
  case ticTacToe = "tic-tac-toe"

  var name: String {
    switch self {
    case .othello: "Othello, 8 × 8"
    case .connectFour: "Connect Four, 6 × 7"
    case .ticTacToe: "tic-tac-toe"
    }
  }

  /// How many games are one sample.
  var count: Int {
    switch self {
    case .othello: 100
    case .connectFour: 2_000
    case .ticTacToe: 10_000
    }
  }

  /// How many times as fast as the peer it has to be.
  var target: Double {
    switch self {
    case .othello: 20
    case .connectFour: 5
    case .ticTacToe: 1
    }
  }

  /// Seconds a game; the outcome is what the first player wins on average.
  func pace() -> Pace {
    switch self {
    case .othello: pace(of: Othello())
    case .connectFour: pace(of: ConnectFour())
    case .ticTacToe: pace(of: TicTacToe())
    }
  }

  private func pace(of start: some Game) -> Pace {
    var random = RandomStream(seed: 1)
    var (games, sum) = (0, 0)
    let samples = quickSamples {
      for _ in 0..<count {
        var game = start
        game.playOut(using: &random)
        sum += game.result
      }
      games += count
    }
    return Pace(samples: samples.map { $0 / Double(count) }, outcome: Double(sum) / Double(games))
  }
}

/// How many games a second are played out, ours and OpenSpiel's.
struct GameResult: Encodable {
  var task: String
  var name: String
  var target: Double
  var ours: Pace?
  var peer: Pace?

  private static let limit = Duration.seconds(60)
  private static let rounds = 3

  static func measured(_ task: GameTask, python: String?) throws -> GameResult {
    let core = "\(assay_last_core())"
    var ours: [Pace?] = []
    var peer: [Pace?] = []
    for _ in 0..<rounds {
      ours.append(
        try Child.measurement(
          Child.itself, ["measure-once", "games", "--task", task.rawValue, "--core", core], limit: limit))
      guard let python else { continue }
      peer.append(
        try Child.measurement(
          URL(fileURLWithPath: python),
          [Child.script("games.py").path, task.rawValue, "\(task.count)", core], limit: limit))
    }
    return GameResult(
      task: task.rawValue, name: task.name, target: task.target, ours: .joined(ours), peer: .joined(peer))
  }

  static let heading =
    """

    Games played out at random on one core: thousands a second

    """
    + Table.line("", ["ours", "OpenSpiel", "first wins"])

  var text: String {
    guard let ours else { return Table.line(name, ["failed"]) }
    let columns = [
      Table.digits(1e-3 / ours.seconds), peer.map { Table.digits(1e-3 / $0.seconds) } ?? "–",
      String(format: "%.3f", ours.outcome),
    ]
    var text = Table.line(name, columns)
    if let peer {
      text += "\n  " + Table.verdict("OpenSpiel", peer.seconds / ours.seconds, target: target)
      // OpenSpiel plays at least 1,500 games: chance moves their mean as far as this less than once in a million runs.
      if abs(peer.outcome - ours.outcome) > 0.13 {
        text += "\n  OpenSpiel does not the same: its first player wins \(peer.outcome), ours \(ours.outcome)"
      }
    }
    return text
  }
}
