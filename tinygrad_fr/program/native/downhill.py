"""Compile it for the processor: an optimiser's own step, as lines on vectors of parameters."""

from __future__ import annotations

from typing import Any, NamedTuple

from tinygrad_fr.program.native.words import Words


class Line(NamedTuple):
    """A line by name, and whether it is the same for all parameters."""

    name: str
    same: bool = False


RATE, TIME = Line("%rate", True), Line("%time", True)  # λ, and the steps made before


class Vectors:
    """Writes on `words`; what is the same for all parameters, at the head of the function, once."""

    def __init__(self, words: Words) -> None:
        self.words, self.head = words, Words(words.text.entry, "double")

    def of(self, word: str, a: Any, b: Any) -> Line:
        same = not self.varies(a) and not self.varies(b)
        words = self.head if same else self.words
        return Line(getattr(words, word)(*(self._on(x, same) for x in (a, b))), same)

    def _on(self, x: Any, same: bool) -> Any:
        """x among lines that are the same, or not."""
        if not isinstance(x, Line):
            return x
        if x.same and not same and self.words.kind != "double":
            return self.words.text.entry.splat(x.name)
        return x.name

    def varies(self, line: Any) -> bool:
        return isinstance(line, Line) and not line.same
