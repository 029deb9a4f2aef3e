"""Step through it: every number is filled in once, forward and then back, and adds up."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.picture.graphs import mlp, named, network, neuron, wide
from tinygrad_fr.engine import Value
from tinygrad_fr.picture.frames import LEAVES, MOST, TOO_MANY, film, frames
from tinygrad_fr.picture.view import view
from tinygrad_fr.walk import chain_rule


def test_forward_in_order_then_back_from_the_cost() -> None:
    found = film(neuron())
    kinds = [frame.kind for frame in found.frames]
    assert kinds[0] == "given"
    assert kinds[1 : kinds.index("seed")] == ["forward"] * 6
    assert set(kinds[kinds.index("seed") + 1 :]) == {"backward"}
    names = [found.node(f.box).name for f in found.frames if f.kind == "forward"]
    assert names == ["u₁", "u₂", "z", "a", "u₃", "L"]
    assert [found.node(f.box).name for f in found.frames if f.kind == "seed"] == ["L"]


@pytest.mark.parametrize("graph", [neuron, network, lambda: mlp(2, 6, 4, 1)])
def test_what_has_arrived_at_the_end_is_the_gradient(graph: object) -> None:
    cost = graph()  # type: ignore[operator]
    found = film(cost)
    truth = chain_rule(cost)
    last = {f.box: f.value for f in found.frames if f.kind in ("backward", "seed")}
    assert len(last) > 5
    for node in found.view.nodes:
        if node.value is not None and node.id in last:
            assert last[node.id] == pytest.approx(truth[node.value], rel=1e-12)


def test_a_box_is_computed_after_what_it_needs_and_hands_on_only_when_complete() -> None:
    found = film(network())
    computed = {node.id for node in found.view.nodes if node.kind in LEAVES}
    complete: set[str] = set()
    for frame in found.frames:
        if frame.kind == "forward":
            assert {e.src for e in found.view.edges if e.dst == frame.box} <= computed
            computed.add(frame.box)
        if frame.kind == "seed":
            complete.add(frame.box)
        if frame.kind == "backward":
            assert frame.arrow is not None
            assert found.view.edges[frame.arrow].dst in complete
            if frame.place == frame.places:
                complete.add(frame.box)


def test_contributions_are_counted_and_summed() -> None:
    (x,) = named(x=2.0)
    found = film(x * x + x.sin())
    steps = [f for f in found.frames if f.kind == "backward" and found.node(f.box).name == "x"]
    assert [(f.place, f.places) for f in steps] == [(1, 3), (2, 3), (3, 3)]
    assert steps[0].before is None
    assert [f.before for f in steps[1:]] == [f.value for f in steps[:-1]]


def test_nobody_s_grad_is_moved_or_read() -> None:
    cost = network()
    cost.backward()  # twice: the leaves now hold both
    before = {v: v.grad for v in chain_rule(cost)}
    found = film(cost)
    assert {v: v.grad for v in before} == before
    edge = found.view.edges[0]
    assert edge.contribution == pytest.approx(edge.gradient * edge.local)
    w, x = named(w=1.0, x=2.0)
    assert {f.value for f in film(w * x).frames} >= {1.0, 2.0} and w.grad == 0


def test_there_are_at_most_eighty_steps() -> None:
    assert len(film(network()).frames) == 59 and film(network()).view.level == "sum"
    assert film(mlp(2, 6, 4, 1)).view.level == "neuron"
    v = Value(0.5, label="x")
    for _ in range(300):
        v = v.tanh()
    for cost in (mlp(2, 6, 4, 1), mlp(2, 6, 4, 1, examples=3), mlp(8, 16, 12, 4), v, wide()):
        assert len(film(cost).frames) <= MOST
    assert film(network(), "operation").view.level == "operation"  # what was asked for is kept


def test_boxes_with_several_outputs_get_all_at_once() -> None:
    found = film(mlp(2, 3, 2, examples=2), "layer")
    kinds = Counter(f.kind for f in found.frames)
    assert kinds["whole"] >= 2 and kinds["inside"] == 2
    seen = view(network(), level="sum")
    once = list(frames(seen, by_box=True))
    assert not [f for f in once if f.kind == "backward"]
    assert Counter(f.kind for f in once)["whole"] == len(seen.nodes) - 1


def test_more_operations_than_can_be_folded_in_good_time_are_refused() -> None:
    v = Value(0.5, label="x")
    for _ in range(600):
        v = v.tanh()
    assert len(film(v).frames) <= MOST  # larger than a page, and folded
    for _ in range(TOO_MANY - 599):
        v = v.tanh()
    with pytest.raises(ValueError, match="at most 5,000 operations, this one has 5,001"):
        film(v)


def test_a_rule_of_a_client_s_own_is_refused() -> None:
    x = Value(2.0, label="x")
    out = Value(4.0, (x,), "mine")
    out._backward = lambda: None
    with pytest.raises(TypeError):
        film(out * 2)
