"""Build a graph, walk it backward: each cost is held to the gradient its docstring derives."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from fractions import Fraction
from typing import Any, NamedTuple

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tinygrad_fr.engine import Value
from tinygrad_fr.gradient import gradient
from tinygrad_fr.nn import losses
from tinygrad_fr.ops import TABLE, softmax
from tinygrad_fr.replay import replay
from tinygrad_fr.walk import order
from tinygrad_fr.words import use


def sigma(z: float) -> float:
    return 1 / (1 + math.exp(-z)) if z >= 0 else math.exp(z) / (1 + math.exp(z))


def sign(e: float) -> float:
    return float((e > 0) - (e < 0))


# ── one example: its cost and the slope of each output, written out by hand ──


class Hand(NamedTuple):
    """A cost as one writes it on paper: value and slopes from the outputs z and the target y."""

    value: Callable[[list[float], Any], float]
    slopes: Callable[[list[float], Any], list[float]]
    targets: tuple[Any, ...]
    points: list[list[float]]


POINTS = (-3.7, -1.9, -0.4, 0.0, 0.35, 0.9, 2.2)


def alone(
    value: Callable[[float, float], float],
    slope: Callable[[float, float], float],
    targets: tuple[float, ...],
    points: tuple[float, ...] = POINTS,
) -> Hand:
    """A cost that is a function of one output and its target."""
    return Hand(
        lambda z, y: value(z[0], y), lambda z, y: [slope(z[0], y)], targets, [[x] for x in points]
    )


def share(z: list[float], j: int) -> float:
    """softmax(z)_j, from its definition."""
    return math.exp(z[j]) / sum(map(math.exp, z))


BY_HAND = {
    "squared_error": alone(
        lambda p, y: (p - y) ** 2,
        lambda p, y: 2 * (p - y),
        (0.3, -1.5),
    ),
    "l1": alone(
        lambda p, y: abs(p - y),
        lambda p, y: sign(p - y),
        (0.3, -1.5),
    ),
    "huber": alone(
        lambda p, y: (p - y) ** 2 / 2 if abs(p - y) <= 1 else abs(p - y) - 0.5,
        lambda p, y: p - y if abs(p - y) <= 1 else sign(p - y),
        (0.3, -1.5),
    ),
    "binary_cross_entropy": alone(
        lambda p, y: -y * math.log(p) - (1 - y) * math.log(1 - p),
        lambda p, y: (p - y) / (p * (1 - p)),
        (0, 1, 0.25),
        (0.001, 0.3, 0.5, 0.999),
    ),
    "bce_with_logits": alone(
        lambda z, y: -y * math.log(sigma(z)) - (1 - y) * math.log(sigma(-z)),
        lambda z, y: sigma(z) - y,
        (0, 1, 0.25),
    ),
    "cross_entropy": Hand(
        lambda z, k: -math.log(share(z, k)),
        lambda z, k: [share(z, j) - (j == k) for j in range(3)],
        (0, 1, 2),
        [[0.5, -1.25, 2.0], [0.0, 0.0, 0.0], [-3.7, 2.2, 0.35]],
    ),
    "hinge": alone(
        lambda s, y: max(0.0, 1 - y * s),
        lambda s, y: -y if y * s < 1 else 0.0,
        (-1, 1),
    ),
}
OPTIONS: list[tuple[str, dict[str, Any], Hand]] = [
    (
        "squared_error",
        {"half": True},
        alone(lambda p, y: (p - y) ** 2 / 2, lambda p, y: p - y, (0.3, -1.5)),
    ),
    (
        "huber",
        {"delta": 0.25},
        alone(
            lambda p, y: (p - y) ** 2 / 2 if abs(p - y) <= 0.25 else 0.25 * (abs(p - y) - 0.125),
            lambda p, y: p - y if abs(p - y) <= 0.25 else 0.25 * sign(p - y),
            (0.3, -1.5),
        ),
    ),
]
# what is done with several outputs of one example, unless told; cross_entropy has no choice
OUTPUTS = {
    "squared_error": "sum",
    "l1": "sum",
    "huber": "sum",
    "binary_cross_entropy": "mean",
    "bce_with_logits": "mean",
    "hinge": "sum",
}


def test_every_cost_has_its_hand_formula() -> None:
    assert set(losses.LOSSES) == set(BY_HAND)
    assert set(losses.LOSSES) == {*OUTPUTS, "cross_entropy"}
    for name, cost in losses.LOSSES.items():
        assert cost is getattr(losses, name)
        assert "By hand: ∂L/∂" in (cost.__doc__ or ""), name


@pytest.mark.parametrize(
    ("name", "options", "hand"),
    [*((name, {}, hand) for name, hand in BY_HAND.items()), *OPTIONS],
    ids=lambda x: x if isinstance(x, str) else "-".join(x) if isinstance(x, dict) else "",
)
def test_the_gradient_derived_by_hand(name: str, options: dict[str, Any], hand: Hand) -> None:
    for y in hand.targets:
        for x in hand.points:
            z = [Value(u) for u in x]
            L = losses.LOSSES[name]([z if len(z) > 1 else z[0]], [y], **options)
            L.backward()
            assert L.data == pytest.approx(hand.value(x, y), rel=1e-12, abs=1e-15)
            for v, slope in zip(z, hand.slopes(x, y), strict=True):
                assert v.grad == pytest.approx(slope, rel=1e-12, abs=1e-15)
                assert gradient(L, v).data == pytest.approx(slope, rel=1e-12, abs=1e-15)
                assert difference(L, v) == pytest.approx(v.grad, rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("name", BY_HAND)
def test_what_is_summed_and_what_is_averaged(name: str) -> None:
    """Two examples of three outputs, every convention and none: the plain sum over a factor."""
    hand, cost = BY_HAND[name], losses.LOSSES[name]
    alone = len(hand.points[0]) == 1  # else the three scores are one entry of the cost
    rows = [[x[0] for x in hand.points[i : i + 3]] for i in (0, 1)] if alone else hand.points[:2]
    targets = [[hand.targets[i]] * 3 if alone else hand.targets[i] for i in (0, 1)]
    entries = [
        (z, hand.targets[i])
        for i, row in enumerate(rows)
        for z in ([[u] for u in row] if alone else [row])
    ]
    whole = sum(hand.value(z, y) for z, y in entries)
    choices: list[dict[str, str]] = [{}, {"examples": "sum"}, {"examples": "mean"}]
    if alone:
        choices += [{**c, "outputs": o} for c in choices for o in ("sum", "mean")]
    for options in choices:
        factor = 1 if options.get("examples") == "sum" else 2
        factor *= 3 if options.get("outputs", OUTPUTS.get(name)) == "mean" else 1
        P = [[Value(u) for u in row] for row in rows]
        L = cost(P, targets, **options)
        L.backward()
        assert L.data == pytest.approx(whole / factor, rel=1e-12), options
        first = hand.slopes(*entries[0])[0] / factor
        assert P[0][0].grad == pytest.approx(first, rel=1e-12), options


def difference(L: Value, p: Value) -> float:
    """Central difference of the replayed graph, at 40 digits."""
    with mpmath.workdps(40):
        x, h = mpmath.mpf(p.data), mpmath.mpf("1e-15")
        return float((replay(L, {p: x + h}) - replay(L, {p: x - h})) / (2 * h))


@pytest.mark.parametrize("y", [0, 1, 0.25])
@pytest.mark.parametrize("x", [-1000.0, -40.0, -0.3, 0.0, 2.0, 40.0, 1000.0])
def test_binary_cross_entropy_reads_through_a_sigmoid(x: float, y: float) -> None:
    z, logit = Value(x), Value(x)
    L, twin = losses.binary_cross_entropy([z.sigmoid()], [y]), losses.bce_with_logits([logit], [y])
    L.backward()
    twin.backward()
    assert L.data == twin.data and math.isfinite(L.data)
    assert z.grad == logit.grad == pytest.approx(sigma(x) - y, rel=1e-12)


def test_the_cross_entropies_are_right_at_a_thousand() -> None:
    for x, y, cost, slope in [
        (1000.0, 1, 0.0, 0.0),
        (1000.0, 0, 1000.0, 1.0),
        (-1000.0, 1, 1000.0, -1.0),
        (-1000.0, 0, 0.0, 0.0),
    ]:
        z = Value(x)
        L = losses.bce_with_logits([z], [y])
        L.backward()
        assert (L.data, z.grad) == (cost, slope)
    zs = [Value(1000.0), Value(-1000.0), Value(999.0)]
    L = losses.cross_entropy([zs], [1])
    L.backward()
    assert L.data == pytest.approx(2000 + math.log1p(math.exp(-1)), rel=1e-15)
    assert [z.grad for z in zs] == pytest.approx([sigma(1.0), -1.0, sigma(-1.0)], rel=1e-12)


def test_certainties() -> None:
    """0·ln 0 = 0; a certainty that was wrong costs +∞ and says so."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for p, y in [(0.0, 0), (1.0, 1), (0, 0), (1, 1)]:
            assert losses.binary_cross_entropy([p], [y]).data == 0
            assert losses.binary_cross_entropy([Value(p)], [y]).data == 0
    for p, y, slope in [(0.0, 1, -math.inf), (1.0, 0, math.inf), (0.0, 0.5, -math.inf)]:
        with (
            use("en"),
            pytest.warns(RuntimeWarning, match=rf"ŷ = {p:g} was a certainty, and wrong") as seen,
        ):
            assert losses.binary_cross_entropy([p], [y]).data == math.inf
        assert seen[0].filename == __file__
        v = Value(p)
        with pytest.warns(RuntimeWarning):
            L = losses.binary_cross_entropy([v], [y])
        L.backward()
        assert (L.data, v.grad) == (math.inf, slope)
    assert math.isnan(losses.binary_cross_entropy([math.nan], [1]).data)
    tiny = Value(1e-20)
    assert losses.binary_cross_entropy([tiny], [0]).data == 1e-20


