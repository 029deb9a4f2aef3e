"""Then draw it: what a network has learnt and how it went, with matplotlib.

    ax = boundary(model, X, y)          # decision regions, and each hidden neuron's own line
    history(fit(…))                     # cost and accuracy, epoch by epoch
    save(ax, "boundary.png")

Every function draws on the `ax` it is given, or on a figure of its own, and gives the axes back.
Colours are told apart by the colour-blind (Okabe & Ito 2008) and never alone: shapes, dashes and
thickness say the same in grey.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from tinygrad_fr.engine import Value
from tinygrad_fr.nn.arrays import as_rows, forward, outputs, plain, sigmoid
from tinygrad_fr.nn.layers import ACTIVATIONS, MLP, Layer
from tinygrad_fr.ops import TABLE, DomainError
from tinygrad_fr.refusals import known
from tinygrad_fr.words import language, number, say

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np

    Array = np.ndarray[Any, Any]
    Numbers = Sequence[Any] | Array

CLASSES = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#d55e00", "#56b4e9", "#f0e442", "#666666")
MARKERS = "o^sDPXv*"
RED, BLUE, DARK = "#b00020", "#1f4e9e", "#30363d"  # forward, backward, the rest
POSITIVE, NEGATIVE = "#0072b2", "#d55e00"  # weights: plain and dashed


# ── decision regions ─────────────────────────────────────────────────────────────────────────────


def boundary(
    model: Any,
    X: Numbers,
    y: Numbers | None = None,
    ax: Any = None,
    *,
    threshold: float | None = None,
    lines: bool = True,
    size: int = 200,
) -> Any:
    """The plane as a model of two inputs sees it: probability as shading, the decision as a line.

    X, y       the points to show, len(x) == 2; y: classes (0, 1, …; −1 and 1; or rows with one 1)
    threshold  of a single output: ½ where a sigmoid makes it, else 0, unless told
    lines      also the line w·x + b = 0 of each neuron of the first hidden layer, with its number
    size       points per side at which an MLP is computed (other models, by calling them: 50)

    A ring marks a point on the wrong side.  Raises ValueError for a model of other than two inputs.
    """
    import numpy as np

    rows = as_rows(X, 2)
    labels, classes = ([], []) if y is None else _labels(y, len(rows))
    (x1, x2), (y1, y2) = (_span(rows[:, i]) for i in (0, 1))
    alike = max(x2 - x1, y2 - y1) < 3 * min(x2 - x1, y2 - y1)
    if ax is None:
        ax = _axes(5.6, 1.2 + 4.9 * (y2 - y1) / (x2 - x1) if alike else 4.8)
    side = size if plain(model) else min(size, 50)
    across, up = np.linspace(x1, x2, side), np.linspace(y1, y2, side)
    grid = np.stack(np.meshgrid(across, up), axis=-1).reshape(-1, 2)
    out = outputs(model, grid)
    if out.shape[1] == 1 and len(classes) > 2:
        _refuse(
            f"le modèle a une sortie et y {len(classes)} classes ; donnez-lui {len(classes)} sorties",
            f"the model has one output and y has {len(classes)} classes; give it {len(classes)} outputs",
        )
    shares, cut = _shares(model, out, threshold)
    k = shares.shape[1]
    shares = shares.reshape(side, side, k)
    colours = _blend(shares, cut)
    ax.imshow(
        colours,
        extent=(x1, x2, y1, y2),
        origin="lower",
        aspect="auto",
        interpolation="bilinear",
        zorder=0,
    )
    for c in range(1 if k == 2 else 0, k):
        others = np.delete(shares, c, axis=2).max(axis=2)
        lead = shares[:, :, c] - (cut if k == 2 else others)
        if np.isfinite(lead).all() and lead.min() < 0 < lead.max():
            ax.contour(across, up, lead, levels=[0], colors="black", linewidths=2, zorder=2)
    if lines:
        _hidden_lines(model, ax, (x1, x2, y1, y2))
    if labels:
        _scatter(
            ax, rows, labels, classes, _decide(*_shares(model, outputs(model, rows), threshold))
        )
    if alike:
        ax.set_aspect("equal")
    ax.set(xlim=(x1, x2), ylim=(y1, y2), xlabel="$x_1$", ylabel="$x_2$")
    return _finish(ax, grid=False)


def _scatter(
    ax: Any, rows: Array, labels: list[int], classes: list[Any], guesses: list[int]
) -> None:
    """The points by class, and a ring around those the model puts elsewhere."""
    import numpy as np

    found, guessed = np.array(labels), np.array(guesses)
    for c, name in enumerate(classes):
        at = rows[found == c]
        ax.scatter(
            at[:, 0],
            at[:, 1],
            s=26,
            marker=MARKERS[c],
            color=CLASSES[c],
            edgecolors="white",
            linewidths=0.7,
            zorder=4,
            label=f"y = {name}".replace("-", "−"),
        )
    wrong = rows[found != guessed]
    if len(wrong):
        ax.scatter(
            wrong[:, 0],
            wrong[:, 1],
            s=90,
            facecolors="none",
            edgecolors="black",
            linewidths=1.1,
            zorder=5,
            label=say(fr="mal classé", en="on the wrong side"),
        )
    share = 100 * (1 - len(wrong) / len(rows))
    ax.set_title(
        say(fr="exactitude ", en="accuracy ") + _percent(number(share)), fontsize=11, pad=20
    )
    ax.legend(
        loc="lower center",
        bbox_to_anchor=(0.5, 0.99),
        ncols=5,
        fontsize=8,
        frameon=False,
        handletextpad=0.1,
        columnspacing=1.2,
    )


def _hidden_lines(model: Any, ax: Any, box: tuple[float, float, float, float]) -> None:
    """Where each neuron of the first of several layers changes sign, with its number at the edge."""
    if not isinstance(model, MLP) or len(model.layers) < 2:
        return
    x1, x2, y1, y2 = box
    for k, neuron in enumerate(model.layers[0].neurons, start=1):
        a, c, b = (float(p.data) for p in neuron.parameters())
        if not all(map(math.isfinite, (a, c, b))) or a == c == 0:
            continue
        ends = []
        for x in (x1, x2):
            if c and y1 <= -(a * x + b) / c <= y2:
                ends.append((x, -(a * x + b) / c))
        for v in (y1, y2):
            if a and x1 <= -(c * v + b) / a <= x2:
                ends.append((-(c * v + b) / a, v))
        if len(ends) < 2 or math.dist(ends[0], ends[-1]) == 0:
            continue  # it does not cross the picture
        (p, q), (r, s) = ends[0], ends[-1]
        ax.plot([p, r], [q, s], color=DARK, lw=1.2, ls=(0, (5, 2)), zorder=3)
        # a little inside the edge, each at its own depth, so that numbers do not cover each other
        t = 0.04 + 0.035 * (k % 4)
        ax.text(
            p + t * (r - p),
            q + t * (s - q),
            str(k),
            fontsize=8,
            color=DARK,
            ha="center",
            va="center",
            zorder=6,
            bbox={"boxstyle": "circle,pad=0.18", "fc": "white", "ec": DARK, "lw": 0.7},
        )


def _blend(shares: Array, cut: float) -> Array:
    """Each point in its class's colour, paler where the model is less sure."""
    import numpy as np
    from matplotlib.colors import to_rgb

    k = shares.shape[2]
    winner = (shares[:, :, 1] > cut).astype(int) if k == 2 else shares.argmax(axis=2)
    best = np.take_along_axis(shares, winner[:, :, None], axis=2)[:, :, 0]
    sure = np.clip((best - 1 / k) / (1 - 1 / k), 0, 1)
    sure = np.where(np.isfinite(sure), 0.1 + 0.45 * sure, 0)[:, :, None]
    own = np.array([to_rgb(colour) for colour in CLASSES[:k]])[winner]
    return np.asarray(1 - sure + sure * own)


