"""Build a graph: programs written for micrograd's nn run with only the import line changed."""

from __future__ import annotations

import os
import random
import subprocess
import sys
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


# ── F4: a subclass whose own __init__ sets what micrograd's sets, and nothing else ───────────────


class MyNeuron(Neuron):
    def __init__(self, nin: int, nonlin: bool = True) -> None:
        self.w = [Value(0.5) for _ in range(nin)]
        self.b = Value(0.25)
        self.nonlin = nonlin


class MyLayer(Layer):
    def __init__(self, nin: int, nout: int, **kwargs: Any) -> None:
        self.neurons = [MyNeuron(nin, **kwargs) for _ in range(nout)]


class MyMLP(MLP):
    def __init__(self, nin: int, nouts: list[int]) -> None:
        sizes = [nin, *nouts]
        last = len(nouts) - 1
        self.layers = [MyLayer(sizes[i], sizes[i + 1], nonlin=i != last) for i in range(last + 1)]


def test_subclasses_with_an_init_of_their_own() -> None:
    neuron, linear = MyNeuron(2), MyNeuron(2, nonlin=False)
    assert (repr(neuron), repr(linear)) == ("ReLUNeuron(2)", "LinearNeuron(2)")
    assert (neuron([1.0, -2.5]).data, linear([1.0, -2.5]).data) == (0.0, -0.5)
    assert repr(MyLayer(2, 2)) == "Layer of [ReLUNeuron(2), ReLUNeuron(2)]"
    assert MyLayer(2, 2).activation == "relu" and MyLayer(2, 2, nonlin=False).activation == "linear"
    model = MyMLP(2, [3, 1])
    out = model([1.0, 2.0])
    assert out.data == 3 * 1.75 * 0.5 + 0.25 and len(model.parameters()) == 13
    out.backward()
    model.zero_grad()
    assert {p.grad for p in model.parameters()} == {0}
    assert model.architecture()["activations"] == ["relu", "linear"]
    assert "relu" in str(model.summary()) and model.eval()([1.0, 2.0]).data == out.data


# ── F5: nonlin is what the neuron does, whenever it is set ───────────────────────────────────────


def test_nonlin_may_be_changed() -> None:
    neuron = Neuron(1, nonlin=False)
    neuron.w[0].data = -1.0
    assert neuron([2.0]).data == -2.0
    neuron.nonlin = True
    assert neuron([2.0]).data == 0.0 and repr(neuron) == "ReLUNeuron(1)"
    neuron.nonlin = False
    assert neuron([2.0]).data == -2.0 and repr(neuron) == "LinearNeuron(1)"
    bent = Neuron(1, activation="tanh")
    bent.nonlin = False
    assert bent.activation == "linear" and not bent.nonlin
    bent.nonlin = True
    assert bent.activation == "tanh" and bent.nonlin
    layer = Layer(2, 2)
    layer.neurons[1].nonlin = False
    assert layer.activation == "relu, linear"
    assert repr(layer) == "Layer of [ReLUNeuron(2), LinearNeuron(2)]"


# ── F7: where clients look for Value, and what they give a neuron ────────────────────────────────


def test_value_is_imported_from_nn_too() -> None:
    import tinygrad_fr.nn as nn

    assert nn.Value is Value and "Value" not in nn.__all__


def test_any_iterable_is_an_example() -> None:
    neuron, layer, model = Neuron(2), Layer(2, 2), MLP(2, [2, 1])
    for f in (neuron, layer, model):
        expected = f([1.0, 2.0])
        found = f(x for x in (1.0, 2.0))
        one = [v.data for v in (expected if isinstance(expected, list) else [expected])]
        assert [v.data for v in (found if isinstance(found, list) else [found])] == one
    with pytest.raises(ValueError, match="3"):
        neuron(x for x in (1.0, 2.0, 3.0))
    assert neuron(map(Value, (1.0, 2.0))).data == neuron([1.0, 2.0]).data


# ── F8: what is shown moves nobody's random numbers ──────────────────────────────────────────────


def test_a_first_summary_moves_no_random_number() -> None:
    """In a process of its own: rich draws when it is first imported."""
    program = (
        "import random\n"
        "from tinygrad_fr.nn import MLP\n"
        "random.seed(1337)\n"
        "if {shown}:\n"
        "    str(MLP(2, [3, 1], seed=0).summary())\n"
        "print(random.random(), MLP(2, [2, 1]).parameters()[0].data)\n"
    )
    printed = [
        subprocess.run(
            [sys.executable, "-c", program.format(shown=shown)],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        ).stdout
        for shown in (True, False)
    ]
    assert printed[0] == printed[1] != ""
