"""What a training may be given as X and y."""

from __future__ import annotations

from tests.nn.small import Line, quietly
from tinygrad_fr.nn import MLP, Layer
from tinygrad_fr.nn.given import width


def test_widths_of_other_models() -> None:
    assert width(Layer(3, 2)) == 3 and width(Layer(3, 2).neurons[0]) == 3
    assert width(Line()) == 0 and width(lambda x: x) == 0
    history = quietly(MLP(1, [2, 1], output="sigmoid", seed=0), [0.5, -0.5], [1, 0], epochs=2)
    assert len(history.loss) == 2  # one input: plain numbers are examples too
