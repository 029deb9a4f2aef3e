"""A Value remembers how it was made: operators are rows, backward adds at the leaves."""

from __future__ import annotations

import copy
import math
import pickle
from fractions import Fraction as F
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.graphs import FLOATS, same, same_bits
from tinygrad_fr import ops
from tinygrad_fr.engine import Value
from tinygrad_fr.ops import TABLE, DomainError
from tinygrad_fr.replay import replay
from tinygrad_fr.walk import order
from tinygrad_fr.words import use

# ── operators are their rows ──────────────────────────────────────────────────────────────────────


OPERATORS: list[tuple[str, Any]] = [
    ("add", lambda a, b: a + b),
    ("sub", lambda a, b: a - b),
    ("mul", lambda a, b: a * b),
    ("div", lambda a, b: a / b),
    ("mod", lambda a, b: a % b),
    ("pow", lambda a, b: a**b),
]


@given(FLOATS, st.one_of(FLOATS, st.sampled_from([0.0, -0.0, 1.0, -1.0, 2.0, 3.0, 0.5])))
@settings(max_examples=400, deadline=None)
def test_each_operator_is_its_row_bit_for_bit(x: float, y: float) -> None:
    for name, written in OPERATORS:
        row = TABLE[name]
        variants = [(Value(x), Value(y)), (x, Value(y)), (Value(x), y)]
        if row.outside is not None and row.outside(x, y):
            for a, b in variants:
                with pytest.raises(DomainError):
                    written(a, b)
            continue
        value = row(x, y)
        slopes = row.local_derivatives((x, y), value)
        for a, b in variants:
            out = written(a, b)
            assert out.op is row and same(out.data, value)
            plain = name == "pow" and not isinstance(b, Value)
            assert len(out._prev) == (1 if plain else 2)
            assert all(
                d is None and plain or same(d, e) for d, e in zip(out.partials, slopes, strict=True)
            )
    a = -Value(x)
    assert a.op is TABLE["neg"] and same(a.data, -x) and same(abs(Value(x)).data, abs(x))


@given(st.floats(), st.integers(-6, 9))
@settings(max_examples=300, deadline=None)
def test_whole_powers_are_the_row_bit_for_bit(x: float, n: int) -> None:
    row = TABLE["pow"]
    if row.outside is not None and row.outside(x, n):
        return
    out = Value(x) ** n
    assert same(out.data, row(x, n)) and out.inputs[1] == n
    assert (
        same(out.partials[0], row.local_derivative(0, (x, n), out.data)) and out.partials[1] is None
    )


@given(st.lists(st.tuples(FLOATS, FLOATS), min_size=1, max_size=4))
@settings(max_examples=150, deadline=None)
def test_dot_is_its_row_bit_for_bit(pairs: list[tuple[float, float]]) -> None:
    left, right = [a for a, _ in pairs], [b for _, b in pairs]
    row = TABLE["dot"]
    value = row(*left, *right)
    slopes = row.local_derivatives((*left, *right), value)
    for w, x in (
        (list(map(Value, left)), list(map(Value, right))),
        (list(map(Value, left)), right),
        (left, list(map(Value, right))),
    ):
        out = ops.dot(w, x)
        assert out.op is row and same(out.data, value)
        assert all(d is None or same(d, e) for d, e in zip(out.partials, slopes, strict=True))
        assert [d is None for d in out.partials] == [not isinstance(u, Value) for u in out.inputs]


@given(st.floats(-50, 50))
def test_methods_are_their_rows(x: float) -> None:
    for row in TABLE.values():
        if row.arity != 1 or (row.outside and row.outside(x)):
            continue
        y = row.compute(x)
        for node in (getattr(Value(x), row.name)(), row(Value(x))):
            assert node.op is row and same_bits(node.data, y)
            assert same_bits(node.partials[0], row.partials[0](x, y))


@pytest.mark.parametrize("kind", [F, int, mpmath.mpf, np.float32, np.int16, bool])
def test_operators_on_other_kinds_of_numbers(kind: Any) -> None:
    a, b = kind(3), kind(2)
    for name, written in OPERATORS:
        out = written(Value(a), Value(b))
        right = TABLE[name](Value(a).data, Value(b).data)
        assert out.data == right and type(out.data) is type(right)
        for left, other in ((a, Value(b)), (Value(a), b)):
            mixed = written(left, other)
            assert isinstance(mixed, Value) and mixed.data == right


