"""Check it: slopes of floats, with an error that is never smaller than it should be."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from tinygrad_fr.checking.differences import differences

CASES: list[tuple[Callable[[float], float], float, float]] = [
    (math.exp, 1.0, math.e),
    (lambda x: x**3, 2.0, 12.0),
    (math.tanh, 0.3, 1 - math.tanh(0.3) ** 2),
    (math.log, 1e-3, 1e3),
    (lambda x: 1e6 + math.sin(x), 0.5, math.cos(0.5)),
    (lambda x: max(0.0, x), 0.004, 1.0),
]


@pytest.mark.parametrize("case", range(len(CASES)))
def test_the_slope_lies_within_its_error(case: int) -> None:
    f, x, slope = CASES[case]
    found, error = differences(f, x)
    assert abs(found - slope) <= error <= 1e-6 * max(abs(slope), 1.0)


def test_an_ordinary_slope_has_ten_digits() -> None:
    found, error = differences(lambda x: math.exp(-x) * x, 0.7)
    assert abs(found - math.exp(-0.7) * 0.3) < 1e-11 and error < 1e-10
