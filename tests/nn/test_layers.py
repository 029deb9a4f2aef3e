"""Build a graph: layers compute and are named as the course and the README say."""

from __future__ import annotations

import math
import statistics
from copy import deepcopy
from typing import Any

import pytest

from tests.nn.small import numbers as bits
from tinygrad_fr.engine import Value
from tinygrad_fr.nn import (
    MLP,
    Dropout,
    Layer,
    Neuron,
    layers,
)
from tinygrad_fr.ops import TABLE
from tinygrad_fr.places import scope
from tinygrad_fr.walk import order
from tinygrad_fr.words import use

# ── the sum, the activation function, the names ──


def test_z_and_a_as_the_course_writes_them() -> None:
    neuron = Neuron(2, activation="sigmoid", layer=2, index=1)
    for p, x in zip(neuron.parameters(), (0.5, -1.5, 0.25), strict=True):
        p.data = x
    a = neuron([2.0, 3.0])
    z = a.inputs[0]
    assert z.data == 0.5 * 2 - 1.5 * 3 + 0.25
    assert a.data == pytest.approx(1 / (1 + math.exp(3.25)), rel=1e-15)
    assert (z.label, a.label) == ("z_1^[2]", "a_1^[2]")
    assert [p.label for p in neuron.parameters()] == ["w_1,1^[2]", "w_1,2^[2]", "b_1^[2]"]


def test_one_dot_per_neuron_and_numbers_stay_numbers() -> None:
    neuron = Neuron(3)
    for x in ([1.0, 2.0, 3.0], [Value(1.0), Value(2.0), Value(3.0)]):
        neuron.b.data = 100.0
        a: Any = neuron(x)
        z = a.inputs[0]
        product, bias = z.inputs
        assert product.op is TABLE["dot"] and bias is neuron.b
        assert list(product.inputs) == [*neuron.w, *x]
        neuron.zero_grad()
        a.backward()
        assert [w.grad for w in neuron.w] == [1.0, 2.0, 3.0]
        if isinstance(x[0], Value):
            assert [u.grad for u in x] == [w.data for w in neuron.w]


def test_every_parameter_has_its_own_name() -> None:
    named = MLP(3, [4, 2, 1]).named_parameters()
    names = [name for name, _ in named]
    assert names[:5] == ["w_1,1^[1]", "w_1,2^[1]", "w_1,3^[1]", "b_1^[1]", "w_2,1^[1]"]
    assert names[-1] == "b_1^[3]"
    assert len(set(names)) == len(names) == 3 * 4 + 4 + 4 * 2 + 2 + 2 + 1
    assert [p.label for p in Neuron(2).parameters()] == ["w_1", "w_2", "b"]
    assert [p.label for p in Layer(1, 2).parameters()] == ["w_1,1", "b_1", "w_2,1", "b_2"]


def test_scopes_at_build_and_at_call() -> None:
    model = MLP(2, [3, 2], activation="tanh", output="softmax", seed=0)
    places = {p.scope for p in model.layers[0].neurons[2].parameters()}
    assert places == {(("layer", 1), ("neuron", 3))}
    with scope("example", 7):
        out = model([1.0, 2.0])
    a = next(v for v in order(out[0]) if v.label == "a_3^[1]")
    assert a.scope == (("example", 7), ("layer", 1), ("neuron", 3))
    assert out[1].label == "a_2^[2]" and out[1].scope == (("example", 7), ("layer", 2))
    assert Value(0.0).scope == ()  # every scope was left again
    assert Neuron(2)([1.0, 1.0]).scope == ()


@pytest.mark.parametrize("name", layers.ACTIVATIONS)
def test_every_activation_by_name(name: str) -> None:
    if name == "softmax":
        return
    neuron = Neuron(1, activation=name)
    neuron.w[0].data, neuron.b.data = 1.0, 0.0
    x = 1.25 if name == "acosh" else 0.25
    expected = x if name == "linear" else TABLE[name](x)
    assert neuron([x]).data == expected
    assert repr(neuron).endswith("Neuron(1)")


