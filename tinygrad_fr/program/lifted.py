"""Compile it: what is lifted once: the statements, and which scalar lies where.

Graphs of one outline share it (`recall`): it knows numbers and names, and no node.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from tinygrad_fr.engine import Value
from tinygrad_fr.program.arrays import (
    NEG,
    Array,
    M,
    Over,
    Shape,
    Statement,
    is_multiple,
    named,
    summed,
    total,
)
from tinygrad_fr.program.cells import Written
from tinygrad_fr.program.constants import Constants
from tinygrad_fr.program.lift import Lift
from tinygrad_fr.program.nodes import Walk
from tinygrad_fr.program.outline import Given, Leaves
from tinygrad_fr.program.read import Reading
from tinygrad_fr.program.slopes import derived

if TYPE_CHECKING:
    import numpy as np

    Numbers = np.ndarray[Any, Any]


class Placed:
    """The scalars of one array, in the order in which they lie in it, row by row.

    shape    without the batch
    used     whether anything is made of it
    values   the nodes, where they are known
    """

    __slots__ = ("name", "shape", "used", "values")

    def __init__(self, f: Any, values: Iterable[Value] = ()) -> None:
        self.name: str = f.name
        self.shape: Shape = f.shape
        self.used = bool(f.used)
        self.values = list(values)


class Moved:
    """Which numbers of an outline may be others, and where they lie in the arrays of constants.

    A number may be another where it is in arrays only, as it was written: nothing was reckoned with
    it, and nothing was decided by it.

    fixed    the slots of all others
    places   of each array, for each of its entries, the slot that it comes from, or −1
    """

    def __init__(self, constants: Constants, read: Reading, leaves: Leaves, numbers: int) -> None:
        import numpy as np

        before = np.cumsum(np.frombuffer(leaves.loose, np.int8)) - 1
        count = sum(leaves.loose) + numbers
        slot = np.concatenate([before, np.arange(count - numbers, count), [-1]])  # of each code
        self.places: list[tuple[str, Numbers]] = []
        for name, alike in constants.sources:
            codes = [n.code if type(n) is Written else -1 for n in alike]
            self.places.append((name, slot[codes]))
        there = np.concatenate([np.zeros(0, int), *(slots for _, slots in self.places)])
        there = np.bincount(there[there >= 0], minlength=count)
        used = np.bincount(slot[np.array([n.code for n in read.used], int)], minlength=count)
        free = (used > 0) & (there == used)  # as often in an array as it is used at all
        free[slot[[*read.decided]]] = False
        self.fixed: list[int] = np.flatnonzero(~free).tolist()

    def renewed(self, arrays: dict[str, Any], numbers: Sequence[float]) -> dict[str, Any] | None:
        """The arrays with other numbers; None where two that were alike are not any more."""
        import numpy as np

        new = np.array(numbers, dtype=float)
        found: dict[str, Any] = {}
        for name, slots in self.places:
            old = arrays[name]
            values = np.where(slots < 0, old.ravel(), new[slots]).reshape(old.shape)
            if not np.array_equal(found.setdefault(name, values), values, equal_nan=True):
                return None
        return {**arrays, **found}


class Lifted:
    """A program without its nodes; `Program` says what the statements are, `Lift` what the cost is.

    parameters   the arrays that move, in the order given; ranks: which parameters lie in each
    inputs       the arrays of data, in the order given
    kept         of each node that is wanted too, its array and its place there
    """

    def __init__(self, lift: Lift, given: Given, moved: Moved, leaves: Leaves) -> None:
        *kept, _ = given.roots
        self.moved = moved
        self.batched = lift.families[-1].batched
        self.constants = lift.constants.arrays
        known, place = len(given.known), leaves.places
        moving = [f for f in lift.families if f.kind == "parameter"]
        ranks = {f: array("q", [place[c.value] + known for c in f.cells]) for f in moving}
        moving.sort(key=lambda f: min(ranks[f]))
        self.parameters, self.ranks = [Placed(f) for f in moving], [ranks[f] for f in moving]
        data = [f for f in lift.families if f.kind == "input"]
        self.inputs = [Placed(f) for f in sorted(data, key=lambda f: f.group)]
        cells_kept = [c for f in lift.families if f.kept for c in f.cells]
        wanted = {c.value: (c.family.name, c.place) for c in cells_kept}
        self.kept = [wanted.get(v, ("", 0)) for v in kept]
        self.lines, self.cost, self.rest = lift.lines, lift.cost, lift.rest
        self.forward = [*lift.lines, Statement("L", _whole(lift, self.batched))]
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


def lifted(given: Given, walk: Walk, leaves: Leaves) -> tuple[Lifted, list[Placed]]:
    """What is lifted from a graph, and where its nodes went that are no leaves."""
    *kept, loss = given.roots
    starts = {v: k + len(walk.leaves) for v, k in walk.starts.items()}
    codes = leaves.places, starts
    read = Reading(loss, given.columns, given.parameters, kept, walk, codes)
    lift = Lift(read.out, {*kept})
    inner = [f for f in lift.families if f.name and f.kind in ("sum", "row")]
    moved = Moved(lift.constants, read, leaves, len(walk.numbers))
    found = (
        Lifted(lift, given, moved, leaves),
        [Placed(f, (c.value for c in f.cells)) for f in inner],
    )
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
    if is_multiple(x):
        return x.inputs[0] * _over_examples(x.inputs[1])
    inside = x.inputs[0] if x.kind == "sum" and x.batched else x
    if inside is not x and is_multiple(inside):
        return inside.inputs[0] * _over_examples(total(inside.inputs[1], len(inside.shape)))
    return summed(inside, Over(True, tuple(range(len(inside.shape)))))
