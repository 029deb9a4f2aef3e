"""Draw it: what is too large loses its middle, and says so."""

from __future__ import annotations

import random

import pytest

from tests.picture.graphs import mlp, named
from tinygrad_fr.engine import Value
from tinygrad_fr.ops import sum as total
from tinygrad_fr.picture.boxes import gathered
from tinygrad_fr.picture.fold import count, fits
from tinygrad_fr.picture.gathered import gather
from tinygrad_fr.picture.view import View, view
from tinygrad_fr.places import scope
from tinygrad_fr.walk import order
from tinygrad_fr.words import use


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["chain", "sum", "wild", "same"])
def test_a_large_graph_loses_its_middle(kind: str) -> None:
    rng = random.Random(3)
    nodes = [Value(rng.random(), label=f"x_{i}") for i in range(6)]
    for _ in range(20_000):
        a, b = (
            (nodes[-1], nodes[-1])
            if kind == "same"
            else (rng.choice(nodes[-9:]), rng.choice(nodes[-9:]))
        )
        nodes.append(
            nodes[-1].tanh()
            if kind == "chain"
            else nodes[-1] + 0.5
            if kind == "sum"
            else rng.choice([a.tanh, lambda a=a, b=b: a + b, lambda a=a, b=b: a - b])()
            if kind == "wild"
            else (a + b) * 0.5
        )
    nodes[-1].backward()
    seen = view(nodes[-1])
    assert len(seen.nodes) <= 40
    assert len(seen.edges) <= 200
    drawn = [v for v in _below(nodes[-1]) if v.op is not None or not v.constant]
    assert sum(node.count for node in seen.nodes) == len({id(v) for v in drawn})
    if kind != "sum":
        assert "is folded" in seen.note
        assert [n.kind for n in seen.nodes].count("folded") == 1
    assert _acyclic(seen)


def _below(root: Value) -> list[Value]:

    return order(root)


def _acyclic(seen: View) -> bool:
    users: dict[str, set[str]] = {}
    missing = {node.id: 0 for node in seen.nodes}
    for src, dst in {(edge.src, edge.dst) for edge in seen.edges}:
        users.setdefault(src, set()).add(dst)
        missing[dst] += 1
    ready = [name for name, count in missing.items() if not count]
    for name in ready:
        for user in users.get(name, ()):
            missing[user] -= 1
            if not missing[user]:
                ready.append(user)
    return len(ready) == len(seen.nodes)


@pytest.mark.slow
def test_a_chain_of_a_hundred_thousand() -> None:
    v = Value(1.0, label="x")
    for _ in range(50_000):
        v = (v * 1.0001).tanh()
    v.backward()
    seen = view(v)
    assert seen.nodes[0].name == "x" and seen.nodes[-1].name == "L"
    assert "of 100,001 nodes" in seen.note  # 50,000 times ×, tanh and the number 1.0001, and x


def test_groups_that_feed_each_other_are_undone() -> None:
    (v,) = named(x=1.0)
    for i in range(400):
        with scope("layer", i % 2):
            v = v.tanh()
    v.backward()
    seen = view(v)
    assert len(seen.nodes) <= 40
    deep = view(v, level="layer")
    assert [n.title for n in deep.nodes if n.kind == "group"] == ["layer 0", "layer 1"]


def test_a_batch_at_the_level_of_layers() -> None:
    seen = view(mlp(2, 16, 16, 1, examples=30), level="layer")
    assert len(seen.nodes) < 12
    assert "of the cost are folded" in seen.note
    assert sorted(n.title for n in seen.nodes if n.kind == "group") == [
        "layer 1",
        "layer 2",
        "layer 3",
    ]


def test_groups_are_folded_in_an_order_of_their_own() -> None:
    """The last node of the first group comes last: its box must move before those that use it."""
    (v,) = named(x=1.0)
    inner = []
    for i in range(450):
        with scope("block", i):
            v = v.tanh()
        inner.append(v)
    others = []
    for i, u in reversed(list(enumerate(inner))):
        with scope("block", i):
            others.append(u.sin())
    seen = view(total(others), level="neuron")
    assert len(seen.nodes) == 31 and _acyclic(seen) and "is folded" in seen.note
    assert [n.kind for n in seen.nodes][:3] == ["data", "group", "group"]
    assert seen.nodes[1].title == "block 0"


def test_many_groups_that_feed_each_other_are_undone_before_they_are_folded() -> None:
    (v,) = named(x=1.0)
    for i in range(1200):
        with scope("block", i % 600):
            v = v.tanh()
    seen = view(v, level="neuron")
    assert _acyclic(seen) and len(seen.nodes) == 31
    assert all(n.kind != "group" for n in seen.nodes)


def chain(length: int) -> Value:
    """So many boxes in a row: x, then tanh again and again."""
    (v,) = named(x=0.5)
    for _ in range(length - 1):
        v = v.tanh()
    return v


def test_ten_boxes_at_the_start_and_twenty_at_the_end_are_left() -> None:
    seen = view(chain(1000))
    assert [n.kind for n in seen.nodes].index("folded") == 10 and len(seen.nodes) == 31
    assert seen.note == "the middle of the graph (970 of 1,000 nodes) is folded"
    assert seen.nodes[10].title == "⋯ 970 nodes folded ⋯"
    with use("fr"):
        seen = view(chain(1000))
        assert seen.note == "le milieu du graphe (970 nœuds sur 1\u202f000) est replié"
        assert seen.nodes[10].title == "⋯ 970 nœuds repliés ⋯"


@pytest.mark.parametrize(("boxes", "folded"), [(30, False), (31, True)])
def test_a_cost_as_long_as_a_screen_is_shown(boxes: int, folded: bool) -> None:
    (x,) = named(x=0.5)
    with scope("layer", 1):
        v = x.tanh()
    for _ in range(boxes):
        v = v.sin()
    cost = v.tanh()
    seen = view(cost, level="layer")
    assert [n.kind for n in seen.nodes].count("folded") == folded
    assert ("31 nodes of the cost are folded" in seen.note) is folded
    with use("fr"):
        told = "31 nœuds du calcul du coût sont repliés"
        assert (told in view(cost, level="layer").note) is folded


@pytest.mark.parametrize(("level", "most"), [("auto", 200), ("operation", 400)])
def test_so_many_boxes_are_a_picture(level: str, most: int) -> None:
    assert len(view(chain(most), level).nodes) == most
    assert len(view(chain(most + 1), level).nodes) == 31


def test_so_many_arrows_are_a_picture() -> None:
    (x,) = named(x=0.5)
    graph = gather(total([x] * 40))
    boxes = gathered(graph, "operation", {}, ())
    assert fits(graph, boxes, 10) and not fits(graph, boxes, 9)


def test_whole_numbers_are_grouped() -> None:
    assert [count(n) for n in (7, 1234, 1234567)] == ["7", "1,234", "1,234,567"]
    with use("fr"):
        assert count(1234567) == "1\u202f234\u202f567"


def test_what_is_left_at_the_end_is_nearest_to_the_output_not_last_in_order() -> None:
    short, long = chain(60), chain(500)
    short.label, long.label = "short", "long"
    seen = view(short * long)
    names = [node.name for node in seen.nodes]
    assert names[-1] == "L" and {"short", "long"} <= set(names)  # ten from each of the two
    assert _acyclic(seen)
