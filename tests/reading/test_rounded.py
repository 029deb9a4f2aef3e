"""A constant that was rounded is recognised, and no other."""

from __future__ import annotations

from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Decimal
from fractions import Fraction as F

import mpmath
import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st

from tinygrad_fr.engine import Value
from tinygrad_fr.exact import IRRATIONAL, in_digits
from tinygrad_fr.reading.rounded import meanings


def spelled(typed: str | F) -> list[str]:
    return [meaning.spelled for meaning in meanings(typed)]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("3.14", ["π"]),
        ("3,1416", ["π"]),
        ("3.1415", ["π"]),  # cut off
        ("3.141592653589793", ["π"]),
        ("2.72", ["e"]),
        ("2.718", ["e"]),
        ("1.41", ["√2"]),
        ("1.4142135623730951", ["√2"]),  # a float: its 17th digit is not √2's
        ("1.772", ["√π"]),
        ("1.128", ["2/√π"]),
        ("0.693", ["ln 2"]),
        ("2.30", ["ln 10"]),
        ("0.4343", ["1/ln 10"]),
        ("0.4342944819032518", ["1/ln 10"]),
        ("0.3333", ["1/3"]),
        ("0.6667", ["2/3"]),
        ("0.6666", ["2/3"]),
        ("-0,1667", ["−1/6"]),
        ("1.333", ["4/3"]),
        ("0.08333", ["1/12"]),
        # none of them
        ("3.1", []),
        ("0.69", []),
        ("0.333", []),
        ("3.15", []),
        ("0.435", []),
        ("-3.14", []),
        ("0.3334", []),
        ("0.07692", []),  # 1/13
        ("0.5000", []),  # ½ is what it says already
        ("1/3", []),
        ("0", []),
        ("1234", []),
    ],
)
def test_what_a_rounded_constant_may_stand_for(typed: str, expected: list[str]) -> None:
    assert spelled(typed) == expected


def test_the_exact_value_will_do() -> None:
    assert spelled(F(4343, 10000)) == ["1/ln 10"] and spelled(F(1, 3)) == []
    assert meanings(F(-6667, 10000))[0].exact == F(-2, 3)


@pytest.mark.parametrize("name", IRRATIONAL)
@pytest.mark.parametrize("digits", [3, 4, 7, 12, 15])
def test_every_number_with_a_name_is_recognised_rounded_and_cut_off(name: str, digits: int) -> None:
    context = mpmath.mp.clone()
    context.dps = 40
    leaf = Value(0.0)
    leaf.exact = name
    exact = Decimal(mpmath.nstr(in_digits(leaf, context), 35))
    place = Decimal(1).scaleb(exact.adjusted() - digits + 1)
    for how in (ROUND_HALF_EVEN, ROUND_DOWN):
        assert name in [m.exact for m in meanings(f"{exact.quantize(place, how)}")]
    assert name not in [m.exact for m in meanings(f"{exact.quantize(place, ROUND_DOWN) - place}")]


@seed(7)
@settings(max_examples=200, deadline=None)
@given(st.integers(1, 60), st.integers(2, 12), st.integers(4, 12))
def test_every_quotient_is_recognised(p: int, q: int, digits: int) -> None:
    ratio = F(p, q)
    typed = f"{Decimal(p) / Decimal(q):.{digits - 1}e}"
    assert F(typed) == ratio or ratio in [m.exact for m in meanings(typed)]
