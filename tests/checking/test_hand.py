"""Check it: what a student gives, a number, a formula or a function of the point."""

from __future__ import annotations

import math
from fractions import Fraction as F

import pytest

from tests.shared import named, neuron
from tinygrad_fr.checking.check import check
from tinygrad_fr.checking.hand import Hand, as_typed
from tinygrad_fr.checking.judge import Judge
from tinygrad_fr.checking.verdict import FLOAT, RIGHT, UNDECIDED, WRONG
from tinygrad_fr.engine import Value
from tinygrad_fr.ops import tanh
from tinygrad_fr.reading.number import read_numbers


@pytest.mark.parametrize(
    ("text", "value", "room"),
    [
        ("0,25", F(1, 4), F(1, 100)),
        ("-3/2", F(-3, 2), F(0)),
        ("1,2e-3", F(12, 10000), F(1, 10000)),
        ("−2", F(-2), F(1)),
        ("0", F(0), F(0)),
        ("0,00", F(0), F(1, 100)),
        ("1.50", F(3, 2), F(1, 100)),
    ],
)
def test_numbers_as_typed(text: str, value: F, room: F) -> None:
    assert (as_typed(text).value, as_typed(text).tolerance) == (value, room)


def test_an_answer_of_several_numbers_has_semicolons() -> None:
    assert [n.value for n in read_numbers("1,5; -3/2; 0,25")] == [F(3, 2), F(-3, 2), F(1, 4)]


@pytest.mark.parametrize(
    "text", ["", ".", "1/0", "1,2,3", "e", "--1", "1e99999", "nan", "inf", "0x10"]
)
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        as_typed(text)


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


def test_functions_of_the_labels_and_double_precision_functions() -> None:
    w, x, y = named(w=1.0, x=2.0, y=4.0)
    L = tanh(x * w - y)
    exact = check(L, {w: lambda w, x, y: x * (1 - tanh(x * w - y) ** 2)})
    assert exact["w"].verdict == RIGHT
    double = check(L, {w: lambda w, x, y: x * (1 - math.tanh(float(x * w - y)) ** 2)})
    assert double.ok
    with pytest.raises(ValueError, match="eta"):
        check(L, {w: lambda eta: eta})


def test_a_formula_can_be_asked_anywhere_a_number_only_here() -> None:
    w, x = named(w=2.0, x=3.0)
    judge = Judge(w * x)
    elsewhere = {w: judge.exact(5), x: judge.exact(7)}
    for given, is_formula, expected in (
        (w + x, True, 12),
        (lambda w, x: w - x, True, -2),
        ("1,5", False, F(3, 2)),
        (1.5, False, F(3, 2)),
    ):
        hand = Hand.of(given, judge.exact)
        assert hand.is_formula is is_formula
        assert hand.at(elsewhere, judge.constant).value == expected
