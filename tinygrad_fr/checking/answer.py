"""Check it: what a student gave, as numbers at one or several points, and what they fit."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

from tinygrad_fr.checking.structure import Scene

HALF = 0.5 + 1e-6  # of a unit of the last digit: as far as a rounded number may be off, in floats
COMPUTED = 1e-8  # below this relative tolerance nobody typed it
OPEN = 1e-6  # relative: how far within its end an open interval ends
NEAR, SURE = 1e-12, 1e9  # relative: nearer is exactly that; what that tells


@dataclass(frozen=True, slots=True)
class Answer:
    """What the student gave: numbers at each point, and how far each may be from what was meant."""

    numbers: Sequence[Sequence[Any]]
    tolerance: Sequence[Sequence[Any]]

    @classmethod
    def of(cls, numbers: Sequence[Any], tolerance: Sequence[Any] | None = None) -> Answer:
        """Numbers at one point; a relative 1e-9 is allowed if nothing is said."""
        return cls([numbers], [tolerance or [1e-9 * abs(float(x)) for x in numbers]])

    def rounded(self) -> Answer:
        """The same numbers, if each was rounded once: nearer than cut off, or rounded twice."""
        rows = zip(self.numbers, self.tolerance, strict=True)
        rooms = [[_if_rounded(x, room) for x, room in zip(*row, strict=True)] for row in rows]
        return Answer(self.numbers, rooms)

    def fits(self, answers: Sequence[Sequence[Any]]) -> bool:
        """Are these numbers the student's, every one of them?"""
        return all(
            abs(given - x) <= allowed
            for row in zip(self.numbers, self.tolerance, answers, strict=True)
            for given, allowed, x in zip(*row, strict=True)
        )

    def told(self, answers: Sequence[Sequence[Any]]) -> float:
        """How much it tells that it fits these: one number in so many would, by chance.

        Digits count where a number is near; one that is exactly that needs no more of them.
        """
        rows = zip(self.numbers, self.tolerance, answers, strict=True)
        every = [entry for row in rows for entry in zip(*row, strict=True)]
        return prod(
            max(1.0, min(SURE, float(abs(x) / room))) if abs(x - a) > NEAR * abs(a) else SURE
            for x, room, a in every
        )

    def right(self, scenes: Sequence[Scene], entry: int) -> bool:
        """Is this entry the true one at every point?"""
        return all(
            abs(given[entry] - scene.truth[entry]) <= allowed[entry]
            for given, allowed, scene in zip(self.numbers, self.tolerance, scenes, strict=True)
        )

    def ratio(self, scenes: Sequence[Scene]) -> Any:
        """The one number r with answer = r·truth at every point; None if there is none."""
        low, high = -float("inf"), float("inf")
        for given, allowed, scene in zip(self.numbers, self.tolerance, scenes, strict=True):
            for x, room, t in zip(given, allowed, scene.truth, strict=True):
                if t == 0:
                    if abs(x) > room:
                        return None
                    continue
                ends = sorted((float((x - room) / t), float((x + room) / t)))
                low, high = max(low, ends[0]), min(high, ends[1])
        return (low + high) / 2 if -float("inf") < low <= high else None


def _if_rounded(x: Any, room: Any) -> Any:
    """How far a typed number may be off, if it was rounded; as it is, where nobody typed it."""
    typed = float(room) > COMPUTED * abs(float(x))
    return min(room, HALF * last_unit(float(room))) if typed else room


def last_unit(room: float) -> float:
    """The unit of the last digit typed, from how far the number may be off: half a unit, or one."""
    return float(10.0 ** round(math.log10(room))) if room > 0 else 0.0


def open_end(room: float) -> float:
    """How far a typed number may be off: a whole one is not cut off to that below, −12 to −11."""
    return room * (1 - OPEN) if last_unit(room) >= 1 else room


def same(one: Sequence[Sequence[Any]], other: Sequence[Sequence[Any]]) -> bool:
    """The same numbers but for rounding: relative to the largest of each list."""
    for left, right in zip(one, other, strict=True):
        scale = max((abs(float(x)) for x in (*left, *right)), default=0.0)
        if any(
            not abs(float(a) - float(b)) <= 1e-9 * scale for a, b in zip(left, right, strict=True)
        ):
            return False
    return True