def _shares(model: Any, out: Array, threshold: float | None) -> tuple[Array, float]:
    """The outputs as shares of the classes that add up to 1, and the share of class 1 that decides."""
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
        e = np.exp(out - out.max(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True), 0.5


def _decide(shares: Array, cut: float) -> list[int]:
    if shares.shape[1] == 2:
        return [int(p > cut) for p in shares[:, 1]]
    return [int(c) for c in shares.argmax(axis=1)]


def _labels(y: Numbers, count: int) -> tuple[list[int], list[Any]]:
    """Targets as places in the list of classes, and that list."""
    tolist = getattr(y, "tolist", None)
    raw = list(y) if tolist is None else tolist()
    if len(raw) != count:
        _refuse(
            f"{count} points et {len(raw)} cibles ; donnez-en autant des deux",
            f"{count} points and {len(raw)} targets; give as many of both",
        )
    flat = [
        t.data
        if isinstance(t, Value)
        else (list(t).index(max(t)) if len(t) > 1 else t[0])
        if hasattr(t, "__len__")
        else t
        for t in raw
    ]
    classes = sorted(set(flat))
    if all(float(c).is_integer() for c in classes):
        flat, classes = [int(t) for t in flat], [int(c) for c in classes]
        if classes[0] >= 0:
            classes = (
                list(range(max(classes[-1] + 1, 2))) if classes[-1] < len(CLASSES) else classes
            )
    if len(classes) > len(CLASSES):
        _refuse(
            f"y a {len(classes)} valeurs différentes ; boundary montre des classes, {len(CLASSES)} au plus",
            f"y has {len(classes)} different values; boundary shows classes, {len(CLASSES)} at most",
        )
    return [classes.index(t) for t in flat], classes


# ── how the training went ────────────────────────────────────────────────────────────────────────


def history(history: Any, ax: Any = None) -> Any:
    """The cost of each epoch and, beside it, the share of right answers.

    history  what `fit` gives: its `loss`, `accuracy`, `validation_loss`, `validation_accuracy`
    ax       one axes for the cost alone, or two; a new figure shows both where there are both
    """
    known = bool(history.accuracy)
    if ax is None:
        ax = _axes(9.0 if known else 5.6, 3.6, 2 if known else 1)
    pair = list(ax) if isinstance(ax, (list, tuple)) or hasattr(ax, "flat") else [ax]
    titles = [say(fr="coût L", en="cost L"), say(fr="exactitude (%)", en="accuracy (%)")]
    data = [
        (history.loss, history.validation_loss, 1),
        (history.accuracy, history.validation_accuracy, 100),
    ]
    for panel, title, (learnt, tested, scale) in zip(pair, titles, data, strict=False):
        curves = (
            (learnt, "-", RED, say(fr="apprentissage", en="training")),
            (
                tested,
                "--",
                BLUE,
                say(fr="validation", en="validation"),
            ),
        )
        for values, style, colour, label in curves:
            if values:
                epochs = range(1, len(values) + 1)
                panel.plot(
                    epochs, [scale * v for v in values], style, color=colour, lw=2, label=label
                )
        shown = [v for v in (*learnt, *tested) if 0 < v < math.inf]
        if scale == 1 and shown and max(shown) > 50 * min(shown):
            panel.set_yscale("log")
        if scale == 1 and tested and getattr(history, "best_epoch", 0):
            panel.axvline(
                history.best_epoch,
                color=DARK,
                lw=1,
                ls=":",
                label=say(fr="poids gardés", en="weights kept"),
            )
        panel.set(xlabel=say(fr="époque", en="epoch"), ylabel=title)
        if panel.get_legend_handles_labels()[1]:
            panel.legend(frameon=False, fontsize=9)
        panel.xaxis.get_major_locator().set_params(integer=True)
        _finish(panel)
    return ax


# ── the weights ──────────────────────────────────────────────────────────────────────────────────


def weights(model: Any, ax: Any = None) -> Any:
    """The network with its weights: thickness for |w|, plain for w > 0, dashed for w < 0.

    Neurons are drawn layer by layer, inputs left; the bias stands under its neuron where there is
    room.  Raises ValueError for a model that has no `layers`.
    """
    layers = getattr(model, "layers", None)
    if not layers:
        _refuse(
            f"weights dessine un MLP, reçu {type(model).__name__} ; donnez un modèle qui a des layers",
            f"weights draws an MLP, got {type(model).__name__}; give a model that has layers",
        )
    sizes = [len(layers[0].neurons[0].w), *(len(layer.neurons) for layer in layers)]
    tall = max(sizes)
    ax = _axes(1.9 * len(sizes) + 1.2, min(max(3.2, 0.72 * tall + 0.8), 9.0)) if ax is None else ax
    values = [float(w.data) for layer in layers for n in layer.neurons for w in n.w]
    most = max((abs(v) for v in values if math.isfinite(v)), default=0) or 1.0
    radius = min(0.3, 3.2 / tall)

    def place(column: int, k: int) -> tuple[float, float]:
        spread = (tall / sizes[column]) ** 0.5 if sizes[column] < tall else 1.0
        return 2.4 * column, -(k - (sizes[column] - 1) / 2) * spread

    for column, layer in enumerate(layers):
        for k, neuron in enumerate(layer.neurons):
            for i, w in enumerate(neuron.w):
                v = float(w.data)
                share = abs(v) / most if math.isfinite(v) else 1.0
                (p, q), (r, s) = place(column, i), place(column + 1, k)
                ax.plot(
                    [p, r],
                    [q, s],
                    color=POSITIVE if v > 0 else NEGATIVE,
                    lw=0.3 + 4.7 * share,
                    ls="-" if v > 0 else (0, (2.2, 1.1)),
                    alpha=0.35 + 0.6 * share,
                    zorder=1,
                    solid_capstyle="butt",
                    dash_capstyle="butt",
                )
    _neurons(ax, layers, sizes, place, radius)
    _weights_legend(ax, most)
    ax.set_axis_off()
    ax.set_aspect("equal")
    ax.autoscale_view()
    ax.margins(0.04)
    return ax


def _neurons(
    ax: Any,
    layers: Sequence[Layer],
    sizes: list[int],
    place: Callable[[int, int], tuple[float, float]],
    radius: float,
) -> None:
    """A disc per neuron, with the course's name and its bias where there is room."""
    from matplotlib.patches import Circle

    roomy = max(sizes) <= 16
    for column, size in enumerate(sizes):
        for k in range(size):
            p, q = place(column, k)
            ax.add_patch(Circle((p, q), radius, fc="white", ec=DARK, lw=1.1, zorder=3))
            if not roomy:
                continue
            name = f"$x_{{{k + 1}}}$" if column == 0 else f"$a_{{{k + 1}}}^{{[{column}]}}$"
            if column == len(sizes) - 1:
                name = rf"$\hat{{y}}_{{{k + 1}}}$" if size > 1 else r"$\hat{y}$"
            ax.text(p, q, name, ha="center", va="center", fontsize=9, zorder=4)
            if column and max(sizes) <= 10:
                b = number(float(layers[column - 1].neurons[k].b.data), 2)
                ax.text(
                    p,
                    q - radius - 0.03,
                    f"b = {b}",
                    ha="center",
                    va="top",
                    fontsize=6.5,
                    color=DARK,
                    zorder=4,
                    bbox={"boxstyle": "round,pad=0.08", "fc": "white", "ec": "none", "alpha": 0.8},
                )


def _weights_legend(ax: Any, most: float) -> None:
    from matplotlib.lines import Line2D

    handles = [
        Line2D([], [], color=POSITIVE, lw=3, label="w > 0"),
        Line2D([], [], color=NEGATIVE, lw=3, ls=(0, (2.2, 1.1)), label="w < 0"),
    ]
    ax.legend(
        handles=handles,
        loc="upper center",
        bbox_to_anchor=(0.5, 0.0),
        ncols=2,
        frameon=False,
        fontsize=8,
        title=say(fr="épaisseur ∝ |w|, max ", en="thickness ∝ |w|, max ") + number(most, 2),
        title_fontsize=8,
    )


# ── saturation ───────────────────────────────────────────────────────────────────────────────────


def saturation(model: Any, X: Numbers, ax: Any = None) -> Any:
    """How much gradient each layer lets through: its slopes f′(z) on these examples, in three shares.

    A slope counts against the steepest of its activation function (¼ for the sigmoid, 1 for tanh
    and ReLU): saturated under 1 %, weak under 10 %.  A neuron saturated on every example is dead,
    and counted.  Raises ValueError for a model that is not an MLP.
    """
    import numpy as np

    if not plain(model):
        _refuse(
            f"saturation lit les couches d’un MLP, reçu {type(model).__name__}",
            f"saturation reads the layers of an MLP, got {type(model).__name__}",
        )
    rows = as_rows(X, len(model.layers[0].neurons[0].w))
    ax = _axes(7.2, 1.5 + 0.55 * len(model.layers)) if ax is None else ax
    names, dead = [], []
    kinds = [
        (say(fr="saturé", en="saturated") + f" (< {_percent('1')})", "#222222", "white"),
        (say(fr="faible", en="weak") + f" (< {_percent('10')})", "#8a8f98", "black"),
        (say(fr="vivant", en="alive"), "#dfe8f2", "black"),
    ]
    for n, (layer, (Z, A)) in enumerate(
        zip(model.layers, forward(model, rows), strict=True), start=1
    ):
        slopes = np.abs(_slopes(layer.activation, Z, A)) / _steepest(layer.activation)
        shares = [(slopes < 0.01).mean(), ((slopes >= 0.01) & (slopes < 0.1)).mean()]
        left = 0.0
        for (label, colour, ink), share in zip(kinds, [*shares, 1 - sum(shares)], strict=True):
            share = 100 * float(share)
            ax.barh(
                n,
                share,
                left=left,
                height=0.62,
                color=colour,
                ec="white",
                label=label if n == 1 else None,
            )
            if share >= 6:
                ax.text(
                    left + share / 2,
                    n,
                    _percent(f"{share:.0f}"),
                    ha="center",
                    va="center",
                    color=ink,
                    fontsize=9,
                )
            left += share
        dead.append(int((slopes < 0.01).all(axis=0).sum()))
        names.append(say(fr=f"couche {n}, {layer.activation}", en=f"layer {n}, {layer.activation}"))
        if dead[-1]:
            each = f"{dead[-1]}/{A.shape[1]}"
            ax.text(101, n, say(fr=f"morts : {each}", en=f"dead: {each}"), va="center", fontsize=9)
    ax.set_yticks(range(1, len(names) + 1), names)
    ax.set(xlim=(0, 116 if any(dead) else 100), xticks=range(0, 101, 20))
    ax.set_xlabel(
        say(
            fr="part des couples (neurone, exemple), en %",
            en="share of (neuron, example) pairs, in %",
        )
    )
    ax.invert_yaxis()
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3, frameon=False, fontsize=9)
    return _finish(ax, grid=False)


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
    import numpy as np

    if activation in ("softmax", "linear"):
        return 0.25 if activation == "softmax" else 1.0
    found = [abs(d) for _, _, d in _curve(activation, np.linspace(-6, 6, 241)) if math.isfinite(d)]
    return max(found, default=1.0) or 1.0


