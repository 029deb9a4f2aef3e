"""Compile it to run fast: lines that call NumPy with a place to write to, each line once.

    c.each("add", Slot("v0", …), 1.0)               add(_v0, _c0, _v1)

Arrays are feature-major here: the batch is the last axis, so that a row of W times a column of
examples is one long run of memory.  What is one number for all examples is no array: Python adds
and multiplies it.

What is named here begins with _, or has a word in it: no array of a program is called so.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from tinygrad_fr.program.arrays import Shape, broadcast

NEW = {"where", "greater", "erf"}  # these make their own arrays
ON_NUMBERS = {
    "add": "{0} + {1}",
    "subtract": "{0} - {1}",
    "multiply": "{0} * {1}",
    "divide": "{0} / {1}",
    "negative": "-{0}",
    "square": "{0} * {0}",
    "absolute": "abs({0})",
}


class Slot(NamedTuple):
    """An array while the program runs: its name, its shape without the batch, and whether it has
    one.  A view is another name for entries of `base`.

    factor   the number that all of it still is to be multiplied by
    """

    name: str
    shape: Shape
    batched: bool
    base: str
    factor: float = 1.0

    @property
    def bare(self) -> Slot:
        return self._replace(factor=1.0)


class Call(NamedTuple):
    """One line: what is written, `multiply({0}, {1}, {out})`, of which inputs, and where to.

    reads     the buffers that it reads
    size      the shape of `out` as NumPy has it; None where there is no buffer: `out = …`
    aligned   whether it goes entry by entry, so that it may write over what it reads
    own       whether it writes to some entries only: the others of its own place are 0 for ever
    """

    text: str
    inputs: tuple[str, ...]
    out: str
    reads: tuple[str, ...]
    size: Shape | None
    aligned: bool
    own: bool = False

    def line(self, late: bool) -> str:
        """The text; `late`: of what is made anew each time."""
        if late:
            text = re.sub(r", (out=)?\{out\}\)$", ")", self.text)
            return f"{self.out} = " + text.format(*self.inputs, out="None")
        return self.text.format(*self.inputs, out=self.out)


class Calls:
    """The lines so far.

    m       how many examples
    views   how a slot is cut out of another, as Python text
    full    arrays of one number, by name: their size and the number
    """

    def __init__(self, m: int) -> None:
        self.m = m
        self.calls: list[Call] = []
        self.views: dict[str, tuple[str, str]] = {}
        self.full: dict[str, tuple[Shape, float]] = {}
        self.seen: dict[Any, Slot] = {}

    def size(self, shape: Shape, batched: bool) -> Shape:
        return (*shape, self.m) if batched else shape

    def line(
        self,
        text: str,
        xs: Sequence[Any],
        shape: Shape,
        batched: bool,
        *,
        buffer: bool = True,
        aligned: bool = False,
        own: bool = False,
    ) -> Slot:
        """The result of a call; the one there is, if it was written before."""
        inputs = tuple(x.name if isinstance(x, Slot) else number(x) for x in xs)
        key = text, inputs, shape, batched
        if key not in self.seen:
            name = f"_v{len(self.calls)}"
            reads = tuple(x.base for x in xs if isinstance(x, Slot))
            size = self.size(shape, batched)
            kept = size if buffer and size != () else None
            self.calls.append(Call(text, inputs, name, reads, kept, aligned, own))
            self.seen[key] = Slot(name, shape, batched, name)
        return self.seen[key]

    def copied(self, x: Slot, size: Shape) -> str:
        """A copy of x, of this size as NumPy has it, under a name that it gets each time."""
        name = f"_v{len(self.calls)}"
        self.calls.append(Call(written("positive", 1), (x.name,), name, (x.base,), size, True))
        return name

    def view(self, x: Slot, cut: str, shape: Shape, batched: bool) -> Slot:
        """Another look at the same entries: `x[..., None]`."""
        key = "view", x.name, cut
        if key not in self.seen:
            name = f"{x.name}_cut{len(self.views)}"
            self.views[name] = x.name, cut
            self.seen[key] = Slot(name, shape, batched, x.base)
        return self.seen[key]._replace(factor=x.factor)

    def filled(self, x: float, shape: Shape, batched: bool) -> Slot:
        """An array of one number, of no axes too: NumPy needs time to read a number of Python, and
        its fastest loops do not like one that is stretched."""
        size = self.size(shape, batched)
        key = "full", size, repr(x)  # 0.0 is not -0.0
        if key not in self.seen:
            name = f"_c{len(self.full)}"
            self.full[name] = size, x
            self.seen[key] = Slot(name, shape, batched, name)
        return self.seen[key]._replace(shape=shape, batched=batched)

    def rooms(self, sizes: Sequence[int]) -> list[str]:
        """The text that makes the arrays: those of these sizes for results, those of one number."""
        found = [f"_r{k} = full({size}, 0.0)" for k, size in enumerate(sizes)]
        filled = self.full.items()
        return found + [f"{name} = full({size}, {number(x)})" for name, (size, x) in filled]

    def each(self, function: str, *xs: Any) -> Any:
        """A call entry by entry, shapes stretched from behind; what has no batch gets one."""
        import numpy as np

        slots = [x for x in xs if isinstance(x, Slot)]
        if not slots:
            return float(getattr(np, function)(*xs))
        xs = tuple(self.settled(x) for x in xs)
        batched = any(x.batched for x in slots)
        shape = broadcast(*(x.shape for x in slots))
        if function in ON_NUMBERS and self.size(shape, batched) == ():
            return self.line(ON_NUMBERS[function], xs, (), False, buffer=False)
        wide = [
            self.filled(float(x), (), False)
            if not isinstance(x, Slot)
            else self.view(x, "[..., None]", x.shape, True)
            if batched and not x.batched and x.shape
            else x
            for x in xs
        ]
        buffer = function not in NEW
        text = written(function, len(xs), buffer)
        return self.line(text, wide, shape, batched, buffer=buffer, aligned=True)

    def settled(self, x: Any) -> Any:
        """x, multiplied by the number that waits beside it."""
        if not isinstance(x, Slot) or x.factor == 1:
            return x
        if x.factor == -1:
            return self.each("negative", x.bare)
        return self.each("multiply", x.bare, x.factor)


def written(function: str, inputs: int, buffer: bool = True) -> str:
    """The text of a call with so many inputs, and a place to write to."""
    places = [f"{{{k}}}" for k in range(inputs)]
    named = "out=" if function in ("maximum", "minimum") else ""  # as NumPy asks
    return f"{function}({', '.join([*places, *[named + '{out}'] * buffer])})"


def number(x: float) -> str:
    """Python text of a number."""
    x = float(x)
    return repr(x) if math.isfinite(x) else f"float('{x}')"


def needed(calls: Sequence[Call], wanted: Iterable[str]) -> list[Call]:
    """The calls without those whose result nobody reads."""
    read = {*wanted}
    found: list[Call] = []
    for call in reversed(calls):
        if call.out in read:
            read.update(call.reads)
            found.append(call)
    return found[::-1]
