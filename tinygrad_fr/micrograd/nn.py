"""Build a graph in micrograd's words only: neurons that multiply and add, term by term."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from typing import Any

from tinygrad_fr.micrograd.engine import Value
from tinygrad_fr.nn.example import refuse_inputs
from tinygrad_fr.nn.module import Module as Module


class Neuron(Module):
    """relu(w·x + b), or w·x + b; the weights drawn between −1 and 1, the bias 0.

    >>> Neuron(2)([1.0, 2.0])._op, Neuron(2, nonlin=False)([1.0, 2.0])._op
    ('ReLU', '+')
    """

    def __init__(self, nin: int, nonlin: bool = True) -> None:
        self.w = [Value(random.uniform(-1, 1)) for _ in range(nin)]
        self.b = Value(0)
        self.nonlin = nonlin

    def __call__(self, x: Iterable[Any]) -> Any:
        xs = list(x)
        if len(xs) != len(self.w):
            refuse_inputs(xs, len(self.w))
        act = sum((wi * xi for wi, xi in zip(self.w, xs, strict=True)), self.b)
        return act.relu() if self.nonlin else act

    def parameters(self) -> list[Any]:
        """The weights, then the bias."""
        return [*self.w, self.b]

    def __repr__(self) -> str:
        return f"{'ReLU' if self.nonlin else 'Linear'}Neuron({len(self.w)})"


class Layer(Module):
    """nout neurons on the same inputs; a layer of one gives its element."""

    def __init__(self, nin: int, nout: int, **kwargs: Any) -> None:
        self.neurons = [Neuron(nin, **kwargs) for _ in range(nout)]

    def __call__(self, x: Any) -> Any:
        out = [neuron(x) for neuron in self.neurons]
        return out[0] if len(out) == 1 else out

    def parameters(self) -> list[Any]:
        """Neuron by neuron."""
        return [p for neuron in self.neurons for p in neuron.parameters()]

    def __repr__(self) -> str:
        return f"Layer of [{', '.join(str(neuron) for neuron in self.neurons)}]"


class MLP(Module):
    """Layers of nouts[0], nouts[1], … neurons; all but the last with ReLU."""

    def __init__(self, nin: int, nouts: Sequence[int]) -> None:
        sizes = [nin, *nouts]
        last = len(nouts) - 1
        self.layers = [Layer(sizes[i], sizes[i + 1], nonlin=i != last) for i in range(len(nouts))]

    def __call__(self, x: Any) -> Any:
        for layer in self.layers:
            x = layer(x)
        return x

    def parameters(self) -> list[Any]:
        """Layer by layer."""
        return [p for layer in self.layers for p in layer.parameters()]

    def __repr__(self) -> str:
        return f"MLP of [{', '.join(str(layer) for layer in self.layers)}]"
