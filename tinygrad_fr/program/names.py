"""Compile it: what an array is called, a letter of its label and its layer; W1, b1, Z1, A1, X, Y.

A label gives one letter of the alphabet and a number at most: nothing else that a person wrote ever
stands in a program.
"""

from __future__ import annotations

import re

from tinygrad_fr.program.cells import NOTHING
from tinygrad_fr.program.families import Family

LABEL = re.compile(r"(?P<letter>[A-Za-z])(?:_?[0-9]+(?:,[0-9]+)?)?(?:\^\[(?P<layer>[0-9]{1,3})\])?")


class Names:
    """The names that are taken, and how many unlabelled arrays of each kind there are."""

    def __init__(self, groups: int) -> None:
        self.taken = {"np", "m", "L", "scatter", "erf", "ERF"}
        self.groups = groups
        self.counts: dict[str, int] = {}

    def of(self, f: Family) -> str:
        """The name of a family, settled when it is first asked for."""
        if not f.name:
            f.name = self.labelled(f) or self.unlabelled(f)
        return f.name

    def labelled(self, f: Family) -> str:
        found = LABEL.fullmatch(f.cells[0].value.label)
        if not found or found["letter"] == "L":  # the cost is L, and nothing else
            return ""
        letter, layer = found["letter"], found["layer"] or ""
        table = len(f.shape) + f.batched > 1
        return self.fresh((letter.upper() if table else letter) + layer)

    def unlabelled(self, f: Family) -> str:
        if f.kind == "input":
            return self.fresh("X") if self.groups == 1 else self.numbered("X")
        if f.kind == "parameter":
            return self.numbered("W" if len(f.shape) == 2 else "b" if _stands_alone(f) else "w")
        below = {u.family.name for u in f.cells[0].below()}
        same = all(len(u.family.cells) == len(f.cells) for u in f.cells[0].below())
        if (
            f.kind == "row"
            and same
            and len(below) == 1
            and re.fullmatch(r"Z[0-9]*", only := below.pop())
        ):
            return self.fresh("A" + only[1:])
        return self.numbered("Z" if f.kind == "sum" else "U")

    def numbered(self, base: str) -> str:
        """W1, W2, …: the first that is free."""
        n = self.counts.get(base, 0) + 1
        while f"{base}{n}" in self.taken:
            n += 1
        self.counts[base] = n
        return self.fresh(f"{base}{n}")

    def fresh(self, name: str) -> str:
        """The name, or with a number behind if it is taken."""
        free, n = name, 1
        while free in self.taken:
            n += 1
            free = f"{name}_{n}" if name[-1].isdigit() else f"{name}{n}"
        self.taken.add(free)
        return free


def _stands_alone(f: Family) -> bool:
    """Whether it is added somewhere as it is, as a bias is."""
    terms = (t for g in f.users for t in g.cells[0].terms or ())
    return any(u.family is f and v is NOTHING and number is None for _, number, u, v in terms)
