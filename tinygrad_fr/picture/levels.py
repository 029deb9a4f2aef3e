"""Draw it: the level of detail that can be read, and the boxes it makes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tinygrad_fr.engine import Value
from tinygrad_fr.picture.boxes import Box, gathered, inside_sums
from tinygrad_fr.picture.fold import SCREEN, fits, fold_the_cost, without_the_middle
from tinygrad_fr.picture.gathered import Gathered, cuts, place_name
from tinygrad_fr.places import Scope
from tinygrad_fr.refusals import refuse
from tinygrad_fr.words import language, say

LEVELS = ("operation", "sum", "neuron", "layer")
READABLE = 200  # boxes that still make a picture; beyond, the next level is taken


@dataclass(frozen=True, slots=True, eq=False)
class Boxes:
    """The boxes of a picture, in its order.

    level    operation, sum, neuron or layer
    boxes    inputs first
    ids      of a box: "n0", "n1", …
    at       the box that a node is in
    outputs  of a box: its nodes that another box uses; of the last one also the output
    inside   what stands inside a sum: inside which
    opened   the groups that are shown one level finer
    notes    what was folded, in words
    """

    level: str
    boxes: Sequence[Box]
    ids: Mapping[Box, str]
    at: Mapping[Value, Box]
    outputs: Mapping[Box, Sequence[Value]]
    inside: Mapping[Value, Value]
    opened: frozenset[Scope]
    notes: Sequence[str]


def in_boxes(
    graph: Gathered, level: str, open: Iterable[Any] = (), most: int | None = None
) -> Boxes:
    """The boxes at the level asked for, or at one that can be read; what is too large folded.

    `most`: how many boxes may be left; without it, what a picture can hold.
    """
    asked = level
    opened = frozenset(_opened(graph, e) for e in ([open] if isinstance(open, str) else open))
    if level == "auto":
        level = "neuron" if opened else "sum"
    inside = inside_sums(graph) if level != "operation" else {}
    notes: list[str] = []

    def at_level(level: str) -> list[Box]:
        boxes = gathered(graph, level, inside, opened)
        boxes, told = fold_the_cost(graph, boxes) if level == "layer" else (boxes, "")
        notes.append(told)
        return boxes

    boxes = at_level(level)
    if asked == "auto" and any(v.scope for v in graph.nodes):
        while level != "layer" and not fits(graph, boxes, READABLE):
            level = LEVELS[LEVELS.index(level) + 1]
            boxes = at_level(level)
    if level in ("neuron", "layer") and not opened and all(b.kind != "group" for b in boxes):
        level = "sum"
        none = say(
            fr="aucun neurone ni couche dans ce graphe", en="no neuron or layer in this graph"
        )
        notes.append(none if asked != "auto" else "")
    if level == "sum" and not inside:
        level = "operation"
    room = most or (READABLE if asked == "auto" else 2 * READABLE)
    if not fits(graph, boxes, room):
        kept = min(most or SCREEN, SCREEN)
        boxes, told = without_the_middle(graph, boxes, lambda: at_level("sum"), kept)
        notes.append(told)
    at = {v: box for box in boxes for v in box.members}
    ids = {box: f"n{i}" for i, box in enumerate(boxes)}
    outputs = _outputs(graph, boxes, at)
    said = [note for note in notes if note]
    return Boxes(level, boxes, ids, at, outputs, inside, opened, said)


def _outputs(
    graph: Gathered, boxes: Sequence[Box], at: Mapping[Value, Box]
) -> dict[Box, list[Value]]:
    """What of each box is used by another, in the order of use; and the output."""
    found: dict[Box, list[Value]] = {box: [] for box in boxes}
    used: dict[Value, None] = {}
    for v in graph.nodes:
        for u in graph.inputs[v]:
            if at[u] is not at[v]:
                used[u] = None
    for u in [*used, graph.output]:
        found[at[u]].append(u)
    return found


def _opened(graph: Gathered, entry: Any) -> Scope:
    """The scope that `open` names; ValueError that lists the groups if there is none."""
    groups = dict.fromkeys(cut for v in graph.nodes for cut in cuts(v.scope))
    if isinstance(entry, str):
        for cut in groups:
            plain = " · ".join(f"{word} {index}".strip() for word, index in cut)
            if entry in (plain, place_name(cut), plain.replace(" · ", " ")):
                return cut
    else:
        wanted = tuple(entry)
        wanted = (wanted,) if len(wanted) == 2 and isinstance(wanted[0], str) else wanted
        for cut in groups:
            if cut == wanted:
                return cut
    names = (f"« {place_name(c)} »" if language() == "fr" else f"'{place_name(c)}'" for c in groups)
    listed = ", ".join(names)
    refuse(
        fr=f"open={entry!r} : aucun groupe de ce nom. Groupes du graphe : {listed or 'aucun'}",
        en=f"open={entry!r}: no group of that name. Groups of the graph: {listed or 'none'}",
    )
