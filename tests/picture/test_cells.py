"""Step through it: every number of the picture stands in a cell that a step fills."""

from __future__ import annotations

import re

import pytest

from tests.picture.graphs import mlp, network, neuron, wide
from tinygrad_fr.engine import Value
from tinygrad_fr.picture.cells import drawn, filled, marked
from tinygrad_fr.picture.frames import film
from tinygrad_fr.picture.layout import SHARED
from tinygrad_fr.words import number, use


@pytest.mark.parametrize(
    "graph", [neuron, network, wide, lambda: mlp(2, 6, 4, 1), lambda: mlp(2, 3, 2, examples=2)]
)
def test_every_cell_is_filled_and_every_step_finds_its_cells(graph: object) -> None:
    found = film(graph())  # type: ignore[operator]
    svg = marked(SHARED.ask(drawn(found), "svg", 60.0).decode(), found)
    cells = re.findall(r'<text id="(n\d+[vg]\d*)"', svg)
    assert len(cells) == len(set(cells)) > 5
    named = {name for step in filled(found) for name, _ in step.cells}
    many = {n.id for n in found.view.nodes if n.kind == "group" and len(n.parameters) > 12}
    assert {c for c in named if not (c[:-2] in many or c[:-3] in many)} == set(cells)


def test_a_cell_holds_what_has_arrived_so_far() -> None:
    x = Value(2.0, label="x")
    with use("en"):
        found = film(3 * x + x * x)
        (name,) = [node.id for node in found.view.nodes if node.name == "x"]
        held = [t for step in filled(found) for c, t in step.cells if c == f"{name}g"]
    assert held[-1] == "7" and len(held) == 3
    assert held == [number(f.value) for f in found.frames if f.kind == "backward" and f.box == name]


def test_nothing_beside_the_arrows_tells_a_number() -> None:
    found = film(network())
    source = drawn(found)
    assert not re.findall(r"-> n\d+ \[[^\]]*label=", source)
    assert "penwidth=1.1" in source and len(set(re.findall(r"penwidth=([\d.]+)", source))) == 1
    assert "∂L/∂" not in source
