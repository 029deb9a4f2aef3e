"""How far floats may be off: where terms cancel a right function is right, a wrong one wrong."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tinygrad_fr import Value, check, to_numpy
from tinygrad_fr.checking.rounding import rooms
from tinygrad_fr.program.program import Program


def line(w: float, b: float) -> Program:
    a, c = Value(w, label="w_1"), Value(b, label="b")
    x, y = Value(1.0, label="x_1"), Value(1.0, label="y_1")
    return to_numpy((a * x + c - y) ** 2, [[x], [y]], [a, c])


def by_hand(w: Any, b: Any, X: Any, Y: Any) -> Any:
    D = 2 * (X @ w.reshape(1, 1) + b - Y)
    return (D * X)[::-1].mean(0), D[::-1].mean(0)  # the other way round: other digits


@pytest.mark.parametrize("seed", range(5))
def test_at_the_bottom_of_a_valley_a_right_function_is_right(seed: int) -> None:
    rng = np.random.default_rng(seed)
    X, Y = rng.normal(size=(2, 60, 1))
    (slope, height), *_ = np.linalg.lstsq(np.hstack([X, X**0]), Y[:, 0], rcond=None)
    program = line(float(slope), float(height))
    _, found = program(X, Y)
    assert max(abs(g).max() for g in found.values()) < 1e-14  # nothing but rounding
    assert check(program, X, Y, hand=by_hand).ok
    beside = line(float(slope) + 1e-6, float(height))
    assert check(beside, X, Y, hand=by_hand).ok
    assert not check(beside, X, Y, hand=lambda *given: [g * 2 for g in by_hand(*given)]).ok


def test_a_saturated_neuron_leaves_no_room_for_a_factor() -> None:
    w, x = Value(1.0, label="w_1"), Value(20.0, label="x_1")
    program = to_numpy((w * x).sigmoid(), [[x]], [w])
    X = np.array([[20.0]])
    (slope,) = program(X)[1].values()
    (room,) = rooms(program, program.space([X]), 2.0**-52).values()
    assert 0 < room[0] < 1e-4 * slope[0] < 1e-11


def test_a_room_is_wider_in_single_precision() -> None:
    program = line(0.5, 0.1)
    space = program.space([[[1.0], [2.0]], [[0.0], [1.0]]])
    double, single = (rooms(program, space, float(np.finfo(k).eps)) for k in ("f8", "f4"))
    for name, room in double.items():
        assert (single[name] > 1e4 * room).all() and (single[name] < 1e-3).all()


def test_what_overflows_leaves_no_room() -> None:
    """A run that is moved may be infinite where this one is not."""
    program, X = line(2.0**512 * (2 - 2.0**-52), 0.0), [[2.0**255]]
    space = program.space([X, [[0.0]]])
    with np.errstate(all="ignore"):
        (room,) = rooms(program, space, 2.0**-52)["w"]
        (slope,) = program(X, [[0.0]])[1]["w"]
    assert slope == np.finfo(float).max and room < 1e-9 * slope