# ── activation functions ─────────────────────────────────────────────────────────────────────────


def activation(name: str, ax: Any = None, *, low: float = -5.0, high: float = 5.0) -> Any:
    """An activation function and its derivative by autograd, from low to high.

    At a kink a dot shows the derivative's value there, by convention.  What is outside the domain
    is left out.  Raises ValueError for a name that is not known, and for softmax.
    """
    import numpy as np

    if known("activation", name, ACTIVATIONS) == "softmax":
        _refuse(
            "softmax mélange plusieurs scores : elle n’a pas une courbe ; tracez sigmoid, sa forme à deux classes",
            "softmax mixes several scores: it has no single curve; plot sigmoid, its form for two classes",
        )
    if not low < high:
        _refuse(
            f"de {number(low)} à {number(high)} il n’y a rien",
            f"there is nothing from {number(low)} to {number(high)}",
        )
    ax = _axes(5.2, 3.6) if ax is None else ax
    points = _curve(
        name, np.unique([*np.linspace(low, high, 401), *([0.0] if low < 0 < high else [])])
    )
    s, f, d = (list(column) for column in zip(*points, strict=True))
    ax.axhline(0, color=DARK, lw=0.8)
    ax.axvline(0, color=DARK, lw=0.8)
    ax.plot(*_broken(s, f), color=RED, lw=2.4, label="f(s)")
    ax.plot(
        *_broken(s, d),
        color=BLUE,
        lw=2.2,
        ls="--",
        label=say(fr="f′(s), par autograd", en="f′(s), by autograd"),
    )
    if 0.0 in s:
        i = s.index(0.0)
        if 0 < i < len(s) - 1 and max(abs(d[i] - d[i - 1]), abs(d[i + 1] - d[i])) > _JUMP * _height(
            d
        ):
            ax.plot([0], [d[i]], "o", color=BLUE, ms=6, zorder=5)
            ax.annotate(
                f"f′(0) = {number(d[i])}",
                (0, d[i]),
                (16, 4),
                textcoords="offset points",
                color=BLUE,
                fontsize=9,
            )
    visible = [v for v in (*f, *d) if math.isfinite(v) and abs(v) <= 6]
    if visible:
        bottom, top = min(visible), max(visible)
        margin = 0.08 * (top - bottom) or 1.0
        ax.set_ylim(bottom - margin, top + margin)
    ax.set(title=name, xlabel="s", xlim=(low, high))
    ax.legend(frameon=False, loc="best", fontsize=9)
    return _finish(ax)


