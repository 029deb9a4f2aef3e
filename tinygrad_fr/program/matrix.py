"""Compile it: a product of matrices, found in sums of products that share their factors.

    z_sr = Σ_t  P_rt · Q_st          Q @ P.T

The factors that one sum uses of a family are a block of it; the blocks of P are its rows, those of
Q too, and t, the column, is what pairs them.  Blocks on one side may overlap (a window that slides
over a signal), on the other they may not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from tinygrad_fr.program.cells import Cell


class Products:
    """Products of one kind in one sum, side by side: factors, and numbers where there are any."""

    __slots__ = ("first", "numbers", "second")

    def __init__(self, first: list[Cell], second: list[Cell], numbers: list[Any]) -> None:
        self.first, self.second, self.numbers = first, second, numbers

    def __len__(self) -> int:
        return len(self.first)

    def extend(self, other: Products) -> None:
        self.first += other.first
        self.second += other.second
        self.numbers += other.numbers

    def factors(self, k: int) -> list[Cell]:
        return self.second if k else self.first

    def ordered(self, places: Sequence[Any]) -> Products:
        """The same in the order of these places."""
        if sorted(places) == places:
            return self
        ranks = sorted(range(len(places)), key=places.__getitem__)
        sides = (self.first, self.second, self.numbers)
        return Products(*([side[i] for i in ranks] if side else [] for side in sides))


Terms = Mapping[Cell, Products]


class Blocks(NamedTuple):
    """rows of P, rows of Q, and the sums: one line per row of Q, one column per row of P."""

    left: list[list[Cell]]
    right: list[list[Cell]]
    grid: list[list[Cell]]

    def swapped(self) -> Blocks:
        return Blocks(
            self.right, self.left, [list(column) for column in zip(*self.grid, strict=True)]
        )


def matrix(sums: Sequence[Cell], terms: Terms) -> Blocks | None:
    """The product of matrices that these sums of products are, or None."""
    found = _blocks(sums, terms)
    if found is None:
        swapped = {c: Products(p.second, p.first, p.numbers) for c, p in terms.items()}
        other = _blocks(sums, swapped)
        found = other and other.swapped()
    return found


def _blocks(sums: Sequence[Cell], terms: Terms) -> Blocks | None:
    """The same where the blocks of the first factors do not overlap: they say what a column is."""
    spots = _spots(sums, terms)
    if spots is None:
        return None
    lefts, rights, at = spots
    if sum(map(len, lefts)) != len(frozenset[Cell]().union(*lefts)):
        return None
    first = terms[at[0, 0]]
    pairs = sorted(zip(first.first, first.second, strict=True), key=lambda p: p[1].place)
    column = {u: t for t, (u, _) in enumerate(pairs)}
    right = [_in_columns(terms[at[s, 0]], column) for s in range(len(rights))]
    place = {v: t for t, v in enumerate(right[0])}
    for r in range(1, len(lefts)):
        here = terms[at[0, r]]
        column.update(zip(here.first, map(place.__getitem__, here.second), strict=True))
    for (s, _), c in at.items():
        row = right[s]
        if [row[column[u]] for u in terms[c].first] != terms[c].second:
            return None
    left = [sorted(block, key=column.__getitem__) for block in lefts]
    return Blocks(left, right, [[at[s, r] for r in range(len(left))] for s in range(len(right))])


def _in_columns(products: Products, column: dict[Cell, int]) -> list[Cell]:
    """The second factors, each in the column of the first."""
    return products.ordered([column[u] for u in products.first]).second


def _spots(
    sums: Sequence[Cell], terms: Terms
) -> tuple[list[frozenset[Cell]], list[frozenset[Cell]], dict[tuple[int, int], Cell]] | None:
    """The blocks on both sides, and the sum that joins each with each; None unless all are there.

    Both sides are in the order of the sums where these have labels, else of the factors.
    """
    width = len(terms[sums[0]])
    if not sums[0].value.label:
        sums = sorted(
            sums,
            key=lambda c: [
                min(u.place for u in side) for side in (terms[c].first, terms[c].second)
            ],
        )
    lefts, rights = Numbered(), Numbered()
    at: dict[tuple[int, int], Cell] = {}
    for c in sums:
        left, right = lefts.of(terms[c].first), rights.of(terms[c].second)
        at[right, left] = c
    if len(at) != len(sums) or len(at) != len(lefts.blocks) * len(rights.blocks):
        return None
    if any(len(block) != width for block in (*lefts.blocks, *rights.blocks)):
        return None
    return list(lefts.blocks), list(rights.blocks), at


class Numbered:
    """Blocks of cells, numbered as they come; the same cells in another order are one block."""

    def __init__(self) -> None:
        self.blocks: dict[frozenset[Cell], int] = {}
        self.seen: dict[tuple[Cell, ...], int] = {}

    def of(self, cells: Sequence[Cell]) -> int:
        key = tuple(cells)
        if key not in self.seen:
            self.seen[key] = self.blocks.setdefault(frozenset(key), len(self.blocks))
        return self.seen[key]


# ── the same with numbers on one side ──


def data_matrix(sums: Sequence[Cell], terms: Terms) -> Blocks | None:
    """z_sr = Σ_t W_rt·x_st with numbers x: the rows of W, as a product whose other side is data."""
    rows = Numbered()
    columns: dict[int, list[Cell]] = {}
    if not sums[0].value.label:
        sums = sorted(sums, key=lambda c: min(u.place for u in terms[c].first))
    for c in sums:
        columns.setdefault(rows.of(terms[c].first), []).append(c)
    width, deep = len(terms[sums[0]]), {len(column) for column in columns.values()}
    if len(deep) > 1 or len(frozenset[Cell]().union(*rows.blocks)) != width * len(columns):
        return None
    left = [sorted(block, key=lambda u: u.place) for block in rows.blocks]
    grid = [list(s) for s in zip(*columns.values(), strict=True)]
    found = Blocks(left, [[]] * deep.pop(), grid)
    data = [[in_places(terms[c]).numbers for c in line] for line in grid]
    same = all(numbers == line[0] for line in data for numbers in line)
    plain = len(sums) == 1 and len({*data[0][0]}) == 1
    alone = width == 1 and 1 in (len(left), len(found.grid))
    return found if same and not plain and not alone else None


def in_places(products: Products) -> Products:
    """In the order in which the first factors lie, then the second."""
    places = zip(products.first, products.second, strict=True)
    return products.ordered([(u.place, v.place) for u, v in places])


def coefficients(found: Blocks, terms: Terms) -> list[list[Any]]:
    """The numbers that multiply each row of a matrix, line after line; they are all the same."""
    alike: list[list[Any]] = []
    for r, row in enumerate(found.left):
        column = {u: t for t, u in enumerate(row)}
        numbers: list[Any] = []
        for line in found.grid:
            products = terms[line[r]]
            numbers += products.ordered([column[u] for u in products.first]).numbers
        alike.append(numbers)
    return alike


def aligned(blocks: Blocks, sums: Sequence[Cell], shape: Sequence[int]) -> Blocks | None:
    """The product with its rows in the order in which f lies; None if that is another grid."""
    at = {c: (s, r) for s, line in enumerate(blocks.grid) for r, c in enumerate(line)}
    rows, columns = len(blocks.right), len(blocks.left)
    if shape != ((columns,) if rows == 1 else (rows, columns)):
        return None
    grid = [[*sums[s * columns : (s + 1) * columns]] for s in range(rows)]
    right = [at[line[0]][0] for line in grid]
    left = [at[c][1] for c in grid[0]]
    for s, line in zip(right, grid, strict=True):
        if [at[c] for c in line] != [(s, r) for r in left]:
            return None
    return Blocks([blocks.left[r] for r in left], [blocks.right[s] for s in right], grid)


def transposed(rows: int, width: int) -> list[int]:
    """Where the entries of a (rows, width) matrix lie in its transpose."""
    return [t * rows + r for r in range(rows) for t in range(width)]
