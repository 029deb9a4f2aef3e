"""A film's picture: what moves is where the weights of then have it."""

from __future__ import annotations

import numpy as np
import pytest

from tests.nn.plot.pictures import a_film
from tinygrad_fr.nn import MLP, data, plot
from tinygrad_fr.nn.plot.boundary import around, group, neuron_lines
from tinygrad_fr.nn.plot.scene import Scene

X, Y = data.moons(20)


def test_a_picture_for_each_frame_and_they_differ() -> None:
    film, _ = a_film(3)
    scene = Scene([group(X, Y)], film.costs)
    shots = list(scene.shots(film))
    assert [shot.told for shot in shots] == [
        "epoch 1, cost 1",
        "epoch 2, cost 0.5",
        "epoch 3, cost 0.33",
    ]
    pixels = [np.asarray(shot.picture) for shot in shots]
    assert pixels[0].shape == (480, 960, 3)
    left, right = np.s_[:, :470], np.s_[:, 500:]
    for part in (left, right):  # the plane moves, and so does the dot on the curve
        assert all((a[part] != b[part]).any() for a, b in zip(pixels, pixels[1:], strict=False))


def test_the_lines_turn_with_the_weights() -> None:
    film, model = a_film(3)
    scene = Scene([group(X, Y)], film.costs)
    found = []
    for _ in scene.shots(film):
        shown = [line for line in scene.lines if line.get_visible()]
        numbers = [text.get_text() for text in scene.numbers if text.get_visible()]
        assert len(shown) == len(numbers) and set(numbers) <= {"1", "2"}
        found.append(
            {k: line.get_xydata().tolist() for k, line in zip(numbers, shown, strict=True)}
        )
    assert found[0] != found[1]
    with film.showing(film.frames[1]):
        for line in neuron_lines(model, around([group(X, Y).rows])):
            assert found[1][str(line.k)] == [list(line.start), list(line.end)]


def test_a_black_edge_for_those_on_the_wrong_side() -> None:
    model = MLP(2, [1], output="sigmoid", seed=0)
    film = plot.Film()
    film.model = model
    film.last = plot.Frame(1, 0.5, [1.0, 0.0, 0.0])  # right of 0 is class 1
    film.kept = [film.last]
    points = [[-1.0, 0.0], [1.0, 0.0], [-2.0, 0.5], [2.0, 0.5]]
    scene = Scene([group(points, [0, 1, 1, 1]), group([[3.0, 0.0]], [0], hollow=True)], film.costs)
    list(scene.shots(film))
    edges = {
        (g.hollow, c): [tuple(e[:3]) == (0, 0, 0) for e in artist.get_edgecolor()]
        for g, c, artist in scene.points
    }
    assert edges[False, 0] == [False] and edges[False, 1] == [False, True, False]
    assert edges[True, 0] == [True]
    assert scene.told.get_text() == "accuracy 75%"
    assert scene.border.get_segments()[0][:, 0] == pytest.approx(0, abs=0.05)
