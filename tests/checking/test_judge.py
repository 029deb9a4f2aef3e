"""Check it: the judge finds every slope from the forward pass alone."""

from __future__ import annotations

import pytest

from tests.shared import named
from tinygrad_fr.checking.check import check
from tinygrad_fr.checking.judge import Judge
from tinygrad_fr.checking.verdict import KINK, RIGHT, UNDECIDED, WRONG
from tinygrad_fr.engine import Value
from tinygrad_fr.ops import cbrt, exp, floor, log, relu, sigmoid, sign, sqrt, step, tanh


def test_the_judge_has_thirty_right_digits_without_any_rule() -> None:
    """d/dx exp(tanh x·x²) against mpmath's own derivative of the same function."""
    (x,) = named(x=0.7)
    judge = Judge(exp(tanh(x) * x**2))
    context = judge.context
    slope, bound, sides = judge.slope(x)
    right = context.diff(lambda t: context.exp(context.tanh(t) * t**2), context.mpf(0.7))
    assert abs(slope - right) < context.mpf(10) ** -30 and not sides
    assert abs(slope - right) <= bound


@pytest.mark.parametrize("scale", [1e-300, 1e-8, 1.0, 1e8, 1e150])
def test_the_judge_at_every_scale(scale: float) -> None:
    (x,) = named(x=scale)
    slope, _, _ = Judge(x**2).slope(x)
    assert abs(slope / (2 * Judge(x).exact(scale)) - 1) <= 1e-25


def test_no_absolute_floor_a_saturated_neuron() -> None:
    """σ′(40) is 4·10⁻¹⁸: a factor 2 must still be seen."""
    w, x = named(w=40.0, x=1.0)
    a = sigmoid(w * x)
    right = exp(-w * x) / (1 + exp(-w * x)) ** 2 * x
    assert check(a, {w: right}).ok
    assert not check(a, {w: 2 * right}).ok


def test_tiny_slopes_are_no_zeros() -> None:
    """σ′(−1000) = e⁻¹⁰⁰⁰: small, and still judged to every digit."""
    x = Value(-1000.0, label="x")
    found, error, _ = Judge(sigmoid(x)).slope(x)
    context = Judge(sigmoid(x)).context
    assert abs(found / context.exp(-1000) - 1) < 1e-20 and error < 1e-20 * found
    assert check(sigmoid(x), {x: "0"}).entries[0].verdict != RIGHT
    assert check(sigmoid(x), {x: 1.001 * sigmoid(x)}).exit_status == 1


def test_a_kink_nearer_than_the_step_is_seen() -> None:
    (k,) = named(k=1.0)
    near = relu(k - (1.0 - 2.0**-45))
    assert check(near, {k: lambda k: 1 + 0 * k}, points=0)["k"].verdict == RIGHT


def test_an_edge_of_the_domain_and_a_large_offset() -> None:
    (x,) = named(x=1e-3)
    assert check(sqrt(x) + 1e8, {x: lambda x: 1 / (2 * sqrt(x))}).ok
    assert check(log(x), {x: lambda x: 1 / x}).ok


@pytest.mark.parametrize(
    ("f", "at"), [(sqrt, 0.0), (cbrt, 0.0), (lambda x: 0 * sqrt(x), 0.0), (lambda x: x.asin(), 1.0)]
)
@pytest.mark.parametrize("answer", ["0", "5", "1e9"])
def test_no_number_is_right_where_the_slope_is_infinite(f: object, at: float, answer: str) -> None:
    x = Value(at, label="x")
    report = check(f(x), {x: answer})  # type: ignore[operator]
    assert report["x"].verdict == UNDECIDED and report.exit_status == 2
    assert "no finite derivative" in report["x"].remark


@pytest.mark.parametrize(("f", "at"), [(floor, 2.0), (sign, 0.0), (step, 0.0)])
def test_at_a_jump_the_convention_counts(f: object, at: float) -> None:
    x = Value(at, label="x")
    assert check(f(x), {x: "0"})["x"].verdict == RIGHT  # type: ignore[operator]
    assert check(f(x), {x: "3"})["x"].verdict == WRONG  # type: ignore[operator]


def test_a_kink_that_no_row_announces() -> None:
    x = Value(0.0, label="x")
    assert check(sqrt(x**2), {x: "0.5"})["x"].verdict == KINK
    assert check(sqrt(x**2), {x: "1.5"})["x"].verdict == WRONG
