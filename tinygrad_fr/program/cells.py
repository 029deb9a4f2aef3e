"""Compile it: cells, the scalars of a program: a datum, a parameter, a sum of products, a row.

A sum keeps its terms in lists side by side; its signs are structure, and the numbers that multiply
something are data: a label of +1 or −1 must not decide which cells are alike.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from tinygrad_fr.engine import Value
from tinygrad_fr.ops import Op

# One term of a sum: sign, number (None where none was written), and two factors.
Term = tuple[int, Any, "Cell", "Cell"]


class Written(float):
    """A number that was written and not yet reckoned with: it knows its slot (`outline`)."""

    __slots__ = ("slot",)

    slot: int


class Terms:
    """The terms of a sum side by side, in four lists: signs, numbers, and two factors of each.

    loose   the numbers that stand alone, each behind its sign
    plain   whether all others are u or u·v: no minus, no number
    roles   else, of each of them whether it has a minus and a number: 0 to 3, in one number
    """

    __slots__ = ("first", "loose", "numbers", "plain", "roles", "second", "signs")

    roles: list[int]

    def __init__(self, *terms: Term) -> None:
        self.signs: list[int] = []
        self.numbers: list[Any] = []
        self.first: list[Cell] = []
        self.second: list[Cell] = []
        self.loose: list[tuple[int, Any]] = []
        self.plain = True
        for t in terms:
            self.add(*t)

    def add(self, sign: int, number: Any, u: Cell, v: Cell) -> None:
        if u is NOTHING:
            self.loose.append((sign, number))
            return
        self.signs.append(sign)
        self.numbers.append(number)
        self.first.append(u)
        self.second.append(v)
        if sign < 0 or number is not None:
            self.plain = False

    def extend(self, other: Terms, sign: int = 1) -> None:
        self.signs += other.signs if sign > 0 else [-s for s in other.signs]
        self.numbers += other.numbers
        self.first += other.first
        self.second += other.second
        self.loose += [(s * sign, n) for s, n in other.loose]
        self.plain &= sign > 0 and other.plain

    def runs(self) -> Iterator[tuple[Any, list[Cell], list[Cell], list[Any]]]:
        """Stretches of one kind: what they have in common, the factors, the numbers if there are.

        What they have in common: the role, the colours of the factors.
        """
        ones, others = [u.colour for u in self.first], [v.colour for v in self.second]
        roles = [3] * len(ones) if self.plain else self.roles
        keys = list(zip(roles, ones, others, strict=True))
        start = 0
        for key, run in groupby(keys):
            end = start + len(list(run))
            numbers = [] if key[0] % 2 else self.numbers[start:end]
            yield key, self.first[start:end], self.second[start:end], numbers
            start = end
        for sign, n in self.loose:
            yield (sign + 1, 0, 0), [NOTHING], [NOTHING], [n]

    def settle(self) -> Terms:
        """All terms are there: say what they are."""
        if not self.plain:
            pairs = zip(self.signs, self.numbers, strict=True)
            self.roles = [sign + 1 + (n is None) for sign, n in pairs]
            self.plain = self.roles.count(3) == len(self.roles)
        return self

    def __len__(self) -> int:
        return len(self.first) + len(self.loose)

    def __iter__(self) -> Iterator[Term]:
        yield from zip(self.signs, self.numbers, self.first, self.second, strict=True)
        for sign, n in self.loose:
            yield sign, n, NOTHING, NOTHING


class Cell:
    """One scalar of the program: a Datum, a Parameter, or Made of others.

    kind      "input", "parameter", "sum" or "row"; "" for NOTHING, which stands for no factor
    value     the node it came from
    colour    cells of one colour are alike (`families`)
    family    the cells of its colour, and `place`: where it lies in their array, in one number
    """

    __slots__ = ("colour", "family", "kind", "place", "value")

    value: Value
    family: Any
    colour: int
    place: int
    row: Op | None = None
    inputs: tuple[Any, ...] = ()
    terms: Terms | None = None

    def __init__(self, kind: str, value: Value) -> None:
        self.kind, self.value = kind, value

    def below(self) -> list[Cell]:
        """The cells it is made of, in order, with multiplicity."""
        if self.terms is not None:
            factors = zip(self.terms.first, self.terms.second, strict=True)
            return [u for pair in factors for u in pair if u is not NOTHING]
        return [u for u in self.inputs if isinstance(u, Cell)]


class Datum(Cell):
    """A column of an array of data; `group` is the number of the array."""

    __slots__ = ("group",)

    def __init__(self, value: Value, group: int) -> None:
        self.kind, self.value, self.group = "input", value, group


class Parameter(Cell):
    """A leaf that moves; `uses` is room for those who ask how it is used."""

    __slots__ = ("uses",)

    uses: list[int]


class Made(Cell):
    """A sum of terms, or a row on cells and numbers in order."""

    __slots__ = ("inputs", "row", "terms")

    def __init__(
        self,
        kind: str,
        value: Value,
        terms: Terms | None = None,
        row: Op | None = None,
        inputs: tuple[Any, ...] = (),
    ) -> None:
        self.kind, self.value = kind, value
        self.terms, self.row, self.inputs = terms, row, inputs

    def trace(self) -> int:
        """The same for all that say the same."""
        t = self.terms
        if t is None:
            return hash((self.row, self.inputs))
        return hash((tuple(t.first), tuple(t.second), None if t.plain else tuple(t.numbers)))

    def said(self) -> tuple[Any, ...]:
        """All that it computes; −0 is not 0."""
        if self.terms is None:
            return self.row, *(u if isinstance(u, Cell) else repr(u) for u in self.inputs)
        t = self.terms
        return *t.signs, repr(t.numbers), *t.first, *t.second, repr(t.loose)


NOTHING = Cell("", Value(0.0))
NOTHING.colour, NOTHING.place, NOTHING.family = 0, 0, None
