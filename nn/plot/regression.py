"""Then draw it: a quantity learnt from one input: the points, the curve, how far off they lie."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from tinygrad_fr.nn.arrays import as_rows, outputs
from tinygrad_fr.nn.plot.figure import BLUE, DARK, RED, axes, finish, written
from tinygrad_fr.words import number, say

if TYPE_CHECKING:
    from tinygrad_fr.nn.arrays import Array, Numbers


def regression(
    model: Any,
    X: Numbers,
    y: Numbers,
    ax: Any = None,
    *,
    name: str = "x_1",
    target: str = "y",
    apart: tuple[Any, Any] | None = None,
) -> Any:
    """A model of one input and one output: its curve ŷ(x), the points, the band of its residuals.

    The band is ŷ ± s, with s² the mean of (ŷ − y)² over the points learnt from: the points lie
    from the curve s, as a mean.
    name, target  along the axes
    apart         (X, y) of the points kept apart, drawn hollow

    Raises ValueError for a model of other than one input.
    """
    import numpy as np

    rows, targets = as_rows(X, 1), _column(y)
    kept = None if apart is None else (as_rows(apart[0], 1), _column(apart[1]))
    every = rows if kept is None else np.vstack([rows, kept[0]])
    low, high = float(every.min()), float(every.max())
    margin = 0.05 * (high - low) or 1.0
    grid = np.linspace(low - margin, high + margin, 400)
    curve = outputs(model, grid[:, None])[:, 0]
    residuals = outputs(model, rows)[:, 0] - targets
    s = math.sqrt(float((residuals**2).mean()))
    ax = axes(7.2, 4.4) if ax is None else ax
    ax.fill_between(grid, curve - s, curve + s, color=RED, alpha=0.13, lw=0, label="ŷ ± s")
    ax.plot(grid, curve, color=RED, lw=2.2, label=say(fr="ŷ, le réseau", en="ŷ, the network"))
    dots = {"s": 22, "lw": 0.7, "zorder": 3}
    told = say(fr="apprentissage", en="training")
    ax.scatter(rows[:, 0], targets, color=BLUE, ec="white", label=told, **dots)
    if kept is not None:
        told = say(fr="validation", en="validation")
        dots["lw"] = 1.3
        ax.scatter(kept[0][:, 0], kept[1], fc="white", ec=DARK, label=told, **dots)
    ax.set(xlabel=written(name), ylabel=written(target), xlim=(grid[0], grid[-1]))
    place = {"loc": "lower center", "bbox_to_anchor": (0.5, 1.0), "ncols": 4}
    ax.legend(frameon=False, fontsize=9, columnspacing=1.2, **place)
    told = say(fr="la racine de l’erreur quadratique moyenne", en="the root mean square error")
    ax.set_title(f"s = {number(s, 2)}, {told}", fontsize=11, pad=24)
    return finish(ax)


def _column(y: Numbers) -> Array:
    """The targets as an array: numbers, or rows of one."""
    import numpy as np

    return np.asarray(y, dtype=float).reshape(len(y))
