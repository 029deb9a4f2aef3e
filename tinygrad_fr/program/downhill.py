"""Compile it: an optimiser's own step, followed once with lines for numbers.

`b[i] = μ·b[i] + g` is Python; called on pieces that note what is done with them, it becomes the
lines that do it to a vector of parameters.  So every optimiser that is made of + − × ÷ and powers
compiles itself, one's own too; what depends on the step alone (λ, 1 − β₁ᵗ) is computed once a step.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any, NamedTuple, NoReturn, Protocol

from tinygrad_fr.refusals import refuse


class Writer(Protocol):
    """Who writes the lines down."""

    def of(self, word: str, a: Any, b: Any) -> Any:
        """The line of a "sum", a "minus", a "product", a "quotient" or a "power" of two lines, one
        of which may be a number."""
        ...

    def varies(self, line: Any) -> bool:
        """Whether each parameter has a number of its own there."""
        ...


class Piece:
    """A number that will be: its line, and who writes the lines that it goes on to."""

    __slots__ = ("line", "writer")

    def __init__(self, line: Any, writer: Writer) -> None:
        self.line, self.writer = line, writer

    def __float__(self) -> float:
        _unknown()

    def __bool__(self) -> bool:
        _unknown()

    def _with(self, word: str, other: Any, turned: bool = False) -> Piece:
        a, b = self.line, other.line if isinstance(other, Piece) else other
        return Piece(self.writer.of(word, *((b, a) if turned else (a, b))), self.writer)

    def __add__(self, other: Any) -> Piece:
        return self._with("sum", other)

    def __radd__(self, other: Any) -> Piece:
        return self._with("sum", other, True)

    def __sub__(self, other: Any) -> Piece:
        return self._with("minus", other)

    def __rsub__(self, other: Any) -> Piece:
        return self._with("minus", other, True)

    def __mul__(self, other: Any) -> Piece:
        return self._with("product", other)

    def __rmul__(self, other: Any) -> Piece:
        return self._with("product", other, True)

    def __truediv__(self, other: Any) -> Piece:
        return self._with("quotient", other)

    def __rtruediv__(self, other: Any) -> Piece:
        return self._with("quotient", other, True)

    def __pow__(self, other: Any) -> Piece:
        return self._with("power", other)

    def __rpow__(self, other: Any) -> Piece:
        return self._with("power", other, True)

    def __neg__(self) -> Piece:
        return 0 - self


def _unknown() -> NoReturn:
    refuse(
        fr="le pas de cet optimiseur n’est pas que du calcul : il demande une valeur qui n’est "
        "connue qu’en chemin",
        en="a step of this optimiser is not arithmetic alone: it asks for a value that is known "
        "only on the way",
        kind=TypeError,
    )


class Parameter:
    """What an optimiser moves: a number and its gradient."""

    def __init__(self, data: Any, grad: Any) -> None:
        self.data, self.grad = data, grad


class Moved(NamedTuple):
    """The lines of a parameter, its gradient and what is remembered of it, in order; what a step
    leaves of the first and the last."""

    data: Any
    memory: tuple[Any, ...]


def moved(optimizer: Any, writer: Writer, grad: Any, start: Moved, rate: Any, time: Any) -> Moved:
    """The lines after one step of an optimiser, from those before it.

    rate, time   the lines of λ and of how many steps were made before

    Raises TypeError where the step asks for more than arithmetic.
    """
    mine = copy.copy(optimizer)
    parameter = Parameter(Piece(start.data, writer), Piece(grad, writer))
    mine.parameters = [parameter]
    mine.steps = Piece(time, writer)
    mine.schedule = lambda _: Piece(rate, writer)
    mine.memory = {
        name: [Piece(line, writer)]
        for name, line in zip(optimizer.memory, start.memory, strict=True)
    }
    mine.step()
    found: Sequence[Any] = [parameter.data, *(x[0] for x in mine.memory.values())]
    if not all(isinstance(x, Piece) and writer.varies(x.line) for x in found):
        _unknown()
    data, *memory = (x.line for x in found)
    return Moved(data, tuple(memory))
