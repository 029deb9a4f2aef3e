"""The table tests itself: each row against independent formulas, differences, and its spellings."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from fractions import Fraction as F
from typing import Any

import mpmath
import numpy as np
import pytest

from tinygrad_fr import ops
from tinygrad_fr.engine import Value
from tinygrad_fr.gradient import gradient
from tinygrad_fr.ops import TABLE, DomainError, Op
from tinygrad_fr.pages import NUMPY_ERF
from tinygrad_fr.spelling import Term
from tinygrad_fr.words import use

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


def compute(row: Op, point: tuple[Any, ...]) -> Any:
    return row(1, *point) if row.name == "cross_entropy" else row(*point)


def partials(row: Op, point: tuple[Any, ...]) -> list[Any]:
    full = (1, *point) if row.name == "cross_entropy" else point
    found = row.local_derivatives(full, row(*full))
    return found[1:] if row.name == "cross_entropy" else found


ROWS = pytest.mark.parametrize("row", list(TABLE.values()), ids=list(TABLE))


def test_every_row_has_an_independent_formula() -> None:
    assert set(FORMULAS) == set(TABLE)


@ROWS
def test_value_against_mpmath(row: Op) -> None:
    assert inputs_of(row)
    for point in inputs_of(row):
        right = FORMULAS[row.name](*map(M.mpf, point))
        assert compute(row, point) == pytest.approx(float(right), rel=4e-15, abs=1e-16)


@ROWS
def test_value_keeps_the_digits_of_mpmath(row: Op) -> None:
    for point in inputs_of(row):
        exact = tuple(M.mpf(x) / 3 for x in point)
        if row.outside is not None and row.outside(*exact):
            continue
        right = FORMULAS[row.name](*exact)
        assert abs(compute(row, exact) - right) <= M.mpf(10) ** -28 * (1 + abs(right))


def wrong_slopes(row: Op, name: str) -> list[str]:
    """Where a row's partials differ from differences of the independent formula at 30 digits."""
    found = []
    for point in inputs_of(row):
        for i, d in enumerate(partials(row, point)):
            h = M.mpf(10) ** -9
            exact = list(map(M.mpf, point))

            def at(t: Any, i: int = i, exact: list[Any] = exact) -> Any:
                return FORMULAS[name](*exact[:i], exact[i] + t, *exact[i + 1 :])

            wide, narrow = (at(h) - at(-h)) / (2 * h), (at(h / 2) - at(-h / 2)) / h
            right = (4 * narrow - wide) / 3
            bound = abs(right - narrow) + 2e-15 * abs(right) * 8 + 1e-18
            if not abs(d - right) <= bound:
                found.append(f"∂{row.name}/∂{'abcd'[i]} at {point}: {d} for {float(right)}")
    return found


@ROWS
def test_partials_against_differences(row: Op) -> None:
    assert wrong_slopes(row, row.name) == []


@ROWS
def test_a_partial_wrong_by_half_a_thousandth_is_caught(row: Op) -> None:
    if row.name in KINKED_EVERYWHERE:
        return  # their slopes are 0 and stay so
    planted = Op.__new__(Op)
    for slot in Op.__slots__:
        setattr(planted, slot, getattr(row, slot))
    if row.arity is None:
        planted.partials = (lambda xs, y: [1.0005 * d for d in row.partials[0](xs, y)],)
    else:
        planted.partials = tuple(lambda *a, p=p: 1.0005 * p(*a) for p in row.partials)
    assert wrong_slopes(planted, row.name)


@ROWS
def test_derivatives_to_order_three(row: Op) -> None:
    """The table is closed: gradient of gradient of gradient, against mpmath's numerical ones."""
    for point in inputs_of(row)[:2]:
        size = len(point)
        for i in range(size):
            if (row.name, i) in {("mod", 1)}:
                continue
            xs = [Value(M.mpf(x)) for x in point]
            y = compute(row, tuple(xs))
            for n in (1, 2, 3):
                y = gradient(y, xs[i])

                def at(t: Any, i: int = i, point: tuple[float, ...] = point) -> Any:
                    exact = list(map(M.mpf, point))
                    exact[i] = t
                    return FORMULAS[row.name](*exact)

                right = M.diff(at, M.mpf(point[i]), n, h=M.mpf(10) ** -6)
                assert abs(y.data - right) <= 1e-7 * (1 + abs(right)), (row.name, i, n)


# ── exactness, kinks, edges ──────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", ["add", "sub", "mul", "div", "mod", "maximum", "minimum"])
def test_fractions_stay_exact(name: str) -> None:
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


