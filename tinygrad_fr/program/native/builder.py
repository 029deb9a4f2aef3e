"""Compile it for the processor: where a program's arrays lie, and its parts as functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tinygrad_fr.program.arrays import Array
from tinygrad_fr.program.downhill import Moved, moved
from tinygrad_fr.program.native.downhill import RATE, TIME, Line, Vectors
from tinygrad_fr.program.native.entries import Entries, elsewhere
from tinygrad_fr.program.native.fills import WITHIN, fill, in_a_row
from tinygrad_fr.program.native.layout import LINE, Layout, whole_lines
from tinygrad_fr.program.native.steps import Parts, Step
from tinygrad_fr.program.native.sums import Sums, wide
from tinygrad_fr.program.native.text import Place, Text
from tinygrad_fr.program.native.words import Words
from tinygrad_fr.program.rows import Example

AT_ONCE, BLOCK = 256, 128  # up to so many examples are one block; else blocks of so many
ARGUMENTS = "ptr noalias %b, ptr noalias %x, i64 %nv, ptr %mask, double %rate, double %time"


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
    clip: float | None = None
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
        for step in self.steps.each if self.alone else ():  # more blocks fill the cache as it is
            if step.kind == "outer" and wide(step, self.width, layout):
                layout.put_rows(step.array.inputs[1].name)
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
        memory = tuple(Line(t.load(p, words.kind, align=8)) for p in at)
        before = Moved(Line(t.load(i, words.kind, align=8)), memory)
        after = moved(self.optimizer, Vectors(words), Line(g), before, RATE, TIME)
        for p, x in zip([i, *at], [after.data, *after.memory], strict=True):
            t.store(x.name, p, words.kind, align=8)

    @property
    def indices(self) -> dict[str, Any]:
        return {n: x for n, x in self.program.constants.items() if x.dtype.kind in "iu"}

    def fused(self) -> dict[str, Step]:
        """Sums over examples, by name, of each of which one gradient is made entry by entry, and
        nothing else: its parameter moves as soon as they are there, if no line after them wants it
        as it was."""
        if self.optimizer is None or not self.alone or self.clip is not None:
            return {}
        sums = {s.name: s for s in self.steps.each if s.kind in ("outer", "total")}
        found = {}
        for f in self.program.parameters:
            step = next((s for s in self.steps.after if s.name == "d" + f.name), None)
            if step is None or not flat(step):
                continue
            others = [s for s in self.steps.after if s is not step]
            read_elsewhere = set().union(*map(names, others))
            late = names(step) & {*sums, *(s.name for s in self.steps.after)}
            if len(late) == 1 and read_elsewhere.isdisjoint({*late, f.name}):
                (name,) = late
                if name in sums and (sums[name].kind, sums[name].shape) == ("outer", f.shape):
                    found[name] = step
        return found

    def update(self, fused: Mapping[str, Step]) -> Text:
        """The step of all the parameters that did not move before."""
        t = Text(self.width)
        t.head = f"define internal void @update({ARGUMENTS})"
        words = Words(t, t.vector)
        shortened = self._shortened(t) if self.optimizer is not None else None
        done = {step.name for step in fused.values()}
        for f in self.program.parameters:
            if "d" + f.name in done or self.optimizer is None:
                continue
            spot = self.layout.spots[f.name]

            def one(i: str) -> None:
                g = t.load(t.sum(i, self.size), t.vector)
                self.move(words, i, words.product(g, shortened) if shortened else g)

            t.turns(spot.start, spot.start + whole_lines(spot.size), one, by=self.width)
        return t

    def _shortened(self, t: Text) -> str | None:
        """What gradients are multiplied by where they may only be so long together: in every lane.

        A length that is no finite number, though no gradient is one, gives NaN, not 0.
        """
        if self.clip is None:
            return None
        words, rest = Words(t, "double"), t.number(0, "double")
        squares = [t.number(0, t.vector)]
        for f in self.program.parameters:
            spot = self.layout.spots["d" + f.name]
            whole = spot.start + spot.size // self.width * self.width

            def square(i: str, held: list[str]) -> list[str]:
                g = t.load(i, t.vector)
                return [t.fma(g, g, held[0], t.vector)]

            squares = t.loop(spot.start, whole, square, squares, t.vector, by=self.width)
            for i in range(whole, spot.start + spot.size):  # what lies behind them is no gradient
                g = t.load(i, "double")
                rest = t.fma(g, g, rest, "double")
        length = words.root(words.sum(t.lanes_summed(squares[0]), rest))
        short = words.sum(words.quotient(self.clip, length), words.product(0, length))
        return t.splat(words.where_of(words.test("ogt", length, self.clip), short, 1))


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
