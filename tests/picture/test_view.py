"""Draw it: a picture before it is drawn: its words, in both languages."""

from __future__ import annotations

import gc

import pytest

from tests.picture.graphs import mlp, named, neuron
from tinygrad_fr.engine import Value
from tinygrad_fr.picture.view import view
from tinygrad_fr.places import scope
from tinygrad_fr.words import use


def test_a_view_says_where_a_nan_was_born_by_its_own_names() -> None:
    (x,) = named(x=0.0)
    cost = (x**2).sqrt()
    assert view(cost).birth == ""  # before the walk back all is finite
    cost.backward()
    assert view(cost).birth == (
        "∞ is born in ∂L/∂u₁: the slope of √u₁ at u₁ = 0 is ∞; "
        "NaN is born in ∂L/∂x, coming back through u₁ = x²: ∞·0"
    )
    with use("fr"):
        assert view(cost).birth.replace("\u202f", " ") == (
            "∞ naît dans ∂L/∂u₁ : la pente de √u₁ en u₁ = 0 est ∞ ; "
            "NaN naît dans ∂L/∂x, en revenant par u₁ = x² : ∞·0"
        )
    assert view(neuron()).birth == ""


def test_a_node_that_a_view_hides_is_told_by_its_formula() -> None:
    (x,) = named(x=-1000.0)
    with scope("neuron", 1):
        a = 1 / (1 + (-x).exp())
        a.label = "a"
    cost = a * 2
    cost.backward()
    hidden = view(cost, level="neuron")
    assert [n.name for n in hidden.nodes] == ["x", "a", "L"]
    assert hidden.birth.startswith("∞ is born at exp(−x): exp(1000) is beyond the largest float")


def test_what_is_not_shown_is_not_said() -> None:
    (x,) = named(x=3.0)
    with scope("neuron", 1):
        a = x / (1 + Value(1000.0, label="b").exp())  # 3/∞ is 0
        a.label = "a"
    assert "exp(1000)" in view(a * 2, level="operation").birth
    assert [n.data for n in view(a * 2, level="neuron").nodes] == [3, 0, 0]
    assert view(a * 2, level="neuron").birth == ""


# ── captions and frames, in both languages ──


CAPTIONS = {
    "operation": ("one box per operation", "une case par opération"),
    "sum": (
        "one box per operation, chains of + in one (37 boxes for 43 nodes)",
        "une case par opération, chaînes de + réunies (37 cases pour 43 nœuds)",
    ),
    "neuron": (
        "one box per neuron (15 boxes for 43 nodes)",
        "une case par neurone (15 cases pour 43 nœuds)",
    ),
    "layer": (
        "one box per layer (12 boxes for 43 nodes)",
        "une case par couche (12 cases pour 43 nœuds)",
    ),
}


@pytest.mark.parametrize("level", CAPTIONS)
def test_the_caption_says_the_level_and_how_many_boxes(level: str) -> None:
    cost = mlp(2, 3, 2)
    english, french = CAPTIONS[level]
    assert view(cost, level=level).caption == english
    with use("fr"):
        assert view(cost, level=level).caption == french


def test_the_caption_says_what_was_opened() -> None:
    cost = mlp(2, 3, 2)
    seen = view(cost, level="layer", open=["layer 2", "layer 1"])
    assert seen.caption == "one box per layer, opened: layer 1, layer 2 (15 boxes for 43 nodes)"
    with use("fr"):
        seen = view(cost, level="layer", open=["couche 2"])
        assert seen.caption.replace("\u202f", " ") == (
            "une case par couche, ouvert : couche 2 (13 cases pour 43 nœuds)"
        )


def test_notes_are_joined_as_each_language_does() -> None:
    (x,) = named(x=0.5)
    v = x
    for _ in range(500):
        v = v.tanh()
    assert view(v, level="neuron").note == (
        "no neuron or layer in this graph; the middle of the graph (471 of 501 nodes) is folded"
    )
    with use("fr"):
        assert view(v, level="neuron").note == (
            "aucun neurone ni couche dans ce graphe ; "
            "le milieu du graphe (471 nœuds sur 501) est replié"
        )


def test_a_frame_holds_the_boxes_of_one_scope() -> None:
    seen = view(mlp(2, 3, 2), level="neuron")
    assert [(group.title, len(group.ids)) for group in seen.groups] == [
        ("layer 1", 3),
        ("layer 2", 2),
    ]
    titles = {node.id: node.title for node in seen.nodes}
    assert [titles[i] for i in seen.groups[1].ids] == ["layer 2 · neuron 1", "layer 2 · neuron 2"]


def test_a_view_is_plain_data_that_nobody_changes() -> None:
    seen = view(neuron())
    with pytest.raises(AttributeError):
        seen.root = "J"  # type: ignore[misc]


def test_the_collector_is_left_as_it_was() -> None:
    for on in (True, False):
        (gc.enable if on else gc.disable)()
        try:
            view(neuron())
            assert gc.isenabled() is on
        finally:
            gc.enable()
