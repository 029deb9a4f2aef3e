"""Check it: verdicts where a slope is 0 or at a kink, and what is a convention and what is not."""

from __future__ import annotations

import math

import pytest

from tests.shared import named, neuron
from tinygrad_fr.checking.check import check
from tinygrad_fr.checking.hand import DOUBLES
from tinygrad_fr.checking.report import Report
from tinygrad_fr.checking.typed import check_expression
from tinygrad_fr.checking.verdict import COST, FLOAT, KINK, RIGHT, UNDECIDED, WRONG
from tinygrad_fr.engine import Value
from tinygrad_fr.ops import relu, sigmoid
from tinygrad_fr.words import use


def by_hand(cost: str, formula: str, **point: float) -> Report:
    """The formula typed for the first of the names."""
    report, *_ = check_expression(cost, point, {next(iter(point)): formula})
    return report


@pytest.mark.parametrize(
    ("cost", "formula", "point"),
    [
        ("(w*x - y)**2", "2*(w*x - y)*x", {"w": 2, "x": 2, "y": 4}),
        ("(x - 1)**2", "2*(x - 1)", {"x": 1}),
        ("x**3", "3*x**2", {"x": 0}),
        ("exp(x) - x", "exp(x) - 1", {"x": 0}),
        ("cos(x)", "-sin(x)", {"x": 0}),
    ],
)
def test_a_right_formula_where_the_slope_is_zero(
    cost: str, formula: str, point: dict[str, float]
) -> None:
    report = by_hand(cost, formula, **point)
    assert report.entries[0].verdict == RIGHT and report.entries[0].truth == 0
    assert not by_hand(cost, f"{formula} + 1/1000000", **point).ok


def test_a_zero_given_as_a_number() -> None:
    w, x, y = (Value(v, label=k) for k, v in {"w": 2.0, "x": 2.0, "y": 4.0}.items())
    assert check((w * x - y) ** 2, {w: "0"})["w"].verdict == RIGHT
    assert check((w * x - y) ** 2, {w: "0.001"})["w"].verdict == WRONG


@pytest.mark.parametrize("slope", [0.0, 1.5, 3.0])
def test_any_slope_of_a_kink_will_do(slope: float) -> None:
    (k,) = named(k=0.0)
    report = check(relu(k) * 3, {k: slope})
    assert report["k"].verdict == KINK and report.ok


def test_a_slope_beyond_the_kink_is_wrong() -> None:
    (k,) = named(k=0.0)
    assert check(relu(k) * 3, {k: 3.5})["k"].verdict == WRONG


def test_the_gradient_of_another_cost_is_not_right_unless_accepted() -> None:
    L, w, x, b, y, a = neuron()
    half = (a - y) * a * (1 - a)
    with use("en"):
        report = check(L, {w: half * x, b: half})
        assert not report.ok and report.exit_status == 1 and report["w"].verdict == COST
        assert "½" in str(report) and "multiply by 2" in str(report)
        assert "the factor 2 is missing" in str(report)
        report = check(L, {w: half * x, b: half}, accept=["half"])
        assert report.ok and report.exit_status == 0 and report["w"].verdict == COST
        assert not check(L, {w: half * x, b: half}, accept=["whole", "sum"]).ok
        with pytest.raises(ValueError, match="halve.*Did you mean 'half'"):
            check(L, {w: half * x}, accept=["halve"])


@pytest.mark.parametrize(
    ("cost", "formula", "point"),
    [
        ("sin(2*x)", "cos(2*x)", {"x": 1}),
        ("exp(2*x)", "exp(2*x)", {"x": 1}),
        ("(2*x + 1)**3", "3*(2*x + 1)**2", {"x": 1}),
        ("sin(3*x)", "cos(3*x)", {"x": 2}),
        ("sigmoid(2*x)", "sigmoid(2*x)*(1 - sigmoid(2*x))", {"x": 1}),
        ("exp(-x)", "exp(-x)", {"x": 2}),
        ("(2*x + 1)**2", "2*(2*x + 1)", {"x": 1}),
    ],
)
def test_a_forgotten_inner_derivative_is_no_other_cost(
    cost: str, formula: str, point: dict[str, float]
) -> None:
    report = by_hand(cost, formula, **point)
    assert report.exit_status == 1 and report.diagnosis is not None
    if "**2" not in cost:
        assert report.diagnosis.keys == ("inner",)
        assert "inner derivative" in " ".join(str(report).split())


@pytest.mark.parametrize(("cost", "formula"), [("x**4", "2*x**3"), ("3*x", "3/2"), ("x**2", "x")])
def test_half_of_anything_is_no_other_cost(cost: str, formula: str) -> None:
    assert by_hand(cost, formula, x=1.0).entries[0].verdict == WRONG


def test_half_of_a_squared_error_is_another_cost() -> None:
    assert by_hand("(w*x - y)**2", "(w*x - y)*x", w=1, x=2, y=5).entries[0].verdict == COST


