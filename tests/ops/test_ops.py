"""The table of operations, read by a hostile reader: far points, edges, exact numbers, refusals.

Formulas come from mpmath alone (`FORMULAS` of test_table); none is the row itself.
"""

from __future__ import annotations

import math
import random
import re
from collections.abc import Callable
from fractions import Fraction as F
from typing import Any

import mpmath
import numpy as np
import pytest

from tests.ops.test_table import FORMULAS, KINKED_EVERYWHERE, ROWS, M, compute, partials
from tinygrad_fr import ops
from tinygrad_fr.engine import Value
from tinygrad_fr.gradient import gradient
from tinygrad_fr.ops import TABLE, DomainError, Op
from tinygrad_fr.pages import NUMPY_ERF, spell_number
from tinygrad_fr.spelling import Term
from tinygrad_fr.words import use

WIDTHS = {"dot": 4, "sum": 3, "logsumexp": 3, "cross_entropy": 3}
EPS = 2.0**-52
# Where the course's formula cancels, the row says so: an absolute error of a few rounded ones.
CANCELS = {"tanh": 4 * EPS, "sigmoid": 2 * EPS, "gelu": 4 * EPS, "silu": 4 * EPS, "atanh": 0.0}


def width(row: Op) -> int:
    return WIDTHS.get(row.name, row.arity or 0)


def outside(row: Op, point: tuple[float, ...]) -> bool:
    """Outside the domain, or where a formula of real numbers has no slope to compare with."""
    if row.outside is not None and row.outside(*point):
        return True
    base = {"pow": 0, "scaled_power": 1, "power_log": 1}.get(row.name)
    return base is not None and point[base] <= 0


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


def slope_of_formula(
    name: str, point: tuple[Any, ...], i: int, n: int = 1, digits: int = 60
) -> Any:
    """The n-th derivative of the independent formula along input i, at `digits` digits."""
    with M.workdps(digits):
        exact = [M.mpf(x) for x in point]
        at = lambda t: FORMULAS[name](*exact[:i], t, *exact[i + 1 :])
        h = M.mpf(10) ** (-digits // 3) * (abs(exact[i]) or 1)
        return M.diff(at, exact[i], n, h=h, relative=False)


# ── the walk ─────────────────────────────────────────────────────────────────────────────────────


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


# ── NaN, infinities, zeros, the largest and the smallest ─────────────────────────────────────────

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


@pytest.mark.parametrize("z", [40.0, 700.0])
def test_costs_keep_relative_digits_where_the_right_class_wins(z: float) -> None:
    """e^−40 is not 0: value and slope of both costs keep all their digits."""
    v = Value(z)
    for cost in (ops.bce_with_logits(v, 1), ops.cross_entropy([v, 0.0], 0)):
        v.grad = 0
        cost.backward()
        assert cost.data == pytest.approx(math.exp(-z), rel=1e-14, abs=0)
        assert v.grad == pytest.approx(-math.exp(-z), rel=1e-14, abs=0)
        assert gradient(gradient(cost, v), v).data == pytest.approx(math.exp(-z), rel=1e-13, abs=0)


def test_silu_far_out() -> None:
    """σ(a)·(1 + a·σ(−a)): y + σ(1 − y) would give 0 or 2 where a has no digit left for 1."""
    for a in (30.0, 1e9, 1e16 + 2, 1e17, 1e300):
        assert ops.silu.local_derivative(0, (a,), ops.silu(a)) == pytest.approx(1.0, rel=1e-11)
    assert ops.silu.local_derivative(0, (-800.0,), ops.silu(-800.0)) == 0


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


# ── exact numbers ────────────────────────────────────────────────────────────────────────────────

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


# ── domains, refusals ────────────────────────────────────────────────────────────────────────────

BAD: dict[str, tuple[float, ...]] = {
    "div": (1.0, 0.0),
    "mod": (1.0, 0.0),
    "quotient": (1.0, 0.0),
    "pow": (-8.0, 1 / 3),
    "log": (0.0,),
    "log2": (-1.0,),
    "log10": (0.0,),
    "log1p": (-1.0,),
    "sqrt": (-4.0,),
    "sin": (math.inf,),
    "cos": (-math.inf,),
    "tan": (math.inf,),
    "asin": (1.5,),
    "acos": (-1.5,),
    "acosh": (0.5,),
    "atanh": (-1.0,),
    "clip": (0.0, 2.0, 1.0),
}


def test_every_row_with_a_domain_has_a_point_outside() -> None:
    assert set(BAD) == {row.name for row in TABLE.values() if row.outside is not None}
    assert all(bool(row.needs) == (row.outside is not None) for row in TABLE.values())


@pytest.mark.parametrize("name", list(BAD))
def test_outside_names_the_operation_the_number_and_the_node(name: str) -> None:
    row, point = TABLE[name], BAD[name]
    for lang, asks, at in (("en", "needs", "at node"), ("fr", "demande", "au nœud")):
        names = (", " if lang == "en" else " ; ").join("abc"[: len(point)])
        called = name if len(point) == 1 else f"{name}({names})"
        with use(lang):
            with pytest.raises(DomainError) as plain:
                row(*point)
            assert (
                str(plain.value).replace("\u202f", " ").startswith(f"{called} {asks} {row.needs}")
            )
            assert at not in str(plain.value)
            with pytest.raises(ValueError) as named:
                row(Value(point[0], label="speed"), *point[1:])
            text = str(named.value).replace("\u202f", " ")
            assert (
                text.startswith(f"{called} {asks} {row.needs}, ") and at in text and "speed" in text
            )
            assert named.value.row is row and named.value.inputs == point  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "bad", [1j, [1.0], (1.0,), np.array([1.0, 2.0]), np.array([1.0]), None, "1", b"1", {}]
)
@pytest.mark.parametrize(
    "name", ["exp", "relu", "square", "neg", "abs", "add", "mul", "hypot", "sum"]
)
def test_rows_take_numbers_only(name: str, bad: Any) -> None:
    row = TABLE[name]
    size = width(row)
    for inputs in (
        (bad,) * size,
        (1.0,) * (size - 1) + (bad,),
        (Value(1.0),) * (size - 1) + (bad,),
    ):
        with use("en"), pytest.raises(TypeError, match="expects .*real number"):
            row(*inputs)


