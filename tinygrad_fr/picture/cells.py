"""Step through it: the picture with every number in a cell of its own, to be filled step by step.

A cell is called after its box: n3v is its value, n3g its gradient; n3v1, n3g1, … those of the
parameters inside.  The picture is laid out once, with the longest text that each cell will hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from tinygrad_fr.picture.dot import LISTED_IN_STEPS, numbers, source
from tinygrad_fr.picture.frames import LEAVES, Film, Frame
from tinygrad_fr.picture.labels import Node
from tinygrad_fr.picture.style import BLUE, RED
from tinygrad_fr.words import number

Cell = tuple[str, str]  # its name, what it holds


@dataclass(frozen=True, slots=True)
class Filled:
    """What a step fills in: its cells, each with its text."""

    frame: Frame
    cells: tuple[Cell, ...]


def filled(film: Film) -> list[Filled]:
    """Every step with the cells that it fills."""
    return [Filled(frame, tuple(_cells(film, frame))) for frame in film.frames]


def _cells(film: Film, frame: Frame) -> Iterator[Cell]:
    if frame.kind == "given":
        for node in film.view.nodes:
            if node.kind in LEAVES and not node.parameters and node.data is not None:
                yield f"{node.id}v", numbers(node.data)
            for i, (_, data, _) in enumerate(node.parameters, start=1):
                yield f"{node.id}v{i}", number(data)
        return
    node = film.node(frame.box)
    if frame.kind == "forward":
        yield f"{node.id}v", numbers(node.data)
    elif frame.kind in ("seed", "backward"):
        yield f"{node.id}g", number(frame.value)
    if frame.kind == "whole" and not (node.parameters and node.kind != "group"):
        yield f"{node.id}g", numbers(node.grad)
    if frame.kind == "inside" or (frame.kind == "whole" and node.kind != "group"):
        for i, (_, _, grad) in enumerate(node.parameters, start=1):
            yield f"{node.id}g{i}", number(grad)


def drawn(film: Film) -> str:
    """The Graphviz source of the picture, nothing beside its arrows."""
    longest: dict[str, str] = {}
    for step in filled(film):
        for name, text in step.cells:
            longest[name] = max(longest.get(name, ""), text, key=len)

    def bare(node: Node) -> Node:
        grad = longest.get(f"{node.id}g", node.grad)
        many = node.kind == "group" and len(node.parameters) > LISTED_IN_STEPS
        rows = tuple((name, data, None) for name, data, _ in node.parameters)
        return replace(node, sum="", grad=grad, parameters=rows if many else node.parameters)

    edges = [
        replace(edge, formula="", local=None, gradient=None, contribution=None)
        for edge in film.view.edges
    ]
    nodes = [bare(node) for node in film.view.nodes]
    return source(replace(film.view, nodes=nodes, edges=edges), density="step")


_NODE = re.compile(r'(<g id="(n\d+)" class="node")(.*?)(</g>)', re.S)
_TEXT = re.compile(r"<text ([^>]*)>([^<]*)</text>")


def marked(svg: str, film: Film) -> str:
    """The laid out picture with the name of its cell on every number, each in the middle of it."""
    listed = {node.id for node in film.view.nodes if node.parameters and node.kind != "group"}

    def node(found: re.Match[str]) -> str:
        name = found[2]
        seen = dict.fromkeys("vg", int(name in listed))

        def text(piece: re.Match[str]) -> str:
            kind = {RED.lower(): "v", BLUE.lower(): "g"}.get(_attribute(piece[1], "fill"))
            if kind is None:
                return piece[0]
            place = seen[kind] or ""
            seen[kind] += 1
            x, width = (float(_attribute(piece[1], key) or 0) for key in ("x", "textLength"))
            y, size = (_attribute(piece[1], key) for key in ("y", "font-size"))
            return (
                f'<text id="{name}{kind}{place}" class="{kind}" text-anchor="middle" '
                f'x="{x + width / 2:.2f}" y="{y}" font-size="{size}">{piece[2]}</text>'
            )

        return found[1] + _TEXT.sub(text, found[3]) + found[4]

    return _NODE.sub(node, svg)


def _attribute(attributes: str, key: str) -> str:
    found = re.search(rf'{key}="([^"]*)"', attributes)
    return found[1].lower() if found and key == "fill" else found[1] if found else ""
