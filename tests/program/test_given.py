"""What a program may be given: a cost, leaves, arrays of any kind; what is refused."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from tinygrad_fr import Value, to_numpy, use
from tinygrad_fr.program.given import table_of
from tinygrad_fr.program.program import Program

X, Y = [[0.8, -1.2], [-0.4, 0.9], [1.5, 0.3]], [[0, 1], [1, 0], [0.5, 0.25]]


def leaves(letter: str) -> list[Value]:
    return [Value(0.5, label=f"{letter}_{i}") for i in (1, 2)]


def program() -> Program:
    w, x, y = leaves("w"), leaves("x"), leaves("y")
    L = (w[0] * x[0] - y[0]) ** 2 + (w[1] * x[1] - y[1]) ** 2
    return to_numpy(L, [x, y], w)


def test_arrays_of_any_kind_are_taken_or_refused() -> None:
    found = program()
    value = found(X, Y)[0]
    wide = np.zeros((3, 4))
    wide[:, ::2] = X
    assert found(wide[:, ::2], np.asfortranarray(Y))[0] == value
    assert found(np.array([[1, 2]]), np.array([[0, 1]], dtype=np.int8))[0] > 0
    refused: list[tuple[Any, str]] = [
        ((X, []), "must be m × 2"),
        (([], []), "at least one"),
        ((X, Y[:2]), "X has 3 rows and Y has 2"),
        ((X,), r"expects X \(m × 2\), Y \(m × 2\); arrays given: 1"),
        (([0.8, -1.2], [0, 1]), r"X is a list of 2 number\(s\); it must be m × 2"),
        ((0.8, 1), "X is a single number; it must be m × 2"),
        ((np.ones((3, 3)), Y), "X is 3 × 3; it must be m × 2"),
        ((np.ones((3, 2)) * 1j, Y), "X: give an array of real numbers"),
        (([["a", "b"]], [[0, 1]]), "X: give an array of real numbers"),
        (([[1, 2], [3]], [[0, 1]] * 2), "X: give an array of real numbers"),
        (([[None, 1]], [[0, 1]]), "X: give an array of real numbers"),
        (([[10**400, 1]], [[0, 1]]), "X: give an array of real numbers"),
        ((np.array([["1", "2"]], dtype=object), [[0, 1]]), "X: give an array of real numbers"),
        ((np.ma.array([[1, 2]], mask=[[0, 1]]), [[0, 1]]), "with nothing missing"),
    ]
    for data, words in refused:
        with use("en"), pytest.raises((ValueError, TypeError), match=words):
            found(*data)


def test_a_parameter_that_holds_no_number_is_named() -> None:
    w, x = Value(1.0, label="w_1"), Value(2.0, label="x_1")
    found = to_numpy((w * x) ** 2, [[x]], [w])
    for wrong in ("3", None, 1j, 10**400):
        w.data = wrong
        with use("en"), pytest.raises(TypeError, match="the parameter 'w_1' is .*real number"):
            found([[1.0]])
    w.data = Fraction(1, 2)
    assert found([[1.0]])[0] == 0.25


def test_parameters_of_another_cost_are_refused() -> None:
    w, x = Value(1.0, label="w_1"), Value(2.0, label="x_1")
    with use("en"), pytest.raises(ValueError, match="none of the parameters .'v_1'.*others"):
        to_numpy((w * x) ** 2, [[x]], [Value(1.0, label="v_1")])


def test_a_place_is_asked_of_a_value() -> None:
    for wrong in ([1], 1.0, None):
        with use("en"), pytest.raises(ValueError, match="has no place"):
            program().at(wrong)  # type: ignore[arg-type]


def test_one_column_may_be_a_list_and_what_is_given_is_copied() -> None:
    assert table_of([1, 2, 3], 1, "X").tolist() == [[1.0], [2.0], [3.0]]
    given = np.array(X)
    assert not np.shares_memory(table_of(given, 2, "X"), given)
    assert np.isnan(table_of([[np.nan, 1]], 2, "X")[0, 0])


def test_what_is_no_leaf_or_no_list_is_refused() -> None:
    w, x = Value(2.0, label="w"), Value(1.0, label="x")
    z = w * x
    z.label = "z"
    refused: list[tuple[Any, Any, str]] = [
        ([[z]], [w], r"inputs\[0\] contains 'z'; give leaves"),
        ([[x], [3.0]], [w], r"inputs\[1\] contains 3.0; give leaves"),
        ([[x]], [z], "parameters contains 'z'; give leaves"),
        ([[x], []], [w], "inputs: list 2 is empty"),
        ([[x]], [w, x], "'x' is in inputs and in parameters"),
        ([[x], [x]], [w], "'x' is in inputs twice"),
        (0.5, [w], "inputs is 0.5; give a list of Values"),
        ([0.5], [w], r"inputs\[0\] is 0.5; give a list of Values"),
        ([[x]], w, "parameters is 'w'; give a list of Values"),
    ]
    for inputs, parameters, words in refused:
        with use("en"), pytest.raises((TypeError, ValueError), match=words):
            to_numpy(z, inputs, parameters)
    for cost in (3.0, [z]):
        with use("en"), pytest.raises(TypeError, match="the cost is .*; give one Value"):
            to_numpy(cost, [[x]], [w])  # type: ignore[arg-type]