def test_a_list_is_shown_the_way_out() -> None:
    with use("en"), pytest.raises(TypeError, match=r"one by one: \[exp\(x\) for x in xs\]"):
        ops.exp([1.0, 2.0])
    with use("fr"), pytest.raises(TypeError, match=r"un par un\u202f: \[relu\(x\) for x in xs\]"):
        ops.relu(np.array([1.0]))


@pytest.mark.parametrize(
    ("name", "given"),
    [("leaky_relu", 0), ("leaky_relu", 3), ("clip", 2), ("exp", 0), ("add", 1), ("pow", 3)],
)
def test_the_count_of_inputs_is_told(name: str, given: int) -> None:
    with (
        use("en"),
        pytest.raises(
            TypeError, match=f"{name} was given {given} inputs, it expects {TABLE[name].arity}"
        ),
    ):
        TABLE[name](*[1.0] * given)


def test_defaults_fill_what_is_not_given() -> None:
    assert ops.leaky_relu(-2.0) == -0.02 and ops.leaky_relu(-2.0, 0.5) == -1.0
    assert ops.elu(-1.0) == math.expm1(-1.0) and Value(-2.0).leaky_relu().inputs[1] == 0.01


# ── kinks ────────────────────────────────────────────────────────────────────────────────────────

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


# ── spelling: any row inside any other ───────────────────────────────────────────────────────────

GUARDS = ("ratio", "scaled_power", "power_log")
SPELLED = [row for row in TABLE.values() if row.arity is not None]


def numbers(expected: float, got: float) -> bool:
    return got == pytest.approx(expected, rel=1e-9, abs=1e-12, nan_ok=True)