# ── softmax cross-entropy ──


def test_cross_entropy_reads_through_a_softmax() -> None:
    a, b = ([Value(x) for x in (0.5, -1000.0, 2.0)] for _ in range(2))
    L, twin = losses.cross_entropy([softmax(a)], [1]), losses.cross_entropy([b], [1])
    L.backward()
    twin.backward()
    assert L.data == twin.data == pytest.approx(1002 + math.log1p(math.exp(-1.5)), rel=1e-15)
    assert [z.grad for z in a] == [z.grad for z in b]
    part = softmax(a)[::2]  # not all that the softmax gave: taken as scores
    as_scores = losses.cross_entropy([[p.data for p in part]], [0]).data
    assert losses.cross_entropy([part], [0]).data == as_scores
    exps = [z.exp() for z in b]
    assert losses.cross_entropy([exps], [0]).op is TABLE["cross_entropy"]


def test_a_class_is_a_number_or_a_row() -> None:
    zs = [0.5, -1.0, 2.0]
    cost = losses.cross_entropy([zs], [2]).data
    for target in (2.0, [0, 0, 1], np.array([0.0, 0.0, 1.0]), np.int64(2), [2]):
        assert losses.cross_entropy([zs], [target]).data == cost
    ys = [Value(0.0), Value(0.0), Value(1.0)]
    kept = losses.cross_entropy([zs], [ys])
    kept.backward()
    assert kept.data == pytest.approx(cost, rel=1e-14) and [y.grad for y in ys] == [-0.5, 1.0, -2.0]
    for wrong in (3, -1, 1.5, True, math.nan, [1, 0], [0, 1, 1], [0.5, 0.5, 0]):
        with use("en"), pytest.raises(ValueError, match="target of example 1"):
            losses.cross_entropy([zs], [wrong])
    with use("en"), pytest.raises(ValueError, match="at least two scores"):
        losses.cross_entropy([Value(1.0)], [0])


