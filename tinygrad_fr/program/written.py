"""Write it as a program: the statements in NumPy's words, `Z1 = X @ W1.T + b1`.

Every name in it is ours: a letter of the label at most, a number, never the label itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from tinygrad_fr.pages import NUMPY_ERF, NumPy
from tinygrad_fr.program.arrays import Array, Statement, spelled
from tinygrad_fr.spelling import Term
from tinygrad_fr.words import say

SCATTER = '''
def scatter(g, index, shape):
    """The transpose of taking: entries added up where they were taken."""
    g = np.asarray(g)
    n, lead = int(np.prod(shape)), g.shape[: g.ndim - index.ndim]
    g = g.reshape(-1, index.size)
    at = index.ravel() + n * np.arange(len(g))[:, None]
    return np.bincount(at.ravel(), g.ravel(), n * len(g)).reshape(lead + shape)
'''
BROUGHT = {"erf": NUMPY_ERF, "scatter": SCATTER}  # what NumPy lacks


class Matrix(Term):
    """A product of matrices: as tight as ·, and in parentheses among factors."""

    __slots__ = ()


class Written(NumPy):
    """The page on which arrays are written.

    constants   the numbers and indices by name: a short run of places is written where it stands
    """

    def __init__(self, constants: Mapping[str, Any]) -> None:
        self.constants = constants

    def product(self, a: Any, b: Any) -> Term:
        a, b = (Term(x.text, 1) if isinstance(x, Matrix) else x for x in (a, b))
        return super().product(a, b)

    def call(self, name: str | Term, *inputs: Any) -> Term:
        """np.tanh(x); a square is written as courses write it, x ** 2."""
        return self.power(inputs[0], 2) if name == "square" else super().call(name, *inputs)

    def name_of(self, x: Array) -> Term:
        return Term(x.name)

    def matmul_of(self, _: Array, x: Term, w: Term) -> Term:
        return Matrix(f"{self.within(x, 5)} @ {self.within(w, 9)}.T", 2)

    def times_of(self, _: Array, x: Term, w: Term) -> Term:
        return Matrix(f"{self.within(x, 5)} @ {self.within(w, 5)}", 2)

    def outer_of(self, v: Array, x: Term, y: Term) -> Term:
        first, left, right = v.inputs[0], self.within(x, 9), self.within(y, 9)
        rank = len(first.shape) + first.batched
        if rank == 1:
            return Term(f"np.outer({x}, {y})")
        if rank > 2:
            left, right = (
                f"{t}.reshape(-1, {n})" for t, n in zip((left, right), v.shape, strict=True)
            )
        return Matrix(f"{left}.T @ {right}", 2)

    def lse_of(self, _: Array, x: Term) -> Term:
        return Term(f"np.logaddexp.reduce({x}, -1)")

    def sum_of(self, v: Array, x: Term) -> Term:
        axes = axes_of(v)
        asked = "" if axes is None else str(axes[0]) if len(axes) == 1 else str(axes)
        keep = ", keepdims=True" if v.data.keep else ""
        return Term(f"{self.within(x, 9)}.sum({asked}{keep})")

    def take_of(self, v: Array, x: Term) -> Term:
        (source,) = v.inputs
        x_text = self.within(x, 9)
        if source.batched:
            flat = x_text if len(source.shape) == 1 else f"{x_text}.reshape(m, -1)"
            return Term(f"{flat}[:, {self.places(v.data)}]")
        flat = x_text if len(source.shape) == 1 else f"{x_text}.ravel()"
        return Term(f"{flat}[{self.places(v.data)}]")

    def places(self, name: str) -> str:
        return places(name, self.constants[name])

    def scatter_of(self, v: Array, g: Term) -> Term:
        return Term(f"scatter({g}, {v.data}, {v.shape})")

    def spread_of(self, v: Array, x: Term) -> Term:
        return Term(f"{self.within(x, 9)}[..., {', '.join(['None'] * v.data)}]")

    def fill_of(self, v: Array, x: Term) -> Term:
        sizes = [*(["m"] if v.batched else []), *map(str, v.shape)]
        if not sizes:
            return x
        shape = f"({', '.join(sizes)}{',' * (len(sizes) == 1)})"
        if isinstance(v.inputs[0], Array):
            return Term(f"np.broadcast_to({x}, {shape})")
        return Term(f"np.full({shape}, {_literal(float(v.inputs[0]))})")


def places(name: str, index: Any) -> str:
    """2, 0:3, or the name of the index."""
    run = [*map(int, index.flat)]
    if index.ndim == 0:
        return str(run[0])
    if index.ndim == 1 and run == [*range(run[0], run[0] + len(run))]:
        return f"{run[0]}:{run[-1] + 1}"
    return name


def axes_of(v: Array) -> tuple[int, ...] | None:
    """The axes of a sum as NumPy counts them, the batch being axis 0; None: all of them."""
    (x,) = v.inputs
    rank, lead = len(x.shape), int(x.batched)
    axes = tuple(i + lead for i in v.data.axes)
    if v.data.batch:
        axes = (0, *axes)
    if len(axes) == rank + lead and not v.data.keep:
        return None
    if lead and not v.data.batch:
        return tuple(i - rank - lead for i in axes)
    return axes


def written(
    parts: Sequence[Sequence[Statement]], constants: Mapping[str, Any], longest: int = 12
) -> str:
    """The statements, a line each and an empty line between the parts.

    Before them stand the constants that are named in them, where they are short (the others are
    told by their size), and what NumPy lacks.
    """
    text = "\n\n".join(filter(None, ("\n".join(lines_of(part, constants)) for part in parts)))
    words = _words(text)
    head = [
        assigned(name, constants[name])
        if constants[name].size <= longest
        else f"# {name}: " + _size(constants[name])
        for name in constants
        if name in words
    ]
    brought = [source.strip() + "\n\n" for word, source in BROUGHT.items() if word in words]
    return "\n".join([*brought, *head, *([""] if head else []), text])


def lines_of(statements: Sequence[Statement], constants: Mapping[str, Any]) -> list[str]:
    """A line for each statement."""
    page = Written(constants)
    return [f"{name} = {spelled(page, x)}" for name, x in statements]


def function(
    name: str, taken: Sequence[str], lines: Sequence[str], result: str, constants: Mapping[str, Any]
) -> str:
    """The lines as a file that NumPy runs: what it needs, the constants, and a function."""
    words = _words("\n".join(lines))
    brought = [source.strip() for word, source in BROUGHT.items() if word in words]
    numbers = [assigned(c, constants[c]) for c in constants if c in words]
    body = "\n".join("    " + line if line else "" for line in [*lines, f"return {result}"])
    made = f"def {name}({', '.join(taken)}):\n{body}"
    parts = ["import numpy as np", *brought, "\n".join(numbers), made]
    return "\n\n\n".join(filter(None, parts)) + "\n"


def assigned(name: str, values: Any) -> str:
    return f"{name} = np.array({_literal(values.tolist())})"


def _literal(numbers: Any) -> str:
    """Numbers as NumPy's Python reads them: inf is np.inf there."""
    return repr(numbers).replace("nan", "np.nan").replace("inf", "np.inf")


def _words(text: str) -> set[str]:
    return {*re.findall(r"\w+", text)}


def _size(values: Any) -> str:
    size = " × ".join(map(str, values.shape))
    return say(fr=f"{size} nombres", en=f"{size} numbers")
