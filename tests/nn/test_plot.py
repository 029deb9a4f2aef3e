"""Then draw it: what a plot shows is what the model computes, point by point."""

from __future__ import annotations

import math
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure

from tinygrad_fr.nn import MLP, Neuron, data, plot
from tinygrad_fr.nn.layers import ACTIVATIONS
from tinygrad_fr.nn.plot.figure import axes
from tinygrad_fr.ops import TABLE, DomainError
from tinygrad_fr.words import use

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def in_english_and_without_a_warning() -> Iterator[None]:
    with use("en"), warnings.catch_warnings():
        warnings.simplefilter("error")  # a glyph that the font does not have is one
        yield


def drawn(ax: Any) -> None:
    """Have everything laid out and painted."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    canvas: Any = FigureCanvasAgg(ax.figure)
    canvas.draw()


def a_line(w1: float, w2: float, b: float, output: str = "sigmoid") -> MLP:
    """One neuron that says 1 where w1·x1 + w2·x2 + b > 0."""
    model = MLP(2, [1], output=output, seed=0)
    for p, x in zip(model.parameters(), (w1, w2, b), strict=True):
        p.data = x
    return model


# ── decision regions ──


def black_lines(ax: Any) -> list[Any]:
    """Vertices of the decision lines."""
    return [
        path.vertices
        for c in ax.collections
        if hasattr(c, "levels")
        for path in c.get_paths()
        if len(path.vertices)
    ]


def test_the_decision_line_is_where_it_should_be() -> None:
    X, y = data.clouds(40)
    for model, threshold in (
        (a_line(1, 2, -0.5), None),
        (a_line(1, 2, -0.5, "linear"), None),
        (a_line(1, 2, 0, "linear"), 0.5),
    ):
        ax = plot.boundary(model, X, y, threshold=threshold)
        [line] = black_lines(ax)
        assert len(line) > 10
        assert line[:, 0] + 2 * line[:, 1] == pytest.approx(np.full(len(line), 0.5), abs=1e-2)


def test_a_threshold_on_a_probability() -> None:
    X, y = data.clouds(40)
    [line] = black_lines(plot.boundary(a_line(1, 1, 0), X, y, threshold=0.8))
    assert line.sum(axis=1) == pytest.approx(np.full(len(line), math.log(0.8 / 0.2)), abs=1e-2)


def test_the_two_sides_are_shaded_surer_further_away() -> None:
    ax = plot.boundary(a_line(3, 0, 0), [[-1.0, -1.0], [1.0, 1.0]], [0, 1])
    shade = ax.images[0].get_array()
    near, far = shade[100, 101], shade[100, 190]
    orange, blue = shade[100, 190], shade[100, 10]
    assert far.sum() < near.sum()  # darker
    assert orange[0] > orange[2] and blue[2] > blue[0]
    assert abs(orange @ [0.3, 0.59, 0.11] - blue @ [0.3, 0.59, 0.11]) > 0.1  # told apart in grey


def test_each_hidden_neuron_s_own_line() -> None:
    X, y = data.moons(40)
    model = MLP(2, [6, 4, 1], activation="tanh", output="sigmoid", seed=0)
    for k, neuron in enumerate(model.layers[0].neurons):
        neuron.b.data = 0.1 * k - 0.2
    ax = plot.boundary(model, X, y)
    lines = [line for line in ax.lines if line.get_linestyle() == "--"]
    numbers = {text.get_text() for text in ax.texts}
    assert len(lines) == len(numbers) >= 4 and numbers <= set("123456")
    for line, text in zip(lines, ax.texts, strict=True):
        w1, w2, b = (p.data for p in model.layers[0].neurons[int(text.get_text()) - 1].parameters())
        for p, q in line.get_xydata():
            assert w1 * p + w2 * q + b == pytest.approx(0, abs=1e-9)
    assert not plot.boundary(model, X, y, lines=False).texts
    assert not plot.boundary(a_line(1, 1, 0), X, y).texts  # no hidden layer


def test_rings_and_accuracy() -> None:
    X = [[-1.0, 0.0], [1.0, 0.0], [2.0, 0.0], [-2.0, 1.0]]
    y: Any
    for y in (
        [0, 1, 0, 0],
        [-1, 1, -1, -1],
        [[1, 0], [0, 1], [1, 0], [1, 0]],
        np.array([0.0, 1, 0, 0]),
    ):
        model = a_line(1, 0, 0)
        ax = plot.boundary(model, X, y)
        assert ax.get_title() == "accuracy 75%"
        rings = [c for c in ax.collections if c.get_label() == "on the wrong side"]
        assert rings[0].get_offsets().tolist() == [[2.0, 0.0]]


@pytest.mark.parametrize("k", [2, 3, 5])
def test_several_outputs(k: int) -> None:
    """Scores x·(direction of the class): each cloud in its own region."""
    X, y = data.clouds(80, classes=k)
    for output in ("linear", "softmax", "sigmoid"):
        model = MLP(2, [k], output=output, seed=0)
        for c, neuron in enumerate(model.layers[0].neurons):
            turn = math.pi * (1.25 + 2 * c / k)
            for p, x in zip(
                neuron.parameters(), (math.cos(turn), math.sin(turn), 0.0), strict=True
            ):
                p.data = x
        ax = plot.boundary(model, X, y)
        assert ax.get_title() == "accuracy 100%"
        assert (
            len(
                {
                    tuple(c.get_facecolor()[0])
                    for c in ax.collections
                    if c.get_label().startswith("y =")
                }
            )
            == k
        )
        drawn(ax)


def test_a_model_of_one_s_own_and_points_alone() -> None:
    ax = plot.boundary(lambda x: x[0] * x[0] + x[1] * x[1] - 1, [[-2.0, -2.0], [2.0, 2.0]])
    [circle] = black_lines(ax)
    assert np.hypot(*circle.T) == pytest.approx(np.ones(len(circle)), abs=0.02)
    assert not ax.get_title()


def test_a_model_gone_wrong_is_still_drawn() -> None:
    X, y = data.moons(20)
    for bad in (math.nan, math.inf, 1e200):
        model = MLP(2, [3, 1], activation="tanh", output="sigmoid", seed=0)
        model.parameters()[0].data = bad
        drawn(plot.boundary(model, X, y))
        drawn(plot.weights(model))
    drawn(plot.boundary(a_line(0, 0, 1), X, y))


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


def test_french_numbers_and_words() -> None:
    X, y = data.moons(20)
    with use("fr"):
        ax = plot.boundary(a_line(1, 1, 0), X, [1 - t for t in y])
        drawn(ax)
    assert ax.get_title().startswith("exactitude ") and ax.get_title().endswith("\u202f%")
    labels = [t.get_text() for t in ax.get_xticklabels()]
    assert any("," in t for t in labels) and not any("." in t for t in labels)


# ── curves ──


def a_history(**others: Any) -> Any:
    kept = {
        "loss": [1.0, 0.5, 0.25],
        "accuracy": [0.5, 0.75, 1.0],
        "validation_loss": [],
        "validation_accuracy": [],
    }
    return SimpleNamespace(**{**kept, **others})


def curves(ax: Any) -> list[tuple[list[float], list[float]]]:
    return [
        (line.get_xdata().tolist(), line.get_ydata().tolist())
        for line in ax.lines
        if len(line.get_xdata()) > 2
    ]


def test_history_shows_the_numbers() -> None:
    cost, accuracy = plot.history(a_history(validation_loss=[2.0, 1.0, 1.5], best_epoch=2))
    assert curves(cost) == [([1, 2, 3], [1.0, 0.5, 0.25]), ([1, 2, 3], [2.0, 1.0, 1.5])]
    assert curves(accuracy) == [([1, 2, 3], [50.0, 75.0, 100.0])]
    assert [line.get_xdata()[0] for line in cost.lines if line.get_label() == "weights kept"] == [2]
    assert cost.lines[0].get_linestyle() != cost.lines[1].get_linestyle()  # in grey
    assert cost.get_yscale() == "linear"
    drawn(cost)


def test_history_of_costs_alone() -> None:
    ax = plot.history(a_history(accuracy=[], loss=[100.0, 1.0, 0.01]))
    assert ax.get_yscale() == "log" and curves(ax)[0][1] == [100.0, 1.0, 0.01]
    drawn(ax)
    plot.history(a_history(accuracy=[], loss=[]))


# ── weights ──


def test_weights_in_thickness_and_sign() -> None:
    model = MLP(2, [3, 2], seed=1)
    ax = plot.weights(model)
    ws = [w.data for layer in model.layers for n in layer.neurons for w in n.w]
    assert len(ax.lines) == len(ws) == 12
    for w, line in zip(ws, ax.lines, strict=True):
        assert (line.get_linestyle() == "-") == (w > 0)
        assert (line.get_color() == plot.POSITIVE) == (w > 0)
    widths = [line.get_linewidth() for line in ax.lines]
    assert np.argsort(widths).tolist() == np.argsort(np.abs(ws)).tolist()
    shown = [t.get_text() for t in ax.texts]
    assert shown.count("b = 0") == 5 and shown[:3] == ["$x_{1}$", "$x_{2}$", "$a_{1}^{[1]}$"]
    drawn(ax)


def test_a_wide_network_has_no_names() -> None:
    ax = plot.weights(MLP(64, [3, 10], seed=0))
    assert not ax.texts and len(ax.lines) == 64 * 3 + 30
    assert not any(
        t.get_text().startswith("b") for t in plot.weights(MLP(2, [12, 1], seed=0)).texts
    )


# ── saturation ──


def bars(ax: Any) -> list[float]:
    return [patch.get_width() for patch in ax.patches]


def test_saturation_counts() -> None:
    """One tanh neuron z = x: slopes 1 − tanh² of 0, 1.5 (0.18), 2 (0.07), 4 (0.0013)."""
    model = MLP(1, [1], output="tanh", seed=0)
    model.parameters()[0].data = 1.0
    ax = plot.saturation(model, [[0.0], [1.5], [2.0], [4.0]])
    assert bars(ax) == pytest.approx([25, 25, 50])
    assert not any("dead" in t.get_text() for t in ax.texts)
    assert any("dead: 1/1" in t.get_text() for t in plot.saturation(model, [[9.0], [-9.0]]).texts)


def test_the_sigmoid_s_slope_counts_against_a_quarter() -> None:
    """σ(3)(1 − σ(3)) = 0.045: weak against 1, alive against ¼ (18 %)."""
    model = MLP(1, [1], output="sigmoid", seed=0)
    model.parameters()[0].data = 1.0
    assert bars(plot.saturation(model, [[3.0]])) == [0, 0, 100]


def test_the_softmax_s_slope_too() -> None:
    """Two classes, scores 2 and 0: a(1 − a) = 0.105 for both; 7 and 0: 0.0009; against ¼."""
    model = MLP(1, [2], output="softmax", seed=0)
    for p, x in zip(model.parameters(), (1.0, 0.0, 0.0, 0.0), strict=True):
        p.data = x
    assert bars(plot.saturation(model, [[2.0], [7.0]])) == [50, 0, 50]
    assert bars(plot.saturation(model, [[4.0]])) == [0, 100, 0]  # 0.0177/¼ = 7 %


@pytest.mark.parametrize("name", ["relu", "softmax", "linear", "gelu"])
def test_saturation_of(name: str) -> None:
    ax = plot.saturation(MLP(2, [4, 3], output=name, seed=0), data.moons(20)[0])
    assert sum(bars(ax)) == pytest.approx(200) and len(bars(ax)) == 6
    drawn(ax)


# ── activation functions ──


@pytest.mark.parametrize("name", [name for name in ACTIVATIONS if name != "softmax"])
def test_activation_curves(name: str) -> None:
    """f from the row, f′ against a central difference, away from jumps and edges."""
    ax = plot.activation(name)
    drawn(ax)
    value, slope = (
        {
            float(x): float(v)
            for x, v in zip(line.get_xdata(), line.get_ydata(), strict=True)
            if v == v
        }
        for line in [line for line in ax.lines if len(line.get_xdata()) > 100][:2]
    )
    f: Any = (lambda s: s) if name == "linear" else TABLE[name]
    assert value
    h = 1e-6
    for x, v in list(value.items())[3::17]:
        assert f(x) == pytest.approx(v)
        try:
            estimate = (f(x + h) - f(x - h)) / (2 * h)
        except DomainError:
            continue
        if abs(estimate) < 1e3 and abs(x) > 1e-9 and x in slope:
            assert slope[x] == pytest.approx(estimate, rel=1e-4, abs=1e-6)


def test_a_kink_is_a_gap_with_a_dot() -> None:
    ax = plot.activation("relu")
    slope = next(line for line in ax.lines if line.get_linestyle() == "--")
    x, d = slope.get_xdata(), slope.get_ydata()
    assert np.isnan(d).sum() == 1 and x[np.isnan(d)][0] == pytest.approx(0.025)
    assert [t.get_text() for t in ax.texts] == ["f′(0) = 0"]
    assert not plot.activation("tanh").texts


# ── a training that moves ──


def a_film(epochs: int, **options: int) -> tuple[plot.Film, MLP]:
    film, model = plot.Film(**options), MLP(2, [2, 1], activation="tanh", output="sigmoid", seed=0)
    told = a_history(loss=[])
    for epoch in range(epochs):
        model.parameters()[0].data = float(epoch)
        told.loss.append(1.0 / (epoch + 1))
        film(model, told)
    return film, model


def test_a_film_keeps_evenly_and_never_too_much() -> None:
    film, _ = a_film(7, every=3)
    assert [f[0] for f in film.frames] == [1, 4, 7]
    assert [f[2][0] for f in film.frames] == [0.0, 3.0, 6.0] and film.frames[1][1] == 0.25
    film, _ = a_film(1000, most=10)
    epochs = [f[0] for f in film.frames]
    assert epochs == [1, 129, 257, 385, 513, 641, 769, 897, 1000]
    assert repr(film) == "<film of 9 frames>" and plot.Film().frames == []


def test_a_gif_of_the_training(tmp_path: Path) -> None:
    from PIL import Image

    X, y = data.moons(20)
    film, model = a_film(4)
    before = [p.data for p in model.parameters()]
    plot.animate(film, X, y, tmp_path / "new" / "film.gif", seconds=4)
    with Image.open(tmp_path / "new" / "film.gif") as gif:
        assert gif.n_frames == 4  # type: ignore[attr-defined]
    assert [p.name for p in (tmp_path / "new").iterdir()] == ["film.gif"]
    assert [p.data for p in model.parameters()] == before


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


# ── files, and what is refused ──


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
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