_JUMP = 0.2  # of the height of the curve, between neighbours: more is a jump, not a slope


def _curve(name: str, at: Array) -> list[tuple[float, float, float]]:
    """(s, f(s), f′(s)) by a graph and its backward pass; NaN outside the domain."""
    found = []
    for s in at.tolist():
        v = Value(s)
        try:
            out = v if name == "linear" else TABLE[name](v)
            out.backward()
            found.append((s, float(out.data), float(v.grad)))
        except DomainError:
            found.append((s, math.nan, math.nan))
    return found


def _height(values: Sequence[float]) -> float:
    shown = [min(max(v, -6.0), 6.0) for v in values if v == v]
    return max(shown, default=0) - min(shown, default=0)


def _broken(s: list[float], values: list[float]) -> tuple[list[float], list[float]]:
    """The curve with a gap where it jumps, so that no vertical line joins two pieces."""
    height = _height(values)
    xs, ys = [s[0]], [values[0]]
    for x, before, v in zip(s[1:], values, values[1:], strict=False):
        if height and abs(v - before) > _JUMP * height:
            xs.append(x)
            ys.append(math.nan)
        xs.append(x)
        ys.append(v)
    return xs, ys


# ── a training that moves ────────────────────────────────────────────────────────────────────────


Frame = tuple[int, float, list[Any]]


