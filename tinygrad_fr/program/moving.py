"""Compile it to run fast: an optimiser's own step on all of θ, as calls of NumPy that write in
place.

moving = Moving(optimizer, theta)
moving.step(0.01, 0)              # λ, and how many steps were made before
print(moving.source)              # multiply(rate, slopes, _v1); subtract(theta, _v1, _v2)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tinygrad_fr.program.calls import Calls, Slot, needed
from tinygrad_fr.program.downhill import Moved, moved
from tinygrad_fr.program.storage import FULL, IMPORT, stored

if TYPE_CHECKING:
    from collections.abc import Callable

    from tinygrad_fr.program.theta import Theta

WORDS = {"sum": "add", "minus": "subtract", "product": "multiply", "quotient": "divide"}


class Lines(Calls):
    """Writes the lines of a step, on vectors or on numbers that are the same for all of θ."""

    def of(self, word: str, a: Any, b: Any) -> Any:
        if word != "power":
            return self.each(WORDS[word], a, b)
        if not self.varies(a) and not self.varies(b):
            return self.line("{0} ** {1}", (a, b), (), False, buffer=False)
        short = {0.5: "sqrt", 2: "square"}.get(b) if not isinstance(b, Slot) else None
        return self.each(short, a) if short else self.each("power", a, b)

    def varies(self, line: Any) -> bool:
        return isinstance(line, Slot) and line.shape != ()


class Moving:
    """The step of an optimiser on the vector of all parameters.

    memory    what it remembers of each, by name, in the order of the vector; all 0 at first
    step      moves `theta.vector` along `theta.slopes`, which are written over: λ, and the number
              of steps before
    source    the text that runs

    Raises TypeError where the optimiser's step asks for more than arithmetic.
    """

    def __init__(self, optimizer: Any, theta: Theta) -> None:
        import numpy as np

        size = theta.vector.shape
        self.memory: dict[str, Any] = {name: np.zeros(size) for name in optimizer.memory}
        self.places = ["theta", *(f"memory{k}" for k in range(len(self.memory)))]
        self.lines = Lines(1)
        data, *memory = (Slot(name, size, False, name) for name in self.places)
        rate, time = (Slot(name, (), False, name) for name in ("rate", "time"))
        slopes = Slot("slopes", size, False, "slopes")
        after = moved(optimizer, self.lines, slopes, Moved(data, tuple(memory)), rate, time)
        self.source = self.written(self.directed([after.data, *after.memory]))
        arrays = zip(self.places, (theta.vector, *self.memory.values()), strict=True)
        space: dict[str, Any] = {"slopes": theta.slopes, **dict(arrays)}
        exec("\n".join([IMPORT, FULL, self.source]), space)  # our own text
        self.step: Callable[[float, int], None] = space["step"]

    def directed(self, found: list[Slot]) -> dict[str, str]:
        """Where each result is written: to its place at once where nobody after it reads what is
        there; else it is copied at the end."""
        calls = self.lines.calls
        for k, x in enumerate(found):
            if x.name in (*self.places, "slopes") and x.name != self.places[k]:
                found[k] = self.lines.each("positive", x)
        fixed: dict[str, str] = {}
        late = []
        for x, place in zip(found, self.places, strict=True):
            made = next((k for k, call in enumerate(calls) if call.out == x.name), len(calls))
            if x.name == place:
                continue
            if x.name in fixed or any(place in call.reads for call in calls[made + 1 :]):
                late.append((x, place))
            else:
                fixed[x.name] = place
        for x, place in late:
            fixed[self.lines.copied(x, x.shape)] = place
        for last in [call for call in calls if "slopes" in call.reads][-1:]:
            if last.aligned and last.out not in fixed:  # nobody reads the gradient any more
                fixed[last.out] = "slopes"
        return fixed

    def written(self, fixed: dict[str, str]) -> str:
        """The text: what makes the arrays, and the function."""
        calls = needed(self.lines.calls, fixed)
        place, sizes = stored(calls, fixed)
        words = {call.text.split("(")[0] for call in calls if call.size is not None}
        lines = [f"from numpy import {', '.join(sorted(words))}"] if words else []
        lines += self.lines.rooms(sizes)
        lines += [f"{name} = _r{k}" for name, k in place.items()]
        lines += [f"{name} = {at}" for name, at in fixed.items()]
        inside = [call.line(call.size is None) for call in calls]
        return "\n".join(
            [*lines, "def step(rate, time):", *(f"    {x}" for x in inside or ["pass"])]
        )
