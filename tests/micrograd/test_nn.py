"""micrograd's networks in micrograd's vocabulary: term by term, drawn and printed as there."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest

from tinygrad_fr.micrograd.engine import Value
from tinygrad_fr.micrograd.nn import MLP, Layer, Module, Neuron
from tinygrad_fr.words import use


def words(root: Any) -> Counter[str]:
    found, waiting = {}, [root]
    while waiting:
        v = waiting.pop()
        if v not in found:
            found[v] = None
            waiting.extend(v._prev)
    return Counter(v._op for v in found)


@pytest.mark.parametrize("sizes", [[1], [4, 4, 1], [5, 2], [3, 3, 3]])
def test_the_same_network_as_micrograd_s(sizes: list[int]) -> None:
    theirs: Any = pytest.importorskip("micrograd.nn")
    models = []
    for kind in (MLP, theirs.MLP):
        random.seed(5)
        models.append(kind(3, sizes))
    ours, right = models
    assert repr(ours) == repr(right)
    assert [p.data for p in ours.parameters()] == [p.data for p in right.parameters()]
    outs = [model([2.0, -1.0, 0.5]) for model in models]
    costs = [sum(v * v for v in out) if isinstance(out, list) else out * out for out in outs]
    for cost in costs:
        cost.backward()
    assert words(costs[0]) == words(costs[1]) and set(words(costs[0])) <= {"", "+", "*", "ReLU"}
    assert costs[0].data == pytest.approx(costs[1].data, rel=1e-13)
    grads = [[p.grad for p in model.parameters()] for model in models]
    assert grads[0] == pytest.approx(grads[1], rel=1e-12)


def test_the_reprs_and_the_lists_of_parameters() -> None:
    assert repr(Neuron(2)) == "ReLUNeuron(2)" and repr(Neuron(2, nonlin=False)) == "LinearNeuron(2)"
    assert repr(Layer(2, 1, nonlin=False)) == "Layer of [LinearNeuron(2)]"
    assert len(MLP(2, [16, 16, 1]).parameters()) == 337 and isinstance(MLP(1, [1]), Module)
    neuron = Neuron(2, nonlin=False)
    neuron.nonlin = True
    assert neuron([Value(1.0), 2.0])._op == "ReLU"
    assert isinstance(Layer(2, 1)([1.0, 2.0]), Value) and len(Layer(2, 3)([1.0, 2.0])) == 3


def test_numbers_that_do_not_match_the_weights_are_refused() -> None:
    """(micrograd drops the last ones in silence.)"""
    for lang, said in (("en", "3 inputs for 2 weights"), ("fr", "3 entrées pour 2 poids")):
        with use(lang), pytest.raises(ValueError, match=said):
            Neuron(2)([1.0, 2.0, 3.0])
    assert isinstance(Neuron(2)(v for v in (1.0, 2.0)), Value)
