"""Then draw it: what the pictures of a network share: colours, axes, and a file.

Colours are told apart by the colour-blind (Okabe & Ito 2008) and never alone: shapes, dashes and
thickness say the same in grey.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

from tinygrad_fr.files import write_whole
from tinygrad_fr.words import language

CLASSES = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#d55e00", "#56b4e9", "#f0e442", "#666666")
MARKERS = "o^sDPXv*"
RED, BLUE, DARK = "#b00020", "#1f4e9e", "#30363d"  # forward, backward, the rest
PALE = "#b9c4d6"
POSITIVE, NEGATIVE = "#0072b2", "#d55e00"  # weights: plain and dashed


def axes(width: float, height: float, columns: int = 1, shown: bool = True) -> Any:
    """New axes: one, or a list of them side by side.

    In a notebook the figure is pyplot's, which shows it under the cell (not the one of a film,
    which is a file: shown=False); elsewhere nobody's.
    """
    if shown and "ipykernel" in sys.modules:
        from matplotlib import pyplot

        figure: Any = pyplot.figure(figsize=(width, height), layout="constrained")
    else:
        from matplotlib.figure import Figure

        figure = Figure(figsize=(width, height), layout="constrained")
    panels = list(figure.subplots(1, columns, squeeze=False)[0])
    return panels[0] if columns == 1 else panels


def finish(ax: Any, grid: bool = True) -> Any:
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


def upright(ax: Any, text: str) -> None:
    """The name of the axis that goes up, level and above it: an L on its side reads as Γ."""
    ax.set_title(text, loc="left", fontsize=10)  # the layout leaves room for titles


def captioned(ax: Any, text: str) -> Any:
    """A line below the picture of these axes; gives them back."""
    figure: Any = (ax[0] if isinstance(ax, (list, tuple)) else ax).figure
    figure.supxlabel(text, fontsize=8, color=DARK)
    return ax


def written(name: str) -> str:
    """The name of a column along an axis: x_1 with its index, any other as it is.

    >>> written("x_1"), written("prix $")
    ('$x_{1}$', 'prix \\\\$')
    """
    if re.fullmatch(r"[A-Za-z]_\d+", name):
        return f"${name[0]}_{{{name[2:]}}}$"
    return name.replace("$", r"\$")


def save(ax: Any, path: str | Path) -> None:
    """Write the figure of these axes (or a figure) to a file, whole; its folder is made."""
    path = Path(path)
    figure: Any = getattr(ax[0] if isinstance(ax, (list, tuple)) else ax, "figure", ax)
    path.parent.mkdir(parents=True, exist_ok=True)
    layout = figure.get_layout_engine()
    if layout and any(panel.get_aspect() != "auto" and panel.axison for panel in figure.axes):
        layout.execute(figure)  # with equal axes it is right the second time only
    kind = path.suffix[1:].lower() or "png"
    write_whole(path, lambda file: figure.savefig(file, format=kind, dpi=130))
