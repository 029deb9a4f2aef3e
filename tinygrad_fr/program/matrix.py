"""Compile it: a product of matrices, found in sums of products that share their factors.

    z_sr = Σ_t  P_rt · Q_st          Q @ P.T

The factors that one sum uses of a family are a block of it; the blocks of P are its rows, those of
Q too, and t, the column, is what pairs them.  Blocks on one side may overlap (a window that slides
over a signal), on the other they may not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import count
from typing import Any, NamedTuple

from tinygrad_fr.program.cells import Cell, Factors


class Products:
    """Products of one kind in one sum, side by side: factors, and numbers where there are any."""

    __slots__ = ("first", "numbers", "second")

    def __init__(self, first: Factors, second: Factors, numbers: tuple[Any, ...]) -> None:
        self.first, self.second, self.numbers = first, second, numbers

    def __len__(self) -> int:
        return len(self.first)

    def extend(self, other: Products) -> None:
        self.first += other.first
        self.second += other.second
        self.numbers += other.numbers

    def factors(self, k: int) -> Factors:
        return self.second if k else self.first

    def ranked(self, ranks: Sequence[int]) -> Products:
        """The same in another order: which comes first, second, …"""
        sides = (self.first, self.second, self.numbers)
        return Products(*(tuple([side[i] for i in ranks]) if side else () for side in sides))


class Ordered:
    """Products by what is said of their two factors; of a row of factors it is asked once."""

    def __init__(self, key: Callable[[Cell, Cell], Any]) -> None:
        self.key = key
        self.ranks: dict[tuple[int, int], list[int] | None] = {}  # by identity; None: in order

    def __call__(self, products: Products) -> Products:
        row = id(products.first), id(products.second)
        if row not in self.ranks:
            places = [*map(self.key, products.first, products.second)]
            order = sorted(range(len(places)), key=places.__getitem__)
            self.ranks[row] = None if order == [*range(len(places))] else order
        ranks = self.ranks[row]
        return products if ranks is None else products.ranked(ranks)


def in_places() -> Ordered:
    """In the order in which the first factors lie, then the second."""
    return Ordered(lambda u, v: (u.place, v.place))


Terms = Mapping[Cell, Products]


class Blocks(NamedTuple):
    """rows of P, rows of Q, and the sums: one line per row of Q, one column per row of P."""

    left: list[Factors]
    right: list[Factors]
    grid: list[list[Cell]]

    def swapped(self) -> Blocks:
        return Blocks(
            self.right, self.left, [list(column) for column in zip(*self.grid, strict=True)]
        )


def matrix(sums: Sequence[Cell], terms: Terms, known: Known) -> Blocks | None:
    """The product of matrices that these sums of products are, or None."""
    found = _blocks(sums, terms, known)
    if found is None:
        swapped = {c: Products(p.second, p.first, p.numbers) for c, p in terms.items()}
        other = _blocks(sums, swapped, known)
        found = other and other.swapped()
    return found


def _blocks(sums: Sequence[Cell], terms: Terms, known: Known) -> Blocks | None:
    """The same where the blocks of the first factors do not overlap: they say what a column is."""
    spots = _spots(sums, terms, known)
    if spots is None or known.overlap(spots.left.rows):
        return None
    (left, right, at), first = spots, terms[spots.at[0, 0]]
    grid = [[at[s, r] for r in range(len(left.rows))] for s in range(len(right.rows))]
    ranks = sorted(range(len(first)), key=lambda t: first.second[t].place)
    if left.one_order and right.one_order:
        in_order = putting(ranks)
        return Blocks([*map(in_order, left.rows)], [*map(in_order, right.rows)], grid)
    columns = Columns({first.first[t]: column for column, t in enumerate(ranks)})
    ordered = columns.ordered()
    rows = [ordered(terms[line[0]]).second for line in grid]
    place = {v: t for t, v in enumerate(rows[0])}
    for c in grid[0][1:]:
        here = terms[c]
        columns.at.update(zip(here.first, map(place.__getitem__, here.second), strict=True))
    for (s, _), c in at.items():
        if columns.taken(s, rows[s], terms[c].first) != terms[c].second:
            return None
    ordered = columns.ordered()
    return Blocks([ordered(terms[c]).first for c in grid[0]], rows, grid)


def putting(ranks: list[int]) -> Callable[[Factors], Factors]:
    """What puts a row of factors in this order."""
    if ranks == sorted(ranks):
        return lambda row: row
    return lambda row: tuple([row[t] for t in ranks])


class Columns:
    """In which column each of the first factors is; a row of them is looked at once."""

    def __init__(self, at: dict[Cell, int]) -> None:
        self.at = at
        self.orders: dict[int, tuple[int, ...]] = {}
        self.once: dict[tuple[int, ...], tuple[int, ...]] = {}
        self.rows: dict[tuple[int, int], Factors] = {}

    def ordered(self) -> Ordered:
        """Products in the order of these columns."""
        return Ordered(lambda u, _: self.at[u])

    def order(self, row: Factors) -> tuple[int, ...]:
        """Their columns, one tuple for all rows that are in the same order."""
        found = self.orders.get(id(row))
        if found is None:
            order = tuple([self.at[u] for u in row])
            found = self.orders[id(row)] = self.once.setdefault(order, order)
        return found

    def taken(self, s: int, right: Factors, row: Factors) -> Factors:
        """Of row s on the other side what stands in the columns of these."""
        order = self.order(row)
        key = s, id(order)
        if key not in self.rows:
            self.rows[key] = tuple([right[t] for t in order])
        return self.rows[key]


class Spots(NamedTuple):
    """The blocks on both sides, and the sum that joins each with each: (row of Q, row of P)."""

    left: Numbered
    right: Numbered
    at: dict[tuple[int, int], Cell]


def _spots(sums: Sequence[Cell], terms: Terms, known: Known) -> Spots | None:
    """None unless all are there.

    Both sides are in the order of the sums where these have labels, else of the factors.
    """
    width = len(terms[sums[0]])
    if not sums[0].value.label:
        rows = {id(row): row for c in sums for row in (terms[c].first, terms[c].second)}
        least = {key: min([u.place for u in row]) for key, row in rows.items()}
        sums = sorted(sums, key=lambda c: (least[id(terms[c].first)], least[id(terms[c].second)]))
    left = Numbered((terms[c].first for c in sums), known)
    right = Numbered((terms[c].second for c in sums), known)
    at = {(right.of(terms[c].second), left.of(terms[c].first)): c for c in sums}
    if len(at) != len(sums) or len(at) != len(left.rows) * len(right.rows):
        return None
    if not left.sizes == right.sizes == {width}:
        return None
    return Spots(left, right, at)


class Known:
    """What is known of rows of factors that live on: the set of each, and whether some overlap."""

    def __init__(self) -> None:
        self.sets: dict[int, frozenset[Cell]] = {}  # by identity
        self.overlaps: dict[tuple[int, ...], bool] = {}

    def set_of(self, row: Factors) -> frozenset[Cell]:
        if id(row) not in self.sets:
            self.sets[id(row)] = frozenset(row)
        return self.sets[id(row)]

    def overlap(self, rows: Sequence[Factors]) -> bool:
        """Whether a cell stands twice in these rows."""
        which = tuple(map(id, rows))
        if which not in self.overlaps:
            self.overlaps[which] = sum(map(len, rows)) != len(set[Cell]().union(*rows))
        return self.overlaps[which]


class Numbered:
    """Blocks of cells, numbered as they come; the same cells in another order are one block.

    rows        of each block the row of factors that came first; sizes: how many cells they have
    one_order   whether no other came
    """

    def __init__(self, rows: Iterable[Factors], known: Known) -> None:
        apart = {id(row): row for row in rows}
        blocks: dict[Any, int] = {}
        if known.overlap([*apart.values()]):
            sets = {key: known.set_of(row) for key, row in apart.items()}
            self.at = {key: blocks.setdefault(cells, len(blocks)) for key, cells in sets.items()}
            self.sizes = {*map(len, blocks)}
        else:
            self.at = dict(zip(apart, count()))
            self.sizes = {*map(len, apart.values())}
        firsts: dict[int, Factors] = {}
        for key, row in apart.items():
            firsts.setdefault(self.at[key], row)
        self.rows = [*firsts.values()]
        self.one_order = len(firsts) == len(apart)

    def of(self, row: Factors) -> int:
        return self.at[id(row)]


# ── the same with numbers on one side ──


def data_matrix(sums: Sequence[Cell], terms: Terms, known: Known) -> Blocks | None:
    """z_sr = Σ_t W_rt·x_st with numbers x: the rows of W, as a product whose other side is data."""
    columns: dict[int, list[Cell]] = {}
    if not sums[0].value.label:
        sums = sorted(sums, key=lambda c: min(u.place for u in terms[c].first))
    rows = Numbered((terms[c].first for c in sums), known)
    for c in sums:
        columns.setdefault(rows.of(terms[c].first), []).append(c)
    width, deep = len(terms[sums[0]]), {len(column) for column in columns.values()}
    if len(deep) > 1 or rows.sizes != {width} or known.overlap(rows.rows):
        return None
    left = [tuple(sorted(row, key=lambda u: u.place)) for row in rows.rows]
    grid = [list(s) for s in zip(*columns.values(), strict=True)]
    found = Blocks(left, [()] * deep.pop(), grid)
    ordered = in_places()
    data = [[ordered(terms[c]).numbers for c in line] for line in grid]
    same = all(numbers == line[0] for line in data for numbers in line)
    plain = len(sums) == 1 and len({*data[0][0]}) == 1
    alone = width == 1 and 1 in (len(left), len(found.grid))
    return found if same and not plain and not alone else None


def coefficients(found: Blocks, terms: Terms) -> list[list[Any]]:
    """The numbers that multiply each row of a matrix, line after line; they are all the same."""
    alike: list[list[Any]] = []
    for r, row in enumerate(found.left):
        columns = Columns({u: t for t, u in enumerate(row)})
        ordered = columns.ordered()
        alike.append([n for line in found.grid for n in ordered(terms[line[r]]).numbers])
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
