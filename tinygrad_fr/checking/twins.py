"""Check it: mistakes that lead to the same numbers here and to others elsewhere: both are told.

With w = ½ the slope of w² is 1, and 2w² is ½, and so is w: an exponent kept and a factor lost.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from tinygrad_fr.checking.world import AFTER_BENDS, Told, World
from tinygrad_fr.engine import Value

ELSEWHERE = 1e-6  # relative: farther apart at another point they are two mistakes
MOST = 2  # that are told beside the first
LABELS = (-1, 0, 1)  # numbers that stay what they are


def told_apart(told: Sequence[Told], world: World) -> list[Told]:
    """Bends of a node, beside the first, that lead to other numbers at another point.

    Nothing where the first is more than a bend, and where no other point can be had.
    """
    first, *others = told
    others = [t for t in others if _is_bend(t)]
    there = next(elsewhere(world), None) if others and _is_bend(first) else None
    if there is None:
        return []
    out, seen = [], [first.there(there)]
    for t in others:
        found = t.there(there)
        if found is not None and not any(_same(found, other) for other in seen):
            out.append(t)
            seen.append(found)
    return out[:MOST]


def _is_bend(t: Told) -> bool:
    return t.kind == "plain" and t.rank < AFTER_BENDS


def _same(one: Any, other: Any) -> bool:
    return other is None or bool(abs(one - other).max() <= ELSEWHERE * abs(other).max())


def elsewhere(world: World) -> Iterator[World]:
    """The same exercise near its point, each number moved by another share; labels stay."""
    first = world.scenes[0]
    for share in (0.07, -0.07, 0.003):
        moved: dict[Value, Any] = {}
        for k, (v, x) in enumerate(world.points[0].items(), start=1):
            label = float(x) in LABELS and v not in world.asked
            moved[v] = x if label or not v.label else float(x) * (1 + share * k**0.5) + share / 9
        try:
            yield World([first.structure.at(moved, first.rate)])
        except (ArithmeticError, ValueError):
            continue
