"""A name that calculates: partials run on names, lightly simplified, or spelled as they stand."""

from __future__ import annotations

import math
from typing import Any

import pytest

from tinygrad_fr.formula.symbol import Symbol, spell, symbol
from tinygrad_fr.ops import TABLE


def partials(name: str, *inputs: Any) -> list[str]:
    symbols = [Symbol(x) if isinstance(x, str) else x for x in inputs]
    return [str(d) for d in TABLE[name].local_derivatives(symbols, Symbol("y"))]


@pytest.mark.parametrize(
    ("name", "inputs", "expected"),
    [
        ("mul", ("w", "x"), ["x", "w"]),
        ("sigmoid", ("z",), ["y(1−y)"]),
        ("tanh", ("z",), ["1 − y²"]),
        ("square", ("e",), ["2e"]),
        ("sub", ("a", "b"), ["1", "-1"]),
        ("div", ("a", "b"), ["1/b", "−y/b"]),
        ("exp", ("a",), ["y"]),
        ("cos", ("a",), ["−sin(a)"]),
        ("dot", ("w", "v", "x", "y"), ["x", "y", "w", "v"]),
    ],
)
def test_partials_run_on_names(name: str, inputs: tuple[str, ...], expected: list[str]) -> None:
    assert partials(name, *inputs) == expected


@pytest.mark.parametrize(
    ("n", "expected"), [(2, "2e"), (2.0, "2e"), (3, "3e²"), (1, "1"), (-1, "−e⁻²"), (0, "0")]
)
def test_derivative_of_a_power_as_on_paper(n: float, expected: str) -> None:
    assert partials("pow", "e", n)[0] == expected


def test_light_simplifications() -> None:
    x, y = Symbol("x"), Symbol("y")
    assert [
        str(t)
        for t in (
            1 * x,
            x * 1,
            0 + x,
            x - 0,
            x**1,
            1 * x**3,
            2 * x**1,
            -Symbol("−x", 1, negated=x),
            x + 0,
        )
    ] == (["x", "x", "x", "x", "x", "x³", "2x", "x", "x"])
    assert str(x - (-y)) == "x + y"
    assert str(x + (-y)) == "x − y"
    assert str(-x * y) == "−x·y"
    assert str(x * (-y)) == "−x·y"
    assert str(x * 3) == "3x"
    assert str(0 * x) == "0"
    assert str(x * y) == "x·y"
    assert str(y * (1 - y)) == "y(1−y)"
    assert str((x + y) * x) == "(x+y)·x"
    assert str(Symbol("2", number=2) * 3) == "6"


def test_every_partial_of_the_table_can_be_written() -> None:
    for name, row in TABLE.items():
        if row.arity is None:
            inputs: list[Any] = (
                [1, Symbol("a"), Symbol("b")]
                if name == "cross_entropy"
                else [Symbol("a"), Symbol("b")]
            )
        else:
            inputs = [Symbol(c) for c in "abc"[: row.arity]]
        for d in row.local_derivatives(inputs, Symbol("y")):
            text = symbol(d).text
            assert text and "Symbol" not in text and "object" not in text, name


def test_constants_keep_their_names() -> None:
    assert str(TABLE["exp2"].local_derivative(0, [Symbol("a")], Symbol("y"))) == "y·ln(2)"
    assert "π" in str(TABLE["erf"].local_derivative(0, [Symbol("a")], Symbol("y")))


def test_spell_keeps_what_is_there() -> None:
    one, x = Symbol("1", number=1), Symbol("x")
    assert spell(TABLE["mul"], [one, x]).text == "1x"
    assert spell(TABLE["pow"], [x, symbol(1)]).text == "x¹"
    assert symbol(-2.5).text == "−2.5"
    assert symbol(math.pi).text.startswith("3.14159")
