"""Compile it to run fast: all parameters in one vector θ, and each array a view of it.

A bias that is added to a product by its weights lies behind them, row by row: [W | b] is one
matrix, and W x + b one product with a row of ones below the data.  So dW and db come out of one
product too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from tinygrad_fr.program.arrays import ADD, SUB, Array, Over, Statement, is_number


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
    return (
        isinstance(x, Array)
        and x.row is not None
        and x.row.name == "mul"
        and not isinstance(x.inputs[0], Array)
        and isinstance(x.inputs[1], Array)
        and x.inputs[1].name == p
    )


def squares(rest: Sequence[Any], parameters: dict[str, Array]) -> float | None:
    """c where the rest is c·Σ θ² over all parameters; else None."""
    numbers: dict[str, float] = {}

    def read(x: Any, c: float) -> bool:
        if not isinstance(x, Array):
            return is_number(x, 0)
        if x.row is ADD:
            return all(read(u, c) for u in x.inputs)
        if x.row is not None and x.row.name == "mul" and not isinstance(x.inputs[0], Array):
            return read(x.inputs[1], c * x.inputs[0])
        if x.kind == "sum" and not x.batched:
            return read(x.inputs[0], c)
        if x.row is not None and x.row.name in ("square", "pow") and x.inputs[0].kind == "name":
            name = x.inputs[0].name
            if x.row.name == "pow" and not is_number(x.inputs[1], 2):
                return False
            fresh = name in parameters and name not in numbers
            numbers[name] = c
            return fresh
        return False

    whole = bool(rest) and all(read(x, 1.0) for x in rest)
    same = len({*numbers.values()}) == 1 and numbers.keys() == parameters.keys()
    return next(iter(numbers.values())) if whole and same else None
