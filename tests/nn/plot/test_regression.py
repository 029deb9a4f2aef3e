"""A quantity of one input: the curve of the model, the points, the band of the residuals."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from tests.nn.plot.pictures import drawn
from tinygrad_fr.nn import MLP, plot
from tinygrad_fr.words import use


def a_slope(w: float, b: float) -> MLP:
    model = MLP(1, [1], seed=0)
    for p, x in zip(model.parameters(), (w, b), strict=True):
        p.data = x
    return model


X, Y = [[0.0], [1.0], [2.0]], [1.0, 3.5, 4.5]  # from 2x + 1 they are off by 0, 0.5 and 0.5


def test_the_curve_the_points_and_the_band() -> None:
    ax = plot.regression(a_slope(2, 1), X, Y, name="u_1", target="size")
    drawn(ax)
    [curve] = ax.lines
    across, up = curve.get_data()
    assert np.allclose(up, 2 * across + 1) and across[0] < 0 and across[-1] > 2
    band, points = ax.collections
    assert points.get_offsets().tolist() == [[0.0, 1.0], [1.0, 3.5], [2.0, 4.5]]
    [edge] = band.get_paths()
    heights = [y - (2 * x + 1) for x, y in edge.vertices]
    s = math.sqrt(0.5 / 3)
    assert min(heights) == pytest.approx(-s) and max(heights) == pytest.approx(s)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("$u_{1}$", "size")


def test_points_kept_apart_are_hollow_and_not_in_the_band() -> None:
    ax = plot.regression(a_slope(2, 1), X, Y, apart=([[5.0]], [40.0]))
    legend: Any = [text.get_text() for text in ax.get_legend().get_texts()]
    assert legend == [
        "ŷ ± s",
        "ŷ, the network",
        "training",
        "validation",
    ]
    hollow = ax.collections[-1]
    assert hollow.get_offsets().tolist() == [[5.0, 40.0]]
    assert hollow.get_facecolor()[0].tolist() == [1, 1, 1, 1]
    assert ax.get_xlim()[1] > 5
    with use("fr"):
        ax = plot.regression(a_slope(2, 1), X, [[y] for y in Y])
    assert ax.get_title() == "s = 0,41, la racine de l’erreur quadratique moyenne"


def test_one_input_only() -> None:
    with pytest.raises(ValueError, match="examples of 1 finite numbers"):
        plot.regression(MLP(2, [1], seed=0), [[0.0, 1.0]], [1.0])
