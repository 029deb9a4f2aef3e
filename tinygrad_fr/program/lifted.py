"""Compile it: what is lifted once: the statements, and which scalar lies where.

Graphs of one outline share it (`recall`): it knows numbers and names, and no node.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tinygrad_fr.engine import Value
from tinygrad_fr.program.arrays import (
    MUL,
    NEG,
    Array,
    M,
    Over,
    Shape,
    Statement,
    named,
    summed,
    total,
)
from tinygrad_fr.program.lift import Lift
from tinygrad_fr.program.nodes import Walk
from tinygrad_fr.program.outline import Given
from tinygrad_fr.program.read import cells
from tinygrad_fr.program.slopes import derived


class Placed:
    """The scalars of one array, in the order in which they lie in it, row by row.

    shape, batched   without the batch; whether there is one such array for each example
    used             whether anything is made of it
    values           the nodes, where they are known
    """

    __slots__ = ("batched", "name", "shape", "used", "values")

    def __init__(self, f: Any, values: Iterable[Value] = ()) -> None:
        self.name: str = f.name
        self.shape: Shape = f.shape
        self.batched: bool = f.batched
        self.used = bool(f.used)
        self.values = list(values)


class Lifted:
    """A program without its nodes; `Program` says what the statements are.

    parameters   the arrays that move, in the order given; ranks: which parameters lie in each
    inputs       the arrays of data, in the order given
    kept         of each node that is wanted too, its array and its place there
    """

    def __init__(self, lift: Lift, given: Given) -> None:
        *kept, _ = given.roots
        self.batched = lift.families[-1].batched
        self.constants = lift.constants.arrays
        rank = {v: i for i, v in enumerate(given.parameters)}
        moving = [f for f in lift.families if f.kind == "parameter"]
        ranks = {f: [rank[c.value] for c in f.cells] for f in moving}
        moving.sort(key=lambda f: min(ranks[f]))
        self.parameters, self.ranks = [Placed(f) for f in moving], [ranks[f] for f in moving]
        data = [f for f in lift.families if f.kind == "input"]
        self.inputs = [Placed(f) for f in sorted(data, key=lambda f: f.group)]
        cells_kept = [c for f in lift.families if f.kept for c in f.cells]
        wanted = {c.value: (c.family.name, c.place) for c in cells_kept}
        self.kept = [wanted.get(v, ("", 0)) for v in kept]
        self.lines, self.cost, self.rest = lift.lines, lift.cost, lift.rest
        self.forward = [*lift.lines, Statement("L", _whole(lift, self.batched))]
        self.total = _over_examples(self.cost) if self.batched else self.cost
        self.backward = self.derived()

    def derived(self, seed: float = 1, by: Any = M) -> list[Statement]:
        """The statements of the gradients, the mean taken as 1/m at first or by m at the end."""
        moving = [named(f.name, f.shape) for f in self.parameters]
        taken = {*self.constants, *self.names, "np", "m", "L"}
        return derived(self.lines, self.cost, self.rest, moving, taken, seed, by)

    @property
    def names(self) -> set[str]:
        """The names of all arrays of the forward pass."""
        leaves = [*self.inputs, *self.parameters]
        return {f.name for f in leaves} | {line.name for line in self.lines}


def lifted(given: Given, walk: Walk) -> tuple[Lifted, list[Placed]]:
    """What is lifted from a graph, and where its nodes went that are no leaves."""
    *kept, loss = given.roots
    lift = Lift(cells(loss, given.columns, given.parameters, kept, walk), {*kept})
    inner = [f for f in lift.families if f.name and f.kind in ("sum", "row")]
    found = Lifted(lift, given), [Placed(f, (c.value for c in f.cells)) for f in inner]
    for f in lift.families:
        f.dissolve()
    return found


# ── from families to statements ──────────────────────────────────────────────────────────────────


def _whole(lift: Lift, batched: bool) -> Any:
    """L: the mean of what each example costs, and the rest."""
    whole = _over_examples(lift.cost) / M if batched else lift.cost
    for part in lift.rest:
        whole = whole + part
    return whole


def _over_examples(x: Array) -> Any:
    """The sum over examples; that over outputs, if there is one, is taken with it."""
    if x.row is NEG:
        return -_over_examples(x.inputs[0])
    if x.row is MUL and not isinstance(x.inputs[0], Array):
        return x.inputs[0] * _over_examples(x.inputs[1])
    inside = x.inputs[0] if x.kind == "sum" and x.batched else x
    if inside is not x and inside.row is MUL and not isinstance(inside.inputs[0], Array):
        return inside.inputs[0] * _over_examples(total(inside.inputs[1], len(inside.shape)))
    return summed(inside, Over(True, tuple(range(len(inside.shape)))))
