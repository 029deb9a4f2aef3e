"""The graph at other numbers: nothing moves, and what a client made has no rule."""

from __future__ import annotations

import math
from fractions import Fraction as F

import mpmath
import pytest

from tinygrad_fr import ops
from tinygrad_fr.engine import Value
from tinygrad_fr.gradient import gradient
from tinygrad_fr.ops import DomainError
from tinygrad_fr.replay import replay, replay_all
from tinygrad_fr.walk import order
from tinygrad_fr.words import use


def test_replay_takes_other_numbers_and_inner_nodes() -> None:
    x, y = Value(2.0), Value(3.0)
    h = x * y
    L = h + h * x
    known = replay_all(L, {x: F(1, 3), y: F(3)})
    assert known[h] == 1 and known[L] == F(4, 3) and known[x] == F(1, 3)
    assert replay(L, {h: 10.0}) == 30.0 and replay(L) == L.data == 18.0
    assert replay(L, {h: 10.0, x: 0.0}) == 10.0 and replay(x, {x: 5}) == 5
    again = replay(L, {x: Value(4.0)})
    assert (
        isinstance(again, Value) and again.data == 60.0 and (x.grad, L.grad, x.data) == (0, 0, 2.0)
    )


def test_replay_with_other_kinds_of_numbers_leaves_the_graph_alone() -> None:
    x, y = Value(0.5), Value(2.0)
    L = (x * y).tanh() + x**2
    before = [(v.data, v.grad) for v in order(L)]
    context = mpmath.MPContext()
    context.dps = 40
    third = context.mpf(1) / 3
    assert (
        abs(replay(L, {x: third}) - (context.tanh(2 * third) + third**2)) < context.mpf(10) ** -38
    )
    assert replay(x * y + x, {x: F(1, 3), y: F(3)}) == F(4, 3)
    assert [(v.data, v.grad) for v in order(L)] == before


def test_replay_outside_a_domain_is_an_error() -> None:
    x = Value(1.0)
    with pytest.raises(DomainError):
        replay(ops.log(x), {x: -1.0})
    assert math.isnan(replay(ops.log(x), {x: math.nan}))


def test_replay_keeps_a_class_number_and_slopes_as_they_are() -> None:
    z = [Value(0.5), Value(-1.0)]
    L = ops.cross_entropy(z, 1) + ops.leaky_relu(z[1], 0.25) + ops.elu(z[0])
    M = mpmath.MPContext()
    M.dps = 40
    point = {v: M.mpf(v.data) for v in z}
    assert abs(replay(L, point) - L.data) < 1e-15 and M.nstr(replay(L, point), 30) != M.nstr(
        M.mpf(L.data), 30
    )


def test_a_clients_operation_has_no_rule_and_says_so() -> None:
    a = Value(2.0, label="a")
    out = Value(5.0, (a,), "myop", label="m")
    with use("en"), pytest.raises(TypeError, match="no rule for the operation 'myop' of node 'm'"):
        gradient(out * 2, a)
    with use("fr"), pytest.raises(TypeError, match="aucune règle"):
        replay(out, {a: 1.0})
