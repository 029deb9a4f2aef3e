"""Check it: a graph put in order once, and its numbers at any point: the forward pass."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from tinygrad_fr.engine import Value
from tinygrad_fr.ops import DomainError
from tinygrad_fr.places import whereabouts
from tinygrad_fr.replay import rule
from tinygrad_fr.walk import order

Point = Mapping[Value, Any]  # other numbers for the leaves: Fractions, mpf, floats
Number = Callable[[Any], Any]  # how a plain number that stands in a node is read


def as_it_is(x: Any) -> Any:
    return x


class Graph:
    """The nodes below `output`, in order: every check of it reads this list and makes no other.

    nodes   each after its inputs, output last
    leaves  those without inputs, in the same order
    own     the leaves, to look one up
    kinked  those whose row has a kink somewhere
    """

    __slots__ = (
        "_above",
        "_gates",
        "_place",
        "_users",
        "kinked",
        "leaves",
        "nodes",
        "output",
        "own",
    )

    def __init__(self, output: Value) -> None:
        self.output = output
        self.nodes: list[Value] = order(output)
        self.leaves = [v for v in self.nodes if v.op is None]
        self.own = frozenset(self.leaves)
        self.kinked = [v for v in self.nodes if getattr(v.op, "kinks", None) is not None]
        self._above: dict[Value, list[Value]] = {}
        self._place: dict[Value, int] = {}
        self._gates: dict[Value, tuple[int, Value | None]] = {}
        self._users: dict[Value, list[tuple[Value, int]]] = {}

    @classmethod
    def of(cls, output: Value | Graph) -> Graph:
        """The graph of a node; one that is in order already is given back."""
        return output if isinstance(output, Graph) else cls(output)

    @property
    def users(self) -> dict[Value, list[tuple[Value, int]]]:
        """For each node that is read, the (node, input number) that read it."""
        if not self._users:
            for v in self.nodes:
                for i, u in enumerate(v.inputs):
                    if isinstance(u, Value):
                        self._users.setdefault(u, []).append((v, i))
        return self._users

    def above(self, leaf: Value) -> list[Value]:
        """The nodes that depend on it, in order, without itself."""
        if leaf not in self._above:
            fresh, found = {leaf}, []
            for v in self.nodes:
                if any(u in fresh for u in v.inputs if isinstance(u, Value)):
                    fresh.add(v)
                    found.append(v)
            self._above[leaf] = found
        return self._above[leaf]

    def below(self, v: Value) -> list[Value]:
        """The nodes that v is made of, in order, v last."""
        if not self._place:
            self._place.update((u, i) for i, u in enumerate(self.nodes))
        found, waiting = {v}, [v]
        while waiting:
            for u in waiting.pop().inputs:
                if isinstance(u, Value) and u not in found:
                    found.add(u)
                    waiting.append(u)
        return sorted(found, key=self._place.__getitem__)

    def gates(self, v: Value) -> list[Value]:
        """v and each node that all its paths to the output go through, the output last."""
        found: list[Value] = []
        u: Value | None = v
        while u is not None:
            found.append(u)
            u = self._gate(u)[1]
        return found

    def meeting(self, u: Value, v: Value) -> Value:
        """The first node that all the paths of both go through."""
        while u is not v:
            (i, above_u), (j, above_v) = self._gate(u), self._gate(v)
            u, v = (above_u or u, v) if i >= j else (u, above_v or v)
        return u

    def _gate(self, v: Value) -> tuple[int, Value | None]:
        """How many gates v has, and the next."""
        if not self._gates:
            self._gates[self.output] = 0, None
            for user in reversed(self.nodes):
                for u in user.inputs:
                    if isinstance(u, Value):
                        gate = (
                            self.meeting(self._gates[u][1] or user, user)
                            if u in self._gates
                            else user
                        )
                        self._gates[u] = self._gates[gate][0] + 1, gate
        return self._gates[v]

    def at(self, point: Point | None = None, number: Number = as_it_is) -> dict[Value, Any]:
        """Every node's value there; leaves that the point does not name keep their data.

        `number` says how a plain number that stands in a node (an exponent) is read.  Raises
        DomainError where an operation is not defined, TypeError at a client's own operation.
        """
        known: dict[Value, Any] = dict(point or {})
        for v in self.leaves:
            known.setdefault(v, v.data)
        return self._computed(known, [v for v in self.nodes if v not in known], number)

    def moved(self, base: Point, moved: Point, number: Number = as_it_is) -> dict[Value, Any]:
        """The values of `base` after some leaves moved: computed anew only above them."""
        above = [self.above(leaf) for leaf in moved]
        if len(above) > 1:
            touched = set().union(*map(set, above))
            above = [[v for v in self.nodes if v in touched]]
        return self._computed({**base, **moved}, above[0] if above else [], number)

    def kinks(self, values: Point, number: Number = as_it_is) -> Iterator[tuple[Value, Any]]:
        """Each kinked node with what its kinks are told by: numbers that are 0 exactly on one."""
        for v in self.kinked:
            kinks: Any = getattr(v.op, "kinks", None)
            inputs = [values[u] if isinstance(u, Value) else number(u) for u in v.inputs]
            for x in kinks(*inputs):
                yield v, x

    @staticmethod
    def _computed(
        known: dict[Value, Any], nodes: Iterable[Value], number: Number
    ) -> dict[Value, Any]:
        for v in nodes:
            inputs = [known[u] if isinstance(u, Value) else number(u) for u in v.inputs]
            try:
                known[v] = rule(v)(*inputs)
            except DomainError as error:
                raise DomainError(error.row, inputs, whereabouts(error.row, v.inputs)) from None
        return known