def test_the_activations_are_the_table_s() -> None:
    assert {"relu", "tanh", "sigmoid", "leaky_relu", "gelu", "sin"} < set(layers.ACTIVATIONS)
    assert not {"add", "pow", "clip", "sum", "maximum"} & set(layers.ACTIVATIONS)


def test_softmax_belongs_to_the_layer() -> None:
    layer = Layer(2, 3, activation="softmax", layer=1, seed=1)
    out = layer([0.5, -1.0])
    assert sum(p.data for p in out) == pytest.approx(1, abs=1e-15)
    zs = [n.w[0].data * 0.5 - n.w[1].data for n in layer.neurons]
    whole = sum(map(math.exp, zs))
    assert [p.data for p in out] == pytest.approx([math.exp(z) / whole for z in zs], rel=1e-14)
    with pytest.raises(ValueError, match="Layer"):
        Neuron(2, activation="softmax")


# ── what is refused ──


def test_errors_name_what_was_wrong() -> None:
    with use("en"):
        with pytest.raises(ValueError, match=r"z_1\^\[1\] was given 3 inputs for 2 weights"):
            MLP(2, [1])([1.0, 2.0, 3.0])
        with pytest.raises(ValueError, match="Did you mean 'tanh'"):
            MLP(2, [1], activation="tanhh")
        with pytest.raises(ValueError, match="output='sofmax' is unknown"):
            MLP(2, [1], output="sofmax")
        with pytest.raises(ValueError, match="init='xavier'"):
            MLP(2, [1], init="xavier")
        with pytest.raises(ValueError, match="at least 1, got 0"):
            MLP(2, [0, 1])
        with pytest.raises(ValueError, match="empty list of layers"):
            MLP(2, [])
        model = MLP(1, [2, 1], activation="log", seed=0)
        for p in model.parameters():
            p.data = -1.0
        with pytest.raises(ValueError, match=r"log needs a > 0.*layer 1, neuron 1"):
            model(2.0)
        assert Value(0.0).scope == ()
    with use("fr"), pytest.raises(ValueError, match="Vouliez-vous dire 'tanh'"):
        MLP(2, [1], activation="tanhh")


# ── dropout ──


def test_dropout_drops_while_training_only() -> None:
    drop = Dropout(0.25, seed=0)
    xs = [Value(2.0) for _ in range(4000)]
    out = [v.data for v in drop(xs)]
    assert set(out) == {0.0, 2.0 / 0.75}
    assert statistics.mean(out) == pytest.approx(2, rel=0.05)  # four standard errors
    drop.eval()
    assert drop(xs) is xs
    assert drop.train()(xs) is not xs
    for p in (1.0, -0.1, math.nan):
        with pytest.raises(ValueError, match="Dropout"):
            Dropout(p)


def test_dropout_in_a_model() -> None:
    model = MLP(2, [8, 8, 1], seed=0, dropout=0.5)
    outs = {model([1.0, 2.0]).data for _ in range(20)}
    assert len(outs) > 5
    model.eval()
    assert not model.dropout.training
    assert len({model([1.0, 2.0]).data for _ in range(5)}) == 1
    assert model.train().training and model.dropout.training
    a, b = (MLP(2, [8, 1], seed=0, dropout=0.5) for _ in range(2))
    assert [a([1.0, 2.0]).data for _ in range(5)] == [b([1.0, 2.0]).data for _ in range(5)]
    line = MLP(2, [1], seed=0, dropout=0.5)  # the last layer is never dropped
    assert len({line([1.0, 2.0]).data for _ in range(20)}) == 1
    dropped = model([1.0, 2.0])
    dropped.backward()
    assert any(p.grad == 0 for p in model.layers[1].parameters())


# ── copies ──


def test_a_copy_is_another_model() -> None:
    model = MLP(2, [3, 1], seed=0, dropout=0.5)
    twin = deepcopy(model)
    assert bits(twin) == bits(model)
    assert [n for n, _ in twin.named_parameters()] == [n for n, _ in model.named_parameters()]
    twin.parameters()[0].data = 9.0
    assert model.parameters()[0].data != 9.0
    assert deepcopy(MLP(2, [1], dropout=0.1))  # whose numbers come from the module `random`
    model([1.0, 2.0]).backward()
    assert all(p.grad == 0 for p in twin.parameters())
