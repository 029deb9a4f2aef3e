"""What a row is and says of itself: calls, refusals, domain, parity, kinks, kind, names."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from typing import Any

import mpmath
import numpy as np
import pytest

import tinygrad_fr
from tests.ops.table import (
    EDGES,
    ROWS,
    M,
    compute,
    far_points,
    outside,
    planted,
    width,
)
from tinygrad_fr import ops
from tinygrad_fr.engine import Value
from tinygrad_fr.formula.symbol import Symbol
from tinygrad_fr.ops import TABLE, DomainError, Op
from tinygrad_fr.reading.expression import parse
from tinygrad_fr.words import use

# ── calling rows ──────────────────────────────────────────────────────────────────────────────────


def test_rows_refuse_what_is_no_number() -> None:
    with use("en"):
        with pytest.raises(TypeError, match="exp expects real numbers or Values, got str"):
            ops.exp("x")
        with pytest.raises(TypeError, match="tanh was given 2 inputs, it expects 1"):
            ops.tanh(1.0, 2.0)
        with pytest.raises(ValueError, match="2 weights for 1 input:"):
            ops.dot([1.0, 2.0], [3.0])
        with pytest.raises(ValueError, match="a class from 0 to 1, got 2"):
            ops.cross_entropy([0.0, 1.0], 2)
        with pytest.raises(ValueError, match="the list is empty"):
            ops.logsumexp([])
        with pytest.raises(TypeError, match="sum expects a list"):
            ops.sum(3.0)


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
    inputs = "1 input" if given == 1 else f"{given} inputs"
    expected = f"{name} was given {inputs}, it expects {TABLE[name].arity}"
    with use("en"), pytest.raises(TypeError, match=expected):
        TABLE[name](*[1.0] * given)


def test_defaults_fill_what_is_not_given() -> None:
    assert ops.leaky_relu(-2.0) == -0.02 and ops.leaky_relu(-2.0, 0.5) == -1.0
    assert ops.elu(-1.0) == math.expm1(-1.0) and Value(-2.0).leaky_relu().inputs[1] == 0.01


# ── outside the domain ────────────────────────────────────────────────────────────────────────────


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


RELATIONS: dict[str, Callable[[float, float], bool]] = {
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
    "≤": lambda a, b: a <= b,
    "≥": lambda a, b: a >= b,
    "≠": lambda a, b: a != b,
    "=": lambda a, b: a == b,
    "∈": lambda a, b: a % 1 == 0,
}


def within(needs: str, point: dict[str, float]) -> bool:
    """The words of a domain, read: "a < 0 & b ∈ ℤ; a = 0 & b ≥ 0"."""

    def number(word: str) -> float:
        if word.startswith("|"):
            return abs(number(word.strip("|")))
        known = point | {"∞": math.inf, "ℤ": 0.0}
        return known[word] if word in known else float(word.replace("−", "-"))

    def holds(clause: str) -> bool:
        left, sign, right = clause.split()
        return RELATIONS[sign](number(left), number(right))

    return any(all(map(holds, part.split("&"))) for part in needs.split(";"))


def false_words(row: Op) -> list[tuple[float, ...]]:
    edges = [x for x in EDGES if x == x] + [0.25, 3.0, -2.0]
    return [
        p
        for p in itertools.product(edges, repeat=width(row))
        if row.outside is not None
        and within(row.needs, dict(zip("abc", p, strict=False))) == bool(row.outside(*p))
    ]


@ROWS
def test_the_domain_in_words_is_the_domain(row: Op) -> None:
    assert false_words(row) == []


@pytest.mark.parametrize(
    ("name", "needs"),
    [
        ("atanh", "|a| > 1"),
        ("atanh", "|a| ≤ 1"),
        ("log", "a ≥ 0"),
        ("pow", "a > 0"),
        ("clip", "b < c"),
        ("div", "a ≠ 0"),
    ],
)
def test_a_domain_in_wrong_words_is_found(name: str, needs: str) -> None:
    assert false_words(planted(TABLE[name], needs=needs))


# ── parity ────────────────────────────────────────────────────────────────────────────────────────


def parity_of(row: Op) -> int:
    """What the numbers say: +1 if f(−a) = f(a) at every point, −1 if f(−a) = −f(a), else 0."""
    pairs = []
    more = [p for p in itertools.product((0.4, -0.7), repeat=width(row)) if not outside(row, p)]
    for point in [*far_points(row, 20), *more]:
        try:
            pairs.append((compute(row, point), compute(row, tuple(-x for x in point))))
        except DomainError:
            return 0  # defined on one side only
    if all(a == pytest.approx(b, rel=1e-12, abs=1e-300) for a, b in pairs):
        return 1
    return -1 if all(a == pytest.approx(-b, rel=1e-12, abs=1e-300) for a, b in pairs) else 0


@ROWS
def test_parity(row: Op) -> None:
    assert row.parity == parity_of(row)


# ── kinks ─────────────────────────────────────────────────────────────────────────────────────────


GRID = (-2, -1, -0.5, 0, 0.5, 1, 1.5, 2)


def jumps(row: Op, point: tuple[float, ...]) -> bool:
    """Along some input, the value or the slope on the right is not the one on the left."""
    h = M.mpf(10) ** -12
    for i in range(len(point)):
        exact = list(map(M.mpf, point))
        at = lambda t, i=i, exact=exact: compute(row, (*exact[:i], exact[i] + t, *exact[i + 1 :]))
        try:
            far, left, right, beyond = at(-2 * h), at(-h), at(h), at(2 * h)
        except DomainError:
            continue  # the edge of the domain has one side only
        if not all(M.isfinite(x) for x in (far, left, right, beyond)):
            continue
        slopes = (left - far) / h, (beyond - right) / h
        size = 1 + abs(left) + abs(slopes[0])
        if abs(right - left) > 1e-3 * size + 2 * h * max(map(abs, slopes)):
            return True
        if abs(slopes[1] - slopes[0]) > 1e-3 * size and abs(slopes[0]) < 1e6:
            return True
    return False


def points_of(row: Op) -> Iterator[tuple[float, ...]]:
    for point in itertools.product(GRID, repeat=width(row)):
        if row.name in ("elu", "leaky_relu") and point[1] == 1:
            continue  # the two sides are one line there (to first order)
        if row.name == "clip" and point[1] == point[2]:
            continue  # nothing lies between the bounds
        if row.outside is None or not row.outside(*point):
            yield point


def false_kinks(row: Op) -> list[tuple[float, ...]]:
    """Where the row's kinks and the numbers disagree."""
    found = []
    for point in points_of(row):
        said = row.kinks is not None and any(not e for e in row.kinks(*point))
        if said != jumps(row, point):
            found.append(point)
    return found


