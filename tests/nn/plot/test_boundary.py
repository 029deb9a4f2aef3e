"""The plane as a network sees it: lines, shades and rings where they should be."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from tests.nn.plot.pictures import a_line, drawn
from tinygrad_fr.nn import MLP, data, plot
from tinygrad_fr.words import use


def black_lines(ax: Any) -> list[Any]:
    """Vertices of the decision lines."""
    return [
        path.vertices
        for c in ax.collections
        if hasattr(c, "levels")
        for path in c.get_paths()
        if len(path.vertices)
    ]


def legend(ax: Any) -> list[str]:
    return [text.get_text().replace("−", "-") for text in ax.get_legend().get_texts()]


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
        [wrong] = [c for c in ax.collections if c.get_gid() == "wrong"]
        assert wrong.get_offsets().tolist() == [[2.0, 0.0]]
        assert wrong.get_edgecolor()[0].tolist() == [0, 0, 0, 1]  # black, on its class's colour
        assert tuple(wrong.get_facecolor()[0][:3]) == to_rgb(plot.CLASSES[0])
        assert legend(ax) == ["y = -1" if y[0] == -1 else "y = 0", "y = 1", "on the wrong side"]


@pytest.mark.slow
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


@pytest.mark.parametrize("bad", [math.nan, math.inf, 1e200])
def test_a_model_gone_wrong_is_still_drawn(bad: float) -> None:
    X, y = data.moons(20)
    model = MLP(2, [3, 1], activation="tanh", output="sigmoid", seed=0)
    model.parameters()[0].data = bad
    ax = plot.boundary(model, X, y)
    drawn(ax)
    shown = sum(len(c.get_offsets()) for c in ax.collections if c.get_gid())
    assert shown == 20 and ax.get_title().startswith("accuracy ")
    assert ("1" in [text.get_text() for text in ax.texts]) == math.isfinite(bad)
    if math.isnan(bad):  # it says nothing anywhere: no line, no shade
        assert not black_lines(ax) and (ax.images[0].get_array() == 1).all()


def test_a_model_that_never_decides_has_no_line() -> None:
    X, y = data.moons(20)
    ax = plot.boundary(a_line(0, 0, 1), X, y)
    drawn(ax)
    assert not black_lines(ax) and ax.get_title() == "accuracy 50%"


def test_french_numbers_and_words() -> None:
    X, y = data.moons(20)
    with use("fr"):
        ax = plot.boundary(a_line(1, 1, 0), X, [1 - t for t in y])
        drawn(ax)
    assert ax.get_title().startswith("exactitude ") and ax.get_title().endswith("\u202f%")
    labels = [t.get_text() for t in ax.get_xticklabels()]
    assert any("," in t for t in labels) and not any("." in t for t in labels)


def test_a_model_that_has_to_be_called_is_called_fifty_times_a_side_at_most() -> None:
    called: list[Any] = []

    def model(x: Any) -> float:
        called.append(x)
        return float(x[0])

    plot.boundary(model, [[-1.0, -1.0], [1.0, 1.0]])
    assert len(called) == 50 * 50
    called.clear()
    plot.boundary(model, [[-1.0, -1.0], [1.0, 1.0]], size=30)
    assert len(called) == 30 * 30
    ax = plot.boundary(a_line(1, 1, 0), [[-1.0, -1.0], [1.0, 1.0]])
    assert ax.images[0].get_array().shape[:2] == (200, 200)


@pytest.mark.parametrize(("width", "alike"), [(2.9, True), (3.1, False)])
def test_a_unit_is_as_long_both_ways_unless_the_plane_is_flat(width: float, alike: bool) -> None:
    ax = plot.boundary(a_line(1, 1, 0), [[0.0, 0.0], [width, 1.0]])
    assert (ax.get_aspect() == 1.0) is alike


def test_eight_classes_and_no_more() -> None:
    X = [[float(k), float(k % 3)] for k in range(9)]
    nets = {k: MLP(2, [k], seed=0) for k in (8, 9)}
    ax = plot.boundary(nets[8], X[:8], list(range(8)))
    points = [c for c in ax.collections if c.get_label().startswith("y =")]
    assert len({tuple(c.get_facecolor()[0]) for c in points}) == 8
    with pytest.raises(ValueError, match="9 different values"):
        plot.boundary(nets[9], X, list(range(9)))


def test_a_class_that_nobody_is_in_keeps_its_colour() -> None:
    """0 and 2 of three: class 2 has the third colour, as in a picture with all of them."""
    X = [[0.0, 0.0], [1.0, 1.0]]
    ax = plot.boundary(MLP(2, [3], seed=0), X, [0, 2])
    points = [c for c in ax.collections if c.get_gid() and len(c.get_offsets())]
    shown = {tuple(c.get_offsets()[0]): c.get_facecolor() for c in points}
    assert tuple(shown[1.0, 1.0][0][:3]) == to_rgb(plot.CLASSES[2])


def test_the_words_of_the_classes_and_of_the_columns() -> None:
    X = [[-1.0, 0.0], [1.0, 0.0], [2.0, 0.0]]
    ax = plot.boundary(
        a_line(1, 0, 0), X, [0, 1, 1], names=("u_2", "prix $"), classes=("no", "yes")
    )
    assert legend(ax) == ["no", "yes"]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("$u_{2}$", r"prix \$")
    drawn(ax)
    ax = plot.boundary(a_line(1, 0, 0), X, [-1, 1, 1], classes=(5, 7))
    assert legend(ax) == ["y = 5", "y = 7"]


def test_points_kept_apart_are_hollow_and_counted_apart() -> None:
    X, y = [[-1.0, 0.0], [1.0, 0.0], [-2.0, 0.0], [2.0, 0.0]], [0, 1, 0, 1]
    kept = [[-1.0, 3.0], [1.0, -3.0]], [1, 1]
    ax = plot.boundary(a_line(1, 0, 0), X, y, apart=kept)
    assert ax.get_title() == "accuracy 100%, validation 50%"
    assert legend(ax) == ["y = 0", "y = 1", "validation", "on the wrong side"]
    hollow = [c for c in ax.collections if c.get_gid() and c.get_facecolor()[0].min() == 1]
    assert sorted(p for c in hollow for p in c.get_offsets().tolist()) == [[-1.0, 3.0], [1.0, -3.0]]
    assert ax.get_ylim()[1] > 3  # the picture is wide enough for them


def test_of_many_neurons_the_eight_that_weigh_most() -> None:
    X, y = data.moons(40)
    model = MLP(2, [12, 1], activation="tanh", output="sigmoid", seed=0)
    for k, neuron in enumerate(model.layers[0].neurons):
        for p, x in zip(neuron.parameters(), (1.0, 0.3, 0.05 * k - 0.3), strict=True):
            p.data = x
        model.layers[1].neurons[0].w[k].data = float(k) * (-1) ** k
    ax = plot.boundary(model, X, y)
    assert [t.get_text() for t in ax.texts] == [str(k) for k in range(5, 13)]
    assert "8 of 12 neurons" in legend(ax)
