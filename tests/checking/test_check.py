"""Check it: verdicts on formulas and numbers, kinks, conventions, and the report itself."""

from __future__ import annotations

import math
from fractions import Fraction as F
from typing import Any

import pytest

from tinygrad_fr.checking.check import check
from tinygrad_fr.checking.hand import as_typed
from tinygrad_fr.checking.judge import Judge
from tinygrad_fr.checking.verdict import CONVENTION, FLOAT, KINK, RIGHT, UNDECIDED, WRONG
from tinygrad_fr.engine import Value
from tinygrad_fr.ops import exp, log, relu, sigmoid, sqrt, tanh
from tinygrad_fr.reading.number import read_numbers
from tinygrad_fr.words import use


def leaves(**numbers: float) -> list[Value]:
    return [Value(x, label=name) for name, x in numbers.items()]


def neuron() -> tuple[Value, Value, Value, Value, Value, Value]:
    w, x, b, y = leaves(w=0.5, x=1.5, b=0.1, y=1.0)
    a = sigmoid(w * x + b)
    return (a - y) ** 2, w, x, b, y, a


def test_the_judge_has_thirty_right_digits_without_any_rule() -> None:
    """d/dx exp(tanh x·x²) against mpmath's own derivative of the same function."""
    (x,) = leaves(x=0.7)
    judge = Judge(exp(tanh(x) * x**2))
    context = judge.context
    slope, bound, sides = judge.slope(x)
    right = context.diff(lambda t: context.exp(context.tanh(t) * t**2), context.mpf(0.7))
    assert abs(slope - right) < context.mpf(10) ** -30 and not sides
    assert abs(slope - right) <= bound


@pytest.mark.parametrize("scale", [1e-300, 1e-8, 1.0, 1e8, 1e150])
def test_the_judge_at_every_scale(scale: float) -> None:
    (x,) = leaves(x=scale)
    slope, _, _ = Judge(x**2).slope(x)
    assert abs(slope / (2 * Judge(x).exact(scale)) - 1) <= 1e-25


def test_a_right_formula_is_right_everywhere() -> None:
    L, w, x, b, y, a = neuron()
    report = check(L, {w: 2 * (a - y) * a * (1 - a) * x, "b": 2 * (a - y) * a * (1 - a)})
    assert report.ok and report.exit_status == 0
    assert report["w"].verdict == report["b"].verdict == RIGHT and report.diagnosis is None


@pytest.mark.parametrize("error", [2.0, -1.0, 1.001, 1.000001, 1 + 1e-12])
def test_a_planted_error_in_a_formula_is_wrong(error: float) -> None:
    L, w, x, b, y, a = neuron()
    right = 2 * (a - y) * a * (1 - a) * x
    assert check(L, {w: right}).ok
    assert not check(L, {w: right * error}).ok or error == 2.0 / 2


def test_a_formula_right_at_this_point_only_is_wrong() -> None:
    w, x = leaves(w=2.0, x=3.0)
    report = check(w * w * x, {w: w * x + x * w + (w - 2.0) * x, x: w + w})
    with use("en"):
        report = check(w * w * x, {w: 2 * w * x + (w - 2.0) * x, x: w + w})
        assert report["w"].verdict == WRONG and "right at this point" in report["w"].remark
        assert report["x"].verdict == WRONG


def test_the_forgotten_derivative_is_named_with_a_hint() -> None:
    L, w, x, b, y, a = neuron()
    with use("en"):
        report = check(L, {w: 2 * (a - y) * x, b: 2 * (a - y)})
        assert report.exit_status == 1 and report.diagnosis is not None
        assert report.diagnosis.keys == ("M9",)
        text = str(report)
        assert "the derivative of the transfer function is missing" in text
        assert "What is ∂a/∂z?" in text and "4.77" in text
    with use("fr"):
        text = str(check(L, {w: 2 * (a - y) * x, b: 2 * (a - y)}))
        assert "dérivée de la fonction de transfert oubliée" in text and "4,77" in text


def test_conventions_are_not_mistakes() -> None:
    L, w, x, b, y, a = neuron()
    half = (a - y) * a * (1 - a)
    with use("en"):
        report = check(L, {w: half * x, b: half})
        assert report.ok and report["w"].verdict == CONVENTION
        assert "½" in str(report) and "multiply by 2" in str(report)


def test_the_wrong_sign_is_a_mistake_that_some_updates_forgive() -> None:
    w, x, y = leaves(w=1.0, x=2.0, y=4.0)
    with use("en"):
        report = check((x * w - y) ** 2, {w: 2 * x * (y - x * w)})
        assert not report.ok and report.diagnosis is not None and "M6" in report.diagnosis.keys
        assert "w := w + λ·g" in str(report)