# ── conventions ──


def test_sums_and_means_are_said() -> None:
    """N = 2 examples of n = 3 outputs; each convention is the plain sum over a factor."""
    P, Y = [[1.0, 2.0, 3.0], [0.0, -1.0, 4.0]], [[0.0, 0.0, 1.0], [1.0, 1.0, 1.0]]
    whole = 1 + 4 + 4 + 1 + 4 + 9
    factors = {("sum", "sum"): 1, ("mean", "sum"): 2, ("sum", "mean"): 3, ("mean", "mean"): 6}
    for (examples, outputs), factor in factors.items():
        for half in (False, True):
            params = [[Value(x) for x in row] for row in P]
            options: dict[str, Any] = {"examples": examples, "outputs": outputs, "half": half}
            L = losses.squared_error(params, Y, **options)
            L.backward()
            over = factor * (1 + half)
            assert L.data == pytest.approx(whole / over, rel=1e-15)
            assert params[1][2].grad == pytest.approx(2 * 3 / over, rel=1e-15)
    assert losses.squared_error(P, Y).data == whole / 2  # mean over examples, sum over outputs
    probabilities, targets = [[0.5, 0.25]], [[1, 0]]
    mean = losses.binary_cross_entropy(probabilities, targets).data
    assert mean == pytest.approx((math.log(2) - math.log(0.75)) / 2, rel=1e-15)
    with pytest.raises(ValueError, match="examples='average'"):
        losses.l1([1.0], [1.0], examples="average")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="outputs='none'"):
        losses.l1([1.0], [1.0], outputs="none")  # type: ignore[arg-type]


