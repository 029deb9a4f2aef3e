"""A node in micrograd's words: _prev, _op, _backward."""

from __future__ import annotations

import copy
import gc
import pickle
import weakref
from fractions import Fraction
from typing import Any

import pytest

from tinygrad_fr import ops
from tinygrad_fr.engine import Value
from tinygrad_fr.face import HOOKED
from tinygrad_fr.ops import mul
from tinygrad_fr.walk import order
from tinygrad_fr.words import use


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


# ── F2: a function of one's own is called, whatever the node is ──────────────────────────────────


def test_a_closure_on_a_node_without_children_is_called() -> None:
    a = Value(2.0)
    out = Value(a.data**3)

    def step() -> None:
        a.grad += 3 * a.data**2 * out.grad

    out._backward = step
    (out * 5).backward()
    assert a.grad == 60.0


def test_a_hook_on_a_leaf_sees_its_whole_gradient() -> None:
    w, x = Value(2.0), Value(3.0)
    seen: list[float] = []
    w._backward = lambda: seen.append(w.grad)
    L = w * x + w * w
    L.backward()
    assert seen == [7.0] and (w.grad, x.grad) == (7.0, 2.0)
    L.backward()
    assert seen == [7.0, 14.0], "leaves accumulate, and the hook is called once a pass"
    w.backward()
    assert seen == [7.0, 14.0, 15.0], "a leaf may be the output"


def test_a_hook_may_clip_a_leaf_and_goes_with_it() -> None:
    def clipped() -> weakref.ref[Value]:
        w = Value(10.0)

        def clip() -> None:
            w.grad = max(-1.0, min(1.0, w.grad))

        w._backward = clip
        (w * w).backward()
        assert w.grad == 1.0 and w in HOOKED
        return weakref.ref(w)

    gone = clipped()
    gc.collect()
    assert gone() is None and not HOOKED
    v = Value(3.0)
    (v * v).backward()
    assert v.grad == 6.0


def test_a_hook_is_copied_where_it_belongs_to_nobody() -> None:
    w = Value(10.0)
    w._backward = note
    NOTED.clear()
    (copy.deepcopy(w) * 1.0).backward()
    (pickle.loads(pickle.dumps(w)) * 1.0).backward()
    assert NOTED == [1, 1]
    w._backward = lambda: NOTED.append(w.grad)
    with use("en"), pytest.raises(TypeError, match="attached to the original graph"):
        copy.deepcopy(w * 2)


NOTED: list[float] = []


def note() -> None:
    NOTED.append(1)


# ── F3: _prev is a set to whoever expects one, and both names may be assigned ────────────────────


def test_prev_is_equal_to_the_set_of_micrograd() -> None:
    a, b = Value(2.0), Value(3.0)
    c = a * b
    assert c._prev == {a, b} and {a, b} == c._prev and c._prev != {a} and c._prev == (a, b)
    assert a._prev == set() and c._prev == frozenset((a, b)) and c._prev in [{a, b}]
    assert c._prev | {c} == {a, b, c} and {c} | c._prev == {a, b, c} and c._prev & {a} == {a}
    assert c._prev - {a} == {b} and {a, c} - c._prev == {c} and c._prev ^ {b} == {a}
    assert c._prev <= {a, b, c} and c._prev >= {a} and not c._prev < {a, b} and c._prev > {b}
    assert c._prev.union([c]) == {a, b, c} and c._prev.isdisjoint({c}) and a in c._prev
    assert c._prev | (a + c)._prev == {a, b, c}
    assert len((a * a)._prev) == 2 and (a * a)._prev == {a}, "both arrows of a·a"
    assert hash(c._prev) == hash((a, b)) and sorted(c._prev, key=lambda v: v.data) == [a, b]


def test_prev_does_not_change_one_by_one() -> None:
    c = Value(2.0) * 3.0
    for change in ("add", "remove", "discard", "update", "clear", "pop"):
        for lang, said in (("en", "Assign them all"), ("fr", "Affectez-les toutes")):
            with use(lang), pytest.raises(TypeError, match=rf"_prev\.{change}\(\).*{said}"):
                getattr(c._prev, change)
    assert not hasattr(c._prev, "nothing_of_the_kind")


