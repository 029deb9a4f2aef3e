"""Compile it: a product of matrices, found in sums of products that share their factors.

    z_sr = Σ_t  P_rt · Q_st          Q @ P.T

The factors that one sum uses of a family are a block of it; the blocks of P are its rows, those of
Q too, and t, the column, is what pairs them.  Blocks on one side may overlap (a window that slides
over a signal), on the other they may not.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from tinygrad_fr.program.cells import Cell

# One term of a sum: its factors, NOTHING where there is none, and the number written before them.
Product = tuple[Cell, Cell, Any]
Pairs = dict[Cell, list[tuple[Cell, Cell]]]


class Blocks(NamedTuple):
    """rows of P, rows of Q, and the sums: one line per row of Q, one column per row of P."""

    left: list[list[Cell]]
    right: list[list[Cell]]
    grid: list[list[Cell]]

    def swapped(self) -> Blocks:
        return Blocks(
            self.right, self.left, [list(column) for column in zip(*self.grid, strict=True)]
        )


def matrix(sums: Sequence[Cell], pairs: Pairs) -> Blocks | None:
    """The product of matrices that these sums of products are, or None."""
    found = _blocks(sums, pairs)
    if found is None:
        swapped = {c: [(v, u) for u, v in couples] for c, couples in pairs.items()}
        other = _blocks(sums, swapped)
        found = other and other.swapped()
    return found


def _blocks(sums: Sequence[Cell], pairs: Pairs) -> Blocks | None:
    """The same where the blocks of the first factors do not overlap: they say what a column is."""
    spots = _spots(sums, pairs)
    if spots is None:
        return None
    lefts, rights, at = spots
    if sum(map(len, lefts)) != len(frozenset[Cell]().union(*lefts)):
        return None
    first = at[0, 0]
    column = {u: t for t, (u, _) in enumerate(sorted(pairs[first], key=lambda p: p[1].place))}
    right = []
    for s in range(len(rights)):
        right.append([v for _, v in sorted(pairs[at[s, 0]], key=lambda p: column[p[0]])])
    place = {v: t for t, v in enumerate(right[0])}
    for r in range(1, len(lefts)):
        for u, v in pairs[at[0, r]]:
            column[u] = place[v]
    for (s, _), c in at.items():
        row = right[s]
        if any(row[column[u]] is not v for u, v in pairs[c]):
            return None
    left = [sorted(block, key=column.__getitem__) for block in lefts]
    return Blocks(left, right, [[at[s, r] for r in range(len(left))] for s in range(len(right))])


def _spots(
    sums: Sequence[Cell], pairs: Pairs
) -> tuple[list[frozenset[Cell]], list[frozenset[Cell]], dict[tuple[int, int], Cell]] | None:
    """The blocks on both sides, and the sum that joins each with each; None unless all are there.

    Both sides are in the order of the sums where these have labels, else of the factors.
    """
    width = len(pairs[sums[0]])
    if not sums[0].value.label:
        sums = sorted(
            sums, key=lambda c: [min(u.place for u in side) for side in zip(*pairs[c], strict=True)]
        )
    lefts: dict[frozenset[Cell], int] = {}
    rights: dict[frozenset[Cell], int] = {}
    at: dict[tuple[int, int], Cell] = {}
    for c in sums:
        left, right = (frozenset(side) for side in zip(*pairs[c], strict=True))
        if len(left) != width or len(right) != width:
            return None
        at[rights.setdefault(right, len(rights)), lefts.setdefault(left, len(lefts))] = c
    if len(at) != len(sums) or len(at) != len(lefts) * len(rights):
        return None
    return list(lefts), list(rights), at


# ── the same with numbers on one side ──


def data_matrix(sums: Sequence[Cell], terms: dict[Cell, list[Product]]) -> Blocks | None:
    """z_sr = Σ_t W_rt·x_st with numbers x: the rows of W, as a product whose other side is data."""
    rows: dict[frozenset[Cell], list[Cell]] = {}
    for c in sums:
        rows.setdefault(frozenset(p[0] for p in terms[c]), []).append(c)
    width, deep = len(terms[sums[0]]), {len(column) for column in rows.values()}
    if len(deep) > 1 or len(frozenset[Cell]().union(*rows)) != width * len(rows):
        return None
    left = [sorted(block, key=lambda u: u.place) for block in rows]
    found = Blocks(left, [[]] * deep.pop(), [list(s) for s in zip(*rows.values(), strict=True)])
    data = [
        [[p[2] for p in sorted(terms[c], key=lambda p: p[0].place)] for c in line]
        for line in found.grid
    ]
    same = all(numbers == line[0] for line in data for numbers in line)
    plain = len(sums) == 1 and len({*data[0][0]}) == 1
    alone = width == 1 and 1 in (len(left), len(found.grid))
    return found if same and not plain and not alone else None


def coefficients(found: Blocks, terms: dict[Cell, list[Product]]) -> Any:
    """The numbers that multiply the first row of a matrix, a line for each sum of its column."""
    import numpy as np

    column = {u: t for t, u in enumerate(found.left[0])}
    data = np.empty((len(found.grid), len(column)))
    for s, (c, *_) in enumerate(found.grid):
        for u, _, n in terms[c]:
            data[s, column[u]] = n
    return data


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
