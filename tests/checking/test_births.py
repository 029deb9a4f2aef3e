"""Check it: where a NaN or an ∞ that a report shows was born."""

from __future__ import annotations

import pytest

from tinygrad_fr.checking.births import births
from tinygrad_fr.checking.check import check
from tinygrad_fr.checking.typed import check_expression
from tinygrad_fr.checking.verdict import UNDECIDED, WRONG, Entry
from tinygrad_fr.engine import Value
from tinygrad_fr.words import use


@pytest.mark.parametrize(
    ("lang", "told"),
    [
        ("fr", "∞ naît dans ∂L/∂w\u202f: la pente de √w en w = 0 est ∞"),
        ("en", "∞ is born in ∂L/∂w: the slope of √w at w = 0 is ∞"),
    ],
)
def test_an_infinite_slope_says_where_it_was_born(lang: str, told: str) -> None:
    with use(lang):
        report = check_expression("sqrt(w)", {"w": 0.0}, numbers={"w": "1"})[0]
    assert report.entries[0].verdict == UNDECIDED and report.notes == [told]
    assert told in str(report)


def test_the_gradients_of_others_are_not_touched() -> None:
    w = Value(0.0, label="w")
    w.grad = 7.0
    L = w.sqrt()
    with use("en"):
        assert "is born" in check(L, {w: 1.0}).notes[0]
    assert (w.grad, L.grad) == (7.0, 0.0)


def test_a_formula_by_hand_says_it_too() -> None:
    x = Value(1000.0, label="x")
    entry = Entry("x", float("nan"), 1.0, WRONG)
    with use("en"):
        told = births(x * x, [entry], {"x": x.exp() - x.exp()})
        assert told == [
            "Your formula for x: ∞ is born at exp(x): exp(1000) is beyond the largest float; "
            "NaN is born at ∂L/∂x = exp(x) − exp(x): ∞ − ∞"
        ]
    with use("fr"):
        assert births(x * x, [entry], {"x": x.exp()})[0].startswith("Votre formule pour x")


def test_what_is_finite_or_no_number_at_all_says_nothing() -> None:
    x = Value(2.0, label="x")
    assert births(x * x, [Entry("x", 1.0, 4.0), Entry("W1", None, None, WRONG)], {}) == []
    assert check(x * x, {x: 4.0}).notes == []
