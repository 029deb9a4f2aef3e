"""Compile it: cells that are alike become one array, by structure and never by value.

    colour   what a cell is made of, and, for a parameter, how it is used
    family   all cells of one colour: one array

The colours are refined until nothing changes: upward, a cell has the colour of its row and of the
colours below it; downward, a parameter has the colours of its users.  (Weisfeiler & Leman 1968, on
a graph without cycles.)
"""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from functools import cache
from typing import Any

from tinygrad_fr.engine import Value
from tinygrad_fr.ops import TABLE
from tinygrad_fr.places import Scope
from tinygrad_fr.program.cells import NOTHING, Cell

# Numbers that say which function it is; all others are data, and may differ within a family.
STRUCTURE = {
    TABLE["pow"]: (1,),
    TABLE["clip"]: (1, 2),
    TABLE["leaky_relu"]: (1,),
    TABLE["elu"]: (1,),
}


class Family:
    """One array: its cells, its shape (without the batch), and what it is called.

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
        "kept",
        "kind",
        "laid",
        "name",
        "shape",
        "users",
        "wish",
    )

    def __init__(self, cells: list[Cell]) -> None:
        self.cells, self.kind = cells, cells[0].kind
        self.batched = self.kind == "input" or any(u.family.batched for u in cells[0].below())
        self.shape: tuple[int, ...] = (len(cells),)
        self.wish: tuple[list[Cell], tuple[int, ...]] | None = None
        self.array: Any = None
        self.users: set[Family] = set()
        self.kept = False
        self.laid, self.name = False, ""
        for i, c in enumerate(cells):
            c.family, c.place = self, i

    def lay(self, cells: list[Cell], shape: tuple[int, ...]) -> None:
        """Give the array its shape; the cells are given row by row."""
        self.cells, self.shape, self.laid = cells, shape, True
        for i, c in enumerate(cells):
            c.place = i


def families(cells: Sequence[Cell], kept: Container[Value] = ()) -> list[Family]:
    """The cells by colour, each family after those it is made of; the last cell's is the last.

    kept  nodes that are wanted for themselves, whoever needs them
    """
    colour(cells)
    by: dict[int, list[Cell]] = {}
    for c in cells:
        by.setdefault(c.colour, []).append(c)
    for group in by.values():
        if group[0].kind != "input":  # the columns of an input are in the order given
            group.sort(key=reading_order)
    found: list[Family] = []
    first = [c.colour for c in cells if c.kind == "input" or c.value in kept]
    for which in _in_order(by, [*dict.fromkeys(first), cells[-1].colour]):
        found.append(Family(by[which]))
        found[-1].kept = any(c.value in kept for c in by[which])
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


def reading_order(c: Cell) -> tuple[Any, ...]:
    """Label numbers, then scopes, then birth."""
    v = c.value
    return (not v.label, _numbers(v.label), _place(v.scope), c.birth)


@cache
def _place(scope: Scope) -> tuple[tuple[str, int], ...]:
    return tuple((word, i if isinstance(i, int) else 0) for word, i in scope)


@cache
def _numbers(label: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"[0-9]+", label)))


# ── colours ──────────────────────────────────────────────────────────────────────────────────────


def colour(cells: Sequence[Cell]) -> None:
    """Give every cell its colour, a number."""
    uses = _uses(cells)
    size = len(cells) + 1
    leaf: dict[Cell, Any] = {c: c.group for c in cells if c.kind == "input"}
    count = 0
    while True:
        now = _upward(cells, leaf, size)
        if now == count:
            return
        count = now
        for p, users in uses.items():
            codes = [(c.colour * size + u.colour) * 64 + role for c, u, role in users]
            codes.sort()
            leaf[p] = tuple(codes)


def _uses(cells: Sequence[Cell]) -> dict[Cell, list[tuple[Cell, Cell, int]]]:
    """Who uses each parameter: the cell, the other factor of the term, and in which role."""
    found: dict[Any, list[tuple[Cell, Cell, int]]] = {c: [] for c in cells if c.kind == "parameter"}
    for c in cells:
        for sign, number, u, v in c.terms:
            if u in found:
                found[u].append((c, v, sign + 1 + (number is None)))
            if v in found:
                found[v].append((c, u, sign + 1 + (number is None)))
        for i, u in enumerate(c.inputs):
            if u.__class__ is Cell and u in found:
                assert c.row is not None
                found[u].append((c, NOTHING, 4 + min(i, 59) * (c.row.arity is not None)))
    return found


def _upward(cells: Sequence[Cell], leaf: dict[Cell, Any], size: int) -> int:
    """Colour the cells from the leaves up, from 1; how many colours there are.

    Two factors are told by their sum and their product, so that u·v is v·u.
    """
    numbers: dict[Any, int] = {}
    for c in cells:
        if c.terms:
            codes = [
                ((u.colour * v.colour * 2 * size + u.colour + v.colour) << 2) + sign
                + (1 if number is None else 0)
                for sign, number, u, v in c.terms
            ]  # fmt: skip
            codes.sort()
            key: Any = tuple(codes)
        elif c.row is not None:
            fixed = STRUCTURE.get(c.row, ())
            seen = [
                u.colour if u.__class__ is Cell else repr(u) if i in fixed else "number"
                for i, u in enumerate(c.inputs)
            ]
            if c.row.arity is None:  # over any number of inputs: their order does not matter
                seen.sort(key=str)
            key = (c.row.name, *seen)
        else:
            key = (c.kind, leaf.get(c))
        c.colour = numbers.setdefault(key, len(numbers) + 1)
    return len(numbers)
