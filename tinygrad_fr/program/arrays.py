"""Compile it: the array program, statements over whole arrays.

    Statement("Z1", X @ W1.T + b1)        a name, and the Array that it stands for

An Array takes part in the table's rows as a number does, so the line that states an operation also
states it for arrays.  Every Array has a shape *without* the batch; `batched` says that there is one
such array per example, and the batch is then the first axis of what is computed.

    kind       inputs   what it is
    name       –        a leaf, a constant or the result of an earlier statement
    row        any      a row of the table, entry by entry; shapes are broadcast from behind
    lse        x        log Σ eˣ over the last axis
    matmul     x, w     x @ w.T        shape (…, T) and (R, T) → (…, R); w has no batch
    times      x, w     x @ w          shape (…, R) and (R, T) → (…, T); w has no batch
    outer      x, y     x.T @ y        (…, R) and (…, T) → (R, T), summed over the batch and rows
    sum        x        over the batch (`data.batch`) and axes (`data.axes`, kept if `data.keep`)
    take       x        entries x.ravel()[index] of each example, `data` = the name of the index
    scatter    g        its transpose: entries added up where they were taken
    spread     x        x with `data` axes of length 1 more at the end
    fill       x        x stretched to this shape
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Any, NamedTuple

from tinygrad_fr.ops import TABLE, Op

Shape = tuple[int, ...]
ADD, SUB, MUL, DIV, NEG = (TABLE[name] for name in ("add", "sub", "mul", "div", "neg"))
SQUARE, EXP = TABLE["square"], TABLE["exp"]
# log Σ eˣ of arrays entry by entry, whichever they are: a row that only programs have.
LOG_ADD_EXP = Op(
    "logaddexp",
    TABLE["logsumexp"].value,
    slopes=lambda xs, y: [EXP(x - y) for x in xs],
    numpy=lambda p, *xs: reduce(lambda a, b: p.call("logaddexp", a, b), xs),
    shelf={},
)


class Over(NamedTuple):
    """What a sum runs over: the batch or not, axes of the shape, and whether they stay as 1."""

    batch: bool
    axes: tuple[int, ...]
    keep: bool = False


class Array:
    """A piece of an array program: the table above says what each kind is."""

    __slots__ = ("batched", "data", "depth", "inputs", "kind", "name", "row", "shape")

    def __init__(
        self,
        kind: str,
        inputs: Sequence[Any] = (),
        shape: Shape = (),
        batched: bool = False,
        *,
        row: Op | None = None,
        name: str = "",
        data: Any = None,
    ) -> None:
        self.kind, self.inputs, self.shape, self.batched = kind, tuple(inputs), shape, batched
        self.row, self.name, self.data = row, name, data
        depths = [x.depth for x in self.inputs if isinstance(x, Array)]
        self.depth: int = 1 + max(depths, default=-1)  # how deep the expression is

    def __op__(self, row: Op, inputs: Sequence[Any]) -> Any:
        return entrywise(row, inputs)

    def __like__(self, n: Any) -> Any:
        return n

    def __add__(self, other: Any) -> Any:
        return entrywise(ADD, (self, other))

    def __radd__(self, other: Any) -> Any:
        return entrywise(ADD, (other, self))

    def __sub__(self, other: Any) -> Any:
        return entrywise(SUB, (self, other))

    def __rsub__(self, other: Any) -> Any:
        return entrywise(SUB, (other, self))

    def __mul__(self, other: Any) -> Any:
        return entrywise(MUL, (self, other))

    def __rmul__(self, other: Any) -> Any:
        return entrywise(MUL, (other, self))

    def __truediv__(self, other: Any) -> Any:
        return entrywise(DIV, (self, other))

    def __rtruediv__(self, other: Any) -> Any:
        return entrywise(DIV, (other, self))

    def __neg__(self) -> Any:
        return entrywise(NEG, (self,))

    def names(self) -> set[str]:
        """The names it is made from."""
        found: set[str] = set()
        waiting: list[Any] = [self]
        while waiting:
            x = waiting.pop()
            if isinstance(x, Array):
                waiting += x.inputs
                if x.kind == "name":
                    found.add(x.name)
        return found


def spelled(page: Any, x: Any) -> Any:
    """An Array on a page of `written` (text) or `running` (numbers): a row in the words that every
    page has, any other kind in a word of its own: matmul_of, sum_of, …"""
    if not isinstance(x, Array):
        return page.term(x)
    inputs = [spelled(page, u) for u in x.inputs]
    if x.row is not None:
        return x.row.spell(page, inputs)
    return getattr(page, x.kind + "_of")(x, *inputs)


class Statement(NamedTuple):
    """A line of the program: the name is that array from here on."""

    name: str
    array: Any


def named(name: str, shape: Shape = (), batched: bool = False) -> Array:
    return Array("name", (), shape, batched, name=name)


M = named("m")  # how many examples there are


def has_product(x: Any) -> bool:
    """Whether an expression contains a product of matrices."""
    return isinstance(x, Array) and (
        x.kind in ("matmul", "times") or any(map(has_product, x.inputs))
    )


# ── entry by entry ───────────────────────────────────────────────────────────────────────────────


def entrywise(row: Op, inputs: Sequence[Any]) -> Any:
    """The row on whole arrays, after what is plain to every reader: 1·x = x, x + 0 = x."""
    xs = tuple(inputs)
    if not any(isinstance(x, Array) for x in xs):
        return row(*xs)
    shorter = SHORTER.get(row.name)
    found = shorter(*xs) if shorter else None
    if found is not None:
        return found
    shape = broadcast(*(x.shape for x in xs if isinstance(x, Array)))
    return Array("row", xs, shape, any(x.batched for x in xs if isinstance(x, Array)), row=row)


def broadcast(*shapes: Shape) -> Shape:
    """The shape that all of them are stretched to."""
    rank = max(map(len, shapes))
    padded = [(1,) * (rank - len(s)) + s for s in shapes]
    return tuple(max(sizes) for sizes in zip(*padded, strict=True))


def is_number(x: Any, n: float) -> bool:
    """x is the plain number n."""
    return not isinstance(x, Array) and bool(x == n)


def is_multiple(x: Any) -> bool:
    """x is c·y for a plain number c, which stands first."""
    return _is(x, MUL) and not isinstance(x.inputs[0], Array)


def _is(x: Any, row: Op) -> bool:
    return isinstance(x, Array) and x.row is row


def _product(a: Any, b: Any) -> Any:
    """A number stands first, a minus outside, and a·(b·c) is (a·b)·c."""
    for x, other in ((a, b), (b, a)):
        if is_number(x, 0):
            return 0
        if is_number(x, 1):
            return other
        if is_number(x, -1):
            return -other
        if _is(x, NEG):
            return -(x.inputs[0] * other)
    if _is(b, MUL):
        return (a * b.inputs[0]) * b.inputs[1]
    if not isinstance(b, Array):
        return b * a
    if not isinstance(a, Array) and _is(b, DIV) and is_number(b.inputs[0], 1):
        return a / b.inputs[1]
    return None


def _sum(a: Any, b: Any) -> Any:
    if is_number(a, 0):
        return b
    if is_number(b, 0):
        return a
    for x, other in ((b, a), (a, b)):
        if (opposite := _taken_off(x)) is not None:
            return other - opposite
    return None


def _difference(a: Any, b: Any) -> Any:
    if is_number(b, 0):
        return a
    if is_number(a, 0):
        return -b
    opposite = _taken_off(b)
    return None if opposite is None else a + opposite


def _taken_off(x: Any) -> Any:
    """y where x is −y or −2·y; else None."""
    if _is(x, NEG):
        return x.inputs[0]
    if is_multiple(x) and x.inputs[0] < 0:
        return -x.inputs[0] * x.inputs[1]
    return None


def _quotient(a: Any, b: Any) -> Any:
    return a if is_number(b, 1) else -(a.inputs[0] / b) if _is(a, NEG) else None


def _opposite(a: Any) -> Any:
    if _is(a, SUB):
        return a.inputs[1] - a.inputs[0]
    return a.inputs[0] if _is(a, NEG) else None


def _power(a: Any, b: Any) -> Any:
    return a if is_number(b, 1) else 1 if is_number(b, 0) else None


def _scaled_power(c: Any, a: Any, b: Any) -> Any:
    return c if is_number(b, 0) else c * a if is_number(b, 1) else None


SHORTER: dict[str, Any] = {
    "add": _sum,
    "sub": _difference,
    "mul": _product,
    "div": _quotient,
    "ratio": _quotient,
    "neg": _opposite,
    "pow": _power,
    "scaled_power": _scaled_power,
}

# ── over axes ────────────────────────────────────────────────────────────────────────────────────


def matmul(x: Array, w: Array) -> Array:
    """x @ w.T"""
    return Array("matmul", (x, w), (*x.shape[:-1], w.shape[0]), x.batched)


def times(x: Array, w: Array) -> Array:
    """x @ w"""
    return Array("times", (x, w), (*x.shape[:-1], w.shape[1]), x.batched)


def outer(x: Array, y: Array) -> Array:
    """x.T @ y, over the batch and the rows; the outer product of two plain vectors."""
    return Array("outer", (x, y), (x.shape[-1], y.shape[-1]))


def summed(x: Array, over: Over) -> Array:
    """x summed over the batch or some axes; itself where that is over nothing."""
    if not over.batch and not over.axes:
        return x
    added = x.data if x.kind == "spread" else 0  # axes of length 1, taken away again
    if added and over == Over(False, _last(x, added)):
        inside: Array = x.inputs[0]
        return inside
    if x.kind == "sum" and x.data == over._replace(keep=True):  # those of length 1 that it kept
        return summed(x.inputs[0], over)
    if x.kind == "sum" and not x.batched and len(over.axes) == len(x.shape) and not over.keep:
        inside = x.inputs[0]  # of a sum without a batch, all that is left
        return Array("sum", (inside,), (), data=Over(inside.batched, (*range(len(inside.shape)),)))
    shape = tuple(
        1 if i in over.axes else n for i, n in enumerate(x.shape) if over.keep or i not in over.axes
    )
    return Array("sum", (x,), shape, x.batched and not over.batch, data=over)


def total(x: Array, axes: int) -> Any:
    """x summed over its last axes."""
    return summed(x, Over(False, _last(x, axes)))


def _last(x: Array, axes: int) -> tuple[int, ...]:
    rank = len(x.shape)
    return tuple(range(rank - axes, rank))


def log_sum_exp(x: Array) -> Array:
    return Array("lse", (x,), x.shape[:-1], x.batched)


def take(x: Array, index: str, shape: Shape) -> Array:
    return Array("take", (x,), shape, x.batched, data=index)


def scatter(g: Array, index: str, shape: Shape) -> Array:
    return Array("scatter", (g,), shape, g.batched, data=index)


def spread(x: Any, more: int) -> Any:
    """x with more axes of length 1 at the end; a number needs none, nor has a plain scalar."""
    if not more or not isinstance(x, Array) or (not x.batched and not x.shape):
        return x
    if x.kind == "sum" and x.data == Over(False, _last(x.inputs[0], more)):
        return summed(x.inputs[0], x.data._replace(keep=True))
    return Array("spread", (x,), (*x.shape, *(1,) * more), x.batched, data=more)


def filled(x: Any, shape: Shape, batched: bool) -> Array:
    """x, stretched to the shape if it has not got it."""
    if isinstance(x, Array) and (x.shape, x.batched) == (shape, batched):
        return x
    return Array("fill", (x,), shape, batched)
