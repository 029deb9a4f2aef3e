"""Right or wrong: told from the cost and the targets, never guessed."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest

from tests.nn.small import X, Y, a_model, quietly
from tinygrad_fr.engine import Value
from tinygrad_fr.nn import MLP, losses
from tinygrad_fr.nn.accuracy import (
    IN_ARRAYS,
    judge,
    largest_is,
    right,
    said,
    same_largest,
    same_side_of_half,
    same_side_of_zero,
    same_sign,
)


@pytest.mark.parametrize(
    ("loss", "output", "targets", "predictions", "right"),
    [
        ("bce", "sigmoid", [0, 1, 1], [0.4, 0.6, 0.4], [True, True, False]),
        ("bce_with_logits", "linear", [0, 1, 1], [0.4, 0.6, -0.4], [False, True, False]),
        ("mse", "linear", [0, 1, 1], [0.4, 0.6, 0.4], [True, True, False]),
        ("hinge", "linear", [-1, 1, 1], [-0.1, 0.1, -0.1], [True, True, False]),
        ("hinge", "linear", [1, 1, 1], [-0.1, 0.1, 0.1], [False, True, True]),
        ("mse", "tanh", [-1, 1, 1], [-0.1, 0.1, -0.1], [True, True, False]),
        (
            "cross_entropy",
            "linear",
            [0, 2, 1],
            [[3, 1, 2], [1, 2, 3], [3, 2, 1]],
            [True, True, False],
        ),
        ("cross_entropy", "linear", [[1, 0], [0, 1]], [[3, 1], [3, 1]], [True, False]),
        ("mse", "sigmoid", [[1, 0], [0, 1]], [[0.3, 0.1], [0.3, 0.1]], [True, False]),
        ("bce", "sigmoid", [0, 1], [0.5, 0.5], [True, False]),  # in the middle: class 0
        ("bce_with_logits", "linear", [0, 1], [0.0, 0.0], [True, False]),
        ("hinge", "linear", [-1, 1], [0.0, 0.0], [True, False]),
        ("mse", "linear", [0.5, 1, 2], None, None),
        ("mse", "linear", [[0.5, 1], [1, 1]], None, None),
    ],
)
def test_what_is_right(loss: str, output: str, targets: Any, predictions: Any, right: Any) -> None:
    model = MLP(2, [1], output=output, seed=0)
    found = judge(losses.loss(loss), targets, model)
    if right is None:
        assert found is None
        return
    assert found is not None
    for wrap in (lambda p: p, lambda p: [Value(u) for u in p] if isinstance(p, list) else Value(p)):
        assert [found(wrap(p), t) for p, t in zip(predictions, targets, strict=True)] == right


def test_an_unknown_cost_on_scores_has_no_accuracy() -> None:
    """A lambda around bce_with_logits would want 0, around squared_error ½: no guess."""
    model = a_model(output="linear")
    assert judge(lambda p, t: losses.bce_with_logits(p, t), Y, model) is None
    assert judge(lambda p, t: losses.bce_with_logits(p, t), Y, a_model()) is not None


def test_accuracy_is_that_of_the_weights() -> None:
    model = a_model()
    history = quietly(model, epochs=1)
    model = a_model()
    share = sum((model(x).data > 0.5) == t for x, t in zip(X, Y, strict=True)) / 24
    assert history.accuracy == [share]


@pytest.mark.parametrize("levels", [3, 10**6])  # of so few, several are the largest
@pytest.mark.parametrize(
    ("how", "rows", "targets"),
    [
        (largest_is, 4, [0, 1, 2, 3]),
        (same_largest, 4, np.eye(4).tolist()),
        (same_sign, 1, [-1, 1]),
        (same_side_of_half, 1, [0, 1]),
        (same_side_of_zero, 1, [0, 1]),
    ],
)
def test_arrays_count_as_scalars_do(how: Any, rows: int, targets: Any, levels: int) -> None:
    r = random.Random(levels)
    P = [[r.randrange(-levels, levels + 1) / levels for _ in range(rows)] for _ in range(300)]
    T = [r.choice(targets) for _ in P]
    truth = IN_ARRAYS[how].told(np.array(T, dtype=float).reshape(300, -1).T)
    found = IN_ARRAYS[how].right(said(np.array(P).T), truth)
    assert found == right(how, P, T) and 0 < found < 300
