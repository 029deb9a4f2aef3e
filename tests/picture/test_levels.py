"""Draw it: the level that was asked for, or the one that can be read; groups that are opened."""

from __future__ import annotations

import pytest

from tests.picture.graphs import by_name, mlp, named
from tinygrad_fr.engine import Value
from tinygrad_fr.picture.dot import to_dot
from tinygrad_fr.picture.draw import draw
from tinygrad_fr.picture.gathered import gather
from tinygrad_fr.picture.levels import LEVELS, READABLE, in_boxes
from tinygrad_fr.picture.view import view
from tinygrad_fr.places import scope
from tinygrad_fr.words import use


def test_three_levels_of_a_network() -> None:
    cost = mlp(2, 3, 2)
    titles = {
        level: [n.title for n in view(cost, level=level).nodes if n.title] for level in LEVELS
    }
    assert titles["sum"] == []
    assert sorted(titles["neuron"]) == [
        f"layer {layer} · neuron {k}"
        for layer, size in ((1, 3), (2, 2))
        for k in range(1, size + 1)
    ]
    assert sorted(titles["layer"]) == ["layer 1", "layer 2"]
    layer = next(n for n in view(cost, level="layer").nodes if n.title == "layer 1")
    assert layer.name == "a₁⁽¹⁾, a₂⁽¹⁾, a₃⁽¹⁾"
    assert layer.expression == "σ(W·x + b)"
    assert len(layer.data) == len(layer.grad) == 3
    assert len(layer.parameters) == 9


@pytest.mark.parametrize("name", ["layer 1", "couche 1", ("layer", 1), (("layer", 1),)])
def test_opening_one_group(name: object) -> None:
    with use("fr" if name == "couche 1" else "en"):
        seen = view(mlp(2, 3, 2), level="layer", open=[name])
    kinds = [n.scope for n in seen.nodes if n.kind == "group"]
    assert sorted(kinds, key=str) == [
        (("layer", 1), ("neuron", 1)),
        (("layer", 1), ("neuron", 2)),
        (("layer", 1), ("neuron", 3)),
        (("layer", 2),),
    ]


def test_opening_a_neuron_shows_its_operations() -> None:
    seen = view(mlp(2, 3, 2), level="neuron", open=["layer 1 neuron 2"])
    assert by_name(seen)["z₂⁽¹⁾"].kind == "inner"
    assert len([n for n in seen.nodes if n.kind == "group"]) == 4


def test_unknown_groups_and_levels_are_refused() -> None:
    for group in ("layer 9", ("layer", 9), [["layer", 1]]):
        with pytest.raises(ValueError, match="no group of that name.*layer 2"):
            view(mlp(2, 3, 2), open=[group])
    with pytest.raises(ValueError, match="Choose auto, operation"):
        view(Value(1.0), level="all")
    with pytest.raises(TypeError, match="made of a Value"):
        view(3.0)  # type: ignore[arg-type]


def test_the_level_follows_the_size() -> None:
    assert view(mlp(2, 3, 2)).level == "sum"
    neurons = view(mlp(8, 16, 12, 4))
    assert neurons.level == "neuron" and len(neurons.nodes) <= READABLE
    layers = view(mlp(4, 100, 100, 3))
    assert layers.level == "layer"
    assert "one box per layer" in layers.caption


def test_without_scopes_there_are_no_groups() -> None:
    (x,) = named(x=1.0)
    seen = view(x * x + x, level="neuron")
    assert seen.level == "operation"
    assert "no neuron or layer" in seen.note


def test_every_level_changes_the_picture() -> None:
    cost = mlp(2, 3, 2)
    assert [len(view(cost, level=level).nodes) for level in LEVELS] == [43, 37, 15, 12]
    assert [view(cost, level=level).level for level in LEVELS] == list(LEVELS)
    assert len({to_dot(cost, level=level) for level in LEVELS}) == 4
    assert len({draw(cost, level=level).dot for level in LEVELS}) == 4


def test_the_next_level_is_taken_when_there_are_too_many_boxes() -> None:
    (v,) = named(x=0.5)
    with scope("layer", 1), scope("neuron", 1):
        for _ in range(199):
            v = v.tanh()
    assert view(v).level == "operation"
    with scope("layer", 1), scope("neuron", 1):
        v = v.tanh()
    seen = view(v)
    assert seen.level == "neuron" and len(seen.nodes) == 2


def test_a_level_that_was_asked_for_is_kept() -> None:
    (v,) = named(x=0.5)
    with scope("layer", 1), scope("neuron", 1):
        for _ in range(499):
            v = v.tanh()
    assert [view(v, level=level).level for level in LEVELS] == [
        "operation",
        "operation",  # no sum to stand inside another
        "neuron",
        "layer",
    ]
    assert len(view(v, level="operation").nodes) == 31


def test_without_groups_the_level_asked_for_is_said_to_be_none() -> None:
    (x,) = named(x=1.0)
    assert view(x * x, level="layer").note == "no neuron or layer in this graph"
    assert view(x * x).note == ""
    with use("fr"):
        assert view(x * x, level="layer").note == "aucun neurone ni couche dans ce graphe"


def test_what_each_box_gives_to_others() -> None:
    cost = mlp(2, 3, 2)
    graph = gather(cost)
    boxes = in_boxes(graph, "layer")
    first, second = (box for box in boxes.boxes if box.kind == "group")
    assert [v.label for v in boxes.outputs[first]] == ["a_1^[1]", "a_2^[1]", "a_3^[1]"]
    assert [v.label for v in boxes.outputs[second]] == ["a_1^[2]", "a_2^[2]"]
    assert boxes.outputs[boxes.boxes[-1]] == [cost]
    assert [boxes.ids[box] for box in boxes.boxes] == [f"n{i}" for i in range(12)]


def test_both_languages_name_the_groups_that_there_are() -> None:
    with use("fr"), pytest.raises(ValueError, match="aucun groupe de ce nom.*«.couche 2.»"):
        view(mlp(2, 3, 2), open=["layer 9"])
    with pytest.raises(ValueError, match="Groups of the graph: none"):
        view(named(x=1.0)[0] * 2, open=["layer 1"])
    with use("fr"), pytest.raises(ValueError, match="level='all' est inconnu. Choisissez auto"):
        view(Value(1.0), level="all")
    with use("fr"), pytest.raises(TypeError, match="une image se fait d’un Value, reçu float"):
        view(3.0)  # type: ignore[arg-type]
