"""The demos that train: their claims read a second way, and each item seen to fail."""

from __future__ import annotations

import math
import random
import re
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tinygrad_fr.demos import minibatch, regularisation, separation
from tinygrad_fr.engine import Value
from tinygrad_fr.nn import data, losses, plot
from tinygrad_fr.words import use

# ── separation ───────────────────────────────────────────────────────────────────────────────────


def best_by_turning(X: Any, y: Any) -> float:
    """The best line again: in every direction between two at which two points change their order.

    There the points are sorted once, and a line across that direction cuts the list somewhere.
    """
    turns = sorted(
        {math.atan2(q[0] - p[0], p[1] - q[1]) % math.pi for p in X for q in X if p is not q}
    )
    turns = [*turns, turns[0] + math.pi]
    most = 0
    for a, b in pairwise(turns):
        t = (a + b) / 2
        ordered = [
            label
            for _, label in sorted(
                (x * math.cos(t) + z * math.sin(t), label)
                for (x, z), label in zip(X, y, strict=True)
            )
        ]
        agree = ordered.count(1)  # with the cut before the first point: all of them class 1
        for label in [None, *ordered]:
            agree += 0 if label is None else 1 if label == 0 else -1
            most = max(most, agree, len(X) - agree)
    return most / len(X)


@pytest.mark.parametrize("points", ["xor", "circles"])
def test_the_best_line_read_a_second_way(points: str) -> None:
    X, y = separation.POINTS[points]
    assert separation.best_line(points) == best_by_turning(X, y) < 1


def test_the_best_line_of_small_sets_of_any_labels() -> None:
    draw = random.Random(7)
    for n in (3, 4, 5, 9):
        for _ in range(25):
            X = [[draw.random(), draw.random()] for _ in range(n)]
            y = [draw.randrange(2) for _ in X]
            assert separation.by_every_line(X, y) == best_by_turning(X, y), (X, y)


def test_a_line_separates_what_was_planted_to_be_separable() -> None:
    draw = random.Random(3)
    X = [[draw.gauss(0, 1), draw.gauss(0, 1)] for _ in range(30)]
    y = [int(0.6 * a - 0.8 * b > 0.1) for a, b in X]
    assert separation.by_every_line(X, y) == separation.by_every_line(X, [1 - t for t in y]) == 1
    middle = min(range(30), key=lambda i: math.dist(X[i], (-3, 3)))  # deep on one side
    assert separation.by_every_line(X, [t ^ (i == middle) for i, t in enumerate(y)]) < 1
    assert separation.by_every_line(*data.xor(4, noise=0)) == 0.75


@pytest.mark.slow
def test_two_neurons_are_highest_in_an_open_corner_three_not_always() -> None:
    """v_1·tanh + v_2·tanh + b is highest where both are at ±1, far away between the two lines."""
    for seed in separation.SEEDS:
        model, share, _ = separation.trained("circles", (2,), seed)
        hidden, (last,) = (layer.neurons for layer in model.layers)
        (a, c), (d, e) = ([float(w.data) for w in n.w] for n in hidden)
        v, w = (math.copysign(1, u.data) for u in last.w)
        det = a * e - c * d  # a·x + c·z and d·x + e·z grow with the signs v and w in this direction
        x, z = (e * v - c * w) / det, (a * w - d * v) / det
        far = 1e6 / math.hypot(x, z)
        assert model([far * x, far * z]).data > 0.5 and share < 1
    assert separation.closures((3,)) == separation.successes("circles", (3,)) > 3


@pytest.mark.slow
def test_the_networks_are_counted_right() -> None:
    for points, hidden in separation.CAN + separation.CANNOT:
        X, y = separation.POINTS[points]
        for seed, share in enumerate(separation.shares(points, hidden)):
            model, _, _ = separation.trained(points, hidden, seed)
            wrong = [x for x, t in zip(X, y, strict=True) if (model(x).data > 0.5) != bool(t)]
            assert round(60 * share) == 60 - len(wrong)


