"""Compile it to run fast: the page on which a row becomes calls of NumPy with a place to write to.

    p.quotient(1, p.sum(1, p.call("exp", a)))     negative(a, _v1); exp(_v1, _v1); add(_v1, …)

Numbers wait: a product by a number is not a call, the number stands beside the array (`factor`),
and comes with it through products and sums until there is one call for all of them.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tinygrad_fr.program.arrays import Array, Shape, broadcast
from tinygrad_fr.program.calls import Calls, Slot
from tinygrad_fr.program.written import places
from tinygrad_fr.spelling import Page, T


class Emitting(Calls, Page):
    """The words of a page, as calls.

    known    the slots of names;  indices: the arrays of indices among the constants, by name
    matrices how entries are added up where they were taken, by name, as Python text
    behind   [W | b] by the name of W: whole, where a view of W would be copied by NumPy
    """

    def __init__(self, m: int, indices: Mapping[str, Any]) -> None:
        super().__init__(m)
        self.indices = indices
        self.matrices: dict[str, str] = {}
        self.known: dict[str, Any] = {"m": float(m)}
        self.behind: dict[str, Slot] = {}
        self.shares: dict[Any, tuple[Slot, Slot]] = {}  # of x and log Σ eˣ: eˣ, Σ eˣ
        self.spread: dict[str, str] = {}  # what was given more axes, by its name then
        self.differences: dict[str, tuple[str, str]] = {}
        self.products: dict[str, tuple[Slot, Slot]] = {}

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
            found = self.add(found, x)
        return found

    def minus(self, a: Any, b: Any = None) -> Any:
        if a is None:
            return None
        if b is None:
            return self.scaled(a, -1.0)
        found = self.add(a, self.scaled(b, -1.0))
        alone = isinstance(a, Slot) and isinstance(b, Slot) and a.factor == b.factor == 1
        if alone and b.name in self.spread:
            self.differences[found.name] = a.name, self.spread[b.name]
        return found

    def add(self, a: Any, b: Any) -> Any:
        """a + b: of c·x and c·y, c·(x + y)."""
        if not isinstance(a, Slot) or not isinstance(b, Slot):
            x, c = (a, b) if isinstance(a, Slot) else (b, a)
            if isinstance(x, Slot) and x.factor == -1:
                return self.each("subtract", c, x.bare)
            return self.each("add", x, c)
        if abs(a.factor) != abs(b.factor):
            a, b = (x if abs(x.factor) == 1 else self.settled(x) for x in (a, b))
        if a.factor == b.factor:
            return self.scaled(self.each("add", a.bare, b.bare), a.factor)
        a, b = (b, a) if a.factor < 0 else (a, b)
        return self.scaled(self.each("subtract", a.bare, b.bare), a.factor)

    def product(self, a: Any, b: Any) -> Any:
        if not isinstance(a, Slot) or not isinstance(b, Slot):
            return self.scaled(a, b) if isinstance(a, Slot) else self.scaled(b, a)
        size = broadcast(a.shape, b.shape), a.batched or b.batched
        a, b = (x if (x.shape, x.batched) == size else self.settled(x) for x in (a, b))
        found: Slot = self.each("multiply", a.bare, b.bare)
        self.products[found.name] = a.bare, b.bare
        return self.scaled(self.scaled(found, a.factor), b.factor)

    def scaled(self, x: Any, c: float) -> Any:
        """c·x, c beside it; where it would leave the numbers there are, the array first."""
        if not isinstance(x, Slot):
            return x * c
        factor = x.factor * c
        if factor == 0 or not math.isfinite(factor):
            return self.each("multiply", self.settled(x), c)
        return x._replace(factor=factor)

    def quotient(self, a: Any, b: Any) -> Any:
        if not isinstance(b, Slot) and b != 0:
            return self.scaled(a, 1 / b) if isinstance(a, Slot) else a / b
        if isinstance(a, Slot) and isinstance(b, Slot):
            return self.scaled(self.each("divide", a.bare, b), a.factor)
        return self.each("divide", a, b)

    def power(self, a: Any, b: Any) -> Any:
        if isinstance(a, str):
            return None  # on paper only: eᵃ
        if not isinstance(b, Slot) and b in (2, -1):
            return self.call("square", a) if b == 2 else self.each("divide", 1.0, a)
        return self.each("power", a, b)

    def bars(self, a: Any) -> Any:
        return self.each("absolute", a)

    def infix(self, sign: str, a: Any, b: Any) -> Any:
        return self.each({"mod": "mod", "//": "floor_divide", ">": "greater"}[sign], a, b)

    def call(self, name: Any, *inputs: Any) -> Any:
        short = SHORT.get(name)
        if short is not None:
            return short(self, *inputs)
        known = name == "exp" and isinstance(inputs[0], Slot) and inputs[0].factor == 1
        share = self.differences.get(inputs[0].name) if known else None
        if share in self.shares:
            return self.quotient(*self.shares[share])
        if name in ("maximum", "minimum"):
            a, b = inputs if isinstance(inputs[0], Slot) else inputs[::-1]
            if not isinstance(b, Slot) and 1 < math.prod(self.size(a.shape, a.batched)) <= SMALL:
                b = self.filled(float(b), a.shape, a.batched)
            return self.each(name, a, b)
        return self.each(name, *inputs)

    # ── the kinds of Array that are no rows ──

    def name_of(self, x: Array) -> Any:
        return self.known[x.name]

    def linear(self, text: str, xs: Sequence[Slot], v: Array, **how: bool) -> Slot:
        """A line that keeps the numbers beside its inputs beside its result."""
        found: Any = self.line(text, [x.bare for x in xs], v.shape, v.batched, **how)
        for x in xs:
            found = self.scaled(found, x.factor)
        return found  # type: ignore[no-any-return]

    def dot(self, x: Slot, y: Slot, v: Array) -> Slot:
        """x·y; where one of them is one number a plain product: BLAS leaves 0·NaN out."""
        sizes = [self.size(s.shape, s.batched) for s in (x, y)]
        one = (1, 1) in sizes and all(len(size) == 2 for size in sizes)
        return self.linear(TIMES if one else DOT, (x, y), v)

    def matmul_of(self, v: Array, x: Slot, w: Slot) -> Slot:
        if x.batched and len(x.shape) > 1:
            return self.linear(MATMUL, (w, x), v)
        return self.dot(w, x, v) if x.batched else self.dot(x, self.transposed(w), v)

    def times_of(self, v: Array, x: Slot, w: Slot) -> Slot:
        if not x.batched:
            return self.dot(x, w, v)
        if len(x.shape) > 1:
            return self.linear(MATMUL, (self.transposed(w), x), v)
        if w.name not in self.behind:
            return self.dot(self.transposed(w), x, v)
        both = self.transposed(self.behind[w.name])  # a row too many, for b
        wide = Array("times", (), both.shape[:1], True)
        return self.view(self.dot(both, x, wide), "[:-1]", v.shape, True)

    def outer_of(self, v: Array, x: Slot, y: Slot) -> Slot:
        if x.batched and len(x.shape) == 1:
            return self.dot(x, self.transposed(y), v)
        if x.batched:
            lead = x.shape[:-1]
            every = Array("outer", (), (*lead, *v.shape))
            turned = self.view(y, ".swapaxes(-1, -2)", y.shape, True)
            found = self.linear(MATMUL, (x, turned), every)
            return self.along(found, tuple(range(len(lead))), False, v)
        if len(x.shape) == 1:
            return self.linear("outer({0}, {1}, {out})", (x, y), v)
        return self.dot(self.transposed(x), y, v)

    def transposed(self, x: Slot) -> Slot:
        return self.view(x, ".T", x.shape[::-1], x.batched)

    def along(self, x: Slot, axes: Any, keep: bool, v: Array) -> Slot:
        """The sum along axes."""
        return self.linear(f"add.reduce({{0}}, {axes}, None, {{out}}, {keep})", (x,), v)

    def lse_of(self, v: Array, x: Slot) -> Slot:
        """log Σ eˣ, the largest term taken out; e^(x − log Σ eˣ) is a share that is there then."""
        x, cut = self.settled(x), "[..., 0, :]" if x.batched else "[..., 0]"
        kept = Array("sum", (), (*v.shape, 1), v.batched)
        reduced = f"maximum.reduce({{0}}, {-1 - x.batched}, None, {{out}}, True, {-MOST})"
        top = self.call("minimum", self.linear(reduced, (x,), kept), MOST)  # ∞ − ∞ would be NaN
        terms = self.call("exp", self.minus(x, top))
        whole = self.added(terms, True, kept)
        wide = self.sum(self.call("log", whole), top)
        y = self.view(wide, cut, v.shape, v.batched)
        self.shares[x.name, y.name] = terms, whole
        return y

    def added(self, x: Slot, keep: bool, v: Array) -> Slot:
        """The sum over the last axis of the shape: NumPy multiplies by ones faster than it adds."""
        if not x.batched or len(x.shape) > 1:
            return self.along(x, -1 - x.batched, keep, v)
        ones = self.filled(1.0, (1, *x.shape) if keep else x.shape, False)
        return self.dot(ones, x, v)

    def sum_of(self, v: Array, x: Slot) -> Slot:
        rank, over = len(x.shape), v.data
        if not over.keep and len(over.axes) == rank and over.batch == x.batched:
            a, b = self.products.get(x.name, (x, x))
            if x.name not in self.products or (a.shape, a.batched) != (b.shape, b.batched):
                n = math.prod(self.size(x.shape, x.batched))
                a, b = x.bare, self.filled(1.0, (n,), False)
            return self.dot(self.flat(a), self.flat(b), v)._replace(factor=x.factor)
        if over.batch and not over.axes and rank == 1:
            return self.dot(x, self.filled(1.0, (), True), v)
        if over.axes == (rank - 1,) and not over.batch:
            return self.added(x, over.keep, v)
        axes = tuple(i - rank - x.batched for i in over.axes) + (-1,) * over.batch
        return self.along(x, axes, over.keep, v)

    def flat(self, x: Slot) -> Slot:
        """All entries in a row."""
        size = self.size(x.shape, x.batched)
        return x if len(size) == 1 else self.view(x, ".ravel()", (math.prod(size),), False)

    def take_of(self, v: Array, x: Slot) -> Slot:
        """Entries in a run are a view; any others are copied."""
        if len(x.shape) != 1:
            x = self.reshaped(x, (math.prod(x.shape),))
        numbers = self.indices[v.data]
        cut = places(v.data, numbers.ravel())
        if cut != v.data:
            part = self.view(x, f"[{cut}]", (numbers.size,), v.batched)
            return part if len(v.shape) == 1 else self.reshaped(part, v.shape)
        index = Slot(v.data, (), False, v.data)
        return self.linear("{0}.take({1}, 0, {out}, 'clip')", (x, index), v)

    def scatter_of(self, v: Array, g: Slot) -> Slot:
        """Entries that are different ones are written where they belong; others are added up."""
        numbers, n = self.indices[v.data], math.prod(v.shape)
        index, flat = Slot(v.data, (), False, v.data), Array("scatter", (), (n,), v.batched)
        if len({*numbers.flat}) == numbers.size:
            if numbers.ndim > 1:
                g = self.reshaped(g, (numbers.size,))
                index = self.view(index, ".ravel()", (), False)
            text = f"{{out}}[{places('{1}', numbers.ravel())}] = {{0}}"
            found = self.linear(text, (g, index), flat, own=True)
        else:
            rows = self.reshaped(g, (numbers.size,))
            name = f"{v.data}_to{n}"
            self.matrices[name] = f"placed({v.data}, {n})"
            matrix = Slot(name, (), False, name)
            found = self.linear("scattered({0}, {1}, {2}, {out})", (rows, index, matrix), flat)
        return found if len(v.shape) == 1 else self.reshaped(found, v.shape)

    def reshaped(self, x: Slot, shape: Shape) -> Slot:
        """The same entries in another shape."""
        return self.view(x, f".reshape({self.size(shape, x.batched)})", shape, x.batched)

    def spread_of(self, v: Array, x: Slot) -> Slot:
        new = ", ".join(["None"] * v.data)
        cut = f"[..., {new}, :]" if x.batched else f"[..., {new}]"
        found = self.view(x, cut, v.shape, x.batched)
        self.spread[found.name] = x.name
        return found

    def fill_of(self, v: Array, x: Any) -> Slot:
        if not isinstance(x, Slot):
            return self.filled(float(x), v.shape, v.batched)
        zeros = self.filled(0.0, v.shape, v.batched)
        return self.scaled(self.each("add", x.bare, zeros), x.factor)  # type: ignore[no-any-return]


def square(p: Emitting, a: Any) -> Any:
    found = p.each("square", a.bare if isinstance(a, Slot) else a)
    if not isinstance(a, Slot):
        return found
    p.products[found.name] = a.bare, a.bare
    return p.scaled(p.scaled(found, a.factor), a.factor)


def heaviside(p: Emitting, a: Any, b: Any) -> Any:
    """1 where a > 0, else 0: the sign of max(a, 0), which is often there already."""
    return p.call("sign", p.call("maximum", a, 0.0))


def kept_within(p: Emitting, a: Any, low: Any, high: Any) -> Any:
    return p.call("minimum", p.call("maximum", a, low), high)


def log_add_exp(p: Emitting, a: Any, b: Any) -> Any:
    return softplus(p, b) if not isinstance(a, Slot) and a == 0 else p.each("logaddexp", a, b)


def softplus(p: Emitting, a: Any) -> Any:
    """log(1 + eᵃ) = max(a, 0) + log(1 + e^−|a|), faster than NumPy's logaddexp."""
    small = p.call("log1p", p.call("exp", p.minus(p.call("absolute", a))))
    return p.sum(p.call("maximum", a, 0.0), small)


MOST = sys.float_info.max
SMALL = 4096  # numbers; a larger array of one number costs more memory than it saves time
DOT = "{0}.dot({1}, {out})"
MATMUL, TIMES = "matmul({0}, {1}, {out})", "multiply({0}, {1}, {out})"
SCATTERED = '''
def placed(index, n):
    """The matrix of 0 and 1 that adds rows up where the index says; None where it is large."""
    at = index.ravel()
    return (np.arange(n)[:, None] == at).astype(float) if n * at.size < 100_000 else None


def scattered(g, index, matrix, out):
    """The rows of g added up in those of out, where the index says."""
    if matrix is not None and np.isfinite(g).all():  # 0·∞ would be NaN elsewhere, too
        matrix.dot(g, out)
    else:
        out[...] = 0
        np.add.at(out, index.ravel(), g)
'''
SHORT: dict[str, Callable[..., Any]] = {
    "square": square,
    "heaviside": heaviside,
    "clip": kept_within,
    "logaddexp": log_add_exp,
    "abs": lambda p, a: p.each("absolute", a),
}
