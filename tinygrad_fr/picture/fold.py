"""Draw it: what is too large to be read loses its middle, and says how much."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tinygrad_fr.engine import Value
from tinygrad_fr.picture.boxes import Box
from tinygrad_fr.picture.gathered import Gathered
from tinygrad_fr.words import language, say

SCREEN = 30  # boxes left when nothing but leaving out the middle helps


def fits(graph: Gathered, boxes: Sequence[Box], most: int) -> bool:
    """So many boxes, and so many arrows, still make a picture."""
    if len(boxes) > most:
        return False
    alone = (v for box in boxes if box.kind == "one" for v in box.members)
    return sum(len(graph.inputs[v]) for v in alone) <= 4 * most


def count(n: int) -> str:
    """A whole number in groups of three digits."""
    return f"{n:,}".replace(",", "\u202f") if language() == "fr" else f"{n:,}"


def fold_the_cost(graph: Gathered, boxes: list[Box]) -> tuple[list[Box], str]:
    """What comes after the last layer, in one box, where it is too long; and what is said of it."""
    tail = _after_the_groups(graph, boxes)
    if len(tail) <= SCREEN:
        return boxes, ""
    members = [v for box in boxes if box in tail for v in box.members]
    left = [box for box in boxes if box not in tail]
    where = next(i for i, box in enumerate(left) if graph.output in box.members)
    told = say(
        fr=f"{count(len(members))} nœuds du calcul du coût sont repliés",
        en=f"{count(len(members))} nodes of the cost are folded",
    )
    return [*left[:where], Box(members, "folded"), *left[where:]], told


def _after_the_groups(graph: Gathered, boxes: list[Box]) -> set[Box]:
    """The boxes, outside of every scope, that lead to nothing but each other and the output."""
    if all(box.kind != "group" for box in boxes):
        return set()
    at = {v: box for box in boxes for v in box.members}
    users: dict[Box, list[Box]] = {box: [] for box in boxes}
    for box in boxes:
        for below in dict.fromkeys(at[u] for v in box.members for u in graph.inputs[v]):
            if below is not box:
                users[below].append(box)
    tail: set[Box] = set()
    for box in reversed(boxes):
        alone = box.kind == "one" and not box.scope and graph.output not in box.members
        if alone and all(b in tail or graph.output in b.members for b in users[box]):
            tail.add(box)
    return tail


def without_the_middle(
    graph: Gathered, boxes: list[Box], plainer: Callable[[], list[Box]], most: int = SCREEN
) -> tuple[list[Box], str]:
    """The first boxes and those nearest to the output, all between in one; and what is said of it.

    `most` boxes are left, two thirds of them at the end.

    What is kept at the end holds every user of its boxes, what is kept at the start every input
    of its boxes: so the middle, folded, makes no cycle.  `plainer` gives the boxes without groups,
    for where groups feed each other.
    """
    found = _sorted(graph, boxes) or _sorted(graph, plainer())
    assert found is not None  # operations never feed each other
    boxes, inputs = found
    height = [0] * len(boxes)
    for i in range(len(boxes) - 1, -1, -1):
        for j in inputs[i]:
            height[j] = max(height[j], height[i] + 1)
    nearest = sorted(range(len(boxes)), key=lambda i: (height[i], -i))
    end = set(nearest[: most * 2 // 3])
    start = set([i for i in range(len(boxes)) if i not in end][: most // 3])
    members: list[Value] = []
    for i, box in enumerate(boxes):
        if i not in end and i not in start:
            members += box.members
    told = say(
        fr=f"le milieu du graphe ({count(len(members))} nœuds sur {count(len(graph.nodes))}) "
        "est replié",
        en=f"the middle of the graph ({count(len(members))} of {count(len(graph.nodes))} nodes) "
        "is folded",
    )
    first, last = ([boxes[i] for i in sorted(kept)] for kept in (start, end))
    return [*first, Box(members, "folded"), *last], told


def _sorted(graph: Gathered, boxes: list[Box]) -> tuple[list[Box], list[list[int]]] | None:
    """Boxes after their inputs, and the places of these; None where boxes feed each other."""
    place = {v: i for i, box in enumerate(boxes) for v in box.members}
    inputs = []
    for i, box in enumerate(boxes):
        found = dict.fromkeys(place[u] for v in box.members for u in graph.inputs[v])
        found.pop(i, None)
        inputs.append(list(found))
    if all(j < i for i, js in enumerate(inputs) for j in js):
        return boxes, inputs
    users: list[list[int]] = [[] for _ in boxes]
    for i, js in enumerate(inputs):
        for j in js:
            users[j].append(i)
    missing = [len(js) for js in inputs]
    ready = [i for i, count in enumerate(missing) if not count]
    for i in ready:
        for k in users[i]:
            missing[k] -= 1
            if not missing[k]:
                ready.append(k)
    if len(ready) < len(boxes):
        return None
    new = {i: k for k, i in enumerate(ready)}
    return [boxes[i] for i in ready], [[new[j] for j in inputs[i]] for i in ready]
