"""Check it: σ(z) is known however it is written, so that its steps have their names."""

from __future__ import annotations

from typing import Any

from tinygrad_fr.checking.graph import Graph
from tinygrad_fr.engine import Value
from tinygrad_fr.ops import TABLE
from tinygrad_fr.replay import rule


def recognised(graph: Graph) -> Graph:
    """The same graph with σ(z) in the place of 1/(1 + e^−z).

    The leaves are the same nodes; a graph without that fraction is given back as it is.
    """
    logistic = {v: u for v in graph.nodes if (u := _logistic(v)) is not None}
    if not logistic:
        return graph
    twins: dict[Value, Value] = {}
    for v in graph.nodes:
        turned = logistic.get(v)
        if v.op is None:
            twins[v] = v
            continue
        if turned is not None:
            (z,) = turned.inputs[:1]
            negated = turned.op is TABLE["neg"]
            twins[v] = twins[z].sigmoid() if negated else (-twins[turned]).sigmoid()
        else:
            twins[v] = rule(v)(*(twins[u] if isinstance(u, Value) else u for u in v.inputs))
        twins[v].scope = v.scope
        if v.label:
            twins[v].label = v.label
    return Graph(twins[graph.output])


def _logistic(v: Value) -> Value | None:
    """u, where v = 1/(1 + e^u) and u is no leaf."""
    if v.op is not TABLE["div"] or not _is_one(v.inputs[0]):
        return None
    below = v.inputs[1]
    if not isinstance(below, Value) or below.op is not TABLE["add"]:
        return None
    powers = [u for u in below.inputs if isinstance(u, Value) and u.op is TABLE["exp"]]
    ones = [u for u in below.inputs if _is_one(u)]
    inside = powers[0].inputs[0] if powers and ones else None
    return inside if isinstance(inside, Value) and inside.op is not None else None


def _is_one(u: Any) -> bool:
    if isinstance(u, Value):
        return bool(u.op is None and not u.label and u.data == 1)
    return bool(u == 1)
