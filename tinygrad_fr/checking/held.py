"""Check it: what a function in matrices gives, held against the program as far as floats can tell.

Shapes and their order come first, then the numbers, then what a report says of both.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

from tinygrad_fr.checking.answered import COMPUTED, Array, with_shapes
from tinygrad_fr.checking.handed import arrays_of
from tinygrad_fr.checking.nonfinite import finite, not_finite
from tinygrad_fr.checking.other_lines import Space, slopes
from tinygrad_fr.checking.report import Report
from tinygrad_fr.checking.rounding import rooms
from tinygrad_fr.checking.shapes import near
from tinygrad_fr.checking.verdict import FLOAT, UNDECIDED, WRONG, Entry
from tinygrad_fr.program.program import Program
from tinygrad_fr.words import say

LEAST = 1e-12  # beside the largest of all: what is nothing
SINGLE = 2.0**-23  # the unit of single precision
HIDDEN = 1e-3  # beside the largest of an array: no mistake is as small
ROUGH = 1e-4  # relative: how near arrays of single precision are that a mend makes right


@dataclass
class Held:
    """An answer, held against the program on some examples.

    space       the arrays before the first line of the program, those of data among them
    examples    how many rows the data have
    close       relative: how near a number is that is the same
    arrays      what was answered, by parameter, with what fits it to its parameter
    rooms       how far each entry may be off
    order       of an array that is right for another parameter: the name of that one
    line        the diagnosis where lines of the program were written otherwise
    judged      the report of the scalars, where nothing else explains it
    rough       right to single precision only, though doubles were given
    births      where there is a NaN or an ∞: what is told of it
    """

    program: Program
    space: Mapping[str, Any]
    examples: int
    close: float
    arrays: list[Array]
    rooms: dict[str, Any]
    order: dict[str, str]
    line: Any = None
    judged: Report | None = None
    births: Sequence[str] = ()
    rough: bool = False

    @classmethod
    def of(cls, program: Program, space: Mapping[str, Any], hand: Callable[..., Any]) -> Held:
        """The answer of `hand` where the program has these arrays before its first line."""
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
        held = cls(program, space, examples, close, arrays, {}, _order(arrays, close))
        held.rooms = rooms(program, space, unit)
        if not finite(*(x for a in arrays for x in (a.given, a.truth))):
            again = partial(arrays_of, program, space, hand)
            held.births = not_finite(arrays, program, space, again)
        elif unit < SINGLE and not held.right:  # (z > 0) * 1.0 hides single precision
            held._in_single_precision()
        return held

    def _in_single_precision(self) -> None:
        """Take wider rooms where that makes all of it right."""
        exact, single = self.rooms, rooms(self.program, self.space, SINGLE)
        sizes = {a.name: HIDDEN * abs(a.truth).max() for a in self.arrays}
        self.rooms = {name: room.clip(max=sizes[name]) for name, room in single.items()}
        self.rough = self.right
        if not self.rough:
            self.rooms = exact

    # ── what explains it ──

    def fine(self, a: Array) -> Any:
        """Which entries are right, as far as floats can tell; of what no mend fits, none."""
        import numpy as np

        if a.mend is None:
            return np.zeros(a.truth.shape, dtype=bool)
        return np.isfinite(a.truth) & (np.abs(a.mended - a.truth) <= self.rooms[a.name])

    def fitted(self, name: str, given: Any) -> Any:
        """What was given for a parameter elsewhere, mended as it was here."""
        mend = next(a.mend for a in self.arrays if a.name == name)
        return given if mend is None else mend.apply(given)

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

    @cached_property
    def largest(self) -> float:
        """The largest slope of all."""
        return max(float(abs(a.truth).max(initial=0)) for a in self.arrays)

    def fits(self, name: str, x: Any) -> bool:
        """Whether a gradient is the one that was answered for this parameter; ∞ is none."""
        a = next((a for a in self.left if a.name == name), None)

        def same(given: Any) -> bool:
            return given.shape == x.shape and bool(
                (abs(given - x) <= self.close * abs(x) + LEAST * self.largest).all()
            )

        if a is None:
            return True
        return finite(x) and (same(a.given) or (a.mend is not None and same(a.mended)))

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


def _truth(program: Program, space: Mapping[str, Any]) -> Space:
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
