"""Measures how fast one other library steps a world, resets included, with actions drawn beforehand.

    python environments.py gymnasium|envpool|gymnax WORLD CORE
"""

import sys
import warnings

import timing

COPIES = 256
STEPS_TOGETHER = 256
STEPS = 4096
# Their names, and where EnvPool's differs.
NAMES = {
    "cart-pole": ("CartPole-v1", "CartPole-v1"),
    "pendulum": ("Pendulum-v1", "Pendulum-v1"),
    "mountain-car": ("MountainCar-v0", "MountainCar-v0"),
    "mountain-car-continuous": ("MountainCarContinuous-v0", "MountainCarContinuous-v0"),
    "acrobot": ("Acrobot-v1", "Acrobot-v1"),
    "frozen-lake": ("FrozenLake-v1", "FrozenLake-v1"),
    "cliff-walking": ("CliffWalking-v1", "CliffWalking-v0"),
    "taxi": ("Taxi-v4", "Taxi-v3"),
}


def gymnasium(name):
    """One world, and the mean reward."""
    import gymnasium
    import numpy as np

    world = gymnasium.make(name)
    world.action_space.seed(0)
    actions = [world.action_space.sample() for _ in range(STEPS)]
    actions = [int(action) if np.ndim(action) == 0 else action for action in actions]
    world.reset(seed=0)
    rewards = []

    def work():
        total = 0.0
        for action in actions:
            _, reward, terminated, truncated, _ = world.step(action)
            total += reward
            if terminated or truncated:
                world.reset()
        rewards.append(total / STEPS)

    return timing.quick_samples(work), STEPS, np.mean(rewards)


def envpool(name):
    """Copies on one thread of the library's own."""
    import envpool
    import numpy as np

    worlds = envpool.make_gymnasium(name, num_envs=COPIES, num_threads=1, seed=0)
    worlds.reset()
    worlds.action_space.seed(0)
    actions = []
    for _ in range(STEPS_TOGETHER):
        drawn = np.array([worlds.action_space.sample() for _ in range(COPIES)])
        actions.append(drawn.astype("i4") if drawn.dtype.kind == "i" else drawn.astype(worlds.action_space.dtype))
    rewards = []

    def work():
        rewards.append(np.mean([worlds.step(action)[1].mean() for action in actions]))

    return timing.quick_samples(work), STEPS_TOGETHER * COPIES, np.mean(rewards)


def gymnax(name):
    """Copies in one compiled program."""
    import gymnax
    import jax
    import numpy as np

    world, parameters = gymnax.make(name)
    stepping = jax.vmap(world.step, in_axes=(0, 0, 0, None))

    def step(carry, actions):
        state, key = carry
        key, chance = jax.random.split(key)
        _, state, reward, _, _ = stepping(jax.random.split(chance, COPIES), state, actions, parameters)
        return (state, key), reward.mean()

    program = jax.jit(lambda carry, actions: jax.lax.scan(step, carry, actions))
    key = jax.random.key(0)
    _, state = jax.vmap(world.reset, in_axes=(0, None))(jax.random.split(key, COPIES), parameters)
    drawing = jax.vmap(jax.vmap(lambda key: world.action_space(parameters).sample(key)))
    actions = drawing(jax.random.split(jax.random.key(1), (STEPS_TOGETHER, COPIES)))
    carry = (state, key)
    rewards = []

    def work():
        nonlocal carry
        carry, means = program(carry, actions)
        rewards.append(means.block_until_ready().mean())

    return timing.quick_samples(work), STEPS_TOGETHER * COPIES, np.mean(rewards)


def main():
    libraries = {"gymnasium": gymnasium, "envpool": envpool, "gymnax": gymnax}
    if len(sys.argv) != 4 or sys.argv[1] not in libraries or sys.argv[2] not in NAMES:
        sys.exit("usage: environments.py gymnasium|envpool|gymnax WORLD CORE")
    warnings.simplefilter("ignore")
    timing.pin(int(sys.argv[3]))
    name, pool_name = NAMES[sys.argv[2]]
    samples, steps, mean = libraries[sys.argv[1]](pool_name if sys.argv[1] == "envpool" else name)
    timing.report([sample / steps for sample in samples], mean)


if __name__ == "__main__":
    main()
