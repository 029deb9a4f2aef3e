"""A network with its weights: as thick as they are large, dashed where negative."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.nn.plot.pictures import drawn
from tinygrad_fr.nn import MLP, plot


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
    assert shown.count("0") == 5 and shown[:3] == ["$x_{1}$", "$x_{2}$", "$a_{1}^{[1]}$"]
    drawn(ax)


def test_no_line_crosses_a_text() -> None:
    """Everything that is said stands in a disc, over the lines, or outside of the network."""
    model = MLP(2, [6, 4, 2], seed=1)
    ax = plot.weights(model, names=("prix", "x_2"), answers=("no", "yes"))
    drawn(ax)
    outside = {t.get_text(): t for t in ax.texts if t.get_gid() == "name"}
    assert set(outside) == {"prix", "no", "yes"}
    discs = [patch.get_window_extent() for patch in ax.patches]
    for text in ax.texts:
        box = text.get_window_extent()
        inside = any(d.x0 <= box.x0 and box.x1 <= d.x1 and d.y0 <= box.y0 for d in discs)
        left = box.x1 < min(d.x0 for d in discs)
        right = box.x0 > max(d.x1 for d in discs)
        assert inside or left or right, text.get_text()
    assert outside["prix"].get_position()[1] == ax.texts[0].get_position()[1]


def test_a_wide_network_has_no_names() -> None:
    ax = plot.weights(MLP(64, [3, 10], seed=0))
    assert not ax.texts and len(ax.lines) == 64 * 3 + 30
    assert not any(t.get_gid() for t in plot.weights(MLP(2, [12, 1], seed=0)).texts)


@pytest.mark.parametrize(("width", "named"), [(16, True), (17, False)])
def test_sixteen_neurons_have_room_for_their_names(width: int, named: bool) -> None:
    shown = [t.get_text() for t in plot.weights(MLP(2, [width, 1], seed=0)).texts]
    assert bool(shown) is named and (f"$a_{{{width}}}^{{[1]}}$" in shown) is named


@pytest.mark.parametrize(("width", "biased"), [(10, True), (11, False)])
def test_ten_neurons_have_room_for_their_biases(width: int, biased: bool) -> None:
    shown = [t.get_gid() for t in plot.weights(MLP(2, [width, 1], seed=0)).texts]
    assert shown.count("bias") == (width + 1 if biased else 0)


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_weight_gone_wrong_is_as_thick_as_the_thickest(bad: float) -> None:
    model = MLP(2, [3, 1], seed=0)
    model.parameters()[0].data = bad
    ax = plot.weights(model)
    widths = [line.get_linewidth() for line in ax.lines]
    assert widths[0] == max(widths[1:]) == 5.0
    drawn(ax)


def test_a_weight_of_another_size_makes_the_others_thin() -> None:
    model = MLP(2, [3, 1], seed=0)
    model.parameters()[0].data = 1e200
    first, *others = (line.get_linewidth() for line in plot.weights(model).lines)
    assert first == 5.0 and all(width == pytest.approx(0.3) for width in others)
