"""The number that a constant spells: decimals as fractions, computed floats as themselves."""

from __future__ import annotations

from fractions import Fraction as F

import mpmath
import pytest

from tinygrad_fr.engine import Value
from tinygrad_fr.exact import in_digits, meant, spelled


@pytest.mark.parametrize(
    ("x", "number"),
    [(0.1, F(1, 10)), (-2.5, F(-5, 2)), (3, F(3)), (F(1, 3), F(1, 3)), (1e-7, F(1, 10**7))],
)
def test_a_decimal_is_the_fraction_it_spells(x: object, number: F) -> None:
    assert spelled(x) == number == meant(Value(x))


@pytest.mark.parametrize("x", [0.1 + 0.2, 1 / 3, float("nan"), float("inf")])
def test_what_was_computed_spells_nothing(x: float) -> None:
    assert spelled(x) is None


def test_a_constant_has_all_the_digits_of_the_context() -> None:
    context = mpmath.mp.clone()
    context.dps = 60
    assert in_digits(0.1, context) * 10 == 1 != context.mpf(0.1) * 10
    assert in_digits(1 / 3, context) == context.mpf(1 / 3)
    leaf = Value(3.14)
    leaf.exact = "pi"
    assert in_digits(leaf, context) == +context.pi
