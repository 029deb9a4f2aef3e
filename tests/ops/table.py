"""What the tests of the table share: each operation once more in mpmath's words, and points to try.

Formulas come from mpmath alone; none is the row itself.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from typing import Any

import mpmath
import pytest

from tinygrad_fr.ops import TABLE, Op

M = mpmath.MPContext()


M.dps = 30


# Each operation once more, in mpmath's own words: independent of the rows.
FORMULAS: dict[str, Callable[..., Any]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "neg": lambda a: -a,
    "mod": lambda a, b: a - b * M.floor(a / b),
    "quotient": lambda a, b: M.floor(a / b),
    "pow": lambda a, b: M.power(a, b),
    "ratio": lambda a, b: a / b,
    "scaled_power": lambda c, a, b: c * M.power(a, b),
    "power_log": lambda y, a: y * M.log(a),
    "exp": M.exp,
    "exp2": lambda a: M.power(2, a),
    "expm1": M.expm1,
    "log": M.log,
    "log2": lambda a: M.log(a) / M.log(2),
    "log10": lambda a: M.log(a) / M.log(10),
    "log1p": M.log1p,
    "sqrt": M.sqrt,
    "cbrt": lambda a: M.sign(a) * M.power(abs(a), M.mpf(1) / 3),
    "square": lambda a: a * a,
    "hypot": lambda a, b: M.sqrt(a * a + b * b),
    "sin": M.sin,
    "cos": M.cos,
    "tan": M.tan,
    "asin": M.asin,
    "acos": M.acos,
    "atan": M.atan,
    "atan2": M.atan2,
    "sinh": M.sinh,
    "cosh": M.cosh,
    "tanh": M.tanh,
    "asinh": M.asinh,
    "acosh": M.acosh,
    "atanh": M.atanh,
    "erf": M.erf,
    "erfc": M.erfc,
    "abs": abs,
    "sign": M.sign,
    "step": lambda a: M.mpf(a > 0),
    "floor": M.floor,
    "relu": lambda a: max(a, M.mpf(0)),
    "leaky_relu": lambda a, b: a if a > 0 else b * a,
    "elu": lambda a, b: a if a > 0 else b * M.expm1(a),
    "softplus": lambda a: M.log1p(M.exp(a)),
    "sigmoid": lambda a: 1 / (1 + M.exp(-a)),
    "logsigmoid": lambda a: -M.log1p(M.exp(-a)),
    "silu": lambda a: a / (1 + M.exp(-a)),
    "gelu": lambda a: a * M.ncdf(a),
    "maximum": max,
    "minimum": min,
    "clip": lambda a, b, c: min(max(a, b), c),
    "sum": lambda *xs: M.fsum(xs),
    "dot": lambda a, b, c, d: a * c + b * d,
    "logsumexp": lambda *xs: M.log(M.fsum(map(M.exp, xs))),
    "bce_with_logits": lambda z, t: (
        -t * M.log(1 / (1 + M.exp(-z))) - (1 - t) * M.log(1 / (1 + M.exp(z)))
    ),
    "cross_entropy": lambda *zs: M.log(M.fsum(map(M.exp, zs))) - zs[1],
}


POINTS = [0.37, 1.61, -0.83, 2.3, -2.7, 0.52, 5.75]


KINKED_EVERYWHERE = {"sign", "step", "floor", "quotient"}


WIDTHS = {"dot": 4, "sum": 3, "logsumexp": 3, "cross_entropy": 3}


EPS = 2.0**-52


EDGES = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.5,
    2.0,
    -3.0,
    1e308,
    -1e308,
    5e-324,
    1e-200,
    -40.0,
    745.0,
    math.inf,
    -math.inf,
    math.nan,
]


ROWS = pytest.mark.parametrize("row", list(TABLE.values()), ids=list(TABLE))


def width(row: Op) -> int:
    return WIDTHS.get(row.name, row.arity or 0)


def outside(row: Op, point: tuple[float, ...]) -> bool:
    """Outside the domain, or where a formula of real numbers has no slope to compare with."""
    if row.outside is not None and row.outside(*point):
        return True
    base = {"pow": 0, "scaled_power": 1, "power_log": 1}.get(row.name)
    return base is not None and point[base] <= 0


def inputs_of(row: Op) -> list[tuple[float, ...]]:
    """A few points inside the domain of a row, away from its kinks."""
    if row.name == "cross_entropy":
        return [(0.37, -1.61, 2.3), (-0.83, 0.52, 0.1)]
    size = {"dot": 4, "sum": 3, "logsumexp": 3}.get(row.name, row.arity or 0)
    found = []
    for k in range(len(POINTS)):
        point = tuple(POINTS[(k + 2 * i) % len(POINTS)] for i in range(size))
        bad = row.outside is not None and row.outside(*point)
        bad = bad or (row.name in ("pow", "scaled_power", "power_log") and point[-2] <= 0)
        bad = bad or (row.name == "power_log" and point[1] <= 0)
        if not bad:
            found.append(point)
    if row.name in ("asin", "acos", "atanh"):
        found = [(0.37,), (-0.83,), (0.52,)]
    return found[:5]


def far_points(row: Op, count: int = 12) -> list[tuple[float, ...]]:
    """Points of all sizes, found by rejection, away from kinks; the seed is the row's name."""
    chance = random.Random(row.name)
    low, high = {"pow": (-2, 1), "scaled_power": (-2, 1)}.get(row.name, (-4, 1.3))
    found: list[tuple[float, ...]] = []
    while len(found) < count:
        top = 0.0 if row.name in ("asin", "acos", "atanh") else high
        point = tuple(
            chance.choice((-1, 1)) * 10 ** chance.uniform(low, top) for _ in range(width(row))
        )
        if not outside(row, point) and not (row.name == "clip" and point[1] >= point[2]):
            found.append(point)
    return found


def compute(row: Op, point: tuple[Any, ...]) -> Any:
    return row(1, *point) if row.name == "cross_entropy" else row(*point)


def partials(row: Op, point: tuple[Any, ...]) -> list[Any]:
    full = (1, *point) if row.name == "cross_entropy" else point
    found = row.local_derivatives(full, row(*full))
    return found[1:] if row.name == "cross_entropy" else found


def slope_of_formula(
    name: str, point: tuple[Any, ...], i: int, n: int = 1, digits: int = 60
) -> Any:
    """The n-th derivative of the independent formula along input i, at `digits` digits."""
    with M.workdps(digits):
        exact = [M.mpf(x) for x in point]
        at = lambda t: FORMULAS[name](*exact[:i], t, *exact[i + 1 :])
        h = M.mpf(10) ** (-digits // 3) * (abs(exact[i]) or 1)
        return M.diff(at, exact[i], n, h=h, relative=False)


def planted(row: Op, **changes: Any) -> Op:
    """The row with something else said of it; not in the table."""
    other = Op.__new__(Op)
    for slot in Op.__slots__:
        setattr(other, slot, changes.get(slot, getattr(row, slot)))
    return other
