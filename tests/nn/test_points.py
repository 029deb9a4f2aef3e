"""Build a graph: the points of every data set are what they are said to be."""

from __future__ import annotations

import inspect
import math
import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tinygrad_fr.nn import data
from tinygrad_fr.words import use

NAMES = list(data.DATASETS)

# ── what every data set does ──


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("n", [1, 2, 7, 200])
def test_shapes_and_plain_numbers(name: str, n: int) -> None:
    X, y = data.dataset(name, n, seed=3)
    assert len(X) == len(y) == n
    assert all(type(x) is list and [type(a) for a in x] == [float, float] for x in X)
    assert all(type(k) is int for k in y)
    counts = [y.count(k) for k in range(max(y) + 1)]
    assert max(counts) - min(counts) <= 1  # shared evenly
    assert all(math.isfinite(a) for x in X for a in x)


@pytest.mark.parametrize("name", NAMES)
def test_the_seed_is_all_that_matters(name: str) -> None:
    random.seed(1)
    np.random.seed(1)
    before = random.getstate(), np.random.get_state()[1].tolist()  # type: ignore[index]
    first = data.dataset(name, 50, seed=5)
    assert (random.getstate(), np.random.get_state()[1].tolist()) == before  # type: ignore[index]
    random.seed(2)
    assert data.dataset(name, 50, seed=5) == first
    assert data.dataset(name, 50, seed=6) != first


@pytest.mark.parametrize("name", NAMES)
def test_a_data_set_is_called_as_the_others_are(name: str) -> None:
    function = data.DATASETS[name]
    assert function.__name__ == name in data.__all__ and getattr(data, name) is function
    assert list(inspect.signature(function).parameters)[:3] == ["n", "noise", "seed"]
    assert "X: n × 2" in (function.__doc__ or "") and "y: " in (function.__doc__ or "")
    points = function()
    assert points == function(200, seed=0) == data.dataset(name)
    assert len(points[0]) == 200 and points.names == ("x_1", "x_2")
    assert points.classes == tuple(range(max(points[1]) + 1)) and len(points.classes) >= 2
    with use("en"):
        for n in (0, 2.5, True):
            with pytest.raises(ValueError, match=f"^n is {n}; it must be an integer ≥ 1$"):
                function(n)
        for noise, shown in ((-1, "−1"), (math.nan, "NaN"), (math.inf, "∞")):
            with pytest.raises(ValueError, match=f"^noise is {shown}; it must be ≥ 0$"):
                function(10, noise)


@pytest.mark.parametrize("name", NAMES)
def test_the_nearest_other_point_is_of_the_same_class(name: str) -> None:
    """Chance would be a half: what is drawn can be learnt, without noise and with its own."""
    for noise, share in (({"noise": 0.0}, 0.98), ({}, 0.95)):
        X, y = data.dataset(name, 200, seed=1, **noise)
        right = 0
        for i, x in enumerate(X):
            others = ((math.dist(x, X[j]), y[j]) for j in range(200) if j != i)
            right += min(others)[1] == y[i]
        assert right >= share * 200, noise


@pytest.mark.parametrize("name", NAMES)
def test_noise_is_a_standard_deviation(name: str) -> None:
    """Each coordinate moves by a normal number, a point by noise·√(π/2) in the mean, no class does.

    The mean of 200 such lengths (Rayleigh's law) is within 11 % with three standard errors.
    """
    (still, y), (moved, same) = (data.dataset(name, 200, seed=2, noise=e) for e in (0.0, 0.02))
    assert y == same
    far = [math.dist(a, b) for a, b in zip(still, moved, strict=True)]
    assert sum(far) / 200 == pytest.approx(0.02 * math.sqrt(math.pi / 2), rel=0.15)


def on_spiral(x: list[float], k: int) -> bool:
    r = math.hypot(*x)
    turn = 2 * math.pi * (k / 2 + (r - 0.1) / 0.9)
    return math.dist(x, (r * math.cos(turn), r * math.sin(turn))) < 1e-12 and 0.0999 < r < 1.0001


# What its docstring promises: how many classes, and where a point x of class k is without noise.
PROMISES: dict[str, tuple[int, Callable[[list[float], int], bool]]] = {
    "clouds": (2, lambda x, k: math.dist(x, [(1.5 if k else -1.5) * math.sqrt(0.5)] * 2) < 1e-12),
    "xor": (2, lambda x, k: x == [x[0], -x[0] if k else x[0]] and abs(x[0]) == 1),
    "moons": (
        2,
        lambda x, k: (
            math.isclose(math.dist(x, (1, 0.5) if k else (0, 0)), 1)
            and (x[1] <= 0.5 if k else x[1] >= 0)
        ),
    ),
    "circles": (2, lambda x, k: math.isclose(math.hypot(*x), 0.5 if k else 1)),
    "spirals": (2, on_spiral),
    "parabola": (2, lambda x, k: 0.15 <= (x[1] - x[0] ** 2 + 0.5) * (1 if k else -1) <= 1.15),
}


