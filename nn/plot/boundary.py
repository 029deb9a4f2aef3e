"""Then draw it: the plane as a network of two inputs sees it, class by class."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from tinygrad_fr.engine import Value
from tinygrad_fr.nn.arrays import as_rows, decided, outputs, plain, shares
from tinygrad_fr.nn.layers import MLP
from tinygrad_fr.nn.plot.figure import CLASSES, DARK, MARKERS, PALE, axes, finish, written
from tinygrad_fr.refusals import refuse
from tinygrad_fr.words import percent, say

if TYPE_CHECKING:
    from tinygrad_fr.nn.arrays import Array, Numbers

    Box = tuple[float, float, float, float]  # from x1 to x2 across, from y1 to y2 up

CALLED = 50  # points per side where a model has to be called for each
LINES = 8  # of hidden neurons; more hide the points
DASHED: dict[str, Any] = {"color": DARK, "lw": 1.2, "ls": (0, (5, 2))}
NUMBERED: dict[str, Any] = {
    "fontsize": 8,
    "color": DARK,
    "ha": "center",
    "va": "center",
    "zorder": 6,
    "bbox": {"boxstyle": "circle,pad=0.18", "fc": "white", "ec": DARK, "lw": 0.7},
}
SHADES: dict[str, Any] = {"origin": "lower", "interpolation": "bilinear", "zorder": 0}
Point = tuple[float, float]


def boundary(
    model: Any,
    X: Numbers,
    y: Numbers | None = None,
    ax: Any = None,
    *,
    threshold: float | None = None,
    lines: bool = True,
    size: int = 200,
    names: Sequence[str] = ("x_1", "x_2"),
    classes: Sequence[Any] = (),
    apart: tuple[Any, Any] | None = None,
    square: bool = False,
) -> Any:
    """The plane as a model of two inputs sees it: probability as shading, the decision as a line.

    X, y       the points to show, len(x) == 2; y: classes (0, 1, …; −1 and 1; or rows with one 1)
    threshold  of a single output: ½ where a sigmoid makes it, else 0, unless told
    lines      also the line w·x + b = 0 of each neuron of the first hidden layer, with its number;
               of more than eight those that weigh most
    size       points per side at which an MLP is computed (other models, by calling them: 50)
    names      of the two inputs, along the axes
    classes    what the targets 0, 1, … stand for, in the legend
    apart      (X, y) of the points kept apart, drawn hollow, with an accuracy of their own
    square     as much of the plane up as across, so that several panels are aligned

    A black edge marks a point on the wrong side.  Raises ValueError for a model of other than two
    inputs.
    """
    rows = as_rows(X, 2)
    groups = [] if y is None else [group(X, y)]
    if apart is not None:
        groups.append(group(*apart, hollow=True))
    x1, x2, y1, y2 = box = around([g.rows for g in groups] or [rows], square)
    alike = max(x2 - x1, y2 - y1) < 3 * min(x2 - x1, y2 - y1)
    if ax is None:
        ax = axes(5.6, 1.2 + 4.9 * (y2 - y1) / (x2 - x1) if alike else 4.8)
    side = size if plain(model) else min(size, CALLED)
    most = max((len(group.classes) for group in groups), default=0)
    _regions(ax, box, seen(model, box, side, threshold, most))
    if lines:
        _hidden_lines(ax, neuron_lines(model, box))
    if groups:
        accuracies = [_scatter(ax, points, classes, model, threshold) for points in groups]
        _legend(ax, accuracies)
    if alike:
        ax.set_aspect("equal")
    across, up = map(written, names)
    ax.set(xlim=(x1, x2), ylim=(y1, y2), xlabel=across, ylabel=up)
    return finish(ax, grid=False)


# ── the regions ──────────────────────────────────────────────────────────────────────────────────


class Seen(NamedTuple):
    """The plane point by point: where, the colours, and for each border how far a class leads."""

    across: Array
    up: Array
    colours: Array
    leads: list[Array]  # 0 on the border


def seen(model: Any, box: Box, side: int, threshold: float | None = None, known: int = 0) -> Seen:
    """The box as the model sees it, at side × side points; known: how many classes there are."""
    import numpy as np

    x1, x2, y1, y2 = box
    across, up = np.linspace(x1, x2, side), np.linspace(y1, y2, side)
    out = outputs(model, np.stack(np.meshgrid(across, up), axis=-1).reshape(-1, 2))
    if out.shape[1] == 1 and known > 2:
        refuse(
            fr=f"le modèle a une sortie et y {known} classes ; donnez-lui {known} sorties",
            en=f"the model has one output and y has {known} classes; give it {known} outputs",
        )
    flat, cut = shares(model, out, threshold)
    k = flat.shape[1]
    p = flat.reshape(side, side, k)
    leads = []
    for c in range(1 if k == 2 else 0, k):
        lead = p[:, :, c] - (cut if k == 2 else np.delete(p, c, axis=2).max(axis=2))
        if np.isfinite(lead).all() and lead.min() < 0 < lead.max():
            leads.append(lead)
    return Seen(across, up, _blend(p, cut), leads)


def _regions(ax: Any, box: Box, plane: Seen) -> None:
    """Shade every point of the box, and draw a black line where the decision changes."""
    ax.imshow(plane.colours, extent=box, aspect="auto", **SHADES)
    for lead in plane.leads:
        ax.contour(plane.across, plane.up, lead, levels=[0], colors="black", linewidths=2, zorder=2)


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


# ── the hidden neurons ───────────────────────────────────────────────────────────────────────────


class Line(NamedTuple):
    """Where hidden neuron number k, from 1, changes sign, from edge to edge, and what it weighs."""

    k: int
    start: Point
    end: Point
    weight: float


def neuron_lines(model: Any, box: Box) -> list[Line]:
    """The lines w·x + b = 0 of the first of several layers that cross the box."""
    if not isinstance(model, MLP) or len(model.layers) < 2:
        return []
    found = []
    for k, neuron in enumerate(model.layers[0].neurons):
        a, c, b = (float(p.data) for p in neuron.parameters())
        ends = _crossings(a, c, b, box)
        if len(ends) > 1 and math.dist(ends[0], ends[-1]) > 0:  # else it does not cross the picture
            leaves = sum(abs(float(n.w[k].data)) for n in model.layers[1].neurons)
            found.append(Line(k + 1, ends[0], ends[-1], math.hypot(a, c) * leaves))
    return found


def at_the_edge(line: Line) -> Point:
    """A little inside, each at its own depth, so that numbers do not cover each other."""
    (p, q), (r, s), t = line.start, line.end, 0.04 + 0.035 * (line.k % 4)
    return p + t * (r - p), q + t * (s - q)


def _hidden_lines(ax: Any, found: list[Line]) -> None:
    """Their numbers stand at the edge; of many the eight that weigh most."""
    shown = sorted(found, key=lambda line: -line.weight)[:LINES]
    for line in sorted(shown):
        ax.plot(*zip(line.start, line.end, strict=True), **DASHED, zorder=3)
        ax.text(*at_the_edge(line), str(line.k), **NUMBERED)
    if len(found) > LINES:
        told = say(fr=f"{LINES} neurones sur {len(found)}", en=f"{LINES} of {len(found)} neurons")
        ax.plot([], [], **DASHED, label=told)


def _crossings(a: float, c: float, b: float, box: Box) -> list[Point]:
    """Where the line a·x1 + c·x2 + b = 0 meets the edges of the box, none if it is no line."""
    x1, x2, y1, y2 = box
    if not all(map(math.isfinite, (a, c, b))):
        return []
    at = [(x, -(a * x + b) / c) for x in (x1, x2) if c]
    ends = [(x, v) for x, v in at if y1 <= v <= y2]
    at = [(-(c * v + b) / a, v) for v in (y1, y2) if a]
    return ends + [(x, v) for x, v in at if x1 <= x <= x2]


# ── the points ───────────────────────────────────────────────────────────────────────────────────


class Group(NamedTuple):
    """Points that are drawn alike: where, their targets as places in a list, and that list."""

    rows: Array
    labels: list[int]
    classes: list[Any]
    hollow: bool


def group(X: Numbers, y: Numbers, hollow: bool = False) -> Group:
    """The points and their classes; ValueError for what is none."""
    rows = as_rows(X, 2)
    return Group(rows, *_labels(y, len(rows)), hollow)


def around(parts: Sequence[Array], square: bool = False) -> Box:
    """The box of all these points, with room around."""
    import numpy as np

    rows = np.vstack(parts)
    x1, x2, y1, y2 = *_span(rows[:, 0]), *_span(rows[:, 1])
    more = (x2 - x1) - (y2 - y1) if square else 0.0
    wide, tall = max(-more, 0) / 2, max(more, 0) / 2
    return x1 - wide, x2 + wide, y1 - tall, y2 + tall


def wrong(model: Any, points: Group, threshold: float | None = None) -> Array:
    """Which of the points are on the wrong side."""
    import numpy as np

    guessed = decided(*shares(model, outputs(model, points.rows), threshold))
    return np.asarray(np.array(guessed) != np.array(points.labels))


def _scatter(
    ax: Any, points: Group, names: Sequence[Any], model: Any, threshold: float | None
) -> float:
    """The points by class, those on the wrong side with a black edge; the share that is right."""
    import numpy as np

    found, missed = np.array(points.labels), wrong(model, points, threshold)
    for c, target in enumerate(points.classes):
        for amiss in (False, True):
            own = (found == c) & (missed == amiss)
            if amiss and not own.any():
                continue
            ax.scatter(
                *points.rows[own].T,
                s=34 if amiss else 26,
                marker=MARKERS[c],
                facecolors="white" if points.hollow else CLASSES[c],
                edgecolors="black" if amiss else CLASSES[c] if points.hollow else "white",
                linewidths=1.3 if amiss or points.hollow else 0.7,
                zorder=5 if amiss else 4,
                label="_" if amiss or points.hollow else named(target, c, names),
                gid="wrong" if amiss else "right",
            )
    return 1 - float(missed.mean())


def named(target: Any, place: int, names: Sequence[Any]) -> str:
    """A class in the legend: its word, or `y = 1`."""
    name = names[place] if place < len(names) else target
    return name if isinstance(name, str) else f"y = {name}".replace("-", "−")


def _legend(ax: Any, accuracies: Sequence[float]) -> None:
    """What the markers say, and the share of points on their side."""
    told_beside(ax, len(accuracies) > 1, min(accuracies) < 1)
    right, *kept = map(percent, accuracies)
    title = say(fr=f"exactitude {right}", en=f"accuracy {right}")
    for share in kept:
        title += say(fr=f", validation {share}", en=f", validation {share}")
    ax.set_title(title, fontsize=11, pad=20)


def told_beside(ax: Any, hollow: bool, amiss: bool) -> None:
    """The legend above the plane; of points kept apart and on the wrong side where there are."""
    dot = {"marker": "o", "ls": "", "ms": 6}
    if hollow:
        told = say(fr="validation", en="validation")
        ax.plot([], [], mfc="white", mec=DARK, mew=1.3, label=told, **dot)
    if amiss:
        told = say(fr="mal classé", en="on the wrong side")
        ax.plot([], [], mfc=PALE, mec="black", mew=1.3, label=told, **dot)
    ax.legend(
        loc="lower center",
        bbox_to_anchor=(0.5, 0.99),
        ncols=5,
        fontsize=8,
        frameon=False,
        handletextpad=0.1,
        columnspacing=1.2,
    )


def _labels(y: Numbers, count: int) -> tuple[list[int], list[Any]]:
    """Targets as places in the list of classes, and that list."""
    tolist = getattr(y, "tolist", None)
    raw = list(y) if tolist is None else tolist()
    if len(raw) != count:
        refuse(
            fr=f"{count} points et {len(raw)} cibles ; donnez-en autant des deux",
            en=f"{count} points and {len(raw)} targets; give as many of both",
        )
    found = list(map(_class_of, raw))
    classes = sorted(set(found))
    if all(float(c).is_integer() for c in classes):
        found, classes = [int(t) for t in found], [int(c) for c in classes]
        if classes[0] >= 0 and classes[-1] < len(CLASSES):
            classes = list(range(max(classes[-1] + 1, 2)))  # those that nobody is in too
    if len(classes) > len(CLASSES):
        n, most = len(classes), len(CLASSES)
        refuse(
            fr=f"y a {n} valeurs différentes ; boundary montre des classes, {most} au plus",
            en=f"y has {n} different values; boundary shows classes, {most} at most",
        )
    return [classes.index(t) for t in found], classes


def _class_of(target: Any) -> Any:
    """The number of the class: the target itself, or where its row has the 1."""
    if isinstance(target, Value):
        return target.data
    if not hasattr(target, "__len__"):
        return target
    return list(target).index(max(target)) if len(target) > 1 else target[0]


def _span(values: Array) -> tuple[float, float]:
    """From the smallest to the largest, with room around."""
    low, high = float(values.min()), float(values.max())
    margin = 0.15 * (high - low) or 1.0
    return low - margin, high + margin
