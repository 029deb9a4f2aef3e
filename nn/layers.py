"""Build a graph: neurons, layers and multi-layer perceptrons, named as the course names them.

    z_k^[l] = w_k^[l] · a^[l-1] + b_k^[l]        a_k^[l] = σ(z_k^[l])        a^[0] = X, Ŷ = a^[n]

Neurons k, inputs i and layers l are counted from 1.  `Neuron(nin)`, `Layer(nin, nout)` and
`MLP(nin, nouts)` draw the same weights in the same order as micrograd's and print the same way;
everything beyond is a keyword.
"""

from __future__ import annotations

import json
import os
import random
import secrets
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from tinygrad_fr.engine import Scope, Value, _here, _scope
from tinygrad_fr.ops import TABLE, dot, mul, softmax
from tinygrad_fr.words import number, say

if TYPE_CHECKING:
    from rich.table import Table

_enter, _leave = _scope.set, _scope.reset

Seed = int | random.Random | None
Initialisation = Callable[[int, int, Any], float]

# Every row of the table that one number is enough for (others have defaults: leaky_relu, elu).
ACTIVATIONS = (
    *(name for name, row in TABLE.items() if row.arity and row.arity - len(row.defaults) == 1),
    "linear",
    "softmax",
)

_SPELLED = {"relu": "ReLU", "leaky_relu": "LeakyReLU", "elu": "ELU", "gelu": "GELU", "silu": "SiLU"}


# ── initialisations: (inputs, outputs of the layer, generator) → one weight ──────────────────────


def uniform(nin: int, nout: int, draw: Any) -> float:
    """A weight drawn evenly between −1 and 1, whatever the size of the layer: micrograd's."""
    return draw.uniform(-1, 1)  # type: ignore[no-any-return]


def glorot(nin: int, nout: int, draw: Any) -> float:
    """A weight drawn evenly within ±√(6/(nin + nout)): for tanh and sigmoid.

    Glorot & Bengio 2010, "Understanding the difficulty of training deep feedforward neural
    networks", eq. 16: the variance 2/(nin + nout) keeps both passes at the same scale.
    """
    bound: float = (6 / (nin + nout)) ** 0.5
    return draw.uniform(-bound, bound)  # type: ignore[no-any-return]


def he(nin: int, nout: int, draw: Any) -> float:
    """A weight drawn from the normal law of standard deviation √(2/nin): for ReLU.

    He, Zhang, Ren & Sun 2015, "Delving deep into rectifiers", eq. 10: ReLU halves the variance,
    the factor 2 gives it back.
    """
    return draw.gauss(0, (2 / nin) ** 0.5)  # type: ignore[no-any-return]


INITIALISATIONS: dict[str, Initialisation] = {"uniform": uniform, "glorot": glorot, "he": he}


def _generator(seed: Seed) -> Any:
    """Where random numbers come from: the module `random` itself, or a generator of one's own."""
    if seed is None:
        return random
    return seed if isinstance(seed, random.Random) else random.Random(seed)


# ── what every module can do ─────────────────────────────────────────────────────────────────────


