"""Compile it for the processor: a program whose whole training is one call.

native = Native(program, SGD(model.parameters(), 0.1), rows=100)
costs = native.again((X, Y), range(100), 50)         # the cost of each step
native.give_back()                                    # the parameters, to their Values
"""

from __future__ import annotations

import ctypes
import itertools
import math
import threading
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from tinygrad_fr.program.native.machine import compiled, machine, why_not
from tinygrad_fr.program.native.module import Module, module
from tinygrad_fr.program.rows import Example, example
from tinygrad_fr.refusals import refuse

if TYPE_CHECKING:
    import numpy as np

    from tinygrad_fr.engine import Value
    from tinygrad_fr.program.program import Program

    Numbers = np.ndarray[Any, Any]

POINTER, INTEGER = ctypes.c_void_p, ctypes.c_int64
LONGEST = 60_000  # lines: 50,000 take LLVM six seconds, 100,000 half a minute
ALIGNMENT = 64  # bytes: a vector may be loaded at once from places that are multiples of it


class Unsuitable(Exception):
    """This program, this optimiser or this machine: not to be compiled; the message says why."""


class Batches(NamedTuple):
    """Which rows of which tables the steps take, so many each; with a single count, all take the
    same.  They are fetched if they are fresh, else they lie there."""

    tables: Sequence[Numbers]
    order: Numbers
    counts: Numbers
    fresh: bool = True


