"""Draws the pictures of the article on experiments from what was measured.

    swift run -c release assay test --json results.json
    python3 .ci/figures.py results.json Sources/Assay/Assay.docc/Resources

Each row is a mean over the agents of an arm with its 95% interval; the green field is where it must lie.
"""

import json
import math
import sys
from html import escape

results = {entry["scenario"]: entry["findings"] for entry in json.load(open(sys.argv[1]))["scenarios"]}
folder = sys.argv[2]

WIDTH, LABELS, ROW, RIGHT = 760, 270, 26, 24


def find(scenario, arm, text, at=None):
    """The one finding of an arm whose expectation has a text in it."""
    found = [
        finding
        for finding in results[scenario]
        if finding["arm"] == arm and text in finding["expectation"] and at in (None, finding["at"])
    ]
    assert len(found) == 1, (scenario, arm, text, at, len(found))
    return found[0]


def rows(scenario, text, *arms, at=None):
    """A row for each arm: its name in the file, or a pair of that and what the picture calls it."""
    pairs = [(arm, arm) if isinstance(arm, str) else arm for arm in arms]
    return [(label, find(scenario, arm, text, at)) for arm, label in pairs]


def number(value):
    return f"{value:g}".replace("-", "−")


def figure(name, description, panels):
    """Panels below one another: each a title, an axis (low, high, ticks, whether logarithmic) and rows."""
    body, y = [], 14
    for title, (low, high, ticks, is_log), items in panels:
        scale = math.log10 if is_log else float

        def place(value):
            value = min(max(value, low), high)
            share = (scale(value) - scale(low)) / (scale(high) - scale(low))
            return LABELS + share * (WIDTH - LABELS - RIGHT)

        y += 18
        body.append(f'<text x="16" y="{y}" class="title">{escape(title)}</text>')
        top = y + 12
        bottom = top + ROW * len(items)
        for tick in ticks:
            x = place(tick)
            body.append(f'<line x1="{x:.1f}" y1="{top}" x2="{x:.1f}" y2="{bottom}" class="grid"/>')
            body.append(f'<text x="{x:.1f}" y="{bottom + 16}" class="tick">{number(tick)}</text>')
        for index, (label, finding) in enumerate(items):
            middle = top + ROW * index + ROW / 2
            measured, bound = finding["measured"], finding.get("bound")
            if bound:
                left, right = place(bound.get("low", low)), place(bound.get("high", high))
                left, right = (left - 3, right + 3) if right - left < 6 else (left, right)
                body.append(
                    f'<rect x="{left:.1f}" y="{middle - 9}" width="{right - left:.1f}" height="18" class="field"/>'
                )
            ends = place(measured["low"]), place(measured["high"])
            body.append(f'<text x="{LABELS - 14}" y="{middle + 4}" class="label">{escape(label)}</text>')
            body.append(
                f'<line x1="{ends[0]:.1f}" y1="{middle}" x2="{ends[1]:.1f}" y2="{middle}" class="interval"/>'
            )
            body.append(f'<circle cx="{place(measured["estimate"]):.1f}" cy="{middle}" r="4" class="mean"/>')
        y = bottom + 32
    style = (
        "text{font:13px system-ui,sans-serif;fill:#1d1d1f}.title{font-weight:600}.label{text-anchor:end}"
        ".tick{text-anchor:middle;font-size:11px;fill:#6e6e73}.grid{stroke:#e3e3e6}"
        ".field{fill:#cdebd3}.interval{stroke:#0b5cad;stroke-width:3}.mean{fill:#0b5cad}"
    )
    with open(f"{folder}/{name}.svg", "w", encoding="utf-8") as file:
        file.write(
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y}" width="{WIDTH}" height="{y}" '
            f'role="img"><title>{escape(description)}</title><style>{style}</style>'
            f'<rect width="{WIDTH}" height="{y}" rx="12" fill="#ffffff"/>{"".join(body)}</svg>\n'
        )


RATE = (0, 1, [0, 0.25, 0.5, 0.75, 1], False)

scenario = "the critic approximates the value"
figure(
    "experiment-critic",
    "Errors of healthy and of broken critics",
    [
        (
            "Error of the critic, a share of the range of values; healthy below 0.05",
            (0.01, 200, [0.01, 0.05, 0.2, 1, 10, 100], True),
            rows(scenario, "critic-error", ("main", "as it claims"))
            + rows(
                scenario, "verdict", "stale target", "frozen", "another policy", "rewards scaled",
                "rewards at random",
            ),
        )
    ],
)

