"""Compile it for the processor: statements cut into steps that one loop can do.

    fill      entry by entry; products of matrices may stand inside
    sum       over axes, within an example          lse     log Σ eˣ over the last axis
    scatter   entries added up where they were taken
    outer     x.T @ y, summed over the examples      total   Σ over the examples

What a loop cannot do in passing gets a name and a step of its own.  Steps fall in three parts:
what needs no example, what is done for each, and what needs the sums over all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tinygrad_fr.program.arrays import Array, Statement, named

INLINE = ("name", "row", "spread", "fill", "take", "matmul", "times")


@dataclass(slots=True)
class Step:
    """A name and what it becomes: the kind says which loop does it."""

    kind: str
    name: str
    array: Any  # for fill an Array or a number

    @property
    def batched(self) -> bool:
        return isinstance(self.array, Array) and self.array.batched

    @property
    def shape(self) -> tuple[int, ...]:
        return self.array.shape if isinstance(self.array, Array) else ()


@dataclass(slots=True)
class Parts:
    """The steps before the examples, for each block of examples, and after them."""

    before: list[Step] = field(default_factory=list)
    each: list[Step] = field(default_factory=list)
    after: list[Step] = field(default_factory=list)

    def all(self) -> list[Step]:
        return [*self.before, *self.each, *self.after]


def parts(statements: Iterable[Statement]) -> Parts | None:
    """The steps of a program in their three parts; None if an example needs the sum over all."""
    cut = Cut()
    for name, array in statements:
        cut.statement(name, array)
    found, late = Parts(), set[str]()
    for step in cut.steps:
        names = step.array.names() if isinstance(step.array, Array) else set[str]()
        if step.kind in ("outer", "total") or (step.batched and not names & late):
            if names & late:
                return None
            found.each.append(step)
            late |= {step.name} if step.kind in ("outer", "total") else set()
        elif step.batched:
            return None
        elif names & late:
            found.after.append(step)
            late.add(step.name)
        else:
            found.before.append(step)
    return found


class Cut:
    """Statements become steps, one after the other."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.count = 0

    def statement(self, name: str, array: Any) -> None:
        if not isinstance(array, Array):
            self.steps.append(Step("fill", name, array))
            return
        kind = _kind(array)
        if kind == "fill":
            self.steps.append(Step("fill", name, self.inside(array, array.shape)))
            return
        self.steps.append(Step(kind, name, _with(array, [self.held(u) for u in array.inputs])))

    def inside(self, e: Any, shape: tuple[int, ...]) -> Any:
        """The array with every piece named that a loop over this shape cannot do in passing."""
        if not isinstance(e, Array) or e.kind == "name":
            return e
        product = e.kind in ("matmul", "times")
        if e.kind not in INLINE or (product and e.shape != shape):
            return self.held(e)
        if product or e.kind == "take":
            return _with(e, [self.held(u) for u in e.inputs])
        return _with(e, [self.inside(u, shape) for u in e.inputs])

    def held(self, e: Any) -> Any:
        """The name of the array, which gets a step if it is none yet."""
        if not isinstance(e, Array) or e.kind == "name":
            return e
        self.count += 1
        name = f"_{self.count}"
        self.statement(name, e)
        return named(name, e.shape, e.batched)


def _with(e: Array, inputs: Sequence[Any]) -> Array:
    return Array(e.kind, inputs, e.shape, e.batched, row=e.row, name=e.name, data=e.data)


def _kind(e: Array) -> str:
    """Which loop does it."""
    if e.kind in INLINE:
        return "fill"
    if e.kind == "outer":
        return "outer" if e.inputs[0].batched else "plain_outer"
    if e.kind == "sum":
        return "total" if e.data.batch and e.inputs[0].batched else "sum"
    return e.kind
