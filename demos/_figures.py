"""Draw it: the few curves that the demos show, with matplotlib's objects and no global state."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tinygrad_fr.words import language, say

RED, BLUE, GREY = "#b00020", "#1f4e9e", "#6b7280"  # forward, backward, the rest


def save(figure: Any, path: Path) -> None:
    """Write a figure whole: beside, then renamed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.part")
    figure.savefig(beside, format=path.suffix[1:], dpi=130)
    beside.replace(path)


def axes(width: float = 6.4, height: float = 4.0, columns: int = 1) -> tuple[Any, Any]:
    """A figure and its axes, decimal commas in French."""
    from matplotlib.figure import Figure
    from matplotlib.ticker import FuncFormatter

    figure = Figure(figsize=(width, height), layout="constrained")
    grid = figure.subplots(1, columns, squeeze=False)[0]
    for ax in grid:
        ax.grid(alpha=0.25)
        ax.spines[["top", "right"]].set_visible(False)
        if language() == "fr":
            comma = FuncFormatter(lambda x, _: f"{x:g}".replace(".", ",").replace("-", "−"))
            ax.xaxis.set_major_formatter(comma)
            ax.yaxis.set_major_formatter(comma)
    return figure, grid


def descent(cost: Callable[[float], float], ws: Sequence[float], path: Path) -> None:
    """The curve L(w) and the points the descent went through."""
    figure, (ax,) = axes()
    low, high = min(ws) - 0.4, max(ws) + 1.4
    grid = [low + (high - low) * i / 200 for i in range(201)]
    ax.plot(grid, [cost(w) for w in grid], color=GREY, lw=2, label="L(w) = ⅓ Σ (w·x − y)²")
    ax.plot(ws, [cost(w) for w in ws], "o-", color=RED, ms=6, lw=1, label=say(fr="la descente, une époque par point", en="the descent, one epoch per point"))
    ax.annotate(say(fr="départ w = 1", en="start w = 1"), (ws[0], cost(ws[0])), (12, 4), textcoords="offset points")
    ax.annotate(say(fr="arrivée w ≈ 2", en="end w ≈ 2"), (ws[-1], cost(ws[-1])), (0, 14), textcoords="offset points", ha="center")
    ax.set_xlabel("w")
    ax.set_ylabel("L")
    ax.legend(frameon=False, loc="upper right")
    save(figure, path)


def functions(curves: Sequence[tuple[str, Sequence[float], Sequence[float], Sequence[float]]], path: Path) -> None:
    """Transfer functions side by side: (name, s, f(s), f′(s)) each, f in red and f′ in blue."""
    figure, grid = axes(9.0, 3.4, len(curves))
    for ax, (name, s, f, slope) in zip(grid, curves, strict=True):
        ax.plot(s, f, color=RED, lw=2.2, label="f(s)")
        ax.plot(s, slope, color=BLUE, lw=2.2, ls="--", label=say(fr="f′(s), par autograd", en="f′(s), by autograd"))
        ax.set_title(name)
        ax.set_xlabel("s")
        ax.legend(frameon=False, loc="upper left")
    save(figure, path)