def slope(f: Callable[[Value], Value], x: Any) -> Any:
    v = Value(x)
    f(v).backward()
    assert v.grad == pytest.approx(gradient(f(w := Value(x)), w).data, nan_ok=True)
    return v.grad


def test_kinks_follow_the_convention() -> None:
    assert slope(ops.relu, 0.0) == 0 and slope(abs, 0.0) == 0 and slope(ops.elu, 0.0) == 1
    assert slope(ops.leaky_relu, 0.0) == 0.01
    a, b = Value(2.0), Value(2.0)
    ops.maximum(a, b).backward()
    assert (a.grad, b.grad) == (0.5, 0.5)
    assert slope(lambda v: ops.clip(v, 0.0, 1.0), 1.0) == 1


def test_powers_at_their_edges() -> None:
    assert slope(lambda v: v**0, 3.0) == 0 and slope(lambda v: v**0, 0.0) == 0
    assert slope(lambda v: 0.0**v, 2.0) == 0 and slope(lambda v: 0.0**v, 0.0) == 0
    assert slope(lambda v: v**3, -2.0) == 12 and slope(lambda v: v**-1, -2.0) == -0.25
    assert slope(ops.sqrt, 0.0) == math.inf and slope(lambda v: v**0.5, 0.0) == math.inf
    base, exponent = Value(-4.0), Value(2.0)
    (base**exponent).backward()
    assert base.grad == -8 and math.isnan(exponent.grad)
    x = Value(0.0)
    assert [gradient(gradient(gradient(x**n, x), x), x).data for n in (2, 3)] == [0, 6]
    assert (Value(1e200) ** 2).data == math.inf and (Value(-1e200) ** 3).data == -math.inf


@pytest.mark.parametrize(
    "bad",
    [
        lambda: ops.log(Value(0.0)),
        lambda: ops.log(Value(-1.0)),
        lambda: Value(1.0) / 0,
        lambda: Value(-8.0) ** (1 / 3),
        lambda: Value(0.0) ** -1,
        lambda: ops.sqrt(Value(-4.0)),
        lambda: ops.asin(Value(1.5)),
        lambda: ops.acosh(Value(0.5)),
        lambda: ops.atanh(Value(1.0)),
        lambda: ops.log1p(Value(-1.0)),
        lambda: Value(1.0) % 0,
        lambda: ops.sin(Value(math.inf)),
        lambda: ops.clip(Value(1.0), 2.0, 0.0),
    ],
)
def test_outside_the_domain_is_one_clear_error(bad: Callable[[], Any]) -> None:
    for lang, word in (("en", " needs "), ("fr", " demande ")):
        with use(lang), pytest.raises(DomainError, match=word):
            bad()


def test_the_error_names_the_node() -> None:
    x = Value(1.0, label="x")
    z = x * 2 - 5
    with (
        use("en"),
        pytest.raises(DomainError, match=r"log needs a > 0, got a = −3, at node ln\(a\)"),
    ):
        ops.log(z)


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


# ── extremes ─────────────────────────────────────────────────────────────────────────────────────


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


@pytest.mark.parametrize("big", [40.0, 1000.0])
def test_costs_and_softmax_at_the_extremes(big: float) -> None:
    z = [Value(big), Value(-big), Value(0.0)]
    assert ops.softmax(z)[0].data == pytest.approx(1.0, rel=1e-15)
    assert ops.logsumexp(z).data == pytest.approx(big, rel=1e-15)
    right = ops.cross_entropy(z, 0)
    assert right.data == pytest.approx(math.exp(-big), rel=1e-12)
    right.backward()
    assert sum(v.grad for v in z) == pytest.approx(0.0, abs=1e-30 if big == 1000 else 1e-17)
    assert ops.cross_entropy(z, 1).data == pytest.approx(2 * big, rel=1e-14)
    for k in (0, 1):
        for u in z:
            for v in z:
                assert math.isfinite(gradient(gradient(ops.cross_entropy(z, k), u), v).data)
    for t in (0, 1, 0.5):
        v = Value(big)
        cost = ops.bce_with_logits(v, t)
        expected = {0: big, 1: math.exp(-big), 0.5: big / 2}[t]
        assert cost.data == pytest.approx(expected, rel=1e-12, abs=1e-300)
        assert math.isfinite(gradient(gradient(cost, v), v).data)


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


# ── spelling ─────────────────────────────────────────────────────────────────────────────────────