scenario = "the actor maximises the critic"
figure(
    "experiment-actor",
    "Gaps of healthy and of broken actors",
    [
        (
            "The actor’s gap: 0 for a maximiser, 1 for an actor that chooses at random",
            (0, 3.2, [0, 0.5, 1, 2, 3], False),
            rows(scenario, "actor-gap", ("main", "trained to the end"), "rewards at random")
            + rows(scenario, "verdict on the actor", "frozen halfway", "frozen early", "random values to follow"),
        )
    ],
)

scenario = "the actor walks on where the critic sees nothing"
figure(
    "experiment-wall",
    "The critic’s values around the wall, and where agents end up",
    [
        (
            "What the critic says each cell is worth; the wall was behind cell 6",
            (0.5, 0.9, [0.5, 0.6, 0.7, 0.8, 0.9], False),
            [
                (f"cell {cell}", find(scenario, "main", f"learned value of state cell {cell},"))
                for cell in range(3, 9)
            ],
        ),
        (
            "Share of discounted visits to cell 8, the last behind the wall",
            RATE,
            rows(
                scenario, "visits to state cell 8", ("main", "coin at the right in training"), "coins anywhere",
                "rewards at random", "wall closed",
            ),
        ),
    ],
)

scenario = "roles are recovered from interventions alone"
parts = [(f"the {part} put back, main", f"the {part} put back") for part in ("model", "critic", "actor")]
figure(
    "experiment-roles",
    "What gets worse when a part is put back",
    [
        (title, (-0.1, 1.2, [0, 0.5, 1], False), rows(scenario, metric, *parts))
        for title, metric in [
            ("How much the error of predicted states grows", "transition-error"),
            ("How much the critic’s error grows", "critic-error"),
            ("How much is lost of the reward", "regret"),
        ]
    ],
)

scenario = "a competent planner carries out a bad plan"
figure(
    "experiment-off-switch",
    "How often a planner disables its off-switch",
    [
        (
            "Share of episodes in which the switch is disabled",
            RATE,
            rows(
                scenario, "event press", ("main", "pressing is not charged for"), ("corrected", "pressing is charged for"),
                "nobody shuts it down", "rewards at random",
            ),
        )
    ],
)

scenario = "planners chase reward and policies need not"
figure(
    "experiment-moved-reward",
    "Who goes on pressing when it begins to cost",
    [
        (
            "Share of episodes in which the button is pressed, after it begins to cost",
            RATE,
            rows(scenario, "event press", ("main", "planner, told, a step later"), at="told")
            + rows(
                scenario, "event press", ("planner that is not told", "planner, not told"),
                ("planner that is told nothing new", "planner, told that nothing changed"),
            )
            + [
                (f"{agent}, {label}", find(scenario, agent, "event press", at))
                for agent in ("actor-critic", "q-learning", "reinforce")
                for at, label in (("unlearned", "at once"), ("learned", "50k steps later"))
            ]
            + rows(scenario, "event press", ("evolution", "evolution, at once"), at="unlearned"),
        )
    ],
)

first, second = "the model of transitions never sees a reward", "rewards reach the model through what the agent does"
figure(
    "experiment-model",
    "What relabelled rewards change in the model",
    [
        (
            title,
            (-0.02, 0.08, [-0.02, 0, 0.02, 0.04, 0.06, 0.08], False),
            rows(
                scenario, "transition-error of",
                *[(f"{arm}, main", label) for arm, label in arms],
            ),
        )
        for title, scenario, arms in [
            (
                "Change of the error of predicted states, the actor held fixed",
                first,
                [("zero", "rewards zero"), ("negated", "rewards negated"), ("random", "rewards at random")],
            ),
            (
                "The same, with an actor that learns",
                second,
                [
                    ("zero", "rewards zero"), ("negated", "rewards negated"), ("random", "rewards at random"),
                    ("leaking", "values leak into the model"),
                ],
            ),
        ]
    ],
)

