"""Draw it: the few pictures that the demos share, with matplotlib's objects and no global state."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tinygrad_fr.engine import Value
from tinygrad_fr.nn import plot
from tinygrad_fr.nn.plot.figure import BLUE, RED, finish, save, upright
from tinygrad_fr.picture.draw import draw
from tinygrad_fr.words import language, number, say

AROUND_ZERO = [i / 20 for i in range(-120, 121)]
GREY, PALE = "#6b7280", "#b9c4d6"  # what is neither forward, red, nor backward, blue


class Curve(NamedTuple):
    """A transfer function and its derivative at each s, as computed and as on paper."""

    name: str
    s: list[float]
    f: list[float]
    slope: list[float]  # by autograd
    f_by_hand: list[float]
    slope_by_hand: list[float]

    def pairs(self) -> list[tuple[float, float]]:
        """(found, by hand) for every value and every slope."""
        by_hand = self.f_by_hand + self.slope_by_hand
        return list(zip(self.f + self.slope, by_hand, strict=True))


def curve(
    name: str,
    f: Callable[[Value], Value],
    by_hand: Callable[[float], tuple[float, float]],
    at: Sequence[float] = AROUND_ZERO,
) -> Curve:
    """f and f′ at every s, on [−6, 6] unless told; by_hand gives both at s."""
    s = list(map(Value, at))
    values = [f(v) for v in s]
    for value in values:
        value.backward()
    paper = [by_hand(v.data) for v in s]
    found = [v.data for v in s], [v.data for v in values], [v.grad for v in s]
    return Curve(name, *found, [f for f, _ in paper], [slope for _, slope in paper])


def graph(L: Value, path: Path, level: str = "operation") -> None:
    """Walk L backward and draw it."""
    L.backward()
    path.parent.mkdir(parents=True, exist_ok=True)
    draw(L, path, level=level)


def axes(width: float = 6.4, height: float = 4.0, columns: int = 1) -> tuple[Any, Any]:
    """A figure and its axes, in the house's look."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, list(map(finish, figure.subplots(1, columns, squeeze=False)[0]))


def descent(cost: Callable[[float], float], ws: Sequence[float], path: Path) -> None:
    """The curve L(w) and the points the descent went through, the first ones numbered."""
    figure, (ax,) = axes()
    low, high = min(ws) - 0.4, max(ws) + 1.4
    grid = [low + (high - low) * i / 200 for i in range(201)]
    ax.plot(grid, [cost(w) for w in grid], color=GREY, lw=2, label="L(w) = ⅓ Σ (w·x − y)²")
    way = say(fr="la descente : w après chaque époque", en="the descent: w after each epoch")
    ax.plot(ws, [cost(w) for w in ws], "o-", color=RED, ms=6, lw=1, label=way)
    for epochs in (1, 2, 3):
        ax.annotate(
            str(epochs),
            (ws[epochs], cost(ws[epochs])),
            (-13, -9),
            textcoords="offset points",
            color=RED,
        )
    ax.annotate(
        say(fr="départ : w = 1", en="start: w = 1"),
        (ws[0], cost(ws[0])),
        (12, 4),
        textcoords="offset points",
    )
    end = say(fr=f"après {len(ws) - 1} époques : w ≈ 2", en=f"after {len(ws) - 1} epochs: w ≈ 2")
    arrow = {"arrowstyle": "->", "color": GREY, "shrinkB": 6}
    ax.annotate(
        end,
        (ws[-1], cost(ws[-1])),
        (0, 62),
        textcoords="offset points",
        ha="center",
        arrowprops=arrow,
    )
    ax.set_xlabel("w")
    upright(ax, "L")
    ax.legend(frameon=False, loc="upper center")
    save(figure, path)


def functions(curves: Sequence[Curve], path: Path, of: str = "f(s)") -> None:
    """Functions side by side, f in red; f′ by autograd in blue on f′ by hand, broad; of: names."""
    figure, grid = axes(max(9.0, 3.0 * len(curves)), 3.8, len(curves))
    slope, variable = of.replace("(", "′("), of[2:-1]
    by_hand, by_autograd = (
        say(fr=f"{slope} à la main", en=f"{slope} by hand"),
        say(fr=f"{slope} par autograd", en=f"{slope} by autograd"),
    )
    for ax, curve in zip(grid, curves, strict=True):
        _panel(ax, curve, of, by_hand, by_autograd)
        ax.set_xlabel(variable)
    figure.legend(
        *grid[0].get_legend_handles_labels(), frameon=False, loc="outside upper center", ncols=3
    )
    save(figure, path)


