"""Build a graph, put it in order, walk it backward: the engine, at ordinary and at far ends."""

from __future__ import annotations

import copy
import math
import pickle
import threading
from fractions import Fraction as F
from typing import Any

import mpmath
import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from tinygrad_fr import ops
from tinygrad_fr.bend import sweeping
from tinygrad_fr.engine import Value
from tinygrad_fr.gradient import grad, gradient
from tinygrad_fr.ops import TABLE, DomainError
from tinygrad_fr.places import scope
from tinygrad_fr.replay import replay
from tinygrad_fr.walk import order, sweep
from tinygrad_fr.words import use

FLOATS = st.floats(allow_nan=True, allow_infinity=True)


def same_bits(a: Any, b: Any) -> bool:
    return a == b and math.copysign(1, a) == math.copysign(1, b) or (a != a and b != b)


# ── the operators are their rows, bit for bit ────────────────────────────────────────────────────


@given(st.lists(st.tuples(FLOATS, FLOATS, st.booleans()), max_size=5))
def test_the_written_out_dot_is_its_row(entries: list[tuple[float, float, bool]]) -> None:
    w = [Value(a) for a, _, _ in entries]
    for x in (
        [Value(b) for _, b, _ in entries],
        [b for _, b, _ in entries],
        [Value(b) if v else b for _, b, v in entries],
    ):
        for left, right in ((w, x), (x, w)):
            fast, slow = ops.dot(left, right), TABLE["dot"](*left, *right)
            if not entries:
                assert fast == slow == 0
                continue
            assert fast.op is slow.op and same_bits(fast.data, slow.data)
            assert all(
                a is b or same_bits(a, b) for a, b in zip(fast.inputs, slow.inputs, strict=True)
            )
            for a, b in zip(fast.partials, slow.partials, strict=True):
                assert a is b is None or same_bits(a, b)


@given(st.floats(-50, 50))
def test_methods_are_their_rows(x: float) -> None:
    for row in TABLE.values():
        if row.arity != 1 or (row.outside and row.outside(x)):
            continue
        y = row.compute(x)
        for node in (getattr(Value(x), row.name)(), row(Value(x))):
            assert node.op is row and same_bits(node.data, y)
            assert same_bits(node.partials[0], row.partials[0](x, y))


# ── backward ─────────────────────────────────────────────────────────────────────────────────────


def test_leaves_accumulate_and_inner_nodes_do_not() -> None:
    a = Value(3.0)
    b = a * a
    c = b + a
    c.backward()
    assert (a.grad, b.grad, c.grad) == (7.0, 1.0, 1)
    c.backward()
    assert (a.grad, b.grad, c.grad) == (14.0, 1.0, 1)


def test_a_repeated_input_is_two_edges() -> None:
    x = Value(3.0)
    y = x * x
    assert y._prev == (x, x) and y.partials == (3.0, 3.0)
    y.backward()
    assert x.grad == 6.0


def test_gradients_are_the_number_zero_before_any_pass() -> None:
    x = Value(2.0)
    assert x.grad == 0 and (x * x).grad == 0


def test_a_root_that_is_a_leaf_accumulates() -> None:
    x = Value(5.0)
    x.backward()
    x.backward()
    assert x.grad == 2


def test_a_node_is_visited_once_however_many_paths() -> None:
    x = Value(1.0)
    y = x
    for _ in range(60):
        y = y + y
    assert len(order(y)) == 61
    y.backward()
    assert x.grad == 2.0**60


def test_order_has_inputs_first_and_is_deterministic() -> None:
    x, y = Value(1.0), Value(2.0)
    z = ops.dot([x, y], [y * x, x]) + ops.maximum(x, 0.5)
    nodes = order(z)
    place = {id(v): i for i, v in enumerate(nodes)}
    assert nodes[-1] is z and len(place) == len(nodes)
    assert all(place[id(u)] < place[id(v)] for v in nodes for u in v._prev)
    assert [id(v) for v in order(z)] == [id(v) for v in nodes]