@pytest.mark.parametrize(
    ("name", "planted", "failing"),
    [
        ("best_line", lambda points: 1.0, "C14"),
        ("best_line", lambda points: 0.4, "C14"),
        ("closed", lambda model: True, "C15"),
        ("closed", lambda model: False, "C15"),
    ],
)
@pytest.mark.slow
def test_a_claim_that_does_not_hold_fails_its_item(
    name: str, planted: Any, failing: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(separation, name, planted)
    monkeypatch.setattr(separation._figures, "boundaries", lambda *args, **options: None)
    assert [item.number for item in separation.checks(tmp_path) if not item.ok] == [failing]


@pytest.mark.parametrize(
    ("points", "hidden", "failing"),
    [("clouds", (), "C14"), ("xor", (2,), "C15"), ("spirals", (6, 4), "C16")],
)
@pytest.mark.slow
def test_networks_that_never_learn_fail_their_item(
    points: str,
    hidden: tuple[int, ...],
    failing: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    trained = separation.trained

    def bad(p: str, h: tuple[int, ...], seed: int) -> Any:
        model, share, film = trained(p, h, seed)
        return model, 0.9 if (p, h) == (points, hidden) else share, film

    monkeypatch.setattr(separation, "trained", bad)
    monkeypatch.setattr(separation._figures, "boundaries", lambda *args, **options: None)
    monkeypatch.setattr(separation.plot, "animate", lambda *args: None)
    assert [item.number for item in separation.checks(tmp_path) if not item.ok] == [failing]


@pytest.mark.slow
def test_the_success_rates_are_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(separation, "checks", lambda out: [])
    with use("en"):
        separation.main(tmp_path)
    said = capsys.readouterr().out
    assert said.count(" of 10 starts") == 8 and "circles, 2 neurons: 0 of 10 starts" in said
    assert "75% on XOR" in said


# ── regularisation ───────────────────────────────────────────────────────────────────────────────


def test_the_slope_of_the_penalty_in_fractions_without_any_rounding() -> None:
    alpha, weights = (
        Fraction(1, 1000),
        [Value(Fraction(3, 7)), Value(Fraction(-5, 3)), Value(Fraction(0))],
    )
    losses.l2_penalty(weights, alpha).backward()
    assert [w.grad for w in weights] == [2 * alpha * w.data for w in weights]


@pytest.mark.parametrize("factor", [0.5, 1.0005])
@pytest.mark.slow
def test_a_planted_error_in_the_penalty_is_caught(
    factor: float, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    right = losses.l2_penalty
    for method in regularisation.METHODS:  # trained before the error is planted
        regularisation.middle(method, "learnt")
    monkeypatch.setattr(losses, "l2_penalty", lambda ps, strength: right(ps, factor * strength))
    monkeypatch.setattr(regularisation._figures, "boundaries", lambda *args, **options: None)
    assert [item.ok for item in regularisation.checks(tmp_path)] == [False, True]


@pytest.mark.slow
def test_the_costs_of_the_two_parts_read_again_without_the_penalty_or_dropout() -> None:
    for method in regularisation.METHODS:
        found = regularisation.trained(method, 2)
        for (X, y), costs in (
            (regularisation.LEARN, found.learnt),
            (regularisation.VALIDATE, found.validated),
        ):
            probable = plot.outputs(found.model, X)[:, 0]  # NumPy, no graph
            by_hand = -sum(
                math.log(p if t else 1 - p) for p, t in zip(probable, y, strict=True)
            ) / len(X)
            assert costs[-1] == pytest.approx(by_hand, rel=1e-9) and len(costs) == 10


@pytest.mark.parametrize("method", ["L2", "dropout"])
@pytest.mark.slow
def test_a_remedy_that_does_not_help_fails(
    method: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained = regularisation.trained
    monkeypatch.setattr(
        regularisation, "trained", lambda m, seed: trained("none" if m == method else m, seed)
    )
    monkeypatch.setattr(regularisation._figures, "boundaries", lambda *args, **options: None)
    assert [item.ok for item in regularisation.checks(tmp_path)] == [True, False]


# ── mini-batches ─────────────────────────────────────────────────────────────────────────────────


def by_hand(seed: int) -> list[float]:
    """The full gradient of the 2-8-1 network in plain arithmetic, in the order of parameters."""
    model = minibatch.network(seed)
    hidden, (last,) = (layer.neurons for layer in model.layers)
    W, b = [[float(w.data) for w in n.w] for n in hidden], [float(n.b.data) for n in hidden]
    v, c = [float(w.data) for w in last.w], float(last.b.data)
    total = [0.0] * (4 * len(hidden) + 1)
    for x, t in zip(minibatch.X, minibatch.Y, strict=True):
        a = [math.tanh(w[0] * x[0] + w[1] * x[1] + bias) for w, bias in zip(W, b, strict=True)]
        d = 1 / (1 + math.exp(-sum(p * q for p, q in zip(v, a, strict=True)) - c)) - t  # ŷ − y
        deltas = [d * p * (1 - q * q) for p, q in zip(v, a, strict=True)]
        row = (
            [g for delta in deltas for g in (delta * x[0], delta * x[1], delta)]
            + [d * q for q in a]
            + [d]
        )
        total = [s + g / len(minibatch.X) for s, g in zip(total, row, strict=True)]
    return total


def test_the_full_gradient_and_the_mean_of_the_mini_batches_by_hand() -> None:
    expected = by_hand(0)
    assert minibatch.gradient(0, 60) == pytest.approx(expected, rel=1e-10, abs=1e-14)
    for size in (1, 7, 16, 60):
        assert minibatch.mean_gradient(size) == pytest.approx(expected, rel=1e-10, abs=1e-14)


@pytest.mark.parametrize(
    "planted", ["one example is left out", "not weighed by size", "not a number"]
)
@pytest.mark.slow
def test_a_wrong_mean_of_gradients_fails_its_item(
    planted: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    right, mean = minibatch.gradient, minibatch.mean_gradient
    if planted == "one example is left out":
        monkeypatch.setattr(minibatch, "gradient", lambda a, b: right(a, 59 if b - a == 60 else b))
    elif planted == "not a number":
        monkeypatch.setattr(minibatch, "mean_gradient", lambda size: [*mean(size)[:-1], math.nan])
    else:
        monkeypatch.setattr(minibatch, "mean_gradient", lambda size: mean(size, weighted=False))
    assert [item.ok for item in minibatch.checks(tmp_path)] == [False, True]


@pytest.mark.slow
def test_every_way_sees_the_same_examples(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert [minibatch.trained(size, 0)[1] * size for size in minibatch.SIZES] == [1800] * 3
    trained = minibatch.trained
    monkeypatch.setattr(minibatch, "trained", lambda size, seed: (trained(size, seed)[0], 30))
    assert [item.ok for item in minibatch.checks(tmp_path)] == [True, False]


@pytest.mark.slow
def test_the_mean_that_forgets_the_sizes_is_said_to_be_off(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with use("en"):
        minibatch.main(tmp_path)
    (off,) = re.findall(r"the mean is off by ([\d.]+)%", capsys.readouterr().out)
    full, wrong = by_hand(0), minibatch.mean_gradient(16, weighted=False)
    assert (
        float(off) == pytest.approx(100 * math.dist(wrong, full) / math.hypot(*full), abs=0.06)
        and float(off) > 0.5
    )


@pytest.mark.slow
def test_the_films_are_of_starts_that_succeed() -> None:
    for name, (points, hidden) in separation.FILMS.items():
        film = separation.longest(points, hidden)
        X, y = separation.POINTS[points]
        with film.showing(film.frames[-1]) as model:
            assert all((model(x).data > 0.5) == t for x, t in zip(X, y, strict=True)), name
        assert len(film.frames) > 8
