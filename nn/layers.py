"""Build a graph: neurons, layers and multi-layer perceptrons, named as the course names them.

    z_k^[l] = w_k^[l] · a^[l-1] + b_k^[l]        a_k^[l] = σ(z_k^[l])        a^[0] = X, Ŷ = a^[n]

Neurons k, inputs i and layers l are counted from 1.  `Neuron(nin)`, `Layer(nin, nout)` and
`MLP(nin, nouts)` draw the same weights in the same order as micrograd's and print the same way;
everything beyond is a keyword.
"""

from __future__ import annotations

import os
import random
from collections.abc import Sequence
from typing import Any, NoReturn

from tinygrad_fr.engine import Value
from tinygrad_fr.nn import saving
from tinygrad_fr.nn.example import as_row, refuse_inputs, refuse_table
from tinygrad_fr.nn.module import Module
from tinygrad_fr.nn.summary import Summary
from tinygrad_fr.nn.weights import INITIALISATIONS, Initialisation, Seed, generator
from tinygrad_fr.ops import TABLE, dot, mul, softmax
from tinygrad_fr.places import Scope, entered, go_to, here, leave
from tinygrad_fr.refusals import known, refuse
from tinygrad_fr.words import number

# Instances share the names of their attributes where the first of them have them: Values that nn
# builds have a label and a place, so let one of the first have both.
_first = Value(0.0)
_first.scope, _first.label = (("layer", 1),), "w"

# Every row of the table that one number is enough for (others have defaults: leaky_relu, elu).
ACTIVATIONS = (
    *(name for name, row in TABLE.items() if row.arity and row.arity - len(row.defaults) == 1),
    "linear",
    "softmax",
)


class Neuron(Module):
    """One neuron: a = f(w·x + b), w drawn by `init`, b = 0.

    >>> random.seed(0)
    >>> Neuron(2)
    ReLUNeuron(2)
    >>> Neuron(2, activation="tanh", layer=1, index=3).w[1].label
    'w_3,2^[1]'
    """

    # what a subclass has whose own __init__ sets no more than w, b and nonlin, as micrograd's does
    activation = _before = "relu"
    place: Scope = ()
    z_label = a_label = ""

    def __init__(
        self,
        nin: int,
        nonlin: bool = True,
        *,
        activation: str = "relu",
        init: str | Initialisation = "uniform",
        seed: Seed = None,
        layer: int | None = None,
        index: int | None = None,
        nout: int = 1,
    ) -> None:
        """nonlin False: no activation function.  nout: neurons in its layer, for `glorot`."""
        _check_size(nin)
        self.activation = known("activation", activation if nonlin else "linear", ACTIVATIONS)
        if self.activation == "softmax":
            _refuse_softmax()
        if isinstance(init, str):
            init = INITIALISATIONS[known("init", init, INITIALISATIONS)]
        draw = generator(seed)
        names = (("layer", layer), ("neuron", index))
        self.place = tuple((word, i) for word, i in names if i is not None)
        below = "" if index is None else f"_{index}"
        above = "" if layer is None else f"^[{layer}]"
        self.z_label, self.a_label = f"z{below}{above}", f"a{below}{above}"
        with entered(self.place):
            w = f"w{below}," if below else "w_"
            self.w = [
                Value(init(nin, nout, draw), label=f"{w}{i}{above}") for i in range(1, nin + 1)
            ]
            self.b = Value(0, label=f"b{below}{above}")

    def __call__(self, x: Sequence[Any]) -> Value:
        """f(w·x + b) for one example: len(x) == nin, Values or plain numbers.

        A plain number stays one: no node is made for it and no gradient goes to it.
        """
        w = self.w
        if x.__class__ is not list and not hasattr(x, "__len__"):
            x = list(x)
        if len(x) != len(w):
            refuse_inputs(x, len(w), self.z_label)
        token = go_to(here() + self.place)  # `with entered(self.place)` without its three calls
        try:
            z: Value = dot(w, x) + self.b
            z.label = self.z_label
            if self.activation == "linear":
                return z
            a: Value = getattr(z, self.activation)()
            a.label = self.a_label
            return a
        except TypeError:
            refuse_table(x)
            raise
        finally:
            leave(token)

    @property
    def nonlin(self) -> bool:
        """Whether there is an activation function; True gives back the one there was, or relu."""
        return self.activation != "linear"

    @nonlin.setter
    def nonlin(self, really: bool) -> None:
        if really != self.nonlin:
            self._before, self.activation = self.activation, self._before if really else "linear"

    def parameters(self) -> list[Value]:
        """The weights, then the bias."""
        return [*self.w, self.b]

    def architecture(self) -> dict[str, Any]:
        return {"kind": "Neuron", "nin": len(self.w), "activation": self.activation}

    def arrays(self) -> dict[str, Any]:
        return {"w": self.w, "b": [self.b]}

    def summary(self) -> Summary:
        return Summary([("1", f"{len(self.w)} → 1", self.activation, len(self.w) + 1)])

    def __repr__(self) -> str:
        word = "".join(part.capitalize() for part in self.activation.split("_"))
        aliases = TABLE[self.activation].aliases if self.activation in TABLE else ()
        capital = next((name for name in aliases if name[0].isupper()), word)  # ReLU, as PyTorch's
        return f"{capital}Neuron({len(self.w)})"