@pytest.mark.slow
@ROWS
def test_the_slope_or_the_value_jumps_exactly_at_the_kinks(row: Op) -> None:
    assert false_kinks(row) == []


@pytest.mark.parametrize(
    ("name", "kinks"),
    [
        ("relu", None),
        ("relu", lambda a: (a - 1,)),
        ("tanh", lambda a: (a,)),
        ("floor", lambda a: (a,)),
        ("maximum", lambda a, b: (a,)),
        ("clip", lambda a, b, c: (a - b,)),
        ("mod", lambda a, b: (a,)),
        ("hypot", None),
        ("atan2", lambda a, b: (a,)),
    ],
)
def test_a_false_kink_is_found(name: str, kinks: Callable[..., Any] | None) -> None:
    assert false_kinks(planted(TABLE[name], kinks=kinks))


@pytest.mark.parametrize("name", ["abs", "relu", "sign", "step", "floor", "maximum", "clip", "mod"])
def test_the_sign_of_a_kink_tells_the_sides_apart(name: str) -> None:
    row, others = TABLE[name], {"clip": (-3.0, 5.0), "mod": (1.0,), "maximum": (0.0,)}
    rest = others.get(name, ())
    assert row.kinks is not None
    kink = -3.0 if name == "clip" else 0.0
    for on in (kink, kink + 1, kink + 2) if name in ("floor", "mod") else (kink,):
        below, above = row.kinks(on - 0.25, *rest)[0], row.kinks(on + 0.25, *rest)[0]
        assert below * above < 0 and row.kinks(on, *rest)[0] == 0


