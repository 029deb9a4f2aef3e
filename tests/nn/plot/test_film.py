"""A training that moves: frames kept evenly, a row of them, a GIF written whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from matplotlib.figure import Figure
from PIL import Image

from tests.nn.plot.pictures import a_film
from tinygrad_fr.nn import data, plot
from tinygrad_fr.words import use


def test_a_film_keeps_evenly_and_never_too_much() -> None:
    film, _ = a_film(7, every=3)
    assert [f[0] for f in film.frames] == [1, 4, 7]
    assert [f[2][0] for f in film.frames] == [0.0, 3.0, 6.0] and film.frames[1][1] == 0.25
    film, _ = a_film(1000, most=10)
    epochs = [f[0] for f in film.frames]
    assert epochs == [1, 129, 257, 385, 513, 641, 769, 897, 1000]
    assert repr(film) == "<film of 9 frames>" and plot.Film().frames == []


def test_a_gif_of_the_training(tmp_path: Path) -> None:
    X, y = data.moons(20)
    film, model = a_film(4)
    before = [p.data for p in model.parameters()]
    plot.animate(film, X, y, tmp_path / "new" / "film.gif", seconds=4)
    with Image.open(tmp_path / "new" / "film.gif") as gif:
        assert gif.n_frames == 4  # type: ignore[attr-defined]
    assert [p.name for p in (tmp_path / "new").iterdir()] == ["film.gif"]
    assert [p.data for p in model.parameters()] == before


@pytest.mark.slow
def test_a_page_with_a_slider(tmp_path: Path) -> None:
    X, y = data.moons(20)
    film, _ = a_film(4)
    path = plot.animate(film, X, y, tmp_path / "film.html")
    page = (tmp_path / "film.html").read_text("utf-8")
    assert path == tmp_path / "film.html" and page.count("data:image/png;base64,") == 5
    assert 'max="3"' in page and '<html lang="en">' in page and "epoch 4, cost 0.25" in page
    assert "http:" not in page and "https:" not in page  # nothing from outside
    with use("fr"):
        plot.animate(film, X, y, tmp_path / "film.html")
    assert "époque 4, coût 0,25" in (tmp_path / "film.html").read_text("utf-8")
    with pytest.raises(ValueError, match=r"name the file .gif or .html"):
        plot.animate(film, X, y, tmp_path / "film.mp4")


def test_a_film_of_another_picture(tmp_path: Path) -> None:
    """The weights, where there is no plane to be seen: each frame has its own."""
    film, _ = a_film(3)
    widths: list[float] = []

    def look(model: Any, X: Any, y: Any, ax: Any) -> None:
        widths.append(model.parameters()[0].data)
        plot.weights(model, ax)

    plot.animate(film, [], None, tmp_path / "film.gif", picture=look)
    assert widths == [0.0, 1.0, 2.0]
    with Image.open(tmp_path / "film.gif") as gif:
        assert gif.n_frames == 3  # type: ignore[attr-defined]


def test_a_gif_that_fails_leaves_nothing(tmp_path: Path) -> None:
    film, model = a_film(4)
    before = [p.data for p in model.parameters()]

    def stumble(model: Any, X: Any, y: Any, ax: Any) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        plot.animate(film, [], [], tmp_path / "film.gif", picture=stumble)
    assert not list(tmp_path.iterdir()) and [p.data for p in model.parameters()] == before


def test_a_row_of_frames() -> None:
    X, y = data.moons(20)
    film, _ = a_film(9)
    panels = plot.animate(film, X, y, columns=3)
    assert [ax.get_title() for ax in panels] == [
        "epoch 1, cost 1",
        "epoch 5, cost 0.2",
        "epoch 9, cost 0.11",
    ]
    assert [ax.get_legend() is not None for ax in panels] == [True, False, False]
    seen: list[float] = []

    def look(model: Any, X: Any, y: Any, ax: Any) -> None:
        seen.append(model.parameters()[0].data)

    own = Figure().subplots(1, 2)
    assert plot.animate(film, X, y, ax=own, picture=look) is own
    assert seen == [0.0, 8.0]
