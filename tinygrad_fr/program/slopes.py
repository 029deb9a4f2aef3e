"""Compile it: the derivative of an array program, the table's slopes and the rules of matrices.

    v = x @ w.T     g → x: g @ w        g → w: g.T @ x        (and the same for x @ w)
    v = Σ x         g → x: g, stretched along what was summed
    v = x[index]    g → x: g, added up where it was taken
    v = log Σ eˣ    g → x: g·e^(x − v)

What was stretched to meet something larger receives the sum over what it was stretched along.
Nothing is handed on through a slope that is 0 whatever the numbers are (floor, sign, step): below a
step the gradient is 0, where the scalar engine has 0·NaN if what is above has no slope.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from math import prod
from typing import Any

from tinygrad_fr.program.arrays import (
    EXP,
    Array,
    M,
    Over,
    Statement,
    filled,
    has_product,
    matmul,
    named,
    outer,
    scatter,
    spread,
    summed,
    times,
    total,
)

Give = Callable[[Array, Any], None]
MANY = 16  # parts that are added one after the other


class Backward:
    """The walk back over statements: what has arrived at each name, and the lines it makes.

    moving     the names that depend on a parameter: only these receive anything
    seed, by   where the mean over examples is taken: as 1/m at the start, or by m at the end
    arrived    of a name: the parts of its gradient, those of the mean over examples apart
    lines      the statements of the gradients, in the order in which they can be computed
    """

    def __init__(self, moving: set[str], taken: set[str], seed: float = 1, by: Any = M) -> None:
        self.moving, self.taken, self.seed, self.by = moving, taken, seed, by
        self.arrived: dict[str, tuple[list[Any], list[Any]]] = {}
        self.lines: list[Statement] = []
        self.mean = True

    def start(self, cost: Any, mean: bool) -> None:
        """Begin at a cost, or at a part of it; `mean`: what comes of it is divided by m."""
        self.mean = mean
        self.back(cost, self.seed if mean else 1, None)

    def statement(self, line: Statement) -> None:
        """Hand on what has arrived at the name of a statement."""
        v = line.array
        g, mean = self.whole(named(line.name, v.shape, v.batched))
        if g is None:
            return
        if isinstance(g, Array) and g.kind != "name" and (has_product(v) or self.receivers(v) > 1):
            g = self.line(signal_name(line.name), g)
        self.mean = mean
        self.back(v, g, named(line.name, v.shape, v.batched))

    def parameter(self, p: Array) -> None:
        """The line of a parameter's gradient."""
        g, _ = self.whole(p)
        self.lines.append(Statement("d" + p.name, filled(0 if g is None else g, p.shape, False)))

    def line(self, name: str, g: Array) -> Array:
        while name in self.taken:
            name += "_"
        self.taken.add(name)
        self.lines.append(Statement(name, g))
        return named(name, g.shape, g.batched)

    def whole(self, v: Array) -> tuple[Any, bool]:
        """All that has arrived at a name, and whether it must still be divided by m."""
        mean, rest = self.arrived.pop(v.name, ([], []))
        if v.batched:
            return added(mean), True
        g = added(mean)
        parts = [*rest] if g is None else [g / self.by, *rest]
        return added(parts), False

    def receivers(self, v: Array) -> int:
        """How many names v hands its gradient on to."""
        apart = Backward(self.moving, set())
        apart.back(v, named("g", v.shape, v.batched), None)
        return sum(len(parts) for both in apart.arrived.values() for parts in both)

    def wanted(self, v: Any) -> bool:
        if not isinstance(v, Array):
            return False
        return v.name in self.moving if v.kind == "name" else any(map(self.wanted, v.inputs))

    # ── one rule a kind ──

    def back(self, v: Any, g: Any, y: Array | None) -> None:
        """Hand the gradient g of v on to the names it is made of; y is v's own name."""
        if self.wanted(v) and not (not isinstance(g, Array) and g == 0):
            RULES[v.kind](self, v, g, v if y is None else y)

    def _name(self, v: Array, g: Any, y: Array) -> None:
        self.arrived.setdefault(v.name, ([], []))[0 if self.mean else 1].append(g)

    def _row(self, v: Array, g: Any, y: Array) -> None:
        assert v.row is not None
        wanted = [self.wanted(u) for u in v.inputs]
        slopes = v.row.local_derivatives(v.inputs, y, wanted, taught=True)
        for u, d in zip(v.inputs, slopes, strict=True):
            if d is not None:
                self.back(u, reduced(g * d, u, v), None)

    def _log_sum_exp(self, v: Array, g: Any, y: Array) -> None:
        (x,) = v.inputs
        self.back(x, spread(g, 1) * EXP(x - spread(y, 1)), None)

    def _matmul(self, v: Array, g: Any, y: Array) -> None:
        x, w = v.inputs
        g = filled(g, v.shape, v.batched)
        if self.wanted(x):
            self.back(x, times(g, w), None)
        if self.wanted(w):
            self.back(w, outer(g, x), None)

    def _times(self, v: Array, g: Any, y: Array) -> None:
        x, w = v.inputs
        g = filled(g, v.shape, v.batched)
        if self.wanted(x):
            self.back(x, matmul(g, w), None)
        if self.wanted(w):
            self.back(w, outer(x, g), None)

    def _sum(self, v: Array, g: Any, y: Array) -> None:
        (x,) = v.inputs
        more = 0 if v.data.keep else len(v.data.axes)  # always the last ones
        self.back(x, spread(g, more), None)

    def _take(self, v: Array, g: Any, y: Array) -> None:
        (x,) = v.inputs
        self.back(x, scatter(filled(g, v.shape, v.batched), v.data, x.shape), None)

    def _fill(self, v: Array, g: Any, y: Array) -> None:
        (x,) = v.inputs
        self.back(x, reduced(g, x, v), None)

    def _spread(self, v: Array, g: Any, y: Array) -> None:
        (x,) = v.inputs
        self.back(x, total(g, v.data) if isinstance(g, Array) else g, None)


