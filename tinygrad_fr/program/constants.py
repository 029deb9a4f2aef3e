"""Compile it: the numbers that were written, and the places that are taken, as named arrays."""

from __future__ import annotations

from typing import Any

from tinygrad_fr.program.arrays import Array, Shape, named
from tinygrad_fr.program.names import Names


class Constants:
    """Arrays by name: X1 for numbers in a product of matrices, C1 for others, I1 for places."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self.arrays: dict[str, Any] = {}
        self.known: dict[Any, str] = {}

    def entries(self, values: Any) -> Any:
        """An array of numbers, or the number where all are the same."""
        first = float(values.flat[0])
        if (values == first).all():
            return int(first) if abs(first) < 1e9 and first == int(first) else first
        return self.table(values, values.shape, "C")

    def table(self, values: Any, shape: Shape, letter: str = "") -> Array:
        """X1, as data are called, where no data are given."""
        letter = letter or ("C" if self.names.groups else "X")
        return named(self.kept(letter, values.reshape(shape)), shape)

    def kept(self, letter: str, values: Any) -> str:
        """A name for an array; the same numbers have one name."""
        key = letter, values.shape, values.tobytes()
        if key not in self.known:
            self.known[key] = self.names.numbered(letter)
            self.arrays[self.known[key]] = values
        return self.known[key]
