"""Build a graph: points of the plane, class by class, drawn with a seed.

    X, y = moons(200, noise=0.1, seed=0)

A data set is one function (n, noise, seed, …) and one line of `DATASETS`.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from typing import Any

from tinygrad_fr.nn.data.examples import Examples
from tinygrad_fr.refusals import between, known, out_of_range, positive, whole


def clouds(n: int = 200, noise: float = 0.5, seed: int = 0, classes: int = 2) -> Examples:
    """n points around `classes` centres on a circle of radius 1.5: always linearly separable.

    X: n × 2; y: 0 … classes − 1.  noise is the standard deviation; a point nearer to another
    centre than to its own, or nearly so (0.15 from the line between the two), is drawn again.
    """
    _hold(n, noise)
    whole("classes", classes, 2, 8)
    turns = [math.pi * (1.25 + 2 * k / classes) for k in range(classes)]
    centres = [(1.5 * math.cos(t), 1.5 * math.sin(t)) for t in turns]

    def point(k: int, t: float, draw: random.Random) -> tuple[float, float]:
        while True:
            p = (draw.gauss(centres[k][0], noise), draw.gauss(centres[k][1], noise))
            own = math.dist(p, centres[k])
            for j, other in enumerate(centres):
                # (d² − own²)/(2·gap) is the signed distance to the line halfway between the two
                gap = math.dist(centres[k], other)
                if j != k and (math.dist(p, other) ** 2 - own**2) / (2 * gap) < 0.15:
                    break
            else:
                return p

    return _points(n, classes, 0.0, seed, point)


def xor(n: int = 200, noise: float = 0.25, seed: int = 0) -> Examples:
    """n points around (−1, −1), (−1, 1), (1, −1), (1, 1): class 1 where the signs differ.

    X: n × 2; y: 0 or 1.  No line separates them.  `xor(4, noise=0)` is the truth table, with −1
    for false and 1 for true.

    >>> sorted(zip(*xor(4, noise=0)))
    [([-1.0, -1.0], 0), ([-1.0, 1.0], 1), ([1.0, -1.0], 1), ([1.0, 1.0], 0)]
    """
    _hold(n, noise)
    draw = random.Random(seed)
    corners = [(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)]
    rows = [(corners[i % 4], i % 2) for i in range(n)]
    draw.shuffle(rows)
    X = [[a + noise * draw.gauss(0, 1) for a in corner] for corner, _ in rows]
    return Examples(X, [label for _, label in rows], classes=(0, 1))


def moons(n: int = 200, noise: float = 0.1, seed: int = 0) -> Examples:
    """n points on two half-moons, each with an end in the hollow of the other.

    X: n × 2, within about [−1, 2] × [−0.5, 1]; y: 0 above, 1 below.  The curves are those of
    scikit-learn's make_moons: (cos t, sin t) and (1 − cos t, ½ − sin t), 0 ≤ t ≤ π.
    """
    _hold(n, noise)

    def point(k: int, t: float, draw: random.Random) -> tuple[float, float]:
        c, s = math.cos(math.pi * t), math.sin(math.pi * t)
        return (1 - c, 0.5 - s) if k else (c, s)

    return _points(n, 2, noise, seed, point)


def circles(n: int = 200, noise: float = 0.08, seed: int = 0, factor: float = 0.5) -> Examples:
    """n points on two circles around 0: radius 1 is class 0, radius `factor` is class 1.

    X: n × 2; y: 0 or 1.  0 < factor < 1.
    """
    _hold(n, noise)
    if not 0 < factor < 1:
        out_of_range("factor", factor, "> 0, < 1")

    def point(k: int, t: float, draw: random.Random) -> tuple[float, float]:
        r, turn = factor if k else 1.0, 2 * math.pi * t
        return r * math.cos(turn), r * math.sin(turn)

    return _points(n, 2, noise, seed, point)


def spirals(
    n: int = 200, noise: float = 0.03, seed: int = 0, arms: int = 2, turns: float = 1.0
) -> Examples:
    """n points on 2 to 5 spiral arms that start near 0 and end at radius 1 after `turns` turns.

    X: n × 2; y: the arm, 0 … arms − 1.
    """
    _hold(n, noise)
    whole("arms", arms, 2, 5)
    positive("turns", turns)

    def point(k: int, t: float, draw: random.Random) -> tuple[float, float]:
        r = 0.1 + 0.9 * t
        turn = 2 * math.pi * (k / arms + turns * t)
        return r * math.cos(turn), r * math.sin(turn)

    return _points(n, arms, noise, seed, point)


def parabola(n: int = 200, noise: float = 0.05, seed: int = 0) -> Examples:
    """n points of the plane: class 1 above the parabola x₂ = x₁² − ½, class 0 below it.

    X: n × 2, x₁ within ±1.5, x₂ from 0.15 to 1.15 away from the curve, plus the noise; y: 0 or 1.
    """
    _hold(n, noise)

    def point(k: int, t: float, draw: random.Random) -> tuple[float, float]:
        x = 3 * t - 1.5
        height = 0.15 + draw.random()
        return x, x * x - 0.5 + (height if k else -height)

    return _points(n, 2, noise, seed, point)


def _points(
    n: int,
    classes: int,
    noise: float,
    seed: int,
    point: Callable[[int, float, random.Random], tuple[float, float]],
) -> Examples:
    """n points shared evenly between the classes, in shuffled order.

    point(k, t, draw) gives one of class k; t runs evenly from 0 to 1 along the class.
    """
    draw = random.Random(seed)
    rows: list[tuple[list[float], int]] = []
    for k in range(classes):
        count = len(range(k, n, classes))
        for i in range(count):
            clean = point(k, i / max(count - 1, 1), draw)
            rows.append(([a + noise * draw.gauss(0, 1) for a in clean], k))
    draw.shuffle(rows)
    return Examples([x for x, _ in rows], [k for _, k in rows], classes=range(classes))


DATASETS: dict[str, Callable[..., Examples]] = {
    "clouds": clouds,
    "xor": xor,
    "moons": moons,
    "circles": circles,
    "spirals": spirals,
    "parabola": parabola,
}


def dataset(name: str, n: int = 200, seed: int = 0, **options: Any) -> Examples:
    """The points of that name: `dataset("spirals", 300, arms=3)`."""
    return DATASETS[known("data", name, DATASETS)](n, seed=seed, **options)


def _hold(n: int, noise: float) -> None:
    """What every data set asks for: n ≥ 1 points, a noise from 0 up."""
    whole("n", n, 1)
    between("noise", noise, 0, math.inf)
