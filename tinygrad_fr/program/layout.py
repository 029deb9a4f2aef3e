"""Compile it: how the cells of a family lie in its array: as rows and columns, or like another.

A parameter lies as a product of matrices wishes it (W: a row for each neuron), else as it is first
used; a sum as its product of matrices comes out, else as what it is made of, one for one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tinygrad_fr.program.arrays import Shape
from tinygrad_fr.program.cells import Cell
from tinygrad_fr.program.families import Family
from tinygrad_fr.program.matrix import Blocks, Products

Kind = tuple[int, bool, tuple[Family, ...]]  # sign, whether a number was written, the families
Terms = dict[Cell, Products]  # of each cell, those of one kind


def lay_leaf(g: Family, cells: Sequence[Cell], shape: Shape | None) -> None:
    """A parameter: as it is wished, else as these cells are wanted, where they are all of it."""
    if g.wish:
        g.lay(*g.wish)
    elif shape is not None and len({*cells}) == len(cells) == len(g.cells):
        g.lay(list(cells), shape)
    elif shape and len({*cells[: shape[-1]]}) == shape[-1] == len(g.cells):
        g.lay(list(cells[: shape[-1]]), shape[-1:])
    else:
        _in_a_row(g)


def lay_like(f: Family, operands: Sequence[list[Cell]]) -> None:
    """As it is wished, else as the best of what it is made of one for one, else in a row."""
    one_for_one = [us for us in operands if len({*us}) == len(us) == len(us[0].family.cells)]
    if f.wish:
        f.lay(*f.wish)
    elif one_for_one:
        like = max(one_for_one, key=_worth)
        g: Family = like[0].family
        if not g.laid:
            lay_leaf(g, like, None)
        above = dict(zip(like, f.cells, strict=True))
        f.lay([above[u] for u in g.cells], g.shape)
    else:
        _in_a_row(f)


def lay_sum(
    f: Family,
    kinds: Mapping[Kind, Terms],
    blocks: Mapping[tuple[Family, Kind], Blocks],
    last: bool,
) -> None:
    """As a product of matrices in it comes out; else like what it is made of; else row by row."""
    for kind in kinds:
        found = blocks.get((f, kind))
        if found:
            rows, columns = len(found.right), len(found.left)
            sums = [c for line in found.grid for c in line]
            f.lay(sums, (columns,) if rows == 1 else (rows, columns))
            return
    first = f.cells[0]
    wide = any(len(terms[first]) > 1 for terms in kinds.values())
    if len(f.cells) == 1 and not f.batched and (wide or last):
        f.lay(f.cells, ())  # one number: all that it is made of is added up
        return
    factors = [
        (g, [terms[c].factors(k)[0] for c in f.cells], len(terms[first]))
        for (_, _, made_of), terms in kinds.items()
        for k, g in enumerate(made_of)
    ]
    lay_like(f, [us for _, us, width in factors if width == 1])
    for g, us, width in factors:
        if width > 1 and len(g.shape) == 2 and f.shape == (g.shape[0],):
            row = {u.place // g.shape[1]: c for u, c in zip(us, f.cells, strict=True)}
            if len(row) == len(f.cells):  # each adds up a row of it
                f.lay([row[r] for r in sorted(row)], f.shape)
                return


def _in_a_row(f: Family) -> None:
    f.lay(f.cells, (len(f.cells),) if len(f.cells) > 1 else ())


def _worth(us: list[Cell]) -> tuple[bool, bool, int]:
    """Which operand an array had better lie like: one that lies, has a batch, is a table."""
    g = us[0].family
    return g.laid, g.batched, len(g.shape)
