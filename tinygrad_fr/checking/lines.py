"""Check it: lines of a program as students write them, with the largest and the mean along an axis.

A program itself needs neither; whoever writes softmax takes the largest score off first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tinygrad_fr.program.arrays import Array, Over, Statement, spelled
from tinygrad_fr.program.running import Running
from tinygrad_fr.program.written import Written, axes_of
from tinygrad_fr.spelling import Term


def along(word: str, x: Array, over: Over) -> Array:
    """x.max(…) or x.mean(…), over the batch or the last axis."""
    kept = (1,) if over.keep else ()
    shape = x.shape if not over.axes else kept
    return Array(word, (x,), shape, not over.batch, data=over)


class Run(Running):
    """The words of a program, on arrays, and two more."""

    def max_of(self, v: Array, x: Any) -> Any:
        return self.np.max(x, axis=axes_of(v), keepdims=v.data.keep)

    def mean_of(self, v: Array, x: Any) -> Any:
        return self.np.mean(x, axis=axes_of(v), keepdims=v.data.keep)


class Told(Written):
    """The words of a program, on paper, and two more."""

    def max_of(self, v: Array, x: Term) -> Term:
        return self._along("max", v, x)

    def mean_of(self, v: Array, x: Term) -> Term:
        return self._along("mean", v, x)

    def _along(self, word: str, v: Array, x: Term) -> Term:
        return Term(self.sum_of(v, x).text.replace(".sum(", f".{word}("))


def told_lines(statements: Sequence[Statement], constants: Mapping[str, Any]) -> list[str]:
    """A line for each statement."""
    page = Told(constants)
    return [f"{name} = {spelled(page, x)}" for name, x in statements]
