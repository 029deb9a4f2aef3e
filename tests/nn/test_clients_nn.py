"""Build a graph: programs written for micrograd's nn run with only the import line changed."""

from __future__ import annotations

import random
from typing import Any

import pytest

from tinygrad_fr.engine import Value
from tinygrad_fr.nn import MLP, Layer, Module, Neuron

ROWS = [[2.0, 3.0, -1.0], [3.0, -1.0, 0.5], [0.5, 1.0, 1.0], [1.0, 1.0, -1.0]]
TARGETS = [1.0, -1.0, -1.0, 1.0]


def train(mlp: Any, leaf: Any, steps: int) -> tuple[list[float], list[float]]:
    """A lesson's loop: sum of squares, hand-written descent; the costs and the final weights."""
    costs = []
    for _ in range(steps):
        guesses = [mlp([leaf(x) for x in row]) for row in ROWS]
        cost = sum((out - goal) ** 2 for goal, out in zip(TARGETS, guesses, strict=True))
        for p in mlp.parameters():
            p.grad = 0.0
        cost.backward()
        for p in mlp.parameters():
            p.data += -0.01 * p.grad
        costs.append(cost.data)
    return costs, [p.data for p in mlp.parameters()]


@pytest.mark.parametrize("sizes", [[1], [4, 4, 1], [5, 2], [3, 3, 3]])
def test_side_by_side_with_micrograd(sizes: list[int]) -> None:
    """Same draws, same reprs, same outputs: the sums differ in their order of rounding only."""
    theirs: Any = pytest.importorskip("micrograd.nn")
    their_value = pytest.importorskip("micrograd.engine").Value
    random.seed(5)
    a = theirs.MLP(3, sizes)
    random.seed(5)
    b: Any = MLP(3, sizes)
    assert repr(b) == repr(a)
    assert [p.data for p in b.parameters()] == [p.data for p in a.parameters()]
    if sizes[-1] == 1:
        costs, weights = train(a, their_value, 20)
        ours, our_weights = train(b, Value, 20)
        assert ours == pytest.approx(costs, rel=1e-12)
        assert our_weights == pytest.approx(weights, rel=1e-12)
    else:
        out = a([their_value(1.0), their_value(-2.0), their_value(0.5)])
        ours_out = b([Value(1.0), Value(-2.0), Value(0.5)])
        assert [v.data for v in ours_out] == pytest.approx([v.data for v in out], rel=1e-14)


def test_weights_are_drawn_in_micrograd_s_order() -> None:
    random.seed(1337)
    drawn = [random.uniform(-1, 1) for _ in range(2 * 3 + 3 * 1)]
    random.seed(1337)
    model = MLP(2, [3, 1])
    assert [w.data for layer in model.layers for n in layer.neurons for w in n.w] == drawn
    assert [n.b.data for layer in model.layers for n in layer.neurons] == [0, 0, 0, 0]


def test_the_reprs() -> None:
    assert repr(Neuron(2)) == "ReLUNeuron(2)"
    assert repr(Neuron(2, nonlin=False)) == repr(Neuron(2, False)) == "LinearNeuron(2)"
    assert repr(Layer(2, 2)) == "Layer of [ReLUNeuron(2), ReLUNeuron(2)]"
    assert repr(Layer(2, 1, nonlin=False)) == "Layer of [LinearNeuron(2)]"
    assert repr(MLP(3, [2, 1])) == (
        "MLP of [Layer of [ReLUNeuron(3), ReLUNeuron(3)], Layer of [LinearNeuron(2)]]"
    )
    assert len(MLP(2, [16, 16, 1]).parameters()) == 337


def test_a_module_of_one_s_own() -> None:
    class Line(Module):
        def __init__(self) -> None:
            self.slope, self.start = Value(1.0), Value(0.0)

        def __call__(self, x: float) -> Value:
            return self.slope * x + self.start

        def parameters(self) -> list[Value]:
            return [self.slope, self.start]

    line = Line()
    line(3.0).backward()
    assert [p.grad for p in line.parameters()] == [3.0, 1.0]
    line.zero_grad()
    assert [p.grad for p in line.parameters()] == [0, 0]
    assert Module().parameters() == []


def test_a_layer_of_one_gives_its_element() -> None:
    assert isinstance(Layer(2, 1)([1.0, 2.0]), Value)
    assert len(Layer(2, 2)([1.0, 2.0])) == 2
    assert isinstance(MLP(2, [1, 3, 1])([1.0, 2.0]), Value)  # micrograd stops at the second layer
    assert isinstance(MLP(1, [2, 1])(0.5), Value)
