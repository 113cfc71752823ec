"""Searches random tables with mctx and writes down the trees: what the tests compare ours with.

    python trees.py FOLDER

Made with mctx 0.0.71 and jax 0.10.2. A table has 60 states with random rewards, values, logits and next states, in multiples of
1/64, so that sums come out the same whatever their order. mctx knows no endings, so no discount is 0.
"""

import json
import pathlib
import sys

import jax
import jax.numpy as jnp
import mctx
import numpy as np

STATES = 60
CASES = [
    # name, rule, actions, simulations, discount, further settings
    ("puct-siblings", "puct", 4, 50, 0.96875, {}),
    ("puct-siblings-wide", "puct", 18, 80, 0.96875, {}),
    ("puct-players", "puct", 5, 60, -1.0, {}),
    ("gumbel", "gumbel", 4, 32, 0.96875, {"max_num_considered_actions": 4}),
    ("gumbel-wide", "gumbel", 18, 50, 0.96875, {"max_num_considered_actions": 16}),
    ("gumbel-few", "gumbel", 18, 5, 0.96875, {"max_num_considered_actions": 7}),
    ("gumbel-players", "gumbel", 7, 100, -1.0, {"max_num_considered_actions": 7}),
    ("gumbel-raw", "gumbel", 6, 64, 0.5, {"max_num_considered_actions": 3, "rescale_values": False}),
]


def main():
    folder = pathlib.Path(sys.argv[1])
    for seed, (name, rule, actions, simulations, discount, settings) in enumerate(CASES):
        random = np.random.default_rng(seed)
        sixtyfourths = lambda low, high, *shape: random.integers(64 * low, 64 * high, shape, endpoint=True) / 64
        table = {
            "next": random.integers(0, STATES, (STATES, actions)),
            "rewards": sixtyfourths(-1, 1, STATES, actions),
            "values": sixtyfourths(-2, 2, STATES),
            "logits": sixtyfourths(-2, 2, STATES, actions),
        }
        columns = {key: jnp.asarray(value, jnp.int32 if key == "next" else jnp.float32) for key, value in table.items()}

        def recurrent(_, key, action, state):
            after = columns["next"][state, action]
            return mctx.RecurrentFnOutput(
                reward=columns["rewards"][state, action], discount=jnp.full(action.shape, discount),
                prior_logits=columns["logits"][after], value=columns["values"][after]), after

        roots = jnp.asarray([0, 7])
        output = mctx.RootFnOutput(
            prior_logits=columns["logits"][roots], value=columns["values"][roots], embedding=roots)
        if rule == "puct":
            policy = mctx.muzero_policy(
                None, jax.random.key(0), output, recurrent, simulations, dirichlet_fraction=0.0, temperature=0.0)
        else:
            transform = lambda tree, node: mctx.qtransform_completed_by_mix_value(
                tree, node, rescale_values=settings.get("rescale_values", True))
            policy = mctx.gumbel_muzero_policy(
                None, jax.random.key(0), output, recurrent, simulations, qtransform=transform,
                max_num_considered_actions=settings["max_num_considered_actions"], gumbel_scale=0.0)
        tree, summary = policy.search_tree, policy.search_tree.summary()
        lists = lambda array: np.asarray(array).astype(float).tolist()
        whole = lambda array: np.asarray(array).astype(int).tolist()
        result = {
            "origin": f"trees.py with mctx {mctx.__version__} and jax {jax.__version__}", "rule": rule,
            "actions": actions, "simulations": simulations, "discount": discount, "settings": settings,
            "table": {key: value.tolist() for key, value in table.items()}, "roots": whole(roots),
            "trees": [{
                "action": int(policy.action[root]),
                "policy": lists(policy.action_weights[root]), "visits": whole(summary.visit_counts[root]),
                "values": lists(summary.qvalues[root]), "value": float(summary.value[root]),
                "parents": whole(tree.parents[root]), "actions": whole(tree.action_from_parent[root]),
                "nodeVisits": whole(tree.node_visits[root]), "nodeValues": lists(tree.node_values[root]),
            } for root in range(len(roots))],
        }
        (folder / f"{name}.json").write_text(json.dumps(result))


if __name__ == "__main__":
    main()
