"""Each row as NumPy writes it: the same numbers on whole arrays, names that every NumPy has."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
import pytest

from tests.ops.test_ops import far_points, width
from tests.ops.test_table import ROWS, compute
from tinygrad_fr import ops
from tinygrad_fr.ops import TABLE, Op
from tinygrad_fr.pages import NUMPY_ERF, spell_number
from tinygrad_fr.spelling import Term

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
