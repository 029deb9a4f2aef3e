"""Compile it for the processor: step after step: which examples, every block, and on.

    train(b, x, order, data, costs, numbers, starts, rows, answers, n, several, fresh)

A step gathers its examples from the data, a lane each, computes the cost and the gradients block by
block, and moves the parameters; `numbers` are λ and the steps made before, of each step.  All steps
take the same examples unless there are several batches; they lie there unless they are fresh.
"""

from __future__ import annotations

from tinygrad_fr.program.native.builder import Builder
from tinygrad_fr.program.native.gathering import most
from tinygrad_fr.program.native.layout import whole_lines
from tinygrad_fr.program.native.text import Text
from tinygrad_fr.program.native.words import Words


def answer(b: Builder) -> Text:
    """What each example of a block answers: of what is asked the one number, or which of several is
    the largest, the first of those as large.

    What is written behind the last example is written over by the next block.
    """
    t = Text(b.width)
    t.head = "define internal void @answer(ptr noalias %b, ptr %answers, i64 %n)"
    words = Words(t, t.vector)

    def lanes(i: str) -> None:
        starts = [b.layout.spots[name].start + k * b.layout.stride for name, k in b.answers]
        found, *others = [t.load(t.sum(start, i), t.vector) for start in starts]
        place: float | str = 0.0
        for k, x in enumerate(others, start=1):
            above = words.test("ogt", x, found)
            found, place = words.where_of(above, x, found), words.where_of(above, float(k), place)
        t.store(words.term(place) if others else found, i, t.vector, "%answers", 8)

    if b.answers:
        t.turns(0, "%n", lanes, by=b.width)
    return t


def train(b: Builder) -> Text:
    """Step after step."""
    t = Text(b.width)
    t.head = (
        "define void @train(ptr noalias %b, ptr noalias %x, ptr %order, ptr %data, ptr %costs, "
        "ptr %numbers, ptr %starts, ptr %counts, ptr %answers, i64 %n, i64 %several, i64 %fresh)"
    )
    lanes, width, spots = b.layout.lanes, b.width, b.layout.spots
    mask, ones = t.address(spots["mask"].start), t.address(spots["ones"].start)
    given = "ptr %b, ptr {x}, i64 {nv}, ptr {mask}, double {rate}, double {time}"

    def step(s: str) -> None:
        batch = t.line(f"mul i64 {s}, %several")

        def integer(name: str) -> str:
            return t.line(f"load i64, ptr {t.line(f'getelementptr i64, ptr {name}, i64 {batch}')}")

        rows, start = integer("%counts"), integer("%starts")
        rate = t.load(t.times(s, 2), "double", "%numbers")
        time = t.load(t.sum(t.times(s, 2), 1), "double", "%numbers")
        t.store(t.line(f"sitofp i64 {rows} to double"), spots["m"].start, "double")
        blocks, end, last = _blocks(b, t, rows)
        here = t.line(f"getelementptr i64, ptr %order, i64 {start}")
        first = t.line(f"icmp eq i64 {s}, 0")
        fresh = t.line(f"select i1 {first}, i64 %fresh, i64 %several")

        def fetch(_: str) -> None:
            t.lines.append(
                f"  call void @gather(ptr %x, ptr {here}, ptr %data, i64 {rows}, i64 {blocks})"
            )

        t.turns(0, fresh, fetch)
        at = dict(x="%x", nv="0", mask=mask, rate=rate, time=time)
        t.lines.append(f"  call void @before({given.format(**at)})")
        if not b.alone:
            _zeroed(b, t)

        def block(k: str) -> None:
            x = t.line(f"getelementptr double, ptr %x, i64 {t.times(k, b.layout.data)}")
            is_last = t.line(f"icmp eq i64 {k}, {end}")
            nv = t.line(f"select i1 {is_last}, i64 {last}, i64 {lanes // width}")
            m = t.line(f"select i1 {is_last}, ptr {mask}, ptr {ones}")
            t.lines.append(f"  call void @block({given.format(**at | dict(x=x, nv=nv, mask=m))})")
            first = t.times(k, lanes)
            left = most(b, t, t.line(f"sub i64 {rows}, {first}"))
            there = t.line(f"getelementptr double, ptr %answers, i64 {t.sum(start, first)}")
            t.lines.append(f"  call void @answer(ptr %b, ptr {there}, i64 {left})")

        t.turns(0, blocks, block)
        for part in ("after", "update"):
            t.lines.append(f"  call void @{part}({given.format(**at)})")
        t.store(t.load(spots["L"].start, "double"), s, "double", "%costs")

    t.turns(0, "%n", step)
    return t


def _blocks(b: Builder, t: Text, rows: str) -> tuple[str, str, str]:
    """How many blocks so many rows take, the number of the last one, and its vectors; its mask
    tells which lanes of the last vector hold an example."""
    lanes, width, mask = b.layout.lanes, b.width, b.layout.spots["mask"].start
    blocks = t.line(f"udiv i64 {t.sum(rows, lanes - 1)}, {lanes}")
    end = t.line(f"sub i64 {blocks}, 1")
    rest = t.line(f"sub i64 {rows}, {t.times(end, lanes)}")
    last = t.line(f"udiv i64 {t.sum(rest, width - 1)}, {width}")
    in_last = t.line(f"sub i64 {rest}, {t.times(t.sum(last, -1), width)}")
    for lane in range(width):
        is_real = t.line(f"icmp sgt i64 {in_last}, {lane}")
        t.store(t.line(f"uitofp i1 {is_real} to double"), mask + lane, "double")
    return blocks, end, last


def _zeroed(b: Builder, t: Text) -> None:
    """The sums over the examples begin at 0."""
    zero = t.number(0, t.vector)
    for s in b.steps.each:
        if s.kind in ("outer", "total"):
            spot = b.layout.spots[s.name]

            def one(i: str) -> None:
                t.store(zero, i, t.vector)

            t.turns(spot.start, spot.start + whole_lines(spot.size), one, by=b.width)
