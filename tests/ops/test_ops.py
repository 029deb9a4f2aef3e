"""The table tests itself: each row against independent formulas, differences, at its kinks."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction as F
from typing import Any

import pytest

from tests.ops.table import (
    EPS,
    FORMULAS,
    KINKED_EVERYWHERE,
    ROWS,
    M,
    compute,
    far_points,
    inputs_of,
    partials,
    slope_of_formula,
)
from tinygrad_fr import ops
from tinygrad_fr.engine import Value
from tinygrad_fr.gradient import gradient
from tinygrad_fr.ops import TABLE, Op


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


# ── points of all sizes ───────────────────────────────────────────────────────────────────────────


# Where the course's formula cancels, the row says so: an absolute error of a few rounded ones.
CANCELS = {"tanh": 4 * EPS, "sigmoid": 2 * EPS, "gelu": 4 * EPS, "silu": 4 * EPS, "atanh": 0.0}


def complaints(row: Op, name: str) -> list[str]:
    """Every value and slope of the row that is off by more than its rounding explains."""
    found = []
    for point in far_points(row):
        with M.workdps(60):
            right = FORMULAS[name](*map(M.mpf, point))
        y = compute(row, point)
        slopes = [slope_of_formula(name, point, i) for i in range(len(point))]
        shaken = sum((abs(d * x) for d, x in zip(slopes, point, strict=True)), abs(right))
        if not abs(y - right) <= 6 * EPS * shaken:
            found.append(f"{name}{point} = {y}, not {M.nstr(right, 17)}")
        for i, (d, exact) in enumerate(zip(partials(row, point), slopes, strict=True)):
            bends = (
                [slope_of_formula(name, point, i, 2)]
                if len(point) == 1
                else [exact / x for x in point]
            )
            shaken = sum((abs(c * x) for c, x in zip(bends, point, strict=True)), abs(exact))
            if not abs(d - exact) <= 12 * EPS * shaken + CANCELS.get(name, 0.0) + 1e-25:
                found.append(f"∂{name}{point}/∂{'abcd'[i]} = {d}, not {M.nstr(exact, 17)}")
    return found


@ROWS
def test_values_and_slopes_at_points_of_all_sizes(row: Op) -> None:
    assert complaints(row, row.name) == []


@ROWS
def test_the_walk_catches_a_rule_wrong_by_half_a_thousandth(row: Op) -> None:
    for place in range(len(row.partials)) if row.name not in KINKED_EVERYWHERE else ():
        planted = Op.__new__(Op)
        for slot in Op.__slots__:
            setattr(planted, slot, getattr(row, slot))
        bent = list(row.partials)
        right = bent[place]
        if row.arity is None:
            bent[place] = lambda xs, y, right=right: [1.0005 * d for d in right(xs, y)]
        else:
            bent[place] = lambda *a, right=right: 1.0005 * right(*a)
        planted.partials = tuple(bent)
        assert any("∂" in line for line in complaints(planted, row.name)), place
    off = Op.__new__(Op)
    for slot in Op.__slots__:
        setattr(off, slot, getattr(row, slot))
    off.compute = lambda *a: 1.0005 * row.compute(*a)
    assert any("∂" not in line for line in complaints(off, row.name))


@ROWS
def test_slopes_keep_the_digits_of_mpmath(row: Op) -> None:
    for point in far_points(row, 4):
        exact = tuple(M.mpf(x) for x in point)
        for i, d in enumerate(partials(row, exact)):
            right = slope_of_formula(row.name, exact, i, digits=90)
            assert abs(d - right) <= M.mpf(10) ** -27 * (1 + abs(right)), (point, i)


@ROWS
def test_mixed_second_derivatives(row: Op) -> None:
    """∂²f/∂a∂b = ∂²f/∂b∂a, each as a graph of the other's graph, at 30 digits."""
    point = far_points(row, 1)[0]
    xs = [Value(M.mpf(x)) for x in point]
    y = compute(row, tuple(xs))
    first = gradient(y, xs)
    square = [[g.data for g in gradient(d, xs)] for d in first]
    for i in range(len(xs)):
        for j in range(i):
            exact = [M.mpf(x) for x in point]

            def at(s: Any, t: Any, i: int = i, j: int = j, exact: list[Any] = exact) -> Any:
                moved = list(exact)
                moved[i], moved[j] = s, t
                return FORMULAS[row.name](*moved)

            with M.workdps(60):
                right = M.diff(at, (exact[i], exact[j]), (1, 1))
            assert abs(square[i][j] - right) <= 1e-15 * (1 + abs(right)), (i, j)
            assert abs(square[i][j] - square[j][i]) <= 1e-26 * (1 + abs(right))