class Film:
    """A callback for `fit` that keeps the weights of an epoch now and then, for `animate`.

    every  epochs between two frames; doubled, and every second frame dropped, each time there are
           more than `most`; the last epoch is always kept

    >>> film = Film(every=5)         # fit(model, X, y, callbacks=[film], …)
    >>> film
    <film of 0 frames>
    """

    def __init__(self, every: int = 1, most: int = 40) -> None:
        if every < 1 or most < 2:
            _refuse(
                f"Film attend every ≥ 1 et most ≥ 2, reçu {every} et {most}",
                f"Film expects every ≥ 1 and most ≥ 2, got {every} and {most}",
            )
        self.every, self.most = every, most
        self.model: Any = None
        self.kept: list[Frame] = []
        self.last: Frame | None = None

    def __call__(self, model: Any, history: Any) -> None:
        """After an epoch: keep its weights if it is its turn."""
        self.model = model
        epoch = len(history.loss)
        self.last = epoch, history.loss[-1], [p.data for p in model.parameters()]
        if (epoch - 1) % self.every == 0:
            self.kept.append(self.last)
        if len(self.kept) > self.most:
            del self.kept[1::2]
            self.every *= 2

    @property
    def frames(self) -> list[Frame]:
        """(epoch, cost, the numbers of the parameters), first to last."""
        if self.last is None or self.last is self.kept[-1]:
            return list(self.kept)
        return [*self.kept, self.last]

    @contextmanager
    def showing(self, frame: Frame) -> Iterator[Any]:
        """The model with the weights of a frame; its own come back after."""
        parameters = self.model.parameters()
        own = [p.data for p in parameters]
        try:
            for p, x in zip(parameters, frame[2], strict=True):
                p.data = x
            yield self.model
        finally:
            for p, x in zip(parameters, own, strict=True):
                p.data = x

    def __repr__(self) -> str:
        return f"<film of {len(self.frames)} frames>"


