"""Build no graph: what a network answers for many examples at once, computed with NumPy.

    A = outputs(model, X)           # one row per example, one column per output

The same formulas as `layers`, with a whole layer in one line: Z = A W^T + b, A = f(Z).
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from tinygrad_fr.engine import Value
from tinygrad_fr.nn.layers import ACTIVATIONS, MLP, Layer, Neuron
from tinygrad_fr.nn.module import Module
from tinygrad_fr.ops import TABLE
from tinygrad_fr.refusals import refuse

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]
    Numbers = Sequence[Any] | Array


def outputs(model: Any, X: Numbers) -> Array:
    """What the model answers for every example, as an array (examples, outputs); builds no graph.

    An MLP is computed with NumPy, layer by layer; any other model is called, in evaluation mode.
    """
    import numpy as np

    rows = np.asarray(X, dtype=float)
    if plain(model):
        expected = len(model.layers[0].neurons[0].w)
        if rows.shape[1:] != (expected,):
            as_rows(X, expected)
        return forward(model, rows)[-1][1]
    mode = getattr(model, "training", None)
    if isinstance(model, Module):
        model.eval()
    try:
        found = [model(row) for row in rows.tolist()]
    finally:
        if isinstance(model, Module):
            model.train(bool(mode))
    return np.array(
        [
            [
                float(v.data if isinstance(v, Value) else v)
                for v in (out if isinstance(out, (list, tuple)) else [out])
            ]
            for out in found
        ]
    )


def plain(model: Any) -> bool:
    """Whether the model computes what `forward` does: an MLP of the house, layers untouched."""
    return type(model) is MLP and all(
        type(layer) is Layer
        and layer.activation in ACTIVATIONS
        and all(
            type(n) is Neuron
            and n.activation == ("linear" if layer.activation == "softmax" else layer.activation)
            for n in layer.neurons
        )
        for layer in model.layers
    )


def forward(model: MLP, X: Array) -> list[tuple[Array, Array]]:
    """(Z, A) of every layer, one row per example: Z = A W^T + b, A = f(Z)."""
    import numpy as np

    A, found = X, []
    with np.errstate(all="ignore"):
        for layer in model.layers:
            W = np.array([[float(w.data) for w in n.w] for n in layer.neurons])
            b = np.array([float(n.b.data) for n in layer.neurons])
            Z = A @ W.T + b
            A = activated(layer.activation, Z)
            found.append((Z, A))
    return found


def activated(name: str, Z: Array) -> Array:
    """f(Z): the usual functions by NumPy, the others by their row, number by number."""
    import numpy as np

    if name == "linear":
        return Z
    if name == "relu":
        return np.asarray(np.maximum(Z, 0))
    if name == "tanh":
        return np.asarray(np.tanh(Z))
    if name == "sigmoid":
        return sigmoid(Z)
    if name == "softmax":
        e = np.exp(Z - Z.max(axis=1, keepdims=True))
        return np.asarray(e / e.sum(axis=1, keepdims=True))
    each: Any = np.frompyfunc(TABLE[name], 1, 1)
    return np.asarray(each(Z), dtype=float)


def sigmoid(Z: Array) -> Array:
    import numpy as np

    small = np.exp(-np.abs(Z))
    return np.asarray(np.where(Z >= 0, 1, small) / (1 + small))


def shares(model: Any, out: Array, threshold: float | None = None) -> tuple[Array, float]:
    """The outputs as shares of the classes, of sum 1, and the share of class 1 that decides.

    threshold  of a single output: ½ where a sigmoid makes it, else 0, unless told
    """
    import numpy as np

    last = model.layers[-1].activation if isinstance(model, MLP) else ""
    with np.errstate(all="ignore"):
        if out.shape[1] == 1:
            probable = last == "sigmoid"
            if threshold is None:
                threshold = 0.5 if probable else 0.0
            p = out if probable else sigmoid(out - threshold)
            return np.hstack([1 - p, p]), threshold if probable else 0.5
        if last == "softmax":
            return out, 0.5
        if last == "sigmoid":
            return out / out.sum(axis=1, keepdims=True), 0.5
        return activated("softmax", out), 0.5


def decided(p: Array, cut: float) -> list[int]:
    """The class of each row of shares: the largest; of two, class 1 if its share is above cut."""
    if p.shape[1] == 2:
        return [int(share > cut) for share in p[:, 1]]
    return [int(c) for c in p.argmax(axis=1)]


def as_rows(X: Numbers, width: int) -> Array:
    """The examples as an array of `width` columns; ValueError that counts if they are not."""
    import numpy as np

    rows = np.zeros(())
    with suppress(TypeError, ValueError):  # ragged, or no numbers: refused below
        rows = np.array(
            [[u.data if isinstance(u, Value) else u for u in x] for x in X], dtype=float
        )
    shape = rows.shape
    if len(shape) != 2 or shape[1] != width or not np.isfinite(rows).all():
        found = " × ".join(map(str, shape)) or type(X).__name__
        refuse(
            fr=f"il faut des exemples de {width} nombres finis, reçu {found} ; "
            "donnez une liste de lignes",
            en=f"examples of {width} finite numbers are needed, got {found}; give a list of rows",
        )
    return rows