class Module:
    """Something with parameters; `parameters()` is all that a module of your own has to define."""

    training = True

    if TYPE_CHECKING:

        def __call__(self, x: Any) -> Any:
            """The outputs for one example: what a module is for."""

    def parameters(self) -> list[Value]:
        """Every weight and bias, always in the same order."""
        return []

    def zero_grad(self) -> None:
        """Set every gradient to 0, because `backward` adds to what is there."""
        for p in self.parameters():
            p.grad = 0

    def named_parameters(self) -> list[tuple[str, Value]]:
        """(name, parameter) pairs: `("w_1,2^[1]", Value(…))`; θ_i where there is no label."""
        return [(p.label or f"θ_{i}", p) for i, p in enumerate(self.parameters(), start=1)]

    def train(self, mode: bool = True) -> Module:
        """Training mode, in which dropout drops; `eval()` leaves it."""
        self.training = mode
        for part in self._parts():
            part.train(mode)
        return self

    def eval(self) -> Module:
        """Evaluation mode: the same input always gives the same output."""
        return self.train(False)

    def _parts(self) -> Iterator[Module]:
        for attribute in vars(self).values():
            for part in attribute if isinstance(attribute, (list, tuple)) else [attribute]:
                if isinstance(part, Module):
                    yield part

    def architecture(self) -> dict[str, Any]:
        """What a file must agree with before its weights are taken: plain words and numbers."""
        return {"kind": type(self).__name__, "parameters": len(self.parameters())}

    def arrays(self) -> dict[str, Any]:
        """The parameters as nested lists of Values, under the names they have in a file."""
        return {"parameters": self.parameters()}

    def summary(self) -> Summary:
        """A table: layer, shape, activation function, number of parameters."""
        return Summary([("1", "", "", len(self.parameters()))])

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write architecture and weights to a .json or .npz file, whole or not at all.

        JSON keeps floats digit for digit and can be read by eye; .npz has one NumPy array per
        weight matrix (W1, b1, …).  Raises ValueError for another suffix or for weights that such
        a file cannot hold.
        """
        content = {"architecture": self.architecture(), **_numbers(self.arrays())}
        write = _WRITERS.get(Path(path).suffix.lower())
        if write is None:
            _refuse_suffix(path)
        _write_whole(Path(path), write, content)

    def load(self, path: str | os.PathLike[str]) -> Module:
        """Take the weights of a file written by `save`; gives the module back.

        A truncated or foreign file, another architecture or another shape raises ValueError in one
        line and changes nothing.
        """
        content = _read(path)
        found, expected = content.pop("architecture", None), self.architecture()
        if found != expected:
            _refuse(path, *_difference(found, expected))
        arrays = self.arrays()
        if set(content) != set(arrays):
            listed = f"{', '.join(sorted(content))} ≠ {', '.join(sorted(arrays))}"
            _refuse(path, f"elle contient {listed}", f"it holds {listed}")
        pairs: list[tuple[Value, Any]] = []
        for name, values in arrays.items():
            if not _match(values, content[name], pairs):
                _refuse(path, f"{name} n’a pas la bonne forme", f"{name} has not the right shape")
        for parameter, x in pairs:
            parameter.data = x
        return self


class Neuron(Module):
    """One neuron: a = f(w·x + b), w drawn by `init`, b = 0.

    >>> random.seed(0)
    >>> Neuron(2)
    ReLUNeuron(2)
    >>> Neuron(2, activation="tanh", layer=1, index=3).w[1].label
    'w_3,2^[1]'
    """

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
        """nonlin False: no activation function.  nout: neurons in its layer, which `glorot` asks."""
        _check_size(nin)
        self.activation = _known(activation if nonlin else "linear", ACTIVATIONS, "activation")
        if self.activation == "softmax":
            _refuse_softmax()
        self.nonlin = self.activation != "linear"
        if isinstance(init, str):
            init = INITIALISATIONS[_known(init, INITIALISATIONS, "init")]
        draw = _generator(seed)
        names = (("layer", layer), ("neuron", index))
        self.place: Scope = tuple((word, i) for word, i in names if i is not None)
        below = "" if index is None else f"_{index}"
        above = "" if layer is None else f"^[{layer}]"
        self.z_label, self.a_label = f"z{below}{above}", f"a{below}{above}"
        token = _enter(_here() + self.place)
        try:
            w = f"w{below}," if below else "w_"
            self.w = [
                Value(init(nin, nout, draw), label=f"{w}{i}{above}") for i in range(1, nin + 1)
            ]
            self.b = Value(0, label=f"b{below}{above}")
        finally:
            _leave(token)

    def __call__(self, x: Sequence[Any]) -> Value:
        """f(w·x + b) for one example: len(x) == nin, Values or plain numbers.

        A plain number stays one: no node is made for it and no gradient goes to it.
        """
        w = self.w
        if len(x) != len(w):
            self._refuse_inputs(x)
        # scope("layer", l) and scope("neuron", k), at a tenth of their price: this runs for every
        # neuron and example.
        token = _enter(_here() + self.place)
        try:
            z: Value = dot(w, x) + self.b
            z.label = self.z_label
            if not self.nonlin:
                return z
            a: Value = getattr(z, self.activation)()
            a.label = self.a_label
            return a
        finally:
            _leave(token)

    def parameters(self) -> list[Value]:
        """The weights, then the bias."""
        return [*self.w, self.b]

    def architecture(self) -> dict[str, Any]:
        return {"kind": "Neuron", "nin": len(self.w), "activation": self.activation}

    def arrays(self) -> dict[str, Any]:
        return {"w": self.w, "b": [self.b]}

    def summary(self) -> Summary:
        return Summary([("1", f"{len(self.w)} → 1", self.activation, len(self.w) + 1)])

    def _refuse_inputs(self, x: Sequence[Any]) -> NoReturn:
        raise ValueError(
            say(
                fr=f"le neurone de {self.z_label} a reçu {len(x)} entrées pour {len(self.w)} poids : "
                f"donnez des exemples de {len(self.w)} nombres",
                en=f"the neuron of {self.z_label} was given {len(x)} inputs for {len(self.w)} weights: "
                f"give examples of {len(self.w)} numbers",
            )
        )

    def __repr__(self) -> str:
        word = "".join(part.capitalize() for part in self.activation.split("_"))
        return f"{_SPELLED.get(self.activation, word)}Neuron({len(self.w)})"


class Layer(Module):
    """nout neurons on the same inputs; keywords go to each of them.

    A layer of one gives its element.  `activation="softmax"` belongs to the layer: it mixes the
    outputs of its neurons.
    """

    def __init__(self, nin: int, nout: int, **kwargs: Any) -> None:
        _check_size(nout)
        nonlin = kwargs.get("nonlin", True)
        self.activation = kwargs.get("activation", "relu") if nonlin else "linear"
        if self.activation == "softmax":
            kwargs = {**kwargs, "activation": "linear"}
        if kwargs.get("seed") is not None:
            kwargs = {**kwargs, "seed": _generator(kwargs["seed"])}
        layer = kwargs.get("layer")
        self.place: Scope = (("layer", layer),) if layer is not None else ()
        self.neurons = [Neuron(nin, index=k, nout=nout, **kwargs) for k in range(1, nout + 1)]

    def __call__(self, x: Any) -> Any:
        """The outputs for one example: a list of nout Values, or the Value itself if nout is 1."""
        x = _as_row(x)
        out = [neuron(x) for neuron in self.neurons]
        if self.activation == "softmax":
            token = _enter(_here() + self.place)
            try:
                out = softmax(out)
            finally:
                _leave(token)
            for a, neuron in zip(out, self.neurons, strict=True):
                a.label = neuron.a_label
        return out[0] if len(out) == 1 else out

    def parameters(self) -> list[Value]:
        """Neuron by neuron: its weights, then its bias."""
        return [p for neuron in self.neurons for p in neuron.parameters()]

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
        softly = "Softmax " if self.activation == "softmax" else ""
        return f"{softly}Layer of [{', '.join(str(neuron) for neuron in self.neurons)}]"


class Dropout(Module):
    """While training, each number is dropped with probability p and the others grow by 1/(1 − p).

    So the expected output is the input, and in evaluation nothing is changed.  Srivastava, Hinton,
    Krizhevsky, Sutskever & Salakhutdinov 2014, "Dropout: a simple way to prevent neural networks
    from overfitting", §10 (the scaling done while training rather than after).
    """

    def __init__(self, p: float = 0.5, seed: Seed = None) -> None:
        if not 0 <= p < 1:
            raise ValueError(
                say(
                    fr=f"Dropout attend une probabilité p avec 0 ≤ p < 1, reçu {number(p)} : "
                    "à p = 1 plus rien ne passe",
                    en=f"Dropout expects a probability p with 0 ≤ p < 1, got {number(p)}: "
                    "at p = 1 nothing goes through",
                )
            )
        self.p = p
        self.generator = None if seed is None else _generator(seed)

    def __call__(self, x: Any) -> Any:
        """x (one number or a list) with its dropped entries multiplied by 0."""
        if not self.training or self.p == 0:
            return x
        draw = (self.generator or random).random
        out = [mul(a, 0.0 if draw() < self.p else 1 / (1 - self.p)) for a in _as_row(x)]
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
            raise ValueError(
                say(
                    fr="MLP a reçu une liste de couches vide : donnez au moins la couche de "
                    "sortie, par exemple MLP(2, [1])",
                    en="MLP was given an empty list of layers: give at least the output layer, "
                    "MLP(2, [1]) for example",
                )
            )
        _known(activation, ACTIVATIONS, "activation")
        _known(output, ACTIVATIONS, "output")
        draw = None if seed is None else _generator(seed)
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
        x = _as_row(x)
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
    found: Any = _read(path).get("architecture")
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
        _refuse(path, "ce n’est pas un MLP", "it is not an MLP")
    model.load(path)
    return model


class Summary:
    """The table that `summary()` gives: prints itself, in a terminal or a notebook.

    rows: (layer, shape, activation function, number of parameters).
    """

    def __init__(self, rows: Sequence[tuple[str, str, str, int]]) -> None:
        self.rows = list(rows)

    @property
    def parameters(self) -> int:
        """How many there are in all."""
        return sum(row[3] for row in self.rows)

    def __rich__(self) -> Table:
        from rich.table import Table

        table = Table(show_footer=True)
        table.add_column(say(fr="couche", en="layer"), footer=say(fr="total", en="total"))
        table.add_column(say(fr="forme", en="shape"))
        table.add_column(say(fr="fonction de transfert", en="activation function"))
        table.add_column(
            say(fr="paramètres", en="parameters"), footer=str(self.parameters), justify="right"
        )
        for layer, shape, activation, count in self.rows:
            table.add_row(layer, shape, activation, str(count))
        return table

    def __repr__(self) -> str:
        from io import StringIO

        from rich.console import Console

        page = StringIO()
        Console(file=page, width=100, color_system=None).print(self)
        return page.getvalue().rstrip("\n")


# ── what is refused ──────────────────────────────────────────────────────────────────────────────


def _as_row(x: Any) -> Any:
    """One example as a list: a single number is a list of one, a NumPy row gives its numbers."""
    if type(x) is list:
        return x
    if hasattr(x, "tolist"):
        x = x.tolist()
    return x if hasattr(x, "__len__") else [x]


def _check_size(n: Any) -> None:
    if isinstance(n, bool) or not isinstance(n, int) or n < 1:
        raise ValueError(
            say(
                fr=f"une taille de couche vaut au moins 1, reçu {n!r} : donnez un entier, "
                "par exemple MLP(2, [6, 4, 1])",
                en=f"the size of a layer is at least 1, got {n!r}: give an integer, "
                "MLP(2, [6, 4, 1]) for example",
            )
        )


def _known(name: str, names: Any, option: str) -> str:
    """The name if it is one of the names; else a ValueError that lists them."""
    if name in names:
        return name
    from difflib import get_close_matches

    near = get_close_matches(str(name), list(names), n=1)
    hint = ""
    if near:
        hint = say(fr=f" Vouliez-vous dire {near[0]!r} ?", en=f" Did you mean {near[0]!r}?")
    raise ValueError(
        say(
            fr=f"{option}={name!r} est inconnu.{hint} Choisissez parmi : {', '.join(names)}",
            en=f"{option}={name!r} is unknown.{hint} Choose one of: {', '.join(names)}",
        )
    )


def _refuse_softmax() -> NoReturn:
    raise ValueError(
        say(
            fr="softmax mélange les sorties d’une couche, un neurone seul n’en a qu’une : "
            'écrivez Layer(nin, nout, activation="softmax") ou MLP(…, output="softmax")',
            en="softmax mixes the outputs of a layer, one neuron alone has only one: "
            'write Layer(nin, nout, activation="softmax") or MLP(…, output="softmax")',
        )
    )


# ── files: whole or not at all, and never a pickle ───────────────────────────────────────────────


def _numbers(values: Any) -> Any:
    """Nested lists of Values as nested lists of their numbers."""
    if isinstance(values, dict):
        return {name: _numbers(entry) for name, entry in values.items()}
    if isinstance(values, list):
        return [_numbers(entry) for entry in values]
    if isinstance(values.data, (float, int)):
        return values.data
    raise ValueError(
        say(
            fr=f"le paramètre {values.label or values!r} est un {type(values.data).__name__} : "
            "un fichier garde des float ou des int ; convertissez p.data avant d’enregistrer",
            en=f"parameter {values.label or values!r} is a {type(values.data).__name__}: "
            "a file keeps floats or ints; convert p.data before saving",
        )
    )


def _write_json(file: Any, content: dict[str, Any]) -> None:
    # No newline at the end: without its last byte, the brace, the file is not JSON any more.
    file.write(json.dumps(content, ensure_ascii=False, indent=1).encode())


def _write_npz(file: Any, content: dict[str, Any]) -> None:
    import numpy as np

    arrays: dict[str, Any] = {
        name: np.array(json.dumps(x)) if name == "architecture" else np.array(x, dtype=float)
        for name, x in content.items()
    }
    np.savez(file, **arrays)


# What json, zipfile and numpy say of a file that is not theirs, or not whole.
_UNREADABLE = (
    OSError,
    ValueError,
    KeyError,
    EOFError,
    SyntaxError,
    RuntimeError,
    zipfile.BadZipFile,
)
_WRITERS = {".json": _write_json, ".npz": _write_npz}


def _write_whole(path: Path, write: Callable[[Any, Any], None], content: Any) -> None:
    """Write beside, then rename: whoever reads meets the old file or the new one, never a half."""
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with open(beside, "xb") as file:
            write(file, content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def _read(path: str | os.PathLike[str]) -> dict[str, Any]:
    """The content of a model file; ValueError in one line if it is truncated or foreign."""
    suffix = Path(path).suffix.lower()
    if suffix not in _WRITERS:
        _refuse_suffix(path)
    if not Path(path).is_file():
        raise FileNotFoundError(
            say(
                fr=f"{path} : aucun fichier de ce nom ; vérifiez le chemin",
                en=f"{path}: there is no such file; check the path",
            )
        )
    try:
        content = _read_npz(path) if suffix == ".npz" else json.loads(Path(path).read_bytes())
    except _UNREADABLE:
        content = None
    if not isinstance(content, dict):
        _refuse(path, "fichier tronqué ou étranger", "the file is truncated or foreign")
    return content


def _read_npz(path: str | os.PathLike[str]) -> dict[str, Any]:
    import numpy as np

    if not zipfile.is_zipfile(path):
        raise ValueError
    with np.load(path, allow_pickle=False) as arrays:
        content = {name: arrays[name].tolist() for name in arrays.files}
    return {**content, "architecture": json.loads(content["architecture"])}


def _match(values: Any, found: Any, pairs: list[tuple[Value, Any]]) -> bool:
    """Whether found has the shape of values, number by number; the pairs are collected."""
    if isinstance(values, list):
        if not isinstance(found, list) or len(found) != len(values):
            return False
        return all(_match(v, x, pairs) for v, x in zip(values, found, strict=True))
    pairs.append((values, found))
    return isinstance(found, (float, int)) and not isinstance(found, bool)


def _difference(found: Any, expected: dict[str, Any]) -> tuple[str, str]:
    """Where the architecture of the file differs from the model's, in French and in English."""
    if not isinstance(found, dict):
        return "l’architecture manque", "the architecture is missing"
    for name in (*expected, *found):
        if found.get(name) != expected.get(name):
            there, here = found.get(name), expected.get(name)
            return (
                f"architecture différente, {name} = {there} dans le fichier, {here} dans le modèle",
                f"another architecture, {name} = {there} in the file, {here} in the model",
            )
    raise AssertionError


def _refuse(path: str | os.PathLike[str], fr: str, en: str) -> NoReturn:
    raise ValueError(
        say(
            fr=f"{path} : {fr}. Le modèle reste comme il était ; donnez un fichier écrit par save",
            en=f"{path}: {en}. The model is as it was; give a file written by save",
        )
    ) from None


def _refuse_suffix(path: str | os.PathLike[str]) -> NoReturn:
    raise ValueError(
        say(
            fr=f"{path} : suffixe {Path(path).suffix!r} inconnu ; nommez le fichier .json ou .npz",
            en=f"{path}: unknown suffix {Path(path).suffix!r}; name the file .json or .npz",
        )
    )
