"""Draw it: what every picture needs, as plain data: boxes, arrows, numbers, and what was folded.

A graph as built has more nodes than a person reads.  A view gathers them into boxes, at one of four
levels, and keeps the chain rule visible: every arrow carries the local derivative and what flows
back through it, every box that is used several times says of which terms its gradient is the sum.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tinygrad_fr.birth import finite, where_born
from tinygrad_fr.engine import Value
from tinygrad_fr.picture.arrows import Edge, arrows
from tinygrad_fr.picture.fold import count
from tinygrad_fr.picture.gathered import Gathered, cuts, gather, place_name
from tinygrad_fr.picture.labels import Node, labels
from tinygrad_fr.picture.levels import LEVELS, Boxes, in_boxes
from tinygrad_fr.picture.names import name_all
from tinygrad_fr.places import Scope
from tinygrad_fr.refusals import refuse
from tinygrad_fr.words import language, say

FOLDED = (24, 16, 10)  # boxes that are left where no level can be read


@dataclass(frozen=True, slots=True)
class Group:
    """Boxes built in the same scope: what a frame may be drawn around."""

    scope: Scope
    title: str
    ids: list[str]


@dataclass(frozen=True, slots=True)
class View:
    """A picture before it is drawn.

    nodes, edges, groups   what is drawn, inputs first
    level                  operation, sum, neuron or layer
    root                   the name of the output
    caption                the level, in words
    note                   what was folded; empty where nothing was
    backward               whether a backward pass has happened
    birth                  where an ∞ or a NaN that is shown was born, and why; else empty
    blank                  what is left to be written: "gradients", "all"; else empty
    """

    nodes: list[Node]
    edges: list[Edge]
    groups: list[Group]
    level: str
    root: str
    caption: str
    note: str
    backward: bool
    birth: str = ""
    blank: str = ""


def view(
    output: Value,
    level: str = "auto",
    open: Iterable[Any] = (),
    most: int | None = None,
    called: Mapping[Value, str] | None = None,
    fresh: bool = False,
) -> View:
    """The graph of output as boxes and arrows, at a level of detail.

    operation   every operation as it was built
    sum         chains of unnamed + (and dot) in one box: z = u₁ + u₂ + b
    neuron      one box per neuron, its parameters inside; other scopes by their whole name
    layer       one box per layer
    auto        the first of sum, neuron, layer that fits on a screen

    `open` names groups to show one level finer: "layer 1", ("layer", 1) or a whole scope.  What is
    still too large, or has more than `most` boxes, loses its middle, and `note` says so.  `called`
    has labels for results that bear none; `fresh` shows gradients worked out here, whatever the
    nodes' own hold.

    What a leaf is: a parameter where `formula.parameters.is_parameter` says so; a number if it has
    no label; else data.  The cost is the output.  A backward pass has happened if the output's
    gradient is not 0.  Inside `sabotage`, the true gradient stands beside each wrong one.

    Raises TypeError if output is no Value, ValueError for an unknown level or group.
    """
    _check(output, level)
    with _no_collector():
        graph = gather(output, fresh)
        boxes = in_boxes(graph, level, open, most)
        names = name_all(graph, boxes, called)
        edges = arrows(graph, boxes, names)
        nodes = labels(graph, boxes, names, edges)
    return View(
        nodes,
        edges,
        _groups(boxes),
        boxes.level,
        names.root,
        _caption(graph, boxes),
        (" ; " if language() == "fr" else "; ").join(boxes.notes),
        graph.backward,
        where_born(output, names.called) if _strange(nodes, edges) else "",
    )


def views(
    output: Value,
    level: str = "auto",
    open: Iterable[Any] = (),
    called: Mapping[Value, str] | None = None,
    fresh: bool = False,
) -> Iterator[View]:
    """Coarser and coarser views of a graph; a level that was asked for is kept."""
    open = [open] if isinstance(open, str) else list(open)
    seen = view(output, level, open, None, called, fresh)
    yield seen
    if level != "auto":
        return
    if seen.groups and not open:
        for coarser in LEVELS[LEVELS.index(seen.level) + 1 :]:
            seen = view(output, coarser, (), None, called, fresh)
            yield seen
    for most in FOLDED:
        if len(seen.nodes) > most:
            yield view(output, seen.level, open, most, called, fresh)


def _strange(nodes: Iterable[Node], edges: Iterable[Edge]) -> bool:
    """Whether an ∞ or a NaN is shown."""
    shown = [x for edge in edges for x in (edge.local, edge.gradient, edge.contribution)]
    for node in nodes:
        shown += [node.data, node.grad, *(x for _, *pair in node.parameters for x in pair)]
    flat = (x for entry in shown for x in (entry if isinstance(entry, tuple) else (entry,)))
    return any(x is not None and not finite(x) for x in flat)


@contextmanager
def _no_collector() -> Iterator[None]:
    """A million small lists and no cycle: the collector would look for one all along."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _check(output: object, level: str) -> None:
    if not isinstance(output, Value):
        refuse(
            fr=f"une image se fait d’un Value, reçu {type(output).__name__} : {output!r}. "
            "Donnez la sortie du calcul, par exemple draw(L)",
            en=f"a picture is made of a Value, got {type(output).__name__}: {output!r}. "
            "Give the output of the computation, draw(L) for example",
            kind=TypeError,
        )
    if level not in ("auto", *LEVELS):
        refuse(
            fr=f"level={level!r} est inconnu. Choisissez auto, {', '.join(LEVELS)}",
            en=f"level={level!r} is unknown. Choose auto, {', '.join(LEVELS)}",
        )


def _groups(boxes: Boxes) -> list[Group]:
    """The outermost scopes with the boxes in them."""
    found: dict[Scope, Group] = {}
    for box in boxes.boxes:
        if box.scope:
            outer = cuts(box.scope)[0]
            group = found.setdefault(outer, Group(outer, place_name(outer), []))
            group.ids.append(boxes.ids[box])
    return list(found.values())


def _caption(graph: Gathered, boxes: Boxes) -> str:
    """The level, what was opened, and how many nodes the boxes stand for."""
    words = {
        "operation": say(fr="une case par opération", en="one box per operation"),
        "sum": say(
            fr="une case par opération, chaînes de + réunies",
            en="one box per operation, chains of + in one",
        ),
        "neuron": say(fr="une case par neurone", en="one box per neuron"),
        "layer": say(fr="une case par couche", en="one box per layer"),
    }
    text = words[boxes.level]
    if boxes.opened:
        opened = ", ".join(place_name(s) for s in sorted(boxes.opened, key=str))
        text += say(fr=", ouvert : ", en=", opened: ") + opened
    if len(graph.nodes) > len(boxes.boxes):
        n, of = count(len(boxes.boxes)), count(len(graph.nodes))
        text += say(fr=f" ({n} cases pour {of} nœuds)", en=f" ({n} boxes for {of} nodes)")
    return text
