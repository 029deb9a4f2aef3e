"""Check it: a graph put in order once, and its numbers at any point, from the forward pass alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tinygrad_fr.engine import Value
from tinygrad_fr.replay import rule
from tinygrad_fr.walk import order

Point = Mapping[Value, Any]  # other numbers for the leaves: Fractions, mpf, floats


class Graph:
    """The nodes below `output`, in order: every check of it reads this list and makes no other.

    nodes   each after its inputs, output last
    leaves  those without inputs, in the same order
    """

    __slots__ = ("leaves", "nodes", "output")

    def __init__(self, output: Value) -> None:
        self.output = output
        self.nodes: list[Value] = order(output)
        self.leaves = [v for v in self.nodes if v.op is None]

    @classmethod
    def of(cls, output: Value | Graph) -> Graph:
        """The graph of a node; one that is in order already is given back."""
        return output if isinstance(output, Graph) else cls(output)

    def at(self, point: Point | None = None) -> dict[Value, Any]:
        """Every node's value there; leaves that the point does not name keep their data.

        Raises DomainError where an operation is not defined, TypeError at a client's own operation.
        """
        known: dict[Value, Any] = dict(point or {})
        for v in self.leaves:
            known.setdefault(v, v.data)
        return self._computed(known, (v for v in self.nodes if v not in known))

    def moved(self, base: Point, moved: Point) -> dict[Value, Any]:
        """The values of `base` after some nodes moved: computed anew only above them."""
        fresh, above = set(moved), []
        for v in self.nodes:
            if v not in moved and any(u in fresh for u in v.inputs if isinstance(u, Value)):
                fresh.add(v)
                above.append(v)
        return self._computed({**base, **moved}, above)

    @staticmethod
    def _computed(known: dict[Value, Any], nodes: Iterable[Value]) -> dict[Value, Any]:
        for v in nodes:
            known[v] = rule(v)(*(known[u] if isinstance(u, Value) else u for u in v.inputs))
        return known
