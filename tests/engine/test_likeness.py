"""A node stands in for its number where nothing is lost: compared, shown, not converted."""

from __future__ import annotations

import math
import operator
from fractions import Fraction as F
from typing import Any

import numpy as np
import pytest

from tinygrad_fr.engine import Value
from tinygrad_fr.words import use


@pytest.mark.parametrize("convert", [float, int, math.exp, math.floor, complex])
def test_losing_the_gradient_is_refused_with_the_way_out(convert: Any) -> None:
    with (
        use("en"),
        pytest.raises(TypeError, match=r"v\.exp\(\).*v\.data|must be real number|__floor__"),
    ):
        convert(Value(1.0))


@pytest.mark.parametrize(
    "convert",
    [
        float,
        int,
        complex,
        math.exp,
        math.sqrt,
        math.isnan,
        math.floor,
        range,
        lambda v: [0, 1][v],
        lambda v: np.array([v], dtype=float),
    ],
)
def test_no_conversion_loses_the_gradient(convert: Any) -> None:
    with use("en"), pytest.raises(TypeError, match=r"v\.exp\(\).*v\.data"):
        convert(Value(1.0))
    with use("fr"), pytest.raises(TypeError, match=r"perdrait le gradient"):
        convert(Value(1.0))


def test_rounding_is_no_operation() -> None:
    with pytest.raises(TypeError):
        round(Value(1.0))
    for swallow in (len, list, bytes, iter, sum):
        with pytest.raises((TypeError, AttributeError)):
            swallow(Value(1.0))  # type: ignore[operator]


def test_no_door_that_swallows_the_graph() -> None:
    for name in ("__array__", "__len__", "__iter__", "__bool__", "__getitem__", "__eq__"):
        assert name not in Value.__dict__


def test_comparisons_are_on_data_and_identity_is_identity() -> None:
    a, b = Value(1.0), Value(1.0)
    assert a != b and a == a and len({a, b}) == 2 and bool(Value(0.0))
    assert (a <= b) is True and (a < b) is False and (a < 2) is True and (a > 0.5) is True
    assert max(a, Value(2.0)).data == 2.0


def test_truth_and_hash_do_not_look_at_the_number() -> None:
    zero = Value(0.0)
    assert bool(zero) and zero and zero != Value(0.0) and zero == zero and zero in [zero]
    assert zero not in [Value(0.0)] and {zero: 1}[zero] == 1
    nan = Value(math.nan)
    assert nan == nan and not nan < nan and not nan >= nan


def test_comparisons_with_numbers_from_both_sides() -> None:
    a = Value(F(1, 2))
    for answer in (
        a < 1,
        a <= 0.5,
        a > F(1, 3),
        a >= np.float64(0.5),
        operator.gt(1, a),
        operator.le(0, a),
        sorted([Value(2), a])[0] is a,
    ):
        assert answer is True
    for compare in (operator.lt, operator.le, operator.gt, operator.ge):
        for bad in ("1", None, 1j):
            with pytest.raises(TypeError):
                compare(a, bad)


def test_formatting() -> None:
    v = Value(0.125, label="w")
    assert f"{v:.2f}" == "0.12" and f"{v}" == repr(v) == "Value(data=0.125, grad=0)"
