"""A NaN or an ∞ among the matrices: wrong, where, how many, and the line where it was born."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.checking.test_matrices import X, Y, function, program
from tests.checking.test_rounding import line
from tinygrad_fr import Report, check, use
from tinygrad_fr.checking.verdict import FLOAT, UNDECIDED, WRONG

right = function()


def put(name: str, place: Any, x: float) -> Any:
    """The right function with one number put into what it gives."""

    def hand(*given: Any) -> Any:
        found = dict(zip(("W1", "b1", "W2", "b2"), right(*given), strict=True))
        found[name][place] = x
        return found

    return hand


def words(report: Report, lang: str) -> str:
    with use(lang):
        return " ".join(str(report).replace("\u202f", " ").split())


CASES = [
    ("W1", (1, 0), np.nan, "dW1 : NaN en [1, 0].", "dW1: NaN at [1, 0]."),
    ("b2", 1, -np.inf, "db2 : ∞ en [1].", "db2: ∞ at [1]."),
    (
        "W2",
        (slice(None), slice(1, None)),
        np.nan,
        "dW2 : 4 NaN sur 6 nombres, le premier en [0, 1].",
        "dW2: 4 NaN of 6 numbers, the first at [0, 1].",
    ),
]


@pytest.mark.parametrize(("name", "place", "x", "fr", "en"), CASES)
def test_it_is_wrong_and_told_by_its_place(
    name: str, place: Any, x: float, fr: str, en: str
) -> None:
    for lang, told in (("fr", fr), ("en", en)):
        with use(lang):
            report = check(program(3), X, Y, hand=put(name, place, x))
        assert told in words(report, lang) and report.exit_status == 1
        wrong = [e for e in report.entries if e.verdict == WRONG]
        assert len(wrong) == (4 if name == "W2" else 1)
        assert not any(np.isfinite(e.yours) for e in wrong)
        assert {e.verdict for e in report.entries} == {WRONG, FLOAT}


def test_both_kinds_are_counted() -> None:
    def hand(*given: Any) -> Any:
        found = put("W1", (1, 0), np.nan)(*given)
        found["W1"][2] = np.inf
        return found

    with use("en"):
        report = check(program(3), X, Y, hand=hand)
    assert "dW1: 1 NaN and 2 ∞ of 6 numbers, the first at [1, 0]." in words(report, "en")


def test_the_line_where_it_was_born_is_told() -> None:
    def hand(W1: Any, b1: Any, W2: Any, b2: Any, X: Any, Y: Any) -> Any:
        E = np.exp(1000 + X @ W1.T)
        P = E / E.sum(1, keepdims=True)
        return P.T @ X, b1, W2, b2

    for lang, over, without in (
        ("fr", "exp dépasse le plus grand flottant", "une opération sans valeur (0/0"),
        ("en", "exp is beyond the largest float", "an operation without a value (0/0"),
    ):
        with use(lang), np.errstate(all="ignore"):
            told = words(check(program(3), X, Y, hand=hand), lang)
        first, then = told.index("E = np.exp(1000 + X @ W1.T)"), told.index("P = E / E.sum")
        assert first < told.index(over) < then < told.index(without)

    def divided(*given: Any) -> Any:
        return [a / np.zeros(1) for a in right(*given)]

    with use("en"), np.errstate(all="ignore"):
        told = words(check(program(3), X, Y, hand=divided), "en")
    assert told.count("In hand, line") == 1
    assert "an infinite value (division by 0, log of 0) in divide" in told


@pytest.mark.parametrize("x", [np.nan, np.inf])
def test_where_the_program_has_none_either_nothing_is_decided(x: float) -> None:
    data = np.array(X)
    data[1, 0] = x
    with use("en"), np.errstate(all="ignore"):
        report = check(program(3), data, Y, hand=right)
    shown = "NaN" if x != x else "∞"
    assert f"In the data, X: {shown} at [1, 0]." in words(report, "en")
    assert report.exit_status == 2 and WRONG not in {e.verdict for e in report.entries}
    assert UNDECIDED in {e.verdict for e in report.entries}


def test_the_first_line_of_the_program_that_is_not_finite_is_named() -> None:
    found = line(1e308, 0.1)
    for lang, told in (
        ("fr", "Le programme n’a pas de valeur finie non plus ; Z1 d’abord : ∞ en [0, 0]."),
        ("en", "The program has no finite value either; Z1 is the first: ∞ at [0, 0]."),
    ):
        with use(lang), np.errstate(all="ignore"):
            report = check(found, [[10.0]], [[1.0]], hand=lambda w, b, X, Y: (w, b))
        assert told in words(report, lang) and report.exit_status == 2


def test_an_infinite_gradient_is_not_a_number_by_hand() -> None:
    """Where the program is not finite a number is not said to be wrong."""
    data = np.array(X)
    data[0, 1] = np.nan
    with use("en"):
        report = check(program(3), data, Y, hand=lambda *given: [a * 0 for a in given[:4]])
    assert {e.verdict for e in report.entries} == {UNDECIDED}
