"""Check it: one exercise at some points in floats, and what people make of its gradient."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tinygrad_fr.checking.bends import Mistake, bent_answer
from tinygrad_fr.checking.calculus import Array, Calculus, gradient_at
from tinygrad_fr.checking.groups import Group
from tinygrad_fr.checking.plain import Plain
from tinygrad_fr.checking.structure import Scene
from tinygrad_fr.engine import Value

# the rank of what is told where no row of the catalogue, no bend of a node has the same numbers
AFTER_ROWS, AFTER_BENDS = 1.5, 3.0


class World:
    """The same graph for its structure (`scenes`, a point each) and for its slopes (`calculus`)."""

    def __init__(self, scenes: Sequence[Scene]) -> None:
        self.scenes = list(scenes)
        first = self.scenes[0]
        self.graph, self.asked = first.graph, first.parameters
        self.points = [{v: s.values[v] for v in self.graph.leaves} for s in self.scenes]
        self.calculus = Calculus(self.graph, self.asked, self.points)
        self.truth: Array = self.calculus.truth
        self._deltas: dict[tuple[int, Value], Array] = {}

    def array(self, rows: Sequence[Sequence[Any]]) -> Array:
        import numpy as np

        return np.array([[float(x) for x in row] for row in rows])

    def row(self, mistake: Mistake, where: str) -> Array:
        """The answer that a row of the catalogue leads to; the whole answer times its factor."""
        if mistake.factors is None:
            return self.array([bent_answer(s, mistake, where) for s in self.scenes])
        factors = [next(iter(mistake.factors(s)), None) for s in self.scenes]
        if any(f is None for f in factors):
            return None
        return self.truth * self.array([factors]).T

    def bent(self, bend: Plain, group: Group) -> Array:
        """The answer with this bend at these nodes; None where it cannot be made."""
        import numpy as np

        with np.errstate(all="ignore"):
            return self._nested(bend, group) if group.nested else self._added(bend, group)

    def _added(self, bend: Plain, group: Group) -> Array:
        total = self.truth
        for v in group.nodes:
            delta = self._delta(bend, v)
            if delta is None:
                return None
            total = total + delta
        return total

    def _delta(self, bend: Plain, v: Value) -> Array:
        key = (id(bend), v)
        if key not in self._deltas:
            try:
                self._deltas[key] = self.calculus.bent(v, bend.rule)
            except (ArithmeticError, ValueError, TypeError, IndexError):
                self._deltas[key] = None
        return self._deltas[key]

    def _nested(self, bend: Plain, group: Group) -> Array:
        if any(self._delta(bend, v) is None for v in group.nodes):
            return None
        try:
            return self.calculus.all_bent(group.nodes, bend.rule)
        except (ArithmeticError, ValueError, TypeError, IndexError):
            return None

    def moved(self, change: Callable[[dict[Value, Any]], dict[Value, Any]]) -> Array:
        """The right gradient at other numbers of the leaves: a datum misread, two exchanged."""
        try:
            return self.array(
                [gradient_at(self.graph, self.asked, {**p, **change(p)}) for p in self.points]
            )
        except (ArithmeticError, ValueError, TypeError):
            return None


@dataclass(slots=True)
class Told:
    """One way of coming to a wrong gradient.

    kind    "const", "row", "plain", "const*", "two": the classes of the weights
    words   its name and its hint, in the language in use
    vector  the wrong gradient in a world, a row per point; None where there is none
    """

    key: str
    kind: str
    words: Callable[[], tuple[str, str]]
    vector: Callable[[World], Array]
    rank: float = 0.0  # of several with the same numbers the lowest is told
    at: Callable[[], str] = str  # where, in words

    def there(self, world: World) -> Array:
        """Its numbers in a world; None too where they cannot be had: outside a domain."""
        try:
            return self.vector(world)
        except (ArithmeticError, ValueError):
            return None


@dataclass(slots=True)
class Candidate:
    """A wrong gradient, and all the ways of coming to it."""

    vector: Array
    told: list[Told] = field(default_factory=list)
    kind: str = ""
    weight: float = 0.0
