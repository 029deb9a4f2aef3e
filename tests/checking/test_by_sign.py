"""Check it: |u| or √u² taken for u before it is differentiated."""

from __future__ import annotations

import pytest

from tinygrad_fr.checking.typed import check_expression
from tinygrad_fr.words import use


@pytest.mark.parametrize(
    ("cost", "u", "hand", "words"),
    [
        ("sqrt(u**2)", -0.7, "1", "√(u²) taken for u: that is true where u > 0 only"),
        ("sqrt(u*u)", -0.7, "1", "taken for u: that is true where u > 0 only"),
        ("(u**4)**0.25", 0.7, "1", "taken for u: that is true where u > 0 only"),
        ("(u**2)**1.5", -0.7, "3*u**2", "(u²)^1.5 taken for u^3: that is true where u > 0"),
        ("abs(u)*u", 0.7, "2*u", "|u| taken for u: that is true where u > 0 only"),
        ("exp(abs(u-1))", 0.7, "exp(u-1)", "|u − 1| taken for u − 1: that is true where u − 1"),
    ],
)
def test_a_sign_is_lost_before_deriving(cost: str, u: float, hand: str, words: str) -> None:
    with use("en"):
        report, *_ = check_expression(cost, {"u": u}, {"u": hand})
        assert words in str(report.diagnosis), str(report.diagnosis)


@pytest.mark.parametrize(
    ("cost", "hand"), [("abs(u-3)", "1"), ("abs(u-3)*2 + u", "3"), ("(u**2)**2", "4*u**2")]
)
def test_a_slope_alone_is_told_by_its_own_name(cost: str, hand: str) -> None:
    with use("en"):
        report, *_ = check_expression(cost, {"u": 0.7}, {"u": hand})
        assert "taken for" not in str(report.diagnosis), str(report.diagnosis)
