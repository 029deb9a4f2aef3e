"""Step through it: the line of a step gives its number when it is worked out as printed."""

from __future__ import annotations

from collections.abc import Callable
from xml.etree import ElementTree

import pytest

from tests.picture.graphs import NASTY, mlp, named, network, neuron
from tinygrad_fr.engine import Value
from tinygrad_fr.picture.frames import Film, film
from tinygrad_fr.picture.told import told
from tinygrad_fr.reading.expression import parse
from tinygrad_fr.words import number, use

GRAPHS: dict[str, Callable[[], Value]] = {
    "neuron": neuron,
    "network": network,
    "six four": lambda: mlp(2, 6, 4, 1),
}


def lines(found: Film, written: str = "text") -> dict[str, str]:
    """The last formula of each name."""
    shown = {}
    for frame in found.frames:
        line = told(found, frame, written)
        if line is not None:
            shown[line.name] = line.formula
    return shown


def worked_out(text: str) -> float:
    """The number that a printed line of arithmetic gives, by Python's own parser."""
    plain = text.translate(str.maketrans({"−": "-", "·": "*", "²": "**2"}))
    return float(parse(plain.replace("σ", "sigmoid"), {}).data)


@pytest.mark.parametrize("graph", GRAPHS)
def test_every_line_worked_out_as_printed_gives_its_value(graph: str) -> None:
    found, seen = film(GRAPHS[graph]()), 0
    with use("en"):
        for frame in found.frames:
            line = told(found, frame, "text")
            if line is not None and line.text:
                seen += 1
                assert number(worked_out(line.text)) == number(frame.value), line
    assert seen >= 17


def test_the_rules_as_a_course_writes_them() -> None:
    shown = lines(film(neuron()))
    assert shown["z"] == "u₁ + u₂ + b" and shown["a"] == "σ(z)"
    assert shown["∂L/∂z"] == "∂L/∂a·a(1−a)"
    assert shown["∂L/∂w₁"] == "∂L/∂u₁·x₁" and shown["∂L/∂x₁"] == "∂L/∂u₁·w₁"
    assert shown["∂L/∂a"] == "∂L/∂u₃·1" and shown["∂L/∂y"] == "∂L/∂u₃·(−1)"
    assert shown["∂L/∂u₃"] == "∂L/∂L·2u₃"
    shown = lines(film(network()))
    assert shown["z₁⁽¹⁾"] == "w₁₁⁽¹⁾·x₁ + w₁₂⁽¹⁾·x₂ + b₁⁽¹⁾"
    with use("en"):
        assert shown["∂L/∂a₁⁽¹⁾"].endswith("+ ∂L/∂z₁⁽²⁾·w₁₁⁽²⁾")
    whole = lines(film(mlp(2, 6, 4, 1)))
    assert whole["∂L/∂a₁⁽²⁾"] == "∂L/∂a₁⁽³⁾·w₁₁⁽³⁾·a₁⁽³⁾(1−a₁⁽³⁾)"


def test_two_arrows_from_one_box_are_told_one_by_one() -> None:
    (x,) = named(x=2.0)
    found = film(x * x)
    first, second = (told(found, f, "text") for f in found.frames if f.arrow is not None)
    assert first is not None and first.formula == "∂L/∂L·x" and first.text == "1·2"
    assert second is not None and second.formula == "2 + ∂L/∂L·x" and second.text == "2 + 1·2"


def test_the_numbers_stand_below_their_symbols() -> None:
    found = film(neuron())
    with use("en"):
        shown = lines(found, "mathml")
    tree = ElementTree.fromstring(f"<math>{shown['<mi>z</mi>']}</math>")
    below = {"".join(m[0].itertext()): "".join(m[1].itertext()) for m in tree.iter("munder")}
    assert below == {"u1": "0.75", "u2": "0.15", "b": "0.1"}
    with use("fr"):
        assert "<mn>0,75</mn>" in lines(found, "mathml")["<mi>z</mi>"]


@pytest.mark.parametrize("label", NASTY)
def test_a_hostile_label_is_text_in_mathml(label: str) -> None:
    x, w = Value(2.0, label=label), Value(3.0, label="w")
    with use("en"):
        for frame in (found := film((x * w).tanh())).frames:
            line = told(found, frame)
            if line is not None:
                text = f"<math>{line.name}{line.formula}</math>".replace("\x00", "")
                if "\ud800" in label or "\x1b" in label:
                    continue  # no file can hold it: the page replaces it
                tree = ElementTree.fromstring(text)
                assert {e.tag for e in tree.iter()} <= {
                    "math", "mrow", "mi", "mn", "mo", "mtext", "munder", "mfrac", "msub", "msup",
                    "msubsup",
                }  # fmt: skip