def test_prev_and_op_may_be_assigned() -> None:
    """A client's own node, put together after it was made, and a node whose inputs are cut."""
    a, b = Value(2.0), Value(3.0)
    out = Value(a.data * b.data)
    out._prev, out._op = (a, b), "product"

    def step() -> None:
        a.grad += b.data * out.grad
        b.grad += a.data * out.grad

    out._backward = step
    (out + 1.0).backward()
    assert (a.grad, b.grad, out._op) == (3.0, 2.0, "product") and out._prev == {a, b}
    c = a * b
    c._prev = {a}  # it still gives both their gradients, as micrograd's closure does
    a.grad = b.grad = 0
    (c * 1.0).backward()
    assert (a.grad, b.grad, c._op) == (3.0, 2.0, "*") and c._prev == {a}
    d = a * b
    d._op = "mine"
    assert d._op == "mine" and d.op is mul and copy.deepcopy(d)._op == "mine"


# ── F6: a class of one's own keeps its class ─────────────────────────────────────────────────────


class Counting(Value):
    """A quantiser, a counter: + and × overridden, as clients do, and nothing else."""

    made = 0

    def __add__(self, other: Any) -> Any:
        return self.of(super().__add__(other))

    def __mul__(self, other: Any) -> Any:
        return self.of(super().__mul__(other))

    def __pow__(self, other: Any) -> Any:
        return self.of(super().__pow__(other))

    @staticmethod
    def of(node: Value) -> Counting:
        Counting.made += 1
        out = Counting(node.data, node._prev, node._op)
        step = node._backward

        def handed_on() -> None:
            node.grad = out.grad
            step()

        out._backward = handed_on
        return out


def test_a_subclass_that_overrides_plus_and_times_keeps_its_class() -> None:
    a, b = Counting(2.0), Counting(4.0)
    made = {
        "1 + a": 1 + a,
        "2 * a": 2 * a,
        "-a": -a,
        "a - b": a - b,
        "1 - a": 1 - a,
        "a / b": a / b,
        "1 / a": 1 / a,
        "sum": sum([a, b]),
    }
    assert {name: type(v) for name, v in made.items()} == dict.fromkeys(made, Counting)
    assert [v.data for v in made.values()] == [3.0, 4.0, -2.0, -2.0, -1.0, 0.5, 0.5, 6.0]
    (made["a / b"] - made["1 - a"]).backward()
    assert (a.grad, b.grad) == (0.25 + 1, -2 / 16)


def test_what_a_subclass_overrides_itself_is_left_alone() -> None:
    class Own(Counting):
        def __sub__(self, other: Any) -> Any:
            return "mine"

        def __mul__(self, other: Any) -> Any:
            return super().__mul__(other)

    class Below(Own):
        def __add__(self, other: Any) -> Any:
            return super().__add__(other)

    assert Own(1.0) - 2 == Below(1.0) - 2 == "mine"
    assert type(1 - Own(1.0)) is Counting
    assert "__sub__" not in vars(type("Plain", (Value,), {}))
    assert type(Value(1.0) - 2) is Value


# ── F7 ───────────────────────────────────────────────────────────────────────────────────────────


def test_a_node_can_be_referred_to_weakly() -> None:
    a = Value(1.0)
    kept = weakref.WeakKeyDictionary({a: "leaf", a * 2: "gone"})
    gc.collect()
    assert list(kept.values()) == ["leaf"] and weakref.ref(a)() is a


# ── what other classes of the name Value take, and PyTorch's gradient that is None ───────────────


@pytest.mark.parametrize(
    "given", [("w",), (("w",), "+"), ((2.0,), "*"), ((Value(2.0), Value(3.0)), (3.0, 2.0))]
)
def test_a_node_is_made_from_nodes_and_a_word(given: tuple[Any, ...]) -> None:
    """A name, or local slopes, in their place used to make a node that hands nothing on."""
    for lang, said in (("en", 'label="w"'), ("fr", "vont dans son _backward")):
        with use(lang), pytest.raises(TypeError, match=said):
            Value(6.0, *given)


@pytest.mark.parametrize("base", [2.0, 2, Fraction(2)])
def test_a_gradient_that_is_none_is_told(base: Any) -> None:
    w, x = Value(base, label="w"), Value(base)
    w.grad = None
    for lang, said in (("en", "the grad of w is None.*p.grad = 0"), ("fr", "le grad de w vaut")):
        with use(lang), pytest.raises(TypeError, match=said):
            (w * x).backward()


def test_another_error_of_a_client_is_its_own() -> None:
    w = Value(2.0)
    y = w * 3.0
    y._backward = lambda: len(3)
    with pytest.raises(TypeError, match="has no len"):
        (y * 2.0).backward()
