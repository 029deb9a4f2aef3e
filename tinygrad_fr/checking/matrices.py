"""Check it: backpropagation written in matrices, against the program that was found in scalars.

    program = to_numpy(L, inputs=[x, y], parameters=model.parameters())
    check(program, X, Y, hand=backprop)         # backprop(W1, b1, W2, b2, X, Y) → (dW1, db1, …)

The scalars behind the program are written out for the examples given, so that each entry of each
array is judged, and named, as any other answer.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from tinygrad_fr import ops
from tinygrad_fr.checking.answered import COMPUTED, Array, with_shapes
from tinygrad_fr.checking.compare import compare
from tinygrad_fr.checking.graph import Graph
from tinygrad_fr.checking.hand import DOUBLES, Number
from tinygrad_fr.checking.lab import slope_of
from tinygrad_fr.checking.model import LARGE, check_sample
from tinygrad_fr.checking.report import Report
from tinygrad_fr.checking.shapes import near
from tinygrad_fr.engine import Value
from tinygrad_fr.program.program import Program
from tinygrad_fr.refusals import refuse
from tinygrad_fr.replay import rule
from tinygrad_fr.walk import order
from tinygrad_fr.words import say


def check_program(
    program: Program,
    data: Sequence[Any],
    hand: Callable[..., Any],
    rate: Any = None,
    digits: int | None = None,
    seed: int = 0,
    accept: Collection[str] = (),
) -> Report:
    """The report on `hand(W1, b1, …, X, Y)`: arrays as a tuple in this order, or by name."""
    import numpy as np

    space = program.space(data)
    taken = [f.name for f in (*program.parameters, *program.given)]
    answer = _by_name(hand(*(space[name].copy() for name in taken)), program)
    _, truth = program(*data)
    examples = int(space["m"])
    arrays: list[Array] = []
    given: dict[Value, Number] = {}
    for f in program.parameters:
        names = [c.value.label or f"{f.name}[{c.place}]" for c in f.cells]
        mine = np.asarray(answer[f.name], dtype=float)
        a = Array.of(f.name, mine, truth[f.name], names, examples, COMPUTED)
        arrays.append(a)
        if a.mend is not None:
            for c, x in zip(f.cells, np.ravel(a.mended).tolist(), strict=True):
                given[c.value] = Number(x, abs(x) * DOUBLES)
    report = Report([])
    output = written_out(program, data)
    if len(given) > LARGE:
        groups = [[c.value for c in f.cells] for f in program.parameters]
        report = check_sample(Graph(output), given, groups, rate, seed, accept)
    elif given:
        report = compare(output, given, 0, rate, digits, seed, accept)
    report = with_shapes(report, arrays, examples)
    report.notes += _exchanged(arrays)
    return report


def _exchanged(arrays: Sequence[Array]) -> list[str]:
    """What is right for another parameter: the layers are in another order."""
    found = []
    for a in arrays:
        others = [b for b in arrays if b is not a and a.given.shape == b.truth.shape]
        same = [b.name for b in others if not a.right and near(a.given, b.truth, COMPUTED)]
        if same:
            found.append(
                say(
                    fr=f"d{a.name} est juste pour {same[0]} : les couches sont dans le désordre.",
                    en=f"d{a.name} is right for {same[0]}: the layers are in the wrong order.",
                )
            )
    return found


def _by_name(answer: Any, program: Program) -> dict[str, Any]:
    """The arrays by the names of the parameters: dW1 belongs to W1, a tuple is in their order."""
    names = [f.name for f in program.parameters]
    if isinstance(answer, Mapping):
        found = {slope_of(str(name), names): x for name, x in answer.items()}
    else:
        listed = list(_flat(answer))
        found = dict(zip(names, listed, strict=False)) if len(listed) == len(names) else {}
    if {*found} != {*names}:
        wanted = ", ".join("d" + name for name in names)
        refuse(
            fr=f"hand doit renvoyer ({wanted}), ou un dictionnaire avec ces noms",
            en=f"hand must return ({wanted}), or a dictionary with these names",
        )
    return {name: found[name] for name in names}


def _flat(answer: Any) -> Iterable[Any]:
    """(dW1, db1, …) or [(dW1, db1), …], one after the other."""
    if not isinstance(answer, (tuple, list)):
        return [answer]
    pairs = all(isinstance(x, (tuple, list)) and hasattr(x[0], "shape") for x in answer)
    return [a for x in answer for a in x] if pairs else answer


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
