"""Measures one update of a small network with one other library: forward, backward and Adam.

    python update.py torch|jax-jit|jax-scan FOLDER CORE

The folder holds what the benchmarks wrote: `task` (JSON), and as little-endian float32 `inputs`, `targets` and
`parameters`, layer by layer, weights before biases. Several members are trained at once on the same batch. The
outcome is the loss of the last of the first UPDATES updates, as seen before it.
"""

import json
import pathlib
import sys

import timing

RATE, UPDATES, MOST = 3e-4, 200, 10


class Task:
    def __init__(self, folder):
        import numpy as np

        task = json.loads((folder / "task").read_text())
        self.tanh, self.members, self.sizes = task["isTanh"], task["members"], task["sizes"]
        sizes, batch = self.sizes, task["batch"]
        self.inputs = np.fromfile(folder / "inputs", dtype="<f4").reshape(batch, sizes[0])
        self.targets = np.fromfile(folder / "targets", dtype="<f4").reshape(batch, sizes[-1])
        numbers, start = np.fromfile(folder / "parameters", dtype="<f4"), 0
        self.parameters = []
        for inputs, outputs in zip(sizes, sizes[1:]):
            for shape in ((self.members, inputs, outputs), (self.members, 1, outputs)):
                count = int(np.prod(shape))
                self.parameters.append(numbers[start : start + count].reshape(shape).copy())
                start += count


def torch(task):
    import torch

    torch.set_num_threads(1)
    x, y = torch.from_numpy(task.inputs), torch.from_numpy(task.targets)
    layers = len(task.sizes) - 1
    if task.members == 1:
        modules = []
        for layer in range(layers):
            linear = torch.nn.Linear(task.sizes[layer], task.sizes[layer + 1])
            with torch.no_grad():
                linear.weight.copy_(torch.from_numpy(task.parameters[2 * layer][0].T))
                linear.bias.copy_(torch.from_numpy(task.parameters[2 * layer + 1][0, 0]))
            modules.append(linear)
            if layer < layers - 1:
                modules.append(torch.nn.Tanh() if task.tanh else torch.nn.ReLU())
        network = torch.nn.Sequential(*modules)
        parameters = list(network.parameters())
    else:
        parameters = [torch.nn.Parameter(torch.from_numpy(p)) for p in task.parameters]
        x, y = x.expand(task.members, *x.shape), y.expand(task.members, *y.shape)

        def network(h):
            for layer in range(layers):
                h = torch.baddbmm(parameters[2 * layer + 1], h, parameters[2 * layer])
                if layer < layers - 1:
                    h = torch.tanh(h) if task.tanh else torch.relu(h)
            return h

    optimizer = torch.optim.Adam(parameters, lr=RATE)

    def updates():
        for _ in range(UPDATES):
            loss = torch.nn.functional.mse_loss(network(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        return loss.item()

    return updates


def jax(task, scans):
    import jax
    import jax.numpy as jnp
    import optax

    single = task.members == 1
    parameters = [jnp.asarray(p[0] if single else p) for p in task.parameters]
    x, y = jnp.asarray(task.inputs), jnp.asarray(task.targets)
    activation = jnp.tanh if task.tanh else jax.nn.relu

    def network(parameters):
        h = x
        for layer in range(len(parameters) // 2):
            h = h @ parameters[2 * layer] + parameters[2 * layer + 1]
            h = activation(h) if layer < len(parameters) // 2 - 1 else h
        return h

    def loss(parameters):
        outputs = network(parameters) if single else jax.vmap(network)(parameters)
        return jnp.mean((outputs - y) ** 2)

    optimizer = optax.adam(RATE)

    def update(carry, _=None):
        parameters, state = carry
        value, gradient = jax.value_and_grad(loss)(parameters)
        changes, state = optimizer.update(gradient, state)
        return (optax.apply_updates(parameters, changes), state), value

    if scans:
        run = jax.jit(lambda carry: jax.lax.scan(update, carry, None, length=UPDATES), donate_argnums=0)
    else:
        run = jax.jit(update, donate_argnums=0)
    carry = [(parameters, optimizer.init(parameters))]

    def updates():
        for _ in range(1 if scans else UPDATES):
            carry[0], value = run(carry[0])
        jax.block_until_ready(carry[0])
        return value[-1] if scans else value

    return updates


METHODS = {"torch": torch, "jax-jit": lambda task: jax(task, False), "jax-scan": lambda task: jax(task, True)}


def main():
    if len(sys.argv) != 4 or sys.argv[1] not in METHODS:
        sys.exit(f"usage: update.py {'|'.join(METHODS)} FOLDER CORE")
    timing.pin(int(sys.argv[3]))
    updates = METHODS[sys.argv[1]](Task(pathlib.Path(sys.argv[2])))
    outcome = updates()
    samples = []
    while len(samples) < 3 or (len(samples) < MOST and sum(samples) * UPDATES < 1):
        samples.append(timing.timed(updates) / UPDATES)
    timing.report(samples, outcome)


if __name__ == "__main__":
    main()
