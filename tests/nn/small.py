"""A small training, for the tests of every room that has to do with one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tinygrad_fr.engine import Value
from tinygrad_fr.nn import MLP, History, Interrupted, Module, data, fit

ROOT = Path(__file__).resolve().parents[2]
X, Y = data.moons(24, noise=0.1, seed=0)


def a_model(seed: int = 0, **options: Any) -> MLP:
    return MLP(2, [4, 1], **{"activation": "tanh", "output": "sigmoid", "seed": seed, **options})


def numbers(model: Module) -> list[Any]:
    return [p.data for p in model.parameters()]


def quietly(model: Any, X: Any = X, y: Any = Y, **options: Any) -> History:
    return fit(model, X, y, **{"loss": "bce", "learning_rate": 0.05, "progress": False, **options})


def interrupted(model: Any, *examples: Any, **options: Any) -> History:
    """The history that Ctrl-C leaves: it must come with Interrupted, and with nothing else."""
    with pytest.raises(Interrupted) as caught:
        quietly(model, *examples, **options)
    assert isinstance(caught.value, KeyboardInterrupt) and caught.value.__cause__ is None
    assert caught.value.history.stopped == "interrupted"
    assert str(caught.value).startswith(str(caught.value.history))
    return caught.value.history


def noisy_validation() -> Any:
    """Targets turned round: the better the training, the worse the validation."""
    return X, [1 - t for t in Y]


class Line(Module):
    """ŷ = w·x."""

    def __init__(self) -> None:
        self.w = Value(1.0, label="w")

    def __call__(self, x: Any) -> Value:
        out: Value = self.w * x[0]
        return out

    def parameters(self) -> list[Value]:
        return [self.w]


class Interrupting(MLP):
    """Ctrl-C at the call number `at`."""

    at = -1

    def __call__(self, x: Any) -> Any:
        self.at -= 1
        if self.at == 0:
            raise KeyboardInterrupt
        return super().__call__(x)
