"""Compile it for the processor: the examples of a step are fetched, a lane each.

A table has an example in a row, a block has it in a column: as many rows as a vector has lanes are
read a vector at a time and turned round in registers, so that nothing is read or written singly.
"""

from __future__ import annotations

from collections.abc import Sequence

from tinygrad_fr.program.native.builder import Builder
from tinygrad_fr.program.native.text import Place, Text


def gather(b: Builder) -> Text:
    """The examples order[0 … rows − 1] of the data, a lane each; the first one again in the
    lanes that are left."""
    t = Text(b.width)
    t.head = (
        "define internal void @gather(ptr noalias %x, ptr %order, ptr %data, i64 %rows, "
        "i64 %blocks)"
    )

    def block(k: str) -> None:
        base, first = t.times(k, b.layout.data), t.times(k, b.layout.lanes)
        real = most(b, t, t.line(f"sub i64 %rows, {first}"))
        padded = t.line(f"and i64 {t.sum(real, b.width - 1)}, {-b.width}")

        def lanes(i: str) -> None:
            rows = [_row(t, first, t.sum(i, lane), real) for lane in range(b.width)]
            for g, f in enumerate(b.program.inputs):
                table = t.line(f"getelementptr ptr, ptr %data, i64 {g}")
                table = t.line(f"load ptr, ptr {table}")
                size = b.layout.spots[f.name].size
                starts = [t.address(t.times(row, size), table) for row in rows]
                _turned(b, t, f.name, starts, base, i)

        t.turns(0, padded, lanes, by=b.width)

    t.turns(0, "%blocks", block)
    return t


def most(b: Builder, t: Text, rows: str) -> str:
    """So many rows, or as many as a block has."""
    t.uses.add("declare i64 @llvm.smin.i64(i64, i64)")
    return t.line(f"call i64 @llvm.smin.i64(i64 {rows}, i64 {b.layout.lanes})")


def _row(t: Text, first: Place, lane: Place, real: str) -> str:
    """Which row of the tables this lane of a block takes."""
    there = t.line(f"icmp slt i64 {lane}, {real}")
    place = t.line(f"select i1 {there}, i64 {t.sum(first, lane)}, i64 0")
    at = t.line(f"getelementptr i64, ptr %order, i64 {place}")
    return t.line(f"load i64, ptr {at}")


def _turned(b: Builder, t: Text, name: str, starts: list[str], base: Place, i: str) -> None:
    """The rows that begin at these addresses, to the lanes from i on of a block; and a second time
    as they are where they are wanted so."""
    spot, whole = b.layout.spots[name], b.layout.by_example.get(name)
    vectors = spot.size // t.width * t.width

    def column(x: str, j: Place) -> None:
        t.store(x, t.sum(base, spot.start, t.times(j, b.layout.stride), i), t.vector, "%x")

    def row(x: str, lane: int, j: Place, kind: str) -> None:
        if whole is not None:
            at = t.times(t.sum(i, lane), whole.pitch)
            t.store(x, t.sum(base, whole.start, at, j), kind, "%x")

    def square(j: str) -> None:
        rows = [t.load(j, t.vector, start, align=8) for start in starts]
        for lane, x in enumerate(rows):
            row(x, lane, j, t.vector)
        for k, x in enumerate(transposed(t, rows)):
            column(x, t.sum(j, k))

    t.turns(0, vectors, square, by=t.width)
    for j in range(vectors, spot.size):
        found = "poison"
        for lane, start in enumerate(starts):
            x = t.load(j, "double", start)
            row(x, lane, j, "double")
            found = t.line(f"insertelement {t.vector} {found}, double {x}, i32 {lane}")
        column(found, j)


def transposed(t: Text, rows: Sequence[str]) -> list[str]:
    """As many vectors as each has lanes; lane k of vector i becomes lane i of vector k.

    Corners change places: of a square the halves above right and below left, then in each quarter
    the same, down to single lanes (Eklundh 1972, "A fast computer method for matrix transposing").
    """
    found, half = list(rows), t.width // 2
    while half:
        for i in (i for i in range(t.width) if not i & half):
            above, below = found[i], found[i + half]
            lanes = range(t.width)
            left = [c + t.width - half if c & half else c for c in lanes]
            right = [c + t.width if c & half else c + half for c in lanes]
            found[i], found[i + half] = t.mixed(above, below, left), t.mixed(above, below, right)
        half //= 2
    return found
