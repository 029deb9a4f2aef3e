"""Then draw it: how much gradient each layer lets through, on these examples."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from tinygrad_fr.nn.arrays import as_rows, forward, plain
from tinygrad_fr.nn.plot.curves import values_and_slopes
from tinygrad_fr.nn.plot.figure import axes, finish
from tinygrad_fr.ops import TABLE
from tinygrad_fr.refusals import refuse
from tinygrad_fr.words import percent, say

if TYPE_CHECKING:
    from tinygrad_fr.nn.arrays import Array, Numbers

SATURATED, WEAK = 0.01, 0.1  # of the steepest slope of the function
LABELLED = 0.06  # the shortest piece of a bar that its share is written on


def saturation(model: Any, X: Numbers, ax: Any = None) -> Any:
    """How much gradient each layer lets through: its slopes f′(z) on these examples.

    A slope counts against the steepest of its activation function (¼ for the sigmoid, 1 for tanh
    and ReLU): three shares, saturated under 1 %, weak under 10 %, alive.  A neuron saturated on
    every example is dead, and counted.  Raises ValueError for a model that is not an MLP.
    """
    if not plain(model):
        kind = type(model).__name__
        refuse(
            fr=f"saturation lit les couches d’un MLP, reçu {kind} ; donnez un MLP",
            en=f"saturation reads the layers of an MLP, got {kind}; give an MLP",
        )
    rows = as_rows(X, len(model.layers[0].neurons[0].w))
    ax = axes(7.2, 1.5 + 0.55 * len(model.layers)) if ax is None else ax
    names, dead = [], []
    for n, (layer, (Z, A)) in enumerate(
        zip(model.layers, forward(model, rows), strict=True), start=1
    ):
        slopes = abs(_slopes(layer.activation, Z, A)) / _steepest(layer.activation)
        low, weak = (slopes < SATURATED).mean(), (slopes < WEAK).mean()
        _bar(ax, n, [float(low), float(weak - low), float(1 - weak)])
        names.append(say(fr=f"couche {n}, {layer.activation}", en=f"layer {n}, {layer.activation}"))
        dead.append(int((slopes < SATURATED).all(axis=0).sum()))
        if dead[-1]:
            each = f"{dead[-1]}/{A.shape[1]}"
            ax.text(101, n, say(fr=f"morts : {each}", en=f"dead: {each}"), va="center", fontsize=9)
    ax.set_yticks(range(1, len(names) + 1), names)
    ax.set(xlim=(0, 116 if any(dead) else 100), xticks=range(0, 101, 20))
    pairs = say(
        fr="part des couples (neurone, exemple), en %",
        en="share of (neuron, example) pairs, in %",
    )
    ax.set_xlabel(pairs)
    ax.invert_yaxis()
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3, frameon=False, fontsize=9)
    return finish(ax, grid=False)


def _bar(ax: Any, n: int, shares: list[float]) -> None:
    """The bar of layer n: what is saturated, weak and alive, one piece after the other."""
    saturated, weak = percent(SATURATED), percent(WEAK)
    kinds = (
        (say(fr=f"saturé (< {saturated})", en=f"saturated (< {saturated})"), "#222222", "white"),
        (say(fr=f"faible (< {weak})", en=f"weak (< {weak})"), "#8a8f98", "black"),
        (say(fr="vivant", en="alive"), "#dfe8f2", "black"),
    )
    left = 0.0
    for (label, colour, ink), share in zip(kinds, shares, strict=True):
        ax.barh(
            n,
            100 * share,
            left=left,
            height=0.62,
            color=colour,
            ec="white",
            label=label if n == 1 else None,
        )
        if share >= LABELLED:
            middle, told = left + 50 * share, percent(round(share, 2))
            ax.text(middle, n, told, ha="center", va="center", color=ink, fontsize=9)
        left += 100 * share


def _slopes(activation: str, Z: Array, A: Array) -> Array:
    """f′ at every pre-activation, from the table; for softmax ∂a_k/∂z_k = a(1 − a)."""
    import numpy as np

    if activation == "linear":
        return np.ones_like(Z)
    if activation == "softmax":
        return np.asarray(A * (1 - A))
    row = TABLE[activation]

    def slope(z: float, a: float) -> float:
        return float(row.local_derivative(0, (z, *row.defaults), a))

    slopes: Any = np.frompyfunc(slope, 2, 1)
    return np.asarray(slopes(Z, A), dtype=float)


def _steepest(activation: str) -> float:
    """The largest |f′| between −6 and 6: what a slope is compared with."""
    if activation in ("softmax", "linear"):
        return 0.25 if activation == "softmax" else 1.0
    found = values_and_slopes(activation, [k / 20 for k in range(-120, 121)])
    return max((abs(d) for _, _, d in found if math.isfinite(d)), default=1.0) or 1.0
