"""Check it: where a NaN or an ∞ that a report shows was born."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tinygrad_fr.birth import finite, where_born
from tinygrad_fr.checking.verdict import Entry
from tinygrad_fr.engine import Value
from tinygrad_fr.words import say


def births(output: Value, entries: Sequence[Entry], given: Mapping[str, Any]) -> list[str]:
    """A line for what is expected, and one for each formula by hand; none where all is finite.

    given   what was worked out by hand, by the names of the entries
    """
    told = []
    if not all(_shown_well(e.truth) for e in entries):
        told.append(where_born(output, back=True))
    for e in entries:
        hand = given.get(e.name)
        if isinstance(hand, Value) and not _shown_well(e.yours):
            born = where_born(hand, back=False)
            if born:
                told.append(
                    say(
                        fr=f"Votre formule pour {e.name} : {born}",
                        en=f"Your formula for {e.name}: {born}",
                    )
                )
    return [line for line in told if line]


def _shown_well(x: Any) -> bool:
    return x is None or finite(x)
