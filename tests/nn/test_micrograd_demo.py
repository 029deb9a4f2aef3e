"""Build a graph, walk it backward: micrograd's published demo, digit for digit.

The fixture holds the demo's 100 points and the losses that micrograd itself computes from them.
"""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from tinygrad_fr.engine import Value
from tinygrad_fr.nn import MLP, losses, optim

DEMO = json.loads((Path(__file__).parents[1] / "fixtures" / "moons.json").read_text())
X, Y, PUBLISHED = DEMO["X"], DEMO["y"], DEMO["losses"]

# As its notebook shows them: steps 0 to 3 and the last two.
FIRST = [0.8958441028683222, 1.7235905336972022, 0.7429006313851113, 0.7705641260584198]
LAST = [0.010978888332907229, 0.010978370135492717]


def a_model() -> MLP:
    random.seed(1337)
    return MLP(2, [16, 16, 1])


def as_written_for_micrograd(model: MLP) -> Value:
    """The notebook's own cost: a Value for every input, `+`, `*` and relu."""
    inputs = [list(map(Value, row)) for row in X]
    scores = list(map(model, inputs))
    margins = [(1 + -yi * score).relu() for yi, score in zip(Y, scores, strict=True)]
    data_loss = sum(margins) * (1.0 / len(margins))
    return data_loss + 1e-4 * sum(p * p for p in model.parameters())  # type: ignore[no-any-return]


def with_our_losses(model: MLP) -> Value:
    cost = losses.hinge([model(x) for x in X], Y)
    return cost + losses.l2_penalty(model.parameters(), 1e-4)


def test_the_fixture_is_what_was_published() -> None:
    assert PUBLISHED[:4] == pytest.approx(FIRST, rel=1e-15)
    assert PUBLISHED[-2:] == pytest.approx(LAST, rel=1e-15)


@pytest.mark.slow
def test_all_hundred_losses_with_our_names() -> None:
    model = a_model()
    descent = optim.SGD(model.parameters(), optim.linear(1.0, 0.1, over=100))
    for k in range(100):
        cost = with_our_losses(model)
        descent.zero_grad()
        cost.backward()
        descent.step()
        assert cost.data == pytest.approx(PUBLISHED[k], abs=1e-9), k


def test_the_notebook_as_written() -> None:
    """Twelve steps (each one 65,077 scalars), with its own loop."""
    model: Any = a_model()
    for k in range(12):
        cost = as_written_for_micrograd(model)
        model.zero_grad()
        cost.backward()
        for p in model.parameters():
            p.data -= (1.0 - 0.9 * k / 100) * p.grad
        assert cost.data == pytest.approx(PUBLISHED[k], abs=1e-9), k