def test_costs_are_named() -> None:
    L = losses.squared_error([Value(1.0), Value(2.0)], [0.0, 0.0])
    assert [v.label for v in order(L) if v.label] == ["L_1", "L_2", "L"]
    assert losses.squared_error([Value(1.0)], [0.0]).label == "L"


def test_targets_stay_numbers() -> None:
    L = losses.squared_error([Value(1.0), Value(2.0)], [0.5, 0.5])
    assert sum(v.op is None for v in order(L)) == 2
    y = Value(0.5, label="Y")
    losses.squared_error([Value(2.0)], [y]).backward()
    assert y.grad == -3.0


def test_a_cost_of_fractions_is_a_fraction() -> None:
    ps = [Value(Fraction(1, 3)), Value(Fraction(2, 7)), Value(Fraction(5))]
    L = losses.squared_error(ps, [Fraction(1), Fraction(0), Fraction(1, 2)], half=True)
    L.backward()
    assert L.data == (Fraction(4, 9) + Fraction(4, 49) + Fraction(81, 4)) / 6
    assert [p.grad for p in ps] == [Fraction(-2, 9), Fraction(2, 21), Fraction(3, 2)]
    with mpmath.workdps(40):
        p = Value(mpmath.mpf(1) / 3)
        L = losses.huber([p, p, p], [0, 0, 0])
        L.backward()
        assert abs(p.grad - mpmath.mpf(1) / 3) < mpmath.mpf("1e-38")


# ── kinks ──


def test_slopes_at_the_kinks() -> None:
    for cost, y, x, slope in [
        (losses.l1, 0.5, 0.5, 0.0),
        (losses.hinge, 1, 1.0, 0.0),
        (losses.huber, 0.0, 1.0, 1.0),
    ]:
        p = Value(x)
        cost([p], [y]).backward()
        assert p.grad == slope


@pytest.mark.parametrize("name", losses.LOSSES)
def test_nan_stays_nan(name: str) -> None:
    row = [Value(math.nan), Value(0.5)] if name == "cross_entropy" else Value(math.nan)
    assert math.isnan(losses.LOSSES[name]([row], [1]).data)


