"""Compile it: the numbers that were written, and the places that are taken, as named arrays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tinygrad_fr.program.arrays import Array, Shape, named
from tinygrad_fr.program.names import Names


class Constants:
    """Arrays by name: X1 for numbers in a product of matrices, C1 for others, I1 for places."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self.arrays: dict[str, Any] = {}
        self.known: dict[Any, str] = {}
        self.sources: list[tuple[str, Sequence[Any]]] = []  # the numbers that each is made from

    def entries(self, numbers: Sequence[Any], shape: Shape) -> Any:
        """An array of numbers, or the number where all are the same."""
        import numpy as np

        values = np.array([float(n) for n in numbers])
        first = float(values[0])
        if (values == first).all():
            return int(first) if abs(first) < 1e9 and first == int(first) else first
        return self.table(shape, "C", numbers)

    def table(self, shape: Shape, letter: str, *alike: Sequence[Any]) -> Array:
        """An array of these numbers; all lists of them are the same, and must stay so."""
        import numpy as np

        values = np.array([float(n) for n in alike[0]]).reshape(shape)
        name = self.kept(letter, values)
        self.sources += [(name, numbers) for numbers in alike]
        return named(name, shape)

    def kept(self, letter: str, values: Any) -> str:
        """A name for an array; the same numbers have one name."""
        key = letter, values.shape, values.tobytes()
        if key not in self.known:
            self.known[key] = self.names.numbered(letter)
            self.arrays[self.known[key]] = values
        return self.known[key]
