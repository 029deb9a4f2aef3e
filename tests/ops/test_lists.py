"""Rows over lists, as functions: sums, softmax and costs, right far out."""

from __future__ import annotations

import math

import pytest

from tinygrad_fr import ops
from tinygrad_fr.engine import Value
from tinygrad_fr.gradient import gradient


def test_sums_of_nothing_and_of_numbers() -> None:
    assert ops.sum([]) == 0 and ops.dot([], []) == 0 and ops.sum([1.5, 2]) == 3.5
    assert ops.log_softmax([0.0, 0.0]) == pytest.approx([-math.log(2)] * 2)


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
