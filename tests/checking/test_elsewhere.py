"""A function at other numbers: wrong there though right here, or right there though wrong here."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from tests.checking.test_nonfinite import words
from tests.shared import in_matrices
from tinygrad_fr import Report, Value, check, to_numpy, use
from tinygrad_fr.nn import MLP, losses
from tinygrad_fr.program.program import Program

rng = np.random.default_rng(5)
X, Y = rng.normal(size=(20, 2)), np.eye(3)[rng.integers(0, 3, 20)]
SOURCE = """
def backprop(W1, b1, W2, b2, X, Y):
    m = len(X)
    Z1 = X @ W1.T + b1
    A1 = 1 / (1 + np.exp(-Z1))
    Z2 = A1 @ W2.T + b2
    E = np.exp(Z2 - Z2.max(1, keepdims=True))
    P = E / E.sum(1, keepdims=True)
    D2 = P - Y
    D1 = (D2 @ W2) * A1 * (1 - A1)
    return D1.T @ X / m, D1.sum(0) / m, D2.T @ A1 / m, D2.sum(0) / m
"""


@cache
def net(penalty: float = 0.0, factor: float = 1.0) -> Program:
    """2-4-3, every bias 0; its weights are as large as `factor` says."""
    model = MLP(2, [4, 3], activation="sigmoid", output="linear", seed=1)
    for p in model.parameters():
        p.data *= factor
    x = [Value(0.5, label=f"x_{i}") for i in (1, 2)]
    y = [Value(float(i == 1), label=f"y_{i}") for i in (1, 2, 3)]
    L = losses.cross_entropy([model(x)], [y])
    if penalty:
        L = L + losses.l2_penalty(model.parameters(), penalty)
    return to_numpy(L, [x, y], model.parameters())


def hand(*changes: str) -> Any:
    return in_matrices(SOURCE, *changes)


def judged(program: Program, function: Any, data: Any = X, lang: str = "en") -> tuple[Report, str]:
    with use(lang), np.errstate(all="ignore"):
        report = check(program, data, Y, hand=function)
    return report, words(report, lang)


# ── right here, wrong elsewhere ──


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        (["A1 @ W2.T + b2", "A1 @ W2.T"], "Z2 = A1 @ W2.T instead of Z2 = A1 @ W2.T + b2"),
        (["X @ W1.T + b1", "X @ W1.T - b1"], "Z1 = X @ W1.T - b1 instead of Z1 = X @ W1.T + b1"),
    ],
)
def test_a_bias_that_is_0_hides_no_mistake(changes: list[str], line: str) -> None:
    report, text = judged(net(), hand(*changes))
    assert report.exit_status == 1 and line in text
    assert "wrong as soon as the parameters change a little: 3 tries of 3." in text
    assert "right here, wrong elsewhere" in {e.remark for e in report.entries}
    assert {e.verdict for e in report.entries} <= {"wrong", "float"}
    _, french = judged(net(), hand(*changes), lang="fr")
    assert "faux dès que les paramètres changent un peu : 3 essais sur 3." in french


def test_what_was_worked_out_beforehand_is_right() -> None:
    found = [net()(X, Y)[1][f.name] for f in net().parameters]
    report, _ = judged(net(), lambda *_: found)
    assert report.ok and not report.notes


def test_a_function_of_its_own_data_is_right() -> None:
    own = hand()
    report, _ = judged(net(), lambda W1, b1, W2, b2, _x, _y: own(W1, b1, W2, b2, X, Y))
    assert report.ok and not report.notes


def test_a_function_that_stops_elsewhere_is_right() -> None:
    only = hand("m = len(X)", "m = len(X); assert not b1.any()")
    report, _ = judged(net(), only)
    assert report.ok and not report.notes


# ── nearly right ──

PENALTY = ["D1.T @ X / m", "D1.T @ X / m + 2e-6 * W1", "D2.T @ A1 / m", "D2.T @ A1 / m + 2e-6 * W2"]


@pytest.mark.slow
def test_a_small_term_that_is_missing_is_missing() -> None:
    assert judged(net(1e-6), hand(*PENALTY))[0].ok
    for changes in ([], PENALTY[2:]):
        report, text = judged(net(1e-6), hand(*changes))
        assert report.exit_status == 1 and "wrong" in {e.verdict for e in report.entries}
        assert "a term is forgotten: " in text
        assert "dW1 = D1.T @ X / m instead of dW1 = D1.T @ X / m + 2e-06 * W1" in text


def test_how_near_it_is_is_told() -> None:
    report, text = judged(net(), hand("/ E.sum(1, keepdims=True)", "/ (E.sum(1)[:, None] + 1e-8)"))
    assert report.ok and "10⁻" in text and ", no better: single precision, an ε" in text
    _, french = judged(
        net(), hand("E.sum(1, keepdims=True)", "(E.sum(1)[:, None] + 1e-8)"), X, "fr"
    )
    assert ", pas mieux : simple précision, un ε, une différence finie ?" in french


# ── wrong here, right elsewhere ──


def test_digits_that_floats_lose_are_no_mistake() -> None:
    slope, far = "* A1 * (1 - A1)", np.abs(X) + 20
    better = hand(slope, "* np.exp(-Z1) / (1 + np.exp(-Z1)) ** 2")
    worse = [slope, "* (S - S**2)", "D2 = P - Y", "D2 = P - Y; S = (1 + np.tanh(Z1 / 2)) / 2"]
    saturated = net(factor=20.0)
    assert judged(saturated, better, far)[0].ok
    report, text = judged(saturated, hand(*worse), far)
    assert report.ok and "here floats lose digits" in {e.remark for e in report.entries}
    assert "The formulas are right: with other numbers" in text and "3 tries of 3" in text
    _, french = judged(saturated, hand(*worse), far, "fr")
    assert "Les formules sont justes : avec d’autres nombres" in french
    report, text = judged(saturated, hand(*worse, "P - Y; S", "Y - P; S"), far)
    assert not report.ok and "The formulas are right" not in text


def test_a_formula_that_overflows_is_wrong_here_and_right() -> None:
    overflow = hand(
        "E / E.sum(1, keepdims=True)", "np.exp(Z2 - np.log(np.exp(Z2).sum(1))[:, None])"
    )
    report, text = judged(net(factor=3000.0), overflow)
    assert report.exit_status == 1 and "The formulas are right" in text
    assert "In hand, line " in text and "exp is beyond the largest float." in text
