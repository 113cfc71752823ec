"""Solves one process with one other library, and says how long that took and how far off the answer is.

    python solve.py METHOD FOLDER

The folder holds the process as plain little-endian columns, written by the benchmarks: `successors` (int32),
`probabilities` and `rewards` (float64), in the order state, action, successor; and `values` (float64), the
solution that answers are judged by. Every method aims at values within TOLERANCE of it. One line of JSON is
printed.
"""

import json
import pathlib
import resource
import sys
import time
import warnings

import numpy as np

ACTIONS, SUCCESSORS, DISCOUNT, TOLERANCE = 4, 8, 0.99, 1e-6
HORIZON = DISCOUNT / (1 - DISCOUNT)


class Process:
    def __init__(self, successors, probabilities, rewards):
        self.states = rewards.size // ACTIONS
        self.successors = successors.reshape(self.states, ACTIONS, SUCCESSORS)
        self.probabilities = probabilities.reshape(self.states, ACTIONS, SUCCESSORS)
        self.rewards = rewards.reshape(self.states, ACTIONS)

    def matrix(self):
        """One row for each state and action; a successor drawn twice is one entry."""
        from scipy.sparse import csr_matrix

        rows = self.states * ACTIONS
        starts = np.arange(rows + 1, dtype=np.int32) * SUCCESSORS
        matrix = csr_matrix(
            (self.probabilities.reshape(-1), self.successors.reshape(-1), starts), shape=(rows, self.states)
        )
        matrix.sum_duplicates()
        return matrix

    @staticmethod
    def read(folder):
        return Process(
            np.fromfile(folder / "successors", dtype="<i4"),
            np.fromfile(folder / "probabilities", dtype="<f8"),
            np.fromfile(folder / "rewards", dtype="<f8"),
        )

    @staticmethod
    def tiny():
        """Something to compile on."""
        chance = np.random.default_rng(0)
        weights = chance.random((40, ACTIONS, SUCCESSORS)) + 0.1
        return Process(
            chance.integers(40, size=weights.size, dtype=np.int32),
            weights / weights.sum(axis=2, keepdims=True),
            chance.random(40 * ACTIONS),
        )


def scipy_sweeps(process, evaluations):
    """Sweeps until the MacQueen bounds are close enough, each followed by sweeps of the best policy alone."""
    matrix, rewards = process.matrix(), process.rewards
    every_state = np.arange(process.states)

    def solve():
        values = np.zeros(process.states)
        while True:
            choices = (matrix @ values).reshape(rewards.shape)
            choices *= DISCOUNT
            choices += rewards
            improved = choices.max(axis=1)
            change = improved - values
            low, high = change.min(), change.max()
            values = improved
            if HORIZON * (high - low) / 2 <= TOLERANCE:
                return values + HORIZON * (high + low) / 2
            if evaluations:
                best = choices.argmax(axis=1)
                policy = matrix[every_state * ACTIONS + best]
                gained = rewards[every_state, best]
                for _ in range(evaluations):
                    values = gained + DISCOUNT * (policy @ values)

    return solve


def quantecon(process):
    warnings.simplefilter("ignore")
    from quantecon.markov import DiscreteDP

    pairs = np.arange(process.states * ACTIONS)
    problem = DiscreteDP(
        process.rewards.reshape(-1), process.matrix(), DISCOUNT, pairs // ACTIONS, pairs % ACTIONS
    )

    # Its epsilon bounds the distance between the best values and the policy's, twice that to the middle.
    def solve():
        return problem.solve(method="modified_policy_iteration", epsilon=2 * TOLERANCE, max_iter=100_000).v

    return solve


def mdpsolver(process):
    """On all cores; on one it is slower."""
    import mdpsolver as library

    rewards = process.rewards.tolist()
    probabilities = process.probabilities.tolist()
    successors = process.successors.tolist()

    def solve():
        # A new one each time, since a second solve would start from the first one's answer.
        model = library.model()
        model.mdp(
            discount=DISCOUNT, rewards=rewards, tranMatProbs=probabilities, tranMatColumns=successors
        )
        started = time.perf_counter()
        model.solve(algorithm="mpi", tolerance=TOLERANCE, parallel=True, update="standard")
        solve.seconds = time.perf_counter() - started
        return np.array(model.getValueVector())

    return solve


METHODS = {
    "scipy-vi": lambda process: scipy_sweeps(process, evaluations=0),
    "scipy-mpi": lambda process: scipy_sweeps(process, evaluations=20),
    "quantecon-mpi": quantecon,
    "mdpsolver-mpi": mdpsolver,
}


def main():
    if len(sys.argv) != 3 or sys.argv[1] not in METHODS:
        sys.exit(f"usage: solve.py METHOD FOLDER, where METHOD is one of {', '.join(METHODS)}")
    make, folder = METHODS[sys.argv[1]], pathlib.Path(sys.argv[2])
    make(Process.tiny())()
    solve = make(Process.read(folder))
    seconds = []
    while len(seconds) < 3 or (sum(seconds) < 0.5 and len(seconds) < 1001):
        started = time.perf_counter()
        values = solve()
        took = time.perf_counter() - started
        seconds.append(getattr(solve, "seconds", took))
        if sum(seconds) > 20:
            break
    error = np.abs(values - np.fromfile(folder / "values", dtype="<f8")).max()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    print(json.dumps({"samples": seconds, "error": float(error), "peakBytes": peak}))


if __name__ == "__main__":
    main()