def test_exact_numbers_give_exact_gradients() -> None:
    """The one-neuron squared error on paper: ∇ = (1, −4, −3/2)."""
    w1, w2, b = Value(F(1, 2)), Value(F(-1)), Value(F(1, 4))
    data = [((1, 2), 1), ((3, -1), 2), ((-2, 1), -1)]
    L = sum((w1 * F(x) + w2 * F(z) + b - F(y)) ** 2 for (x, z), y in data) * F(1, 3)
    L.backward()
    assert (w1.grad, w2.grad, b.grad) == (1, -4, F(-3, 2))
    assert isinstance(w1.grad, F)


def test_data_assigned_anew() -> None:
    x = Value(3.0)
    y = x * x
    x.data = 5.0
    y.backward()
    assert x.grad == 6.0 and replay(y) == 25.0


def test_each_thread_has_its_own_graph_scope_and_sweep() -> None:
    results: dict[int, tuple[float, Any, bool]] = {}

    def work(n: int) -> None:
        walked = []
        with scope("thread", n):
            x = Value(float(n))
            y = x
            for _ in range(2000):
                y = y * 1.0 + x
        if n % 2:
            with sweeping(lambda nodes: (walked.append(len(nodes)), sweep(nodes))[1]):
                y.backward()
        else:
            y.backward()
        results[n] = (x.grad, y.scope, bool(walked))

    threads = [threading.Thread(target=work, args=(n,)) for n in range(6)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert results == {n: (2001.0, (("thread", n),), bool(n % 2)) for n in range(6)}


def test_copies_keep_sharing_exponents_wide_nodes_and_clients_operations() -> None:
    x, w = Value(3.0, label="x"), Value(2.0)
    w.note = "mine"
    custom = Value(x.data + 1, (x,), "plus one")
    out = ops.clip(x, 0.0, 9.0) * ops.dot([x, w], [w, 1.5]) + x**2 + custom
    for twin in (copy.deepcopy(out), pickle.loads(pickle.dumps(out))):
        assert [v.data for v in order(twin)] == [v.data for v in order(out)]
        assert [v._op for v in order(twin)] == [v._op for v in order(out)]
        leaves = [v for v in order(twin) if v.op is None]
        assert len(leaves) == 2 and any(getattr(v, "note", "") == "mine" for v in leaves)
        twin.backward()
    out.backward()
    assert leaves[0].grad == x.grad


# ── gradient as a graph ──────────────────────────────────────────────────────────────────────────


EXPRESSIONS = [
    "x**3*y",
    "sin(x)*exp(y)",
    "tanh(x*y)",
    "log(1 + x**2)/y",
    "sqrt(x*y) + x/y",
    "x**y",
    "(x - y)**4",
]


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_three_orders_against_sympy(text: str) -> None:
    symbols = sympy.symbols("x y", positive=True)
    formula = sympy.sympify(text, dict(zip("xy", symbols, strict=True)))
    x, y = Value(0.7), Value(1.3)
    names: dict[str, Any] = {name: TABLE[name] for name in ("sin", "exp", "tanh", "log", "sqrt")}
    ours = eval(text, {**names, "x": x, "y": y})  # the test's own text
    for first in (0, 1):
        for second in (0, 1):
            d1 = gradient(ours, (x, y)[first])
            d2 = gradient(d1, (x, y)[second])
            d3 = gradient(d2, x)
            for found, wrt in ((d1, [first]), (d2, [first, second]), (d3, [first, second, 0])):
                right = sympy.diff(formula, *[symbols[i] for i in wrt])
                at = right.subs(
                    dict(zip(symbols, (sympy.Float(0.7, 30), sympy.Float(1.3, 30)), strict=True))
                )
                assert found.data == pytest.approx(float(at), rel=1e-12)
    assert x.grad == y.grad == 0


def test_gradient_of_one_of_many_and_of_nothing() -> None:
    x, y, z = Value(2.0), Value(3.0), Value(4.0)
    L = x * y
    assert isinstance(gradient(L, x), Value)
    assert [g.data for g in gradient(L, [x, y, z])] == [3.0, 2.0, 0]
    assert gradient(L, L).data == 1 and gradient(x, x).data == 1
    assert [g.data for g in grad(L, [x, y])] == [3.0, 2.0] and grad(L, x, create_graph=False)[
        0
    ].op is None
    with use("en"), pytest.raises(TypeError, match="expects Values, got float"):
        gradient(L, [2.0])


def test_a_clients_operation_has_no_rule_and_says_so() -> None:
    a = Value(2.0, label="a")
    out = Value(5.0, (a,), "myop", label="m")
    with use("en"), pytest.raises(TypeError, match="no rule for the operation 'myop' of node 'm'"):
        gradient(out * 2, a)
    with use("fr"), pytest.raises(TypeError, match="aucune règle"):
        replay(out, {a: 1.0})


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


# ── numbers, NumPy, refusals ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "number", [3, True, np.float64(3.0), np.float32(1.5), np.int64(3), F(1, 3)]
)
def test_kinds_of_numbers(number: Any) -> None:
    v = Value(number)
    assert v.data == number and not isinstance(v.data, np.generic)
    assert (v * 2 + number).data == number * 2 + number