def _panel(ax: Any, curve: Curve, of: str, by_hand: str, by_autograd: str) -> None:
    """One function: f, f′ on paper and f′ by autograd, broken where it jumps."""
    ax.plot(curve.s, curve.f, color=RED, lw=2.2, label=of)
    size = 0.4 * (max(curve.slope) - min(curve.slope))
    steps = enumerate(zip(curve.slope, curve.slope[1:], strict=False), start=1)
    jumps = [i for i, (before, after) in steps if abs(after - before) > size]
    broad = {"color": PALE, "lw": 7, "solid_capstyle": "butt"}
    for start, end in zip([0, *jumps], [*jumps, None], strict=True):
        part = slice(start, end)  # a jump is no steep slope: the line is broken there
        paper, found = ("", "") if start else (by_hand, by_autograd)
        ax.plot(curve.s[part], curve.slope_by_hand[part], label=paper, **broad)
        ax.plot(curve.s[part], curve.slope[part], color=BLUE, lw=2, ls="--", label=found)
    for i in jumps:
        if i + 1 not in jumps:  # else it is the next point that stands alone
            ax.plot(curve.s[i - 1], curve.slope[i - 1], "o", color=BLUE, ms=6)
    dead = [s for s, slope in zip(curve.s, curve.slope, strict=True) if slope == 0]
    if len(dead) > 1:  # not where a slope is 0 at a minimum
        ax.axvspan(min(dead), max(dead), color=GREY, alpha=0.12, lw=0)
        nothing = say(
            fr="s ≤ 0 : pente 0,\nrien ne revient", en="s ≤ 0: slope 0,\nnothing comes back"
        )
        ax.text(sum(dead) / len(dead), max(curve.f) / 4, nothing, ha="center")
    ax.set_title(curve.name)
    low, high = (f(f(curve.f), f(curve.slope)) for f in (min, max))
    ax.set_ylim(low - 0.08 * (high - low), high + 0.08 * (high - low))


def descents(
    cost: Callable[[list[Any]], Any],
    on_curve: Mapping[str, Sequence[Sequence[float]]],
    valley: Callable[[list[Any]], Any],
    in_valley: Mapping[str, Sequence[Sequence[float]]],
    path: Path,
    titles: tuple[str, str],
    told: Sequence[str],
) -> None:
    """Several descents, on a curve L(w) and over the contours of L(w₁, w₂); told: of each."""
    figure, (left, right) = axes(11.0, 4.6, 2)
    grid = [-2.2 + 4.4 * i / 300 for i in range(301)]
    left.plot(grid, [cost([w]) for w in grid], color=PALE, lw=3, zorder=1)
    across, up = [-4.6 + 6 * i / 80 for i in range(81)], [-1.6 + 3.2 * i / 60 for i in range(61)]
    heights = [[valley([x, y]) for x in across] for y in up]
    right.contour(
        across,
        up,
        heights,
        levels=[0.1, 0.5, 1.5, 3, 6, 10, 15],
        colors=PALE,
        linewidths=1.2,
        zorder=1,
    )
    styles = zip(
        on_curve, ("#111827", RED, BLUE, "#8a6d00"), ("o-", "s--", "^-", "D:"), told, strict=True
    )
    for name, color, style, label in styles:
        shown = [p[0] for p in on_curve[name] if abs(p[0]) < 2.2]
        left.plot(
            shown,
            [cost([w]) for w in shown],
            style,
            color=color,
            ms=4.5,
            mfc="none",
            lw=1,
            label=label,
        )
        points = list(zip(*in_valley[name], strict=True))
        right.plot(*points, style, color=color, ms=4, mfc="none", lw=1.2)
    left.set(xlabel="w", ylim=(-1, 9))
    right.set(xlabel="$w_1$", xlim=(-4.6, 1.4), ylim=(-1.6, 1.6))
    upright(left, "L(w)")
    upright(right, "$w_2$")
    left.set_title(titles[0])
    right.set_title(titles[1])
    figure.legend(
        *left.get_legend_handles_labels(), frameon=False, loc="outside upper center", ncols=4
    )
    save(figure, path)


