"""The pictures of a training: which there are, and that each has the names and the caption."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tinygrad_fr.nn import History, album, plot
from tinygrad_fr.nn.recipe import Recipe
from tinygrad_fr.nn.task import Task


def trained(text: str, folder: Path, **choices: Any) -> tuple[Any, Task, History, plot.Film]:
    (folder / "p.csv").write_text(text, "utf-8")
    recipe = Recipe(str(folder / "p.csv"), hidden=[2], **choices)
    task = recipe.task()
    model, film = recipe.network(task), plot.Film(most=3)
    history = recipe.fit(model, task, 3, callbacks=[film], progress=False)
    return model, task, history, film


PLANE = "u,v,t\n0,1,no\n1,0,yes\n1,1,yes\n0,0,no\n"
CURVE = "u,t\n0,0.5\n1,1.5\n2,2.25\n3,3\n"
SPACE = "u,v,w,t\n0,1,2,no\n1,0,2,yes\n1,1,0,yes\n0,0,1,no\n"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "names"),
    [
        (PLANE, ["curves", "boundary", "weights"]),
        (CURVE, ["curves", "regression", "weights"]),
        (SPACE, ["curves", "weights"]),
    ],
)
def test_which_pictures_there_are(text: str, names: list[str], tmp_path: Path) -> None:
    model, task, history, film = trained(text, tmp_path)
    found = dict(album.pictures(model, task, history, "how it learnt"))
    assert list(found) == names
    for axes in found.values():
        panel = axes[0] if isinstance(axes, list) else axes
        assert panel.figure.get_supxlabel() == "how it learnt"
    middle = found.get(names[1])
    if len(names) == 3:
        assert middle.get_xlabel() == "u" and middle.get_ylabel() == ("v" if text == PLANE else "t")
    assert {"u", "t"} <= {t.get_text() for t in found["weights"].texts}
    assert list(dict(album.pictures(model, task, History(), ""))) == names[1:]
    path = album.film(film, task, tmp_path / "film.gif")
    with Image.open(path) as gif:
        assert gif.n_frames == len(film.frames)  # type: ignore[attr-defined]


def test_the_legend_has_the_words_of_the_classes(tmp_path: Path) -> None:
    model, task, history, _ = trained(PLANE, tmp_path, validation=0.25)
    found = dict(album.pictures(model, task, history, ""))
    legend = [text.get_text() for text in found["boundary"].get_legend().get_texts()]
    assert legend[:3] == ["no", "yes", "validation"]
