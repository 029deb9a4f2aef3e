"""Check it: where a NaN or an ∞ that a report shows was born."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tinygrad_fr.birth import finite, where_born
from tinygrad_fr.checking.verdict import Entry
from tinygrad_fr.engine import Value
from tinygrad_fr.formula.names import pretty
from tinygrad_fr.formula.symbol import Symbol
from tinygrad_fr.words import say


def births(output: Value, entries: Sequence[Entry], given: Mapping[str, Any]) -> list[str]:
    """A line for what is expected, and one for each formula by hand; none where all is finite.

    given   what was worked out by hand, by the names of the entries
    """
    told = []
    if not all(_a_number_or_none(e.truth) for e in entries):
        told.append(where_born(output, back=True))
    for e in entries:
        hand = given.get(e.name)
        if isinstance(hand, Value) and not _a_number_or_none(e.yours):
            told.append(_of_the_formula(e.name, hand))
    return [line for line in told if line]


def _of_the_formula(name: str, hand: Value) -> str:
    """Where a formula by hand loses its number."""
    derivative = Symbol(f"∂L/∂{pretty(name)}")
    born = where_born(hand, lambda v: derivative if v is hand else None, back=False)
    if not born:
        return ""
    return say(fr=f"Votre formule pour {name} : {born}", en=f"Your formula for {name}: {born}")


def _a_number_or_none(x: Any) -> bool:
    return x is None or finite(x)
