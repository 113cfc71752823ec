"""Monte-Carlo truth as one would write it with PyTorch, in three kinds of world.

Reads a JSON file: the states to play on from, the numbers of a 64x64 tanh policy, restarts, horizon, discount, threads
and the world:

- `numpy`: every copy of the cart and pole in one array, with the physics of Gymnasium's CartPole-v1 (Euler, double
  precision) written out here, so that copies that have ended can be left out as they become many, as in Assay.
- `gymnasium-array`: Gymnasium's own CartPole of many copies in one array. It puts copies that have ended back to a
  start, so they are stepped on and not counted.
- `gymnasium-sync`: a SyncVectorEnv of single CartPoles, as one has for a world that nobody wrote for arrays.
"""

import json
import sys
import time

import numpy as np
import torch


def read(path):
    with open(path) as file:
        task = json.load(file)
    torch.set_num_threads(task["threads"])
    layers = []
    for index, (weight, bias) in enumerate(task["layers"]):
        bias = torch.tensor(bias, dtype=torch.float32)
        # Each layer's weights lie one row for each output.
        weight = torch.tensor(weight, dtype=torch.float32).reshape(len(bias), -1)
        layer = torch.nn.Linear(weight.shape[1], weight.shape[0])
        with torch.no_grad():
            layer.weight.copy_(weight)
            layer.bias.copy_(bias)
        layers += [layer] + ([torch.nn.Tanh()] if index + 1 < len(task["layers"]) else [])
    return task, torch.nn.Sequential(*layers).eval()


def advance(state, action):
    """One step of every copy: state [4, copies]."""
    x, v, angle, spin = state
    force = np.where(action == 1, 10.0, -10.0)
    cosine, sine = np.cos(angle), np.sin(angle)
    push = (force + 0.05 * spin * spin * sine) / 1.1
    turn = (9.8 * sine - cosine * push) / (0.5 * (4.0 / 3.0 - 0.1 * cosine * cosine / 1.1))
    pull = push - 0.05 * turn * cosine / 1.1
    state = np.stack([x + 0.02 * v, v + 0.02 * pull, angle + 0.02 * spin, spin + 0.02 * turn])
    ended = (np.abs(state[0]) > 2.4) | (np.abs(state[2]) > 12 * 2 * np.pi / 360)
    return state, ended


@torch.inference_mode()
def play(task, policy):
    restarts = task["restarts"]
    state = np.repeat(np.array(task["states"], dtype=np.float64).T, restarts, axis=1)
    returns = np.zeros(state.shape[1])
    player = np.arange(state.shape[1])
    left = np.ones(state.shape[1], dtype=bool)
    weight, steps = 1.0, 0
    for _ in range(task["horizon"]):
        logits = policy(torch.from_numpy(state.T.astype(np.float32)))
        # Of two actions the second is taken with the logistic function of the difference.
        second = torch.rand(len(player)) < torch.sigmoid(logits[:, 1] - logits[:, 0])
        state, ended = advance(state, second.numpy().astype(np.int64))
        count = int(left.sum())
        steps += count
        returns[player[left]] += weight
        weight *= task["discount"]
        left &= ~ended
        count = int(left.sum())
        if count == 0:
            break
        if count * 4 <= 3 * len(player):
            state, player = state[:, left], player[left]
            left = np.ones(count, dtype=bool)
    return returns.reshape(-1, restarts).mean(axis=1), steps


@torch.inference_mode()
def play_in(worlds, put, task, policy, restarts):
    """Plays on in Gymnasium's worlds from states that `put` puts them into, one copy for each state and restart."""
    state = np.repeat(np.array(task["states"], dtype=np.float64), restarts, axis=0)
    worlds.reset(seed=0)
    put(state)
    observations = state.astype(np.float32)
    left = np.ones(len(state), dtype=bool)
    returns, weight, steps = np.zeros(len(state)), 1.0, 0
    for _ in range(task["horizon"]):
        logits = policy(torch.from_numpy(observations))
        second = torch.rand(len(state)) < torch.sigmoid(logits[:, 1] - logits[:, 0])
        observations, rewards, terminated, _, _ = worlds.step(second.numpy().astype(np.int64))
        steps += int(left.sum())
        returns[left] += weight * rewards[left]
        weight *= task["discount"]
        left &= ~terminated
        if not left.any():
            break
    return returns, steps


def play_in_array(task, policy):
    import gymnasium

    worlds = gymnasium.make_vec(
        "CartPole-v1", num_envs=len(task["states"]) * task["restarts"], vectorization_mode="vector_entry_point",
        max_episode_steps=10**9).unwrapped

    def put(state):
        worlds.state = state.T.copy()

    returns, steps = play_in(worlds, put, task, policy, task["restarts"])
    return returns.reshape(-1, task["restarts"]).mean(axis=1), steps


def play_in_sync(task, policy):
    import gymnasium

    worlds = gymnasium.vector.SyncVectorEnv(
        [lambda: gymnasium.make("CartPole-v1", max_episode_steps=10**9) for _ in task["states"]])

    def put(state):
        for world, row in zip(worlds.envs, state):
            world.unwrapped.state = row.copy()

    total, steps = np.zeros(len(task["states"])), 0
    for _ in range(task["restarts"]):
        returns, more = play_in(worlds, put, task, policy, 1)
        total, steps = total + returns, steps + more
    return total / task["restarts"], steps


def main():
    task, policy = read(sys.argv[1])
    seconds = []
    world = {"numpy": play, "gymnasium-array": play_in_array, "gymnasium-sync": play_in_sync}[task["world"]]
    for _ in range(task["repetitions"]):
        started = time.perf_counter()
        means, steps = world(task, policy)
        seconds.append(time.perf_counter() - started)
    print(json.dumps({"samples": seconds, "steps": steps, "outcome": float(means.mean())}))


main()
