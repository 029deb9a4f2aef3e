"""The engine, read by a hostile reader: what test_value does not ask of a Value."""

from __future__ import annotations

import copy
import gc
import math
import operator
import pickle
import subprocess
import sys
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction as F
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tinygrad_fr import ops
from tinygrad_fr.bend import sweeping
from tinygrad_fr.engine import Value
from tinygrad_fr.gradient import gradient
from tinygrad_fr.ops import TABLE, DomainError
from tinygrad_fr.places import place_words, scope
from tinygrad_fr.replay import replay, replay_all
from tinygrad_fr.walk import order, sweep
from tinygrad_fr.words import use

FLOATS = st.floats(allow_nan=True, allow_infinity=True)


def same(a: Any, b: Any) -> bool:
    """The same number to the last bit, NaN and the sign of zero included, of the same kind."""
    if a is None or b is None:
        return a is b
    return repr(float(a)) == repr(float(b))


# ── operators are their rows ─────────────────────────────────────────────────────────────────────

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


# ── what is no number ────────────────────────────────────────────────────────────────────────────


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


# ── labels, operations' names ────────────────────────────────────────────────────────────────────


def test_names_of_operations_as_micrograd_spells_them() -> None:
    a, b = Value(2.0), Value(3.0)
    shown = [
        v._op
        for v in (
            a + b,
            a - b,
            a * b,
            a / b,
            -a,
            a**2,
            a**-0.5,
            a**b,
            2**a,
            a.relu(),
            a.tanh(),
            a,
            a % b,
        )
    ]
    assert shown == [
        "+",
        "-",
        "*",
        "/",
        "neg",
        "**2",
        "**-0.5",
        "**",
        "**",
        "ReLU",
        "tanh",
        "",
        "%",
    ]


def test_the_name_of_a_power_survives_all_its_layouts() -> None:
    x = Value(3.0)
    assert ops.power(2.0, x)._op == "**"
    wrapped = x**2
    wrapped._backward = lambda: None
    assert wrapped._op == "**2" and wrapped.inputs == (x, 2)
    assert pickle.loads(pickle.dumps(x**2))._op == "**2"


def test_labels_belong_to_their_node() -> None:
    a, b = Value(1.0, label="a"), Value(1.0)
    assert (a.label, b.label, (a + b).label) == ("a", "", "")
    b.label = "b"
    assert Value(1.0).label == "" and Value.label == ""


# ── backward ─────────────────────────────────────────────────────────────────────────────────────


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


def test_the_order_is_depth_first_and_the_same_in_every_process() -> None:
    program = (
        "from tinygrad_fr.engine import Value\nfrom tinygrad_fr.walk import order\n"
        "from tinygrad_fr import ops\n"
        "x = [Value(float(i), label=f'x{i}') for i in range(9)]\n"
        "h = ops.dot(x[:3], x[3:6]) + ops.logsumexp([x[6], x[0] * x[7], x[8]])\n"
        "L = ops.clip(h, x[2], 99.0) * h - x[0]\n"
        "print([v.label or v._op for v in order(L)])\n"
    )
    seen = {
        subprocess.run(
            [sys.executable, "-c", program],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
        ).stdout
        for seed in ("1", "2")
    }
    assert len(seen) == 1
    names = "x0 x1 x2 x3 x4 x5 dot x7 * x6 x8 logsumexp + clip * -".split()
    assert seen.pop() == f"{names}\n"


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_any_graph_is_ordered_once_inputs_first(data: Any) -> None:
    nodes = [Value(1.0) for _ in range(3)]
    pick = st.integers(0, 10**6)
    for _ in range(data.draw(st.integers(1, 25))):
        some = [nodes[data.draw(pick) % len(nodes)] for _ in range(data.draw(st.integers(1, 5)))]
        wide = data.draw(st.booleans())
        nodes.append(
            ops.sum(some)
            if wide or len(some) > 2
            else some[0] + some[-1]
            if len(some) == 2
            else -some[0]
        )
    root = nodes[-1]
    found = order(root)
    place = {id(v): i for i, v in enumerate(found)}
    assert len(place) == len(found) and found[-1] is root
    assert all(place[id(u)] < place[id(v)] for v in found for u in v._prev)
    reach, todo = {id(root)}, [root]
    while todo:
        for u in todo.pop()._prev:
            if id(u) not in reach:
                reach.add(id(u))
                todo.append(u)
    assert reach == set(place)
    assert [id(v) for v in order(root)] == [id(v) for v in found]


