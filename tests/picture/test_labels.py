"""Draw it: what stands in a box, and the sum of what meets there."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest

from tests.picture.graphs import by_name, named, neuron
from tinygrad_fr.engine import Value
from tinygrad_fr.ops import dot
from tinygrad_fr.ops import sum as total
from tinygrad_fr.picture.view import view
from tinygrad_fr.places import scope
from tinygrad_fr.words import use


def test_the_sum_at_a_shared_node() -> None:
    (a,) = named(a=3.0)
    b = a + a
    b.label = "b"
    c = b + b
    c.label = "c"
    c.backward()
    names = by_name(view(c))
    assert names["b"].sum == "∂c/∂b = 1·1 + 1·1 = 2"
    assert names["a"].sum == "∂c/∂a = 2·1 + 2·1 = 4"
    assert names["c"].sum == ""


def test_a_gradient_that_was_there_before_is_said() -> None:
    (x,) = named(x=3.0)
    cost = x * x
    cost.backward()
    cost.backward()
    assert by_name(view(cost))["x"].sum == "∂L/∂x = 1·3 + 1·3 + 6 [already there] = 12"
    x.grad = 0
    assert by_name(view(cost))["x"].sum == "∂L/∂x = 0 (set to zero)"
    for bad, shown in ((math.nan, "NaN"), (math.inf, "∞")):
        x.grad = bad
        told = f"∂L/∂x = 1·3 + 1·3 + {shown} [already there] = {shown}"
        assert by_name(view(cost))["x"].sum == told


def test_a_nan_that_an_arrow_brings_is_not_said_to_be_elsewhere() -> None:
    x, y = named(x=0.0, y=math.inf)
    u = x * 1
    cost = u + u * y
    cost.backward()
    u.label = "u"
    assert by_name(view(cost, level="operation"))["u"].sum == "∂L/∂u = 1·∞ + 1·1 = ∞"
    y.data = math.nan
    again = u + u * y
    again.backward()
    assert by_name(view(again, level="operation"))["u"].sum == "∂L/∂u = 1·NaN + 1·1 = NaN"


def test_a_part_of_a_graph_says_what_is_not_drawn() -> None:
    (x,) = named(x=3.0)
    inner = x * 2
    inner.label = "z"
    (inner * inner).backward()
    assert view(inner).backward
    assert "already there" not in by_name(view(inner))["z"].sum


def test_fractions_stay_fractions() -> None:
    x = Value(Fraction(1, 3), label="x")
    cost = x * x
    cost.backward()
    assert by_name(view(cost))["x"].sum == "∂L/∂x = 1·1/3 + 1·1/3 = 2/3"


@pytest.mark.parametrize(("many", "listed"), [(24, 24), (25, 18)])
def test_so_many_leaves_of_a_box_are_listed(many: int, listed: int) -> None:
    ws = [Value(float(i), label=f"w_{i}") for i in range(1, many + 1)]
    box = view(dot(ws, [Value(1.0, label=f"x_{i}") for i in range(many)])).nodes[0]
    names = [name for name, _, _ in box.parameters]
    assert len(names) == listed and box.count == many
    if listed < many:
        assert (names[0], names[11], names[12], names[-1]) == ("w₁", "w₁₂", "w₂₀", "w₂₅")


def test_four_outputs_are_named_by_the_first_and_the_last() -> None:
    for n, name in ((3, "a₁, a₂, a₃"), (4, "a₁ … a₄")):
        (x,) = named(x=0.5)
        with scope("layer", 1):
            outs = [x * i for i in range(1, n + 1)]
        for i, out in enumerate(outs, start=1):
            out.label = f"a_{i}"
        seen = view(total(outs), level="layer")
        assert [node.name for node in seen.nodes if node.kind == "group"] == [name]


def test_of_many_contributions_the_middle_is_left_out() -> None:
    (x,) = named(x=3.0)
    for n, shown in ((4, "1·1 + 1·1 + 1·1 + 1·1 = 4"), (5, "1·1 + 1·1 + … + 1·1 = 5")):
        x.grad = 0
        cost = total([x] * n)
        cost.backward()
        assert by_name(view(cost, level="operation"))["x"].sum == f"∂L/∂x = {shown}"


def test_what_several_arrows_bring_together_has_its_parentheses() -> None:
    (x,) = named(x=3.0)
    cost = -total([x] * 10)
    cost.backward()
    told = "∂L/∂x = −1·1 + (−1)·1 + … + (−2) = −10"
    assert by_name(view(cost, level="operation"))["x"].sum == told


def test_the_words_of_a_sum_are_french_too() -> None:
    (x,) = named(x=3.0)
    cost = x * x
    cost.backward()
    cost.backward()
    with use("fr"):
        assert by_name(view(cost))["x"].sum == "∂L/∂x = 1·3 + 1·3 + 6 [déjà là] = 12"
        x.grad = 0
        assert by_name(view(cost))["x"].sum == "∂L/∂x = 0 (remis à zéro)"
    inner = x * 2
    inner.label = "z"
    (z,) = (inner,)
    (z * z).backward()
    part = z + z
    part.backward()
    z.grad = 9
    assert by_name(view(part))["z"].sum == "∂L/∂z = 1·1 + 1·1 + 7 [not drawn] = 9"
    with use("fr"):
        assert by_name(view(part))["z"].sum == "∂L/∂z = 1·1 + 1·1 + 7 [hors du dessin] = 9"


def test_a_sum_of_negative_parts_has_its_parentheses() -> None:
    (x,) = named(x=-3.0)
    cost = -(x * x)
    cost.backward()
    assert by_name(view(cost))["x"].sum == "∂L/∂x = −1·(−3) + (−1)·(−3) = 6"


def test_boxes_are_plain_data_that_nobody_changes() -> None:
    node = view(neuron()).nodes[0]
    with pytest.raises(AttributeError):
        node.name = "other"  # type: ignore[misc]
