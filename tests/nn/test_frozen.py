"""Which models read numbers: an `if` on one would be frozen, so they stay with the scalars."""

from __future__ import annotations

from typing import Any

import pytest

from tinygrad_fr import Value, relu
from tinygrad_fr.nn import MLP, Module, engines, fit
from tinygrad_fr.nn.frozen import reads_numbers


def kinked(z: Value) -> Value:
    return z if z.data > 0 else z * 0.1


def smooth(z: Value) -> Value:
    return relu(z)


class Own(Module):
    def __init__(self) -> None:
        self.inside = MLP(1, [2, 1], activation="tanh", output="linear", seed=1)

    def parameters(self) -> list[Value]:
        return self.inside.parameters()

    def __call__(self, x: Any) -> Any:
        return self.answer(self.inside(x))

    def answer(self, z: Any) -> Any:
        return smooth(z)

    def told(self) -> list[Any]:
        return [p.data for p in self.parameters()]


class InAFunction(Own):
    def answer(self, z: Any) -> Any:
        return kinked(z)


class Inside(Own):
    def answer(self, z: Any) -> Any:
        return next(u for u in [z] if u.data is not None)


class Part(Own):
    def __init__(self) -> None:
        super().__init__()
        self.parts = [InAFunction()]


@pytest.mark.parametrize(
    ("model", "reads"),
    [(MLP(1, [1]), False), (Own(), False), (InAFunction(), True), (Inside(), True), (Part(), True)],
)
def test_whose_answer_depends_on_a_number(model: Module, reads: bool) -> None:
    assert reads_numbers(model) is reads


def test_arrays_are_not_taken_by_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "WORTH", 0.0)
    X, y = [[0.1], [0.2]], [0.0, 1.0]
    found = [fit(m, X, y, epochs=1, progress=False).engine for m in (Own(), InAFunction())]
    assert found[0] != "scalar" and found[1] == "scalar"