def numpy_erf(a: Any) -> Any:
    """The definition that goes with the NumPy spelling, run as a program would run it."""
    program: dict[str, Any] = {"np": np}
    exec(NUMPY_ERF, program)  # our own text, in a test
    return program["erf"](np.asarray(a))


def test_erf_for_arrays_keeps_its_stated_bound() -> None:
    xs = np.concatenate(
        [np.linspace(-7, 7, 2001), np.geomspace(1e-300, 1e3, 200), [0.0, np.inf, -40.0]]
    )
    right = np.array([float(M.erf(M.mpf(float(x)))) for x in xs])
    assert np.abs(numpy_erf(xs) - right).max() <= 1e-14


@ROWS
def test_the_numpy_spelling_computes_the_same(row: Op) -> None:
    if row.arity is None:
        return
    letters = "abc"[: row.arity]
    text = row.spell("numpy", [Term(x) for x in letters]).text
    for name in re.findall(r"np\.(\w+)", text):
        assert hasattr(np, name), f"{row.name}: NumPy has no {name}"
    points = np.array(inputs_of(row))
    columns = {x: points[:, i] for i, x in enumerate(letters)}
    got = eval(text, {"np": np, "erf": numpy_erf, **columns})  # our own spelling, in a test
    right = [row(*map(float, p)) for p in points]
    assert np.allclose(got, right, rtol=1e-12, atol=1e-15)


def read_back(text: str) -> str:
    """A row's text in Python: what a person reads, given back to a machine."""
    for old, new in (
        ("·", "*"),
        ("−", "-"),
        ("²", "**2"),
        ("^", "**"),
        (" mod ", "%"),
        ("σ", "sigmoid"),
    ):
        text = text.replace(old, new)
    text = re.sub(r"ln ?([a-c])", r"log(\1)", text).replace("ln(", "log(")
    text = re.sub(r"√([a-c])", r"sqrt(\1)", text).replace("√(", "sqrt(")
    text = re.sub(r"∛([a-c])", r"cbrt(\1)", text)
    text = re.sub(r"\|(.*?)\|", r"abs(\1)", text)
    return re.sub(r"⌊(.*?)⌋", r"floor(\1)", text).replace("BCE", "bce_with_logits")


@ROWS
def test_the_text_reads_back_to_the_same_number(row: Op) -> None:
    if row.arity is None:
        return
    letters = "abc"[: row.arity]
    text = read_back(row.spell("text", [Term(x) for x in letters]).text)
    names = {n: r for n, r in TABLE.items()} | {"max": max, "min": min}
    for point in inputs_of(row):
        got = eval(text, {**names, **dict(zip(letters, point, strict=True))})  # our own spelling
        assert got == pytest.approx(row(*point), rel=1e-12)


def test_parentheses_come_only_where_needed() -> None:
    a, b, c = Term("a"), Term("b"), Term("c")
    plus = ops.add.spell("text", [a, b])
    assert ops.mul.spell("text", [plus, c]).text == "(a + b)·c"
    assert ops.add.spell("text", [ops.mul.spell("text", [a, b]), c]).text == "a·b + c"
    assert ops.sub.spell("text", [a, ops.sub.spell("text", [b, c])]).text == "a − (b − c)"
    assert ops.power.spell("text", [Term("-2", 1), 2]).text == "(-2)^2"


# ── calling rows ─────────────────────────────────────────────────────────────────────────────────


def test_rows_refuse_what_is_no_number() -> None:
    with use("en"):
        with pytest.raises(TypeError, match="exp expects real numbers or Values, got str"):
            ops.exp("x")
        with pytest.raises(TypeError, match="tanh was given 2 inputs, it expects 1"):
            ops.tanh(1.0, 2.0)
        with pytest.raises(ValueError, match="2 weights for 1 inputs"):
            ops.dot([1.0, 2.0], [3.0])
        with pytest.raises(ValueError, match="a class from 0 to 1, got 2"):
            ops.cross_entropy([0.0, 1.0], 2)
        with pytest.raises(ValueError, match="the list is empty"):
            ops.logsumexp([])
        with pytest.raises(TypeError, match="sum expects a list"):
            ops.sum(3.0)


def test_sums_of_nothing_and_of_numbers() -> None:
    assert ops.sum([]) == 0 and ops.dot([], []) == 0 and ops.sum([1.5, 2]) == 3.5
    assert ops.log_softmax([0.0, 0.0]) == pytest.approx([-math.log(2)] * 2)