# ── clients' own operations ──────────────────────────────────────────────────────────────────────


def triple(a: Value) -> Value:
    out = Value(3 * a.data, (a,), "triple")

    def step() -> None:
        a.grad += 3 * out.grad

    out._backward = step
    return out


def test_a_copy_never_gives_its_gradient_to_the_original() -> None:
    a = Value(2.0)
    for L in (triple(a) * 2, triple(a)):
        L.backward()
        for lang, word in (
            ("en", "attached to the original"),
            ("fr", "attaché au graphe d’origine"),
        ):
            with use(lang), pytest.raises(TypeError, match=f"triple.*{word}"):
                copy.deepcopy(L)
    harmless = Value(1.0, (a,), "none")
    harmless._backward = lambda: None
    copy.deepcopy(harmless).backward()


def test_gradient_refuses_a_rule_that_was_replaced() -> None:
    a = Value(2.0)
    h = a * a
    h.label = "h"
    h._backward = lambda: None
    for lang, word in (("en", "'h' was replaced"), ("fr", "'h' a été remplacé")):
        with use(lang), pytest.raises(TypeError, match=word):
            gradient(h + 1, a)
    assert gradient(h * 3, h).data == 3.0 and replay(h, {a: 3.0}) == 9.0
    (h * 3).backward()
    assert a.grad == 0 and h.grad == 3.0


def test_backward_by_hand_is_backward() -> None:
    x, w = Value(2.0), Value(3.0)
    L = ops.dot([x, w], [w, 1.5]) * ops.clip(x, 0.0, 9.0) + x**2
    L.grad = 1
    for v in reversed(order(L)):
        v._backward()
    by_hand = (x.grad, w.grad)
    x.grad = w.grad = 0
    L.backward()
    assert (x.grad, w.grad) == by_hand


# ── replay ───────────────────────────────────────────────────────────────────────────────────────


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


# ── copies and pickles ───────────────────────────────────────────────────────────────────────────


def mixed_graph() -> tuple[Value, list[Value]]:
    x, w, n = Value(1.5, label="x"), Value(F(1, 2)), Value(3)
    x.note = {"mine": [1, 2]}
    with scope("layer", 1):
        h = ops.dot([x, w, x], [w, 2.0, n]) + x**2 + w ** F(2)
    k = (
        ops.power(2.0, x)
        + ops.clip(h, -1, w)
        + ops.cross_entropy([h, x, 0.5], 2)
        + ops.maximum(h, x)
    )
    foreign = Value(k.data, (k, h), "myop")
    return k * h + ops.sum([k, k, foreign]) - abs(x), [x, w, n]


def anatomy(root: Value) -> list[Any]:
    nodes = order(root)
    place = {id(v): i for i, v in enumerate(nodes)}
    return [
        (
            v.data,
            v.grad,
            v.label,
            v._op,
            v.scope,
            v.partials,
            [place.get(id(u), u) for u in v.inputs],
            type(v),
        )
        for v in nodes
    ]


