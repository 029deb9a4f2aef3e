"""What the pictures share: where they draw, their colours, their files, and what is refused."""

from __future__ import annotations

import math
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from matplotlib.figure import Figure

from tests.nn.plot.pictures import a_film, a_line, drawn
from tinygrad_fr.nn import MLP, Neuron, data, plot
from tinygrad_fr.nn.plot.figure import axes


def test_it_draws_where_it_is_told() -> None:
    X, y = data.moons(20)
    model = MLP(2, [3, 1], output="sigmoid", seed=0)
    ax = Figure().subplots()
    told = SimpleNamespace(loss=[1.0], accuracy=[], validation_loss=[], validation_accuracy=[])
    assert plot.boundary(model, X, y, ax) is ax
    assert plot.boundary(model, X, y, ax=ax) is ax
    assert plot.history(told, ax=ax) is ax
    assert plot.weights(model, ax=ax) is ax
    assert plot.saturation(model, X, ax=ax) is ax
    assert plot.activation("relu", ax=ax) is ax


def test_save_writes_whole(tmp_path: Path) -> None:
    ax = plot.activation("tanh")
    plot.save(ax, tmp_path / "deep" / "a.png")
    plot.save([ax], tmp_path / "a.svg")
    plot.save(ax.figure, tmp_path / "a.pdf")
    assert (tmp_path / "deep" / "a.png").read_bytes().startswith(b"\x89PNG")
    assert b"<svg" in (tmp_path / "a.svg").read_bytes()
    with pytest.raises(ValueError):
        plot.save(ax, tmp_path / "a.xyz")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.pdf", "a.svg", "deep"]


def test_nothing_is_cut_off(tmp_path: Path) -> None:
    """Four square panels, lower than wide: titles and labels stay on the page."""
    X, y = data.circles(40)
    panels = axes(16, 4.2, 4)
    for ax in panels:
        plot.boundary(a_line(1, 1, 0), X, y, ax)
    plot.save(panels, tmp_path / "four.png")
    drawn(panels[0])
    left, bottom, right, top = panels[0].get_tightbbox().extents
    assert left >= 0 and bottom >= 0 and top <= panels[0].figure.bbox.height


TWO = MLP(2, [1], seed=0)


@pytest.mark.parametrize(
    ("call", "word"),
    [
        (
            lambda: plot.boundary(TWO, [[1.0, 2.0, 3.0]]),
            "examples of 2 finite numbers are needed, got 1 × 3",
        ),
        (lambda: plot.boundary(TWO, [[1.0, math.nan]]), "finite"),
        (lambda: plot.boundary(TWO, []), "finite"),
        (lambda: plot.boundary(TWO, [["a", "b"]]), "finite"),
        (lambda: plot.boundary(MLP(3, [1], seed=0), [[1.0, 2.0]]), "examples of 3 finite numbers"),
        (lambda: plot.boundary(TWO, [[1.0, 2.0]], [0, 1]), "1 points and 2 targets"),
        (lambda: plot.boundary(TWO, [[1.0, 2.0]] * 3, [0, 1, 2]), "give it 3 outputs"),
        (
            lambda: plot.boundary(TWO, [[1.0, 2.0]] * 9, [i / 9 for i in range(9)]),
            "9 different values",
        ),
        (lambda: plot.weights(Neuron(2, seed=0)), "weights draws an MLP, got Neuron"),
        (lambda: plot.saturation(Neuron(2, seed=0), [[1.0, 2.0]]), "got Neuron"),
        (lambda: plot.activation("softmax"), "mixes several scores"),
        (lambda: plot.activation("tanhh"), "Did you mean 'tanh'"),
        (lambda: plot.activation("tanh", low=1, high=1), "from 1 to 1"),
        (lambda: plot.animate(plot.Film(), [[1.0, 2.0]]), "the film is empty"),
        (lambda: plot.animate(a_film(2)[0], [[1.0, 2.0]], path="film.mp4"), "name the file .gif"),
        (lambda: plot.Film(every=0), "every ≥ 1"),
    ],
)
def test_what_cannot_be_drawn_is_said(call: Any, word: str) -> None:
    with pytest.raises(ValueError) as caught:
        call()
    assert word in str(caught.value) and "\n" not in str(caught.value)


def test_no_global_state_of_pyplot() -> None:
    program = """
import sys
from tinygrad_fr.nn import MLP, plot
assert "matplotlib" not in sys.modules
plot.boundary(MLP(2, [2, 1], seed=0), [[0.0, 0.0], [1.0, 1.0]], [0, 1])
assert "matplotlib.pyplot" not in sys.modules
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
