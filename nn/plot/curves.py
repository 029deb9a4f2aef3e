"""Then draw it: how a training went, and what a transfer function and its slope look like."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

from tinygrad_fr.engine import Value
from tinygrad_fr.nn.layers import ACTIVATIONS
from tinygrad_fr.nn.plot.figure import BLUE, DARK, RED, axes, finish, upright
from tinygrad_fr.ops import TABLE, DomainError
from tinygrad_fr.refusals import known, refuse
from tinygrad_fr.words import number, say

WIDE = 50  # costs so many times apart are drawn on a scale of powers of ten
JUMP = 0.2  # of the height of the curve, between neighbours: more is a jump, not a slope
TALL = 6.0  # of a transfer function, what is further up or down is left out of the picture

# ── how the training went ────────────────────────────────────────────────────────────────────────


def history(history: Any, ax: Any = None) -> Any:
    """The cost of each epoch and, beside it, the share of right answers.

    history  what `fit` gives: its `loss`, `accuracy`, `validation_loss`, `validation_accuracy`
    ax       one axes for the cost alone, or two; a new figure shows both where there are both
    """
    if ax is None:
        ax = axes(9.0, 3.6, 2) if history.accuracy else axes(5.6, 3.6)
    cost, *beside = list(ax) if isinstance(ax, (list, tuple)) or hasattr(ax, "flat") else [ax]
    learnt, tested = history.loss, history.validation_loss
    _pair(cost, learnt, tested)
    shown = [v for v in (*learnt, *tested) if 0 < v < math.inf]
    if shown and max(shown) > WIDE * min(shown):
        cost.set_yscale("log")
    if tested and getattr(history, "best_epoch", 0):
        kept = say(fr="poids gardés", en="weights kept")
        cost.axvline(history.best_epoch, color=DARK, lw=1, ls=":", label=kept)
    _epochs(cost, say(fr="coût L", en="cost L"))
    for panel in beside[:1]:
        shares = history.accuracy, history.validation_accuracy
        _pair(panel, *([100 * v for v in values] for values in shares))
        _epochs(panel, say(fr="exactitude (%)", en="accuracy (%)"))
    return ax


def _pair(panel: Any, learnt: Sequence[float], tested: Sequence[float]) -> None:
    """One number per epoch on the examples of the training and, dashed, on those kept apart."""
    kinds = (
        (learnt, "-", RED, say(fr="apprentissage", en="training")),
        (tested, "--", BLUE, say(fr="validation", en="validation")),
    )
    for values, style, colour, label in kinds:
        if values:
            panel.plot(range(1, len(values) + 1), values, style, color=colour, lw=2, label=label)


def _epochs(panel: Any, title: str) -> None:
    panel.set(xlabel=say(fr="époque", en="epoch"))
    upright(panel, title)
    if panel.get_legend_handles_labels()[1]:
        panel.legend(frameon=False, fontsize=9)
    panel.xaxis.get_major_locator().set_params(integer=True)
    finish(panel)


# ── transfer functions ───────────────────────────────────────────────────────────────────────────


def activation(name: str, ax: Any = None, *, low: float = -5.0, high: float = 5.0) -> Any:
    """An activation function and its derivative by autograd, from low to high.

    At a kink a dot shows the derivative's value there, by convention.  What is outside the domain
    is left out.  Raises ValueError for a name that is not known, and for softmax.
    """
    import numpy as np

    if known("activation", name, ACTIVATIONS) == "softmax":
        refuse(
            fr="softmax mélange plusieurs scores : elle n’a pas de courbe à elle ; "
            "tracez sigmoid, sa forme à deux classes",
            en="softmax mixes several scores: it has no single curve; "
            "plot sigmoid, its form for two classes",
        )
    if not low < high:
        refuse(
            fr=f"de {number(low)} à {number(high)} il n’y a rien ; donnez low < high",
            en=f"there is nothing from {number(low)} to {number(high)}; give low < high",
        )
    ax = axes(5.2, 3.6) if ax is None else ax
    zero = [0.0] if low < 0 < high else []
    points = values_and_slopes(name, np.unique([*np.linspace(low, high, 401), *zero]).tolist())
    s, f, d = (list(column) for column in zip(*points, strict=True))
    ax.axhline(0, color=DARK, lw=0.8)
    ax.axvline(0, color=DARK, lw=0.8)
    slope = say(fr="f′(s), par autograd", en="f′(s), by autograd")
    ax.plot(*_broken(s, f), color=RED, lw=2.4, label="f(s)")
    ax.plot(*_broken(s, d), color=BLUE, lw=2.2, ls="--", label=slope)
    _dot(ax, s, d)
    visible = [v for v in (*f, *d) if math.isfinite(v) and abs(v) <= TALL]
    if visible:
        bottom, top = min(visible), max(visible)
        margin = 0.08 * (top - bottom) or 1.0
        ax.set_ylim(bottom - margin, top + margin)
    ax.set(title=name, xlabel="s", xlim=(low, high))
    ax.legend(frameon=False, loc="best", fontsize=9)
    return finish(ax)


def values_and_slopes(name: str, at: Iterable[float]) -> list[tuple[float, float, float]]:
    """(s, f(s), f′(s)) by a graph and its backward pass; NaN outside the domain."""
    found = []
    for s in at:
        v = Value(s)
        try:
            out = v if name == "linear" else TABLE[name](v)
            out.backward()
            found.append((s, float(out.data), float(v.grad)))
        except DomainError:
            found.append((s, math.nan, math.nan))
    return found


def _dot(ax: Any, s: list[float], slopes: list[float]) -> None:
    """The slope at 0, by convention, where it jumps there."""
    i = s.index(0.0) if 0.0 in s else 0
    if not 0 < i < len(s) - 1:
        return
    at = slopes[i]
    if max(abs(at - slopes[i - 1]), abs(slopes[i + 1] - at)) > JUMP * _height(slopes):
        ax.plot([0], [at], "o", color=BLUE, ms=6, zorder=5)
        told = {"textcoords": "offset points", "color": BLUE, "fontsize": 9}
        ax.annotate(f"f′(0) = {number(at)}", (0, at), (16, 4), **told)


def _height(values: Sequence[float]) -> float:
    shown = [min(max(v, -TALL), TALL) for v in values if v == v]
    return max(shown, default=0) - min(shown, default=0)


def _broken(s: list[float], values: list[float]) -> tuple[list[float], list[float]]:
    """The curve with a gap where it jumps, so that no vertical line joins two pieces."""
    height = _height(values)
    xs, ys = [s[0]], [values[0]]
    for x, before, v in zip(s[1:], values, values[1:], strict=False):
        if height and abs(v - before) > JUMP * height:
            xs.append(x)
            ys.append(math.nan)
        xs.append(x)
        ys.append(v)
    return xs, ys
