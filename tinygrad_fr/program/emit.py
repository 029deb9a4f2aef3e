"""Compile it to run fast: the page on which a row becomes calls of NumPy with a place to write to.

    p.quotient(1, p.sum(1, p.call("exp", a)))       negative(a, v1); exp(v1, v1); add(v1, 1.0, v1) …

Arrays are feature-major here: the batch is the last axis, so that a row of W times a column of
examples is one long run of memory.  The same call on the same arrays is written once.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from tinygrad_fr.program.arrays import Array, Shape
from tinygrad_fr.spelling import Page, T


class Slot(NamedTuple):
    """An array while the program runs: its name, its shape without the batch, and whether it has
    one.  A view is another name for entries of `base`."""

    name: str
    shape: Shape
    batched: bool
    base: str


class Call(NamedTuple):
    """One line: `function(*inputs, out)`, or `out = function(*inputs)` where there is no buffer.

    reads     the buffers that it reads
    size      the shape of `out` as NumPy has it; None where it is no buffer
    aligned   whether it goes entry by entry, so that it may write over what it reads
    """

    function: str
    inputs: tuple[str, ...]
    out: str
    reads: tuple[str, ...]
    size: Shape | None
    aligned: bool


def softplus(p: Emitting, a: Any) -> Any:
    """log(1 + eᵃ) = max(a, 0) + log(1 + e^−|a|), faster than NumPy's logaddexp."""
    small = p.call("log1p", p.call("exp", p.minus(p.call("absolute", a))))
    return p.sum(p.call("maximum", a, 0.0), small)


