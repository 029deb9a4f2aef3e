"""A Value remembers how it was made, so it can be made again: the graph at other numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tinygrad_fr.engine import Value
from tinygrad_fr.ops import Op
from tinygrad_fr.refusals import refuse
from tinygrad_fr.walk import order


def replay(output: Value, point: Mapping[Value, Any] | None = None) -> Any:
    """The value of output at other numbers of its leaves (and of any inner node), graph untouched.

    Numbers of any kind (float, Fraction, mpf), or whatever takes part in the table's rows: text
    gives the formula.  Leaves that `point` does not name keep their data.

    >>> x = Value(3.0)
    >>> replay(x * x, {x: 5.0})
    25.0
    """
    return replay_all(output, point)[output]


def replay_all(output: Value, point: Mapping[Value, Any] | None = None) -> dict[Value, Any]:
    """Every node's value at other numbers: `replay`, with what was met on the way."""
    known: dict[Value, Any] = dict(point or {})
    for v in order(output):
        if v in known:
            continue
        if v.op is None:
            known[v] = v.data
        else:
            known[v] = rule(v)(*(known[u] if isinstance(u, Value) else u for u in v.inputs))
    return known


def rule(v: Value) -> Op:
    """The row of the node v; TypeError, naming it, if a client's own operation made it."""
    if isinstance(v.op, Op):
        return v.op
    name = repr(v.label or v)
    refuse(
        fr=f"aucune règle pour l’opération « {v._op} » du nœud {name} : elle n’est pas dans "
        "la table. backward() suit son _backward ; gradient, formules et compilation ne le "
        "peuvent pas",
        en=f"no rule for the operation '{v._op}' of node {name}: it is not in the table. "
        "backward() follows its _backward; gradient, formulas and the compiler cannot",
        kind=TypeError,
    )