class Native:
    """A program compiled for this processor, with the numbers that it trains.

    program     of one example, with inputs (`to_numpy`); or of a loop over examples that was
                written out: its rows are the batch, and nothing is given as data
    optimizer   whose `step` moves the parameters: followed once, its lines are part of the code;
                None: the parameters stay, and the gradients can be asked for
    rows        the greatest batch that will be given
    answers     what is asked of each example, names of arrays and places in them: after `train`,
                `answered` has the number there, in the order given; of several, which is the
                largest, the first of those as large
    clip        a gradient √Σg² longer than this is made as long as this before a step

    The parameters are copied in when it is made, and given back when asked.  One call at a time.
    Raises Unsuitable where something cannot be compiled.
    """

    def __init__(
        self,
        program: Program,
        optimizer: Any = None,
        *,
        rows: int = 1,
        answers: Sequence[tuple[str, int]] = (),
        clip: float | None = None,
    ) -> None:
        import numpy as np

        self._cells = {f.name: list(f.values) for f in program.parameters}
        _all_move(optimizer, itertools.chain(*self._cells.values()))
        lines = _lines(program)
        rows = len(lines.tables[0]) if lines.tables else rows
        made = _module(lines, optimizer, rows, answers, clip)
        self.program, self.optimizer, self.rows, self.made = program, optimizer, rows, made
        self.lines = lines
        self.answered: Numbers = np.empty(0)
        self._lying: Batches | None = None
        self.library, address = compiled(made.text, "train")
        self._call = ctypes.CFUNCTYPE(None, *[POINTER] * 9, *[INTEGER] * 3)(address)
        self._lock = threading.Lock()
        blocks = -(-rows // made.layout.lanes)
        self._buffer = _aligned(made.layout.size)
        self._examples = _aligned(made.layout.data * blocks)
        self.array("ones")[:] = 1
        for name, numbers in lines.constants.items():
            if numbers.dtype.kind == "f":
                self.array(name)[...] = numbers
        self._moving = made.size * (2 + (len(optimizer.memory) if optimizer is not None else 0))
        self._np = np
        self._flat = [self.array(name).ravel() for name in self.names]
        self._moved = self.places(optimizer.parameters if optimizer is not None else ())
        self.take()

    def array(self, name: str) -> Numbers:
        """An array without examples, by the name that it has in the program: a view."""
        spot = self.made.layout.spots[name]
        return self._buffer[spot.start : spot.start + spot.size].reshape(spot.shape)

    @property
    def names(self) -> list[str]:
        """The arrays of parameters."""
        return list(self._cells)

    @property
    def numbers(self) -> Numbers:
        """All parameters in a row: a view."""
        return self._buffer[: self.made.size]

    def places(self, parameters: Iterable[Value]) -> Numbers:
        """Where in `numbers` each parameter is."""
        place: dict[Value, int] = {}
        for name, values in self._cells.items():
            start = self.made.layout.spots[name].start
            place |= {v: start + i for i, v in enumerate(values)}
        found: Numbers = self._np.array([place[v] for v in parameters], dtype=int)
        return found

    def state(self) -> list[Numbers]:
        """The parameters, and what the optimiser remembers of them: views, which a step changes."""
        size = self.made.size
        return [self._buffer[:size], self._buffer[2 * size : self._moving]]

    def finite(self) -> bool:
        """Every parameter is a finite number, and so small that the sum of squares is one."""
        return all(math.isfinite(x.dot(x)) for x in self._flat)

    def take(self) -> None:
        """Copy the parameters in, and what the optimiser remembers of them."""
        for here, values in zip(self._flat, self._cells.values(), strict=True):
            here[:] = [float(v.data) for v in values]
        for kept, here in self._memories():
            here[self._moved] = kept

    def give_back(self) -> None:
        """Write the parameters into their Values, and what is remembered into the optimiser."""
        for here, values in zip(self._flat, self._cells.values(), strict=True):
            for v, x in zip(values, here.tolist(), strict=True):
                v.data = x
        for kept, here in self._memories():
            kept[:] = here[self._moved].tolist()

    def _memories(self) -> Iterator[tuple[list[Any], Numbers]]:
        """What the optimiser remembers, in its order, and where it lies here: behind the gradients,
        in the order of the parameters."""
        if self.optimizer is None:
            return
        size = self.made.size
        for k, kept in enumerate(self.optimizer.memory.values(), start=2):
            yield kept, self._buffer[k * size : (k + 1) * size]

    def __call__(self, *data: Any) -> tuple[float, dict[str, Numbers]]:
        """The cost, its mean over the rows given, and the gradient of each parameter by name."""
        space = self.program.space(data)
        tables = self.lines.tables or [space[x.name] for x in self.lines.inputs]
        rows = self._np.arange(len(tables[0]))
        costs = self._run(self._given(tables, rows, [len(rows)]), self._np.zeros((1, 2)))
        gradients = {name: self.array("d" + name).copy() for name in self._cells}
        return float(costs[0]), gradients

    def train(
        self,
        data: Sequence[Any],
        order: Sequence[int] | Numbers,
        counts: Sequence[int] | Numbers,
    ) -> Numbers:
        """Step after step on the rows of `order`: so many as `counts` says for each step, one step
        after the other.  Gives the cost before each step."""
        return self._steps(self._given(data, order, counts), len(counts))

    def again(self, data: Sequence[Any], order: Sequence[int] | Numbers, steps: int) -> Numbers:
        """So many steps, all of them on the same rows; the cost before each."""
        return self._steps(self._given(data, order, [len(order)]), steps)

    def more(self, steps: int) -> Numbers:
        """So many steps more on the rows of the last call, which lie there: it had one batch."""
        if self._lying is None:
            refuse(
                fr="aucun exemple n’est en place : appelez d’abord again(…), dont tous les pas "
                "prennent les mêmes",
                en="no examples lie there: call again(…) first, whose steps all take the same",
            )
        return self._steps(self._lying, steps)

    def _steps(self, batches: Batches, n: int) -> Numbers:
        """n steps, each of which is told λ and how many were made before it."""
        assert self.optimizer is not None
        np, done, schedule = self._np, self.optimizer.steps, self.optimizer.schedule
        numbers, steps = np.empty((n, 2)), range(done, done + n)
        numbers[:, 0] = np.fromiter(map(schedule, steps), float, n)
        numbers[:, 1] = steps
        costs = self._run(batches, numbers)
        self.optimizer.steps = done + n
        return costs

    def _run(self, batches: Batches, numbers: Numbers) -> Numbers:
        """A step for each row of `numbers`."""
        np, (tables, order, counts, fresh) = self._np, batches
        starts = counts.cumsum() - counts
        answered = np.full(len(order) + self.made.width, np.nan)
        costs: Numbers = np.empty(len(numbers))
        pointers = (POINTER * len(tables))(*(t.ctypes.data for t in tables))
        arrays = (self._buffer, self._examples, order)
        more = (costs, numbers, starts, counts, answered)
        with self._lock:
            self._call(
                *(a.ctypes.data for a in arrays),
                ctypes.addressof(pointers),
                *(a.ctypes.data for a in more),
                *(len(numbers), int(len(counts) > 1), int(fresh)),
            )
        self._lying = batches._replace(fresh=False) if len(counts) == 1 else None
        self.answered = answered[: len(order)]
        return costs

    def _given(self, data: Sequence[Any], order: Any, counts: Any) -> Batches:
        """The rows to be taken, as the code reads them; refused where they are not there."""
        np = self._np
        given = self.lines.tables or data
        tables = [np.ascontiguousarray(table, dtype=float) for table in given]
        order = np.ascontiguousarray(order, dtype=np.int64)
        counts = np.array(counts, dtype=np.int64)
        self._inside(order, counts, tables)
        return Batches(tables, order, counts)

    def _inside(self, order: Numbers, counts: Numbers, tables: Sequence[Numbers]) -> None:
        """Everything that the code will read is there."""
        if len(counts) and not 0 < counts.min() <= counts.max() <= self.rows:
            wrong = int(counts.min() if counts.min() < 1 else counts.max())
            refuse(
                fr=f"ce code a été fait pour 1 à {self.rows} exemples à la fois, reçu {wrong}",
                en=f"this code was made for 1 to {self.rows} examples at a time, got {wrong}",
            )
        widths = [(math.prod(x.shape),) for x in self.lines.inputs]
        rows = {len(t) for t in tables}
        fit = [t.shape[1:] for t in tables] == widths and len(rows) == 1
        fit = fit and order.shape == (counts.sum(),)
        if not fit or len(order) and not 0 <= order.min() <= order.max() < min(rows):
            refuse(
                fr="les exemples et leurs numéros ne vont pas ensemble : donnez un tableau par "
                "entrée, d’une ligne par exemple, et les numéros d’autant de lignes qu’il en faut",
                en="the examples and their numbers do not fit: give one array per input, with "
                "one row per example, and the numbers of as many rows as the steps take",
            )


def _lines(program: Program) -> Example:
    """The lines of one example, where something can be compiled at all."""
    if reason := why_not():
        raise Unsuitable(reason)
    lines = example(program)
    if not lines.several:
        refuse(
            fr="les exemples de ce programme ne se séparent pas : to_numpy(…) a besoin des entrées",
            en="the examples of this program cannot be told apart: to_numpy(…) needs the inputs",
            kind=Unsuitable,
        )
    return lines


def _all_move(optimizer: Any, parameters: Iterable[Value]) -> None:
    """A step of the compiled code moves every parameter, and no other."""
    if optimizer is not None and {*optimizer.parameters} != {*parameters}:
        refuse(
            fr="l’optimiseur et le programme n’ont pas les mêmes paramètres : donnez à "
            "l’optimiseur ceux du programme, tous",
            en="the optimiser and the program have not the same parameters: give the optimiser "
            "those of the program, all of them",
            kind=Unsuitable,
        )


def _module(
    lines: Example,
    optimizer: Any,
    rows: int,
    answers: Sequence[tuple[str, int]],
    clip: float | None,
) -> Module:
    """The text for this processor."""
    try:
        made = module(lines, optimizer, rows, *machine(), answers, clip)
    except TypeError as trouble:
        raise Unsuitable(str(trouble)) from None
    if made is None:
        refuse(
            fr="un exemple de ce programme a besoin de la somme sur tous les exemples",
            en="an example of this program needs the sum over all examples",
            kind=Unsuitable,
        )
    if (length := made.text.count("\n")) > LONGEST:
        refuse(
            fr=f"compiler ce programme prendrait des minutes : {length} lignes pour le processeur, "
            f"plus de {LONGEST}",
            en=f"this program would take minutes to compile: {length} lines for the processor, "
            f"more than {LONGEST}",
            kind=Unsuitable,
        )
    return made


def _aligned(n: int) -> Numbers:
    """Zeros that begin at a multiple of ALIGNMENT, with a vector to spare."""
    import numpy as np

    found = np.zeros(n + 2 * ALIGNMENT // 8)
    skip = -found.ctypes.data % ALIGNMENT // 8
    return found[skip : skip + n + ALIGNMENT // 8]
