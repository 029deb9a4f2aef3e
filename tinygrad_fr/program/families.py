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
from itertools import chain
from operator import lt, not_
from typing import Any

from tinygrad_fr.engine import Value
from tinygrad_fr.ops import TABLE
from tinygrad_fr.places import Scope
from tinygrad_fr.program.cells import PLAIN, Cell, Datum, Factors, Made, Parameter, Terms

NUMBERS = re.compile("[0-9]+").findall
ZEROS = str.maketrans("123456789", "0" * 9)
AT_ONCE = 5_000  # labels

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
    """Sort by label numbers, then scopes; the order in which they were made stays else."""
    labels, scopes = [c.value.label for c in group], [c.value.scope for c in group]
    if len({*labels}) == len({*scopes}) == 1:
        return
    numbers = numbers_of(labels)
    if all(labels) and all(map(lt, numbers, numbers[1:])):
        return
    keys = list(zip(map(not_, labels), numbers, map(_place, scopes), strict=True))
    group[:] = [group[i] for i in sorted(range(len(group)), key=keys.__getitem__)]


def numbers_of(labels: Sequence[str]) -> list[tuple[int, ...]]:
    """The numbers in each label.

    >>> numbers_of(["w_1,10^[2]", "w_1,9^[2]"])
    [(1, 10, 2), (1, 9, 2)]
    """
    parts = (labels[i : i + AT_ONCE] for i in range(0, len(labels), AT_ONCE))
    return [*chain.from_iterable(map(_numbers_of, parts))]


def _numbers_of(labels: Sequence[str]) -> list[tuple[int, ...]]:
    """All are read at once where the labels differ by their numbers only."""
    text = "\n".join(labels)
    bare = _without_numbers(text)
    first = _without_numbers(labels[0])
    if "\n" in first or bare + "\n" != (first + "\n") * len(labels):
        return [tuple(map(int, NUMBERS(label))) for label in labels]
    numbers = map(int, NUMBERS(text))
    width = first.count("0")
    return list(zip(*[numbers] * width, strict=True)) if width else [()] * len(labels)


def _without_numbers(text: str) -> str:
    """0 for each number."""
    text = text.translate(ZEROS)
    while "00" in text:
        text = text.replace("00", "0")
    return text


@lru_cache(maxsize=1000)
def _place(scope: Scope) -> tuple[tuple[str, int], ...]:
    return tuple((word, i if isinstance(i, int) else 0) for word, i in scope)


# ── colours ──────────────────────────────────────────────────────────────────────────────────────


class Hues:
    """Rows of factors by their colours: those of the same colours in the same order share a number.

    A row is looked at once, however many sums have it.
    """

    def __init__(self) -> None:
        self.rows: dict[int, int] = {}  # by identity
        self.colours: dict[tuple[int, ...], int] = {}

    def of(self, row: Factors) -> int:
        found = self.rows.get(id(row))
        if found is None:
            colours = tuple([u.colour for u in row])
            found = self.rows[id(row)] = self.colours.setdefault(colours, len(self.colours))
        return found

    def kind(self, terms: Terms) -> tuple[int, ...]:
        """What sums of one colour and one order of terms have in common."""
        kind = self.of(terms.first), self.of(terms.second), id(terms.roles)
        return (*kind, *[sign for sign, _ in terms.loose]) if terms.loose else kind


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
    hues, size = Hues(), len(cells) + 1
    count, several = _upward(made, numbers, size, hues), len(letters)
    while True:
        meet = _downward(made, parameters, size, hues)
        kinds = [2 * key for key in own]
        for i in _on_the_right(meet, parameters):
            kinds[i] += 1
        keys = [_key(p, kind, 2 * len(letters)) for p, kind in zip(parameters, kinds, strict=True)]
        if len({*keys}) <= several:
            return
        numbers, several = data.copy(), len({*keys})
        for p, key in zip(parameters, keys, strict=True):
            p.colour = numbers.setdefault(key, len(numbers) + 1)
        hues = Hues()
        now = _upward(made, numbers, size, hues)
        if now == count and not meet:
            return
        count = now


def _key(p: Parameter, kind: int, kinds: int) -> Any:
    """By its uses and its kind, of so many; its uses are forgotten."""
    uses = p.uses if len(p.uses) == 1 else sorted({*p.uses})
    p.uses = NONE
    return uses[0] * kinds + kind if len(uses) == 1 else (kind, *uses)


def _letter(label: str) -> str:
    """The letter of an entry, and its layer: q_1,2 and k_1,2 are of two matrices."""
    return label[0] + label.partition("^")[2] if "," in label else ""