def test_operators_on_both_sides() -> None:
    v = Value(4.0)
    results = [2 + v, 2 - v, 2 * v, 2 / v, 2**v, 9 % v, v % 3, abs(-v), +v, v / 2, v - 1, v**0.5]
    assert [r.data for r in results] == [6, -2, 8, 0.5, 16, 1, 1, 4, 4, 2, 3, 2]
    with pytest.raises(TypeError):
        v + "1"
    with pytest.raises(TypeError):
        v**None


# ── what is a number ──────────────────────────────────────────────────────────────────────────────


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


@pytest.mark.parametrize(
    "bad",
    [
        "1",
        None,
        1j,
        [1.0],
        (1.0,),
        {},
        np.array([1.0]),
        np.array(1j),
        np.array(Value(1.0)),
        np.array("1"),
        np.complex64(1),
        Value(1.0),
        object(),
    ],
)
def test_data_is_one_real_number(bad: Any) -> None:
    for lang, word in (("en", "expects one real number"), ("fr", "attend un nombre réel")):
        with (
            use(lang),
            pytest.raises(TypeError, match=f"Value {word}.*{type(bad).__name__}|Value {word}"),
        ):
            Value(bad)


@pytest.mark.parametrize("bad", ["1", None, 1j, [1.0], {}])
def test_operators_refuse_what_is_no_number(bad: Any) -> None:
    for _, written in OPERATORS:
        with pytest.raises(TypeError):
            written(Value(1.0), bad)
        with pytest.raises(TypeError):
            written(bad, Value(1.0))


def test_scalars_of_numpy_become_pythons() -> None:
    for x in (np.float64(0.5), np.float32(0.5), np.float16(0.5), np.array(0.5)):
        assert type(Value(x).data) is float and Value(x).data == 0.5
    assert type(Value(np.int64(3)).data) is int and type(Value(np.array(3)).data) is int
    assert Value(np.bool_(True)).data is True
    assert type((Value(1.0) + np.float64(2))._prev[1].data) is float
    assert type((Value(2.0) ** np.int64(3)).inputs[1]) is int
    assert type(ops.clip(Value(2.0), np.float64(0), np.float64(1)).inputs[1]) is float


# ── backward ──────────────────────────────────────────────────────────────────────────────────────


def test_backward_twice_accumulates_at_the_leaves_only() -> None:
    a = Value(3.0)
    b = a * a
    c = b + a
    c.backward()
    assert (a.grad, b.grad, c.grad) == (7.0, 1.0, 1)
    c.backward()
    assert (a.grad, b.grad, c.grad) == (14.0, 1.0, 1)


def test_x_times_x_is_two_edges() -> None:
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


def test_backward_from_inside_leaves_the_rest_alone() -> None:
    x = Value(2.0)
    h = x * x
    L = h * 3
    L.backward()
    assert (x.grad, h.grad, L.grad) == (12.0, 3.0, 1)
    h.backward()
    assert (x.grad, h.grad, L.grad) == (16.0, 1, 1)
    L.backward()
    assert (x.grad, h.grad) == (28.0, 3.0)


def test_a_pass_resets_inner_nodes_whatever_they_held() -> None:
    x = Value(2.0)
    h = x * x
    h.grad = math.nan
    wide = ops.sum([h, x, h])
    wide.grad = 1e9
    (wide * 1.0).backward()
    assert (x.grad, h.grad, wide.grad) == (9.0, 2.0, 1.0)


def test_infinite_and_missing_gradients_stay_on_their_paths() -> None:
    x, y = Value(0.0), Value(2.0)
    (ops.sqrt(x) + y * y).backward()
    assert (x.grad, y.grad) == (math.inf, 4.0)
    z = Value(math.nan)
    (z * y + y).backward()
    assert z.grad == 2.0 and math.isnan(y.grad)


def test_an_error_leaves_the_graph_as_it_was() -> None:
    x = Value(0.0)
    with pytest.raises(DomainError):
        x.log() + x
    (x * 2).backward()
    assert x.grad == 2.0


