"""Calls that write in place: each once, numbers beside them, without what nobody reads."""

from __future__ import annotations

import math
from typing import Any

import pytest

from tinygrad_fr.ops import TABLE
from tinygrad_fr.program.arrays import log_sum_exp, named, spelled, spread
from tinygrad_fr.program.calls import Call, Calls, Slot, needed, number
from tinygrad_fr.program.emit import Emitting

X, Y = (Slot(name, (3,), True, name) for name in "XY")
EXP = TABLE["exp"]
S = Slot("s", (), False, "s")


def text(c: Calls) -> list[str]:
    return [call.line(call.size is None) for call in c.calls]


def test_a_call_is_written_once() -> None:
    c = Calls(4)
    assert c.each("exp", X) == c.each("exp", X)
    c.each("maximum", X, Y)
    assert text(c) == ["exp(X, _v0)", "maximum(X, Y, out=_v1)"]
    assert c.calls[0].size == (3, 4)


def test_numbers_of_all_examples_are_added_by_python() -> None:
    c = Calls(4)
    c.each("divide", c.each("add", S, 0.5), S)
    c.each("log", S)
    assert text(c) == ["_v0 = s + 0.5", "_v1 = _v0 / s", "_v2 = log(s)"]
    assert c.each("add", 1.0, 2.0) == 3


def test_a_number_in_an_array_is_an_array_of_no_axes() -> None:
    c = Calls(4)
    c.each("add", X, 0.5)
    assert text(c) == ["add(X, _c0, _v0)"] and c.full == {"_c0": ((), 0.5)}


@pytest.mark.parametrize("x", [0.1, -1e-300, math.inf, -math.inf, math.nan])
def test_a_number_is_read_back(x: float) -> None:
    found = eval(number(x))
    assert found == x or (found != found and x != x)


def test_what_nobody_reads_is_left_out() -> None:
    calls = [Call("f({0})", (a,), b, (a,), (2,), True) for a, b in ("xa", "ab", "ac", "bd", "ce")]
    assert [call.out for call in needed(calls, {"d": ""})] == ["a", "b", "d"]
    assert needed(calls, {}) == []


# ── numbers that wait ──


def settled(make: Any) -> list[str]:
    p = Emitting(4, {})
    p.settled(make(p))
    numbers = {name: repr(x) for name, (size, x) in p.full.items() if size == ()}
    lines = text(p)
    for name, x in numbers.items():
        lines = [line.replace(name, x) for line in lines]
    return lines


@pytest.mark.parametrize(
    ("make", "lines"),
    [
        (lambda p: p.product(2.0, p.product(p.minus(X), 3.0)), ["multiply(X, -6.0, _v0)"]),
        (lambda p: p.minus(p.minus(X)), []),
        (lambda p: p.minus(X), ["negative(X, _v0)"]),
        (lambda p: p.sum(p.minus(X), Y), ["subtract(Y, X, _v0)"]),
        (lambda p: p.minus(p.minus(X), Y), ["add(X, Y, _v0)", "negative(_v0, _v1)"]),
        (
            lambda p: p.minus(p.quotient(X, 4), p.quotient(Y, 4)),
            ["subtract(X, Y, _v0)", "multiply(_v0, 0.25, _v1)"],
        ),
        (
            lambda p: p.minus(X, p.product(2.0, Y)),
            ["multiply(Y, -2.0, _v0)", "add(X, _v0, _v1)"],
        ),
        (lambda p: p.minus(1.0, p.product(-1.0, X)), ["add(X, 1.0, _v0)"]),
        (lambda p: p.sum(1.0, p.minus(X)), ["subtract(1.0, X, _v0)"]),
        (
            lambda p: p.product(p.product(2.0, X), p.quotient(Y, 4)),
            ["multiply(X, Y, _v0)", "multiply(_v0, 0.5, _v1)"],
        ),
        (lambda p: p.power(p.product(3.0, X), 2), ["square(X, _v0)", "multiply(_v0, 9.0, _v1)"]),
        (lambda p: p.call("exp", p.product(2.0, X)), ["multiply(X, 2.0, _v0)", "exp(_v0, _v1)"]),
        (
            lambda p: p.quotient(p.product(2.0, X), p.product(4.0, Y)),
            ["multiply(Y, 4.0, _v0)", "divide(X, _v0, _v1)", "multiply(_v1, 2.0, _v2)"],
        ),
        (lambda p: p.product(0.0, X), ["multiply(X, 0.0, _v0)"]),
        (
            lambda p: p.product(1e200, p.product(1e200, X)),
            ["multiply(X, 1e+200, _v0)", "multiply(_v0, 1e+200, _v1)"],
        ),
    ],
)
def test_numbers_wait_beside_arrays(make: Any, lines: list[str]) -> None:
    assert settled(make) == lines


def test_a_number_is_applied_where_there_are_fewest() -> None:
    one = Slot("w", (1,), True, "w")
    made = ["multiply(w, 2.0, _v0)", "multiply(_v0, X, _v1)"]
    assert settled(lambda p: p.product(p.product(2.0, one), X)) == made


def test_a_share_is_of_the_same_numbers() -> None:
    """e^(x − log Σ eˣ) is there already; e^(2x − log Σ eˣ) is not."""
    x = named("X", (3,), True)
    y = spread(log_sum_exp(x), 1)
    for arrays, exponentials in ((x - y, 1), (2 * x - y, 2), (x - 2 * y, 2)):
        p = Emitting(4, {})
        p.known["X"] = X
        spelled(p, EXP(x - y))
        spelled(p, EXP(arrays))
        assert sum(line.startswith("exp(") for line in text(p)) == exponentials
