"""Compile it: the last programs are remembered: a loop that builds its cost anew lifts it once.

A graph is compiled as another was where it has the same outline and, bit for bit, the same numbers.
Nothing of a graph is kept alive: an outline has no nodes.
"""

from __future__ import annotations

from collections import deque
from contextlib import suppress
from typing import Any, NamedTuple

from tinygrad_fr.program.lifted import Lifted, Placed, lifted
from tinygrad_fr.program.nodes import Walk
from tinygrad_fr.program.outline import Given, Outline, bits

LATEST = 4  # how many are remembered
LARGEST = 3_000_000  # operations; of more, an outline is not kept


class Entry(NamedTuple):
    """A graph that was lifted: its outline and its numbers, and what came of it."""

    outline: Outline
    numbers: Any
    lifted: Lifted


latest: deque[Entry] = deque(maxlen=LATEST)


def recalled(given: Given) -> tuple[Lifted, list[Placed] | None]:
    """What is lifted from a graph; where its nodes went that are no leaves, if that is known."""
    for entry in [*latest]:
        numbers = entry.outline.fits(given)
        if numbers is not None:
            if bits(numbers) == entry.numbers:
                return entry.lifted, None
            with suppress(ValueError):  # another thread may have done so
                latest.remove(entry)
            break
    walk = Walk(given.roots)
    found, inner = lifted(given, walk)
    if len(walk.visited) <= LARGEST:
        outline = Outline(given, walk)
        exact = bits(outline.numbers(walk))
        if exact is not None:
            latest.appendleft(Entry(outline, exact, found))
    return found, inner