def animate(
    film: Film,
    X: Numbers,
    y: Numbers | None = None,
    path: str | Path | None = None,
    ax: Any = None,
    *,
    picture: Callable[..., Any] | None = None,
    columns: int = 5,
    seconds: float = 6.0,
) -> Any:
    """A training as it happened: a row of frames, or a GIF of them if path is given.

    picture  what a frame shows: `picture(model, X, y, ax=ax)`; `boundary` unless told
    columns  frames of the row, evenly chosen from first to last (ax: as many axes, if given)
    seconds  that the GIF lasts before it starts anew (the last frame stays a second longer)

    Gives the axes.  Raises ValueError for an empty film or a path that is no .gif.
    """
    frames = film.frames
    if not frames:
        _refuse(
            "le film est vide ; donnez-le à fit(…, callbacks=[film]) d’abord",
            "the film is empty; give it to fit(…, callbacks=[film]) first",
        )
    show: Callable[..., Any] = picture or boundary
    if path is None:
        return _row_of_frames(film, X, y, ax, show, columns)
    path = Path(path)
    if path.suffix.lower() != ".gif":
        _refuse(f"{path} : nommez le fichier .gif", f"{path}: name the file .gif")
    from matplotlib.animation import PillowWriter

    ax = _axes(4.6, 4.2) if ax is None else ax
    path.parent.mkdir(parents=True, exist_ok=True)
    rate = max(round(len(frames) / seconds), 1)
    writer = PillowWriter(fps=rate)
    beside = path.with_name(f".{path.stem}.part.gif")
    try:
        writer.setup(ax.figure, str(beside), dpi=90)
        for frame in frames:
            _draw_frame(film, frame, X, y, ax, show)
            writer.grab_frame()
            ax.figure.set_layout_engine("none")  # the first frame's layout stays
        for _ in range(rate):
            writer.grab_frame()
        writer.finish()
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    return ax