class Emitting(Page):
    """The words of a page, as calls.

    m       how many examples
    known   the slots of names;  views: how a slot is cut out of another, as Python text
    calls   the lines so far;  full: arrays of one number, by shape and number
    """

    def __init__(self, m: int, known: dict[str, Slot]) -> None:
        self.m, self.known = m, known
        self.calls: list[Call] = []
        self.views: dict[str, tuple[str, str]] = {}
        self.full: dict[str, tuple[Shape, float]] = {}
        self.seen: dict[Any, Slot] = {}
        self.shares: dict[Any, tuple[Slot, Slot]] = {}  # of x and log Σ eˣ: eˣ, Σ eˣ
        self.spread: dict[str, str] = {}  # what was given more axes, by its name then
        self.differences: dict[str, tuple[str, str]] = {}
        self.functions: dict[str, str] = {}

    # ── lines ──

    def size(self, shape: Shape, batched: bool) -> Shape:
        return (*shape, self.m) if batched else shape

    def line(
        self,
        function: str,
        xs: Sequence[Any],
        shape: Shape,
        batched: bool,
        *,
        buffer: bool = True,
        aligned: bool = False,
    ) -> Slot:
        """The result of a call; the one there is, if it was written before."""
        inputs = tuple(x.name if isinstance(x, Slot) else repr(float(x)) for x in xs)
        key = function, inputs, shape, batched
        if key not in self.seen:
            name = f"v{len(self.calls)}"
            reads = tuple(x.base for x in xs if isinstance(x, Slot))
            size = self.size(shape, batched)
            kept = size if buffer and size != () else None
            self.calls.append(Call(function, inputs, name, reads, kept, aligned))
            self.seen[key] = Slot(name, shape, batched, name)
        return self.seen[key]

    def view(self, x: Slot, cut: str, shape: Shape, batched: bool) -> Slot:
        """Another look at the same entries: `x[..., None]`."""
        key = "view", x.name, cut
        if key not in self.seen:
            name = f"{x.name}_{len(self.views)}"
            self.views[name] = x.name, cut
            self.seen[key] = Slot(name, shape, batched, x.base)
        return self.seen[key]

    def filled(self, x: float, shape: Shape, batched: bool) -> Slot:
        """An array of one number: SIMD loops do not like a number that is stretched."""
        size = self.size(shape, batched)
        key = "full", size, repr(x)  # 0.0 is not -0.0
        if key not in self.seen:
            name = f"c{len(self.full)}"
            self.full[name] = size, x
            self.seen[key] = Slot(name, shape, batched, name)
        return self.seen[key]._replace(shape=shape, batched=batched)

    def each(self, function: str, *xs: Any) -> Any:
        """A call entry by entry, shapes stretched from behind; what has no batch gets one."""
        import numpy as np

        slots = [x for x in xs if isinstance(x, Slot)]
        if not slots:
            return float(getattr(np, function)(*xs))
        batched = any(x.batched for x in slots)
        xs = tuple(
            self.view(x, "[..., None]", x.shape, True)
            if isinstance(x, Slot) and batched and not x.batched and x.shape
            else x
            for x in xs
        )
        rank = max(len(x.shape) for x in slots)
        padded = [(1,) * (rank - len(x.shape)) + x.shape for x in slots]
        shape = tuple(max(sizes) for sizes in zip(*padded, strict=True))
        return self.line(function, xs, shape, batched, buffer=function not in NEW, aligned=True)

    # ── the words of a page ──

    def term(self, x: Any) -> Any:
        return x

    def chosen(self, written: T, program: T) -> T:
        return program or written

    def subscript(self, a: Any, b: Any) -> Any:
        return None  # on paper only: log₂

    def sum(self, *terms: Any) -> Any:
        found = terms[0]
        for x in terms[1:]:
            found = self.each("add", found, x)
        return found

    def minus(self, a: Any, b: Any = None) -> Any:
        if a is None:
            return None
        if b is None:
            return self.each("negative", a) if isinstance(a, Slot) else -a
        found = self.each("subtract", a, b)
        if isinstance(b, Slot) and isinstance(a, Slot) and b.name in self.spread:
            self.differences[found.name] = a.name, self.spread[b.name]
        return found

    def product(self, a: Any, b: Any) -> Any:
        if not isinstance(a, Slot):
            a, b = b, a
        return self.each("multiply", a, b)

    def quotient(self, a: Any, b: Any) -> Any:
        if not isinstance(b, Slot) and b != 0:
            return self.each("multiply", a, 1 / b)
        return self.each("divide", a, b)

    def power(self, a: Any, b: Any) -> Any:
        if isinstance(a, str):
            return None  # on paper only: eᵃ
        if not isinstance(b, Slot) and b in (2, -1):
            return self.each("multiply", a, a) if b == 2 else self.each("divide", 1.0, a)
        return self.each("power", a, b)

    def bars(self, a: Any) -> Any:
        return self.each("absolute", a)

    def infix(self, sign: str, a: Any, b: Any) -> Any:
        return self.each({"mod": "mod", "//": "floor_divide", ">": "greater"}[sign], a, b)

    def call(self, name: Any, *inputs: Any) -> Any:
        short = SHORT.get(name)
        if short is not None:
            return short(self, *inputs)
        known = name == "exp" and isinstance(inputs[0], Slot)
        share = self.differences.get(inputs[0].name) if known else None
        if share in self.shares:
            return self.quotient(*self.shares[share])
        if name in ("maximum", "minimum"):
            a, b = inputs if isinstance(inputs[0], Slot) else inputs[::-1]
            if not isinstance(b, Slot) and self.size(a.shape, a.batched):
                b = self.filled(float(b), a.shape, a.batched)
            return self.each(name, a, b)
        return self.each(name, *inputs)

    # ── the kinds of Array that are no rows ──

    def name_of(self, x: Array) -> Slot:
        return self.known[x.name]

    def matmul_of(self, v: Array, x: Slot, w: Slot) -> Slot:
        if x.batched and len(x.shape) == 1:
            return self.line("dot", (w, x), v.shape, True)
        if x.batched:
            return self.line("matmul", (w, x), v.shape, True)
        return self.line("dot", (x, self.transposed(w)), v.shape, False)

    def times_of(self, v: Array, x: Slot, w: Slot) -> Slot:
        if x.batched:
            wide = "dot" if len(x.shape) == 1 else "matmul"
            return self.line(wide, (self.transposed(w), x), v.shape, True)
        return self.line("dot", (x, w), v.shape, False)

    def outer_of(self, v: Array, x: Slot, y: Slot) -> Slot:

        if x.batched and len(x.shape) == 1:
            return self.line("dot", (x, self.transposed(y)), v.shape, False)
        if x.batched:
            axes = tuple(i for i in range(len(x.shape) + 1) if i != len(x.shape) - 1)
            return self.made(f"lambda a, b: np.tensordot(a, b, {(axes, axes)})", (x, y), v)
        if len(x.shape) == 1:
            return self.line("outer", (x, y), v.shape, False)
        return self.line("dot", (self.transposed(x), y), v.shape, False)

    def transposed(self, x: Slot) -> Slot:
        return self.view(x, ".T", x.shape[::-1], x.batched)

    def made(self, function: str, xs: Sequence[Any], v: Array, *, buffer: bool = False) -> Slot:
        """A line that calls a function of ours, told as text; without a buffer it makes its own."""
        name = f"f{len(self.functions)}"
        self.functions[name] = function
        return self.line(name, xs, v.shape, v.batched, buffer=buffer)

    def along(self, name: str, x: Slot, axes: Any, keep: bool, v: Array) -> Slot:
        """A sum or the like along axes."""
        if self.size(v.shape, v.batched) == ():
            return self.made(f"lambda a: np.{name}.reduce(a, {axes}, keepdims={keep})", (x,), v)
        reduced = f"lambda a, out: np.{name}.reduce(a, {axes}, None, out, {keep})"
        return self.made(reduced, (x,), v, buffer=True)

    def lse_of(self, v: Array, x: Slot) -> Slot:
        """log Σ eˣ, the largest term taken out; e^(x − log Σ eˣ) is a share that is there then."""
        axis, cut = -1 - x.batched, "[..., 0, :]" if x.batched else "[..., 0]"
        kept = Array("sum", (), (*v.shape, 1), v.batched)
        top = self.along("maximum", x, axis, True, kept)
        terms = self.call("exp", self.minus(x, top))
        whole = self.along("add", terms, axis, True, kept)
        wide = self.sum(self.call("log", whole), top)
        y = self.view(wide, cut, v.shape, v.batched)
        self.shares[x.name, y.name] = terms, whole
        return y

    def sum_of(self, v: Array, x: Slot) -> Slot:
        rank = len(x.shape)
        if v.data.batch and not v.data.axes and rank == 1:
            ones = self.filled(1.0, (), True)
            return self.line("dot", (x, ones), v.shape, False)
        axes = tuple(i - rank - x.batched for i in v.data.axes) + (-1,) * v.data.batch
        if len(axes) == rank + x.batched and not v.data.keep:
            flat = self.view(x, ".ravel()", (), False)
            ones = self.filled(1.0, (math.prod(self.size(x.shape, x.batched)),), False)
            return self.line("dot", (flat, ones), (), False)
        return self.along("add", x, axes, v.data.keep, v)

    def take_of(self, v: Array, x: Slot) -> Slot:
        flat = self.view(x, f".reshape(-1, {self.m})" if x.batched else ".ravel()", (), x.batched)
        index = Slot(v.data, (), False, v.data)
        return self.made("lambda a, i: a.take(i, axis=0)", (flat, index), v)

    def scatter_of(self, v: Array, g: Slot) -> Slot:
        shape = self.size(v.shape, v.batched)
        columns = self.m if v.batched else 1
        index = Slot(v.data, (), False, v.data)
        rows = f"scattered(a.reshape(-1, {columns}), i, {math.prod(v.shape)})"
        return self.made(f"lambda a, i: {rows}.reshape({shape})", (g, index), v)

    def spread_of(self, v: Array, x: Slot) -> Slot:
        new = ", ".join(["None"] * v.data)
        cut = f"[..., {new}, :]" if x.batched else f"[..., {new}]"
        found = self.view(x, cut, v.shape, x.batched)
        self.spread[found.name] = x.name
        return found

    def fill_of(self, v: Array, x: Any) -> Slot:
        if not isinstance(x, Slot):
            return self.filled(float(x), v.shape, v.batched)
        found: Slot = self.each("add", x, self.filled(0.0, v.shape, v.batched))
        return found


