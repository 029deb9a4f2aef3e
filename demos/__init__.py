"""One idea of the course per file; each prints its punch line, and `tinygrad-fr demo` lists them.

Every demo module has the same four things:

    ITEMS               the course items it shows, "C17, C18"
    title()             what it is about, in the reader's language
    checks(out)         draws its pictures into the folder `out`; one Item per thing checked
    main(out)           prints the numbers and the punch line
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Item(NamedTuple):
    """One line of the course's table: what was checked, how far off it was, where to look."""

    number: str  # "C17"
    checked: str  # in the reader's language
    error: float  # the worst relative error
    tolerance: float  # what is still right
    picture: str  # a file in the folder of pictures

    @property
    def ok(self) -> bool:
        return self.error <= self.tolerance  # false for NaN


def worst(pairs: Iterable[tuple[float, float]]) -> float:
    """The largest relative error of (found, expected) pairs; absolute where 0 is expected."""
    return max((abs(a - b) / (abs(b) or 1.0) for a, b in pairs), default=float("nan"))
