"""What counts as a number, and constants with as many digits as the number beside them."""

from __future__ import annotations

import math
from fractions import Fraction as F
from typing import Any

import mpmath
import numpy as np
import pytest

from tinygrad_fr.engine import Value
from tinygrad_fr.formula.symbol import Symbol
from tinygrad_fr.numbers import infinite, is_real, like, pi, too_large
from tinygrad_fr.ops import TABLE

CONTEXT = mpmath.MPContext()
CONTEXT.dps = 40


@pytest.mark.parametrize(
    "x", [1.0, 1, True, F(1, 3), mpmath.mpf(2), np.float32(1.5), np.int64(3), math.nan, math.inf]
)
def test_one_real_number(x: Any) -> None:
    assert is_real(x)


@pytest.mark.parametrize(
    "x", [1j, "1", b"1", None, [1.0], (1.0,), np.array([1.0]), np.array([1.0, 2.0]), {}, object()]
)
def test_no_real_number(x: Any) -> None:
    assert not is_real(x)


def test_an_integer_in_the_arithmetic_of_another() -> None:
    assert type(like(2, 1.5)) is float and like(2, 1.5) == 2.0
    assert type(like(2, F(1, 3))) is F and type(like(2, 7)) is float
    assert like(2, CONTEXT.mpf(1)).context is CONTEXT
    assert like(1, Value(F(1, 3))) == F(1) and str(like(2, Symbol("a"))) == "2"
    two = like(2, Value(F(1, 3)))  # beside a node, the leaf of a constant
    assert type(two) is Value and two.constant and type(two.data) is F and two.data == 2


def test_pi_has_the_digits_of_its_neighbour() -> None:
    assert pi(1.0) == math.pi and str(pi(Symbol("a"))) == "π"
    assert abs(pi(CONTEXT.mpf(1)) - CONTEXT.pi) < CONTEXT.mpf(10) ** -38
    assert abs(pi(CONTEXT.mpf(1)) - math.pi) > CONTEXT.mpf(10) ** -20


def test_a_number_too_large_for_a_float() -> None:
    assert too_large(10**309) and too_large(F(-(10**400), 3)) and not too_large(10**308)
    assert not too_large(math.inf) and not too_large(math.nan)
    assert infinite(-math.inf) and not infinite(1e308) and not infinite(math.nan)


def test_a_whole_number_beside_digits_costs_none() -> None:
    x = CONTEXT.mpf(1) / 3
    for row, inputs in ((TABLE["bce_with_logits"], (2, x)), (TABLE["power_log"], (x, 3))):
        exact = row.compute(*map(CONTEXT.mpf, inputs))
        assert abs(row.compute(*inputs) - exact) < CONTEXT.mpf(10) ** -38
