"""How a value is computed: exact numbers stay exact, NaN stays NaN, what overflows is infinite."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from fractions import Fraction as F
from typing import Any

import pytest

from tests.ops.table import (
    EDGES,
    EPS,
    FORMULAS,
    KINKED_EVERYWHERE,
    ROWS,
    M,
    compute,
    partials,
    width,
)
from tinygrad_fr import ops
from tinygrad_fr.engine import Value
from tinygrad_fr.gradient import gradient
from tinygrad_fr.ops import TABLE, DomainError, Op
from tinygrad_fr.words import use

# ── exact numbers ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", ["add", "sub", "mul", "div", "mod", "maximum", "minimum"])
def test_a_row_on_fractions_gives_a_fraction(name: str) -> None:
    a, b = Value(F(7, 3)), Value(F(2, 5))
    out = TABLE[name](a, b)
    out.backward()
    assert all(isinstance(x, (F, int)) for x in (out.data, a.grad, b.grad))


@pytest.mark.parametrize("name", ["neg", "abs", "sign", "step", "floor", "relu", "square"])
def test_fractions_stay_exact_in_one_input(name: str) -> None:
    a = Value(F(-7, 3))
    out = TABLE[name](a)
    out.backward()
    assert isinstance(out.data, (F, int)) and isinstance(a.grad, (F, int))


EXACT: list[tuple[str, Callable[..., Any], list[F], F, list[F]]] = [
    ("a/3", lambda a: a / 3, [F(1, 3)], F(1, 9), [F(1, 3)]),
    ("3/a", lambda a: 3 / a, [F(2, 3)], F(9, 2), [F(-27, 4)]),
    ("a/b", lambda a, b: a / b, [F(1, 3), F(2)], F(1, 6), [F(1, 2), F(-1, 12)]),
    ("a**−2", lambda a: a**-2, [F(2, 3)], F(9, 4), [F(-27, 4)]),
    ("a**0", lambda a: a**0, [F(2, 3)], F(1), [F(0)]),
    ("7 mod a", lambda a: 7 % a, [F(2, 3)], F(1, 3), [F(-10)]),
    ("a mod b", lambda a, b: a % b, [F(-7, 3), F(2, 5)], F(1, 15), [F(1), F(6)]),
    ("relu", lambda a: ops.relu(a), [F(1, 3)], F(1, 3), [F(1)]),
    ("leaky", lambda a: ops.leaky_relu(a, F(1, 10)), [F(-1, 3)], F(-1, 30), [F(1, 10)]),
    ("max", lambda a, b: ops.maximum(a, b), [F(1, 3), F(1, 3)], F(1, 3), [F(1, 2), F(1, 2)]),
    ("min", lambda a, b: ops.minimum(a, b), [F(1, 3), F(1, 2)], F(1, 3), [F(1), F(0)]),
    ("clip", lambda a: ops.clip(a, 0, 1), [F(1, 3)], F(1, 3), [F(1)]),
    ("clip above", lambda a: ops.clip(a, 0, 1), [F(4, 3)], F(1), [F(0)]),
    ("dot", lambda a, b: ops.dot([a, b], [3, a]), [F(1, 3), F(2)], F(5, 3), [F(5), F(1, 3)]),
    ("sum", lambda a, b: ops.sum([a, b, a]), [F(1, 3), F(2)], F(8, 3), [F(2), F(1)]),
    (
        "mean square",
        lambda a, b: ops.sum([(a * 2 + b - 1) ** 2, (a - b) ** 2]) / 2,
        [F(1, 3), F(1, 2)],
        F(1, 2) * (F(1, 36) + F(1, 36)),
        [F(1, 3) - F(1, 6), F(1, 6) + F(1, 6)],
    ),
]


@pytest.mark.parametrize(
    ("f", "point", "value", "slopes"), [case[1:] for case in EXACT], ids=[case[0] for case in EXACT]
)
def test_fraction_in_fraction_out(
    f: Callable[..., Any], point: list[F], value: F, slopes: list[F]
) -> None:
    xs = [Value(x) for x in point]
    out = f(*xs)
    out.backward()
    graph = gradient(out, xs)
    assert out.data == value and isinstance(out.data, (F, int))
    for found in ([x.grad for x in xs], [g.data for g in graph]):
        assert found == slopes and all(isinstance(g, (F, int)) for g in found), found


@pytest.mark.parametrize(
    "name",
    [
        "exp",
        "log",
        "sqrt",
        "tanh",
        "sigmoid",
        "softplus",
        "gelu",
        "erf",
        "log2",
        "exp2",
        "cbrt",
        "hypot",
        "atan2",
        "logsumexp",
        "bce_with_logits",
        "elu",
    ],
)
def test_fractions_and_integers_enter_every_row(name: str) -> None:
    row = TABLE[name]
    for point in ((F(1, 3), F(2, 5), F(1, 7)), (1, 2, 1)):
        inputs = point[: width(row)]
        floats = tuple(map(float, inputs))
        assert compute(row, inputs) == pytest.approx(compute(row, floats), rel=1e-15)
        assert partials(row, inputs) == pytest.approx(partials(row, floats), rel=1e-15)


# ── NaN, infinities, zeros, the largest and the smallest ──────────────────────────────────────────


@ROWS
def test_nan_stays_nan_and_infinities_never_crash(row: Op) -> None:
    if row.name in ("cross_entropy",):
        size, lead = 3, (1,)
    else:
        size, lead = {"dot": 4, "sum": 3, "logsumexp": 3}.get(row.name, row.arity or 0), ()
    for bad in (math.nan, math.inf, -math.inf):
        for i in range(size):
            xs = [Value(bad if k == i else 1.5) for k in range(size)]
            try:
                y = row(*lead, *xs)
            except DomainError:
                assert bad == bad
                continue
            y.backward()
            unused = row.name in ("leaky_relu", "elu") and i == 1  # the slope for a < 0
            if bad != bad and row.name not in ("pow", "scaled_power") and not unused:
                assert math.isnan(y.data), (row.name, i)


def crowd(row: Op) -> list[tuple[float, ...]]:
    chance = random.Random(row.name + "!")
    size = width(row)
    if size == 1:
        return [(x,) for x in EDGES]
    if size == 2:
        return [(x, y) for x in EDGES for y in EDGES]
    return [tuple(chance.choice(EDGES) for _ in range(size)) for _ in range(200)]


@ROWS
def test_nothing_but_a_domain_error_is_ever_raised(row: Op) -> None:
    """Value, slopes on floats, slopes as graphs and slopes of slopes, at all edges."""
    for point in crowd(row):
        if row.outside is not None and row.outside(*point):
            with pytest.raises(DomainError):
                compute(row, point)
            continue
        y = compute(row, point)
        slopes = partials(row, point)
        assert isinstance(y, float) and all(isinstance(d, (float, int)) for d in slopes), point
        xs = [Value(x) for x in point]
        out = compute(row, tuple(xs))
        assert out.data == y or (y != y and out.data != out.data)
        for g in gradient(out, xs):
            gradient(g, xs)


@ROWS
def test_nan_in_nan_out(row: Op) -> None:
    """A NaN that the function depends on makes its value and every slope that depends on it NaN."""
    steps = KINKED_EVERYWHERE | {"mod"}  # slopes that are 0 or 1 whatever the input
    constant = {"add", "sub", "sum", "neg"} | steps
    for i in range(width(row)):
        point = tuple(math.nan if k == i else -1.5 + k for k in range(width(row)))
        if row.name in ("pow", "scaled_power", "power_log"):
            point = tuple(abs(x) if x == x else x for x in point)
        if row.name == "clip":
            point = tuple(math.nan if k == i else (0.5, 0.0, 1.0)[k] for k in range(3))
        assert math.isnan(compute(row, point)), point
        slopes = partials(row, point)
        linear = row.name in (
            "mul",
            "dot",
            "leaky_relu",
            "power_log",
            "bce_with_logits",
            "elu",
            "div",
            "ratio",
            "scaled_power",
            "clip",
        )
        if row.name not in constant and not linear:
            assert all(d != d for d in slopes), (point, slopes)
        if linear:
            assert any(d != d for d in slopes), (point, slopes)


def test_what_overflows_is_infinite_and_what_vanishes_is_zero() -> None:
    inf = math.inf
    assert [ops.exp(710.0), ops.exp2(1024.0), ops.expm1(710.0), ops.cosh(-711.0)] == [inf] * 4
    assert (ops.sinh(711.0), ops.sinh(-711.0)) == (inf, -inf)
    assert ops.power(1e200, 2.0) == inf and ops.power(-1e200, 3.0) == -inf
    assert ops.power(1e-200, -2.0) == inf and ops.power(-1e-200, -3.0) == -inf
    assert ops.power(1e-200, 2.0) == 0 and ops.square(-1e200) == inf
    assert ops.hypot(1.7e308, 1.7e308) == inf and (1e300 * Value(1e300)).data == inf
    assert (Value(1e300) / 1e-300).data == inf and ops.exp(-1000.0) == 0


def test_integers_too_large_for_a_float() -> None:
    huge = 10**400
    assert (ops.exp(-huge), ops.expm1(-huge), ops.exp(huge)) == (0.0, -1.0, math.inf)
    assert (ops.sinh(-huge), ops.sinh(huge), ops.cosh(-huge)) == (-math.inf, math.inf, math.inf)
    assert (ops.power(2.0, -huge), ops.power(0.5, huge), ops.power(1.0, huge)) == (0.0, 0.0, 1.0)
    assert (ops.power(2.0, huge), ops.power(-2.0, huge + 1), ops.power(-1.0, huge + 1)) == (
        math.inf,
        -math.inf,
        -1.0,
    )
    assert (Value(2) ** 1100 % 7).data == 2**1100 % 7
    with (
        use("en"),
        pytest.raises(DomainError, match="tanh needs numbers below 1.8×10³⁰⁸, got a = 1×10⁴⁰⁰"),
    ):
        Value(huge).tanh()
    with use("fr"), pytest.raises(DomainError, match="sqrt demande des nombres sous 1,8×10³⁰⁸"):
        ops.sqrt(Value(huge))


# ── far out ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("x", [-1000.0, -40.0, 40.0, 1000.0])
@pytest.mark.parametrize("name", ["sigmoid", "softplus", "logsigmoid"])
def test_smooth_steps_at_the_extremes(name: str, x: float) -> None:
    v = Value(x)
    y = TABLE[name](v)
    second = gradient(gradient(y, v), v)
    with M.workdps(900):
        f = FORMULAS[name]
        e = M.exp(-abs(M.mpf(x)))
        curve = (
            e
            / (1 + e) ** 2
            * {
                "sigmoid": (1 if x < 0 else -1) * (1 - e) / (1 + e),
                "softplus": 1,
                "logsigmoid": -1,
            }[name]
        )
        assert y.data == pytest.approx(float(f(M.mpf(x))), rel=1e-14, abs=0)
    assert math.isfinite(second.data)
    assert second.data == pytest.approx(float(curve), rel=1e-12, abs=2e-16)


def test_small_and_large_numbers() -> None:
    assert ops.log1p(ops.exp(Value(-40.0))).data == pytest.approx(math.exp(-40), rel=1e-15)
    assert ops.expm1(Value(1e-12)).data == pytest.approx(1e-12 + 5e-25, rel=1e-16)
    assert ops.hypot(Value(3e200), Value(4e200)).data == pytest.approx(5e200, rel=1e-15)
    x = Value(9.0)
    ops.tanh(x).backward()
    assert x.grad == pytest.approx(1 / math.cosh(9) ** 2, rel=1e-8)
    assert (ops.exp(1000.0), ops.sinh(-1000.0), ops.cosh(-1000.0)) == (
        math.inf,
        -math.inf,
        math.inf,
    )


def true_slopes(f: Callable[[Any], Any], x: float) -> list[float]:
    """f, f′, f″ at x with 950 digits: enough for e^−1000 beside 1."""
    with M.workdps(950):
        t = M.mpf(x)
        return [float(f(t)), *(float(M.diff(f, t, n, h=M.mpf(10) ** -300)) for n in (1, 2))]


LOGITS: list[tuple[str, Callable[[Any], Any], Callable[[Any], Any]]] = [
    ("sigmoid", ops.sigmoid, lambda t: 1 / (1 + M.exp(-t))),
    ("softplus", ops.softplus, lambda t: M.log(1 + M.exp(t))),
    ("logsigmoid", ops.logsigmoid, lambda t: -M.log(1 + M.exp(-t))),
    ("logsumexp", lambda v: ops.logsumexp([v, 0.0, 1.0]), lambda t: M.log(M.exp(t) + 1 + M.e)),
    ("softmax", lambda v: ops.softmax([v, 0.0])[0], lambda t: 1 / (1 + M.exp(-t))),
    ("softmax of another", lambda v: ops.softmax([v, 0.0])[1], lambda t: 1 / (1 + M.exp(t))),
    ("log_softmax", lambda v: ops.log_softmax([v, 0.0])[0], lambda t: -M.log(1 + M.exp(-t))),
    ("bce, 1", lambda v: ops.bce_with_logits(v, 1), lambda t: M.log(1 + M.exp(-t))),
    ("bce, 0", lambda v: ops.bce_with_logits(v, 0), lambda t: M.log(1 + M.exp(t))),
    ("bce, ¼", lambda v: ops.bce_with_logits(v, 0.25), lambda t: M.log(1 + M.exp(t)) - t / 4),
    (
        "cross_entropy, right",
        lambda v: ops.cross_entropy([v, 0.0, 1.0], 0),
        lambda t: M.log(1 + M.exp(-t) * (1 + M.e)),
    ),
    (
        "cross_entropy, wrong",
        lambda v: ops.cross_entropy([0.0, v], 0),
        lambda t: M.log(1 + M.exp(t)),
    ),
]


@pytest.mark.parametrize("x", [-1000.0, -745.0, -40.0, -1.0, 0.0, 1.0, 40.0, 745.0, 1000.0])
@pytest.mark.parametrize(
    ("ours", "formula"), [pair[1:] for pair in LOGITS], ids=[pair[0] for pair in LOGITS]
)
def test_far_logits(ours: Callable[[Any], Any], formula: Callable[[Any], Any], x: float) -> None:
    v = Value(x)
    y = ours(v)
    y.backward()
    found = [y.data, v.grad, gradient(gradient(y, v), v).data]
    right = true_slopes(formula, x)
    assert found[0] == pytest.approx(right[0], rel=1e-14, abs=5e-17)
    assert found[1] == pytest.approx(right[1], rel=1e-13, abs=2 * EPS)
    assert found[2] == pytest.approx(right[2], rel=1e-12, abs=2 * EPS)
