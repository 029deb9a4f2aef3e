"""Build a graph, walk it backward: each cost is held to the gradient its docstring derives by hand."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tinygrad_fr.engine import Value, gradient, order, replay
from tinygrad_fr.nn import losses
from tinygrad_fr.ops import TABLE, softmax
from tinygrad_fr.words import use


def sigma(z: float) -> float:
    return 1 / (1 + math.exp(-z)) if z >= 0 else math.exp(z) / (1 + math.exp(z))


def sign(e: float) -> float:
    return float((e > 0) - (e < 0))


# ── one example, one output: (cost, its value, its derivative, targets), written out by hand ──

BY_HAND: dict[str, tuple[Callable[..., Value], Any, Any, tuple[float, ...]]] = {
    "squared_error": (
        losses.squared_error,
        lambda p, y: (p - y) ** 2,
        lambda p, y: 2 * (p - y),
        (0.3, -1.5),
    ),
    "half squared_error": (
        lambda p, y: losses.squared_error(p, y, half=True),
        lambda p, y: (p - y) ** 2 / 2,
        lambda p, y: p - y,
        (0.3, -1.5),
    ),
    "l1": (losses.l1, lambda p, y: abs(p - y), lambda p, y: sign(p - y), (0.3, -1.5)),
    "huber": (
        losses.huber,
        lambda p, y: (p - y) ** 2 / 2 if abs(p - y) <= 1 else abs(p - y) - 0.5,
        lambda p, y: p - y if abs(p - y) <= 1 else sign(p - y),
        (0.3, -1.5),
    ),
    "huber 0.25": (
        lambda p, y: losses.huber(p, y, delta=0.25),
        lambda p, y: (p - y) ** 2 / 2 if abs(p - y) <= 0.25 else 0.25 * (abs(p - y) - 0.125),
        lambda p, y: p - y if abs(p - y) <= 0.25 else 0.25 * sign(p - y),
        (0.3, -1.5),
    ),
    "bce_with_logits": (
        losses.bce_with_logits,
        lambda z, y: -y * math.log(sigma(z)) - (1 - y) * math.log(sigma(-z)),
        lambda z, y: sigma(z) - y,
        (0, 1, 0.25),
    ),
    "hinge": (
        losses.hinge,
        lambda s, y: max(0.0, 1 - y * s),
        lambda s, y: -y if y * s < 1 else 0.0,
        (-1, 1),
    ),
}
POINTS = (-3.7, -1.9, -0.4, 0.0, 0.35, 0.9, 2.2)


@pytest.mark.parametrize("name", BY_HAND)
def test_the_gradient_derived_by_hand(name: str) -> None:
    cost, value, slope, targets = BY_HAND[name]
    for y in targets:
        for x in POINTS:
            p = Value(x)
            L = cost([p], [y])
            L.backward()
            assert L.data == pytest.approx(value(x, y), rel=1e-12, abs=1e-15)
            assert p.grad == pytest.approx(slope(x, y), rel=1e-12, abs=1e-15)
            assert gradient(L, p).data == pytest.approx(slope(x, y), rel=1e-12, abs=1e-15)
            assert difference(L, p) == pytest.approx(p.grad, rel=1e-12, abs=1e-15)


def difference(L: Value, p: Value) -> float:
    """Central difference of the replayed graph, at 40 digits."""
    with mpmath.workdps(40):
        x, h = mpmath.mpf(p.data), mpmath.mpf("1e-15")
        return float((replay(L, {p: x + h}) - replay(L, {p: x - h})) / (2 * h))


@pytest.mark.parametrize("y", [0, 1, 0.25])
@pytest.mark.parametrize("x", [0.001, 0.3, 0.5, 0.999])
def test_binary_cross_entropy_on_a_probability(x: float, y: float) -> None:
    p = Value(x)
    L = losses.binary_cross_entropy([p], [y])
    L.backward()
    assert L.data == pytest.approx(-y * math.log(x) - (1 - y) * math.log(1 - x), rel=1e-12)
    assert p.grad == pytest.approx((x - y) / (x * (1 - x)), rel=1e-12)
    assert difference(L, p) == pytest.approx(p.grad, rel=1e-12)


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


@pytest.mark.parametrize("k", [0, 1, 2])
def test_cross_entropy_gives_prediction_minus_target(k: int) -> None:
    zs = [Value(x) for x in (0.5, -1.25, 2.0)]
    whole = sum(math.exp(z.data) for z in zs)
    p = [math.exp(z.data) / whole for z in zs]
    L = losses.cross_entropy([zs], [k])
    L.backward()
    assert L.data == pytest.approx(-math.log(p[k]), rel=1e-12)
    assert [z.grad for z in zs] == pytest.approx([p[j] - (j == k) for j in range(3)], rel=1e-12)
    for z in zs:
        assert difference(L, z) == pytest.approx(z.grad, rel=1e-12)


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


def test_fractions_stay_exact() -> None:
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
            (
                lambda: losses.binary_cross_entropy([1.5], [1]),
                r"probability.*got 1\.5.*bce_with_logits",
            ),
            (lambda: losses.squared_error([1.0], [1.0, 2.0]), "1 predictions and 2 targets"),
            (lambda: losses.squared_error([], []), "at least one"),
            (
                lambda: losses.squared_error([[1.0, 2.0]], [1.0]),
                "example 1 has 2 outputs and 1 targets",
            ),
            (lambda: losses.huber([1.0], [1.0], delta=0), "delta > 0"),
            (lambda: losses.loss("rmse"), "unknown cost: 'rmse'.*squared_error"),
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
