"""Check it: arrays that were answered, what fits them to their parameters, what is said of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tinygrad_fr.checking.hand import Number
from tinygrad_fr.checking.report import Report
from tinygrad_fr.checking.shapes import SAME, Mend, best, common_factor, sentence, why_not
from tinygrad_fr.checking.verdict import COST, FLOAT, KINK, RIGHT, WRONG, Entry
from tinygrad_fr.words import say

TYPED, COMPUTED = 1e-2, 1e-6  # relative: how near values are that a mend makes right


@dataclass(slots=True)
class Array:
    """One array of the answer.

    given    as it came: floats, or Numbers that were typed
    truth    the slopes, in floats
    names    of its entries in the report, in order
    mend     what fits it to its parameter, None where nothing does; `right`: its values are then
    """

    name: str
    given: Any
    truth: Any
    names: Sequence[str]
    mend: Mend | None
    right: bool

    @classmethod
    def of(
        cls, name: str, given: Any, truth: Any, names: Sequence[str], examples: int, near: float
    ) -> Array:
        """The array with the mend that makes it right, if there is one."""
        return cls(name, given, truth, names, *best(floats(given), truth, examples, near))

    @property
    def mended(self) -> Any:
        """In the shape of its parameter; None where nothing fits it."""
        return None if self.mend is None else self.mend.apply(self.given)

    @property
    def harmless(self) -> bool:
        """A shape that an update takes as it is: (1, n) for (n,)."""
        from numpy import broadcast_shapes

        if self.given.shape == self.truth.shape:
            return self.mend is SAME  # a square matrix that had to be transposed is none
        try:
            found = broadcast_shapes(self.given.shape, self.truth.shape)
        except ValueError:
            return False
        return int(self.given.size) == int(self.truth.size) == math.prod(found)


def floats(given: Any) -> Any:
    """The numbers of an array, typed ones too."""
    import numpy as np

    plain = [float(x.value) if isinstance(x, Number) else float(x) for x in given.ravel()]
    return np.array(plain, dtype=float).reshape(given.shape)


def with_shapes(report: Report, arrays: Sequence[Array], examples: int) -> Report:
    """The sentences on shapes first; an answer that had to be mended is not right as it is."""
    told = []
    for a in arrays:
        wanted = tuple(a.truth.shape)
        why = a.mend.told if a.mend else why_not(a.given.shape, wanted, examples)
        once = a.mend.once if a.mend and a.right else ""
        if why:
            told.append(sentence(a.name, a.given.shape, wanted, why, once))
        if a.mend is None:
            report.entries.append(Entry(a.name, None, None, WRONG, why))
        elif why and not a.harmless:
            for e in _of(report, a):
                if e.verdict in (RIGHT, FLOAT, KINK, COST):
                    e.verdict, e.remark, e.reshaped = WRONG, once, True
    report.notes[:0] = told
    report.notes += _factors(report, arrays, examples)
    return report


def _of(report: Report, array: Array) -> list[Entry]:
    names = set(array.names)
    return [e for e in report.entries if e.name in names]


def _factors(report: Report, arrays: Sequence[Array], examples: int) -> list[str]:
    """By which constant whole arrays are off, where no mistake is named."""
    named = report.diagnosis is not None and report.diagnosis.kind == "named"
    if named or any(e.verdict == COST for e in report.entries):
        return []
    biases = [a.truth.size for a in arrays if a.truth.ndim == 1 or 1 in a.truth.shape]
    outputs = int(biases[-1]) if biases else 1
    out = []
    for a in arrays:
        if a.mend is None or a.right:
            continue
        factor = common_factor(floats(a.mended), a.truth, examples, outputs)
        if factor:
            out.append(say(fr=f"d{a.name} : {factor}.", en=f"d{a.name}: {factor}."))
    return out
