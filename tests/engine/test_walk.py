"""Put it in order, walk it backward: the order, the chain rule, chains of a million."""

from __future__ import annotations

import copy
import gc
import math
import pickle
import subprocess
import sys
import weakref
from fractions import Fraction as F
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.graphs import shallow
from tinygrad_fr import ops
from tinygrad_fr.engine import Value
from tinygrad_fr.gradient import gradient
from tinygrad_fr.ops import Op
from tinygrad_fr.replay import replay
from tinygrad_fr.walk import chain_rule, order, sweep


def test_a_shared_node_is_visited_once_however_many_paths() -> None:
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


@pytest.mark.slow
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


def test_sixty_doublings_are_walked_derived_and_copied() -> None:
    x = Value(F(1))
    y = x
    for _ in range(60):
        y = y + y
    y.backward()
    assert x.grad == 2**60 == gradient(y, x).data == replay(y)
    assert len(order(copy.deepcopy(y))) == 61 == len(order(pickle.loads(pickle.dumps(y))))


@pytest.mark.slow
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


@pytest.mark.slow
def test_a_chain_of_100_000_is_put_in_order_and_walked() -> None:
    x = Value(1.0)
    y = x
    for _ in range(50_000):
        y = y * 1.0 + x
    with shallow():
        nodes = order(y)
        y.backward()
        arrived = chain_rule(y)
    assert len(nodes) == 3 * 50_000 + 1 and nodes[-1] is y
    assert x.grad == arrived[x] == 50_001


# ── the chain rule, on slopes of any kind ────────────────────────────────────────────────────────


def diamond() -> tuple[Value, Value, Value]:
    """x → h = x·x → y = h·h + h: one node shared, one input twice."""
    x = Value(3.0)
    h = x * x
    return x, h, h * h + h


def test_the_chain_rule_gives_what_backward_gives_and_moves_nothing() -> None:
    x, h, y = diamond()
    arrived = chain_rule(y)
    assert (arrived[y], arrived[h], arrived[x]) == (1, 19.0, 114.0)
    assert {v.grad for v in order(y)} == {0}
    y.backward()
    assert all(arrived[v] == v.grad for v in order(y))


def test_the_chain_rule_on_other_numbers_and_on_text() -> None:
    x, h, y = diamond()
    exact = {v: F(v.data) for v in order(y)}

    def slopes(v: Value) -> list[Any]:
        row: Op = v.op  # type: ignore[assignment]
        return row.local_derivatives([exact[u] for u in v.inputs], exact[v])

    arrived = chain_rule(y, slopes)
    assert arrived[x] == 114 and isinstance(arrived[x], F)
    names = {x: "x", h: "h", y: "y"}
    text = chain_rule(
        y,
        lambda v: ["1" if v.op is y.op else names[u] for u in v.inputs],
        start="1",
        times=lambda g, d: d if g == "1" else g if d == "1" else f"({g})·{d}",
        plus=lambda before, part: f"{before} + {part}",
    )
    assert text[h] == "1 + h + h" and text[x] == "(1 + h + h)·x + (1 + h + h)·x"


def test_the_chain_rule_along_some_nodes_and_through_some() -> None:
    x, h, y = diamond()
    assert x not in chain_rule(y, along=[v for v in order(y) if v is not h])
    closed = chain_rule(y, through=lambda v: v is not h)
    assert closed[h] == 19.0 and x not in closed
    assert chain_rule(h, along=[h]) == {h: 1, x: 6.0}
    assert chain_rule(x) == {x: 1}


def test_the_chain_rule_bent() -> None:
    """= in place of +=, and a rule that forgets a factor: what the laboratory of mistakes does."""
    x, h, y = diamond()
    last = chain_rule(y, plus=lambda before, part: part)
    assert (last[h], last[x]) == (9.0, 27.0)
    assert chain_rule(y, lambda v: [1] * len(v.inputs))[x] == 6


def test_the_chain_rule_stops_where_a_client_knows_better() -> None:
    a = Value(2.0)
    mine = Value(8.0, (a,), "cube")
    arrived = chain_rule(mine * 3.0)
    assert arrived[mine] == 3.0 and a not in arrived


def test_nan_and_infinity_walk_on_their_paths_only() -> None:
    x, y = Value(math.nan), Value(2.0)
    L = x * y + y
    arrived = chain_rule(L)
    assert arrived[x] == 2.0 and math.isnan(arrived[y])
    z = Value(0.0)
    assert chain_rule(ops.sqrt(z) + y)[z] == math.inf


def test_sweep_adds_to_what_is_there() -> None:
    x = Value(3.0)
    y = x * x
    x.grad, y.grad = 0.5, 2.0
    sweep([y])
    assert x.grad == 12.5
