"""Check it: mistakes that are one here and two elsewhere; a sign that any step may have lost."""

from __future__ import annotations

import pytest

from tinygrad_fr.checking.typed import check_expression
from tinygrad_fr.words import use


def said(cost: str, at: dict[str, float], lang: str = "en", **numbers: str) -> str:
    with use(lang):
        return str(check_expression(cost, at, numbers=numbers)[0].diagnosis)


def test_both_are_told_where_their_numbers_are_the_same_here_only() -> None:
    """2·w² and w are one at w = ½."""
    told = said("(w*x - y)**2 + r*w**2", dict(w=0.5, x=1.3, y=2, r=0.37), w="-3.325")
    assert "the exponent is not lowered" in told and "; or: uⁿ⁻¹: the factor n is forgotten" in told


def test_one_is_told_where_the_other_has_other_numbers() -> None:
    told = said("(w*x - y)**2 + r*w**2", dict(w=0.7, x=1.3, y=2, r=0.37), w="-2.4713")
    assert "the exponent is not lowered" in told and "or:" not in told


def test_what_is_the_same_everywhere_is_told_once() -> None:
    """w for 2w, (n − 1)·uⁿ⁻¹ and a factor 2 forgotten are one thing."""
    told = said("(w*x - y)**2 + r*w**2", dict(w=0.7, x=1.3, y=2, r=0.37), w="-2.575")
    assert "the factor n is forgotten" in told and "or:" not in told


@pytest.mark.parametrize(
    ("lang", "words"), [("en", "multiplied by −1; for instance: "), ("fr", " ; par exemple : ")]
)
def test_a_sign_that_any_step_may_have_lost(lang: str, words: str) -> None:
    """At 1 + x², at √ or at x²: nobody knows where."""
    told = said("sqrt(1+x**2)", dict(x=0.9), lang, x="-0.668965")
    assert words in told.replace("\N{NARROW NO-BREAK SPACE}", " "), told


def test_a_sign_that_one_rule_has_is_told_of_it() -> None:
    with use("en"):
        hand = {"x": "(sin(x)*2*x - cos(x)*(1+x**2))/(1+x**2)**2"}
        told = str(check_expression("sin(x)/(1+x**2)", {"x": 0.8}, hand)[0].diagnosis)
    assert "in this order" in told and "for instance" not in told, told
