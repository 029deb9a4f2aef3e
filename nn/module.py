"""Build a graph: what every part of a network can do, from `zero_grad` to its file."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tinygrad_fr.engine import Value
from tinygrad_fr.nn import saving
from tinygrad_fr.nn.summary import Summary


class Module:
    """Something with parameters; `parameters()` is all that a module of your own has to define."""

    training = True

    if TYPE_CHECKING:

        def __call__(self, x: Any) -> Any:
            """The outputs for one example: what a module is for."""

    def parameters(self) -> list[Value]:
        """Every weight and bias, always in the same order."""
        return []

    def zero_grad(self) -> None:
        """Set every gradient to 0, because `backward` adds to what is there."""
        for p in self.parameters():
            p.grad = 0

    def named_parameters(self) -> list[tuple[str, Value]]:
        """(name, parameter) pairs: `("w_1,2^[1]", Value(…))`; θ_i where there is no label."""
        return [(p.label or f"θ_{i}", p) for i, p in enumerate(self.parameters(), start=1)]

    def train(self, mode: bool = True) -> Module:
        """Training mode, in which dropout drops; `eval()` leaves it."""
        self.training = mode
        for part in self._parts():
            part.train(mode)
        return self

    def eval(self) -> Module:
        """Evaluation mode: the same input always gives the same output."""
        return self.train(False)

    def _parts(self) -> Iterator[Module]:
        for attribute in vars(self).values():
            for part in attribute if isinstance(attribute, (list, tuple)) else [attribute]:
                if isinstance(part, Module):
                    yield part

    def architecture(self) -> dict[str, Any]:
        """What a file must agree with before its weights are taken: plain words and numbers."""
        return {"kind": type(self).__name__, "parameters": len(self.parameters())}

    def arrays(self) -> dict[str, Any]:
        """The parameters as nested lists of Values, under the names they have in a file."""
        return {"parameters": self.parameters()}

    def summary(self) -> Summary:
        """A table: layer, shape, activation function, number of parameters."""
        return Summary([("1", "", "", len(self.parameters()))])

    def save(self, path: str | os.PathLike[str], *, training: dict[str, Any] | None = None) -> None:
        """Write architecture and weights to a .json or .npz file, whole or not at all.

        training  what else the file keeps, words and numbers by name: `saving.recorded` reads it

        JSON keeps floats digit for digit and can be read by eye; .npz has one NumPy array per
        weight matrix (W1, b1, …).  Raises ValueError for another suffix or for weights that such
        a file cannot hold.
        """
        saving.write(path, self.architecture(), self.arrays(), training)

    def load(self, path: str | os.PathLike[str]) -> Module:
        """Take the weights of a file written by `save`; gives the module back.

        A truncated or foreign file, another architecture or another shape raises ValueError in one
        line and changes nothing.
        """
        for parameter, x in saving.matched(path, self.architecture(), self.arrays()):
            parameter.data = x
        return self
