"""Measures games played out at random with OpenSpiel: seconds a game, and what the first player wins on average.

    python games.py othello|connect-four|tic-tac-toe GAMES CORE

Its games are played in C++, as many as are asked for in one evaluation of the position they start from: the first
simulation of a tree search does nothing else, so that Python's part in it is too small to measure.
"""

import sys

import timing

NAMES = {"othello": "othello", "connect-four": "connect_four", "tic-tac-toe": "tic_tac_toe"}


def main():
    if len(sys.argv) != 4 or sys.argv[1] not in NAMES:
        sys.exit(f"usage: games.py {'|'.join(NAMES)} GAMES CORE")
    timing.pin(int(sys.argv[3]))
    import pyspiel

    game = pyspiel.load_game(NAMES[sys.argv[1]])
    start = game.new_initial_state()
    count = int(sys.argv[2])
    evaluator = pyspiel.RandomRolloutEvaluator(count, 1)
    search = pyspiel.MCTSBot(game, evaluator, 1.0, 1, 100, False, 1, False)
    results = []

    def play():
        root = search.mcts_search(start)
        results.append(root.total_reward / root.explore_count)

    samples = timing.quick_samples(play)
    timing.report([seconds / count for seconds in samples], sum(results) / len(results))


if __name__ == "__main__":
    main()