def test_functions_of_the_labels_and_double_precision_functions() -> None:
    w, x, y = leaves(w=1.0, x=2.0, y=4.0)
    L = tanh(x * w - y)
    exact = check(L, {w: lambda w, x, y: x * (1 - tanh(x * w - y) ** 2)})
    assert exact["w"].verdict == RIGHT
    double = check(L, {w: lambda w, x, y: x * (1 - math.tanh(float(x * w - y)) ** 2)})
    assert double.ok
    with pytest.raises(ValueError, match="eta"):
        check(L, {w: lambda eta: eta})


def test_numbers_have_the_tolerance_of_their_digits() -> None:
    L, *_ = neuron()  # ∂L/∂w = −0.18836…, ∂L/∂b = −0.12557…
    assert check(L, {"w": "-0,188", "b": "-0.126"}).ok
    assert check(L, {"w": "-0,187"})["w"].verdict == WRONG
    assert check(L, {"w": -0.1884})["w"].verdict == RIGHT
    undecided = check(L, {"w": "-0,2"})
    assert undecided["w"].verdict == UNDECIDED and undecided.exit_status == 2


def test_a_fraction_is_compared_as_a_fraction() -> None:
    w, x = Value(F(1, 3), label="w"), Value(F(2), label="x")
    assert check((w * x - 1) ** 2, {"w": "-4/3"})["w"].verdict in (RIGHT, FLOAT)
    assert not check((w * x - 1) ** 2, {"w": "-5/3"}).ok


def test_no_absolute_floor_a_saturated_neuron() -> None:
    """σ′(40) is 4·10⁻¹⁸: a factor 2 must still be seen."""
    w, x = leaves(w=40.0, x=1.0)
    a = sigmoid(w * x)
    right = exp(-w * x) / (1 + exp(-w * x)) ** 2 * x
    assert check(a, {w: right}).ok
    assert not check(a, {w: 2 * right}).ok


@pytest.mark.parametrize("slope", [0.0, 1.5, 3.0])
def test_any_slope_of_a_kink_will_do(slope: float) -> None:
    (k,) = leaves(k=0.0)
    report = check(relu(k) * 3, {k: slope})
    assert report["k"].verdict == KINK and report.ok


def test_a_slope_beyond_the_kink_is_wrong() -> None:
    (k,) = leaves(k=0.0)
    assert check(relu(k) * 3, {k: 3.5})["k"].verdict == WRONG


def test_a_kink_nearer_than_the_step_is_seen() -> None:
    (k,) = leaves(k=1.0)
    near = relu(k - (1.0 - 2.0**-45))
    assert check(near, {k: lambda k: 1 + 0 * k}, points=0)["k"].verdict == RIGHT


def test_an_edge_of_the_domain_and_a_large_offset() -> None:
    (x,) = leaves(x=1e-3)
    assert check(sqrt(x) + 1e8, {x: lambda x: 1 / (2 * sqrt(x))}).ok
    assert check(log(x), {x: lambda x: 1 / x}).ok


def test_bad_input_is_one_clear_line() -> None:
    L, w, *_ = neuron()
    with use("en"):
        with pytest.raises(
            ValueError, match="'q' is no parameter of this graph; there is w, x, b, y"
        ):
            check(L, {"q": 1.0})
        with pytest.raises(ValueError, match="not a number"):
            check(L, {"w": "zero"})
        with pytest.raises(ValueError, match="not a finite number"):
            check(L, {"w": float("nan")})
        with pytest.raises(TypeError, match="expects a dictionary"):
            check(L, 3)
        with pytest.raises(KeyError, match="there is w"):
            check(L, {w: "-0.188"})["z"]


@pytest.mark.parametrize(
    ("text", "value", "room"),
    [
        ("0,25", F(1, 4), F(6, 1000)),
        ("-3/2", F(-3, 2), F(0)),
        ("1,2e-3", F(12, 10000), F(6, 100000)),
        ("−2", F(-2), F(6, 10)),
        ("1.50", F(3, 2), F(6, 1000)),
    ],
)
def test_numbers_as_typed(text: str, value: F, room: F) -> None:
    assert (as_typed(text).value, as_typed(text).tolerance) == (value, room)


def test_several_numbers_are_separated_by_semicolons() -> None:
    assert [n.value for n in read_numbers("1,5; -3/2; 0,25")] == [F(3, 2), F(-3, 2), F(1, 4)]


@pytest.mark.parametrize(
    "text", ["", ".", "1/0", "1,2,3", "e", "--1", "1e99999", "nan", "inf", "0x10"]
)
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        as_typed(text)


def test_the_report_shows_itself_escaped() -> None:
    w = Value(2.0, label="<w>")
    html = check(w * w, {w: 4.0})._repr_html_()
    assert "&lt;w&gt;" in html and "<w>" not in html


def test_the_graph_is_left_as_it_was() -> None:
    L, w, x, b, y, a = neuron()
    before: list[Any] = [(v.data, v.grad) for v in (L, w, x, b, y, a)]
    check(L, {w: 2 * (a - y) * x})
    assert before == [(v.data, v.grad) for v in (L, w, x, b, y, a)]
