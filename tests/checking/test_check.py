"""Check it: formulas and numbers, right, wrong, named; bad input is one clear line."""

from __future__ import annotations

from typing import Any

import pytest

from tests.shared import named, neuron
from tinygrad_fr.checking.check import check
from tinygrad_fr.checking.typed import check_expression
from tinygrad_fr.checking.verdict import RIGHT, WRONG
from tinygrad_fr.words import use


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
    assert not check(L, {w: right * error}).ok
    assert not check(L, {w: right * error}, points=0).ok  # the student's own point sees it alone


def test_a_formula_right_at_this_point_only_is_wrong() -> None:
    w, x = named(w=2.0, x=3.0)
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
        assert "What is ∂σ(u)/∂u?" in text and "4.77" in text
    with use("fr"):
        text = str(check(L, {w: 2 * (a - y) * x, b: 2 * (a - y)}))
        assert "dérivée de la fonction de transfert oubliée" in text and "4,77" in text


def test_the_wrong_sign_is_a_mistake_that_some_updates_forgive() -> None:
    w, x, y = named(w=1.0, x=2.0, y=4.0)
    with use("en"):
        report = check((x * w - y) ** 2, {w: 2 * x * (y - x * w)})
        assert not report.ok and report.diagnosis is not None and "M6" in report.diagnosis.keys
        assert "w := w + λ·g" in str(report)


def test_bad_input_is_one_clear_line() -> None:
    L, w, *_ = neuron()
    with use("en"):
        with pytest.raises(
            ValueError, match="'q' is not a parameter of this graph; it has w, x, b, y"
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


def test_the_graph_is_left_as_it_was() -> None:
    L, w, x, b, y, a = neuron()
    before: list[Any] = [(v.data, v.grad) for v in (L, w, x, b, y, a)]
    check(L, {w: 2 * (a - y) * x})
    assert before == [(v.data, v.grad) for v in (L, w, x, b, y, a)]


@pytest.mark.parametrize(
    ("cost", "at", "formula", "remark"),
    [
        ("0.1*w**3", {"w": 2.0}, "0.3*w**2", ""),
        ("bce_with_logits(w, 0.1)", {"w": 2.25}, "sigmoid(w)-0.1", ""),
        ("tanh(x)", {"x": 150.0}, "1/cosh(x)**2", ""),
        ("cos(w)", {"w": 1e9}, "-sin(w)", ""),
        ("w/x*(x*w)", {"x": -4.735496971679314, "w": 34.00360027081177}, "-w*w/x + w*w/x", ""),
        ("step(x)**(1/2)", {"x": -1.26}, "0", ""),
        ("log10(x)", {"x": 3.0}, "0.4343/x", "0.4343 for 1/ln 10"),
        ("x**3/9", {"x": 2.0}, "0.3333*x**2", "0.3333 for 1/3"),
    ],
)
def test_decimals_constants_and_tails_are_no_false_alarm(
    cost: str, at: dict[str, float], formula: str, remark: str
) -> None:
    with use("en"):
        report = check_expression(cost, at, {next(iter(at)): formula})[0]
    assert report.ok and remark in report.entries[0].remark, str(report)


@pytest.mark.parametrize(
    ("cost", "at", "formula"),
    [
        ("log10(x)", {"x": 3.0}, "0.4344/x"),
        ("x**3/9", {"x": 2.0}, "0.334*x**2"),
        ("0.1*w**3", {"w": 2.0}, "0.3000001*w**2"),
        ("x + exp(w)", {"x": 1.0, "w": 300.0}, "1.000000001"),
    ],
)
def test_a_decimal_that_is_off_is_wrong(cost: str, at: dict[str, float], formula: str) -> None:
    assert check_expression(cost, at, {"x" if "x" in at else "w": formula})[0].exit_status == 1
