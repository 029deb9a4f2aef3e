"""Check it: the graph at points in floats, walked both ways once, so that any rule can be bent.

    v    a node                      d    a slope ∂v/∂u             θ    what is asked
    G    ∂L/∂v, one walk back        D    ∂v/∂θ, one pass forward   D̃    ∂v/∂θ by a bent rule

With one rule bent at v the answer is ∂L/∂θ + G·(D̃ − D): every single bend costs one product.
An array has a row per point; D has a column per θ.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

from tinygrad_fr.checking.graph import Graph, Point
from tinygrad_fr.checking.scores import Softmax, softmaxes
from tinygrad_fr.engine import Value
from tinygrad_fr.replay import rule
from tinygrad_fr.walk import chain_rule

Array = Any  # numpy is imported when a diagnosis is made, not before
Rule = Callable[["Site"], Array]  # D̃ of a node


class Calculus:
    """Values, slopes, G and D of every node at every point.

    Points where a number cannot be had (a domain, an overflow) raise ArithmeticError or ValueError.
    """

    def __init__(self, graph: Graph, asked: Iterable[Value], points: Sequence[Point]) -> None:
        import numpy as np

        self.graph, self.asked, self.points = graph, list(asked), list(points)
        self.column = {p: k for k, p in enumerate(self.asked)}
        known = [in_floats(graph, point) for point in self.points]
        self.value = {v: np.array([float(values[v]) for values in known]) for v in graph.nodes}
        self.slopes: dict[Value, list[Array]] = {}
        for v in graph.nodes:
            if v.op is not None:
                rows = [slopes_of(v, values) for values in known]
                self.slopes[v] = [np.array(column) for column in zip(*rows, strict=True)]
        self.zero = np.zeros((len(self.points), len(self.asked)))
        arrived = chain_rule(
            graph.output, self._node_slopes, start=np.ones(len(self.points)), along=graph.nodes
        )
        self.G = {v: arrived.get(v, np.zeros(len(self.points))) for v in graph.nodes}
        self.D = self.forward({})
        self.truth: Array = self.D[graph.output]

    @cached_property
    def softmaxes(self) -> dict[Value, Softmax]:
        """The softmaxes of the graph, by the node at which all of each ends."""
        return softmaxes(self.graph)

    @staticmethod
    def row(u: Any) -> str:
        """The name of the operation that made a node; "" for a leaf and for a plain number."""
        return getattr(u.op, "name", "") if isinstance(u, Value) else ""

    def _node_slopes(self, v: Value) -> list[Array]:
        pairs = zip(v.inputs, self.slopes[v], strict=True)
        return [d if isinstance(u, Value) else None for u, d in pairs]

    def at(self, u: Any) -> Array:
        """The numbers of an input: a node's, or its own where it is a plain number."""
        import numpy as np

        return self.value[u] if isinstance(u, Value) else np.full(len(self.points), float(u))

    def forward(self, bent: Mapping[Value, Rule]) -> dict[Value, Array]:
        """∂v/∂θ of every node, with other rules for some."""
        D: dict[Value, Array] = {}
        for v in self.graph.nodes:
            if v in self.column:
                D[v] = self.zero.copy()
                D[v][:, self.column[v]] = 1.0
            elif v in bent:
                D[v] = bent[v](Site(self, v, D))
                if D[v] is None:
                    raise TypeError(v)  # this bend is none of that node's
            else:
                D[v] = self.by_the_rule(v, D)
        return D

    def by_the_rule(self, v: Value, D: Mapping[Value, Array]) -> Array:
        """∂v/∂θ by the chain rule."""
        total = self.zero
        if v.op is not None:
            for u, d in zip(v.inputs, self.slopes[v], strict=True):
                if isinstance(u, Value):
                    total = total + d[:, None] * D[u]
        return total

    def bent(self, v: Value, bend: Rule) -> Array:
        """G·(D̃ − D): what a bend at this node changes in the answer."""
        return self.G[v][:, None] * (bend(Site(self, v, self.D)) - self.D[v])

    def all_bent(self, nodes: Iterable[Value], bend: Rule) -> Array:
        """The answer with the same bend at several nodes, one inside another."""
        return self.forward(dict.fromkeys(nodes, bend))[self.graph.output]


class Site:
    """One node and what a rule can read there: inputs, result, slopes, how the inputs move."""

    __slots__ = ("D", "calculus", "d", "du", "inputs", "node", "row", "x", "y")

    def __init__(self, calculus: Calculus, v: Value, D: Mapping[Value, Array]) -> None:
        self.calculus, self.node, self.row, self.inputs = calculus, v, rule(v), v.inputs
        self.D = D
        self.x = [calculus.at(u) for u in v.inputs]
        self.y: Array = calculus.value[v]
        self.d = calculus.slopes[v]
        self.du = [D[u] if isinstance(u, Value) else calculus.zero for u in v.inputs]

    def through(self, slopes: Sequence[Array]) -> Array:
        """D̃ = Σ d̃·u′: the chain rule with other slopes."""
        total = self.calculus.zero
        for d, du in zip(slopes, self.du, strict=True):
            total = total + d[:, None] * du
        return total

    def slope_of(self, row: Any, x: Array, y: Array) -> Array:
        """The slope of a function of one input at other numbers; NaN outside its domain."""
        import numpy as np

        rest = self.inputs[1 : row.arity]
        inside = [[float(a), *map(float, map(_plain, rest))] for a in x]
        return np.array(
            [number(row.local_derivative, 0, a, b) for a, b in zip(inside, y, strict=True)]
        )

    def function(self, row: Any, x: Array) -> Array:
        """The function itself at other numbers; NaN outside its domain."""
        import numpy as np

        rest = [float(_plain(u)) for u in self.inputs[1 : row.arity]]
        return np.array([number(row.compute, float(a), *rest) for a in x])


def _plain(u: Any) -> Any:
    return u.data if isinstance(u, Value) else u


def number(function: Callable[..., Any], *inputs: Any) -> float:
    """What it gives, as a float; NaN where it gives nothing."""
    try:
        return float(function(*inputs))
    except (ArithmeticError, ValueError, TypeError):
        return float("nan")


def in_floats(graph: Graph, point: Point) -> dict[Value, Any]:
    """Every node's value in floats; leaves that the point does not name keep their data."""
    return graph.at({v: float(point.get(v, v.data)) for v in graph.leaves}, plain)


def plain(u: Any) -> Any:
    """A plain number that stands in a node, as a float; the number of a class stays whole."""
    return u if isinstance(u, int) else float(u)


def slopes_of(v: Value, values: Mapping[Value, Any]) -> list[float]:
    """The local derivatives of a node at these values, in floats; NaN where there is none."""
    inside = [values[u] if isinstance(u, Value) else plain(u) for u in v.inputs]
    wanted = [isinstance(u, Value) for u in v.inputs]
    try:
        found = rule(v).local_derivatives(inside, values[v], wanted)
    except (ArithmeticError, ValueError):
        return [float("nan")] * len(inside)
    return [0.0 if d is None else float(d) for d in found]


def gradient_at(graph: Graph, asked: Sequence[Value], point: Point) -> list[float]:
    """The gradient at another point, in floats."""
    values = in_floats(graph, point)
    arrived = chain_rule(graph.output, lambda v: _wanted(v, values), along=graph.nodes)
    return [float(arrived.get(p, 0.0)) for p in asked]


def _wanted(v: Value, values: Mapping[Value, Any]) -> list[float | None]:
    pairs = zip(v.inputs, slopes_of(v, values), strict=True)
    return [d if isinstance(u, Value) else None for u, d in pairs]
