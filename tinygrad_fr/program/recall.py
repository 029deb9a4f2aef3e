"""Compile it: the last programs are remembered: a loop that builds its cost anew lifts it once.

A graph is compiled as another was where it has the same outline and, bit for bit, the same numbers;
those that are data, a mini-batch that was written out in a loop, may be others.
Nothing of a graph is kept alive: an outline has no nodes.
"""

from __future__ import annotations

from collections import deque
from contextlib import suppress
from typing import Any, NamedTuple

from tinygrad_fr.program.lifted import Lifted, Placed, lifted
from tinygrad_fr.program.nodes import Walk
from tinygrad_fr.program.outline import Given, Leaves, Outline, bits

LATEST = 4  # how many are remembered
LARGEST = 3_000_000  # operations; of more, an outline is not kept


class Entry(NamedTuple):
    """A graph that was lifted: its outline and its numbers, and what came of it."""

    outline: Outline
    numbers: Any
    fixed: Any
    lifted: Lifted

    def constants(self, numbers: list[Any]) -> dict[str, Any] | None:
        """The arrays of numbers of another graph; None where more than these would be another."""
        found = self.lifted
        exact = bits(numbers)
        if exact == self.numbers:
            return found.constants
        if exact is None or bits([numbers[i] for i in found.moved.fixed]) != self.fixed:
            return None
        return found.moved.renewed(found.constants, numbers)


latest: deque[Entry] = deque(maxlen=LATEST)


def recalled(given: Given) -> tuple[Lifted, dict[str, Any], list[Placed] | None]:
    """What is lifted from a graph, its numbers; where its nodes went that are no leaves, if known.

    Numbers may be others where they are in arrays only, as they were written.
    """
    for entry in [*latest]:
        numbers = entry.outline.fits(given)
        if numbers is not None:
            constants = entry.constants(numbers)
            if constants is not None:
                return entry.lifted, constants, None
            with suppress(ValueError):  # another thread may have done so
                latest.remove(entry)
            break
    walk = Walk(given.roots)
    leaves = Leaves(given, walk)
    found, inner = lifted(given, walk, leaves)
    if len(walk.visited) <= LARGEST:
        outline = Outline(given, walk, leaves)
        numbers = outline.numbers(walk)
        exact = bits(numbers)
        if exact is not None:
            fixed = bits([numbers[i] for i in found.moved.fixed])
            latest.appendleft(Entry(outline, exact, fixed, found))
    return found, found.constants, inner