class Layer(Module):
    """nout neurons on the same inputs; keywords go to each of them.

    A layer of one gives its element.  `activation="softmax"` belongs to the layer: it mixes the
    outputs of its neurons.
    """

    place: Scope = ()
    _softmax = False

    def __init__(self, nin: int, nout: int, **kwargs: Any) -> None:
        _check_size(nout)
        self._softmax = kwargs.get("nonlin", True) and kwargs.get("activation") == "softmax"
        if self._softmax:
            kwargs = {**kwargs, "activation": "linear"}
        if kwargs.get("seed") is not None:
            kwargs = {**kwargs, "seed": generator(kwargs["seed"])}
        layer = kwargs.get("layer")
        self.place = (("layer", layer),) if layer is not None else ()
        self.neurons = [Neuron(nin, index=k, nout=nout, **kwargs) for k in range(1, nout + 1)]

    def __call__(self, x: Any) -> Any:
        """The outputs for one example: a list of nout Values, or the Value itself if nout is 1."""
        x = as_row(x)
        out = [neuron(x) for neuron in self.neurons]
        if self._softmax:
            with entered(self.place):
                out = softmax(out)
            for a, neuron in zip(out, self.neurons, strict=True):
                a.label = neuron.a_label
        return out[0] if len(out) == 1 else out

    def parameters(self) -> list[Value]:
        """Neuron by neuron: its weights, then its bias."""
        return [p for neuron in self.neurons for p in neuron.parameters()]

    @property
    def activation(self) -> str:
        """softmax, or what its neurons apply: one word where all do the same."""
        names = dict.fromkeys(neuron.activation for neuron in self.neurons)
        return "softmax" if self._softmax else ", ".join(names)

    @property
    def shape(self) -> tuple[int, int]:
        """(inputs, outputs)."""
        return len(self.neurons[0].w), len(self.neurons)

    def architecture(self) -> dict[str, Any]:
        nin, nout = self.shape
        return {"kind": "Layer", "nin": nin, "nout": nout, "activation": self.activation}

    def arrays(self) -> dict[str, Any]:
        return {"W": [n.w for n in self.neurons], "b": [n.b for n in self.neurons]}

    def summary(self) -> Summary:
        nin, nout = self.shape
        return Summary([("1", f"{nin} → {nout}", self.activation, len(self.parameters()))])

    def __repr__(self) -> str:
        softly = "Softmax " if self._softmax else ""
        return f"{softly}Layer of [{', '.join(str(neuron) for neuron in self.neurons)}]"


class Dropout(Module):
    """While training, each number is dropped with probability p and the others grow by 1/(1 − p).

    So the expected output is the input, and in evaluation nothing is changed.  Srivastava, Hinton,
    Krizhevsky, Sutskever & Salakhutdinov 2014, "Dropout: a simple way to prevent neural networks
    from overfitting", §10 (the scaling done while training rather than after).
    """

    def __init__(self, p: float = 0.5, seed: Seed = None) -> None:
        if not 0 <= p < 1:
            refuse(
                fr=f"Dropout attend une probabilité p avec 0 ≤ p < 1, reçu {number(p)} : "
                "à p = 1 plus rien ne passe",
                en=f"Dropout expects a probability p with 0 ≤ p < 1, got {number(p)}: "
                "at p = 1 nothing goes through",
            )
        self.p = p
        self.generator = None if seed is None else generator(seed)

    def __call__(self, x: Any) -> Any:
        """x (one number or a list) with its dropped entries multiplied by 0."""
        if not self.training or self.p == 0:
            return x
        draw = (self.generator or random).random
        out = [mul(a, 0.0 if draw() < self.p else 1 / (1 - self.p)) for a in as_row(x)]
        return out if hasattr(x, "__len__") else out[0]

    def architecture(self) -> dict[str, Any]:
        return {"kind": "Dropout", "p": self.p}

    def summary(self) -> Summary:
        return Summary([("1", "", f"dropout {number(self.p)}", 0)])

    def __repr__(self) -> str:
        return f"Dropout({self.p})"


