"""Draw it: a worksheet tells what is given and nothing that has to be found; its key tells all."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.picture.graphs import mlp, network, neuron, square
from tinygrad_fr.picture.blank import worksheet
from tinygrad_fr.picture.draw import Picture, draw
from tinygrad_fr.picture.view import view
from tinygrad_fr.words import number, use


def said(picture: Picture) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]*)</text>", picture.svg)


def test_gradients_are_left_out_and_nothing_else() -> None:
    sheet = draw(neuron(True), level="sum", blank="gradients")
    assert sheet.key is not None
    full = view(neuron(True), level="sum")
    text = " ".join(said(sheet))
    for node in full.nodes:
        assert number(node.data) in text
        if node.name == "z":  # −0.106; that of a is also a slope, 2e
            assert number(node.grad) not in said(sheet) and number(node.grad) in said(sheet.key)
    assert "a(1−a)" in text and "0.197" in text  # a local derivative is given
    product = "−0.538 · "  # what arrives, times the slope
    assert product not in text and product in " ".join(said(sheet.key))


def test_all_that_has_to_be_computed_is_left_out() -> None:
    sheet = draw(neuron(True), level="sum", blank="all")
    for node in view(neuron(True), level="sum").nodes:
        leaf = node.kind in ("parameter", "data")
        told = number(node.data)
        assert told == "1" or (told in said(sheet)) is leaf, node.name
    text = " ".join(said(sheet))
    assert "a(1−a)" in text and "0.197" not in text and "2e" in text and "−1" in text


@pytest.mark.parametrize("blank", ["gradients", "all"])
def test_no_look_of_a_worksheet_tells(blank: str) -> None:
    """Neither the thickness of an arrow, nor dashes, nor what a box says when pointed at."""
    sheet = draw(network(), blank=blank)
    assert len(set(re.findall(r"penwidth=([\d.]+)", sheet.dot))) == 1
    assert "dashed" not in sheet.dot and "thickness" not in sheet.dot
    full = view(network(), level=sheet.view.level)
    found = {number(n.grad) for n in full.nodes} - {number(n.data) for n in full.nodes}
    found -= {number(edge.local) for edge in full.edges}
    for told in found - {"1"}:
        assert f" {told}<" not in sheet.svg and f">{told}<" not in sheet.svg, told


def test_a_sum_has_as_many_gaps_as_terms() -> None:
    sheet = worksheet(view(network(), level="sum"), "gradients")
    sums = {node.name: node.sum for node in sheet.nodes if node.sum}
    assert sums["a₁⁽¹⁾"] == "∂L/∂a₁⁽¹⁾ = ……… + ……… = ………"
    assert sums["x₁"].count("………") == 4


def test_groups_are_filled_in_too() -> None:
    sheet = draw(mlp(2, 3, 2), level="neuron", blank="gradients", lang="fr")
    assert sheet.key is not None
    assert "écrire le gradient" in " ".join(said(sheet))
    assert "passe arrière" in " ".join(said(sheet.key))
    assert len(sheet.view.nodes) == len(sheet.key.view.nodes)
    with use("fr"):
        full = view(mlp(2, 3, 2), level="neuron")
        group = next(node for node in full.nodes if node.kind == "group")
        for _, data, grad in group.parameters:
            assert number(data) in said(sheet) and number(grad) not in said(sheet)


def test_the_key_is_written_beside(tmp_path: Path) -> None:
    draw(square(), tmp_path / "sheet.svg", blank="all")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["sheet-key.svg", "sheet.svg"]
    assert "backward pass" in (tmp_path / "sheet-key.svg").read_text("utf-8")
    assert "backward pass" not in (tmp_path / "sheet.svg").read_text("utf-8")


def test_an_unknown_blank_is_refused() -> None:
    with pytest.raises(ValueError, match="gradients, all"):
        draw(square(), blank="values")
