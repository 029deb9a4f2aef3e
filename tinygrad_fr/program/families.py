"""Compile it: cells that are alike become one array, by structure and never by value.

    colour   what a cell is made of, and, for a parameter, how it is used
    family   all cells of one colour: one array

The colours are refined until nothing changes: upward, a cell has the colour of its row and of the
colours below it; downward, a parameter has the colours of its users.  (Weisfeiler & Leman 1968, on
a graph without cycles.)
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from typing import Any

from tinygrad_fr.engine import Value
from tinygrad_fr.ops import TABLE
from tinygrad_fr.places import Scope
from tinygrad_fr.program.cells import Cell, Datum, Made, Parameter

NUMBERS = re.compile("[0-9]+").findall

NONE: list[int] = []

# Numbers that say which function it is; all others are data, and may differ within a family.
STRUCTURE = {
    TABLE["pow"]: (1,),
    TABLE["clip"]: (1, 2),
    TABLE["leaky_relu"]: (1,),
    TABLE["elu"]: (1,),
}


class Family:
    """One array: its cells, its shape (without the batch), and what it is called.

    group     the number of the array that it is, if it is data
    kept      whether it is wanted for itself
    batched   whether it has a value for each example
    wish      a layout that a user of it would like: cells in order, and a shape
    array     the array, once the statements know it
    users     the families made from it
    """

    __slots__ = (
        "array",
        "batched",
        "cells",
        "group",
        "kept",
        "kind",
        "laid",
        "name",
        "shape",
        "users",
        "wish",
    )

    def __init__(self, cells: list[Cell]) -> None:
        self.cells, self.kind, c = cells, cells[0].kind, cells[0]
        self.group = c.group if isinstance(c, Datum) else -1
        self.batched = self.kind == "input" or any(u.family.batched for u in cells[0].below())
        self.shape: tuple[int, ...] = (len(cells),)
        self.wish: tuple[list[Cell], tuple[int, ...]] | None = None
        self.array: Any = None
        self.users: set[Family] = set()
        self.kept = False
        self.laid, self.name = False, ""
        for i, c in enumerate(cells):
            c.family, c.place = self, i

    @property
    def used(self) -> bool:
        """Whether anything is made from it."""
        return bool(self.users)

    def dissolve(self) -> None:
        """Let go of the cells, which hold on to this."""
        self.cells, self.wish = [], None

    def lay(self, cells: list[Cell], shape: tuple[int, ...]) -> None:
        """Give the array its shape; the cells are given row by row."""
        self.cells, self.shape, self.laid = cells, shape, True
        for i, c in enumerate(cells):
            c.place = i


def families(cells: Sequence[Cell], kept: Collection[Value] = ()) -> list[Family]:
    """The cells by colour, each family after those it is made of; the last cell's is the last.

    kept  nodes that are wanted for themselves, whoever needs them
    """
    colour(cells)
    by: dict[int, list[Cell]] = {}
    for c in cells:
        by.setdefault(c.colour, []).append(c)
    for group in by.values():
        if group[0].kind != "input":  # columns are in the order given
            in_reading_order(group)
    found: list[Family] = []
    first = [c.colour for c in cells if c.kind == "input" or c.value in kept]
    for which in _in_order(by, [*dict.fromkeys(first), cells[-1].colour]):
        found.append(Family(by[which]))
        found[-1].kept = any(c.value in kept for c in by[which]) if kept else False
        for u in by[which][0].below():
            u.family.users.add(found[-1])
    return found


def _in_order(by: dict[int, list[Cell]], wanted: list[int]) -> list[int]:
    """The colours, each after those that it is made of, as they are needed."""
    done: dict[int, None] = {}
    waiting = wanted[::-1]
    while waiting:
        which = waiting[-1]
        missing = [] if which in done else [u.colour for u in by[which][0].below()]
        missing = [u for u in dict.fromkeys(missing) if u not in done]
        if missing:
            waiting += reversed(missing)
        else:
            done[waiting.pop()] = None
    return list(done)


def in_reading_order(group: list[Cell]) -> None:
    """Sort what is not in order already."""
    if len({c.value.label for c in group}) == len({c.value.scope for c in group}) == 1:
        return
    last = reading_order(group[0])
    for c in group:
        key = reading_order(c)
        if key < last:
            group.sort(key=reading_order)
            return
        last = key


def reading_order(c: Cell) -> tuple[Any, ...]:
    """Label numbers, then scopes; the order in which they were made stays else."""
    v = c.value
    numbers = tuple(map(int, NUMBERS(v.label))) if v.label else ()
    return not v.label, numbers, _place(v.scope)


@lru_cache(maxsize=1000)
def _place(scope: Scope) -> tuple[tuple[str, int], ...]:
    return tuple((word, i if isinstance(i, int) else 0) for word, i in scope)


# ── colours ──────────────────────────────────────────────────────────────────────────────────────


def colour(cells: Sequence[Cell]) -> None:
    """Give every cell its colour, a number: first the parameters theirs, then each by its users'.

    Only parameters are told apart from above: by who uses them, how often does not matter (a row of
    a table that is picked twice is a row of it still).  Where that does not split what is made of
    them, and no parameter is multiplied by another, it splits the parameters no further either.
    """
    made = [c for c in cells if isinstance(c, Made)]
    parameters = [c for c in cells if isinstance(c, Parameter)]
    numbers: dict[Any, int] = {}
    for c in cells:
        if isinstance(c, Datum):
            c.colour = numbers.setdefault(("input", c.group), len(numbers) + 1)
    data = numbers.copy()
    letters: dict[str, int] = {}
    own = [letters.setdefault(_letter(p.value.label), len(letters)) for p in parameters]
    for p, key in zip(parameters, own, strict=True):
        p.colour = numbers.setdefault(key, len(numbers) + 1)
    count, several = _upward(made, numbers, len(cells) + 1), len(letters)
    while True:
        meet = _downward(made, parameters, len(cells) + 1)
        kinds = [2 * key for key in own]
        for i in _on_the_right(meet, parameters):
            kinds[i] += 1
        n = 2 * len(letters)
        uses = [p.uses if len(p.uses) == 1 else sorted({*p.uses}) for p in parameters]
        keys: list[Any] = [
            us[0] * n + kind if len(us) == 1 else (kind, *us)
            for us, kind in zip(uses, kinds, strict=True)
        ]
        for p in parameters:
            p.uses = NONE
        if len({*keys}) <= several:
            return
        numbers, several = data.copy(), len({*keys})
        for p, key in zip(parameters, keys, strict=True):
            p.colour = numbers.setdefault(key, len(numbers) + 1)
        now = _upward(made, numbers, len(cells) + 1)
        if now == count and not meet:
            return
        count = now


def _letter(label: str) -> str:
    """The letter of an entry, and its layer: q_1,2 and k_1,2 are of two matrices."""
    return label[0] + label.partition("^")[2] if "," in label else ""


def _on_the_right(
    meet: dict[Parameter, list[Parameter]], parameters: Sequence[Parameter]
) -> Iterator[int]:
    """The numbers of the parameters that stand on the right of their products, as v in u·v.

    The one given first is on the left, what it is multiplied by on the right, and so on; where that
    comes to no end, in u·v + v·w + w·u, there are no sides.
    """
    side: dict[Parameter, bool] = {}
    for p in parameters if meet else ():
        if p not in meet or p in side:
            continue
        side[p], group = False, [p]
        for u in group:
            for v in meet[u]:
                if v not in side:
                    side[v] = not side[u]
                    group.append(v)
        if any(side[u] == side[v] for u in group for v in meet[u]):
            side.update(dict.fromkeys(group, False))
    return (i for i, p in enumerate(parameters) if side.get(p))


def _downward(
    made: Sequence[Made], parameters: Sequence[Parameter], size: int
) -> dict[Parameter, list[Parameter]]:
    """Tell each parameter who uses it: the cell, the other factor of the term, in which role.

    Gives the parameters that are multiplied by others, and by which.
    """
    meet: dict[Parameter, list[Parameter]] = {}
    for p in parameters:
        p.uses = []
    for c in made:
        here = c.colour * size * 64
        if c.terms is not None:
            first, second = c.terms.first, c.terms.second
            roles = [3] * len(first) if c.terms.plain else c.terms.roles
            for u, v, role in zip(first, second, roles, strict=True):
                if type(u) is Parameter:
                    u.uses.append(here + v.colour * 64 + role)
                    if type(v) is Parameter and u is not v:
                        meet.setdefault(u, []).append(v)
                        meet.setdefault(v, []).append(u)
                if type(v) is Parameter:
                    v.uses.append(here + u.colour * 64 + role)
            continue
        assert c.row is not None
        for i, u in enumerate(c.inputs):
            if type(u) is Parameter:
                u.uses.append(here + 4 + min(i, 59) * (c.row.arity is not None))
    return meet


def _upward(made: Sequence[Made], numbers: dict[Any, int], size: int) -> int:
    """Colour what is made, from below, after the leaves; how many colours that are.

    Two factors are told by their colours in order of size, so that u·v is v·u.
    """
    leaves = len(numbers)
    for c in made:
        if c.terms is not None:
            terms = c.terms
            one, other = [u.colour for u in terms.first], [v.colour for v in terms.second]
            pairs = zip(one, other, strict=True)
            codes = [a * size + b if a > b else b * size + a for a, b in pairs]
            if not terms.plain:
                codes = [4 * n + r for n, r in zip(codes, terms.roles, strict=True)]
            codes.sort()
            alone = [sign for sign, _ in terms.loose]
            key: Any = (terms.plain, *alone, None, *codes)
        else:
            assert c.row is not None
            fixed = STRUCTURE.get(c.row, ())
            seen = [
                u.colour if isinstance(u, Cell) else repr(u) if i in fixed else "number"
                for i, u in enumerate(c.inputs)
            ]
            if c.row.arity is None:  # over any number of inputs: their order does not matter
                seen.sort(key=str)
            key = (c.row.name, *seen)
        c.colour = numbers.setdefault(key, len(numbers) + 1)
    return len(numbers) - leaves