def test_labels_belong_to_their_node() -> None:
    a, b = Value(1.0, label="a"), Value(1.0)
    assert (a.label, b.label, (a + b).label) == ("a", "", "")
    b.label = "b"
    assert Value(1.0).label == "" and Value.label == ""


def test_kinks_and_ties_are_pytorch_s() -> None:
    """relu′(0) = 0, |·|′(0) = 0, a tie of max ½–½, √′(0) = +∞, (x⁰)′ = 0; −0 is 0, NaN stays."""
    for x in (0.0, -0.0):
        for f, slope in ((ops.relu, 0.0), (abs, 0.0), (ops.sqrt, math.inf)):
            v = Value(x)
            (f(v) * 1.0).backward()
            assert v.grad == slope
        v = Value(x)
        assert (v**0).partials[0] == 0 and (v**0).data == 1
    a, b = Value(2.0), Value(2.0)
    ops.maximum(a, b).backward()
    assert (a.grad, b.grad) == (0.5, 0.5)
    bad = Value(math.nan).relu()
    assert math.isnan(bad.data) and math.isnan(bad.partials[0])


def test_a_number_in_a_formula_is_marked_and_a_leaf_of_one_s_own_is_not() -> None:
    x, two = Value(3.0), Value(2.0)
    for y in (2 * x, x * 2, x + F(1, 2), 1 - x, x / np.float64(2), 2**x, 7 % x):
        (number,) = (u for u in y.inputs if u is not x)
        assert number.constant and number.op is None
    assert not any(v.constant for v in (x, two, x * two, x.tanh(), Value(1.0, label="c")))
    assert [u for u in (x**2).inputs if u is not x] == [2]  # no node at all
    (number,) = (u for u in (x * 2).inputs if u is not x)
    (2 * x).backward()
    assert copy.deepcopy(number).constant and pickle.loads(pickle.dumps(number)).constant
    twin = pickle.loads(pickle.dumps(copy.deepcopy(2 * x + 1)))
    assert [v.data for v in order(twin) if v.constant] == [2, 1]


# ── NumPy ─────────────────────────────────────────────────────────────────────────────────────────


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


def test_numpy_functions_on_values_are_the_rows() -> None:
    v = Value(0.5)
    powers = "exp exp2 expm1 log log2 log10 log1p sqrt cbrt absolute"
    turns = "sin cos tan arcsin arccos arctan sinh cosh tanh arcsinh arctanh"
    for name in f"{powers} {turns}".split():
        one, many = getattr(np, name)(v), getattr(np, name)(np.array([v, v]))
        right = getattr(np, name)(0.5)
        assert isinstance(one, Value) and one.data == pytest.approx(right, rel=1e-15), name
        assert isinstance(many[0], Value) and many[0].data == one.data and many[0]._prev == (v,)
    assert np.arctan2(v, Value(2.0)).data == math.atan2(0.5, 2) and np.arccosh(
        Value(2.0)
    ).data == math.acosh(2)


@pytest.mark.parametrize(
    "scalar", [np.float64(3), np.float32(3), np.int64(3), np.uint8(3), np.array(3.0)]
)
def test_scalars_of_numpy_on_either_side(scalar: Any) -> None:
    v = Value(2.0)
    for name, written in OPERATORS:
        for a, b in ((scalar, v), (v, scalar)):
            out = written(a, b)
            assert isinstance(out, Value), (name, type(out))
            right = written(*(x.data if isinstance(x, Value) else 3.0 for x in (a, b)))
            assert out.data == right and any(u is v for u in out._prev)


def test_arrays_of_values() -> None:
    grid = np.array([[Value(1.0), Value(2.0)], [Value(3.0), Value(4.0)]])
    assert grid.dtype == object and grid.shape == (2, 2)
    total = ((grid * np.array([2.0, 3.0]) - 1) ** 2).sum() / 4
    total.backward()
    assert [[v.grad for v in line] for line in grid] == [[1.0, 7.5], [5.0, 16.5]]
    assert np.mean(grid).data == 2.5 and (grid.T @ grid)[0, 0].data == 10.0
    assert np.max(grid) is grid[1, 1] and np.argmax(grid) == 3 and (grid > 2.5).sum() == 2
    assert np.where(grid > 2.5, grid, 0.0)[1, 0] is grid[1, 0]
