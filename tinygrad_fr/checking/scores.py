"""Check it: the softmaxes of a graph, however they are written: their scores, their cross-entropy.

z    the scores                       S    Σ e^z, its logarithm, or the cross-entropy itself
top  the first node that everything the scores do goes through
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import Any

from tinygrad_fr.checking.graph import Graph
from tinygrad_fr.engine import Value


@dataclass(frozen=True, slots=True)
class Softmax:
    """One softmax: its scores, the node that brings them together, and where all of it ends."""

    z: tuple[Value, ...]
    S: Value
    top: Value


def softmaxes(graph: Graph) -> dict[Value, Softmax]:
    """Every softmax of the graph, by its top: Σ e^z, logsumexp, cross_entropy over two or more."""
    found: dict[Value, Softmax] = {}
    for v in graph.nodes:
        z = _scores(v)
        if len(z) > 1:
            top = v if _row(v) == "cross_entropy" else reduce(graph.meeting, z)
            found[top] = Softmax(z, v, top)
    return found


def _scores(v: Value) -> tuple[Value, ...]:
    """z, where v = cross_entropy(k, z), logsumexp(z) or Σ e^z; of a longer sum the last is kept."""
    name, inputs = _row(v), v.inputs
    if name in ("cross_entropy", "logsumexp"):
        z = [u for u in inputs if isinstance(u, Value)]
        return tuple(z) if len(z) == len(inputs) - (name == "cross_entropy") else ()
    if getattr(v.op, "kind", "") != "sum":
        return ()
    terms: list[Any] = []
    waiting: list[Any] = [v]
    while waiting:
        u = waiting.pop()
        if getattr(getattr(u, "op", None), "kind", "") == "sum":
            waiting += reversed(u.inputs)
        else:
            terms.append(u)
    if not all(_row(u) == "exp" and isinstance(u.inputs[0], Value) for u in terms):
        return ()
    return tuple(u.inputs[0] for u in terms)


def _row(v: Any) -> str:
    return getattr(v.op, "name", "") if isinstance(v, Value) else ""