def _row_of_frames(
    film: Film, X: Numbers, y: Numbers | None, ax: Any, show: Callable[..., Any], columns: int
) -> Any:
    frames = film.frames
    count = min(columns if ax is None else len(ax), len(frames))
    last = len(frames) - 1
    chosen = [frames[round(i * last / max(count - 1, 1))] for i in range(count)]
    if ax is None:
        ax = _axes(3.2 * count, 3.3, count)
        ax = ax if isinstance(ax, list) else [ax]
    for panel, frame in zip(ax, chosen, strict=False):
        _draw_frame(film, frame, X, y, panel, show)
        legend = panel.get_legend()
        if legend is not None and panel is not ax[0]:
            legend.remove()
    return ax


def _draw_frame(
    film: Film,
    frame: Frame,
    X: Numbers,
    y: Numbers | None,
    ax: Any,
    show: Callable[..., Any],
) -> None:
    ax.clear()
    with film.showing(frame) as model:
        show(model, X, y, ax=ax)
    epoch, cost, _ = frame
    title = say(
        fr=f"époque {epoch}, coût {number(cost, 2)}", en=f"epoch {epoch}, cost {number(cost, 2)}"
    )
    ax.title.set(text=title, fontsize=11)  # set_title would move it onto the legend


# ── figures ──────────────────────────────────────────────────────────────────────────────────────


def _span(values: Array) -> tuple[float, float]:
    """From the smallest to the largest, with room around."""
    low, high = float(values.min()), float(values.max())
    margin = 0.15 * (high - low) or 1.0
    return low - margin, high + margin


def save(ax: Any, path: str | Path) -> None:
    """Write the figure of these axes (or a figure) to a file, whole: beside, then renamed."""
    path = Path(path)
    figure: Any = getattr(ax[0] if isinstance(ax, (list, tuple)) else ax, "figure", ax)
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.part")
    figure.draw_without_rendering()  # with equal axes the layout is right the second time only
    try:
        figure.savefig(beside, format=path.suffix[1:].lower() or "png", dpi=130)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _axes(width: float, height: float, columns: int = 1) -> Any:
    """New axes: one, or a list of them side by side.

    In a notebook the figure is pyplot's, which shows it under the cell; elsewhere nobody's.
    """
    if "ipykernel" in sys.modules:
        from matplotlib import pyplot

        figure: Any = pyplot.figure(figsize=(width, height), layout="constrained")
    else:
        from matplotlib.figure import Figure

        figure = Figure(figsize=(width, height), layout="constrained")
    panels = list(figure.subplots(1, columns, squeeze=False)[0])
    return panels[0] if columns == 1 else panels


def _finish(ax: Any, grid: bool = True) -> Any:
    """The house's look: light grid, no box, decimal commas in French."""
    if grid:
        ax.grid(alpha=0.25)
    ax.spines[["top", "right"]].set_visible(False)
    if language() == "fr":
        from matplotlib.ticker import ScalarFormatter

        class Comma(ScalarFormatter):
            def __call__(self, x: float, pos: int | None = None) -> str:
                return super().__call__(x, pos).replace(".", ",")

        for axis in (ax.xaxis, ax.yaxis):
            if type(axis.get_major_formatter()) is ScalarFormatter:
                axis.set_major_formatter(Comma())
    return ax


def _percent(text: str) -> str:
    return f"{text}\u202f%" if language() == "fr" else f"{text}%"


def _refuse(fr: str, en: str) -> NoReturn:
    raise ValueError(say(fr=fr, en=en)) from None
