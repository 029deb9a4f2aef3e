"""Draw it: inputs, neurons and weights stand in the order of their numbers, top to bottom."""

from __future__ import annotations

from tests.picture.graphs import mlp, named, network
from tests.picture.svg import outline, parsed, things
from tinygrad_fr.engine import Value
from tinygrad_fr.picture.columns import columns, families
from tinygrad_fr.picture.dot import to_dot
from tinygrad_fr.picture.draw import draw
from tinygrad_fr.picture.view import view


def tops(cost: Value, level: str) -> dict[str, float]:
    """How far down each named box of a picture begins; the first of those with one name."""
    picture = draw(cost, level=level, size="free")
    boxes = things(parsed(picture), "node")
    found: dict[str, float] = {}
    for node in picture.view.nodes:
        found.setdefault(node.name, outline(boxes[node.id])[1])
    return found


def test_everything_of_one_kind_stands_by_its_numbers() -> None:
    for level in ("operation", "sum"):
        top = tops(network(), level)
        for family in (
            ("x₁", "x₂"),
            ("a₁⁽¹⁾", "a₂⁽¹⁾", "a₃⁽¹⁾"),
            ("z₁⁽²⁾", "z₂⁽²⁾"),
            ("w₁₁⁽¹⁾", "w₁₂⁽¹⁾", "w₂₁⁽¹⁾", "w₂₂⁽¹⁾", "w₃₁⁽¹⁾", "w₃₂⁽¹⁾"),
            ("w₁₁⁽²⁾", "w₁₂⁽²⁾", "w₁₃⁽²⁾", "w₂₁⁽²⁾", "w₂₂⁽²⁾", "w₂₃⁽²⁾"),
        ):
            heights = [top[name] for name in family]
            assert heights == sorted(heights), (level, family)


def test_neurons_stand_by_their_numbers() -> None:
    top = tops(mlp(2, 12, 12, 1), "neuron")
    for layer in "⁽¹⁾", "⁽²⁾":
        names = [f"a{k}{layer}" for k in ("₁", "₂", "₃", "₉", "₁₀", "₁₁", "₁₂")]
        assert [top[name] for name in names] == sorted(top[name] for name in names)


def test_a_column_is_as_near_to_the_end_as_it_can_be() -> None:
    w, x, b = named(w=1.0, x=2.0, b=3.0)
    seen = view((w * x + b).tanh(), level="operation")
    at = columns(seen.nodes, seen.edges)
    assert {node.name: at[node.id] for node in seen.nodes} == {
        "L": 0,
        "u₂": 1,
        "u₁": 2,
        "b": 2,
        "w": 3,
        "x": 3,
    }


def test_families_are_of_one_column_one_letter_one_layer() -> None:
    seen = view(network(), level="sum")
    names = {node.id: node.name for node in seen.nodes}
    found = [[names[key] for key in family] for family in families(seen.nodes, seen.edges)]
    assert ["x₁", "x₂"] in found and ["a₁⁽¹⁾", "a₂⁽¹⁾", "a₃⁽¹⁾"] in found
    assert found[[f[0] for f in found].index("w₁₁⁽¹⁾")][:6] == [
        "w₁₁⁽¹⁾",
        "w₁₂⁽¹⁾",
        "b₁⁽¹⁾",
        "w₂₁⁽¹⁾",
        "w₂₂⁽¹⁾",
        "b₂⁽¹⁾",
    ]
    assert all(len(family) > 1 for family in found)


def test_letters_that_are_no_numbers_keep_their_place() -> None:
    k, m, i = (Value(1.0, label=f"v_{n}") for n in ("k", "10", "9"))
    seen = view((k + m + i).tanh(), level="operation")
    names = {node.id: node.name for node in seen.nodes}
    found = [[names[key] for key in f] for f in families(seen.nodes, seen.edges)]
    assert found == []  # v₁₀ and v₉ are one column apart, v_k is of no number
    total = k * m * i
    seen = view(total.tanh(), level="sum")
    assert "style=invis" not in to_dot(total)  # so small a picture stands in the order of inputs
    assert "style=invis" in to_dot(network())
