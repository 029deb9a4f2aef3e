"""Build a graph: weights are drawn by their rule, and by their seed alone."""

from __future__ import annotations

import math
import random
import statistics

import pytest

from tests.nn.small import numbers as bits
from tinygrad_fr.nn import MLP, Layer, Neuron, weights

# Variance of a weight of Layer(40, 60), and the bound it stays within.
LAWS: dict[str, tuple[float, float]] = {
    "uniform": (1 / 3, 1.0),
    "glorot": (2 / (40 + 60), math.sqrt(6 / (40 + 60))),
    "he": (2 / 40, math.inf),
}


def test_every_initialisation_has_its_law() -> None:
    assert set(LAWS) == set(weights.INITIALISATIONS)


@pytest.mark.parametrize("name", weights.INITIALISATIONS)
def test_weights_have_their_spread(name: str) -> None:
    """2400 of them: the variance to 10 %, more than three standard errors; the biases are 0."""
    variance, bound = LAWS[name]
    layer = Layer(40, 60, init=name, seed=0)
    w = [p.data for n in layer.neurons for p in n.w]
    assert statistics.pvariance(w) == pytest.approx(variance, rel=0.1)
    assert statistics.mean(w) == pytest.approx(0, abs=4 * math.sqrt(variance / 2400))
    for end in (max(w), -min(w)):
        assert end <= bound < 1.01 * end or bound == math.inf
    assert all(n.b.data == 0 for n in layer.neurons)


def test_a_seed_is_one_s_own() -> None:
    random.seed(3)
    before = random.getstate()
    a, b = MLP(2, [4, 1], seed=0), MLP(2, [4, 1], seed=0)
    assert bits(a) == bits(b) != bits(MLP(2, [4, 1], seed=1))
    assert random.getstate() == before
    assert len(set(bits(Layer(2, 4, seed=0)))) == 9  # 8 different weights and the biases 0
    first, second = (layer.neurons[0].w[0].data for layer in MLP(2, [2, 2], seed=0).layers)
    assert first != second  # one generator for the whole model
    assert bits(Neuron(2, init=lambda nin, nout, draw: 0.5)) == [0.5, 0.5, 0]