# ── kind ──────────────────────────────────────────────────────────────────────────────────────────


KINDS = {"", "sum", "transfer", "guard", "lists"}


@ROWS
def test_kind(row: Op) -> None:
    assert row.kind in KINDS
    points = far_points(row, 8)
    is_sum = all(compute(row, p) == pytest.approx(math.fsum(p), rel=1e-15) for p in points)
    assert (row.kind == "sum") == (is_sum and width(row) > 1)
    if row.kind == "transfer":  # of one number, everywhere, and no straight line
        assert row.arity is not None and row.arity - len(row.defaults) == 1
        assert row.outside is None or not any(row.outside(x) for x in EDGES if abs(x) < 1e300)
        bend = row(-1.0) - 2 * row(0.5) + row(2.0)
        assert abs(bend) > 1e-3
    if row.arity is None and row.name != "cross_entropy":
        point = (0.37, -1.61, 2.3, 0.83)
        turned = compute(row, (point[1], point[0], *point[2:]))
        assert (row.kind == "lists") == (compute(row, point) != pytest.approx(turned, rel=1e-12))


def test_guards_are_what_only_partials_write() -> None:
    guards = {row.name for row in TABLE.values() if row.kind == "guard"}
    assert guards == {"ratio", "quotient", "scaled_power", "power_log"}
    for name in guards:
        assert not hasattr(tinygrad_fr.Value, name) and not hasattr(tinygrad_fr, name)


# ── names ─────────────────────────────────────────────────────────────────────────────────────────


def test_aliases_resolve_and_belong_to_one_row() -> None:
    names = [name for row in TABLE.values() for name in (row.name, *row.aliases)]
    assert len(names) == len(set(names))
    for row in TABLE.values():
        a = 0.5 if row.outside is not None and row.arity == 1 and row.outside(1.5) else 1.5
        for alias in row.aliases:
            inputs = ", ".join("ab"[: (row.arity or 0) - len(row.defaults)])
            found = parse(f"{alias}({inputs})", {"a": a, "b": 0.5})
            assert found.op is row, alias


@ROWS
def test_every_row_is_exported(row: Op) -> None:
    """In `ops` under some name; in the package too, unless it is an operator or a guard."""
    assert any(thing is row for thing in vars(ops).values()), row.name
    operator = not any(c.isalpha() for c in row.symbol) or row.name == "neg"
    if operator or row.kind == "guard":
        assert not hasattr(tinygrad_fr, row.name)
        return
    public = getattr(tinygrad_fr, row.name)
    assert public is row or (row.arity is None and public is getattr(ops, row.name))


# ── what is taught ────────────────────────────────────────────────────────────────────────────────


def false_lesson(row: Op) -> bool:
    """A slope as it is taught is not the partial, at 50 digits."""
    C = mpmath.MPContext()
    C.dps = 50
    for point in far_points(row, 12):
        exact: tuple[Any, ...] = tuple(map(C.mpf, point))
        exact = (1, *exact) if row.name == "cross_entropy" else exact
        y = row(*exact)
        pair = (row.local_derivatives(exact, y, taught=taught) for taught in (True, False))
        if any(abs(a - b) > C.mpf(10) ** -48 * (1 + abs(b)) for a, b in zip(*pair, strict=True)):
            return True
    return False


@ROWS
def test_what_is_taught_is_the_slope(row: Op) -> None:
    assert not false_lesson(row)


def test_where_a_course_writes_another_form() -> None:
    assert {row.name for row in TABLE.values() if row.taught is not row.partials} == {
        "bce_with_logits",
        "cross_entropy",
        "logsumexp",
    }
    a, b = Symbol("a"), Symbol("y")
    slopes = TABLE["bce_with_logits"].local_derivatives([a, b], Symbol("L"), taught=True)
    assert list(map(str, slopes)) == ["σ(a) − y", "−a"]
    wrong = (lambda a, b, y: 1.0005 * ops.sigmoid(a) - b, lambda a, b, y: -a)
    assert false_lesson(planted(TABLE["bce_with_logits"], taught=wrong))
