"""Measures one tree search with another library: seconds a search, and what the searches say the roots are worth.

    python search.py mctx FOLDER CORE
    python search.py open-spiel othello|connect-four|tic-tac-toe SIMULATIONS CORE

For mctx the folder holds what the benchmarks wrote: `task` (JSON), and as little-endian float32 `roots` and `parameters`.
The model is h′ = tanh(relu(h D + E[action]) F), with a reward h′ r, a value tanh(h′ v) and logits h′ P, at a discount of
0.99; a root's value is h v. Searches are compiled and have the noise of training; values are those of searches without.

OpenSpiel's searches are those of its C++ bot: upper confidence bounds with a constant of 2 and one random game from each new
position, from the opening.
"""

import json
import pathlib
import sys

import timing

NAMES = {"othello": "othello", "connect-four": "connect_four", "tic-tac-toe": "tic_tac_toe"}
WIDTH = 64


def mctx_search(folder):
    import jax
    import jax.numpy as jnp
    import mctx
    import numpy as np

    task = json.loads((folder / "task").read_text())
    actions, batch, simulations = task["actions"], task["batch"], task["simulations"]
    numbers, start = np.fromfile(folder / "parameters", dtype="<f4"), 0
    parameters = {}
    for name, shape in (("d", (WIDTH, WIDTH)), ("e", (actions, WIDTH)), ("f", (WIDTH, WIDTH)), ("r", (WIDTH, 1)),
                        ("p", (WIDTH, actions)), ("v", (WIDTH, 1))):
        count = int(np.prod(shape))
        parameters[name] = jnp.asarray(numbers[start : start + count].reshape(shape))
        start += count
    # One product with the action as a row of zeros and a one, as such models are usually written.
    parameters["d"] = jnp.concatenate([parameters["d"], parameters.pop("e")])
    roots = jnp.asarray(np.fromfile(folder / "roots", dtype="<f4").reshape(batch, WIDTH))

    def recurrent(p, key, action, h):
        x = jnp.concatenate([h, jax.nn.one_hot(action, actions)], -1)
        h = jnp.tanh(jax.nn.relu(x @ p["d"]) @ p["f"])
        return mctx.RecurrentFnOutput(
            reward=(h @ p["r"])[:, 0], discount=jnp.full(action.shape, 0.99), prior_logits=h @ p["p"],
            value=jnp.tanh(h @ p["v"])[:, 0]), h

    def search(p, key, h, noise):
        root = mctx.RootFnOutput(prior_logits=h @ p["p"], value=(h @ p["v"])[:, 0], embedding=h)
        if task["rule"] == "gumbel":
            return mctx.gumbel_muzero_policy(
                p, key, root, recurrent, simulations, max_num_considered_actions=min(16, actions),
                gumbel_scale=1.0 if noise else 0.0)
        return mctx.muzero_policy(
            p, key, root, recurrent, simulations, dirichlet_fraction=0.25 if noise else 0.0,
            temperature=1.0 if noise else 0.0)

    timed = jax.jit(lambda p, key, h: search(p, key, h, True).action)
    checked = jax.jit(lambda p, key, h: search(p, key, h, False).search_tree.summary().value)
    key = jax.random.key(1)
    value = float(checked(parameters, key, roots).mean())
    return (lambda: timed(parameters, key, roots).block_until_ready()), lambda: value


def spiel_search(name, simulations):
    import pyspiel

    game = pyspiel.load_game(NAMES[name])
    start = game.new_initial_state()
    bot = pyspiel.MCTSBot(
        game, pyspiel.RandomRolloutEvaluator(1, 7), 2.0, simulations, 2000, False, 7, False)
    sums = [0.0, 0]

    def search():
        root = bot.mcts_search(start)
        for child in root.children:
            sums[0] += child.total_reward
            sums[1] += child.explore_count

    return search, lambda: sums[0] / sums[1]


def main():
    if len(sys.argv) == 4 and sys.argv[1] == "mctx":
        timing.pin(int(sys.argv[3]))
        search, outcome = mctx_search(pathlib.Path(sys.argv[2]))
    elif len(sys.argv) == 5 and sys.argv[1] == "open-spiel" and sys.argv[2] in NAMES:
        timing.pin(int(sys.argv[4]))
        search, outcome = spiel_search(sys.argv[2], int(sys.argv[3]))
    else:
        sys.exit(f"usage: search.py mctx FOLDER CORE, or open-spiel {'|'.join(NAMES)} SIMULATIONS CORE")
    timing.report(timing.quick_samples(search), outcome())


if __name__ == "__main__":
    main()