def _on_the_right(meet: dict[Cell, list[Cell]], parameters: Sequence[Parameter]) -> Iterator[int]:
    """The numbers of the parameters that stand on the right of their products, as v in u·v.

    The one given first is on the left, what it is multiplied by on the right, and so on; where that
    comes to no end, in u·v + v·w + w·u, there are no sides.
    """
    side: dict[Cell, bool] = {}
    for p in parameters if meet else ():
        if p not in meet or p in side:
            continue
        side[p] = False
        group: list[Cell] = [p]
        for u in group:
            for v in meet[u]:
                if v not in side:
                    side[v] = not side[u]
                    group.append(v)
        if any(side[u] == side[v] for u in group for v in meet[u]):
            side.update(dict.fromkeys(group, False))
    return (i for i, p in enumerate(parameters) if side.get(p))


def _downward(
    made: Sequence[Made], parameters: Sequence[Parameter], size: int, hues: Hues
) -> dict[Cell, list[Cell]]:
    """Tell each parameter who uses it: the cell, the other factor of the term, in which role.

    Gives the parameters that are multiplied by others, and by which.
    """
    meet: dict[Cell, list[Cell]] = {}
    for p in parameters:
        p.uses = []
    moving: dict[int, bool] = {}  # of a row of factors, whether there are parameters among them
    ways: dict[int, tuple[Factors, dict[Any, list[int]]]] = {}  # in which a row is used
    known: dict[Any, list[int]] = {}  # of a way what each place of a row has of it
    both: dict[tuple[int, int], tuple[Factors, Factors]] = {}
    for c in made:
        if c.terms is None:
            _used_by_row(c, c.colour * size * 64)
            continue
        first, second, roles = c.terms.first, c.terms.second, c.terms.roles
        for row, other in ((first, second), (second, first)):
            if id(row) not in moving:
                moving[id(row)] = Parameter in {*map(type, row)}
                ways[id(row)] = row, {}
            if moving[id(row)]:
                way = c.colour, hues.of(other), id(roles)
                if way not in known:
                    here = c.colour * size * 64
                    pairs = zip(other, roles or (PLAIN,) * len(other), strict=True)
                    known[way] = [here + v.colour * 64 + role for v, role in pairs]
                ways[id(row)][1][way] = known[way]
        if moving[id(first)] and moving[id(second)]:
            both[id(first), id(second)] = first, second
    for first, second in both.values():
        _meet(first, second, meet)
    for row, uses in ways.values():
        for u, of_it in zip(row, zip(*uses.values(), strict=True), strict=False):
            if type(u) is Parameter:
                u.uses += of_it
    return meet


def _meet(first: Factors, second: Factors, meet: dict[Cell, list[Cell]]) -> None:
    """Write down the parameters that are multiplied by others."""
    for u, v in zip(first, second, strict=True):
        if type(u) is type(v) is Parameter and u is not v:
            meet.setdefault(u, []).append(v)
            meet.setdefault(v, []).append(u)


def _used_by_row(c: Made, here: int) -> None:
    assert c.row is not None
    for i, u in enumerate(c.inputs):
        if type(u) is Parameter:
            u.uses.append(here + 4 + min(i, 59) * (c.row.arity is not None))


def _upward(made: Sequence[Made], numbers: dict[Any, int], size: int, hues: Hues) -> int:
    """Colour what is made, from below, after the leaves; how many colours that are."""
    leaves = len(numbers)
    known: dict[Any, int] = {}
    for c in made:
        if c.terms is None:
            c.colour = numbers.setdefault(_row_key(c), len(numbers) + 1)
            continue
        kind = hues.kind(c.terms)
        if kind not in known:
            known[kind] = numbers.setdefault(_sum_key(c.terms, size), len(numbers) + 1)
        c.colour = known[kind]
    return len(numbers) - leaves


def _sum_key(terms: Terms, size: int) -> Any:
    """Two factors are told by their colours in order of size, so that u·v is v·u."""
    one, other = [u.colour for u in terms.first], [v.colour for v in terms.second]
    pairs = zip(one, other, strict=True)
    codes = [a * size + b if a > b else b * size + a for a, b in pairs]
    if terms.roles:
        codes = [4 * n + r for n, r in zip(codes, terms.roles, strict=True)]
    codes.sort()
    return (terms.plain, *[sign for sign, _ in terms.loose], None, *codes)


def _row_key(c: Made) -> Any:
    assert c.row is not None
    fixed = STRUCTURE.get(c.row, ())
    seen = [
        u.colour if isinstance(u, Cell) else repr(u) if i in fixed else "number"
        for i, u in enumerate(c.inputs)
    ]
    if c.row.arity is None:  # over any number of inputs: their order does not matter
        seen.sort(key=str)
    return (c.row.name, *seen)
