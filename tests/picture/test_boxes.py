"""Draw it: which nodes stand in one box."""

from __future__ import annotations

import math

import pytest

from tests.picture.graphs import by_name, named, neuron
from tinygrad_fr.engine import Value
from tinygrad_fr.ops import dot
from tinygrad_fr.ops import sum as total
from tinygrad_fr.picture.boxes import gathered, inside_sums
from tinygrad_fr.picture.gathered import gather
from tinygrad_fr.picture.view import view
from tinygrad_fr.places import scope


def test_chains_of_plus_stand_in_one_box() -> None:
    cost = neuron(steps=True)
    merged, raw = view(cost), view(cost, level="operation")
    assert merged.level == "sum" and raw.level == "operation"
    assert by_name(merged)["z"].expression == "u₁ + u₂ + b"
    assert by_name(raw)["z"].expression == "u₃ + b"
    assert len(raw.nodes) == len(merged.nodes) + 1
    assert "12 boxes for 13 nodes" in merged.caption


def test_named_sums_keep_their_boxes() -> None:
    a, b, c = named(a=1.0, b=2.0, c=3.0)
    s = a + b
    s.label = "s"
    assert by_name(view(s + c))["L"].expression == "s + c"
    assert view(s + c).level == "operation"


def test_dot_with_a_bias_is_one_box() -> None:
    w, v, x, y, b = named(w_1=1.0, w_2=2.0, x_1=3.0, x_2=4.0, b=5.0)
    z = dot([w, v], [x, y]) + b
    seen = view(z)
    assert by_name(seen)["L"].expression == "w₁·x₁ + w₂·x₂ + b"
    assert [e.formula for e in seen.edges] == ["x₁", "w₁", "x₂", "w₂", "1"]


def test_many_leaves_used_alike_share_a_box() -> None:
    ws = [Value(0.1 * i, label=f"w_{i}") for i in range(1, 21)]
    xs = [Value(float(i), label=f"x_{i}") for i in range(1, 21)]
    z = dot(ws, xs)
    z.backward()
    seen = view(z)
    assert [n.name for n in seen.nodes] == ["w₁ … w₂₀", "x₁ … x₂₀", "L"]
    assert seen.nodes[0].parameters[3] == ("w₄", 0.4, 4.0)
    assert seen.nodes[2].expression == "w₁·x₁ + … + w₂₀·x₂₀"
    assert [(e.count, e.several) for e in seen.edges] == [(20, True), (20, True)]
    assert seen.edges[0].contribution == pytest.approx(math.hypot(*range(1, 21)))
    assert len(view(z, level="operation").nodes) == 41


@pytest.mark.parametrize(("many", "boxes"), [(6, 6), (7, 1)])
def test_so_few_leaves_have_boxes_of_their_own(many: int, boxes: int) -> None:
    xs = [Value(float(i), label=f"x_{i}") for i in range(many)]
    ws = [Value(1.0, label=f"w_{i}") for i in range(many)]
    kinds = [node.kind for node in view(dot(ws, xs)).nodes]
    assert kinds.count("data") == kinds.count("parameter") == boxes


def test_leaves_of_two_kinds_or_of_two_uses_are_apart() -> None:
    xs = [Value(float(i), label=f"x_{i}") for i in range(14)]
    u, v = total(xs[:7]), total(xs[7:])
    u.label, v.label = "u", "v"
    shown = [n.name for n in view(u * v).nodes]
    assert shown == ["x₀ … x₆", "u", "x₇ … x₁₃", "v", "L"]


def test_a_sum_stands_inside_one_of_the_same_scope_that_uses_it_once() -> None:
    a, b, c = named(a=1.0, b=2.0, c=3.0)
    s = a + b
    outer = s + c
    assert inside_sums(gather(outer)) == {s: outer}
    assert inside_sums(gather(s + s)) == {}
    assert inside_sums(gather(s * c)) == {}
    with scope("layer", 1):
        elsewhere = s + c
    assert inside_sums(gather(elsewhere)) == {}
    deep = total([total([total([a, b]), c]), a])
    assert set(inside_sums(gather(deep)).values()) == {deep}


def test_a_parameter_used_by_one_neuron_lives_in_it_and_data_does_not() -> None:
    x, w, v = named(x=1.0, w=2.0, v=3.0)
    with scope("neuron", 1):
        first = w * x
    with scope("neuron", 2):
        second = w * first + v * x
    boxes = gathered(gather(second), "neuron", {}, ())
    inside = [[u.label or "·" for u in box.members] for box in boxes]
    assert inside == [["w"], ["x"], ["·"], ["v"], ["·", "·", "·"]]
    assert [box.kind for box in boxes] == ["one", "one", "group", "one", "group"]
