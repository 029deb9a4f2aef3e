"""Every row on every page, read back to the same number: text, LaTeX, MathML, NumPy."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Callable
from fractions import Fraction as F
from typing import Any

import mpmath
import numpy as np
import pytest

from tests.ops import latex, mathml
from tests.ops.table import (
    ROWS,
    M,
    compute,
    far_points,
    inputs_of,
    width,
)
from tinygrad_fr import ops
from tinygrad_fr.ops import TABLE, DomainError, Op
from tinygrad_fr.pages import NUMPY_ERF, PAGES, spell_number
from tinygrad_fr.spelling import Term

# ── a line of text, read back ─────────────────────────────────────────────────────────────────────


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


def test_parentheses_come_only_where_needed() -> None:
    a, b, c = Term("a"), Term("b"), Term("c")
    plus = ops.add.spell("text", [a, b])
    assert ops.mul.spell("text", [plus, c]).text == "(a + b)·c"
    assert ops.add.spell("text", [ops.mul.spell("text", [a, b]), c]).text == "a·b + c"
    assert ops.sub.spell("text", [a, ops.sub.spell("text", [b, c])]).text == "a − (b − c)"
    assert ops.power.spell("text", [Term("-2", 1), 2]).text == "(-2)^2"


def test_numbers_are_spelled_exactly() -> None:
    shown = [spell_number(x).text for x in (2.0, -2.0, True, 0.1, 1e300, F(1, 3), 10**20, math.nan)]
    assert shown == ["2", "-2", "1", "0.1", "1e+300", "1/3", str(10**20), "nan"]
    assert spell_number(-math.inf, "numpy").text == "-np.inf"
    assert ops.mul.spell("text", [spell_number(F(1, 3)), Term("x")]).text == "1/3·x"
    assert ops.power.spell("text", [spell_number(F(1, 3)), 2]).text == "(1/3)^2"
    assert mpmath.mpf(spell_number(mpmath.mpf("0.5")).text) == 0.5


# ── LaTeX and MathML, read back ───────────────────────────────────────────────────────────────────


READERS = {"latex": latex.read, "mathml": mathml.read}


FUNCTIONS: dict[str, Callable[..., Any]] = {name: row for name, row in TABLE.items()} | {
    "ln": math.log,
    "log_2": math.log2,
    "log_10": math.log10,
    "arcsin": math.asin,
    "arccos": math.acos,
    "arctan": math.atan,
    "max": max,
    "min": min,
    "sigma": ops.sigmoid,
    "sum": lambda *xs: math.fsum(xs),
    "BCE": ops.bce_with_logits,
    "cross_entropy": lambda k, *zs: ops.class_cost(int(k), *zs),
}


@pytest.mark.parametrize("language", list(READERS))
@ROWS
def test_what_is_set_reads_back_to_the_same_number(row: Op, language: str) -> None:
    letters = "pqrs"[: width(row)]
    inputs: list[Any] = [PAGES[language].term(x) for x in letters]
    if row.name == "cross_entropy":
        inputs.insert(0, 1)
    text = row.spell(language, inputs).text
    for point in far_points(row, 5):
        got = READERS[language](text, dict(zip(letters, point, strict=True)), FUNCTIONS)
        assert got == pytest.approx(compute(row, point), rel=1e-9), text


@pytest.mark.parametrize("language", list(READERS))
def test_any_row_inside_any_other_reads_back_where_it_is_set(language: str) -> None:
    """Every pair of rows, every place: parentheses are where the value needs them."""
    given = {"p": 0.37, "q": 0.52, "r": 0.83, "s": 0.61, "t": 0.45}
    spelled = [row for row in TABLE.values() if row.arity is not None]
    tried = 0
    for outer, inner in itertools.product(spelled, spelled):
        for place in range(outer.arity or 0):
            inside, rest = "pqr"[: inner.arity or 0], "stq"[: (outer.arity or 0) - 1]
            try:
                value = inner(*(given[x] for x in inside))
                args = [given[x] for x in rest]
                args.insert(place, value)
                right = outer(*args)
            except DomainError:
                continue
            if not math.isfinite(right) or (value == 0 and outer.kind == "guard"):
                continue
            terms = [PAGES[language].term(x) for x in rest]
            written = inner.spell(language, [PAGES[language].term(x) for x in inside])
            terms.insert(place, written)
            text = outer.spell(language, terms).text
            got = READERS[language](text, given, FUNCTIONS)
            assert got == pytest.approx(right, rel=1e-9, abs=1e-12), text
            tried += 1
    assert tried > 3000


# ── NumPy ─────────────────────────────────────────────────────────────────────────────────────────


# In NumPy 2 as in NumPy 1: no asin, no pow, which came with the array standard of 2.0.
ARRAY_STANDARD = {
    "asin",
    "acos",
    "atan",
    "atan2",
    "asinh",
    "acosh",
    "atanh",
    "pow",
    "concat",
    "astype",
}


def evaluate(text: str, columns: dict[str, Any]) -> Any:
    program: dict[str, Any] = {"np": np}
    exec(NUMPY_ERF, program)  # our own text, in a test
    with np.errstate(all="ignore"):
        return eval(text, program, columns)


def written(row: Op) -> tuple[str, str]:
    letters = "abcd"[: width(row)]
    inputs: list[Any] = [Term(x) for x in letters]
    if row.name == "cross_entropy":
        inputs.insert(0, 1)
    return row.spell("numpy", inputs).text, letters


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


@ROWS
def test_names_exist_in_every_numpy(row: Op) -> None:
    for name in re.findall(r"np\.(\w+)", written(row)[0]):
        assert hasattr(np, name) and name not in ARRAY_STANDARD, name
    for name in re.findall(r"(?<![\w.])([A-Za-z_]\w*)\(", written(row)[0]):
        assert name == "erf", f"{name} is not defined beside the program"


@ROWS
def test_the_array_is_the_row_element_by_element(row: Op) -> None:
    points = far_points(row, 40)
    text, letters = written(row)
    columns = {x: np.array([p[i] for p in points]).reshape(8, 5) for i, x in enumerate(letters)}
    got = evaluate(text, columns)
    assert got.shape == (8, 5) and got.dtype == float
    right = [compute(row, p) for p in points]
    for point, one, other in zip(points, got.ravel(), right, strict=True):
        size = 10 if "erf" in text else 1  # the bound stated beside NUMPY_ERF
        assert one == pytest.approx(
            other, rel=1e-13, abs=1e-15 * size * max(1, *map(abs, point))
        ), point


@ROWS
def test_not_a_number_and_numbers_far_out(row: Op) -> None:
    """Where the row gives a number for ±700 the array does too, within rounding; NaN stays NaN."""
    text, letters = written(row)
    for x in (-700.0, 700.0, math.nan):
        point = tuple(x if i == 0 else 0.5 + i for i in range(len(letters)))
        if row.outside is not None and row.outside(*point):
            continue
        got = evaluate(text, {k: np.array([v]) for k, v in zip(letters, point, strict=True)})
        right = compute(row, point)
        if row.name in ("step", "maximum") and x != x:
            continue  # NumPy's comparison forgets the NaN of step; its fmax is another function
        assert float(got[0]) == pytest.approx(
            right, rel=1e-12, abs=1e-300 if abs(right) > 1e-290 else 1e-14, nan_ok=True
        )


def test_numbers_as_numpy_writes_them() -> None:
    x = Term("x")
    assert ops.power.spell("numpy", [x, -2]).text == "x ** (-2)"
    assert ops.sub.spell("numpy", [x, spell_number(-3.0, "numpy")]).text == "x - (-3)"
    assert ops.clip.spell("numpy", [x, -math.inf, 1.0]).text == "np.clip(x, -np.inf, 1)"
    assert TABLE["dot"].spell("numpy", [x, 2.0, x, -1.0]).text == "x * x + 2 * (-1)"
    with np.errstate(all="ignore"):
        assert eval(
            ops.leaky_relu.spell("numpy", [x, 0.1]).text, {"np": np, "x": np.array([-2.0])}
        ) == [-0.2]
