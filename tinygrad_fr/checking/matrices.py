"""Check it: backpropagation written in matrices, against the program that was found in scalars.

    program = to_numpy(L, inputs=[x, y], parameters=model.parameters())
    check(program, X, Y, hand=backprop)         # backprop(W1, b1, W2, b2, X, Y) → (dW1, db1, …)

The numbers are held against the program's, as far as floats can tell (`rounding`).  What differs is
looked for in the order of the arrays, in the program with a line written otherwise (`other_lines`),
then in the scalars, which are written out for a few examples and judged as any other answer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from tinygrad_fr import ops
from tinygrad_fr.checking.answered import COMPUTED, Array, with_shapes
from tinygrad_fr.checking.compare import compare
from tinygrad_fr.checking.graph import Graph
from tinygrad_fr.checking.hand import Number
from tinygrad_fr.checking.handed import arrays_of
from tinygrad_fr.checking.model import LARGE, check_sample
from tinygrad_fr.checking.nonfinite import finite, not_finite
from tinygrad_fr.checking.other_lines import Space, other_lines, slopes
from tinygrad_fr.checking.report import Report
from tinygrad_fr.checking.rounding import rooms
from tinygrad_fr.checking.shapes import near
from tinygrad_fr.checking.verdict import FLOAT, UNDECIDED, WRONG, Entry
from tinygrad_fr.engine import Value
from tinygrad_fr.program.program import Program
from tinygrad_fr.replay import rule
from tinygrad_fr.walk import order
from tinygrad_fr.words import say

FEWEST, FEW = 2, 8  # examples that the judge sees, of many: in a program of many parameters; else
SAMPLE = 16  # parameters that it sees, of many, and of those that disagree as many again
MUCH = 20_000  # parameters × examples: of more, nothing is written out in scalars
LEAST = 1e-12  # beside the largest of all: what is nothing
SINGLE = 2.0**-23  # the unit of single precision
HIDDEN = 1e-3  # beside the largest of an array: no mistake is as small
ROUGH = 1e-4  # relative: how near arrays of single precision are that a mend makes right


def check_program(
    program: Program,
    data: Sequence[Any],
    hand: Callable[..., Any],
    rate: Any = None,
    digits: int | None = None,
    seed: int = 0,
    accept: Collection[str] = (),
) -> Report:
    """The report on `hand(W1, b1, …, X, Y)`: arrays as a tuple in this order, or by name."""
    whole = Held.of(program, data, hand)
    held = whole
    if whole.unlike or not whole.explained:
        held = next(_on_fewer(whole, hand), whole)
    if held.unlike:
        held.line = other_lines(program, held.space, held.fits)
    if not held.explained and held.examples * _size(program) <= MUCH:
        held.judged = held.judge(rate, digits, seed, accept)
    report = held.report()
    if held is not whole:
        report.notes.insert(
            0,
            say(
                fr=f"Faux pour les {whole.examples} exemples ; jugé sur les {held.examples} "
                "premiers.",
                en=f"Wrong for all {whole.examples} examples; judged on the first {held.examples}.",
            ),
        )
    return report


def _size(program: Program) -> int:
    """How many parameters it has."""
    return sum(len(f.values) for f in program.parameters)


def _on_fewer(held: Held, hand: Callable[..., Any]) -> Iterator[Held]:
    """The same answer where it is wrong for the first examples too, as few as the program is wide.

    A function that takes this many examples only is asked for no others.
    """
    program = held.program
    for few in (FEWEST, FEW) if _size(program) > LARGE else (FEW,):
        if program.batched and held.examples > few:
            try:
                some = Held.of(program, [X[:few] for X in held.data], hand)
            except (ValueError, TypeError):
                return
            if not some.right:
                yield some


@dataclass(slots=True)
class Held:
    """An answer, held against the program on some examples.

    space       the arrays before the first line of the program, those of data among them
    data        the arrays of data; examples: how many rows they have
    close       relative: how near a number is that is the same
    arrays      what was answered, by parameter, with what fits it to its parameter
    rooms       how far each entry may be off
    order       of an array that is right for another parameter: the name of that one
    line        the diagnosis where lines of the program were written otherwise
    judged      the report of the scalars, where nothing else explains it
    births      where there is a NaN or an ∞: what is told of it
    """

    program: Program
    space: dict[str, Any]
    data: list[Any]
    examples: int
    close: float
    arrays: list[Array]
    rooms: dict[str, Any]
    order: dict[str, str]
    line: Any = None
    judged: Report | None = None
    births: Sequence[str] = ()

    @classmethod
    def of(cls, program: Program, data: Sequence[Any], hand: Callable[..., Any]) -> Held:
        """The answer of `hand` for these data."""
        space = program.space(data)
        given, unit = arrays_of(program, space, hand)
        truth = _truth(program, space)
        examples = int(space["m"])
        close = COMPUTED if unit < 1e-12 else ROUGH
        arrays = []
        labels = Counter(v.label for f in program.parameters for v in f.values)
        labels[""] = 2  # what has no name, or not alone, is told by its array
        for f in program.parameters:
            own = [v.label for v in f.values]
            names = [x if labels[x] == 1 else f"{f.name}[{i}]" for i, x in enumerate(own)]
            arrays.append(Array.of(f.name, given[f.name], truth[f.name], names, examples, close))
        tables = [space[f.name] for f in program.given]
        held = cls(program, space, tables, examples, close, arrays, {}, _order(arrays, close))
        if not finite(*(x for a in arrays for x in (a.given, a.truth))):
            again = partial(arrays_of, program, space, hand)
            held.births = not_finite(arrays, program, space, again)
            held.rooms = rooms(program, space, unit)
            return held
        if unit < SINGLE:  # (z > 0) * 1.0 hides single precision
            single = rooms(program, space, SINGLE)
            held.rooms = {n: r.clip(max=HIDDEN * abs(truth[n]).max()) for n, r in single.items()}
            if held.right:
                return held
        held.rooms = rooms(program, space, unit)
        return held

    # ── what explains it ──

    def fine(self, a: Array) -> Any:
        """Which entries are right, as far as floats can tell; of what no mend fits, none."""
        import numpy as np

        if a.mend is None:
            return np.zeros(a.truth.shape, dtype=bool)
        return np.isfinite(a.truth) & (np.abs(a.mended - a.truth) <= self.rooms[a.name])

    @property
    def left(self) -> list[Array]:
        """The arrays whose place is right."""
        return [a for a in self.arrays if a.name not in self.order]

    @property
    def right(self) -> bool:
        return all(self.fine(a).all() for a in self.arrays)

    @property
    def unlike(self) -> bool:
        """Whether another program may be what gives these arrays."""
        return not self.births and not all(a.right for a in self.left)

    @property
    def explained(self) -> bool:
        """Whether nothing is left for the judge: shapes and their order tell all of it."""
        known = (self.fine(a).all() for a in self.left if a.mend is not None)
        return bool(self.births or self.line) or all(known)

    def fits(self, name: str, x: Any) -> bool:
        """Whether a gradient is the one that was answered for this parameter."""
        size = max(float(abs(a.truth).max(initial=0)) for a in self.arrays)
        a = next((a for a in self.left if a.name == name), None)

        def same(given: Any) -> bool:
            return given.shape == x.shape and bool(
                (abs(given - x) <= self.close * abs(x) + LEAST * size).all()
            )

        return a is None or same(a.given) or (a.mend is not None and same(a.mended))

    # ── what is told ──

    def report(self) -> Report:
        """The report, in the order of the parameters."""
        told = self.left
        report = self.judged or Report(self.entries(told), self.line)
        fitting = [a for a in told if a.mend is not None]
        known = [x for a in fitting for x in zip(a.names, self.fine(a).ravel(), strict=True)]
        for e, (name, ok) in zip(report.entries, known, strict=True):
            e.name = name
            if ok and e.verdict != FLOAT:
                e.verdict, e.remark = FLOAT, ""
        report = with_shapes(report, told, self.examples)
        for name, other in self.order.items():
            why = say(fr=f"juste pour {other}", en=f"right for {other}")
            report.entries.append(Entry(name, None, None, WRONG, why))
        report.notes[:0] = self.births
        report.notes += _in_another_order(self.order, self.program)
        return report

    def entries(self, arrays: Sequence[Array]) -> list[Entry]:
        """A row for each number of what has the shape of its parameter."""
        found = []
        for a in arrays:
            if a.mend is None:
                continue
            rows = zip(
                a.names, a.mended.ravel().tolist(), a.truth.ravel().tolist(),
                self.fine(a).ravel().tolist(), strict=True,
            )  # fmt: skip
            for name, x, y, ok in rows:
                verdict = FLOAT if ok else WRONG if y - y == 0 else UNDECIDED
                found.append(Entry(name, x, y, verdict))
        return found

    def judge(self, rate: Any, digits: int | None, seed: int, accept: Collection[str]) -> Report:
        """The report on the scalars, written out for these examples."""
        given: dict[Value, Number] = {}
        told = {a.name: a for a in self.left if a.mend is not None}
        groups = []
        for f in self.program.parameters:
            if (a := told.get(f.name)) is not None:
                numbers = zip(
                    a.mended.ravel().tolist(), self.rooms[f.name].ravel().tolist(), strict=True
                )
                leaves = f.values
                given |= {v: Number(x, room) for v, (x, room) in zip(leaves, numbers, strict=True)}
                groups.append(leaves)
        output = written_out(self.program, self.data)
        if len(given) > LARGE:
            graph = Graph(output)
            return check_sample(graph, given, groups, rate, seed, accept, SAMPLE, arrays=True)
        return compare(output, given, 0, rate, digits, seed, accept)


def _truth(program: Program, space: dict[str, Any]) -> Space:
    """The program's gradients, in NumPy, whosever arrays it is made for."""
    import numpy as np

    found = slopes(program, space, {})
    assert found is not None
    return {f.name: np.reshape(found[f.name], f.shape) for f in program.parameters}