# ── penalties ──


def test_penalties() -> None:
    ps = [Value(x) for x in (0.5, -2.0, 0.0)]
    L = losses.l2_penalty(ps, 0.1)
    L.backward()
    assert L.data == pytest.approx(0.1 * 4.25, rel=1e-15)
    assert [p.grad for p in ps] == pytest.approx([0.1, -0.4, 0.0], rel=1e-15)
    for p in ps:
        p.grad = 0
    L = losses.l1_penalty(ps, 0.1)
    L.backward()
    assert L.data == pytest.approx(0.25, rel=1e-15)
    assert [p.grad for p in ps] == pytest.approx([0.1, -0.1, 0.0], rel=1e-15)


# ── what is refused, and what is taken ──


def test_errors_say_what_to_do() -> None:
    with use("en"):
        for call, words in [
            (lambda: losses.hinge([0.5], [0]), r"−1 or 1, got 0.*2\*y - 1"),
            (lambda: losses.bce_with_logits([0.5], [-1]), r"between 0 and 1, got −1.*hinge"),
            (lambda: losses.binary_cross_entropy([0.5], [1.5]), r"between 0 and 1, got 1\.5"),
            (
                lambda: losses.binary_cross_entropy([1.5], [1]),
                r"probability.*got 1\.5.*bce_with_logits",
            ),
            (lambda: losses.squared_error([1.0], [1.0, 2.0]), "1 prediction and 2 targets"),
            (lambda: losses.squared_error([], []), "at least one"),
            (
                lambda: losses.squared_error([[1.0, 2.0]], [1.0]),
                "example 1 has 2 outputs and 1 target",
            ),
            (lambda: losses.huber([1.0], [1.0], delta=0), "delta > 0"),
            (lambda: losses.loss("rmse"), "loss='rmse' is unknown.*squared_error"),
        ]:
            with pytest.raises(ValueError, match=words):
                call()  # type: ignore[no-untyped-call]
        with pytest.raises(TypeError, match=r"squared_error\(\[prediction\], \[target\]\)"):
            losses.squared_error(Value(1.0), Value(2.0))  # type: ignore[arg-type]
    with use("fr"), pytest.raises(ValueError, match="cibles −1 ou 1"):
        losses.hinge([0.5], [0])


def test_rows_of_any_make() -> None:
    cost = losses.squared_error([1.0, 3.0], [0.0, 1.0]).data
    for P, Y in [
        (np.array([1.0, 3.0]), np.array([0.0, 1.0])),
        ((1, 3), (0, 1)),
        ([[1.0], [3.0]], [0, 1]),
        ([Value(1.0), [Value(3.0)]], [[0.0], np.float64(1.0)]),
        (iter([1.0, 3.0]), iter([0.0, 1.0])),
    ]:
        L = losses.squared_error(P, Y)
        assert isinstance(L, Value) and L.data == cost == 2.5


def test_by_name() -> None:
    assert losses.loss("mse") is losses.squared_error
    assert losses.loss("mae") is losses.l1
    assert losses.loss("bce") is losses.binary_cross_entropy
    assert all(losses.loss(name) is cost for name, cost in losses.LOSSES.items())


@settings(max_examples=100, deadline=None)
@given(st.floats(-60, 60), st.sampled_from([0.0, 0.2, 1.0]))
def test_bce_keeps_its_digits(x: float, y: float) -> None:
    """Against 60 digits, value and slope, in relative error."""
    z = Value(x)
    L = losses.bce_with_logits([z], [y])
    L.backward()
    with mpmath.workdps(60):
        s = 1 / (1 + mpmath.exp(-mpmath.mpf(x)))
        exact = -y * mpmath.log(s) - (1 - mpmath.mpf(y)) * mpmath.log(1 - s)
        assert abs(L.data - exact) <= 1e-14 * abs(exact)
        assert abs(z.grad - (s - y)) <= 1e-15 * (1 if 0 < y < 1 else abs(s - y) * 10)
