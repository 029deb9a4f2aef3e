"""Compile it for the processor: a program and an optimiser as one module of LLVM's text.

    train(b, x, order, data, costs, numbers, starts, rows, answers, n, again)

The buffer b begins with the parameters, then their gradients, then what the optimiser remembers of
each, all in the same order.  A step gathers its examples from the data, a lane each, computes the
cost and the gradients block by block, and moves the parameters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tinygrad_fr.program.arrays import Array
from tinygrad_fr.program.native.downhill import moved
from tinygrad_fr.program.native.entries import Entries, elsewhere
from tinygrad_fr.program.native.fills import WITHIN, fill, in_a_row
from tinygrad_fr.program.native.layout import LINE, Layout, whole_lines
from tinygrad_fr.program.native.steps import Parts, Step, parts
from tinygrad_fr.program.native.sums import Sums
from tinygrad_fr.program.native.text import Place, Text
from tinygrad_fr.program.native.words import Words
from tinygrad_fr.program.rows import Example

AT_ONCE, BLOCK = 256, 128  # up to so many examples are one block; else blocks of so many
ARGUMENTS = "ptr noalias %b, ptr noalias %x, i64 %nv, ptr %mask, double %rate, double %time"


@dataclass(slots=True)
class Module:
    """What is compiled, and where everything lies in its buffers.

    size     the doubles that the parameters take; their gradients begin there
    lanes    the examples of a block
    """

    text: str
    layout: Layout
    size: int
    lanes: int


@dataclass(slots=True)
class Builder:
    """The functions of a module in the making."""

    program: Example
    optimizer: Any
    rows: int
    width: int
    registers: int
    steps: Parts
    answers: Sequence[tuple[str, int]] = ()
    layout: Layout = field(init=False)
    size: int = 0

    def __post_init__(self) -> None:
        lanes = -(-self.rows // self.width) * self.width
        self.layout = Layout(lanes if lanes <= AT_ONCE else BLOCK)
        self.size = self._laid()

    @property
    def alone(self) -> bool:
        """A step is a single block."""
        return self.rows <= self.layout.lanes

    @property
    def memories(self) -> int:
        return len(self.optimizer.memory) if self.optimizer is not None else 0

    def _laid(self) -> int:
        """Give everything its place; the size of the parameters."""
        layout, program = self.layout, self.program
        for f in program.parameters:
            layout.put(f.name, f.shape, False)
        size = layout.size
        for f in program.parameters:
            layout.put("d" + f.name, f.shape, False)
        layout.size += size * self.memories
        for name, shape in (("m", ()), ("ones", (LINE,)), ("mask", (LINE,))):
            layout.put(name, shape, False)
        for name, numbers in program.constants.items():
            if numbers.dtype.kind == "f":
                layout.put(name, numbers.shape, False)
        for f in program.inputs:
            layout.put_data(f.name, f.shape)
        for step in self.steps.all():
            if step.name not in layout.spots:
                layout.put(step.name, step.shape, step.batched)
        return size

    # ── the functions ──

    def function(self, name: str, steps: Sequence[Step], fused: Mapping[str, Step]) -> Text:
        """One part of the program; sums over examples that are `fused` move their parameter."""
        t = Text(self.width)
        t.head = f"define internal void @{name}({ARGUMENTS})"
        entries = Entries(t, self.layout, self.indices)
        at_once = {s: self._downhill(s, last) for s, last in fused.items()}
        sums = Sums(entries, self.registers, self.alone, at_once)
        for group in grouped(steps):
            first = group[0]
            if first.kind in ("outer", "total"):
                (sums.outer if first.kind == "outer" else sums.total)(first)
            elif first.kind != "fill":
                WITHIN[first.kind](entries, first)
            elif flat(first) and not first.batched:
                in_a_row(entries, first)
            else:
                fill(entries, group, self.registers, self.unread(group))
        return t

    def unread(self, group: Sequence[Step]) -> set[str]:
        """What is read only entry by entry, in the group itself."""
        mine = set(map(id, group))
        others = [names(s) for s in self.steps.all() if id(s) not in mine]
        whole = {n for s in group for e in elsewhere(s.array) for n in e.names()}
        asked = {"L", *("d" + f.name for f in self.program.parameters)}
        asked |= {name for name, _ in self.answers}
        return {s.name for s in group} - set().union(*others, whole, asked)

    def _downhill(self, name: str, last: Step) -> Any:
        start = self.layout.spots[last.name].start

        def move(e: Entries, i: Place, sums: str, words: Words) -> None:
            g = e.in_a_row(last.array, i, words, {name: sums})
            self.move(words, e.text.sum(start - self.size, i), g)

        return move

    def move(self, words: Words, i: Place, g: str) -> None:
        """The parameters from place i on, a step downhill along g."""
        t, size = words.text, self.size
        at = [t.sum(i, size * (2 + k)) for k in range(self.memories)]
        before = tuple(t.load(p, words.kind, align=8) for p in at)
        after = moved(self.optimizer, words, t.load(i, words.kind, align=8), g, before)
        t.store(after.data, i, words.kind, align=8)
        for p, x in zip(at, after.memory, strict=True):
            t.store(x, p, words.kind, align=8)

    @property
    def indices(self) -> dict[str, Any]:
        return {n: x for n, x in self.program.constants.items() if x.dtype.kind in "iu"}

    def fused(self) -> dict[str, Step]:
        """Sums over examples, by name, of which a gradient is made entry by entry, and no other
        use: its parameter may move as soon as they are there."""
        if self.optimizer is None or not self.alone:
            return {}
        gradients = {"d" + f.name for f in self.program.parameters}
        found = {}
        for step in self.steps.after:
            if step.name in gradients and flat(step):
                sums = [s for s in self.steps.each if s.kind == "outer" and s.shape == step.shape]
                for s in sums:
                    users = [u for u in self.steps.all() if s.name in names(u)]
                    if users == [step]:
                        found[s.name] = step
        return found

    def update(self, fused: Mapping[str, Step]) -> Text:
        """The step of all the parameters that did not move before."""
        t = Text(self.width)
        t.head = f"define internal void @update({ARGUMENTS})"
        words = Words(t, t.vector)
        done = {step.name for step in fused.values()}
        for f in self.program.parameters:
            if "d" + f.name in done or self.optimizer is None:
                continue
            spot = self.layout.spots[f.name]

            def one(i: str, _: list[str]) -> list[str]:
                self.move(words, i, t.load(t.sum(i, self.size), t.vector))
                return []

            t.loop(spot.start, spot.start + whole_lines(spot.size), one, by=self.width)
        return t

    def gather(self) -> Text:
        """The examples order[0 … rows − 1] of the data, a lane each; the first one again in the
        lanes that are left."""
        t = Text(self.width)
        t.head = (
            "define internal void @gather(ptr noalias %x, ptr %order, ptr %data, i64 %rows, "
            "i64 %blocks)"
        )
        lanes, layout = self.layout.lanes, self.layout

        def block(k: str, _: list[str]) -> list[str]:
            base = t.times(k, layout.data)
            first = t.times(k, lanes)
            left = t.line(f"sub i64 %rows, {first}")
            most = self._most(t, left)
            padded = t.line(f"add i64 {most}, {self.width - 1}")
            padded = t.line(f"and i64 {padded}, {-self.width}")

            def lane(i: str, _: list[str]) -> list[str]:
                place = t.sum(first, i)
                real = t.line(f"icmp slt i64 {i}, {most}")
                place = t.line(f"select i1 {real}, i64 {place}, i64 0")
                at = t.line(f"getelementptr i64, ptr %order, i64 {place}")
                row = t.line(f"load i64, ptr {at}")
                for g, f in enumerate(self.program.inputs):
                    spot = layout.spots[f.name]
                    table = t.line(f"getelementptr ptr, ptr %data, i64 {g}")
                    table = t.line(f"load ptr, ptr {table}")
                    source = t.times(row, spot.size)

                    def entry(j: str, _: list[str]) -> list[str]:
                        x = t.load(t.sum(source, j), "double", table)  # noqa: B023
                        to = t.sum(base, spot.start, t.times(j, layout.stride), i)  # noqa: B023
                        t.store(x, to, "double", "%x")
                        return []

                    t.loop(0, spot.size, entry)
                return []

            t.loop(0, padded, lane)
            return []

        t.loop(0, "%blocks", block)
        return t

    def _most(self, t: Text, rows: str) -> str:
        """So many rows, or as many as a block has."""
        t.uses.add("declare i64 @llvm.smin.i64(i64, i64)")
        return t.line(f"call i64 @llvm.smin.i64(i64 {rows}, i64 {self.layout.lanes})")

    def answer(self) -> Text:
        """What is asked of each example of a block, a row each, from row %first on."""
        t = Text(self.width)
        t.head = "define internal void @answer(ptr noalias %b, ptr %answers, i64 %first, i64 %n)"
        count = len(self.answers)

        def lane(i: str) -> None:
            row = t.times(t.sum("%first", i), count)
            for k, (name, place) in enumerate(self.answers):
                spot = self.layout.spots[name]
                x = t.load(t.sum(spot.start + place * self.layout.stride, i), "double")
                t.store(x, t.sum(row, k), "double", "%answers")

        if count:
            t.turns(0, "%n", lane)
        return t

    def train(self) -> Text:
        """Step after step."""
        t = Text(self.width)
        t.head = (
            "define void @train(ptr noalias %b, ptr noalias %x, ptr %order, ptr %data, ptr %costs, "
            "ptr %numbers, ptr %starts, ptr %counts, ptr %answers, i64 %n, i64 %again)"
        )
        lanes, width, spots = self.layout.lanes, self.width, self.layout.spots
        mask, ones = t.address(spots["mask"].start), t.address(spots["ones"].start)
        given = "ptr %b, ptr {x}, i64 {nv}, ptr {mask}, double {rate}, double {time}"

        def step(s: str, _: list[str]) -> list[str]:
            def integer(name: str) -> str:
                return t.line(f"load i64, ptr {t.line(f'getelementptr i64, ptr {name}, i64 {s}')}")

            rows, start = integer("%counts"), integer("%starts")
            rate = t.load(t.times(s, 2), "double", "%numbers")
            time = t.load(t.sum(t.times(s, 2), 1), "double", "%numbers")
            t.store(t.line(f"sitofp i64 {rows} to double"), spots["m"].start, "double")
            blocks, end, last = self._blocks(t, rows)
            here = t.line(f"getelementptr i64, ptr %order, i64 {start}")
            none_yet = t.line(f"icmp eq i64 {s}, 0")
            fresh = t.line(f"select i1 {none_yet}, i64 1, i64 %again")

            def fetch(_: str, __: list[str]) -> list[str]:
                t.lines.append(
                    f"  call void @gather(ptr %x, ptr {here}, ptr %data, i64 {rows}, i64 {blocks})"
                )
                return []

            t.loop(0, fresh, fetch)
            at = dict(x="%x", nv="0", mask=mask, rate=rate, time=time)
            t.lines.append(f"  call void @before({given.format(**at)})")
            if not self.alone:
                self._zeroed(t)

            def block(k: str, _: list[str]) -> list[str]:
                x = t.line(f"getelementptr double, ptr %x, i64 {t.times(k, self.layout.data)}")
                is_last = t.line(f"icmp eq i64 {k}, {end}")
                nv = t.line(f"select i1 {is_last}, i64 {last}, i64 {lanes // width}")
                m = t.line(f"select i1 {is_last}, ptr {mask}, ptr {ones}")
                t.lines.append(
                    f"  call void @block({given.format(**at | dict(x=x, nv=nv, mask=m))})"
                )
                first = t.times(k, lanes)
                left = self._most(t, t.line(f"sub i64 {rows}, {first}"))
                place = t.sum(start, first)
                t.lines.append(
                    f"  call void @answer(ptr %b, ptr %answers, i64 {place}, i64 {left})"
                )
                return []

            t.loop(0, blocks, block)
            for part in ("after", "update"):
                t.lines.append(f"  call void @{part}({given.format(**at)})")
            t.store(t.load(spots["L"].start, "double"), s, "double", "%costs")
            return []

        t.loop(0, "%n", step)
        return t

    def _blocks(self, t: Text, rows: str) -> tuple[str, str, str]:
        """How many blocks so many rows take, the number of the last one, and its vectors; its mask
        tells which lanes of the last vector hold an example."""
        lanes, width, mask = self.layout.lanes, self.width, self.layout.spots["mask"].start
        blocks = t.line(f"udiv i64 {t.sum(rows, lanes - 1)}, {lanes}")
        end = t.line(f"sub i64 {blocks}, 1")
        rest = t.line(f"sub i64 {rows}, {t.times(end, lanes)}")
        last = t.line(f"udiv i64 {t.sum(rest, width - 1)}, {width}")
        in_last = t.line(f"sub i64 {rest}, {t.times(t.sum(last, -1), width)}")
        for lane in range(width):
            is_real = t.line(f"icmp sgt i64 {in_last}, {lane}")
            t.store(t.line(f"uitofp i1 {is_real} to double"), mask + lane, "double")
        return blocks, end, last

    def _zeroed(self, t: Text) -> None:
        """The sums over the examples begin at 0."""
        zero = t.number(0, t.vector)
        for s in self.steps.each:
            if s.kind in ("outer", "total"):
                spot = self.layout.spots[s.name]

                def one(i: str, _: list[str]) -> list[str]:
                    t.store(zero, i, t.vector)
                    return []

                t.loop(spot.start, spot.start + whole_lines(spot.size), one, by=self.width)


def module(
    program: Example,
    optimizer: Any,
    rows: int,
    width: int,
    registers: int,
    answers: Sequence[tuple[str, int]] = (),
) -> Module | None:
    """The module for batches of at most so many rows; None if the program is not made for it.

    optimizer   whose step moves the parameters; None: they stay, and their gradients are there
    answers     what is kept of each example: the name of an array, and a place in it
    """
    found = parts([*program.forward, *program.backward])
    if found is None:
        return None
    builder = Builder(program, optimizer, rows, width, registers, found, answers)
    fused = builder.fused()
    each = sorted(found.each, key=lambda s: s.kind in ("outer", "total"))  # they only read
    left = [s for s in found.after if all(s is not f for f in fused.values())]
    functions = [
        builder.function("before", found.before, {}),
        builder.function("block", each, fused),
        builder.function("after", left, {}),
        builder.update(fused),
        builder.gather(),
        builder.answer(),
        builder.train(),
    ]
    return Module(
        _assembled(functions, builder), builder.layout, builder.size, builder.layout.lanes
    )


def grouped(steps: Sequence[Step]) -> list[list[Step]]:
    """Neighbours that one loop can do: arrays of one shape that need of each other one entry."""
    groups: list[list[Step]] = []
    for step in steps:
        last = groups[-1] if groups else []
        alike = bool(last) and (step.kind, last[0].kind, step.batched) == ("fill", "fill", True)
        if alike and last[0].batched and last[0].shape == step.shape:
            whole = {n for e in elsewhere(step.array) for n in e.names()}
            if whole.isdisjoint(s.name for s in last):
                last.append(step)
                continue
        groups.append([step])
    return groups


def flat(step: Step) -> bool:
    """All its pieces are rows on numbers, scalars and arrays of its own shape."""

    def fits(e: Any) -> bool:
        if not isinstance(e, Array):
            return True
        if e.kind == "name":
            return e.shape in ((), step.shape)
        return e.kind == "row" and all(map(fits, e.inputs))

    return bool(step.shape) and fits(step.array)


def names(step: Step) -> set[str]:
    return step.array.names() if isinstance(step.array, Array) else set()


def _assembled(functions: Sequence[Text], builder: Builder) -> str:
    uses = sorted(set().union(*(t.uses for t in functions)))
    tables = [
        f"@{name} = private constant [{x.size} x i64] "
        f"[{', '.join(f'i64 {int(i)}' for i in x.ravel())}]"
        for name, x in builder.indices.items()
    ]
    bits = builder.width * 64
    attributes = (
        f'attributes #0 = {{ nounwind "prefer-vector-width"="{bits}" '
        f'"min-legal-vector-width"="{bits}" }}'
    )
    return "\n\n".join([*uses, *tables, *(t.whole() for t in functions), attributes]) + "\n"