@pytest.mark.parametrize("bad", ["3", None, 1j, [1.0], np.array([1.0, 2.0]), Value(1.0), {}])
def test_what_is_no_real_number_is_refused(bad: Any) -> None:
    with use("en"), pytest.raises(TypeError, match="expects one real number"):
        Value(bad)


@pytest.mark.parametrize("convert", [float, int, math.exp, math.floor, complex])
def test_losing_the_gradient_is_refused_with_the_way_out(convert: Any) -> None:
    with (
        use("en"),
        pytest.raises(TypeError, match=r"v\.exp\(\).*v\.data|must be real number|__floor__"),
    ):
        convert(Value(1.0))


def test_numpy_arrays_of_values() -> None:
    w = np.array([[Value(1.0), Value(2.0)], [Value(3.0), Value(4.0)]])
    x = np.array([0.5, -1.0])
    z = w @ x
    assert [v.data for v in z] == [-1.5, -2.5]
    z.sum().backward()
    assert [v.grad for v in w.ravel()] == [0.5, -1.0, 0.5, -1.0]
    assert [v.data for v in np.tanh(z)] == [math.tanh(-1.5), math.tanh(-2.5)]
    v = Value(0.5)
    for left, right in ((np.float64(2) * v, v * np.float64(2)), (np.float64(2) + v, v + 2.0)):
        assert isinstance(left, Value) and isinstance(right, Value) and left.data == right.data
    assert np.arcsin(v).data == math.asin(0.5) and np.hypot(v, v).data == math.hypot(0.5, 0.5)
    assert [u.data for u in v * np.array([1.0, 2.0])] == [0.5, 1.0]


def test_no_door_that_swallows_the_graph() -> None:
    for name in ("__array__", "__len__", "__iter__", "__bool__", "__getitem__", "__eq__"):
        assert name not in Value.__dict__


def test_comparisons_are_on_data_and_identity_is_identity() -> None:
    a, b = Value(1.0), Value(1.0)
    assert a != b and a == a and len({a, b}) == 2 and bool(Value(0.0))
    assert (a <= b) is True and (a < b) is False and (a < 2) is True and (a > 0.5) is True
    assert max(a, Value(2.0)).data == 2.0


def test_operators_on_both_sides() -> None:
    v = Value(4.0)
    results = [2 + v, 2 - v, 2 * v, 2 / v, 2**v, 9 % v, v % 3, abs(-v), +v, v / 2, v - 1, v**0.5]
    assert [r.data for r in results] == [6, -2, 8, 0.5, 16, 1, 1, 4, 4, 2, 3, 2]
    with pytest.raises(TypeError):
        v + "1"
    with pytest.raises(TypeError):
        v**None


def test_formatting() -> None:
    v = Value(0.125, label="w")
    assert f"{v:.2f}" == "0.12" and f"{v}" == repr(v) == "Value(data=0.125, grad=0)"


def test_scopes_nest_and_close_on_errors() -> None:
    with scope("layer", 1):
        with pytest.raises(RuntimeError), scope("neuron", 3):
            inside = Value(1.0)
            raise RuntimeError
        beside = Value(1.0)
    assert inside.scope == (("layer", 1), ("neuron", 3))
    assert beside.scope == (("layer", 1),) and Value(1.0).scope == ()


def test_a_domain_error_says_the_place_and_survives_pickling() -> None:
    with use("en"):
        with (
            scope("layer", 1),
            scope("neuron", 3),
            pytest.raises(DomainError, match=r"\(layer 1, neuron 3\)") as caught,
        ):
            Value(1.0, label="u") / 0
        assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
