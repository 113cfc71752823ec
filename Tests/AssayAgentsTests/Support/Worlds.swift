import Assay
import AssayEnvironments

/// Makes a world from lists of outcomes, `[state][action]`; episodes start in state 0.
func makeWorld(_ outcomes: [[[Outcome]]], discount: Double) throws -> TabularEnvironment {
  var rowStarts = [0]
  var entries: [Outcome] = []
  for pair in outcomes.joined() {
    entries += pair
    rowStarts.append(entries.count)
  }
  let expected = outcomes.joined().map { $0.reduce(0) { $0 + $1.probability * $1.reward } }
  return TabularEnvironment(
    try FiniteMDP(
      name: "listed", stateCount: outcomes.count, actionCount: outcomes[0].count, discount: discount,
      initial: outcomes.indices.map { $0 == 0 ? 1 : 0 }, rowStarts: rowStarts,
      successors: entries.map { Int32($0.next) }, probabilities: entries.map(\.probability),
      terminals: entries.map(\.isTerminal), rewards: [.init(name: "reward", expected: expected)]))
}

/// A sure outcome that the episode goes on after.
func move(_ next: Int, _ reward: Double) -> Outcome { Outcome(next: next, probability: 1, reward: reward) }

/// A sure outcome that ends the episode in a state.
func end(in state: Int, _ reward: Double) -> Outcome {
  Outcome(next: state, probability: 1, reward: reward, isTerminal: true)
}

/// Four states in a row with one way to go, paid 1, 2, 3 and 4 on leaving them; the last step ends the
/// episode.
func makeCorridor() throws -> TabularEnvironment {
  try makeWorld([[[move(1, 1)]], [[move(2, 2)]], [[move(3, 3)]], [[end(in: 3, 4)]]], discount: 0.9)
}

/// Three states where one may go on or end: what is best depends on the discount.
///
/// On to the right costs nothing and pays 8 at the end; to end at once pays 2.
func makeFork() throws -> TabularEnvironment {
  try makeWorld(
    [
      [[move(1, 0)], [end(in: 3, 2)]], [[move(2, 0)], [move(0, 0)]], [[end(in: 3, 8)], [move(1, 0)]],
      [[], []],
    ],
    discount: 0.9)
}
