"""Compile it and run it: the page on which a row is not written but computed, on whole arrays.

`p.quotient(1, p.sum(1, p.call("exp", a)))` is text on the NumPy page; here it is an array.  So what
runs is what is shown, and no text is executed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, reduce
from typing import Any

from tinygrad_fr.pages import NUMPY_ERF
from tinygrad_fr.program.arrays import Array
from tinygrad_fr.program.written import SCATTER, axes_of
from tinygrad_fr.spelling import Page, T


class Running(Page):
    """The words of a page, on arrays.

    space   the arrays by name; m, the number of examples, among them
    """

    def __init__(self, space: Mapping[str, Any]) -> None:
        import numpy as np

        self.np, self.space, self.m = np, space, int(space.get("m", 1))

    def term(self, x: Any) -> Any:
        return x

    def subscript(self, a: Any, b: Any) -> Any:
        return None  # on paper only: log₂

    def chosen(self, written: T, program: T) -> T:
        return program or written

    def sum(self, *terms: Any) -> Any:
        return reduce(lambda a, b: a + b, terms)

    def minus(self, a: Any, b: Any = None) -> Any:
        return None if a is None else -a if b is None else a - b

    def product(self, a: Any, b: Any) -> Any:
        return a * b

    def quotient(self, a: Any, b: Any) -> Any:
        return self.np.divide(a, b)

    def power(self, a: Any, b: Any) -> Any:
        if isinstance(a, str):
            return None  # on paper only: eᵃ
        return self.np.asarray(a, dtype=float) ** b

    def bars(self, a: Any) -> Any:
        return self.np.abs(a)

    def call(self, name: Any, *inputs: Any) -> Any:
        return (brought(name) if name in ("erf",) else getattr(self.np, name))(*inputs)

    def infix(self, sign: str, a: Any, b: Any) -> Any:
        return {"mod": self.np.mod, "//": self.np.floor_divide, ">": self.np.greater}[sign](a, b)

    # ── the kinds of Array that are no rows ──

    def name_of(self, x: Array) -> Any:
        return self.space[x.name]

    def matmul_of(self, _: Array, x: Any, w: Any) -> Any:
        return x @ w.T

    def times_of(self, _: Array, x: Any, w: Any) -> Any:
        return x @ w

    def outer_of(self, v: Array, x: Any, y: Any) -> Any:
        if x.ndim == 1:
            return self.np.outer(x, y)
        return x.reshape(-1, v.shape[0]).T @ y.reshape(-1, v.shape[1])

    def lse_of(self, _: Array, x: Any) -> Any:
        return self.np.logaddexp.reduce(x, -1)

    def sum_of(self, v: Array, x: Any) -> Any:
        return self.np.sum(x, axis=axes_of(v), keepdims=v.data.keep)

    def take_of(self, v: Array, x: Any) -> Any:
        index = self.space[v.data]
        return x.reshape(self.m, -1)[:, index] if v.inputs[0].batched else x.ravel()[index]

    def scatter_of(self, v: Array, g: Any) -> Any:
        return brought("scatter")(g, self.space[v.data], v.shape)

    def spread_of(self, v: Array, x: Any) -> Any:
        return x[(..., *[None] * v.data)]

    def fill_of(self, v: Array, x: Any) -> Any:
        shape = ((self.m,) if v.batched else ()) + v.shape
        return self.np.broadcast_to(self.np.asarray(x, dtype=float), shape)


@cache
def brought(name: str) -> Callable[..., Any]:
    """A function that NumPy lacks, from the definition that a printed program brings along."""
    import numpy as np

    space: dict[str, Any] = {"np": np}
    exec(NUMPY_ERF + SCATTER, space)  # our own two texts, constants of this house
    return space[name]  # type: ignore[no-any-return]
