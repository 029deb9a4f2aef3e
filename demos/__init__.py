"""One idea of the course per file; each prints its punch line, and `tinygrad-fr demo` lists them.

Every demo module has the same four things:

    ITEMS               the course items it shows, "C17, C18"
    title()             what it is about, in the reader's language
    checks(out)         draws its pictures into the folder `out`; one Item per thing checked
    main(out)           prints the numbers and the punch line

A new demo is one such file: nothing else has to be told of it.
A module whose name begins with _ is no demo.  `course` finds all the others by itself.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from tinygrad_fr.words import number, say

# "*" is every demo that lies here; this file itself stands below them all.
FLOORS = (("_figures", "_told"), ("*",), ("_lessons",), ("_pages",), ("course",))


class Item(NamedTuple):
    """One line of the course's table: what was checked, how far off it was, where to look."""

    number: str  # "C17"
    checked: str  # in the reader's language
    error: float  # the worst relative error
    tolerance: float  # what is still right
    picture: str  # a file in the folder of pictures, or several with spaces between

    @property
    def ok(self) -> bool:
        return self.error <= self.tolerance  # false for NaN

    @property
    def verdict(self) -> str:
        return say(fr="juste", en="right") if self.ok else say(fr="FAUX", en="WRONG")

    @property
    def pictures(self) -> list[str]:
        return self.picture.split()


def worst(pairs: Iterable[tuple[Any, Any]]) -> float:
    """The largest relative error of (found, expected) pairs; absolute where 0 is expected.

    NaN if any error is NaN, or if there is nothing to compare: neither is within a tolerance.
    """
    errors = [float(abs(a - b) / (abs(b) or 1)) for a, b in pairs]
    return max(errors) if errors and not any(map(math.isnan, errors)) else math.nan


def tell(*, fr: str, en: str) -> None:
    """Print a sentence, in the reader's language."""
    print(say(fr=fr, en=en))


def report(items: Iterable[Item], out: Path) -> None:
    """Print what a demo checked and where its pictures are."""
    for item in items:
        error = say(fr="pire écart", en="worst error") + " " + number(item.error, 2)
        print(f"{item.number:4}{item.checked} — {error}, {item.verdict}")
        print(f"    → {out}{os.sep}{', '.join(item.pictures)}")
