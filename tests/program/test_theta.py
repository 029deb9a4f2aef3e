"""θ in one vector: which lines have [W | b], and which penalties are one number times θ."""

from __future__ import annotations

from typing import Any

import pytest

from tinygrad_fr.ops import TABLE
from tinygrad_fr.program.arrays import Over, Statement, matmul, named, outer, summed
from tinygrad_fr.program.theta import addends, decayed, folds, joined, penalised

X, D = named("X", (2,), True), named("D1", (3,), True)
W, b = named("W1", (3, 2)), named("b1", (3,))
BOTH = {"W1": W, "b1": b}
SQUARE = TABLE["square"]
dW, db = outer(D, X), summed(D, Over(True, ()))


def lines(array: Any, w: Any = dW, bias: Any = db) -> Any:
    back = [Statement("D1", D), Statement("dW1", w), Statement("db1", bias)]
    return folds([Statement("Z1", array)], back, BOTH)


def test_a_bias_behind_its_weights() -> None:
    (found,) = lines(matmul(X, W) + b - X)
    assert (found.both, found.padded) == ("W1_b1", "X_1")
    assert [(sign, t.name) for sign, t in found.others] == [(-1, "X")]


@pytest.mark.parametrize(
    "found",
    [
        lines(matmul(X, W) - b),
        lines(matmul(X, W)),
        lines(matmul(X * 2, W) + b),
        lines(matmul(X, W) + b, bias=db * 2),
        lines(matmul(X, W) + b, w=dW + W),
        lines(matmul(X, W) + b, bias=summed(X, Over(True, ()))),
    ],
)
def test_what_does_not_fit_is_left_alone(found: Any) -> None:
    assert found == []


def test_terms_and_their_sum() -> None:
    terms = addends(W - (b - X) + D)
    assert [(sign, t.name) for sign, t in terms] == [(1, "W1"), (-1, "b1"), (1, "X"), (1, "D1")]
    assert addends(joined(terms)) == terms


def test_one_decay_for_all_or_none() -> None:
    given = [Statement("dW1", dW + 0.5 * W), Statement("db1", db + 0.5 * b)]
    found, rate = decayed(given, BOTH)
    assert rate == 0.5 and [line.array for line in found] == [dW, db]
    other = [given[0], Statement("db1", db + 0.25 * b)]
    assert decayed(other, BOTH) == (other, 0.0)
    assert decayed([given[0], Statement("db1", db)], BOTH)[1] == 0.0


def test_a_penalty_on_all_parameters_stands_apart() -> None:
    def of(p: Any) -> Any:
        return summed(SQUARE(p), Over(False, tuple(range(len(p.shape)))))

    data = summed(D, Over(True, (0,)))
    assert penalised(data + 0.5 * (of(W) + of(b)), BOTH) == (data, 0.5)
    assert penalised(0.5 * of(W) + data + 0.5 * of(b), BOTH) == (data, 0.5)
    assert penalised(data - 0.5 * (of(W) + of(b)), BOTH) == (data, -0.5)
    kept = [
        0.5 * of(W) + 0.25 * of(b),
        of(W),
        of(W) + of(b) + of(b),
        0.5 * (of(W) + of(b) + 1.0),
        summed(W, Over(False, (0, 1))),
        summed(SQUARE(W) + SQUARE(named("b1", (2,))), Over(False, (0, 1))),  # b1 is stretched
        1.0,
    ]
    for cost in kept:
        assert penalised(cost, BOTH) == (cost, 0.0)
    assert penalised(data, {}) == (data, 0.0)
