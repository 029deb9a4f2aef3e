"""Compile it for the processor: what is computed within an example, in tiles.

A tile is a few rows of entries × a few vectors of examples, and stays in the registers: a product
of matrices is summed up over its columns there, and what stands around it (a bias, tanh) follows
before the tile is stored.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set
from itertools import product as every
from typing import Any

from tinygrad_fr.program.arrays import Array, named
from tinygrad_fr.program.native.entries import Entries, products_in
from tinygrad_fr.program.native.steps import Step
from tinygrad_fr.program.native.text import Place
from tinygrad_fr.program.native.turns import ROOM, Where, gathered, merged, over, tiles, vectors

ROWS = {32: (6, 5, 4), 16: (3, 2)}  # of a tile, by the registers there are; no tile has more
COLUMNS = 4  # its vectors, twice as many in a low tile where there is room
FEW_ROWS, FEW_COLUMNS = (3, 2), 2  # where an entry takes many lines, and registers


def fill(e: Entries, group: Sequence[Step], registers: int, unread: Set[str] = frozenset()) -> None:
    """Arrays of one shape: each is computed while what it is made of is still in a register; what
    nobody else reads is never stored."""
    first = group[0]
    shape = first.shape or (1,)
    some = any(True for step in group for _ in products_in(step.array))
    long = any(map(_long, group))
    sizes = (FEW_ROWS if long else ROWS[registers]) if some else (1,)
    wide = FEW_COLUMNS if long else COLUMNS

    def tile(places: Sequence[Where], vs: Sequence[Place]) -> None:
        e.known = {}
        for step in group:
            _tile(e, step, places, vs, step.name not in unread)
        e.known = {}

    def rows(where: Where) -> None:
        def strip(r: Place, size: int) -> None:
            places = [(*where, e.text.sum(r, i)) for i in range(size)] if first.shape else [()]
            if not first.batched:
                tile(places, [0])
                return
            low = some and size <= 2 and 2 * size * wide <= ROOM[registers]
            at_once = 2 * wide if low else wide
            vectors(
                e.text, at_once, lambda v, k: tile(places, [e.text.sum(v, j) for j in range(k)])
            )

        tiles(e.text, shape[-1], sizes, strip)

    over(e.text, shape[:-1], rows)


def _tile(e: Entries, step: Step, places: Sequence[Where], vs: Sequence[Place], kept: bool) -> None:
    lanes = step.batched
    spots = list(every(places, vs))
    for product in products_in(step.array):
        found = e.products(product, places, vs, lanes)
        for (where, v), x in zip(spots, found, strict=True):
            e.known[id(product), where, v, lanes] = x
    results = [e.at(step.array, where, v, lanes) for where, v in spots]
    for (where, v), x in zip(spots, results, strict=True):
        e.known[step.name, where, v if lanes else None, lanes] = x
        if kept:
            e.store(x, step.name, where, v)


def _long(step: Step) -> bool:
    """Something in it takes many lines."""

    def found(e: Any) -> bool:
        return isinstance(e, Array) and (_takes_lines(e) or any(map(found, e.inputs)))

    return found(step.array)


def _takes_lines(e: Array) -> bool:
    row = e.row
    return (
        row is not None
        and (row.name in ("exp", "log") or row.kind == "transfer")
        and (row.name != "relu")
    )


def in_a_row(e: Entries, step: Step) -> None:
    """An array of no examples whose pieces all have its shape: a vector of entries at a time."""
    t, spot = e.text, e.layout.spots[step.name]

    def one(i: str) -> None:
        t.store(e.in_a_row(step.array, i, e.vector, {}), t.sum(spot.start, i), t.vector, align=8)

    t.turns(0, -(-spot.size // t.width) * t.width, one, by=t.width)


# ── sums within an example ───────────────────────────────────────────────────────────────────────


def each_example(e: Entries, step: Step, body: Callable[[Place], None]) -> None:
    """The body at each vector of the block; once where there are no examples."""
    if step.batched:
        vectors(e.text, 1, lambda v, _: body(v))
    else:
        body(0)


def axes(e: Entries, step: Step) -> None:
    """The sum over axes."""
    (x,) = step.array.inputs
    gone, keep = step.array.data.axes, step.array.data.keep
    kept = [n for i, n in enumerate(x.shape) if i not in gone]
    words = e.words(step.batched)

    def one(v: Place) -> None:
        def entry(where: Where) -> None:
            def body(index: Where, held: list[str]) -> list[str]:
                e.known = {}
                full = merged(where, index, gone, len(x.shape))
                return [words.sum(held[0], e.load(x, full, v, step.batched))]

            summed = [x.shape[i] for i in gone]
            (found,) = gathered(e.text, summed, body, [words.number_line(0)], words.kind)
            out = merged(where, [0] * len(gone), gone, len(x.shape)) if keep else where
            e.store(found, step.name, out, v)

        over(e.text, kept, entry)

    each_example(e, step, one)


def log_sum_exp(e: Entries, step: Step) -> None:
    """log Σ eˣ over the last axis, the greatest taken out first."""
    (x,) = step.array.inputs
    words, n = e.words(step.batched), x.shape[-1]

    def one(v: Place) -> None:
        def entry(where: Where) -> None:
            def of(index: Where) -> str:
                e.known = {}
                return e.load(x, (*where, *index), v, step.batched)

            def greatest(index: Where, held: list[str]) -> list[str]:
                return [words.maximum_of(held[0], of(index))]

            def added(index: Where, held: list[str]) -> list[str]:
                return [words.sum(held[0], words.exp_of(words.minus(of(index), top)))]

            low = words.number_line(float("-inf"))
            (top,) = gathered(e.text, [n], greatest, [low], words.kind)
            top = words.where_of(words.test("olt", words.bars(top), float("inf")), top, 0)
            (found,) = gathered(e.text, [n], added, [words.number_line(0)], words.kind)
            e.store(words.sum(top, words.log_of(found)), step.name, where, v)

        over(e.text, x.shape[:-1], entry)

    each_example(e, step, one)


def scatter(e: Entries, step: Step) -> None:
    """Zero everywhere, then each entry added where it was taken."""
    (g,) = step.array.inputs
    words = e.words(step.batched)
    target = named(step.name, step.shape, step.batched)

    def one(v: Place) -> None:
        over(e.text, step.shape, lambda w: e.store(words.number_line(0), step.name, w, v))

        def entry(where: Where) -> None:
            e.known = {}
            out = e.taken(step.array.data, g.shape, where, step.shape)
            before = e.load(target, out, v, step.batched)
            e.store(words.sum(before, e.load(g, where, v, step.batched)), step.name, out, v)

        over(e.text, g.shape, entry)
        e.known = {}

    each_example(e, step, one)


def plain_outer(e: Entries, step: Step) -> None:
    """x.T @ y of arrays without examples, summed over their rows."""
    x, y = step.array.inputs

    def entry(where: Where) -> None:
        def body(index: Where, held: list[str]) -> list[str]:
            e.known = {}
            a = e.load(x, (*index, where[0]), 0, False)
            b = e.load(y, (*index, where[1]), 0, False)
            return [e.text.fma(a, b, held[0], "double")]

        zero = e.scalar.number_line(0)
        (found,) = gathered(e.text, x.shape[:-1], body, [zero], "double")
        e.store(found, step.name, where, 0)

    over(e.text, step.shape, entry)


WITHIN: dict[str, Callable[[Entries, Step], None]] = {
    "sum": axes,
    "lse": log_sum_exp,
    "scatter": scatter,
    "plain_outer": plain_outer,
}
