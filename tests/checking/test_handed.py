"""How a function in matrices may be written: what it takes, what it gives, where it stops."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.checking.test_matrices import X, Y, function, program
from tinygrad_fr import check, use

right = function()


def columns(W1: Any, b1: Any, W2: Any, b2: Any, X: Any, Y: Any) -> Any:
    """Examples as columns, biases as columns."""
    X, Y, b1, b2, m = X.T, Y.T, b1[:, None], b2[:, None], len(X)
    A1 = 1 / (1 + np.exp(-(W1 @ X + b1)))
    A2 = 1 / (1 + np.exp(-(W2 @ A1 + b2)))
    D2 = 2 * (A2 - Y) * A2 * (1 - A2)
    D1 = W2.T @ D2 * A1 * (1 - A1)
    db1, db2 = (D.sum(axis=1, keepdims=True) / m for D in (D1, D2))
    return {"dW1": D1 @ X.T / m, "db1": db1, "dW2": D2 @ A1.T / m, "db2": db2, "cost": 0.5}


def by_kind(*given: Any) -> Any:
    dW1, db1, dW2, db2 = right(*given)
    return [dW1, dW2], [db1, db2]


def in_another_order(X: Any, Y: Any, W2: Any, b2: Any, W1: Any, b1: Any, rate: float = 1) -> Any:
    return right(W1, b1, W2, b2, X, Y)


WAYS = {
    "columns": columns,
    "by kind": by_kind,
    "in another order": in_another_order,
    "keepdims": lambda *given: [np.atleast_2d(a) for a in right(*given)],
    "lists": lambda *given: [a.tolist() for a in right(*given)],
    "single precision": lambda *given: right(*(a.astype(np.float32) for a in given)),
    "single precision inside": lambda *given: [
        a.astype(float) for a in right(*(a.astype(np.float32) for a in given))
    ],
    "rounded at the end": lambda *given: [a.astype(np.float32) for a in right(*given)],
    "by name": lambda *given: dict(
        zip(("dW1", "grad_b1", "W2", "db2"), right(*given), strict=True)
    ),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("hidden", [2, 3])
def test_a_right_function_is_right_however_it_is_written(hidden: int, way: str) -> None:
    report = check(program(hidden), X, Y, hand=WAYS[way])
    assert report.ok, report


@pytest.mark.parametrize("off", [1.01, pytest.param(0.99, marks=pytest.mark.slow)])
def test_single_precision_is_held_to_its_digits(off: float) -> None:
    def hand(*given: Any) -> Any:
        dW1, *others = right(*(a.astype(np.float32) for a in given))
        return [dW1 * np.float32(off), *others]

    assert not check(program(3), X, Y, hand=hand).ok
    wide = check(program(3), X, Y, hand=lambda *given: [a * 1.0 for a in hand(*given)])
    assert not wide.ok


def test_where_shapes_do_not_go_together_the_line_is_told() -> None:
    def backprop(W1: Any, b1: Any, W2: Any, b2: Any, X: Any, Y: Any) -> Any:
        Z1 = X @ W1 + b1
        return Z1

    with use("en"), pytest.raises(ValueError, match="hand stops at line") as caught:
        check(program(3), X, Y, hand=backprop)
    told = str(caught.value)
    assert "Z1 = X @ W1 + b1: X (3, 2), W1 (3, 2), b1 (3,); these shapes do not go" in told
    assert told.endswith(". The program: Z1 = X @ W1.T + b1")


def test_what_is_no_gradient_is_refused() -> None:
    wrong: list[tuple[Any, str]] = [
        (lambda *given: given[0], r"hand must return \(dW1, db1, dW2, db2\)"),
        (lambda *given: None, "it returns nothing"),
        (lambda *given: ["a", 1, 2, 3], "dW1 is not an array of real numbers: 'a'"),
        (lambda *given: [[[1, 2], [3]], 1, 2, 3], "dW1 is not an array"),
        (lambda params, X: 0, r"hand is called with \(W1, .*Y\); it takes \(params, X\)"),
    ]
    for hand, words in wrong:
        with use("en"), pytest.raises((TypeError, ValueError), match=words):
            check(program(2), X, Y, hand=hand)
    with use("en"), pytest.raises(ValueError, match="Y is 3 × 1; it must be m × 2"):
        check(program(2), X, [[1], [2], [3]], hand=right)


def test_the_function_cannot_change_the_data() -> None:
    data, found = np.array(X), program(2)
    writes = function("    return dW1", "    W1 *= 2; X *= 0\n    return dW1")
    before = [p.data for f in found.parameters for p in f.values]
    assert check(found, data, Y, hand=writes).ok and (data == X).all()
    assert before == [p.data for f in found.parameters for p in f.values]