RULES: dict[str, Callable[[Backward, Array, Any, Array], None]] = {
    "name": Backward._name,
    "row": Backward._row,
    "lse": Backward._log_sum_exp,
    "matmul": Backward._matmul,
    "times": Backward._times,
    "sum": Backward._sum,
    "take": Backward._take,
    "spread": Backward._spread,
    "fill": Backward._fill,
}


def signal_name(name: str) -> str:
    """D1 for Z1, the δ of the course; else dA1."""
    return "D" + name[1:] if name[0] in "Zz" else "d" + name


def added(parts: Sequence[Any]) -> Any:
    """The sum of what arrived; None if nothing did.  Of many parts, of both halves."""
    if len(parts) > MANY:
        half = len(parts) // 2
        return added(parts[:half]) + added(parts[half:])
    whole = None
    for part in parts:
        whole = part if whole is None else whole + part
    return whole


def reduced(g: Any, u: Any, v: Array) -> Any:
    """The gradient that arrives at u, which was stretched to the shape of v."""
    if (u.shape, u.batched) == (v.shape, v.batched):
        return g
    if not isinstance(g, Array) and v.batched == u.batched:
        return g * (prod(v.shape) // prod(u.shape))
    g = filled(g, v.shape, v.batched)
    rank = len(v.shape) - len(u.shape)
    g = summed(g, Over(v.batched and not u.batched, tuple(range(rank))))
    kept = tuple(i for i, n in enumerate(u.shape) if n == 1 and v.shape[rank + i] != 1)
    return summed(g, Over(False, kept, keep=True))


def derived(
    lines: Sequence[Statement],
    cost: Any,
    rest: Sequence[Any],
    parameters: Sequence[Array],
    taken: set[str],
    seed: float = 1,
    by: Any = M,
) -> list[Statement]:
    """The statements of the gradients: each parameter's as soon as all of it has arrived.

    cost    what one example costs, the mean of which is derived; rest: what is added to that mean
    """
    moving = {p.name for p in parameters}
    for line in lines:
        if line.array.names() & moving:
            moving.add(line.name)
    back = Backward(moving, taken, seed, by)
    back.start(cost, True)
    for part in rest:
        back.start(part, False)
    first: dict[str, int] = {}  # the first line that a parameter stands in
    for i, line in enumerate(lines):
        for name in line.array.names():
            first.setdefault(name, i)
    waiting = list(parameters)
    for i in range(len(lines), -1, -1):
        if i < len(lines):
            back.statement(lines[i])
        for p in list(waiting):
            if first.get(p.name, len(lines)) == i:
                waiting.remove(p)
                back.parameter(p)
    return back.lines


# ── how they are written ──


@cache
def reads_inputs(row: Any) -> bool:
    """Whether its slopes are written with its inputs, as those of a square are."""
    xs = [named(f"x{i}") for i in range(row.arity or 2)]
    slopes = row.local_derivatives(xs, named("y"), taught=True)
    return any(d.names() - {"y"} for d in slopes if isinstance(d, Array))


def uses_result(e: Any) -> bool:
    """Whether the slopes of a row are written with its result, as those of tanh are."""
    if not isinstance(e, Array) or e.row is None:
        return True
    y = named("y", e.shape, e.batched)
    slopes = e.row.local_derivatives(e.inputs, y, taught=True)
    return any("y" in d.names() for d in slopes if isinstance(d, Array))
