"""Then draw it: a network with its weights, as thick as they are large."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from tinygrad_fr.nn.layers import Layer
from tinygrad_fr.nn.plot.figure import DARK, NEGATIVE, POSITIVE, axes, written
from tinygrad_fr.refusals import refuse
from tinygrad_fr.words import number, say

DASHES = (0, (2.2, 1.1))  # of what is negative
NAMED, BIASED = 16, 10  # the widest layer whose neurons have room for a name, and for their bias
Point = tuple[float, float]


def weights(
    model: Any,
    ax: Any = None,
    *,
    names: Sequence[str] = (),
    answers: Sequence[Any] = (),
) -> Any:
    """The network with its weights: thickness for |w|, plain for w > 0, dashed for w < 0.

    names    of the inputs, left of them
    answers  what the outputs stand for, right of them

    Neurons are drawn layer by layer, inputs left; the bias stands in its neuron where there is
    room.  Raises ValueError for a model that has no `layers`.
    """
    layers = getattr(model, "layers", None)
    if not layers:
        kind = type(model).__name__
        refuse(
            fr=f"weights dessine un MLP, reçu {kind} ; donnez un modèle qui a des couches (layers)",
            en=f"weights draws an MLP, got {kind}; give a model that has layers",
        )
    sizes = [len(layers[0].neurons[0].w), *(len(layer.neurons) for layer in layers)]
    tall = max(sizes)
    if ax is None:
        ax = axes(1.9 * len(sizes) + 1.2, min(max(3.2, 0.72 * tall + 0.8), 9.0))
    places = [_column(column, size, tall) for column, size in enumerate(sizes)]
    most = _arrows(ax, layers, places)
    radius = min(0.34, 3.2 / tall)
    _neurons(ax, layers, places, radius)
    if tall <= NAMED:
        _beside(ax, places[0], [written(name) for name in names], -1.3 * radius, "right")
        _beside(ax, places[-1], [written(str(a)) for a in answers], 1.3 * radius, "left")
    _legend(ax, most, biases=tall <= BIASED)
    ax.set_axis_off()
    ax.set_aspect("equal")
    ax.autoscale_view()
    ax.margins(0.04)
    return ax


def _column(column: int, size: int, tall: int) -> list[Point]:
    """Where the neurons of a layer stand: further apart where there are fewer."""
    spread = (tall / size) ** 0.5
    return [(2.4 * column, -(k - (size - 1) / 2) * spread) for k in range(size)]


def _arrows(ax: Any, layers: Sequence[Layer], places: list[list[Point]]) -> float:
    """A line per weight; gives the largest |w|, which is the thickest."""
    values = [float(w.data) for layer in layers for n in layer.neurons for w in n.w]
    most = max((abs(v) for v in values if math.isfinite(v)), default=0) or 1.0
    for layer, before, after in zip(layers, places, places[1:], strict=False):
        for neuron, (r, s) in zip(layer.neurons, after, strict=True):
            for w, (p, q) in zip(neuron.w, before, strict=True):
                v = float(w.data)
                share = abs(v) / most if math.isfinite(v) else 1.0
                ax.plot(
                    [p, r],
                    [q, s],
                    color=POSITIVE if v > 0 else NEGATIVE,
                    lw=0.3 + 4.7 * share,
                    ls="-" if v > 0 else DASHES,
                    alpha=0.35 + 0.6 * share,
                    zorder=1,
                    solid_capstyle="butt",
                    dash_capstyle="butt",
                )
    return most


def _neurons(ax: Any, layers: Sequence[Layer], places: list[list[Point]], radius: float) -> None:
    """A disc per neuron, with the course's name and its bias where there is room."""
    from matplotlib.patches import Circle

    widest = max(map(len, places))
    for column, found in enumerate(places):
        last = column == len(places) - 1
        for k, (p, q) in enumerate(found, start=1):
            ax.add_patch(Circle((p, q), radius, fc="white", ec=DARK, lw=1.1, zorder=3))
            if widest > NAMED:
                continue
            name = f"$x_{{{k}}}$" if column == 0 else f"$a_{{{k}}}^{{[{column}]}}$"
            if last:
                name = rf"$\hat{{y}}_{{{k}}}$" if len(found) > 1 else r"$\hat{y}$"
            biased = column > 0 and widest <= BIASED
            up = 0.27 * radius if biased else 0.0
            ax.text(p, q + up, name, ha="center", va="center", fontsize=9, zorder=4)
            if biased:
                b = number(float(layers[column - 1].neurons[k - 1].b.data), 2)
                small = {"fontsize": 7, "color": DARK, "zorder": 4}
                ax.text(p, q - 0.5 * radius, b, ha="center", va="center", gid="bias", **small)


def _beside(ax: Any, found: list[Point], names: Sequence[str], away: float, side: str) -> None:
    """The names of inputs left of them, of outputs right of them, where no line goes."""
    for (p, q), name in zip(found, names, strict=False):
        if name not in ("$x_{1}$", "$x_{2}$", "y"):  # the disc says it already
            ax.text(p + away, q, name, ha=side, va="center", fontsize=9, gid="name")


def _legend(ax: Any, most: float, biases: bool) -> None:
    from matplotlib.lines import Line2D

    told = say(fr="épaisseur ∝ |w|, max ", en="thickness ∝ |w|, max ") + number(most, 2)
    if biases:
        told += say(fr=" ; dans le disque, le biais b", en="; in the disc, the bias b")
    ax.legend(
        handles=[
            Line2D([], [], color=POSITIVE, lw=3, label="w > 0"),
            Line2D([], [], color=NEGATIVE, lw=3, ls=DASHES, label="w < 0"),
        ],
        loc="upper center",
        bbox_to_anchor=(0.5, 0.0),
        ncols=2,
        frameon=False,
        fontsize=8,
        title=told,
        title_fontsize=8,
    )
