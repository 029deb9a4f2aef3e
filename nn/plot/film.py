"""Then draw it: a training that moves, as a row of frames, as a GIF or as a page with a slider."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tinygrad_fr.nn.plot.boundary import boundary, group
from tinygrad_fr.nn.plot.figure import axes
from tinygrad_fr.nn.plot.reel import KINDS, Shot, write_reel
from tinygrad_fr.nn.plot.scene import Frame, Scene, painted
from tinygrad_fr.refusals import refuse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tinygrad_fr.nn.arrays import Numbers

Picture = Callable[..., Any]


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
            refuse(
                fr=f"Film attend every ≥ 1 et most ≥ 2, reçu {every} et {most}",
                en=f"Film expects every ≥ 1 and most ≥ 2, got {every} and {most}",
            )
        self.every, self.most = every, most
        self.model: Any = None
        self.kept: list[Frame] = []
        self.last: Frame | None = None

    def __call__(self, model: Any, history: Any) -> None:
        """After an epoch: keep its weights if it is its turn."""
        self.model = model
        epoch = len(history.loss)
        self.last = Frame(epoch, history.loss[-1], [p.data for p in model.parameters()])
        if (epoch - 1) % self.every == 0:
            self.kept.append(self.last)
        if len(self.kept) > self.most:
            del self.kept[1::2]
            self.every *= 2

    @property
    def frames(self) -> list[Frame]:
        """Those that were kept, first to last."""
        if self.last is None or self.last is self.kept[-1]:
            return list(self.kept)
        return [*self.kept, self.last]

    @property
    def costs(self) -> list[tuple[int, float]]:
        """(epoch, cost) of each frame."""
        return [(frame.epoch, frame.cost) for frame in self.frames]

    @contextmanager
    def showing(self, frame: Frame) -> Iterator[Any]:
        """The model with the weights of a frame; its own come back after."""
        parameters = self.model.parameters()
        own = [p.data for p in parameters]
        try:
            for p, x in zip(parameters, frame.weights, strict=True):
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
    picture: Picture | None = None,
    columns: int = 5,
    seconds: float = 6.0,
    names: Sequence[str] = ("x_1", "x_2"),
    classes: Sequence[Any] = (),
    apart: tuple[Any, Any] | None = None,
) -> Any:
    """A training as it happened: a row of frames; with a path a GIF of them, or a page.

    path     .gif, or .html: a page with a slider over the epochs
    picture  what a frame shows: `picture(model, X, y, ax=ax)`; unless told `boundary`, and in a
             file the cost beside it
    columns  frames of the row, evenly chosen from first to last (ax: as many axes, if given)
    seconds  that the GIF lasts before it starts anew (the last frame stays two seconds longer)
    names, classes, apart  of the plane: see `boundary`

    Gives the axes, or the path.  Raises ValueError for an empty film or a path that is neither.
    """
    if not film.frames:
        refuse(
            fr="le film est vide ; donnez-le à fit(…, callbacks=[film]) d’abord",
            en="the film is empty; give it to fit(…, callbacks=[film]) first",
        )
    if path is None:
        return _row(film, X, y, ax, picture or boundary, columns)
    path = Path(path)
    if path.suffix.lower() not in KINDS:
        refuse(
            fr=f"{path} : nommez le fichier .gif ou .html",
            en=f"{path}: name the file .gif or .html",
        )
    if picture is not None or y is None:
        shots = _shots(
            film, X, y, axes(4.6, 4.2, shown=False) if ax is None else ax, picture or boundary
        )
    else:
        groups = [group(X, y), *([] if apart is None else [group(*apart, hollow=True)])]
        shots = Scene(groups, film.costs, names, classes).shots(film)
    return write_reel(shots, path, seconds)


def _shots(film: Film, X: Numbers, y: Numbers | None, ax: Any, show: Picture) -> Iterator[Shot]:
    """A picture of each frame, painted anew."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    canvas: Any = FigureCanvasAgg(ax.figure)
    for frame in film.frames:
        _draw(film, frame, X, y, ax, show)
        canvas.draw()
        ax.figure.set_layout_engine("none")  # the first frame's layout stays
        yield Shot(painted(canvas), frame.told)


def _row(film: Film, X: Numbers, y: Numbers | None, ax: Any, show: Picture, columns: int) -> Any:
    frames = film.frames
    count = min(columns if ax is None else len(ax), len(frames))
    last = len(frames) - 1
    chosen = [frames[round(i * last / max(count - 1, 1))] for i in range(count)]
    if ax is None:
        ax = axes(3.2 * count, 3.3, count)
        ax = ax if isinstance(ax, list) else [ax]
    for panel, frame in zip(ax, chosen, strict=False):
        _draw(film, frame, X, y, panel, show)
        legend = panel.get_legend()
        if legend is not None and panel is not ax[0]:
            legend.remove()
    return ax


def _draw(film: Film, frame: Frame, X: Numbers, y: Numbers | None, ax: Any, show: Picture) -> None:
    ax.clear()
    with film.showing(frame) as model:
        show(model, X, y, ax=ax)
    ax.title.set(text=frame.told, fontsize=11)  # set_title would move it onto the legend