@pytest.mark.parametrize(
    "copied",
    [
        copy.deepcopy,
        lambda v: pickle.loads(pickle.dumps(v)),
        lambda v: pickle.loads(pickle.dumps(v, 2)),
    ],
)
def test_copies_are_the_same_graph_of_other_nodes(copied: Any) -> None:
    root, leaves = mixed_graph()
    root.backward()
    before = anatomy(root)
    twin = copied(root)
    assert anatomy(twin) == before
    assert not {id(v) for v in order(twin)} & {id(v) for v in order(root)}
    new = [v for v in order(twin) if v.op is None]
    assert new[0].note == {"mine": [1, 2]} and new[0].note is not leaves[0].note
    for v in new:
        v.grad = 0
    twin.backward()
    assert anatomy(twin) == before == anatomy(root), "a second pass, and the original untouched"
    leaves[0].data = 7.0
    assert new[0].data == 1.5


def test_a_list_of_values_keeps_what_it_shares() -> None:
    x = Value(2.0)
    h = x * x
    pair = [h, h + x, x]
    h2, s2, x2 = copy.deepcopy(pair)
    assert s2._prev == (h2, x2) and h2._prev == (x2, x2) and x2 is not x
    h3, s3, x3 = pickle.loads(pickle.dumps(pair))
    assert h3._prev == (x3, x3) and s3._prev[1] is x3


class Special(Value):
    def shout(self) -> str:
        return f"{self.data}!"


def test_subclasses_are_copied_as_themselves() -> None:
    x = Special(2.0, label="s")
    for twin in (copy.deepcopy(x), pickle.loads(pickle.dumps(x)), copy.copy(x)):
        assert (
            type(twin) is Special and twin.shout() == "2.0!" and twin.label == "s" and twin is not x
        )
    out = x * 2 + x
    assert any(type(v) is Special for v in order(copy.deepcopy(out)))


# ── NumPy ────────────────────────────────────────────────────────────────────────────────────────


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


# ── scopes, threads, sweeps ──────────────────────────────────────────────────────────────────────


def test_scopes_belong_to_nodes_and_close_on_errors() -> None:
    with scope("layer", 1):
        a = Value(1.0)
        with scope("neuron", 2):
            b = a + 1
        with pytest.raises(ZeroDivisionError), scope("neuron", 3), scope("deep"):
            raise ZeroDivisionError
        c = -a
    assert [v.scope for v in (a, b, b._prev[1], c, a * 2)] == [
        (("layer", 1),),
        (("layer", 1), ("neuron", 2)),
        (("layer", 1), ("neuron", 2)),
        (("layer", 1),),
        (),
    ]


def test_a_generator_that_stops_inside_a_scope_closes_it() -> None:
    def inside() -> Iterator[Value]:
        with scope("layer", 9):
            yield Value(1.0)

    walk = inside()
    assert next(walk).scope == (("layer", 9),)
    walk.close()
    assert Value(1.0).scope == ()


def test_sweeping_bends_one_thread_only() -> None:
    seen: dict[str, float] = {}
    ready, go = threading.Event(), threading.Event()

    def bent() -> None:
        def double(nodes: Any) -> None:
            nodes[-1].grad = 2
            sweep(nodes)

        with sweeping(double):
            x = Value(3.0)
            ready.set()
            go.wait(10)
            (x * x).backward()
            seen["bent"] = x.grad

    thread = threading.Thread(target=bent)
    thread.start()
    assert ready.wait(10)
    y = Value(3.0)
    (y * y).backward()
    go.set()
    thread.join()
    assert seen == {"bent": 12.0} and y.grad == 6.0
    with pytest.raises(RuntimeError), sweeping(lambda nodes: None):
        raise RuntimeError
    z = Value(1.0)
    (z * 2).backward()
    assert z.grad == 2.0


# ── errors name the node and the place ───────────────────────────────────────────────────────────