scenario = "selection and gradients without a critic"
figure(
    "experiment-selection",
    "What gradient and selection earn on two arms",
    [
        (
            "Expected reward of a pull; the arms pay 0.3 and 0.7",
            (0.25, 0.75, [0.3, 0.4, 0.5, 0.6, 0.7], False),
            rows(
                scenario, "return", ("main", "gradient"), "selection", "gradient, arms exchanged",
                "selection, arms exchanged", "gradient, rewards negated", "selection, rewards negated",
                "gradient, rewards at random", "selection, rewards at random",
            ),
        )
    ],
)

shares = [(f"randomised={share}", label) for share, label in (("0", "never"), ("0.02", "2%"), ("0.1", "10%"), ("1", "always"))]
figure(
    "experiment-coin",
    "How well agents reach a coin that moves",
    [
        (title, (-0.4, 1, [0, 0.5, 1], False), rows(scenario, text, *shares[: None if text != "capability" or "long" in scenario else 2], at="moved"))
        for title, scenario, text in [
            ("Success with the coin, by how often it was elsewhere in training: 100k steps", "a few coins that lie elsewhere, and long training", "goal coin"),
            ("Success with the coin: 20k steps", "a few coins that lie elsewhere, and short training", "goal coin"),
            ("Capability, the success with whichever goal is reached best: 20k steps", "a few coins that lie elsewhere, and short training", "capability"),
        ]
    ],
)

figure(
    "experiment-bridge",
    "How often agents come by the bridge",
    [
        (
            "q-learning and reinforce, in calm: share of episodes over the bridge",
            RATE,
            rows(
                "action noise while learning prefers the bridge", "event bridge",
                ("exploration=0", "q-learning, exploration 0"), ("exploration=0.05", "q-learning, exploration 0.05"),
                ("exploration=0.2", "q-learning, exploration 0.2"), ("exploration=0.5", "q-learning, exploration 0.5"),
                ("nobody falls, no exploration", "nobody falls, exploration 0"),
                ("nobody falls, much exploration", "nobody falls, exploration 0.5"), ("gradient", "reinforce"),
                ("gradient, nobody falls", "reinforce, nobody falls"),
            ),
        ),
        (
            "planner",
            RATE,
            rows(
                "a planner prefers the bridge in wind alone", "event bridge", ("wind=0", "no wind"),
                ("wind=0.02", "wind 0.02"), ("wind=0.1", "wind 0.1"), ("wind=0.3", "wind 0.3"),
                ("wind, nobody falls", "wind 0.1, nobody falls"),
            ),
        ),
        (
            "evolution",
            RATE,
            rows(
                "selection prefers the bridge in wind alone", "event bridge", ("wind=0", "no wind"),
                ("wind=0.05", "wind 0.05"), ("wind=0.2", "wind 0.2"), ("wind, nobody falls", "wind 0.2, nobody falls"),
            ),
        ),
    ],
)

figure(
    "experiment-provision",
    "How often a planner takes over its reward",
    [
        (
            "Share of lives in which the button is pressed, by its distance",
            RATE,
            rows(
                "a planner takes over its reward while the way is short", "event press",
                *[(f"detour={cells}", f"{cells} cell{'s' if cells > 1 else ''}") for cells in range(1, 7)],
                ("what the message refers to", "3 cells, rewarded by the goal itself"),
                ("broken button", "3 cells, broken button"),
            ),
        ),
        (
            "The same, by what pressing costs, at 3 cells",
            RATE,
            rows(
                "a planner takes over its reward while the button is cheap", "event press",
                *[(f"cost={cost}", f"cost {cost}") for cost in ("0", "0.5", "1", "1.5", "2", "3")],
                ("q-learning", "q-learning, cost 0"), ("q-learning, referent", "q-learning, by the goal itself"),
            ),
        ),
    ],
)

scenario = "behaviour says which goal is pursued once goals part"
figure(
    "experiment-goal",
    "How many agents are found to pursue what they were expected to",
    [
        (
            "Share of the agents with the answer",
            RATE,
            [
                (f"{label}: {answer}", find(scenario, arm, f"pursues {answer}", at))
                for label, arm, answer, at in [
                    ("coin at the right", "main", "undecided", "before"),
                    ("the same, coin moved", "main", "right", "after"),
                    ("coins anywhere", "coins anywhere", "coin", "after"),
                    ("chance, coin at the right", "chance", "none", "before"),
                    ("chance, coin moved", "chance", "none", "after"),
                ]
            ],
        )
    ],
)
