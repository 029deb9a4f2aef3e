"""Check it: at which other points formulas are compared, beside the student's own."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

from tinygrad_fr.checking.graph import Point
from tinygrad_fr.checking.hand import Hand
from tinygrad_fr.checking.judge import Judge
from tinygrad_fr.engine import Value
from tinygrad_fr.ops import DomainError

FAR, NEAR = 2, Fraction(3, 10)  # |x| ≤ 2; else within 30 % of the student's own numbers


def other_points(
    judge: Judge, parameters: Iterable[Value], count: int, seed: int, hands: Sequence[Hand] = ()
) -> list[dict[Value, Any]]:
    """Random points with |x| ≤ 2 where the graph and the formulas are defined.

    What has a label moves, and the parameters; constants stay.  Where too many points are outside
    the domain, they are drawn nearer the student's own; after 20 tries for each there may be fewer.
    """
    rng = random.Random(seed)
    asked = set(parameters)
    free = [v for v in judge.point if v.label or v in asked]
    out: list[dict[Value, Any]] = []
    for attempt in range(20 * count):
        if len(out) == count:
            break
        point = dict(judge.point)
        for v in free:
            u = judge.exact(Fraction(rng.randrange(-(10**9), 10**9), 10**9))
            near = attempt >= 5 * count
            point[v] = judge.point[v] * (1 + judge.exact(NEAR) * u) if near else u * FAR
        if _defined(judge, point, hands):
            out.append(point)
    return out


def _defined(judge: Judge, point: Point, hands: Sequence[Hand]) -> bool:
    """Whether the graph and every formula give a number there."""
    try:
        judge.graph.at(point)
        for hand in hands:
            hand.at(point)
    except (DomainError, ZeroDivisionError):
        return False
    return True
