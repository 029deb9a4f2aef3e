"""Check it: verdicts where a slope is 0, infinite or missing, and what is a convention and what is not."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest

from tinygrad_fr.checking.check import check
from tinygrad_fr.checking.judge import Judge
from tinygrad_fr.checking.report import Report
from tinygrad_fr.checking.typed import check_expression
from tinygrad_fr.checking.verdict import CONVENTION, FLOAT, KINK, RIGHT, UNDECIDED, WRONG
from tinygrad_fr.engine import Value
from tinygrad_fr.ops import cbrt, exp, floor, log, sigmoid, sign, sqrt, step
from tinygrad_fr.words import use


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with use("en"):
        yield


def by_hand(cost: str, formula: str, **point: float) -> Report:
    """The formula typed for the first of the names."""
    report, *_ = check_expression(cost, point, {next(iter(point)): formula})
    return report


# ── slopes that are 0 ──


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


def test_tiny_slopes_are_no_zeros() -> None:
    """σ′(−1000) = e⁻¹⁰⁰⁰: small, and still judged to every digit."""
    x = Value(-1000.0, label="x")
    found, error, _ = Judge(sigmoid(x)).slope(x)
    context = Judge(sigmoid(x)).context
    assert abs(found / context.exp(-1000) - 1) < 1e-20 and error < 1e-20 * found
    assert check(sigmoid(x), {x: "0"}).entries[0].verdict != RIGHT
    assert check(sigmoid(x), {x: 1.001 * sigmoid(x)}).exit_status == 1


# ── slopes that are infinite or missing ──


@pytest.mark.parametrize(
    ("f", "at"), [(sqrt, 0.0), (cbrt, 0.0), (lambda x: 0 * sqrt(x), 0.0), (lambda x: x.asin(), 1.0)]
)
@pytest.mark.parametrize("answer", ["0", "5", "1e9"])
def test_no_number_is_right_where_the_slope_is_infinite(f: object, at: float, answer: str) -> None:
    x = Value(at, label="x")
    report = check(f(x), {x: answer})  # type: ignore[operator]
    assert report["x"].verdict == UNDECIDED and report.exit_status == 2
    assert "no finite slope" in report["x"].remark


@pytest.mark.parametrize(("f", "at"), [(floor, 2.0), (sign, 0.0), (step, 0.0)])
def test_at_a_jump_the_convention_counts(f: object, at: float) -> None:
    x = Value(at, label="x")
    assert check(f(x), {x: "0"})["x"].verdict == RIGHT  # type: ignore[operator]
    assert check(f(x), {x: "3"})["x"].verdict == WRONG  # type: ignore[operator]


def test_a_kink_that_no_row_announces() -> None:
    x = Value(0.0, label="x")
    assert check(sqrt(x**2), {x: "0.5"})["x"].verdict == KINK
    assert check(sqrt(x**2), {x: "1.5"})["x"].verdict == WRONG


# ── conventions are about squared errors ──


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
def test_a_forgotten_inner_derivative_is_no_convention(
    cost: str, formula: str, point: dict[str, float]
) -> None:
    report = by_hand(cost, formula, **point)
    assert report.exit_status == 1 and report.diagnosis is not None
    if "**2" not in cost:
        assert report.diagnosis.keys == ("inner",) and "inner derivative" in str(report)


@pytest.mark.parametrize(("cost", "formula"), [("x**4", "2*x**3"), ("3*x", "3/2"), ("x**2", "x")])
def test_half_of_anything_is_no_convention(cost: str, formula: str) -> None:
    assert by_hand(cost, formula, x=1.0).entries[0].verdict == WRONG


def test_half_of_a_squared_error_is_one() -> None:
    assert by_hand("(w*x - y)**2", "(w*x - y)*x", w=1, x=2, y=5).entries[0].verdict == CONVENTION


@pytest.mark.parametrize("sigma", ["1/(1 + exp(-(w*x + b)))", "1/(exp(-(w*x + b)) + 1)"])
def test_a_sigmoid_is_known_however_it_is_written(sigma: str) -> None:
    """The derivative of the transfer function is missing, and said to be."""
    values = {"w": 0.5, "x": 1.5, "b": 0.1, "y": 1.0}
    formulas = {"w": "2*(a - y)*x", "b": "2*(a - y)"}
    report, *_ = check_expression(f"({sigma} - y)**2", values, formulas, where={"a": sigma})
    assert report.diagnosis is not None and report.diagnosis.keys == ("M9",)
    right = {"w": "2*(a - y)*a*(1 - a)*x", "b": "2*(a - y)*a*(1 - a)"}
    report, *_ = check_expression(f"({sigma} - y)**2", values, right, where={"a": sigma})
    assert report.ok


# ── floats and points ──


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


def test_all_zeros_ask_for_the_backward_pass() -> None:
    w, b = Value(1.0, label="w"), Value(2.0, label="b")
    report = check((w * 3 + b) ** 2 + exp(w) - log(b), {w: "0", b: "0"})
    assert report.exit_status == 1 and "did the backward pass happen" in str(report)
