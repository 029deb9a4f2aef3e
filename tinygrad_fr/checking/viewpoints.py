"""Check it: from which points a wrong answer is looked at: where floats will do, and tell most."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tinygrad_fr.checking.answer import Answer
from tinygrad_fr.checking.structure import Scene, row_name

FORMULA = 1e-6  # how far floats may be off a formula’s candidate, relative
FLAT = 8.0  # |z| from which on 1 − tanh² has fewer than nine digits left
KEPT = 1e-8  # relative: beyond it a gradient in floats has lost its digits at a point


def at_its_labels(points: list[Scene], answer: Answer) -> tuple[list[Scene], Answer] | None:
    """The points with the labels of the first; None where all have them.

    Who puts in y = 1 before deriving has a formula for these labels only.
    """
    labels = [v for v in points[0].graph.leaves if v.label] if points else []
    labels = [v for v in labels if all(s.values[v] in (0, 1) for s in points)]
    kept = [
        row
        for row in zip(points, answer.numbers, answer.tolerance, strict=True)
        if all(row[0].values[v] == points[0].values[v] for v in labels)
    ]
    if len(kept) == len(points):
        return None
    return [r[0] for r in kept], Answer([r[1] for r in kept], [r[2] for r in kept])


def most_wrong_first(points: list[Scene], answer: Answer) -> tuple[list[Scene], Answer]:
    """The point at which most entries are wrong before the others: there the mistakes differ."""
    rows = list(zip(points, answer.numbers, answer.tolerance, strict=True))
    if len(rows) < 2:
        return points, answer

    def right(row: tuple[Scene, Sequence[Any], Sequence[Any]]) -> int:
        scene, numbers, rooms = row
        entries = zip(numbers, rooms, scene.truth, strict=True)
        return sum(abs(x - t) <= max(room, FORMULA * abs(t)) for x, room, t in entries)

    rows.sort(key=right)
    return [r[0] for r in rows], Answer([r[1] for r in rows], [r[2] for r in rows])


def finite(points: Sequence[Scene], answer: Answer) -> tuple[list[Scene], Answer]:
    """The points where floats will do, as scenes in floats, and the answer.

    Everything is finite there, and the gradient has kept its digits.  Where σ or tanh is saturated
    1 − a² has lost them, or will where somebody writes it: such points are left out, the first
    apart.
    """
    kept: list[Scene] = []
    numbers, rooms = [], []
    for scene, row, room in zip(points, answer.numbers, answer.tolerance, strict=True):
        try:
            at = {v: float(scene.values[v]) for v in scene.graph.leaves}
            rate = None if scene.rate is None else float(scene.rate)
            there = scene.structure.at(at, rate)
            given, allowed = [float(x) for x in row], [float(x) for x in room]
            known: list[Any] = [*there.truth, *given, *allowed, *there.values.values()]
            if any(not abs(float(x)) < float("inf") for x in known):
                continue
            if kept and (saturated(there) or lost(there, scene)):
                continue
        except (ArithmeticError, ValueError):
            continue
        kept.append(there)
        numbers.append(given)
        rooms.append(allowed)
    return kept, Answer(numbers, rooms)


def saturated(scene: Scene) -> bool:
    """Somewhere σ or tanh is flat but for its last digits."""
    flat = (v.inputs[0] for v in scene.nodes if row_name(v) in ("sigmoid", "tanh"))
    return any(abs(scene.value(z)) > FLAT for z in flat)


def lost(there: Scene, exact: Scene) -> bool:
    """The gradient in floats is not the exact one."""
    pairs = zip(there.truth, (float(x) for x in exact.truth), strict=True)
    return any(t and abs(x - t) > KEPT * abs(t) for x, t in pairs)
