"""Compile it for the processor: sums over examples: lane by lane, the lanes at the very end.

    dW = D.T @ A      a tile of entries, each summed over the vectors of the block
    dW = D.T @ X      where X stands an example after the other: a number of D times a row of X,
                      example by example; nothing is left to add up
    db = D.sum(0)     like the first, with nothing to multiply

A vector holds as many partial sums as it has lanes; as many vectors become one vector of sums by
adding halves of halves.  The lanes that hold no example are 0 by then.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import product as every

from tinygrad_fr.program.arrays import Array
from tinygrad_fr.program.native.entries import Entries
from tinygrad_fr.program.native.layout import Layout
from tinygrad_fr.program.native.steps import Step
from tinygrad_fr.program.native.text import Place, Text
from tinygrad_fr.program.native.turns import ROOM, Where, flat, merged, over, through, tiles
from tinygrad_fr.program.native.words import Words

Use = Callable[[Entries, Place, str, Words], None]


@dataclass(slots=True)
class Sums:
    """The sums over examples of one function, and what becomes of them.

    alone      the block is all there is: sums need not be added to anything
    at_once    of a sum, by name: what is done with its entries as soon as they are there
    """

    entries: Entries
    registers: int
    alone: bool
    at_once: dict[str, Use]
    cleared: set[str] = field(default_factory=set)

    def outer(self, step: Step) -> None:
        """x.T @ y"""
        x, y = step.array.inputs
        self.clear(x)
        t, T, done = self.entries.text, step.shape[1], 0
        if y.name in self.entries.layout.by_example:
            done = T // t.width * t.width
            self._by_example(step, done // t.width)
        if done < T:
            self._by_lane(step, done)

    def _by_example(self, step: Step, vectors: int) -> None:
        """The first columns, so many vectors of them."""
        t, rows = self.entries.text, step.shape[0]
        low, wide = ([6, 5, 4], [4]) if self.registers >= 32 else ([3], [3])

        def column(c: Place, columns: int) -> None:
            at = t.times(c, t.width)
            tiles(t, rows, low, lambda r, n: self._ranks(step, (r, n), (at, columns)))

        tiles(t, vectors, wide, column)

    def _ranks(self, step: Step, rows: tuple[Place, int], columns: tuple[Place, int]) -> None:
        """Rows × vectors of columns: of each example its numbers in x times its row in y."""
        e, t = self.entries, self.entries.text
        x, y = step.array.inputs
        deltas, given = e.layout.spots[x.name], e.layout.by_example[y.name]
        first, wide = rows[0], t.width

        def one(i: str, held: list[str]) -> list[str]:
            row = t.sum(given.start, t.times(i, given.pitch), columns[0])
            xs = [t.load(t.sum(row, k * wide), t.vector, "%x") for k in range(columns[1])]
            found = []
            for r in range(rows[1]):
                at = t.sum(deltas.start, t.times(t.sum(first, r), e.layout.stride), i)
                d = t.splat(t.load(at, "double", deltas.base))
                mine = held[r * columns[1] : (r + 1) * columns[1]]
                found += [t.fma(d, a, h, t.vector) for a, h in zip(xs, mine, strict=True)]
            return found

        zeros = [e.vector.number_line(0)] * (rows[1] * columns[1])
        lanes = t.times("%nv", wide)
        sums = iter(t.loop(0, lanes, one, zeros, t.vector))
        for r in range(rows[1]):
            start = flat(t, (t.sum(first, r), columns[0]), step.shape)
            for k in range(columns[1]):
                self._arrived(step.name, t.sum(start, k * wide), next(sums), e.vector)

    def _by_lane(self, step: Step, start: int) -> None:
        """The columns from `start` on."""
        t, R, T = self.entries.text, step.shape[0], step.shape[1] - start
        wide = t.width if t.width <= T else T
        high = list(range(max(1, ROOM[self.registers] // wide), 0, -1))

        def tile(r: Place, rows: int, c: Place, columns: int) -> None:
            self._tile(step, (r, rows), (t.sum(start, c), columns))

        def row(r: Place, rows: int) -> None:
            tiles(t, T, [wide], lambda c, columns: tile(r, rows, c, columns))

        def column(c: Place, columns: int) -> None:
            tiles(t, R, high, lambda r, rows: tile(r, rows, c, columns))

        if T > R:  # the longer side outside: what is read again is the shorter one
            tiles(t, T, [wide], column)
        else:
            tiles(t, R, high, row)

    def _tile(self, step: Step, rows: tuple[Place, int], columns: tuple[Place, int]) -> None:
        e, t = self.entries, self.entries.text
        x, y = step.array.inputs

        def one(where: Where, held: list[str]) -> list[str]:
            *lead, v = where
            e.known = {}
            xs = [e.load(x, (*lead, t.sum(rows[0], i)), v, True) for i in range(rows[1])]
            ys = [e.load(y, (*lead, t.sum(columns[0], j)), v, True) for j in range(columns[1])]
            pairs = zip(every(xs, ys), held, strict=True)
            return [t.fma(a, b, h, t.vector) for (a, b), h in pairs]

        zeros = [e.vector.number_line(0)] * (rows[1] * columns[1])
        found = through(t, x.shape[:-1], one, zeros)
        if columns == (0, step.shape[1]):  # whole rows, one after the other
            self.hand_on(step.name, (rows[0], 0), found)
            return
        for i in range(rows[1]):
            part = found[i * columns[1] : (i + 1) * columns[1]]
            self.hand_on(step.name, (t.sum(rows[0], i), columns[0]), part)

    def total(self, step: Step) -> None:
        """Σ x, also over the axes that are summed with the examples."""
        (x,) = step.array.inputs
        self.clear(x)
        e, gone = self.entries, step.array.data.axes
        kept = [n for i, n in enumerate(x.shape) if i not in gone]
        keep = step.array.data.keep

        def strip(where: Where, r: Place, size: int) -> None:
            def one(index: Where, held: list[str]) -> list[str]:
                e.known = {}
                *inner, v = index
                found = []
                for i, h in enumerate(held):
                    out = [*where, e.text.sum(r, i)] if kept else []
                    full = merged(out, inner, gone, len(x.shape))
                    found.append(e.vector.sum(h, e.load(x, full, v, True)))
                return found

            zeros = [e.vector.number_line(0)] * size
            found = through(e.text, [x.shape[i] for i in gone], one, zeros)
            place = (*where, r) if kept else ()
            whole = merged(place, [0] * len(gone), gone, len(x.shape)) if keep else place
            self.hand_on(step.name, whole, found)

        def rows(where: Where) -> None:
            tiles(e.text, kept[-1] if kept else 1, [8, 4, 2, 1], lambda r, n: strip(where, r, n))

        over(e.text, kept[:-1], rows)

    def clear(self, x: Array) -> None:
        """Zero in the lanes of the last vector that hold no example."""
        if x.name in self.cleared:
            return
        self.cleared.add(x.name)
        e, t = self.entries, self.entries.text
        last = t.line("sub i64 %nv, 1")
        real = e.vector.test("ogt", t.load(0, t.vector, "%mask"), 0)

        def one(where: Where) -> None:
            e.known = {}
            e.store(e.vector.where_of(real, e.load(x, where, last, True), 0), x.name, where, last)

        over(t, x.shape, one)
        e.known = {}

    def hand_on(self, name: str, where: Where, vectors: Sequence[str]) -> None:
        """The lanes added; the sums belong to entries that lie one after the other."""
        e, t = self.entries, self.entries.text
        spot = e.layout.spots[name]
        start = t.sum(e.place(spot, where, 0), -spot.start)
        for k in range(0, len(vectors), t.width):
            group = list(vectors[k : k + t.width])
            at = t.sum(start, k)
            if len(group) == t.width:
                self._arrived(name, at, lanes_added(t, group), e.vector)
                continue
            zeros = [e.vector.number_line(0)] * (t.width - len(group))
            sums = lanes_added(t, [*group, *zeros]) if len(group) > 2 else ""
            for j, v in enumerate(group):
                one = t.lane(sums, j) if sums else t.lanes_summed(v)
                self._arrived(name, t.sum(at, j), one, e.scalar)

    def _arrived(self, name: str, i: Place, sums: str, words: Words) -> None:
        t, spot = self.entries.text, self.entries.layout.spots[name]
        if name in self.at_once:
            self.at_once[name](self.entries, i, sums, words)
            return
        at = t.sum(spot.start, i)
        if not self.alone:
            sums = words.sum(t.load(at, words.kind, align=8), sums)
        t.store(sums, at, words.kind, align=8)


def wide(step: Step, width: int, layout: Layout) -> bool:
    """A gradient to be made example by example: of data whose row fills a vector."""
    x, y = step.array.inputs
    spot = layout.spots.get(y.name)
    return spot is not None and spot.base == "%x" and len(x.shape) == 1 and y.shape[-1] >= width


def lanes_added(t: Text, vectors: Sequence[str]) -> str:
    """As many vectors as each has lanes → one vector, whose lanes are their sums.

    With 4: a b c d → (a₀+a₁, b₀+b₁, a₂+a₃, b₂+b₃) and the same of c, d → (Σa, Σb, Σc, Σd).
    """
    found, half = list(vectors), 1
    while len(found) > 1:
        lower = [i for i in range(t.width) if i // half % 2 == 0]
        chunks = [lower[k : k + half] for k in range(0, len(lower), half)]
        first = [i for c in chunks for i in (*c, *(j + t.width for j in c))]
        second = [i + half for i in first]
        found = [
            t.line(f"fadd {t.vector} {t.mixed(p, q, first)}, {t.mixed(p, q, second)}")
            for p, q in zip(found[::2], found[1::2], strict=True)
        ]
        half *= 2
    return found[0]
