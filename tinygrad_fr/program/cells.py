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
Factors = tuple["Cell", ...]

PLAIN = 3  # the role of a term that has no minus and no number


class Written(float):
    """A number that was written and not yet reckoned with: it knows its code (`outline`)."""

    __slots__ = ("code",)

    code: int


class Terms:
    """The terms of a sum side by side: the two factors of each, its sign and its number.

    first, second   the factors: lists while they are gathered, then tuples, of which there is one
                    however many sums have these cells in this order
    loose           the numbers that stand alone, each behind its sign
    plain           whether all others are u or u·v, no minus, no number: signs and numbers are
                    empty then
    roles           else, of each of them whether it has a minus and a number: 0 to 3, in one number
    """

    __slots__ = ("first", "loose", "numbers", "plain", "roles", "second", "signs")

    first: Any
    second: Any
    numbers: Any
    roles: tuple[int, ...] | None

    def __init__(self, *terms: Term) -> None:
        self.signs: list[int] = []
        self.numbers = []
        self.first, self.second = [], []
        self.loose: list[tuple[int, Any]] = []
        self.plain, self.roles = True, None
        for t in terms:
            self.add(*t)

    def add(self, sign: int, number: Any, u: Cell, v: Cell) -> None:
        if u is NOTHING:
            self.loose.append((sign, number))
            return
        self.first.append(u)
        self.second.append(v)
        if sign < 0 or number is not None or not self.plain:
            self.has(sign, number)

    def has(self, sign: int, number: Any) -> None:
        """The last term has this sign and this number; from here on each has its own."""
        if self.plain:
            self.part(len(self.first) - 1)
        self.signs.append(sign)
        self.numbers.append(number)

    def part(self, count: int) -> None:
        """So many terms had no minus and no number; now it is said of each."""
        self.plain = False
        self.signs += [1] * count
        self.numbers += [None] * count

    def extend(self, other: Terms, sign: int = 1) -> None:
        plain = other.plain and sign > 0
        if self.plain and not plain:
            self.part(len(self.first))
        if not self.plain:
            signs = other.signs or [1] * len(other.first)
            self.signs += signs if sign > 0 else [-s for s in signs]
            self.numbers += other.numbers or [None] * len(other.first)
        self.first += other.first
        self.second += other.second
        self.loose += [(s * sign, n) for s, n in other.loose]

    def settle(self, once: dict[Any, Any]) -> Terms:
        """All terms are there: say what they are; `once` has every tuple that there is."""
        if not self.plain:
            pairs = zip(self.signs, self.numbers, strict=True)
            roles = tuple([sign + 1 + (n is None) for sign, n in pairs])
            self.plain = roles.count(PLAIN) == len(roles)
            self.roles = None if self.plain else once.setdefault(roles, roles)
            self.signs, self.numbers = ([], ()) if self.plain else (self.signs, (*self.numbers,))
        first, second = tuple(self.first), tuple(self.second)
        self.first, self.second = once.setdefault(first, first), once.setdefault(second, second)
        return self

    def stretches(self) -> list[tuple[Any, int, int]]:
        """What neighbours have in common, from where to where: the role, the factors' colours."""
        ones, others = [u.colour for u in self.first], [v.colour for v in self.second]
        found, start = [], 0
        roles = self.roles or (PLAIN,) * len(ones)
        for key, run in groupby(zip(roles, ones, others, strict=True)):
            end = start + len(list(run))
            found.append((key, start, end))
            start = end
        return found

    def __len__(self) -> int:
        return len(self.first) + len(self.loose)

    def __iter__(self) -> Iterator[Term]:
        count = len(self.first)
        signs, numbers = self.signs or [1] * count, self.numbers or [None] * count
        yield from zip(signs, numbers, self.first, self.second, strict=True)
        for sign, n in self.loose:
            yield sign, n, NOTHING, NOTHING


class Cell:
    """One scalar of the program: a Datum, a Parameter, or Made of others.

    kind      "input", "parameter", "sum" or "row"; "" for NOTHING, which stands for no factor
    value     the node it came from
    colour    cells of one colour are alike (`families`)
    family    the cells of its colour, and `place`: where it lies in their array, in one number
    """

    __slots__ = ("colour", "family", "place", "value")

    kind = ""
    value: Value
    family: Any
    colour: int
    place: int
    row: Op | None = None
    inputs: tuple[Any, ...] = ()
    terms: Terms | None = None

    def __init__(self, value: Value) -> None:
        self.value = value

    def below(self) -> list[Cell]:
        """The cells it is made of, in order, with multiplicity."""
        if self.terms is not None:
            factors = zip(self.terms.first, self.terms.second, strict=True)
            return [u for pair in factors for u in pair if u is not NOTHING]
        return [u for u in self.inputs if isinstance(u, Cell)]


class Datum(Cell):
    """A column of an array of data; `group` is the number of the array."""

    __slots__ = ("group",)

    kind = "input"

    def __init__(self, value: Value, group: int) -> None:
        self.value, self.group = value, group


class Parameter(Cell):
    """A leaf that moves; `uses` is room for those who ask how it is used."""

    __slots__ = ("uses",)

    kind = "parameter"
    uses: list[int]


class Made(Cell):
    """A sum of terms, or a row on cells and numbers in order."""

    __slots__ = ("inputs", "kind", "row", "terms")

    def __init__(
        self,
        value: Value,
        terms: Terms | None = None,
        row: Op | None = None,
        inputs: tuple[Any, ...] = (),
    ) -> None:
        self.kind, self.value = "row" if row else "sum", value
        self.terms, self.row, self.inputs = terms, row, inputs

    def said(self) -> Any:
        """The same for all that compute the same, in the same order; −0 is not 0."""
        t = self.terms
        if t is None:
            return self.row, *(u if isinstance(u, Cell) else repr(u) for u in self.inputs)
        if t.plain and not t.loose:  # there is one row of factors of a kind
            return id(t.first), id(t.second)
        return id(t.first), id(t.second), (*t.signs,), repr(t.numbers), repr(t.loose)


NOTHING = Cell(Value(0.0))
NOTHING.colour, NOTHING.place, NOTHING.family = 0, 0, None
