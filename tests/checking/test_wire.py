"""Check it: numbers that go to another process and come back are the same to the last bit."""

from __future__ import annotations

import json
import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from tinygrad_fr.checking.wire import context, pack_number, unpack_number

THIRD = context().mpf(1) / 3


@pytest.mark.parametrize(
    "x",
    [
        0.1,
        -0.0,
        5e-324,
        math.inf,
        7,
        -(10**40),
        Fraction(-22, 7),
        THIRD,
        -THIRD * context().mpf(10) ** 5000,
        context().mpf(0),
    ],
)
def test_a_number_comes_back_as_it_was(x: Any) -> None:
    back = unpack_number(json.loads(json.dumps(pack_number(x))))
    assert back == x and type(back).__name__ == type(x).__name__
    assert str(back) == str(x)


def test_numpy_scalars_become_python_s() -> None:
    assert type(unpack_number(pack_number(np.float64(0.1)))) is float
    assert type(unpack_number(pack_number(np.int32(3)))) is int


def test_what_has_no_finite_value_becomes_a_float() -> None:
    assert unpack_number(pack_number(context().inf)) == math.inf
    assert math.isnan(unpack_number(pack_number(context().nan)))


@pytest.mark.parametrize("x", ["1", None, [1.0], 1j])
def test_what_is_no_number_is_not_sent(x: Any) -> None:
    with pytest.raises(TypeError):
        pack_number(x)
