"""Trains an agent with one other library on one core, and says how fast it was and how soon it was good.

    python training.py ppo sb3|sbx|jax SEED CORE
    python training.py sac sb3|sbx SEED CORE

PPO learns CartPole-v1 for 98,304 steps: 8 copies × 32 steps, the whole rollout as one batch, 20 passes, discount 0.98,
decay 0.8, step size 1e-3 and clip 0.2 falling to zero. SAC learns Pendulum-v1 for 10,000 steps: two hidden layers of 256
units, batches of 256, an update a step after the first 100, step size 1e-3. Evaluations (20 greedy episodes from the same
states for all) stop the clock. `stable` is the first evaluation at or above 475 that two more follow.

Prints one line of JSON: `perSecond` (steps for PPO, updates for SAC), `returns` as [steps, mean return, seconds], and
`stableSteps` and `stableSeconds`, null where it never came to that. Seconds are of the wall, without compiling where the
library tells it apart.
"""

import json
import sys
import time

import timing

PPO_STEPS, PPO_INTERVAL = 98_304, 4_096
SAC_STEPS, SAC_INTERVAL, SAC_WARM = 10_000, 2_500, 1_000


class Clock:
    """Runs while the agent learns, and stops while it is judged."""

    def __init__(self, judge):
        self.judge, self.learned, self.returns = judge, 0.0, []
        self.started = time.perf_counter()

    def evaluate(self, steps, act):
        self.learned += time.perf_counter() - self.started
        self.returns.append([steps, self.judge(act), self.learned])
        self.started = time.perf_counter()

    def report(self, per_second):
        stable = next(
            (r for i, r in enumerate(self.returns) if len(self.returns[i : i + 3]) == 3
             and all(later[1] >= 475 for later in self.returns[i : i + 3])),
            [None, None, None],
        )
        print(json.dumps({
            "perSecond": per_second, "returns": self.returns, "stableSteps": stable[0], "stableSeconds": stable[2],
        }))


def judge_cartpole(act):
    import numpy as np

    state = np.random.default_rng(7).uniform(-0.05, 0.05, (20, 4))
    lasts, lengths = np.ones(20, bool), np.zeros(20)
    for _ in range(500):
        push = np.where(np.asarray(act(state.astype(np.float32))).reshape(-1) == 1, 10.0, -10.0)
        x, v, angle, spin = state.T
        sine, cosine = np.sin(angle), np.cos(angle)
        u = (push + 0.05 * spin**2 * sine) / 1.1
        turn = (9.8 * sine - cosine * u) / (0.5 * (4 / 3 - 0.1 * cosine**2 / 1.1))
        state = np.stack([x + 0.02 * v, v + 0.02 * (u - 0.05 * turn * cosine / 1.1), angle + 0.02 * spin, spin + 0.02 * turn], 1)
        lengths += lasts
        lasts &= (abs(state[:, 0]) <= 2.4) & (abs(state[:, 2]) <= 12 * 2 * np.pi / 360)
        if not lasts.any():
            break
    return float(lengths.mean())


def judge_pendulum(act):
    import numpy as np

    random = np.random.default_rng(7)
    angle, speed, total = random.uniform(-np.pi, np.pi, 20), random.uniform(-1, 1, 20), np.zeros(20)
    for _ in range(200):
        seen = np.stack([np.cos(angle), np.sin(angle), speed], 1).astype(np.float32)
        torque = np.clip(np.asarray(act(seen)).reshape(-1), -2, 2)
        upright = (angle + np.pi) % (2 * np.pi) - np.pi
        total -= upright**2 + 0.1 * speed**2 + 0.001 * torque**2
        speed = np.clip(speed + 0.05 * (15 * np.sin(angle) + 3 * torque), -8, 8)
        angle = angle + 0.05 * speed
    return float(total.mean())


def ppo_of_baselines(library, seed):
    from stable_baselines3.common.callbacks import BaseCallback
    from stable_baselines3.common.env_util import make_vec_env

    if library == "sb3":
        import torch
        from stable_baselines3 import PPO

        torch.set_num_threads(1)
        more = {"device": "cpu", "clip_range": lambda left: 0.2 * left}
    else:
        from sbx import PPO

        more = {"clip_range": 0.2}
    clock = None

    class Watch(BaseCallback):
        def _on_step(self):
            return True

        def _on_rollout_start(self):
            if self.num_timesteps and self.num_timesteps % PPO_INTERVAL == 0:
                clock.evaluate(self.num_timesteps, lambda seen: model.predict(seen, deterministic=True)[0])

    model = PPO(
        "MlpPolicy", make_vec_env("CartPole-v1", n_envs=8, seed=seed), n_steps=32, batch_size=256, n_epochs=20, gamma=0.98,
        gae_lambda=0.8, ent_coef=0.0, learning_rate=lambda left: 1e-3 * left, seed=seed, **more)
    clock = Clock(judge_cartpole)
    model.learn(PPO_STEPS, callback=Watch())
    clock.evaluate(model.num_timesteps, lambda seen: model.predict(seen, deterministic=True)[0])
    clock.report(model.num_timesteps / clock.learned)