def heaviside(p: Emitting, a: Any, b: Any) -> Any:
    """1 where a > 0, else 0: the sign of max(a, 0), which is often there already."""
    return p.call("sign", p.call("maximum", a, 0.0))


def kept_within(p: Emitting, a: Any, low: Any, high: Any) -> Any:
    return p.call("minimum", p.call("maximum", a, low), high)


def log_add_exp(p: Emitting, a: Any, b: Any) -> Any:
    return softplus(p, b) if not isinstance(a, Slot) and a == 0 else p.each("logaddexp", a, b)


SCATTERED = '''
def scattered(g, index, n):
    """The rows of g added up in n rows, where the index says; by a matrix of 0 and 1 if small."""
    at = index.ravel()
    if n * at.size < 100_000 and np.isfinite(g).all():  # 0·∞ would be NaN elsewhere, too
        return (np.arange(n)[:, None] == at).astype(float) @ g
    found = np.zeros((n, g.shape[1]))
    np.add.at(found, at, g)
    return found
'''
NEW = {"where", "greater", "erf"}  # these make their own arrays
SHORT: dict[str, Callable[..., Any]] = {
    "square": lambda p, a: p.each("multiply", a, a),
    "heaviside": heaviside,
    "clip": kept_within,
    "logaddexp": log_add_exp,
    "abs": lambda p, a: p.each("absolute", a),
}
