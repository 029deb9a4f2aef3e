"""Copies and pickles are the same graph of other nodes, however deep."""

from __future__ import annotations

import copy
import pickle
from fractions import Fraction as F
from typing import Any

import pytest

from tests.engine.graphs import shallow
from tinygrad_fr import ops
from tinygrad_fr.engine import Value
from tinygrad_fr.places import scope
from tinygrad_fr.walk import order
from tinygrad_fr.words import use


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


@pytest.mark.slow
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
