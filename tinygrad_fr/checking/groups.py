"""Check it: where the same slip is made: at one node, in every example, in a layer, everywhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from tinygrad_fr.checking.graph import Graph
from tinygrad_fr.engine import Value

SCOPES = ONE, EXAMPLES, LAYER, EVERYWHERE = "one", "examples", "layer", "everywhere"


@dataclass(frozen=True, slots=True)
class Group:
    """Nodes of one operation at which the same bend is made.

    nested  one of them may stand below another
    """

    nodes: tuple[Value, ...]
    scope: str
    nested: bool = False

    @property
    def first(self) -> Value:
        return self.nodes[0]


def groups(graph: Graph, asked: Iterable[Value]) -> Iterator[Group]:
    """Every group of nodes, the smallest scopes first; none twice."""
    forms, shapes = _signatures(graph, set(asked))
    inner = [v for v in graph.nodes if v.op is not None]
    seen: set[tuple[Value, ...]] = set()
    for scope, key in (
        (ONE, {v: i for i, v in enumerate(inner)}),
        (EXAMPLES, forms),
        (LAYER, shapes),
        (EVERYWHERE, {v: getattr(v.op, "name", "") for v in inner}),
    ):
        found: dict[Any, list[Value]] = {}
        for v in inner:
            found.setdefault(key[v], []).append(v)
        for nodes in map(tuple, found.values()):
            if nodes not in seen:
                seen.add(nodes)
                yield Group(nodes, scope, scope == EVERYWHERE)


def _signatures(graph: Graph, asked: set[Value]) -> tuple[dict[Value, int], dict[Value, int]]:
    """A number for what each node is without its data, and without its parameters as well."""
    numbers: dict[Any, int] = {}
    forms: dict[Value, int] = {}
    shapes: dict[Value, int] = {}
    for v in graph.nodes:
        if v.op is None:
            kind: Any = ("θ",) if v in asked else ("x",) if v.label else ("c", float(v.data))
            whole: Any = ("θ", v) if v in asked else kind
        else:
            name = getattr(v.op, "name", "")
            kind = (name, *(shapes[u] if isinstance(u, Value) else (u,) for u in v.inputs))
            whole = (name, *(forms[u] if isinstance(u, Value) else (u,) for u in v.inputs))
        shapes[v] = numbers.setdefault(("shape", kind), len(numbers))
        forms[v] = numbers.setdefault(("form", whole), len(numbers))
    return forms, shapes
