"""Compile it for the processor: an optimiser's own step, followed once with lines for numbers.

`b[i] = μ·b[i] + g` is Python; called on pieces that note what is done with them, it becomes the
lines that do it to a vector of parameters.  So every optimiser that is made of + − × ÷ and powers
compiles itself, one's own too; what depends on the step alone (λ, 1 − β₁ᵗ) is computed once a step.
"""

from __future__ import annotations

import copy
from typing import Any, NamedTuple, NoReturn

from tinygrad_fr.program.native.words import Words
from tinygrad_fr.refusals import refuse


class Piece:
    """A number that will be: the name of a line on `words`, or of one at the head of the function
    if it is `the same` for all parameters."""

    def __init__(self, line: str, words: Words, same: bool = False) -> None:
        self.line, self.words, self.same = line, words, same

    def __float__(self) -> float:
        _unknown()

    def __bool__(self) -> bool:
        _unknown()

    def _with(self, word: str, other: Any, turned: bool = False) -> Piece:
        head = Words(self.words.text.entry, "double")
        same = self.same and (not isinstance(other, Piece) or other.same)
        words = head if same else self.words

        def on(x: Any) -> Any:
            if not isinstance(x, Piece):
                return x
            if x.same and not same and words.kind != "double":
                return self.words.text.entry.splat(x.line)
            return x.line

        a, b = (other, self) if turned else (self, other)
        return Piece(getattr(words, word)(on(a), on(b)), self.words, same)

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
    """What an optimiser's step leaves: the parameter, and what is remembered of it, in order."""

    data: str
    memory: tuple[str, ...]


def moved(optimizer: Any, words: Words, data: str, grad: str, memory: tuple[str, ...]) -> Moved:
    """The lines of one step of an optimiser; %rate and %time are λ and the steps made before.

    Raises TypeError where the step asks for more than arithmetic.
    """
    mine = copy.copy(optimizer)
    parameter = Parameter(Piece(data, words), Piece(grad, words))
    mine.parameters = [parameter]
    mine.steps = Piece("%time", words, True)
    mine.schedule = lambda _: Piece("%rate", words, True)
    mine.memory = {
        name: [Piece(line, words)] for name, line in zip(optimizer.memory, memory, strict=True)
    }
    mine.step()

    def line(x: Any) -> str:
        if isinstance(x, Piece) and not x.same:
            return x.line
        _unknown()

    return Moved(line(parameter.data), tuple(line(x[0]) for x in mine.memory.values()))