def decimal(text: str) -> str:
    """Numbers in a caption as the reader writes them: a decimal comma in French."""
    return text.replace(".", ",") if language() == "fr" else text


def boundaries(
    panels: Sequence[tuple[str, Any, Any, Any]],
    path: Path,
    columns: int = 2,
    height: float = 4.9,
    lines: bool = True,
    apart: Any = None,
) -> None:
    """Models of two inputs as they see the plane, side by side: (title, model, X, y) each.

    Every plane is a square, so that the panels are aligned; apart: points that all are tested on.
    """
    from matplotlib.figure import Figure

    rows = -(-len(panels) // columns)
    figure = Figure(figsize=(4.6 * columns, height * rows), layout="constrained")
    grid = figure.subplots(rows, columns, squeeze=False).flat
    for ax, (name, model, X, y) in zip(grid, panels, strict=True):
        plot.boundary(model, X, y, ax=ax, lines=lines, square=True, apart=apart)
        ax.set_title(f"{name}\n{ax.get_title()}", fontsize=11, pad=20)
    save(figure, path)


def bars(groups: Sequence[tuple[str, Sequence[float]]], names: Sequence[str], path: Path) -> None:
    """Numbers side by side as bars with their value: (title, numbers) each, one colour a name."""
    figure, grid = axes(9.0, 3.6, len(groups))
    for ax, (title, heights) in zip(grid, groups, strict=True):
        shown = ax.bar(names, heights, color=plot.CLASSES[: len(names)], edgecolor="black", lw=0.8)
        for bar, hatch in zip(shown, ("", "//", ".."), strict=False):
            bar.set_hatch(hatch)  # told apart in grey
        ax.bar_label(shown, [number(h) for h in heights], padding=2)
        ax.axhline(0, color="black", lw=0.8)
        ax.margins(y=0.15)
        ax.set_title(title)
    save(figure, path)


def grids(rows: Sequence[tuple[str, Sequence[tuple[Sequence[float], str]]]], path: Path) -> None:
    """Rows of small square pictures, dark where large: (what they are, (pixels, name) each)."""
    import numpy as np
    from matplotlib.figure import Figure

    columns = max(len(pictures) for _, pictures in rows)
    figure = Figure(figsize=(1.25 * columns, 1.75 * len(rows)), layout="constrained")
    parts: Any = figure.subfigures(len(rows), 1, squeeze=False)
    for part, (title, pictures) in zip(parts[:, 0], rows, strict=True):
        part.suptitle(title, x=0.01, ha="left", fontsize=11)
        for ax in (panels := part.subplots(1, columns)):
            ax.set_axis_off()
        for ax, (pixels, name) in zip(panels, pictures, strict=False):
            side = round(len(pixels) ** 0.5)
            ax.imshow(np.reshape(pixels, (side, side)), cmap="gray_r")
            ax.set_title(name, fontsize=10)
    save(figure, path)


def costs(
    lines: Sequence[tuple[str, Sequence[float], Sequence[float]]],
    path: Path,
    across: str,
    pairs: bool = False,
) -> None:
    """Costs as they change: (name, where, cost) each; in pairs, the second is dashed and pale."""
    figure, (ax,) = axes(8.0, 4.6)
    colours, marks = (GREY, RED, BLUE), "osD"
    for n, (name, where, cost) in enumerate(lines):
        k, second = (n // 2, n % 2) if pairs else (n, 0)
        style = {"ls": "--", "lw": 1.3, "mfc": "white"} if second else {"ls": "-", "lw": 2.0}
        ax.plot(
            where,
            cost,
            color=colours[k],
            marker=marks[k],
            ms=4.5,
            markevery=max(len(cost) // 15, 1),
            label=name,
            **style,
        )
    ax.set(xlabel=across)
    upright(ax, say(fr="coût", en="cost"))
    ax.set_ylim(bottom=0)
    ax.legend(frameon=False, ncols=1, loc="center left", bbox_to_anchor=(1.0, 0.5))
    save(figure, path)
