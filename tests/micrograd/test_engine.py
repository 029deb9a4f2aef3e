"""micrograd's vocabulary in the graph: +, *, **k, ReLU and nothing else; F1 of its clients."""

from __future__ import annotations

import copy
import pickle
import random
import weakref
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import tinygrad_fr
from tinygrad_fr import engine, ops
from tinygrad_fr.checking.check import check
from tinygrad_fr.gradient import gradient
from tinygrad_fr.micrograd.engine import Value
from tinygrad_fr.ops import TABLE
from tinygrad_fr.picture.dot import to_dot
from tinygrad_fr.replay import replay
from tinygrad_fr.words import use


def nodes_of(root: Any) -> list[Any]:
    """Every node, as a client finds them: by `_prev`."""
    found, waiting = {}, [root]
    while waiting:
        v = waiting.pop()
        if v not in found:
            found[v] = None
            waiting.extend(v._prev)
    return list(found)


def words(root: Any) -> Counter[str]:
    return Counter(v._op for v in nodes_of(root))


def theirs() -> Any:
    return pytest.importorskip("micrograd.engine").Value


def test_the_derived_operators_are_written_in_its_words() -> None:
    a, b = Value(6.0), Value(2.0)
    for made, op in (
        (a - b, "+"),
        (1 - a, "+"),
        (a / b, "*"),
        (3 / a, "*"),
        (-a, "*"),
        (2 * a, "*"),
    ):
        assert type(made) is Value and made._op == op
    assert words(a - b) == {"+": 1, "*": 1, "": 3} and words(a / b) == {"*": 1, "**-1": 1, "": 2}
    assert (a**3)._op == "**3" and a.relu()._op == "ReLU"
    assert len((a * a)._prev) == 1 and (a * a)._prev == {a} and len((a * b)._prev) == 2


KINDS: list[Callable[[Any, Any, float, int], Any]] = [
    lambda u, v, c, k: u + v,
    lambda u, v, c, k: u * v,
    lambda u, v, c, k: u - v,
    lambda u, v, c, k: c - u,
    lambda u, v, c, k: u / c,
    lambda u, v, c, k: c / (u * u + 1),
    lambda u, v, c, k: -u,
    lambda u, v, c, k: u.relu(),
    lambda u, v, c, k: (u * 0.3) ** k,
]


@pytest.mark.parametrize("seed", range(60))
def test_random_programs_make_micrograd_s_own_graph(seed: int) -> None:
    """The same words, numbers and gradients as micrograd's own engine on the same program."""

    def program(leaf: Callable[[float], Any]) -> tuple[Any, list[Any]]:
        draw = random.Random(seed)
        leaves = [leaf(draw.uniform(-2, 2)) for _ in range(3)]
        nodes = list(leaves)
        for _ in range(12):
            u, v, k = draw.choice(nodes), draw.choice(nodes), draw.randint(2, 3)
            c = round(draw.uniform(0.5, 2), 2)
            nodes.append(draw.choice(KINDS)(u, v, c, k) * 0.5)
        return sum(nodes), leaves

    ours, leaves = program(Value)
    right, their_leaves = program(theirs())
    ours.backward()
    right.backward()
    assert words(ours) == words(right)
    assert ours.data == pytest.approx(right.data, rel=1e-12)
    assert [v.grad for v in leaves] == pytest.approx([v.grad for v in their_leaves], rel=1e-9)
    assert {len(v._prev) for v in nodes_of(ours)} == {len(v._prev) for v in nodes_of(right)}


def test_other_functions_are_no_methods_here() -> None:
    v = Value(0.5)
    assert [name for name in TABLE if hasattr(v, name)] == ["relu"]
    for lang, said in (
        ("en", "tanh is not a word of micrograd's"),
        ("fr", "tanh n’est pas un mot"),
    ):
        with use(lang), pytest.raises(AttributeError, match=said):
            v.tanh()
    with pytest.raises(TypeError):
        2**v
    with pytest.raises(TypeError):
        v**v
    with pytest.raises(TypeError):
        v + "1"


def test_rows_of_the_table_speak_its_words_where_there_are_some() -> None:
    a, b = Value(2.0), Value(3.0)
    assert words(ops.dot([a, b], [b, 0.5])) == {"+": 2, "*": 2, "": 4}
    assert words(ops.dot([0.5, b], [a, a])) == {"+": 2, "*": 2, "": 4}
    assert words(tinygrad_fr.sum([a, b, 1.0])) == {"+": 3, "": 4}
    assert words(TABLE["sub"](a, b)) == words(a - b) and words(TABLE["div"](1.0, a)) == words(1 / a)
    assert ops.relu(a)._op == "ReLU" and type(ops.relu(a)) is Value
    assert ops.tanh(a)._op == "tanh", "asked for by name, a node of our own vocabulary"


def test_a_patched_operator_is_not_bypassed() -> None:
    """A counter, a quantiser: F1's second half."""
    calls: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        times, plus = Value.__mul__, Value.__add__
        patch.setattr(Value, "__mul__", lambda s, o: (calls.append("*"), times(s, o))[1])
        patch.setattr(Value, "__add__", lambda s, o: (calls.append("+"), plus(s, o))[1])
        a = Value(2.0)
        made = [2 * a, a / 4.0, -a, 1 + a, a - 1.0, sum([a, a])]
    assert calls == ["*", "*", "*", "+", "+", "+", "+"] and made[1].data == 0.5


def test_the_rest_of_the_house_works_on_it() -> None:
    w, x = Value(1.5, label="w"), Value(2.0, label="x")
    L = (w * x - 1).relu() ** 2
    L.backward()
    assert gradient(L, w).data == w.grad == 8.0 and replay(L, {w: 1.0}) == 1.0
    assert "ReLU" in to_dot(L) or "relu" in to_dot(L)
    assert check(L, {w: 8.0, x: 6.0}).ok
    for twin in (copy.deepcopy(L), pickle.loads(pickle.dumps(L))):
        assert type(twin) is Value and words(twin) == words(L)
    assert weakref.ref(w)() is w and isinstance(w, engine.Value)
    mixed = w * engine.Value(3.0) + engine.Value(1.0).tanh()
    mixed.backward()
    assert type(mixed) is Value
    out = Value(6.0)
    out._prev, out._op = {w, x}, "mine"
    assert out._prev == {w, x} and words(out) == {"mine": 1, "": 2}


def test_a_custom_function_by_closure_and_one_added_to_the_class() -> None:
    with pytest.MonkeyPatch.context() as patch:

        def exp(self: Any) -> Any:
            out = Value(2.718281828459045**self.data, (self,), "exp")

            def step() -> None:
                self.grad += out.data * out.grad

            out._backward = step
            return out

        patch.setattr(Value, "exp", exp, raising=False)
        v = Value(1.0)
        y = v.exp() * 2
        y.backward()
    assert not hasattr(v, "exp")
    assert v.grad == y.data and words(y) == {"*": 1, "exp": 1, "": 2}


def test_a_quotient_by_numpy_s_integers() -> None:
    """np.int64(4) ** -1 is refused by NumPy, and the mean of an array divides by such a number."""
    a = Value(3.0)
    (a / np.int64(4)).backward()
    assert a.grad == 0.25 and (np.int64(6) / a).data == 2.0
    row = np.array([Value(1.0), Value(2.0), Value(6.0)])
    assert row.mean().data == pytest.approx(3.0) and row.var().data == pytest.approx(14 / 3)