def python_of(text: str) -> str:
    """What a person reads, as Python: the signs replaced, nothing else."""
    for old, new in (
        ("·", "*"),
        ("−", "-"),
        ("²", "**2"),
        ("^", "**"),
        ("mod", "%"),
        ("σ", "sigmoid"),
        ("BCE", "bce_with_logits"),
        ("√", "root%"),
        ("∛", "cube%"),
        ("⌊", "floor("),
        ("⌋", ")"),
    ):
        text = text.replace(old, new)
    text = re.sub(r"\|([^|]*)\|", r"abs(\1)", text)
    text = re.sub(r"\b(ln|root%|cube%) ?(\w+(\([^()]*\))?)", r"\1(\2)", text)
    return text.replace("ln (", "ln(").replace("%(", "(")


PYTHON: dict[str, Any] = {
    **{name: row.value for name, row in TABLE.items()},
    "ln": math.log,
    "root": math.sqrt,
    "cube": math.cbrt,
    "max": max,
    "min": min,
}


@pytest.mark.parametrize("language", ["text", "numpy"])
def test_any_row_inside_any_other_reads_back(language: str) -> None:
    """Every pair of rows, every place: parentheses are where the value needs them."""
    names: dict[str, Any] = PYTHON
    if language == "numpy":
        program: dict[str, Any] = {"np": np}
        exec(NUMPY_ERF, program)  # our own text, in a test
        names = program
    given = {"p": 0.37, "q": 0.52, "r": 0.83, "s": 0.61, "t": 0.45}
    read = {k: np.array([x, x]) for k, x in given.items()} if language == "numpy" else given
    tried = 0
    for outer in SPELLED:
        for inner in SPELLED:
            for place in range(outer.arity or 0):
                inside = "pqr"[: inner.arity or 0]
                rest = "stq"[: (outer.arity or 0) - 1]
                try:
                    value = inner(*(given[x] for x in inside))
                    args = [*(given[x] for x in rest)]
                    args.insert(place, value)
                    right = outer(*args)
                except DomainError:
                    continue
                if not math.isfinite(right) or (value == 0 and outer.name in GUARDS):
                    continue  # 1/0 = ∞ is what they are for; Python and NumPy say otherwise
                spelled: list[Any] = [Term(x) for x in rest]
                spelled.insert(place, inner.spell(language, [Term(x) for x in inside]))
                text = outer.spell(language, spelled).text
                if outer.name == "abs" and inner.name == "abs" and language == "text":
                    continue  # ||p||: read by a person, not by this reader
                with np.errstate(all="ignore"):
                    got = eval(
                        python_of(text) if language == "text" else text, names, read
                    )  # our own spelling
                got = np.broadcast_to(got, 2)[0] if language == "numpy" else got
                assert numbers(right, float(got)), (text, right, got)
                tried += 1
    assert tried > 3000


def test_roots_ask_for_parentheses_under_powers() -> None:
    x = Term("x")
    root = ops.sqrt.spell("text", [x])
    assert ops.square.spell("text", [root]).text == "(√x)²"
    assert ops.power.spell("text", [ops.cbrt.spell("text", [x]), 2]).text == "(∛x)^2"
    assert ops.sqrt.spell("text", [ops.square.spell("text", [x])]).text == "√(x²)"
    assert ops.sqrt.spell("text", [root]).text == "√(√x)"
    assert ops.mul.spell("text", [root, x]).text == "√x·x"


def test_numbers_are_spelled_exactly() -> None:
    shown = [spell_number(x).text for x in (2.0, -2.0, True, 0.1, 1e300, F(1, 3), 10**20, math.nan)]
    assert shown == ["2", "-2", "1", "0.1", "1e+300", "1/3", str(10**20), "nan"]
    assert spell_number(-math.inf, "numpy").text == "-np.inf"
    assert ops.mul.spell("text", [spell_number(F(1, 3)), Term("x")]).text == "1/3·x"
    assert ops.power.spell("text", [spell_number(F(1, 3)), 2]).text == "(1/3)^2"
    assert mpmath.mpf(spell_number(mpmath.mpf("0.5")).text) == 0.5
