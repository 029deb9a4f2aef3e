"""Compile it to run fast: all parameters in one vector θ, and each array a view of it.

A bias that is added to a product by its weights lies behind them, row by row: [W | b] is one
matrix, and W x + b one product with a row of ones below the data.  So dW and db come out of one
product too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

from tinygrad_fr.program.arrays import (
    ADD,
    SQUARE,
    SUB,
    Array,
    Over,
    Statement,
    is_multiple,
    is_number,
)
from tinygrad_fr.program.storage import FULL, IMPORT


class Fold(NamedTuple):
    """A line Z = x @ W.T + b + others, with W and b in one matrix."""

    line: str
    x: str
    w: str
    b: str
    others: list[tuple[int, Any]]

    @property
    def both(self) -> str:
        """The name of [W | b]."""
        return f"{self.w}_{self.b}"

    @property
    def padded(self) -> str:
        """The name of x with a row of ones."""
        return f"{self.x}_1"


class Theta:
    """All parameters in one vector, and their gradients in another; each array a view of both.

    vector, slopes    θ and ∂L/∂θ
    views, gradients  of each array by name, [W | b] too where they lie together
    order             the scalars, in the order of the vector
    lines             the text that makes all of these arrays, which made them here;
                      space: all of them by name
    """

    def __init__(self, parameters: Sequence[Any], together: Sequence[Fold]) -> None:
        arrays = {f.name: f for f in parameters}
        weights, biases = {fold.w: fold for fold in together}, {fold.b for fold in together}
        size = sum(len(f.values) for f in parameters)
        self.order: list[Any] = []
        self.lines = [f"theta, slopes = full({size}, 0.0), full({size}, 0.0)"]
        for name, f in arrays.items():
            values = f.values
            if name in weights:
                fold, (rows, width) = weights[name], f.shape
                ends = arrays[fold.b].values
                values = [
                    v for r in range(rows) for v in (*values[r * width : (r + 1) * width], ends[r])
                ]
                self._keep(fold.both, values, (rows, width + 1))
                for d in ("", "d"):
                    both = d + fold.both
                    self.lines.append(f"{d}{name}, {d}{fold.b} = {both}[:, :-1], {both}[:, -1]")
            elif name not in biases:
                self._keep(name, values, f.shape)
        self.space: dict[str, Any] = {}
        exec("\n".join([IMPORT, FULL, *self.lines]), self.space)  # our own text, no label in it
        self.vector, self.slopes = self.space["theta"], self.space["slopes"]
        names = [*arrays, *(fold.both for fold in together)]
        self.views = {name: self.space[name] for name in names}
        self.gradients = {name: self.space["d" + name] for name in names}

    def _keep(self, name: str, values: list[Any], shape: tuple[int, ...]) -> None:
        start = len(self.order)
        self.order += values
        cut = f"[{start}:{len(self.order)}].reshape({shape})"
        self.lines.append(f"{name}, d{name} = theta{cut}, slopes{cut}")

    def read(self) -> None:
        """Take the numbers of the scalars."""
        self.vector[:] = [float(v.data) for v in self.order]

    def write(self) -> None:
        """Give the scalars their numbers."""
        for v, x in zip(self.order, self.vector.tolist(), strict=True):
            v.data = x


def addends(x: Any, sign: int = 1) -> list[tuple[int, Any]]:
    """A sum of arrays as its terms and their signs."""
    if isinstance(x, Array) and x.row in (ADD, SUB):
        a, b = x.inputs
        return addends(a, sign) + addends(b, sign if x.row is ADD else -sign)
    return [(sign, x)]


def folds(
    lines: Sequence[Statement], backward: Sequence[Statement], parameters: dict[str, Array]
) -> list[Fold]:
    """The lines whose bias can lie behind their weights: both have one gradient, D."""
    slopes = {line.name: line.array for line in backward}
    found: list[Fold] = []
    used = [line.array.names() for line in lines]
    for line in lines:
        terms = addends(line.array)
        products = [t for sign, t in terms if _is_product(t, parameters) and sign > 0]
        biases = [t for sign, t in terms if _is_name(t, parameters) and sign > 0]
        if len(products) != 1 or len(biases) != 1:
            continue
        (x, w), (b,) = products[0].inputs, biases
        once = sum(b.name in names for names in used) == 1
        if once and b.shape == w.shape[:1] and _one_signal(slopes, x, w, b):
            others = [t for t in terms if t[1] not in (products[0], b)]
            found.append(Fold(line.name, x.name, w.name, b.name, others))
    return found


def _is_name(x: Any, among: dict[str, Array]) -> bool:
    return isinstance(x, Array) and x.kind == "name" and x.name in among


def _is_product(x: Any, parameters: dict[str, Array]) -> bool:
    """Whether it is x @ W.T for a name x with a batch and a parameter W."""
    if not isinstance(x, Array) or x.kind != "matmul":
        return False
    left, w = x.inputs
    return left.kind == "name" and left.batched and len(left.shape) == 1 and _is_name(w, parameters)


def _one_signal(slopes: dict[str, Any], x: Array, w: Array, b: Array) -> bool:
    """Whether dW = D.T @ x and db = D.sum(0), for the same D."""
    dw, db = slopes["d" + w.name], slopes["d" + b.name]
    return (
        isinstance(dw, Array)
        and isinstance(db, Array)
        and (dw.kind, db.kind) == ("outer", "sum")
        and db.data == Over(True, ())
        and dw.inputs[0].kind == "name"
        and dw.inputs[0].name == db.inputs[0].name
        and dw.inputs[1].name == x.name
    )


# ── a penalty on all of θ ────────────────────────────────────────────────────────────────────────


def decayed(
    backward: Sequence[Statement], parameters: dict[str, Array]
) -> tuple[list[Statement], float]:
    """The gradients without the c·θ that all of them end with, and c; or as they are, and 0."""
    found, numbers = [], set()
    for line in backward:
        p = line.name[1:]
        if p not in parameters:
            found.append(line)
            continue
        terms = addends(line.array)
        rates = [t.inputs[0] for sign, t in terms if _is_rate(t, p) and sign > 0]
        others = [t for t in terms if not _is_rate(t[1], p)]
        if len(rates) != 1 or not others:
            return list(backward), 0.0
        numbers.add(rates[0])
        found.append(Statement(line.name, joined(others)))
    return (found, numbers.pop()) if len(numbers) == 1 else (list(backward), 0.0)


def joined(terms: Sequence[tuple[int, Any]]) -> Any:
    """The sum of terms."""
    whole: Any = 0
    for sign, t in terms:
        whole = whole + t if sign > 0 else whole - t
    return whole


def _is_rate(x: Any, p: str) -> bool:
    """Whether it is c·p."""
    return is_multiple(x) and x.inputs[1].name == p


def penalised(cost: Any, parameters: dict[str, Array]) -> tuple[Any, float]:
    """The cost without its terms c·Σ θ², one c for all of θ, and c; or as it is, and 0."""
    terms = addends(cost)
    rates = [_squares(t, sign, parameters) for sign, t in terms]
    by_name = Counter(name for found in rates for name in found)
    numbers = {c for found in rates for c in found.values()}
    if by_name.keys() != parameters.keys() or {*by_name.values()} != {1} or len(numbers) != 1:
        return cost, 0.0
    others = [term for term, found in zip(terms, rates, strict=True) if not found]
    return joined(others), numbers.pop()


def _squares(x: Any, c: float, parameters: dict[str, Array]) -> dict[str, float]:
    """c of each array where x is a sum of c·Σ θ², each array once; else none."""
    if not isinstance(x, Array) or x.batched:
        return {}
    inside = x.inputs
    if x.row is ADD:
        if not all(isinstance(u, Array) and u.shape == x.shape for u in inside):
            return {}
        found = [_squares(u, c, parameters) for u in inside]
        return found[0] | found[1] if all(found) and not found[0].keys() & found[1].keys() else {}
    if is_multiple(x):
        return _squares(inside[1], c * inside[0], parameters)
    if x.kind == "sum" and not inside[0].batched and x.shape == ():
        return _squares(inside[0], c, parameters)
    squared = x.row is not None and (
        x.row is SQUARE or (x.row.name == "pow" and is_number(inside[1], 2))
    )
    return {inside[0].name: c} if squared and _is_name(inside[0], parameters) else {}
