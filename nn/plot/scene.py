"""Then draw it: the plane as it was seen epoch by epoch, and the cost: only what moves is painted.

Axes, words and the curve are painted once; over them, for each moment, the regions, the border, the
line of each hidden neuron and the points.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from tinygrad_fr.nn.plot.boundary import (
    DASHED,
    LINES,
    NUMBERED,
    SHADES,
    Group,
    around,
    at_the_edge,
    named,
    neuron_lines,
    seen,
    told_beside,
    wrong,
)
from tinygrad_fr.nn.plot.figure import CLASSES, MARKERS, PALE, RED, axes, finish, upright, written
from tinygrad_fr.nn.plot.reel import Shot
from tinygrad_fr.words import number, percent, say

if TYPE_CHECKING:
    from tinygrad_fr.nn.arrays import Array

SIDE, DPI = 100, 100  # points of the plane per side, dots per inch


class Frame(NamedTuple):
    """An epoch, its cost, and the numbers of the parameters then."""

    epoch: int
    cost: float
    weights: list[Any]

    @property
    def told(self) -> str:
        """What stands beside its picture."""
        cost = number(self.cost, 2)
        return say(fr=f"époque {self.epoch}, coût {cost}", en=f"epoch {self.epoch}, cost {cost}")


class Scene:
    """Left the plane, right the cost: a picture for each frame of a film.

    groups  the points, see `boundary.group`
    costs   (epoch, cost) of the whole training
    names, classes  as `boundary` has them
    """

    def __init__(
        self,
        groups: Sequence[Group],
        costs: Sequence[tuple[int, float]],
        names: Sequence[str] = ("x_1", "x_2"),
        classes: Sequence[Any] = (),
    ) -> None:
        self.groups, self.box = groups, around([g.rows for g in groups])
        self.plane, self.curve = axes(9.6, 4.8, 2, shown=False)
        self.canvas = _canvas(self.plane.figure)
        self.canvas.figure.set_dpi(DPI)
        self._still(costs, names, classes)
        self._moving(min(LINES, 8))
        self.canvas.draw()  # with equal axes the layout is right the second time only
        self.canvas.draw()
        self.canvas.figure.set_layout_engine("none")
        self.still = self.canvas.copy_from_bbox(self.canvas.figure.bbox)

    # ── what stays ──

    def _still(
        self, costs: Sequence[tuple[int, float]], names: Sequence[str], classes: Sequence[Any]
    ) -> None:
        plane, curve, (x1, x2, y1, y2) = self.plane, self.curve, self.box
        for c, target in enumerate(self.groups[0].classes):
            label = named(target, c, classes)
            plane.plot([], [], MARKERS[c], color=CLASSES[c], ms=6, ls="", label=label)
        told_beside(plane, hollow=len(self.groups) > 1, amiss=True)
        plane.set_aspect("equal" if max(x2 - x1, y2 - y1) < 3 * min(x2 - x1, y2 - y1) else "auto")
        across, up = map(written, names)
        plane.set(xlim=(x1, x2), ylim=(y1, y2), xlabel=across, ylabel=up)
        plane.set_title(" ", fontsize=11, pad=20)
        finish(plane, grid=False)
        curve.plot(*zip(*costs, strict=True), color=PALE, lw=3)
        curve.set(xlabel=say(fr="époque", en="epoch"), ylim=(0, None))
        upright(curve, say(fr="coût L", en="cost L"))
        curve.set_title(" ", fontsize=11)
        finish(curve)

    # ── what moves ──

    def _moving(self, lines: int) -> None:
        from matplotlib.collections import LineCollection

        plane, (x1, x2, y1, y2) = self.plane, self.box
        self.image = plane.imshow(
            [[0.0]], extent=(x1, x2, y1, y2), aspect=plane.get_aspect(), **SHADES
        )
        self.border = plane.add_collection(LineCollection([], colors="black", lw=2, zorder=2))
        self.lines = [plane.plot([], [], **DASHED, zorder=3)[0] for _ in range(lines)]
        self.numbers = [plane.text(0, 0, "", **NUMBERED) for _ in range(lines)]
        self.points = [
            (group, c, plane.scatter(*_own(group, c).T, s=26, marker=MARKERS[c], zorder=4))
            for group in self.groups
            for c in range(len(group.classes))
        ]
        (self.way,) = self.curve.plot([], [], color=RED, lw=2.2)
        (self.dot,) = self.curve.plot([], [], "o", color=RED, ms=7)
        self.told, self.cost = _title(self.plane, 22), _title(self.curve, 6)
        for artist in self._artists():
            artist.set_animated(True)

    def _artists(self) -> list[Any]:
        """Everything that moves, from the back to the front."""
        points = [artist for _, _, artist in self.points]
        front = [self.way, self.dot, self.told, self.cost]
        return [self.image, self.border, *self.lines, *points, *self.numbers, *front]

    def shots(self, film: Any) -> Iterator[Shot]:
        """A picture for each frame, and what is said of it."""
        path: list[tuple[int, float]] = []
        for frame in film.frames:
            path.append((frame.epoch, frame.cost))
            with film.showing(frame) as model:
                self._put(model, frame, path)
            self.canvas.restore_region(self.still)
            for artist in self._artists():
                artist.axes.draw_artist(artist)
            yield Shot(painted(self.canvas), frame.told)

    def _put(self, model: Any, frame: Frame, path: Sequence[tuple[int, float]]) -> None:
        """Everything where it was then; path: the costs until then."""
        self._put_plane(model)
        share = percent(self._put_points(model))
        self.way.set_data(*zip(*path, strict=True))
        self.dot.set_data([frame.epoch], [frame.cost])
        self.told.set_text(say(fr=f"exactitude {share}", en=f"accuracy {share}"))
        self.cost.set_text(frame.told)

    def _put_plane(self, model: Any) -> None:
        from contourpy import contour_generator

        known = max(len(group.classes) for group in self.groups)
        plane = seen(model, self.box, SIDE, None, known)
        self.image.set_data(plane.colours)
        borders = [
            line
            for lead in plane.leads
            for line in contour_generator(plane.across, plane.up, lead).lines(0.0)
        ]
        self.border.set_segments(borders)
        for artist in (*self.lines, *self.numbers):
            artist.set_visible(False)
        found = sorted(neuron_lines(model, self.box), key=lambda line: -line.weight)
        for line, drawn, told in zip(found, self.lines, self.numbers, strict=False):
            drawn.set_data(*zip(line.start, line.end, strict=True))
            told.set(position=at_the_edge(line), text=str(line.k))
            drawn.set_visible(True)
            told.set_visible(True)

    def _put_points(self, model: Any) -> float:
        """A black edge for those on the wrong side; the share of the first group that is right."""
        missed = {id(group): wrong(model, group) for group in self.groups}
        for group, c, artist in self.points:
            own = missed[id(group)][[label == c for label in group.labels]]
            edge = CLASSES[c] if group.hollow else "white"
            artist.set_facecolor("white" if group.hollow else CLASSES[c])
            artist.set_edgecolor(["black" if amiss else edge for amiss in own])
            artist.set_linewidth([1.3 if amiss or group.hollow else 0.7 for amiss in own])
        return 1 - float(missed[id(self.groups[0])].mean())


def _own(group: Group, c: int) -> Array:
    """The points of class c."""
    return group.rows[[label == c for label in group.labels]]


def _title(ax: Any, up: float) -> Any:
    """A title that moves, so many points above the axes."""
    place: dict[str, Any] = {"xycoords": ax.transAxes, "textcoords": "offset points"}
    return ax.annotate("", (0.5, 1), (0, up), ha="center", fontsize=11, **place)


def _canvas(figure: Any) -> Any:
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    return FigureCanvasAgg(figure)


def painted(canvas: Any) -> Any:
    """The canvas as a picture of its own."""
    import numpy as np
    from PIL import Image

    return Image.fromarray(np.asarray(canvas.buffer_rgba()).copy()).convert("RGB")