@pytest.mark.parametrize("name", NAMES)
def test_without_noise_the_points_are_where_the_docstring_says(name: str) -> None:
    classes, promised = PROMISES[name]
    points = data.dataset(name, 60, seed=4, noise=0)
    assert set(points[1]) == set(points.classes) == set(range(classes))
    for x, k in zip(*points, strict=True):
        assert promised(x, k), (x, k)


def test_every_data_set_has_its_promise() -> None:
    assert set(PROMISES) == set(NAMES)


# ── what each of them does ──


def test_circles_have_a_factor() -> None:
    for x, k in zip(*data.circles(40, noise=0, factor=0.3), strict=True):
        assert math.hypot(*x) == pytest.approx(0.3 if k else 1)


def test_the_points_are_those_of_always() -> None:
    """Python promises the same random() for a seed on every version: so do we."""
    X, y = data.moons(4, noise=0.1, seed=0)
    assert y == [1, 0, 0, 1]
    assert [a for x in X for a in x] == pytest.approx(
        [
            -0.1016348894188071,
            0.49278799772149284,
            1.0941715404680665,
            -0.139657810470115,
            -1.0679714448078421,
            0.03705035674606611,
            2.0179196487274855,
            0.41689007847290105,
        ],
        abs=1e-12,
    )


@pytest.mark.parametrize("classes", [2, 3, 5, 8])
@pytest.mark.parametrize("noise", [0.0, 0.5, 3.0])
def test_clouds_are_linearly_separable(classes: int, noise: float) -> None:
    """And no point is nearer than 0.15 to the line halfway between two centres."""
    X, y = data.clouds(200, noise, seed=1, classes=classes)
    turns = [math.pi * (1.25 + 2 * k / classes) for k in range(classes)]
    units = [(math.cos(t), math.sin(t)) for t in turns]
    for x, k in zip(X, y, strict=True):
        scores = [x[0] * c + x[1] * s for c, s in units]  # one line per class
        assert scores.index(max(scores)) == k
        for j in range(classes):
            if j != k:
                assert (scores[k] - scores[j]) / math.dist(units[k], units[j]) >= 0.1499


@pytest.mark.parametrize("arms", [2, 3, 4, 5])
def test_spirals_have_arms(arms: int) -> None:
    X, y = data.spirals(100, noise=0, arms=arms, turns=1.5)
    assert set(y) == set(range(arms))
    for x, k in zip(X, y, strict=True):
        r = math.hypot(*x)
        turn = 2 * math.pi * (k / arms + 1.5 * (r - 0.1) / 0.9)
        assert x == pytest.approx([r * math.cos(turn), r * math.sin(turn)], abs=1e-12)


def test_no_line_separates_xor() -> None:
    """The four corners, by brute force over directions: 3 of 4 at best."""
    X, y = data.xor(4, noise=0)
    best = 0
    for step in range(360):
        t = math.radians(step)
        for shift in (-1.5, -1, -0.5, 0, 0.5, 1, 1.5):
            right = sum(
                (x[0] * math.cos(t) + x[1] * math.sin(t) > shift) == bool(k)
                for x, k in zip(X, y, strict=True)
            )
            best = max(best, right)
    assert best == 3


@pytest.mark.parametrize(
    ("call", "word"),
    [
        (lambda: data.spirals(10, arms=6), "arms is 6; it must be an integer ≥ 2, ≤ 5"),
        (lambda: data.spirals(10, arms=1), "arms is 1; it must be an integer ≥ 2, ≤ 5"),
        (lambda: data.spirals(10, turns=0), "turns is 0; it must be > 0"),
        (lambda: data.circles(10, factor=1), "factor is 1; it must be > 0, < 1"),
        (lambda: data.clouds(10, classes=1), "classes is 1; it must be an integer ≥ 2, ≤ 8"),
        (lambda: data.dataset("spiral"), "Did you mean 'spirals'"),
    ],
)
def test_bad_options_of_a_data_set_are_one_line(call: Any, word: str) -> None:
    with use("en"), pytest.raises(ValueError) as caught:
        call()
    assert word in str(caught.value) and "\n" not in str(caught.value)