def test_a_domain_error_tells_node_and_place_in_both_languages() -> None:
    w, x = Value(-2.0, label="w"), Value(3.0, label="x")
    for lang, where in (
        ("en", "with a = w·x (layer 1, neuron 3)"),
        ("fr", "avec a = w·x (couche 1, neurone 3)"),
    ):
        with use(lang), scope("layer", 1), scope("neuron", 3), pytest.raises(DomainError) as caught:
            ops.log(w * x)
        assert where in str(caught.value) and caught.value.inputs == (-6.0,)
        assert "ln(a)" in str(caught.value)
    with use("en"):
        assert place_words((("layer", 2), ("own", ""))) == ["layer 2", "own"]
        z = w * x
        z.label = "z"
        for bad, said in (
            (lambda: z.sqrt(), "√z"),
            (lambda: 1 / (x - 3), "1/b, with b = x − 3"),
            (lambda: z**0.5, "z^0.5"),
            (lambda: z % 0, "z mod 0"),
            (lambda: ops.clip(z, 1.0, 0.0), "clip(z, 1, 0)"),
        ):
            with pytest.raises(DomainError) as caught:
                bad()
            assert said in str(caught.value), str(caught.value)


def test_an_error_leaves_the_graph_as_it_was() -> None:
    x = Value(0.0)
    with pytest.raises(DomainError):
        x.log() + x
    (x * 2).backward()
    assert x.grad == 2.0


# ── a million nodes ──────────────────────────────────────────────────────────────────────────────


@contextmanager
def shallow() -> Iterator[None]:
    """Almost no room to recurse."""
    before, depth, frame = sys.getrecursionlimit(), 0, sys._getframe()
    while frame is not None:  # type: ignore[comparison-overlap]
        depth, frame = depth + 1, frame.f_back  # type: ignore[assignment]
    sys.setrecursionlimit(depth + 60)
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


@pytest.mark.slow
def test_a_million_nodes_in_every_way() -> None:
    """Built, ordered, walked, replayed, derived, freed: nothing recurses, nothing is left."""
    n = 1_000_000
    gc.disable()  # no cycles: the collector would only look at every node again and again
    try:
        with shallow():
            x = Value(1.0)
            y = x
            for _ in range(n):
                y = -y
            assert len(order(y)) == n + 1
            y.backward()
            assert x.grad == 1.0 and replay(y, {x: 2.0}) == 2.0
            slope = gradient(y, x)
            assert slope.data == 1.0
            gone = weakref.ref(_Witness.on(y._prev[0]))
            del y, slope
            assert gone() is None, "freed at once, without the collector"
    finally:
        gc.enable()


class _Witness:
    """Something a node owns, to see the node go."""

    @staticmethod
    def on(v: Value) -> _Witness:
        v.witness = _Witness()
        return v.witness  # type: ignore[no-any-return]


def test_long_chains_are_copied_and_pickled() -> None:
    x = Value(1.0, label="x")
    y = x
    for i in range(30_000):
        y = ops.sum([y, x, 0.5]) if i % 3 == 0 else (y * 0.5 if i % 3 == 1 else abs(y))
    y.backward()
    with shallow():
        for twin in (copy.deepcopy(y), pickle.loads(pickle.dumps(y))):
            assert twin.data == y.data and len(order(twin)) == len(order(y))
            (leaf,) = (v for v in order(twin) if v.label == "x")
            leaf.grad = 0
            twin.backward()
            assert leaf.grad == x.grad
            del twin


def test_sixty_doublings_are_walked_derived_and_copied() -> None:
    x = Value(F(1))
    y = x
    for _ in range(60):
        y = y + y
    y.backward()
    assert x.grad == 2**60 == gradient(y, x).data == replay(y)
    assert len(order(copy.deepcopy(y))) == 61 == len(order(pickle.loads(pickle.dumps(y))))


def test_wide_nodes() -> None:
    """One node over 100,000 inputs; its gradient as a graph is as wide, not as wide squared."""
    xs = [Value(float(i % 7)) for i in range(100_000)]
    L = ops.sum(xs)
    L.backward()
    assert {x.grad for x in xs} == {1} and {g.data for g in gradient(L, xs)} == {1}
    zs = xs[:300]
    slopes = gradient(ops.logsumexp(zs), zs)
    assert sum(g.data for g in slopes) == pytest.approx(1.0, rel=1e-12)
    assert len({id(v) for g in slopes for v in order(g)}) < 10 * len(zs)
