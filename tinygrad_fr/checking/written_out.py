"""Check it: a program in scalars again, one example after the other, for the judge who knows those.

L = written_out(program, [X, Y])        # L.data is the mean of what the examples cost
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tinygrad_fr import ops
from tinygrad_fr.engine import Value
from tinygrad_fr.program.program import Program
from tinygrad_fr.replay import rule
from tinygrad_fr.walk import order


def written_out(program: Program, data: Sequence[Any]) -> Value:
    """The mean of what the examples cost, in scalars again; what they share is made once."""
    import numpy as np

    if not program.batched:
        return program.loss
    nodes = order(program.loss)
    columns = [v for column in program.columns for v in column]
    moving = {*columns}
    for v in nodes:
        if not moving.isdisjoint(v.inputs):
            moving.add(v)
    costs = []
    for row in np.hstack([np.asarray(X, dtype=float).reshape(len(X), -1) for X in data]):
        known: dict[Value, Any] = dict(zip(columns, row.tolist(), strict=True))
        for v in nodes:
            if v in moving and v not in known:
                made = rule(v)(*(known.get(u, u) for u in v.inputs))
                if isinstance(made, Value):
                    made.label, made.scope = v.label, v.scope
                known[v] = made
        costs.append(known[program.loss])
    return _mean(costs)


def _mean(costs: list[Any]) -> Value:
    if len(costs) == 1:
        return costs[0]  # type: ignore[no-any-return]
    for i, cost in enumerate(costs, start=1):
        cost.label = f"L_{i}"
    L: Value = ops.sum(costs) / len(costs)
    L.label = "L"
    return L
