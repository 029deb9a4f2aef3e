"""Compile it: the lines of one example, also where a loop over examples was written out.

A program with inputs has them.  In one without, a hundred examples that are alike lie in arrays of
a hundred rows: where every line keeps the rows apart, sums over them or does not know of them, a
row is an example, and the arrays of numbers that have as many rows are their data.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tinygrad_fr.program.arrays import Array, M, Over, Shape, Statement, broadcast, named, summed


class Input(NamedTuple):
    """An array of data: its name, and its shape for one example."""

    name: str
    shape: Shape


@dataclass(slots=True)
class Example:
    """What is computed for an example, and what for all; the last line of `forward` is the cost.

    inputs      the arrays of data, in their order
    several     whether there are examples, so that data may have any number of rows
    tables      the data itself where the program brings it along, a row per example; else ()
    """

    forward: list[Statement]
    backward: list[Statement]
    inputs: list[Input]
    parameters: list[Input]
    constants: dict[str, Any]
    several: bool
    tables: list[Any] = field(default_factory=list)


def example(program: Any, seed: float = 1, by: Any = M) -> Example:
    """The lines of one example; those of all as if they were one, where none can be told apart.

    seed, by    of the gradients: the mean taken as 1/m at first, or by m at the end
    """
    parameters = [Input(f.name, f.shape) for f in program.parameters]
    forward, backward, constants = program.forward, program.derived(seed, by), program.constants
    if program.columns:
        inputs = [Input(f.name, f.shape) for f in program.given]
        return Example(forward, backward, inputs, parameters, constants, program.batched)
    rows = Rows(program)
    try:
        lines = rows.lines(forward), rows.lines(backward)
    except Mixed:
        lines = forward, backward
        rows.data = []
    inputs = [Input(name, constants[name].shape[1:]) for name in rows.data]
    tables = [constants[name].reshape(rows.count, -1) for name in rows.data]
    constants = {n: x for n, x in constants.items() if n not in rows.data}
    return Example(*lines, inputs, parameters, constants, bool(tables), tables)


class Mixed(Exception):
    """A line that mixes the rows."""


class Rows:
    """The lines of a program, their leading axis taken away where it counts examples."""

    def __init__(self, program: Any) -> None:
        self.program = program
        shapes = [s.array.shape for s in program.forward if isinstance(s.array, Array)]
        sizes = Counter(shape[0] for shape in shapes if shape)
        self.count = sizes.most_common(1)[0][0] if sizes else 0
        self.apart: dict[str, Shape] = {}  # results with a row for each example
        self.data: list[str] = []

    def lines(self, statements: Sequence[Statement]) -> list[Statement]:
        found = []
        for name, array in statements:
            one = self.of(array)
            if isinstance(one, Array) and one.batched:
                self.apart[name] = one.shape
            found.append(Statement(name, one))
        return found

    def of(self, e: Any) -> Any:
        """The array for one example, or as it is where there is one for all."""
        if not isinstance(e, Array):
            return e
        if e.kind == "name":
            return self.leaf(e)
        inputs = [self.of(u) for u in e.inputs]
        rows = [isinstance(u, Array) and u.batched for u in inputs]
        if not any(rows):
            return Array(e.kind, inputs, e.shape, row=e.row, data=e.data)
        found = self.one(e, inputs, rows)
        if found.batched and e.shape != (self.count, *found.shape):
            raise Mixed
        if not found.batched and e.shape != found.shape:
            raise Mixed
        return found

    def leaf(self, e: Array) -> Array:
        if e.name in self.apart:
            return named(e.name, self.apart[e.name], True)
        numbers = self.program.constants.get(e.name)
        if numbers is None or numbers.dtype.kind != "f" or numbers.shape[:1] != (self.count,):
            return e
        if e.name not in self.data:
            self.data.append(e.name)
        return named(e.name, e.shape[1:], True)

    def one(self, e: Array, inputs: list[Any], rows: list[bool]) -> Array:
        x = inputs[0]
        if e.kind == "row":
            shape = broadcast(*(u.shape for u in inputs if isinstance(u, Array)))
            return Array("row", inputs, shape, True, row=e.row)
        if e.kind in ("matmul", "times") and rows == [True, False]:
            return Array(e.kind, inputs, (*x.shape[:-1], e.shape[-1]), True)
        if e.kind == "outer" and all(rows):
            return Array("outer", inputs, e.shape)
        if e.kind == "sum":
            return self.sum(e, x)
        if e.kind == "lse" and x.shape:
            return Array("lse", inputs, x.shape[:-1], True)
        if e.kind == "spread":
            return Array("spread", inputs, (*x.shape, *(1,) * e.data), True, data=e.data)
        if e.kind == "fill":
            return Array("fill", inputs, e.shape[1:], True)
        raise Mixed

    def sum(self, e: Array, x: Array) -> Array:
        over: Over = e.data
        whole = 0 in over.axes
        if whole and over.keep:
            raise Mixed
        axes = tuple(i - 1 for i in over.axes if i)
        return summed(x, Over(whole, axes, over.keep))