def ppo_of_jax(seed):
    """Everything between two evaluations is one compiled function: worlds, rollouts, advantages and updates."""
    import jax
    import jax.numpy as np
    import optax

    copies, length, passes, discount, decay = 8, 32, 20, 0.98, 0.8
    rounds = PPO_STEPS // (copies * length)

    def world(state, action):
        x, v, angle, spin, age = state
        sine, cosine = np.sin(angle), np.cos(angle)
        u = (20.0 * action - 10.0 + 0.05 * spin**2 * sine) / 1.1
        turn = (9.8 * sine - cosine * u) / (0.5 * (4 / 3 - 0.1 * cosine**2 / 1.1))
        x, v, angle, spin = x + 0.02 * v, v + 0.02 * (u - 0.05 * turn * cosine / 1.1), angle + 0.02 * spin, spin + 0.02 * turn
        over = (np.abs(x) > 2.4) | (np.abs(angle) > 0.20943951) | (age >= 499)
        return np.stack([x, v, angle, spin, age + 1]), over

    def fresh(key):
        return np.append(jax.random.uniform(key, (4,), minval=-0.05, maxval=0.05), 0.0)

    def network(layers, seen):
        for weight, bias in layers[:-1]:
            seen = np.tanh(seen @ weight + bias)
        return seen @ layers[-1][0] + layers[-1][1]

    def made(key, outputs, gain):
        sizes, gains = [4, 64, 64, outputs], [2**0.5, 2**0.5, gain]
        keys = jax.random.split(key, 3)
        return [
            (jax.nn.initializers.orthogonal(gains[i])(keys[i], (sizes[i], sizes[i + 1])), np.zeros(sizes[i + 1]))
            for i in range(3)
        ]

    rule = optax.chain(optax.clip_by_global_norm(0.5), optax.scale_by_adam(eps=1e-5))

    def loss(both, seen, actions, before, advantages, returns, clip):
        actor, critic = both
        log = jax.nn.log_softmax(network(actor, seen))
        ratio = np.exp(np.take_along_axis(log, actions[:, None], 1)[:, 0] - before)
        scaled = (advantages - advantages.mean()) / (advantages.std() + 1e-8)
        policy = np.maximum(-scaled * ratio, -scaled * np.clip(ratio, 1 - clip, 1 + clip)).mean()
        return policy + 0.5 * np.mean((network(critic, seen)[:, 0] - returns) ** 2)

    def round_of(carry, _):
        both, moments, states, key, index = carry
        left = 1 - index / rounds

        def act(carry, _):
            states, key = carry
            key, choosing, starting = jax.random.split(key, 3)
            seen = states[:, :4]
            logits = network(both[0], seen)
            actions = jax.random.categorical(choosing, logits)
            before = np.take_along_axis(jax.nn.log_softmax(logits), actions[:, None], 1)[:, 0]
            after, over = jax.vmap(world)(states, actions)
            starts = jax.vmap(fresh)(jax.random.split(starting, copies))
            states = np.where(over[:, None], starts, after)
            return (states, key), (seen, actions, before, network(both[1], seen)[:, 0], over)

        (states, key), (seen, actions, before, values, over) = jax.lax.scan(act, (states, key), None, length)

        def back(carry, row):
            later, next_value = carry
            value, over = row
            goes_on = 1.0 - over
            advantage = 1.0 + discount * next_value * goes_on - value + discount * decay * goes_on * later
            return (advantage, value), advantage

        last = network(both[1], states[:, :4])[:, 0]
        _, advantages = jax.lax.scan(back, (np.zeros(copies), last), (values, over), reverse=True)
        flat = [a.reshape(-1, *a.shape[2:]) for a in (seen, actions, before, advantages, advantages + values)]

        def once(carry, _):
            both, moments = carry
            gradient = jax.grad(loss)(both, *flat, 0.2 * left)
            change, moments = rule.update(gradient, moments)
            return (jax.tree.map(lambda p, c: p - 1e-3 * left * c, both, change), moments), None

        (both, moments), _ = jax.lax.scan(once, (both, moments), None, passes)
        return (both, moments, states, key, index + 1), None

    first, second, third, key = jax.random.split(jax.random.key(seed), 4)
    both = (made(first, 2, 0.01), made(second, 1, 1.0))
    carry = (both, rule.init(both), jax.vmap(fresh)(jax.random.split(third, copies)), key, np.zeros(()))
    between = PPO_INTERVAL // (copies * length)
    stretch = jax.jit(lambda c: jax.lax.scan(round_of, c, None, between)[0]).lower(carry).compile()
    greedy = jax.jit(lambda actor, seen: network(actor, seen).argmax(1))
    greedy(both[0], np.zeros((20, 4)))
    clock = Clock(judge_cartpole)
    for index in range(rounds // between):
        carry = jax.block_until_ready(stretch(carry))
        clock.evaluate((index + 1) * PPO_INTERVAL, lambda seen: greedy(carry[0][0], seen))
    clock.report(PPO_STEPS / clock.learned)


def sac_of_baselines(library, seed):
    import gymnasium
    from stable_baselines3.common.callbacks import BaseCallback

    if library == "sb3":
        import torch
        from stable_baselines3 import SAC

        torch.set_num_threads(1)
        more = {"device": "cpu"}
    else:
        from sbx import SAC

        more = {}
    clock, warm = None, [0.0]

    class Watch(BaseCallback):
        def _on_step(self):
            if self.num_timesteps == SAC_WARM:
                warm[0] = time.perf_counter() - clock.started
            if self.num_timesteps % SAC_INTERVAL == 0:
                clock.evaluate(self.num_timesteps, lambda seen: model.predict(seen, deterministic=True)[0])
            return True

    model = SAC("MlpPolicy", gymnasium.make("Pendulum-v1"), learning_rate=1e-3, seed=seed, **more)
    clock = Clock(judge_pendulum)
    model.learn(SAC_STEPS, callback=Watch())
    # What was compiled and filled before is no part of the rate.
    clock.report((SAC_STEPS - SAC_WARM) / (clock.returns[-1][2] - warm[0]))


if __name__ == "__main__":
    algorithm, library, seed, core = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    timing.pin(core)
    if algorithm == "sac":
        sac_of_baselines(library, seed)
    elif library == "jax":
        ppo_of_jax(seed)
    else:
        ppo_of_baselines(library, seed)
