"""The curves: of a training, number by number, and of f and f′."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from tests.nn.plot.pictures import a_history, drawn
from tinygrad_fr.nn import plot
from tinygrad_fr.nn.layers import ACTIVATIONS
from tinygrad_fr.nn.plot.curves import _broken
from tinygrad_fr.ops import TABLE, DomainError


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


@pytest.mark.slow
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


def test_forward_is_red_and_backward_is_blue() -> None:
    """As in every picture of a graph: values red, gradients blue, told by their dashes too."""
    ax = plot.activation("tanh")
    f, slope = (line for line in ax.lines if len(line.get_xdata()) > 100)
    assert (f.get_label(), f.get_linestyle(), f.get_color()) == ("f(s)", "-", plot.RED)
    assert slope.get_label() == "f′(s), by autograd" and slope.get_linestyle() == "--"
    assert slope.get_color() == plot.BLUE
    assert f.get_ydata()[-1] == pytest.approx(math.tanh(5))
    (red, green, blue), (r, g, b) = to_rgb(plot.RED), to_rgb(plot.BLUE)
    assert red > 2 * max(green, blue) and b > 2 * r and b > 1.5 * g
    dot = [line for line in plot.activation("relu").lines if line.get_marker() == "o"]
    assert [line.get_color() for line in dot] == [plot.BLUE]  # the slope at 0


@pytest.mark.parametrize(("most", "scale"), [(49.0, "linear"), (51.0, "log")])
def test_costs_fifty_times_apart_are_on_a_scale_of_powers(most: float, scale: str) -> None:
    told = a_history(accuracy=[], loss=[most, 1.0], validation_loss=[])
    assert plot.history(told).get_yscale() == scale
    told = a_history(accuracy=[], loss=[1.0], validation_loss=[most])
    assert plot.history(told).get_yscale() == scale


def test_a_cost_of_zero_or_infinity_has_no_say_in_the_scale() -> None:
    for cost in (0.0, -1.0, math.inf):
        assert plot.history(a_history(accuracy=[], loss=[cost, 1.0])).get_yscale() == "linear"


@pytest.mark.parametrize(("step", "gap"), [(0.19, False), (0.21, True)])
def test_a_fifth_of_the_height_between_neighbours_is_a_jump(step: float, gap: bool) -> None:
    values = [0.0, step, *(step + 0.1 * k for k in range(1, 9)), 1.0]  # all the others are less
    xs, ys = _broken([float(i) for i in range(len(values))], values)
    assert len(xs) == len(ys) and [i for i, v in enumerate(ys) if math.isnan(v)] == [1] * gap


def test_what_is_further_than_six_is_left_out_of_the_picture() -> None:
    low, high = plot.activation("exp").get_ylim()
    assert -1 < low < 0 and 6 < high < 7
    assert plot.activation("tanh").get_ylim()[1] < 1.2


def test_a_wide_view_of_a_training_shows_both_panels_only_where_there_are_both() -> None:
    pair = plot.history(a_history())
    assert [ax.get_title("left") for ax in pair] == ["cost L", "accuracy (%)"]
    assert plot.history(a_history(accuracy=[])).get_title("left") == "cost L"
