"""Draw it: what the graph is, before anything is drawn: its leaves, its walk, a bent walk."""

from __future__ import annotations

import copy
import math
from collections.abc import Sequence

import pytest

from tests.picture.graphs import by_name, named
from tinygrad_fr.bend import sweeping
from tinygrad_fr.checking.sabotage import sabotage
from tinygrad_fr.demos.sabotage import network as demo_network
from tinygrad_fr.engine import Value
from tinygrad_fr.picture.dot import to_dot
from tinygrad_fr.picture.gathered import cuts, gather, leaf_kind, place_name
from tinygrad_fr.picture.view import view
from tinygrad_fr.places import scope
from tinygrad_fr.walk import chain_rule, order, sweep
from tinygrad_fr.words import use


def test_what_a_leaf_is() -> None:
    assert [leaf_kind(v) for v in named(w_1=1.0, b=1.0, theta=1.0, x=1.0, y_hat=1.0)] == (
        ["parameter"] * 3 + ["data"] * 2
    )
    assert leaf_kind(Value(1.0)) == "number"
    with scope("layer", 1):
        assert leaf_kind(Value(1.0)) == "parameter"
    seen = by_name(view(named(w=1.0)[0] * Value(3.0)))
    assert [seen[name].kind for name in ("w", "u₁", "L")] == ["parameter", "number", "cost"]


def test_a_number_of_the_formula_has_no_box_and_a_leaf_without_a_label_a_name() -> None:
    (x,) = named(x=2.0)
    made = Value(2.0)
    cost = 3 * x + made * x
    cost.backward()
    seen = view(cost, level="operation")
    assert [n.name for n in seen.nodes if n.kind in ("data", "number")] == ["x", "u₂"]
    assert by_name(seen)["u₁"].expression == "3x" and by_name(seen)["u₃"].expression == "u₂·x"
    assert [e.formula for e in seen.edges if e.dst == by_name(seen)["u₁"].id] == ["3"]
    twice = view(made * made + made, level="operation")
    assert twice.nodes[0].name == "u₁" and "∂L/∂2" not in to_dot(made * made + made)
    copied = view(copy.deepcopy(3 * x), level="operation")
    assert [n.name for n in copied.nodes] == ["x", "L"]  # a copy knows it too


def test_inside_a_sabotage_the_right_number_stands_beside_each_wrong_one() -> None:
    w, x, y = named(w=0.5, x=2.0, y=0.25)
    e = w * x - y
    e.label = "e"
    cost = e * e
    with sabotage("overwriting instead of accumulating") as lab:
        cost.backward()
        seen = view(cost, level="operation")
    at = {node.name: node for node in seen.nodes}
    assert lab.broken == [e] and [n.name for n in seen.nodes if n.broken] == ["e"]
    assert (at["e"].grad, at["e"].truth) == (0.75, 1.5)
    assert at["e"].sum == "∂L/∂e = 1·0.75 + 1·0.75 ≠ 0.75"
    assert (at["w"].grad, at["w"].truth, at["w"].broken) == (1.5, 3.0, False)
    assert at["L"].truth is None
    after = view(cost, level="operation")  # outside, nothing is known of the bend
    assert all(node.truth is None and not node.broken for node in after.nodes)


def test_what_an_earlier_pass_left_is_not_taken_for_the_bent_rule() -> None:
    w, x, y = named(w=0.5, x=2.0, y=0.25)
    e = w * x - y
    e.label = "e"
    cost = e * e
    cost.backward()  # e = 0.75: ∂L/∂w = 2·0.75·2 = 3, ∂L/∂x = 0.75, ∂L/∂y = −1.5
    with sabotage("overwriting instead of accumulating"):  # one e of two: the half of each
        cost.backward()
        at = by_name(view(cost, level="operation"))
    assert [name for name, node in at.items() if node.broken] == ["e"]
    assert (at["w"].grad, at["w"].truth) == (3 + 1.5, 3 + 3)
    assert (at["y"].grad, at["y"].truth) == (-1.5 - 0.75, -1.5 - 1.5)
    assert at["w"].sum == "∂L/∂w = 0.75·2 + 3 [already there] = 4.5"
    assert at["e"].sum == "∂L/∂e = 1·0.75 + 1·0.75 ≠ 0.75"

    other = named(v=1.0)[0] * w
    other.backward()
    with sabotage("M9"):  # σ′ forgotten: nothing in this graph has one
        cost.backward()
        assert all(node.truth is None for node in view(cost, level="operation").nodes)


@pytest.mark.parametrize("key", ["M9", "M11", "M14", "M18", "M21", "M26c"])
def test_the_first_wrong_box_is_the_one_the_sabotage_names(key: str) -> None:
    graph = demo_network()
    with sabotage(key) as lab:
        graph.backward()
        seen = view(graph, level="operation")
    assert [n.value for n in seen.nodes if n.broken] == [v for v in order(graph) if v in lab.broken]
    true = chain_rule(graph)
    for node in seen.nodes:
        assert node.value is not None
        shown = node.grad if node.truth is None else node.truth
        assert shown == pytest.approx(true[node.value], rel=1e-12)


def test_what_is_gathered() -> None:
    (x,) = named(x=3.0)
    y = x * x
    z = y + x
    graph = gather(z)
    assert list(graph.nodes) == [x, y, z] == order(z)
    assert graph.inputs == {x: (), y: (x, x), z: (y, x)}
    assert graph.uses == {x: 3, y: 1, z: 0}
    assert not graph.backward and graph.grad(x) is None
    z.backward()
    graph = gather(z)
    assert graph.backward and graph.grad(x) == 7
    assert not graph.truth and not graph.wrong(x) and graph.right(x) == 7
    with pytest.raises(AttributeError):
        graph.backward = False  # type: ignore[misc]


def test_rounding_is_not_taken_for_a_bent_rule() -> None:
    (x,) = named(x=3.0)
    cost = x * x

    def almost(nodes: Sequence[Value]) -> None:
        sweep(nodes)
        x.grad *= factor

    for factor, wrong in ((1 + 1e-13, False), (1 + 1e-11, True), (math.nan, True)):
        with sweeping(almost):  # somebody's own walk: there is no laboratory to ask
            x.grad = 0
            cost.backward()
            graph = gather(cost)
            assert graph.wrong(x) is wrong, factor
            assert graph.truth[x] == graph.right(x) == 6 and graph.before(x) == 0


def test_the_scopes_that_a_box_may_stand_for() -> None:
    place = (("layer", 1), ("neuron", 2), ("step", ""))
    assert cuts(place) == [place[:1], place[:2]]
    assert cuts((("loss", ""), ("example", 3), ("step", ""))) == [
        (("loss", ""),),
        (("loss", ""), ("example", 3), ("step", "")),
    ]
    assert cuts((("loss", ""),)) == [(("loss", ""),)]
    assert cuts(()) == []
    assert place_name(place[:2]) == "layer 1 · neuron 2"
    with use("fr"):
        assert place_name(place[:2]) == "couche 1 · neurone 2"
