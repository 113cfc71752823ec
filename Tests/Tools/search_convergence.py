#!/usr/bin/env python3
"""How the root value of UCT comes to the exact one as simulations grow: runs `assay plan` and draws the curves.

    search_convergence.py ASSAY OUT.svg [SEEDS]

For each world and number of simulations the value of the action that was looked at most is compared with the exact value
that `assay plan --planner exact` gives, over seeds from 0. Prints a table, and writes a drawing.
"""

import json
import math
import subprocess
import sys

WORLDS = [
    ("frozen-lake, 8 steps", "frozen-lake-4x4", ["--depth", "8", "--set", "slippery=no"]),
    ("tic-tac-toe", "tic-tac-toe", []),
    ("connect-four 4 × 4", "connect-four", ["--set", "rows=4", "--set", "columns=4"]),
]
BUDGETS = [10, 30, 100, 300, 1000, 3000, 10_000, 30_000, 100_000, 300_000]
COLOURS = ["#2f6f9f", "#c0622b", "#5c8a3a"]


def plan(assay, world, settings, *flags):
    result = subprocess.run(
        [assay, "plan", world, *settings, *flags, "--json"], check=True, capture_output=True, text=True)
    return json.loads(result.stdout)


def searched_value(report):
    best = max(report["choices"], key=lambda choice: choice["visits"])
    return best["value"]


def main():
    assay, out = sys.argv[1], sys.argv[2]
    seeds = int(sys.argv[3]) if len(sys.argv) > 3 else 10
    curves = []
    for title, world, settings in WORLDS:
        exact = plan(assay, world, settings, "--planner", "exact")["value"]
        points = []
        for budget in BUDGETS:
            errors = [
                abs(searched_value(plan(
                    assay, world, settings, "--planner", "uct", "--simulations", str(budget), "--seed",
                    str(seed))) - exact)
                for seed in range(seeds)
            ]
            mean = sum(errors) / seeds
            deviation = math.sqrt(sum((error - mean) ** 2 for error in errors) / max(seeds - 1, 1))
            points.append((budget, mean, 1.96 * deviation / math.sqrt(seeds)))
            print(f"{title:20} exact {exact:8.4f} simulations {budget:7} |error| {mean:.4f} ± {points[-1][2]:.4f}", flush=True)
        curves.append((title, points))
    with open(out, "w") as file:
        file.write(drawing(curves, seeds))


def drawing(curves, seeds):
    width, height, left, right, top, bottom = 720, 400, 70, 170, 30, 60
    low, high = math.log10(BUDGETS[0]), math.log10(BUDGETS[-1])
    top_value = max(mean + half for _, points in curves for _, mean, half in points) * 1.05

    def x(budget):
        return left + (math.log10(budget) - low) / (high - low) * (width - left - right)

    def y(value):
        return height - bottom - max(value, 0) / top_value * (height - top - bottom)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="13">',
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
    ]
    for power in range(1, 6):
        parts.append(f'<line x1="{x(10**power):.1f}" y1="{top}" x2="{x(10**power):.1f}" y2="{height - bottom}" stroke="#e4e4e4"/>')
        parts.append(f'<text x="{x(10**power):.1f}" y="{height - bottom + 18}" text-anchor="middle" fill="#444">{10**power:,}</text>')
    for tick in range(0, 11, 2):
        value = tick / 10
        if value > top_value:
            break
        parts.append(f'<line x1="{left}" y1="{y(value):.1f}" x2="{width - right}" y2="{y(value):.1f}" stroke="#e4e4e4"/>')
        parts.append(f'<text x="{left - 8}" y="{y(value) + 4:.1f}" text-anchor="end" fill="#444">{value:.1f}</text>')
    parts.append(f'<text x="{(left + width - right) / 2:.0f}" y="{height - 16}" text-anchor="middle" fill="#222">simulations</text>')
    parts.append(f'<text x="{left}" y="18" fill="#222">|root value − exact value|, mean of {seeds} seeds with 95% interval</text>')
    for (title, points), colour in zip(curves, COLOURS):
        band = [(x(b), y(m + h)) for b, m, h in points] + [(x(b), y(m - h)) for b, m, h in reversed(points)]
        parts.append('<polygon points="' + " ".join(f"{a:.1f},{b:.1f}" for a, b in band) + f'" fill="{colour}" opacity="0.18"/>')
        parts.append('<polyline points="' + " ".join(f"{x(b):.1f},{y(m):.1f}" for b, m, _ in points) + f'" fill="none" stroke="{colour}" stroke-width="2"/>')
    for index, ((title, points), colour) in enumerate(zip(curves, COLOURS)):
        row = top + 20 + 22 * index
        parts.append(f'<line x1="{width - right + 12}" y1="{row}" x2="{width - right + 34}" y2="{row}" stroke="{colour}" stroke-width="3"/>')
        parts.append(f'<text x="{width - right + 40}" y="{row + 4}" fill="#222">{title}</text>')
    return "\n".join(parts + ["</svg>", ""])


main()