def _order(arrays: Sequence[Array], close: float) -> dict[str, str]:
    """Which arrays are right for one another's parameters, and each for which."""
    found = {}
    for a in arrays:
        others = [b for b in arrays if b is not a and a.given.shape == b.truth.shape]
        same = [b.name for b in others if not a.right and near(a.given, b.truth, close)]
        if same:
            found[a.name] = same[0]
    return {name: other for name, other in found.items() if other in found}


def _in_another_order(order: dict[str, str], program: Program) -> list[str]:
    """dW1 is right for W2, dW2 for W1: hand gives (dW1, dW2) in another order."""
    if not order:
        return []
    each = [
        say(fr=f"d{n} est juste pour {o}", en=f"d{n} is right for {o}") for n, o in order.items()
    ]
    wanted = ", ".join("d" + f.name for f in program.parameters)
    return [
        say(
            fr=f"{', '.join(each)} : l’ordre attendu est ({wanted}).",
            en=f"{', '.join(each)}: the expected order is ({wanted}).",
        )
    ]


def written_out(program: Program, data: Sequence[Any]) -> Value:
    """The mean of what the examples cost, in scalars again; what they share is made once."""
    import numpy as np

    if not program.batched:
        return program.loss
    nodes = order(program.loss)
    columns = [v for column in program.columns for v in column]
    moving = {*columns}
    for v in nodes:
        if not moving.isdisjoint(v.inputs):
            moving.add(v)
    costs = []
    for row in np.hstack([np.asarray(X, dtype=float).reshape(len(X), -1) for X in data]):
        known: dict[Value, Any] = dict(zip(columns, row.tolist(), strict=True))
        for v in nodes:
            if v in moving and v not in known:
                made = rule(v)(*(known.get(u, u) for u in v.inputs))
                if isinstance(made, Value):
                    made.label, made.scope = v.label, v.scope
                known[v] = made
        costs.append(known[program.loss])
    return _mean(costs)


def _mean(costs: list[Any]) -> Value:
    if len(costs) == 1:
        return costs[0]  # type: ignore[no-any-return]
    for i, cost in enumerate(costs, start=1):
        cost.label = f"L_{i}"
    L: Value = ops.sum(costs) / len(costs)
    L.label = "L"
    return L
