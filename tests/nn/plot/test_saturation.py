"""How much gradient a layer lets through: counted against the steepest slope."""

from __future__ import annotations

import math
from typing import Any

import pytest

from tests.nn.plot.pictures import drawn
from tinygrad_fr.nn import MLP, data, plot


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


def one_neuron(*slopes: float) -> Any:
    """The bars of one tanh neuron, z = x, on examples that have these slopes 1 − tanh²."""
    model = MLP(1, [1], output="tanh", seed=0)
    model.parameters()[0].data = 1.0
    return plot.saturation(model, [[math.atanh(math.sqrt(1 - slope))] for slope in slopes])


@pytest.mark.parametrize(
    ("slope", "shares"),
    [
        (0.0099, [100, 0, 0]),
        (0.0101, [0, 100, 0]),
        (0.099, [0, 100, 0]),
        (0.101, [0, 0, 100]),
    ],
)
def test_saturated_under_a_hundredth_weak_under_a_tenth(slope: float, shares: list[int]) -> None:
    ax = one_neuron(slope)
    assert bars(ax) == shares
    assert any("dead" in text.get_text() for text in ax.texts) == (slope < 0.01)
    told = [text.get_text() for text in ax.get_legend().get_texts()]
    assert told == ["saturated (< 1%)", "weak (< 10%)", "alive"]


@pytest.mark.parametrize(("count", "written"), [(5, []), (6, ["6%"])])
def test_a_piece_too_short_for_its_share_has_none(count: int, written: list[str]) -> None:
    ax = one_neuron(*[0.05] * count, *[0.5] * (100 - count))
    shares = [text.get_text() for text in ax.texts]
    assert shares == [*written, f"{100 - count}%"]