# ── kinks and edges ───────────────────────────────────────────────────────────────────────────────


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


KINKS = [
    (ops.relu, 0.0, 0.0),
    (ops.relu, -0.0, 0.0),
    (abs, 0.0, 0.0),
    (abs, -0.0, 0.0),
    (ops.sign, 0.0, 0.0),
    (ops.step, 0.0, 0.0),
    (ops.floor, 2.0, 0.0),
    (ops.leaky_relu, 0.0, 0.01),
    (ops.elu, 0.0, 1.0),
    (lambda v: ops.elu(v, 0.5), 0.0, 0.5),
    (lambda v: ops.clip(v, 0.0, 1.0), 0.0, 1.0),
    (lambda v: ops.clip(v, 0.0, 1.0), 1.0, 1.0),
    (lambda v: ops.maximum(v, v), 3.0, 1.0),
    (lambda v: ops.maximum(v, 3.0), 3.0, 0.5),
    (lambda v: ops.minimum(v, 3), 3.0, 0.5),
    (ops.sqrt, 0.0, math.inf),
    (ops.cbrt, 0.0, math.inf),
    (ops.asin, 1.0, math.inf),
    (ops.asin, -1.0, math.inf),
    (ops.acos, 1.0, -math.inf),
    (ops.acosh, 1.0, math.inf),
    (lambda v: ops.hypot(v, 0.0), 0.0, math.nan),
    (lambda v: v**0, 0.0, 0.0),
    (lambda v: v**0, -2.0, 0.0),
    (lambda v: v**0.0, math.inf, 0.0),
    (lambda v: v**1, 0.0, 1.0),
    (lambda v: v**1, -3.0, 1.0),
    (lambda v: v**0.5, 0.0, math.inf),
    (lambda v: v**1.5, 0.0, 0.0),
    (lambda v: v**3, -2.0, 12.0),
    (lambda v: v**-1, -2.0, -0.25),
    (lambda v: 0.0**v, 0.0, 0.0),
    (lambda v: 0.0**v, 2.5, 0.0),
    (lambda v: 2**v, 0.0, math.log(2)),
    (lambda v: (-4.0) ** v, 2.0, math.nan),
]


@pytest.mark.parametrize(("f", "x", "slope"), KINKS)
def test_kinks_and_edges_on_both_readings(f: Callable[[Any], Any], x: float, slope: float) -> None:
    v = Value(x)
    out = f(v)
    out.backward()
    for found in (v.grad, gradient(f(v), v).data):
        assert found == slope or (found != found and slope != slope)


def test_powers_have_all_their_derivatives_at_zero() -> None:
    for n in range(5):
        x = Value(0.0)
        d: Any = x**n
        for order in range(6):
            assert d.data == (math.factorial(n) if order == n else 0), (n, order)
            d = gradient(d, x)


def test_a_slope_of_zero_power_is_not_taken_where_none_is_wanted() -> None:
    base, exponent = Value(-4.0), Value(2.0)
    ((base**exponent) * 3).backward()
    assert base.grad == -24 and math.isnan(exponent.grad)
    x = Value(-4.0)
    (x**2).backward()
    assert x.grad == -8


@pytest.mark.parametrize(
    ("a", "b"),
    [(1.0, 0.1), (0.3, 0.1), (-1.0, 0.1), (5.3, -0.1), (7.0, 2.0), (6.0, 3.0), (-1e-20, 1.0)],
)
def test_the_slope_of_mod_goes_with_its_value(a: float, b: float) -> None:
    """1.0 % 0.1 is 0.0999…: the quotient is 9, though 1.0/0.1 rounds to 10."""
    x, y = Value(a), Value(b)
    out = x % y
    out.backward()
    exact = F(a) // F(b)
    assert (x.grad, y.grad) == (1, -exact)
    assert out.data == pytest.approx(float(F(a) - F(b) * exact), rel=1e-15)
    assert [g.data for g in gradient(out, [x, y])] == [1, -exact]
    high = ops.TABLE["mod"].local_derivative(1, (M.mpf(a), M.mpf(b)), None)
    assert high == -exact


def test_silu_far_out() -> None:
    """σ(a)·(1 + a·σ(−a)): y + σ(1 − y) would give 0 or 2 where a has no digit left for 1."""
    for a in (30.0, 1e9, 1e16 + 2, 1e17, 1e300):
        assert ops.silu.local_derivative(0, (a,), ops.silu(a)) == pytest.approx(1.0, rel=1e-11)
    assert ops.silu.local_derivative(0, (-800.0,), ops.silu(-800.0)) == 0