class MLP(Module):
    """A multi-layer perceptron: nin inputs, then layers of nouts[0], nouts[1], … neurons.

    activation  activation function of the hidden layers; output: that of the last ("linear" gives
                scores, for costs on logits)
    init, seed  how weights are drawn; without seed, from the module `random` as micrograd does
    dropout     probability with which hidden outputs are dropped while training

    >>> random.seed(1337)
    >>> MLP(2, [2, 1])
    MLP of [Layer of [ReLUNeuron(2), ReLUNeuron(2)], Layer of [LinearNeuron(2)]]
    """

    dropout = Dropout(0.0)  # of a subclass whose own __init__ sets no more than the layers

    def __init__(
        self,
        nin: int,
        nouts: Sequence[int],
        *,
        activation: str = "relu",
        output: str = "linear",
        init: str | Initialisation = "uniform",
        seed: Seed = None,
        dropout: float = 0.0,
    ) -> None:
        sizes = [nin, *nouts]
        if len(sizes) < 2:
            refuse(
                fr="MLP a reçu une liste de couches vide : donnez au moins la couche de "
                "sortie, par exemple MLP(2, [1])",
                en="MLP was given an empty list of layers: give at least the output layer, "
                "MLP(2, [1]) for example",
            )
        known("activation", activation, ACTIVATIONS)
        known("output", output, ACTIVATIONS)
        draw = None if seed is None else generator(seed)
        last = len(sizes) - 1
        self.layers = [
            Layer(
                sizes[n - 1],
                sizes[n],
                layer=n,
                init=init,
                seed=draw,
                activation=output if n == last else activation,
            )
            for n in range(1, last + 1)
        ]
        self.dropout = Dropout(dropout, draw)

    def __call__(self, x: Any) -> Any:
        """Ŷ for one example x (nin Values or numbers): a Value, or the list of them."""
        x = as_row(x)
        last = self.layers[-1]
        for layer in self.layers:
            x = layer(x)
            if self.dropout.p and layer is not last:
                x = self.dropout(x)
        return x

    def parameters(self) -> list[Value]:
        """Layer by layer, neuron by neuron: its weights, then its bias."""
        return [p for layer in self.layers for p in layer.parameters()]

    def architecture(self) -> dict[str, Any]:
        return {
            "kind": "MLP",
            "sizes": [self.layers[0].shape[0], *(layer.shape[1] for layer in self.layers)],
            "activations": [layer.activation for layer in self.layers],
            "dropout": self.dropout.p,
        }

    def arrays(self) -> dict[str, Any]:
        return {
            f"{name}{n}": values
            for n, layer in enumerate(self.layers, start=1)
            for name, values in layer.arrays().items()
        }

    def summary(self) -> Summary:
        """A table: layer, shape, activation function, number of parameters."""
        rows = []
        for n, layer in enumerate(self.layers, start=1):
            nin, nout = layer.shape
            drops = self.dropout.p and layer is not self.layers[-1]
            name = layer.activation + (f", dropout {number(self.dropout.p)}" if drops else "")
            rows.append((str(n), f"{nin} → {nout}", name, len(layer.parameters())))
        return Summary(rows)

    def __repr__(self) -> str:
        return f"MLP of [{', '.join(str(layer) for layer in self.layers)}]"


def load(path: str | os.PathLike[str]) -> MLP:
    """The MLP that `save` wrote to this file, built anew; ValueError in one line if it is none."""
    found: Any = saving.read(path).get("architecture")
    try:
        sizes, names = found["sizes"], found["activations"]
        hidden = set(names[:-1]) or {"relu"}
        if found["kind"] != "MLP" or len(sizes) != len(names) + 1 or len(hidden) != 1:
            raise ValueError
        model = MLP(
            sizes[0],
            sizes[1:],
            activation=hidden.pop(),
            output=names[-1],
            dropout=found["dropout"],
            seed=0,
        )
    except (TypeError, KeyError, ValueError, IndexError):
        saving.refuse_file(path, fr="ce n’est pas un MLP", en="it is not an MLP")
    model.load(path)
    return model


# ── what is refused ──────────────────────────────────────────────────────────────────────────────


def _check_size(n: Any) -> None:
    if isinstance(n, bool) or not isinstance(n, int) or n < 1:
        refuse(
            fr=f"une taille de couche vaut au moins 1, reçu {n!r} : donnez un entier, "
            "par exemple MLP(2, [6, 4, 1])",
            en=f"the size of a layer is at least 1, got {n!r}: give an integer, "
            "MLP(2, [6, 4, 1]) for example",
        )


def _refuse_softmax() -> NoReturn:
    refuse(
        fr="softmax mélange les sorties d’une couche, un neurone seul n’en a qu’une : "
        'écrivez Layer(nin, nout, activation="softmax") ou MLP(…, output="softmax")',
        en="softmax mixes the outputs of a layer, one neuron alone has only one: "
        'write Layer(nin, nout, activation="softmax") or MLP(…, output="softmax")',
    )