def test_a_formula_that_loses_its_digits_in_floats_is_right_and_told() -> None:
    w, x, y = (Value(v, label=k) for k, v in {"w": 20.0, "x": 1.7, "y": 1.0}.items())
    a = sigmoid(w * x)
    entry = check((a - y) ** 2, {w: 2 * (a - y) * a * (1 - a) * x})["w"]
    assert entry.verdict == RIGHT and "loses" in entry.remark and "digits of 16" in entry.remark

    def in_doubles(w: float, x: float, y: float) -> float:
        a = 1 / (1 + math.exp(-w * x))
        return 2 * (a - y) * a * (1 - a) * x

    entry = check((a - y) ** 2, {w: in_doubles})["w"]
    assert entry.verdict == FLOAT and "difference of close numbers" in entry.remark
    assert (
        check((a - y) ** 2, {w: lambda w, x, y: 1.01 * in_doubles(w, x, y)})["w"].verdict == WRONG
    )


def test_a_formula_is_tried_only_where_it_is_defined() -> None:
    assert by_hand("w**2", "2*w*sqrt(w)/sqrt(w)", w=1.0).ok
    assert by_hand("w**3", "3*exp(2*log(w))", w=2.0).ok


@pytest.mark.parametrize(
    ("answer", "remark"),
    [
        ("-0.188", ""),
        ("-0.1884", ""),
        ("-0.18843", "cut off"),
        ("-0.18844", ""),
        ("-0.188439", ""),
        ("-0.1", None),
    ],
)
def test_a_typed_number_is_rounded_or_cut_off_and_that_is_told(
    answer: str, remark: str | None
) -> None:
    """The truth is −0.188439…; what is neither is wrong, or has too few digits to tell."""
    L, *_ = neuron()
    with use("en"):
        entry = check(L, {"w": answer})["w"]
    if remark is None:
        assert entry.verdict == UNDECIDED
    else:
        assert entry.verdict == RIGHT and entry.remark.startswith(remark)
    for wrong in ("-0.189", "-0.18842", "-0.18845"):
        assert check(L, {"w": wrong})["w"].verdict == WRONG


def test_a_tail_too_small_for_two_hundred_digits_is_not_held_against_a_formula() -> None:
    """One of the other points is u = 7.78, where the slope is 2·10⁻¹⁹⁰¹²¹ and 1 − tanh² gives 0."""
    inside = "u**3 - log1p(u)"
    hand = f"2*(3*u**2 - 1/(1+u))*({inside})/cosh(({inside})**2)**2"
    report, *_ = check_expression(f"tanh(({inside})**2)", {"u": 2.34}, {"u": hand})
    assert report["u"].verdict == RIGHT
    report, *_ = check_expression(f"tanh(({inside})**2)", {"u": 2.34}, {"u": f"1.0000001*{hand}"})
    assert report["u"].verdict == WRONG


@pytest.mark.parametrize(("off", "verdict"), [(1.5, FLOAT), (3.0, WRONG), (50.0, WRONG)])
def test_a_computed_number_is_held_to_what_doubles_lose(off: float, verdict: str) -> None:
    """One share of rounding for the number given, one for the expected one: not a hundred."""
    L, w, *_ = neuron()
    L.backward()
    number = w.grad * (1 + off * DOUBLES)
    assert len(repr(number)) > 12, "a number that was computed, not typed"
    assert check(L, {w: number})["w"].verdict == verdict


@pytest.mark.parametrize(
    ("typed", "verdict"),
    [
        *(("0,4", KINK), ("1", KINK), ("1,0", KINK), ("1/2", KINK), ("0", KINK)),
        *(("2", WRONG), ("1,4", WRONG), ("-1", WRONG), ("-0,1", WRONG)),
    ],
)
def test_at_a_kink_a_typed_number_reaches_as_far_as_its_digits(typed: str, verdict: str) -> None:
    """max(0, x) at 0: any slope from 0 to 1."""
    report = check_expression("max(0; x)", {"x": 0.0}, numbers={"x": typed})[0]
    assert report.entries[0].verdict == verdict


@pytest.mark.parametrize(("typed", "status"), [("5", 1), ("6", 0), ("5.99", 0), ("5.98", 1)])
def test_a_whole_number_is_not_cut_off_to_the_one_below(typed: str, status: int) -> None:
    assert check_expression("x**2", {"x": 3.0}, numbers={"x": typed})[0].exit_status == status


def test_a_number_that_is_cut_off_stays_right() -> None:
    report = check_expression("x**3", {"x": 1.29}, numbers={"x": "4.99"})[0]  # 4.9923
    assert report.ok
    report = check_expression("x**2", {"x": 2.9999}, numbers={"x": "5.99"})[0]  # 5.9998
    assert report["x"].verdict == "right" and report["x"].remark
